"""After how many proximal steps zeros are found: predicted for one weight, and bounded for all of them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations.pulls import penalty_units, resting_values, slopes
from whyzero.problem import Problem
from whyzero.solution import Solution

__all__ = ["bound_of_fit", "identification_bound", "predicted_step"]

Array = NDArray[np.float64]

_BUDGET = 3e8
_SINGULAR = 1e-12


def predicted_step(size: float, step: float, toll: float, pull: float) -> int | None:
    """The step at which a weight lands on zero if its pull stays as it is: ``ceil(size / (step * (toll - pull)))``.

    Parameters
    ----------
    size : float
        ``|weight|`` before the first step.
    step : float
        Length of a step.
    toll, pull : float
        In the unit of the weight; a pull away from zero is positive. With a pull of the toll or more it never lands.
    """
    return None if pull >= toll else max(1, math.ceil(size / (step * (toll - pull))))


def identification_bound(condition: float, largest: float, distance: float, slack: float) -> int:
    """The step by which all zeros are found for good, Eq. (113).

    Parameters
    ----------
    condition : float
        Largest over smallest curvature of the loss.
    largest : float
        The largest curvature, one over the length of a step.
    distance : float
        From the first weights to those of the optimum.
    slack : float
        By how much the nearest zero's pull stays below its toll.
    """
    return 1 + max(0, math.ceil(condition * math.log(2.0 * largest * distance / slack)))


def bound_of_fit(fit: Solution, start: Array, step: float) -> int | None:
    """Eq. (113) for steps of length `step` (where the penalty acts) from the weights `start` to a fit.

    None where the formula gives no number: for a loss without a least curvature (the logistic one, or columns that
    depend on one another), for a zero without slack, and where the curvatures would take long to compute.
    """
    problem = fit.problem
    free = ~problem.structural & ~problem.penalty.excluded
    smallest = _smallest_curvature(problem, np.flatnonzero(free), 1.0 / step)
    if smallest is None:
        return None
    units = penalty_units(problem)
    residual = problem.loss.gradient(problem.y, problem.eta(fit.coef, fit.intercept))
    left = np.abs(slopes(problem, residual)) / units
    zeros = free & (fit.coef == 0)
    slack = float(np.min(problem.penalty.l1(fit.alpha)[zeros] / units[zeros] - left[zeros], initial=math.inf))
    distance = float(np.linalg.norm((start - fit.coef)[free] * units[free]))
    if not 0 < slack < math.inf or distance == 0:
        return None
    return identification_bound(1.0 / (step * smallest), 1.0 / step, distance, slack)


def _smallest_curvature(problem: Problem, columns: NDArray[np.intp], most: float) -> float | None:
    """The smallest curvature of squared loss where the penalty acts; None if it is 0 or the largest is above `most`."""
    n_rows, n_free = problem.n_rows, len(columns)
    if problem.loss.name != "squared" or n_free >= n_rows or n_rows * n_free**2 > _BUDGET:
        return None
    block = (problem.design.columns(columns) - resting_values(problem)[columns]) / penalty_units(problem)[columns]
    curvatures = np.linalg.eigvalsh(block.T @ (problem.weight[:, None] * block))
    lowest, highest = float(curvatures[0]), float(curvatures[-1])
    return None if lowest <= _SINGULAR * highest or highest > most else lowest
