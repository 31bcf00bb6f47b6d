"""Better places to measure from: the certified weights, cleaned and refined by exact solves on their support.

A bound holds from any primal point, so nothing here needs to be right: a bad anchor proves less, never more.
The refinement is Newton's method on the columns in use with their signs held, with columns that violate the
optimality conditions taken in and columns that change sign put back to zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.bounds import gap_bound
from whyzero.certificates.dual import Dual, measure, propose
from whyzero.certificates.frame import Array, Frame
from whyzero.certificates.loss_bounds import LOSS_BOUNDS
from whyzero.certificates.point import Point, make_point

__all__ = ["Anchor", "anchors", "least_gap", "mean_loss"]

MOST_COLUMNS = 1000
MOST_ENTRIES = 20_000_000
MOST_ROUNDS = 8
MOST_STEPS = 40
GOOD_ENOUGH = 8.0  # times gamma(n) times the mean loss: below, the allowance for rounding is most of the gap


class Anchor(NamedTuple):
    """A primal point, a dual point, and an upper bound of the gap between them."""

    point: Point
    dual: Dual
    gap: float


def anchors(frame: Frame, given: Point) -> Iterator[Anchor]:
    """Yield primal points, each with the best dual point found for it, first the certified weights themselves."""
    point = cleaned(frame, given)
    for _ in range(MOST_ROUNDS):
        if frame.problem.penalty.positive:
            frame = replace(frame, balanced=frame.free & (point.coef > 0.0))
        dual = propose(frame, point)
        duals = (dual, *shrunk_duals(frame, dual))
        best = min((Anchor(point, dual, gap_bound(frame, point, dual)) for dual in duals), key=lambda found: found.gap)
        yield best
        if best.gap <= least_gap(frame, point):
            return
        support = columns_in_use(frame, point)
        if len(support) > MOST_COLUMNS or len(support) * frame.problem.n_rows > MOST_ENTRIES:
            return
        refined = refine(frame, point, support)
        if refined is None:
            return
        point = refined


def cleaned(frame: Frame, given: Point) -> Point:
    """Move weights of constant columns into the intercept and drop those of excluded columns."""
    idle = ~frame.live & (given.coef != 0.0)
    if not np.any(idle):
        return given
    shift = float(np.sum((given.coef * frame.mean)[idle & frame.constant]))
    intercept = given.intercept + shift
    kept = intercept if np.isfinite(intercept) else given.intercept  # a poor anchor, and one that can be written
    return make_point(frame, np.where(idle, 0.0, given.coef), kept)


def least_gap(frame: Frame, point: Point) -> float:
    """A gap that cannot be made much smaller, because of rounding."""
    return GOOD_ENOUGH * float(frame.gamma(frame.problem.n_rows)) * mean_loss(frame, point)


def mean_loss(frame: Frame, point: Point) -> float:
    """Weighted mean loss at the point."""
    return float(np.sum(frame.weight * frame.problem.loss.value(frame.problem.y, point.eta)))


def shrunk_duals(frame: Frame, dual: Dual) -> Iterator[Dual]:
    """For penalties with curvature everywhere: the same dual point scaled to meet the tolls."""
    ridge = frame.live & (frame.l2 > 0.0) & (frame.l1 > 0.0)
    if np.any(ridge):
        excess = float(np.max((frame.reach(dual.c) / np.where(ridge, frame.l1, 1.0))[ridge]))
        if 1.0 < excess < np.inf:
            for factor in (1.0 / excess, excess**-0.5):
                yield measure(frame, factor * dual.v, factor * dual.c)


def columns_in_use(frame: Frame, point: Point) -> NDArray[np.intp]:
    """Columns with a weight, free ones, and those that violate the optimality conditions at zero."""
    problem = frame.problem
    slope = problem.design.dot(frame.weight * problem.loss.gradient(problem.y, point.eta))
    violated = frame.reach(slope) > frame.l1
    return np.flatnonzero(frame.live & ((point.coef != 0.0) | frame.balanced | violated))


def refine(frame: Frame, point: Point, support: NDArray[np.intp]) -> Point | None:
    """Solve the problem on `support` with signs held; None if that leads nowhere."""
    problem, w, first = frame.problem, frame.weight, int(frame.problem.fit_intercept)
    z = np.empty((problem.n_rows, len(support) + first), order="F")
    z[:, :first] = 1.0
    np.subtract(problem.design.columns(support), frame.mean[support], out=z[:, first:])
    l1, l2 = (np.concatenate([np.zeros(first), values[support]]) for values in (frame.l1, frame.l2))
    b = np.concatenate([[point.intercept + float(frame.mean @ point.coef)] * first, point.coef[support]])
    limited = l1 > 0.0  # a weight that may not change its sign
    limited[first:] |= problem.penalty.positive
    rest = point.eta - z @ b if len(support) < np.count_nonzero(point.coef) else problem.offset
    with np.errstate(all="ignore"):
        sign = np.sign(b)
        sign[sign == 0.0] = -np.sign(z.T @ (w * problem.loss.gradient(problem.y, point.eta)))[sign == 0.0]
        if problem.penalty.positive:
            sign[first:] = 1.0
        bounded, last = LOSS_BOUNDS[problem.loss.name].concordance > 0.0, np.inf
        factor: Array | None = None
        inverse: Array | None = None
        moving = np.zeros(len(b), dtype=np.bool_)
        for _ in range(MOST_STEPS):
            eta = z @ b + rest
            slope = z.T @ (w * problem.loss.gradient(problem.y, eta)) + l1 * sign + l2 * b
            held = (b == 0.0) & limited & (sign == 0.0)
            if factor is None:
                factor = z.T @ ((w * problem.loss.hessian(problem.y, eta))[:, None] * z) + np.diag(l2)
                inverse = None
            if inverse is None or not np.array_equal(moving, ~held):
                moving, inverse = ~held, scaled_inverse(factor, ~held)
            step = np.zeros(len(b))
            step[moving] = -(inverse @ slope[moving])
            if not np.all(np.isfinite(step)):
                return None
            if bounded:
                step = step / max(1.0, float(np.max(np.abs(z @ step))))
            b = b + step
            flipped = (b * sign < 0.0) & limited
            b[flipped], sign[flipped] = 0.0, 0.0
            size = float(np.max(np.abs(step) / (np.abs(b) + np.abs(step) + 1e-300), initial=0.0))
            if (size < 1e-14 or last < size < 1e-9) and not np.any(flipped):  # below, rounding decides
                break
            last = size
            if size > 1e-3 and bounded:
                factor = None
    coef = np.zeros(problem.n_cols)
    coef[support] = np.maximum(b[first:], 0.0) if problem.penalty.positive else b[first:]
    if not np.all(np.isfinite(coef)) or not np.all(np.isfinite(b)):
        return None
    intercept = float(b[0] - frame.mean @ coef) if first else 0.0
    return make_point(frame, coef, intercept)


def scaled_inverse(hessian: Array, moving: NDArray[np.bool_]) -> Array:
    """``H^-1`` on the moving coordinates, by way of a unit diagonal; NaN if that fails.

    The tiny ridge lets copied columns pass: along them the slope is zero, so that nothing moves.
    """
    inner = hessian[np.ix_(moving, moving)]
    size = np.sqrt(np.diag(inner))
    try:
        return np.asarray(
            np.linalg.inv(inner / size[:, None] / size + 1e-12 * np.eye(len(size))) / size[:, None] / size
        )
    except np.linalg.LinAlgError:
        return np.full(inner.shape, np.nan)
