"""Fits of checked problems, in scikit-learn's terms: an alpha of 0, its tolerances and its warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning as TheirConvergenceWarning

from whyzero.errors import ConvergenceWarning as OurConvergenceWarning
from whyzero.multi import MatrixProblem, MatrixSolution, solve_matrix_path
from whyzero.problem import Problem, make_problem
from whyzero.problem.targets import check_target
from whyzero.solution import Settings, Solution, Status
from whyzero.solve import solve, solve_path

__all__ = [
    "ConvergenceWarning",
    "keep_weights",
    "problems_of",
    "settings",
    "solve_all",
    "solve_all_matrices",
    "stated",
    "warn_unless_optimal",
]

Array = NDArray[np.float64]

# scikit-learn takes a tolerance of 0; this is the smallest duality gap that float64 can tell from rounding.
_LEAST_TOL = 1e-15
_DEFAULT_MAX_ITER = 1000


class ConvergenceWarning(OurConvergenceWarning, TheirConvergenceWarning):  # type: ignore[misc]
    """A fit stopped before it reached its tolerance; also scikit-learn's warning of this name."""


def settings(tol: float, max_iter: int | None) -> Settings:
    """scikit-learn's `tol` and `max_iter` as those of whyzero, which stops on the duality gap alone.

    `tol` times the mean square of the centred y, as scikit-learn's coordinate descent has it, is twice the null loss
    times `tol`: whyzero is the stricter one.
    """
    steps = _DEFAULT_MAX_ITER if max_iter is None else max(int(max_iter), 1)
    return Settings(tol=max(float(tol), _LEAST_TOL), max_iter=steps)


def problems_of(estimator: Any, X: Any, y: Array, **options: Any) -> list[Problem]:
    """The squared problem of each column of y; X is checked once, and named as scikit-learn names its columns."""
    columns = y.reshape(len(y), -1).T
    names = estimator.__dict__.get("feature_names_in_")
    first = make_problem(X, columns[0], feature_names=names, **options)
    return [first, *(replace(first, y=check_target(column, first.n_rows)) for column in columns[1:])]


def stated(problem: Problem, alpha: float) -> tuple[Problem, float]:
    """The problem and alpha as whyzero states them: without a penalty, every factor is 0 and alpha is idle."""
    if alpha > 0.0:
        return problem, float(alpha)
    free = np.zeros(problem.n_cols)
    return replace(problem, penalty=replace(problem.penalty, factor=free)), 1.0


def solve_all(problem: Problem, alphas: Sequence[float] | Array, chosen: Settings) -> list[Solution]:
    """The fits at several alphas, in their order; alphas may be 0, repeat, and come in any order."""
    return _in_order(
        alphas,
        lambda grid: solve_path(problem, alphas=grid, settings=chosen),
        lambda: solve(*stated(problem, 0.0), settings=chosen),
    )


def solve_all_matrices(
    problem: MatrixProblem, alphas: Sequence[float] | Array, chosen: Settings
) -> list[MatrixSolution]:
    """The same of a matrix of weights."""
    return _in_order(
        alphas,
        lambda grid: solve_matrix_path(problem, alphas=grid, settings=chosen),
        lambda: solve_matrix_path(problem.without_penalty(), alphas=[1.0], settings=chosen)[0],
    )


def _in_order(
    alphas: Sequence[float] | Array, penalised: Callable[[Array], Any], unpenalised: Callable[[], Any]
) -> list[Any]:
    """Fits at decreasing positive alphas, and at 0, in the order of `alphas`."""
    values = np.asarray(alphas, dtype=np.float64)
    positive = np.flatnonzero(values > 0.0)
    order = positive[np.argsort(-values[positive], kind="stable")]
    found: dict[int, Any] = {}
    if len(order):
        path = penalised(values[order])
        found = {int(place): path[k] for k, place in enumerate(order)}
    if len(order) < len(values):
        free = unpenalised()
        found |= {int(place): free for place in np.flatnonzero(values == 0.0)}
    return [found[k] for k in range(len(values))]


def warn_unless_optimal(solutions: Iterable[Solution | MatrixSolution], *, stacklevel: int) -> None:
    """Warn in scikit-learn's words, and with its class, of the worst fit that did not reach its tolerance."""
    late = [solution for solution in solutions if solution.status is not Status.OPTIMAL]
    if late:
        worst = max(late, key=lambda solution: solution.dual_gap)
        warnings.warn(
            f"Objective did not converge. {worst.status.value} Duality gap: {worst.dual_gap:.6e}.",
            ConvergenceWarning,
            stacklevel=stacklevel + 1,
        )


def keep_weights(estimator: Any, solutions: Sequence[Solution], dtype: Any, *, several: bool) -> None:
    """Set `coef_` and `intercept_` in scikit-learn's shapes; `several` says whether y was a matrix."""
    coefs = np.array([solution.coef for solution in solutions], dtype=dtype)
    intercepts = np.array([solution.intercept for solution in solutions], dtype=dtype)
    estimator.coef_ = coefs if len(solutions) > 1 else coefs[0]
    if not estimator.fit_intercept:
        estimator.intercept_ = 0.0
    else:
        estimator.intercept_ = intercepts if several else intercepts[0]
