"""Fits of a matrix of weights along a grid of alphas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from whyzero import compiled
from whyzero.multi.problem import MatrixProblem, multitask_problem, softmax_problem
from whyzero.settings import check_grid, check_settings, warn_unless_optimal
from whyzero.solution import Settings, Status

__all__ = ["MatrixPath", "MatrixSolution", "fit_multitask_path", "fit_softmax_path", "solve_matrix_path"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MatrixSolution:
    """One fitted model with a matrix of weights.

    Attributes
    ----------
    problem : MatrixProblem
        What was fitted.
    alpha : float
        Penalty strength.
    coef : ndarray of shape (n_tasks, n_features)
        Weights in the units of the columns as stored.
    intercept : ndarray of shape (n_tasks,)
        Zeros when the problem has none; of the softmax they sum to zero where nothing says otherwise.
    dual_gap : float
        Upper bound (up to rounding) of the objective's distance from its minimum.
    status : Status
        Why the solver stopped.
    n_iter : int
        Newton steps taken.
    """

    problem: MatrixProblem
    alpha: float
    coef: Array
    intercept: Array
    dual_gap: float
    status: Status
    n_iter: int


@dataclass(frozen=True)
class MatrixPath:
    """Fits of a matrix of weights along a decreasing grid of alphas.

    Attributes
    ----------
    problem : MatrixProblem
        What was fitted.
    alphas : ndarray of shape (n_alphas,)
        Decreasing penalty strengths.
    indptr : ndarray of shape (n_alphas + 1,)
        Fit k has weights in the columns ``indices[indptr[k]:indptr[k + 1]]`` of X.
    indices : ndarray of shape (n_entries,)
    values : ndarray of shape (n_entries, n_tasks)
        The weights of these columns; single ones of them may be zero.
    intercepts : ndarray of shape (n_alphas, n_tasks)
    dual_gaps : ndarray of shape (n_alphas,)
        As in `MatrixSolution`.
    statuses : tuple of Status
        One for each alpha.
    n_iters : ndarray of shape (n_alphas,)
        Newton steps for each alpha.
    alpha_max : float
        Smallest alpha at which every penalised weight is zero (infinite for ``l1_ratio=0``).
    null_loss : float
        Mean loss of the model with intercepts and unpenalised columns only.
    passes : float
        How often the solver read the whole of X for products with all columns.
    """

    problem: MatrixProblem
    alphas: Array
    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    values: Array
    intercepts: Array
    dual_gaps: Array
    statuses: tuple[Status, ...]
    n_iters: NDArray[np.int64]
    alpha_max: float
    null_loss: float
    passes: float

    def __len__(self) -> int:
        return len(self.alphas)

    def __getitem__(self, index: int) -> MatrixSolution:
        """The fit number `index` of the grid."""
        index = range(len(self))[index]
        coef = np.zeros((self.problem.n_tasks, self.problem.rows.n_cols))
        place = slice(self.indptr[index], self.indptr[index + 1])
        coef[:, self.indices[place]] = self.values[place].T
        return MatrixSolution(
            problem=self.problem,
            alpha=float(self.alphas[index]),
            coef=coef,
            intercept=self.intercepts[index].copy(),
            dual_gap=float(self.dual_gaps[index]),
            status=self.statuses[index],
            n_iter=int(self.n_iters[index]),
        )

    @property
    def coefs(self) -> Array:
        """All weights, of shape (n_alphas, n_tasks, n_features)."""
        return np.array([self[k].coef for k in range(len(self))])

    @property
    def status(self) -> Status:
        """OPTIMAL only if every fit is, else the first status that is not."""
        return Status.of_path(self.statuses)


def fit_multitask_path(
    X: Any,
    Y: ArrayLike,
    *,
    l1_ratio: float = 1.0,
    alphas: int | ArrayLike = 100,
    alpha_min_ratio: float | None = None,
    penalty_factor: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    fit_intercept: bool = True,
    feature_names: Sequence[str] | None = None,
    tol: float = 1e-6,
    max_iter: int = 1000,
    n_threads: int | None = None,
) -> MatrixPath:
    """Fit several targets at every alpha of a grid: a column of X has weights for all of them or for none.

    Minimises, with ``S = sum(sample_weight)`` and ``b_j`` the weights of column j, one for each target::

        (1/(2 S)) sum_i sample_weight_i |y_i - coef @ x_i - intercept|^2
            + alpha sum_j penalty_factor_j (l1_ratio |b_j| + (1 - l1_ratio)/2 |b_j|^2)

    Parameters
    ----------
    X : array, sparse matrix or data frame of shape (n_samples, n_features)
        Read in place where `whyzero.fit_path` does.
    Y : array of shape (n_samples, n_tasks)
        Numbers.
    l1_ratio, alphas, alpha_min_ratio, penalty_factor, sample_weight, fit_intercept, feature_names, tol, max_iter,
    n_threads
        As in `whyzero.fit_path`.

    Returns
    -------
    MatrixPath
        With the alphas in decreasing order.

    Raises
    ------
    InputError, InputTypeError
        If an argument cannot be used.

    Warns
    -----
    ConvergenceWarning
        If a fit stopped before its gap reached `tol`.
    """
    problem = multitask_problem(
        X,
        Y,
        l1_ratio=l1_ratio,
        penalty_factor=penalty_factor,
        sample_weight=sample_weight,
        fit_intercept=fit_intercept,
        feature_names=feature_names,
    )
    settings = Settings(tol=tol, max_iter=max_iter, n_threads=n_threads)
    path = solve_matrix_path(problem, alphas=alphas, alpha_min_ratio=alpha_min_ratio, settings=settings)
    warn_unless_optimal(path)
    return path


def fit_softmax_path(
    X: Any,
    y: ArrayLike,
    *,
    l1_ratio: float = 1.0,
    alphas: int | ArrayLike = 100,
    alpha_min_ratio: float | None = None,
    penalty_factor: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    fit_intercept: bool = True,
    feature_names: Sequence[str] | None = None,
    tol: float = 1e-6,
    max_iter: int = 1000,
    n_threads: int | None = None,
) -> MatrixPath:
    """Fit the probabilities of several classes at every alpha of a grid.

    Minimises, with ``S = sum(sample_weight)``, ``eta_i = coef @ x_i + intercept``, one row of `coef` for each class::

        (1/S) sum_i sample_weight_i (log sum_k exp(eta_ik) - eta_i,y_i)
            + alpha sum_jk penalty_factor_j (l1_ratio |b_jk| + (1 - l1_ratio)/2 b_jk^2)

    The intercepts sum to zero, and so do the weights of a column that has no L1 part: this makes them unique.

    Parameters
    ----------
    X : array, sparse matrix or data frame of shape (n_samples, n_features)
        Read in place where `whyzero.fit_path` does.
    y : array of shape (n_samples,)
        Labels of two classes or more.
    l1_ratio, alphas, alpha_min_ratio, penalty_factor, sample_weight, fit_intercept, feature_names, tol, max_iter,
    n_threads
        As in `whyzero.fit_path`.

    Returns
    -------
    MatrixPath
        With the alphas in decreasing order; ``path.problem.classes`` has the labels.

    Raises
    ------
    InputError, InputTypeError
        If an argument cannot be used.

    Warns
    -----
    ConvergenceWarning
        If a fit stopped before its gap reached `tol`, or no optimum exists.
    """
    problem = softmax_problem(
        X,
        y,
        l1_ratio=l1_ratio,
        penalty_factor=penalty_factor,
        sample_weight=sample_weight,
        fit_intercept=fit_intercept,
        feature_names=feature_names,
    )
    settings = Settings(tol=tol, max_iter=max_iter, n_threads=n_threads)
    path = solve_matrix_path(problem, alphas=alphas, alpha_min_ratio=alpha_min_ratio, settings=settings)
    warn_unless_optimal(path)
    return path


def solve_matrix_path(
    problem: MatrixProblem,
    *,
    alphas: int | ArrayLike = 100,
    alpha_min_ratio: float | None = None,
    settings: Settings | None = None,
) -> MatrixPath:
    """Fit a checked problem along a grid of alphas.

    Parameters
    ----------
    problem : MatrixProblem
    alphas, alpha_min_ratio
        As in `whyzero.fit_path`.
    settings : Settings, optional
        How to compute it; `plan` has no effect.

    Returns
    -------
    MatrixPath
    """
    settings = settings or Settings()
    check_settings(settings)
    grid = check_grid(problem.rows, alphas, alpha_min_ratio)
    result = compiled.fit_matrix_path(problem.rows, problem.y, problem.loss.name, grid, settings)
    return MatrixPath(
        problem=problem,
        alphas=result.alphas,
        indptr=result.indptr,
        indices=result.indices,
        values=result.values.reshape(-1, problem.n_tasks),
        intercepts=result.intercepts.reshape(-1, problem.n_tasks),
        dual_gaps=result.gaps,
        statuses=compiled.statuses(result.outcomes),
        n_iters=result.steps,
        alpha_max=result.alpha_max,
        null_loss=result.null_loss,
        passes=result.passes,
    )
