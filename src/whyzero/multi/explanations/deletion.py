"""A fit without one column: at which penalty factor all its weights would be zero, Eq. (176)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from whyzero.multi.explanations.pulls import judged_sizes, signed_pulls
from whyzero.multi.paths import solve_matrix_path
from whyzero.multi.problem import MatrixProblem
from whyzero.solution import Settings, Status

__all__ = ["entering_factor"]

_SETTINGS = Settings(tol=1e-10)


def entering_factor(problem: MatrixProblem, alpha: float, feature: int) -> float | None:
    """The penalty factor from which on all weights of a column are zero, and below which they are not.

    Parameters
    ----------
    problem : MatrixProblem
    alpha : float
        Penalty strength.
    feature : int
        Index of the column.

    Returns
    -------
    float or None
        None where no finite toll is charged, or the fit without the column does not reach its end.
    """
    penalty = problem.rows.penalty
    if penalty.l1_ratio == 0 or not 0 < penalty.factor[feature] < np.inf:
        return None
    factor = penalty.factor.copy()
    factor[feature] = np.inf
    without = replace(problem, rows=replace(problem.rows, penalty=replace(penalty, factor=factor)))
    fit = solve_matrix_path(without, alphas=[alpha], settings=_SETTINGS)[0]
    if fit.status is not Status.OPTIMAL:
        return None
    pulls = judged_sizes(problem, signed_pulls(problem, fit.coef, fit.intercept))
    return float(np.max(pulls[:, feature])) / (alpha * penalty.l1_ratio)
