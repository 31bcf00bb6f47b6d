"""The compiled solver of models with a matrix of weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whyzero import _core
from whyzero.errors import InputError
from whyzero.multi.problem import MatrixProblem
from whyzero.solution import Settings
from whyzero.solve import compiled_view

__all__ = ["run"]

Array = NDArray[np.float64]


def run(problem: MatrixProblem, alphas: Array, count: int, min_ratio: float, settings: Settings) -> _core.MatrixPathFit:
    """Fit a checked problem at these alphas, or at `count` of them if there are none."""
    rows = problem.rows
    penalty, mean, sd = rows.penalty, rows.column_mean, rows.column_sd
    centre, spread = (mean, sd) if rows.fit_intercept else (np.zeros_like(mean), np.hypot(mean, sd))
    try:
        return _core.fit_matrix_path(
            compiled_view(rows.design),
            np.ravel(problem.y, order="F"),
            problem.n_tasks,
            rows.weight,
            penalty.l1(1.0),
            penalty.l2(1.0),
            centre,
            np.where(rows.structural, 0.0, spread),
            problem.loss.name,
            rows.fit_intercept,
            alphas,
            count,
            min_ratio,
            float(settings.tol),
            settings.exact,
            int(settings.max_iter),
            int(settings.n_threads or 0),
            None,
        )
    except _core.NotFinite as error:
        raise InputError(
            "X or y hold numbers so large that the computation overflowed; rescale the columns (the largest standard "
            f"deviation of a column is {float(np.max(spread)):.3g})."
        ) from error
