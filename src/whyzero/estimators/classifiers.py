"""Logistic regression of two classes with a penalty, as scikit-learn estimators."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from whyzero.errors import InputError
from whyzero.estimators.linear import AtChosenAlpha, AtOneAlpha, Linear

__all__ = ["GLMClassifier", "GLMClassifierCV"]

Array = NDArray[np.float64]


class _Classification(ClassifierMixin, Linear):  # type: ignore[misc]
    """Predictions of the logistic loss; two classes only."""

    _loss = "logistic"

    def decision_function(self, X: Any, offset: Any = None) -> Array:
        """Log-odds of ``classes_[1]``, an ndarray of shape (n_samples,); `offset` as in `fit`."""
        return self._linear_predictor(X, offset)

    def predict(self, X: Any, offset: Any = None) -> NDArray[Any]:
        """The more probable class of each row, an ndarray of shape (n_samples,)."""
        positive = self.decision_function(X, offset) > 0.0
        labels: NDArray[Any] = self.classes_[positive.astype(np.intp)]
        return labels

    def predict_proba(self, X: Any, offset: Any = None) -> Array:
        """Probabilities of ``classes_``, an ndarray of shape (n_samples, 2)."""
        eta = self.decision_function(X, offset)
        return np.column_stack([expit(-eta), expit(eta)])

    def predict_log_proba(self, X: Any, offset: Any = None) -> Array:
        """Logarithms of `predict_proba`, without underflow."""
        eta = self.decision_function(X, offset)
        return np.column_stack([log_expit(-eta), log_expit(eta)])

    def score(self, X: Any, y: Any, sample_weight: Any = None, offset: Any = None) -> float:
        """Share of rows (by weight) whose class is predicted rightly."""
        return float(accuracy_score(y, self.predict(X, offset), sample_weight=sample_weight))

    def _check_target(self, y: NDArray[Any]) -> None:
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        if kind != "binary":
            raise InputError(
                f"Only binary classification is supported. The type of the target is {kind}: y has "
                f"{len(np.unique(y))} different values. Fit one class against the others, for instance with "
                "sklearn.multiclass.OneVsRestClassifier."
            )

    def __sklearn_tags__(self) -> Any:
        """Two classes only."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


class GLMClassifier(_Classification, AtOneAlpha):
    """Logistic regression of two classes with an L1, L2 or elastic-net penalty.

    Minimises ``(1/S) sum_i s_i (log(1 + exp(eta_i)) - y_i eta_i) + alpha sum_j v_j (l1_ratio |b_j|
    + (1 - l1_ratio)/2 b_j^2)``, ``eta_i = x_i'b + b0``, ``y_i = 1`` for ``classes_[1]``. The `C` of
    scikit-learn's LogisticRegression is ``1 / (n_samples * alpha)``.

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
    classes_ : ndarray of shape (2,)
        The two labels, sorted; the second is the positive one.
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
    >>> from sklearn.datasets import load_breast_cancer
    >>> from whyzero import GLMClassifier
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = GLMClassifier(alpha=0.1, standardize=True).fit(X, y)
    >>> int((model.coef_ == 0.0).sum())
    26
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


class GLMClassifierCV(_Classification, AtChosenAlpha):
    """`GLMClassifier` at the alpha that cross-validation chooses.

    The folds of an integer `cv` are stratified: each class is spread evenly over them.

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
    classes_ : ndarray of shape (2,)
        The two labels, sorted; the second is the positive one.
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
