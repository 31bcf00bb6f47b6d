"""Names and numbers as a person reads them: nothing invisible, and no '0.080 is more than 0.080'."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

__all__ = [
    "against",
    "at_least",
    "at_most",
    "display_name",
    "figure",
    "listing",
    "penalty_name",
    "plural",
    "strictly_below",
]

_DIGITS = 3
_ALL_DIGITS = 17
_PLAIN_FROM, _PLAIN_BELOW = 1e-4, 1e7
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def display_name(name: str) -> str:
    """The name with control, formatting (bidi) and unassigned characters shown as escapes.

    Every other character stays as it is, markup included: whoever puts the text into HTML escapes it.
    """
    if name.isascii() and name.isprintable():
        return name
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in _HIDDEN_CATEGORIES
        else character
        for character in name
    )


def figure(value: float, digits: int = _DIGITS) -> str:
    """`value` rounded to `digits` significant digits, whole digits never dropped."""
    if math.isnan(value):
        return "not known"
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    size = abs(value)
    if size == 0:
        return "0"
    if _PLAIN_FROM <= size < _PLAIN_BELOW:
        whole = len(str(int(size))) if size >= 1 else 0
        return np.format_float_positional(value, precision=max(digits, whole), unique=False, fractional=False, trim="-")
    return f"{value:.{digits}g}"


def against(reference: float, *values: float, digits: int = _DIGITS) -> tuple[str, ...]:
    """`reference` and `values`, with enough digits that a value that differs from it also reads differently.

    Returns
    -------
    tuple of str
        The reference first. Rounding keeps the order, so what reads as larger is larger.
    """
    needed = [_digits_apart(reference, value, digits) for value in values]
    return figure(reference, max(needed, default=digits)), *map(figure, values, needed)


def _digits_apart(reference: float, value: float, digits: int) -> int:
    """The fewest digits, at least `digits`, at which different numbers read differently."""
    apart = (count for count in range(digits, _ALL_DIGITS) if figure(reference, count) != figure(value, count))
    return digits if value == reference else next(apart, _ALL_DIGITS)


def at_most(value: float, digits: int = _DIGITS) -> str:
    """`value` rounded up, so that a proved upper bound stays one."""
    return _rounded(value, digits, ROUND_CEILING)


def at_least(value: float, digits: int = _DIGITS) -> str:
    """`value` rounded down, so that a proved lower bound stays one."""
    return _rounded(value, digits, ROUND_FLOOR)


def strictly_below(bound: float, limit: float, digits: int = _DIGITS) -> tuple[str, str]:
    """An upper bound rounded up, and the limit that it stays below, with enough digits to read in that order."""
    for count in range(digits, _ALL_DIGITS + 1):
        low, high = at_most(bound, count), figure(limit, count)
        if float(low) < float(high):
            return low, high
    return repr(float(bound)), repr(float(limit))


def _rounded(value: float, digits: int, rounding: str) -> str:
    if value == 0 or not math.isfinite(value):
        return figure(value)
    exact = Decimal(repr(float(value)))
    text = exact.quantize(Decimal((0, (1,), exact.adjusted() - digits + 1)), rounding=rounding)
    if _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        plain = f"{text:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"{text.normalize():e}"


def listing(items: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]


def plural(count: int, one: str, many: str | None = None) -> str:
    """'1 weight', '2 weights'."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def penalty_name(l1_ratio: float) -> str:
    """L1, L2 or elastic net."""
    return {1.0: "L1", 0.0: "L2"}.get(float(l1_ratio), "elastic net")
