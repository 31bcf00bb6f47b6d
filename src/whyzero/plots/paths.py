"""Weights along alpha, for the fit and for its partner; where a weight is exactly zero there is no line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations import Explanation, Row
from whyzero.explanations.path_facts import ActiveAlphas, active_alphas, ever_nonzero, path_data
from whyzero.explanations.wording import penalty_name
from whyzero.plots.colours import colour, ink, verdict_colour
from whyzero.plots.display import Display, panels
from whyzero.plots.labels import edge_names
from whyzero.solution import CrossValidation, Path

__all__ = ["PathDisplay", "PathPanel"]

Array = NDArray[np.float64]

_WIDTH, _HEIGHT, _CV_HEIGHT = 5.6, 4.2, 1.7
_MOST_NAMES = 14
_MOST_LINES = 200


@dataclass(frozen=True, eq=False)
class PathPanel:
    """One path.

    Attributes
    ----------
    penalty : str
        Its penalty.
    alphas : ndarray of shape (n_alphas,)
        The grid, decreasing.
    index : sequence of int
        The columns shown: those that are ever non-zero.
    coefs_std : ndarray of shape (n_alphas, n_shown)
        Weights times the standard deviation of their columns.
    active : sequence of ActiveAlphas
        Where each of them is not zero.
    chosen : float
        The alpha of the fit.
    """

    penalty: str
    alphas: Array
    index: Sequence[int]
    coefs_std: Array
    active: Sequence[ActiveAlphas]
    chosen: float


class PathDisplay(Display):
    """Coefficient paths of the fit and of its partner, over falling alpha.

    Exact zeros have no line. Marks at the foot show where a weight enters (up) and leaves (down) on the grid; names
    stand at the right edge. With cross-validation, a curve below shows the held-out deviance.

    Parameters
    ----------
    panels : sequence of PathPanel
        The path, and that of the partner.
    rows : sequence of Row
        All weights, for names and colours.
    cv : CrossValidation or None
        Held-out scores along the path.

    Attributes
    ----------
    figure_ : Figure
    axes_ : list of Axes
        One for each path.
    ax_ : Axes
        The first.
    lines_ : list of list of Line2D
        One for each column of ``panels[k].index``; NaN where the weight is zero between two zeros.
    enters_, leaves_ : list of Line2D
        The marks, for each panel.
    chosen_ : list of Line2D
        The alpha of the fit, for each panel.
    names_ : list of list of Annotation
        For each panel.
    cv_ax_ : Axes or None
    cv_line_ : ErrorbarContainer or None
        The curve of held-out deviance.
    """

    def __init__(self, *, panels: Sequence[PathPanel], rows: Sequence[Row], cv: CrossValidation | None = None) -> None:
        self.panels = tuple(panels)
        self.rows = tuple(rows)
        self.cv = cv

    @classmethod
    def from_explanation(cls, explanation: Explanation, *, ax: Any = None, **options: Any) -> Self:
        """Draw the paths of an explanation.

        Parameters
        ----------
        explanation : Explanation
            What to draw.
        ax : Axes or sequence of Axes, optional
            As in `plot`.

        Returns
        -------
        PathDisplay
        """
        assert explanation.path is not None  # `whyzero.explain` computes one where none is given
        shown = [_panel(explanation.path, explanation.header.alpha)]
        if explanation.partner is not None:
            shown.append(_panel(explanation.partner.path, explanation.partner.solution.alpha))
        return cls(panels=shown, rows=explanation.rows, cv=explanation.cv).plot(ax, **options)

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : Axes or sequence of Axes, optional
            One axes: the path of the fit alone. Two: that of its partner, too. A new figure if not given, with the
            held-out deviance below where it is known.

        Returns
        -------
        PathDisplay
        """
        with_cv = ax is None and self.cv is not None
        height = _HEIGHT + _CV_HEIGHT * with_cv
        self.cv_ax_: Any = None
        self.cv_line_: Any = None
        if with_cv:
            ax = self._axes_over_cv((_WIDTH * len(self.panels), height))
        self.figure_, self.axes_ = panels(ax, len(self.panels), (_WIDTH * len(self.panels), height))
        self.ax_ = self.axes_[0]
        self.lines_: list[list[Any]] = []
        self.enters_: list[Any] = []
        self.leaves_: list[Any] = []
        self.chosen_: list[Any] = []
        for axes, panel in zip(self.axes_, self.panels, strict=False):
            self._draw(axes, panel)
        if with_cv:
            self._draw_cv()
        drawn = zip(self.axes_, self.panels, strict=False)
        self.names_ = [self._write_names(axes, panel) for axes, panel in drawn]
        return self

    def _axes_over_cv(self, size: tuple[float, float]) -> list[Any]:
        figure, _ = panels(None, 1, size)
        figure.clear()
        ratios = {"height_ratios": [_HEIGHT, _CV_HEIGHT]}
        places = [[f"path {k}" for k in range(len(self.panels))], ["cv", *["."] * (len(self.panels) - 1)]]
        axes = figure.subplot_mosaic(places, gridspec_kw=ratios)
        self.cv_ax_ = axes["cv"]
        self.cv_ax_.sharex(axes["path 0"])
        return [axes[f"path {k}"] for k in range(len(self.panels))]

    def _draw(self, ax: Any, panel: PathPanel) -> None:
        ax.axhline(0, color=colour("ghost"), lw=0.8, zorder=0)
        lines = []
        for j, weights in zip(panel.index, panel.coefs_std.T, strict=True):
            row = self.rows[j]
            width, order = (1.0, 2) if row.coef == 0 else (1.7, 3)
            shade = verdict_colour(row.verdict.value)
            lines += ax.plot(panel.alphas, _without_zeros(weights), color=shade, lw=width, zorder=order)
        self.lines_.append(lines)
        enters = [high for active in panel.active for high, _ in active.runs if high < panel.alphas[0]]
        leaves = [low for active in panel.active for _, low in active.runs if low > panel.alphas[-1]]
        foot = {"transform": ax.get_xaxis_transform(), "ls": "", "ms": 4, "color": ink(), "clip_on": False, "zorder": 5}
        foot["in_layout"] = False  # an empty line would count as one at the corner of the figure
        self.enters_ += ax.plot(enters, [0.015] * len(enters), marker="^", mew=0, **foot)
        self.leaves_ += ax.plot(leaves, [0.045] * len(leaves), marker="v", mfc="none", **foot)
        self.chosen_.append(ax.axvline(panel.chosen, color=ink(), lw=1.0, ls="--", zorder=1))
        ax.set_xscale("log")
        if len(panel.alphas) > 1:
            ax.set_xlim(panel.alphas[0], panel.alphas[-1])
        ax.set_xlabel("alpha")
        ax.set_ylabel("weight × standard deviation")
        ax.set_title(panel.penalty, loc="left", fontsize="medium")
        ax.spines[["top", "right"]].set_visible(False)

    def _write_names(self, ax: Any, panel: PathPanel) -> list[Any]:
        """Names of the largest at the right edge, first those that are not zero in the fit."""
        ends = panel.coefs_std[-1]
        order = sorted(range(len(ends)), key=lambda k: (self.rows[panel.index[k]].coef == 0, -abs(ends[k])))
        chosen = [k for k in order if ends[k] != 0][:_MOST_NAMES]
        rows = [self.rows[panel.index[k]] for k in chosen]
        colours = [verdict_colour(row.verdict.value) for row in rows]
        return edge_names(ax, [row.name for row in rows], [float(ends[k]) for k in chosen], colours)

    def _draw_cv(self) -> None:
        assert self.cv is not None
        ax, cv = self.cv_ax_, self.cv
        self.cv_line_ = ax.errorbar(
            cv.path.alphas, cv.mean, cv.se, color=ink(), ecolor=colour("ghost"), lw=1.2, elinewidth=0.8
        )
        for index, word in ((cv.index_min, "min"), (cv.index_1se, "1se")):
            ax.plot(cv.path.alphas[index], cv.mean[index], "o", ms=5, color=ink())
            ax.annotate(
                word,
                (cv.path.alphas[index], cv.mean[index]),
                (0, 8),
                textcoords="offset points",
                ha="center",
                fontsize=8,
            )
        ax.set_xlabel("alpha")
        ax.set_ylabel("held-out deviance")
        ax.spines[["top", "right"]].set_visible(False)


def _panel(path: Path, chosen: float) -> PathPanel:
    shown = path_data(path, None, ever_nonzero(path, _MOST_LINES))
    active = active_alphas(path)
    return PathPanel(
        penalty=penalty_name(path.problem.penalty.l1_ratio),
        alphas=path.alphas,
        index=shown["index"],
        coefs_std=np.array(shown["coefs_std"]).reshape(len(path), -1),
        active=[active[j] for j in shown["index"]],
        chosen=chosen,
    )


def _without_zeros(weights: Array) -> Array:
    """NaN for a zero, unless it is next to a non-zero: there the line begins or ends."""
    live = np.concatenate([[False], weights != 0, [False]])
    return np.where(live[:-2] | live[1:-1] | live[2:], weights, np.nan)
