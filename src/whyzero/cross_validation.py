"""Choosing alpha by held-out scores on one common grid.

Every fold fits the *same* rows of the same matrix with some sample weights set to zero, so X is
never copied, and every fold uses the grid of the path on all rows, so scores at one alpha can be
averaged. The rules for the mean, its standard error and the one-standard-error choice are those of
Friedman, Hastie and Tibshirani (2010), "Regularization Paths for Generalized Linear Models via
Coordinate Descent", Journal of Statistical Software 33(1), section 5 and the `cv.glmnet` manual.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from whyzero.errors import ConvergenceWarning, InputError
from whyzero.solution import CrossValidation, Path, Settings, Status
from whyzero.solve import fit_path, solve_path

if TYPE_CHECKING:
    from whyzero.designs import Design
    from whyzero.problem import Problem

__all__ = ["cross_validate", "cross_validate_path", "make_folds", "weighted_auc"]

Array = NDArray[np.float64]
Folds = NDArray[np.int64]
FoldCallback = Callable[[int, int], None]

_BLOCK_BYTES = 64 * 2**20

# Means that differ by rounding alone are one score, and the larger alpha has it.
_TIE = 1e-12


def cross_validate(
    X: Any,
    y: Any,
    *,
    n_folds: int = 10,
    random_state: int | np.random.Generator = 0,
    folds: ArrayLike | None = None,
    callback: FoldCallback | None = None,
    **options: Any,
) -> CrossValidation:
    """Fit a path on all rows and score each of its alphas on held-out rows.

    Parameters
    ----------
    X, y
        As in `whyzero.fit_path`.
    n_folds, random_state, folds, callback
        As in `cross_validate_path`.
    **options
        Every option of `whyzero.fit_path` (``loss``, ``l1_ratio``, ``alphas``, ``sample_weight``, ...).

    Returns
    -------
    CrossValidation

    Raises
    ------
    InputError
        For bad data, for a number of folds that the rows cannot fill, and for a class that some
        training fold would not contain.

    Examples
    --------
    >>> import numpy as np, whyzero as wz
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 5))
    >>> cv = wz.cross_validate(X, X[:, 0] + rng.normal(size=60), n_folds=5)
    >>> cv.alpha_min <= cv.alpha_1se
    True
    """
    path = fit_path(X, y, **options)
    names = Settings.__dataclass_fields__
    settings = Settings(**{name: options[name] for name in names if name in options})
    return cross_validate_path(
        path, n_folds=n_folds, random_state=random_state, folds=folds, settings=settings, callback=callback
    )


def cross_validate_path(
    path: Path,
    *,
    n_folds: int = 10,
    random_state: int | np.random.Generator = 0,
    folds: ArrayLike | None = None,
    settings: Settings | None = None,
    callback: FoldCallback | None = None,
) -> CrossValidation:
    """Score every alpha of a path on held-out rows.

    Parameters
    ----------
    path : Path
        The path on all rows; its alphas are the grid of every fold, and it warm-starts them.
    n_folds : int, default 10
        Number of folds; at least 2.
    random_state : int or numpy.random.Generator, default 0
        Decides which row goes to which fold. The same number gives the same folds.
    folds : array-like of int of shape (n_samples,), optional
        The fold of each row; then `n_folds` and `random_state` are not used.
    settings : Settings, optional
        How the folds are fitted.
    callback : callable, optional
        Called as ``callback(done, n_folds)`` after each fold.

    Returns
    -------
    CrossValidation
        ``mean`` is the held-out deviance (2 x mean loss; squared error for the squared loss) averaged
        over folds with the folds' weights ``W_k`` (sum of the sample weights held out);
        ``se = sqrt( sum_k W_k (d_k - mean)^2 / (sum_k W_k) / (K - 1) )``.

    Raises
    ------
    InputError
        If the rows cannot fill the folds, or a training fold would lose a class.
    """
    problem = path.problem
    settings = Settings() if settings is None else settings
    if folds is None:
        assignment = make_folds(problem, n_folds, random_state)
    else:
        assignment = _checked_folds(folds, problem.n_rows)
    n_folds = int(assignment.max()) + 1
    settings = replace(settings, exact=False)
    _check_training_folds(problem, assignment, n_folds)
    scores, weights = _score_folds(path, assignment, n_folds, settings, callback)
    deviance = scores.pop("deviance")
    mean, se = _mean_and_error(deviance, weights)
    index_min = int(np.flatnonzero(mean <= mean.min() * (1.0 + _TIE))[0])
    within = mean <= mean[index_min] + se[index_min]
    return CrossValidation(
        path=path,
        mean=mean,
        se=se,
        fold_scores=deviance,
        folds=assignment,
        index_min=index_min,
        index_1se=int(np.flatnonzero(within)[0]),
        metrics={name: _mean_where_defined(values, weights) for name, values in scores.items()},
    )


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


def _checked_folds(folds: ArrayLike, n_rows: int) -> Folds:
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


def _check_training_folds(problem: Problem, assignment: Folds, n_folds: int) -> None:
    """Every fold holds out some weight, and every training part has some, of each class."""
    used = problem.sample_weight > 0
    levels = [used] if problem.classes is None else [used & (problem.y == level) for level in (0.0, 1.0)]
    held_any = np.bincount(assignment[used], minlength=n_folds)
    empty = np.flatnonzero(held_any == 0)
    if len(empty):
        raise InputError(f"folds: fold {empty[0]} holds out no row with a positive weight; give fewer folds.")
    for code, level in enumerate(levels):
        held = np.bincount(assignment[level], minlength=n_folds)
        lost = np.flatnonzero(held == held.sum())
        if len(lost):
            what = "row" if problem.classes is None else f"row of class {problem.classes[code]!r}"
            raise InputError(
                f"fold {lost[0]} holds out every {what} that has a positive weight ({held.sum()} in all), so nothing "
                "is left to train on: a class needs at least 2 rows, in different folds. Add rows, or fit without "
                "cross-validation by giving alpha."
            )


def _score_folds(
    path: Path, assignment: Folds, n_folds: int, settings: Settings, callback: FoldCallback | None
) -> tuple[dict[str, Array], Array]:
    """Scores of shape (n_folds, n_alphas) by name, and the weight that each fold holds out."""
    problem = path.problem
    weights: Array = np.bincount(assignment, weights=problem.sample_weight, minlength=n_folds).astype(np.float64)
    rows: list[dict[str, Array]] = []
    unfinished = 0
    for k in range(n_folds):
        held = assignment == k
        train = problem.with_sample_weight(np.where(held, 0.0, problem.sample_weight))
        fitted = solve_path(train, alphas=path.alphas, settings=settings, hint=path)
        unfinished += sum(status is not Status.OPTIMAL for status in fitted.statuses)
        rows.append(_held_out_scores(problem, fitted, np.flatnonzero(held & (problem.sample_weight > 0))))
        if callback is not None:
            callback(k + 1, n_folds)
    if unfinished:
        warnings.warn(
            f"{unfinished} of the {n_folds * len(path)} fits of the cross-validation stopped before their duality "
            "gap reached tol; their scores are those of unfinished models. Raise max_iter or tol.",
            ConvergenceWarning,
            stacklevel=4,
        )
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}, weights


def _held_out_scores(problem: Problem, fitted: Path, held: NDArray[np.intp]) -> dict[str, Array]:
    """Weighted scores on the rows `held`, one for each alpha."""
    y = problem.y[held]
    weight = problem.sample_weight[held]
    scores: dict[str, list[Array]] = {}
    step = max(1, _BLOCK_BYTES // (8 * max(1, problem.n_rows)))
    for start in range(0, len(fitted), step):
        part = slice(start, start + step)
        eta = _linear_predictor(problem.design, fitted.coefs[part], held)
        eta += fitted.intercepts[part] + problem.offset[held, None]
        deviance = 2.0 * np.average(problem.loss.value(y[:, None], eta), axis=0, weights=weight)
        scores.setdefault("deviance", []).append(deviance)
        if problem.classes is not None:
            correct = (eta > 0.0) == (y[:, None] == 1.0)
            scores.setdefault("accuracy", []).append(np.average(correct, axis=0, weights=weight))
            auc = np.array([weighted_auc(y == 1.0, column, weight) for column in eta.T])
            scores.setdefault("auc", []).append(auc)
        else:
            spread = float(np.average((y - np.average(y, weights=weight)) ** 2, weights=weight))
            r2 = 1.0 - deviance / spread if spread > 0.0 else np.full(len(deviance), np.nan)
            scores.setdefault("r2", []).append(r2)
    return {name: np.concatenate(parts) for name, parts in scores.items()}


def _linear_predictor(design: Design, coefs: Array, rows: NDArray[np.intp]) -> Array:
    """``X[rows] @ coefs.T`` of shape (n_held, n_alphas), reading only columns that some alpha uses.

    Either the product with all rows, of which `rows` are kept, or the product with the chosen columns
    written out and cut to `rows`: whichever multiplies less.
    """
    support = np.flatnonzero(np.any(coefs != 0.0, axis=0))
    entries = float(design.column_counts()[support].sum())
    written_out = len(support) * (design.n_rows + float(len(rows)) * len(coefs))
    if entries * len(coefs) < written_out:
        return np.ascontiguousarray(design.matvec(coefs.T)[rows])
    eta = np.zeros((len(rows), len(coefs)))
    step = max(1, _BLOCK_BYTES // (8 * max(1, design.n_rows)))
    for start in range(0, len(support), step):
        block = support[start : start + step]
        eta += design.columns(block)[rows] @ coefs[:, block].T
    return eta


def weighted_auc(positive: NDArray[np.bool_], score: Array, weight: Array) -> float:
    """Area under the ROC curve: the weighted share of (positive, negative) pairs ranked rightly.

    A tie counts one half (Hanley and McNeil 1982, Radiology 143, 29-36).

    Parameters
    ----------
    positive : ndarray of bool of shape (n_samples,)
        Which rows are of the positive class.
    score : ndarray of shape (n_samples,)
        The larger, the more positive.
    weight : ndarray of shape (n_samples,)
        Sample weights.

    Returns
    -------
    float
        NaN when one of the classes has no weight.
    """
    _, tie = np.unique(score, return_inverse=True)
    above = np.bincount(tie, weights=weight * positive)
    below = np.bincount(tie, weights=weight * ~positive)
    pairs = above.sum() * below.sum()
    if pairs == 0.0:
        return float("nan")
    return float(np.sum(above * (np.cumsum(below) - 0.5 * below)) / pairs)


def _mean_and_error(scores: Array, weights: Array) -> tuple[Array, Array]:
    """Weighted mean over folds and its standard error."""
    mean = np.average(scores, axis=0, weights=weights)
    variance = np.average((scores - mean) ** 2, axis=0, weights=weights)
    return mean, np.sqrt(variance / (len(scores) - 1))


def _mean_where_defined(scores: Array, weights: Array) -> Array:
    """Weighted mean over the folds that have the score; NaN where none has (an AUC needs both classes)."""
    defined = np.where(np.isfinite(scores), weights[:, None], 0.0)
    total = defined.sum(axis=0)
    summed = np.sum(np.where(np.isfinite(scores), scores, 0.0) * defined, axis=0)
    mean: Array = np.divide(summed, total, out=np.full(len(total), np.nan), where=total > 0.0)
    return mean
