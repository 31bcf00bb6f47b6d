"""Coefficient paths: weights against alpha, with exact zeros drawn as no line at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from whyzero.report.axes import alpha_axis, left_axis, text
from whyzero.report.edge_names import edge_names
from whyzero.report.number_format import count
from whyzero.report.scales import Linear, Log
from whyzero.report.schema import Data, PathData
from whyzero.report.svg import drawing, element, polyline, simplified
from whyzero.report.verdicts import look

__all__ = ["Window", "path_panel", "window"]

WIDTH, HEIGHT = 470.0, 350.0
LEFT, RIGHT, TOP, BASE = 76.0, 308.0, 40.0, 302.0
MOST_LINES = 40
MOST_LABELS = 16
TALLEST = 2.0
TOLERANCE = 0.4
FLATTEST = 0.2


@dataclass(frozen=True)
class Window:
    """The part of a path that is drawn: grid points [0, stop) and the range of weights."""

    stop: int
    low: float
    high: float


@dataclass(frozen=True)
class _Line:
    """One feature's weights on the drawn part of the grid."""

    feature: int
    weights: tuple[float | None, ...]

    @property
    def size(self) -> float:
        return max((abs(w) for w in self.weights if w is not None), default=0.0)

    @property
    def end(self) -> float:
        return next((w for w in reversed(self.weights) if w is not None), 0.0)


def window(paths: Sequence[tuple[PathData, float | None]]) -> list[Window]:
    """What to draw of each (path, chosen alpha): down to where weights dwarf those at the chosen alpha.

    All windows share one range of weights, so that panels can be compared, unless that would leave the lines
    of one of them flat.
    """
    sizes = [_size_at(path, alpha) for path, alpha in paths]
    tallest = TALLEST * max(sizes, default=0.0)
    stops = [_stop(path, alpha, tallest) for path, alpha in paths]
    ranges = [_range(path, stop) for (path, _), stop in zip(paths, stops, strict=True)]
    spans = [high - low for low, high in ranges]
    if spans and min(spans) >= FLATTEST * max(spans):
        ranges = [(min(low for low, _ in ranges), max(high for _, high in ranges))] * len(ranges)
    return [_padded(stop, *bounds) for stop, bounds in zip(stops, ranges, strict=True)]


def _range(path: PathData, stop: int) -> tuple[float, float]:
    weights = [w for row in path["coefs_std"][:stop] for w in row if w is not None]
    return min([0.0, *weights]), max([0.0, *weights])


def _padded(stop: int, low: float, high: float) -> Window:
    if low == high:
        low, high = -1.0, 1.0
    room = 0.04 * (high - low)
    return Window(stop, low - room, high + room)


def _nearest(path: PathData, alpha: float) -> int:
    return min(range(len(path["alphas"])), key=lambda k: abs(path["alphas"][k] - alpha))


def _size_at(path: PathData, alpha: float | None) -> float:
    if alpha is None or not path["alphas"]:
        return 0.0
    return max((abs(w) for w in path["coefs_std"][_nearest(path, alpha)] if w is not None), default=0.0)


def _stop(path: PathData, alpha: float | None, tallest: float) -> int:
    """Number of grid points to draw; always some beyond the chosen one."""
    total = len(path["alphas"])
    if alpha is None or tallest == 0 or not total:
        return total
    least = min(total, _nearest(path, alpha) + 3)
    for k in range(least, total):
        if any(w is not None and abs(w) > tallest for w in path["coefs_std"][k]):
            return k
    return total


def path_panel(data: Data, path: PathData, part: Window, *, key: str, penalty: str, chosen: float | None) -> Markup:
    """One panel: x is alpha, falling to the right on a log axis; y is weight times standard deviation."""
    alphas = path["alphas"][: part.stop]
    x = Log(alphas[0], alphas[-1], LEFT, RIGHT)
    y = Linear(part.low, part.high, BASE, TOP)
    lines = sorted(_lines(path, part.stop), key=lambda line: -line.size)
    drawn = [line for line in lines if line.size > 0][:MOST_LINES]
    marks = [*_axes(x, y, path, part.stop), *_choice(x, chosen)]
    marks.extend(_curve(data, line, alphas, x, y) for line in reversed(drawn))
    marks.extend(_labels(data, drawn, y))
    marks.extend(_events(drawn, alphas, x))
    description = (
        f"Weights of {len(drawn)} features against alpha, which falls to the right. "
        "Where a weight is exactly zero, no line is drawn."
    )
    title = f"Coefficient paths under {penalty}"
    return drawing(
        marks,
        width=WIDTH,
        height=HEIGHT,
        key=key,
        title=title,
        description=description,
        class_="figure paths",
        data_alphas=f"{alphas[0]!r} {alphas[-1]!r} {LEFT:g} {RIGHT:g} {TOP:g} {BASE:g}",
        data_partner="" if path is data["partner_path"] else None,
    )


def _lines(path: PathData, stop: int) -> list[_Line]:
    rows = path["coefs_std"][:stop]
    return [_Line(j, tuple(row[place] for row in rows)) for place, j in enumerate(path["index"])]


def _axes(x: Log, y: Linear, path: PathData, stop: int) -> list[Markup]:
    marks = [*left_axis(y, LEFT, RIGHT, "weight × standard deviation"), *alpha_axis(x, BASE)]
    for value, _ in x.ticks():
        nearest = min(range(stop), key=lambda k: abs(path["alphas"][k] / value - 1))
        marks.append(text(count(path["nonzero"][nearest]), x(value), TOP - 10, "tick"))
    marks.append(text("number of non-zero weights", (LEFT + RIGHT) / 2, TOP - 26, "axis"))
    return marks


def _choice(x: Log, chosen: float | None) -> list[Markup]:
    if chosen is None or not min(x.first, x.last) * (1 - 1e-9) <= chosen <= max(x.first, x.last) * (1 + 1e-9):
        return []
    place = x(chosen)
    return [
        element("line", x1=place, x2=place, y1=TOP, y2=BASE, class_="choice"),
        element("path", d=f"M{place:.2f},{BASE:g}l-3.5,5.5h7z", class_="choice-mark"),
    ]


def _curve(data: Data, line: _Line, alphas: list[float], x: Log, y: Linear) -> Markup:
    """Runs of non-zero weights; each begins and ends at the neighbouring grid point where the weight is zero."""
    kind = look(data["features"][line.feature]["verdict"]).colour
    runs = []
    for start, stop in _runs(line.weights):
        first, last = max(0, start - 1), min(len(line.weights), stop + 1)
        shown = [(alphas[k], w) for k, w in enumerate(line.weights[first:last], first) if w is not None]
        xs, ys = [x(a) for a, _ in shown], [y(w) for _, w in shown]
        kept = simplified(xs, ys, TOLERANCE)
        runs.append(element("path", d=polyline([xs[k] for k in kept], [ys[k] for k in kept])))
    return element("g", *runs, class_=f"line {kind}", data_i=str(line.feature))


def _runs(weights: tuple[float | None, ...]) -> list[tuple[int, int]]:
    """Maximal [start, stop) in which every weight is known and not zero."""
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for k, weight in enumerate((*weights, 0.0)):
        if weight is None or weight == 0:
            if start is not None:
                runs.append((start, k))
            start = None
        elif start is None:
            start = k
    return runs


def _events(lines: list[_Line], alphas: list[float], x: Log) -> list[Markup]:
    """Strokes above the axis where weights enter; shorter ones hanging below it where they leave again."""
    runs = [run for line in lines for run in _runs(line.weights)]
    enter = sorted({start for start, _ in runs if start > 0})
    leave = sorted({stop for _, stop in runs if stop < len(alphas)})
    marks = []
    for places, class_, length in ((enter, "enter", -7), (leave, "leave", 5)):
        if places:
            d = "".join(f"M{x(alphas[k]):.1f} {BASE:g}v{length}" for k in places)
            marks.append(element("path", d=d, class_=class_))
    return marks


def _labels(data: Data, lines: list[_Line], y: Linear) -> list[Markup]:
    """Names at the right edge, moved apart so that none overlap: first those that are non-zero in the fit."""
    ends = [line for line in lines if line.end != 0]
    alive = {j for j, feature in enumerate(data["features"]) if feature["coef"] != 0}
    first = sorted(ends, key=lambda line: (line.feature not in alive, -abs(line.end)))[:MOST_LABELS]
    chosen = sorted(first, key=lambda line: y(line.end))
    return edge_names(data, [(line.feature, y(line.end)) for line in chosen], edge=RIGHT, low=TOP + 4, high=BASE)
