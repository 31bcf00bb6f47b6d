"""The digest of a matrix: a function of its numbers, not of how they lie in memory."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.designs.protocol import Array

__all__ = ["MatrixHash"]


class MatrixHash:
    """SHA-256 over the non-zero entries in the order of the columns.

    Three streams are hashed: how many non-zeros each column has (int64), their row numbers (int64; left out
    for a column without zeros) and their values (float64), all little-endian. The digest is the SHA-256 of
    the shape and the three results. Negative zero counts as zero.
    """

    def __init__(self, n_rows: int, n_cols: int) -> None:
        self._n_rows = n_rows
        self._head = f"whyzero matrix 1 {n_rows} {n_cols} ".encode()
        self._counts, self._rows, self._values = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()

    def add_block(self, block: Array) -> None:
        """Take the next columns as the rows of a C-ordered array of shape (k, n_rows)."""
        if np.all(block):
            self._counts.update(_little(np.full(len(block), self._n_rows), "<i8"))
            self._values.update(_little(block, "<f8"))
            return
        column, row = np.nonzero(block)
        self.add_entries(np.bincount(column, minlength=len(block)), row, block[column, row])

    def add_entries(self, counts: NDArray[Any], rows: NDArray[Any], values: NDArray[Any]) -> None:
        """Take the next columns as their numbers of non-zeros, and these non-zeros in order."""
        self._counts.update(_little(counts, "<i8"))
        partial = counts < self._n_rows
        if not np.all(partial):
            rows = rows[np.repeat(partial, counts)]
        self._rows.update(_little(rows, "<i8"))
        self._values.update(_little(values, "<f8"))

    def hexdigest(self) -> str:
        """The digest as 64 hexadecimal digits."""
        streams = (self._counts, self._rows, self._values)
        return hashlib.sha256(self._head + b"".join(s.digest() for s in streams)).hexdigest()


def _little(array: NDArray[Any], dtype: str) -> memoryview:
    return np.ascontiguousarray(array, dtype=dtype).view(np.uint8).data
