"""Folds that are fitted side by side."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

import whyzero
from whyzero.cross_validation import cross_validate_path, fold_scores
from whyzero.cross_validation.in_turn import in_turn
from whyzero.errors import InputError
from whyzero.solution import Settings


def wide(seed=0, n=60, p=900):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    return X, X[:, 0] - X[:, 1] + rng.normal(size=n)


def test_results_come_in_the_order_of_the_folds_whichever_ends_first():
    def fit(k, settings, progress):
        time.sleep(0.02 if k == 0 else 0.0)
        return k, settings.n_threads

    assert list(in_turn(fit, 5, Settings(n_threads=4), side_by_side=True)) == [(k, 1) for k in range(5)]
    assert list(in_turn(fit, 2, Settings(n_threads=7), side_by_side=True)) == [(0, 3), (1, 3)]


def test_one_after_the_other_they_have_all_threads_and_run_on_that_of_the_caller():
    def fit(k, settings, progress):
        return threading.current_thread() is threading.main_thread(), settings.n_threads

    assert list(in_turn(fit, 2, Settings(n_threads=4), side_by_side=False)) == [(True, 4)] * 2


def test_closing_ends_the_fits_that_still_run():
    ended = []

    def fit(k, settings, progress):
        if k == 0:
            return k
        try:
            while True:
                progress(0)
                time.sleep(0.001)
        finally:
            ended.append(k)

    results = in_turn(fit, 8, Settings(n_threads=3), side_by_side=True)
    assert next(results) == 0
    results.close()
    running = [t for t in threading.enumerate() if t.name.startswith("whyzero-fold")]
    assert running == []
    assert 0 < len(ended) < 7


def test_an_error_of_a_fold_is_that_of_the_whole():
    def fit(k, settings, progress):
        if k == 2:
            raise InputError("no")
        return k

    with pytest.raises(InputError, match="no"):
        list(in_turn(fit, 5, Settings(n_threads=2), side_by_side=True))


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_scores_do_not_depend_on_the_number_of_threads(loss):
    X, y = wide()
    target = y if loss == "squared" else y > 0
    path = whyzero.fit_path(X, target, loss=loss, alphas=15)
    scored = [cross_validate_path(path, n_folds=5, settings=Settings(n_threads=n)) for n in (1, 2, 3, 8)]
    for other in scored[1:]:
        assert np.array_equal(scored[0].fold_scores, other.fold_scores)


def test_an_error_in_the_callback_ends_the_cross_validation(monkeypatch):
    X, y = wide()
    path = whyzero.fit_path(X, y, alphas=15)

    def stop(done, n_folds):
        raise KeyboardInterrupt

    monkeypatch.setattr(fold_scores, "_LEAST_ENTRIES", 0)
    with pytest.raises(KeyboardInterrupt):
        cross_validate_path(path, n_folds=20, settings=Settings(n_threads=2), callback=stop)
    assert not [t for t in threading.enumerate() if t.name.startswith("whyzero-fold")]


def test_impossible_settings_are_refused_before_any_fold_is_fitted():
    X, y = wide(p=5)
    path = whyzero.fit_path(X, y, alphas=3)
    with pytest.raises(InputError, match="n_threads=0 must be at least 1"):
        cross_validate_path(path, settings=Settings(n_threads=0))
