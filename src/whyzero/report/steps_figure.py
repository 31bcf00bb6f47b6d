"""Four optimisers on one weight: its size after every step, on log scales, and where it becomes exactly zero."""

from __future__ import annotations

from markupsafe import Markup

from whyzero.report.axes import text
from whyzero.report.names import markup
from whyzero.report.number_format import count
from whyzero.report.path_figure import spread
from whyzero.report.scales import Log
from whyzero.report.schema import Data, Steps
from whyzero.report.svg import drawing, element, polyline

__all__ = ["steps_figure", "steps_words"]

WIDTH, HEIGHT = 470.0, 300.0
LEFT, RIGHT, TOP, BASE = 62.0, 306.0, 16.0, 248.0
DECADES = 8.0
LABEL_STEP = 14.0


def steps_figure(data: Data) -> Markup | None:
    """The lines; one that reaches exact zero falls off the chart there."""
    steps = data["steps"]
    if steps is None:
        return None
    largest = max((size for sizes in steps["sizes"] for size in sizes), default=0.0)
    if not largest or len(steps["at"]) < 2:
        return None
    smallest = min(size for sizes in steps["sizes"] for size in sizes if size)
    x = Log(float(steps["at"][0]), float(steps["at"][-1]), LEFT, RIGHT)
    y = Log(max(smallest / 3, largest * 10**-DECADES), largest * 1.5, BASE, TOP)
    marks = []
    for value, label in y.ticks():
        marks.append(element("line", x1=LEFT, x2=RIGHT, y1=y(value), y2=y(value), class_="grid"))
        marks.append(text(label, LEFT - 7, y(value) + 4, "tick", "end"))
    for value, label in x.ticks():
        marks.append(element("line", x1=x(value), x2=x(value), y1=BASE, y2=BASE + 4, class_="axis-line"))
        marks.append(text(label, x(value), BASE + 17, "tick"))
    marks.append(text("steps (log scale)", (LEFT + RIGHT) / 2, BASE + 36, "axis"))
    middle = (TOP + BASE) / 2
    marks.append(text("|weight × standard deviation|", 11, middle, "axis", transform=f"rotate(-90 11 {middle:g})"))
    ends = []
    for k, sizes in enumerate(steps["sizes"]):
        d, end = _line(steps["at"], sizes, x, y)
        marks.append(element("path", d=d, class_=f"walk walk-{k}"))
        ends.append((end, k))
    ends.sort()
    for (end, k), height in zip(ends, spread([end for end, _ in ends], TOP + 4, BASE, LABEL_STEP), strict=True):
        marks.append(element("path", d=f"M{RIGHT:g},{end:.1f}L{RIGHT + 9:g},{height:.1f}", class_="leader"))
        marks.append(text(steps["names"][k], RIGHT + 12, height + 4, f"name walk-name-{k}", "start"))
    return drawing(
        marks, width=WIDTH, height=HEIGHT, key="steps", class_="figure steps", title="One weight, step by step",
        description=" ".join(_ending(steps, k) for k in range(len(steps["names"]))),
    )  # fmt: skip


def _line(at: list[int], sizes: list[float], x: Log, y: Log) -> tuple[str, float]:
    """The line to the last number that is not zero, then down to the axis if a zero follows for good; its end."""
    last = max((k for k, size in enumerate(sizes) if size), default=-1)
    points = [(x(at[k]), min(y(sizes[k]), BASE) if sizes[k] else BASE) for k in range(last + 1)]
    if last + 1 < len(sizes):
        points.append((x(at[last + 1]), BASE))
    xs, ys = zip(*points, strict=True)
    return polyline(xs, ys), ys[-1]


def _ending(steps: Steps, k: int) -> str:
    """In words where one optimiser ends."""
    zeros, total = steps["zeros"][k][-1], steps["at"][-1]
    return f"{steps['names'][k]}: {count(zeros)} weights exactly zero after {count(total)} steps."


def steps_words(data: Data) -> tuple[Markup, list[str]] | None:
    """What happened to the followed weight, and the exact zeros of each optimiser."""
    steps = data["steps"]
    if steps is None:
        return None
    name = markup(data["features"][steps["feature"]]["name"], 40)
    first = next((n for n, size in zip(steps["at"], steps["sizes"][0], strict=True) if size == 0), None)
    if first is None:
        said = Markup("After {} steps the proximal gradient has not yet brought {} to zero.").format(
            count(steps["at"][-1]), name
        )
    else:
        said = Markup("The proximal gradient sets {} to exactly zero by step {}.").format(name, count(first))
    return said, [_ending(steps, k) for k in range(len(steps["names"]))]
