"""The frozen statement of a problem with a matrix of weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import InputError
from whyzero.multi.formulas import MULTITASK_SQUARED, SOFTMAX, GroupNorm, MultitaskSquared, Softmax
from whyzero.problem import Problem, make_problem
from whyzero.problem.targets import check_target

__all__ = ["MatrixProblem", "multitask_problem", "softmax_problem"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MatrixProblem:
    """``min (1/S) sum_i s_i loss(y_i, B x_i + b0) + alpha penalty(B)``, for any alpha.

    Make one with `multitask_problem` or `softmax_problem`.

    Attributes
    ----------
    rows : Problem
        X, row weights, penalty factors and the intercept; its target is the first column of `y`.
    y : ndarray of shape (n_rows, n_tasks)
        Targets; for the softmax 1 for the class of a row, else 0.
    classes : tuple or None
        The user's labels of the columns of `y`.
    loss : MultitaskSquared or Softmax
        The former has its penalty on the norm of all weights of a column of X, the latter on each weight.
    """

    rows: Problem
    y: Array
    classes: tuple[Any, ...] | None
    loss: MultitaskSquared | Softmax

    @property
    def n_tasks(self) -> int:
        """Number of targets or classes."""
        return int(self.y.shape[1])

    @property
    def l1_ratio(self) -> float:
        """Share of the part that makes zeros."""
        return self.rows.penalty.l1_ratio

    @property
    def stacked(self) -> Problem:
        """`rows` with all targets as its `y`, by whose digests a certificate knows the data."""
        return replace(self.rows, y=self.y)

    def penalty_value(self, coef: Array, alpha: float) -> float:
        """The penalty of weights of shape (n_tasks, n_cols)."""
        if self.loss is SOFTMAX:
            return sum(self.rows.penalty.value(of_class, alpha) for of_class in coef)
        l1, l2 = self.rows.penalty.l1(alpha), self.rows.penalty.l2(alpha)
        used = np.flatnonzero(np.any(coef, axis=0))
        if np.any(self.rows.penalty.excluded[used]):
            return float("inf")
        return sum(GroupNorm(l1[j], l2[j]).value(coef[:, j]) for j in used)

    def eta(self, coef: Array, intercept: Array) -> Array:
        """Linear predictors of shape (n_rows, n_tasks)."""
        return np.asarray(self.rows.design.matvec(np.ascontiguousarray(coef.T)) + intercept)

    def objective(self, coef: Array, intercept: Array, alpha: float) -> float:
        """Mean loss plus penalty of weights of shape (n_tasks, n_cols) and intercepts of shape (n_tasks,)."""
        return self.loss_value(coef, intercept) + self.penalty_value(coef, alpha)

    def loss_value(self, coef: Array, intercept: Array) -> float:
        """Mean loss of weights of shape (n_tasks, n_cols) and intercepts of shape (n_tasks,)."""
        return float(np.sum(self.rows.weight * self.loss.value(self.y, self.eta(coef, intercept))))

    def with_l1_ratio(self, l1_ratio: float) -> MatrixProblem:
        """The same problem with another share of L1."""
        return replace(self, rows=self.rows.with_l1_ratio(l1_ratio))

    def with_sample_weight(self, sample_weight: Any) -> MatrixProblem:
        """The same problem with other weights; 0 leaves a row out."""
        return replace(self, rows=self.rows.with_sample_weight(sample_weight))

    def without_penalty(self) -> MatrixProblem:
        """The same problem with every penalty factor 0."""
        free = np.zeros(self.rows.n_cols)
        return replace(self, rows=replace(self.rows, penalty=replace(self.rows.penalty, factor=free)))


def multitask_problem(X: Any, Y: Any, **options: Any) -> MatrixProblem:
    """Check the parts of a problem of several targets.

    Parameters
    ----------
    X : array-like, sparse matrix or data frame of shape (n_rows, n_cols)
    Y : array-like of shape (n_rows, n_tasks)
        Finite numbers.
    **options
        `l1_ratio`, `penalty_factor`, `sample_weight`, `fit_intercept` and `feature_names` of `whyzero.fit_path`.

    Returns
    -------
    MatrixProblem

    Raises
    ------
    InputError, InputTypeError
        If a part cannot be used; the message says which and why.
    """
    _refuse_what_there_is_not(options)
    targets = np.asarray(Y)
    if targets.ndim != 2 or targets.shape[1] == 0:
        raise InputError(
            f"Y must have one column for each target, got shape {targets.shape}; one target is fitted by fit_path."
        )
    rows = make_problem(X, targets[:, 0], **options)
    columns = [rows.y, *(check_target(column, rows.n_rows) for column in targets.T[1:])]
    return MatrixProblem(rows=rows, y=np.column_stack(columns), classes=None, loss=MULTITASK_SQUARED)


def softmax_problem(X: Any, y: Any, *, classes: Any = None, **options: Any) -> MatrixProblem:
    """Check the parts of a problem of several classes.

    Parameters
    ----------
    X, **options
        As in `multitask_problem`.
    y : array-like of shape (n_rows,)
        Labels of at least two classes.
    classes : sequence, optional
        The labels in increasing order, where `y` may lack some; those of `y` if not given.

    Returns
    -------
    MatrixProblem

    Raises
    ------
    InputError, InputTypeError
        If a part cannot be used; the message says which and why. With an intercept every class needs a row of positive
        weight: without one, its intercept would fall without end.
    """
    _refuse_what_there_is_not(options)
    labels = np.asarray(y)
    if labels.ndim != 1:
        raise InputError(f"y must be a vector of labels, got shape {labels.shape}.")
    known = np.unique(labels) if classes is None else np.asarray(classes)
    if len(known) < 2:
        raise InputError(f"y has {len(known)} class(es); the softmax needs at least two.")
    codes = np.clip(np.searchsorted(known, labels), 0, len(known) - 1)
    strange = np.flatnonzero(known[codes] != labels)
    if len(strange):
        raise InputError(f"y has {labels[strange[0]]!r} at position {strange[0]}, which is not among the classes.")
    one_hot = np.zeros((len(labels), len(known)))
    one_hot[np.arange(len(labels)), codes] = 1.0
    rows = make_problem(X, one_hot[:, 0], **options)
    problem = MatrixProblem(rows=rows, y=one_hot, classes=tuple(known.tolist()), loss=SOFTMAX)
    _check_every_class(problem)
    return problem


def _refuse_what_there_is_not(options: dict[str, Any]) -> None:
    """Options of a problem with one target that would be taken and not heeded."""
    for name in ("offset", "standardize", "positive", "loss"):
        if name in options:
            raise InputError(f"{name} is not an option of models with a matrix of weights.")


def _check_every_class(problem: MatrixProblem) -> None:
    missing = np.flatnonzero(problem.rows.weight @ problem.y == 0.0)
    if len(missing) and problem.rows.fit_intercept:
        assert problem.classes is not None
        raise InputError(
            f"no row with a positive sample_weight is of class {problem.classes[missing[0]]!r}: its intercept would "
            "fall without end. Leave the class out, or fit without an intercept."
        )
