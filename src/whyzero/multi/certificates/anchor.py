"""Better places to measure from: the certified weights, cleaned and refined by exact solves on their support.

A bound holds from any point, so nothing here needs to be right: a bad anchor proves less, never more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.anchor import GOOD_ENOUGH, scaled_inverse
from whyzero.certificates.certify import SMALL
from whyzero.certificates.frame import Array, Frame, Mask
from whyzero.multi.certificates.dual import MatrixDual, grouped_size, propose
from whyzero.multi.certificates.gap import gap_bound
from whyzero.multi.certificates.point import MatrixPoint, make_point, slopes
from whyzero.multi.certificates.row_bounds import ROW_BOUNDS, probabilities
from whyzero.multi.formulas import ROW_LOSSES

__all__ = ["MatrixAnchor", "best_anchor"]

MOST_WEIGHTS = 1000
MOST_ENTRIES = 20_000_000
MOST_ROUNDS = 8
MOST_STEPS = 40
SWEEPS = 20
FIRST_STEPS = 300
FAR = 1e-4  # share of the mean loss: from a larger gap Newton's method may not find the support


class MatrixAnchor(NamedTuple):
    """A primal point, a dual point, and an upper bound of the gap between them."""

    point: MatrixPoint
    dual: MatrixDual
    gap: float


def best_anchor(frame: Frame, loss: str, y: Array, given: MatrixPoint) -> MatrixAnchor:
    """The anchor of the smallest gap.

    The search ends after two anchors that did not halve it, after one if it is small, or where rounding is most of it.
    """
    best, in_vain = None, 0
    for anchor in anchors(frame, loss, y, given):
        in_vain = 0 if best is None or anchor.gap < 0.5 * best.gap else in_vain + 1
        best = anchor if best is None or anchor.gap < best.gap else best
        value = mean_loss(frame, loss, y, best.point)
        least = GOOD_ENOUGH * float(frame.gamma(len(y))) * value
        if in_vain >= 2 or best.gap <= least or (in_vain == 1 and best.gap <= SMALL * value):
            break
    assert best is not None  # there is always a first anchor
    return best


def mean_loss(frame: Frame, loss: str, y: Array, point: MatrixPoint) -> float:
    """Weighted mean loss at the point."""
    return float(np.sum(frame.weight * ROW_LOSSES[loss].value(y, point.eta.middle)))


def anchors(frame: Frame, loss: str, y: Array, given: MatrixPoint) -> Iterator[MatrixAnchor]:
    """Yield primal points, each with a dual point for it, first the certified weights themselves."""
    point = cleaned(frame, given)
    refine = refine_rows if ROW_BOUNDS[loss].grouped else refine_classes
    for _ in range(MOST_ROUNDS):
        dual = propose(frame, loss, y, point.eta.middle)
        gap = gap_bound(frame, loss, y, point, dual)
        yield MatrixAnchor(point, dual, gap)
        value = mean_loss(frame, loss, y, point)
        nothing = make_point(frame, np.zeros_like(point.coef), np.zeros_like(point.intercept))
        if not value <= mean_loss(frame, loss, y, nothing):
            point = nothing
        used = weights_in_use(frame, loss, y, point)
        columns = np.flatnonzero(np.any(used, axis=1))
        if np.count_nonzero(used) > MOST_WEIGHTS or len(columns) * y.size > MOST_ENTRIES:
            return
        if len(columns) == 0 and not frame.problem.fit_intercept:
            point = nothing
            continue
        if len(columns) == 0 and not frame.problem.fit_intercept:
            dual = propose(frame, loss, y, nothing.eta.middle)
            yield MatrixAnchor(nothing, dual, gap_bound(frame, loss, y, nothing, dual))
            return
        if loss == "softmax" and not gap <= FAR * value:
            point = approach(frame, y, point, columns, used[columns])
            used = weights_in_use(frame, loss, y, point)
            columns = np.flatnonzero(np.any(used, axis=1))
        coef, intercept = refine(frame, y, point, columns, used[columns])
        if not (np.all(np.isfinite(coef)) and np.all(np.isfinite(intercept))):
            return
        point = make_point(frame, coef, intercept)


def cleaned(frame: Frame, given: MatrixPoint) -> MatrixPoint:
    """Move weights of constant columns into the intercepts and drop those of excluded columns."""
    idle = ~frame.live & np.any(given.coef, axis=1)
    if not np.any(idle):
        return given
    kept = idle & frame.constant
    intercept = given.intercept + frame.mean[kept] @ given.coef[kept]
    if not np.all(np.isfinite(intercept)):
        return make_point(frame, np.zeros_like(given.coef), np.zeros_like(given.intercept))
    return make_point(frame, np.where(idle[:, None], 0.0, given.coef), intercept)


def weights_in_use(frame: Frame, loss: str, y: Array, point: MatrixPoint) -> Mask:
    """Weights that are not zero, free ones, and those that violate the optimality conditions at zero; shape (p, K)."""
    pull = frame.problem.design.dot(frame.weight[:, None] * slopes(loss, y, point.eta.middle))
    violated = grouped_size(ROW_BOUNDS[loss], pull) > frame.l1[:, None]
    found = frame.live[:, None] & ((point.coef != 0.0) | frame.free[:, None] | violated)
    return np.broadcast_to(np.any(found, axis=1, keepdims=True), found.shape) if loss == "squared" else found


def refine_rows(
    frame: Frame, y: Array, point: MatrixPoint, columns: NDArray[np.intp], used: Mask
) -> tuple[Array, Array]:
    """Several targets: sweeps over the rows of the Gram matrix, then Newton's method, Eq. (165)."""
    x = frame.problem.design.columns(columns) - frame.mean[columns]
    w, l1, l2 = frame.weight, frame.l1[columns], frame.l2[columns]
    centre = w @ y if frame.problem.fit_intercept else np.zeros(y.shape[1])
    gram, right = x.T @ (w[:, None] * x), x.T @ (w[:, None] * (y - centre))
    b = point.coef[columns].copy()
    for _ in range(SWEEPS):
        before = b.copy()
        for j in range(len(b)):
            pull = right[j] - gram[j] @ b + gram[j, j] * b[j]
            size = np.sqrt(pull @ pull)
            b[j] = 0.0 if size <= l1[j] else (1.0 - l1[j] / size) / (gram[j, j] + l2[j]) * pull
        if np.max(np.abs(b - before), initial=0.0) <= 1e-9 * np.max(np.abs(b), initial=0.0):
            break
    for _ in range(MOST_STEPS):
        rows = np.flatnonzero(np.any(b, axis=1))
        step = row_step(gram[np.ix_(rows, rows)], right[rows], b[rows], (l1[rows], l2[rows]))
        if len(rows) == 0 or not np.all(np.isfinite(step)):
            break
        moved = b[rows] + step
        moved[(np.sum(moved * b[rows], axis=1) <= 0.0) & (l1[rows] > 0.0)] = 0.0
        size = float(np.max(np.abs(moved - b[rows])) / np.max(np.abs(b[rows])))
        b[rows] = moved
        if size < 1e-15:
            break
    coef = np.zeros_like(point.coef)
    coef[columns] = b
    return coef, centre - frame.mean @ coef if frame.problem.fit_intercept else centre


def row_step(gram: Array, right: Array, b: Array, tolls: tuple[Array, Array]) -> Array:
    """Newton's step for rows of weights that are not zero, Eq. (165); NaN where the matrix has no inverse."""
    (l1, l2), size = tolls, np.sqrt(np.sum(b * b, axis=1))
    unit, bend = b / size[:, None], l1 / size
    slope = gram @ b - right + l2[:, None] * b + l1[:, None] * unit
    inverse = scaled_inverse(gram + np.diag(l2 + bend), np.ones(len(b), dtype=np.bool_))
    step, kinked = inverse @ slope, np.flatnonzero(l1 > 0.0)
    e = unit[kinked]
    schur = np.diag(1.0 / bend[kinked]) - inverse[np.ix_(kinked, kinked)] * (e @ e.T)
    try:
        along = np.linalg.solve(schur, np.sum(e * step[kinked], axis=1))
    except np.linalg.LinAlgError:
        return np.full_like(b, np.nan)
    return np.asarray(-(step + inverse[:, kinked] @ (along[:, None] * e)))


def approach(frame: Frame, y: Array, point: MatrixPoint, columns: NDArray[np.intp], used: Mask) -> MatrixPoint:
    """Accelerated proximal gradient steps on columns of one size, with a restart where they turn back."""
    ones, size = int(frame.problem.fit_intercept), frame.spread[columns]
    z = (frame.problem.design.columns(columns) - frame.mean[columns]) / size
    z = np.hstack([np.ones((len(y), ones)), z])
    l1 = np.concatenate([np.zeros(ones), frame.l1[columns] / size])[:, None]
    l2 = np.concatenate([np.zeros(ones), frame.l2[columns] / size**2])[:, None]
    if not np.all(np.isfinite(z)):
        return point
    live = np.vstack([np.ones((ones, y.shape[1]), dtype=np.bool_), used])
    b = np.vstack([(point.intercept + frame.mean @ point.coef)[None][:ones], point.coef[columns] * size[:, None]])
    step = 2.0 / float(np.linalg.norm(np.sqrt(frame.weight)[:, None] * z, 2)) ** 2  # Eq. (161)
    v, momentum = b, 1.0
    for _ in range(FIRST_STEPS):
        moved = v - step * (z.T @ (frame.weight[:, None] * slopes("softmax", y, z @ v)))
        moved = np.sign(moved) * np.maximum(np.abs(moved) - step * l1, 0.0) / (1.0 + step * l2) * live
        if np.sum((v - moved) * (moved - b)) > 0.0:
            momentum = 1.0
        grown = (1.0 + np.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
        v, b, momentum = moved + (momentum - 1.0) / grown * (moved - b), moved, grown
    coef = np.zeros_like(point.coef)
    coef[columns] = b[ones:] / size[:, None]
    return make_point(frame, coef, b[0] - frame.mean @ coef if ones else np.zeros(y.shape[1]))


def refine_classes(
    frame: Frame, y: Array, point: MatrixPoint, columns: NDArray[np.intp], used: Mask
) -> tuple[Array, Array]:
    """Several classes: Newton's method on the weights in use with their signs held, and intercepts."""
    ones, tasks = int(frame.problem.fit_intercept), y.shape[1]
    z = np.hstack([np.ones((len(y), ones)), frame.problem.design.columns(columns) - frame.mean[columns]])
    l1, l2 = (np.concatenate([np.zeros(ones), part[columns]])[:, None] for part in (frame.l1, frame.l2))
    w, live = frame.weight[:, None], np.vstack([np.ones((ones, tasks), dtype=np.bool_), used])
    b = np.vstack([(point.intercept + frame.mean @ point.coef)[None][:ones], point.coef[columns]])
    sign = np.sign(b)
    fresh = live & (sign == 0.0)
    sign[fresh] = -np.sign(z.T @ (w * slopes("softmax", y, point.eta.middle)))[fresh]
    last, inverse, held = np.inf, np.empty((0, 0)), np.zeros_like(live)
    for _ in range(MOST_STEPS):
        eta = z @ b
        slope = z.T @ (w * slopes("softmax", y, eta)) + l1 * sign + l2 * b
        moving = live & ~((b == 0.0) & (l1 > 0.0) & (sign == 0.0))
        step = np.zeros_like(b)
        if last > 1e-3 or not np.array_equal(moving, held):  # nearer, the last inverse will do
            hessian = class_hessian(z, frame.weight, eta, moving)
            hessian[np.diag_indices(len(hessian))] += np.broadcast_to(l2, b.shape).T[moving.T]
            inverse, held = scaled_inverse(hessian, np.ones(len(hessian), dtype=np.bool_)), moving
        step.T[moving.T] = -(inverse @ slope.T[moving.T])
        if not np.all(np.isfinite(step)):
            break
        step = step / max(1.0, float(np.max(np.abs(z @ step))))
        b = b + step
        flipped = (b * sign < 0.0) & (l1 > 0.0)
        b[flipped], sign[flipped] = 0.0, 0.0
        size = float(np.max(np.abs(step)) / (np.max(np.abs(b)) + 1e-300))
        if (size < 1e-15 or last < size < 1e-9) and not np.any(flipped):  # below, rounding decides
            break
        last = size
    coef = np.zeros_like(point.coef)
    coef[columns] = b[ones:]
    return coef, b[0] - frame.mean @ coef if ones else np.zeros(tasks)


def class_hessian(z: Array, weight: Array, eta: Array, moving: Mask) -> Array:
    """The Hessian of the mean loss for the chosen weights, class after class."""
    p, rest = probabilities(eta)
    chosen = [z[:, of_class] for of_class in moving.T]
    blocks = [
        [a.T @ ((weight * p[:, s] * (rest[:, s] if s == t else -p[:, t]))[:, None] * b) for t, b in enumerate(chosen)]
        for s, a in enumerate(chosen)
    ]
    return np.asarray(np.block(blocks))
