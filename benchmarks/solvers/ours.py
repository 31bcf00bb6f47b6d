"""whyzero."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.problem import Problem
from benchmarks.solvers.solver import ALL, Fit, Ready, Solver


def prepare(problem: Problem) -> Ready:
    import whyzero as wz

    options: dict[str, Any] = {
        "loss": problem.loss,
        "l1_ratio": problem.l1_ratio,
        "penalty_factor": problem.factor,
        "sample_weight": problem.weight,
        "offset": problem.offset,
        "fit_intercept": problem.intercept,
    }
    if problem.folds is not None:
        return Ready(
            lambda tol: wz.cross_validate(
                problem.X, problem.y, folds=problem.folds, alphas=problem.alphas, tol=tol, **options
            ),
            _read_cross_validation,
        )
    if len(problem.alphas) == 1:
        alpha = float(problem.alphas[0])
        return Ready(lambda tol: wz.fit(problem.X, problem.y, alpha=alpha, tol=tol, **options), _read_solution)
    return Ready(lambda tol: wz.fit_path(problem.X, problem.y, alphas=problem.alphas, tol=tol, **options), _read_path)


def _read_path(path: Any) -> Fit:
    facts = {"passes": int(path.passes), "status": path.status.value}
    # Paths of older commits do not say how they were found.
    facts |= {name: getattr(path, name) for name in ("plan", "seconds") if name in dir(path)}
    return Fit(np.asarray(path.coefs), np.asarray(path.intercepts), facts=facts)


def _read_solution(solution: Any) -> Fit:
    facts = {"status": solution.status.value}
    facts |= {name: getattr(solution, name) for name in ("passes", "plan", "seconds") if name in dir(solution)}
    return Fit(solution.coef[None, :], np.array([solution.intercept]), facts=facts)


def _read_cross_validation(result: Any) -> Fit:
    fit = _read_path(result.path)
    # Held-out mean squares: the deviance of the squared loss.
    facts = {**fit.facts, "curve": np.asarray(result.mean).tolist(), "chosen": int(result.index_min)}
    return Fit(fit.coefs, fit.intercepts, facts=facts)


SOLVER = Solver("whyzero", (1e-6, 1e-12), ALL | {"path", "cv"}, prepare)
