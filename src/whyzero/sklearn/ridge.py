"""`Ridge`, `RidgeClassifier` and their cross-validated forms."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import linear_model
from sklearn.linear_model._ridge import _BaseRidge
from sklearn.utils import compute_sample_weight
from sklearn.utils.validation import _check_sample_weight, validate_data

from whyzero.errors import InputError
from whyzero.estimators.rollback import unchanged_on_failure
from whyzero.problem import Problem
from whyzero.sklearn.fitting import (
    keep_weights,
    problems_of,
    settings,
    solve_all,
    warn_unless_optimal,
)
from whyzero.sklearn.proofs import Proved
from whyzero.solution import Settings, Solution

__all__ = ["Ridge", "RidgeCV", "RidgeClassifier", "RidgeClassifierCV"]

Array = NDArray[np.float64]
_FORMATS = ["csc", "csr", "coo"]


class _Targets(Proved):
    """The ridge problems of data: one for each column of y, or for each column of its labels."""

    fit_intercept: bool

    def _problems(self, X: Any, y: Any, sample_weight: Any) -> list[Problem]:
        X, y = validate_data(
            self,
            X,
            y,
            reset=False,
            accept_sparse=_FORMATS,
            dtype=[np.float64, np.float32],
            multi_output=True,
            y_numeric=not hasattr(self, "_label_binarizer"),
        )
        return self._stated(X, *self._numbers(X, y, sample_weight))

    def _numbers(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any]:
        """The targets as numbers, and the weight of each row: for a classifier, columns of -1 and 1."""
        if not hasattr(self, "_label_binarizer"):
            return y, sample_weight
        weight = _check_sample_weight(sample_weight, X, dtype=X.dtype)
        if self.class_weight:
            weight = weight * compute_sample_weight(self.class_weight, y)
        return self._label_binarizer.transform(y), weight

    def _stated(self, X: Any, y: Any, sample_weight: Any) -> list[Problem]:
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, X, dtype=X.dtype)
        y = np.asarray(y, dtype=np.float64)
        options = {"sample_weight": weight, "fit_intercept": bool(self.fit_intercept)}
        return problems_of(self, X, y, l1_ratio=0.0, positive=bool(getattr(self, "positive", False)), **options)


def _solve_each(problems: list[Problem], alpha: Any, chosen: Settings) -> list[Solution]:
    """scikit-learn's ridge penalises a sum over the rows, whyzero a mean: alpha is theirs over the sum of weights."""
    alphas = np.ravel(np.asarray(alpha, dtype=np.float64))
    if len(alphas) not in (1, len(problems)):
        raise ValueError(
            f"Number of targets and number of penalties do not correspond: {len(alphas)} != {len(problems)}"
        )
    if not np.all(alphas >= 0.0):
        raise InputError(f"alpha has {alphas[~(alphas >= 0.0)][0]}; every alpha must be at least 0.")
    each = np.broadcast_to(alphas, len(problems)) / problems[0].sample_weight.sum()
    return [solve_all(problem, [one], chosen)[0] for problem, one in zip(problems, each, strict=True)]


class _OneAlpha(_Targets, _BaseRidge):  # type: ignore[misc]
    """The fit of `Ridge` and `RidgeClassifier`, which check their data and pass them on to `_BaseRidge.fit`."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Fit every column of y."""
        solutions = _solve_each(self._stated(X, y, sample_weight), self.alpha, settings(self.tol, self.max_iter))
        warn_unless_optimal(solutions, stacklevel=5)
        keep_weights(self, solutions, X.dtype, several=y.ndim == 2)
        self.n_iter_ = np.array([max(1, solution.n_iter) for solution in solutions], dtype=np.int32)
        self.solver_ = self.solver
        self._keep(solutions, (X, y, sample_weight))
        return self


class _AnySolver(Proved):
    """What stands before scikit-learn's `Ridge` and `RidgeClassifier`."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Fit the model.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Each target is fitted by itself.
        sample_weight : float or array-like of shape (n_samples,), optional
            Weights of the rows in the sum of losses.

        Returns
        -------
        self

        Warns
        -----
        ConvergenceWarning
            If the duality gap did not reach `tol`.
        """
        with unchanged_on_failure(self):
            super().fit(X, y, sample_weight)  # type: ignore[misc]
            self._refer_to(X, y, sample_weight)
        return self

    def __sklearn_tags__(self) -> Any:
        """Sparse X is taken whatever the solver that was asked for; arrays of NumPy only."""
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.sparse = True
        tags.array_api_support = False
        return tags


class Ridge(_AnySolver, linear_model.Ridge, _OneAlpha):  # type: ignore[misc]
    """Ridge regression: ``sum_i s_i (y_i - x_i'w - b)^2 + alpha ||w||_2^2``.

    Parameters and attributes are those of `sklearn.linear_model.Ridge`. Beside them there are `dual_gap_`,
    `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """


class RidgeClassifier(_AnySolver, linear_model.RidgeClassifier, _OneAlpha):  # type: ignore[misc]
    """`Ridge` on -1 and 1, one column for each class.

    Parameters and attributes are those of `sklearn.linear_model.RidgeClassifier`. Beside them there are `dual_gap_`,
    `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """


class _AtChosenAlpha(_Targets):
    """scikit-learn chooses alpha, by its formula for leaving one row out; whyzero fits the weights at this alpha."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> Any:
        """Choose alpha and fit there.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
        sample_weight : float or array-like of shape (n_samples,), optional
            Weights of the rows in the sum of losses.
        **params
            For the scorer and the splitter, with metadata routing.

        Returns
        -------
        self
        """
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None.")
        with unchanged_on_failure(self):
            super().fit(X, y, sample_weight=sample_weight, **params)  # type: ignore[misc]
            solutions = _solve_each(self._problems(X, y, sample_weight), self.alpha_, Settings())
            warn_unless_optimal(solutions, stacklevel=2)
            keep_weights(self, solutions, self.coef_.dtype, several=np.ndim(self.intercept_) > 0)
            self._keep(solutions, (X, y, sample_weight))
        return self

    def __sklearn_tags__(self) -> Any:
        """Arrays of NumPy only."""
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.array_api_support = False
        return tags


class RidgeCV(_AtChosenAlpha, linear_model.RidgeCV):  # type: ignore[misc]
    """`Ridge` at the alpha that scikit-learn's `RidgeCV` chooses.

    Parameters and attributes are those of `sklearn.linear_model.RidgeCV`. Beside them there are `dual_gap_`,
    `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """


class RidgeClassifierCV(_AtChosenAlpha, linear_model.RidgeClassifierCV):  # type: ignore[misc]
    """`RidgeClassifier` at the alpha that scikit-learn's `RidgeClassifierCV` chooses.

    Parameters and attributes are those of `sklearn.linear_model.RidgeClassifierCV`. Beside them there are `dual_gap_`,
    `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """
