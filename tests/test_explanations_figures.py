"""The data behind the figures, against NumPy, scipy and fits of other data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer, load_diabetes

import whyzero as wz
from whyzero.errors import InputError
from whyzero.experiments import optimisers, zone_map
from whyzero.explanations.pulls import tolls
from whyzero.explanations.resamples import resample
from whyzero.explanations.slope_paths import refined, slope_paths
from whyzero.explanations.steps import landings
from whyzero.explanations.summary import beside_toll
from whyzero.explanations.two_weights import two_weights
from whyzero.explanations.zero_shares import zero_shares

DATA = {"squared": load_diabetes, "logistic": load_breast_cancer}


@pytest.fixture(scope="module", params=[("squared", 1.0), ("logistic", 1.0), ("squared", 0.6)], ids=str)
def explanation(request):
    loss, l1_ratio = request.param
    X, y = DATA[loss](return_X_y=True)
    path = wz.fit_path(X, y, loss=loss, l1_ratio=l1_ratio, standardize=True, alphas=40, tol=1e-12)
    return wz.explain(path[15], path=path)


def standardised(problem):
    X = problem.design.columns(np.arange(problem.n_cols))
    return (X - X.mean(axis=0)) / X.std(axis=0)


def residual(problem, eta):
    return problem.y - (eta if problem.loss.name == "squared" else 1 / (1 + np.exp(-eta)))


def test_pulls_along_a_path_are_the_slopes_of_the_loss(explanation):
    path, problem = explanation.path, explanation.path.problem
    found = slope_paths(path)
    Z, n = standardised(problem), problem.n_rows
    for k in range(0, len(path), 7):
        eta = problem.design.columns(np.arange(problem.n_cols)) @ path.coefs[k] + path.intercepts[k]
        np.testing.assert_allclose(found.pulls[k], np.abs(Z.T @ residual(problem, eta)) / n, rtol=1e-7, atol=1e-12)
    np.testing.assert_array_equal(found.live, path.coefs[:, found.index] != 0)


def test_pulls_climb_to_the_toll_and_ride_on_it(explanation):
    found, problem = slope_paths(explanation.path), explanation.path.problem
    rho, size = problem.penalty.l1_ratio, np.abs(explanation.path.coefs * problem.column_sd)[:, pull_index(explanation)]
    toll = found.toll[:, None] + (1 - rho) * found.alphas[:, None] * size
    assert np.all(found.pulls <= toll * (1 + 1e-5))
    np.testing.assert_allclose(found.pulls[found.live], np.broadcast_to(toll, size.shape)[found.live], rtol=1e-5)


def pull_index(explanation):
    return slope_paths(explanation.path).index


def test_under_l2_a_pull_is_alpha_times_the_weight(explanation):
    path = refined(explanation.partner.path)
    found = slope_paths(path)
    assert len(path) >= 60
    assert (path.alphas[0], path.alphas[-1]) == pytest.approx(
        (explanation.partner.path.alphas[0], explanation.partner.path.alphas[-1])
    )
    weights = np.abs(path.coefs * path.problem.column_sd)[:, found.index]
    scale = found.pulls.max(axis=1, keepdims=True)
    np.testing.assert_allclose(found.pulls / scale, found.alphas[:, None] * weights / scale, atol=1e-4)


def test_pulls_are_per_unit_of_the_penalty_factor():
    X, y = load_diabetes(return_X_y=True)
    factor = np.array([0.0, np.inf, 2.0, 1.0, 0.5, 1.0, 1.0, 1.0, 1.0, 3.0])
    path = wz.fit_path(X, y, standardize=True, penalty_factor=factor, alphas=20, tol=1e-12)
    found = slope_paths(path)
    assert found.index.tolist() == [2, 3, 4, 5, 6, 7, 8, 9]
    assert np.all(found.pulls <= found.toll[:, None] * (1 + 1e-5))
    np.testing.assert_allclose(
        found.pulls[found.live], np.broadcast_to(found.toll[:, None], found.live.shape)[found.live]
    )


def test_the_toll_of_the_partner_is_that_of_its_problem(explanation):
    partner = explanation.partner.solution
    assert [row.partner_toll for row in explanation.rows] == tolls(partner.problem, partner.alpha).tolist()


def test_shares_of_small_weights_are_counted(explanation):
    found = zero_shares(explanation.solution, explanation.partner)
    sd = explanation.solution.problem.column_sd
    for shares, fit in zip(found.shares, (explanation.solution, explanation.partner.solution), strict=True):
        sizes = np.abs(fit.coef * sd)
        assert shares[0] == np.mean(fit.coef == 0)
        for k in range(0, len(found.thresholds), 9):
            assert shares[k] == sum(size <= found.thresholds[k] for size in sizes) / len(sizes)
    assert found.thresholds[0] == 0
    assert found.shares[:, -1].tolist() == [1.0, 1.0]


def test_columns_that_are_always_zero_are_no_zeros_of_a_penalty():
    X, y = load_diabetes(return_X_y=True)
    with_constant = np.column_stack([X, np.ones(len(X))])
    alone, beside = (wz.explain(wz.fit(data, y, alpha=1.0)) for data in (X, with_constant))
    a, b = (zero_shares(found.solution, found.partner) for found in (alone, beside))
    assert a.n_weights == b.n_weights == 10
    assert a.shares[:, 0].tolist() == b.shares[:, 0].tolist()


def test_an_l2_fit_has_no_zones():
    X, y = load_diabetes(return_X_y=True)
    with pytest.raises(InputError, match="charged"):
        two_weights(wz.fit(X, y, alpha=1.0, l1_ratio=0.0), 0, 1)


def test_a_landing_is_where_zeros_begin_that_last():
    sizes = np.array([[1.0, 0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0]])
    assert landings(sizes) == (3, 0, None)


def test_settled_passes_of_the_optimisers_count_from_one():
    run = optimisers(n_passes=60)
    k = run.names.index("proximal gradient")
    for j in np.flatnonzero(run.weights[k, -1] == 0):
        settled = run.settled(int(j))[k]
        assert np.all(run.weights[k, settled - 1 :, j] == 0)
        assert settled == 1 or run.weights[k, settled - 2, j] != 0
        assert run.settled(int(j))[run.names.index("Adam")] is None


def test_the_best_two_weights_without_a_toll_minimise_the_rest_of_the_objective(explanation):
    solution = explanation.solution
    problem, pair = solution.problem, [2, 8]
    found = two_weights(solution, *pair)
    Z, sd = standardised(problem), problem.column_sd
    rho, alpha = problem.penalty.l1_ratio, solution.alpha
    others = np.delete(np.arange(problem.n_cols), pair)
    fixed = Z[:, others] @ (solution.coef * sd)[others]

    def rest(v):
        eta = fixed + Z[:, pair] @ v[:2] + v[2]
        return np.mean(problem.loss.value(problem.y, eta)) + alpha * (1 - rho) / 2 * np.sum(v[:2] ** 2)

    start = np.append((solution.coef * sd)[pair], solution.intercept + solution.coef @ problem.column_mean)
    if found.exact:
        end = minimize(rest, start, tol=1e-14).x
        np.testing.assert_allclose(found.best, end[:2], rtol=1e-4, atol=1e-3)
    # the curvature, by differences of the profile over the intercept
    step = 1e-2 * np.abs(start).max()
    profile = [[value(rest, start, a * step, b * step) for a in (-1, 0, 1)] for b in (-1, 0, 1)]
    bend = np.array(
        [profile[1][0] - 2 * profile[1][1] + profile[1][2], profile[0][1] - 2 * profile[1][1] + profile[2][1]]
    )
    np.testing.assert_allclose(np.diag(found.hessian), bend / step**2, rtol=2e-2)


def value(rest, start, a, b):
    return minimize(lambda c: rest(np.array([start[0] + a, start[1] + b, c[0]])), start[2:], tol=1e-13).fun


def test_the_zone_of_a_fit_is_its_support(explanation):
    solution = explanation.solution
    p = solution.problem.n_cols
    pairs = [(a, b) for a in range(0, p, p // 5) for b in range(a + 1, p, p // 5)]
    for first, second in pairs:
        plane = two_weights(solution, first, second)
        width = float(np.abs(plane.best).max()) or 1.0
        scaled = zone_map(hessian=plane.hessian, alpha=plane.toll, half_width=width, n_ticks=401)
        column, row = (int(np.argmin(np.abs(scaled.ticks - x))) for x in plane.best)
        near = scaled.l1_zones[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        alive = solution.coef[[first, second]] != 0
        support = {(False, False): 0, (False, True): 1, (True, False): 2, (True, True): 3}[tuple(alive.tolist())]
        assert support in near


def test_a_zone_needs_two_weights_with_one_toll():
    X, y = load_diabetes(return_X_y=True)
    X = np.column_stack([X, X[:, 2], np.ones(len(X))])
    factor = np.ones(12)
    factor[:2] = 2.0, 0.0
    fit = wz.fit(X, y, alpha=0.5, penalty_factor=factor)
    for pair, word in (
        ((0, 3), "the tolls"),
        ((1, 3), "charged"),
        ((2, 10), "copies"),
        ((11, 3), "vary"),
        ((3, 3), "two"),
    ):
        with pytest.raises(InputError, match=word):
            two_weights(fit, *pair)
    with pytest.raises(InputError, match="positive definite"):
        zone_map(hessian=[[1.0, 2.0], [2.0, 1.0]])


def test_a_resample_is_a_fit_of_repeated_rows():
    X, y = load_diabetes(return_X_y=True)
    X = np.column_stack([X, np.ones(len(X))])
    solution = wz.fit(X, y, alpha=2.0, standardize=True, tol=1e-12)
    found = resample(solution, wz.explain(solution).partner, 3, seed=5)
    rng = np.random.default_rng(5)
    zeros = []
    for _ in range(3):
        counts = rng.multinomial(len(y), np.full(len(y), 1 / len(y)))
        again = wz.fit(np.repeat(X, counts, axis=0), np.repeat(y, counts), alpha=2.0, standardize=True, tol=1e-12)
        zeros.append(int(np.sum(again.coef[:10] == 0)))
    assert found.own == tuple(zeros)
    assert min(zeros) > 0
    assert found.partner == (0, 0, 0)
    assert found.n_weights == 10


def test_running_totals_lead_from_the_null_pull_to_the_last(explanation):
    for row in explanation.rows:
        account = row.waterfall
        total = [account.null]
        for _, amount in account.steps:
            total.append(total[-1] + amount)
        assert account.running == (*total, account.final)
        assert abs(total[-1] + account.others - account.final) <= 1e-12 * max(map(abs, account.running))
        assert account.has_others == (
            abs(account.others) > 1e-9 * max(abs(total[0]), abs(account.final), *step_sizes(account))
        )


def step_sizes(account):
    return [abs(amount) for _, amount in account.steps] or [0.0]


def test_a_row_is_found_by_name_and_position(explanation):
    names = [row.name for row in explanation.rows]
    assert explanation.row(names[3]).index == explanation.row(3).index == 3
    bare = replace(explanation, rows=tuple(replace(row, waterfall=None) for row in explanation.rows))
    assert bare.row(3).waterfall is None
    again, known = bare.accounted(names[3]).waterfall, explanation.rows[3].waterfall
    assert [name for name, _ in again.steps] == [name for name, _ in known.steps]
    np.testing.assert_allclose(again.running, known.running, rtol=1e-9)
    for wrong in ("no such column", -1, len(names)):
        with pytest.raises(InputError, match="no column"):
            explanation.row(wrong)


def test_the_two_weights_beside_the_toll_have_it_between_them(explanation):
    above, below = (explanation.rows[j] for j in beside_toll(explanation.rows))
    ratios = [row.ratio for row in explanation.rows]
    assert above.ratio == min(ratio for ratio in ratios if ratio > 1)
    assert below.ratio == max(ratio for ratio in ratios if ratio <= 1)
