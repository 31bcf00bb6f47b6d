"""The first reading of X by the compiled core: moments, finiteness and order of indices, in one go and in parallel.

See docs/decisions/0009-one-reading-before-the-fit.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero._core import all_finite, check_compressed, equal_rows
from whyzero._core import codes_moments as _codes_moments
from whyzero._core import csc_moments as _csc_moments
from whyzero._core import dense_moments as _dense_moments

__all__ = [
    "CANONICAL",
    "UNSORTED",
    "all_finite",
    "check_compressed",
    "codes_moments",
    "csc_moments",
    "dense_moments",
    "equal_rows",
]

Array = NDArray[np.float64]

# What `check_compressed` finds; anything else is malformed.
CANONICAL, UNSORTED = 0, 1


def dense_moments(values: NDArray[Any], weight: Array | None) -> tuple[Array, Array] | None:
    """Mean and deviation of the columns of a float32 or float64 matrix; None if a number is not finite."""
    n_cols = values.shape[1]
    mean, sd = np.empty(n_cols), np.empty(n_cols)
    if weight is not None:
        weight = np.ascontiguousarray(weight, dtype=np.float64)
    return (mean, sd) if _dense_moments(values, weight, mean, sd) else None


def csc_moments(
    data: NDArray[Any], indices: NDArray[Any], indptr: NDArray[Any], n_rows: int, weight: Array | None
) -> tuple[Array, Array] | None:
    """The same of compressed sparse columns in canonical form."""
    n_cols = len(indptr) - 1
    mean, sd = np.empty(n_cols), np.empty(n_cols)
    if weight is not None:
        weight = np.ascontiguousarray(weight, dtype=np.float64)
    return (mean, sd) if _csc_moments(data, indices, indptr, n_rows, weight, mean, sd) else None


def codes_moments(
    blocks: tuple[NDArray[Any], ...], levels: NDArray[np.int64], n_rows: int, weight: Array | None
) -> tuple[Array, Array, NDArray[np.int64]]:
    """Mean and deviation of the levels of blocks of codes, block after block, and the rows that have each."""
    n_levels = int(levels.sum())
    mean, sd, counts = np.empty(n_levels), np.empty(n_levels), np.empty(n_levels, dtype=np.int64)
    if weight is not None:
        weight = np.ascontiguousarray(weight, dtype=np.float64)
    _codes_moments(blocks, levels, weight, n_rows, mean, sd, counts)
    return mean, sd, counts
