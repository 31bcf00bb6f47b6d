"""Checks of the vectors beside X: offsets, weights, penalty factors."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.designs.core import all_finite
from whyzero.designs.scan import is_masked
from whyzero.errors import InputError, InputTypeError

__all__ = ["as_vector", "check_offset", "check_penalty_factor", "check_sample_weight", "is_missing", "to_numbers"]

Array = NDArray[np.float64]


def as_vector(values: Any, name: str, length: int, of_what: str) -> NDArray[Any]:
    """One-dimensional array of `length` elements from a list, array, series or single column.

    Raises
    ------
    InputError
        If it has more than one column or another length; the message names both lengths.
    InputTypeError
        If it is not array-like.
    """
    if is_masked(values):
        row = int(np.flatnonzero(np.ma.getmaskarray(values).ravel())[0])
        raise InputError(f"{name} is a masked array with a masked value at position {row}; fill masked values first.")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InputError(f"{name} cannot be read as a vector: its elements differ in length.") from error
    if array.ndim == 0:
        raise InputTypeError(
            f"{name} must be a vector with one value for each {of_what}, got {_shown(values)} of type "
            f"{type(values).__name__}."
        )
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise InputError(
            f"{name} must be a vector with one value for each {of_what}, got shape {array.shape}; pass one column."
        )
    if len(array) != length:
        raise InputError(f"X has {length} {of_what}s but {name} has {len(array)} values; they must agree.")
    return array


def to_numbers(array: NDArray[Any], name: str) -> Array:
    """A float64 copy of a vector of real numbers or booleans.

    Raises
    ------
    InputError
        If an element is missing (None, NA).
    InputTypeError
        If an element is not a real number.
    """
    if array.dtype.type is np.float64 and array.dtype.isnative:
        return array.copy()
    if array.dtype.kind in "fiub":
        with np.errstate(over="ignore"):
            return array.astype(np.float64)
    if array.dtype.kind == "O":
        return np.array([_to_number(element, name, row) for row, element in enumerate(array)])
    if array.dtype.kind == "c":
        raise InputTypeError(f"{name} has complex numbers (dtype {array.dtype}); only real numbers can be used.")
    raise InputTypeError(f"{name} must hold numbers, got {array[0].item()!r} at position 0 (dtype {array.dtype}).")


def _to_number(element: Any, name: str, row: int) -> float:
    if is_missing(element):
        raise InputError(f"{name} has a missing value ({element!r}) at position {row}; fill in or drop it.")
    if not isinstance(element, (Real, np.bool_)):
        raise InputTypeError(
            f"{name} must hold numbers, got {_shown(element)} of type {type(element).__name__} at position {row}."
        )
    try:
        return float(element)
    except OverflowError as error:
        raise InputError(f"{name} has a number at position {row} that is too large for float64.") from error


def is_missing(element: Any) -> bool:
    """Whether an element stands for a missing value: None, NaN, NaT or pandas.NA."""
    if element is None:
        return True
    try:
        return bool(element != element)  # noqa: PLR0124 - only a missing value differs from itself
    except TypeError:
        return True  # pandas.NA: its comparisons have no truth value


def check_finite(array: Array, name: str) -> None:
    """Raise `InputError` at the first NaN or infinity of a vector."""
    plain = array.dtype == np.float64 and array.dtype.isnative and array.flags.c_contiguous and array.flags.aligned
    if plain and all_finite(array):
        return
    bad = np.flatnonzero(~np.isfinite(array))
    if len(bad):
        others = "" if len(bad) == 1 else f", the first of {len(bad)} values that are not finite"
        raise InputError(f"{name} has {array[bad[0]]} at position {bad[0]}{others}; fill in or drop them first.")


def check_offset(offset: Any, n_rows: int) -> Array:
    """The offset of every row; zeros if none is given."""
    if offset is None:
        return np.zeros(n_rows)
    array = to_numbers(as_vector(offset, "offset", n_rows, "row"), "offset")
    check_finite(array, "offset")
    return array


def check_sample_weight(sample_weight: Any, n_rows: int) -> Array:
    """The weight of every row; ones if none is given."""
    if sample_weight is None:
        return np.ones(n_rows)
    array = to_numbers(as_vector(sample_weight, "sample_weight", n_rows, "row"), "sample_weight")
    check_finite(array, "sample_weight")
    if array.min() < 0.0:
        negative = np.flatnonzero(array < 0.0)
        raise InputError(
            f"sample_weight has {array[negative[0]]} at position {negative[0]}; weights must not be negative "
            "(0 leaves a row out)."
        )
    if not np.any(array):
        raise InputError(f"sample_weight is zero for all {n_rows} rows; at least one row needs a positive weight.")
    return array


def check_penalty_factor(penalty_factor: Any, n_cols: int) -> Array:
    """The penalty factor of every column; ones if none is given."""
    if penalty_factor is None:
        return np.ones(n_cols)
    name = "penalty_factor"
    array = to_numbers(as_vector(penalty_factor, name, n_cols, "column"), name)
    if not array.min() >= 0.0:
        wrong = np.flatnonzero(np.isnan(array) | (array < 0.0))
        raise InputError(
            f"penalty_factor has {array[wrong[0]]} at position {wrong[0]}; factors must be 0 (not penalised), "
            "positive, or infinity (column left out)."
        )
    if np.all(np.isinf(array)):
        raise InputError("penalty_factor is infinite for every column: no column is left to fit.")
    return array


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
