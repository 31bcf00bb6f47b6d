"""`PoissonRegressor`, with the `l1_ratio` that scikit-learn 1.10 is to have."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn import linear_model
from sklearn.base import _fit_context
from sklearn.utils import check_array
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight, validate_data

from whyzero.estimators.rollback import unchanged_on_failure
from whyzero.problem import Problem, make_problem
from whyzero.sklearn.fitting import keep_weights, settings, solve_all, warn_unless_optimal
from whyzero.sklearn.proofs import Proved

__all__ = ["PoissonRegressor"]


class PoissonRegressor(Proved, linear_model.PoissonRegressor):  # type: ignore[misc]
    """Poisson regression: half the mean deviance ``+ alpha (l1_ratio ||w||_1 + (1 - l1_ratio)/2 ||w||_2^2)``.

    Parameters and attributes are those of `sklearn.linear_model.PoissonRegressor`. Beside them there are `l1_ratio`,
    `dual_gap_`, `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.

    Parameters
    ----------
    alpha : float, default 1.0
        Strength of the penalty; 0 is none.
    l1_ratio : float in [0, 1], default 0.0
        1 is the L1 penalty, 0 the L2 penalty.
    fit_intercept : bool, default True
        Whether an intercept is fitted; it is never penalised.
    solver : str, default "lbfgs"
        Has no effect.
    max_iter : int, default 100
        Largest number of Newton steps.
    tol : float, default 1e-4
        The fit stops when the duality gap is at most `tol` times half the null model's mean deviance.
    warm_start : bool, default False
        Has no effect on the answer.
    verbose : int, default 0
        Has no effect.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **linear_model.PoissonRegressor._parameter_constraints,
        "l1_ratio": [Interval(Real, 0.0, 1.0, closed="both")],
        "solver": [
            StrOptions({"newton-cd", "newton-cd-gram"}),
            *linear_model.PoissonRegressor._parameter_constraints["solver"],
        ],
    }

    def __init__(
        self,
        *,
        alpha: float = 1.0,
        l1_ratio: float = 0.0,
        fit_intercept: bool = True,
        solver: str = "lbfgs",
        max_iter: int = 100,
        tol: float = 1e-4,
        warm_start: bool = False,
        verbose: int = 0,
    ) -> None:
        super().__init__(
            alpha=alpha,
            fit_intercept=fit_intercept,
            solver=solver,
            max_iter=max_iter,
            tol=tol,
            warm_start=warm_start,
            verbose=verbose,
        )
        self.l1_ratio = l1_ratio

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Fit the model.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Numbers that are not negative, at least one of them above 0 if there is an intercept.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the rows in the mean loss.

        Returns
        -------
        self

        Warns
        -----
        ConvergenceWarning
            If the duality gap did not reach `tol`.
        """
        with unchanged_on_failure(self):
            data, target = self._checked(X, y, reset=True)
            problem = self._stated(data, target, sample_weight)
            solutions = solve_all(problem, [self.alpha], settings(self.tol, self.max_iter))
            warn_unless_optimal(solutions, stacklevel=3)
            keep_weights(self, solutions, data.dtype, several=False)
            self.n_iter_ = max(1, solutions[0].n_iter)
            self._keep(solutions, (X, y, sample_weight))
        return self

    def _problems(self, X: Any, y: Any, sample_weight: Any) -> list[Problem]:
        return [self._stated(*self._checked(X, y, reset=False), sample_weight)]

    def _checked(self, X: Any, y: Any, *, reset: bool) -> tuple[Any, Any]:
        X, y = validate_data(
            self, X, y, reset=reset, accept_sparse=["csc", "csr"], dtype=[np.float64, np.float32], y_numeric=True
        )
        y = check_array(y, dtype=X.dtype, order="C", ensure_2d=False)
        self._base_loss = self._get_loss()
        if not self._base_loss.in_y_true_range(y):
            raise ValueError(
                f"Some value(s) of y are out of the valid range of the loss {type(self._base_loss).__name__!r}."
            )
        return X, y

    def _stated(self, X: Any, y: Any, sample_weight: Any) -> Problem:
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, X, dtype=X.dtype)
        return make_problem(
            X,
            y,
            loss="poisson",
            l1_ratio=self.l1_ratio,
            sample_weight=weight,
            fit_intercept=bool(self.fit_intercept),
            feature_names=self.__dict__.get("feature_names_in_"),
        )

    def __sklearn_tags__(self) -> Any:
        """Arrays of NumPy only."""
        tags = super().__sklearn_tags__()
        tags.array_api_support = False
        return tags
