"""The cross-validation curve: held-out deviance with its standard error, and both choices of alpha."""

from __future__ import annotations

from markupsafe import Markup

from whyzero.report.axes import alpha_axis, left_axis, text
from whyzero.report.names import text_width
from whyzero.report.number_format import count, significant
from whyzero.report.scales import Linear, Log
from whyzero.report.schema import CrossValidation, Data
from whyzero.report.svg import drawing, element, polyline

__all__ = ["choices", "cv_curve"]

WIDTH, HEIGHT = 470.0, 330.0
LEFT, RIGHT, TOP, BASE = 76.0, 456.0, 54.0, 278.0
BOLD_SIZE = 16.0  # on narrow screens


def cv_curve(cv: CrossValidation, chosen: float | None) -> Markup:
    """The curve; x is alpha, falling to the right on a log axis like in the path figure."""
    known = [
        (k, alpha, mean, cv["se"][k] or 0.0)
        for k, (alpha, mean) in enumerate(zip(cv["alphas"], cv["mean"], strict=True))
        if mean is not None
    ]
    if not known:
        return Markup("")
    low, high = min(mean - se for _, _, mean, se in known), max(mean + se for _, _, mean, se in known)
    room = 0.05 * (high - low) or 0.5
    x = Log(cv["alphas"][0], cv["alphas"][-1], LEFT, RIGHT)
    y = Linear(low - room, high + room, BASE, TOP)
    base = element("line", x1=LEFT, x2=RIGHT, y1=BASE, y2=BASE, class_="axis-line")
    marks = [*left_axis(y, LEFT, RIGHT, f"held-out {cv['metric']}"), base, *alpha_axis(x, BASE)]
    bars = [f"M{x(alpha):.1f},{y(mean - se):.1f}V{y(mean + se):.1f}" for _, alpha, mean, se in known if se > 0]
    marks.append(element("path", d="".join(bars), class_="error"))
    curve = polyline([x(alpha) for _, alpha, _, _ in known], [y(mean) for _, _, mean, _ in known])
    marks.append(element("path", d=curve, class_="curve"))
    dots = [f"M{x(alpha):.1f},{y(mean):.1f}h0" for _, alpha, mean, _ in known]
    marks.append(element("path", d="".join(dots), class_="dots"))
    marks.extend(_choice_lines(cv, x, chosen))
    description = (
        f"Mean held-out {cv['metric']} over {cv['n_folds']} folds with one standard error, against alpha. "
        f"Smallest at alpha {significant(cv['alphas'][cv['index_min']])}; "
        f"one standard error choice alpha {significant(cv['alphas'][cv['index_1se']])}."
    )
    return drawing(
        marks, width=WIDTH, height=HEIGHT, key="cv", title="Cross-validation curve", description=description,
        class_="figure cv",
        data_alphas=f"{x.first!r} {x.last!r} {LEFT:g} {RIGHT:g} {TOP:g} {BASE:g}",
    )  # fmt: skip


def _choice_lines(cv: CrossValidation, x: Log, chosen: float | None) -> list[Markup]:
    """The two choices; their names stand on two levels above the plot, on the outer side of the two lines."""
    best, simple = cv["alphas"][cv["index_min"]], cv["alphas"][cv["index_1se"]]
    if best == simple:
        named = [(best, "smallest and within 1 SE", 0)]
    else:
        named = [(simple, "within 1 SE", 1), (best, "smallest", 0)]
    lines, labels = [], []
    for alpha, words, level in named:
        place, height = x(alpha), TOP - 12 - 17 * level
        used = chosen is not None and abs(alpha / chosen - 1) < 1e-9
        label = f"{words} (used here)" if used else words
        width = BOLD_SIZE * text_width(label)
        leftwards = place - LEFT > width if level else RIGHT - place < width
        lines.append(element("line", x1=place, x2=place, y1=height - 8, y2=BASE, class_="choice"))
        if leftwards and place - 6 < width:  # no room on either side
            start, anchor = 4.0, "start"
        else:
            start, anchor = (place - 6, "end") if leftwards else (place + 6, "start")
        labels.append(text(label, start, height, "choice-label", anchor))
    return lines + labels


def choices(data: Data) -> list[tuple[str, str, str, str]]:
    """Rows of the table of choices: name, alpha, deviance with standard error, number of non-zero weights."""
    cv, path = data["cv"], data["path"]
    if cv is None:
        return []
    same_grid = path is not None and path["alphas"] == cv["alphas"]
    rows = []
    for words, k in (("smallest", cv["index_min"]), ("within 1 SE", cv["index_1se"])):
        mean = f"{significant(cv['mean'][k])} ± {significant(cv['se'][k], 2)}"
        size = count(path["nonzero"][k]) if path is not None and same_grid else "–"
        rows.append((words, significant(cv["alphas"][k]), mean, size))
    return rows
