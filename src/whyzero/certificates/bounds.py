"""The duality gap and the bound that proves zeros (docs/math.md, sections 3 and 4)."""

from __future__ import annotations

import math

import numpy as np

from whyzero.certificates.dual import Dual
from whyzero.certificates.frame import SPREAD_FLOOR, Array, Frame
from whyzero.certificates.loss_bounds import LOSS_BOUNDS
from whyzero.certificates.point import Point
from whyzero.certificates.rounding import FLOOR

__all__ = ["gap_bound", "pull_bound"]

BLOCK_ENTRIES = 2_000_000


def gap_bound(frame: Frame, point: Point, dual: Dual) -> float:
    """Upper bound of ``P(point) - P*``: the sum of Fenchel-Young terms, none of them negative, Eq. (22).

    Infinite when the dual point is not proved feasible, or the coefficients cost an infinite penalty.
    """
    problem = frame.problem
    if not dual.feasible:
        return math.inf
    with np.errstate(over="ignore", invalid="ignore"):
        rows = LOSS_BOUNDS[problem.loss.name].fenchel_young(problem.y, point.ball, dual.v, dual.move, frame.slack)
        total = float(np.sum(frame.weight * rows)) + float(np.sum(penalty_terms(frame, point.coef, dual)))
        total = total * (1.0 + float(frame.gamma(problem.n_rows + problem.n_cols))) + FLOOR
    return total if math.isfinite(total) else math.inf


def penalty_terms(frame: Frame, coef: Array, dual: Dual) -> Array:
    """Upper bounds of ``omega_j(b_j) + omega_j*(-c_j) + c_j b_j`` for every column, Eq. (66)."""
    size, sign = np.abs(coef), np.sign(coef)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        # (l1 + sign(b) clip(c, -l1, l1)) |b|: the slope that is left over; the upper end is infinite where b >= 0.
        most = np.inf if frame.problem.penalty.positive else 2.0 * frame.l1_high
        slope = np.minimum(frame.l1_high + sign * dual.c + dual.error, most)
        linear = np.where(size > 0.0, size * np.maximum(slope, 0.0), 0.0)
        doubt = dual.error + (frame.l1_high - frame.l1) + float(frame.gamma(0)) * frame.l2 * size
        distance = np.abs(frame.l2 * coef + (dual.c - frame.within(dual.c))) + doubt
        ridge = frame.l2 > 0.0
        quadratic = np.where(ridge, distance * (distance / (2.0 * np.where(ridge, frame.l2_low, 1.0))), 0.0)
    return np.where(frame.excluded & (size == 0.0), 0.0, linear + quadratic)


def pull_bound(frame: Frame, dual: Dual, gap: float) -> Array:
    """Upper bound of ``|c_j|`` (of ``-c_j``, where no weight may be negative) at the true optimum, Eq. (40) or (57)."""
    if not math.isfinite(gap):
        return np.full(frame.problem.n_cols, np.inf)
    unit = 1.0 + float(frame.gamma(0))
    with np.errstate(over="ignore", invalid="ignore"):
        if math.isfinite(frame.problem.loss.curvature_bound):
            away = frame.spread * (math.sqrt(2.0 * gap * frame.problem.loss.curvature_bound) * unit)
        else:
            spread, farthest = spread_at(frame, dual)
            away = (spread * math.sqrt(2.0 * gap) + farthest * gap) * unit
        bound = frame.reach(dual.c) + dual.error + away
        bound = bound * np.where(bound < 0.0, 2.0 - unit, unit)
    return np.where(np.isnan(bound), np.inf, bound)


def spread_at(frame: Frame, dual: Dual) -> tuple[Array, Array]:
    """Upper bounds of ``S_j`` and ``B_j`` of Eq. (57), both of shape (p,): one reading of the columns."""
    problem, counted = frame.problem, frame.weight > 0.0
    room = LOSS_BOUNDS[problem.loss.name].room(problem.y, dual.v)
    share = (frame.weight * room * (1.0 + dual.move))[counted]
    square, farthest = np.zeros(problem.n_cols), np.zeros(problem.n_cols)
    width = max(1, BLOCK_ENTRIES // problem.n_rows)
    for start in range(0, problem.n_cols, width):
        block = slice(start, min(start + width, problem.n_cols))
        x = problem.design.columns(np.arange(block.start, block.stop))[counted] - frame.mean[block]
        square[block], farthest[block] = share @ (x * x), np.max(np.abs(x), axis=0)
    growth = 1.0 + float(frame.gamma(problem.n_rows))
    # another machine may have another mean in the last digits
    shift = 8.0 * float(frame.gamma(problem.n_rows)) * np.abs(frame.mean)
    spread = np.sqrt(square * growth) + shift * math.sqrt(float(np.sum(share)) * growth) + SPREAD_FLOOR
    return spread, (farthest + shift) * (1.0 + float(frame.gamma(0)))
