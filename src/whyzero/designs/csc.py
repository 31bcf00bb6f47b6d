"""The data matrix in compressed sparse columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.designs import core
from whyzero.designs.digest import MatrixHash
from whyzero.designs.operations import Operations
from whyzero.designs.protocol import Array, ColumnIndex
from whyzero.designs.scan import NonFinite, scan_values

__all__ = ["CscDesign"]

_CHUNK = 1 << 18  # stored entries handled at a time


@dataclass(frozen=True, eq=False)
class _Entries:
    """Stored entries of some columns: ``values[k]`` stands in row ``rows[k]``, column after column."""

    place: slice
    counts: NDArray[np.intp]
    rows: NDArray[Any]
    values: Array

    def owner(self) -> NDArray[np.intp]:
        """Which of the columns every entry belongs to, counted from the first of all columns walked."""
        return np.repeat(np.arange(self.place.start, self.place.stop), self.counts)

    def reduce(self, ufunc: np.ufunc, values: Array, empty: float) -> Array:
        """One number a column from one number an entry; `empty` for a column without entries."""
        out = np.full(len(self.counts), empty)
        filled = self.counts > 0
        if np.any(filled):
            out[filled] = ufunc.reduceat(values, (np.cumsum(self.counts) - self.counts)[filled])
        return out


@dataclass(frozen=True, eq=False)
class CscDesign(Operations):
    """A sparse matrix by columns; the arrays are seen through read-only views.

    Attributes
    ----------
    data : ndarray of shape (nnz,)
        float32 or float64 values; explicit zeros are allowed.
    indices : ndarray of shape (nnz,)
        Row numbers, int32 or int64, strictly increasing within a column.
    indptr : ndarray of shape (n_cols + 1,)
        Column j is ``indptr[j]:indptr[j + 1]``; same dtype as `indices`.
    shape : tuple of int
        ``(n_rows, n_cols)``.
    """

    data: NDArray[Any]
    indices: NDArray[Any]
    indptr: NDArray[Any]
    shape: tuple[int, int]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.shape[0]

    @property
    def n_cols(self) -> int:
        """Number of columns."""
        return self.shape[1]

    @property
    def dtype(self) -> np.dtype[Any]:
        """float32 or float64."""
        return self.data.dtype

    @property
    def storage(self) -> str:
        """``"csc"``."""
        return "csc"

    @property
    def nbytes(self) -> int:
        """Bytes of values and indices."""
        return int(self.data.nbytes + self.indices.nbytes + self.indptr.nbytes)

    def columns(self, indices: ColumnIndex) -> Array:
        """The chosen columns as a float64 copy in Fortran order."""
        chosen = np.arange(self.n_cols)[indices]
        out = np.zeros((len(chosen), self.n_rows))
        for part in self._walk(chosen):
            out[part.owner(), part.rows] = part.values
        return np.asarray(out.T)

    def checked_moments(self, weight: Array | None = None) -> tuple[Array, Array] | None:
        """Weighted mean and population standard deviation of every column; see `Design.checked_moments`."""
        return core.csc_moments(self.data, self.indices, self.indptr, self.n_rows, weight)

    def first_non_finite(self) -> NonFinite | None:
        """The first NaN or infinity in the order of the columns, or None."""
        bad = scan_values(self.data)
        if bad is None:
            return None
        column = int(np.searchsorted(self.indptr, bad.row, side="right")) - 1
        return NonFinite(int(self.indices[bad.row]), column, bad.value, bad.count)

    def column_counts(self) -> NDArray[np.int64]:
        """Number of stored entries of every column."""
        return np.diff(self.indptr).astype(np.int64)

    def constant(self) -> NDArray[np.bool_]:
        """Columns whose values, stored or not, are all equal."""
        lo, hi = np.zeros((2, self.n_cols))
        for part in self._walk():
            unstored = part.counts < self.n_rows
            low, high = part.reduce(np.minimum, part.values, 0.0), part.reduce(np.maximum, part.values, 0.0)
            lo[part.place] = np.where(unstored, np.minimum(low, 0.0), low)
            hi[part.place] = np.where(unstored, np.maximum(high, 0.0), high)
        return np.asarray(lo == hi)

    def digest(self) -> str:
        """SHA-256 of shape and values; see `MatrixHash`."""
        total = MatrixHash(self.n_rows, self.n_cols)
        for part in self._walk():
            kept = part.values != 0.0
            counts = part.reduce(np.add, kept.astype(np.float64), 0.0).astype(np.int64)
            total.add_entries(counts, part.rows[kept], part.values[kept])
        return total.hexdigest()

    def _walk(self, chosen: NDArray[np.intp] | None = None) -> Iterator[_Entries]:
        """Entries of all (or of the chosen) columns, about `_CHUNK` at a time."""
        first = self.indptr[:-1] if chosen is None else self.indptr[chosen]
        last = self.indptr[1:] if chosen is None else self.indptr[chosen + 1]
        ends = np.cumsum(last - first, dtype=np.int64)
        start = 0
        while start < len(ends):
            before = int(ends[start - 1]) if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, before + _CHUNK, side="right")))
            place = slice(start, stop)
            counts = (last[place] - first[place]).astype(np.intp)
            where: slice | NDArray[np.intp]
            if chosen is None:
                where = slice(int(first[start]), int(last[stop - 1]))
            else:
                where = np.arange(counts.sum()) + np.repeat(first[place] - (np.cumsum(counts) - counts), counts)
            yield _Entries(place, counts, self.indices[where], self.data[where].astype(np.float64))
            start = stop

    def _dot(self, v: Array, *, absolute: bool) -> Array:
        out = np.zeros((self.n_cols, *np.shape(v)[1:]))
        for part in self._walk():
            values = np.abs(part.values) if absolute else part.values
            if out.ndim == 1:
                out[part.place] = part.reduce(np.add, values * v[part.rows], 0.0)
            else:
                for k in range(out.shape[1]):
                    out[part.place, k] = part.reduce(np.add, values * v[part.rows, k], 0.0)
        return out

    def _matvec(self, b: Array, *, absolute: bool) -> Array:
        out = np.zeros((self.n_rows, *b.shape[1:]))
        support = np.flatnonzero(b if b.ndim == 1 else np.any(b, axis=1))
        for part in self._walk(support):
            values = np.abs(part.values) if absolute else part.values
            owner = support[part.owner()]
            if out.ndim == 1:
                np.add.at(out, part.rows, values * b[owner])
            else:
                for k in range(out.shape[1]):
                    np.add.at(out[:, k], part.rows, values * b[owner, k])
        return out
