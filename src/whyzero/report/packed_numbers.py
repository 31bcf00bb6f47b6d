"""Numbers along a path in few bytes, each to a relative 9.4e-10.

The leading 41 bits of a float64 (sign, exponent, 29 bits of the mantissa, rounded) are a whole number. Stored is its
distance from that of a prediction: the line through the two alphas before, because L1 paths of the squared loss are
piecewise linear in alpha (Osborne, Presnell and Turlach, IMA J. Numer. Anal. 20, 2000) and others nearly so. The pull
of a weight that is not zero is its toll and a multiple of its size, so there that multiple is predicted. The six bytes
of all distances stand plane by plane, so that the first planes deflate to almost nothing,
and in a plane feature by feature, so that runs of zeros stay whole.
`templates/script/packed.js` reads it with the same arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Beside", "packed_numbers"]

Array = NDArray[np.float64]

_DROPPED = np.uint64(64 - 41)
_HALF = np.uint64(1 << 22)
_BYTES = 6


@dataclass(frozen=True, eq=False)
class Beside:
    """What the pulls of a path are predicted from.

    Attributes
    ----------
    weights : ndarray of shape (n_alphas, n_pulls)
        The weights that are pulled.
    tolls : ndarray of shape (n_pulls,)
        Their tolls at alpha = 1.
    """

    weights: Array
    tolls: Array


def packed_numbers(table: Array, alphas: Array, beside: Beside | None = None) -> bytes:
    """The rows of `table`, one for each alpha; NaN is a number that is not known."""
    bits = _leading(table)
    if beside is not None:
        beside = Beside(_floats(_leading(beside.weights)), beside.tolls)
    predicted = np.array(list(_predictions(_floats(bits), alphas, beside)), dtype=np.float64)
    guess = np.ascontiguousarray(predicted.reshape(bits.shape)).view(np.uint64) >> _DROPPED
    distance = bits.astype(np.int64) - guess.astype(np.int64)
    folded = np.where(distance >= 0, 2 * distance, -2 * distance - 1).T.astype(">u8").ravel()
    planes = folded.view(np.uint8).reshape(-1, 8)[:, 8 - _BYTES :].T
    return np.ascontiguousarray(planes).tobytes()


def _leading(table: Array) -> NDArray[np.uint64]:
    """The bits that are kept, as whole numbers."""
    known = np.where(table == 0, 0.0, table)  # no negative zero
    bits = np.ascontiguousarray(known, dtype=np.float64).view(np.uint64)
    return np.where(np.isnan(known), np.uint64(0x7FF8 << 48), bits + _HALF) >> _DROPPED


def _floats(bits: NDArray[np.uint64]) -> Array:
    return (bits << _DROPPED).view(np.float64)


def _predictions(kept: Array, alphas: Array, beside: Beside | None) -> Iterator[Array]:
    """For each row what those before it let expect: 0 after a 0, else the line, and 0 where that is no number."""
    for k in range(len(kept)):
        if k == 0:
            yield np.zeros(kept.shape[1])
            continue
        guess = _line(kept[:k], alphas)
        guess = np.where((kept[k - 1] == 0) | ~np.isfinite(guess), 0.0, guess) + 0.0
        yield guess if beside is None else _from_weights(guess, kept, alphas, k, beside)


def _line(before: Array, alphas: Array) -> Array:
    """What the last two of the rows `before` let expect of the next."""
    k = len(before)
    if k == 1:
        return np.asarray(before[0])
    share = (alphas[k] - alphas[k - 1]) / (alphas[k - 1] - alphas[k - 2])
    with np.errstate(all="ignore"):
        return np.asarray(before[k - 1] + (before[k - 1] - before[k - 2]) * share)


def _from_weights(guess: Array, pulls: Array, alphas: Array, k: int, beside: Beside) -> Array:
    """The toll and the predicted multiple of the weight, where there is one; else `guess`."""
    sizes, first = np.abs(beside.weights[: k + 1]), max(0, k - 2)
    with np.errstate(all="ignore"):
        multiples = (pulls[first:k] - beside.tolls * alphas[first:k, None]) / sizes[first:k]
        line = _line(multiples, alphas[first:])
        line = np.where(np.isfinite(line), line, multiples[-1])
        found = beside.tolls * alphas[k] + sizes[k] * line
    return np.where((sizes[k] != 0) & np.isfinite(found), found, guess)
