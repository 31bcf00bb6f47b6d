"""The rounding model (docs/math.md, section 6): what float64 may have got wrong, bounded beforehand.

A sum of k products, each made with at most c further operations, in any order, with or without fused
multiply-add, is off by at most ``gamma(k + c)`` times the sum of the absolute values, Eq. (60).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CERTIFY_SLACK", "FLOOR", "UNIT", "gamma", "total"]

UNIT = 2.0**-53
"""Unit roundoff of float64."""

FLOOR = 1e-300
"""Added to every bound: covers products that underflow, even when a processor flushes them to zero."""

CERTIFY_SLACK = 4.0
"""`certify` counts every rounding four times, so that a checker that counts it once, and sums in another
order on another machine, gets bounds that are never larger."""

EXTRA = 16
"""Roundings per term that are granted besides the additions: more than any formula here needs."""


def gamma(terms: Any, slack: float = 1.0) -> NDArray[np.float64]:
    """``k u / (1 - k u)`` for ``k = terms + 16``, with the unit roundoff u multiplied by `slack`.

    Parameters
    ----------
    terms : int or ndarray of int
        Number of summands.
    slack : float
        Factor on the unit roundoff.

    Returns
    -------
    ndarray of float
        Eq. (60); infinite where ``k u >= 1/2``.
    """
    ku = (np.asarray(terms, dtype=np.float64) + EXTRA) * (slack * UNIT)
    return np.where(ku < 0.5, ku / (1.0 - np.minimum(ku, 0.5)), np.inf)


def total(values: NDArray[np.float64]) -> float:
    """The sum as if rounded once, up to a part of 1e-25 of the sum of the absolute values.

    Halves are added to one another with the rounding errors of each addition kept, which are added up beside them: as
    accurate as ``math.fsum`` for what a bound needs, and many times faster. NaN if it is not finite.
    """
    if not np.isfinite(np.sum(np.abs(values))):
        return math.nan
    error = 0.0
    while len(values) > 64:
        half = len(values) // 2
        a, b, odd = values[:half], values[half : 2 * half], values[2 * half :]
        added = a + b
        back = added - a
        error += float(np.sum((a - (added - back)) + (b - back)))
        values = np.concatenate([added, odd])
    return math.fsum([*values, error])
