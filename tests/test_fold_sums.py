"""Cross-validation of the squared loss from sums over the folds, against fits of every fold by itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import whyzero
from whyzero.cross_validation import cross_validate, cross_validate_path, fold_scores
from whyzero.cross_validation.core import fold_deviances
from whyzero.problem import make_problem
from whyzero.solution import Settings

TIGHT = {"tol": 1e-12, "alpha_min_ratio": 0.01}
EXACTLY = Settings(tol=1e-12)


def table(seed=0, n=90, p=8):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * np.logspace(-1, 1, p) + rng.normal(size=p)
    X[:, 1] = X[:, 0] + 0.1 * X[:, 1]
    y = X[:, 0] - 0.3 * X[:, 2] + rng.normal(size=n)
    return X, y, rng


def refitted(X, y, folds, alphas, *, sample_weight=None, offset=None, **options):
    """Deviances of fits on copies of the training rows; X is dense."""
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    shift = np.zeros(len(y)) if offset is None else offset
    rows = []
    for k in range(folds.max() + 1):
        train, held = folds != k, folds == k
        path = whyzero.fit_path(
            X[train], y[train], sample_weight=weight[train], offset=shift[train], alphas=alphas, **options
        )
        eta = X[held] @ path.coefs.T + path.intercepts + shift[held, None]
        rows.append(np.average((y[held, None] - eta) ** 2, axis=0, weights=weight[held]))
    return np.array(rows)


def refuse(*_, **__):
    raise AssertionError("a fold was fitted by itself")


def of_sums_alone(monkeypatch, path, **options):
    with monkeypatch.context() as patch:
        patch.setattr(fold_scores, "solve_path", refuse)
        return cross_validate_path(path, **options)


def of_fits_alone(monkeypatch, path, **options):
    with monkeypatch.context() as patch:
        patch.setattr(fold_scores, "affordable", lambda *_: False)
        return cross_validate_path(path, **options)


CASES = {
    "plain": {},
    "standardize": {"standardize": True},
    "no intercept": {"fit_intercept": False},
    "no intercept, standardize": {"fit_intercept": False, "standardize": True},
    "elastic net": {"l1_ratio": 0.4, "standardize": True},
    "ridge": {"l1_ratio": 0.0},
    "factors": {"penalty_factor": np.array([1.0, 0.0, 2.0, np.inf, 0.5, 1.0, 0.0, 1.0])},
    "factors, elastic net, no intercept": {
        "penalty_factor": np.array([0.0, 1.0, 2.0, np.inf, 0.5, 1.0, 0.0, 1.0]),
        "l1_ratio": 0.7,
        "fit_intercept": False,
        "standardize": True,
    },
}


@pytest.mark.parametrize("n_folds", [2, 5, 10])
@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
def test_the_scores_are_those_of_fits_on_copied_rows(monkeypatch, options, n_folds):
    X, y, rng = table()
    given = {"sample_weight": rng.uniform(0.2, 3.0, size=len(y)), "offset": rng.normal(size=len(y))}
    given["sample_weight"][::7] = 0.0
    path = whyzero.fit_path(X, y, alphas=30, **given, **options, **TIGHT)
    cv = of_sums_alone(monkeypatch, path, n_folds=n_folds, settings=EXACTLY)
    expected = refitted(X, y, cv.folds, path.alphas, **given, **options, tol=1e-12)
    np.testing.assert_allclose(cv.fold_scores, expected, rtol=1e-9)
    other = of_fits_alone(monkeypatch, path, n_folds=n_folds, settings=EXACTLY)
    np.testing.assert_allclose(cv.fold_scores, other.fold_scores, rtol=1e-9)
    np.testing.assert_allclose(cv.metrics["r2"], other.metrics["r2"], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("storage", ["by column", "by row", "sparse"])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_every_storage_gives_the_scores_of_copied_rows(monkeypatch, storage, dtype, fit_intercept):
    X, y, rng = table(seed=1, n=400, p=12)
    X = np.where(rng.random(X.shape) < 0.3, X, 0.0).astype(dtype)
    stored = {"by column": np.asfortranarray, "by row": np.ascontiguousarray, "sparse": sparse.csc_array}[storage](X)
    options = {"fit_intercept": fit_intercept, "standardize": True}
    path = whyzero.fit_path(stored, y, alphas=25, **options, **TIGHT)
    cv = of_sums_alone(monkeypatch, path, n_folds=7, settings=EXACTLY)
    expected = refitted(X.astype(np.float64), y, cv.folds, path.alphas, **options, tol=1e-12)
    np.testing.assert_allclose(cv.fold_scores, expected, rtol=1e-9)


@pytest.mark.parametrize("options", [{}, {"standardize": True}, {"fit_intercept": False, "standardize": True}])
@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_array], ids=["dense", "sparse"])
def test_a_column_that_is_constant_in_the_training_rows_of_a_fold_is_left_out_there(monkeypatch, storage, options):
    X, y, rng = table(seed=2)
    folds = np.arange(len(y)) % 3
    X[:, 3] = np.where(folds == 1, rng.normal(size=len(y)), 0.0)
    X[:, 4] = np.where(folds == 2, rng.normal(size=len(y)), 0.1)
    X[:, 5] = 7.0
    path = whyzero.fit_path(storage(X), y, alphas=20, **options, **TIGHT)
    cv = of_sums_alone(monkeypatch, path, folds=folds, settings=EXACTLY)
    np.testing.assert_allclose(cv.fold_scores, refitted(X, y, folds, path.alphas, **options, tol=1e-12), rtol=1e-9)


def test_a_row_of_weight_zero_does_not_make_a_column_vary(monkeypatch):
    X, y, rng = table(seed=3)
    weight = rng.uniform(0.5, 2.0, size=len(y))
    folds = np.arange(len(y)) % 3
    X[:, 3] = np.where(folds == 1, X[:, 3], 0.5)
    X[0, 3], weight[0] = -4.0, 0.0
    path = whyzero.fit_path(X, y, sample_weight=weight, alphas=20, standardize=True, **TIGHT)
    cv = of_sums_alone(monkeypatch, path, folds=folds, settings=EXACTLY)
    used = weight > 0
    expected = refitted(
        X[used], y[used], folds[used], path.alphas, sample_weight=weight[used], standardize=True, tol=1e-12
    )
    np.testing.assert_allclose(cv.fold_scores, expected, rtol=1e-9)


def test_a_fold_whose_training_rows_hardly_vary_in_a_column_is_fitted_by_itself():
    X, y, rng = table(seed=4)
    folds = np.arange(len(y)) % 3
    X[:, 3] = np.where(folds == 1, 1e3 * rng.normal(size=len(y)), 1e-6 * rng.normal(size=len(y)))
    path = whyzero.fit_path(X, y, alphas=20, standardize=True, **TIGHT)
    known = fold_deviances(path.problem, folds, 3, path.alphas, EXACTLY)
    assert np.isnan(known[1]).all()
    assert not np.isnan(known[[0, 2]]).any()
    cv = cross_validate_path(path, folds=folds, settings=EXACTLY)
    expected = refitted(X, y, folds, path.alphas, standardize=True, tol=1e-12)
    np.testing.assert_allclose(cv.fold_scores, expected, rtol=1e-9)


def test_alphas_that_rounding_could_decide_are_fitted_from_the_rows():
    X, y, rng = table(seed=5)
    y = 1e6 * X[:, 0] + rng.normal(size=len(y))
    path = whyzero.fit_path(X, y, alphas=np.logspace(6, -6, 40), tol=1e-12)
    folds = np.arange(len(y)) % 4
    known = fold_deviances(path.problem, folds, 4, path.alphas, EXACTLY)
    decided = np.count_nonzero(~np.isnan(known), axis=1)
    assert np.all((decided > 0) & (decided < 40))
    assert all(np.isnan(known[k, n:]).all() for k, n in enumerate(decided))
    cv = cross_validate_path(path, folds=folds, settings=EXACTLY)
    np.testing.assert_allclose(cv.fold_scores, refitted(X, y, folds, path.alphas, tol=1e-12), rtol=1e-7)


@pytest.mark.parametrize("free", [False, True])
def test_a_target_without_noise_is_left_to_the_fits(free):
    X, _, _ = table(seed=6)
    y = 3.0 + X[:, 2] if free else np.full(len(X), 3.0)
    factor = np.where(np.arange(X.shape[1]) == 2, 0.0, 1.0) if free else np.ones(X.shape[1])
    problem = make_problem(X, y, penalty_factor=factor)
    known = fold_deviances(problem, np.arange(len(y)) % 3, 3, np.array([0.5, 0.1]), Settings())
    assert np.isnan(known).all()
    cv = cross_validate(X, y, penalty_factor=factor, n_folds=3, alphas=[0.5, 0.1])
    np.testing.assert_allclose(cv.mean, 0.0, atol=1e-25)


def test_every_row_may_be_a_fold_of_its_own(monkeypatch):
    X, y, _ = table(seed=7, n=40, p=5)
    path = whyzero.fit_path(X, y, alphas=10, **TIGHT)
    cv = of_sums_alone(monkeypatch, path, folds=np.arange(40), settings=EXACTLY)
    expected = refitted(X, y, np.arange(40), path.alphas, tol=1e-12)
    np.testing.assert_allclose(cv.fold_scores, expected, rtol=1e-7, atol=1e-12)


def test_the_scores_do_not_depend_on_the_number_of_threads():
    X, y, _ = table(seed=8, n=20_000, p=30)
    path = whyzero.fit_path(X, y)
    scores = [
        fold_deviances(path.problem, np.arange(len(y)) % 10, 10, path.alphas, Settings(n_threads=threads))
        for threads in (1, 2, 5)
    ]
    assert not np.isnan(scores[0]).any()
    assert np.array_equal(scores[0], scores[1])
    assert np.array_equal(scores[0], scores[2])


def test_more_columns_than_half_the_rows_are_fitted_fold_by_fold():
    X, y, _ = table(n=60, p=40)
    path = whyzero.fit_path(X, y, alphas=5)
    assert not fold_scores.affordable(path.problem, 5)
    folds = np.arange(60) % 5
    cv = cross_validate_path(path, folds=folds, settings=EXACTLY)
    np.testing.assert_allclose(cv.fold_scores, refitted(X, y, folds, path.alphas, tol=1e-12), rtol=1e-9)
