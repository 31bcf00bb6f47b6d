"""Four optimisers on one weight: its size after every step, on log scales, and where it becomes exactly zero."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from whyzero.report.axes import text
from whyzero.report.edge_names import spread
from whyzero.report.names import markup
from whyzero.report.number_format import count
from whyzero.report.scales import Log
from whyzero.report.schema import Data, Steps
from whyzero.report.svg import drawing, element, polyline, simplified

__all__ = ["steps_along", "steps_figure", "steps_words"]

WIDTH, HEIGHT = 470.0, 300.0
LEFT, RIGHT, TOP, BASE = 76.0, 282.0, 34.0, 248.0
DECADES = 8.0
LABEL_STEP = 14.0
TOLERANCE = 0.4


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
    marks.append(text("|weight × standard deviation|", 13, middle, "axis", transform=f"rotate(-90 13 {middle:g})"))
    marks += _foretold(steps, x)
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
    kept = simplified(xs, ys, TOLERANCE)
    return polyline([xs[k] for k in kept], [ys[k] for k in kept]), ys[-1]


def _foretold(steps: Steps, x: Log) -> list[Markup]:
    """Dashed lines at the predicted step and at the bound, each with its label in a row of its own."""
    marks = []
    for value, word, row in ((steps["predicted"], "predicted", 14), (steps["bound"], "bound", 29)):
        if value is not None and value <= steps["at"][-1]:
            place = x(float(value))
            marks.append(element("line", x1=place, x2=place, y1=row + 4, y2=BASE, class_="choice"))
            marks.append(text(f"{word} {count(value)}", place, row, "choice-label"))
    return marks


def _ending(steps: Steps, k: int) -> str:
    """In words where one optimiser ends."""
    zeros, total = steps["zeros"][k][-1], steps["at"][-1]
    return f"{steps['names'][k]}: {count(zeros)} weights exactly zero after {count(total)} steps."


def steps_words(data: Data) -> tuple[Markup, list[str], str] | None:
    """What happened to the followed weight, the exact zeros of each optimiser, and what is foretold."""
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
    endings = [_ending(steps, k) for k in range(len(steps["names"]))]
    return said, endings, f"{_predicted(steps)} {_bound(data, steps)}"


def steps_along(data: Data) -> dict[str, Any] | None:
    """What the page needs, beside the account and the weights, to walk towards the other fits of the path.

    None where the file lacks it: for a loss that is not squared, for many features, and in older files.
    """
    steps, account = data["steps"], data["account"]
    if steps is None or account is None or "step" not in steps or "diagonal" not in account:
        return None
    ratio = data["problem"]["l1_ratio"]
    tolls = [feature["toll"] for feature in data["features"]]  # None where the column is excluded
    return {
        "names": steps["names"], "at": steps["at"], "step": steps["step"], "least": steps.get("least_curvature"),
        "ratio": ratio, "factor": [(toll or 0.0) / (data["problem"]["alpha"] * ratio) for toll in tolls],
        "unbound": _unbound(data),
    }  # fmt: skip


def _predicted(steps: Steps) -> str:
    if steps["predicted"] is None:
        return "At the fit the data pull on this weight as hard as its toll, so no step is predicted for it."
    return (
        f"Predicted is step {count(steps['predicted'])}, if the data pulled on this weight from the start as they do "
        "at the fit; the other weights move too, so it can land sooner or later."
    )


def _bound(data: Data, steps: Steps) -> str:
    """The step by which all zeros are found, or why there is none."""
    if steps["bound"] is None:
        return _unbound(data)
    beyond = ", beyond the axis" if steps["bound"] > steps["at"][-1] else ""
    return f"All zeros of the proximal gradient are bound to be found by step {count(steps['bound'])}{beyond}."


def _unbound(data: Data) -> str:
    """Why there is no such step."""
    problem = data["problem"]
    none = "there is no step by which all zeros must be found"
    if problem["loss"] != "squared":
        return f"The {problem['loss']} loss becomes ever flatter far from the data, so {none}."
    if problem["n_cols"] >= problem["n_rows"]:
        return f"With no fewer columns than rows the loss is flat in some directions, so {none}."
    return (
        "A step by which all zeros must be found is not told: columns depend on one another, a zero stands at its "
        "toll, or the curvatures would take long to compute."
    )
