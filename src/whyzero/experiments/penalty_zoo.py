"""The kink decides, not the size: which penalties make exact zeros.

One weight with the loss ``(w - z)^2 / 2`` is pulled from zero by ``z``. A convex penalty holds it there if and
only if ``z`` lies in ``alpha`` times the interval of the penalty's slopes at 0, Eq. (110).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["AllOrNothing", "PenaltyZoo", "all_or_nothing", "penalty_zoo"]

Array = NDArray[np.float64]

# Enough halvings to pass every positive float64 on the way to zero.
_HALVINGS = 1100


@dataclass(frozen=True)
class _Penalty:
    """An even convex penalty: its value, its slope at w > 0, and its slope as w falls to 0."""

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    slope_at_zero: float


def _penalties(width: float) -> tuple[_Penalty, ...]:
    return (
        _Penalty("|w|", np.abs, np.ones_like, 1.0),
        _Penalty("w^2 / 2", lambda w: w * w / 2, lambda w: w, 0.0),
        _Penalty("(|w| + w^2 / 2) / 2", lambda w: (np.abs(w) + w * w / 2) / 2, lambda w: (1.0 + w) / 2, 0.5),
        _Penalty("|w|^1.5", lambda w: np.abs(w) ** 1.5, lambda w: 1.5 * np.sqrt(w), 0.0),
        _Penalty(
            "sqrt(w^2 + width^2) - width",
            lambda w: np.hypot(w, width) - width,
            lambda w: w / np.hypot(w, width),
            0.0,
        ),
    )


@dataclass(frozen=True, eq=False)
class PenaltyZoo:
    """What several penalties do to the same pulls.

    Attributes
    ----------
    names : tuple of str
        The penalties, as formulas: L1, L2, half of each, a steeper power, and ``|w|`` with its kink rounded off.
    alpha : float
        Their strength.
    pulls : ndarray of shape (n_pulls,)
        ``z``.
    weights : ndarray of shape (n_penalties, n_pulls)
        ``argmin over w of (w - z)^2 / 2 + alpha penalty(w)``.
    criterion : ndarray of shape (n_penalties, 2)
        Left and right slope of the penalty at 0. Pulls within alpha times this interval leave the weight at 0.
    values : ndarray of shape (n_penalties, 2)
        The penalty of ``w = 0.1`` and of ``w = 0.01``.
    """

    names: tuple[str, ...]
    alpha: float
    pulls: Array
    weights: Array
    criterion: Array
    values: Array

    @property
    def zeros(self) -> NDArray[np.intp]:
        """Weights that are exactly 0.0, for every penalty."""
        return np.asarray(np.count_nonzero(self.weights == 0.0, axis=1))

    @property
    def predicted_zeros(self) -> NDArray[np.intp]:
        """Pulls that the criterion holds at 0, for every penalty."""
        low, high = self.alpha * self.criterion[:, :1], self.alpha * self.criterion[:, 1:]
        return np.asarray(np.count_nonzero((low <= self.pulls) & (self.pulls <= high), axis=1))


def penalty_zoo(seed: int = 0, *, n_pulls: int = 2000, alpha: float = 1.0, width: float = 1e-6) -> PenaltyZoo:
    """Minimise ``(w - z)^2 / 2 + alpha penalty(w)`` for many pulls and five penalties.

    The minimiser is found by bisection between 0 and the pull, from the slopes away from 0 alone: it is 0
    only if the objective rises at every float to the right of 0. So the count does not use the criterion.

    Parameters
    ----------
    seed : int
        Of the pulls, which are uniform between -1 and 1.
    n_pulls : int
        How many.
    alpha : float
        Penalty strength.
    width : float
        How far the kink of the last penalty is rounded off; it differs from ``|w|`` by less than this.
    """
    pulls = np.random.default_rng(seed).uniform(-1.0, 1.0, n_pulls)
    zoo = _penalties(width)
    return PenaltyZoo(
        names=tuple(penalty.name for penalty in zoo),
        alpha=alpha,
        pulls=pulls,
        weights=np.array([_minimisers(penalty, pulls, alpha) for penalty in zoo]),
        criterion=np.array([(0.0 - penalty.slope_at_zero, penalty.slope_at_zero) for penalty in zoo]),
        values=np.array([penalty.value(np.array([0.1, 0.01])) for penalty in zoo]),
    )


def _minimisers(penalty: _Penalty, pulls: Array, alpha: float) -> Array:
    """The largest points found at which the objective still falls, with the signs of the pulls."""
    size = np.abs(pulls)
    low, high = np.zeros_like(size), size.copy()
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        falls = (middle > 0.0) & (middle + alpha * penalty.slope(middle) < size)
        low, high = np.where(falls, middle, low), np.where(falls, high, middle)
    return np.asarray(np.copysign(low, pulls))


@dataclass(frozen=True, eq=False)
class AllOrNothing:
    """What the unsquared norm of two weights does: its only kink is where both are zero.

    Attributes
    ----------
    alpha : float
        Its strength.
    pulls, weights : ndarray of shape (n_pulls, 2)
        ``argmin over w of |w - z|^2 / 2 + alpha sqrt(w_1^2 + w_2^2)`` for the pulls ``z``.
    """

    alpha: float
    pulls: Array
    weights: Array

    @property
    def both_zero(self) -> int:
        """Pairs of which both weights are zero."""
        return int(np.count_nonzero(np.all(self.weights == 0.0, axis=1)))

    @property
    def one_zero(self) -> int:
        """Pairs of which exactly one weight is zero."""
        return int(np.count_nonzero(np.sum(self.weights == 0.0, axis=1) == 1))


def all_or_nothing(seed: int = 0, *, n_pulls: int = 2000, alpha: float = 0.8) -> AllOrNothing:
    """Penalise pairs of weights by their unsquared length.

    ``w = z max(1 - alpha / |z|, 0)``: the group lasso of Yuan and Lin (2006). The pulls are uniform in the square
    from -1 to 1.

    Parameters
    ----------
    seed : int
        Of the pulls.
    n_pulls : int
        How many.
    alpha : float
        Penalty strength.
    """
    pulls = np.random.default_rng(seed).uniform(-1.0, 1.0, (n_pulls, 2))
    length = np.hypot(pulls[:, 0], pulls[:, 1])
    kept = np.maximum(1.0 - alpha / length, 0.0)
    return AllOrNothing(alpha, pulls, pulls * kept[:, None])
