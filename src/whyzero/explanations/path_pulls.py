"""How strongly the data pull along a path: at every alpha the pull of each weight, and the slope it stands at.

The slope ``|dL/du_j|`` at the fit climbs, as alpha falls, until it meets the toll, and stays at it as long as the
weight is not zero: the optimality condition in one picture. The pull has the weight's own part taken out, as in
`pulls`; for a zero the two are the same number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations.pulls import penalty_units, pulls_without, slopes
from whyzero.solution import Path

__all__ = ["PathPulls", "near_the_toll", "path_pulls"]

Array = NDArray[np.float64]

MOST_NUMBERS = 24_000
_MOST_PRODUCTS = 4e9
_MOST_VALUES = 4e7
_STRONGEST, _WEAKEST, _NEAREST = 24, 10, 40


@dataclass(frozen=True, eq=False)
class PathPulls:
    """Pulls and slopes of some features along a path, in the unit in which the penalty acts.

    Attributes
    ----------
    index : ndarray of shape (n_shown,)
        The features, in the order of the columns.
    pulls : ndarray of shape (n_alphas, n_shown)
        As `rows.Row.pull`; NaN for a weight that is not zero where it was left out to save time.
    slopes : ndarray of shape (n_alphas, n_shown)
        ``|dL/du_j|`` at the fit; ``-dL/du_j`` where no weight may be negative.
    """

    index: NDArray[np.intp]
    pulls: Array
    slopes: Array


def path_pulls(path: Path, among: NDArray[np.intp] | None = None) -> PathPulls | None:
    """Pulls along `path`, or None where the data are so large that it would take too long.

    Parameters
    ----------
    path : Path
        The fits.
    among : ndarray of int, optional
        Features to choose from; all of them if not given. If there are more than the page can hold
        (`MOST_NUMBERS` numbers), those that come nearest to their toll along the path are kept.
    """
    problem = path.problem
    entries = float(problem.design.column_counts().sum())
    if 2 * entries * len(path) > _MOST_PRODUCTS:
        return None
    among = np.arange(problem.n_cols) if among is None else among
    units = penalty_units(problem)
    moved = ~(problem.structural & ~problem.penalty.excluded)
    etas = [problem.eta(coef, float(b0)) for coef, b0 in zip(path.coefs, path.intercepts, strict=True)]
    signed = np.stack([slopes(problem, problem.loss.gradient(problem.y, eta)) for eta in etas])
    reach = problem.penalty.reach
    size = (moved * reach(signed) / units)[:, among]
    index = _kept(path, size, among)
    kept = np.searchsorted(among, index)
    live = path.coefs[:, index] != 0
    pulls = np.where(live, np.nan, size[:, kept])
    wanted = live & _affordable(problem.n_rows * np.count_nonzero(live, axis=0))
    for k, eta in enumerate(etas):
        support = index[wanted[k]]
        pulls[k, wanted[k]] = reach(pulls_without(problem, path.coefs[k], eta, support)) / units[support]
    return PathPulls(index, pulls, size[:, kept])


def near_the_toll(coef: Array, ratio: Array) -> NDArray[np.intp]:
    """The features that a figure of both fits can show: the strongest, and those nearest to the toll on either side.

    `ratio` is pull / toll, NaN where there is no toll.
    """
    order = np.argsort(-np.where(np.isnan(ratio), np.inf, ratio), kind="stable")
    alive, zeros = order[coef[order] != 0], order[coef[order] == 0]
    return np.unique(np.concatenate([alive[:_STRONGEST], alive[-_WEAKEST:], zeros[:_NEAREST]]))


def _affordable(cost: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """The cheapest features, together within the bound: those that live for few alphas, so that their pull is near."""
    order = np.argsort(cost, kind="stable")
    within = np.zeros(len(cost), dtype=bool)
    within[order] = np.cumsum(cost[order]) <= _MOST_VALUES
    return within


def _kept(path: Path, size: Array, among: NDArray[np.intp]) -> NDArray[np.intp]:
    """The features to keep: first those that are ever not zero, then by slope / toll, in the mean over the path."""
    most = max(1, MOST_NUMBERS // len(path))
    if len(among) <= most:
        return among
    factor = path.problem.penalty.factor[among]
    nearest = np.mean(size / path.alphas[:, None], axis=0) / np.where(factor > 0, factor, 1.0)
    ever = (path.coefs[:, among] != 0).any(axis=0)
    order = np.lexsort((-nearest, ~ever))
    return np.sort(among[order[:most]])
