"""Pulls, tolls and the null model against derivatives taken by brute force and against other minimisers."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special

from whyzero.explanations.null_model import fit_null_model, unpenalised
from whyzero.explanations.path_pulls import near_the_toll, path_pulls
from whyzero.explanations.pulls import null_pulls, penalty_units, resting_values, signed_pulls, tolls
from whyzero.problem import make_problem
from whyzero.solve import fit_path, solve
from zoo import PROBLEMS

ALPHA = 0.05


def dense(problem):
    return problem.design.columns(np.arange(problem.n_cols))


def mean_loss(problem, coef, intercept):
    """The mean loss in plain Python, from the formulas of the losses."""
    eta = dense(problem) @ coef + intercept + problem.offset
    if problem.loss.name == "squared":
        rows = (problem.y - eta) ** 2 / 2
    elif problem.loss.name == "poisson":
        rows = np.exp(eta) - special.xlogy(problem.y, np.exp(eta)) + special.xlogy(problem.y, problem.y) - problem.y
    else:
        rows = np.logaddexp(0.0, eta) - problem.y * eta
    return float(problem.sample_weight @ rows / problem.sample_weight.sum())


def exact_derivative(problem, coef, intercept, j):
    """``dL/db_j`` in 50 digits, with ``b_j`` set to 0 and the column held at its resting value meanwhile."""
    with mpmath.workdps(50):
        x = dense(problem)
        rest = float(resting_values(problem)[j])
        total = mpmath.mpf(0)
        for i in range(problem.n_rows):
            eta = mpmath.mpf(float(intercept)) + float(problem.offset[i])
            for k in np.flatnonzero(coef):
                value = rest if k == j else float(x[i, k])
                eta += mpmath.mpf(value) * float(coef[k])
            y = float(problem.y[i])
            means = {"squared": lambda t: t, "logistic": lambda t: 1 / (1 + mpmath.exp(-t)), "poisson": mpmath.exp}
            slope = means[problem.loss.name](eta) - y
            total += mpmath.mpf(float(problem.sample_weight[i])) * (mpmath.mpf(float(x[i, j])) - rest) * slope
        return float(total / mpmath.mpf(float(problem.sample_weight.sum())))


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_pull_is_the_derivative_with_that_weight_at_zero(case):
    problem = case.problem()
    fit = solve(problem, ALPHA)
    pulls = signed_pulls(problem, fit.coef, fit.intercept)
    assert np.count_nonzero(fit.coef) > 0
    for j in range(problem.n_cols):
        expected = -exact_derivative(problem, fit.coef, fit.intercept, j)
        assert pulls[j] == pytest.approx(expected, rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_zero_goes_with_a_pull_of_at_most_the_toll_and_with_nothing_else(case):
    problem = case.problem()
    fit = solve(problem, ALPHA)
    pull = np.abs(signed_pulls(problem, fit.coef, fit.intercept)) / penalty_units(problem)
    toll = tolls(problem, ALPHA)
    live = ~problem.structural
    settled = live & (np.abs(pull - toll) > 1e-6)
    assert np.array_equal((pull <= toll)[settled], (fit.coef == 0)[settled])


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_null_model_is_the_minimum_over_intercept_and_unpenalised_columns(case):
    problem = case.problem()
    null = fit_null_model(problem)
    free = np.flatnonzero(unpenalised(problem))
    assert np.all(null.coef[~unpenalised(problem)] == 0)

    def loss_of(theta):
        coef = np.zeros(problem.n_cols)
        coef[free] = theta[: len(free)]
        return mean_loss(problem, coef, theta[-1] if problem.fit_intercept else 0.0)

    start = np.zeros(len(free) + problem.fit_intercept)
    found = (
        optimize.minimize(loss_of, start, method="BFGS", options={"gtol": 1e-9}).fun if len(start) else loss_of(start)
    )
    assert null.loss == pytest.approx(mean_loss(problem, null.coef, null.intercept), rel=1e-13)
    assert null.loss <= found * (1 + 1e-12)
    assert null.loss == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_null_gradient_vanishes_along_what_the_null_model_fits(case):
    problem = case.problem()
    null = fit_null_model(problem)
    fitted = [j for j in range(problem.n_cols) if unpenalised(problem)[j]]
    for j in fitted:
        coef = null.coef.copy()
        steps = np.array([-1e-3, 1e-3])
        below, above = (mean_loss(problem, coef + step * np.eye(problem.n_cols)[j], null.intercept) for step in steps)
        assert below > null.loss
        assert above > null.loss
    pulls = null_pulls(problem, null)
    for j in range(problem.n_cols):
        expected = 0.0 if j in fitted else -exact_derivative(problem, null.coef, null.intercept, j)
        assert pulls[j] == pytest.approx(expected, rel=1e-9, abs=1e-13)


def test_null_model_ignores_that_unpenalised_columns_repeat():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((40, 3))
    y = x[:, 0] + rng.standard_normal(40)
    once = fit_null_model(make_problem(x, y, penalty_factor=[0, 1, 1]))
    twice = fit_null_model(make_problem(np.column_stack([x, x[:, 0]]), y, penalty_factor=[0, 1, 1, 0]))
    assert twice.loss == pytest.approx(once.loss, rel=1e-13)
    np.testing.assert_allclose(twice.eta, once.eta, rtol=1e-10)


def test_null_model_of_separated_classes_stops_with_a_small_loss():
    x = np.arange(-5.0, 5.0)[:, None] + 0.5
    null = fit_null_model(make_problem(x, (x[:, 0] > 0).astype(int), loss="logistic", penalty_factor=[0.0]))
    assert 0 <= null.loss < 1e-6


def test_toll_is_alpha_times_ratio_times_factor_where_the_penalty_acts():
    x = np.random.default_rng(0).standard_normal((20, 4)) * [1.0, 10.0, 1.0, 1.0]
    problem = make_problem(x, x[:, 0], l1_ratio=0.25, penalty_factor=[1.0, 2.0, 0.0, np.inf], standardize=True)
    assert tolls(problem, 0.5).tolist() == [0.125, 0.25, 0.0, np.inf]


def test_pulls_do_not_depend_on_the_unit_of_a_standardised_column():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((50, 3))
    y = (x[:, 0] + rng.standard_normal(50) > 0).astype(int)
    scale = np.array([1.0, 1024.0, 2.0**-7])
    shown = []
    for data in (x, x * scale):
        problem = make_problem(data, y, loss="logistic", standardize=True)
        fit = solve(problem, 0.03)
        shown.append(signed_pulls(problem, fit.coef, fit.intercept) / penalty_units(problem))
    np.testing.assert_allclose(shown[0], shown[1], rtol=1e-9)


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_pulls_do_not_depend_on_the_origin_of_a_column_when_there_is_an_intercept(loss):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((50, 3))
    y = x[:, 0] + rng.standard_normal(50)
    y = y if loss == "squared" else (y > 0).astype(int)
    shift = np.array([1900.0, -50.0, 3.0])
    fit = solve(make_problem(x, y, loss=loss), 0.03)
    near = signed_pulls(make_problem(x, y, loss=loss), fit.coef, fit.intercept)
    far = signed_pulls(make_problem(x + shift, y, loss=loss), fit.coef, fit.intercept - shift @ fit.coef)
    np.testing.assert_allclose(near, far, rtol=1e-8)


@given(st.lists(st.tuples(st.integers(-8, 8), st.integers(-8, 8), st.integers(-8, 8)), min_size=2, max_size=8))
def test_pull_of_squared_loss_equals_the_rational_one(rows):
    x = np.array([[a, b] for a, b, _ in rows], dtype=float)
    y = np.array([c for _, _, c in rows], dtype=float)
    problem = make_problem(x, y, fit_intercept=False)
    coef = np.array([0.5, 0.0])
    rest = [Fraction(c) - Fraction(a) / 2 for a, _, c in rows]
    n = len(rows)
    expected = [
        sum(Fraction(a * c) for a, _, c in rows) / n,
        sum(b * r for (_, b, _), r in zip(rows, rest, strict=True)) / n,
    ]
    np.testing.assert_allclose(signed_pulls(problem, coef, 0.0), [float(e) for e in expected], rtol=1e-12, atol=1e-13)


def test_pulls_along_a_path_are_slopes_with_the_weight_taken_out():
    draw = np.random.default_rng(3)
    X = draw.normal(size=(50, 6)) + 0.8 * draw.normal(size=(50, 1)) + 2
    y = (X[:, 0] - X[:, 3] + draw.normal(size=50) > 0).astype(float)
    path = fit_path(X, y, loss="logistic", alphas=8, standardize=True, tol=1e-12)
    found = path_pulls(path)
    assert found is not None
    centred, sd = X - X.mean(axis=0), X.std(axis=0)
    for k, (coef, intercept) in enumerate(zip(path.coefs, path.intercepts, strict=True)):
        eta = X @ coef + intercept
        for j in range(6):
            residual = y - 1 / (1 + np.exp(-(eta - centred[:, j] * coef[j])))
            assert found.pulls[k, j] == pytest.approx(abs(centred[:, j] @ residual) / 50 / sd[j], rel=1e-9)
            slope = abs(centred[:, j] @ (y - 1 / (1 + np.exp(-eta)))) / 50 / sd[j]
            assert found.slopes[k, j] == pytest.approx(slope, rel=1e-6, abs=1e-12)
        live = coef != 0
        assert np.all(found.slopes[k, ~live] <= path.alphas[k] * (1 + 1e-6))
        assert found.slopes[k, live] == pytest.approx(np.full(live.sum(), path.alphas[k]), rel=1e-4)
        assert np.all((found.pulls[k] > path.alphas[k] * (1 + 1e-6)) == live)


def test_pulls_that_cost_too_much_are_left_out_and_never_guessed(monkeypatch):
    draw = np.random.default_rng(4)
    X = draw.normal(size=(30, 9))
    path = fit_path(X, X[:, 0] + draw.normal(size=30), alphas=5)
    whole = path_pulls(path)
    monkeypatch.setattr("whyzero.explanations.path_pulls._MOST_VALUES", 0.0)
    zeros = path_pulls(path)
    live = path.coefs != 0
    assert np.isnan(zeros.pulls[live]).all() and live.any()
    assert np.array_equal(zeros.pulls[~live], whole.pulls[~live])
    monkeypatch.setattr("whyzero.explanations.path_pulls.MOST_NUMBERS", 20)
    few = path_pulls(path)
    assert len(few.index) == 4 and 0 in few.index
    assert np.array_equal(few.slopes, whole.slopes[:, few.index])
    monkeypatch.setattr("whyzero.explanations.path_pulls._MOST_PRODUCTS", 0.0)
    assert path_pulls(path) is None


def test_what_both_figures_show_is_near_the_toll_or_strong():
    draw = np.random.default_rng(6)
    ratio = draw.permutation(np.linspace(0.01, 3, 300))
    coef = np.where(ratio > 1, 1.0, 0.0)
    found = near_the_toll(coef, ratio)
    alive, zeros = np.sort(ratio[found][coef[found] != 0]), np.sort(ratio[found][coef[found] == 0])
    everything = np.sort(ratio)
    assert np.array_equal(zeros, everything[everything <= 1][-40:])
    assert np.array_equal(alive, [*everything[everything > 1][:10], *everything[-24:]])
    assert len(near_the_toll(coef[:9], np.full(9, np.nan))) == 9
