"""Models with a matrix of weights for an independent convex solver, and their optimality conditions in NumPy."""

from __future__ import annotations

import warnings

import cvxpy as cp
import numpy as np

from whyzero.multi import MatrixProblem


def minimum(problem: MatrixProblem, x: np.ndarray, alpha: float) -> float:
    """The objective at CVXPY's solution with Clarabel, an interior-point method: above the minimum, barely."""
    rows, tasks = problem.rows, problem.n_tasks
    kept = np.flatnonzero(~rows.structural)
    rho, factor = rows.penalty.l1_ratio, rows.penalty.factor[kept]
    b, b0 = cp.Variable((tasks, len(kept))), cp.Variable((1, tasks))
    eta = x[:, kept] @ b.T
    if rows.fit_intercept:
        eta = eta + np.ones((len(x), 1)) @ b0
    if problem.loss.name == "squared":
        loss = 0.5 * cp.sum(cp.multiply(rows.weight[:, None], cp.square(problem.y - eta)))
        norms = cp.norm(b, 2, axis=0)
    else:
        each = cp.log_sum_exp(eta, axis=1) - cp.sum(cp.multiply(problem.y, eta), axis=1)
        loss = cp.sum(cp.multiply(rows.weight, each))
        norms = cp.sum(cp.abs(b), axis=0)
    penalty = rho * cp.sum(cp.multiply(factor, norms))
    penalty += (1 - rho) / 2 * cp.sum(cp.multiply(factor, cp.sum(cp.square(b), axis=0)))
    program = cp.Problem(cp.Minimize(loss + alpha * penalty))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "may be inaccurate": the caller looks at how close the two objectives are
        program.solve(solver=cp.CLARABEL, tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10)
    assert program.status in ("optimal", "optimal_inaccurate")
    coef = np.zeros((tasks, rows.n_cols))
    coef[:, kept] = b.value
    return problem.objective(coef, b0.value[0] if rows.fit_intercept else np.zeros(tasks), alpha)


def softmax_weights(x: np.ndarray, labels: np.ndarray, charge: np.ndarray) -> np.ndarray:
    """CVXPY's softmax weights, of which each pays its own share of `charge`; both of shape (n_classes, n_cols)."""
    member = (labels[:, None] == np.unique(labels)).astype(float)
    b, b0 = cp.Variable(charge.shape), cp.Variable((1, len(charge)))
    eta = x @ b.T + np.ones((len(x), 1)) @ b0
    loss = cp.sum(cp.log_sum_exp(eta, axis=1) - cp.sum(cp.multiply(member, eta), axis=1)) / len(x)
    program = cp.Problem(cp.Minimize(loss + cp.sum(cp.multiply(charge, cp.abs(b)))))
    program.solve(solver=cp.CLARABEL, tol_gap_abs=1e-10, tol_gap_rel=1e-10)
    assert program.status == "optimal"
    return np.asarray(b.value)


def violation(problem: MatrixProblem, x: np.ndarray, coef: np.ndarray, intercept: np.ndarray, alpha: float) -> float:
    """How far weights of shape (n_tasks, n_cols) are from the optimality conditions, at most over all of them."""
    rows = problem.rows
    eta = x @ coef.T + intercept
    if problem.loss.name == "squared":
        slopes = eta - problem.y
    else:
        e = np.exp(eta - eta.max(axis=1, keepdims=True))
        slopes = e / e.sum(axis=1, keepdims=True) - problem.y
    slopes = rows.weight[:, None] * slopes
    kept = ~rows.penalty.excluded
    assert not coef[:, ~kept].any()
    coef, factor = coef[:, kept], rows.penalty.factor[kept]
    l1, l2 = alpha * rows.penalty.l1_ratio * factor, alpha * (1 - rows.penalty.l1_ratio) * factor
    pulls = (slopes.T @ x)[:, kept] + l2 * coef
    if problem.loss.name == "squared":
        size = np.linalg.norm(coef, axis=0)
        unit = coef / np.where(size > 0, size, 1)
        off = np.where(size > 0, np.linalg.norm(pulls + l1 * unit, axis=0), np.linalg.norm(pulls, axis=0) - l1)
    else:
        off = np.where(coef != 0, np.abs(pulls + l1 * np.sign(coef)), np.abs(pulls) - l1)
    worst = max(0.0, float(off.max()))
    return max(worst, float(np.abs(slopes.sum(axis=0)).max())) if rows.fit_intercept else worst
