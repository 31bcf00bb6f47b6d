"""The model without any penalised column: where every account of a pull starts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations.null_model import unpenalised
from whyzero.multi.formulas import SOFTMAX
from whyzero.multi.paths import solve_matrix_path
from whyzero.multi.problem import MatrixProblem
from whyzero.solution import Settings

__all__ = ["MatrixNullModel", "fit_matrix_null_model"]

Array = NDArray[np.float64]

_SETTINGS = Settings(tol=1e-13)


@dataclass(frozen=True)
class MatrixNullModel:
    """Minimum of the mean loss over the intercepts and the unpenalised columns.

    Attributes
    ----------
    coef : ndarray of shape (n_tasks, n_features)
        Zero except at unpenalised columns.
    intercept : ndarray of shape (n_tasks,)
        Zeros when the problem has none.
    eta : ndarray of shape (n_samples, n_tasks)
        Linear predictors.
    loss : float
        Mean loss.
    """

    coef: Array
    intercept: Array
    eta: Array
    loss: float


def fit_matrix_null_model(problem: MatrixProblem) -> MatrixNullModel:
    """Fit the intercepts by their formula, and with unpenalised columns by the solver.

    Parameters
    ----------
    problem : MatrixProblem
        What is fitted; its penalised columns are left out.
    """
    rows, free = problem.rows, unpenalised(problem.rows)
    coef, intercept = np.zeros((problem.n_tasks, rows.n_cols)), np.zeros(problem.n_tasks)
    if np.any(free):
        only = replace(rows.penalty, factor=np.where(free, 0.0, np.inf))
        without = replace(problem, rows=replace(rows, penalty=only))
        fit = solve_matrix_path(without, alphas=[1.0], settings=_SETTINGS)[0]
        coef, intercept = fit.coef, fit.intercept
    elif rows.fit_intercept:
        intercept = rows.weight @ problem.y
        if problem.loss is SOFTMAX:
            intercept = np.log(intercept) - np.mean(np.log(intercept))
    eta = problem.eta(coef, intercept)
    return MatrixNullModel(coef, intercept, eta, problem.loss_value(coef, intercept))
