"""Names at the right edge of a figure, moved apart so that none overlap."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from whyzero.report.names import shorten_to_width
from whyzero.report.schema import Data
from whyzero.report.svg import element, polyline
from whyzero.report.verdicts import look

__all__ = ["LABEL_STEP", "edge_names", "spread"]

LABEL_STEP = 15.0
NAME_WIDTH = 10.7
BOLD = 1.14  # any name may become bold: that of the chosen feature


def edge_names(data: Data, ends: Sequence[tuple[int, float]], *, edge: float, low: float, high: float) -> list[Markup]:
    """Names of features whose lines end at the right `edge` at these heights (sorted), with leaders."""
    if not ends:
        return []
    marks = []
    heights = spread([height for _, height in ends], low, high, LABEL_STEP)
    for (j, _), height in zip(ends, heights, strict=True):
        feature = data["features"][j]
        name = shorten_to_width(feature["name"], NAME_WIDTH / BOLD)
        marks.append(
            element(
                "g",
                element("text", name, x=edge + 12, y=height + 4),
                class_=f"label {look(feature['verdict']).colour}",
                data_i=str(j),
            )
        )
    leaders = "".join(polyline([edge, edge + 9], [end, height]) for (_, end), height in zip(ends, heights, strict=True))
    return [element("path", d=leaders, class_="leader"), *marks]


def spread(wanted: list[float], low: float, high: float, step: float) -> list[float]:
    """Places as near as possible to the `wanted` ones (sorted), at least `step` apart, within [low, high].

    Neighbours that would overlap are merged into a block centred on the mean of their wishes (pool
    adjacent violators on ``wanted[k] - k * step``), which minimises the sum of squared moves.
    """
    blocks: list[list[float]] = []
    for k, place in enumerate(wanted):
        blocks.append([place - k * step, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, size = blocks.pop()
            before, members = blocks.pop()
            blocks.append([(mean * size + before * members) / (size + members), size + members])
    top = high - step * (len(wanted) - 1)
    offsets = [min(max(mean, low), top) for mean, size in blocks for _ in range(int(size))]
    return [offset + k * step for k, offset in enumerate(offsets)]
