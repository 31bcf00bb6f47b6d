"""The held-out scores of every fold, by the shortest way.

Where the Gram matrices of all folds are cheap, they decide as many alphas as rounding allows. What they leave open,
and every other problem, is fitted fold after fold on the rows of the same matrix with some weights set to zero.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from whyzero.cross_validation.core import affordable, fold_deviances
from whyzero.cross_validation.in_turn import Progress, in_turn
from whyzero.cross_validation.scores import held_out_scores, squared_scores
from whyzero.errors import ConvergenceWarning
from whyzero.solution import Path, Settings, Status
from whyzero.solve import solve_path

if TYPE_CHECKING:
    from whyzero.cross_validation.folds import Folds
    from whyzero.problem import Problem

__all__ = ["FoldCallback", "FoldStore", "score_folds"]

Array = NDArray[np.float64]
Scores = dict[str, Array]
FoldCallback = Callable[[int, int], None]
FoldScores = tuple[Scores, int]


class FoldStore(Protocol):
    """Where the scores of folds are kept, each with the number of its fits that did not reach tol."""

    def recall(self, fold: int) -> FoldScores | None:
        """What was kept for a fold; None if nothing was."""
        ...

    def keep(self, fold: int, scores: FoldScores) -> None:
        """Take the scores of a fold that has just been fitted."""
        ...


# A matrix with fewer entries is fitted in about the time that it takes to start a thread; one with more keeps all
# threads busy by itself, and two fits of it at a time would take twice the memory.
_LEAST_ENTRIES, _MOST_ENTRIES = 20_000, 4_000_000


def score_folds(
    path: Path,
    assignment: Folds,
    n_folds: int,
    settings: Settings,
    callback: FoldCallback | None,
    *,
    store: FoldStore | None = None,
) -> tuple[Scores, Array]:
    """Scores of shape (n_folds, n_alphas) by name, and the weight that each fold holds out.

    Parameters
    ----------
    path : Path
        The path on all rows; its alphas are the grid of every fold, and it warm-starts them.
    assignment : ndarray of int64 of shape (n_rows,)
        The fold of each row, 0 .. n_folds - 1.
    n_folds : int
        Number of folds.
    settings : Settings
        How the folds are fitted.
    callback : callable or None
        Called as ``callback(done, n_folds)`` after each fold.
    store : FoldStore, optional
        Folds that it recalls are not fitted; the others are given to it.

    Returns
    -------
    scores : dict of str to ndarray
    weights : ndarray of shape (n_folds,)

    Warns
    -----
    ConvergenceWarning
        If fits stopped before their gap reached `tol`.
    """
    problem = path.problem
    weights: Array = np.bincount(assignment, weights=problem.sample_weight, minlength=n_folds).astype(np.float64)
    kept = {} if store is None else {k: found for k in range(n_folds) if (found := store.recall(k)) is not None}
    to_score = [k for k in range(n_folds) if k not in kept]
    known = np.full((n_folds, len(path)), np.nan)
    if to_score and affordable(problem, n_folds):
        known = fold_deviances(problem, assignment, n_folds, path.alphas, settings)

    def score(place: int, settings: Settings, progress: Progress) -> FoldScores:
        k = to_score[place]
        return _score_fold(path, assignment == k, known[k], settings, progress)

    rows: list[Scores] = []
    unfinished = 0
    side_by_side = _worth_threads(problem, known[to_score])
    with closing(in_turn(score, len(to_score), settings, side_by_side=side_by_side)) as results:
        for k in range(n_folds):
            scores, late = kept[k] if k in kept else next(results)
            if store is not None and k not in kept:
                store.keep(k, (scores, late))
            rows.append(scores)
            unfinished += late
            if callback is not None:
                callback(len(rows), n_folds)
    if unfinished:
        warnings.warn(
            f"{unfinished} of the {n_folds * len(path)} fits of the cross-validation stopped before their duality "
            "gap reached tol; their scores are those of unfinished models. Raise max_iter or tol.",
            ConvergenceWarning,
            stacklevel=4,
        )
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}, weights


def _worth_threads(problem: Problem, known: Array) -> bool:
    """Whether more than one fold is to be fitted, each on one thread."""
    to_fit = np.isnan(known).any(axis=1)
    return bool(np.count_nonzero(to_fit) > 1 and _LEAST_ENTRIES <= problem.n_rows * problem.n_cols <= _MOST_ENTRIES)


def _score_fold(
    path: Path, held: NDArray[np.bool_], known: Array, settings: Settings, progress: Progress
) -> FoldScores:
    """Scores of the fits without the rows `held`, and how many fits did not reach tol.

    `known` has the deviances that need no fit, and NaN from the first alpha on that needs one.
    """
    problem = path.problem
    rows = np.flatnonzero(held & (problem.sample_weight > 0))
    decided = int(np.count_nonzero(~np.isnan(known)))
    parts: list[Scores] = []
    late = 0
    if decided:
        parts.append(squared_scores(problem.y[rows], problem.sample_weight[rows], known[:decided]))
    if decided < len(path):
        train = problem.with_sample_weight(np.where(held, 0.0, problem.sample_weight))
        hint = None if decided else path
        fitted = solve_path(train, alphas=path.alphas[decided:], settings=settings, hint=hint, callback=progress)
        late = sum(status is not Status.OPTIMAL for status in fitted.statuses)
        parts.append(held_out_scores(problem, fitted, rows))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, late
