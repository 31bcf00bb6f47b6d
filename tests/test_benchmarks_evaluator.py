"""The evaluator of benchmarks/ against a conic solver, closed forms and the textbook's primal minus dual."""

from __future__ import annotations

from dataclasses import replace

import cvxpy as cp
import numpy as np
import pytest
import scipy.sparse as sp

from benchmarks import evaluator
from benchmarks.problem import Problem


def make(loss: str, *, l1_ratio: float = 1.0, featured: bool = False, sparse: bool = False) -> Problem:
    rng = np.random.default_rng(7)
    n, p = 40, 6
    X = rng.standard_normal((n, p)) + 0.3
    if sparse:
        X[np.abs(X) < 0.7] = 0.0
    y = X[:, 0] - X[:, 1] + rng.standard_normal(n)
    return Problem(
        X=sp.csc_matrix(X) if sparse else np.asfortranarray(X),
        y=(y > 0).astype(float) if loss == "logistic" else y,
        loss=loss,
        alphas=np.array([0.1, 0.03]),
        l1_ratio=l1_ratio,
        intercept=featured,
        weight=np.where(np.arange(n) % 3 == 0, 0.0, rng.uniform(0.5, 2, n)) if featured else None,
        offset=0.3 * rng.standard_normal(n) if featured else None,
        factor=np.array([1.0, 3.0, 0.0, np.inf, 1.0, 0.5]) if featured else None,
    )


KINDS = {
    f"{loss}, l1_ratio={l1_ratio}, {'all features' if featured else 'plain'}{', sparse' if sparse else ''}": make(
        loss, l1_ratio=l1_ratio, featured=featured, sparse=sparse
    )
    for loss in ("squared", "logistic")
    for l1_ratio in (1.0, 0.4)
    for featured, sparse in ((False, False), (True, False), (True, True))
}


@pytest.fixture(params=KINDS.values(), ids=KINDS.keys())
def problem(request):
    return request.param


def dense(problem: Problem) -> np.ndarray:
    return problem.X.toarray() if problem.sparse else problem.X


def objective(problem: Problem, coef: np.ndarray, intercept: float, alpha: float) -> float:
    """The objective as the module's docstring writes it."""
    eta = dense(problem) @ coef + intercept + (0.0 if problem.offset is None else problem.offset)
    loss = (problem.y - eta) ** 2 / 2 if problem.loss == "squared" else np.logaddexp(0, eta) - problem.y * eta
    finite = np.isfinite(problem.toll)
    charge = problem.l1_ratio * np.abs(coef) + (1 - problem.l1_ratio) / 2 * coef**2
    return float(problem.share @ loss + alpha * problem.toll[finite] @ charge[finite])


def optimum(problem: Problem, alpha: float) -> tuple[np.ndarray, float]:
    """Weights and intercept by a conic solver."""
    b, b0 = cp.Variable(problem.shape[1]), cp.Variable()
    eta = dense(problem) @ b + b0 + (0.0 if problem.offset is None else problem.offset)
    losses = (
        cp.square(problem.y - eta) / 2 if problem.loss == "squared" else cp.logistic(eta) - cp.multiply(problem.y, eta)
    )
    finite = np.isfinite(problem.toll)
    toll = np.where(finite, problem.toll, 0.0)
    charge = toll @ (problem.l1_ratio * cp.abs(b) + (1 - problem.l1_ratio) / 2 * cp.square(b))
    rules = [b[int(j)] == 0 for j in np.flatnonzero(~finite)] + ([] if problem.intercept else [b0 == 0])
    task = cp.Problem(cp.Minimize(problem.share @ losses + alpha * charge), rules)
    task.solve(solver=cp.CLARABEL, tol_gap_abs=1e-9, tol_gap_rel=1e-9, tol_feas=1e-9)
    coef = np.where(finite, b.value, 0.0)
    return coef, float(b0.value) if problem.intercept else 0.0


def judged(problem: Problem, coefs: np.ndarray, intercepts: np.ndarray) -> np.ndarray:
    return evaluator.judge(problem, coefs, intercepts).gaps


def test_the_gap_of_an_optimum_is_nearly_zero(problem):
    fits = [optimum(problem, alpha) for alpha in problem.alphas]
    gaps = judged(problem, np.array([b for b, _ in fits]), np.array([b0 for _, b0 in fits]))
    assert (gaps < 1e-5).all()  # the conic solver's accuracy; the closed form below is sharper


def test_the_gap_bounds_the_distance_from_the_optimum(problem):
    rng = np.random.default_rng(1)
    null = evaluator.null_loss(problem)
    for alpha in problem.alphas:
        best, level = optimum(problem, alpha)
        least = objective(problem, best, level, alpha)
        for size in (1.0, 0.1, 1e-2, 1e-3):
            coef = np.where(np.isfinite(problem.toll), best + size * rng.standard_normal(len(best)), 0.0)
            gap = judged(replace(problem, alphas=np.array([alpha])), coef[None, :], np.array([level]))[0]
            # The evaluator first finds the best intercept and unpenalised weights; given these, the rest is as it was.
            if not problem.intercept:
                assert gap * null >= objective(problem, coef, level, alpha) - least - 1e-9
            assert gap > 0


def test_the_gap_is_primal_minus_dual_of_the_textbook():
    rng = np.random.default_rng(3)
    squared, logistic = make("squared"), make("logistic")
    coefs, zero = 0.3 * rng.standard_normal((2, 6)), np.zeros(2)
    for k, alpha in enumerate(squared.alphas):
        n, y = len(squared.y), squared.y
        r = y - squared.X @ coefs[k]
        theta = r * min(1.0, alpha * n / np.abs(squared.X.T @ r).max())
        expected = objective(squared, coefs[k], 0.0, alpha) - (y @ y - (y - theta) @ (y - theta)) / (2 * n)
        assert judged(squared, coefs, zero)[k] == pytest.approx(expected / (y @ y / (2 * n)), rel=1e-10)

        sign = 2 * logistic.y - 1
        u = 1 / (1 + np.exp(sign * (logistic.X @ coefs[k])))
        u *= min(1.0, alpha * n / np.abs(logistic.X.T @ (sign * u)).max())
        dual = -(u * np.log(u) + (1 - u) * np.log(1 - u)).mean()
        expected = objective(logistic, coefs[k], 0.0, alpha) - dual
        assert judged(logistic, coefs, zero)[k] == pytest.approx(expected / np.log(2), rel=1e-10)


def test_gaps_at_the_level_of_rounding_are_told_from_zero():
    rng = np.random.default_rng(0)
    X = np.linalg.qr(rng.standard_normal((50, 5)))[0] * np.sqrt(50)  # X'X = n I: the lasso is a soft threshold
    y = 3.0 * X[:, 0] - 2.0 * X[:, 1] + rng.standard_normal(50)
    pull, alpha = X.T @ y / 50, 0.5
    exact = np.sign(pull) * np.maximum(np.abs(pull) - alpha, 0.0)
    problem = Problem(X, y, "squared", np.array([alpha]))
    assert judged(problem, exact[None, :], np.zeros(1))[0] < 1e-15
    for move, least, most in ((1e-3, 1e-6, 1e-3), (1e-6, 1e-12, 1e-6)):
        moved = exact + move * (exact != 0)
        assert least * 0.01 < judged(problem, moved[None, :], np.zeros(1))[0] < most


def test_an_intercept_is_not_charged_for_but_a_missing_one_is_no_excuse():
    problem = make("logistic", featured=True)
    coefs = np.zeros((2, 6))
    assert judged(problem, coefs, np.zeros(2)) == pytest.approx(judged(problem, coefs, np.full(2, 0.7)), rel=1e-9)
    plain = make("logistic")
    assert judged(plain, coefs, np.zeros(2))[0] > 1e-3


def test_weights_that_are_no_answer_have_an_infinite_gap():
    problem = make("squared", featured=True)
    coefs = np.zeros((2, 6))
    coefs[0, 3] = 1e-12  # this column is excluded
    coefs[1, 0] = np.nan
    assert (judged(problem, coefs, np.zeros(2)) == np.inf).all()
    with pytest.raises(ValueError, match="weights of shape"):
        judged(problem, np.zeros((3, 6)), np.zeros(3))


def test_alpha_max_is_where_the_first_weight_leaves_zero(problem):
    top = evaluator.alpha_max(problem)
    penalised = (problem.toll > 0) & np.isfinite(problem.toll)
    above, _ = optimum(problem, 1.001 * top)
    below, _ = optimum(problem, 0.9 * top)
    assert np.abs(above[penalised]).max() < 1e-6
    assert np.abs(below[penalised]).max() > 1e-4


def test_the_null_loss_has_the_intercept_and_the_unpenalised_columns_only(problem):
    coef, level = optimum(problem, 10 * evaluator.alpha_max(problem))
    unpenalised = np.where(problem.toll == 0, coef, 0.0)
    assert evaluator.null_loss(problem) == pytest.approx(objective(problem, unpenalised, level, 1.0), rel=1e-6)
