"""From what the user has to a `Design`, with names for the columns; every complaint about X stands here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.designs.codes import CodesDesign
from whyzero.designs.dense import DenseDesign
from whyzero.designs.frames import from_frame
from whyzero.designs.names import Names, NumberedNames
from whyzero.designs.protocol import Design
from whyzero.designs.scan import is_masked
from whyzero.designs.sparse import from_scipy
from whyzero.errors import InputError, InputTypeError

__all__ = ["as_design", "open_design", "refuse_non_finite"]


def as_design(X: Any) -> tuple[Design, Names]:
    """The data matrix and the names of its columns.

    Parameters
    ----------
    X : array-like, sparse matrix or data frame of shape (n_rows, n_cols)
        NumPy arrays of float32 or float64 are used in place, whatever their layout (byte-swapped and
        unaligned ones, and ones with negative strides, are copied); integers and booleans become float64.
        SciPy sparse matrices of any format become compressed sparse columns: CSC in canonical form is used
        in place, the rest is converted once. A `CodesDesign` is used as it is. Data frames of pandas, Polars or
        PyArrow need numeric columns.
        X is never written to.

    Returns
    -------
    design : Design
        A read-only view or a converted copy.
    names : sequence of str
        The column names of a data frame, else ``"x0", "x1", ...``.

    Raises
    ------
    InputError
        If X is not two-dimensional, is empty, holds NaN, infinity or a missing value (the message names row
        and column), or is a malformed sparse matrix.
    InputTypeError
        If X does not hold real numbers.
    """
    design, names = open_design(X)
    refuse_non_finite(design, names)
    return design, names


def open_design(X: Any) -> tuple[Design, Names]:
    """As `as_design`, but NaN and infinity are left for the first reading to find: see `Design.checked_moments`."""
    if isinstance(X, CodesDesign):
        _refuse_empty((X.n_rows, X.n_cols))
        return X, NumberedNames(X.n_cols)
    if type(X) is not np.ndarray and _is_scipy_sparse(X):
        sparse = from_scipy(X)
        _refuse_empty(sparse.shape)
        return sparse, NumberedNames(sparse.n_cols)
    framed = None if isinstance(X, (np.ndarray, list, tuple)) else from_frame(X)
    values = _from_array(X if framed is None else framed[0])
    _refuse_empty(values.shape)
    view = values.view()
    view.flags.writeable = False
    return DenseDesign(view), NumberedNames(view.shape[1]) if framed is None else framed[1]


def refuse_non_finite(design: Design, names: Names) -> None:
    """Raise `InputError` for the first NaN or infinity, if there is one; the message names its place."""
    bad = design.first_non_finite()
    if bad is not None:
        others = "" if bad.count == 1 else f", the first of {bad.count} values that are not finite"
        raise InputError(
            f"X has {bad.value} at row {bad.row}, column {bad.column} ({names[bad.column]!r}){others}; "
            "fill in or drop missing and infinite values first."
        )


def _is_scipy_sparse(X: Any) -> bool:
    """Whether X is a SciPy sparse matrix; SciPy is not imported to learn that it is not."""
    if not any(cls.__module__.partition(".")[0] == "scipy" for cls in type(X).__mro__):
        return False
    from scipy.sparse import issparse

    return bool(issparse(X))


def _from_array(X: Any) -> NDArray[Any]:
    """A two-dimensional float32 or float64 array that kernels can read; X's own memory where possible."""
    if is_masked(X):
        row, column = (int(index[0]) for index in np.nonzero(np.atleast_2d(np.ma.getmaskarray(X))))
        raise InputError(
            f"X is a masked array with a masked value at row {row}, column {column}; fill masked values first."
        )
    try:
        values = np.asarray(X)
    except ValueError as error:
        raise InputError(_ragged_message(X)) from error
    if values.dtype.kind not in "fiub":
        raise InputTypeError(_type_message(X, values))
    if values.ndim != 2:
        hint = "one column is X.reshape(-1, 1), one row is X.reshape(1, -1)" if values.ndim == 1 else "one row a sample"
        raise InputError(f"X must have two dimensions (rows, columns), got shape {values.shape}; {hint}.")
    if values.dtype.type not in (np.float32, np.float64):
        with np.errstate(over="ignore"):
            return values.astype(np.float64)
    if not values.dtype.isnative or not values.flags.aligned or min(values.strides) < 0:
        return values.astype(values.dtype.newbyteorder("="), order="K", copy=True)
    return values


def _refuse_empty(shape: tuple[int, ...]) -> None:
    n_rows, n_cols = shape
    if n_rows == 0:
        raise InputError(f"X has no rows (shape ({n_rows}, {n_cols})); at least one is needed.")
    if n_cols == 0:
        raise InputError(f"X has no columns (shape ({n_rows}, {n_cols})); at least one is needed.")


def _type_message(X: Any, values: NDArray[Any]) -> str:
    if values.ndim == 0:
        return (
            f"X must be an array, a SciPy sparse matrix or a data frame with rows and columns, got {type(X).__name__}."
        )
    if values.dtype.kind == "c":
        return f"X has complex numbers (dtype {values.dtype}); only real numbers can be fitted."
    if values.dtype.kind == "O":
        return (
            "X has dtype object; convert it with X.astype(float), or let `whyzero fit` encode a file that has "
            "text columns."
        )
    return (
        f"X has dtype {values.dtype}, which is not numeric; convert it to numbers, or let `whyzero fit` encode "
        "a file that has text or date columns."
    )


def _ragged_message(X: Any) -> str:
    lengths = [len(row) if isinstance(row, (list, tuple, np.ndarray)) else -1 for row in X]
    odd = next((i for i, length in enumerate(lengths) if length != lengths[0]), None)
    if odd is None or min(lengths[0], lengths[odd]) < 0:
        return "X cannot be read as a table of numbers: its rows differ in shape."
    return f"X is ragged: row 0 has {lengths[0]} values but row {odd} has {lengths[odd]}."
