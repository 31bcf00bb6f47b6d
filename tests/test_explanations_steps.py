"""Optimisers on a problem of the user's own: where each of them ends."""

from __future__ import annotations

import math

import numpy as np
import pytest

import whyzero as wz
from whyzero.explanations.steps import quick_steps, walk_steps
from whyzero.solve import solve
from zoo import PROBLEMS

CASES = [case for case in PROBLEMS if case.loss != "poisson" and case.problem().penalty.l1_ratio > 0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_only_the_proximal_gradient_arrives_at_the_zeros_of_the_optimum(case):
    problem = case.problem()
    fit = solve(problem, 0.05)
    shown = wz.explain(fit)
    steps = walk_steps(shown.solution, shown.partner, 4000)
    if steps is None:
        assert not np.any((fit.coef == 0) & ~problem.structural & ~problem.penalty.excluded)
        return
    held = np.count_nonzero((problem.structural | problem.penalty.excluded) & (fit.coef == 0))
    proved = sum(row.verdict.value == "zero, proved" for row in shown.rows)
    assert steps.zeros[0, -1] >= proved + np.count_nonzero(problem.structural & (fit.coef == 0))
    assert fit.coef[steps.feature] == 0
    assert np.all(steps.zeros[1:] <= held)
    assert np.all(steps.sizes[1:] > 0)
    if proved:
        first = np.flatnonzero(steps.sizes[0] == 0)[0]
        assert np.all(steps.sizes[0, first:] == 0)


def test_the_l2_walk_stays_at_the_partner_where_all_of_them_start():
    draw = np.random.default_rng(1)
    X = draw.normal(size=(60, 8)) * 3 + 1
    y = (X[:, 0] - X[:, 1] + draw.normal(size=60) > 0).astype(float)
    path = wz.fit_path(X, y, loss="logistic", standardize=True)
    shown = wz.explain(path[15], steps=300)
    steps = shown.steps
    start = abs(shown.partner.solution.coef[steps.feature]) * X.std(axis=0)[steps.feature]
    assert steps.sizes[3] == pytest.approx(np.full(len(steps.at), start), rel=1e-3)
    assert steps.at[0] == 1 and steps.at[-1] == 300
    assert shown.data()["steps"]["names"][0] == "proximal gradient, L1"


def test_nothing_is_walked_without_a_toll_a_partner_or_time(monkeypatch):
    draw = np.random.default_rng(1)
    X = draw.normal(size=(30, 4))
    path = wz.fit_path(X, X[:, 0] + draw.normal(size=30), l1_ratio=0.0, alphas=[0.1])
    assert wz.explain(path[0], steps=50).steps is None
    sparse = wz.fit_path(X, X[:, 0] + draw.normal(size=30), alphas=[0.3])
    assert wz.explain(sparse[0], steps=50, compare=None).steps is None
    assert wz.explain(sparse[0]).steps is None
    counts = wz.fit_path(X, np.arange(30.0), loss="poisson", alphas=2)  # no length of the steps is right
    assert wz.explain(counts[1], steps=50).steps is None
    assert quick_steps(sparse.problem, 200) == 200
    monkeypatch.setattr("whyzero.explanations.steps._QUICK_PRODUCTS", 8 * 120 * 150.0)
    assert quick_steps(sparse.problem, 200) == 150
    monkeypatch.setattr("whyzero.explanations.steps._QUICK_PRODUCTS", 8 * 120 * 50.0)
    assert quick_steps(sparse.problem, 200) == 0


def test_the_bound_and_the_prediction_on_columns_that_share_nothing():
    """One over 1.05 is the step, 1 every curvature, so each weight of its own shrinks as a scalar does."""
    n, alpha = 64, 0.5
    X = np.linalg.qr(np.random.default_rng(3).normal(size=(n, 4)))[0] * np.sqrt(n)
    pulls = np.array([2.0, 0.4, -0.3, 0.1])
    fit = wz.fit(X, X @ pulls, alpha=alpha, fit_intercept=False)
    steps = wz.explain(fit, steps=100).steps
    start = wz.explain(fit).partner.solution.coef
    assert steps.feature == 1
    assert steps.predicted == math.ceil(1.05 * start[1] / (alpha - 0.4))
    distance = np.linalg.norm(start - [1.5, 0, 0, 0])
    assert steps.bound == 1 + math.ceil(1.05 * math.log(2 * 1.05 * distance / 0.1))
    found = steps.at[np.flatnonzero(steps.zeros[0] == 3)[0]]
    assert found <= steps.bound and np.all(steps.zeros[0, steps.at >= steps.bound] == 3)


def test_no_bound_without_a_least_curvature():
    draw = np.random.default_rng(4)
    X = draw.normal(size=(50, 6))
    y = X[:, 0] + draw.normal(size=50)
    few, twins = wz.fit(X[:5], y[:5], alpha=0.1), wz.fit(np.hstack([X, X[:, :1]]), y, alpha=0.1)
    classes = wz.fit(X, (y > 0).astype(float), loss="logistic", alpha=0.1)
    for fit in (few, twins, classes):
        steps = wz.explain(fit, steps=100).steps
        assert steps.bound is None
    assert isinstance(wz.explain(wz.fit(X, y, alpha=0.1), steps=100).steps.bound, int)
