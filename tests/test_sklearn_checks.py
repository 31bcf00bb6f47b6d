"""scikit-learn's own checks of an estimator, on the drop-ins and the native estimators, with no expected failure."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from whyzero import GLMClassifier, GLMClassifierCV, GLMRegressor, GLMRegressorCV
from whyzero.sklearn import (
    ElasticNet,
    ElasticNetCV,
    Lasso,
    LassoCV,
    LogisticRegression,
    LogisticRegressionCV,
    MultiTaskElasticNet,
    MultiTaskElasticNetCV,
    MultiTaskLasso,
    MultiTaskLassoCV,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
)

SPELLED_OUT = {"l1_ratios": (0.0,), "scoring": "accuracy", "use_legacy_attributes": False}

CONFIGURATIONS = [
    Lasso(),
    Lasso(alpha=0.05, fit_intercept=False, selection="random", random_state=0, precompute=True, tol=1e-10),
    ElasticNet(),
    ElasticNet(alpha=0.1, l1_ratio=0.9, warm_start=True, copy_X=False),
    LassoCV(),
    LassoCV(alphas=7, cv=3, fit_intercept=False, n_jobs=2),
    ElasticNetCV(),
    ElasticNetCV(l1_ratio=[0.3, 1.0], alphas=[0.01, 0.1, 1.0], eps=1e-2),
    MultiTaskElasticNet(),
    MultiTaskElasticNet(alpha=0.1, l1_ratio=0.2, fit_intercept=False, selection="random", random_state=0),
    MultiTaskLasso(),
    MultiTaskLasso(alpha=0.05, warm_start=True, copy_X=False, tol=1e-10),
    MultiTaskElasticNetCV(),
    MultiTaskElasticNetCV(l1_ratio=[0.3, 1.0], alphas=[0.01, 0.1, 1.0], cv=3),
    MultiTaskLassoCV(),
    MultiTaskLassoCV(alphas=7, cv=3, fit_intercept=False, n_jobs=2),
    Ridge(),
    Ridge(alpha=1e-3, solver="svd", fit_intercept=False),
    RidgeCV(),
    RidgeCV(alphas=[0.1, 10.0], cv=3),
    RidgeClassifier(),
    RidgeClassifier(alpha=[0.1], solver="cholesky"),
    RidgeClassifierCV(),
    RidgeClassifierCV(alphas=[0.1, 10.0], cv=3),
    LogisticRegression(),
    LogisticRegression(l1_ratio=1.0, solver="liblinear", C=0.5),
    LogisticRegression(l1_ratio=0.5, solver="saga", class_weight="balanced"),
    LogisticRegressionCV(cv=3, **SPELLED_OUT),  # a check has classes of three rows
    LogisticRegressionCV(Cs=3, cv=3, **{**SPELLED_OUT, "l1_ratios": (0.5, 1.0), "scoring": "neg_log_loss"}),
    PoissonRegressor(),
    PoissonRegressor(alpha=0.1, l1_ratio=0.5, solver="newton-cholesky", max_iter=1000, warm_start=True),
    GLMRegressor(alpha=0.1, l1_ratio=0.5, standardize=True, fit_intercept=False),
    GLMClassifier(alpha=0.1, l1_ratio=0.0, standardize=True),
    GLMRegressorCV(cv=3, select="min", alphas=20, l1_ratio=0.5),
    GLMClassifierCV(cv=3, select="min", alphas=20, standardize=True),
]


@pytest.mark.filterwarnings("default")
@parametrize_with_checks(CONFIGURATIONS)
def test_scikit_learn_finds_nothing_to_object_to(estimator, check):
    check(estimator)
