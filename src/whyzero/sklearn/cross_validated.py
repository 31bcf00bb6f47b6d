"""`LassoCV` and `ElasticNetCV`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from numbers import Integral, Number, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import linear_model
from sklearn.base import _fit_context
from sklearn.linear_model._coordinate_descent import LinearModelCV, _alpha_grid
from sklearn.model_selection import check_cv
from sklearn.utils import check_scalar, column_or_1d
from sklearn.utils.metadata_routing import _raise_for_params, _routing_enabled, process_routing
from sklearn.utils.validation import _check_sample_weight, check_consistent_length, validate_data

from whyzero.cross_validation import cross_validate_path
from whyzero.estimators.rollback import unchanged_on_failure
from whyzero.problem import Problem
from whyzero.sklearn.fitting import (
    keep_weights,
    problems_of,
    settings,
    solve_all,
    warn_unless_optimal,
)
from whyzero.sklearn.paths import enet_path, lasso_path
from whyzero.sklearn.proofs import Proved
from whyzero.solution import Settings
from whyzero.solve import solve_path

__all__ = ["FOLD_TOL", "AtChosenAlpha", "ElasticNetCV", "Folds", "LassoCV"]

Array = NDArray[np.float64]
Folds = Sequence[tuple[Any, Any]]

# Errors of held-out rows choose the alpha: they are computed to more digits than a default fit promises.
FOLD_TOL = 1e-9


class AtChosenAlpha(Proved, LinearModelCV):  # type: ignore[misc]
    """The fit of `LassoCV` and its kin, which pass theirs on to `LinearModelCV.fit`."""

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> Any:
        """Choose alpha and l1_ratio by cross-validation, and fit there."""
        _raise_for_params(params, self, "fit")
        with unchanged_on_failure(self):
            given = X, y, sample_weight
            X, y, weight = self._checked(X, y, sample_weight, reset=True)
            ratios = np.atleast_1d(getattr(self, "l1_ratio", 1.0))
            grids = self._grids(X, y, weight, ratios)
            folds = self._folds(X, y, sample_weight, params)
            problem = self._stated(X, y, weight, ratios[0])
            chosen = settings(self.tol, self.max_iter)
            errors = np.array(
                [
                    self._held_out(problem.with_l1_ratio(float(ratio)), grid, folds, chosen)
                    for ratio, grid in zip(ratios, grids, strict=True)
                ]
            )
            best, place = np.unravel_index(np.argmin(errors.mean(axis=1)), (len(ratios), errors.shape[2]))
            self.mse_path_ = np.squeeze(np.moveaxis(errors, 2, 1))
            self.alpha_ = grids[best][place]
            if hasattr(self, "l1_ratio"):
                self.l1_ratio_ = ratios[best]
            self.alphas_ = grids if isinstance(self.alphas, Integral) and len(ratios) > 1 else grids[0]
            self._fit_there(problem.with_l1_ratio(float(ratios[best])), chosen, X.dtype, given)
        return self

    def _fit_there(self, problem: Any, chosen: Settings, dtype: Any, given: tuple[Any, Any, Any]) -> None:
        """Fit at the chosen alpha, on all rows."""
        solution = solve_all(problem, [self.alpha_], chosen)[0]
        warn_unless_optimal([solution], stacklevel=5)
        keep_weights(self, [solution], dtype, several=False)
        self.n_iter_ = max(1, solution.n_iter)
        self._keep([solution], given)

    def _held_out(self, problem: Any, alphas: Array, folds: Folds, chosen: Settings) -> Array:
        """Mean squared errors of shape (n_folds, n_alphas) on the rows that each fold holds out."""
        return _held_out_errors(problem, alphas, folds, replace(chosen, tol=min(chosen.tol, FOLD_TOL)))

    def _problems(self, X: Any, y: Any, sample_weight: Any) -> list[Problem]:
        return [self._stated(*self._checked(X, y, sample_weight, reset=False), getattr(self, "l1_ratio_", 1.0))]

    def _stated(self, X: Any, y: Any, weight: Any, l1_ratio: float) -> Any:
        options = {"l1_ratio": float(l1_ratio), "sample_weight": weight, "fit_intercept": bool(self.fit_intercept)}
        return problems_of(self, X, y, positive=bool(self.positive), **options)[0]

    def _checked(self, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> tuple[Any, Any, Any]:
        floats = [np.float64, np.float32]
        separately = ({"accept_sparse": "csc", "dtype": floats}, {"dtype": floats, "ensure_2d": False})
        X, y = validate_data(self, X, y, reset=reset, validate_separately=separately)
        check_consistent_length(X, y)
        if y.ndim > 1 and y.shape[1] > 1:
            raise ValueError(f"For multi-task outputs, use MultiTask{type(self).__name__}")
        return X, column_or_1d(y, warn=True), self._row_weight(X, sample_weight)

    @staticmethod
    def _row_weight(X: Any, sample_weight: Any) -> Any:
        if sample_weight is None or isinstance(sample_weight, Number):
            return None
        return _check_sample_weight(sample_weight, X, dtype=X.dtype)

    def _grids(self, X: Any, y: Any, weight: Any, ratios: Any) -> Any:
        """The alphas of each l1_ratio, decreasing: an array of shape (n_l1_ratios, n_alphas)."""
        if isinstance(self.alphas, Integral):
            options = {"eps": self.eps, "n_alphas": self.alphas, "sample_weight": weight}
            options |= {"fit_intercept": self.fit_intercept, "positive": getattr(self, "positive", False)}
            return np.asarray([_alpha_grid(X, y, l1_ratio=ratio, **options) for ratio in ratios])
        for index, alpha in enumerate(self.alphas):
            check_scalar(alpha, f"alphas[{index}]", target_type=Real, min_val=0.0, include_boundaries="left")
        return np.tile(np.sort(self.alphas)[::-1], (len(ratios), 1))

    def _folds(self, X: Any, y: Any, sample_weight: Any, params: dict[str, Any]) -> Folds:
        routed = {}
        if _routing_enabled():
            routed = process_routing(self, "fit", sample_weight=sample_weight, **params).splitter.split
        return list(check_cv(self.cv).split(X, y, **routed))


class LassoCV(linear_model.LassoCV, AtChosenAlpha):  # type: ignore[misc]
    """`Lasso` at the alpha of the smallest mean squared error on held-out rows.

    Parameters and attributes are those of `sklearn.linear_model.LassoCV`. Beside them there are `dual_gap_`,
    `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """

    path = staticmethod(lasso_path)


class ElasticNetCV(linear_model.ElasticNetCV, AtChosenAlpha):  # type: ignore[misc]
    """`ElasticNet` at the alpha and l1_ratio of the smallest mean squared error on held-out rows.

    Parameters and attributes are those of `sklearn.linear_model.ElasticNetCV`. Beside them there are `dual_gap_`,
    `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """

    path = staticmethod(enet_path)


def _held_out_errors(problem: Problem, alphas: Array, folds: Folds, chosen: Settings) -> Array:
    """From sums over the folds where they are a partition of the rows, else fold by fold."""
    assignment = _as_partition(folds, problem.n_rows)
    if assignment is not None and alphas.min() > 0.0:
        path = solve_path(problem, alphas=alphas, settings=replace(chosen, exact=False))
        return cross_validate_path(path, folds=assignment, settings=chosen).fold_scores
    return np.array([_errors_of_fold(problem, alphas, train, test, chosen) for train, test in folds])


def _as_partition(folds: Folds, n_rows: int) -> NDArray[np.int64] | None:
    """The fold of each row, if every row is held out once and trained on in all other folds."""
    assignment = np.full(n_rows, -1, dtype=np.int64)
    for k, (train, test) in enumerate(folds):
        held = np.bincount(np.arange(n_rows)[test], minlength=n_rows)
        used = np.bincount(np.arange(n_rows)[train], minlength=n_rows)
        if np.any(assignment[held > 0] >= 0) or np.any(held + used != 1):
            return None
        assignment[held > 0] = k
    return assignment if len(folds) > 1 and assignment.min() >= 0 else None


def _errors_of_fold(problem: Problem, alphas: Array, train: Any, test: Any, chosen: Settings) -> Array:
    """A fold of any kind: a row that is drawn twice for training counts twice."""
    drawn = np.bincount(np.arange(problem.n_rows)[train], minlength=problem.n_rows)
    solutions = solve_all(problem.with_sample_weight(drawn * problem.sample_weight), alphas, chosen)
    held = np.arange(problem.n_rows)[test]
    coefs = np.column_stack([solution.coef for solution in solutions])
    predicted = problem.design.matvec(coefs)[held] + [solution.intercept for solution in solutions]
    return np.asarray(np.average((problem.y[held, None] - predicted) ** 2, axis=0, weights=problem.sample_weight[held]))
