"""Weights that may not be negative, against exact rationals, an interior-point solver, SciPy and scikit-learn."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls
from sklearn import linear_model as theirs

import whyzero as wz
from oracle.conditioning import decides
from oracle.convex import minimum
from oracle.generator import cases, designs
from oracle.rational import ExactSolver
from whyzero import sklearn as ours
from whyzero.cross_validation import cross_validate_path
from whyzero.errors import InputTypeError
from whyzero.problem import make_problem
from whyzero.solution import Settings
from whyzero.solve import solve_path

LOSSES = ["squared", "logistic", "poisson"]
N, P = 45, 8


def ingredients(loss, seed=7, shape=(N, P)):
    """Columns of which about half pull downwards, and one that would have a negative weight without its limit."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape) + rng.normal(size=shape[1])
    x[:, 3] = 0.8 * x[:, 0] + 0.2 * x[:, 3]
    x[rng.random(shape) < 0.3] = 0.0
    signal = x[:, 0] - 0.8 * x[:, 1] + 0.4 * x[:, 4] - 0.5 * x[:, 3] + rng.normal(size=shape[0])
    signal -= signal.mean()
    if loss == "poisson":
        return x, np.floor(np.exp(0.5 * signal))
    return x, signal if loss == "squared" else np.where(signal > np.median(signal), "yes", "no")


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("standardize", [False, True])
def test_objective_equals_that_of_an_interior_point_solver(loss, l1_ratio, standardize):
    x, y = ingredients(loss)
    rng = np.random.default_rng(1)
    parts = {
        "sample_weight": rng.choice([0.0, 0.5, 1.0, 3.0], N),
        "offset": 0.3 * rng.normal(size=N),
        "penalty_factor": np.array([1.0, 0.0, 0.5, 1.0, 0.0, 1.0, np.inf, 2.0]),
    }
    for chosen in itertools.product((False, True), repeat=4):
        options = {name: value for (name, value), use in zip(parts.items(), chosen[:3], strict=True) if use}
        problem = make_problem(
            x,
            y,
            loss=loss,
            l1_ratio=l1_ratio,
            standardize=standardize,
            positive=True,
            fit_intercept=chosen[3],
            **options,
        )
        path = solve_path(problem, alphas=[0.3, 0.03, 0.003], settings=Settings(tol=1e-12))
        assert path.status is wz.Status.OPTIMAL
        assert path.coefs.min() == 0.0
        for fit in (path[1], path[2]):
            best = minimum(problem, x, fit.alpha)
            reached = problem.objective(fit.coef, fit.intercept, fit.alpha)
            assert reached <= best * (1 + 1e-9)
            assert best <= reached * (1 + 1e-7)


@settings(max_examples=300)
@given(cases(l1_ratios=(1.0, 0.5, 0.01)))
def test_support_equals_that_of_the_exact_rational_solution(case):
    """No tolerance: a weight whose exact margin exceeds 1e-9 of its toll has the exact sign, zero included."""
    if not decides(case):
        event("beyond floats")
        return
    fit = wz.fit(case.x, case.y, **case.options, positive=True, tol=1e-10)
    problem = replace(case.exact(), positive=True)
    solver = ExactSolver(problem)
    exact = solver.solve(fit.coef)
    assert min(exact.coef) >= 0
    assert fit.coef.min() >= 0.0
    if not exact.unique:
        event("not unique")
        return
    for j, (coef, b) in enumerate(zip(fit.coef, exact.coef, strict=True)):
        toll = problem.l1[j]
        if j not in solver.used or toll is None:
            assert coef == 0.0
            continue
        margin = solver.h[j][j] * b if b != 0 else toll + exact.gradient[j]
        if toll > 0 and margin >= toll / 10**9:
            assert (coef > 0) == (b > 0), (j, coef, float(margin / toll))


@settings(max_examples=60)
@given(designs(12, 8), st.sampled_from((1.0, 0.5)), st.booleans(), st.sampled_from(LOSSES))
def test_alpha_max_is_the_smallest_alpha_with_every_weight_zero(design, l1_ratio, fit_intercept, loss):
    x, rng = design
    y = rng.integers(0, 2, len(x)) if loss == "logistic" else rng.integers(0, 9, len(x)) / 4.0
    if np.ptp(y) == 0 or np.any((x != 0) & (np.abs(x) < 1e-300)):
        return
    options = {"loss": loss, "l1_ratio": l1_ratio, "fit_intercept": fit_intercept, "positive": True}
    top = wz.fit_path(x, y, alphas=2, **options).alpha_max
    rounding = 1e-13 * np.abs(y).max() * np.abs(x).max()
    if top * l1_ratio <= rounding:
        return
    assert not wz.fit(x, y, alpha=top, **options).coef.any()
    assert wz.fit(x, y, alpha=top * (1 - 2.0**-20), **options).coef.any()


def test_no_pull_upwards_means_no_weights_at_any_alpha():
    rng = np.random.default_rng(2)
    x = np.abs(rng.normal(size=(30, 4)))
    path = wz.fit_path(x, -x.sum(axis=1), positive=True, fit_intercept=False)
    assert path.alpha_max == 0.0
    assert not path.coefs.any()
    assert path.status is wz.Status.OPTIMAL


@pytest.mark.parametrize("shape", [(50, 6), (40, 90), (400, 60)])
@pytest.mark.parametrize("seed", range(3))
def test_without_a_penalty_it_is_scipys_least_squares_of_no_negative_weights(shape, seed):
    x, y = ingredients("squared", seed, shape)
    fit = wz.fit(x, y, alpha=1.0, penalty_factor=np.zeros(shape[1]), positive=True, fit_intercept=False)
    expected, norm = nnls(x, y)
    assert fit.status is wz.Status.OPTIMAL
    assert np.sum((y - x @ fit.coef) ** 2) == pytest.approx(norm**2, rel=1e-12, abs=1e-20 * (y @ y))
    if shape[0] > shape[1]:  # else the weights need not be unique
        np.testing.assert_array_equal(fit.coef > 0, expected > 0)
        np.testing.assert_allclose(fit.coef, expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("l1_ratio", [1.0, 0.4])
def test_a_fit_that_has_no_negative_weight_anyway_is_the_plain_fit(loss, l1_ratio):
    x, y = ingredients(loss)
    signs = np.sign(wz.fit(x, y, loss=loss, l1_ratio=l1_ratio, alpha=0.02).coef)
    flipped = x * np.where(signs == 0, 1.0, signs)
    plain = wz.fit(flipped, y, loss=loss, l1_ratio=l1_ratio, alpha=0.02, tol=1e-12)
    assert plain.coef.min() >= 0.0
    fit = wz.fit(flipped, y, loss=loss, l1_ratio=l1_ratio, alpha=0.02, tol=1e-12, positive=True)
    np.testing.assert_array_equal(fit.support, plain.support)
    np.testing.assert_allclose(fit.coef, plain.coef, rtol=1e-9, atol=1e-11)
    limited = wz.fit(x, y, loss=loss, l1_ratio=l1_ratio, alpha=0.02, tol=1e-12, positive=True)
    assert np.any(signs < 0) and limited.coef.min() == 0.0


@pytest.mark.parametrize("loss", LOSSES)
def test_every_storage_gives_the_same_fit(storage, loss):
    x, y = ingredients(loss)
    x = np.float16(x).astype(np.float64)
    options = {"loss": loss, "alphas": 10, "positive": True, "tol": 1e-12}
    plain, stored = wz.fit_path(x, y, **options), wz.fit_path(storage(x), y, **options)
    np.testing.assert_array_equal(plain.coefs > 0, stored.coefs > 0)
    np.testing.assert_allclose(stored.coefs, plain.coefs, rtol=0, atol=1e-9 * plain.coefs.max())


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shape", [(60, 700), (900, 20)])
@pytest.mark.parametrize("plan", ["all-columns", "working-sets"])
def test_each_fit_of_a_path_is_the_single_fit_at_its_alpha(loss, shape, plan):
    x, y = ingredients(loss, 3, shape)
    options = {"loss": loss, "positive": True, "tol": 1e-12}
    path = wz.fit_path(x, y, alphas=15, plan=plan, **options)
    assert path.status is wz.Status.OPTIMAL
    for k in (3, 9, 14):
        single = wz.fit(x, y, alpha=path.alphas[k], **options)
        np.testing.assert_array_equal(single.support, path[k].support)
        np.testing.assert_allclose(single.coef, path.coefs[k], rtol=0, atol=1e-8 * single.coef.max())


@pytest.mark.parametrize("loss", LOSSES)
def test_far_more_weights_than_rows_satisfy_the_optimality_conditions(loss):
    """Oracle: the conditions themselves; a zero may be pulled downwards by any force."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(40, 1500))
    x[:, 1] = -x[:, 0]
    y = rng.normal(size=40) if loss == "squared" else rng.permutation(40) % (2 if loss == "logistic" else 7)
    for l1_ratio, alphas in ((0.01, 12), (0.0, [0.1, 1e-3])):
        path = wz.fit_path(x, y, loss=loss, l1_ratio=l1_ratio, alphas=alphas, positive=True)
        assert path.status is wz.Status.OPTIMAL
        assert np.count_nonzero(path.coefs[-1]) > 200
        for alpha, coef, intercept in zip(path.alphas, path.coefs, path.intercepts, strict=True):
            eta = x @ coef + intercept
            residual = {"squared": eta, "logistic": 1 / (1 + np.exp(-eta)), "poisson": np.exp(eta)}[loss] - y
            slope = x.T @ residual / len(y) + (1 - l1_ratio) * alpha * coef + l1_ratio * alpha
            away = np.where(coef == 0, np.maximum(-slope, 0), np.abs(slope))
            assert coef.min() >= 0.0
            assert away.max() <= 1e-8 * max(l1_ratio * alpha, np.abs(x.T @ (y - y.mean())).max() / len(y))


@pytest.mark.parametrize("loss", LOSSES)
def test_a_weight_of_k_is_the_row_k_times(loss):
    x, y = ingredients(loss)
    times = np.random.default_rng(1).integers(0, 4, N)
    options = {"loss": loss, "alphas": [0.2, 0.05, 0.01], "standardize": True, "positive": True, "tol": 1e-12}
    weighted = wz.fit_path(x, y, sample_weight=times, **options)
    repeated = wz.fit_path(np.repeat(x, times, axis=0), np.repeat(y, times), **options)
    np.testing.assert_array_equal(weighted.coefs > 0, repeated.coefs > 0)
    np.testing.assert_allclose(weighted.coefs, repeated.coefs, rtol=1e-9, atol=1e-10)


def test_permuting_columns_permutes_the_weights_and_a_column_beside_its_negative_is_free():
    x, y = ingredients("squared")
    order = np.random.default_rng(5).permutation(P)
    plain = wz.fit(x, y, alpha=0.05, tol=1e-12, positive=True)
    other = wz.fit(x[:, order], y, alpha=0.05, tol=1e-12, positive=True)
    np.testing.assert_allclose(other.coef, plain.coef[order], rtol=1e-11, atol=1e-13)
    both = wz.fit(np.hstack([x, -x]), y, alpha=0.05, tol=1e-12, positive=True)
    free = wz.fit(x, y, alpha=0.05, tol=1e-12)
    np.testing.assert_allclose(both.coef[:P] - both.coef[P:], free.coef, rtol=1e-9, atol=1e-11)
    assert free.coef.min() < 0.0


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
def test_cross_validation_fits_every_fold_without_negative_weights(standardize, loss):
    """Oracle: each fold fitted by itself; the squared loss takes its fits from sums over the folds."""
    x, y = ingredients(loss, shape=(200, 10))
    path = wz.fit_path(x, y, loss=loss, positive=True, standardize=standardize, alphas=8, tol=1e-10)
    folds = np.arange(200) % 4
    found = cross_validate_path(path, folds=folds, settings=Settings(tol=1e-10))
    for k in range(4):
        kept, held = folds != k, folds == k
        problem = path.problem.with_sample_weight(kept.astype(float))
        alone = solve_path(problem, alphas=path.alphas, settings=Settings(tol=1e-12))
        assert alone.coefs.min() == 0.0
        for fit, score in zip(alone, found.fold_scores[k], strict=True):
            eta = problem.eta(fit.coef, fit.intercept)[held]
            expected = 2.0 * np.mean(problem.loss.value(problem.y[held], eta))
            assert score == pytest.approx(expected, rel=1e-6)


def sklearn_data():
    x, y = ingredients("squared", 4, (80, 7))
    return x, y, np.random.default_rng(0).uniform(0.2, 2.0, 80)


TIGHT = {"tol": 1e-13, "max_iter": 1_000_000}


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("Lasso", {"alpha": 0.05}),
        ("Lasso", {"alpha": 0.01, "fit_intercept": False}),
        ("ElasticNet", {"alpha": 0.1, "l1_ratio": 0.3}),
        ("LassoCV", {"alphas": 20}),
        ("ElasticNetCV", {"alphas": 10, "l1_ratio": [0.2, 0.9], "cv": 4}),
    ],
)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_drop_ins_have_the_weights_of_scikit_learn(name, parameters, weighted):
    x, y, weight = sklearn_data()
    given_ = {"sample_weight": weight} if weighted else {}
    mine = getattr(ours, name)(positive=True, **parameters, **TIGHT).fit(x, y, **given_)
    reference = getattr(theirs, name)(positive=True, **parameters, **TIGHT).fit(x, y, **given_)
    assert np.any(getattr(ours, name)(**parameters).fit(x, y, **given_).coef_ < 0.0)
    assert mine.coef_.min() == 0.0
    np.testing.assert_allclose(mine.coef_, reference.coef_, rtol=1e-6, atol=1e-8)
    assert mine.intercept_ == pytest.approx(reference.intercept_, abs=1e-7)
    for attribute in ("alpha_", "l1_ratio_", "alphas_", "mse_path_"):
        if attribute in vars(reference):
            np.testing.assert_allclose(getattr(mine, attribute), getattr(reference, attribute), rtol=1e-6)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 20.0, [0.0, 3.0]])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_ridge_without_negative_weights_has_the_weights_of_scikit_learn(alpha, fit_intercept):
    x, y, weight = sklearn_data()
    targets = np.column_stack([y, -y]) if isinstance(alpha, list) else y
    options = {"alpha": alpha, "positive": True, "fit_intercept": fit_intercept}
    mine = ours.Ridge(**options).fit(x, targets, sample_weight=weight)
    reference = theirs.Ridge(**options, tol=1e-12, max_iter=100_000).fit(x, targets, sample_weight=weight)
    assert mine.coef_.min() == 0.0
    np.testing.assert_allclose(mine.coef_, reference.coef_, rtol=1e-3, atol=1e-4)
    root = np.sqrt(weight)
    if not isinstance(alpha, list) and not fit_intercept:
        rows = np.vstack([x * root[:, None], np.sqrt(alpha) * np.eye(7)])
        expected, _ = nnls(rows, np.append(y * root, np.zeros(7)))
        np.testing.assert_array_equal(mine.coef_ > 0, expected > 0)
        np.testing.assert_allclose(mine.coef_, expected, rtol=1e-8)


@pytest.mark.parametrize("function", ["enet_path", "lasso_path"])
def test_the_path_functions_have_the_weights_of_scikit_learn(function):
    x, y, _ = sklearn_data()
    mine = getattr(ours, function)(x, y, alphas=15, positive=True, tol=1e-13)
    reference = getattr(theirs, function)(x, y, alphas=15, positive=True, tol=1e-13, max_iter=100_000)
    np.testing.assert_allclose(mine[0], reference[0], rtol=1e-12)
    np.testing.assert_allclose(mine[1], reference[1], rtol=1e-6, atol=1e-8)
    with pytest.raises(ValueError, match="not allowed for multi-output"):
        getattr(ours, function)(x, np.column_stack([y, y]), alphas=3, positive=True)


@pytest.mark.parametrize("estimator", [wz.GLMRegressor, wz.GLMRegressorCV, wz.GLMClassifier, wz.GLMClassifierCV])
def test_the_native_estimators_take_it(estimator):
    x, y = ingredients("logistic" if "Classifier" in estimator.__name__ else "squared", shape=(120, 6))
    fitted = estimator(positive=True).fit(x, y)
    assert fitted.coef_.min() == 0.0
    assert fitted.coef_.max() > 0.0
    assert estimator(**fitted.get_params()).positive is True


def test_a_flag_that_is_none_is_refused_by_name():
    x, y = ingredients("squared")
    with pytest.raises(InputTypeError, match="positive"):
        wz.fit(x, y, alpha=0.1, positive="yes")
