"""Held-out scores against refits on the training rows alone, by scikit-learn and by ourselves."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    d2_tweedie_score,
    log_loss,
    mean_poisson_deviance,
    r2_score,
    roc_auc_score,
)

import whyzero
from whyzero.cross_validation import choice, cross_validate, cross_validate_path, fold_scores, make_folds, weighted_auc
from whyzero.errors import ConvergenceWarning, InputError
from whyzero.problem import make_problem

TIGHT = {"tol": 1e-12}


def regression(seed=0, n=60, p=6):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * np.array([1.0, 5.0, 0.2, 1.0, 3.0, 1.0])[:p]
    y = X[:, 0] - 0.3 * X[:, 1] + rng.normal(size=n)
    return X, y, rng.uniform(0.2, 3.0, size=n)


def classification(seed=0, n=80, p=5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    y = np.where(X[:, 0] - X[:, 1] + rng.logistic(size=n) > 0, "yes", "no")
    return X, y, rng.uniform(0.2, 3.0, size=n)


def counts(seed=0, n=80, p=5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, rng.poisson(np.exp(0.6 * X[:, 0] - 0.3 * X[:, 1])).astype(float), rng.uniform(0.2, 3.0, size=n)


def whole_d2(cv, fold, y, weight):
    """The share of the deviance of one fold's own mean that is explained, from its deviance."""
    held = cv.folds == fold
    level = np.full(held.sum(), np.average(y[held], weights=weight[held]))
    return 1.0 - cv.fold_scores[fold] / mean_poisson_deviance(y[held], level, sample_weight=weight[held])


@pytest.mark.parametrize("seed", range(5))
def test_the_auc_is_that_of_scikit_learn_with_weights_and_ties(seed):
    rng = np.random.default_rng(seed)
    positive = rng.random(200) < 0.3
    score = rng.integers(0, 12, size=200) / 4.0 + positive
    weight = rng.exponential(size=200) * (rng.random(200) < 0.9)
    expected = roc_auc_score(positive, score, sample_weight=weight)
    assert weighted_auc(positive, score, weight) == pytest.approx(expected, rel=1e-12)


def test_the_auc_of_one_class_is_not_a_number():
    assert np.isnan(weighted_auc(np.array([True, True]), np.array([0.0, 1.0]), np.ones(2)))


@pytest.mark.parametrize("n_folds", [2, 7, 10])
def test_folds_and_their_class_counts_differ_by_at_most_one(n_folds):
    X, y, weight = classification(n=83)
    folds = make_folds(make_problem(X, y, loss="logistic", sample_weight=weight), n_folds, 3)
    assert set(folds) == set(range(n_folds))
    for level in ("no", "yes"):
        counts = np.bincount(folds[y == level], minlength=n_folds)
        assert counts.max() - counts.min() <= 1
    sizes = np.bincount(folds)
    assert sizes.max() - sizes.min() <= 1


def test_the_same_random_state_gives_the_same_folds_and_another_gives_others():
    X, y, _ = regression()
    problem = make_problem(X, y)
    assert np.array_equal(make_folds(problem, 5, 1), make_folds(problem, 5, 1))
    assert not np.array_equal(make_folds(problem, 5, 1), make_folds(problem, 5, 2))


def test_rows_of_weight_zero_do_not_change_the_folds_of_the_others():
    X, y, weight = classification()
    weight[::4] = 0.0
    used = weight > 0
    with_zeros = make_folds(make_problem(X, y, loss="logistic", sample_weight=weight), 5, 0)
    without = make_folds(make_problem(X[used], y[used], loss="logistic", sample_weight=weight[used]), 5, 0)
    assert np.array_equal(with_zeros[used], without)


def test_squared_scores_are_those_of_scikit_learn_refitted_on_the_training_rows():
    X, y, weight = regression()
    cv = cross_validate(X, y, n_folds=4, sample_weight=weight, alphas=[0.5, 0.1, 0.01], **TIGHT)
    deviance, r2, held_weight = np.empty((4, 3)), np.empty((4, 3)), np.empty(4)
    for k in range(4):
        train, held = cv.folds != k, cv.folds == k
        held_weight[k] = weight[held].sum()
        for i, alpha in enumerate(cv.path.alphas):
            model = Lasso(alpha=alpha, tol=1e-14, max_iter=100_000)
            model.fit(X[train], y[train], sample_weight=weight[train])
            prediction = model.predict(X[held])
            deviance[k, i] = np.average((y[held] - prediction) ** 2, weights=weight[held])
            r2[k, i] = r2_score(y[held], prediction, sample_weight=weight[held])
    np.testing.assert_allclose(cv.fold_scores, deviance, rtol=1e-6)
    np.testing.assert_allclose(cv.metrics["r2"], np.average(r2, axis=0, weights=held_weight), rtol=1e-6)


def test_logistic_scores_are_those_of_scikit_learn_refitted_on_the_training_rows():
    X, y, weight = classification()
    cv = cross_validate(
        X, y, loss="logistic", l1_ratio=0.5, n_folds=3, sample_weight=weight, alphas=[0.2, 0.05, 0.01], **TIGHT
    )
    shape = (3, 3)
    deviance, accuracy, auc, held_weight = np.empty(shape), np.empty(shape), np.empty(shape), np.empty(3)
    for k in range(3):
        train, held = cv.folds != k, cv.folds == k
        held_weight[k] = weight[held].sum()
        for i, alpha in enumerate(cv.path.alphas):
            model = LogisticRegression(
                l1_ratio=0.5, C=1 / (alpha * weight[train].sum()), solver="saga", tol=1e-13, max_iter=200_000
            )
            model.fit(X[train], y[train], sample_weight=weight[train])
            probability, weights = model.predict_proba(X[held]), weight[held]
            deviance[k, i] = 2 * log_loss(y[held], probability, sample_weight=weights, labels=["no", "yes"])
            accuracy[k, i] = accuracy_score(y[held], model.predict(X[held]), sample_weight=weights)
            auc[k, i] = roc_auc_score(y[held] == "yes", probability[:, 1], sample_weight=weights)
    np.testing.assert_allclose(cv.fold_scores, deviance, rtol=1e-6)
    np.testing.assert_allclose(cv.metrics["accuracy"], np.average(accuracy, axis=0, weights=held_weight))
    np.testing.assert_allclose(cv.metrics["auc"], np.average(auc, axis=0, weights=held_weight))


@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_a_fold_fits_what_a_fit_on_its_training_rows_fits(loss, standardize, storage):
    X, y, weight = {"squared": regression, "logistic": classification, "poisson": counts}[loss]()
    rng = np.random.default_rng(5)
    X = X * (rng.random(X.shape) < 0.7)
    offset = rng.normal(size=len(y))
    options = {"loss": loss, "standardize": standardize, "l1_ratio": 0.8, **TIGHT}
    cv = cross_validate(storage(X), y, n_folds=3, sample_weight=weight, offset=offset, alphas=12, **options)
    positive = y == "yes" if loss == "logistic" else None
    for k in range(3):
        train, held = cv.folds != k, cv.folds == k
        path = whyzero.fit_path(
            X[train], y[train], sample_weight=weight[train], offset=offset[train], alphas=cv.path.alphas, **options
        )
        eta = X[held] @ path.coefs.T + path.intercepts + offset[held, None]
        if loss == "poisson":
            deviance = [mean_poisson_deviance(y[held], e, sample_weight=weight[held]) for e in np.exp(eta.T)]
            explained = [d2_tweedie_score(y[held], e, sample_weight=weight[held], power=1) for e in np.exp(eta.T)]
            np.testing.assert_allclose(cv.fold_scores[k], deviance, rtol=1e-6)
            np.testing.assert_allclose(whole_d2(cv, k, y, weight), explained, atol=1e-5)
            continue
        if positive is None:
            losses = (y[held, None] - eta) ** 2
        else:
            losses = 2 * np.logaddexp(0.0, np.where(positive[held, None], -eta, eta))
        np.testing.assert_allclose(cv.fold_scores[k], np.average(losses, axis=0, weights=weight[held]), rtol=1e-6)


def test_the_explained_deviance_is_the_weighted_mean_of_the_folds():
    X, y, weight = counts(3)
    cv = cross_validate(X, y, loss="poisson", n_folds=4, sample_weight=weight, alphas=[0.1, 0.01])
    each = [whole_d2(cv, k, y, weight) for k in range(4)]
    held_weight = [weight[cv.folds == k].sum() for k in range(4)]
    np.testing.assert_allclose(cv.metrics["d2"], np.average(each, axis=0, weights=held_weight), rtol=1e-10)


def test_mean_error_and_choices_follow_their_definitions():
    X, y, weight = regression(seed=3)
    cv = cross_validate(X, y, n_folds=6, sample_weight=weight)
    held_weight = [weight[cv.folds == k].sum() for k in range(6)]
    total = sum(held_weight)
    for i in range(len(cv.path)):
        mean = sum(w * cv.fold_scores[k, i] for k, w in enumerate(held_weight)) / total
        variance = sum(w * (cv.fold_scores[k, i] - mean) ** 2 for k, w in enumerate(held_weight)) / total
        assert cv.mean[i] == pytest.approx(mean, rel=1e-12)
        assert cv.se[i] == pytest.approx((variance / 5) ** 0.5, rel=1e-12)
    lowest = min(cv.mean)
    assert cv.mean[cv.index_min] == pytest.approx(lowest, rel=1e-11)
    limit = lowest + cv.se[cv.index_min]
    assert cv.alpha_1se == max(a for a, m in zip(cv.path.alphas, cv.mean, strict=True) if m <= limit)
    assert cv.alpha_1se > cv.alpha_min


def test_a_tie_within_rounding_goes_to_the_larger_alpha():
    X, y, _ = regression()
    top = whyzero.fit_path(X, y).alpha_max
    cv = cross_validate(X[:, 2:4], y, alphas=[8 * top, 4 * top, 2 * top], n_folds=5)
    assert cv.index_min == 0


def test_a_held_out_row_of_weight_zero_counts_for_nothing():
    X, y, weight = regression(seed=7)
    weight[::5] = 0.0
    used = weight > 0
    folds = np.arange(len(y)) % 4
    alphas = [0.5, 0.05]
    X[~used], y[~used] = 1e6, -1e6
    everything = cross_validate(X, y, sample_weight=weight, folds=folds, alphas=alphas, **TIGHT)
    fewer = cross_validate(X[used], y[used], sample_weight=weight[used], folds=folds[used], alphas=alphas, **TIGHT)
    np.testing.assert_allclose(everything.fold_scores, fewer.fold_scores, rtol=1e-9)
    np.testing.assert_allclose(everything.se, fewer.se, rtol=1e-7)


def test_folds_may_carry_any_whole_numbers():
    X, y, _ = regression()
    folds = np.arange(len(y)) % 3
    named = np.array([-4, 70, 9])[folds]
    first = cross_validate(X, y, folds=folds, alphas=5)
    second = cross_validate(X, y, folds=named, alphas=5)
    np.testing.assert_allclose(np.sort(first.mean), np.sort(second.mean))
    np.testing.assert_allclose(first.mean, second.mean)


def test_a_fold_without_one_class_has_no_auc_and_the_others_average():
    X, y, _ = classification(n=40)
    order = np.argsort(y, kind="stable")
    X, y = X[order], y[order]
    folds = np.arange(40) % 2
    folds[0] = 2
    cv = cross_validate(X, y, loss="logistic", folds=folds, alphas=[0.05])
    single = [
        roc_auc_score(y[held] == "yes", X[held] @ path.coefs[0])
        for held, path in (
            (folds == k, whyzero.fit_path(X[folds != k], y[folds != k], loss="logistic", alphas=[0.05])) for k in (0, 1)
        )
    ]
    assert cv.metrics["auc"][0] == pytest.approx(np.average(single, weights=[(folds == 0).sum(), (folds == 1).sum()]))


def test_every_fold_uses_the_matrix_of_the_path_and_reports_when_it_is_done(monkeypatch):
    X, y, _ = classification()
    path = whyzero.fit_path(X, y, loss="logistic", alphas=4)
    seen, done = [], []
    solve_path = fold_scores.solve_path

    def spy(problem, **options):
        seen.append(problem.design)
        return solve_path(problem, **options)

    monkeypatch.setattr(fold_scores, "solve_path", spy)
    cross_validate_path(path, n_folds=3, callback=lambda k, n: done.append((k, n)))
    assert len(seen) == 3
    assert all(design is path.problem.design for design in seen)
    assert done == [(1, 3), (2, 3), (3, 3)]


def test_unfinished_folds_are_counted_in_a_warning():
    X, y, _ = classification(n=60)
    path = whyzero.fit_path(X, y, loss="logistic", alphas=[0.01])
    with pytest.warns(ConvergenceWarning, match="3 of the 3 fits of the cross-validation"):
        cross_validate_path(path, n_folds=3, settings=whyzero.solution.Settings(tol=1e-14, max_iter=1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_folds": 1}, "n_folds=1 is not a number of folds"),
        ({"n_folds": 2.5}, "n_folds=2.5 is not a number of folds"),
        ({"n_folds": "a"}, "n_folds='a' is not a number of folds"),
        ({"n_folds": np.nan}, "n_folds=nan is not a number of folds"),
        ({"n_folds": 61}, "n_folds=61 is more than the 60 rows"),
        ({"random_state": -3}, "random_state=-3 is negative"),
        ({"folds": [0, 1]}, r"folds has shape \(2,\); it must have one entry for each of the 60 rows"),
        ({"folds": np.zeros(60, dtype=int)}, "folds puts every row into fold 0"),
        ({"folds": np.linspace(0, 1, 60)}, "folds has entries of type float64"),
    ],
)
def test_impossible_folds_are_refused_in_words(options, message):
    X, y, _ = regression()
    path = whyzero.fit_path(X, y, alphas=2)
    with pytest.raises(InputError, match=message):
        cross_validate_path(path, **options)


def test_a_class_that_a_training_fold_would_lose_is_named():
    X, y, _ = classification(n=40)
    y[:] = "no"
    y[7] = "yes"
    with pytest.raises(InputError, match=r"holds out every row of class 'yes'.*1 in all.*at least 2 rows"):
        cross_validate(X, y, loss="logistic", alphas=[0.1], n_folds=5)


def test_a_fold_of_rows_without_weight_is_refused():
    X, y, weight = regression()
    weight[:20] = 0.0
    folds = np.repeat([0, 1, 2], 20)
    with pytest.raises(InputError, match="fold 0 holds out no row with a positive weight"):
        cross_validate(X, y, sample_weight=weight, folds=folds, alphas=[0.1])


def test_the_examples_in_the_docstrings_are_true():
    tried = doctest.testmod(choice)
    assert tried.attempted > 0
    assert tried.failed == 0
