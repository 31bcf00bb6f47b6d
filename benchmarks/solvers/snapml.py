"""snapml: L1 logistic regression, multi-threaded, single precision, row-major."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.problem import Problem
from benchmarks.solvers.solver import Ready, Solver, decades, offers, rows, threads


def _prepare(problem: Problem) -> Ready:
    from snapml import LogisticRegression

    X = (problem.X.tocsr() if problem.sparse else np.ascontiguousarray(problem.X)).astype(np.float32)
    y, n = problem.y.astype(np.float32), len(problem.y)

    def solve(tol: float) -> list[Any]:
        found = []
        for alpha in problem.alphas:
            model = LogisticRegression(
                penalty="l1",
                regularizer=n * alpha,
                dual=False,
                fit_intercept=False,
                n_jobs=threads(),
                max_iter=1000,
                tol=tol,
            )
            found.append(np.ravel(model.fit(X, y).coef_))
        return found

    return Ready(solve, rows(np.array))


SOLVERS = (Solver("snapml", decades(3, 7), offers("logistic dense sparse path"), _prepare),)
