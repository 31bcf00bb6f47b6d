"""glum: iteratively reweighted coordinate descent, on tabmat matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.problem import Problem
from benchmarks.solvers.solver import Fit, Ready, Solver, UnsuitedError, decades, offers

_MOST_COLUMNS = 3000


def _prepare(problem: Problem) -> Ready:
    import tabmat
    from glum import GeneralizedLinearRegressor

    columns = np.flatnonzero(np.isfinite(problem.toll))
    if len(columns) > _MOST_COLUMNS:
        raise UnsuitedError(f"its Hessian of {len(columns)} columns is dense")
    X = problem.X[:, columns]
    matrix = tabmat.SparseMatrix(X) if problem.sparse else tabmat.DenseMatrix(np.asfortranarray(X))
    factor = problem.toll[columns]

    def solve(tol: float) -> Any:
        model = GeneralizedLinearRegressor(
            family="normal" if problem.loss == "squared" else "binomial",
            alpha_search=len(problem.alphas) > 1,
            alphas=problem.alphas if len(problem.alphas) > 1 else None,
            alpha=None if len(problem.alphas) > 1 else float(problem.alphas[0]),
            l1_ratio=problem.l1_ratio,
            P1=factor,
            P2=factor,
            fit_intercept=problem.intercept,
            solver="irls-cd",
            gradient_tol=tol,
            max_iter=1000,
        )
        return model.fit(matrix, problem.y, sample_weight=problem.weight, offset=problem.offset)

    def read(model: Any) -> Fit:
        single = len(problem.alphas) == 1
        found = model.coef_[None, :] if single else np.asarray(model.coef_path_)
        coefs = np.zeros((len(found), problem.shape[1]))
        coefs[:, columns] = found
        intercepts = np.array([model.intercept_]) if single else np.ravel(model.intercept_path_)
        return Fit(coefs, np.broadcast_to(intercepts, len(coefs)).astype(np.float64))

    return Ready(solve, read)


SOLVERS = (
    Solver(
        "glum",
        decades(3, 7),
        offers("squared logistic dense sparse ridge intercept factor weight offset path"),
        _prepare,
    ),
)
