"""Weights that the certificate leaves open because several fits are best: over which range they differ."""

from __future__ import annotations

import math

import numpy as np

from whyzero.certificates import Certificate, Verdict, optimal_ranges
from whyzero.explanations.wording import at_least, at_most, figure
from whyzero.problem import Problem

__all__ = ["open_ranges"]

_MOST_OPEN = 50
_MOST_ENTRIES = 5_000_000


def open_ranges(problem: Problem, certificate: Certificate) -> dict[int, str]:
    """A sentence for each open weight that is not the same in all best fits; nothing for large problems.

    Ends that are proved are rounded outwards.
    """
    undecided = [j for j, verdict in enumerate(certificate.verdicts) if verdict is Verdict.OPEN]
    in_use = sum(not verdict.says_zero for verdict in certificate.verdicts)
    if not 0 < len(undecided) <= _MOST_OPEN or in_use * problem.n_rows > _MOST_ENTRIES:
        return {}
    if not math.isfinite(certificate.anchor_gap):  # the anchor may be far from every best fit
        return {}
    ranges = optimal_ranges(problem, certificate)
    return {
        j: _sentence(float(ranges.lo[j]), float(ranges.hi[j]), bool(ranges.proved[j]))
        for j in undecided
        if ranges.several[j] and np.isfinite([ranges.lo[j], ranges.hi[j]]).all()
    }


def _sentence(low: float, high: float, proved: bool) -> str:
    if proved:
        ends = f"from {at_least(low)} to {at_most(high)}"
        return f"Several fits are best, and over them it takes every value {ends}: proved, ends rounded outwards."
    ends = f"from {figure(low)} to {figure(high)}"
    return f"Several fits seem to be best, and over them it goes {ends}: computed by linear programmes, not proved."
