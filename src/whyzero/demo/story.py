"""The learner's question, answered in words with the numbers of the fits.

The order is pull, toll, comparison, L2, what made the pull small, proof. Every number is computed; a
sentence that depends on how the numbers fall is told only where they fall that way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from whyzero.certificates import Verdict
from whyzero.demo.steps import Slice, clipped_steps, plain_steps, ridge_steps, slice_of, smooth_minimum
from whyzero.demo.studies import DATA_SETS, Demonstration
from whyzero.explanations import Explanation, Partner, Row
from whyzero.explanations.wording import against, display_name, figure

__all__ = ["Part", "tell", "two_features"]

_STEPS = 1000
_WIDTH = 1e-6


@dataclass(frozen=True)
class Part:
    """A part of the story.

    Attributes
    ----------
    title : str
        One line.
    rows : tuple of (label, text)
        Paragraphs.
    table : tuple of tuple of str
        Shown above the paragraphs; the first row holds the heads.
    """

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    table: tuple[tuple[str, ...], ...] = ()


def tell(demonstration: Demonstration) -> Iterator[Part]:
    """The parts of the answer, in order.

    Parameters
    ----------
    demonstration : Demonstration
        Both fits.
    """
    first = demonstration.fits[0].explanation
    zero, kept = two_features(first)
    yield _question()
    yield _count([fitted.explanation for fitted in demonstration.fits])
    yield _why_zero(first, zero)
    yield _why_not_zero(first, kept)
    yield _steps(first, zero)
    yield _thread(first, zero, kept)


def two_features(explanation: Explanation) -> tuple[Row, Row]:
    """The two weights that the story is about: a proved zero, and a weight that is proved not to be zero.

    Of the zeros the one with the largest weight under L2, of the others the one with the smallest.
    """
    zeros = [row for row in explanation.rows if row.verdict is Verdict.ZERO_PROVED]
    others = [row for row in explanation.rows if row.verdict is Verdict.NONZERO_PROVED]
    return (
        max(zeros, key=lambda row: abs(_partner_weight(explanation, row))),
        min(others, key=lambda row: abs(_partner_weight(explanation, row))),
    )


def _partner(explanation: Explanation) -> Partner:
    assert explanation.partner is not None  # the demonstration compares with L2
    return explanation.partner


def _partner_weight(explanation: Explanation, row: Row) -> float:
    """The weight per standard deviation under L2."""
    return float((row.partner_coef or 0.0) * explanation.solution.problem.column_sd[row.index])


def _question() -> Part:
    return Part(
        "The question, and the answer in short",
        (
            ("Question", "L1 is said to make weights zero, and L2 not. Why? Are they not equally likely to do so?"),
            (
                "Answer",
                "no. The data pull each weight away from zero. L1 charges a fixed toll for leaving zero, so every "
                "weight whose pull is at most the toll stays at exactly zero. L2 charges nothing for the first step "
                "away from zero, so any pull, however small, moves the weight.",
            ),
        ),
    )


def _count(explanations: list[Explanation]) -> Part:
    """How many exact zeros either penalty makes at the same training loss."""
    lines = [("data", "penalty", "training loss", "exactly zero", "smallest other, per sd")]
    facts = []
    for data, explanation in zip(DATA_SETS, explanations, strict=True):
        header, partner = explanation.header, _partner(explanation)
        own = [abs(row.coef_std) for row in explanation.rows if row.coef != 0.0]
        other = [abs(_partner_weight(explanation, row)) for row in explanation.rows if row.partner_coef != 0.0]
        proved = header.verdicts.get(Verdict.ZERO_PROVED.value, 0)
        zeros = f"{header.zero} of {header.n_cols}, {proved} proved"
        lines.append((data.title, "L1", figure(header.train_loss, 5), zeros, figure(min(own))))
        zeros = f"{partner.zeros} of {header.n_cols}"
        lines.append(("", partner.name, figure(partner.train_loss, 5), zeros, figure(min(other))))
        facts.append(f"{data.title}, {header.n_rows} rows: {data.question} ({header.loss} loss)")
    return Part(
        "Count first: the same data, the same training loss, two penalties",
        (
            ("Data", "; ".join(facts)),
            (
                "Fair",
                "10-fold cross-validation chooses alpha for L1 (one-standard-error rule); L2 gets the alpha at which "
                "it fits the training data equally well. Weights are penalised per standard deviation (sd) of their "
                "column.",
            ),
            ("Zero", "is the number 0.0. No threshold decides: a small weight is not a zero weight."),
        ),
        tuple(lines),
    )


def _why_zero(explanation: Explanation, row: Row) -> Part:
    partner = _partner(explanation)
    toll, pull, bound, slack = against(row.toll, row.pull, row.pull_bound, row.toll - row.pull)
    name = display_name(row.name)
    rows = [
        (
            "Pull",
            f"{pull}: at weight 0, so much does the mean loss fall for each unit of weight, on the first step its way.",
        ),
        (
            "Toll",
            f"{toll}: so much does L1 charge for each unit of weight, in either direction, from the first step on.",
        ),
        ("So", f"the first step costs more than it earns. The best weight is exactly 0, with {slack} to spare."),
        (
            "L2",
            f"charges alpha w²/2, whose slope at w = 0 is 0: no toll. Any pull other than exactly 0 moves the weight, "
            f"here to {figure(_partner_weight(explanation, row))} per sd (at alpha {figure(partner.solution.alpha)}).",
        ),
    ]
    small = _why_small(row)
    if small is not None:
        rows.append(("Why small", small))
    rows.append(
        (
            "Proof",
            f"at every optimum of this problem the pull is at most {bound}, still below the toll. So the zero is a "
            "theorem about the optimum, not a rounding of the solver; `whyzero verify` checks it with other code.",
        )
    )
    return Part(f"A weight that is zero: `{name}`", tuple(rows))


def _why_small(row: Row) -> str | None:
    """What took the pull away."""
    if row.waterfall is None or row.null_pull <= row.toll:
        return None
    takers = [(who, amount) for who, amount in row.waterfall.absorbers if amount > 0.0][:2]
    listed = " and ".join(f"`{display_name(who)}` takes {figure(amount)}" for who, amount in takers)
    return (
        f"alone, this weight would pull with {figure(row.null_pull)}, enough to pay. But other weights explain the "
        f"same differences: {listed} of it, and so on. Zero does not mean 'unrelated'."
    )


def _why_not_zero(explanation: Explanation, row: Row) -> Part:
    toll, pull = against(row.toll, row.pull)
    sd = row.coef_std / row.coef
    return Part(
        f"A weight that is not: `{display_name(row.name)}`",
        (
            ("Pull", f"{pull}, with this weight set to 0 and all else (of centred columns) as fitted."),
            (
                "Toll",
                f"{toll}. The pull is larger, so leaving 0 pays. On the way out the pull falls, and the weight rests "
                f"where what is left of it equals the toll: at {figure(row.coef_std)} per sd.",
            ),
            ("L2", f"{figure(_partner_weight(explanation, row))} per sd."),
            (
                "Proof",
                f"at every optimum it lies between {figure(row.lo * sd, 7)} and {figure(row.hi * sd, 7)} per sd, so it "
                "is not 0.",
            ),
        ),
    )


def _steps(explanation: Explanation, row: Row) -> Part:
    """Three ways of walking, tried on the zero weight."""
    line, start = slice_of(explanation.solution, row.index), _partner_weight(explanation, row)
    clipped = clipped_steps(line, row.toll, start, _STEPS)
    plain = plain_steps(line, row.toll, start, _STEPS)
    ridge = ridge_steps(line, _partner(explanation).solution.alpha, start, _STEPS)
    late = plain[-_STEPS // 5 :]
    landed = _landing(clipped)
    walks = (
        ("step", "exactly 0", f"after {_STEPS:,} steps"),
        ("L1, shrink and clip (proximal)", landed, figure(float(clipped[-1]))),
        (
            "L1, plain gradient with sign(w)",
            _visits(plain),
            f"hops between {figure(float(late.min()), 2)} and {figure(float(late.max()), 2)}",
        ),
        ("L2, gradient", _visits(ridge), f"rests at {figure(float(ridge[-1]))}"),
    )
    return Part(
        f"How a solver gets there: `{display_name(row.name)}` alone, from its L2 weight {figure(start)}",
        (
            (
                "Mind",
                "that the best weight is 0 is a fact about the problem; landing on it is up to the steps. This is why "
                "L1 written as a loss term in PyTorch or Keras gives small weights, but hardly ever an exact zero. "
                "(The other weights stay as L1 fitted them, so L2 rests elsewhere than above.)",
            ),
        ),
        walks,
    )


def _landing(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    zeros = np.flatnonzero(points == 0.0)
    if len(zeros) == 0:
        return f"never in {len(points):,} steps"
    first = int(zeros[0])
    stays = len(zeros) == len(points) - first
    return f"at step {first + 1}" + (", and stays" if stays else "")


def _visits(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    hits = int(np.count_nonzero(points == 0.0))
    return f"never in {len(points):,} steps" if hits == 0 else f"{hits} times in {len(points):,} steps"


def _thread(first: Explanation, zero: Row, kept: Row) -> Part:
    """What the answers in the learner's thread got right, and where they mislead."""
    line = slice_of(first.solution, zero.index)
    rows = [
        (
            "Right",
            '"The closer the weight is to zero, the less the forcing function works" under L2: its slope, alpha w, '
            "ends at 0, and the slope of L1 does not.",
        ),
        ("Imprecise", _about_cost(line, zero)),
        (
            "Imprecise",
            'L1 "reduces each weight by a constant amount each step": that is the share of the penalty in a step of '
            "fixed length; the pull of the data is added to it, and only steps that clip at 0 stop there.",
        ),
    ]
    big, small = abs(_partner_weight(first, zero)), abs(_partner_weight(first, kept))
    if big > small:
        rows.append(
            (
                "Wrong",
                f'"The smallest weights will hit zero early on": pull against toll decides, not size. Under L2 '
                f"`{display_name(zero.name)}` is the larger one ({figure(big)}, against {figure(small)} for "
                f"`{display_name(kept.name)}`), and L1 zeroes it and keeps the other.",
            )
        )
    rows += [("Wrong", text) for text in _returns([zero, *first.rows])]
    total, partner = first.header.n_cols, _partner(first)
    rows.append(
        (
            "Wrong",
            f'"Either one would be equally likely": {first.header.zero} of {total} against {partner.zeros} of {total}. '
            "L2 makes a zero only where a pull is exactly 0: for a constant column, or by a coincidence that has "
            "probability 0 unless the data are discrete.",
        )
    )
    return Part("What the learner was told", tuple(rows))


def _about_cost(line: Slice, row: Row) -> str:
    best = smooth_minimum(line, row.toll, _WIDTH)
    return (
        'at w = 0.1 "the L1 penalty is 0.1, but the L2 penalty is 0.01": the sums are right, but the cost does not '
        "decide. sqrt(w² + 1e-12) costs the same as |w| within 0.000001, but is smooth at 0, and makes no zero: with "
        f"it the best weight of `{display_name(row.name)}` is {figure(best)}, not 0. Only a kink at 0 holds a weight "
        "there against a pull."
    )


def _returns(rows: list[Row]) -> Iterator[str]:
    """The first weight that left zero and came back to it as alpha fell."""
    for row in rows:
        runs = row.active.runs
        if len(runs) > 1:
            yield (
                '"And then be kept there": only while the pull does not exceed the toll. As alpha falls along the '
                f"computed path, `{display_name(row.name)}` is non-zero from {figure(runs[0][0])} to "
                f"{figure(runs[0][1])}, then exactly 0, then non-zero again from {figure(runs[1][0])}."
            )
            return
