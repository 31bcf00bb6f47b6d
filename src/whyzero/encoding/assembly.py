"""Columns of a design put together: dense, compressed by columns, or with levels as codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.designs import CodesDesign

__all__ = ["Block", "Part", "Piece", "assemble", "fitting_storage", "training_storage"]

# Below this share of entries that are not zero, a design of at least CSC_CELLS cells is stored by columns.
CSC_DENSITY = 0.3
CSC_CELLS = 1 << 17
# Codes are read whole, one for each row and block, and so are numbers: worth it for a design of many cells, up to this
# many readings for each entry that is not zero.
CODES_CELLS = 1 << 20
CODES_READS = 1.5


@dataclass(frozen=True)
class Piece:
    """One column of the design.

    Attributes
    ----------
    values : ndarray of float64
        One for each row, or for each of `rows`.
    rows : ndarray of intp, or None
        Where the column is not zero, ascending; None if `values` covers every row.
    """

    values: NDArray[np.float64]
    rows: NDArray[np.intp] | None = None


@dataclass(frozen=True)
class Block:
    """Neighbouring columns of 0 and 1, of which at most one is 1 in a row.

    Attributes
    ----------
    codes : ndarray of uint8, uint16 or int32 of shape (n_rows,)
        Which column is 1; `n_levels` or more (or -1) if none is.
    n_levels : int
        Number of columns.
    """

    codes: NDArray[Any]
    n_levels: int

    def pieces(self) -> Iterator[Piece]:
        """The columns, one by one."""
        slots = np.where((self.codes >= 0) & (self.codes < self.n_levels), self.codes, self.n_levels)
        order = np.argsort(slots, kind="stable")
        starts = np.searchsorted(slots[order], np.arange(self.n_levels + 1))
        for level in range(self.n_levels):
            rows = order[starts[level] : starts[level + 1]]
            yield Piece(np.ones(len(rows)), rows)

    def n_ones(self) -> int:
        """Number of rows with a level."""
        return int(np.count_nonzero((self.codes >= 0) & (self.codes < self.n_levels)))


Part = Piece | Block


def fitting_storage(parts: Sequence[Part], n_rows: int) -> str:
    """Return "csc" for a large design with few entries, "dense" otherwise."""
    cells = n_rows * sum(_width(part) for part in parts)
    return "csc" if cells >= CSC_CELLS and sum(map(_entries, parts)) < CSC_DENSITY * cells else "dense"


def training_storage(parts: Sequence[Part], n_rows: int) -> str:
    """The same, or "codes" where columns are read by levels at less cost than by entries."""
    storage = fitting_storage(parts, n_rows)
    if storage == "dense" or n_rows * sum(map(_width, parts)) < CODES_CELLS:
        return storage
    reads = n_rows * len(parts)
    return "codes" if reads <= CODES_READS * sum(map(_entries, parts)) else storage


def _width(part: Part) -> int:
    return part.n_levels if isinstance(part, Block) else 1


def _entries(part: Part) -> int:
    return part.n_ones() if isinstance(part, Block) else int(np.count_nonzero(part.values))


def assemble(parts: Sequence[Part], n_rows: int, storage: str) -> Any:
    """Return the design with the given columns.

    Parameters
    ----------
    parts : sequence of Piece and Block
        In the order of the columns.
    n_rows : int
        Rows of the design.
    storage : str
        "dense", "csc" or "codes".

    Returns
    -------
    ndarray in column order, scipy.sparse.csc_array of float64, or CodesDesign, of ``n_rows`` rows
    """
    if storage == "codes":
        return _coded(parts, n_rows)
    pieces = [piece for part in parts for piece in (part.pieces() if isinstance(part, Block) else (part,))]
    if storage == "dense":
        dense = np.zeros((n_rows, len(pieces)), order="F")
        for j, piece in enumerate(pieces):
            dense[slice(None) if piece.rows is None else piece.rows, j] = piece.values
        return dense
    return _compressed(pieces, n_rows)


def _compressed(pieces: Sequence[Piece], n_rows: int) -> Any:
    from scipy.sparse import csc_array

    rows = [np.flatnonzero(piece.values) if piece.rows is None else piece.rows for piece in pieces]
    values = [piece.values[r] if piece.rows is None else piece.values for piece, r in zip(pieces, rows, strict=True)]
    counts = np.array([len(r) for r in rows], dtype=np.int64)
    width: Any = np.int32 if max(counts.sum(), n_rows) <= np.iinfo(np.int32).max else np.int64
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(width)
    return csc_array((np.concatenate(values), np.concatenate(rows).astype(width), indptr), shape=(n_rows, len(pieces)))


def _coded(parts: Sequence[Part], n_rows: int) -> CodesDesign:
    blocks = [part for part in parts if isinstance(part, Block)]
    numbers = [part for part in parts if isinstance(part, Piece)]
    dense = np.zeros((n_rows, len(numbers)), order="F")
    for j, piece in enumerate(numbers):
        dense[slice(None) if piece.rows is None else piece.rows, j] = piece.values
    owner, place = [], []
    n_blocks = n_numbers = 0
    for part in parts:
        owner += [n_blocks if isinstance(part, Block) else -1] * _width(part)
        place += list(range(part.n_levels)) if isinstance(part, Block) else [n_numbers]
        n_blocks, n_numbers = n_blocks + isinstance(part, Block), n_numbers + isinstance(part, Piece)
    levels = np.array([block.n_levels for block in blocks], dtype=np.int64)
    columns = np.array(owner, dtype=np.int32), np.array(place, dtype=np.int32)
    return CodesDesign(dense, tuple(block.codes for block in blocks), levels, *columns)
