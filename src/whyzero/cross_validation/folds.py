"""Which fold holds out which row."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from whyzero.errors import InputError
from whyzero.losses import POISSON

if TYPE_CHECKING:
    from whyzero.problem import Problem

__all__ = ["Folds", "check_training_folds", "checked_folds", "make_folds"]

Folds = NDArray[np.int64]


def make_folds(problem: Problem, n_folds: int, random_state: int | np.random.Generator = 0) -> Folds:
    """Deal the rows to folds; each class is spread evenly, and so are the fold sizes.

    Rows are shuffled within their class and dealt in turn, the next class going on where the last one
    ended: the folds' sizes, and their counts of each class, differ by at most one. Rows of weight zero
    are dealt last, so that they do not change the folds of the others.

    Parameters
    ----------
    problem : Problem
        Supplies the target and the sample weights.
    n_folds : int
        Number of folds.
    random_state : int or numpy.random.Generator
        Seed of the shuffle.

    Returns
    -------
    ndarray of int64 of shape (n_samples,)

    Raises
    ------
    InputError
        If there are fewer than two folds, or fewer rows of positive weight than folds.
    """
    if isinstance(n_folds, bool) or not isinstance(n_folds, Real) or n_folds != n_folds // 1 or n_folds < 2:
        raise InputError(f"n_folds={n_folds!r} is not a number of folds; give a whole number of at least 2.")
    if isinstance(random_state, (int, np.integer)) and random_state < 0:
        raise InputError(f"random_state={random_state!r} is negative; give a whole number of at least 0.")
    used = problem.sample_weight > 0
    if np.count_nonzero(used) < n_folds:
        raise InputError(
            f"n_folds={n_folds} is more than the {np.count_nonzero(used)} rows with a positive weight; "
            "give fewer folds."
        )
    stratum = problem.y if problem.classes is not None else np.zeros(problem.n_rows)
    rng = np.random.default_rng(random_state)
    groups = [rng.permutation(np.flatnonzero(used & (stratum == level))) for level in np.unique(stratum)]
    order = np.concatenate([*groups, np.flatnonzero(~used)])
    assignment = np.empty(problem.n_rows, dtype=np.int64)
    assignment[order] = np.arange(problem.n_rows) % int(n_folds)
    return assignment


def checked_folds(folds: ArrayLike, n_rows: int) -> Folds:
    """Fold numbers as 0 .. K-1, in the order of the given labels."""
    given = np.asarray(folds)
    if given.shape != (n_rows,):
        raise InputError(f"folds has shape {given.shape}; it must have one entry for each of the {n_rows} rows.")
    if given.dtype.kind not in "iu":
        raise InputError(f"folds has entries of type {given.dtype}; give whole numbers, the fold of each row.")
    labels, assignment = np.unique(given, return_inverse=True)
    if len(labels) < 2:
        raise InputError(f"folds puts every row into fold {labels[0]}; at least 2 folds are needed.")
    return assignment.astype(np.int64).reshape(n_rows)


def check_training_folds(problem: Problem, assignment: Folds, n_folds: int) -> None:
    """Every fold holds out some weight, and every training part has some, of each class, or above 0 for counts."""
    used = problem.sample_weight > 0
    levels = {"row": used}
    if problem.classes is not None:
        levels = {f"row of class {label!r}": used & (problem.y == k) for k, label in enumerate(problem.classes)}
    elif problem.loss is POISSON and problem.fit_intercept:
        levels = {"row above 0": used & (problem.y > 0.0)}
    held_any = np.bincount(assignment[used], minlength=n_folds)
    empty = np.flatnonzero(held_any == 0)
    if len(empty):
        raise InputError(f"folds: fold {empty[0]} holds out no row with a positive weight; give fewer folds.")
    for what, level in levels.items():
        held = np.bincount(assignment[level], minlength=n_folds)
        lost = np.flatnonzero(held == held.sum())
        if len(lost):
            raise InputError(
                f"fold {lost[0]} holds out every {what} that has a positive weight ({held.sum()} in all), so nothing "
                "is left to train on: a class needs at least 2 rows, in different folds. Add rows, or fit without "
                "cross-validation by giving alpha."
            )
