"""The signature figure: each feature's pull against its toll, for the fit and for its partner.

One row a feature. The filled bar is the pull; the tinted zone reaches from 0 to the toll, and a pull
that ends inside it leaves the weight at exactly zero. A whisker reaches to the proved upper bound of the
pull, a dashed outline shows the pull before the other weights were there. Where no weight may be negative, a pull
downwards is written, not drawn.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from whyzero.report.names import shorten_to_width, text_width
from whyzero.report.number_format import count, significant, trimmed
from whyzero.report.scales import Linear
from whyzero.report.schema import Data, Feature, Partner
from whyzero.report.shown_rows import Gap, drawn
from whyzero.report.svg import drawing, element
from whyzero.report.verdicts import look, penalty_name

__all__ = ["fit_panel", "partner_panel"]

FIT = "pull-fit"
WIDTH = 470.0
LEFT, RIGHT = 176.0, 384.0
WEIGHT_EDGE = 467.0
TOP, ROW, BOTTOM = 30.0, 19.0, 44.0
BAR, OUTLINE = 11.0, 15.0
NARROW_TEXT = 14.0  # size of texts on narrow screens, where the style sheet makes them largest
NAME_WIDTH = (LEFT - 8) / NARROW_TEXT
DIGIT = 8.6  # width of a digit on narrow screens
FAR = 6.0
CUT = 4.0


@dataclass(frozen=True)
class _Bar:
    """What one row of one panel shows; lengths in the unit in which the penalty acts."""

    pull: float | None
    toll: float | None
    outline: float | None
    bound: float | None
    weight: float | None


@dataclass(frozen=True)
class _Panel:
    """One of the two panels: its bars by feature and the words around them."""

    key: str
    penalty: str
    bars: dict[int, _Bar]
    tolls_known: bool = True


def fit_panel(data: Data, rows: list[int | Gap]) -> Markup:
    """The panel of the fit itself."""
    problem = data["problem"]
    bars = {j: _fit_bar(data["features"][j]) for j in drawn(rows)}
    name = penalty_name(problem["l1_ratio"])
    return _draw(data, rows, _Panel(FIT, name, bars))


def partner_panel(data: Data, rows: list[int | Gap], partner: Partner) -> Markup:
    """The panel of the partner at the same place and on the same scale."""
    problem = data["problem"]
    share = _toll_share(problem["alpha"] * problem["l1_ratio"], partner)
    bars = {}
    for j in drawn(rows):
        feature = data["features"][j]
        toll = 0.0 if partner["l1_ratio"] == 0 else _product(feature["toll"], share)
        bars[j] = _Bar(feature["partner_pull"], toll, None, None, feature["partner_coef"])
    known = partner["l1_ratio"] == 0 or share is not None
    return _draw(data, rows, _Panel("pull-partner", partner["name"], bars, tolls_known=known))


def _fit_bar(feature: Feature) -> _Bar:
    bound = feature["pull_bound"] if feature["coef"] == 0 else None
    return _Bar(feature["pull"], feature["toll"], feature["null_pull"], bound, feature["coef"])


def _toll_share(fit_toll: float, partner: Partner) -> float | None:
    """Toll of the partner for one unit of the fit's toll: the penalty factors cancel."""
    if partner["alpha"] is None or fit_toll == 0:
        return None
    return partner["alpha"] * partner["l1_ratio"] / fit_toll


def _product(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a * b


def _common_toll(bars: dict[int, _Bar]) -> float | None:
    """The toll of all penalised rows, if they have one and the same."""
    tolls = {bar.toll for bar in bars.values() if bar.toll is not None}
    if len(tolls) > 1:
        tolls -= {0.0}
    return tolls.pop() if len(tolls) == 1 else None


def _reach(data: Data, rows: list[int | Gap]) -> float:
    """Right end of the axis, the same in both panels.

    All lengths fit if none is far beyond the toll; else the axis ends at a few tolls and longer bars are
    cut, so that the place where the verdict is decided stays large enough to see.
    """
    features = [data["features"][j] for j in drawn(rows)]
    pulls = [f[key] for f in features for key in ("pull", "partner_pull")]
    longest = max([0.0, *(pull for pull in pulls if pull is not None)])
    outline = max((f["null_pull"] for f in features if f["null_pull"] is not None), default=0.0)
    toll = max((f["toll"] for f in features if f["toll"] is not None), default=0.0)
    if toll == 0:
        return 1.05 * longest or 1.0
    if max(longest, outline) <= FAR * toll:
        return 1.05 * max(longest, outline, 1.3 * toll)
    return 1.05 * longest if 2 * toll <= longest <= FAR * toll else CUT * toll


def _draw(data: Data, rows: list[int | Gap], panel: _Panel) -> Markup:
    scale = Linear(0.0, _reach(data, rows), LEFT, RIGHT)
    height = TOP + ROW * len(rows) + BOTTOM
    marks = [_common_zone(panel, rows, scale, height), *_axis(scale, height), _heads()]
    places = [(row, TOP + ROW * place) for place, row in enumerate(rows)]
    marks += [
        _row(data["features"][row], row, panel.bars[row], scale, y) for row, y in places if not isinstance(row, Gap)
    ]
    marks.append(_toll_lines(panel, rows, scale, height))
    marks += [_gap_row(data, row, panel, y) for row, y in places if isinstance(row, Gap)]
    description = (
        f"One row for each of {len(drawn(rows))} features, sorted by pull divided by toll. "
        "A bar that ends inside the tinted zone left of the toll line belongs to a weight of exactly zero."
    )
    title = f"Pull against toll under {panel.penalty}"
    return drawing(
        marks,
        width=WIDTH,
        height=height,
        key=panel.key,
        title=title,
        description=description,
        class_="figure pulls",
        data_partner=None if panel.key == FIT else "",
    )


def _axis(scale: Linear, height: float) -> list[Markup]:
    base = height - BOTTOM
    marks = []
    for value, label in _ticks(scale):
        x = scale(value)
        marks.append(element("line", x1=x, x2=x, y1=TOP, y2=base, class_="grid"))
        marks.append(element("text", label, x=x, y=base + 15, class_="tick", text_anchor="middle"))
    middle = (LEFT + RIGHT) / 2
    marks.append(element("text", "pull of the data", x=middle, y=base + 32, class_="axis", text_anchor="middle"))
    return marks


def _ticks(scale: Linear) -> list[tuple[float, str]]:
    """About four, or two where the labels of four would touch."""
    ticks = scale.ticks(4)
    widest = DIGIT * max(len(label) for _, label in ticks)
    return (
        ticks
        if widest + DIGIT < abs(scale(ticks[-1][0]) - scale(ticks[0][0])) / max(1, len(ticks) - 1)
        else scale.ticks(2)
    )


def _heads() -> Markup:
    return element("text", "weight", x=WEIGHT_EDGE, y=TOP - 8, class_="head", text_anchor="end")


def _row(feature: Feature, j: int, bar: _Bar, scale: Linear, y: float) -> Markup:
    kind = look(feature["verdict"]).colour
    middle = y + ROW / 2
    name = shorten_to_width(feature["name"], NAME_WIDTH)
    marks = [
        element("rect", y=y, class_="hit"),
        element("text", name, x=LEFT - 8, y=middle + 4, class_="name"),
        *_outline(bar, scale, middle),
        *_pull(bar, scale, middle),
        *_whisker(bar, scale, middle),
        element("text", significant(bar.weight, 3), x=WEIGHT_EDGE, y=middle + 4, class_=_weight_class(bar)),
    ]  # fmt: skip
    return element("g", *marks, class_=f"row {kind}", data_i=str(j))


def _weight_class(bar: _Bar) -> str:
    return "weight none" if bar.weight == 0 else "weight"


def _outline(bar: _Bar, scale: Linear, middle: float) -> list[Markup]:
    if bar.outline is None or bar.outline <= 0:
        return []
    end, top, bottom = scale(bar.outline), middle - OUTLINE / 2, middle + OUTLINE / 2
    if end > RIGHT:
        path = f"M{RIGHT:g},{top:g}H{LEFT:g}V{bottom:g}H{RIGHT:g}"
    else:
        path = f"M{LEFT:g},{top:g}H{end:.2f}V{bottom:g}H{LEFT:g}Z"
    return [element("path", d=path, class_="outline cut" if end > RIGHT else "outline")]


def _pull(bar: _Bar, scale: Linear, middle: float) -> list[Markup]:
    if bar.pull is None:
        return [element("text", "no pull", x=LEFT + 6, y=middle + 4, class_="remark")]
    if bar.pull < 0:
        words = f"downwards: {significant(-bar.pull, 3)}"
        return [element("text", words, x=LEFT + 6, y=middle + 4, class_="remark")]
    end, top = scale(bar.pull), middle - BAR / 2
    if end <= RIGHT:
        return [element("rect", y=top, width=end - LEFT, class_="pull")]
    tip = f"M{LEFT:g},{top:g}H{RIGHT - 6:g}L{RIGHT:g},{middle:g}L{RIGHT - 6:g},{top + BAR:g}H{LEFT:g}Z"
    return [
        element("path", d=tip, class_="pull cut"),
        element("text", significant(bar.pull, 3), x=RIGHT - 10, y=middle + 3.8, class_="inside"),
    ]


def _whisker(bar: _Bar, scale: Linear, middle: float) -> list[Markup]:
    if bar.bound is None or bar.pull is None or bar.pull < 0:
        return []
    start, end = min(scale(bar.pull), RIGHT), scale(bar.bound)
    tick = f"M{start:.2f},{middle:g}H{min(end, RIGHT):.2f}"
    if end <= RIGHT:
        tick += f"M{end:.2f},{middle - 4:g}V{middle + 4:g}"
    return [element("path", d=tick, class_="whisker")]


def _same_toll(panel: _Panel, rows: list[int | Gap]) -> float | None:
    """The toll of every row, if it is one and the same."""
    tolls = {panel.bars[j].toll for j in drawn(rows)}
    return tolls.pop() if len(tolls) == 1 else None


def _common_zone(panel: _Panel, rows: list[int | Gap], scale: Linear, height: float) -> Markup:
    """The zone of exact zeros: from 0 to the toll, one block if all tolls are equal."""
    if not panel.tolls_known:
        return element("g")
    toll = _same_toll(panel, rows)
    if toll is not None:
        return _zone(toll, scale, TOP, height - BOTTOM - TOP)
    blocks = [
        _zone(panel.bars[row].toll, scale, TOP + ROW * place, ROW)
        for place, row in enumerate(rows)
        if not isinstance(row, Gap)
    ]
    return element("g", *blocks)


def _zone(toll: float | None, scale: Linear, y: float, height: float) -> Markup:
    end = RIGHT if toll is None else min(scale(toll), RIGHT)
    return element("rect", x=LEFT, y=y, width=end - LEFT, height=height, class_="zone")


def _toll_lines(panel: _Panel, rows: list[int | Gap], scale: Linear, height: float) -> Markup:
    """The toll: one line if all tolls are equal, else one stroke a row."""
    if not panel.tolls_known:
        return element("g")
    same, common = _same_toll(panel, rows), _common_toll(panel.bars)
    note = "toll: differs by feature" if common is None else f"toll {trimmed(common)}"
    label_x = LEFT if common is None else min(scale(common), RIGHT)
    anchor = "start" if label_x < LEFT + 40 else "middle"
    label = element("text", note, x=label_x, y=TOP - 8, class_="toll-label", text_anchor=anchor)
    if same is not None:
        x = min(scale(same), RIGHT)
        return element("g", element("line", x1=x, x2=x, y1=TOP - 3, y2=height - BOTTOM, class_="toll"), label)
    lines = []
    for place, row in enumerate(rows):
        own = None if isinstance(row, Gap) else panel.bars[row].toll
        if own is not None:
            x, y = min(scale(own), RIGHT), TOP + ROW * place
            lines.append(element("line", x1=x, x2=x, y1=y + 1, y2=y + ROW - 1, class_="toll"))
    return element("g", *lines, label)


def _gap_row(data: Data, gap: Gap, panel: _Panel, y: float) -> Markup:
    features = [data["features"][j] for j in gap.members]
    kinds = Counter("zero" if f["coef"] == 0 else "non-zero" for f in features)
    largest = max((f["ratio"] for f in features if f["ratio"] is not None), default=None)
    limit = "" if largest is None else f": pull ≤ {significant(largest, 3)} tolls"
    words = "⋯ " + " and ".join(f"{count(number)} more {kind}" for kind, number in kinds.items())
    words += limit if panel.key == FIT else ""
    start = max(0.0, min(LEFT + 6, WEIGHT_EDGE - NARROW_TEXT * text_width(words)))
    return element(
        "g",
        element("rect", x=LEFT - 2, y=y, width=RIGHT - LEFT + 3, height=ROW + 1, class_="blank"),
        element("text", words, x=start, y=y + ROW / 2 + 4, class_="remark"),
        class_="gap",
    )
