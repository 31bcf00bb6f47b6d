"""Hit zero, and be kept there? Weights that leave zero and come back to it along a path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.experiments.draws import sparse_regression
from whyzero.problem import make_problem
from whyzero.solve import solve_path

__all__ = ["Returns", "returns_to_zero"]

_CORRELATION = 0.9


@dataclass(frozen=True, eq=False)
class Returns:
    """Which paths hold a weight that is not zero at some alpha and zero at a smaller one.

    Read with alpha rising, such a weight becomes non-zero because the penalty grew.

    Attributes
    ----------
    returned : ndarray of bool, of shape (n_paths, n_cols)
        Whether the weight is not zero at an alpha of the grid and exactly zero at a later, smaller one.
    """

    returned: NDArray[np.bool_]

    @property
    def paths(self) -> int:
        """Paths with at least one such weight."""
        return int(np.count_nonzero(np.any(self.returned, axis=1)))


def returns_to_zero(seed: int = 0, *, n_paths: int = 300, n_rows: int = 40, n_cols: int = 12) -> Returns:
    """Fit lasso paths on correlated data and look for weights that come back to zero as alpha falls.

    Parameters
    ----------
    seed : int
        Of the data sets; neighbouring columns correlate by 0.9.
    n_paths, n_rows, n_cols : int
        Sizes.
    """
    rng = np.random.default_rng(seed)
    returned = np.empty((n_paths, n_cols), dtype=np.bool_)
    for k in range(n_paths):
        draw = sparse_regression(rng, n_rows, n_cols, correlation=_CORRELATION)
        alive = solve_path(make_problem(draw.X, draw.y), alphas=200).coefs != 0.0
        returned[k] = np.any(~alive & np.logical_or.accumulate(alive, axis=0), axis=0)
    return Returns(returned)
