"""`MultiTaskLasso`, `MultiTaskElasticNet` and their cross-validated forms."""

from __future__ import annotations

from dataclasses import replace
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import linear_model
from sklearn.base import _fit_context
from sklearn.utils.validation import _check_sample_weight, check_consistent_length, validate_data

from whyzero.estimators.rollback import unchanged_on_failure
from whyzero.multi import MatrixProblem, MatrixSolution, multitask_problem
from whyzero.sklearn.cross_validated import FOLD_TOL, AtChosenAlpha, Folds
from whyzero.sklearn.fitting import settings, solve_all_matrices, warn_unless_optimal
from whyzero.sklearn.paths import enet_path, lasso_path
from whyzero.sklearn.proofs import Proved
from whyzero.solution import Settings

__all__ = ["MultiTaskElasticNet", "MultiTaskElasticNetCV", "MultiTaskLasso", "MultiTaskLassoCV"]

Array = NDArray[np.float64]
_FLOATS = [np.float64, np.float32]


class _SeveralTargets(Proved):
    """What all four share: their data, their problem, and what is kept of a fit."""

    fit_intercept: bool

    def _has_matrix(self) -> bool:
        return True

    def _matrix_problem(self, X: Any, y: Any, sample_weight: Any) -> MatrixProblem:
        return self._stated(*self._checked(X, y, sample_weight, reset=False), self._share_of_l1())

    def _share_of_l1(self) -> float:
        """The l1_ratio of the fit; a lasso without the attribute has none to choose."""
        return float(self.__dict__.get("l1_ratio_", getattr(self, "l1_ratio", 1.0)))

    def _checked(self, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> tuple[Any, Any, Any]:
        separately = ({"accept_sparse": "csc", "dtype": _FLOATS}, {"dtype": _FLOATS, "ensure_2d": False})
        X, y = validate_data(self, X, y, reset=reset, validate_separately=separately)
        check_consistent_length(X, y)
        if y.ndim == 1:
            raise ValueError(f"For mono-task outputs, use {self._for_one_target()}")
        if sample_weight is None or isinstance(sample_weight, Number):
            return X, y, None
        return X, y, _check_sample_weight(sample_weight, X, dtype=X.dtype)

    def _for_one_target(self) -> str:
        return type(self).__name__.removeprefix("MultiTask")

    def _stated(self, X: Any, y: Any, weight: Any, l1_ratio: float) -> MatrixProblem:
        names = self.__dict__.get("feature_names_in_")
        options = {"sample_weight": weight, "fit_intercept": bool(self.fit_intercept), "feature_names": names}
        return multitask_problem(X, y, l1_ratio=float(l1_ratio), **options)

    def _keep_weights(self, solution: MatrixSolution, dtype: Any, given: tuple[Any, Any, Any]) -> None:
        self.coef_ = np.asfortranarray(solution.coef, dtype=dtype)
        self.intercept_ = solution.intercept.astype(dtype) if self.fit_intercept else 0.0
        self.n_iter_ = max(1, solution.n_iter)
        self._keep([solution], given)


class MultiTaskElasticNet(_SeveralTargets, linear_model.MultiTaskElasticNet):  # type: ignore[misc]
    """The elastic net of several targets: a column has weights for all of them, or for none.

    The mean squared error / 2 ``+ alpha (l1_ratio sum_j |W_j| + (1 - l1_ratio)/2 sum_j |W_j|^2)`` with the Euclidean
    norm of the weights of column j. Parameters and attributes are those of `sklearn.linear_model.MultiTaskElasticNet`.
    Beside them there are `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """

    path = staticmethod(enet_path)

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Fit the model.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Dense arrays of float32 and float64 and CSC matrices are read in place, and never changed.
        y : array-like of shape (n_samples, n_targets)
        sample_weight : float or array-like of shape (n_samples,), optional
            Weights of the rows in the mean loss; a number is the same for all, and so none.

        Returns
        -------
        self

        Warns
        -----
        ConvergenceWarning
            If the duality gap did not reach `tol`.
        """
        with unchanged_on_failure(self):
            given = X, y, sample_weight
            X, y, weight = self._checked(X, y, sample_weight, reset=True)
            problem = self._stated(X, y, weight, self.l1_ratio)
            solution = solve_all_matrices(problem, [self.alpha], settings(self.tol, self.max_iter))[0]
            warn_unless_optimal([solution], stacklevel=3)
            self._keep_weights(solution, X.dtype, given)
            self.eps_ = self.tol * _squares(problem)
        return self

    def _for_one_target(self) -> str:
        return "ElasticNet"  # for the lasso, too, because it has an l1_ratio


class MultiTaskLasso(MultiTaskElasticNet, linear_model.MultiTaskLasso):  # type: ignore[misc]
    """The lasso of several targets: the mean squared error / 2 ``+ alpha sum_j |W_j|``.

    Parameters and attributes are those of `sklearn.linear_model.MultiTaskLasso`. Beside them
    there are `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """


class _AtChosenAlpha(_SeveralTargets, AtChosenAlpha):
    """The fit of both cross-validated forms."""

    def _held_out(self, problem: Any, alphas: Array, folds: Folds, chosen: Settings) -> Array:
        chosen = replace(chosen, tol=min(chosen.tol, FOLD_TOL))
        return np.array([_errors_of_fold(problem, alphas, train, test, chosen) for train, test in folds])

    def _fit_there(self, problem: Any, chosen: Settings, dtype: Any, given: Any) -> None:
        solution = solve_all_matrices(problem, [self.alpha_], chosen)[0]
        warn_unless_optimal([solution], stacklevel=4)
        self._keep_weights(solution, dtype, given)


class MultiTaskElasticNetCV(_AtChosenAlpha, linear_model.MultiTaskElasticNetCV):  # type: ignore[misc]
    """`MultiTaskElasticNet` at the alpha and l1_ratio of the smallest mean squared error on held-out rows.

    Parameters and attributes are those of `sklearn.linear_model.MultiTaskElasticNetCV`. Beside them
    there are `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """

    path = staticmethod(enet_path)


class MultiTaskLassoCV(_AtChosenAlpha, linear_model.MultiTaskLassoCV):  # type: ignore[misc]
    """`MultiTaskLasso` at the alpha of the smallest mean squared error on held-out rows.

    Parameters and attributes are those of `sklearn.linear_model.MultiTaskLassoCV`. Beside them
    there are `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """

    path = staticmethod(lasso_path)


def _squares(problem: MatrixProblem) -> float:
    """The sum of the squares of the targets around their means, for weights that sum to the number of rows."""
    weight = problem.rows.weight[:, None]
    centre = np.sum(weight * problem.y, axis=0) if problem.rows.fit_intercept else 0.0
    return float(len(problem.y) * np.sum(weight * (problem.y - centre) ** 2))


def _errors_of_fold(problem: MatrixProblem, alphas: Array, train: Any, test: Any, chosen: Settings) -> Array:
    """Mean squared errors of one fold at every alpha; a row that is drawn twice for training counts twice."""
    weight = problem.rows.sample_weight
    drawn = np.bincount(np.arange(len(weight))[train], minlength=len(weight))
    held = np.arange(len(weight))[test]
    solutions = solve_all_matrices(problem.with_sample_weight(drawn * weight), alphas, chosen)
    errors = [(problem.y - problem.eta(solution.coef, solution.intercept))[held] ** 2 for solution in solutions]
    return np.array([np.average(squares, axis=0, weights=weight[held]).mean() for squares in errors])
