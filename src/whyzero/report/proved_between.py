"""What a proof of the whole path says about the positions of the slider, in few bytes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from whyzero.report.number_format import rounded_down, rounded_up, significant
from whyzero.report.schema import Between, Data

__all__ = ["proved_between"]

Array = NDArray[np.float64]
Run = tuple[int, int]
Interval = tuple[str | None, str, int, int]

_SAME = 1e-9
_FEWEST_DIGITS, _ALL_DIGITS = 6, 17


def proved_between(data: Data, alphas: Array, listed: Sequence[int]) -> list[tuple[list[Interval], list[Run]]] | None:
    """For each of the `listed` features its proved zeros and proved non-zeros at the falling `alphas` of the slider.

    A run is its first and its last position. One of zeros has the ends of its interval before that, high and low, as
    text; an interval without a position is never told.
    """
    known = data["between"]
    return None if known is None else [(_zeros(known[j], alphas), _nonzeros(known[j], alphas)) for j in listed]


def _zeros(between: Between, alphas: Array) -> list[Interval]:
    found: list[Interval] = []
    for high, low in between["zero"]:
        inside = np.flatnonzero((alphas >= low) & (alphas <= (np.inf if high is None else high)))
        if len(inside):
            first, last = int(inside[0]), int(inside[-1])
            found.append((*_ends(high, low, alphas[first], alphas[last]), first, last))
    return found


def _ends(high: float | None, low: float, largest: float, smallest: float) -> tuple[str | None, str]:
    """Both ends rounded inwards, with so many digits that the alphas of the slider stay inside."""
    for digits in range(_FEWEST_DIGITS, _ALL_DIGITS):
        top = None if high is None else rounded_down(high, digits)
        bottom = rounded_up(low, digits)
        if bottom <= smallest and (top is None or largest <= top):
            return None if top is None else significant(top, digits), significant(bottom, digits)
    return None if high is None else repr(high), repr(low)


def _nonzeros(between: Between, alphas: Array) -> list[Run]:
    proved = np.array(between["nonzero"])
    found = np.flatnonzero(np.any(np.abs(proved[None, :] / alphas[:, None] - 1) < _SAME, axis=1)).tolist()
    starts = [k for before, k in pairwise([-2, *found]) if k > before + 1]
    stops = [k for k, after in pairwise([*found, len(alphas) + 1]) if after > k + 1]
    return list(zip(starts, stops, strict=True))
