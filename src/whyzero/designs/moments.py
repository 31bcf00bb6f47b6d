"""Mean and standard deviation without overflow, underflow or cancellation.

A column is first moved into a frame of its own: divided by a power of two (exact) when it is extreme, and
shifted by its smallest value. With ``d = x 2^-k - shift >= 0`` and weights of sum 1,
``m = sum w d``, ``c = sum w (d - m)``, ``mean = shift + m + c`` and ``var = sum w (d - m)^2 - c^2``
(the corrected two-pass algorithm: Chan, Golub and LeVeque 1983).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.designs.protocol import Array

__all__ = ["Frame", "unit_sum"]

# Squares and sums of numbers below 2^200 in size are far from the ends of float64.
_MODERATE = 200


@dataclass(frozen=True, eq=False)
class Frame:
    """The frames of all columns, from their smallest and largest values `lo` and `hi` (n_cols,)."""

    lo: Array
    hi: Array
    exponent: NDArray[np.int64]
    shift: Array

    @classmethod
    def of(cls, lo: Array, hi: Array) -> Frame:
        """The frames of columns whose values lie in ``[lo, hi]``."""
        exponent = np.frexp(np.maximum(np.abs(lo), np.abs(hi)))[1].astype(np.int64)
        exponent[np.abs(exponent) <= _MODERATE] = 0
        return cls(lo, hi, exponent, _times_power(lo, -exponent))

    def local(self, x: Array, columns: slice | NDArray[np.intp]) -> Array:
        """``x 2^-k - shift`` as a new array; the last axis of `x` runs over `columns`."""
        exponent = self.exponent[columns]
        if np.any(exponent):
            x = _times_power(x, -exponent)
        return np.asarray(x - self.shift[columns])

    def moments(self, mean: Array, correction: Array, square: Array) -> tuple[Array, Array]:
        """Mean and deviation of the columns from ``m``, ``c`` and ``sum w (d - m)^2``."""
        constant = self.lo == self.hi
        deviation = np.sqrt(np.maximum(square - correction * correction, 0.0))
        # A deviation that underflows is still not that of a constant column.
        sd = np.maximum(_times_power(deviation, self.exponent), np.nextafter(0.0, 1.0))
        middle = _times_power(self.shift + (mean + correction), self.exponent)
        return np.where(constant, self.lo, middle), np.where(constant, 0.0, sd)


def unit_sum(weight: Array) -> Array:
    """The weights divided by their sum."""
    share = weight / np.max(weight)
    return np.asarray(share / np.sum(share))


def _times_power(x: Array, exponent: NDArray[np.int64]) -> Array:
    return np.ldexp(x, exponent.astype(np.int32))
