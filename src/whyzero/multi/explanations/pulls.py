"""How strongly the data pull every weight of a matrix away from zero, with signs.

The pull of a weight is ``-dL/dB_jk`` with what is judged set to 0: the whole row of weights of a column for several
targets, whose pull is a vector with one number for each target and is charged by its norm; one weight for classes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.frame import make_frame
from whyzero.explanations.null_model import unpenalised
from whyzero.multi.certificates.point import class_slopes, column_slopes, make_point, row_slopes, slopes
from whyzero.multi.certificates.row_bounds import ROW_BOUNDS
from whyzero.multi.explanations.null_model import MatrixNullModel
from whyzero.multi.problem import MatrixProblem
from whyzero.problem import Problem

__all__ = ["constant", "is_grouped", "judged_sizes", "null_pulls", "signed_pulls"]

Array = NDArray[np.float64]

_ANY_ALPHA = 1.0


def is_grouped(problem: MatrixProblem) -> bool:
    """Whether the weights of a column are zero together."""
    return ROW_BOUNDS[problem.loss.name].grouped


def constant(problem: Problem) -> NDArray[np.bool_]:
    """Columns that pull with exactly 0 wherever the intercepts are optimal; computed, that would be rounding."""
    return np.asarray(problem.structural & ~problem.penalty.excluded)


def signed_pulls(problem: MatrixProblem, coef: Array, intercept: Array) -> Array:
    """Signed pulls at the given weights, with what is judged set to 0; shape (n_tasks, n_features)."""
    frame = make_frame(problem.rows, _ANY_ALPHA)
    found = row_slopes if is_grouped(problem) else class_slopes
    pulls = -found(frame, problem.y, make_point(frame, coef.T, intercept)).T
    return np.where(constant(problem.rows), 0.0, pulls)


def null_pulls(problem: MatrixProblem, null: MatrixNullModel) -> Array:
    """Signed pulls at the null model, shape (n_tasks, n_features); zero for the columns that are in it."""
    frame = make_frame(problem.rows, _ANY_ALPHA)
    gradient = frame.weight[:, None] * slopes(problem.loss.name, problem.y, null.eta)
    nothing = unpenalised(problem.rows) | constant(problem.rows)
    return np.where(nothing, 0.0, -column_slopes(frame, gradient).T)


def judged_sizes(problem: MatrixProblem, values: Array) -> Array:
    """Of weights or pulls of shape (n_tasks, n_features) what is compared with the toll.

    The norms of columns for several targets, of shape (1, n_features); else the sizes, of the same shape.
    """
    return np.linalg.norm(values, axis=0, keepdims=True) if is_grouped(problem) else np.abs(values)
