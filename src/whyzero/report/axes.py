"""The axes that the path figure and the cross-validation curve share."""

from __future__ import annotations

import math

from markupsafe import Markup

from whyzero.report.number_format import power_of_ten, trimmed
from whyzero.report.scales import Linear, Log
from whyzero.report.svg import element

__all__ = ["alpha_axis", "left_axis", "text"]

TICK = 4.0
LONGEST = 6
_EDGE = 1e-9


def text(
    words: str, x: float, y: float, class_: str, anchor: str = "middle", *, transform: str | None = None
) -> Markup:
    """One line of text, centred at `x` unless told otherwise."""
    return element("text", words, x=x, y=y, class_=class_, text_anchor=anchor, transform=transform)


def left_axis(y: Linear, left: float, right: float, title: str) -> list[Markup]:
    """Grid lines from `left` to `right` with their numbers, the line of 0 darker, and the title along the axis."""
    marks = []
    ticks = y.ticks()
    if any("×" in label or len(label) > LONGEST for _, label in ticks):
        # Beside long numbers there would be no room for the title.
        power = math.floor(math.log10(max(abs(value) for value, _ in ticks)) + _EDGE)
        ticks = [(value, label if label == "0" else trimmed(value / 10.0**power)) for value, label in ticks]
        title += f" (in {power_of_ten(power)})"
    for value, label in ticks:
        height = y(value)
        class_ = "axis-line" if label == "0" else "grid"
        marks.append(element("line", x1=left, x2=right, y1=height, y2=height, class_=class_))
        marks.append(text(label, left - 7, height + 4, "tick", "end"))
    centre = (y.start + y.stop) / 2
    marks.append(text(title, 13, centre, "axis", transform=f"rotate(-90 13 {centre:g})"))
    return marks


def alpha_axis(x: Log, base: float) -> list[Markup]:
    """Ticks of alpha below `base`, and what the axis is."""
    marks = []
    for value, label in x.ticks():
        place = x(value)
        marks.append(element("line", x1=place, x2=place, y1=base, y2=base + TICK, class_="axis-line"))
        marks.append(text(label, place, base + 19, "tick"))
    marks.append(text("alpha (log scale, falling)", (x.start + x.stop) / 2, base + 37, "axis"))
    return marks
