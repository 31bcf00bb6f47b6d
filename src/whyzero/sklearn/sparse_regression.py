"""`Lasso` and `ElasticNet`."""

from __future__ import annotations

import warnings
from numbers import Number
from typing import Any

import numpy as np
from sklearn import linear_model
from sklearn.base import _fit_context
from sklearn.utils import check_array
from sklearn.utils.validation import _check_sample_weight, validate_data

from whyzero.estimators.rollback import unchanged_on_failure
from whyzero.problem import Problem
from whyzero.sklearn.fitting import (
    keep_weights,
    problems_of,
    settings,
    solve_all,
    warn_unless_optimal,
)
from whyzero.sklearn.paths import enet_path
from whyzero.sklearn.proofs import Proved

__all__ = ["ElasticNet", "Lasso"]


class _OneAlpha(Proved):
    """The fit of `ElasticNet` and `Lasso`."""

    path = staticmethod(enet_path)

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, sample_weight: Any = None, check_input: bool = True) -> Any:
        """Fit the model.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Dense arrays of float32 and float64 and CSC matrices are read in place, and never changed.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Each target is fitted by itself.
        sample_weight : float or array-like of shape (n_samples,), optional
            Weights of the rows in the mean loss; a number is the same for all, and so none.
        check_input : bool, default True
            Whether X and y are checked and cast; if not, they are arrays of one float type.

        Returns
        -------
        self

        Warns
        -----
        ConvergenceWarning
            If the duality gap did not reach `tol`.
        """
        if self.alpha == 0:
            warnings.warn(
                "With alpha=0, this algorithm does not converge well. You are advised to use the LinearRegression "
                "estimator",
                stacklevel=3,
            )
        with unchanged_on_failure(self):
            given = X, y, sample_weight
            if check_input:
                X, y = self._checked(X, y, reset=True)
            chosen = settings(self.tol, self.max_iter)
            solutions = [solve_all(problem, [self.alpha], chosen)[0] for problem in self._stated(X, y, sample_weight)]
            warn_unless_optimal(solutions, stacklevel=3)
            keep_weights(self, solutions, X.dtype, several=y.ndim == 2)
            steps = [max(1, solution.n_iter) for solution in solutions]
            self.n_iter_ = steps if len(steps) > 1 else steps[0]
            self._keep(solutions, given)
        return self

    def _problems(self, X: Any, y: Any, sample_weight: Any) -> list[Problem]:
        return self._stated(*self._checked(X, y, reset=False), sample_weight)

    def _checked(self, X: Any, y: Any, *, reset: bool) -> tuple[Any, Any]:
        X, y = validate_data(
            self,
            X,
            y,
            reset=reset,
            accept_sparse="csc",
            dtype=[np.float64, np.float32],
            multi_output=True,
            y_numeric=True,
        )
        return X, check_array(y, dtype=X.dtype.type, ensure_2d=False)

    def _stated(self, X: Any, y: Any, sample_weight: Any) -> list[Problem]:
        weight = None if isinstance(sample_weight, Number) else sample_weight
        if weight is not None:
            weight = _check_sample_weight(weight, X, dtype=X.dtype)
        options = {"l1_ratio": self.l1_ratio, "sample_weight": weight, "fit_intercept": bool(self.fit_intercept)}
        return problems_of(self, X, y, positive=bool(self.positive), **options)


class ElasticNet(_OneAlpha, linear_model.ElasticNet):  # type: ignore[misc]
    """The elastic net: the mean squared error / 2 ``+ alpha (l1_ratio ||w||_1 + (1 - l1_ratio)/2 ||w||_2^2)``.

    Parameters and attributes are those of `sklearn.linear_model.ElasticNet`. Beside them there are `dual_gap_`,
    `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """


class Lasso(_OneAlpha, linear_model.Lasso):  # type: ignore[misc]
    """The lasso: ``(1 / (2 S)) sum_i s_i (y_i - x_i'w - b)^2 + alpha ||w||_1``.

    Parameters and attributes are those of `sklearn.linear_model.Lasso`. Beside them there are `dual_gap_`,
    `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """
