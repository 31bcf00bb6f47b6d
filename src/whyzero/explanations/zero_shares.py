"""Zero against thresholds: which share of the weights lies within a threshold of zero, and which is zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations.partner import Partner
from whyzero.explanations.wording import penalty_name
from whyzero.solution import Solution

__all__ = ["ZeroShares", "zero_shares"]

Array = NDArray[np.float64]

_DECADES = 8
_PER_DECADE = 8


@dataclass(frozen=True, eq=False)
class ZeroShares:
    """Shares of small weights, times the standard deviation of their column; columns that are always zero left out.

    Attributes
    ----------
    names : tuple of str
        The penalties.
    thresholds : ndarray of shape (n_thresholds,)
        0, and from a hundred-millionth of the largest weight up to it.
    shares : ndarray of shape (n_penalties, n_thresholds)
        Share of the weights with ``|w| <= threshold``. At threshold 0: exact zeros.
    n_weights : int
        How many weights there are under each penalty.
    """

    names: tuple[str, ...]
    thresholds: Array
    shares: Array
    n_weights: int


def zero_shares(solution: Solution, partner: Partner | None) -> ZeroShares:
    """Count the weights of a fit, and of its partner, that are within several thresholds of zero."""
    fits = [solution] if partner is None else [solution, partner.solution]
    kept = ~solution.problem.structural
    sizes = np.array([np.abs(fit.coef * fit.problem.column_sd)[kept] for fit in fits])
    largest = float(sizes.max(initial=0.0)) or 1.0
    grid = largest * np.logspace(-_DECADES, 0, _DECADES * _PER_DECADE + 1)
    grid[-1] = largest
    thresholds = np.concatenate([[0.0], grid])
    count = int(kept.sum())
    shares = np.array(
        [np.mean(size <= thresholds[:, None], axis=1) if count else np.zeros(len(grid) + 1) for size in sizes]
    )
    names = tuple(penalty_name(fit.problem.penalty.l1_ratio) for fit in fits)
    return ZeroShares(names, thresholds, shares, count)
