"""Numbers along a path in few bytes, each to a relative 9.4e-10.

The leading 41 bits of a float64 (sign, exponent, 29 bits of the mantissa, rounded) are a whole number. Stored is its
distance from that of a prediction: the line through the two alphas before, because L1 paths of the squared loss are
piecewise linear in alpha (Osborne, Presnell and Turlach, IMA J. Numer. Anal. 20, 2000) and others nearly so. The six
bytes of all distances stand plane by plane, so that the first planes deflate to almost nothing.
`templates/script/packed.js` reads it with the same arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["packed_numbers"]

Array = NDArray[np.float64]

_DROPPED = np.uint64(64 - 41)
_HALF = np.uint64(1 << 22)
_BYTES = 6


def packed_numbers(table: Array, alphas: Array) -> bytes:
    """The rows of `table`, one for each alpha; NaN is a number that is not known."""
    known = np.where(table == 0, 0.0, table)  # no negative zero
    bits = np.ascontiguousarray(known, dtype=np.float64).view(np.uint64)
    bits = np.where(np.isnan(known), np.uint64(0x7FF8 << 48), bits + _HALF) >> _DROPPED
    predicted = np.array(list(_predictions((bits << _DROPPED).view(np.float64), alphas)), dtype=np.float64)
    guess = np.ascontiguousarray(predicted.reshape(bits.shape)).view(np.uint64) >> _DROPPED
    distance = bits.astype(np.int64) - guess.astype(np.int64)
    folded = np.where(distance >= 0, 2 * distance, -2 * distance - 1).astype(">u8").ravel()
    planes = folded.view(np.uint8).reshape(-1, 8)[:, 8 - _BYTES :].T
    return np.ascontiguousarray(planes).tobytes()


def _predictions(kept: Array, alphas: Array) -> Iterator[Array]:
    """For each row what those before it let expect: 0 after a 0, else the line, and 0 where that is no number."""
    for k in range(len(kept)):
        if k == 0:
            yield np.zeros(kept.shape[1])
            continue
        before = kept[k - 1]
        guess = before
        if k > 1:
            share = (alphas[k] - alphas[k - 1]) / (alphas[k - 1] - alphas[k - 2])
            with np.errstate(all="ignore"):
                guess = before + (before - kept[k - 2]) * share
        yield np.where((before == 0) | ~np.isfinite(guess), 0.0, guess) + 0.0
