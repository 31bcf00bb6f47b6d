"""Fit models: from arrays with `fit` and `fit_path`, from checked problems with `solve` and `solve_path`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from whyzero import compiled
from whyzero.compiled import Progress, Rows
from whyzero.duplicates import group_rows
from whyzero.plans import describe_plan
from whyzero.problem import Problem, check_alpha, make_problem
from whyzero.separation import with_separation
from whyzero.settings import check_grid, check_settings, warn_unless_optimal
from whyzero.solution import Path, Settings, Solution, Status, Weights

if TYPE_CHECKING:
    from whyzero._core import PathFit

__all__ = ["fit", "fit_path", "solve", "solve_path"]

Array = NDArray[np.float64]


def fit_path(
    X: Any,
    y: Any,
    *,
    loss: str = "squared",
    l1_ratio: float = 1.0,
    alphas: int | ArrayLike = 100,
    alpha_min_ratio: float | None = None,
    penalty_factor: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    fit_intercept: bool = True,
    standardize: bool = False,
    positive: bool = False,
    feature_names: Sequence[str] | None = None,
    tol: float = 1e-6,
    max_iter: int = 1000,
    n_threads: int | None = None,
    plan: str = "auto",
) -> Path:
    """Fit a model at every alpha of a grid.

    Minimises, for each alpha, with ``S = sum(sample_weight)``, ``eta = X @ coef + intercept + offset``::

        (1/S) sum_i sample_weight_i loss(y_i, eta_i)
            + alpha sum_j penalty_factor_j (l1_ratio |b_j| + (1 - l1_ratio)/2 b_j^2)

    where ``b_j`` is ``coef_j``, or ``coef_j`` times the standard deviation of column j with ``standardize``.

    Parameters
    ----------
    X : array, sparse matrix or data frame of shape (n_samples, n_features)
        NumPy arrays of float32 or float64 in any layout and SciPy CSC matrices are read in place.
    y : array of shape (n_samples,)
        Numbers for ``loss="squared"``; labels of exactly two values for ``"logistic"``, of which the
        second in sorted order is the one whose probability is modelled; numbers that are not negative
        for ``"poisson"``, whose mean is ``exp(eta)``. The logarithm of an exposure is an `offset`.
    loss : {"squared", "logistic", "poisson"}
        ``(y - eta)^2 / 2``, ``log(1 + exp(eta)) - y eta``, or ``exp(eta) - y eta`` with the constant
        ``y log(y) - y`` that makes it half the deviance.
    l1_ratio : float in [0, 1]
        1 is the lasso, 0 is ridge.
    alphas : int or array
        A number of alphas, spaced evenly in the logarithm from the smallest that makes every
        penalised weight zero down to `alpha_min_ratio` times it; or the alphas themselves.
    alpha_min_ratio : float in (0, 1), optional
        1e-3, or 1e-2 when there are more columns than rows.
    penalty_factor : array of shape (n_features,), optional
        Used as given; 0 leaves a weight unpenalised, ``inf`` excludes its column.
    sample_weight : array of shape (n_samples,), optional
        Non-negative; a weight of 2 is the same as the row twice.
    offset : array of shape (n_samples,), optional
        Added to the linear predictor.
    fit_intercept : bool
        The intercept is never penalised.
    feature_names : sequence of str, optional
        Names of the columns; those of a data frame, or x0, x1, ..., if not given.
    standardize : bool
        Let the penalty act on ``coef * sd(column)``. Coefficients are returned for the columns as given.
    positive : bool
        Let no weight be negative, penalised or not; the intercept may be.
    tol : float
        Largest duality gap of a fit, as a share of the null model's loss.
    max_iter : int
        Largest number of Newton steps for one alpha.
    n_threads : int, optional
        The result does not depend on it.
    plan : {"auto", "all-columns", "working-sets"}
        How to compute it; the result does not depend on it. ``path.plan`` says what was chosen.

    Returns
    -------
    Path
        With the alphas in decreasing order.

    Raises
    ------
    InputError, InputTypeError
        If an argument cannot be used; the message says which, where and what to do.

    Warns
    -----
    ConvergenceWarning
        If a fit stopped before its gap reached `tol`.
    """
    problem = make_problem(
        X,
        y,
        loss=loss,
        l1_ratio=l1_ratio,
        penalty_factor=penalty_factor,
        sample_weight=sample_weight,
        offset=offset,
        fit_intercept=fit_intercept,
        standardize=standardize,
        positive=positive,
        feature_names=feature_names,
    )
    settings = Settings(tol=tol, max_iter=max_iter, n_threads=n_threads, plan=plan)
    path = solve_path(problem, alphas=alphas, alpha_min_ratio=alpha_min_ratio, settings=settings)
    warn_unless_optimal(path)
    return path


def fit(
    X: Any,
    y: Any,
    *,
    alpha: float,
    loss: str = "squared",
    l1_ratio: float = 1.0,
    penalty_factor: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    offset: ArrayLike | None = None,
    fit_intercept: bool = True,
    standardize: bool = False,
    positive: bool = False,
    feature_names: Sequence[str] | None = None,
    tol: float = 1e-6,
    max_iter: int = 1000,
    n_threads: int | None = None,
    plan: str = "auto",
) -> Solution:
    """Fit a model at one alpha; everything else is as in `fit_path`.

    Parameters
    ----------
    X, y, loss, l1_ratio, penalty_factor, sample_weight, offset, fit_intercept, standardize, positive, feature_names,
    tol, max_iter, n_threads, plan
        As in `fit_path`.
    alpha : float
        Penalty strength, positive and finite.

    Returns
    -------
    Solution

    Raises
    ------
    InputError, InputTypeError
        If an argument cannot be used.

    Warns
    -----
    ConvergenceWarning
        If the fit stopped before its gap reached `tol`.
    """
    return fit_path(
        X,
        y,
        loss=loss,
        l1_ratio=l1_ratio,
        alphas=[check_alpha(alpha)],
        penalty_factor=penalty_factor,
        sample_weight=sample_weight,
        offset=offset,
        fit_intercept=fit_intercept,
        standardize=standardize,
        positive=positive,
        feature_names=feature_names,
        tol=tol,
        max_iter=max_iter,
        n_threads=n_threads,
        plan=plan,
    )[0]


def solve(problem: Problem, alpha: float, *, settings: Settings | None = None) -> Solution:
    """Fit a checked problem at one alpha."""
    return solve_path(problem, alphas=[check_alpha(alpha)], settings=settings)[0]


def solve_path(
    problem: Problem,
    *,
    alphas: int | ArrayLike = 100,
    alpha_min_ratio: float | None = None,
    settings: Settings | None = None,
    hint: Path | None = None,
    callback: Progress | None = None,
) -> Path:
    """Fit a checked problem along a grid of alphas.

    Parameters
    ----------
    problem : Problem
        What to minimise.
    alphas, alpha_min_ratio
        As in `fit_path`.
    settings : Settings, optional
        How to compute it.
    hint : Path, optional
        A path of a similar problem on the same columns and alphas: its supports are a good guess of
        the working sets. The result does not depend on it beyond rounding.
    callback : callable, optional
        Called now and then with the number of fits done; what it raises ends the fit.

    Returns
    -------
    Path
    """
    settings = settings or Settings()
    check_settings(settings)
    grid = check_grid(problem, alphas, alpha_min_ratio)
    target, level = _without_constant(problem)
    groups = group_rows(problem, target)
    if groups is not None:
        tight = replace(settings, tol=groups.tolerance(float(settings.tol)))
        rows = Rows(groups.design, groups.y, groups.weight, groups.offset)
        result = compiled.fit_path(problem, rows, grid, tight, hint=hint, callback=callback)
        # Groups whose targets are alike are fitted exactly by the null model, which rows of two classes never are.
        if Status.SEPARATED not in compiled.statuses(result.outcomes):
            return _path(problem, result, level, groups.constant)
    rows = Rows(problem.design, target, problem.weight, problem.offset)
    result = compiled.fit_path(problem, rows, grid, settings, hint=hint, callback=callback)
    return _path(problem, result, level, 0.0)


def _without_constant(problem: Problem) -> tuple[Array, float]:
    """A target that is one number throughout is explained by the intercept exactly: leave nothing to rounding."""
    y, weight = problem.y, problem.sample_weight
    if problem.loss.name != "squared" or not problem.fit_intercept:
        return y, 0.0
    if (weight[0] > 0 and weight[-1] > 0 and y[0] != y[-1]) or problem.offset.any():
        return y, 0.0
    used = y if weight.min() > 0 else y[weight > 0]
    return (np.zeros_like(y), float(used[0])) if used.min() == used.max() else (y, 0.0)


def _path(problem: Problem, result: PathFit, level: float, constant: float) -> Path:
    intercepts, account = result.intercepts, result.account
    weights = Weights(result.indptr, result.indices, result.values, problem.n_cols)
    return Path(
        problem=problem,
        alphas=result.alphas,
        weights=weights,
        intercepts=intercepts + level if level else intercepts,
        dual_gaps=result.gaps,
        statuses=with_separation(compiled.statuses(result.outcomes), problem, weights, intercepts),
        n_iters=result.steps,
        alpha_max=result.alpha_max,
        null_loss=result.null_loss + constant,
        passes=round(account["passes"], 2),
        plan=describe_plan(account, problem.n_cols),
        seconds=account["seconds"],
    )
