"""celer: working sets with extrapolated duals; by default coordinate descent, for logistic loss also prox-Newton."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.problem import Problem
from benchmarks.solvers.solver import Fit, Ready, Solver, UnsuitedError, decades, offers, rows


def _path(newton: bool) -> Callable[[Problem], Ready]:
    def prepare(problem: Problem) -> Ready:
        from celer import celer_path

        logistic = problem.loss == "logistic"
        if logistic and problem.l1_ratio < 1:
            raise UnsuitedError("no elastic net with logistic loss")
        y = problem.signs if logistic else problem.y
        # Its logistic loss is a sum over rows, its squared loss a mean.
        alphas = problem.alphas * len(y) if logistic else problem.alphas

        def solve(tol: float) -> Any:
            return celer_path(
                problem.X,
                y,
                "logreg" if logistic else "lasso",
                alphas=alphas,
                l1_ratio=problem.l1_ratio,
                tol=tol,
                max_iter=1000,
                prune=True,
                use_PN=newton,
            )

        return Ready(solve, rows(lambda raw: raw[1].T))

    return prepare


def _cross_validation(problem: Problem) -> Ready:
    """What its LassoCV does, fold by fold, by its own paths: LassoCV itself does not run on scikit-learn 1.9."""
    from celer import celer_path

    splits = problem.splits

    def centred(X: Any, y: Any) -> tuple[Any, Any, Any, float]:
        if not problem.intercept:
            return np.asfortranarray(X), y, np.zeros(X.shape[1]), 0.0
        mean, level = X.mean(axis=0), float(y.mean())
        return np.asfortranarray(X - mean), y - level, mean, level

    def path(X: Any, y: Any, alphas: Any, tol: float) -> tuple[Any, Any]:
        X, y, mean, level = centred(X, y)
        coefs = celer_path(X, y, "lasso", alphas=alphas, tol=tol, max_iter=1000, prune=True)[1]
        return coefs, level - mean @ coefs

    def errors(fold: tuple[Any, Any], tol: float) -> Any:
        train, held = fold
        coefs, intercepts = path(problem.X[train], problem.y[train], problem.alphas, tol)
        return ((problem.y[held, None] - problem.X[held] @ coefs - intercepts) ** 2).mean(axis=0)

    def solve(tol: float) -> Any:
        curve = np.mean([errors(fold, tol) for fold in splits], axis=0)
        best = int(np.argmin(curve))
        coefs, intercepts = path(problem.X, problem.y, problem.alphas[: best + 1], tol)
        return curve, best, coefs[:, -1], intercepts[-1]

    def read(raw: Any) -> Fit:
        curve, best, coef, intercept = raw
        facts = {"curve": curve.tolist(), "chosen": best}
        return Fit(coef[None, :], np.array([intercept]), np.array([best]), facts)

    return Ready(solve, read)


SOLVERS = (
    Solver(
        "celer-cd",
        (1e-3, 2e-4, 5e-5, 5e-6, 5e-7),
        offers("squared logistic dense sparse ridge path"),
        _path(newton=False),
    ),
    Solver("celer-newton", decades(3, 7), offers("logistic dense sparse path"), _path(newton=True)),
    Solver("celer-cv", (1e-3, 2e-4, 5e-5, 5e-6), offers("squared dense intercept cv"), _cross_validation),
)
