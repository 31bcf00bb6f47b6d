"""After how many proximal steps zeros are found: predicted for one weight, and bounded for all of them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations.pulls import penalty_units, resting_values, slopes
from whyzero.problem import Problem
from whyzero.solution import Solution

__all__ = ["bound_of_fit", "identification_bound", "least_curvature", "predicted_step"]

Array = NDArray[np.float64]

_BUDGET = 3e8
_SINGULAR = 1e-12
_TIE = 1e-9


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

    Returns
    -------
    int or None
        None if the weight never lands, and where pull and toll agree to nine digits: their difference is rounding.
    """
    return None if toll - pull <= _TIE * toll else max(1, math.ceil(size / (step * (toll - pull))))


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


def bound_of_fit(fit: Solution, start: Array, step: float, least: float | None) -> int | None:
    """Eq. (113) for steps of length `step` (where the penalty acts) from the weights `start` to a fit.

    None where the formula gives no number: where there is no `least_curvature`, and for a zero without slack, that is
    one whose pull and toll agree to nine digits.
    """
    if least is None:
        return None
    problem = fit.problem
    free = ~problem.structural & ~problem.penalty.excluded
    units = penalty_units(problem)
    residual = problem.loss.gradient(problem.y, problem.eta(fit.coef, fit.intercept))
    left = np.abs(slopes(problem, residual)) / units
    zeros = free & (fit.coef == 0)
    toll = problem.penalty.l1(fit.alpha)[zeros] / units[zeros]
    room = toll - left[zeros]
    distance = float(np.linalg.norm((start - fit.coef)[free] * units[free]))
    if len(room) == 0 or np.any(room <= _TIE * toll) or distance == 0:
        return None
    return identification_bound(1.0 / (step * least), 1.0 / step, distance, float(room.min()))


def least_curvature(problem: Problem, step: float) -> float | None:
    """The smallest curvature of the squared loss where the penalty acts, over the columns that may have a weight.

    None for another loss, for columns that depend on one another, where the largest curvature is above ``1 / step``,
    and where the curvatures would take long to compute.
    """
    columns = np.flatnonzero(~problem.structural & ~problem.penalty.excluded)
    n_rows, n_free = problem.n_rows, len(columns)
    if problem.loss.name != "squared" or n_free >= n_rows or n_rows * n_free**2 > _BUDGET:
        return None
    block = (problem.design.columns(columns) - resting_values(problem)[columns]) / penalty_units(problem)[columns]
    curvatures = np.linalg.eigvalsh(block.T @ (problem.weight[:, None] * block))
    lowest, highest = float(curvatures[0]), float(curvatures[-1])
    return None if lowest <= _SINGULAR * highest or highest > 1.0 / step else lowest
