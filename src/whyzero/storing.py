"""What rounding does to a fit when its weights are stored as floats for the columns as they are.

The core works on centred columns. The intercept of the stored ones is ``b0 - sum_j coef_j mean_j``, and where weights
are huge and cancel, as on a column that is constant but for the last bit, rounding that sum may cost more than the fit
gains.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from whyzero.problem import Problem
from whyzero.solution import Weights

__all__ = ["lost_in_storing"]

Array = NDArray[np.float64]

_ROUNDING = 2.0**-52  # of a product and of a difference
# Of the mean square of the target: differences that no sum over the rows shows.
_INVISIBLE = 1e-24


def lost_in_storing(problem: Problem, weights: Weights, allowed: float) -> Array:
    """How far rounding of stored weights may lift each objective, where that is more than is allowed.

    Every predictor may move by ``d = u sum_j |coef_j| (|mean_j| + sd_j)`` with ``u = 2^-52``. A move of all predictors
    away from an optimum in the intercept costs at most ``d^2 / 2`` times the mean curvature of the loss.

    Parameters
    ----------
    problem : Problem
        What was fitted.
    weights : Weights
        Weights of its fits.
    allowed : float
        Costs up to this one are 0 in the result.

    Returns
    -------
    ndarray of shape (n_fits,)
    """
    n_fits = len(weights.indptr) - 1
    size = np.abs(problem.column_mean) + problem.column_sd
    curvature = problem.loss.curvature_bound
    if not math.isfinite(curvature):  # Poisson: the mean of what is fitted, which is that of the target
        curvature = float(problem.weight @ problem.y)
    with np.errstate(over="ignore"):
        terms = np.abs(weights.values) * size[weights.indices]
        fit = np.repeat(np.arange(n_fits), np.diff(weights.indptr))
        moved = _ROUNDING * np.bincount(fit, weights=terms, minlength=n_fits)
        lost: Array = 0.5 * curvature * moved**2
    if not np.any(lost > allowed):
        return np.zeros_like(lost)
    square = float(problem.weight @ (problem.y - problem.offset) ** 2)
    return np.where(lost > allowed + _INVISIBLE * square, lost, 0.0)
