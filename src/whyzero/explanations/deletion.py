"""What it costs to force a weight to zero: a fit without the column, and a proof by its dual point, Eq. (91)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates import Certificate
from whyzero.certificates.anchor import anchors
from whyzero.certificates.bounds import gap_bound
from whyzero.certificates.dual import Dual
from whyzero.certificates.frame import Frame, make_frame
from whyzero.certificates.point import Point, make_point
from whyzero.explanations.pulls import penalty_units, signed_pulls
from whyzero.solution import Settings, Solution
from whyzero.solve import solve

__all__ = ["Deletion", "delete"]

Array = NDArray[np.float64]

_SETTINGS = Settings(tol=1e-10)
_NEAR = 1 - 1e-6


@dataclass(frozen=True)
class Deletion:
    """The fit without one column.

    Attributes
    ----------
    price : float
        Proved lower bound of what the minimum of the objective rises by; at least 0.
    pull : float
        Pull of the column there, in the unit in which the penalty acts, as in `Row.pull`.
    """

    price: float
    pull: float


@np.errstate(all="ignore")  # what overflows is infinite or NaN, and proves nothing
def delete(solution: Solution, certificate: Certificate, feature: int) -> Deletion:
    """Fit without the column `feature` and bound the rise of the objective.

    Parameters
    ----------
    solution : Solution
        The explained fit.
    certificate : Certificate
        Its certificate: the bound is measured from its anchor, the best point known.
    feature : int
        Index of the column.
    """
    problem = solution.problem
    factor = problem.penalty.factor.copy()
    factor[feature] = np.inf
    without = replace(problem, penalty=replace(problem.penalty, factor=factor))
    alpha = solution.alpha
    fit = solve(without, alpha, settings=_SETTINGS)
    signed = signed_pulls(without, fit.coef, fit.intercept) / penalty_units(problem)
    frame = make_frame(without, alpha)
    full = make_point(frame, certificate.anchor_coef, certificate.anchor_intercept)
    strengths = tuple(float(part[feature]) for part in (problem.penalty.l1(alpha), problem.penalty.l2(alpha)))
    price, rise = 0.0, without.objective(fit.coef, fit.intercept, alpha) - certificate.primal
    for anchor in anchors(frame, make_point(frame, fit.coef, fit.intercept)):
        price = max(price, _price(frame, full, anchor.dual, feature, strengths))
        if price >= _NEAR * rise:
            break
    return Deletion(price, float(problem.penalty.reach(signed)[feature]))


def _price(frame: Frame, full: Point, dual: Dual, feature: int, strengths: tuple[float, ...]) -> float:
    """Lower bound of ``D_-j(v) - P(full)``: the gap's sum with column j's term, which may be negative, set apart."""
    l1, l2 = strengths
    weight, slack = float(full.coef[feature]), float(frame.gamma(4))
    coef = full.coef.copy()
    coef[feature] = 0.0
    others = gap_bound(frame, replace(full, coef=coef), dual)
    gain = -float(dual.c[feature]) * weight
    cost = abs(weight) * (l1 + float(dual.error[feature])) + 0.5 * l2 * weight * weight
    found = gain - cost - others - slack * (abs(gain) + cost + others)
    return found if math.isfinite(found) else 0.0
