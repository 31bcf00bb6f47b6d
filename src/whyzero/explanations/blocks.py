"""Columns in blocks of bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK_ENTRIES", "blocks"]

BLOCK_ENTRIES = 1 << 22


def blocks(n_rows: int, indices: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Split `indices` so that a dense block of those columns has at most `BLOCK_ENTRIES` entries.

    A block holds at least one column, however many rows there are.
    """
    width = max(1, BLOCK_ENTRIES // max(1, n_rows))
    for start in range(0, len(indices), width):
        yield indices[start : start + width]
