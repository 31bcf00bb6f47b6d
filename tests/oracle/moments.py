"""Mean and standard deviation of columns in two passes: the readable twin of cpp/whyzero/ingest.

A column is divided by a power of two (exact) when its numbers are extreme. With weights of sum 1 the first pass
gives ``m = sum w x``, the second ``c = sum w (x - m)`` and ``q = sum w (x - m)^2``; then ``mean = m + c`` and
``sd = sqrt(q)``. Rounding of m is a matter of c only: ``q`` is too large by ``c^2``. Where that is not negligible
(a column of nearly equal large numbers), a third pass takes ``x - m - c`` for ``x - m``. This is the two-pass
algorithm (Chan, Golub and LeVeque, The American Statistician 37, 1983), made self-correcting. Sums are taken in long
double.
"""

from __future__ import annotations

import numpy as np

# Squares and sums of numbers below 2^200 in size are far from the ends of float64.
_MODERATE = 200
_NEGLIGIBLE = 2.0**-52


def moments(X: np.ndarray, weight: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Mean and population standard deviation of every column of a dense matrix; rows of weight 0 do not count."""
    weight = np.ones(len(X)) if weight is None else weight
    X, share = np.asarray(X, dtype=float)[weight > 0.0], (weight[weight > 0.0] / np.max(weight)).astype(np.longdouble)
    share = share / np.sum(share)
    lo, hi = X.min(axis=0), X.max(axis=0)
    exponent = np.frexp(np.maximum(np.abs(lo), np.abs(hi)))[1]
    exponent = np.where(np.abs(exponent) <= _MODERATE, 0, exponent)
    X = np.ldexp(X, -exponent).astype(np.longdouble)
    mean, correction = share @ X, np.zeros(X.shape[1])
    rest, square = _about(X, share, mean, correction)
    if np.any((lo != hi) & (rest * rest > _NEGLIGIBLE * square)):
        correction = rest
        rest, square = _about(X, share, mean, correction)
    # A deviation that underflows is still not that of a constant column.
    sd = np.maximum(np.ldexp(np.sqrt(square).astype(float), exponent), np.nextafter(0.0, 1.0))
    mean = np.where(lo == hi, lo, np.ldexp((mean + (correction + rest)).astype(float), exponent))
    return mean, np.where(lo == hi, 0.0, sd)


def _about(X: np.ndarray, share: np.ndarray, mean: np.ndarray, correction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    centred = X - mean - correction
    return share @ centred, share @ (centred * centred)
