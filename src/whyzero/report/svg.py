"""SVG elements as escaped text. Looks live in the style sheet; here are only shapes, classes and words."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

__all__ = ["coordinate", "drawing", "element", "polyline", "simplified"]

_PLAIN = re.compile(r"[\w.,:#-]+", re.ASCII)


def coordinate(value: float) -> str:
    """A coordinate to a hundredth of a unit, without trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def polyline(xs: Sequence[float], ys: Sequence[float]) -> str:
    """The ``d`` of a line through points, rounded to a tenth of a unit, in steps from point to point.

    Steps are differences of the rounded places, so that rounding does not add up.
    """
    places = [(round(10 * x), round(10 * y)) for x, y in zip(xs, ys, strict=True)]
    steps = [
        f"{_tenths(x - before_x)} {_tenths(y - before_y)}"
        for (before_x, before_y), (x, y) in itertools.pairwise(places)
    ]
    start = f"M{_tenths(places[0][0])} {_tenths(places[0][1])}"
    # A minus sign separates numbers as well as a space does.
    return (start + ("l" + " ".join(steps) if steps else "")).replace(" -", "-")


def _tenths(value: int) -> str:
    """Without the zero before a point, which a path does not need."""
    text = coordinate(value / 10)
    return text.replace("0.", ".") if abs(value) < 10 else text


def simplified(xs: Sequence[float], ys: Sequence[float], tolerance: float) -> list[int]:
    """Positions of the points that a line needs to stay within `tolerance` of all points.

    Both ends and every kept point are points of the input (Ramer 1972; Douglas and Peucker 1973).
    """
    keep = {0, len(xs) - 1}
    spans = [(0, len(xs) - 1)]
    while spans:
        first, last = spans.pop()
        width, height = xs[last] - xs[first], ys[last] - ys[first]
        length = math.hypot(width, height) or 1.0
        distances = [
            (abs(width * (ys[k] - ys[first]) - height * (xs[k] - xs[first])) / length, k)
            for k in range(first + 1, last)
        ]
        farthest, k = max(distances, default=(0.0, first))
        if farthest > tolerance:
            keep.add(k)
            spans += [(first, k), (k, last)]
    return sorted(keep)


def element(tag: str, *children: str, **attributes: str | float | None) -> Markup:
    """One element; attribute ``text_anchor`` becomes ``text-anchor``, ``class_`` becomes ``class``; None is left out.

    Children that are `Markup` are inserted as they are, other text is escaped.
    """
    pieces = [f"<{tag}"]
    for key, value in attributes.items():
        if value is not None:
            text = value if isinstance(value, str) else coordinate(value)
            pieces.append(f" {key.rstrip('_').replace('_', '-')}={_attribute(text)}")
    inner = "".join(str(escape(child)) for child in children)
    # After a value without quotes, a slash would belong to it.
    end = "/>" if pieces[-1].endswith('"') else " />"
    pieces.append(f">{inner}</{tag}>" if inner else end)
    return Markup("".join(pieces))


def _attribute(text: str) -> str:
    """The value of an attribute, without the quotes that HTML lets go: they were a tenth of a figure."""
    return text if _PLAIN.fullmatch(text) else f'"{escape(text)}"'


def drawing(
    children: Iterable[Markup],
    *,
    width: float,
    height: float,
    key: str,
    title: str,
    description: str,
    class_: str,
    **attributes: str | None,
) -> Markup:
    """A whole figure with its accessible title and description; `key` makes their ids unique on the page.

    `attributes` tell the script what the figure shows, for instance its scales.
    """
    return element(
        "svg",
        element("title", title, id=f"{key}-title"),
        element("desc", description, id=f"{key}-desc"),
        *children,
        viewBox=f"0 0 {coordinate(width)} {coordinate(height)}",
        role="img",
        class_=class_,
        aria_labelledby=f"{key}-title {key}-desc",
        **attributes,
    )
