"""The data matrix as numbers and one-hot columns that are kept as codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.designs import core
from whyzero.designs.dense import DenseDesign
from whyzero.designs.digest import MatrixHash
from whyzero.designs.operations import Operations
from whyzero.designs.protocol import Array, ColumnIndex
from whyzero.designs.scan import NonFinite
from whyzero.errors import InputError

__all__ = ["CodesDesign", "code_type"]

_CHUNK = 1 << 18  # rows, or entries, handled at a time


def code_type(n_levels: int) -> type[np.integer[Any]]:
    """The smallest type that has a code for each level and one for none."""
    return np.uint8 if n_levels < 1 << 8 else np.uint16 if n_levels < 1 << 16 else np.int32


@dataclass(frozen=True, eq=False)
class CodesDesign(Operations):
    """Columns of numbers, and columns of 0 and 1 that stand for the levels of categories.

    A block is one code for each row. It stands for as many columns as it has levels: the column of level k is 1
    in the rows with code k. A code that is no level (the largest of its type, or -1) says that all columns of
    the block are 0 in that row.

    Attributes
    ----------
    numbers : ndarray of shape (n_rows, k)
        float32 or float64, any strides; k may be 0.
    blocks : tuple of ndarray of shape (n_rows,)
        Codes: uint8, uint16 or int32.
    levels : ndarray of int64 of shape (n_blocks,)
        Levels of every block.
    owner, place : ndarray of int32 of shape (n_cols,)
        Column j is level ``place[j]`` of block ``owner[j]`` or, where that is -1, ``numbers[:, place[j]]``.
        No level and no column of numbers is named twice.
    """

    numbers: NDArray[Any]
    blocks: tuple[NDArray[Any], ...]
    levels: NDArray[np.int64]
    owner: NDArray[np.int32]
    place: NDArray[np.int32]

    def __post_init__(self) -> None:
        for array in (self.numbers, *self.blocks, self.levels, self.owner, self.place):
            array.flags.writeable = False
        for block, n_levels in zip(self.blocks, self.levels.tolist(), strict=True):
            if block.dtype.type not in (np.uint8, np.uint16, np.int32) or block.shape != (self.n_rows,):
                raise InputError(
                    f"a block of codes has dtype {block.dtype} and shape {block.shape}; it must have one uint8, "
                    f"uint16 or int32 for each of {self.n_rows} rows."
                )
            if n_levels > np.iinfo(block.dtype).max:
                raise InputError(f"{n_levels} levels need a larger type of codes than {block.dtype}.")

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.numbers.shape[0])

    @property
    def n_cols(self) -> int:
        """Number of columns."""
        return len(self.owner)

    @property
    def shape(self) -> tuple[int, int]:
        """``(n_rows, n_cols)``."""
        return self.n_rows, self.n_cols

    @property
    def dtype(self) -> np.dtype[Any]:
        """float32 or float64: that of the numbers."""
        return self.numbers.dtype

    @property
    def storage(self) -> str:
        """``"codes"``."""
        return "codes"

    @property
    def nbytes(self) -> int:
        """Bytes of numbers and codes."""
        return int(self.numbers.nbytes + sum(block.nbytes for block in self.blocks))

    def columns(self, indices: ColumnIndex) -> Array:
        """The chosen columns as a float64 copy in Fortran order."""
        chosen = np.arange(self.n_cols)[indices]
        out = np.empty((self.n_rows, len(chosen)), order="F")
        for k, j in enumerate(chosen.tolist()):
            if self.owner[j] < 0:
                out[:, k] = self.numbers[:, self.place[j]]
            else:
                out[:, k] = self.blocks[self.owner[j]] == self.place[j]
        return out

    def checked_moments(self, weight: Array | None = None) -> tuple[Array, Array] | None:
        """Weighted mean and population standard deviation of every column; see `Design.checked_moments`."""
        mean, sd = np.empty(self.n_cols), np.empty(self.n_cols)
        if self._has_numbers:
            of_numbers = core.dense_moments(self.numbers, weight)
            if of_numbers is None:
                return None
            mean[self._is_number], sd[self._is_number] = (moment[self._number] for moment in of_numbers)
        of_levels = core.codes_moments(self.blocks, self.levels, self.n_rows, weight)
        mean[~self._is_number], sd[~self._is_number] = of_levels[0][self._level], of_levels[1][self._level]
        return mean, sd

    def first_non_finite(self) -> NonFinite | None:
        """The first NaN or infinity of the numbers in the order of rows, or None."""
        if not self._has_numbers:
            return None
        bad = DenseDesign(self.numbers).first_non_finite()
        if bad is None:
            return None
        column = int(np.flatnonzero(self._is_number)[np.flatnonzero(self._number == bad.column)[0]])
        return NonFinite(bad.row, column, bad.value, bad.count)

    def column_counts(self) -> NDArray[np.int64]:
        """Rows of every level; ``n_rows`` for a column of numbers."""
        out = np.full(self.n_cols, self.n_rows, dtype=np.int64)
        out[~self._is_number] = core.codes_moments(self.blocks, self.levels, self.n_rows, None)[2][self._level]
        return out

    def constant(self) -> NDArray[np.bool_]:
        """Columns whose values are all equal."""
        counts = self.column_counts()
        out = (counts == 0) | (counts == self.n_rows)
        out[self._is_number] = DenseDesign(self.numbers).constant()[self._number] if self._has_numbers else False
        return np.asarray(out)

    def digest(self) -> str:
        """SHA-256 of shape and values; see `MatrixHash`."""
        total = MatrixHash(self.n_rows, self.n_cols)
        starts = np.flatnonzero(np.r_[True, self.owner[1:] != self.owner[:-1]])
        for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), self.n_cols], strict=True):
            places = self.place[start:stop]
            if self.owner[start] < 0:
                for part in np.array_split(places, -(-len(places) * self.n_rows // _CHUNK)):
                    total.add_block(np.ascontiguousarray(self.numbers[:, part].T, dtype=np.float64))
            else:
                self._hash_levels(total, int(self.owner[start]), places)
        return total.hexdigest()

    def _hash_levels(self, total: MatrixHash, block: int, places: NDArray[np.int32]) -> None:
        n_levels = int(self.levels[block])
        slots = _slots(self.blocks[block], n_levels)
        order = np.argsort(slots, kind="stable")
        ends = np.cumsum(np.bincount(slots, minlength=n_levels + 1))
        for place in places.tolist():
            rows = order[ends[place - 1] if place else 0 : ends[place]]
            total.add_entries(np.array([len(rows)]), rows, np.ones(len(rows)))

    def take(self, rows: NDArray[np.integer[Any]]) -> CodesDesign:
        """A copy of the chosen rows."""
        blocks = tuple(block[rows] for block in self.blocks)
        return CodesDesign(self.numbers[rows], blocks, self.levels, self.owner, self.place)

    def equal_rows(self, offset: Array | None = None) -> tuple[NDArray[np.int32], NDArray[np.int64]] | None:
        """Groups of rows that are equal in all columns, and in `offset` of shape (n_rows,) if it is given.

        Returns
        -------
        tuple of ndarray, or None
            The group of every row, and the first row of every group, in that order; None if there are columns of
            numbers, or more groups than half the rows.
        """
        if self._has_numbers:
            return None
        return self._equal_rows if offset is None else self._groups(offset)

    @cached_property
    def _equal_rows(self) -> tuple[NDArray[np.int32], NDArray[np.int64]] | None:
        return self._groups(None)

    def _groups(self, offset: Array | None) -> tuple[NDArray[np.int32], NDArray[np.int64]] | None:
        return core.equal_rows(self.blocks, self.levels, offset, self.n_rows, self.n_rows // 2)

    @cached_property
    def _is_number(self) -> NDArray[np.bool_]:
        return np.asarray(self.owner < 0)

    @cached_property
    def _number(self) -> NDArray[np.int32]:
        """Which column of `numbers` each column of numbers is."""
        return np.asarray(self.place[self._is_number])

    @cached_property
    def _level(self) -> NDArray[np.int64]:
        """Which level each of the other columns is, counted through all blocks."""
        first = np.cumsum(self.levels) - self.levels
        coded = ~self._is_number
        return np.asarray(first[self.owner[coded]] + self.place[coded])

    @property
    def _has_numbers(self) -> bool:
        return bool(self.numbers.shape[1] > 0)

    def _rows(self) -> Iterator[slice]:
        for start in range(0, self.n_rows, _CHUNK):
            yield slice(start, min(start + _CHUNK, self.n_rows))

    def _dot(self, v: Array, *, absolute: bool) -> Array:
        out = np.zeros((self.n_cols, *np.shape(v)[1:]))
        if self._has_numbers:
            dense = DenseDesign(self.numbers)
            out[self._is_number] = (dense.abs_dot(v) if absolute else dense.dot(v))[self._number]
        if self.blocks:
            sides = v[:, None] if v.ndim == 1 else v
            sums = [np.zeros((n_levels + 1, sides.shape[1])) for n_levels in self.levels.tolist()]
            for rows in self._rows():
                for block, total in zip(self.blocks, sums, strict=True):
                    slots = _slots(block[rows], len(total) - 1)
                    for k in range(sides.shape[1]):
                        total[:, k] += np.bincount(slots, sides[rows, k], minlength=len(total))
            products = np.concatenate([total[:-1] for total in sums])[self._level]
            out[~self._is_number] = products[:, 0] if v.ndim == 1 else products
        return out

    def _matvec(self, b: Array, *, absolute: bool) -> Array:
        support = np.any(np.atleast_2d(b.T), axis=0)
        out = np.zeros((self.n_rows, *b.shape[1:]))
        if np.any(support[self._is_number]):
            dense = DenseDesign(self.numbers)
            of_numbers = np.zeros((self.numbers.shape[1], *b.shape[1:]))
            of_numbers[self._number] = b[self._is_number]
            out += dense.abs_matvec(of_numbers) if absolute else dense.matvec(of_numbers)
        for block in np.unique(self.owner[support & ~self._is_number]).tolist():
            mine = self.owner == block
            table = np.zeros((int(self.levels[block]) + 1, *b.shape[1:]))
            table[self.place[mine]] = b[mine]
            for rows in self._rows():
                out[rows] += table[_slots(self.blocks[block][rows], len(table) - 1)]
        return out


def _slots(codes: NDArray[Any], n_levels: int) -> NDArray[Any]:
    """The level of every row; `n_levels` where there is none."""
    if codes.dtype == np.int32:
        codes = codes.view(np.uint32)
    slots: NDArray[Any] = np.minimum(codes, codes.dtype.type(n_levels))
    return slots if slots.itemsize < 4 else slots.astype(np.intp)
