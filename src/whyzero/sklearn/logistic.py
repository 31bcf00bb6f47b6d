"""`LogisticRegression` and `LogisticRegressionCV`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np
from sklearn import linear_model
from sklearn.base import _fit_context
from sklearn.linear_model import _logistic
from sklearn.utils import compute_class_weight
from sklearn.utils.validation import _check_sample_weight, validate_data

from whyzero.estimators.rollback import unchanged_on_failure
from whyzero.multi import MatrixProblem, softmax_problem
from whyzero.problem import Problem, make_problem
from whyzero.sklearn.borrowing import borrowed
from whyzero.sklearn.fitting import ConvergenceWarning, settings, solve_all, warn_unless_optimal
from whyzero.sklearn.multinomial import CERTAIN, multinomial_path
from whyzero.sklearn.proofs import Proved, rows_of

__all__ = ["LogisticRegression", "LogisticRegressionCV"]

_FLOATS = [np.float64, np.float32]


class _Classes(Proved):
    """What both estimators share: the problem that data of two classes pose, what is kept, and the tags."""

    _l1_ratio: float | None

    def _problems(self, X: Any, y: Any, sample_weight: Any) -> list[Problem]:
        X, y, options = self._stated(X, y, sample_weight)
        return [make_problem(X, y, loss="logistic", **options)]

    def _stated(self, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, dict[str, Any]]:
        """The checked data, and what else a problem consists of."""
        X, y = validate_data(self, X, y, reset=False, accept_sparse=["csc", "csr"], dtype=_FLOATS)
        names = self.__dict__.get("feature_names_in_")
        options: dict[str, Any] = {
            "l1_ratio": self._l1_ratio,
            "fit_intercept": bool(self.fit_intercept),
            "feature_names": names,
        }
        weight = _row_weight(X, y, self.classes_, self.class_weight, sample_weight)
        return X, y, options | {"sample_weight": weight}

    def _has_matrix(self) -> bool:
        return len(self.__dict__.get("classes_", ())) > 2

    def _matrix_problem(self, X: Any, y: Any, sample_weight: Any) -> MatrixProblem:
        X, y, options = self._stated(X, y, sample_weight)
        return softmax_problem(X, y, classes=self.classes_, **options)

    def _fit_as(
        self, theirs: Callable[..., Any], stand_ins: dict[str, Any], X: Any, y: Any, sample_weight: Any, **params: Any
    ) -> Any:
        """Run a fit of scikit-learn with our path, and other `stand_ins`, where it has its own; keep the outcome."""
        kept: list[Any] = []
        their_fit = borrowed(
            theirs, _check_solver=_any_solver, _logistic_regression_path=partial(_path, kept=kept), **stand_ins
        )
        with unchanged_on_failure(self):
            their_fit(self, X, y, sample_weight, **params)
            warn_unless_optimal(kept, stacklevel=4)
            self._keep_outcome(kept, (X, y, sample_weight))
        return self

    def _keep_outcome(self, kept: list[Any], training: tuple[Any, Any, Any]) -> None:
        self._l1_ratio = rows_of(kept[0]).penalty.l1_ratio if kept else None
        self._keep(kept, training)

    def __sklearn_tags__(self) -> Any:
        """Several classes whatever the solver that was asked for; arrays of NumPy only."""
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.classifier_tags.multi_class = True
        tags.array_api_support = False
        return tags


class LogisticRegression(_Classes, linear_model.LogisticRegression):  # type: ignore[misc]
    """Logistic regression: ``C sum_i s_i loss_i + l1_ratio ||w||_1 + (1 - l1_ratio)/2 ||w||_2^2``.

    The loss of three classes or more is the multinomial one, with weights for each class.

    Parameters and attributes are those of `sklearn.linear_model.LogisticRegression`. Beside them there are `dual_gap_`,
    `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Fit the model.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            Dense arrays of float32 and float64 and CSC matrices are read in place.
        y : array-like of shape (n_samples,)
            Labels of two classes or more.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the rows in the sum of losses.

        Returns
        -------
        self

        Warns
        -----
        ConvergenceWarning
            If the duality gap did not reach `tol`, or no optimum exists.
        """
        stand_ins = {"validate_data": _read_in_place}
        return self._fit_as(_logistic.LogisticRegression.fit, stand_ins, X, y, sample_weight)


class LogisticRegressionCV(_Classes, linear_model.LogisticRegressionCV):  # type: ignore[misc]
    """`LogisticRegression` at the C and l1_ratio that score best on held-out rows.

    Parameters and attributes are those of `sklearn.linear_model.LogisticRegressionCV`. Beside them there are
    `dual_gap_`, `status_`, `certificate_`, `certify` and `explain`: see docs/sklearn.md.
    """

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> Any:
        """Choose C and l1_ratio by cross-validation, and fit there.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Labels of two classes or more.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the rows in the sum of losses.
        **params
            For the splitter and the scorer.

        Returns
        -------
        self
            With `refit=False` the weights are means over folds: no solution of any problem, so that there is no
            `dual_gap_`, `status_` or `certificate_`.

        Warns
        -----
        ConvergenceWarning
            If the duality gap did not reach `tol`, or no optimum exists.
        """
        stand_ins = {
            "_log_reg_scoring_path": borrowed(_logistic._log_reg_scoring_path, _logistic_regression_path=_path),
            "Parallel": _one_after_the_other,
            "delayed": _later,
        }
        return self._fit_as(_logistic.LogisticRegressionCV.fit, stand_ins, X, y, sample_weight, **params)


def _path(
    X: Any,
    y: Any,
    *,
    classes: Any,
    Cs: Any = 10,
    fit_intercept: bool = True,
    max_iter: int = 100,
    tol: float = 1e-4,
    class_weight: Any = None,
    penalty: str = "l2",
    sample_weight: Any = None,
    l1_ratio: float | None = None,
    kept: list[Any] | None = None,
    **idle: Any,
) -> tuple[Any, Any, Any]:
    """Stand where scikit-learn has `_logistic_regression_path`; what chooses an algorithm is idle.

    scikit-learn minimises C times a sum over the rows plus the penalty, whyzero a mean plus alpha times the penalty:
    alpha is 1 / (C times the sum of the weights).
    """
    values = np.logspace(-4, 4, Cs) if isinstance(Cs, Integral) else np.asarray(Cs, dtype=np.float64)
    weight = _row_weight(X, y, classes, class_weight, sample_weight)
    ratio = {"l1": 1.0, "l2": 0.0}.get(penalty, l1_ratio)
    options: dict[str, Any] = {"l1_ratio": ratio, "fit_intercept": bool(fit_intercept)}
    chosen = settings(tol, max_iter)
    if len(classes) > 2:
        weights, steps = multinomial_path(X, y, classes, values, weight=weight, chosen=chosen, kept=kept, **options)
        return weights, values, steps
    only = _only_class(y, weight)
    if fit_intercept and only is not None:
        if kept is not None:
            warnings.warn(
                "Objective did not converge. No optimum exists: "
                f"all rows with a positive weight are of class {np.asarray(only).item()!r}.",
                ConvergenceWarning,
                stacklevel=6,
            )
        return _of_one_class(X, only == classes[1], values)
    problem = make_problem(X, y, loss="logistic", sample_weight=weight, **options)
    solutions = solve_all(problem, 1.0 / (values * problem.sample_weight.sum()), chosen)
    if kept is not None:
        kept.extend(solutions)
    columns = [solution.coef for solution in solutions]
    if fit_intercept:
        columns = [np.append(solution.coef, solution.intercept) for solution in solutions]
    steps = np.array([max(1, solution.n_iter) for solution in solutions], dtype=np.int32)
    return np.array(columns, dtype=X.dtype), values, steps


def _of_one_class(X: Any, positive: bool, values: Any) -> tuple[Any, Any, Any]:
    """Rows of one class: no weight is worth its penalty, and the intercept grows without end."""
    columns = np.zeros((len(values), X.shape[1] + 1), dtype=X.dtype)
    columns[:, -1] = CERTAIN if positive else -CERTAIN
    return columns, values, np.ones(len(values), dtype=np.int32)


def _row_weight(X: Any, y: Any, classes: Any, class_weight: Any, sample_weight: Any) -> Any:
    """The weight of each row times that of its class; None if neither is given."""
    if sample_weight is None and class_weight is None:
        return None
    weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
    if class_weight is None or _only_class(y, weight) is not None:
        return weight
    of_class = compute_class_weight(class_weight, classes=classes, y=y, sample_weight=weight)
    return weight * of_class[np.searchsorted(classes, y)]


def _only_class(y: Any, weight: Any) -> Any:
    """The class of all rows with a positive weight, if there is but one."""
    counted = y if weight is None else y[weight > 0.0]
    return counted[0] if len(counted) and np.all(counted == counted[0]) else None


def _any_solver(solver: str, penalty: Any, dual: bool) -> str:
    """Every solver has every penalty: there is one. The name sends scikit-learn's fit the way of its own path."""
    return "lbfgs"


def _read_in_place(estimator: Any, X: Any, y: Any, **checks: Any) -> Any:
    """scikit-learn's check of the data, without a copy to the layout that its solvers want."""
    checks |= {"accept_sparse": ["csc", "csr"], "order": None, "accept_large_sparse": True}
    return validate_data(estimator, X, y, **checks)


def _later(function: Callable[..., Any]) -> Callable[..., Callable[[], Any]]:
    """Stand where scikit-learn has `delayed`."""
    return partial(partial, function)


def _one_after_the_other(**idle: Any) -> Callable[[Iterable[Callable[[], Any]]], list[Any]]:
    """Stand where scikit-learn has `Parallel`: whyzero's threads are inside a fit."""
    return lambda jobs: [job() for job in jobs]
