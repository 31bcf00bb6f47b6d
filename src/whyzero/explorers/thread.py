"""The twelve statements of the thread with their judgements: the same as in docs/why.md."""

from __future__ import annotations

__all__ = ["STATEMENTS"]

STATEMENTS = (
    (
        'L1 "is sometimes thought to increase sparseness more than L2 regularization"',
        "true",
        "and too weak: on continuous data L1 makes exact zeros with positive probability, L2 with probability 0.",
    ),
    (
        '"either one would be equally likely to make some weights become zero"',
        "wrong",
        "L2 does so only for a pull of exactly 0: a constant column, or a tie in discrete data.",
    ),
    (
        "L1 adds the absolute values of the weights to the cost, L2 their squares",
        "true",
        "the unsquared length would zero all weights or none.",
    ),
    (
        'the terms "try to decrease the general magnitude of the weights"',
        "imprecise",
        "the penalty as a whole never grows with alpha, a single weight may: on 167 of 300 paths one leaves zero "
        "because alpha rose.",
    ),
    (
        '"L1 punishes small weights exactly to the same degree it punishes large values"',
        "imprecise",
        "the slope is the same for all weights but 0, the cost is not.",
    ),
    (
        'L2 "punishes small values more lightly, but punishes large values much more severely"',
        "true",
        '"more sophisticated" is a matter of taste, and lightness near zero is not yet the reason.',
    ),
    (
        'at 0.1 "the L1 penalty is 0.1, but the L2 penalty is 0.01"',
        "imprecise",
        "the sums are right, but costs do not decide: the rounded |w| costs what L1 costs and makes no zero.",
    ),
    (
        '"the closer the weight is to zero, the less the regularization forcing function works" under L2',
        "true",
        "its slope, alpha times w, ends at 0.",
    ),
    (
        '"close to zero, the gradient (slope) in L2 can be much smaller than L1"',
        "true",
        "and incomplete: at 0 it is 0 against a whole interval from -alpha to alpha.",
    ),
    (
        'L1 "uniformly reduces each weight by a constant amount each step"',
        "imprecise",
        "that is the penalty's share of a step of fixed length; the pull of the data is added to it.",
    ),
    (
        '"so the smallest weights will hit zero early on"',
        "wrong",
        "pull against toll decides: under L2 worst perimeter (0.223) is larger than worst texture (0.202), and L1"
        " zeroes the larger one.",
    ),
    (
        '"and then be kept there"',
        "wrong",
        "only while the pull does not exceed the toll.",
    ),
)
