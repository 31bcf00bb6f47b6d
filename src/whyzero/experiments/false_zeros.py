"""When zeros lie: the lasso drops columns that matter for one that does not, with any number of rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from whyzero.errors import InputError
from whyzero.problem import make_problem
from whyzero.solution import Settings
from whyzero.solve import solve

__all__ = ["FalseZeros", "false_zeros"]

Array = NDArray[np.float64]
_TRUTH = np.array([1.0, 1.0, 0.0])


@dataclass(frozen=True, eq=False)
class FalseZeros:
    """Lasso fits of three columns, of which the third does not matter but resembles the sum of the others.

    Attributes
    ----------
    correlations : ndarray of shape (n,)
        Of the third column with either of the others.
    index : ndarray of shape (n,)
        Size of the third column's regression on the others, added up with the signs of the true weights. Below 1
        the lasso can find the true zeros (Zhao and Yu 2006).
    coefs : ndarray of shape (n, 3)
        The fitted weights.
    truth : ndarray of shape (3,)
        The weights that made the data.
    alpha : float
        Penalty strength.
    """

    correlations: Array
    index: Array
    coefs: Array
    truth: Array
    alpha: float


def false_zeros(
    seed: int = 0, *, correlations: ArrayLike = (0.2, 0.45, 0.55, 0.705), n_rows: int = 100_000, alpha: float = 0.1
) -> FalseZeros:
    """Fit a lasso to very many rows of ``y = x_1 + x_2 + noise``, with a third column ``r (x_1 + x_2) + noise``.

    Parameters
    ----------
    seed : int
        Of the rows.
    correlations : array-like of shape (n,)
        ``r``, less than ``sqrt(1/2)`` in size, so that all columns have variance 1.
    n_rows : int
        So many that chance plays no part.
    alpha : float
        Penalty strength.

    Raises
    ------
    InputError
        If a correlation is impossible.
    """
    levels = np.asarray(correlations, dtype=np.float64)
    for position, r in enumerate(levels):
        if not 2 * r * r < 1:
            raise InputError(f"correlations[{position}]={r} is impossible; give numbers below sqrt(1/2) in size.")
    first, second, third, noise = np.random.default_rng(seed).standard_normal((4, n_rows))
    y = first + second + noise
    index, coefs = [], []
    for r in levels:
        X = np.column_stack([first, second, r * (first + second) + np.sqrt(1 - 2 * r * r) * third])
        X -= X.mean(axis=0)
        onto, *_ = np.linalg.lstsq(X[:, :2], X[:, 2], rcond=None)
        index.append(abs(float(onto @ np.sign(_TRUTH[:2]))))
        coefs.append(solve(make_problem(X, y), alpha, settings=Settings(tol=1e-12)).coef)
    return FalseZeros(levels, np.array(index), np.array(coefs), _TRUTH.copy(), alpha)
