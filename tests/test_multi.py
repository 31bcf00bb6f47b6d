"""Models with a matrix of weights against a convex solver, optimality conditions, and what must not change them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import whyzero as wz
from oracle.matrix_models import minimum, violation
from whyzero.errors import ConvergenceWarning, InputError, InputTypeError
from whyzero.multi import fit_multitask_path, fit_softmax_path, multitask_problem, softmax_problem, solve_matrix_path
from whyzero.solution import Settings, Status

TIGHT = {"tol": 1e-12}


def numbers(n=60, p=12, tasks=3, seed=0):
    """X with columns of different sizes and places, targets of which few columns matter, row weights."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * rng.uniform(0.3, 3.0, p) + rng.normal(size=p)
    truth = np.zeros((p, tasks))
    truth[: p // 3] = rng.normal(size=(p // 3, tasks))
    return X, X @ truth + rng.normal(size=(n, tasks)), rng.uniform(0.2, 2.0, n)


def labels(n=90, p=8, classes=3, seed=0):
    X, scores, weight = numbers(n, p, classes, seed)
    noise = np.random.default_rng(seed + 1).gumbel(size=scores.shape)
    return X, np.array(["b", "a", "d", "c", "e"])[np.argmax(0.5 * scores + noise, axis=1)], weight


PROBLEMS = {
    "multitask": lambda l1_ratio, intercept, seed=0: multitask_problem(
        *numbers(seed=seed)[:2], sample_weight=numbers(seed=seed)[2], l1_ratio=l1_ratio, fit_intercept=intercept
    ),
    "softmax": lambda l1_ratio, intercept, seed=0: softmax_problem(
        *labels(seed=seed)[:2], sample_weight=labels(seed=seed)[2], l1_ratio=l1_ratio, fit_intercept=intercept
    ),
}


def matrix_of(problem):
    return problem.rows.design.columns(np.arange(problem.rows.n_cols))


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.4, 0.0])
@pytest.mark.parametrize("kind", PROBLEMS)
def test_the_objective_is_that_of_a_convex_solver_and_the_conditions_hold(kind, l1_ratio, intercept):
    problem = PROBLEMS[kind](l1_ratio, intercept)
    x = matrix_of(problem)
    path = solve_matrix_path(problem, alphas=[0.3, 0.05, 0.005], settings=Settings(tol=1e-12))
    assert path.status is Status.OPTIMAL
    for solution in (path[k] for k in range(len(path))):
        own = problem.objective(solution.coef, solution.intercept, solution.alpha)
        other = minimum(problem, x, solution.alpha)
        assert own <= other + 1e-12
        assert own == pytest.approx(other, rel=1e-6)
        assert violation(problem, x, solution.coef, solution.intercept, solution.alpha) < 1e-8 * path.null_loss
        assert solution.dual_gap <= 1e-12 * path.null_loss


@pytest.mark.parametrize("kind", PROBLEMS)
def test_alpha_max_is_the_smallest_alpha_without_weights(kind):
    for l1_ratio in (1.0, 0.3):
        problem = PROBLEMS[kind](l1_ratio, True)
        top = solve_matrix_path(problem, alphas=1).alpha_max
        below, at = 0.999 * top, top * (1 + 1e-9)
        assert not solve_matrix_path(problem, alphas=[at])[0].coef.any()
        assert solve_matrix_path(problem, alphas=[below])[0].coef.any()


@pytest.mark.parametrize("kind", PROBLEMS)
def test_the_gap_bounds_the_distance_from_the_minimum_at_any_tolerance(kind):
    problem = PROBLEMS[kind](1.0, True)
    best = solve_matrix_path(problem, alphas=[0.02], settings=Settings(tol=1e-13))[0]
    minimal = problem.objective(best.coef, best.intercept, 0.02)
    for tol in (1e-1, 1e-3, 1e-6):
        path = solve_matrix_path(problem, alphas=[0.02], settings=Settings(tol=tol, exact=False))
        above = problem.objective(path[0].coef, path[0].intercept, 0.02) - minimal
        assert above <= path[0].dual_gap + 1e-14
        assert path[0].dual_gap <= tol * path.null_loss


def test_one_target_is_the_elastic_net():
    X, Y, weight = numbers()
    for l1_ratio in (1.0, 0.5):
        options = {"l1_ratio": l1_ratio, "sample_weight": weight, "alphas": 15, **TIGHT}
        one, many = wz.fit_path(X, Y[:, 0], **options), fit_multitask_path(X, Y[:, :1], **options)
        np.testing.assert_allclose(many.alphas, one.alphas, rtol=1e-12)
        np.testing.assert_allclose(many.coefs[:, 0], one.coefs, atol=1e-9)
        np.testing.assert_allclose(many.intercepts[:, 0], one.intercepts, atol=1e-9)
        assert np.array_equal(many.coefs[:, 0] == 0, one.coefs == 0)


def test_two_classes_are_logistic_regression_with_the_penalty_shared():
    """The weights of both classes are opposite halves: l1 of the pair is that of their difference, l2 half of it."""
    X, _, weight = numbers()
    y = np.where(X[:, 0] - X[:, 3] + np.random.default_rng(0).normal(size=len(X)) > 0, "yes", "no")
    for l1_ratio, ours in ((0.0, 0.02), (1.0, 0.02)):
        both = fit_softmax_path(X, y, l1_ratio=l1_ratio, alphas=[ours], sample_weight=weight, **TIGHT)[0]
        single = wz.fit(
            X,
            y,
            loss="logistic",
            alpha=ours * (1.0 if l1_ratio else 0.5),
            l1_ratio=l1_ratio,
            sample_weight=weight,
            **TIGHT,
        )
        np.testing.assert_allclose(both.coef[1] - both.coef[0], single.coef, atol=1e-8)
        assert both.intercept[1] - both.intercept[0] == pytest.approx(single.intercept, abs=1e-8)


@pytest.mark.parametrize("kind", PROBLEMS)
def test_rows_twice_are_a_weight_of_two(kind):
    counts = np.random.default_rng(3).integers(0, 3, size=90)
    if kind == "multitask":
        X, target, _ = numbers()
        counts, make = counts[: len(X)], multitask_problem
    else:
        X, target, _ = labels()
        make = softmax_problem
    repeated = np.repeat(np.arange(len(X)), counts)
    weighted = solve_matrix_path(
        make(X, target, sample_weight=counts), alphas=[0.1, 0.01], settings=Settings(tol=1e-12)
    )
    doubled = solve_matrix_path(make(X[repeated], target[repeated]), alphas=[0.1, 0.01], settings=Settings(tol=1e-12))
    np.testing.assert_allclose(weighted.coefs, doubled.coefs, atol=1e-8)
    np.testing.assert_allclose(weighted.intercepts, doubled.intercepts, atol=1e-8)


def test_the_order_of_tasks_and_columns_does_not_matter():
    X, Y, _ = numbers()
    plain = fit_multitask_path(X, Y, alphas=8, **TIGHT)
    turned = fit_multitask_path(X[:, ::-1], Y[:, [2, 0, 1]], alphas=plain.alphas, **TIGHT)
    np.testing.assert_allclose(turned.coefs, plain.coefs[:, [2, 0, 1]][:, :, ::-1], atol=1e-9)


def test_the_order_of_classes_and_columns_does_not_matter():
    X, y, _ = labels(classes=4, n=150)
    plain = fit_softmax_path(X, y, l1_ratio=0.5, alphas=8, **TIGHT)
    names = {"a": "z", "b": "y", "c": "x", "d": "w"}
    turned = fit_softmax_path(X[:, ::-1], [names[label] for label in y], l1_ratio=0.5, alphas=plain.alphas, **TIGHT)
    assert turned.problem.classes == ("w", "x", "y", "z")
    np.testing.assert_allclose(turned.coefs, plain.coefs[:, ::-1, ::-1], atol=1e-8)


def test_turned_targets_turn_the_weights_along():
    """The row norm does not change under a rotation of the tasks."""
    X, Y, _ = numbers()
    turn = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
    plain, turned = (fit_multitask_path(X, Z, alphas=6, **TIGHT) for Z in (Y, Y @ turn))
    np.testing.assert_allclose(turned.coefs, np.einsum("akp,kl->alp", plain.coefs, turn), atol=1e-9)


@pytest.mark.parametrize("kind", PROBLEMS)
def test_every_storage_gives_the_same_weights(kind):
    X = np.where(np.abs(numbers()[0]) > 1.0, numbers()[0], 0.0)
    make, target = (multitask_problem, numbers()[1]) if kind == "multitask" else (softmax_problem, labels(len(X))[1])
    fits = [
        solve_matrix_path(make(storage(X), target), alphas=[0.05], settings=Settings(tol=1e-12))[0]
        for storage in (np.asarray, np.asfortranarray, sparse.csc_array, sparse.csr_array)
    ]
    for other in fits[1:]:
        np.testing.assert_allclose(other.coef, fits[0].coef, atol=1e-9)
        assert np.array_equal(other.coef == 0, fits[0].coef == 0)


@pytest.mark.parametrize("kind", PROBLEMS)
def test_the_bits_do_not_depend_on_the_number_of_threads(kind):
    if kind == "multitask":
        problem = multitask_problem(*numbers(3000, 60, 4)[:2])
    else:
        problem = softmax_problem(*labels(3000, 30, 4)[:2])
    one, many = (solve_matrix_path(problem, alphas=6, settings=Settings(n_threads=threads)) for threads in (1, 2))
    assert np.array_equal(one.coefs, many.coefs)
    assert np.array_equal(one.dual_gaps, many.dual_gaps)


@pytest.mark.parametrize("kind", PROBLEMS)
def test_penalty_factors_free_and_exclude_columns(kind):
    factor = np.ones(12 if kind == "multitask" else 8)
    factor[[1, 2, 5]] = 0.0, np.inf, 3.0
    if kind == "multitask":
        X, Y, _ = numbers()
        problem = multitask_problem(X, Y, penalty_factor=factor, l1_ratio=0.7)
    else:
        X, y, _ = labels()
        problem = softmax_problem(X, y, penalty_factor=factor, l1_ratio=0.7)
    path = solve_matrix_path(problem, alphas=[1000.0, 0.1], settings=Settings(tol=1e-12))
    assert np.flatnonzero(np.any(path[0].coef, axis=0)).tolist() == [1]
    assert not path.coefs[:, :, 2].any()
    for solution in (path[0], path[1]):
        assert violation(problem, X, solution.coef, solution.intercept, solution.alpha) < 1e-8


def test_wide_data_with_copies_and_constants():
    X, Y, _ = numbers(40, 300)
    X[:, 7] = 4.0
    X[:, 9] = X[:, 0]
    path = fit_multitask_path(X, Y, alphas=30, tol=1e-9)
    assert path.status is Status.OPTIMAL
    assert not path.coefs[:, :, 7].any()
    assert violation(path.problem, X, path[29].coef, path[29].intercept, path.alphas[29]) < 1e-8
    y = np.argmax(Y, axis=1)
    path = fit_softmax_path(X, y, alphas=20, alpha_min_ratio=0.05, tol=1e-9)
    assert path.status is Status.OPTIMAL
    assert violation(path.problem, X, path[19].coef, path[19].intercept, path.alphas[19]) < 1e-7


def test_a_hessian_too_large_to_form_is_not_needed():
    """More weights than SoftmaxModel::most_coordinates: conjugate gradients take over."""
    X, _, _ = numbers(300, 450)
    X /= X.std(axis=0)
    y = np.argmax(X[:, :5] + np.random.default_rng(1).gumbel(size=(300, 5)), axis=1)
    for l1_ratio, alpha in ((0.0, 0.5), (0.1, 0.02)):
        path = fit_softmax_path(X, y, l1_ratio=l1_ratio, alphas=[alpha], tol=1e-9)
        assert path.status is Status.OPTIMAL
        assert np.count_nonzero(path[0].coef) > (1500 if l1_ratio == 0.0 else 100)
        assert violation(path.problem, X, path[0].coef, path[0].intercept, alpha) < 1e-7


def test_weights_without_a_toll_and_intercepts_sum_to_zero():
    X, y, weight = labels()
    problem = softmax_problem(X, y, sample_weight=weight, l1_ratio=0.0)
    lasso = solve_matrix_path(problem.with_l1_ratio(1.0), alphas=[0.02])[0]
    assert np.abs(lasso.coef.sum(axis=0)).max() > 0.01
    assert abs(lasso.intercept.sum()) < 1e-12
    for solution in (
        solve_matrix_path(problem, alphas=[0.1])[0],
        solve_matrix_path(problem.without_penalty(), alphas=[1.0])[0],
    ):
        assert solution.status is Status.OPTIMAL
        np.testing.assert_allclose(solution.coef.sum(axis=0), 0.0, atol=1e-12)
        assert abs(solution.intercept.sum()) < 1e-12


def test_classes_that_a_plane_separates_have_no_optimum_without_a_penalty():
    X, _, _ = numbers(40, 3)
    y = np.digitize(X[:, 0], np.quantile(X[:, 0], [0.3, 0.6]))
    X[:, 1] = X[:, 0] ** 2
    with pytest.warns(ConvergenceWarning, match="No optimum exists"):
        path = fit_softmax_path(X, y, penalty_factor=np.zeros(3), alphas=[1.0], max_iter=200)
    assert path.status is Status.SEPARATED


def test_a_constant_target_needs_no_weights():
    X, Y, _ = numbers()
    path = fit_multitask_path(X, np.full_like(Y, 0.1), alphas=[1e-6])
    assert path.status is Status.OPTIMAL
    assert not path[0].coef.any()
    np.testing.assert_allclose(path[0].intercept, 0.1)


def test_a_fit_that_may_not_take_its_steps_says_so():
    X, y, _ = labels()
    with pytest.warns(ConvergenceWarning, match=r"1 of 1 fits did not reach tol.*Stopped at max_iter"):
        path = fit_softmax_path(X, y, alphas=[1e-3], tol=1e-12, max_iter=1)
    assert path.status is Status.MAX_ITER
    assert path.dual_gaps[0] > 1e-12 * path.null_loss


def test_what_cannot_be_used_is_named():
    X, Y, _ = numbers()
    with pytest.raises(InputError, match=r"Y must have one column for each target, got shape \(60,\)"):
        fit_multitask_path(X, Y[:, 0])
    with pytest.raises(InputError, match="y has nan at position 3"):
        fit_multitask_path(X, np.where(np.arange(180).reshape(60, 3) == 10, np.nan, Y))
    with pytest.raises(InputError, match=r"y has 1 class\(es\)"):
        fit_softmax_path(X, np.ones(60))
    with pytest.raises(InputError, match="no row with a positive sample_weight is of class 2"):
        fit_softmax_path(X, np.arange(60) % 3, sample_weight=np.arange(60) % 3 < 2)
    with pytest.raises(InputError, match=r"alpha_min_ratio=2\.0 must be above 0"):
        fit_multitask_path(X, Y, alpha_min_ratio=2.0)
    with pytest.raises(InputTypeError, match="alpha_min_ratio must be a number"):
        fit_multitask_path(X, Y, alpha_min_ratio="small")
    with pytest.raises(InputTypeError, match="tol must be a number"):
        fit_multitask_path(X, Y, tol="small")
