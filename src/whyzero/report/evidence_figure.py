"""Zeros of the fit and of its partner on rows drawn anew: one row a draw, two dots."""

from __future__ import annotations

from markupsafe import Markup

from whyzero.report.axes import text
from whyzero.report.number_format import count, significant, trimmed
from whyzero.report.scales import Linear
from whyzero.report.schema import Data
from whyzero.report.svg import coordinate, drawing, element
from whyzero.report.verdicts import penalty_name

__all__ = ["evidence", "evidence_words"]

WIDTH = 470.0
LEFT, RIGHT, TOP, ROW, BOTTOM = 62.0, 456.0, 22.0, 10.0, 48.0


def evidence(data: Data) -> Markup | None:
    """The dots; None where nothing was drawn anew."""
    drawn, partner = data["resamples"], data["partner"]
    if drawn is None or partner is None or not drawn["own"]:
        return None
    pairs = sorted(zip(drawn["own"], drawn["partner"], strict=True), reverse=True)
    x = Linear(0.0, float(max(drawn["n_weights"], 1)), LEFT, RIGHT)
    base = TOP + ROW * len(pairs)
    marks = []
    for value, label in x.ticks():
        if value == int(value):
            marks.append(element("line", x1=x(value), x2=x(value), y1=TOP - 6, y2=base, class_="grid"))
            marks.append(text(label, x(value), base + 15, "tick"))
    words = f"exactly zero weights, of {count(drawn['n_weights'])} whose column varies"
    marks.append(text(words, (LEFT + RIGHT) / 2, base + 34, "axis"))
    middle = (TOP + base) / 2
    marks.append(text(f"{len(pairs)} draws of the rows", 26, middle, "axis", transform=f"rotate(-90 26 {middle:g})"))
    for k, (own, other) in enumerate(pairs):
        y = TOP + ROW * (k + 0.5)
        marks.append(element("path", d=f"M{coordinate(x(other))},{y:g}H{coordinate(x(own))}", class_="pair"))
        marks.append(element("circle", cx=x(other), cy=y, class_="draw beside"))
        marks.append(element("circle", cx=x(own), cy=y, class_="draw"))
    name = penalty_name(data["problem"]["l1_ratio"])
    return drawing(
        marks, width=WIDTH, height=base + BOTTOM, key="evidence", class_="figure evidence",
        title=f"Zeros under {name} and {partner['name']} on {len(pairs)} draws of the rows",
        description=evidence_words(data), data_zeros=f"{x.high:g} {LEFT:g} {RIGHT:g}",
    )  # fmt: skip


def evidence_words(data: Data) -> str:
    """What the draws say about the explained fit; `script/evidence.js` says it about the others."""
    drawn, partner = data["resamples"], data["partner"]
    if drawn is None or partner is None:
        return ""
    own, other, total = penalty_name(data["problem"]["l1_ratio"]), partner["name"], len(drawn["own"])
    ties = total - drawn["more"] - drawn["fewer"]
    at = f"At alpha {trimmed(data['problem']['alpha'])}, "
    won = f"{own} makes more weights exactly zero than {other} on {drawn['more']} of {total} draws"
    lost = f", fewer on {drawn['fewer']}" if drawn["fewer"] else ""
    tied = f", as many on {ties}" if ties else ""
    return f"{at}{won}{lost}{tied}; sign test p = {significant(drawn['p_value'], 2)}."
