"""What a `PathCertificate` says about one weight, in words: proved at every alpha of an interval, not on a grid."""

from __future__ import annotations

import math
from typing import Any

from whyzero.certificates import AlphaIntervals, PathCertificate
from whyzero.explanations.wording import at_least, at_most, listing

__all__ = ["between_alphas", "proved_intervals"]

_MOST_CHANGES = 3


def between_alphas(weight: AlphaIntervals, alpha: float) -> str:
    """The interval of zeros around `alpha`, and where the weight enters and leaves; nothing if nothing is proved.

    Ends of intervals are rounded inwards, those of brackets outwards.
    """
    parts = [_zero(*around)] if (around := _inside(weight, alpha)) else []
    for word, brackets in (("enters", weight.entries), ("leaves again", weight.exits)):
        shown = [f"between {at_most(high)} and {at_least(low)}" for high, low in brackets[:_MOST_CHANGES]]
        more = len(brackets) - len(shown)
        if shown:
            parts.append(
                f"Proved: as alpha falls it {word} {listing([*shown, f'{more} more times'] if more else shown)}."
            )
    return " ".join(parts)


def proved_intervals(certificate: PathCertificate) -> list[dict[str, Any]]:
    """As in the saved explanation, one entry a column: intervals (high, low) of zeros, None for no high end."""
    return [
        {
            "zero": [[None if math.isinf(high) else high, low] for high, low in weight.zero],
            "nonzero": list(weight.nonzero),
        }
        for weight in certificate.weights
    ]


def _inside(weight: AlphaIntervals, alpha: float) -> tuple[str, str] | None:
    """The interval around alpha, rounded inwards with so many digits that alpha stays inside; no high end is ""."""
    found = weight.zero_around(alpha)
    if found is None:
        return None
    high, low = found
    for digits in range(3, 18):
        ends = "" if math.isinf(high) else at_least(high, digits), at_most(low, digits)
        if float(ends[1]) <= alpha and (not ends[0] or alpha <= float(ends[0])):
            return ends
    return None


def _zero(high: str, low: str) -> str:
    return f"It is zero, proved, for every alpha from {low} {f'to {high}' if high else 'upwards'}."
