"""A Laplace prior: its most probable weight can be zero, its mean weight never is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["LaplacePosterior", "laplace_posterior"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LaplacePosterior:
    """One weight seen through noise of variance 1, with prior density proportional to ``exp(-rate |w|)``.

    Attributes
    ----------
    y : ndarray of shape (n,)
        What was seen: ``w`` plus noise.
    rate : float
        Of the prior; the alpha of L1.
    mode : ndarray of shape (n,)
        The most probable weight: exactly 0 where ``|y| <= rate``.
    mean : ndarray of shape (n,)
        The mean weight: 0 only at ``y = 0``.
    """

    y: Array
    rate: float
    mode: Array
    mean: Array


def laplace_posterior(y: ArrayLike, rate: float = 1.0) -> LaplacePosterior:
    """Mode and mean of the posterior, Eq. (115). Nothing is random here.

    Parameters
    ----------
    y : array-like of shape (n,)
        Observations.
    rate : float
        Positive.
    """
    from scipy.special import log_ndtr

    seen = np.asarray(y, dtype=np.float64)
    mode = np.sign(seen) * np.maximum(np.abs(seen) - rate, 0.0)
    right = log_ndtr(seen - rate) - rate * seen
    left = log_ndtr(-seen - rate) + rate * seen
    return LaplacePosterior(seen, rate, mode, seen + rate * np.tanh(0.5 * (left - right)))
