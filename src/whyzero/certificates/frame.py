"""What every bound needs to know about a problem at one alpha: tolls, spreads, roles of the columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.rounding import CERTIFY_SLACK, gamma, total
from whyzero.problem import Problem

__all__ = ["Array", "Frame", "Mask", "make_frame"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SPREAD_FLOOR = 1e-150  # squares of anything smaller underflow
TOLL_RANGE = (1e-280, 1e280)  # outside, a product of stored floats may underflow or overflow
LARGEST_COLUMN = 1e140  # root mean square above which squares overflow
LEAST_WEIGHT = 1e-200  # smaller shares of the total lose their relative accuracy, or vanish


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
    balanced : mask of shape (p,)
        Free columns on which a dual point is made zero: all, or where no weight may be negative those that have one.
    tight : mask of shape (p,)
        Columns whose pull no dual point may have above their toll: those without a ridge part that are not balanced.
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
        False when a toll, a part of its product, a column or a row's weight is outside the range in which the rounding
        model holds; then nothing is proved.
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
    balanced: Mask
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
    def variance(self) -> Array:
        """Mean square of every column, from its mean if there is an intercept; as computed."""
        square = self.problem.column_sd**2
        return np.asarray(square if self.problem.fit_intercept else square + self.problem.column_mean**2)

    @property
    def tight(self) -> Mask:
        """See the class."""
        return np.asarray(self.live & (self.l2 == 0.0) & ~self.balanced)

    def reach(self, slope: Array) -> Array:
        """How far slopes of the loss pull their weights away from zero: to either side, or upwards alone."""
        return -slope if self.problem.penalty.positive else np.abs(slope)

    def within(self, slope: Array) -> Array:
        """The nearest slopes at which the weights can be zero."""
        return np.clip(slope, -self.l1, np.inf if self.problem.penalty.positive else self.l1)

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
    free = live & (l1 == 0.0) & (l2 == 0.0)
    share = problem.sample_weight / np.max(problem.sample_weight)  # their sum may overflow
    weight = share / total(share)
    growth = 1.0 + 8.0 * float(gamma(problem.n_rows, slack))  # Eq. (67)
    with np.errstate(over="ignore"):
        deviation = problem.column_sd * growth + SPREAD_FLOOR
        rms = np.hypot(problem.column_mean, deviation) * growth
    return Frame(
        problem=problem,
        alpha=alpha,
        weight=weight,
        l1=l1,
        l2=l2,
        live=live,
        free=free,
        balanced=free & (not problem.penalty.positive),
        constant=constant,
        excluded=excluded,
        mean=problem.column_mean if problem.fit_intercept else np.zeros(problem.n_cols),
        spread=deviation if problem.fit_intercept else rms,
        rms=rms,
        counts=problem.design.column_counts(),
        in_range=tolls_in_range(problem, alpha, live)
        and bool(np.min(weight[problem.sample_weight > 0.0]) > LEAST_WEIGHT)
        and bool(np.all(rms[live] < LARGEST_COLUMN)),
        slack=slack,
    )


def tolls_in_range(problem: Problem, alpha: float, live: Mask) -> bool:
    """Whether every product of Eq. (3), taken from left to right, keeps its relative accuracy.

    A product that is zero must have a factor that is zero: one that underflows to zero would turn a toll
    into none.
    """
    penalty, ones = problem.penalty, np.ones(int(np.count_nonzero(live)))
    factor, scale = penalty.factor[live], penalty.scale[live]
    low, high = TOLL_RANGE
    chains = ((penalty.l1_ratio, ones), (1.0 - penalty.l1_ratio, scale))
    parts = np.array([[alpha * ones, ratio * ones, factor, scale, last] for ratio, last in chains])
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        steps = np.cumprod(parts, axis=1)
    sure = np.all((steps > low) & (steps < high), axis=1)
    return bool(np.all(np.where(np.any(parts == 0.0, axis=1), steps[:, -1] == 0.0, sure)))
