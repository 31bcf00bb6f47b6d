"""Random regressions of which a few weights matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Draw", "sparse_regression"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Draw:
    """A data set and the weights that made it.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_cols)
        Normal columns of variance 1; columns j and k correlate by ``correlation^|j - k|``.
    y : ndarray of shape (n_rows,)
        ``X truth`` plus normal noise.
    truth : ndarray of shape (n_cols,)
        The first few are not zero; their signs alternate.
    """

    X: Array
    y: Array
    truth: Array


def sparse_regression(
    rng: np.random.Generator,
    n_rows: int,
    n_cols: int,
    *,
    n_nonzero: int = 5,
    correlation: float = 0.5,
    noise: float = 1.0,
) -> Draw:
    """Draw a data set whose first `n_nonzero` weights are 1, -1, 1, ..."""
    X = np.empty((n_rows, n_cols))
    fresh = rng.standard_normal((n_rows, n_cols))
    X[:, 0] = fresh[:, 0]
    for j in range(1, n_cols):
        X[:, j] = correlation * X[:, j - 1] + np.sqrt(1.0 - correlation**2) * fresh[:, j]
    truth = np.zeros(n_cols)
    truth[:n_nonzero] = (-1.0) ** np.arange(n_nonzero)
    return Draw(X, X @ truth + noise * rng.standard_normal(n_rows), truth)
