"""The duality gap of a matrix of weights, and the bound that proves zeros (docs/math.md, section 11)."""

from __future__ import annotations

import math

import numpy as np

from whyzero.certificates.bounds import penalty_terms
from whyzero.certificates.dual import Dual
from whyzero.certificates.frame import Array, Frame
from whyzero.certificates.rounding import FLOOR
from whyzero.multi.certificates.dual import MatrixDual, upper_size
from whyzero.multi.certificates.point import MatrixPoint
from whyzero.multi.certificates.row_bounds import ROW_BOUNDS, norms

__all__ = ["gap_bound", "pull_bound"]


def gap_bound(frame: Frame, loss: str, y: Array, point: MatrixPoint, dual: MatrixDual) -> float:
    """Upper bound of ``P(point) - P*``: the sum of Fenchel-Young terms, none of them negative, Eq. (163).

    Infinite when the dual point is not proved feasible, or the weights cost an infinite penalty.
    """
    if not dual.feasible:
        return math.inf
    bounds = ROW_BOUNDS[loss]
    rows = bounds.fenchel_young(y, point.eta, dual.v, dual.move, frame.slack)
    terms = group_terms(frame, point.coef, dual) if bounds.grouped else class_terms(frame, point.coef, dual)
    total = float(np.sum(frame.weight * rows)) + float(np.sum(terms))
    total = total * (1.0 + float(frame.gamma(y.size + point.coef.size))) + FLOOR
    return total if math.isfinite(total) else math.inf


def class_terms(frame: Frame, coef: Array, dual: MatrixDual) -> Array:
    """Upper bounds of the penalty terms of every weight, Eq. (66)."""
    found = np.zeros_like(coef)
    for k in range(coef.shape[1]):
        of_class = Dual(dual.v[:, k], dual.c[:, k], dual.error[:, k], dual.move[:, k], dual.feasible)
        found[:, k] = penalty_terms(frame, coef[:, k], of_class)
    return found


def group_terms(frame: Frame, coef: Array, dual: MatrixDual) -> Array:
    """Upper bounds of ``omega(B_j) + omega*(-C_j) + C_j'B_j`` for every row of weights, Eqs. (169) and (174)."""
    unit = float(frame.gamma(coef.shape[1]))
    l1, l2, high = frame.l1[:, None], frame.l2[:, None], frame.l1_high[:, None]
    size, slope = norms(coef), norms(dual.c)
    doubt = norms(dual.error) + 4.0 * unit * (np.where(np.isfinite(l1), l1, 0.0) + l2 * size)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        inside = dual.c * np.where(slope > l1, l1 / slope, 1.0)
        left = high * size + np.sum(inside * coef, axis=1, keepdims=True) + doubt * size
        linear = np.where(size > 0.0, np.clip(left, 0.0, 2.0 * high * size) * (1.0 + unit), 0.0)
        distance = norms(l2 * coef + (dual.c - inside)) * (1.0 + unit) + doubt
        ridge = l2 > 0.0
        quadratic = np.where(ridge, distance * (distance / (2.0 * np.where(ridge, frame.l2_low[:, None], 1.0))), 0.0)
    return np.where(frame.excluded[:, None] & (size == 0.0), 0.0, linear + quadratic)


def pull_bound(frame: Frame, loss: str, dual: MatrixDual, gap: float) -> Array:
    """Upper bounds of ``|C_j|`` or ``|C_jk|`` at every optimum, Eqs. (167) and (168): shape (p, 1) or (p, K)."""
    bounds = ROW_BOUNDS[loss]
    size = upper_size(frame, bounds, dual)
    if not math.isfinite(gap):
        return np.full(size.shape, np.inf)
    unit = 1.0 + float(frame.gamma(0))
    away = frame.spread * (math.sqrt(2.0 * gap * bounds.curvature) * unit)
    bound = (size + away[:, None]) * unit
    return np.where(np.isnan(bound), np.inf, bound)
