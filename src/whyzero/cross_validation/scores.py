"""Scores of fitted models on the rows that a fold holds out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whyzero.losses import POISSON
from whyzero.solution import Path, Weights

if TYPE_CHECKING:
    from whyzero.designs import Design
    from whyzero.problem import Problem

__all__ = ["held_out_scores", "score_names", "squared_scores", "weighted_auc"]

Array = NDArray[np.float64]

_BLOCK_BYTES = 64 * 2**20

# What adding up the entries of sparse columns takes, in units of an entry of a product of dense matrices.
_SCATTERED = 8.0


def score_names(problem: Problem) -> tuple[str, ...]:
    """Names of the scores of a fold: what `held_out_scores` gives."""
    if problem.loss is POISSON:
        return "deviance", "d2"
    return ("deviance", "r2") if problem.classes is None else ("deviance", "accuracy", "auc")


def held_out_scores(problem: Problem, fitted: Path, held: NDArray[np.intp]) -> dict[str, Array]:
    """Weighted scores on the rows `held`, one for each alpha."""
    y = problem.y[held]
    weight = problem.sample_weight[held]
    blocks: list[dict[str, Array]] = []
    step = max(1, _BLOCK_BYTES // (8 * max(1, problem.n_rows)))
    for start in range(0, len(fitted), step):
        part = range(start, min(start + step, len(fitted)))
        eta = _linear_predictor(problem.design, fitted.weights, part, held)
        eta += fitted.intercepts[start : part.stop] + problem.offset[held, None]
        deviance = 2.0 * np.average(problem.loss.value(y[:, None], eta), axis=0, weights=weight)
        if problem.loss is POISSON:
            blocks.append({"deviance": deviance, "d2": _explained(y, weight, deviance)})
        elif problem.classes is None:
            blocks.append(squared_scores(y, weight, deviance))
        else:
            blocks.append({"deviance": deviance, **_rates(y == 1.0, eta, weight)})
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def squared_scores(y: Array, weight: Array, deviance: Array) -> dict[str, Array]:
    """The scores of the squared loss, which all follow from the deviances (n_alphas,) on the rows of `y`."""
    spread = float(np.average((y - np.average(y, weights=weight)) ** 2, weights=weight))
    r2 = 1.0 - deviance / spread if spread > 0.0 else np.full(len(deviance), np.nan)
    return {"deviance": deviance, "r2": r2}


def _explained(y: Array, weight: Array, deviance: Array) -> Array:
    """How much of the deviance of the rows' own mean is explained, as a share: `sklearn.metrics.d2_tweedie_score`."""
    level = np.full(len(y), POISSON.null_prediction(y, weight))
    null = 2.0 * float(np.average(POISSON.value(y, level), weights=weight)) if np.any(y > 0.0) else 0.0
    return 1.0 - deviance / null if null > 0.0 else np.full(len(deviance), np.nan)


def _rates(positive: NDArray[np.bool_], eta: Array, weight: Array) -> dict[str, Array]:
    """Accuracy and AUC of the predictors `eta` (n_held, n_alphas)."""
    right = (eta > 0.0) == positive[:, None]
    return {
        "accuracy": np.average(right, axis=0, weights=weight),
        "auc": np.array([weighted_auc(positive, column, weight) for column in eta.T]),
    }


def _linear_predictor(design: Design, weights: Weights, fits: range, rows: NDArray[np.intp]) -> Array:
    """``X[rows] @ coef`` of the fits `fits`, of shape (n_held, n_fits), reading only columns that one of them uses.

    Either the product with all rows, of which `rows` are kept, or the product with the chosen columns
    written out and cut to `rows`: whichever takes less.
    """
    entries = slice(weights.indptr[fits.start], weights.indptr[fits.stop])
    support, place = np.unique(weights.indices[entries], return_inverse=True)
    coefs = np.zeros((len(support), len(fits)))
    fit = np.repeat(np.arange(len(fits)), np.diff(weights.indptr[fits.start : fits.stop + 1]))
    coefs[place, fit] = weights.values[entries]
    stored = float(design.column_counts()[support].sum())
    written_out = len(support) * (design.n_rows + float(len(rows)) * len(fits))
    if _SCATTERED * stored * len(fits) < written_out:
        everywhere = np.zeros((design.n_cols, len(fits)))
        everywhere[support] = coefs
        return np.ascontiguousarray(design.matvec(everywhere)[rows])
    eta = np.zeros((len(rows), len(fits)))
    step = max(1, _BLOCK_BYTES // (8 * max(1, design.n_rows)))
    for start in range(0, len(support), step):
        block = slice(start, start + step)
        eta += design.columns(support[block])[rows] @ coefs[block]
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
