"""Logistic regression of three classes or more, where scikit-learn has its path of solvers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from whyzero.multi import MatrixSolution, softmax_problem
from whyzero.sklearn.fitting import ConvergenceWarning, solve_all_matrices
from whyzero.solution import Settings

__all__ = ["CERTAIN", "multinomial_path"]

# Log-odds at which a probability is 1 in float64, and a mean over folds still a number.
CERTAIN = 1000.0


def multinomial_path(
    X: Any,
    y: Any,
    classes: Any,
    Cs: Any,
    *,
    weight: Any,
    chosen: Settings,
    kept: list[MatrixSolution] | None,
    **options: Any,
) -> tuple[Any, Any]:
    """The weights of all classes at every C, of shape (n_cs, n_classes, n_features + fit_intercept), and the steps.

    A class without rows (in a training fold, or by its sample weights) gets zero weights and an intercept far below the
    others where there is one: no optimum exists.
    """
    counted = np.ones(len(y), dtype=bool) if weight is None else np.asarray(weight) > 0.0
    there = np.isin(classes, np.unique(y[counted])) if options["fit_intercept"] else np.ones(len(classes), dtype=bool)
    shape = (len(Cs), len(classes), X.shape[1] + options["fit_intercept"])
    weights, steps = np.zeros(shape, dtype=X.dtype), np.ones(len(Cs), dtype=np.int32)
    if not there.all():
        weights[:, ~there, -1] = -CERTAIN
        _warn_of_missing(np.asarray(classes)[~there], kept)
    if there.sum() < 2:
        return weights, steps
    # A row of a missing class has no weight, and may be of any other class.
    labels = np.where(np.isin(y, np.asarray(classes)[there]), y, np.asarray(classes)[there][0])
    problem = softmax_problem(X, labels, classes=np.asarray(classes)[there], sample_weight=weight, **options)
    total = problem.rows.sample_weight.sum()
    for k, solution in enumerate(solve_all_matrices(problem, 1.0 / (np.asarray(Cs) * total), chosen)):
        weights[k, there, : X.shape[1]] = solution.coef
        steps[k] = max(1, solution.n_iter)
        if options["fit_intercept"]:
            weights[k, there, -1] = solution.intercept
            weights[k, ~there, -1] += solution.intercept.min()
        if kept is not None and there.all():
            kept.append(solution)
    return weights, steps


def _warn_of_missing(missing: Any, kept: list[MatrixSolution] | None) -> None:
    if kept is not None:
        warnings.warn(
            "Objective did not converge. No optimum exists: no row with a positive weight is of class "
            f"{missing[0].item()!r}.",
            ConvergenceWarning,
            stacklevel=8,
        )
