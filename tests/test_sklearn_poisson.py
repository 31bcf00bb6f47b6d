"""`whyzero.sklearn.PoissonRegressor` against scikit-learn at its tightest, and against optima of 50 digits."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import linear_model as theirs
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV

from oracle.logistic import POISSON, solve_precisely
from test_sklearn import compare
from whyzero import audit
from whyzero import sklearn as ours
from whyzero.certificates import verify
from whyzero.solution import Status

TIGHT = {"solver": "newton-cholesky", "tol": 1e-13, "max_iter": 10_000}


def data(n=70, p=7, seed=0):
    rng = np.random.default_rng(seed)
    X = np.round(rng.normal(size=(n, p)) * [1.0, 2.0, 0.5, 1.0, 1.0, 1.0, 1.0] * 64) / 64
    X[:, 3] += 2.0
    y = rng.poisson(np.exp(0.5 * X[:, 0] - 0.3 * X[:, 1])) * 1.0
    return X, y, rng.uniform(0.2, 2.0, n)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_array, sparse.csr_array], ids=["dense", "csc", "csr"])
@pytest.mark.parametrize("options", [{}, {"alpha": 0.01}, {"alpha": 0.1, "fit_intercept": False}, {"alpha": 0.0}])
def test_it_is_that_of_scikit_learn_at_its_tightest(options, storage, weighted):
    X, y, weight = data()
    weight = weight if weighted else None
    other = theirs.PoissonRegressor(**options, **TIGHT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        other.fit(storage(X), y, sample_weight=weight)
    own = ours.PoissonRegressor(**options).fit(storage(X), y, sample_weight=weight)
    compare(own, other, storage(X), 1e-6)
    np.testing.assert_allclose(own.predict(X), other.predict(X), rtol=1e-5)
    assert own.score(X, y, weight) == pytest.approx(other.score(X, y, weight), abs=1e-9)
    assert isinstance(own, theirs.PoissonRegressor)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_zeros_are_those_of_the_optimum_in_fifty_digits(l1_ratio):
    for seed in range(4):
        X, y, weight = data(60, seed=seed)
        alpha = 0.05
        strengths = np.full(7, alpha * l1_ratio), np.full(7, alpha * (1 - l1_ratio))
        exact = solve_precisely(X, y, weight, *strengths, family=POISSON)
        own = ours.PoissonRegressor(alpha=alpha, l1_ratio=l1_ratio).fit(X, y, sample_weight=weight)
        assert np.array_equal(own.coef_ == 0.0, [value == 0 for value in exact.coef])
        np.testing.assert_allclose(own.coef_, [float(value) for value in exact.coef], atol=1e-7)
        assert any(value == 0 for value in exact.coef)


def test_a_column_that_is_not_scaled_does_not_silence_the_others():
    """scikit-learn#27016, as it stands in 1.9 with the default solver."""
    rng = np.random.default_rng(1)
    X = rng.uniform(size=(300, 4))
    X[:, 3] = np.linspace(0.0, 3500.0, 300)
    y = rng.poisson(np.exp(0.5 + X[:, 0] + X[:, 3] / 2000.0)) * 1.0
    own = ours.PoissonRegressor(alpha=1e-3).fit(X, y)
    right = theirs.PoissonRegressor(alpha=1e-3, **TIGHT).fit(X, y)
    assert own.status_ is Status.OPTIMAL
    assert np.all(own.coef_ != 0.0)
    np.testing.assert_allclose(own.coef_, right.coef_, rtol=1e-4, atol=1e-8)


def test_what_scikit_learn_lacks_is_there():
    X, y, weight = data()
    frame = pd.DataFrame(X, columns=[f"column {j}" for j in range(7)])
    own = ours.PoissonRegressor(alpha=0.1, l1_ratio=1.0).fit(frame, y, sample_weight=weight)
    assert own.status_ is Status.OPTIMAL and own.dual_gap_ >= 0.0 and own.n_iter_ >= 1
    assert own.certificate_.n_proved == 7
    assert list(own.certificate_.names) == list(frame.columns)
    assert verify(own.certificate_, frame, y, sample_weight=weight).ok
    zero = frame.columns[np.flatnonzero(own.coef_ == 0.0)[0]]
    assert "exactly zero: proved" in " ".join(own.explain(frame, y, weight).why(zero).split())
    other = copy.deepcopy(own)
    assert other.certify(frame, y, weight).counts() == own.certificate_.counts()


def test_targets_that_have_no_optimum_are_refused_and_change_nothing():
    X, y, _ = data()
    own = ours.PoissonRegressor().fit(X, y)
    before = own.coef_.copy()
    with pytest.raises(ValueError, match=r"out of the valid range of the loss 'HalfPoissonLoss'"):
        own.fit(X, y - 5.0)
    with pytest.raises(ValueError, match="y is 0 in every row"):
        own.fit(X, 0.0 * y)
    np.testing.assert_array_equal(own.coef_, before)
    with pytest.raises(ValueError, match=r"'l1_ratio' parameter of PoissonRegressor must be a float"):
        ours.PoissonRegressor(l1_ratio=1.5).fit(X, y)


def test_a_search_chooses_l1_ratio_and_an_audit_reads_the_model():
    X, y, _ = data()
    grid = {"alpha": [0.01, 0.1], "l1_ratio": [0.0, 1.0], "solver": ["lbfgs", "newton-cholesky"]}
    found = GridSearchCV(ours.PoissonRegressor(), grid, cv=3).fit(X, y)
    scores = found.cv_results_["mean_test_score"].reshape(2, 2, 2)
    np.testing.assert_array_equal(scores[..., 0], scores[..., 1])  # the solver has no effect
    ridge = theirs.PoissonRegressor(alpha=0.1, **TIGHT).fit(X, y)
    assert audit(ridge, X, y).relative_gap < 1e-10


def test_stopping_early_is_said_in_scikit_learns_class():
    X, y, _ = data()
    with pytest.warns(ConvergenceWarning, match="Objective did not converge"):
        own = ours.PoissonRegressor(alpha=1e-6, max_iter=1, tol=1e-12).fit(X, y)
    assert own.status_ is Status.MAX_ITER


def test_float32_stays_float32():
    X, y, _ = data()
    own = ours.PoissonRegressor(alpha=0.1).fit(X.astype(np.float32), y)
    assert own.coef_.dtype == np.float32
    assert own.predict(X.astype(np.float32)).dtype == np.float32
