"""What a computed path says about one weight. Every statement is about the grid, never between its points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.solution import Path

__all__ = ["ActiveAlphas", "active_alphas", "path_data", "training_losses"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ActiveAlphas:
    """Where on the grid a weight is not zero.

    Attributes
    ----------
    runs : tuple of (high, low)
        Runs of neighbouring grid alphas with a non-zero weight, from the largest alpha down.
    """

    runs: tuple[tuple[float, float], ...]

    @property
    def enter(self) -> float | None:
        """The largest grid alpha with a non-zero weight; None where there is none."""
        return self.runs[0][0] if self.runs else None

    def below(self, alpha: float) -> float | None:
        """The largest grid alpha below `alpha` with a non-zero weight; None where there is none."""
        for high, low in self.runs:
            if high < alpha:
                return high
            if low < alpha:
                return low
        return None


def active_alphas(path: Path) -> tuple[ActiveAlphas, ...]:
    """The runs of every feature, in the order of the columns."""
    live = path.coefs != 0
    padded = np.zeros((len(path) + 2, live.shape[1]), dtype=np.int8)
    padded[1:-1] = live
    change = np.diff(padded, axis=0)
    runs: list[tuple[tuple[float, float], ...]] = [()] * live.shape[1]
    for j in np.flatnonzero(live.any(axis=0)):
        starts = np.flatnonzero(change[:, j] == 1)
        stops = np.flatnonzero(change[:, j] == -1) - 1
        runs[j] = tuple((float(path.alphas[a]), float(path.alphas[b])) for a, b in zip(starts, stops, strict=True))
    return tuple(ActiveAlphas(run) for run in runs)


def training_losses(path: Path) -> Array:
    """Mean training loss at every alpha of the path, shape (n_alphas,)."""
    loss = path.problem.loss_value
    return np.array([loss(coef, float(b0)) for coef, b0 in zip(path.coefs, path.intercepts, strict=True)])


def path_data(path: Path, limit: int | None = None) -> dict[str, Any]:
    """The path as in the saved explanation: standardised weights of every feature that is ever non-zero.

    Parameters
    ----------
    path : Path
        What to show.
    limit : int or None
        At most so many features: those whose standardised weight grows largest.
    """
    coefs = path.coefs * path.problem.column_sd
    size = np.abs(coefs).max(axis=0, initial=0.0)
    index = np.flatnonzero((path.coefs != 0).any(axis=0))
    if limit is not None and len(index) > limit:
        index = np.sort(index[np.argsort(-size[index], kind="stable")[:limit]])
    return {
        "alphas": path.alphas.tolist(),
        "index": index.tolist(),
        "coefs_std": coefs[:, index].tolist(),
        "nonzero": np.count_nonzero(path.coefs, axis=1).tolist(),
        "train_loss": training_losses(path).tolist(),
    }
