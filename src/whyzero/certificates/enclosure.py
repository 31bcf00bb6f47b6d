"""Intervals that provably hold the weights of every optimal solution (docs/math.md, section 5)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.frame import Array, Frame, Mask
from whyzero.certificates.inverse import invert_gram
from whyzero.certificates.loss_bounds import LOSS_BOUNDS
from whyzero.certificates.parallel import leaders
from whyzero.certificates.point import Point

__all__ = ["Enclosure", "enclose"]

MOST_COLUMNS = 2000
MOST_ENTRIES = 60_000_000

CURVATURE, CONVEXITY = "curvature", "strong convexity"


@dataclass(frozen=True, eq=False)
class Enclosure:
    """Lower and upper ends for every column, and which bound gave the tighter one."""

    lo: Array
    hi: Array
    methods: NDArray[np.str_]


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
    methods = np.full(p, "", dtype="<U32")
    if math.isfinite(gap):
        candidates = (
            (CONVEXITY, *around(frame, point.coef, convexity_radius(frame, gap))),
            (CURVATURE, *around(frame, point.coef, curvature_radius(frame, point, gap, ~zero | (point.coef != 0.0)))),
        )
        for name, low, high in candidates:
            better = (high - low < hi - lo) & ~np.isnan(high - low)
            methods[better] = name
            lo, hi = np.fmax(lo, low), np.fmin(hi, high)
    return Enclosure(np.where(zero, 0.0, lo), np.where(zero, 0.0, hi), methods)


def around(frame: Frame, coef: Array, radius: Array) -> tuple[Array, Array]:
    """``coef -/+ radius``, rounded outwards."""
    outward = radius + float(frame.gamma(0)) * (np.abs(coef) + np.where(np.isfinite(radius), radius, 0.0))
    return coef - outward, coef + outward


def convexity_radius(frame: Frame, gap: float) -> Array:
    """``sqrt(2 G / l2_j)``, Eq. (46): the penalty's own curvature, for any number of columns."""
    ridge = frame.live & (frame.l2 > 0.0)
    radius = np.sqrt(2.0 * gap / np.where(ridge, frame.l2_low, 1.0)) * (1.0 + float(frame.gamma(0)))
    return np.where(ridge, radius, np.inf)


def curvature_radius(frame: Frame, point: Point, gap: float, mask: Mask) -> Array:
    """Radius of the ellipsoid around `point` along each surviving column, Eqs. (42), (45) and (47)."""
    problem = frame.problem
    columns = np.flatnonzero(mask)
    radius = np.full(problem.n_cols, np.inf)
    k, n = len(columns), problem.n_rows
    if k == 0 or k > MOST_COLUMNS or k * n > MOST_ENTRIES or not np.all(np.isfinite(point.eta_error)):
        return radius
    counted = frame.weight > 0.0
    stored = problem.design.columns(columns)
    first, alone = np.arange(k), np.ones(k, dtype=np.bool_)
    if not np.any(frame.l2[columns]):
        first, alone = leaders(stored, counted, problem.fit_intercept)
    columns, k = columns[first], len(first)
    if np.count_nonzero(frame.l2[columns] == 0.0) + problem.fit_intercept > np.count_nonzero(counted):
        return radius
    bounds = LOSS_BOUNDS[problem.loss.name]
    curvature, doubt = bounds.curvature(point.ball, frame.slack)
    if not doubt < 0.5:
        return radius
    ones = int(problem.fit_intercept)
    z = np.empty((n, k + ones), order="F")
    z[:, :ones] = 1.0
    np.subtract(stored[:, first], frame.mean[columns], out=z[:, ones:])
    ridge = np.concatenate([np.zeros(ones), frame.l2[columns]])
    inverse = invert_gram(z, frame.weight * curvature, ridge, frame.slack)
    if inverse is None:
        return radius
    length = math.sqrt(2.0 * gap)
    if bounds.concordance > 0.0:
        reach = bounds.concordance * math.sqrt(inverse.quadratic_bound(z[counted]) / (1.0 - doubt))
        length *= concordant_factor(reach, length)
    spread = np.sqrt(inverse.diagonal()[ones:] / (1.0 - doubt))
    radius[columns[alone]] = (length * spread * (1.0 + float(frame.gamma(0))))[alone]
    return radius


def concordant_factor(reach: float, length: float) -> float:
    """How much longer the ellipsoid is when the third derivative is only bounded by the second.

    Every r with ``1 - (1 + s) e^-s <= reach^2 G``, ``s = reach r``, is below ``length (1 + t)`` with
    ``length = sqrt(2 G)`` and ``t = reach length``, as long as ``t <= 1/2``, Eq. (45); infinite beyond.
    """
    t = reach * length
    return 1.0 + t if t <= 0.5 else math.inf
