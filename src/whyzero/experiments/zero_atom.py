"""Zero against thresholds: counting ``|w| < 0.001`` measures the threshold, counting ``w = 0`` does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from whyzero.experiments.bet import bet

__all__ = ["ZeroAtom", "zero_atom"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ZeroAtom:
    """Shares of small weights, over all data sets of the bet.

    Attributes
    ----------
    thresholds : ndarray of shape (n_thresholds,)
        In increasing order, from 0.
    l1_shares, l2_shares : ndarray of shape (n_thresholds,)
        Share of the weights with ``|w| <= threshold`` under either penalty. At threshold 0: exact zeros.
    n_weights : int
        How many weights there are under either penalty.
    """

    thresholds: Array
    l1_shares: Array
    l2_shares: Array
    n_weights: int


def zero_atom(
    seed: int = 0, *, n_data_sets: int = 40, thresholds: ArrayLike = (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
) -> ZeroAtom:
    """Count the weights of `bet` that are within several thresholds of zero.

    Parameters
    ----------
    seed, n_data_sets : int
        As in `bet`.
    thresholds : array-like of shape (n_thresholds,)
        Distances from zero, none negative.
    """
    fits = bet(seed, n_data_sets=n_data_sets)
    grid = np.sort(np.asarray(thresholds, dtype=np.float64))
    l1, l2 = (np.mean(np.abs(coefs).ravel() <= grid[:, None], axis=1) for coefs in (fits.l1_coefs, fits.l2_coefs))
    return ZeroAtom(grid, l1, l2, fits.l1_coefs.size)
