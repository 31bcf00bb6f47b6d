"""Columns of a design put together, dense or compressed by columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Piece", "assemble", "fitting_storage"]

# Below this share of entries that are not zero, a design of at least CSC_CELLS cells is stored by columns.
CSC_DENSITY = 0.3
CSC_CELLS = 1 << 17


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


def fitting_storage(pieces: Sequence[Piece], n_rows: int) -> str:
    """Return "csc" for a large design with few entries, "dense" otherwise."""
    cells = n_rows * len(pieces)
    entries = sum(np.count_nonzero(piece.values) for piece in pieces)
    return "csc" if cells >= CSC_CELLS and entries < CSC_DENSITY * cells else "dense"


def assemble(pieces: Sequence[Piece], n_rows: int, storage: str) -> Any:
    """Return the design with the given columns.

    Parameters
    ----------
    pieces : sequence of Piece
        One for each column.
    n_rows : int
        Rows of the design.
    storage : str
        "dense" or "csc".

    Returns
    -------
    ndarray in column order, or scipy.sparse.csc_array, of float64 and shape (n_rows, len(pieces))
    """
    if storage == "dense":
        dense = np.zeros((n_rows, len(pieces)), order="F")
        for j, piece in enumerate(pieces):
            dense[slice(None) if piece.rows is None else piece.rows, j] = piece.values
        return dense
    from scipy.sparse import csc_array

    rows = [np.flatnonzero(piece.values) if piece.rows is None else piece.rows for piece in pieces]
    values = [piece.values[r] if piece.rows is None else piece.values for piece, r in zip(pieces, rows, strict=True)]
    counts = np.array([len(r) for r in rows], dtype=np.int64)
    width: Any = np.int32 if max(counts.sum(), n_rows) <= np.iinfo(np.int32).max else np.int64
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(width)
    return csc_array((np.concatenate(values), np.concatenate(rows).astype(width), indptr), shape=(n_rows, len(pieces)))
