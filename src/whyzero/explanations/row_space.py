r"""L2 fits of a wide problem, solved in the space of its rows, Eq. (73).

Let ``z_j = (x_j - m_j) / d_j`` with ``d_j = sigma_j sqrt(v_j)``, where ``m_j`` is the column's mean with an
intercept and else 0, and ``u_j = d_j b_j``. Then the L2 penalty is ``alpha / 2 |u|^2`` and the linear predictor
``Z u``. The part of ``u`` that is orthogonal to all rows of Z changes no prediction and costs penalty, so the
optimum is ``u = Z' a``. With ``Z Z' = Q diag(lambda) Q'`` and ``u = Z' Q diag(lambda)^(-1/2) t`` the penalty
becomes ``alpha / 2 |t|^2`` and the predictor ``Q diag(lambda)^(1/2) t``: the same problem with at most as many
columns as rows. It holds for every loss (Hastie and Tibshirani, Biostatistics 5, 2004, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations.blocks import blocks
from whyzero.explanations.null_model import unpenalised
from whyzero.problem import Problem, make_problem
from whyzero.solution import Path, Weights

__all__ = ["RowSpace", "is_wide", "make_row_space"]

Array = NDArray[np.float64]

_NEGLIGIBLE = 1e-13


@dataclass(frozen=True, eq=False)
class RowSpace:
    """A wide L2 problem and its narrow equivalent.

    Attributes
    ----------
    wide, narrow : Problem
        The problem, and the same in coordinates ``t``; unpenalised columns come first in the narrow one.
    free, penalised : ndarray of int
        Columns of the wide problem by role; structural ones are in neither.
    back : ndarray of shape (n_samples, rank)
        ``Q diag(lambda)^(-1/2)``.
    centre, size : ndarray of shape (n_penalised,)
        ``m`` and ``d``.
    """

    wide: Problem
    narrow: Problem
    free: NDArray[np.intp]
    penalised: NDArray[np.intp]
    back: Array
    centre: Array
    size: Array

    def lift(self, path: Path) -> Path:
        """Fits of the narrow problem as fits of the wide one."""
        rows = self.back @ path.coefs[:, len(self.free) :].T
        slopes = self.wide.design.dot(rows)[self.penalised] - self.centre[:, None] * rows.sum(axis=0)
        coefs = np.zeros((len(path), self.wide.n_cols))
        coefs[:, self.penalised] = (slopes / self.size[:, None] ** 2).T
        coefs[:, self.free] = path.coefs[:, : len(self.free)]
        intercepts = path.intercepts - coefs[:, self.penalised] @ self.centre
        return replace(path, problem=self.wide, weights=Weights.of(coefs), intercepts=intercepts)


def is_wide(problem: Problem) -> bool:
    """Whether an L2 fit is cheaper in the space of the rows; it knows nothing of limits on single weights."""
    penalised = np.count_nonzero(~unpenalised(problem) & ~problem.structural)
    limited = problem.penalty.positive
    return problem.penalty.l1_ratio == 0 and not limited and int(penalised) > problem.n_rows


def make_row_space(problem: Problem) -> RowSpace:
    """Write an L2 problem in the coordinates of its rows.

    Parameters
    ----------
    problem : Problem
        With ``l1_ratio = 0``.
    """
    free = np.flatnonzero(unpenalised(problem))
    penalised = np.flatnonzero(~unpenalised(problem) & ~problem.structural)
    centre = problem.column_mean[penalised] if problem.fit_intercept else np.zeros(len(penalised))
    size = problem.penalty.scale[penalised] * np.sqrt(problem.penalty.factor[penalised])
    gram = np.zeros((problem.n_rows, problem.n_rows))
    for block in blocks(problem.n_rows, np.arange(len(penalised))):
        columns = (problem.design.columns(penalised[block]) - centre[block]) / size[block]
        gram += columns @ columns.T
    values, vectors = np.linalg.eigh(gram)
    kept = values > _NEGLIGIBLE * max(float(values[-1]), np.finfo(float).tiny)
    root, basis = np.sqrt(values[kept]), vectors[:, kept]
    narrow = make_problem(
        np.hstack([problem.design.columns(free), basis * root]),
        problem.y,
        loss=problem.loss.name,
        l1_ratio=0.0,
        penalty_factor=np.repeat([0.0, 1.0], [len(free), len(root)]),
        sample_weight=problem.sample_weight,
        offset=problem.offset,
        fit_intercept=problem.fit_intercept,
    )
    return RowSpace(problem, narrow, free, penalised, basis / root, centre, size)
