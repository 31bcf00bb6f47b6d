"""JSON read without trust: no field twice, no NaN, no endless number, no nesting that exhausts a stack."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

__all__ = ["parse_strictly", "real"]

_MOST_LEVELS = 32
_MOST_DIGITS = 1000


def parse_strictly(text: str, *, parse_int: Callable[[str], Any] = int) -> Any:
    """Return the value of a JSON text.

    Parameters
    ----------
    text : str
        The whole text.
    parse_int : callable
        What makes a whole number of its digits.

    Raises
    ------
    ValueError
        What is wrong, as the end of a sentence: no JSON, a field twice in one object, NaN or an infinity, a number too
        large for float64, a whole one of more than 1000 digits, or values more than 32 deep in one another.
    """

    def whole(digits: str) -> Any:
        if len(digits) > _MOST_DIGITS:
            raise ValueError(f"a number has {len(digits)} digits")
        return parse_int(digits)

    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse, parse_float=real, parse_int=whole)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise ValueError("its values are nested too deeply") from None
    if _is_deeper(value, _MOST_LEVELS):
        raise ValueError("its values are nested too deeply")
    return value


def real(text: str) -> float:
    """A number that float64 can hold.

    Raises
    ------
    ValueError
        If it cannot.
    """
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text:.60} is too large for float64")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        repeated = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the field {repeated[:60]!r} occurs twice")
    return found


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects stand in one another more than `levels` deep."""
    inner = value.values() if type(value) is dict else value if type(value) is list else ()
    return any(type(item) in (dict, list) and (levels == 1 or _is_deeper(item, levels - 1)) for item in inner)
