"""python-glmnet: the Fortran of glmnet, which picks covariance or naive updates itself; and its cross-validation.

It divides y by its standard deviation inside, which changes the ridge part of an elastic net; so it gets lassos only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import evaluator
from benchmarks.problem import Problem
from benchmarks.solvers.solver import Fit, Ready, Solver, decades, offers, threads


def _grid(problem: Problem) -> Any:
    """A single alpha is reached from the largest: glmnet is made for paths."""
    return problem.alphas if len(problem.alphas) > 1 else np.r_[evaluator.alpha_max(problem), problem.alphas]


def _path(problem: Problem) -> Ready:
    from glmnet import ElasticNet, LogitNet

    make = ElasticNet if problem.loss == "squared" else LogitNet
    y = problem.y if problem.loss == "squared" else problem.y.astype(int)
    grid = _grid(problem)

    def solve(tol: float) -> Any:
        model = make(
            alpha=problem.l1_ratio,
            lambda_path=grid,
            standardize=False,
            fit_intercept=problem.intercept,
            n_splits=0,
            tol=tol,
            max_iter=10_000_000,
        )
        return model.fit(problem.X, y, sample_weight=problem.weight)

    return Ready(solve, lambda model: _read(problem, model))


def _read(problem: Problem, model: Any) -> Fit:
    m = len(problem.alphas)
    coefs = np.asarray(model.coef_path_, dtype=np.float64)
    coefs = coefs.reshape(problem.shape[1], -1).T
    if len(coefs) < m:
        raise RuntimeError(f"stopped after {len(coefs)} of {m} alphas")
    return Fit(coefs[-m:], np.ravel(model.intercept_path_).astype(np.float64)[-m:])


def _cross_validation(jobs: Callable[[], int]) -> Callable[[Problem], Ready]:
    def prepare(problem: Problem) -> Ready:
        from glmnet import ElasticNet

        def solve(tol: float) -> Any:
            # With random_state=0 it draws the folds of the problem.
            model = ElasticNet(
                alpha=problem.l1_ratio,
                lambda_path=problem.alphas,
                standardize=False,
                fit_intercept=problem.intercept,
                n_splits=len(problem.splits),
                cut_point=0,
                random_state=0,
                n_jobs=jobs(),
                tol=tol,
                max_iter=10_000_000,
            )
            return model.fit(problem.X, problem.y)

        def read(model: Any) -> Fit:
            return _read(problem, model).only(int(model.lambda_max_inx_))

        return Ready(solve, read)

    return prepare


_TOLERANCES = decades(6, 12)

SOLVERS = (
    Solver("glmnet", _TOLERANCES, offers("squared logistic dense sparse intercept weight path"), _path),
    Solver("glmnet-cv", decades(6, 11), offers("squared dense intercept cv"), _cross_validation(lambda: 1)),
    Solver("glmnet-cv-jobs", decades(6, 11), offers("squared dense intercept cv"), _cross_validation(threads)),
)
