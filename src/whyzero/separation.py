"""Fits of two classes that rounding stopped: whether their own weights prove that no optimum exists."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whyzero.problem import Problem
from whyzero.solution import Status, Weights

__all__ = ["with_separation"]

_ROUNDING = 2.0**-50  # of a product and its share of a sum, several times the unit roundoff


def with_separation(
    statuses: tuple[Status, ...], problem: Problem, weights: Weights, intercepts: NDArray[np.float64]
) -> tuple[Status, ...]:
    """The statuses, with `SEPARATED` for a fit that stalled and whose unpenalised part separates the classes.

    If it puts every row of positive weight on the side of its class, multiples of it cost nothing and make the loss
    fall towards 0, which no weights reach.

    Parameters
    ----------
    statuses : tuple of Status
        As the solver chose them: it sees separation by the gradient alone, which rounding may keep from vanishing.
    problem : Problem
        What was fitted.
    weights : Weights
        Of the fits.
    intercepts : ndarray of shape (n_fits,)
        Their intercepts.
    """
    if problem.loss.name != "logistic" or Status.STALLED not in statuses:
        return statuses
    return tuple(
        Status.SEPARATED
        if status is Status.STALLED and _separates(problem, weights, k, float(intercepts[k]))
        else status
        for k, status in enumerate(statuses)
    )


def _separates(problem: Problem, weights: Weights, fit: int, intercept: float) -> bool:
    """Whether the intercept and the unpenalised columns tell the classes apart in every row that counts."""
    entries = slice(weights.indptr[fit], weights.indptr[fit + 1])
    free = np.zeros(problem.n_cols)
    free[weights.indices[entries]] = weights.values[entries]
    free[problem.penalty.factor != 0] = 0.0
    predictor = problem.design.matvec(free) + intercept
    size = problem.design.abs_matvec(np.abs(free)) + abs(intercept)
    margin = np.where(problem.y > 0, predictor, -predictor) - _ROUNDING * (np.count_nonzero(free) + 2) * size
    return bool(np.all(margin[problem.sample_weight > 0] > 0))
