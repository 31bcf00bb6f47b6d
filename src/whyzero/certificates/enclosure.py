"""Intervals that provably hold the weights of every optimal solution (docs/math.md, section 5)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.frame import Array, Frame, Mask
from whyzero.certificates.inverse import invert_gram
from whyzero.certificates.loss_bounds import LOSS_BOUNDS
from whyzero.certificates.parallel import cheapest_of_several, parallel_groups
from whyzero.certificates.point import Point

__all__ = ["Enclosure", "enclose"]

MOST_COLUMNS = 2000
MOST_ENTRIES = 60_000_000
SHARE_FLOOR = 1e-150  # covers products that underflow, divided by a height of at least 1e-140

CURVATURE, CONVEXITY = "curvature", "strong convexity"


@dataclass(frozen=True, eq=False)
class Enclosure:
    """Lower and upper ends for every column, and which bound gave the tighter one.

    Where `shared` holds the optimum is proved not to be unique, and the weight takes every value between 0 and
    one within the interval that is as far from 0 as its other end, up to the accuracy of the proof, Eq. (49).
    """

    lo: Array
    hi: Array
    methods: NDArray[np.str_]
    shared: Mask

    @property
    def decided(self) -> Mask:
        """Columns whose weight is proved not to be zero, or not to be unique."""
        return np.asarray((self.lo > 0.0) | (self.hi < 0.0) | self.shared)


def enclose(frame: Frame, point: Point, gap: float, zero: Mask) -> Enclosure:
    """Intersect the enclosures that apply to each column.

    Parameters
    ----------
    frame, point : Frame, Point
        The problem and a primal point.
    gap : float
        Upper bound of ``P(point) - P*``.
    zero : mask of shape (p,)
        Columns whose weight is proved zero or zero by definition.
    """
    p = frame.problem.n_cols
    lo, hi = np.full(p, -np.inf), np.full(p, np.inf)
    methods, shared = np.full(p, "", dtype="<U32"), np.zeros(p, dtype=np.bool_)
    if math.isfinite(gap):
        below, above, shared = curvature_interval(frame, point, gap, ~zero | (point.coef != 0.0))
        candidates = (
            (CONVEXITY, *around(frame, point.coef, convexity_radius(frame, gap))),
            (CURVATURE, below, above),
        )
        for name, low, high in candidates:
            better = (high - low < hi - lo) & ~np.isnan(high - low)
            methods[better] = name
            lo, hi = np.fmax(lo, low), np.fmin(hi, high)
    return Enclosure(np.where(zero, 0.0, lo), np.where(zero, 0.0, hi), methods, shared & ~zero)


def around(frame: Frame, coef: Array, radius: Array) -> tuple[Array, Array]:
    """``coef -/+ radius``, rounded outwards."""
    outward = radius + float(frame.gamma(0)) * (np.abs(coef) + np.where(np.isfinite(radius), radius, 0.0))
    return coef - outward, coef + outward


def convexity_radius(frame: Frame, gap: float) -> Array:
    """``sqrt(2 G / l2_j)``, Eq. (46): the penalty's own curvature, for any number of columns."""
    ridge = frame.live & (frame.l2 > 0.0)
    radius = np.sqrt(2.0 * gap / np.where(ridge, frame.l2_low, 1.0)) * (1.0 + float(frame.gamma(0)))
    return np.where(ridge, radius, np.inf)


def curvature_interval(frame: Frame, point: Point, gap: float, mask: Mask) -> tuple[Array, Array, Mask]:
    """Intervals from the ellipsoid around `point`, Eqs. (42), (45) and (48), and where Eq. (49) shows them shared."""
    problem = frame.problem
    columns = np.flatnonzero(mask)
    lo, hi = np.full(problem.n_cols, -np.inf), np.full(problem.n_cols, np.inf)
    shared = np.zeros(problem.n_cols, dtype=np.bool_)
    k, n = len(columns), problem.n_rows
    if k == 0 or k > MOST_COLUMNS or k * n > MOST_ENTRIES or not np.all(np.isfinite(point.eta_error)):
        return lo, hi, shared
    stored = problem.design.columns(columns)
    # Eq. (48) needs tolls and no ridge, and steps whose products neither overflow nor underflow.
    single = frame.free[columns] | np.any(frame.l2[columns]) | (np.abs(np.log10(frame.spread[columns]) + 40.0) > 80.0)
    counted, one_sided = frame.weight > 0.0, problem.penalty.positive
    groups = parallel_groups(stored, counted, problem.fit_intercept, single, directed=one_sided)
    radius = np.full(k, np.inf)
    radius[groups.leads] = ellipsoid_radius(frame, point, gap, columns[groups.leads], stored[:, groups.leads])
    middle, size = groups.share(point.coef[columns])
    low, high = around(frame, middle, groups.reach(radius) + float(frame.gamma(k)) * size + SHARE_FLOOR)
    tied = cheapest_of_several(groups, problem.penalty.factor[columns], problem.penalty.scale[columns])
    shared[columns] = tied & ((low > 0.0) | (high < 0.0))
    lo[columns] = np.where(groups.alone, low, np.minimum(low, 0.0))
    hi[columns] = np.where(groups.alone, high, np.maximum(high, 0.0))
    return lo, hi, shared


def ellipsoid_radius(frame: Frame, point: Point, gap: float, columns: NDArray[np.intp], stored: Array) -> Array:
    """Radius of the ellipsoid along each of `columns`, Eqs. (42) and (45); infinite where nothing is proved."""
    problem = frame.problem
    n, k = stored.shape
    lost = np.full(k, np.inf)
    counted = frame.weight > 0.0
    if np.count_nonzero(frame.l2[columns] == 0.0) + problem.fit_intercept > np.count_nonzero(counted):
        return lost
    bounds = LOSS_BOUNDS[problem.loss.name]
    curvature, doubt = bounds.curvature(point.ball, frame.slack)
    if not doubt < 0.5:
        return lost
    ones = int(problem.fit_intercept)
    z = np.empty((n, k + ones), order="F")
    z[:, :ones] = 1.0
    np.subtract(stored, frame.mean[columns], out=z[:, ones:])
    ridge = np.concatenate([np.zeros(ones), frame.l2[columns]])
    inverse = invert_gram(z, frame.weight * curvature, ridge, frame.slack)
    if inverse is None:
        return lost
    length = math.sqrt(2.0 * gap)
    if bounds.concordance > 0.0:
        reach = bounds.concordance * math.sqrt(inverse.quadratic_bound(z[counted]) / (1.0 - doubt))
        length *= concordant_factor(reach, length)
    spread = np.sqrt(inverse.diagonal()[ones:] / (1.0 - doubt))
    return np.asarray(length * spread * (1.0 + float(frame.gamma(0))))


def concordant_factor(reach: float, length: float) -> float:
    """How much longer the ellipsoid is when the third derivative is only bounded by the second.

    Every r with ``1 - (1 + s) e^-s <= reach^2 G``, ``s = reach r``, is below ``length (1 + t)`` with
    ``length = sqrt(2 G)`` and ``t = reach length``, as long as ``t <= 1/2``, Eq. (45); infinite beyond.
    """
    t = reach * length
    return 1.0 + t if t <= 0.5 else math.inf
