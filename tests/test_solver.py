"""The fit against oracles that share nothing with it: exact rationals, an interior-point solver, published numbers."""

from __future__ import annotations

import itertools
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from scipy import sparse

import whyzero as wz
from oracle.conditioning import decides
from oracle.convex import minimum
from oracle.generator import cases, designs
from oracle.rational import ExactSolver
from whyzero.errors import ConvergenceWarning, InputError, InputTypeError
from whyzero.problem import make_problem
from whyzero.solution import Settings
from whyzero.solve import solve, solve_path

N, P = 40, 8


def ingredients(loss: str) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    x = rng.normal(size=(N, P)) * np.array([1, 3, 0.2, 1, 1, 5, 1, 1]) + np.array([0, 5, 0, -2, 0, 0, 0, 1])
    x[:, 3] = 0.9 * x[:, 0] + 0.1 * x[:, 3]
    x[rng.random((N, P)) < 0.3] = 0.0
    signal = x[:, 0] - 0.5 * x[:, 1] + rng.normal(size=N)
    return {
        "x": x,
        "y": target(signal, loss),
        "weight": rng.choice([0.0, 0.5, 1.0, 3.0], N),
        "offset": 0.3 * rng.normal(size=N),
        "factor": np.array([1.0, 2.0, 0.5, 1.0, 0.0, 1.0, np.inf, 1.0]),
    }


def target(signal: np.ndarray, loss: str) -> np.ndarray:
    """The target of each loss from the same signal."""
    if loss == "poisson":
        return np.floor(np.exp(0.5 * signal))
    return signal if loss == "squared" else np.where(signal > np.median(signal), "yes", "no")


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.01, 0.0])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("standardize", [False, True])
def test_objective_equals_that_of_an_interior_point_solver(loss, l1_ratio, fit_intercept, standardize):
    given_ = ingredients(loss)
    for weighted, shifted, factored in itertools.product((False, True), repeat=3):
        problem = make_problem(
            given_["x"],
            given_["y"],
            loss=loss,
            l1_ratio=l1_ratio,
            fit_intercept=fit_intercept,
            standardize=standardize,
            sample_weight=given_["weight"] if weighted else None,
            offset=given_["offset"] if shifted else None,
            penalty_factor=given_["factor"] if factored else None,
        )
        path = solve_path(problem, alphas=12, settings=Settings(tol=1e-12))
        for k in (4, 11):
            fit = path[k]
            best = minimum(problem, given_["x"], fit.alpha)
            ours = problem.objective(fit.coef, fit.intercept, fit.alpha)
            assert ours <= best * (1 + 1e-9)
            assert best <= ours * (1 + 1e-7)  # the same problem, if not as exactly solved


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.01, 0.0])
def test_every_storage_gives_the_same_fit(storage, loss, l1_ratio):
    given_ = ingredients(loss)
    options = {
        "loss": loss,
        "l1_ratio": l1_ratio,
        "alphas": 10,
        "sample_weight": given_["weight"],
        "offset": given_["offset"],
        "tol": 1e-12,
    }
    x = np.float16(given_["x"]).astype(np.float64)
    plain, stored = wz.fit_path(x, given_["y"], **options), wz.fit_path(storage(x), given_["y"], **options)
    np.testing.assert_array_equal(plain.coefs != 0, stored.coefs != 0)
    np.testing.assert_allclose(stored.coefs, plain.coefs, rtol=0, atol=1e-9 * np.abs(plain.coefs).max())
    np.testing.assert_allclose(stored.intercepts, plain.intercepts, rtol=0, atol=1e-8)


@settings(max_examples=400)
@given(cases(l1_ratios=(1.0, 0.5, 0.01)))
def test_support_and_signs_equal_those_of_the_exact_rational_solution(case):
    """No tolerance: a weight whose exact margin exceeds 1e-9 of its toll has the exact sign, zero included."""
    if not decides(case):
        event("beyond floats")
        return
    fit = wz.fit(case.x, case.y, **case.options, tol=1e-10)
    solver = ExactSolver(case.exact())
    exact = solver.solve(fit.coef)
    if not exact.unique:
        event("not unique")
        return
    tolls = case.exact().l1
    seen = Counter()
    for j, (coef, b) in enumerate(zip(fit.coef, exact.coef, strict=True)):
        toll = tolls[j]
        if j not in solver.used or toll is None:
            assert coef == 0.0
            continue
        margin = solver.h[j][j] * abs(b) if b != 0 else toll - abs(exact.gradient[j])
        if toll == 0 or margin < toll / 10**9:
            seen["undecided"] += 1
            continue
        seen["decided"] += 1
        assert np.sign(coef) == (b > 0) - (b < 0), (j, coef, float(margin / toll))
    event("all decided" if not seen["undecided"] else "some undecided")


@settings(max_examples=60)
@given(
    designs(12, 10),
    st.sampled_from((1.0, 0.5, 0.01)),
    st.booleans(),
    st.sampled_from(("squared", "logistic", "poisson")),
)
def test_alpha_max_is_the_smallest_alpha_with_every_weight_zero(design, l1_ratio, fit_intercept, loss):
    x, rng = design
    y = rng.integers(0, 2, len(x)) if loss == "logistic" else rng.integers(-8, 9, len(x)) / 4.0
    y = np.abs(y) if loss == "poisson" else y
    if np.ptp(y) == 0 or np.any((x != 0) & (np.abs(x) < 1e-300)):
        return
    factor = rng.choice([0.5, 1.0, 3.0], x.shape[1])
    options = {"loss": loss, "l1_ratio": l1_ratio, "fit_intercept": fit_intercept, "penalty_factor": factor}
    top = wz.fit_path(x, y, alphas=2, **options).alpha_max
    rounding = 1e-13 * np.abs(y).max() * np.abs(x).max(axis=0)  # pulls below this are rounding of exact zeros
    if top * l1_ratio <= np.max(rounding / factor):
        return
    assert not wz.fit(x, y, alpha=top, **options).coef.any()
    assert wz.fit(x, y, alpha=top * (1 - 2.0**-20), **options).coef.any()


def test_glmnets_published_coefficients_are_reproduced(data_dir):
    """The vignette's `coef(fit, s = 0.1)`; glmnet stops at 1e-7 of the null deviance, hence four digits."""
    z = np.load(data_dir / "glmnet_examples" / "glmnet_examples.npz")
    fit = wz.fit(z["QuickStart_x"], z["QuickStart_y"].ravel(), alpha=0.1, standardize=True)
    published = {
        1: 1.320597195, 3: 0.675110234, 5: -0.817411518, 6: 0.521436671, 7: 0.004829335,
        8: 0.319415917, 11: 0.142498519, 14: -1.059978702, 20: -1.021873704,
    }  # fmt: skip
    assert set(np.flatnonzero(fit.coef) + 1) == set(published)
    assert fit.intercept == pytest.approx(0.150928072, abs=5e-5)
    for number, value in published.items():
        assert fit.coef[number - 1] == pytest.approx(value, abs=5e-5)


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_a_weight_of_k_is_the_row_k_times_and_a_weight_of_0_is_no_row(loss):
    given_ = ingredients(loss)
    times = np.random.default_rng(1).integers(0, 4, N)
    alphas = wz.fit_path(given_["x"], given_["y"], loss=loss, sample_weight=times, alphas=8).alphas
    options = {"loss": loss, "alphas": alphas, "standardize": True, "tol": 1e-12}
    weighted = wz.fit_path(given_["x"], given_["y"], sample_weight=times, **options)
    repeated = wz.fit_path(np.repeat(given_["x"], times, axis=0), np.repeat(given_["y"], times), **options)
    np.testing.assert_array_equal(weighted.coefs != 0, repeated.coefs != 0)
    np.testing.assert_allclose(weighted.coefs, repeated.coefs, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
@pytest.mark.parametrize("shape", [(60, 900), (900, 20)])
def test_each_fit_of_a_path_is_the_single_fit_at_its_alpha(loss, shape):
    rng = np.random.default_rng(3)
    x = rng.normal(size=shape)
    y = x[:, :5] @ np.array([1, -1, 0.5, 2, -0.3]) + rng.normal(size=shape[0])
    y = target(y, loss)
    path = wz.fit_path(x, y, loss=loss, alphas=20, tol=1e-12)
    assert path.status is wz.Status.OPTIMAL
    for k in (3, 10, 19):
        single = wz.fit(x, y, loss=loss, alpha=path.alphas[k], tol=1e-12)
        np.testing.assert_array_equal(single.support, path[k].support)
        np.testing.assert_allclose(single.coef, path.coefs[k], rtol=0, atol=1e-8 * np.abs(single.coef).max())


def test_permuting_columns_and_flipping_signs_does_the_same_to_the_weights():
    given_ = ingredients("squared")
    order, flip = np.random.default_rng(5).permutation(P), np.where(np.arange(P) % 2, -1.0, 1.0)
    plain = wz.fit(given_["x"], given_["y"], alpha=0.1, tol=1e-12)
    other = wz.fit((given_["x"] * flip)[:, order], given_["y"], alpha=0.1, tol=1e-12)
    np.testing.assert_allclose(other.coef, (plain.coef * flip)[order], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("power", [-300, -40, 40, 300])
def test_scaling_the_target_scales_the_weights(power):
    given_ = ingredients("squared")
    plain = wz.fit(given_["x"], given_["y"], alpha=0.1, tol=1e-12)
    scaled = wz.fit(given_["x"], np.ldexp(given_["y"], power), alpha=np.ldexp(0.1, power), tol=1e-12)
    np.testing.assert_allclose(np.ldexp(scaled.coef, -power), plain.coef, rtol=1e-11)


def test_constant_and_copied_columns_are_harmless():
    given_ = ingredients("squared")
    x = np.column_stack([given_["x"], np.full(N, 0.1), np.full(N, 1e8), given_["x"][:, 0], -given_["x"][:, 1]])
    plain, more = (wz.fit(a, given_["y"], alpha=0.05, tol=1e-12) for a in (given_["x"], x))
    assert more.coef[P] == 0.0 and more.coef[P + 1] == 0.0
    assert more.coef[0] + more.coef[P + 2] == pytest.approx(plain.coef[0], abs=1e-11)
    assert more.coef[1] - more.coef[P + 3] == pytest.approx(plain.coef[1], abs=1e-11)


@pytest.mark.parametrize("value", [0.0, 0.1, -3e7])
def test_a_constant_target_is_the_intercept_alone(value):
    path = wz.fit_path(ingredients("squared")["x"], np.full(N, value), alphas=5)
    assert not path.coefs.any()
    assert path.alpha_max == 0.0
    assert path.status is wz.Status.OPTIMAL
    np.testing.assert_array_equal(path.intercepts, value)
    np.testing.assert_array_equal(path.dual_gaps, 0.0)


@pytest.mark.parametrize("n_cols", [1000, 3500])
def test_far_more_ridge_weights_than_rows_are_fitted_without_a_gram_matrix(n_cols):
    """Conjugate gradients. Oracle: the dual solution of ridge, an n x n system."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, n_cols))
    y = rng.normal(size=30)
    fit = wz.fit(x, y, alpha=0.7, l1_ratio=0.0, tol=1e-12)
    centred, target = x - x.mean(axis=0), y - y.mean()
    dual = np.linalg.solve(centred @ centred.T + 30 * 0.7 * np.eye(30), target)
    assert fit.status is wz.Status.OPTIMAL
    np.testing.assert_allclose(fit.coef, centred.T @ dual, rtol=0, atol=1e-8 * np.abs(fit.coef).max())


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_far_more_nonzero_weights_than_rows_satisfy_the_optimality_conditions(loss):
    """Oracle: the conditions themselves, (d loss / d b_j) + l2 b_j + l1 sign(b_j) = 0, or |pull_j| <= l1."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 1500))
    x[:, 1] = -x[:, 0]
    y = rng.normal(size=40) if loss == "squared" else rng.permutation(40) % (2 if loss == "logistic" else 7)
    path = wz.fit_path(x, y, loss=loss, l1_ratio=0.01, alphas=20)
    assert all(status is wz.Status.OPTIMAL for status in path.statuses)
    assert np.count_nonzero(path.coefs[-1]) > 500
    for alpha, coef, intercept in zip(path.alphas, path.coefs, path.intercepts, strict=True):
        eta = x @ coef + intercept
        residual = {"squared": eta, "logistic": 1 / (1 + np.exp(-eta)), "poisson": np.exp(eta)}[loss] - y
        gradient, l1, l2 = x.T @ residual / len(y), 0.01 * alpha, 0.99 * alpha
        away = np.where(coef == 0, np.maximum(np.abs(gradient) - l1, 0), gradient + l2 * coef + l1 * np.sign(coef))
        assert np.abs(away).max() <= 1e-7 * l1
        assert abs(residual.mean()) <= 1e-9


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
@pytest.mark.parametrize("center", [2.0**27, -(2.0**20)])
def test_sparse_columns_far_from_zero_are_fitted_as_if_they_were_near(loss, center):
    """Years and time stamps beside dummies. Oracle: the dense fit after an exact shift, which the intercept absorbs."""
    rng = np.random.default_rng(3)
    near = np.round(rng.normal(size=(60, 12)) * 1024) / 1024
    near[:, 6:] = rng.random((60, 6)) < 0.3
    shift = np.where(np.arange(12) < 6, center, 0.0)
    y = near @ rng.normal(size=12) + rng.normal(size=60)
    y = target(y, loss)
    expected = wz.fit_path(near, y, loss=loss, alphas=15, standardize=True)
    path = wz.fit_path(sparse.csc_array(near + shift), y, loss=loss, alphas=expected.alphas, standardize=True)
    assert all(status is wz.Status.OPTIMAL for status in path.statuses)
    np.testing.assert_allclose(path.coefs, expected.coefs, rtol=0, atol=1e-6 * np.abs(expected.coefs).max())


@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_array])
def test_far_more_weights_than_rows_are_fitted_on_columns_far_from_zero(storage):
    """Coordinate descent and conjugate gradients. Oracle: the same path after an exact shift of the columns."""
    rng = np.random.default_rng(4)
    near = np.round(rng.normal(size=(40, 1500)) * 1024) / 1024
    y = rng.normal(size=40)
    expected = wz.fit_path(near, y, l1_ratio=0.01, alphas=20)
    path = wz.fit_path(storage(near + 2.0**27), y, l1_ratio=0.01, alphas=expected.alphas)
    assert all(status is wz.Status.OPTIMAL for status in path.statuses)
    np.testing.assert_allclose(path.coefs, expected.coefs, rtol=0, atol=1e-6 * np.abs(expected.coefs).max())


def test_stopping_early_is_said():
    given_ = ingredients("logistic")
    with pytest.warns(ConvergenceWarning, match=r"did not reach tol.*max_iter"):
        fit = wz.fit(given_["x"], given_["y"], loss="logistic", alpha=1e-3, tol=1e-12, max_iter=1)
    assert fit.status is wz.Status.MAX_ITER
    assert fit.dual_gap > 1e-12


def test_separation_by_unpenalised_columns_is_a_status_of_its_own():
    x = np.array([[-2.0, 1.0], [-1.0, 0.0], [1.0, 0.5], [2.0, 0.0]])
    with pytest.warns(ConvergenceWarning, match="separate the two classes"):
        fit = wz.fit(x, [0, 0, 1, 1], loss="logistic", alpha=0.1, penalty_factor=[0, 1])
    assert fit.status is wz.Status.SEPARATED


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tol": 0.0}, "tol=0.0 must be a positive number"),
        ({"tol": np.nan}, "tol=nan must be a positive number"),
        ({"max_iter": 0}, "max_iter=0 must be at least 1 and at most"),
        ({"n_threads": 0}, "n_threads=0 must be at least 1"),
        ({"n_threads": 10**12}, "n_threads=1000000000000 must be at least 1 and at most 2147483647"),
        ({"max_iter": 10**30}, "must be at least 1 and at most 2147483647"),
        ({"alpha_min_ratio": 1.5}, "alpha_min_ratio=1.5 must be above 0 and below 1"),
    ],
)
def test_impossible_settings_are_refused_by_name(options, words):
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        wz.fit_path(ingredients("squared")["x"], ingredients("squared")["y"], **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tol": "1e-6"}, "tol must be a number, got '1e-6' of type str"),
        ({"tol": None}, "tol must be a number, got None of type NoneType"),
        ({"max_iter": 1.5}, "max_iter must be a whole number, got 1.5 of type float"),
        ({"max_iter": True}, "max_iter must be a whole number, got True of type bool"),
        ({"n_threads": 2.0}, "n_threads must be a whole number, got 2.0 of type float"),
        ({"alpha_min_ratio": "0.1"}, "alpha_min_ratio must be a number, got '0.1' of type str"),
    ],
)
def test_settings_of_a_wrong_type_are_refused_by_name(options, words):
    with pytest.raises(InputTypeError, match=words):
        wz.fit_path(ingredients("squared")["x"], ingredients("squared")["y"], **options)


def test_a_hint_changes_nothing_but_the_road():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(80, 600))
    problem = make_problem(x, x[:, 0] + rng.normal(size=80))
    plain = solve_path(problem, alphas=15, settings=Settings(tol=1e-12))
    hinted = solve_path(problem, alphas=plain.alphas, settings=Settings(tol=1e-12), hint=plain)
    np.testing.assert_array_equal(plain.coefs != 0, hinted.coefs != 0)
    np.testing.assert_allclose(plain.coefs, hinted.coefs, rtol=0, atol=1e-10)


def test_int64_and_int32_indices_give_the_same_bits():
    x = sparse.random(50, 30, density=0.3, random_state=0, format="csc")
    y = np.random.default_rng(0).normal(size=50)
    narrow, wide = x.copy(), x.copy()
    wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)
    narrow_fit, wide_fit = (solve(make_problem(a, y), 0.02) for a in (narrow, wide))
    np.testing.assert_array_equal(narrow_fit.coef, wide_fit.coef)
    assert narrow_fit.coef.any()


def test_fraction_of_the_path_is_reached_by_name():
    path = wz.fit_path(ingredients("squared")["x"], ingredients("squared")["y"], alphas=[1.0, 0.1, 0.5])
    np.testing.assert_array_equal(path.alphas, [1.0, 0.5, 0.1])
    np.testing.assert_array_equal(path.at(0.5).coef, path.coefs[1])
    with pytest.raises(InputError, match=r"alpha=0\.3 is not on the grid"):
        path.at(0.3)
    assert Fraction(path.at(0.1).alpha) == Fraction(0.1)
