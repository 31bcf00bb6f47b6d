"""Names and numbers as labels: shown literally, cut where they are too long, never one over another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whyzero.report.names import shorten_to_width
from whyzero.report.path_figure import spread

__all__ = ["LITERAL", "edge_names", "label", "legend_below", "name_rows"]

LITERAL = {"parse_math": False, "usetex": False}
_WIDTH, _EDGE_WIDTH = 20.0, 14.0
_BELOW = -40
_STEP = 1.4
_GAP = 14.0


def label(name: str, width: float = _WIDTH) -> str:
    """The name with hidden characters escaped, at most `width` em wide."""
    return shorten_to_width(name, width)


def name_rows(ax: Any, names: Sequence[str]) -> None:
    """Names as the labels of horizontal bars, the first on top."""
    ax.set_yticks(range(len(names)), labels=[label(name) for name in names], **LITERAL)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.5, -0.5)


def legend_below(ax: Any, **options: Any) -> Any:
    """A legend under the label of the x axis, however high the axes are."""
    from matplotlib.transforms import offset_copy

    place = offset_copy(ax.transAxes, ax.figure, 0, _BELOW, units="points")
    where = {"loc": "upper left", "bbox_to_anchor": (0.0, 0.0), "bbox_transform": place}
    return ax.legend(frameon=False, fontsize=8, borderpad=0, borderaxespad=0, **where, **options)


def edge_names(
    ax: Any, names: Sequence[str], heights: Sequence[float], colours: Sequence[Any], side: str = "right"
) -> list[Any]:
    """Names beside the axes at the `heights` of their lines, moved apart so that none overlaps, with leaders.

    Parameters
    ----------
    ax : Axes
        With its final limits.
    names : sequence of str
        What is written.
    heights : sequence of float
        In the units of the axis.
    colours : sequence of colour
        One for each name.
    side : {"right", "left"}
        Beside which edge.

    Returns
    -------
    list of Annotation
    """
    from matplotlib.transforms import offset_copy

    ax.figure.draw_without_rendering()
    box = ax.get_window_extent()
    points = 72.0 / ax.figure.dpi
    size = 8.0
    pixels = [ax.transData.transform((ax.get_xlim()[0], height))[1] for height in heights]
    order = sorted(range(len(pixels)), key=pixels.__getitem__)
    step = _STEP * size / points
    places = spread([pixels[k] for k in order], box.y0, max(box.y1, box.y0 + step * (len(order) - 1)), step)
    edge, sign = (1.0, 1.0) if side == "right" else (0.0, -1.0)
    beside = offset_copy(ax.transAxes, ax.figure, sign * _GAP, 0, units="points")
    marks = []
    for k, place in zip(order, places, strict=True):
        marks.append(
            ax.annotate(
                label(names[k], _EDGE_WIDTH),
                xy=(edge, (pixels[k] - box.y0) / box.height),
                xycoords="axes fraction",
                xytext=(edge, (place - box.y0) / box.height),
                textcoords=beside,
                ha="left" if side == "right" else "right",
                va="center",
                fontsize=size,
                color=colours[k],
                annotation_clip=False,
                arrowprops={
                    "arrowstyle": "-",
                    "color": colours[k],
                    "lw": 0.5,
                    "shrinkA": 1,
                    "shrinkB": 0,
                    "relpos": (1.0 - edge, 0.5),
                },
                **LITERAL,
            )
        )
    return marks
