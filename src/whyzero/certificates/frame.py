"""What every bound needs to know about a problem at one alpha: tolls, spreads, roles of the columns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.rounding import CERTIFY_SLACK, gamma
from whyzero.problem import Problem

__all__ = ["Array", "Frame", "Mask", "make_frame"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SPREAD_FLOOR = 1e-150  # squares of anything smaller underflow
TOLL_RANGE = (1e-280, 1e280)  # outside, a product of stored floats may underflow or overflow


@dataclass(frozen=True, eq=False)
class Frame:
    """A problem at one alpha, with upper bounds of what float64 can only approximate.

    Attributes
    ----------
    problem : Problem
        Loss, design, target.
    alpha : float
        Penalty strength.
    weight : ndarray of shape (n,)
        ``s_i / S``.
    l1, l2 : ndarray of shape (p,)
        Toll and ridge strength of every column as stored, Eq. (3); l1 is infinite for an excluded column.
    live : mask of shape (p,)
        Columns that take part: neither excluded nor structural.
    free : mask of shape (p,)
        Live columns without any penalty.
    constant, excluded : mask of shape (p,)
        Why a column is not live.
    mean : ndarray of shape (p,)
        Shift of each column: its mean when there is an intercept, else 0.
    spread : ndarray of shape (p,)
        Upper bound of the standard deviation (with an intercept) or root mean square (without), Eq. (41).
    rms : ndarray of shape (p,)
        Upper bound of the root mean square.
    counts : ndarray of shape (p,)
        Stored entries of each column: the length of its sums.
    in_range : bool
        False when a toll is outside the range in which the rounding model holds; then nothing is proved.
    slack : float
        Factor on the unit roundoff.
    """

    problem: Problem
    alpha: float
    weight: Array
    l1: Array
    l2: Array
    live: Mask
    free: Mask
    constant: Mask
    excluded: Mask
    mean: Array
    spread: Array
    rms: Array
    counts: NDArray[np.int64]
    in_range: bool
    slack: float

    def gamma(self, terms: int | NDArray[np.int64]) -> Array:
        """Eq. (60) with this frame's slack."""
        return gamma(terms, self.slack)

    @property
    def l1_low(self) -> Array:
        """Lower bound of the tolls."""
        return self.l1 * (1.0 - float(self.gamma(0)))

    @property
    def l1_high(self) -> Array:
        """Upper bound of the tolls."""
        return self.l1 * (1.0 + float(self.gamma(0)))

    @property
    def l2_low(self) -> Array:
        """Lower bound of the ridge strengths."""
        return self.l2 * (1.0 - float(self.gamma(0)))


def make_frame(problem: Problem, alpha: float, slack: float = CERTIFY_SLACK) -> Frame:
    """Collect what the bounds need, without a pass over the design."""
    excluded = problem.penalty.excluded
    constant = problem.structural & ~excluded
    live = ~problem.structural & ~excluded
    l1, l2 = problem.penalty.l1(alpha), problem.penalty.l2(alpha)
    weight = problem.sample_weight / math.fsum(problem.sample_weight)
    # mean - min <= sd / sqrt(weight of that row): so much can the shift of the moments cost, Eq. (62).
    reach = 1.0 + 1.0 / math.sqrt(float(np.min(weight[weight > 0.0])))
    growth = 1.0 + 8.0 * reach * float(gamma(problem.n_rows, slack))
    with np.errstate(over="ignore"):
        deviation = problem.column_sd * growth + SPREAD_FLOOR
        rms = np.hypot(problem.column_mean, deviation) * growth
    tolls = np.concatenate([l1[live], l2[live]])
    tolls = tolls[tolls != 0.0]
    return Frame(
        problem=problem,
        alpha=alpha,
        weight=weight,
        l1=l1,
        l2=l2,
        live=live,
        free=live & (l1 == 0.0) & (l2 == 0.0),
        constant=constant,
        excluded=excluded,
        mean=problem.column_mean if problem.fit_intercept else np.zeros(problem.n_cols),
        spread=deviation if problem.fit_intercept else rms,
        rms=rms,
        counts=problem.design.column_counts(),
        in_range=bool(np.all((tolls > TOLL_RANGE[0]) & (tolls < TOLL_RANGE[1]))),
        slack=slack,
    )
