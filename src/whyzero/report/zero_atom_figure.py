"""The zero atom: which share of the weights is at most a threshold.

Under L1 a whole share is exactly zero, so the curve is flat from there to the smallest weight; under L2 it begins at
nothing. No threshold has to be chosen to tell the two apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from whyzero.report.axes import text
from whyzero.report.number_format import percent
from whyzero.report.scales import Linear, Log
from whyzero.report.schema import Data
from whyzero.report.svg import drawing, element
from whyzero.report.verdicts import penalty_name

__all__ = ["zero_atom"]

WIDTH, HEIGHT = 470.0, 300.0
LEFT, RIGHT, TOP, BASE = 62.0, 456.0, 34.0, 248.0
DECADES = 6.0


def zero_atom(data: Data) -> Markup | None:
    """The two curves; None if no weight is known, or none is different from 0."""
    features = data["features"]
    own = [abs(f["coef_std"]) for f in features if f["coef_std"] is not None]
    beside = [abs(f["partner_coef_std"]) for f in features if f["partner_coef_std"] is not None]
    largest = max([*own, *beside], default=0.0)
    if not largest:
        return None
    x = Log(largest * 10**-DECADES, largest * 2, LEFT, RIGHT)
    y = Linear(0.0, 1.0, BASE, TOP)
    marks = [*_axes(x, y)]
    partner = data["partner"]
    if partner is not None and beside:
        marks.append(element("path", d=_stairs(beside, x, y), class_="share beside"))
    marks.append(element("path", d=_stairs(own, x, y), class_="share"))
    zeros = sum(size == 0 for size in own) / len(own)
    note = f"{percent(zeros)} exactly zero"
    marks.append(element("text", note, x=LEFT + 6, y=_above(y(zeros)), class_="atom-note", data_written=note))
    name = penalty_name(data["problem"]["l1_ratio"])
    title = f"Share of the weights up to a threshold, under {name}" + (f" and {partner['name']}" if partner else "")
    return drawing(
        marks, width=WIDTH, height=HEIGHT, key="atom", title=title, class_="figure atom",
        description=f"Under {name} {percent(zeros)} of the weights are exactly zero.",
        data_axes=f"{x.first!r} {x.last!r} {LEFT:g} {RIGHT:g} {TOP:g} {BASE:g}",
    )  # fmt: skip


def _above(height: float) -> float:
    """Above the line of the zeros, or below it where there is no room."""
    return height - 7 if height > TOP + 16 else height + 16


def _axes(x: Log, y: Linear) -> list[Markup]:
    marks = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        marks.append(
            element("line", x1=LEFT, x2=RIGHT, y1=y(share), y2=y(share), class_="grid" if share else "axis-line")
        )
        marks.append(text(f"{100 * share:g}\u00a0%", LEFT - 7, y(share) + 4, "tick", "end"))
    for value, label in x.ticks():
        marks.append(element("line", x1=x(value), x2=x(value), y1=BASE, y2=BASE + 4, class_="axis-line"))
        marks.append(text(label, x(value), BASE + 17, "tick"))
    marks.append(text("threshold of |weight × standard deviation| (log scale)", (LEFT + RIGHT) / 2, BASE + 36, "axis"))
    marks.append(text("share of the weights up to the threshold", LEFT - 48, TOP - 18, "axis", "start"))
    return marks


def _stairs(sizes: Sequence[float], x: Log, y: Linear) -> str:
    """From the share of exact zeros up, one step a weight."""
    nonzero = sorted(size for size in sizes if size)
    share = 1 - len(nonzero) / len(sizes)
    places = [f"{min(max(x(size), LEFT), RIGHT):.1f}" for size in nonzero]
    d = f"M{LEFT:g} {y(share):.1f}"
    for k, place in enumerate(places, 1):
        if k == len(places) or places[k] != place:  # of steps at one place the last
            d += f"H{place}V{y(share + k / len(sizes)):.1f}"
    return d + f"H{RIGHT:g}"
