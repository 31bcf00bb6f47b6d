"""Points of the dual problem: a stored vector v, and the exact feasible vector next to it.

The dual problem asks for ``sum_i w_i u_i v_i = 0`` along the intercept and every free column u, exactly. No
float vector does that. The dual point of a certificate is the real vector ``v - h t`` of Eq. (33): v moved
along the constraints by the exact amount t, of which only a bound is needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from whyzero.certificates.frame import Array, Frame
from whyzero.certificates.inverse import invert_gram
from whyzero.certificates.loss_bounds import LOSS_BOUNDS
from whyzero.certificates.point import Point
from whyzero.certificates.rounding import FLOOR, total

__all__ = ["Dual", "measure", "propose"]

MOST_CONSTRAINTS = 500
LENGTH_FLOOR, DRIFT_FLOOR = 1e-150, 1e-160  # lengths whose squares underflow


@dataclass(frozen=True, eq=False)
class Dual:
    """A dual point near the stored vector `v`.

    Attributes
    ----------
    v : ndarray of shape (n,)
        The stored vector.
    c : ndarray of shape (p,)
        ``sum_i w_i x_ij v_i`` as computed.
    error : ndarray of shape (p,)
        Upper bound of the distance between `c` and the value at the exact dual point, Eq. (61).
    move : ndarray of shape (n,)
        Upper bound of ``|h_i t_i| / h_i``, Eq. (34); infinite when the constraints are not met by proof.
    feasible : bool
        True when the exact dual point is proved to satisfy the domain of the loss and every constraint.
    """

    v: Array
    c: Array
    error: Array
    move: Array
    feasible: bool


def constraint_columns(frame: Frame) -> Array:
    """The columns along which a dual point must be balanced: ones for the intercept, centred free columns."""
    free = np.flatnonzero(frame.balanced)
    columns = frame.problem.design.columns(free) - frame.mean[free]
    ones = np.ones((frame.problem.n_rows, int(frame.problem.fit_intercept)))
    return np.hstack([ones, columns])


def measure(frame: Frame, v: Array, c: Array | None = None, columns: Array | None = None) -> Dual:
    """Bound everything that the exact dual point near `v` may differ in from what is computed.

    Parameters
    ----------
    frame : Frame
        The problem.
    v : ndarray of shape (n,)
        Candidate dual vector.
    c : ndarray of shape (p,), optional
        ``X' (w v)`` when it is known up to the roundings of a product and a scaling.
    columns : ndarray of shape (n, m), optional
        `constraint_columns`, when they are at hand.
    """
    problem, w = frame.problem, frame.weight
    bounds = LOSS_BOUNDS[problem.loss.name]
    if c is None:
        c = problem.design.dot(w * v)
    u = constraint_columns(frame) if columns is None else columns
    length = math.sqrt(float(np.sum(w * v * v))) * (1.0 + float(frame.gamma(problem.n_rows))) + LENGTH_FLOOR
    with np.errstate(all="ignore"):
        error = frame.gamma(frame.counts) * frame.rms * length + FLOOR * problem.n_rows
        move, drift = repair(frame, v, u, c, error)
        error = error + frame.rms * (drift + DRIFT_FLOOR)
        bound, tight = frame.reach(c) + error, frame.tight
        feasible = (
            frame.in_range
            and bounds.in_domain(problem.y, v)
            and bool(np.max(move, initial=0.0) <= 0.5)
            and bool(np.all(bound[tight] <= frame.l1_low[tight]))
        )
    return Dual(v, c, error, move, feasible)


def repair(frame: Frame, v: Array, u: Array, c: Array, error: Array) -> tuple[Array, float]:
    """Bound the move that balances `v` exactly: per row, and in the weighted norm; Eqs. (33) and (34)."""
    n, m = u.shape
    w = frame.weight
    if m == 0 or not np.any(v):
        return np.zeros(n), 0.0
    lost = np.full(n, np.inf), math.inf
    if m > MOST_CONSTRAINTS:
        return lost
    free = np.flatnonzero(frame.balanced)
    unbalanced = np.abs(c[free]) + error[free]
    if frame.problem.fit_intercept:
        loose = abs(total(w * v)) + float(frame.gamma(0)) * total(w * np.abs(v))
        unbalanced = np.concatenate([[loose], unbalanced + np.abs(frame.mean[free]) * loose])
    h = LOSS_BOUNDS[frame.problem.loss.name].room(frame.problem.y, v)
    inverse = invert_gram(u, w * h, np.zeros(m), frame.slack)
    if inverse is None:
        return lost
    reach = np.sum(np.abs(u) / inverse.size, axis=1)
    move = inverse.solve_bound(unbalanced) * reach * (1.0 + float(frame.gamma(m)))
    drift = math.sqrt(float(np.sum(w * (h * move) ** 2))) * (1.0 + float(frame.gamma(n)))
    return move, drift


def propose(frame: Frame, point: Point) -> Dual:
    """A good dual point for `point`: the loss gradient, balanced, then scaled until the tolls hold."""
    columns = constraint_columns(frame)
    problem = frame.problem
    slope = np.where(frame.weight > 0.0, problem.loss.gradient(problem.y, point.eta), 0.0)
    v = balanced(frame, slope, columns)
    if not np.all(np.isfinite(v)):
        v = np.zeros_like(v)  # proves little, and can be written
    start = measure(frame, v, columns=columns)
    tight = frame.tight
    if not np.any(tight):
        return start
    factor = 1.0
    dual = start
    for _ in range(4):
        bound = (frame.reach(dual.c) + dual.error)[tight]
        with np.errstate(divide="ignore", invalid="ignore"):
            excess = float(np.max(bound / frame.l1_low[tight]))
        if dual.feasible or not math.isfinite(excess) or excess <= 1.0:
            return dual
        factor = factor / excess * (1.0 - 8.0 * float(frame.gamma(0)))
        dual = measure(frame, factor * start.v, factor * start.c, columns)
    return dual


def balanced(frame: Frame, v: Array, columns: Array) -> Array:
    """Move `v` along the constraints until they hold up to rounding, inside the domain of the loss."""
    if columns.shape[1] == 0:
        return v
    w = frame.weight
    if frame.problem.fit_intercept:
        v = level(frame, v)
    bounds = LOSS_BOUNDS[frame.problem.loss.name]
    for _ in range(3):
        h = bounds.room(frame.problem.y, v)
        right = columns.T @ (w * v)
        gram = columns.T @ ((w * h)[:, None] * columns)
        size = np.sqrt(np.maximum(np.diag(gram), FLOOR))
        scaled = gram / size[:, None] / size
        if not np.all(np.isfinite(scaled)):
            return v
        t = np.linalg.lstsq(scaled, right / size, rcond=None)[0] / size
        step = columns @ t
        if not np.all(np.isfinite(step)) or (bounds.bounded_domain and np.max(np.abs(step)) > 0.5):
            return v
        v = np.where(w > 0.0, v - h * step, 0.0)
    return v


def level(frame: Frame, v: Array) -> Array:
    """Shrink the heavier sign of `v` until its weighted sum is zero up to rounding: stays in every domain."""
    if not LOSS_BOUNDS[frame.problem.loss.name].bounded_domain:
        return v
    up, down = total(frame.weight * np.maximum(v, 0.0)), total(frame.weight * np.maximum(-v, 0.0))
    if up > down:
        return np.where(v > 0.0, v * (down / up), v)
    return np.where(v < 0.0, v * (up / down if down > 0.0 else 1.0), v)
