"""Names of columns and classes are data: shown literally, never read as markup.

Characters that are invisible, that reorder text or that break lines are shown as visible escapes, so
that two names which differ also look different. Each name is isolated (``<bdi>``) from the text around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from markupsafe import Markup, escape

from whyzero.report.number_format import power_of_ten

__all__ = ["EMPTY", "markup", "plain_prose", "prose", "shorten", "shorten_to_width", "text_width", "visible"]

EMPTY = "(empty name)"
TITLE_LIMIT = 500
QUOTED_LIMIT = 80
MOST_MEASURED = 200
BREAKS_FROM = 16
LEAST_COLUMN = 3
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_ELLIPSIS = "…"
_POWER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]\d{2,3})(?!\w)")
_ESCAPED = Markup('<i class="esc">{}</i>')


def visible(name: str) -> str:
    r"""The text with hidden characters written as ``\x1b``, ``\u202e`` or ``\U000e0001``.

    Spaces at either end, and every space that is not the common one, are escaped too.
    """
    return "".join(text for _, text in _pieces(name)) or EMPTY


def _pieces(text: str, whole: bool = True) -> Iterator[tuple[bool, str]]:
    """Runs of (is it an escape?, text); spaces at the ends are hidden characters only of a `whole` name."""
    if text.isascii() and text.isprintable() and not (whole and text != text.strip(" ")):
        if text:
            yield False, text
        return
    inner_start = len(text) - len(text.lstrip(" ")) if whole else 0
    inner_stop = len(text.rstrip(" ")) if whole else len(text)
    run: list[str] = []
    for position, character in enumerate(text):
        at_the_edge = not inner_start <= position < inner_stop
        category = unicodedata.category(character)
        if category in _HIDDEN or (category == "Zs" and (character != " " or at_the_edge)):
            if run:
                yield False, "".join(run)
                run = []
            yield True, _escape_code(ord(character))
        else:
            run.append(character)
    if run:
        yield False, "".join(run)


def _escape_code(code: int) -> str:
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of a visible text; what is cut, is cut in the middle.

    Of ``column=level`` the column gives way first: the level tells the columns of one category apart.
    """
    if len(text) <= limit:
        return text
    column, level = _category(text)
    if not column:
        return _cut(text, limit)
    room = limit - len(_ELLIPSIS + level)
    return column[:room].rstrip() + _ELLIPSIS + level if room >= 0 else _ELLIPSIS + _cut(level, limit - 1)


def _cut(text: str, limit: int) -> str:
    tail = 2 * (limit - 1) // 5
    return text[: limit - 1 - tail].rstrip() + _ELLIPSIS + text[len(text) - tail :].lstrip()


def _category(text: str) -> tuple[str, str]:
    """A column and ``=level``; both empty if there is no such column, or little to be won by cutting it."""
    column, sign, level = text.partition("=")
    return (column, sign + level) if level and len(column) >= LEAST_COLUMN else ("", "")


def markup(name: str, limit: int | None = None, *, tooltip: bool = True) -> Markup:
    """The name as HTML: isolated, escapes marked, cut at `limit` with the longer text as a tooltip if wanted."""
    shown = visible(name)
    if limit is not None and len(shown) > limit:
        whole = Markup(' title="{}"').format(shorten(shown, TITLE_LIMIT)) if tooltip else ""
        return Markup("<bdi{}>{}</bdi>").format(whole, shorten(shown, limit))
    return Markup("<bdi>{}</bdi>").format(_breakable(_marked(name)))


def _breakable(marked: Markup) -> Markup:
    """Where a long ``column=level`` does not fit a line, the level begins the next one."""
    column, sign, level = marked.partition("=")
    return (
        column + sign + Markup("<wbr>") + level if level and len(marked) > BREAKS_FROM and "<" not in marked else marked
    )


def plain_prose(text: str) -> str:
    """A sentence with hidden characters escaped; as far as text goes, what `prose` shows."""
    return "`".join(
        "".join(shown for _, shown in _pieces(part if quoted else _with_powers(part), whole=False))
        for part, quoted in _parts(text)
    )


def prose(text: str) -> Markup:
    """A sentence as HTML: names, which stand between backticks, isolated and cut; escapes marked."""
    return Markup("").join(
        _quoted(part) if quoted else _marked(_with_powers(part), whole=False) for part, quoted in _parts(text)
    )


def _parts(text: str) -> list[tuple[str, bool]]:
    """The parts of a sentence, and whether each is a name between backticks."""
    parts = text.split("`")
    return [(text, False)] if len(parts) % 2 == 0 else [(part, k % 2 == 1) for k, part in enumerate(parts)]


def _with_powers(text: str) -> str:
    """Numbers as the figures and the table write them: ``2.1×10⁻⁶`` for ``2.1e-06``."""
    return _POWER.sub(lambda found: f"{found[1]}×{power_of_ten(int(found[2]))}", text)


def _quoted(name: str) -> Markup:
    shown = visible(name)
    inner = escape(shorten(shown, QUOTED_LIMIT)) if len(shown) > QUOTED_LIMIT else _marked(name)
    return Markup("<bdi class=quoted>{}</bdi>").format(inner)


def _marked(text: str, *, whole: bool = True) -> Markup:
    if whole and not text:
        return _ESCAPED.format(EMPTY)
    pieces = _pieces(text, whole)
    return Markup("").join(_ESCAPED.format(part) if hidden else escape(part) for hidden, part in pieces)


_NARROW = frozenset("ijlftrI1.,:;'|!()[]{}/\\ -`\"")
_BROAD = frozenset("mwMW@%—…")
_SIGNS = frozenset("<>=+~^#&")


def text_width(text: str) -> float:
    """Width of a text in em, estimated on the wide side, because the reader's font is not known."""
    return sum(_character_width(character) for character in text)


def _character_width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0.0
    if character in _NARROW:
        return 0.42
    if character in _BROAD:
        return 1.0
    if character in _SIGNS:
        return 0.85
    return 0.72 if character.isupper() else 0.64


def shorten_to_width(name: str, limit: float) -> str:
    """The visible name, cut as by `shorten` so that its estimated width is at most `limit` em.

    The end is kept too, because long names often differ there.
    """
    text = visible(name)
    if len(text) <= MOST_MEASURED and text_width(text) <= limit:
        return text
    column, level = _category(text)
    if not column:
        return _cut_to_width(text, limit)
    room = limit - text_width(_ELLIPSIS + level[:MOST_MEASURED])
    if len(level) <= MOST_MEASURED and room >= 0:
        return _fitting(column, room).rstrip() + _ELLIPSIS + level
    return _ELLIPSIS + _cut_to_width(level, limit - text_width(_ELLIPSIS))


def _cut_to_width(text: str, limit: float) -> str:
    room = limit - text_width(_ELLIPSIS)
    head = _fitting(text[:MOST_MEASURED], 0.6 * room)
    tail = _fitting(text[: -MOST_MEASURED - 1 : -1], room - text_width(head))[::-1]
    return head.rstrip() + _ELLIPSIS + tail.lstrip()


def _fitting(text: str, room: float) -> str:
    """The longest start of a text that is not wider than `room`."""
    for position, character in enumerate(text):
        room -= _character_width(character)
        if room < 0:
            return text[:position]
    return text
