"""JSON read without trust: every field is asked for by name and type, and none may be left over."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import ModelFormatError
from whyzero.json_text import parse_strictly

__all__ = ["Fields", "parse_json"]

T = TypeVar("T")

_HALF = re.compile("[\ud800-\udfff]")  # of a pair of surrogates: no character, and not to be written to a file


def parse_json(text: str, origin: str) -> dict[str, Any]:
    """Return the object that a JSON text holds.

    Raises
    ------
    ModelFormatError
        If `parse_strictly` refuses it, or it is not an object.
    """
    try:
        parsed = parse_strictly(text)
    except ValueError as error:
        raise ModelFormatError(f"{origin}: {error}") from None
    if type(parsed) is not dict:
        raise ModelFormatError(f"{origin}: a JSON object is expected")
    return parsed


class Fields:
    """The fields of one JSON object, taken one by one.

    Parameters
    ----------
    found : object
        What the file holds in this place.
    origin : str
        The file, for messages.
    place : str
        The place in the file, such as ``"encoding.columns[3]"``; empty for the whole.
    """

    def __init__(self, found: Any, origin: str, place: str = "") -> None:
        self.origin = origin
        self.place = place
        if type(found) is not dict:
            raise ModelFormatError(f"{origin}: {place!r} must be an object, not {_shown(found)}")
        self._left = dict(found)

    def _take(self, name: str, accept: Callable[[Any], T | None], wanted: str) -> T:
        place = f"{self.place}.{name}" if self.place else name
        if name not in self._left:
            raise ModelFormatError(f"{self.origin}: the field {place!r} is missing")
        found = self._left.pop(name)
        result = accept(found)
        if result is None:
            raise ModelFormatError(f"{self.origin}: {place!r} must be {wanted}, not {_shown(found)}")
        return result

    def done(self) -> None:
        """Refuse fields that nobody asked for."""
        if self._left:
            place = f" of {self.place!r}" if self.place else ""
            raise ModelFormatError(f"{self.origin}: unknown field {next(iter(self._left))!r}{place}")

    def text(self, name: str) -> str:
        """A string."""
        return self._take(name, _text, "a string")

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        """One of the known strings."""
        return self._take(
            name, lambda found: found if found in known and type(found) is str else None, f"one of {known}"
        )

    def optional_text(self, name: str) -> str | None:
        """A string or null."""
        return self._take(
            name,
            lambda found: (_text(found),) if found is None or _text(found) is not None else None,
            "a string or null",
        )[0]

    def flag(self, name: str) -> bool:
        """A truth value."""
        return self._take(name, lambda found: found if type(found) is bool else None, "true or false")

    def optional_flag(self, name: str) -> bool | None:
        """A truth value or null."""
        wanted = "true, false or null"
        return self._take(name, lambda found: (found,) if found is None or type(found) is bool else None, wanted)[0]

    def count(self, name: str) -> int:
        """A whole number that is not negative."""
        wanted = "a whole number of 0 or more"
        return self._take(name, lambda found: found if type(found) is int and 0 <= found < 2**63 else None, wanted)

    def number(self, name: str) -> float:
        """A finite number."""
        return self._take(name, _number, "a finite number")

    def numbers(self, name: str, length: int, infinite: bool = False) -> NDArray[np.float64]:
        """Finite numbers, as many as `length`; with `infinite` also the text "inf"."""

        def accept(found: Any) -> NDArray[np.float64] | None:
            if type(found) is not list or len(found) != length:
                return None
            values = [math.inf if infinite and item == "inf" else _number(item) for item in found]
            return None if None in values else np.array(values, dtype=np.float64)

        also = ' or "inf"' if infinite else ""
        return self._take(name, accept, f"a list of {length} finite numbers{also}")

    def texts(self, name: str) -> tuple[str, ...]:
        """Different strings."""
        return self._take(name, _texts, "a list of different strings")

    def optional_texts(self, name: str) -> tuple[str, ...] | None:
        """Different strings, or null."""
        wanted = "a list of different strings, or null"
        return self._take(
            name, lambda found: (_texts(found),) if found is None or _texts(found) is not None else None, wanted
        )[0]

    def objects(self, name: str) -> list[Fields]:
        """A list of objects."""
        found = self._take(name, lambda items: items if type(items) is list else None, "a list of objects")
        place = f"{self.place}.{name}" if self.place else name
        return [Fields(item, self.origin, f"{place}[{i}]") for i, item in enumerate(found)]

    def object(self, name: str) -> Fields:
        """An object."""
        place = f"{self.place}.{name}" if self.place else name
        return Fields(
            self._take(name, lambda found: found if type(found) is dict else None, "an object"), self.origin, place
        )

    def labels(self, name: str) -> tuple[Any, Any] | None:
        """Two different labels (strings, numbers or truth values) of one type, or null."""

        def accept(found: Any) -> tuple[tuple[Any, Any] | None] | None:
            if found is None:
                return (None,)
            if type(found) is not list or len(found) != 2 or found[0] == found[1]:
                return None
            kinds = {type(label) for label in found}
            numeric = kinds <= {int, float} and all(_number(label) is not None for label in found)
            texts = kinds == {str} and all(_text(label) is not None for label in found)
            return ((found[0], found[1]),) if numeric or texts or kinds == {bool} else None

        return self._take(name, accept, "a list of two different labels of one type, or null")[0]

    def refuse(self, name: str, reason: str) -> ModelFormatError:
        """The error for a field that contradicts another."""
        place = f"{self.place}.{name}" if self.place else name
        return ModelFormatError(f"{self.origin}: {place!r} {reason}")


def _text(found: Any) -> str | None:
    return found if type(found) is str and not _HALF.search(found) else None


def _texts(found: Any) -> tuple[str, ...] | None:
    if type(found) is not list or any(_text(item) is None for item in found) or len(set(found)) != len(found):
        return None
    return tuple(found)


def _number(found: Any) -> float | None:
    if type(found) not in (int, float) or (type(found) is int and abs(found) > 2**1000):
        return None
    return float(found) if math.isfinite(found) else None


def _shown(found: Any) -> str:
    text = json.dumps(found)
    return text if len(text) <= 60 else f"{text[:57]}..."
