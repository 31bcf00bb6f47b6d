"""The only judge of accuracy: duality gaps in float64, from the returned weights alone.

It asks no solver for anything but weights. The intercept and unpenalised weights are first re-optimised, so that no
solver is charged for rounding there. Then, with r = y - mean response, theta = t r is made dual feasible by the largest
scale t <= 1 that keeps |X' theta| within the tolls, and the gap is the sum of two Fenchel-Young terms, loss by row and
penalty by column. Neither subtracts large numbers, so gaps of 1e-14 can be told from zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from benchmarks.problem import Array, Problem

_BLOCK = 8_000_000  # entries of eta held at once
_NEWTON_STEPS = 100


@dataclass(frozen=True)
class Judgement:
    """The worst gap of a grid relative to the null model's loss, all of them, and the sizes of the supports."""

    worst: float
    gaps: Array
    supports: NDArray[np.int64]


def judge(problem: Problem, coefs: Any, intercepts: Array, at: NDArray[np.intp] | None = None) -> Judgement:
    """Judge weights of shape (n_alphas, n_features) for the grid, or for its points `at`."""
    alphas = problem.alphas if at is None else problem.alphas[at]
    coefs = np.asarray(coefs, dtype=np.float64)
    if coefs.shape != (len(alphas), problem.shape[1]):
        raise ValueError(f"weights of shape {coefs.shape} for {len(alphas)} alphas and {problem.shape[1]} columns")
    null = null_loss(problem)
    step = max(1, _BLOCK // len(problem.y))
    gaps = np.concatenate(
        [
            _gaps(problem, coefs[i : i + step], np.asarray(intercepts)[i : i + step], alphas[i : i + step])
            for i in range(0, len(alphas), step)
        ]
    )
    gaps /= null
    supports = np.count_nonzero(coefs, axis=1).astype(np.int64)
    return Judgement(worst=float(gaps.max()), gaps=gaps, supports=supports)


def null_loss(problem: Problem) -> float:
    """Mean loss of the model that has only the intercept and the unpenalised columns."""
    eta = _null_eta(problem)
    return float(problem.share @ _losses(problem, eta))


def alpha_max(problem: Problem) -> float:
    """The smallest alpha at which every penalised weight is zero."""
    pull = np.abs(problem.X.T @ (problem.share * (problem.y - _mean(problem, _null_eta(problem)))))
    toll = problem.toll
    penalised = (toll > 0) & np.isfinite(toll)
    return float(np.max(pull[penalised] / toll[penalised]) / problem.l1_ratio)


def _gaps(problem: Problem, coefs: Array, intercepts: Array, alphas: Array) -> Array:
    toll, free = problem.toll, _free_columns(problem)
    gaps = np.full(len(alphas), np.inf)
    possible = np.isfinite(coefs).all(axis=1) & ~(coefs[:, np.isinf(toll)] != 0).any(axis=1)
    if not possible.any():
        return gaps
    coefs = coefs[possible].copy()
    eta = np.asarray(problem.X @ coefs.T) + _base(problem)[:, None]
    if problem.intercept:
        eta += intercepts[possible]
    if free.shape[1]:
        moves = np.column_stack([_polish(problem, eta[:, k], free) for k in range(eta.shape[1])])
        eta += free @ moves
        coefs[:, toll == 0] += moves[int(problem.intercept) :].T
    theta = _balanced(problem, eta)
    pull = np.asarray(problem.X.T @ (problem.share[:, None] * theta)).T
    charged = np.where(np.isfinite(toll), toll, 0.0)
    l1 = np.outer(alphas[possible] * problem.l1_ratio, charged)
    l2 = np.outer(alphas[possible] * (1 - problem.l1_ratio), charged)
    gaps[possible] = _best_gap(problem, _Point(eta, theta, coefs, pull, l1, l2))
    return gaps


@dataclass(frozen=True)
class _Point:
    """Weights and dual points of a block of alphas: eta and theta by row and alpha, the rest by alpha and column."""

    eta: Array
    theta: Array
    coefs: Array
    pull: Array
    l1: Array
    l2: Array


def _best_gap(problem: Problem, point: _Point) -> Array:
    """The gap at the scaled dual point and, where the penalty's conjugate is finite, at the unscaled one."""
    bounded = (problem.toll > 0) & np.isfinite(problem.toll)
    with np.errstate(divide="ignore"):
        room = point.l1[:, bounded] / np.abs(point.pull[:, bounded])
    scale = np.minimum(1.0, room.min(axis=1, initial=1.0))
    best = _gap_at(problem, point, scale)
    if problem.l1_ratio < 1:
        best = np.minimum(best, _gap_at(problem, point, np.ones_like(scale)))
    return best


def _gap_at(problem: Problem, point: _Point, scale: Array) -> Array:
    """The gap at the dual points ``scale * theta``."""
    toll, pull = problem.toll, point.pull * scale[:, None]
    penalised = (toll > 0) & np.isfinite(toll)
    b, c, t1, t2 = (part[:, penalised] for part in (point.coefs, pull, point.l1, point.l2))
    terms = t1 * np.abs(b) - b * c + t2 / 2 * b * b
    if problem.l1_ratio < 1:
        terms += np.maximum(np.abs(c) - t1, 0.0) ** 2 / (2 * t2)
    # An unpenalised column allows no pull at all; what rounding leaves is charged over the box |b| <= 2 |b_j| + 1.
    left = np.abs(pull[:, toll == 0]) * (3 * np.abs(point.coefs[:, toll == 0]) + 1)
    rows: Array = problem.share @ _fenchel_young(problem, point.eta, point.theta * scale)
    return np.asarray(np.maximum(rows + terms.sum(axis=1) + left.sum(axis=1), 0.0))


def _fenchel_young(problem: Problem, eta: Array, theta: Array) -> Array:
    """loss(y, eta) + conjugate(y, -theta) + theta eta, by row: zero where theta = y - mean response."""
    y = problem.y[:, None]
    if problem.loss == "squared":
        return 0.5 * (y - eta - theta) ** 2
    margin = (2 * y - 1) * eta
    miss, hit = expit(-margin), expit(margin)
    q = np.abs(theta)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(q > 0, q * np.log(q / miss), 0.0)
        second = np.where(q < 1, (1 - q) * np.log1p((miss - q) / hit), 0.0)
    return first + second


def _balanced(problem: Problem, eta: Array) -> Array:
    """The residual, made to sum to zero exactly as an intercept demands without leaving the domain."""
    y, s = problem.y[:, None], problem.share
    if problem.loss == "squared":
        residual = y - eta
        return residual - s @ residual if problem.intercept else residual
    theta = np.where(y > 0, expit(-eta), -expit(eta))
    if not problem.intercept:
        return theta
    up, down = s @ np.maximum(theta, 0.0), s @ np.maximum(-theta, 0.0)
    least = np.minimum(up, down)
    return np.where(theta > 0, theta * (least / up), theta * (least / down))


def _polish(problem: Problem, eta: Array, free: Array) -> Array:
    """Weights to add for the columns of `free` that minimise the loss; damped Newton."""
    s, move = problem.share, np.zeros(free.shape[1])
    if problem.loss == "squared":
        root = np.sqrt(s)
        return np.asarray(np.linalg.lstsq(root[:, None] * free, root * (problem.y - eta), rcond=None)[0])
    value = float(s @ _losses(problem, eta))
    for _ in range(_NEWTON_STEPS):
        mean = _mean(problem, eta + free @ move)
        gradient = free.T @ (s * (mean - problem.y))
        hessian = free.T @ ((s * mean * (1 - mean))[:, None] * free)
        step = np.linalg.lstsq(hessian, -gradient, rcond=None)[0]
        length, reached = 1.0, np.inf
        while length > 1e-10:
            reached = float(s @ _losses(problem, eta + free @ (move + length * step)))
            if reached <= value + 1e-15 * abs(value):
                break
            length /= 2
        if length <= 1e-10 or np.abs(step).max() <= 1e-14 * (1 + np.abs(move).max()):
            break
        move, value = move + length * step, min(value, reached)
    return move


def _null_eta(problem: Problem) -> Array:
    base, free = _base(problem), _free_columns(problem)
    return base + free @ _polish(problem, base, free) if free.shape[1] else base


def _free_columns(problem: Problem) -> Array:
    """The column of ones, if there is an intercept, and the unpenalised columns."""
    chosen = np.flatnonzero(problem.toll == 0)
    columns = problem.X[:, chosen]
    columns = columns.toarray() if problem.sparse else columns
    ones = np.ones((len(problem.y), int(problem.intercept)))
    return np.column_stack([ones, columns])


def _base(problem: Problem) -> Array:
    return np.zeros(len(problem.y)) if problem.offset is None else problem.offset


def _mean(problem: Problem, eta: Array) -> Array:
    return eta if problem.loss == "squared" else np.asarray(expit(eta))


def _losses(problem: Problem, eta: Array) -> Array:
    if problem.loss == "squared":
        return np.asarray(0.5 * (problem.y - eta) ** 2)
    return np.logaddexp(0.0, -problem.signs * eta)
