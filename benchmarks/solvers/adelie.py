"""adelie: group elastic net by coordinate descent in C++; also its covariance mode, and its cross-validation."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from benchmarks.problem import Problem
from benchmarks.solvers.solver import ALL, Fit, Ready, Solver, UnsuitedError, decades, offers, threads

_LARGEST_GRAM = 2000


def _glm(problem: Problem) -> Any:
    import adelie as ad

    make = ad.glm.gaussian if problem.loss == "squared" else ad.glm.binomial
    return make(np.ascontiguousarray(problem.y), weights=problem.share)


def _matrix(problem: Problem, columns: Any) -> Any:
    import adelie as ad

    X = problem.X if len(columns) == problem.shape[1] else problem.X[:, columns]
    if problem.sparse:
        return ad.matrix.sparse(X.tocsc(), method="naive", n_threads=threads())
    return ad.matrix.dense(np.asfortranarray(X), method="naive", n_threads=threads())


def _options(tol: float) -> dict[str, Any]:
    return {"tol": tol, "irls_tol": tol, "early_exit": False, "adev_tol": 1.0, "n_threads": threads()}


def _naive(problem: Problem) -> Ready:
    import adelie as ad

    warnings.simplefilter("ignore")
    columns = np.flatnonzero(np.isfinite(problem.toll))
    matrix, glm, penalty = _matrix(problem, columns), _glm(problem), problem.toll[columns]

    def solve(tol: float) -> Any:
        return ad.grpnet(
            X=matrix,
            glm=glm,
            lmda_path=problem.alphas,
            alpha=problem.l1_ratio,
            penalty=penalty,
            offsets=problem.offset,
            intercept=problem.intercept,
            ddev_tol=0,
            progress_bar=False,
            **_options(tol),
        )

    return Ready(solve, lambda state: _read(problem, state, columns))


def _read(problem: Problem, state: Any, columns: Any) -> Fit:
    m = len(problem.alphas)
    coefs = np.zeros((m, problem.shape[1]))
    coefs[:, columns] = state.betas.toarray()[-m:]
    return Fit(coefs, np.asarray(state.intercepts, dtype=np.float64)[-m:])


def _covariance(problem: Problem) -> Ready:
    import adelie as ad

    n, p = problem.shape
    if p > _LARGEST_GRAM:
        raise UnsuitedError(f"no Gram matrix of {p} columns")

    def solve(tol: float) -> Any:
        gram = problem.X.T @ problem.X
        gram = np.asfortranarray((gram.toarray() if problem.sparse else gram) / n)
        return ad.gaussian_cov(
            A=gram,
            v=np.asarray(problem.X.T @ problem.y) / n,
            lmda_path=problem.alphas,
            alpha=problem.l1_ratio,
            tol=tol,
            rdev_tol=0,
            early_exit=False,
            n_threads=threads(),
            progress_bar=False,
        )

    def read(state: Any) -> Fit:
        m = len(problem.alphas)
        return Fit(state.betas.toarray()[-m:], np.zeros(m))

    return Ready(solve, read)


def _cross_validation(problem: Problem) -> Ready:
    import adelie as ad

    matrix, glm = _matrix(problem, np.arange(problem.shape[1])), _glm(problem)
    n_folds = len(problem.splits)

    def solve(tol: float) -> Any:
        common = {"intercept": problem.intercept, "progress_bar": False, "tol": tol, "adev_tol": 1.0}
        scores = ad.cv_grpnet(
            X=matrix,
            glm=glm,
            n_folds=n_folds,
            seed=0,
            min_ratio=problem.alphas[-1] / problem.alphas[0],
            lmda_path_size=len(problem.alphas),
            n_threads=threads(),
            **common,
        )
        path = ad.grpnet(
            X=matrix, glm=glm, lmda_path=problem.alphas, early_exit=False, ddev_tol=0, n_threads=threads(), **common
        )
        return scores, path

    def read(raw: Any) -> Fit:
        scores, path = raw
        return _read(problem, path, np.arange(problem.shape[1])).only(int(scores.best_idx))

    return Ready(solve, read)


SOLVERS = (
    Solver("adelie-naive", decades(6, 12), ALL | {"path"}, _naive),
    Solver("adelie-cov", decades(6, 12), offers("squared dense sparse ridge path"), _covariance),
    Solver("adelie-cv", decades(6, 11), offers("squared dense intercept cv"), _cross_validation),
)
