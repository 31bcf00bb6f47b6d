"""Tall data, logistic loss: early Hessians come from a sample of the rows, the answer from all of them."""

import numpy as np
import pytest
from scipy.special import expit

import whyzero as wz

N_ROWS = 60_000  # with five columns, one row in twelve is in the first sample


def rare_column(rows: int, start: int) -> np.ndarray:
    """Ones in a few neighbouring rows, which a sample may not contain."""
    column = np.zeros(N_ROWS)
    column[start : start + rows] = 1.0
    return column


def columns(kind: str, random: np.random.Generator) -> np.ndarray:
    X = random.standard_normal((N_ROWS, 5))
    if kind == "sorted":
        X[:, 0].sort()
    elif kind == "rare":
        X[:, 3], X[:, 4] = rare_column(40, 700), rare_column(3, 59_000)
    elif kind == "heavy tails":
        X = random.standard_t(2, X.shape)
    return X


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("kind", ["normal", "sorted", "rare", "heavy tails"])
@pytest.mark.parametrize("weights", ["equal", "a block alone", "a few rows weigh most"])
def test_the_optimum_is_that_of_all_rows(kind: str, weights: str, intercept: bool) -> None:
    random = np.random.default_rng(3)
    X = columns(kind, random)
    chance = expit(X @ np.array([1.0, -0.5, 0.02, 2.0, 4.0]) - 0.5)
    y = (random.random(N_ROWS) < chance).astype(float)
    w = np.ones(N_ROWS)
    if weights == "a block alone":
        w[:55_000] = 0.0
    elif weights == "a few rows weigh most":
        w[::977] = 2000.0
    w /= w.sum()
    for share in (0.5, 1e-3):
        options = {"loss": "logistic", "sample_weight": w, "fit_intercept": intercept}
        top = wz.fit_path(X, y, alphas=2, alpha_min_ratio=0.9, **options).alpha_max
        fit = wz.fit(X, y, alpha=share * top, **options)
        assert fit.status is wz.Status.OPTIMAL
        gradient = w * (expit(X @ fit.coef + fit.intercept) - y)
        pull, toll = -X.T @ gradient, share * top
        used = fit.coef != 0
        assert np.all(np.abs(pull[~used]) <= toll * (1 + 1e-8))
        assert np.allclose(pull[used], toll * np.sign(fit.coef[used]), rtol=1e-8, atol=0)
        assert not intercept or abs(gradient.sum()) <= 1e-8 * np.abs(gradient).sum()


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
@pytest.mark.parametrize("plan", ["auto", "working-sets"])
def test_no_column_that_says_anything(loss: str, plan: str) -> None:
    X, y = np.ones((N_ROWS, 2)), (np.arange(N_ROWS) % 3 == 0).astype(float)
    fit = wz.fit_path(X, y, loss=loss, alphas=[0.1], plan=plan)[0]
    assert fit.status is wz.Status.OPTIMAL and not fit.coef.any()
