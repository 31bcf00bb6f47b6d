"""Checks of the target: numbers, labels of two classes for the logistic loss, nothing negative for the Poisson loss."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import InputError, InputTypeError
from whyzero.problem.vectors import Array, as_vector, check_finite, is_missing, to_numbers

__all__ = ["check_any_positive", "check_both_classes", "check_counts", "check_labels", "check_target"]


def check_target(y: Any, n_rows: int) -> Array:
    """A float64 copy of a numeric target.

    Raises
    ------
    InputError
        If the length is wrong or a value is missing, NaN or infinite.
    InputTypeError
        If a value is not a real number.
    """
    array = as_vector(y, "y", n_rows, "row")
    if array.dtype.kind in "USTmMV":
        raise InputTypeError(
            f"y must hold numbers for loss='squared', got {array[0].item()!r} at position 0 (dtype {array.dtype}); "
            "for a target with two classes use loss='logistic'."
        )
    target = to_numbers(array, "y")
    check_finite(target, "y")
    return target


def check_counts(y: Any, n_rows: int) -> Array:
    """A float64 copy of a target that is not negative; it need not be whole.

    Raises
    ------
    InputError
        As `check_target`, and if a value is negative.
    InputTypeError
        If a value is not a real number.
    """
    target = check_target(y, n_rows)
    negative = np.flatnonzero(target < 0.0)
    if len(negative):
        raise InputError(
            f"y has {float(target[negative[0]])!r} at position {negative[0]}; "
            "loss='poisson' needs numbers that are not negative."
        )
    return target


def check_any_positive(y: Array, sample_weight: Array) -> None:
    """Raise `InputError` if every row of positive weight has the target 0: no intercept is small enough for that."""
    if not np.any((y > 0.0) & (sample_weight > 0.0)):
        raise InputError(
            "y is 0 in every row with a positive sample_weight; loss='poisson' with an intercept needs a row above 0, "
            "because the intercept of a mean of 0 is minus infinity."
        )


def check_labels(y: Any, n_rows: int) -> tuple[Array, tuple[Any, Any]]:
    """The target as 0.0 and 1.0, and the two labels in sorted order: the second is the positive class.

    Raises
    ------
    InputError
        If the length is wrong, a label is missing, or there are not exactly two different labels.
    InputTypeError
        If the labels cannot be sorted.
    """
    array = as_vector(y, "y", n_rows, "row")
    labels, codes = _distinct(array)
    if len(labels) == 1:
        raise InputError(
            f"y has one class only ({labels[0]!r} in all {n_rows} rows); loss='logistic' needs rows of two classes."
        )
    if len(labels) > 2:
        shown = ", ".join(repr(label) for label in labels[:5]) + (", ..." if len(labels) > 5 else "")
        raise InputError(
            f"y has {len(labels)} different values ({shown}) but loss='logistic' needs exactly two; multinomial models "
            "are not supported, and a numeric target needs loss='squared'."
        )
    return codes, (labels[0], labels[1])


def check_both_classes(y: Array, classes: tuple[Any, Any], sample_weight: Array) -> None:
    """Raise `InputError` if all rows of positive weight are of one class."""
    if sample_weight.min() > 0.0 and y.min() < y.max():
        return
    counted = y[sample_weight > 0.0]
    if counted.min() == counted.max():
        raise InputError(
            f"all rows with a positive sample_weight are of class {classes[int(counted[0])]!r}; loss='logistic' needs "
            f"rows of {classes[0]!r} and of {classes[1]!r}."
        )


def _distinct(array: NDArray[Any]) -> tuple[list[Any], Array]:
    """The different labels, sorted, as Python values; of two labels also the number of every row's label."""
    if array.dtype.kind == "O":
        return _distinct_objects(array)
    if array.dtype.kind in "cV":
        raise InputTypeError(f"y has dtype {array.dtype}; labels must be numbers, strings, booleans or bytes.")
    if array.dtype.kind == "f":
        check_finite(array, "y")
    if array.dtype.kind in "mM" and np.any(np.isnat(array)):
        row = int(np.flatnonzero(np.isnat(array))[0])
        raise InputError(f"y has a missing value (NaT) at position {row}; fill in or drop it.")
    other = array != array[0]
    if not other.any():
        return [array[0].item()], np.zeros(len(array))
    first, second = array[0], array[int(other.argmax())]
    if not np.array_equal(other, array == second):
        return [value.item() for value in np.unique(array)], np.zeros(len(array))
    if second < first:
        first, second, other = second, first, ~other
    return [first.item(), second.item()], other.astype(np.float64)


def _distinct_objects(array: NDArray[Any]) -> tuple[list[Any], Array]:
    for row, element in enumerate(array):
        if is_missing(element):
            raise InputError(f"y has a missing value ({element!r}) at position {row}; fill in or drop it.")
    try:
        labels = sorted(set(array))
        number = {label: float(k) for k, label in enumerate(labels)}
        codes = np.array([number[element] for element in array])
    except TypeError as error:
        kinds = sorted({type(element).__name__ for element in array})
        raise InputTypeError(
            f"the labels in y cannot be told apart and put in order: they are of types {', '.join(kinds)}; "
            "use one type."
        ) from error
    return [label.item() if isinstance(label, np.generic) else label for label in labels], codes
