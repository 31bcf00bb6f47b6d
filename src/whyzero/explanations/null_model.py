"""The model without any penalised column: where every account of a pull starts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from whyzero.problem import Problem
from whyzero.solution import Settings
from whyzero.solve import solve

__all__ = ["NullModel", "balanced", "fit_null_model", "unpenalised"]

Array = NDArray[np.float64]

_MAX_STEPS = 100
_SMALL_DECREMENT = 1e-26
_MAX_HALVINGS = 40
_FARTHEST = 50.0  # change of the predictor in one step, where the curvature has no bound
_SETTINGS = Settings(tol=1e-13)


def unpenalised(problem: Problem) -> NDArray[np.bool_]:
    """Columns without any penalty: factor 0, or a penalty that acts in a unit of 0."""
    return np.asarray(~problem.structural & ((problem.penalty.factor == 0) | (problem.penalty.scale == 0)))


def balanced(problem: Problem, coef: Array) -> NDArray[np.bool_]:
    """Unpenalised columns that pull with 0 wherever the loss is smallest over them.

    All of them, unless no weight may be negative: then one whose weight is zero may be pulled downwards.
    """
    return np.asarray(unpenalised(problem) & ((coef != 0.0) | (not problem.penalty.positive)))


@dataclass(frozen=True)
class NullModel:
    """Minimum of the mean loss over the intercept and the unpenalised columns, offset kept.

    Attributes
    ----------
    coef : ndarray of shape (n_features,)
        Zero except at unpenalised columns; units of the columns as stored.
    intercept : float
        0.0 when the problem has none.
    eta : ndarray of shape (n_samples,)
        The linear predictor, offset included.
    loss : float
        Mean loss.
    """

    coef: Array
    intercept: float
    eta: Array
    loss: float


def fit_null_model(problem: Problem) -> NullModel:
    """Fit intercept and unpenalised columns: by Newton's method with step halving, or by the solver.

    Parameters
    ----------
    problem : Problem
        What is fitted; its penalised columns are left out.

    Returns
    -------
    NullModel
        Where unpenalised columns depend on each other linearly, the smallest Newton steps are taken, so
        the fitted values are unique and the weights are one choice among several. Where they separate two
        classes the minimum lies at infinity and the fit stops on the way there, after 100 steps. The solver is asked
        where the unpenalised weights may not be negative.
    """
    free = np.flatnonzero(unpenalised(problem))
    if problem.penalty.positive and len(free):
        return _of_limited_weights(problem)
    basis = problem.design.columns(free)
    if problem.fit_intercept:
        basis = np.column_stack([basis, np.ones(problem.n_rows)])
    size = np.sqrt(problem.weight @ basis**2)
    basis = basis / np.where(size > 0, size, 1.0)
    theta = _minimise(problem, basis) / np.where(size > 0, size, 1.0)
    coef = np.zeros(problem.n_cols)
    coef[free] = theta[: len(free)]
    return _at(problem, coef, float(theta[-1]) if problem.fit_intercept else 0.0)


def _at(problem: Problem, coef: Array, intercept: float) -> NullModel:
    eta = problem.eta(coef, intercept)
    return NullModel(coef, intercept, eta, float(problem.weight @ problem.loss.value(problem.y, eta)))


def _of_limited_weights(problem: Problem) -> NullModel:
    """The fit with all penalised columns excluded; as nothing is charged then, any alpha will do."""
    factor = np.where(unpenalised(problem), problem.penalty.factor, np.inf)
    fit = solve(replace(problem, penalty=replace(problem.penalty, factor=factor)), 1.0, settings=_SETTINGS)
    return _at(problem, fit.coef, fit.intercept)


def _minimise(problem: Problem, basis: Array) -> Array:
    """Minimise the mean loss over the span of `basis` (n, k), from zero; returns the k weights."""
    theta = np.zeros(basis.shape[1])
    if not len(theta):
        return theta
    y, loss, weight = problem.y, problem.loss, problem.weight
    eta = problem.offset.copy()
    value = float(weight @ loss.value(y, eta))
    for _ in range(_MAX_STEPS):
        gradient = basis.T @ (weight * loss.gradient(y, eta))
        hessian = basis.T @ (basis * (weight * loss.hessian(y, eta))[:, None])
        step = -np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        decrement = float(-gradient @ step)
        move = basis @ step
        size = 1.0
        if np.isinf(loss.curvature_bound):  # the Hessian says nothing about far steps
            size = min(1.0, _FARTHEST / float(np.max(np.abs(move), initial=1.0)))
        for _ in range(_MAX_HALVINGS):
            trial = eta + size * move
            trial_value = float(weight @ loss.value(y, trial))
            if trial_value <= value:
                theta, eta, value = theta + size * step, trial, trial_value
                break
            size /= 2
        else:
            break
        if decrement <= _SMALL_DECREMENT * max(value, np.finfo(float).tiny):
            break
    return theta
