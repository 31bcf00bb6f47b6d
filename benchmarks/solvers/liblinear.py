"""LIBLINEAR from its authors' own package, solver 6: L1 logistic regression, one fit for each alpha."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from benchmarks.problem import Problem
from benchmarks.solvers.solver import Ready, Solver, decades, offers, rows


def _prepare(problem: Problem) -> Ready:
    from liblinear.liblinearutil import parameter, train
    from liblinear.liblinearutil import problem as packed

    n, p = problem.shape
    ready = packed(problem.signs, sp.csr_matrix(problem.X))

    def solve(tol: float) -> list[Any]:
        return [train(ready, parameter(f"-s 6 -c {1 / (n * a):.17g} -e {tol:g} -B -1 -q")) for a in problem.alphas]

    def weights(model: Any) -> Any:
        w = np.ctypeslib.as_array(model.w, shape=(model.nr_feature,)) * (1 if model.label[0] > 0 else -1)
        return np.pad(w, (0, p - len(w)))

    return Ready(solve, rows(lambda models: np.array([weights(model) for model in models])))


SOLVERS = (Solver("liblinear", decades(2, 7), offers("logistic dense sparse path"), _prepare),)
