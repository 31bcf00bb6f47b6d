"""The data matrix as a dense array of any strides."""

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
from whyzero.designs.scan import NonFinite, scan_dense

__all__ = ["DenseDesign"]

_TILE = 1 << 17  # numbers in one tile: 1 MB of float64 stays in the cache
_TILE_SIDE = 1 << 13  # OpenBLAS splits a dot product between threads above 10 000: stay below


@dataclass(frozen=True, eq=False)
class DenseDesign(Operations):
    """A dense matrix; the array is the user's own, seen through a read-only view.

    Attributes
    ----------
    values : ndarray of shape (n_rows, n_cols)
        float32 or float64, aligned, native byte order, any non-negative strides.
    """

    values: NDArray[Any]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.values.shape[0])

    @property
    def n_cols(self) -> int:
        """Number of columns."""
        return int(self.values.shape[1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """float32 or float64."""
        return self.values.dtype

    @property
    def storage(self) -> str:
        """``"dense"``."""
        return "dense"

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        return int(self.values.nbytes)

    def columns(self, indices: ColumnIndex) -> Array:
        """The chosen columns as a float64 copy in Fortran order."""
        chosen = np.arange(self.n_cols)[indices]
        out = np.empty((self.n_rows, len(chosen)), order="F")
        for rows in _blocks(self.n_rows, _TILE_SIDE):
            out[rows] = self.values[rows, chosen]
        return out

    def checked_moments(self, weight: Array | None = None) -> tuple[Array, Array] | None:
        """Weighted mean and population standard deviation of every column; see `Design.checked_moments`."""
        return core.dense_moments(self.values, weight)

    def first_non_finite(self) -> NonFinite | None:
        """The first NaN or infinity in the order of rows, or None."""
        return scan_dense(self.values)

    def column_counts(self) -> NDArray[np.int64]:
        """``n_rows`` for every column."""
        return np.full(self.n_cols, self.n_rows, dtype=np.int64)

    def constant(self) -> NDArray[np.bool_]:
        """Columns whose values are all equal."""
        lo, hi = np.full(self.n_cols, np.inf), np.full(self.n_cols, -np.inf)
        for _, cols, tile in self._tiles():
            lo[cols] = np.minimum(lo[cols], tile.min(axis=0))
            hi[cols] = np.maximum(hi[cols], tile.max(axis=0))
        return np.asarray(lo == hi)

    def digest(self) -> str:
        """SHA-256 of shape and values; see `MatrixHash`."""
        total = MatrixHash(self.n_rows, self.n_cols)
        # Row-major storage is read 8 columns at a time: a cache line for a cache line.
        for cols in _blocks(self.n_cols, max(8, _TILE // self.n_rows)):
            total.add_block(np.ascontiguousarray(self.values[:, cols].T, dtype=np.float64))
        return total.hexdigest()

    def _tiles(self) -> Iterator[tuple[slice, slice, Array]]:
        """Walk through the matrix in the order of its memory: rows, columns, their numbers in float64.

        A tile may be a view: it must not be written to.
        """
        row_stride, column_stride = self.values.strides
        if row_stride >= column_stride:
            width = min(self.n_cols, _TILE_SIDE)
            height = max(1, min(_TILE_SIDE, _TILE // max(width, 1)))
        else:
            height = min(self.n_rows, _TILE_SIDE)
            width = max(1, _TILE // height)
        for rows in _blocks(self.n_rows, height):
            for cols in _blocks(self.n_cols, width):
                yield rows, cols, np.asarray(self.values[rows, cols], dtype=np.float64)

    def _dot(self, v: Array, *, absolute: bool) -> Array:
        out = np.zeros((self.n_cols, *np.shape(v)[1:]))
        for rows, cols, tile in self._tiles():
            entries = np.abs(tile) if absolute else tile
            if out.ndim == 1:
                out[cols] += _tile_dot(entries, v[rows])
            else:
                for k in range(out.shape[1]):
                    out[cols, k] += _tile_dot(entries, v[rows, k])
        return out

    def _matvec(self, b: Array, *, absolute: bool) -> Array:
        support = np.flatnonzero(b if b.ndim == 1 else np.any(b, axis=1))
        if 2 * len(support) < self.n_cols:
            return self._sparse_matvec(b, support, absolute=absolute)
        out = np.zeros((self.n_rows, *b.shape[1:]))
        for rows, cols, tile in self._tiles():
            entries = np.abs(tile) if absolute else tile
            if out.ndim == 1:
                out[rows] += _tile_dot(entries.T, b[cols])
            else:
                for k in range(out.shape[1]):
                    out[rows, k] += _tile_dot(entries.T, b[cols, k])
        return out

    def _sparse_matvec(self, b: Array, support: NDArray[np.intp], *, absolute: bool) -> Array:
        """``X @ b`` from the columns in `support` alone."""
        out = np.zeros((self.n_rows, *b.shape[1:]))
        for part in _blocks(len(support), 64):
            chosen = support[part]
            for rows in _blocks(self.n_rows, max(1, _TILE // 64)):
                tile = np.asarray(self.values[rows, chosen], dtype=np.float64)
                entries = np.abs(tile) if absolute else tile
                if out.ndim == 1:
                    out[rows] += _tile_dot(entries.T, b[chosen])
                else:
                    for k in range(out.shape[1]):
                        out[rows, k] += _tile_dot(entries.T, b[chosen, k])
        return out


def _blocks(length: int, size: int) -> Iterator[slice]:
    for start in range(0, length, size):
        yield slice(start, min(start + size, length))


def _tile_dot(tile: Array, v: Array) -> Array:
    """``tile.T @ v`` with the same rounding for every number of threads.

    A BLAS matrix-vector product splits its sums by the number of threads. So columns that lie together in
    memory are multiplied one dot product each (short enough for one thread), others by NumPy's own loop.
    """
    if tile.strides[0] == tile.itemsize:
        return np.asarray(np.matmul(tile.T[:, None, :], v[:, None])[:, 0, 0])
    return np.asarray(np.einsum("i,ij->j", v, tile))
