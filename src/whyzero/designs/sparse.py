"""SciPy sparse matrices to canonical compressed sparse columns, trusting none of their arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.designs.core import CANONICAL, UNSORTED, check_compressed
from whyzero.designs.csc import CscDesign
from whyzero.errors import InputError, InputTypeError

__all__ = ["from_scipy"]


def from_scipy(X: Any) -> CscDesign:
    """Compressed sparse columns: sorted rows, no duplicates; the arrays of X where they are so already.

    Raises
    ------
    InputError
        If X is malformed: pointers that are not increasing, indices out of range, arrays too short.
    InputTypeError
        If the values are not real numbers.
    """
    if X.ndim != 2:
        raise InputError(f"X must have two dimensions (rows, columns), got a sparse array of shape {X.shape}.")
    if X.dtype.kind not in "fiub":
        raise InputTypeError(f"X is sparse with dtype {X.dtype}; only real numbers can be fitted.")
    shape = (int(X.shape[0]), int(X.shape[1]))
    if X.format != "csc":
        X = _to_csc(X, shape)
    indptr, indices, data, canonical = _compressed(X, n_major=shape[1], n_minor=shape[0])
    if not canonical:
        from scipy.sparse import csc_matrix

        copied = csc_matrix((data.copy(), indices.copy(), indptr.copy()), shape=shape)
        copied.sum_duplicates()
        indptr, indices, data = copied.indptr, copied.indices, copied.data
    width = np.int32 if indices.dtype == np.int32 and indptr[-1] <= np.iinfo(np.int32).max else np.int64
    arrays = (_native(data, _float_type(data.dtype)), _native(indices, width), _native(indptr, width))
    return CscDesign(*arrays, shape=shape)


def _to_csc(X: Any, shape: tuple[int, int]) -> Any:
    """X by columns; its indices are checked before compiled code follows them."""
    if X.format == "csr":
        _compressed(X, n_major=shape[0], n_minor=shape[1])
        return X.tocsc()
    if X.format == "bsr":
        rows, cols = X.blocksize
        _pointers(X.indptr, len(X.indices), shape[0] // rows)
        _in_range(X.indices, shape[1] // cols, "block column")
    coordinates = X.tocoo()
    lengths = (len(coordinates.data), len(coordinates.row), len(coordinates.col))
    if len(set(lengths)) > 1:
        raise InputError(
            f"X is a malformed sparse matrix: it has {lengths[0]} values, {lengths[1]} row indices and {lengths[2]} "
            "column indices."
        )
    _in_range(coordinates.row, shape[0], "row")
    _in_range(coordinates.col, shape[1], "column")
    return coordinates.tocsc()


def _compressed(X: Any, *, n_major: int, n_minor: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], bool]:
    """The checked arrays ``indptr, indices, data`` of a CSC or CSR matrix, cut to the entries in use.

    The last value says whether indices strictly increase within every line. The core decides; what it finds
    malformed is looked at again for the message.
    """
    indptr, indices, data = np.asarray(X.indptr), np.asarray(X.indices), np.asarray(X.data)
    stored = min(len(indices), len(data))
    width = np.int32 if indices.dtype == indptr.dtype == np.int32 else np.int64
    pair = [np.require(array, dtype=width, requirements=["C", "A"]) for array in (indptr, indices)]
    found = check_compressed(pair[0], pair[1], stored, n_minor) if indptr.shape == (n_major + 1,) else None
    if found not in (CANONICAL, UNSORTED):
        used = _pointers(indptr, stored, n_major)
        _in_range(indices[:used], n_minor, "row" if X.format == "csc" else "column")
    used = int(indptr[-1])
    return indptr, indices[:used], data[:used], found == CANONICAL


def _pointers(indptr: NDArray[Any], stored: int, n_major: int) -> int:
    """The number of entries in use, after a check of the pointers."""
    if indptr.shape != (n_major + 1,):
        raise InputError(f"X is a malformed sparse matrix: indptr has {len(indptr)} values, expected {n_major + 1}.")
    if indptr[0] != 0:
        raise InputError(f"X is a malformed sparse matrix: indptr starts at {indptr[0]}, not at 0.")
    falls = np.flatnonzero(indptr[1:] < indptr[:-1])
    if len(falls):
        at = int(falls[0])
        raise InputError(
            f"X is a malformed sparse matrix: indptr falls from {indptr[at]} to {indptr[at + 1]} at position {at + 1}."
        )
    if indptr[-1] > stored:
        raise InputError(
            f"X is a malformed sparse matrix: indptr ends at {indptr[-1]} but {stored} entries are stored."
        )
    return int(indptr[-1])


def _in_range(indices: NDArray[Any], limit: int, what: str) -> None:
    if len(indices) and (indices.min() < 0 or indices.max() >= limit):
        at = int(np.flatnonzero((indices < 0) | (indices >= limit))[0])
        raise InputError(
            f"X is a malformed sparse matrix: {what} index {indices[at]} of entry {at} is not in 0 ... {limit - 1}."
        )


def _float_type(dtype: np.dtype[Any]) -> type[np.floating[Any]]:
    return np.float32 if dtype.type is np.float32 else np.float64


def _native(array: NDArray[Any], dtype: type[np.generic]) -> NDArray[Any]:
    """A read-only view of the array, copied only if it has to change."""
    view: NDArray[Any] = np.require(array, dtype=dtype, requirements=["C", "A"]).view()
    view.flags.writeable = False
    return view
