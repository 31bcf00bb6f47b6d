"""A point of the primal problem: coefficients, and the predictor with a bound on its rounding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whyzero.certificates.frame import Array, Frame
from whyzero.certificates.loss_bounds import Ball
from whyzero.certificates.rounding import FLOOR

__all__ = ["Point", "make_point"]


@dataclass(frozen=True, eq=False)
class Point:
    """Coefficients and their linear predictor.

    Attributes
    ----------
    coef : ndarray of shape (p,)
        Any finite coefficients.
    intercept : float
        0.0 when the problem has none.
    eta : ndarray of shape (n,)
        ``X coef + intercept + offset`` as computed.
    eta_error : ndarray of shape (n,)
        Upper bound of the distance to its exact value, Eq. (62).
    """

    coef: Array
    intercept: float
    eta: Array
    eta_error: Array

    @property
    def ball(self) -> Ball:
        """The linear predictor with what it may be off by."""
        return Ball(self.eta, self.eta_error)


def make_point(frame: Frame, coef: Array, intercept: float) -> Point:
    """Evaluate the linear predictor and bound its rounding."""
    problem = frame.problem
    terms = int(np.count_nonzero(coef)) + 2
    with np.errstate(over="ignore", invalid="ignore"):
        eta = problem.design.matvec(coef) + intercept + problem.offset
        size = problem.design.abs_matvec(np.abs(coef)) + abs(intercept) + np.abs(problem.offset)
        eta_error = 1.01 * float(frame.gamma(terms)) * size + FLOOR * terms
    return Point(coef, intercept, eta, np.where(np.isfinite(eta), eta_error, np.inf))
