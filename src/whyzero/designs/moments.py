"""Mean and standard deviation without overflow, underflow or cancellation.

A column is divided by a power of two (exact) when its numbers are extreme. With weights of sum 1 the first pass
gives ``m = sum w x``, the second ``c = sum w (x - m)`` and ``q = sum w (x - m)^2``; then ``mean = m + c`` and
``sd = sqrt(q)``. Rounding of m is a matter of c only: ``q`` is too large by ``c^2``. Where that is not negligible
(a column of nearly equal large numbers), a third pass takes ``x - m - c`` for ``x - m``. This is the two-pass
algorithm (Chan, Golub and LeVeque, The American Statistician 37, 1983), made self-correcting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.designs.protocol import Array

__all__ = ["Frame", "unit_sum"]

# Squares and sums of numbers below 2^200 in size are far from the ends of float64.
_MODERATE = 200
_NEGLIGIBLE = 2.0**-52


@dataclass(frozen=True, eq=False)
class Frame:
    """The powers of two of some columns, from their smallest and largest values `lo` and `hi` (n_cols,)."""

    lo: Array
    hi: Array
    exponent: NDArray[np.int32]

    @classmethod
    def of(cls, lo: Array, hi: Array) -> Frame:
        """The frames of columns whose values lie in ``[lo, hi]``."""
        exponent = np.frexp(np.maximum(np.abs(lo), np.abs(hi)))[1]
        return cls(lo, hi, np.where(np.abs(exponent) <= _MODERATE, 0, exponent).astype(np.int32))

    def local(self, x: Array, columns: slice | NDArray[np.intp]) -> Array:
        """``x 2^-k``; the last axis of `x` runs over `columns`. The result may be `x` itself."""
        exponent = self.exponent[columns]
        return np.ldexp(x, -exponent) if np.any(exponent) else x

    def moments(self, mean: Array, about: Callable[[Array, Array], tuple[Array, Array]]) -> tuple[Array, Array]:
        """Mean and deviation of the columns from ``m`` and from ``about(m, c) = sum of w d, w d^2``, ``d = x - m - c``.

        All three are in the units of `local`.
        """
        constant = self.lo == self.hi
        correction = np.zeros_like(mean)
        rest, square = about(mean, correction)
        if np.any(~constant & (rest * rest > _NEGLIGIBLE * square)):
            correction = rest
            rest, square = about(mean, correction)
        # A deviation that underflows is still not that of a constant column.
        sd = np.maximum(np.ldexp(np.sqrt(square), self.exponent), np.nextafter(0.0, 1.0))
        return np.ldexp(mean + (correction + rest), self.exponent), np.where(constant, 0.0, sd)


def unit_sum(weight: Array) -> Array:
    """The weights divided by their sum."""
    share = weight / np.max(weight)
    return np.asarray(share / np.sum(share))
