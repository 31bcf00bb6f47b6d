"""Rows that are equal in every column, taken together before a fit: exact, see docs/math.md, section 8.

A group of rows with equal x and offset has one linear predictor eta. With its weight w and its weighted mean target m,
the losses of its rows add up to

    squared:   sum w_i (y_i - eta)^2 / 2             =  w (m - eta)^2 / 2  +  sum w_i (y_i - m)^2 / 2
    logistic:  sum w_i (log(1 + e^eta) - y_i eta)    =  w (log(1 + e^eta) - m eta)
    Poisson:   sum w_i D(y_i, e^eta)                 =  w D(m, e^eta)      +  sum w_i D(y_i, m)

with D(a, b) = a log(a / b) - a + b,

so the problem of the groups differs from that of the rows by a constant: weights, intercept and distance from the
optimum are the same, and a bound of one distance is a bound of the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from whyzero.designs import CodesDesign
from whyzero.problem import Problem

__all__ = ["Groups", "group_rows"]

Array = NDArray[np.float64]

# Rows below which a fit is over before it could pay.
LEAST_ROWS = 4096


@dataclass(frozen=True)
class Groups:
    """A problem in which every row stands for a group of equal ones.

    Attributes
    ----------
    design : CodesDesign
        The different rows.
    y, weight, offset : ndarray of shape (n_groups,)
        Weighted mean target, share of the total weight, and offset.
    constant : float
        The loss of the rows less that of the groups, for every model.
    null_loss : float
        The loss of the groups at the best constant predictor is not larger.
    """

    design: CodesDesign
    y: Array
    weight: Array
    offset: Array
    constant: float
    null_loss: float

    def tolerance(self, tol: float) -> float:
        """`tol` as a share of the groups' null loss: the same gap, or a smaller one, in absolute terms."""
        return tol * (1.0 + self.constant / self.null_loss) if self.null_loss > 0.0 else tol


def group_rows(problem: Problem, y: Array) -> Groups | None:
    """The groups of equal rows of a problem with target `y`, or None unless there are at most half as many.

    Only columns that are kept as codes are looked at: with numbers among them, rows are hardly ever equal.
    """
    design = problem.design
    if not isinstance(design, CodesDesign) or design.n_rows < LEAST_ROWS:
        return None
    found = design.equal_rows(problem.offset if problem.offset.any() else None)
    if found is None:
        return None
    group, first = found
    weight = _sums(group, problem.weight, len(first))
    counted = weight > 0.0
    # About a value of its own, a group's mean loses nothing to the size of y.
    start = y[first]
    rest = y - start[group]
    shift = _sums(group, problem.weight * rest, len(first))
    shift[counted] /= weight[counted]
    shift[~counted] = 0.0
    mean = start + shift
    if problem.loss.name == "poisson":
        plain = Groups(design.take(first), np.maximum(mean, 0.0), weight, problem.offset[first], 0.0, 0.0)
        return _poisson_groups(problem, plain, group)
    if problem.loss.name != "squared":
        return Groups(design.take(first), np.clip(mean, 0.0, 1.0), weight, problem.offset[first], 0.0, 1.0)
    inside = rest - shift[group]
    residual = mean - problem.offset[first]
    if problem.fit_intercept:
        residual = residual - weight @ residual
    return Groups(
        design.take(first),
        mean,
        weight,
        problem.offset[first],
        constant=float(0.5 * (problem.weight @ (inside * inside))),
        null_loss=float(0.5 * (weight @ (residual * residual))),
    )


def _poisson_groups(problem: Problem, groups: Groups, group: NDArray[np.int32]) -> Groups:
    """The groups with what the loss of the rows has beyond theirs, and their loss at the best intercept."""
    loss, y = problem.loss, groups.y
    with np.errstate(divide="ignore"):
        own = np.log(y)[group]
    inside = np.where(problem.y > 0.0, loss.value(problem.y, np.where(own > -np.inf, own, 0.0)), np.exp(own))
    null = groups.offset
    if problem.fit_intercept:
        counted = groups.weight > 0.0
        top = np.max(groups.offset[counted])
        null = groups.offset - top + np.log(groups.weight @ y) - np.log(groups.weight @ np.exp(groups.offset - top))
    null_loss = float(np.sum(np.where(groups.weight > 0.0, groups.weight * loss.value(y, null), 0.0)))
    return replace(groups, constant=float(problem.weight @ inside), null_loss=null_loss)


def _sums(group: NDArray[np.int32], values: Array, n_groups: int) -> Array:
    """The sum of the values of every group."""
    return np.asarray(np.bincount(group, values, minlength=n_groups), dtype=np.float64)
