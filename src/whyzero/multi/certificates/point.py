"""A point of the primal problem with a matrix of weights, and the pulls there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whyzero.certificates.frame import Array, Frame
from whyzero.certificates.loss_bounds import Ball
from whyzero.certificates.rounding import FLOOR
from whyzero.multi.certificates.row_bounds import norms, probabilities

__all__ = [
    "MatrixPoint",
    "class_pulls",
    "class_slopes",
    "column_slopes",
    "make_point",
    "row_pulls",
    "row_slopes",
    "slopes",
]

BLOCK_ENTRIES = 2_000_000


@dataclass(frozen=True, eq=False)
class MatrixPoint:
    """Weights and their linear predictors.

    Attributes
    ----------
    coef : ndarray of shape (p, K)
        Any finite weights.
    intercept : ndarray of shape (K,)
        Zeros when the problem has none.
    eta : Ball of arrays of shape (n, K)
        ``X coef + intercept`` as computed, and upper bounds of the distance to its exact values, Eq. (62).
    """

    coef: Array
    intercept: Array
    eta: Ball


def make_point(frame: Frame, coef: Array, intercept: Array) -> MatrixPoint:
    """Evaluate the linear predictors and bound their rounding."""
    design, terms = frame.problem.design, np.count_nonzero(coef, axis=0) + 2
    coef = np.ascontiguousarray(coef)
    eta = design.matvec(coef) + intercept
    size = design.abs_matvec(np.abs(coef)) + np.abs(intercept)
    error = 1.01 * frame.gamma(terms) * size + FLOOR * terms
    return MatrixPoint(coef, intercept, Ball(eta, np.where(np.isfinite(eta), error, np.inf)))


def slopes(loss: str, y: Array, eta: Array) -> Array:
    """Gradients of the loss; those of the softmax sum to zero over the classes and lose no digits where it is sure."""
    if loss == "squared":
        return eta - y
    p, rest = probabilities(eta)
    return np.where(y > 0.0, -rest, p)


def row_pulls(frame: Frame, y: Array, point: MatrixPoint) -> Array:
    """The norms of `row_slopes`, shape (p, 1)."""
    return _finite(norms(row_slopes(frame, y, point)))


def row_slopes(frame: Frame, y: Array, point: MatrixPoint) -> Array:
    """``dL/dB_j`` with the row of weights of column j at zero, all else as in `point`; shape (p, K), squared loss."""
    w, residual = frame.weight[:, None], point.eta.middle - y
    found = column_slopes(frame, w * residual)
    used = np.flatnonzero(np.any(point.coef, axis=1))
    width = max(1, BLOCK_ENTRIES // residual.size)
    for block in (used[start : start + width] for start in range(0, len(used), width)):
        x = frame.problem.design.columns(block) - frame.mean[block]
        for j, column in zip(block, x.T, strict=True):
            found[j] = column @ (w * (residual - column[:, None] * point.coef[j]))
    return found


def class_pulls(frame: Frame, y: Array, point: MatrixPoint) -> Array:
    """The sizes of `class_slopes`, shape (p, K)."""
    return _finite(np.abs(class_slopes(frame, y, point)))


def class_slopes(frame: Frame, y: Array, point: MatrixPoint) -> Array:
    """``dL/dB_jk`` with that weight alone at zero, all else as in `point`; shape (p, K), softmax."""
    w, eta = frame.weight[:, None], point.eta.middle
    found = column_slopes(frame, w * slopes("softmax", y, eta))
    width = max(1, BLOCK_ENTRIES // len(eta))
    for k in range(eta.shape[1]):
        others = np.delete(eta, k, axis=1)
        largest = others.max(axis=1)
        rest = largest + np.log(np.sum(np.exp(others - largest[:, None]), axis=1))
        used = np.flatnonzero(point.coef[:, k])
        for block in (used[start : start + width] for start in range(0, len(used), width)):
            x = frame.problem.design.columns(block) - frame.mean[block]
            odds = (eta[:, k] - rest)[:, None] - x * point.coef[block, k]
            found[block, k] = np.sum(x * (w * ((np.tanh(odds / 2.0) + 1.0) / 2.0 - y[:, [k]])), axis=0)
    return found


def column_slopes(frame: Frame, gradient: Array) -> Array:
    """``X_c' gradient`` with the columns measured from their means, or from 0 without an intercept; shape (p, K)."""
    return np.asarray(frame.problem.design.dot(gradient) - frame.mean[:, None] * np.sum(gradient, axis=0))


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.inf)
