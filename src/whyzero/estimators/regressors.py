"""Least squares with a penalty, as scikit-learn estimators."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score

from whyzero.estimators.linear import AtChosenAlpha, AtOneAlpha, Linear

__all__ = ["GLMRegressor", "GLMRegressorCV"]

Array = NDArray[np.float64]


class _Regression(RegressorMixin, Linear):  # type: ignore[misc]
    """Predictions of the squared loss."""

    _loss = "squared"

    def predict(self, X: Any, offset: Any = None) -> Array:
        """Predicted means, an ndarray of shape (n_samples,); `offset` as in `fit`."""
        return self._linear_predictor(X, offset)

    def score(self, X: Any, y: Any, sample_weight: Any = None, offset: Any = None) -> float:
        """Coefficient of determination R^2 of the predictions."""
        return float(r2_score(y, self.predict(X, offset), sample_weight=sample_weight))


class GLMRegressor(_Regression, AtOneAlpha):
    """Least squares with an L1, L2 or elastic-net penalty.

    Minimises ``(1/S) sum_i s_i (y_i - x_i'b - b0)^2 / 2 + alpha sum_j v_j (l1_ratio |b_j|
    + (1 - l1_ratio)/2 b_j^2)`` with sample weights ``s``, ``S`` their sum, penalty factors ``v``.

    Parameters
    ----------
    alpha : float, default 0.01
        Strength of the penalty; positive.
    l1_ratio : float, default 1.0
        1 is the L1 penalty (lasso), 0 the L2 penalty (ridge), between them the elastic net.
    penalty_factor : array-like of shape (n_features,), optional
        Multiplies the penalty of each weight; 0 leaves it free, inf excludes the feature.
    fit_intercept : bool, default True
        Fit an intercept; it is never penalised.
    standardize : bool, default False
        Penalise each weight in units of its column's standard deviation. Weights are reported in
        stored units either way, and no standardised copy of X is made.
    positive : bool, default False
        Let no weight be negative.
    tol : float, default 1e-6
        The fit stops when the duality gap is at most `tol` times the loss of the null model.
    max_iter : int, default 1000
        Largest number of Newton steps for one alpha.
    n_threads : int, optional
        Threads of the solver; None takes ``OMP_NUM_THREADS`` or the number of cores.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,)
        Weights in the units of the columns as stored.
    intercept_ : float
    dual_gap_ : float
        Upper bound, up to rounding, of the objective's distance from its minimum.
    status_ : Status
        Why the solver stopped.
    n_iter_ : int
    n_features_in_ : int
    feature_names_in_ : ndarray of str, only if X has column names
    solution_ : Solution

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from whyzero import GLMRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> int((GLMRegressor(alpha=1.0).fit(X, y).coef_ != 0.0).sum())
    3
    """

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        l1_ratio: float = 1.0,
        penalty_factor: Any = None,
        fit_intercept: bool = True,
        standardize: bool = False,
        positive: bool = False,
        tol: float = 1e-6,
        max_iter: int = 1000,
        n_threads: int | None = None,
    ) -> None:
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.penalty_factor = penalty_factor
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.positive = positive
        self.tol = tol
        self.max_iter = max_iter
        self.n_threads = n_threads


class GLMRegressorCV(_Regression, AtChosenAlpha):
    """`GLMRegressor` at the alpha that cross-validation chooses.

    Parameters
    ----------
    alphas : int or array-like, default 100
        The grid, or how many alphas it has.
    alpha_min_ratio : float, optional
        Smallest alpha of the grid as a share of the largest.
    cv : int, iterable of (train, test) index pairs, splitter or None, default 10
        Number of folds, or the folds; every row must be held out exactly once. None is 10.
    select : {"1se", "min"}, default "1se"
        "min" takes the alpha of the smallest held-out deviance, "1se" the largest alpha whose deviance
        is within one standard error of it.
    random_state : int, RandomState or None, default 0
        Decides which row goes to which fold.
    l1_ratio : float, default 1.0
        1 is the L1 penalty (lasso), 0 the L2 penalty (ridge), between them the elastic net.
    penalty_factor : array-like of shape (n_features,), optional
        Multiplies the penalty of each weight; 0 leaves it free, inf excludes the feature.
    fit_intercept : bool, default True
        Fit an intercept; it is never penalised.
    standardize : bool, default False
        Penalise each weight in units of its column's standard deviation. Weights are reported in
        stored units either way, and no standardised copy of X is made.
    positive : bool, default False
        Let no weight be negative.
    tol : float, default 1e-6
        The fit stops when the duality gap is at most `tol` times the loss of the null model.
    max_iter : int, default 1000
        Largest number of Newton steps for one alpha.
    n_threads : int, optional
        Threads of the solver; None takes ``OMP_NUM_THREADS`` or the number of cores.

    Attributes
    ----------
    alpha_ : float
        The alpha that was chosen.
    alphas_ : ndarray of shape (n_alphas,)
        The grid, decreasing.
    cv_ : CrossValidation
    path_ : Path
    coef_ : ndarray of shape (n_features,)
        Weights in the units of the columns as stored.
    intercept_ : float
    dual_gap_ : float
        Upper bound, up to rounding, of the objective's distance from its minimum.
    status_ : Status
        Why the solver stopped.
    n_iter_ : int
    n_features_in_ : int
    feature_names_in_ : ndarray of str, only if X has column names
    solution_ : Solution
    """

    def __init__(
        self,
        *,
        alphas: Any = 100,
        alpha_min_ratio: float | None = None,
        cv: Any = 10,
        select: str = "1se",
        random_state: Any = 0,
        l1_ratio: float = 1.0,
        penalty_factor: Any = None,
        fit_intercept: bool = True,
        standardize: bool = False,
        positive: bool = False,
        tol: float = 1e-6,
        max_iter: int = 1000,
        n_threads: int | None = None,
    ) -> None:
        self.alphas = alphas
        self.alpha_min_ratio = alpha_min_ratio
        self.cv = cv
        self.select = select
        self.random_state = random_state
        self.l1_ratio = l1_ratio
        self.penalty_factor = penalty_factor
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.positive = positive
        self.tol = tol
        self.max_iter = max_iter
        self.n_threads = n_threads
