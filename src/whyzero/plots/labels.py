"""Names and numbers as labels: shown literally, cut where they are too long, never one over another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whyzero.report.edge_names import spread
from whyzero.report.names import shorten_to_width

__all__ = ["edge_names", "label", "legend_below", "literal", "name_rows"]

# Fonts of systems with Chinese, Japanese and Korean letters, which Matplotlib's own lacks.
_WIDE_FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Hiragino Sans",
    "PingFang SC",
    "Apple SD Gothic Neo",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "Arial Unicode MS",
)
_WIDTH, _EDGE_WIDTH = 20.0, 14.0
_BELOW = -40
_STEP = 1.4
_GAP = 14.0


def literal() -> dict[str, Any]:
    """Properties of a text that shows a name as it is: no formulas, and more fonts for letters that the first lacks."""
    from matplotlib import font_manager, rcParams

    installed = {font.name for font in font_manager.fontManager.ttflist}
    families = [*rcParams["font.family"], *(name for name in _WIDE_FONTS if name in installed)]
    return {"parse_math": False, "usetex": False, "fontfamily": families}


def label(name: str, width: float = _WIDTH) -> str:
    """The name with hidden characters escaped, at most `width` em wide."""
    return shorten_to_width(name, width)


def name_rows(ax: Any, names: Sequence[str]) -> None:
    """Names as the labels of horizontal bars, the first on top."""
    ax.set_yticks(range(len(names)), labels=[label(name) for name in names], **literal())
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
                **literal(),
            )
        )
    return marks
