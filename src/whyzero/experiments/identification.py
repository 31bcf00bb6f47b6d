"""Zeros after finitely many steps: when proximal gradient descent has found them all, and a bound on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.experiments.draws import Draw, sparse_regression
from whyzero.explanations.identification import identification_bound
from whyzero.problem import make_problem
from whyzero.solution import Settings
from whyzero.solve import solve

__all__ = ["Identification", "finite_identification"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Identification:
    """When the zeros of a lasso are found, on several data sets.

    Attributes
    ----------
    iterations : ndarray of int, of shape (n_data_sets,)
        The first step from which all weights that are zero at the optimum are exactly 0.0, for good as far as seen.
    bounds : ndarray of int, of shape (n_data_sets,)
        The bound of Eq. (113) on it.
    slacks : ndarray of shape (n_data_sets,)
        By how much the closest zero's pull stays below the toll.
    conditions : ndarray of shape (n_data_sets,)
        Largest over smallest curvature of the loss.
    last_changes : ndarray of int, of shape (n_data_sets, n_cols)
        For every weight the last step at which it changed between zero and not zero; 0 if it never did.
    n_steps : ndarray of int, of shape (n_data_sets,)
        Steps taken: at least ten more than the bound.
    """

    iterations: NDArray[np.intp]
    bounds: NDArray[np.intp]
    slacks: Array
    conditions: Array
    last_changes: NDArray[np.intp]
    n_steps: NDArray[np.intp]


def finite_identification(
    seed: int = 0, *, n_data_sets: int = 5, n_rows: int = 100, n_cols: int = 20, alpha: float = 0.25
) -> Identification:
    """Walk from random weights with steps of one over the largest curvature, and watch the zeros.

    Parameters
    ----------
    seed : int
        Of the data sets and starts.
    n_data_sets, n_rows, n_cols : int
        Sizes; more rows than columns, so that the loss is strongly convex.
    alpha : float
        Penalty strength; it must leave at least one weight at zero with slack.
    """
    rng = np.random.default_rng(seed)
    runs = [
        _run(sparse_regression(rng, n_rows, n_cols), alpha, rng.standard_normal(n_cols)) for _ in range(n_data_sets)
    ]
    iterations, bounds, slacks, conditions, changes, steps = zip(*runs, strict=True)
    return Identification(
        iterations=np.array(iterations),
        bounds=np.array(bounds),
        slacks=np.array(slacks),
        conditions=np.array(conditions),
        last_changes=np.array(changes),
        n_steps=np.array(steps),
    )


def _run(draw: Draw, alpha: float, start: Array) -> tuple[int, int, float, float, NDArray[np.intp], int]:
    problem = make_problem(draw.X, draw.y, fit_intercept=False)
    best = solve(problem, alpha, settings=Settings(tol=1e-14)).coef
    n_rows = problem.n_rows
    curvatures = np.linalg.eigvalsh(draw.X.T @ draw.X / n_rows)
    smallest, largest = float(curvatures[0]), float(curvatures[-1])
    zero = best == 0.0
    pulls = np.abs(draw.X.T @ (draw.y - draw.X @ best) / n_rows)
    slack = float(np.min(alpha - pulls[zero]))
    condition = largest / smallest
    bound = identification_bound(condition, largest, float(np.linalg.norm(start - best)), slack)
    n_steps = bound + 10
    w, alive, changes = start, start != 0.0, np.zeros(problem.n_cols, dtype=np.intp)
    for k in range(1, n_steps + 1):
        gradient = draw.X.T @ (draw.X @ w - draw.y) / n_rows
        w = problem.penalty.prox(w - gradient / largest, 1.0 / largest, alpha)
        changes[alive != (w != 0.0)] = k
        alive = w != 0.0
    found = int(np.max(changes[zero])) if not np.any(alive[zero]) else n_steps + 1
    return found, bound, slack, condition, changes, n_steps
