"""Fit models: the only module that touches the compiled solver.

The core is told what to minimise through plain vectors (`whyzero.problem.Problem` has already put l1_ratio,
penalty factors and standardisation into penalty strengths on the stored columns) and returns weights, gaps and
how it went. It proves nothing: see `whyzero.certificates`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from whyzero import _core
from whyzero.designs import CodesDesign, CscDesign, DenseDesign, Design
from whyzero.duplicates import group_rows
from whyzero.errors import ConvergenceWarning, InputError, InputTypeError
from whyzero.plans import PLANS, describe_plan
from whyzero.problem import Problem, check_alpha, check_alphas, make_problem
from whyzero.solution import Path, Settings, Solution, Status, Weights
from whyzero.storing import lost_in_storing
from whyzero.threads import share_with_threadpoolctl

__all__ = ["check_settings", "compiled_view", "fit", "fit_path", "solve", "solve_path"]

Array = NDArray[np.float64]
Progress = Callable[[int], object]

# The largest count that the core takes.
_MOST = 2**31 - 1

_OUTCOMES = (Status.OPTIMAL, Status.MAX_ITER, Status.STALLED, Status.SEPARATED)
_SEPARATED = _OUTCOMES.index(Status.SEPARATED)


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
        feature_names=feature_names,
    )
    settings = Settings(tol=tol, max_iter=max_iter, n_threads=n_threads, plan=plan)
    path = solve_path(problem, alphas=alphas, alpha_min_ratio=alpha_min_ratio, settings=settings)
    _warn_unless_optimal(path)
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
    feature_names: Sequence[str] | None = None,
    tol: float = 1e-6,
    max_iter: int = 1000,
    n_threads: int | None = None,
    plan: str = "auto",
) -> Solution:
    """Fit a model at one alpha; everything else is as in `fit_path`.

    Parameters
    ----------
    X, y, loss, l1_ratio, penalty_factor, sample_weight, offset, fit_intercept, standardize, feature_names, tol,
    max_iter, n_threads, plan
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
    grid = check_alphas(alphas)
    given = np.empty(0) if isinstance(grid, int) else grid
    target, level = _without_constant(problem)
    grids = (given, grid if isinstance(grid, int) else len(given), _min_ratio(problem, alpha_min_ratio))
    groups = group_rows(problem, target)
    if groups is not None:
        tight = replace(settings, tol=groups.tolerance(float(settings.tol)))
        rows = _Rows(groups.design, groups.y, groups.weight, groups.offset)
        result = _run(problem, rows, grid=grids, settings=tight, hint=hint, callback=callback)
        # Groups whose targets are alike are fitted exactly by the null model, which rows of two classes never are.
        if _SEPARATED not in result.outcomes:
            return _path(problem, result, level, groups.constant, settings.tol)
    rows = _Rows(problem.design, target, problem.weight, problem.offset)
    result = _run(problem, rows, grid=grids, settings=settings, hint=hint, callback=callback)
    return _path(problem, result, level, 0.0, settings.tol)


@dataclass(frozen=True)
class _Rows:
    """What the core sums over: the rows of a problem, or groups of them."""

    design: Design
    y: Array
    weight: Array
    offset: Array


def _run(
    problem: Problem,
    rows: _Rows,
    *,
    grid: tuple[Array, int, float],
    settings: Settings,
    hint: Path | None,
    callback: Progress | None,
) -> _core.PathFit:
    l1, l2, center, spread = _strengths(problem)
    alphas, count, min_ratio = grid
    indptr, indices = _pack(hint, len(alphas))
    try:
        return _core.fit_path(
            compiled_view(rows.design),
            rows.y,
            rows.weight,
            rows.offset,
            l1,
            l2,
            center,
            spread,
            problem.loss.name,
            problem.fit_intercept,
            alphas,
            count,
            min_ratio,
            float(settings.tol),
            settings.exact,
            int(settings.max_iter),
            int(settings.n_threads or 0),
            PLANS.index(settings.plan),
            indptr,
            indices,
            callback,
        )
    except _core.NotFinite as error:
        raise InputError(
            "X, y or offset hold numbers so large that the computation overflowed; rescale the columns "
            f"(the largest standard deviation of a column is {float(np.max(spread)):.3g})."
        ) from error


def compiled_view(design: Design) -> _core.Design:
    """The matrix as the compiled core reads it, in place."""
    return _core_view(design)


@singledispatch
def _core_view(design: Any) -> _core.Design:
    raise TypeError(f"no compiled view of a {type(design).__name__}")


@_core_view.register
def _(design: DenseDesign) -> _core.Design:
    return _core.dense(design.values)


@_core_view.register
def _(design: CscDesign) -> _core.Design:
    return _core.csc(design.data, design.indices, design.indptr, design.shape[0])


@_core_view.register
def _(design: CodesDesign) -> _core.Design:
    return _core.codes(design.numbers, design.blocks, design.levels, design.owner, design.place)


def _strengths(problem: Problem) -> tuple[Array, Array, Array, Array]:
    """The penalty per unit of alpha, and centre and spread of the columns; excluded columns have infinite l1."""
    penalty, mean, sd = problem.penalty, problem.column_mean, problem.column_sd
    center, spread = (mean, sd) if problem.fit_intercept else (np.zeros_like(mean), np.hypot(mean, sd))
    if not penalty.any_excluded:
        # Nothing is excluded, and the spread of the other structural columns is 0 already.
        return penalty.l1(1.0), penalty.l2(1.0), center, spread
    l1 = np.where(penalty.excluded, np.inf, penalty.l1(1.0))
    l2 = np.where(penalty.excluded, 0.0, penalty.l2(1.0))
    return l1, l2, center, np.where(problem.structural, 0.0, spread)


def _without_constant(problem: Problem) -> tuple[Array, float]:
    """A target that is one number throughout is explained by the intercept exactly: leave nothing to rounding."""
    y, weight = problem.y, problem.sample_weight
    if problem.loss.name != "squared" or not problem.fit_intercept:
        return y, 0.0
    if (weight[0] > 0 and weight[-1] > 0 and y[0] != y[-1]) or problem.offset.any():
        return y, 0.0
    used = y if weight.min() > 0 else y[weight > 0]
    return (np.zeros_like(y), float(used[0])) if used.min() == used.max() else (y, 0.0)


def _min_ratio(problem: Problem, ratio: float | None) -> float:
    if ratio is None:
        return 1e-3 if problem.n_rows > problem.n_cols else 1e-2
    _check_number(ratio, "alpha_min_ratio")
    if not 0 < ratio < 1:
        raise InputError(
            f"alpha_min_ratio={ratio!r} must be above 0 and below 1: it is the smallest alpha over the largest."
        )
    return float(ratio)


def check_settings(settings: Settings) -> None:
    """Refuse settings that are no numbers, or numbers out of range."""
    _check_number(settings.tol, "tol")
    if not (settings.tol > 0 and math.isfinite(settings.tol)):
        raise InputError(
            f"tol={settings.tol!r} must be a positive number: the duality gap as a share of the null loss."
        )
    _check_count(settings.max_iter, "max_iter", "")
    if settings.plan not in PLANS:
        raise InputError(f"plan={settings.plan!r} is unknown; choose {', '.join(map(repr, PLANS))}.")
    if settings.n_threads is not None:
        _check_count(settings.n_threads, "n_threads", ", or None for all cores")


def _check_number(value: Any, name: str) -> None:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise InputTypeError(f"{name} must be a number, got {value!r} of type {type(value).__name__}.")


def _check_count(value: Any, name: str, otherwise: str) -> None:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise InputTypeError(f"{name} must be a whole number, got {value!r} of type {type(value).__name__}.")
    if not 1 <= int(value) <= _MOST:
        raise InputError(f"{name}={value!r} must be at least 1 and at most {_MOST}{otherwise}.")


def _pack(hint: Path | None, count: int) -> tuple[NDArray[np.int64] | None, NDArray[np.int64] | None]:
    """Supports of the hint, one alpha after the other."""
    if hint is None or len(hint) != count:
        return None, None
    return hint.weights.indptr, hint.weights.indices


def _path(problem: Problem, result: _core.PathFit, level: float, constant: float, tol: float) -> Path:
    intercepts = result.intercepts
    null_loss = result.null_loss + constant
    weights = Weights(result.indptr, result.indices, result.values, problem.n_cols)
    statuses = [_OUTCOMES[k] for k in result.outcomes.tolist()]
    lost = lost_in_storing(problem, weights, tol * null_loss)
    for k in np.flatnonzero(lost):
        statuses[k] = Status.STALLED if statuses[k] is Status.OPTIMAL else statuses[k]
    return Path(
        problem=problem,
        alphas=result.alphas,
        weights=weights,
        intercepts=intercepts + level if level else intercepts,
        dual_gaps=result.gaps + lost if lost.any() else result.gaps,
        statuses=tuple(statuses),
        n_iters=result.steps,
        alpha_max=result.alpha_max,
        null_loss=null_loss,
        passes=round(result.account["passes"], 2),
        plan=describe_plan(result.account, problem.n_cols),
        seconds=result.account["seconds"],
    )


def _warn_unless_optimal(path: Path) -> None:
    late = [k for k, status in enumerate(path.statuses) if status is not Status.OPTIMAL]
    if not late:
        return
    worst = max(late, key=lambda k: path.dual_gaps[k])
    warnings.warn(
        f"{len(late)} of {len(path)} fits did not reach tol. At alpha={path.alphas[worst]:.6g} the duality gap is "
        f"{path.dual_gaps[worst]:.3g}, with a null loss of {path.null_loss:.3g}. {path.statuses[worst].value}",
        ConvergenceWarning,
        stacklevel=3,
    )


share_with_threadpoolctl()
