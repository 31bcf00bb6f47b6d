"""Numbers of a sum, with so many decimals that what is shown adds up to what is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import product

from whyzero.explanations.wording import against, figure

__all__ = ["Sum", "shown_sum"]

_MOST_DIGITS = 7
_MORE_DECIMALS = 8
_PLAIN_FROM, _PLAIN_BELOW = 1e-4, 1e7


@dataclass(frozen=True)
class Sum:
    """``start + parts = end`` as text; no number has its sign.

    Attributes
    ----------
    start, end, limit : str
        What the sum begins and ends with, and what both are compared with.
    parts : tuple of str
        What is added; "0" for what is too small to be shown.
    exact : bool
        Whether the numbers add up as they are shown. Else each is rounded by itself.
    """

    start: str
    parts: tuple[str, ...]
    end: str
    limit: str
    exact: bool


def shown_sum(start: float, parts: Sequence[float], end: float, limit: float, digits: int = 3) -> Sum:
    """Few decimals, the same for all numbers, at which they add up and compare with the limit as they do.

    Where they do not add up, parts that are nearly halfway between two decimals are rounded the other way.

    Parameters
    ----------
    start, end : float
        Of either sign.
    parts : sequence of float
        What is added to `start`; with it they give `end` up to rounding.
    limit : float
        What the sizes of `start` and `end` are compared with.
    digits : int
        Significant digits that `end` has at least, unless `start` would have more than seven.
    """
    size = max(map(abs, (start, end, *parts)))
    if _PLAIN_FROM <= size < _PLAIN_BELOW:
        first = max(0, min(_decimals(end or start, digits), _decimals(size, _MOST_DIGITS)))
        for decimals, bend in product(range(first, first + _MORE_DECIMALS), (False, True)):
            begin, *middle, last, edge = (_rounded(number, decimals) for number in (start, *parts, end, limit))
            order = all(
                _compare(float(abs(shown)), float(edge)) == _compare(abs(number), limit)
                for shown, number in ((begin, start), (last, end))
            )
            if bend:
                middle = _bent(parts, middle, last - begin - sum(middle), Decimal(1).scaleb(-decimals))
            if begin + sum(middle) == last and order:
                return Sum(_plain(begin), tuple(map(_plain, middle)), _plain(last), _plain(edge), exact=True)
    edge_text, begin_text, last_text = against(limit, abs(start), abs(end), digits=digits)
    return Sum(begin_text, tuple(figure(abs(part), digits) for part in parts), last_text, edge_text, exact=False)


def _bent(parts: Sequence[float], shown: list[Decimal], missing: Decimal, unit: Decimal) -> list[Decimal]:
    """As many parts rounded the other way as are needed, the nearest to that first; none changes its sign."""
    way = unit if missing > 0 else -unit
    left = [(Decimal(repr(float(part))) - text) / way for part, text in zip(parts, shown, strict=True)]
    able = [k for k, text in enumerate(shown) if (text + way) * Decimal(repr(float(parts[k]))) >= 0]
    able.sort(key=left.__getitem__, reverse=True)
    chosen = set(able[: int(missing / way)])
    return [text + way if k in chosen else text for k, text in enumerate(shown)]


def _compare(a: float, b: float) -> int:
    return (a > b) - (a < b)


def _decimals(value: float, digits: int) -> int:
    """Decimals at which the value has that many significant digits."""
    return digits - 1 - math.floor(math.log10(abs(value)))


def _rounded(value: float, decimals: int) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)


def _plain(value: Decimal) -> str:
    """Without a sign, and without zeros at the end of its decimals."""
    text = f"{abs(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
