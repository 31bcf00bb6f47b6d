"""One weight alone, all others as fitted: what different steps and penalties do to it.

The weight is taken per standard deviation of its column, and the column as centred, which the free
intercept allows. With mean loss ``L(u)`` of that one number, ``|L'(0)|`` is the weight's pull.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.problem import Problem
from whyzero.solution import Solution

__all__ = ["Slice", "clipped_steps", "plain_steps", "ridge_steps", "slice_of", "smooth_minimum"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Slice:
    """The mean loss as a function of one weight ``u``.

    Attributes
    ----------
    problem : Problem
        Whose loss it is.
    eta : ndarray of shape (n_rows,)
        The linear predictor at ``u = 0``.
    column : ndarray of shape (n_rows,)
        The column, centred, in units of its standard deviation.
    """

    problem: Problem
    eta: Array
    column: Array

    def slope(self, u: float) -> float:
        """``L'(u)``."""
        slopes = self.problem.loss.gradient(self.problem.y, self.eta + u * self.column)
        return float(np.sum(self.problem.weight * self.column * slopes))

    @property
    def step(self) -> float:
        """A step length at which gradient descent cannot diverge: one over the largest curvature of L."""
        return 1.0 / self.problem.loss.curvature_bound


def slice_of(solution: Solution, index: int) -> Slice:
    """The slice through a fit along one of its weights.

    Parameters
    ----------
    solution : Solution
        The fit; its problem has an intercept.
    index : int
        Column of the weight.
    """
    problem = solution.problem
    column = (problem.design.columns([index])[:, 0] - problem.column_mean[index]) / problem.column_sd[index]
    fitted = float(solution.coef[index] * problem.column_sd[index])
    return Slice(problem, problem.eta(solution.coef, solution.intercept) - fitted * column, column)


def clipped_steps(slice_: Slice, toll: float, start: float, count: int) -> Array:
    """Proximal steps for ``L + toll |u|``: move along the slope, then shrink by ``step * toll`` and stop at 0.

    ``u <- sign(v) max(|v| - step toll, 0)`` with ``v = u - step L'(u)`` (Daubechies, Defrise, De Mol 2004).
    """

    def move(u: float) -> float:
        v = u - slice_.step * slice_.slope(u)
        return float(np.sign(v)) * max(abs(v) - slice_.step * toll, 0.0)

    return _iterate(move, start, count)


def plain_steps(slice_: Slice, toll: float, start: float, count: int) -> Array:
    """Gradient steps for ``L + toll |u|`` with ``toll sign(u)`` as the slope of the penalty."""
    return _iterate(lambda u: u - slice_.step * (slice_.slope(u) + toll * float(np.sign(u))), start, count)


def ridge_steps(slice_: Slice, alpha: float, start: float, count: int) -> Array:
    """Gradient steps for ``L + alpha u^2 / 2``."""
    step = 1.0 / (1.0 / slice_.step + alpha)
    return _iterate(lambda u: u - step * (slice_.slope(u) + alpha * u), start, count)


def smooth_minimum(slice_: Slice, toll: float, width: float) -> float:
    """The ``u`` that minimises ``L + toll sqrt(u^2 + width^2)``: nearly ``|u|``, but without its kink.

    Found by bisection of the slope, which rises strictly from left to right.
    """

    def slope(u: float) -> float:
        return slice_.slope(u) + toll * u / float(np.hypot(u, width))

    low, high = -1.0, 1.0
    while slope(low) > 0.0:
        low *= 2.0
    while slope(high) < 0.0:
        high *= 2.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if slope(middle) < 0.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _iterate(move: Callable[[float], float], start: float, count: int) -> Array:
    """The points after 1, 2, ..., `count` moves."""
    points = np.empty(count)
    u = start
    for k in range(count):
        u = move(u)
        points[k] = u
    return points
