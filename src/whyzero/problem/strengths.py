"""Checks of the numbers that set the strength and the kind of the penalty."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import InputError, InputTypeError

__all__ = ["check_alpha", "check_alphas", "check_flag", "check_l1_ratio"]


def check_alpha(alpha: Any) -> float:
    """A positive finite penalty strength.

    Raises
    ------
    InputError
        If it is zero, negative, NaN or infinite.
    InputTypeError
        If it is not a real number.
    """
    value = _real(alpha, "alpha")
    if not 0.0 < value < math.inf:
        raise InputError(
            f"alpha must be a positive finite number, got {value!r}; a tiny alpha is nearly no penalty, and "
            "penalty_factor=0 frees single columns."
        )
    return value


def check_alphas(alphas: Any) -> int | NDArray[np.float64]:
    """The length of a grid of alphas, or the grid itself in decreasing order.

    Raises
    ------
    InputError
        If the length is below 1, the grid is empty or not a vector, or an alpha is not positive and finite.
    InputTypeError
        If it is neither an integer nor an array of real numbers.
    """
    if type(alphas) is list and len(alphas) == 1 and type(alphas[0]) is float and 0.0 < alphas[0] < math.inf:
        return np.array(alphas)
    if isinstance(alphas, Integral) and not isinstance(alphas, bool):
        if alphas < 1:
            raise InputError(f"alphas={int(alphas)} asks for a grid of that many alphas; at least 1 is needed.")
        return int(alphas)
    try:
        array = np.asarray(alphas)
    except ValueError as error:
        raise InputError("alphas must be an integer or a vector of numbers; its elements differ in length.") from error
    if array.ndim == 0 or array.dtype.kind not in "fiu":
        raise InputTypeError(
            f"alphas must be an integer (how many) or a vector of positive numbers, got {alphas!r} of type "
            f"{type(alphas).__name__}; for one fit use whyzero.fit(..., alpha=...)."
        )
    if array.ndim != 1 or len(array) == 0:
        raise InputError(f"alphas must be a vector with at least one number, got shape {array.shape}.")
    grid = array.astype(np.float64)
    wrong = np.flatnonzero(~(np.isfinite(grid) & (grid > 0.0)))
    if len(wrong):
        raise InputError(
            f"alphas has {grid[wrong[0]]} at position {wrong[0]}; every alpha must be positive and finite."
        )
    return np.asarray(np.sort(grid)[::-1].copy())


def check_l1_ratio(l1_ratio: Any) -> float:
    """A share of the L1 part in [0, 1]."""
    value = _real(l1_ratio, "l1_ratio")
    if not 0.0 <= value <= 1.0:
        raise InputError(f"l1_ratio must be between 0 (only L2) and 1 (only L1), got {value!r}.")
    return value


def check_flag(flag: Any, name: str) -> bool:
    """True or False."""
    if not isinstance(flag, (bool, np.bool_)):
        raise InputTypeError(f"{name} must be True or False, got {flag!r} of type {type(flag).__name__}.")
    return bool(flag)


def _real(value: Any, name: str) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (float, Real)):
        raise InputTypeError(f"{name} must be a number, got {value!r} of type {type(value).__name__}.")
    try:
        return float(value)
    except OverflowError as error:
        raise InputError(f"{name} is a number that is too large for float64.") from error
