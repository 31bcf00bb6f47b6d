"""The account of a pull: complete, equal to the integral it stands for, and independent of columns' origins."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import integrate

from whyzero.explanations.absorbers import INTERCEPT, mean_curvature, waterfalls
from whyzero.explanations.null_model import fit_null_model
from whyzero.explanations.pulls import null_pulls, penalty_units, signed_pulls
from whyzero.losses import LOGISTIC, SQUARED
from whyzero.problem import make_problem
from whyzero.solve import solve
from zoo import PROBLEMS

ALPHA = 0.05


def accounts(problem, coef, intercept):
    null = fit_null_model(problem)
    return list(waterfalls(problem, null, coef, intercept, range(problem.n_cols)))


def total(account):
    return account.null + sum(amount for _, amount in account.steps) + account.others


def size(account):
    return max(account.null, abs(account.final), *(abs(amount) for _, amount in account.steps), abs(account.others))


def assert_complete(problem, coef, intercept):
    null = fit_null_model(problem)
    units = penalty_units(problem)
    first = null_pulls(problem, null) / units
    last = signed_pulls(problem, coef, intercept) / units
    noise = 1e-13 * (problem.weight @ np.abs(problem.design.columns(np.arange(problem.n_cols)))) / units
    for j, account in enumerate(waterfalls(problem, null, coef, intercept, range(problem.n_cols))):
        assert account.null == pytest.approx(abs(first[j]), rel=1e-10, abs=noise[j])
        assert abs(account.final) == pytest.approx(abs(last[j]), rel=1e-10, abs=noise[j])
        assert abs(total(account) - account.final) <= 1e-10 * size(account) + noise[j]
        if abs(first[j]) > noise[j]:
            assert account.final == pytest.approx(np.sign(first[j]) * last[j], rel=1e-10, abs=noise[j])


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_account_adds_up_to_the_pull(case):
    problem = case.problem()
    fit = solve(problem, ALPHA)
    assert_complete(problem, fit.coef, fit.intercept)


numbers = st.floats(-4, 4, allow_subnormal=False)


@given(
    seed=st.integers(0, 2**32 - 1),
    loss=st.sampled_from(["squared", "logistic"]),
    coef=st.lists(numbers, min_size=5, max_size=5),
    intercept=numbers,
    free=st.booleans(),
    fit_intercept=st.booleans(),
    standardize=st.booleans(),
    shift=st.sampled_from([0.0, 3.0, -100.0]),
)
def test_account_adds_up_at_any_weights(*, seed, loss, coef, intercept, free, fit_intercept, standardize, shift):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((12, 5)) + shift
    y = rng.standard_normal(12) if loss == "squared" else np.arange(12) % 2
    factor = np.ones(5)
    factor[0] = 0.0 if free else 1.0
    problem = make_problem(
        x,
        y,
        loss=loss,
        penalty_factor=factor,
        fit_intercept=fit_intercept,
        standardize=standardize,
        sample_weight=rng.uniform(0.1, 2, 12),
        offset=rng.standard_normal(12),
    )
    assert_complete(problem, np.array(coef), intercept if fit_intercept else 0.0)


@given(
    y=st.sampled_from([0.0, 1.0]),
    start=st.floats(-30, 30),
    length=st.one_of(st.floats(-60, 60), st.sampled_from([0.0, 1.0, -1.0, 1e-3, -1e-6, 1e-9, 1e-300])),
)
@example(y=1.0, start=-18.0625, length=-1.0)  # the target's 1 must not swallow the probabilities
def test_mean_curvature_is_the_integral_of_the_second_derivative(y, start, length):
    end = start + length
    got = float(mean_curvature(LOGISTIC, np.array([y]), np.array([start]), np.array([end]))[0])
    with mpmath.workdps(700):
        a, b = mpmath.mpf(start), mpmath.mpf(end)

        def probability(eta):
            return 1 / (1 + mpmath.exp(-eta))

        if a == b:
            expected = probability(a) * (1 - probability(a))
        else:
            expected = (probability(b) - probability(a)) / (b - a)
    assert got == pytest.approx(float(expected), rel=1e-12, abs=1e-16)
    assert float(mean_curvature(SQUARED, np.array([y]), np.array([start]), np.array([end]))[0]) == pytest.approx(
        1, rel=1e-14
    )


def test_absorbed_amount_is_the_weight_times_the_integral_of_the_hessian_along_the_line():
    rng = np.random.default_rng(5)
    x = rng.standard_normal((60, 3))
    x -= x.mean(axis=0)
    y = (x[:, 0] + 0.5 * x[:, 1] + rng.standard_normal(60) > 0).astype(int)
    problem = make_problem(x, y, loss="logistic", fit_intercept=False)
    coef = np.array([1.5, -0.75, 0.0])
    account = accounts(problem, coef, 0.0)[2]
    sign = np.sign(null_pulls(problem, fit_null_model(problem))[2])

    def hessian(t, k):
        p = 1 / (1 + np.exp(-t * (x @ coef)))
        return np.mean(p * (1 - p) * x[:, 2] * x[:, k])

    steps = dict(account.steps)
    for k in (0, 1):
        integral, _ = integrate.quad(hessian, 0.0, 1.0, args=(k,), epsabs=1e-13)
        assert steps[f"x{k}"] == pytest.approx(-sign * coef[k] * integral, rel=1e-9)


def test_logistic_account_with_an_intercept_is_that_of_fifty_digits_and_adds_up():
    rng = np.random.default_rng(15)
    x = rng.standard_normal((25, 4)) + 2.0
    x[:, 3] = x[:, 0] + 0.6 * rng.standard_normal(25)
    y = (x[:, 0] + x[:, 1] - 4 + rng.standard_normal(25) > 0).astype(float)
    problem = make_problem(x, y, loss="logistic")
    fit = solve(problem, 0.05)
    null = fit_null_model(problem)
    account = accounts(problem, fit.coef, fit.intercept)[3]
    assert fit.coef[3] == 0
    assert abs(total(account) - account.final) <= 1e-10 * size(account)
    with mpmath.workdps(50):
        cells = [[mpmath.mpf(v) for v in row] for row in x]
        coef, n = [mpmath.mpf(v) for v in fit.coef], mpmath.mpf(25)

        def slope(i, eta):
            return 1 / (1 + mpmath.exp(-eta)) - mpmath.mpf(y[i])

        start = [mpmath.mpf(null.intercept)] * 25
        end = [mpmath.fdot(row, coef) + mpmath.mpf(fit.intercept) for row in cells]
        mean = [(slope(i, end[i]) - slope(i, start[i])) / (end[i] - start[i]) for i in range(25)]
        centre = mpmath.fsum(h * row[3] for h, row in zip(mean, cells, strict=True)) / mpmath.fsum(mean)
        centred = [row[3] - centre for row in cells]
        origin = mpmath.fsum(row[3] for row in cells) / n
        first = -mpmath.fsum(slope(i, start[i]) * (cells[i][3] - origin) for i in range(25)) / n
        last = -mpmath.fsum(slope(i, end[i]) * (cells[i][3] - origin) for i in range(25)) / n
        sign = mpmath.sign(first)
        for name, k in (("x0", 0), ("x1", 1), ("x2", 2)):
            taken = coef[k] * mpmath.fsum(mean[i] * centred[i] * cells[i][k] for i in range(25)) / n
            if name in dict(account.steps):
                assert dict(account.steps)[name] == pytest.approx(float(-sign * taken), rel=1e-10)
        assert account.null == pytest.approx(float(abs(first)), rel=1e-10)
        assert account.final == pytest.approx(float(sign * last), rel=1e-10)
    assert {"x0", "x1"} <= set(dict(account.steps))


def test_account_does_not_change_when_a_column_is_measured_from_another_origin():
    rng = np.random.default_rng(6)
    x = rng.standard_normal((80, 6))
    x[:, 3] = x[:, 0] + 0.3 * rng.standard_normal(80)
    y = (x[:, 0] + x[:, 1] + rng.standard_normal(80) > 0).astype(int)
    shift = np.array([5.0, -3.0, 0.0, 100.0, 1.0, 2.0])
    near = make_problem(x, y, loss="logistic")
    far = make_problem(x + shift, y, loss="logistic")
    fit = solve(near, 0.05)
    here = accounts(near, fit.coef, fit.intercept)
    there = accounts(far, fit.coef, fit.intercept - shift @ fit.coef)
    for j in np.flatnonzero(fit.coef == 0):
        mine, other = dict(here[j].steps), dict(there[j].steps)
        for name in set(mine) & set(other) - {INTERCEPT}:
            assert mine[name] == pytest.approx(other[name], rel=1e-8, abs=1e-12)
        assert here[j].absorbers[0][0] == there[j].absorbers[0][0]


def test_two_correlated_columns_worked_by_hand():
    # a = (1, 1, -1, -1), b = (1, 0, 0, -1), y = (3, 1, -1, -3), no intercept, n = 4, alpha = 0.5:
    # a'y/n = 2, b'y/n = 1.5, a'a/n = 1, a'b/n = 0.5, b'b/n = 0.5. With b at zero: coef_a = 2 - 0.5 = 1.5, and b pulls
    # with 1.5 - 1.5 * 0.5 = 0.75 > 0.5, so both enter: coef_b = t, coef_a = 1.5 - t/2, and
    # 1.5 - 0.5 (1.5 - t/2) - t/2 = 0.5 gives t = 1, coef_a = 1. At alpha = 1: coef_a = 1 and b's pull 1 is the toll.
    # At alpha = 1.25: coef_a = 0.75, b pulls with 1.5 - 0.375 = 1.125 < 1.25: zero, though its null pull is 1.5.
    x = np.array([[1.0, 1.0], [1.0, 0.0], [-1.0, 0.0], [-1.0, -1.0]])
    problem = make_problem(x, np.array([3.0, 1.0, -1.0, -3.0]), fit_intercept=False)
    both = solve(problem, 0.5)
    np.testing.assert_allclose(both.coef, [1.0, 1.0], rtol=1e-9)
    np.testing.assert_allclose(signed_pulls(problem, both.coef, 0.0), [1.5, 1.0], rtol=1e-9)
    one = solve(problem, 1.25)
    np.testing.assert_allclose(one.coef, [0.75, 0.0], rtol=1e-9)
    assert one.coef[1] == 0
    account = accounts(problem, one.coef, 0.0)[1]
    assert account.null == 1.5
    assert [name for name, _ in account.steps] == ["x0"]
    assert account.steps[0][1] == pytest.approx(-0.375, rel=1e-9)
    assert account.absorbers[0][1] == pytest.approx(0.375, rel=1e-9)
    assert account.final == pytest.approx(1.125, rel=1e-9)


def test_only_five_steps_are_named_and_the_rest_is_added_up():
    rng = np.random.default_rng(8)
    x = rng.standard_normal((200, 12))
    x[:, 11] = x[:, :11].sum(axis=1) + rng.standard_normal(200)
    problem = make_problem(x, x[:, :11] @ np.linspace(1, 2, 11))
    coef = np.append(np.linspace(1, 2, 11), 0.0)
    account = accounts(problem, coef, 0.0)[11]
    assert len(account.steps) == 5
    amounts = [abs(amount) for _, amount in account.steps]
    assert amounts == sorted(amounts, reverse=True)
    assert len(account.absorbers) == 5
    assert total(account) == pytest.approx(account.final, rel=1e-10)
    assert abs(account.others) > 0.1


def test_account_starts_from_the_null_models_weights_of_unpenalised_columns():
    rng = np.random.default_rng(9)
    x = rng.standard_normal((60, 3))
    x[:, 2] += x[:, 0]
    problem = make_problem(x, x @ [2.0, 1.0, 0.0] + rng.standard_normal(60), penalty_factor=[0, 1, 1])
    null = fit_null_model(problem)
    fit = solve(problem, 0.1)
    account = accounts(problem, fit.coef, fit.intercept)[2]
    covariance = np.cov(x.T, bias=True)
    sign = np.sign(null_pulls(problem, null)[2])
    change = (fit.coef - null.coef)[0]
    assert dict(account.steps)["x0"] == pytest.approx(-sign * change * covariance[2, 0], rel=1e-9)


def test_account_is_the_same_from_many_small_blocks(monkeypatch):
    problem = next(case for case in PROBLEMS if case.name == "logistic with factors").problem()
    fit = solve(problem, ALPHA)
    whole = accounts(problem, fit.coef, fit.intercept)
    monkeypatch.setattr("whyzero.explanations.blocks.BLOCK_ENTRIES", problem.n_rows * 2)
    monkeypatch.setattr("whyzero.explanations.absorbers._CACHE_ENTRIES", 0)
    parts = accounts(problem, fit.coef, fit.intercept)
    for one, other in zip(whole, parts, strict=True):
        assert [name for name, _ in one.steps] == [name for name, _ in other.steps]
        np.testing.assert_allclose([a for _, a in one.steps], [a for _, a in other.steps], rtol=1e-9, atol=1e-13)
