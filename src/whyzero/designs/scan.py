"""Look for NaN and infinity in one pass, without a temporary of the size of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["NonFinite", "scan_dense", "scan_values"]

_BLOCK = 1 << 18


@dataclass(frozen=True)
class NonFinite:
    """The first value that is not finite, in the order of rows, and how many there are."""

    row: int
    column: int
    value: float
    count: int


def scan_dense(values: NDArray[Any]) -> NonFinite | None:
    """The first NaN or infinity of a matrix, or None."""
    if _sum_is_finite(values):
        return None
    first: tuple[int, int] | None = None
    count = 0
    height = max(1, _BLOCK // values.shape[1])
    for start in range(0, values.shape[0], height):
        rows, columns = np.nonzero(~np.isfinite(values[start : start + height]))
        if first is None and len(rows):
            first = (start + int(rows[0]), int(columns[0]))
        count += len(rows)
    return None if first is None else NonFinite(*first, float(values[first]), count)


def scan_values(values: NDArray[Any]) -> NonFinite | None:
    """The same for a vector, whose elements count as rows of column 0."""
    return scan_dense(values[:, None])


def _sum_is_finite(values: NDArray[Any]) -> bool:
    """Whether the sum is finite: then every value is. A sum of finite values may overflow: then look closer."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(np.add.reduce(values, axis=None)))
