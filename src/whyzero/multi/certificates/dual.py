"""Points of the dual problem with a matrix of weights: a stored matrix, and the exact feasible one next to it.

As for one target, the constraints of the intercepts and of columns without a penalty are equalities. The dual point is
the stored one moved along them by an exact amount, of which only a bound is needed, Eq. (166).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whyzero.certificates.dual import DRIFT_FLOOR, LENGTH_FLOOR, MOST_CONSTRAINTS, constraint_columns
from whyzero.certificates.dual import balanced as balanced_target
from whyzero.certificates.frame import Array, Frame
from whyzero.certificates.inverse import invert_gram
from whyzero.certificates.rounding import FLOOR, total
from whyzero.multi.certificates.point import slopes
from whyzero.multi.certificates.row_bounds import ROW_BOUNDS, RowBounds, norms

__all__ = ["MatrixDual", "grouped_size", "measure", "propose", "upper_size"]


@dataclass(frozen=True, eq=False)
class MatrixDual:
    """A dual point near the stored matrix `v`.

    Attributes
    ----------
    v : ndarray of shape (n, K)
        The stored matrix.
    c, error : ndarray of shape (p, K)
        ``sum_i w_i x_ij v_i`` as computed, and how far it may be from the value at the exact dual point, Eq. (173).
    move : ndarray of shape (n, K)
        Upper bound of the distance of the exact dual point from `v`, relative to `RowBounds.size`.
    feasible : bool
        True when the exact dual point is proved to satisfy the domain of the loss and every constraint.
    """

    v: Array
    c: Array
    error: Array
    move: Array
    feasible: bool


def grouped_size(bounds: RowBounds, values: Array) -> Array:
    """Norms of the rows, or the absolute values, whichever the penalty is about."""
    return norms(values) if bounds.grouped else np.abs(values)


def upper_size(frame: Frame, bounds: RowBounds, dual: MatrixDual) -> Array:
    """Upper bounds of the pulls at the exact dual point: (p, 1), or (p, K) for single weights."""
    size = grouped_size(bounds, dual.c) + grouped_size(bounds, dual.error)
    return np.asarray(size * (1.0 + float(frame.gamma(dual.c.shape[1]))) + LENGTH_FLOOR)


def measure(frame: Frame, loss: str, y: Array, v: Array, columns: Array, *, c: Array | None = None) -> MatrixDual:
    """Bound everything that the exact dual point near `v` may differ in from what is computed.

    Parameters
    ----------
    frame : Frame
        X, tolls and row weights.
    loss : str
        Name of the loss of a row.
    y, v : ndarray of shape (n, K)
        Target and candidate.
    columns : ndarray of shape (n, m)
        `constraint_columns`.
    c : ndarray of shape (p, K), optional
        ``X' (w v)`` when it is known up to the roundings of a product and a scaling.
    """
    bounds, n = ROW_BOUNDS[loss], len(v)
    w, wide = frame.weight[:, None], 1.0 + float(frame.gamma(n))
    c = frame.problem.design.dot(w * v) if c is None else c
    size, away = bounds.size(y, v), bounds.away(y, v, frame.slack)[:, None]
    away = away if np.any(v) else np.zeros_like(away)
    length = np.sqrt(np.sum(w * v * v, axis=0)) * wide + LENGTH_FLOOR
    shift = np.sqrt(np.sum(w * (away * size) ** 2, axis=0)) * wide
    error = frame.rms[:, None] * (frame.gamma(frame.counts)[:, None] * length + shift) + FLOOR * n
    turn, drift = repair(frame, bounds, (y, v), (c, error), columns)
    room = np.min(size, axis=1, keepdims=True)
    part = np.divide(room, size, out=np.zeros_like(size), where=size > 0.0)  # the smallest entry is moved most
    move = turn * part * (1.0 + float(frame.gamma(0))) + away
    error = error + frame.rms[:, None] * (drift + DRIFT_FLOOR)
    dual = MatrixDual(v, c, error, move, feasible=False)
    tight = frame.tight
    fits = (
        frame.in_range
        and bounds.in_domain(y, v)
        and bool(np.max(move, initial=0.0) <= 0.5)
        and bool(np.all(upper_size(frame, bounds, dual)[tight] <= frame.l1_low[tight, None]))
    )
    return MatrixDual(v, c, error, move, feasible=fits)


def repair(
    frame: Frame, bounds: RowBounds, rows: tuple[Array, Array], products: tuple[Array, Array], u: Array
) -> tuple[Array, Array]:
    """Bound the move that balances `v` exactly: for each number, and for each task in the weighted norm."""
    (y, v), (c, error), (n, m) = rows, products, u.shape
    tasks, wide = v.shape[1], 1.0 + float(frame.gamma(n))
    if m == 0 or not np.any(v):
        return np.zeros((n, tasks)), np.zeros(tasks)
    lost = np.full((n, tasks), np.inf), np.full(tasks, np.inf)
    if m > MOST_CONSTRAINTS:
        return lost
    free, w, size = np.flatnonzero(frame.free), frame.weight, bounds.size(y, v)
    room, away = np.min(size, axis=1), bounds.away(y, v, frame.slack)
    inverse = invert_gram(u, w * room, np.zeros(m), frame.slack)
    if inverse is None:
        return lost
    reach = np.sum(np.abs(u) / inverse.size, axis=1)
    turn = np.zeros((n, tasks))
    for k in range(tasks):
        unbalanced = np.abs(c[free, k]) + error[free, k]
        if frame.problem.fit_intercept:
            loose = abs(total(w * v[:, k])) + float(frame.gamma(0)) * total(w * np.abs(v[:, k]))
            loose += float(np.sum(w * away * size[:, k])) * wide
            unbalanced = np.concatenate([[loose], unbalanced + np.abs(frame.mean[free]) * loose])
        turn[:, k] = inverse.solve_bound(unbalanced) * reach * (1.0 + float(frame.gamma(m)))
    drift = np.sqrt(np.sum(w[:, None] * (room[:, None] * turn) ** 2, axis=0)) * wide
    return turn, drift


def propose(frame: Frame, loss: str, y: Array, eta: Array) -> MatrixDual:
    """A good dual point for a predictor: the loss gradient, balanced, then scaled until the tolls hold."""
    columns, bounds = constraint_columns(frame), ROW_BOUNDS[loss]
    v = np.where(frame.weight[:, None] > 0.0, slopes(loss, y, eta), 0.0)
    if loss == "squared":
        v = np.column_stack([balanced_target(frame, target, columns) for target in v.T])
    else:
        v = balanced_classes(frame, y, v, columns)
    if not np.all(np.isfinite(v)):
        v = np.zeros_like(v)  # proves little, and can be written
    dual = start = measure(frame, loss, y, v, columns)
    tight = frame.tight
    factor = 1.0
    for _ in range(4):
        with np.errstate(divide="ignore", invalid="ignore"):
            excess = upper_size(frame, bounds, dual)[tight] / frame.l1_low[tight, None]
        worst = float(np.max(excess, initial=0.0))
        if dual.feasible or not 1.0 < worst < np.inf:
            return dual
        factor = factor / worst * (1.0 - 8.0 * float(frame.gamma(v.shape[1])))
        dual = measure(frame, loss, y, factor * start.v, columns, c=factor * start.c)
    return dual


def balanced_classes(frame: Frame, y: Array, v: Array, columns: Array) -> Array:
    """Move `v` until the constraints hold up to rounding, with ``y + v`` in the simplex: Eqs. (164) and (166)."""
    w, counted = frame.weight, frame.weight[:, None] > 0.0
    if frame.problem.fit_intercept:
        share, off = w @ y, np.array([total(w * of_class) for of_class in v.T])
        part = min(1.0, float(np.max(off / share)))
        v = np.where(counted, _of_one_sum(y, (1.0 - part) * (v - off) + part * (share - y)), 0.0)
    if columns.shape[1] == 0:
        return v
    for _ in range(3):
        room = np.min(y + v, axis=1)
        gram = columns.T @ ((w * room)[:, None] * columns)
        size = np.sqrt(np.maximum(np.diag(gram), FLOOR))
        scaled, right = gram / size[:, None] / size, columns.T @ (w[:, None] * v)
        if not (np.all(np.isfinite(scaled)) and np.all(np.isfinite(right))):
            return v
        step = columns @ (np.linalg.lstsq(scaled, right / size[:, None], rcond=None)[0] / size[:, None])
        if not np.max(np.abs(step)) <= 0.5:
            return v
        v = np.where(counted, _of_one_sum(y, v - room[:, None] * step), 0.0)
    return v


def _of_one_sum(y: Array, v: Array) -> Array:
    """The rows with the part of their own class such that ``y + v`` sums to 1, and nothing negative in it."""
    other = np.where(y > 0.0, 0.0, np.maximum(v, 0.0))
    return np.where(y > 0.0, -np.minimum(np.sum(other, axis=1, keepdims=True), 1.0), other)
