"""skglm: coordinate descent with Anderson acceleration, its Gram form, and prox-Newton."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp

from benchmarks.problem import Problem
from benchmarks.solvers.solver import Ready, Solver, UnsuitedError, decades, offers, rows

_LARGEST_GRAM = 2000


def _prepare(kind: str) -> Callable[[Problem], Ready]:
    def prepare(problem: Problem) -> Ready:
        from skglm.datafits import Logistic, Quadratic
        from skglm.penalties import L1, L1_plus_L2
        from skglm.utils.jit_compilation import compiled_clone

        if kind == "gram" and problem.shape[1] > _LARGEST_GRAM:
            raise UnsuitedError(f"no Gram matrix of {problem.shape[1]} columns")
        squared = problem.loss == "squared"
        y = problem.y if squared else problem.signs
        # Compiled once here, not once for each alpha as its estimators do.
        datafit = None if kind == "gram" else compiled_clone(Quadratic() if squared else Logistic())
        penalty = compiled_clone(L1(1.0) if problem.l1_ratio == 1 else L1_plus_L2(1.0, problem.l1_ratio))
        return Ready(
            lambda tol: _path(_solver(kind, tol), problem.X, y, problem.alphas, (datafit, penalty)), rows(np.array)
        )

    return prepare


def _solver(kind: str, tol: float) -> Any:
    from skglm.solvers import AndersonCD, GramCD, ProxNewton

    makers: dict[str, Callable[[], Any]] = {
        "cd": lambda: AndersonCD(fit_intercept=False, tol=tol, max_iter=1000, warm_start=True),
        "gram": lambda: GramCD(fit_intercept=False, tol=tol, max_iter=100_000, warm_start=True, greedy_cd=False),
        "newton": lambda: ProxNewton(fit_intercept=False, tol=tol, max_iter=1000, warm_start=True),
    }
    return makers[kind]()


def _path(solver: Any, X: Any, y: Any, alphas: Any, parts: tuple[Any, Any]) -> list[Any]:
    """Fits from alpha to alpha, each begun where the last one ended; `parts` are datafit and penalty."""
    (datafit, penalty), sparse = parts, sp.issparse(X)
    if datafit is not None and sparse:
        datafit.initialize_sparse(X.data, X.indptr, X.indices, y)
    elif datafit is not None:
        datafit.initialize(X, y)
    w, found = np.zeros(X.shape[1]), []
    for alpha in alphas:
        penalty.alpha = alpha
        eta = np.asarray(X @ w)
        w = solver.solve(X, y, datafit, penalty, w_init=w.copy(), Xw_init=eta)[0]
        found.append(w)
    return found


SOLVERS = (
    Solver(
        "skglm-cd",
        decades(3, 7),
        offers("squared logistic dense sparse ridge path"),
        _prepare("cd"),
        compiles=True,
    ),
    Solver("skglm-gram", decades(3, 7), offers("squared dense sparse ridge path"), _prepare("gram"), compiles=True),
    Solver(
        "skglm-newton",
        decades(3, 8),
        offers("logistic dense sparse ridge path"),
        _prepare("newton"),
        compiles=True,
    ),
)
