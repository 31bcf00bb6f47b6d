"""The public functions: folds, their scores, and the two alphas that the scores choose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from whyzero.cross_validation.averages import mean_and_error, mean_where_defined
from whyzero.cross_validation.fold_scores import FoldCallback, FoldStore, score_folds
from whyzero.cross_validation.folds import check_training_folds, checked_folds, make_folds
from whyzero.settings import check_settings
from whyzero.solution import CrossValidation, Path, Settings
from whyzero.solve import fit_path

__all__ = ["cross_validate", "cross_validate_path"]

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
    store: FoldStore | None = None,
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
    store : FoldStore, optional
        Recalls the scores of folds that were fitted before, and keeps those of the others.

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
    check_settings(settings)
    if folds is None:
        assignment = make_folds(problem, n_folds, random_state)
    else:
        assignment = checked_folds(folds, problem.n_rows)
    n_folds = int(assignment.max()) + 1
    settings = replace(settings, exact=False)
    check_training_folds(problem, assignment, n_folds)
    scores, weights = score_folds(path, assignment, n_folds, settings, callback, store=store)
    deviance = scores.pop("deviance")
    mean, se = mean_and_error(deviance, weights)
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
        metrics={name: mean_where_defined(values, weights) for name, values in scores.items()},
    )
