"""How far the weights of every optimal solution may be from an anchor (docs/math.md, section 11)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.certify import idle_without_price
from whyzero.certificates.enclosure import CONVEXITY, CURVATURE, concordant_factor, convexity_radius
from whyzero.certificates.frame import Array, Frame, Mask
from whyzero.certificates.inverse import GramInverse, invert_gram
from whyzero.certificates.loss_bounds import LIBM
from whyzero.certificates.parallel import parallel_groups
from whyzero.multi.certificates.anchor import MatrixAnchor
from whyzero.multi.certificates.row_bounds import ROW_BOUNDS, SoftmaxRows, probabilities

__all__ = ["enclose"]

MOST_COLUMNS = 2000
MOST_ENTRIES = 20_000_000


def enclose(frame: Frame, loss: str, anchor: MatrixAnchor, zero: Mask) -> tuple[Array, NDArray[np.str_]]:
    """The radius around every row of weights (p, 1), or around every weight (p, K), and which bound gave it.

    Parameters
    ----------
    frame, loss, anchor
        The problem and the place to measure from.
    zero : mask of shape (p, 1) or (p, K)
        What is proved zero or zero by definition.
    """
    grouped = ROW_BOUNDS[loss].grouped
    coef = np.any(anchor.point.coef, axis=1, keepdims=True) if grouped else anchor.point.coef != 0.0
    curved = convex = np.full(zero.shape, np.inf)
    if math.isfinite(anchor.gap):
        curved = (row_radius if grouped else class_radius)(frame, anchor, ~zero | coef)
        convex = np.broadcast_to(convexity_radius(frame, anchor.gap)[:, None], zero.shape)
    radius = np.where(zero & ~coef, 0.0, np.fmin(curved, convex) * (1.0 + float(frame.gamma(0))))
    radius = np.where(idle_without_price(frame)[:, None], np.inf, radius)
    return radius, np.where(curved < convex, CURVATURE, CONVEXITY)


def leaders(frame: Frame, columns: NDArray[np.intp], stored: Array) -> NDArray[np.intp]:
    """For each of the columns the position of the first of its group of parallel ones, Eq. (47)."""
    single = frame.free[columns] | bool(np.any(frame.l2[columns]))
    return parallel_groups(stored, frame.weight > 0.0, frame.problem.fit_intercept, single).first


def row_radius(frame: Frame, anchor: MatrixAnchor, mask: Mask) -> Array:
    """``sqrt(2 G (H^-1)_jj)`` around rows of weights, Eq. (170); infinite where nothing is proved."""
    found, columns, n = np.full(mask.shape, np.inf), np.flatnonzero(mask), frame.problem.n_rows
    if not 0 < len(columns) <= MOST_COLUMNS or len(columns) * n > MOST_ENTRIES:
        return found
    stored, ones = frame.problem.design.columns(columns), int(frame.problem.fit_intercept)
    lead = leaders(frame, columns, stored)
    kept, alone = np.unique(lead), np.bincount(lead)[lead] == 1
    z = np.hstack([np.ones((n, ones)), stored[:, kept] - frame.mean[columns[kept]]])
    ridge = np.concatenate([np.zeros(ones), frame.l2[columns[kept]]])
    inverse = invert_gram(z, frame.weight, ridge, frame.slack)
    if inverse is not None:
        length = math.sqrt(2.0 * anchor.gap) * (1.0 + float(frame.gamma(0)))
        found[columns[alone], 0] = length * np.sqrt(inverse.diagonal()[ones:])[alone[kept]]
    return found


def class_radius(frame: Frame, anchor: MatrixAnchor, mask: Mask) -> Array:
    """The radius around single weights of a softmax, Eq. (172); infinite where nothing is proved."""
    found, columns = np.full(mask.shape, np.inf), np.flatnonzero(np.any(mask, axis=1))
    tasks, counted, ones = mask.shape[1], frame.weight > 0.0, int(frame.problem.fit_intercept)
    n = int(np.count_nonzero(counted))
    if not 0 < np.count_nonzero(mask) <= MOST_COLUMNS or np.count_nonzero(mask) * n * tasks > MOST_ENTRIES:
        return found
    eta = anchor.point.eta
    doubt = np.expm1(min(4.0 * float(np.max(SoftmaxRows().log_probabilities(eta, frame.slack).radius)), 700.0))
    doubt += 8.0 * frame.slack * LIBM
    if not doubt < 0.5:
        return found
    stored = frame.problem.design.columns(columns)
    pairs, alone = pairs_in_use(mask[columns], leaders(frame, columns, stored), frame.l2[columns] > 0.0)
    pairs = np.vstack([np.column_stack([np.full(tasks - 1, -1), np.arange(1, tasks)])[: ones * (tasks - 1)], pairs])
    x = np.hstack([stored - frame.mean[columns], np.ones((len(stored), 1))])[counted]  # -1: the intercept
    ridge = np.where(pairs[:, 0] < 0, 0.0, frame.l2[columns[pairs[:, 0]]])
    inverse = invert_classes(x, frame.weight[counted], eta.middle[counted], (pairs, ridge), frame.slack)
    if inverse is None:
        return found
    reach = 0.0
    for k in range(tasks):
        reach = max(reach, inverse.quadratic_bound(x[:, pairs[:, 0]] * (pairs[:, 1] == k)))
    length = math.sqrt(2.0 * anchor.gap)
    length *= concordant_factor(2.0 * math.sqrt(reach / (1.0 - doubt)), length)
    radius = length * np.sqrt(inverse.diagonal() / (1.0 - doubt)) * (1.0 + float(frame.gamma(0)))
    for (j, k), r in zip(pairs.tolist(), radius.tolist(), strict=True):
        if j >= 0 and alone[j, k]:
            found[columns[j], k] = r
    return found


def pairs_in_use(mask: Mask, lead: NDArray[np.intp], ridge: Mask) -> tuple[NDArray[np.intp], Mask]:
    """The pairs (column, class) whose images are independent as far as is known, and those whose weights they tell.

    Of parallel columns one stays in each class. The same number added to the weights of all classes changes no loss:
    where no class of a column is zero, and no ridge part holds them, the first is left out, Eq. (171).
    """
    use = np.zeros_like(mask)
    count = np.zeros(mask.shape, dtype=np.intp)
    np.logical_or.at(use, lead, mask)
    np.add.at(count, lead, mask)
    shifts = np.all(use, axis=1) & ~ridge
    alone = mask & (count[lead] == 1) & ~shifts[lead][:, None]
    use[shifts, 0] = False
    return np.argwhere(use), np.asarray(alone)


def invert_classes(
    x: Array, weight: Array, eta: Array, kept: tuple[NDArray[np.intp], Array], slack: float
) -> GramInverse | None:
    """Invert the Hessian of the chosen weights, written as a sum of squares over rows and classes, Eq. (171)."""
    pairs, ridge = kept
    p = probabilities(eta)[0]
    p = np.where(p > 1e-290, p, 0.0)  # less curvature is a lower bound too
    (n, tasks), rest = p.shape, p @ (1.0 - np.eye(p.shape[1]))
    z = np.empty((tasks * n, len(pairs)), order="F")
    for place, (j, k) in enumerate(pairs.tolist()):
        for of_class in range(tasks):
            z[of_class * n : (of_class + 1) * n, place] = x[:, j] * (rest[:, k] if k == of_class else -p[:, k])
    return invert_gram(z, np.ravel(weight[:, None] * p, order="F"), ridge, slack, extra=4 * tasks)
