"""The loss as a function of two weights alone: the plane in which the zones of exact zeros lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import InputError
from whyzero.explanations.pulls import penalty_units, resting_values, tolls
from whyzero.problem import refuse_positive
from whyzero.solution import Solution

__all__ = ["TwoWeights", "two_weights"]

Array = NDArray[np.float64]

_SAME = 1e-12
_FLAT = 1e-10
_MARGIN = 1.3


@dataclass(frozen=True, eq=False)
class TwoWeights:
    """``(w - best)' hessian (w - best) / 2 + toll |w|_1``, which has its minimum at `fit`.

    In the unit in which the penalty acts; all other weights stay as fitted, the intercept follows. An L2 part is
    part of the Hessian. For the squared loss this is the objective itself, for others its parabola at the fit.

    Attributes
    ----------
    features : tuple of int
        The two columns.
    names : tuple of str
        Their names.
    hessian : ndarray of shape (2, 2)
        Second derivatives.
    toll : float
        The toll of both.
    best : ndarray of shape (2,)
        The weights that would fit best without a toll.
    fit : ndarray of shape (2,)
        The fitted weights.
    half_width : float
        A square around the origin of this half width holds `best` and the both-zero zone's crossings of the axes.
    exact : bool
        Whether the loss is a parabola.
    """

    features: tuple[int, int]
    names: tuple[str, str]
    hessian: Array
    toll: float
    best: Array
    fit: Array
    half_width: float
    exact: bool


def two_weights(solution: Solution, first: int, second: int) -> TwoWeights:
    """Restrict the objective to two weights.

    Parameters
    ----------
    solution : Solution
        The fit, with an L1 part.
    first, second : int
        Two columns with the same toll, which is positive and finite.

    Raises
    ------
    InputError
        If the tolls are different, zero or infinite, the columns copies of each other, or no weight may be negative.
    """
    problem = solution.problem
    refuse_positive(problem, "The zone of two weights")
    pair = np.array([first, second])
    names = (problem.names[first], problem.names[second])
    toll = tolls(problem, solution.alpha)[pair]
    if first == second or problem.structural[pair].any() or not (0 < toll[0] < np.inf):
        raise InputError(f"features={names!r}: a zone needs two different columns that vary and are charged a toll.")
    if abs(toll[1] - toll[0]) > _SAME * toll[0]:
        raise InputError(
            f"features={names!r} have the tolls {toll[0]:.6g} and {toll[1]:.6g}; choose two with the same."
        )
    unit = penalty_units(problem)[pair]
    columns = (problem.design.columns(pair) - resting_values(problem)[pair]) / unit
    eta = problem.eta(solution.coef, solution.intercept)
    weight = problem.weight
    bend = weight * problem.loss.hessian(problem.y, eta)
    centred = columns - (bend @ columns / bend.sum() if problem.fit_intercept else 0.0)
    ridge = problem.penalty.l2(solution.alpha)[pair] / unit**2
    product = centred.T @ (bend[:, None] * centred)
    hessian = (product + product.T) / 2 + np.diag(ridge)
    if np.linalg.det(hessian) <= _FLAT * hessian[0, 0] * hessian[1, 1]:
        raise InputError(f"features={names!r} are copies of each other; their weights are not unique.")
    fit = solution.coef[pair] * unit
    slope = columns.T @ (weight * problem.loss.gradient(problem.y, eta)) + ridge * fit
    best = fit - np.linalg.solve(hessian, slope)
    return TwoWeights(
        features=(first, second),
        names=names,
        hessian=hessian,
        toll=float(toll[0]),
        best=best,
        fit=fit,
        half_width=_MARGIN * float(max(np.abs(best).max(), np.max(2.0 * toll[0] / np.diag(hessian)))),
        exact=problem.loss.name == "squared",
    )
