"""Numbers as people read them: few digits, a real minus sign, columns aligned at the decimal point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

__all__ = [
    "agrees", "aligned", "apart", "at_least", "at_most", "beside", "count", "percent", "power_of_ten", "rounded_down",
    "rounded_up", "significant", "trimmed",
]  # fmt: skip

MISSING = "–"
MINUS = "−"
FIGURE_SPACE = "\u2007"
PUNCTUATION_SPACE = "\u2008"
NO_BREAK_SPACE = "\u00a0"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SMALLEST_PLAIN = 1e-4
_LARGEST_PLAIN = 1e7
_ALL_DIGITS = 17
_TIE = 1e-9


def power_of_ten(exponent: int) -> str:
    """``10⁻³`` for -3."""
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def significant(value: float | None, digits: int = 4) -> str:
    """A number with so many significant digits; exact zero is ``0``, None is a dash.

    Trailing zeros are kept, because they are digits that are known. Sizes outside [1e-4, 1e7) are
    written as a power of ten, so that nothing that is not zero ever reads as zero.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    size = abs(value)
    sign = MINUS if value < 0 else ""
    mantissa, power = f"{size:.{digits - 1}e}".split("e")
    if size < _SMALLEST_PLAIN or size >= _LARGEST_PLAIN:
        return f"{sign}{mantissa}×{power_of_ten(int(power))}"
    return f"{sign}{size:.{max(0, digits - 1 - int(power))}f}"


def trimmed(value: float | None, digits: int = 4) -> str:
    """A number with at most so many significant digits, zeros at its end left out: for settings and headings."""
    text, times, power = significant(value, digits).partition("×")
    return (text.rstrip("0").rstrip(".") if "." in text else text) + times + power


def apart(value: float | None, reference: float | None, digits: int = 4) -> str:
    """`value` with so many more digits that it reads differently from `reference`, unless they are equal."""
    if value is None or reference is None or value == reference:
        return significant(value, digits)
    texts = ((significant(value, more), significant(reference, more)) for more in range(digits, _ALL_DIGITS))
    return next((text for text, other in texts if text != other), repr(value))


def beside(value: float | None, reference: float | None, digits: int = 4) -> str:
    """`value` as `apart` writes it, but like `reference` where the two are equal to nine digits.

    A weight at the very edge has a pull that differs from its toll by rounding alone; digits of rounding say nothing.
    """
    tied = value is not None and reference is not None and agrees(value, reference)
    return significant(value, digits) if tied else apart(value, reference, digits)


def agrees(value: float, reference: float) -> bool:
    """Whether two numbers are equal to nine digits."""
    return abs(value - reference) <= _TIE * abs(reference)


def at_most(value: float, digits: int = 4) -> str:
    """`value` rounded up, so that a proved upper bound stays one."""
    return significant(rounded_up(value, digits), digits)


def at_least(value: float, digits: int = 4) -> str:
    """`value` rounded down, so that a proved lower bound stays one."""
    return significant(rounded_down(value, digits), digits)


def rounded_up(value: float, digits: int) -> float:
    """The next number of so many significant digits that is not smaller."""
    return _rounded(value, digits, ROUND_CEILING)


def rounded_down(value: float, digits: int) -> float:
    """The next number of so many significant digits that is not larger."""
    return _rounded(value, digits, ROUND_FLOOR)


def _rounded(value: float, digits: int, rounding: str) -> float:
    exact = Decimal(value)
    return float(exact.quantize(Decimal((0, (1,), exact.adjusted() - digits + 1)), rounding=rounding)) if value else 0.0


def aligned(texts: Sequence[str]) -> list[str]:
    """A right-aligned column: padded with spaces as wide as a digit, so that decimal points line up."""
    plain = [text for text in texts if "×" not in text and text != MISSING]
    width = max((len(text.partition(".")[2]) for text in plain), default=0)
    return [text if "×" in text or text == MISSING else _padded(text, width) for text in texts]


def _padded(text: str, width: int) -> str:
    _, point, fraction = text.partition(".")
    if width == 0:
        return text
    return text + ("" if point else PUNCTUATION_SPACE) + FIGURE_SPACE * (width - len(fraction))


def count(value: int) -> str:
    """A count with commas between thousands."""
    return f"{value:,}"


def percent(share: float | None, digits: int = 3) -> str:
    """A share as a percentage."""
    text = significant(None if share is None else 100 * share, digits)
    return text if text == MISSING else f"{text}{NO_BREAK_SPACE}%"
