"""Data frames of pandas, Polars and PyArrow, through narwhals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import InputError, InputTypeError

__all__ = ["from_frame"]


def from_frame(X: Any) -> tuple[NDArray[Any], tuple[str, ...]] | None:
    """The numbers and the column names of a data frame; None if X is none.

    A frame whose columns are all float64 (or all float32) keeps that type and, where its library allows,
    its memory; every other frame is copied to float64.

    Raises
    ------
    InputError
        If a column is not numeric, or an integer or truth value is missing; the message names the column.
    InputTypeError
        If X is a lazy frame or a single column.
    """
    import narwhals as nw

    labels, unique = _with_unique_labels(X)
    frame = nw.from_native(unique, pass_through=True, allow_series=True)
    if isinstance(frame, nw.LazyFrame):
        raise InputTypeError(f"X is a lazy frame ({type(X).__module__}.{type(X).__name__}); collect it first.")
    if isinstance(frame, nw.Series):
        raise InputTypeError(
            f"X is a single column ({type(X).__module__}.{type(X).__name__}); X needs two dimensions: pass a frame."
        )
    if not isinstance(frame, nw.DataFrame):
        return None
    names = tuple(str(label) for label in (frame.columns if labels is None else labels))
    kinds = list(frame.schema.values())
    for name, kind in zip(names, kinds, strict=True):
        if not (kind.is_integer() or kind.is_float() or kind == nw.Boolean):
            raise InputError(
                f"column {name!r} of X has type {kind}, which is not numeric; drop or encode it, or let `whyzero fit` "
                "encode the file."
            )
    if kinds and (all(kind == nw.Float64 for kind in kinds) or all(kind == nw.Float32 for kind in kinds)):
        whole = np.asarray(frame.to_numpy())
        if whole.dtype.type in (np.float32, np.float64):
            return whole, names
    values = np.empty((len(frame), len(names)), order="F")
    for j in range(len(names)):
        if not kinds[j].is_float():
            _refuse_missing(frame[:, j], names[j])
        values[:, j] = frame[:, j].to_numpy()
    return values, names


def _with_unique_labels(X: Any) -> tuple[list[Any] | None, Any]:
    """The labels of a frame with repeated ones, and a frame that narwhals can read: labels may repeat here."""
    import narwhals as nw

    if nw.dependencies.is_pandas_dataframe(X) and not X.columns.is_unique:
        return list(X.columns), X.set_axis([f"x{j}" for j in range(X.shape[1])], axis="columns")
    if nw.dependencies.is_pyarrow_table(X) and len(set(X.column_names)) < X.num_columns:
        return list(X.column_names), X.rename_columns([f"x{j}" for j in range(X.num_columns)])
    return None, X


def _refuse_missing(column: Any, name: str) -> None:
    """Raise `InputError` for a missing integer or truth value; a missing float becomes NaN, which is found later."""
    count = int(column.null_count())
    if count:
        row = int(np.flatnonzero(column.is_null().to_numpy())[0])
        others = "" if count == 1 else f", the first of {count} in this column"
        raise InputError(f"X has a missing value at row {row}, column {name!r}{others}; fill in or drop it first.")
