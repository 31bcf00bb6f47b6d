"""What the accounts of all pulls, and steps towards any fit, need at every alpha of a path, for the squared loss.

There the curvature is 1, so the account of Eq. (70) is linear in the weights and its matrix the same at every alpha:
in the unit in which the penalty acts

    p_j(end) = p_j(null) - sum_{k != j} C_jk u_k ,   C = (1/S) sum_i s_i (x_i - m)(x_i - m)' ,

where ``m`` is the mean of the columns if there is an intercept, else 0. The slope of the loss at the weights ``u`` is
``C u - p(null)``. Other losses have another matrix at every fit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from whyzero.certificates.one_thread import on_one_blas_thread
from whyzero.explanations.null_model import NullModel, unpenalised
from whyzero.explanations.pulls import null_pulls, penalty_units, resting_values
from whyzero.problem import Problem

__all__ = ["MOST_FEATURES", "linear_account"]

MOST_FEATURES = 64
_MOST_ENTRIES = 1 << 25


@on_one_blas_thread
def linear_account(problem: Problem, null: NullModel) -> dict[str, Any] | None:
    """The account as in the saved explanation.

    Parameters
    ----------
    problem : Problem
        What was fitted.
    null : NullModel
        Where the accounts start.

    Returns
    -------
    dict or None
        ``null``: the signed null pulls, shape (n_features,); ``upper``: the covariances above the diagonal, row by row;
        ``diagonal``: the variances, 0 for a column whose weight is zero by definition.
        None for another loss, unpenalised columns, weights that may not be negative, more than 64 features, or data
        that are large.
    """
    n_rows, n_cols = problem.n_rows, problem.n_cols
    if problem.loss.name != "squared" or problem.penalty.positive or unpenalised(problem).any():
        return None
    if n_cols > MOST_FEATURES or n_rows * n_cols > _MOST_ENTRIES:
        return None
    units = penalty_units(problem)
    moved = ~(problem.structural & ~problem.penalty.excluded)
    columns = (problem.design.columns(np.arange(n_cols)) - resting_values(problem)) / units
    covariance = columns.T @ (problem.weight[:, None] * columns)
    return {
        "null": np.where(moved, null_pulls(problem, null) / units, 0.0).tolist(),
        "upper": covariance[np.triu_indices(n_cols, 1)].tolist(),
        "diagonal": np.where(problem.structural | problem.penalty.excluded, 0.0, np.diagonal(covariance)).tolist(),
    }
