"""Where a pull went: exact accounts from the null model to the fit, Eqs. (177) and (178).

The features of an account take part with all their weights: those of all targets act on one number each, and those of
all classes together, because the same number added to the weights of a column in all classes changes nothing.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations.absorbers import INTERCEPT, Waterfall, make_waterfall
from whyzero.explanations.null_model import unpenalised
from whyzero.explanations.pulls import resting_values
from whyzero.multi.certificates.point import slopes
from whyzero.multi.explanations.curvature import mean_hessians
from whyzero.multi.explanations.null_model import MatrixNullModel
from whyzero.multi.explanations.pulls import is_grouped
from whyzero.multi.problem import MatrixProblem

__all__ = ["Accounts", "ClassAccounts", "RowAccounts", "make_accounts"]

Array = NDArray[np.float64]

_MOST_CURVATURES = 1 << 26


class Accounts:
    """What the accounts of all pulls of a fit share.

    Parameters
    ----------
    problem : MatrixProblem
    null : MatrixNullModel
        Where the accounts start.
    coef : ndarray of shape (n_tasks, n_features)
    intercept : ndarray of shape (n_tasks,)
        Where they end.
    """

    def __init__(self, problem: MatrixProblem, null: MatrixNullModel, coef: Array, intercept: Array) -> None:
        self.problem, self.null, self.coef = problem, null, coef
        self.weight, self.rest = problem.rows.weight, resting_values(problem.rows)
        self.eta = problem.eta(coef, intercept)
        self.start = slopes(problem.loss.name, problem.y, null.eta)
        self.movers = np.flatnonzero(np.any((coef != 0) | (null.coef != 0), axis=0))
        self.free = unpenalised(problem.rows)

    @property
    def available(self) -> bool:
        """Whether they fit into memory."""
        return True

    @property
    def cost(self) -> float:
        """Multiplications of one account."""
        return float(self.problem.rows.n_rows * len(self.movers))

    def of(self, feature: int, task: int | None = None) -> Waterfall:
        """The account of one pull, along the direction of its null pull.

        Parameters
        ----------
        feature : int
            Index of the column.
        task : int, optional
            Index of the class. Of the target, whose part of the pull is told then; without it the pull of all targets.
        """
        raise NotImplementedError

    @cached_property
    def moving(self) -> Array:
        """The columns with weights, from their means; shape (n_rows, n_movers)."""
        return np.asarray(self.problem.rows.design.columns(self.movers) - self.rest[self.movers])

    def column(self, feature: int) -> Array:
        """One column from its mean."""
        return np.asarray(self.problem.rows.design.columns(np.array([feature]))[:, 0] - self.rest[feature])

    def labels(self, own: int) -> list[str]:
        """Names of the changes; `own` is the column whose pull is told."""
        names = self.problem.rows.names
        return [names[j] if j != own else self._own(names[j]) for j in self.movers] + [INTERCEPT]

    def _own(self, name: str) -> str:
        return name


class RowAccounts(Accounts):
    """Accounts for several targets: the loss is a quadratic, so that its curvature is 1 everywhere, Eq. (177)."""

    def of(self, feature: int, task: int | None = None) -> Waterfall:
        """See `Accounts.of`."""
        column = self.column(feature)
        end = self.eta - column[:, None] * self.coef[:, feature]
        centre = float(self.weight @ column) if self.problem.rows.fit_intercept else 0.0
        products = self.moving.T @ (self.weight * (column - centre))
        change = (self.coef - self.null.coef)[:, self.movers].T
        change[self.movers == feature] = -self.null.coef[:, feature]
        drift = -centre * (self.weight @ (end - self.null.eta))
        first = np.zeros_like(drift) if self.free[feature] else -(self.weight * column) @ self.start
        final = -(self.weight * column) @ (end - self.problem.y)
        way = _direction(first, final, task)
        changes = np.append(-products[:, None] * change @ way, drift @ way)
        return make_waterfall(self.labels(feature), changes, (float(first @ way), float(final @ way)))


class ClassAccounts(Accounts):
    """Accounts for classes: the intercepts follow the weights as they do at the mean curvature, Eq. (178)."""

    @property
    def available(self) -> bool:
        """Whether one matrix for each row fits into memory."""
        return self.problem.rows.n_rows * self.problem.n_tasks**2 <= _MOST_CURVATURES

    @property
    def cost(self) -> float:
        """Multiplications of one account, whose weight is zero."""
        return super().cost * self.problem.n_tasks + self.problem.rows.n_rows * self.problem.n_tasks**2

    @cached_property
    def _shared(self) -> Array:
        """The mean Hessians on the way to the fit itself, times the weights of the rows."""
        return self.weight[:, None, None] * mean_hessians(self.null.eta, self.eta)

    def of(self, feature: int, task: int | None = None) -> Waterfall:
        """See `Accounts.of`."""
        assert task is not None
        column, own = self.column(feature), float(self.coef[task, feature])
        end, curvature = self.eta, self._shared if own == 0.0 else None
        if curvature is None:
            end = end.copy()
            end[:, task] -= column * own
            curvature = self.weight[:, None, None] * mean_hessians(self.null.eta, end)
        follow = self._follow(curvature, np.tensordot(column, curvature[:, task], axes=1))
        spread = column[:, None] * curvature[:, task] - curvature @ follow
        change = (self.coef - self.null.coef)[:, self.movers].T
        change[self.movers == feature, task] = -self.null.coef[task, feature]
        slope = slopes("softmax", self.problem.y, end)
        drift = -follow @ (self.weight @ (slope - self.start))
        first = 0.0 if self.free[feature] else -(self.weight * column) @ self.start[:, task]
        final = -(self.weight * column) @ slope[:, task]
        sign = -1.0 if first < 0 else 1.0
        changes = sign * np.append(-np.sum((self.moving.T @ spread) * change, axis=1), drift)
        return make_waterfall(self.labels(feature), changes, (abs(float(first)), float(final * sign)))

    def _follow(self, curvature: Array, moment: Array) -> Array:
        """``moment' S^+`` with S the sum of the curvatures: what the intercepts undo of a column's moments."""
        if not self.problem.rows.fit_intercept:
            return np.zeros_like(moment)
        total = curvature.sum(axis=0)
        shift = np.trace(total) / len(total) ** 2  # S has the null vector of ones, and so has the moment
        return np.asarray(np.linalg.lstsq(total + shift, moment, rcond=None)[0])

    def _own(self, name: str) -> str:
        return f"{name} (its other classes)"


def make_accounts(problem: MatrixProblem, null: MatrixNullModel, coef: Array, intercept: Array) -> Accounts:
    """The accounts of a fit."""
    return (RowAccounts if is_grouped(problem) else ClassAccounts)(problem, null, coef, intercept)


def _direction(first: Array, final: Array, task: int | None) -> Array:
    """The unit vector along which an account is told: that of the null pull, or one target with its sign."""
    if task is not None:
        way = np.zeros_like(first)
        way[task] = -1.0 if first[task] < 0 else 1.0
        return way
    for pull in (first, final):
        size = float(np.linalg.norm(pull))
        if size > 0.0:
            return np.asarray(pull / size)
    return np.asarray(np.eye(len(first))[0])
