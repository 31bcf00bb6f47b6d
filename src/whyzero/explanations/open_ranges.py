"""Weights that the certificate leaves open because several fits are best: over which range they go."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from whyzero.certificates import Certificate, Verdict, optimal_ranges
from whyzero.errors import InputError
from whyzero.explanations.wording import at_least, at_most, figure
from whyzero.problem import Problem

__all__ = ["OpenRange", "open_ranges"]

_MOST_OPEN = 50
_MOST_ENTRIES = 5_000_000


@dataclass(frozen=True)
class OpenRange:
    """The smallest and largest value of a weight over all best fits, in the units of the column as stored.

    Attributes
    ----------
    low, high : float
        Ends; rounded outwards where they are proved.
    proved : bool
        Whether they are proved, or computed by linear programmes.
    """

    low: float
    high: float
    proved: bool

    def in_words(self, unit: float) -> str:
        """One sentence about the weight times `unit`."""
        low, high = self.low * unit, self.high * unit
        if self.proved:
            ends = f"from {at_least(low)} to {at_most(high)}"
            return f"Several fits are best, and over them it takes every value {ends}: proved, ends rounded outwards."
        ends = f"from {figure(low)} to {figure(high)}"
        return f"Several fits seem to be best, and over them it goes {ends}: computed by linear programmes, not proved."


def open_ranges(problem: Problem, certificate: Certificate) -> dict[int, OpenRange]:
    """The open weights that are not the same in all best fits; nothing for large problems."""
    undecided = [j for j, verdict in enumerate(certificate.verdicts) if verdict is Verdict.OPEN]
    in_use = sum(not verdict.says_zero for verdict in certificate.verdicts)
    if not 0 < len(undecided) <= _MOST_OPEN or in_use * problem.n_rows > _MOST_ENTRIES:
        return {}
    if not math.isfinite(certificate.anchor_gap):  # the anchor may be far from every best fit
        return {}
    try:
        ranges = optimal_ranges(problem, certificate)
    except InputError:  # a programme has no solution: the anchor is too far from every best fit to tell a range
        return {}
    return {
        j: OpenRange(float(ranges.lo[j]), float(ranges.hi[j]), bool(ranges.proved[j]))
        for j in undecided
        if ranges.several[j] and np.isfinite([ranges.lo[j], ranges.hi[j]]).all()
    }
