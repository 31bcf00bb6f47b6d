"""An independent convex solver: CVXPY with Clarabel, an interior-point method that knows nothing of working sets."""

from __future__ import annotations

import warnings

import cvxpy as cp
import numpy as np

from whyzero.problem import Problem


def minimum(problem: Problem, x: np.ndarray, alpha: float) -> float:
    """The objective at the interior-point solution of a problem on the dense matrix `x`: above the minimum, barely."""
    kept = np.flatnonzero(~problem.structural)
    factor, scale = problem.penalty.factor[kept], problem.penalty.scale[kept]
    rho, weight = problem.penalty.l1_ratio, problem.sample_weight / problem.sample_weight.sum()
    b, b0 = cp.Variable(len(kept)), cp.Variable()
    eta = x[:, kept] @ b + problem.offset + (b0 if problem.fit_intercept else 0.0)
    if problem.loss.name == "squared":
        loss = 0.5 * cp.sum(cp.multiply(weight, cp.square(problem.y - eta)))
    elif problem.loss.name == "poisson":
        loss = cp.sum(cp.multiply(weight, cp.exp(eta) - cp.multiply(problem.y, eta)))
    else:
        loss = cp.sum(cp.multiply(weight, cp.logistic(cp.multiply(1 - 2 * problem.y, eta))))
    penalty = rho * cp.sum(cp.multiply(factor * scale, cp.abs(b)))
    penalty += (1 - rho) / 2 * cp.sum(cp.multiply(factor * scale**2, cp.square(b)))
    program = cp.Problem(cp.Minimize(loss + alpha * penalty), [b >= 0] if problem.penalty.positive else [])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "may be inaccurate": the caller looks at how close the two objectives are
        program.solve(solver=cp.CLARABEL, tol_gap_abs=1e-9, tol_gap_rel=1e-9, tol_feas=1e-9)
    assert program.status in ("optimal", "optimal_inaccurate")
    coef = np.zeros(problem.n_cols)
    coef[kept] = np.maximum(b.value, 0.0) if problem.penalty.positive else b.value
    return problem.objective(coef, float(b0.value) if problem.fit_intercept else 0.0, alpha)
