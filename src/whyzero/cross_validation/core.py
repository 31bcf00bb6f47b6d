"""The squared loss cross-validated by the compiled core: every fold from one read of X.

The fits of a fold need nothing but the Gram matrix of its training rows, and their deviances nothing but
that of the rows it holds out; the core sums both in one pass (see cpp/whyzero/cross_validation.hpp).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whyzero import _core, compiled
from whyzero.losses import SQUARED
from whyzero.solution import Settings

if TYPE_CHECKING:
    from whyzero.cross_validation.folds import Folds
    from whyzero.problem import Problem

__all__ = ["affordable", "fold_deviances", "threads"]

Array = NDArray[np.float64]

# The Gram matrices of all folds together hold at most this many numbers: 64 MiB.
_MOST_NUMBERS = 2**23


def affordable(problem: Problem, n_folds: int) -> bool:
    """Whether Gram matrices of all columns, one for each fold, are the shorter way."""
    width = problem.n_cols
    return problem.loss is SQUARED and n_folds * width**2 <= _MOST_NUMBERS and 2 * width <= problem.n_rows


def fold_deviances(problem: Problem, assignment: Folds, n_folds: int, alphas: Array, settings: Settings) -> Array:
    """Held-out deviances of shape (n_folds, n_alphas); NaN where rounding could have changed one.

    Parameters
    ----------
    problem : Problem
        With the squared loss.
    assignment : ndarray of int64 of shape (n_rows,)
        The fold of each row, 0 .. n_folds - 1.
    n_folds : int
        Number of folds.
    alphas : ndarray of shape (n_alphas,)
        Decreasing penalty strengths.
    settings : Settings
        Its `tol` and `n_threads`.

    Returns
    -------
    ndarray
        In each row, a number for the first alphas and NaN from where on the fold must be fitted by itself.
    """
    penalty, intercept = problem.penalty, problem.fit_intercept
    columns = np.flatnonzero(~penalty.excluded)
    factor = penalty.factor[columns]
    target = problem.y - problem.offset
    out = np.empty((n_folds, len(alphas)))
    _core.fold_deviances(
        compiled.view(problem.design),
        target,
        problem.weight,
        assignment.astype(np.int32),
        columns.astype(np.int64),
        problem.column_mean,
        float(problem.weight @ target) if intercept else 0.0,
        intercept,
        penalty.l1_ratio * factor,
        (1.0 - penalty.l1_ratio) * factor,
        problem.standardize,
        penalty.positive,
        alphas,
        float(settings.tol),
        int(settings.n_threads or 0),
        out,
    )
    return out


def threads(settings: Settings) -> int:
    """How many threads a fit may use."""
    return settings.n_threads or _core.get_num_threads()
