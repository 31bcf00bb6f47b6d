"""Weights beside a problem whose optimum they may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.anchor import anchors
from whyzero.certificates.bounds import gap_bound
from whyzero.certificates.frame import make_frame
from whyzero.certificates.one_thread import on_one_blas_thread
from whyzero.certificates.point import make_point
from whyzero.designs import CscDesign, Design
from whyzero.problem import Problem, make_problem

__all__ = ["INTERCEPT_COLUMN", "Array", "Case", "penalise_intercept"]

Array = NDArray[np.float64]

INTERCEPT_COLUMN = "(intercept)"


@dataclass(frozen=True, eq=False)
class Case:
    """Weights, and the problem under which they are judged.

    Attributes
    ----------
    problem : Problem
        Data, loss and penalty.
    coef : ndarray of shape (n_cols,)
        Weights in the units of the columns of the problem.
    intercept : float
        Intercept that belongs to them; 0.0 for a problem without one.
    alpha : float
        Penalty strength.
    """

    problem: Problem
    coef: Array
    intercept: float
    alpha: float

    @cached_property
    def gap(self) -> float:
        """Upper bound of the objective's distance from its minimum, Eq. (22); infinite if there is none."""
        return _gap(self)

    def with_alpha(self, alpha: float) -> Case:
        """The same weights under another strength."""
        return replace(self, alpha=alpha)


@np.errstate(all="ignore")  # what overflows is infinite or NaN, and bounds nothing
@on_one_blas_thread
def _gap(case: Case) -> float:
    """The least of the bounds that the dual points of a certificate give; each of them holds."""
    frame = make_frame(case.problem, case.alpha)
    given = make_point(frame, case.coef, case.intercept)
    return min(gap_bound(frame, given, anchor.dual) for anchor in anchors(frame, given))


def penalise_intercept(case: Case, value: float = 1.0) -> Case:
    """The same weights where the intercept is the penalised weight of a constant column.

    Parameters
    ----------
    case : Case
        Its problem may have an intercept; the new one has none, and one column more, named ``(intercept)``.
    value : float
        The number in the column (``intercept_scaling`` in scikit-learn): the weight is the intercept over it.
    """
    old = case.problem
    problem = make_problem(
        _with_column(old.design, value),
        old.y,
        loss=old.loss.name,
        l1_ratio=old.penalty.l1_ratio,
        penalty_factor=np.append(old.penalty.factor, 1.0),
        sample_weight=old.sample_weight,
        offset=old.offset,
        fit_intercept=False,
        feature_names=(*old.names, INTERCEPT_COLUMN),
    )
    coef = np.append(case.coef, case.intercept / value)
    return Case(replace(problem, classes=old.classes), coef, 0.0, case.alpha)


def _with_column(design: Design, value: float) -> Any:
    """The matrix with a constant column at its end; sparse stays sparse."""
    column = np.full((design.n_rows, 1), value)
    if isinstance(design, CscDesign):
        from scipy.sparse import csc_array, hstack

        stored = csc_array((design.data, design.indices, design.indptr), shape=design.shape)
        return hstack([stored, csc_array(column)], format="csc")
    return np.hstack([design.columns(slice(None)), column])
