"""scikit-learn: coordinate descent with and without a Gram matrix; the solvers of LogisticRegression that take L1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.problem import Problem
from benchmarks.solvers.solver import Fit, Ready, Solver, UnsuitedError, decades, offers, rows, threads

_LARGEST_GRAM = 5000


def _path(gram: bool) -> Callable[[Problem], Ready]:
    def prepare(problem: Problem) -> Ready:
        from sklearn.linear_model import enet_path

        if gram and problem.shape[1] > _LARGEST_GRAM:
            raise UnsuitedError(f"no Gram matrix of {problem.shape[1]} columns")
        options: dict[str, Any] = {
            "l1_ratio": problem.l1_ratio,
            "alphas": problem.alphas,
            "precompute": gram,
            "copy_X": False,
            "check_input": False,
            "max_iter": 1_000_000,
        }
        # Without its checks enet_path asks for a column-major X, and for a Gram matrix of its own making.
        if gram:
            options.pop("check_input")
        return Ready(lambda tol: enet_path(problem.X, problem.y, tol=tol, **options), rows(lambda raw: raw[1].T))

    return prepare


def _logistic(solver: str) -> Callable[[Problem], Ready]:
    def prepare(problem: Problem) -> Ready:
        from sklearn.linear_model import LogisticRegression

        if solver not in next(iter(LogisticRegression._parameter_constraints["solver"])).options:
            raise UnsuitedError(f"this version has no solver {solver}")
        by_rows = solver != "newton-cd"
        X = problem.X.tocsr() if problem.sparse and by_rows else problem.X
        if solver == "saga" and not problem.sparse:
            X = np.ascontiguousarray(X)
        n = len(problem.y)

        def solve(tol: float) -> list[tuple[Any, float]]:
            model = LogisticRegression(
                l1_ratio=1,
                solver=solver,
                tol=tol,
                max_iter=10_000,
                fit_intercept=problem.intercept,
                warm_start=solver != "liblinear",
                random_state=0,
            )
            found = []
            for alpha in problem.alphas:
                model.set_params(C=1.0 / (n * alpha)).fit(X, problem.y)
                found.append((model.coef_[0].copy(), float(np.ravel(model.intercept_)[0])))
            return found

        return Ready(solve, lambda raw: Fit(np.array([w for w, _ in raw]), np.array([b for _, b in raw])))

    return prepare


def _cross_validation(problem: Problem) -> Ready:
    from sklearn.linear_model import LassoCV

    splits = problem.splits

    def solve(tol: float) -> Any:
        model = LassoCV(
            alphas=problem.alphas,
            cv=splits,
            tol=tol,
            fit_intercept=problem.intercept,
            copy_X=False,
            n_jobs=threads(),
            max_iter=1_000_000,
        )
        return model.fit(problem.X, problem.y)

    return Ready(solve, lambda model: _read_lasso_cv(problem, model))


def _read_lasso_cv(problem: Problem, model: Any) -> Fit:
    order = np.argsort(model.alphas_)[::-1]
    curve = model.mse_path_[order].mean(axis=1)
    at = np.array([int(np.argmin(np.abs(problem.alphas - model.alpha_)))])
    facts = {"curve": curve.tolist(), "chosen": int(at[0])}
    return Fit(model.coef_[None, :], np.array([float(model.intercept_)]), at, facts)


# tol is a bound on the gap over |y|^2, half a gap relative to the null loss.
_SQUARED = (1e-3, 2e-4, 5e-5, 5e-6, 5e-7)

SOLVERS = (
    Solver("sklearn-cd", _SQUARED, offers("squared dense sparse ridge path"), _path(gram=False)),
    Solver("sklearn-gram", _SQUARED, offers("squared dense sparse ridge path"), _path(gram=True)),
    Solver("sklearn-liblinear", decades(3, 7), offers("logistic dense sparse path"), _logistic("liblinear")),
    Solver("sklearn-saga", decades(3, 6), offers("logistic dense sparse intercept path"), _logistic("saga")),
    Solver("sklearn-newton-cd", decades(3, 7), offers("logistic dense sparse intercept path"), _logistic("newton-cd")),
    Solver(
        "sklearn-newton-cd-gram",
        decades(3, 7),
        offers("logistic dense sparse intercept path"),
        _logistic("newton-cd-gram"),
    ),
    Solver("sklearn-cv", (1e-3, 2e-4, 5e-5, 5e-6), offers("squared dense intercept cv"), _cross_validation),
)
