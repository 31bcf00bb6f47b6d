"""How strongly the data pull each weight away from zero.

With ``L`` the mean loss, the signed pull of feature j is ``-dL/db_j`` with ``b_j`` set to 0 and everything
else as fitted, the intercept being that of centred columns: positive when the data push the weight up. The
fitted weight is zero exactly when ``|pull| <= toll`` (the optimality condition of a convex function of one
variable with a kink at zero; Tibshirani, JRSS B 58, 1996). Where no weight may be negative it is zero exactly when
``pull <= toll``, Eq. (26): a zero bears every pull downwards.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations.blocks import blocks
from whyzero.explanations.null_model import NullModel, balanced, unpenalised
from whyzero.problem import Problem

__all__ = ["null_pulls", "penalty_units", "pulls_without", "resting_values", "signed_pulls", "slopes", "tolls"]

Array = NDArray[np.float64]


def penalty_units(problem: Problem) -> Array:
    """What a stored gradient is divided by to reach the unit in which the penalty acts, shape (n_features,).

    The penalty charges ``u_j = sigma_j b_j``, so ``dL/du_j = (dL/db_j) / sigma_j``. A constant column has
    ``sigma_j = 0`` and no such unit; it keeps its own (1).
    """
    return np.where(problem.penalty.scale > 0, problem.penalty.scale, 1.0)


def tolls(problem: Problem, alpha: float) -> Array:
    """``alpha * l1_ratio * penalty_factor``: what is charged for leaving zero, where the penalty acts.

    Infinite for an excluded column, 0 for one without any penalty.
    """
    factor = np.where(unpenalised(problem) | problem.penalty.excluded, 0.0, problem.penalty.factor)
    return np.where(problem.penalty.excluded, np.inf, alpha * problem.penalty.l1_ratio * factor)


def resting_values(problem: Problem) -> Array:
    """The value at which a column is held while its weight is set to 0, shape (n_features,).

    With an intercept the column's mean, else zero. Any value would serve the rule, because moving ``b_j`` and
    the intercept together cannot improve an optimum; but only with the mean do the pulls stay what they are when
    a constant is added to a column, Eq. (12).
    """
    return problem.column_mean if problem.fit_intercept else np.zeros(problem.n_cols)


def null_pulls(problem: Problem, null: NullModel) -> Array:
    """Signed pulls at the null model, in stored units, shape (n_features,).

    Zero for an unpenalised column, unless it is held at zero because no weight may be negative: the null model is where
    it does not pull any more.
    """
    pulls = slopes(problem, problem.loss.gradient(problem.y, null.eta))
    return np.where(balanced(problem, null.coef), 0.0, pulls)


def signed_pulls(problem: Problem, coef: Array, intercept: float) -> Array:
    """Signed pull of every feature at the given weights, in stored units.

    Parameters
    ----------
    problem : Problem
        Where the loss comes from.
    coef : ndarray of shape (n_features,)
        Weights in stored units.
    intercept : float
        Intercept.

    Returns
    -------
    ndarray of shape (n_features,)
        ``-dL/db_j`` with ``b_j`` set to 0. For a weight that is 0 this is the gradient where we stand; for
        the others the linear predictor is ``eta - (x_j - mean_j) b_j``, one for each of them.
    """
    eta = problem.eta(coef, intercept)
    pulls = slopes(problem, problem.loss.gradient(problem.y, eta))
    support = np.flatnonzero(coef)
    pulls[support] = pulls_without(problem, coef, eta, support)
    return pulls


def pulls_without(problem: Problem, coef: Array, eta: Array, features: NDArray[np.intp]) -> Array:
    """Signed pulls of some features, each with its own weight taken out of ``eta``, shape (len(features),)."""
    y, weight, loss = problem.y, problem.weight, problem.loss
    rest = resting_values(problem)
    found = []
    for block in blocks(problem.n_rows, features):
        columns = problem.design.columns(block) - rest[block]
        without = eta[:, None] - columns * coef[block]
        found.append(-np.einsum("i,ij,ij->j", weight, columns, loss.gradient(y[:, None], without)))
    return np.concatenate(found) if found else np.zeros(0)


def slopes(problem: Problem, slope: Array) -> Array:
    """``-dL/db_j`` of every column where it stands, given ``loss'`` of every row."""
    weighted = problem.weight * slope
    return np.asarray(resting_values(problem) * weighted.sum() - problem.design.dot(weighted))
