"""Accounts of pulls of a matrix of weights: complete, equal to the integrals they stand for, and the scalar ones."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from whyzero.explanations.absorbers import INTERCEPT, waterfalls
from whyzero.explanations.null_model import fit_null_model
from whyzero.multi import multitask_problem, softmax_problem, solve_matrix_path
from whyzero.multi.explanations.accounts import make_accounts
from whyzero.multi.explanations.curvature import mean_hessians
from whyzero.multi.explanations.null_model import fit_matrix_null_model
from whyzero.multi.explanations.pulls import null_pulls, signed_pulls
from whyzero.problem import make_problem
from whyzero.solution import Settings
from whyzero.solve import solve

TIGHT = Settings(tol=1e-13)
PROBLEM = {"squared": multitask_problem, "softmax": softmax_problem}


def draw(loss, seed, n=30, p=5, tasks=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) * rng.uniform(0.3, 3.0, p) + rng.normal(size=p)
    x[:, p - 1] += 0.8 * x[:, 0]
    scores = x[:, :2] @ rng.normal(size=(2, tasks)) + rng.normal(size=(n, tasks))
    labels = np.argmax(scores, axis=1)
    labels[:tasks] = np.arange(tasks)
    return x, (scores if loss == "squared" else labels), rng.uniform(0.3, 2.0, n)


def total(account):
    return account.null + sum(amount for _, amount in account.steps) + account.others


def size(account):
    return max(account.null, abs(account.final), *(abs(amount) for _, amount in account.steps), abs(account.others))


def tasks_of(problem):
    return [None, *range(problem.n_tasks)] if problem.classes is None else list(range(problem.n_tasks))


def assert_complete(problem, coef, intercept):
    null = fit_matrix_null_model(problem)
    first, last = null_pulls(problem, null), signed_pulls(problem, coef, intercept)
    accounts = make_accounts(problem, null, coef, intercept)
    noise = 1e-13 * (problem.rows.weight @ np.abs(problem.rows.design.columns(np.arange(problem.rows.n_cols))))
    for j in range(problem.rows.n_cols):
        for task in tasks_of(problem):
            account = accounts.of(j, task)
            begin, end = (first[:, j], last[:, j]) if task is None else (first[[task], j], last[[task], j])
            assert account.null == pytest.approx(np.linalg.norm(begin), rel=1e-9, abs=noise[j])
            assert abs(total(account) - account.final) <= 1e-10 * size(account) + noise[j], (j, task)
            if np.linalg.norm(begin) > noise[j]:
                along = begin @ end / np.linalg.norm(begin)
                assert account.final == pytest.approx(along, rel=1e-9, abs=10 * noise[j] + 1e-12)


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.4, 0.0])
@pytest.mark.parametrize("loss", PROBLEM)
def test_accounts_of_fits_add_up_to_the_pulls(loss, l1_ratio, intercept):
    for seed in range(3):
        x, y, weight = draw(loss, seed)
        factor = [1.0, 0.5, 1.0, np.inf, 1.0] if seed == 1 else [0.0, 1.0, 1.0, 2.0, 1.0] if seed == 2 else None
        options = {"l1_ratio": l1_ratio, "fit_intercept": intercept, "sample_weight": weight, "penalty_factor": factor}
        problem = PROBLEM[loss](x, y, **options)
        fit = solve_matrix_path(problem, alphas=[0.1], settings=TIGHT)[0]
        assert_complete(problem, fit.coef, fit.intercept)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    loss=st.sampled_from(["squared", "softmax"]),
    scale=st.sampled_from([0.01, 1.0, 6.0]),
    fit_intercept=st.booleans(),
    shift=st.sampled_from([0.0, 3.0, -100.0]),
)
def test_accounts_add_up_at_any_weights(*, seed, loss, scale, fit_intercept, shift):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(12, 4)) + shift
    y = rng.normal(size=(12, 3)) if loss == "squared" else np.arange(12) % 3
    options = {"fit_intercept": fit_intercept, "sample_weight": rng.uniform(0.1, 2, 12)}
    problem = PROBLEM[loss](x, y, **options)
    coef = scale * rng.normal(size=(3, 4)) * (rng.random((3, 4)) < 0.7)
    assert_complete(problem, coef, rng.normal(size=3) * fit_intercept - fit_intercept * shift * coef.sum(axis=1))


def changes(account):
    return dict(account.steps)


def test_account_of_several_targets_is_the_covariances_times_the_weights():
    """Eq. (177), written out with NumPy's covariances."""
    x, y, _ = draw("squared", 4)
    problem = multitask_problem(x, y)
    fit = solve_matrix_path(problem, alphas=[0.9], settings=TIGHT)[0]
    unused = np.flatnonzero(~np.any(fit.coef, axis=0))
    assert 0 < len(unused) < 5
    accounts = make_accounts(problem, fit_matrix_null_model(problem), fit.coef, fit.intercept)
    covariance = np.cov(x.T, bias=True)
    for j in unused:
        alone = (x[:, j] - x[:, j].mean()) @ y / len(x)
        way = alone / np.linalg.norm(alone)
        together, first = changes(accounts.of(j)), changes(accounts.of(j, 0))
        left = alone.copy()
        for k in np.flatnonzero(np.any(fit.coef, axis=0)):
            taken = covariance[j, k] * fit.coef[:, k]
            assert together[f"x{k}"] == pytest.approx(-way @ taken, rel=1e-9, abs=1e-12)
            assert first[f"x{k}"] == pytest.approx(-np.sign(alone[0]) * taken[0], rel=1e-9, abs=1e-12)
            left -= taken
        assert accounts.of(j).final == pytest.approx(way @ left, rel=1e-9)


def quad_accounts(x, weight, *, line, change, judged, intercept):
    """The terms of Eq. (178) with integrals by adaptive quadrature, element by element."""
    (start, end), (j, k) = line, judged
    n, n_classes = start.shape
    curvature = np.empty((n, n_classes, n_classes))
    for i in range(n):
        for a in range(n_classes):
            for b in range(n_classes):

                def product(t, i=i, a=a, b=b):
                    e = np.exp(start[i] + t * (end[i] - start[i]))
                    p = e / e.sum()
                    return (a == b) * p[a] - p[a] * p[b]

                curvature[i, a, b] = integrate.quad(product, 0.0, 1.0, epsabs=1e-13)[0]
    w = weight / weight.sum()
    centred = x - (w @ x if intercept else 0.0)
    curvature *= w[:, None, None]
    whole = np.linalg.pinv(curvature.sum(axis=0), rcond=1e-10) * intercept
    found = []
    for col in range(x.shape[1]):
        both = np.einsum("i,i,iab->ab", centred[:, j], x[:, col], curvature)
        own, other = (np.einsum("i,iab->ab", values, curvature) for values in (centred[:, j], x[:, col]))
        found.append(((both - own @ whole @ other) @ change[:, col])[k])
    return found


@pytest.mark.parametrize("intercept", [True, False])
def test_account_of_classes_is_what_adaptive_quadrature_finds(intercept):
    x, y, weight = draw("softmax", 7, n=9, p=4)
    problem = softmax_problem(x, y, sample_weight=weight, fit_intercept=intercept)
    fit = solve_matrix_path(problem, alphas=[0.06], settings=TIGHT)[0]
    null = fit_matrix_null_model(problem)
    accounts = make_accounts(problem, null, fit.coef, fit.intercept)
    checked = 0
    for j, k in np.argwhere(fit.coef.T == 0)[:4]:
        account = accounts.of(j, k)
        sign = np.sign(null_pulls(problem, null)[k, j])
        taken = quad_accounts(
            x, weight, line=(null.eta, accounts.eta), change=fit.coef, judged=(j, k), intercept=intercept
        )
        for name, amount in account.steps:
            if name != INTERCEPT:
                column = int(name.removeprefix("x").split(" ")[0])
                assert name == f"x{column}" + " (its other classes)" * int(column == j)
                assert amount == pytest.approx(-sign * taken[column], rel=1e-8, abs=1e-11)
                checked += 1
    assert checked >= 6


def test_account_of_classes_does_not_change_with_origins_or_with_a_shift_of_all_classes():
    x, y, _ = draw("softmax", 9, n=60)
    origin = np.array([5.0, -3.0, 0.0, 100.0, 1.0])
    near, far = softmax_problem(x, y), softmax_problem(x + origin, y)
    fit = solve_matrix_path(near, alphas=[0.05], settings=TIGHT)[0]
    shifts = fit.coef @ origin
    moved = fit.coef + np.array([0.0, 0.7, 0.0, 0.0, 0.0])
    here = make_accounts(near, fit_matrix_null_model(near), fit.coef, fit.intercept)
    there = make_accounts(far, fit_matrix_null_model(far), fit.coef, fit.intercept - shifts)
    beside = make_accounts(near, fit_matrix_null_model(near), moved, fit.intercept)
    for j, k in np.argwhere(fit.coef.T == 0):
        mine = changes(here.of(j, k))
        for accounts in (there, *([beside] if j != 1 else [])):
            other = changes(accounts.of(j, k))
            for name in set(mine) & set(other) - {INTERCEPT}:
                assert mine[name] == pytest.approx(other[name], rel=1e-8, abs=1e-11)


@pytest.mark.parametrize("reach", [0.0, 1e-9, 0.5, 3.0, 40.0, 250.0])
def test_mean_hessians_are_integrals_of_fifty_digits(reach):
    rng = np.random.default_rng(int(reach))
    start = rng.normal(size=(2, 3))
    end = start + reach * np.array([[1.0, -0.3, 0.0], [-0.5, 0.5, 0.2]])
    got = mean_hessians(start, end)
    np.testing.assert_allclose(got.sum(axis=2), 0.0, atol=1e-15)
    with mpmath.workdps(30):
        for i, a, b in ((0, 0, 1), (0, 0, 0), (1, 2, 1), (1, 1, 1)):
            line = [(mpmath.mpf(s), mpmath.mpf(e) - mpmath.mpf(s)) for s, e in zip(start[i], end[i], strict=True)]

            def product(t, line=line, a=a, b=b):
                e = [mpmath.exp(s + t * d) for s, d in line]
                whole = mpmath.fsum(e)
                rest = mpmath.fsum(e[m] for m in range(3) if m != a) if a == b else -e[b]
                return e[a] * rest / whole**2

            pieces = mpmath.linspace(0, 1, 2 + int(reach) // 2)
            expected = float(mpmath.quad(product, pieces))
            assert got[i, a, b] == pytest.approx(expected, rel=1e-12, abs=1e-17)


def test_account_of_one_target_is_the_scalar_one():
    x, y, weight = draw("squared", 11)
    for intercept in (True, False):
        scalar = make_problem(x, y[:, 0], sample_weight=weight, fit_intercept=intercept)
        matrix = multitask_problem(x, y[:, :1], sample_weight=weight, fit_intercept=intercept)
        fit = solve(scalar, 0.7)
        null = fit_null_model(scalar)
        accounts = make_accounts(matrix, fit_matrix_null_model(matrix), fit.coef[None], np.array([fit.intercept]))
        for j, expected in enumerate(waterfalls(scalar, null, fit.coef, fit.intercept, range(5))):
            same_account(accounts.of(j), expected)
            same_account(accounts.of(j, 0), expected)


def same_account(got, expected):
    assert got.null == pytest.approx(expected.null, rel=1e-9)
    assert got.final == pytest.approx(expected.final, rel=1e-9, abs=1e-12)
    assert [name for name, _ in got.steps] == [name for name, _ in expected.steps]
    np.testing.assert_allclose([a for _, a in got.steps], [a for _, a in expected.steps], rtol=1e-8, atol=1e-12)


def test_account_of_two_classes_is_that_of_the_difference_of_their_weights():
    """Any split of the scalar weights between both classes has the scalar account, for columns whose weights are 0."""
    x, y, weight = draw("softmax", 13, n=50, tasks=2)
    scalar = make_problem(x, y, loss="logistic", sample_weight=weight)
    matrix = softmax_problem(x, y, sample_weight=weight)
    fit = solve(scalar, 0.1)
    zeros = np.flatnonzero(fit.coef == 0)
    assert 0 < len(zeros) < 5
    for share in (0.5, 1.0):
        coef = np.array([(share - 1.0) * fit.coef, share * fit.coef])
        accounts = make_accounts(matrix, fit_matrix_null_model(matrix), coef, np.array([-0.5, 0.5]) * fit.intercept)
        expected = list(waterfalls(scalar, fit_null_model(scalar), fit.coef, fit.intercept, zeros))
        for j, account in zip(zeros, expected, strict=True):
            same_account(accounts.of(j, 0), account)
            same_account(accounts.of(j, 1), account)


def test_accounts_that_would_not_fit_into_memory_are_not_made(monkeypatch):
    x, y, _ = draw("softmax", 1)
    problem = softmax_problem(x, y)
    accounts = make_accounts(problem, fit_matrix_null_model(problem), np.zeros((3, 5)), np.zeros(3))
    assert accounts.available
    monkeypatch.setattr("whyzero.multi.explanations.accounts._MOST_CURVATURES", 30 * 9 - 1)
    assert not accounts.available


def test_null_model_is_the_optimum_of_intercepts_and_free_columns():
    for loss, state in PROBLEM.items():
        x, y, weight = draw(loss, 3)
        for factor in (None, [0.0, 1.0, 1.0, 0.0, 1.0]):
            problem = state(x, y, sample_weight=weight, penalty_factor=factor)
            null = fit_matrix_null_model(problem)
            free = [] if factor is None else [0, 3]
            slope = problem.rows.weight[:, None] * problem.loss.gradient(problem.y, null.eta)
            np.testing.assert_allclose(slope.sum(axis=0), 0.0, atol=1e-9)
            np.testing.assert_allclose(x[:, free].T @ slope, 0.0, atol=1e-8)
            assert set(np.flatnonzero(np.any(null.coef, axis=0))) == set(free)
            assert null.loss == pytest.approx(problem.loss_value(null.coef, null.intercept))
    without = replace(problem, rows=replace(problem.rows, fit_intercept=False))
    assert fit_matrix_null_model(without).intercept.tolist() == [0.0, 0.0, 0.0]
