"""Pull paths: every slope climbs, as alpha falls, towards the line of the toll and stays at it while its weight lives.

Both axes are logarithmic, so that the toll is a diagonal. Under L2 there is no toll: there the slope at the fit equals
alpha times the weight, which the optimality condition asks of every weight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from whyzero.report.axes import alpha_axis, text
from whyzero.report.edge_names import LABEL_STEP, edge_names
from whyzero.report.path_figure import BASE, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Window
from whyzero.report.scales import Log
from whyzero.report.schema import Data, PathData
from whyzero.report.svg import drawing, element, polyline, simplified
from whyzero.report.verdicts import look

__all__ = ["pull_path_panel"]

MOST_ALIVE, MOST_ZEROS = 16, 14
MOST_LABELS = 12
BELOW, BELOW_L2 = 4.0, 30.0
TOLERANCE = 0.4
ON_THE_LINE = 1e-3


@dataclass(frozen=True)
class _Line:
    """Slopes of one feature over its penalty factor, on the drawn part of the grid."""

    feature: int
    slopes: tuple[float | None, ...]

    @property
    def end(self) -> float:
        return self.slopes[-1] or 0.0


def pull_path_panel(
    data: Data, path: PathData, part: Window, *, key: str, penalty: str, l1_ratio: float, order: Sequence[int]
) -> Markup | None:
    """One panel: x is alpha, falling to the right; y is the slope. None where no slopes are known."""
    lines = _lines(data, path, part.stop, order)
    alphas = path["alphas"][: part.stop]
    known = [slope for line in lines for slope in line.slopes if slope and slope > 0]
    if not known or len(alphas) < 2:
        return None
    tolls = [alpha * l1_ratio for alpha in alphas]
    top = max([*known, *tolls])
    low = (
        min(tolls) if l1_ratio else min(max([0.0, *(line.slopes[k] or 0.0 for line in lines)]) for k in (0, -1)) or top
    ) / (BELOW if l1_ratio else BELOW_L2)
    x, y = Log(alphas[0], alphas[-1], LEFT, RIGHT), Log(low, top * 1.25, BASE, TOP)
    marks = [*_axis(y, _title(data)), *alpha_axis(x, BASE)]
    if l1_ratio:
        marks.extend(_toll(alphas, tolls, x, y))
    marks.extend(_curve(data, line, alphas, x, y) for line in reversed(lines))
    marks.extend(_labels(data, lines, x, y, tolls[-1] if l1_ratio else None))
    words = "Below the line of the toll a weight is zero; on it, it is not." if l1_ratio else "There is no toll."
    return drawing(
        marks,
        width=WIDTH,
        height=HEIGHT,
        key=key,
        title=f"Slopes of the loss at the fit under {penalty}",
        description=f"Slopes for {len(lines)} features against alpha, both on log scales. {words}",
        class_="figure pull-paths",
        data_alphas=f"{alphas[0]!r} {alphas[-1]!r} {LEFT:g} {RIGHT:g} {TOP:g} {BASE:g}",
        data_partner="" if path is data["partner_path"] else None,
    )


def _lines(data: Data, path: PathData, stop: int, order: Sequence[int]) -> list[_Line]:
    """The strongest of the features that are not zero in the fit, and zeros from the nearest to the farthest.

    Those that no penalty acts on are left out.
    """
    pulls = path["pulls"]
    if pulls is None:
        return []
    places = {j: place for place, j in enumerate(pulls["index"])}
    factors = _factors(data)
    known = [j for j in order if j in places and factors[j]]
    zeros = [j for j in known if data["features"][j]["coef"] == 0]
    alive = [j for j in known if data["features"][j]["coef"] != 0][:MOST_ALIVE]
    shown = alive + zeros[:: max(1, math.ceil(len(zeros) / MOST_ZEROS))]
    return [
        _Line(j, tuple(None if (s := row[places[j]]) is None else s / factors[j] for row in pulls["slope"][:stop]))
        for j in shown
    ]


def _factors(data: Data) -> list[float]:
    """The penalty factors; 1 for all where the fit has no toll to tell them by."""
    full = data["problem"]["alpha"] * data["problem"]["l1_ratio"]
    return [(f["toll"] or 0.0) / full if full else 1.0 for f in data["features"]]


def _title(data: Data) -> str:
    factors = {f"{factor:.9g}" for factor in _factors(data)} - {"0"}
    return "slope of the loss" if factors <= {"1"} else "slope of the loss / penalty factor"


def _axis(y: Log, title: str) -> list[Markup]:
    marks = []
    for value, label in y.ticks():
        height = y(value)
        marks.append(element("line", x1=LEFT, x2=RIGHT, y1=height, y2=height, class_="grid"))
        marks.append(text(label, LEFT - 7, height + 4, "tick", "end"))
    centre = (y.start + y.stop) / 2
    marks.append(text(f"{title} (log scale)", 13, centre, "axis", transform=f"rotate(-90 13 {centre:g})"))
    return marks


def _toll(alphas: Sequence[float], tolls: Sequence[float], x: Log, y: Log) -> list[Markup]:
    ends = [(x(alphas[k]), y(tolls[k])) for k in (0, -1)]
    (x0, y0), (x1, y1) = ends
    zone = f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}L{x1:.1f} {BASE:g}L{x0:.1f} {BASE:g}Z"
    return [
        element("path", d=zone, class_="zone"),
        element("line", x1=x0, y1=y0, x2=x1, y2=y1, class_="toll broad"),
        text("toll", x0 + 6, y0 - 8, "toll-label", "start"),
    ]


def _curve(data: Data, line: _Line, alphas: Sequence[float], x: Log, y: Log) -> Markup:
    """The slopes; the line breaks where one falls below the axis."""
    kind = look(data["features"][line.feature]["verdict"]).colour
    runs: list[list[tuple[float, float]]] = [[]]
    for alpha, slope in zip(alphas, line.slopes, strict=True):
        if slope is not None and slope >= y.first:
            runs[-1].append((x(alpha), y(slope)))
        elif runs[-1]:
            runs.append([])
    d = ""
    for run in runs:
        if len(run) > 1:
            xs, ys = zip(*run, strict=True)
            kept = simplified(xs, ys, TOLERANCE)
            d += polyline([xs[k] for k in kept], [ys[k] for k in kept])
    return element("g", element("path", d=d), class_=f"line {kind}", data_i=str(line.feature))


def _labels(data: Data, lines: Sequence[_Line], x: Log, y: Log, toll: float | None) -> list[Markup]:
    """Names at the right edge of those that end below the toll (without one: of the largest); a count on the line."""
    free = [line for line in lines if line.end >= y.first and (toll is None or line.end < toll * (1 - ON_THE_LINE))]
    named = sorted(sorted(free, key=lambda line: -line.end)[:MOST_LABELS], key=lambda line: y(line.end))
    marks: list[Markup] = []
    low = TOP + 4.0
    if toll is not None and len(lines) > len(free):
        height = min(y(toll), BASE - LABEL_STEP * (len(named) + 1))
        marks.append(element("path", d=f"M{RIGHT:g},{y(toll):.1f}L{RIGHT + 6:g},{height:.1f}", class_="leader"))
        marks.append(text("on the line:", RIGHT + 8, height - 11, "toll-label", "start"))
        marks.append(text("not zero", RIGHT + 8, height + 4, "toll-label", "start"))
        low = height + 4 + LABEL_STEP
    ends = [(line.feature, y(line.end)) for line in named]
    return marks + edge_names(data, ends, edge=RIGHT, low=low, high=BASE)
