"""A certificate must also decide: on real data, fits of another package, nearly every weight gets its proof."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge

from whyzero.certificates import Verdict, certify, verify


@pytest.mark.parametrize("alpha", [5.0, 1.0, 0.1, 0.01, 1e-3])
@pytest.mark.parametrize("tol", [1e-3, 1e-10])
def test_every_lasso_weight_of_the_diabetes_data_is_decided(alpha: float, tol: float) -> None:
    x, y = load_diabetes(return_X_y=True)
    model = Lasso(alpha=alpha, tol=tol, max_iter=100_000).fit(x, y)
    certificate = certify(x, y, model.coef_, model.intercept_, loss="squared", alpha=alpha)
    assert Verdict.OPEN not in certificate.verdicts
    assert verify(certificate, x, y).ok


@pytest.mark.parametrize("l1_ratio", [0.9, 0.5, 0.01])
def test_every_elastic_net_weight_of_the_diabetes_data_is_decided(l1_ratio: float) -> None:
    x, y = load_diabetes(return_X_y=True)
    model = ElasticNet(alpha=0.01, l1_ratio=l1_ratio, tol=1e-8, max_iter=100_000).fit(x, y)
    certificate = certify(x, y, model.coef_, model.intercept_, loss="squared", alpha=0.01, l1_ratio=l1_ratio)
    assert Verdict.OPEN not in certificate.verdicts


def test_no_ridge_weight_of_the_diabetes_data_is_zero() -> None:
    x, y = load_diabetes(return_X_y=True)
    model = Ridge(alpha=0.1 * len(y)).fit(x, y)
    certificate = certify(x, y, model.coef_, model.intercept_, loss="squared", alpha=0.1, l1_ratio=0.0)
    assert set(certificate.verdicts) == {Verdict.NONZERO_PROVED}


@pytest.mark.parametrize("strength", [0.001, 0.01, 0.1, 1.0, 10.0])
def test_nearly_every_logistic_weight_of_the_breast_cancer_data_is_decided(strength: float) -> None:
    x, y = load_breast_cancer(return_X_y=True)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    model = LogisticRegression(l1_ratio=1.0, C=strength, solver="saga", tol=1e-4, max_iter=50_000).fit(x, y)
    alpha = 1.0 / (strength * len(y))
    certificate = certify(x, y, model.coef_, model.intercept_[0], loss="logistic", alpha=alpha)
    assert certificate.n_proved == 30
    assert verify(certificate, x, y).ok


def test_more_columns_than_rows_are_decided_too() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 400))
    y = x[:, :5] @ [3.0, -2.0, 1.5, 1.0, -1.0] + rng.standard_normal(60)
    model = Lasso(alpha=0.1, tol=1e-8, max_iter=100_000).fit(x, y)
    certificate = certify(x, y, model.coef_, model.intercept_, loss="squared", alpha=0.1)
    assert certificate.n_proved >= 396
