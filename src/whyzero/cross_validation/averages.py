"""Averages of scores over folds, weighted by what the folds hold out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["mean_and_error", "mean_where_defined"]

Array = NDArray[np.float64]


def mean_and_error(scores: Array, weights: Array) -> tuple[Array, Array]:
    """Weighted mean over folds and its standard error."""
    mean = np.average(scores, axis=0, weights=weights)
    variance = np.average((scores - mean) ** 2, axis=0, weights=weights)
    return mean, np.sqrt(variance / (len(scores) - 1))


def mean_where_defined(scores: Array, weights: Array) -> Array:
    """Weighted mean over the folds that have the score; NaN where none has (an AUC needs both classes)."""
    defined = np.where(np.isfinite(scores), weights[:, None], 0.0)
    total = defined.sum(axis=0)
    summed = np.sum(np.where(np.isfinite(scores), scores, 0.0) * defined, axis=0)
    mean: Array = np.divide(summed, total, out=np.full(len(total), np.nan), where=total > 0.0)
    return mean
