"""What a computed path says about one weight. Every statement is about the grid, never between its points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations.path_pulls import PathPulls
from whyzero.solution import Path, Solution

__all__ = ["ActiveAlphas", "active_alphas", "alpha_change", "ever_nonzero", "path_data", "training_losses"]

Array = NDArray[np.float64]

_SAME = 1e-12


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


def alpha_change(path: Path, solution: Solution) -> tuple[tuple[float, float] | None, ...]:
    """Neighbouring alphas ``(low, high)`` of every feature, non-zero at `low` and zero at `high`; None without such.

    For a zero the nearest pair at or below the fit's alpha, for the others at or above it. The fit itself counts as
    a point of the grid. What happens between the two was not computed.
    """
    apart = path.alphas[np.abs(path.alphas - solution.alpha) > _SAME * solution.alpha]
    kept = np.isin(path.alphas, apart)
    here = int(np.count_nonzero(apart > solution.alpha))
    alphas = np.insert(apart, here, solution.alpha)
    live = np.insert(path.coefs[kept] != 0, here, solution.coef != 0, axis=0)
    found: list[tuple[float, float] | None] = []
    for column in live.T:
        if column[here]:
            above = np.flatnonzero(~column[:here])
            pair = (above[-1] + 1, above[-1]) if len(above) else None
        else:
            below = np.flatnonzero(column[here:])
            pair = (here + below[0], here + below[0] - 1) if len(below) else None
        found.append(None if pair is None else (float(alphas[pair[0]]), float(alphas[pair[1]])))
    return tuple(found)


def training_losses(path: Path) -> Array:
    """Mean training loss at every alpha of the path, shape (n_alphas,)."""
    loss = path.problem.loss_value
    return np.array([loss(coef, float(b0)) for coef, b0 in zip(path.coefs, path.intercepts, strict=True)])


def path_data(path: Path, pulls: PathPulls | None, index: NDArray[np.intp] | None = None) -> dict[str, Any]:
    """The path as in the saved explanation: standardised weights of every feature that is ever non-zero.

    That of a column that never varies, which without an intercept can have a weight, is the weight itself.

    Parameters
    ----------
    path : Path
        What to show.
    pulls : PathPulls or None
        The pulls along it, as far as they are known.
    index : ndarray of int, optional
        Only these features.
    """
    index = ever_nonzero(path) if index is None else index
    sd = path.problem.column_sd[index]
    return {
        "alphas": path.alphas.tolist(),
        "index": index.tolist(),
        "sd": sd.tolist(),
        "coefs_std": (path.coefs[:, index] * np.where(sd > 0, sd, 1.0)).tolist(),
        "nonzero": np.count_nonzero(path.coefs, axis=1).tolist(),
        "train_loss": training_losses(path).tolist(),
        "dual_gap": float(path.dual_gaps.max(initial=0.0)),
        "pulls": None if pulls is None else _pull_data(pulls),
    }


def ever_nonzero(path: Path, limit: int | None = None) -> NDArray[np.intp]:
    """Features with a weight somewhere on the path; at most `limit`, those whose standardised weight grows largest."""
    index = np.flatnonzero((path.coefs != 0).any(axis=0))
    if limit is not None and len(index) > limit:
        size = np.abs(path.coefs[:, index] * path.problem.column_sd[index]).max(axis=0)
        index = np.sort(index[np.argsort(-size, kind="stable")[:limit]])
    return index


def _pull_data(pulls: PathPulls) -> dict[str, Any]:
    known = [[number if np.isfinite(number) else None for number in row] for row in pulls.pulls.tolist()]
    return {"index": pulls.index.tolist(), "pull": known, "slope": pulls.slopes.tolist()}
