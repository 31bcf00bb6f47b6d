"""Look for NaN and infinity in one pass, without a temporary of the size of the data."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["NonFinite", "finite", "is_masked", "scan_dense", "scan_values"]

_BLOCK = 1 << 18

T = TypeVar("T")


@dataclass(frozen=True)
class NonFinite:
    """The first value that is not finite, in the order of rows, and how many there are."""

    row: int
    column: int
    value: float
    count: int


def is_masked(values: Any) -> bool:
    """Whether this is a masked array with a masked value; `numpy.ma`, slow to load, is there if it is one."""
    if type(values) is np.ndarray or "numpy.ma" not in sys.modules:
        return False
    return isinstance(values, np.ma.MaskedArray) and bool(np.ma.is_masked(values))


def finite(found: T | None) -> T:
    """What a reading found, unless it found a value that is not finite: then whoever made the design did not look."""
    if found is None:
        raise ValueError("the matrix holds NaN or infinity; as_design refuses such a matrix")
    return found


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
