"""Text of data on a terminal: what cannot be seen is escaped."""

from __future__ import annotations

import unicodedata

__all__ = ["count", "one_line", "sentence", "visible"]

# Control, format (bidirectional overrides, zero width), surrogate, private, unassigned, line and paragraph separator.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    r"""The text with every invisible or terminal-steering character as its escape (ESC becomes ``\x1b``)."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char.encode("unicode_escape").decode("ascii") if unicodedata.category(char) in _HIDDEN else char
        for char in text
    )


def one_line(text: str) -> str:
    """The text as one visible line: line breaks and runs of blanks become one blank."""
    return visible(" ".join(text.split()))


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def count(amount: int, singular: str, plural: str | None = None) -> str:
    """``1 row``, ``2,000 rows``."""
    return f"{amount:,} {singular if amount == 1 else plural or singular + 's'}"
