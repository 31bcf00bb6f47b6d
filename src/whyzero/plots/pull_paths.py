"""Pulls along alpha: each climbs to the toll, a diagonal line, and then rides on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from whyzero.explanations import Explanation, Row
from whyzero.explanations.slope_paths import SlopePaths, refined, slope_paths
from whyzero.explanations.wording import penalty_name
from whyzero.plots.colours import ZONE_TINT, colour, ink, verdict_colour
from whyzero.plots.display import Display, panels
from whyzero.plots.labels import edge_names

__all__ = ["PullPathDisplay"]

_WIDTH, _HEIGHT = 5.6, 4.4
_MOST_NAMES = 10
_DECADES = 1e-3


class PullPathDisplay(Display):
    """The condition of optimality as a picture: ``|dL/dw|`` of every weight over falling alpha.

    Where no weight may be negative it is ``-dL/dw``, and what leads downwards is below the axis.

    Under L1 no pull gets above the toll; below it the weight is exactly zero, on it the weight is alive (thick). L2
    has no toll: there the pull is alpha times the weight, and no pull is held back. With penalty factors, pulls are
    per unit of the factor.

    Parameters
    ----------
    paths : sequence of SlopePaths
        The pulls along the path of the fit, and of its partner.
    penalties, chosen : sequence of str, of float
        Name and alpha of each.
    rows : sequence of Row
        All weights, for names and colours.

    Attributes
    ----------
    figure_ : Figure
    axes_ : list of Axes
        One for each path.
    ax_ : Axes
        The first.
    lines_ : list of list of Line2D
        The pulls, one for each column of ``paths[k].index``.
    live_ : list of list of Line2D
        The part of each where the weight is not zero.
    enters_, leaves_ : list of PathCollection or None
        Where weights enter and leave on the grid, for each panel; None for L2.
    tolls_ : list of Line2D or None
        The toll, for each panel; None for L2.
    chosen_ : list of Line2D
        The alpha of the fit, for each panel.
    names_ : list of list of Annotation
        For each panel.
    """

    def __init__(
        self, *, paths: Sequence[SlopePaths], penalties: Sequence[str], chosen: Sequence[float], rows: Sequence[Row]
    ) -> None:
        self.paths = tuple(paths)
        self.penalties = tuple(penalties)
        self.chosen = tuple(chosen)
        self.rows = tuple(rows)

    @classmethod
    def from_explanation(cls, explanation: Explanation, *, ax: Any = None, **options: Any) -> Self:
        """Draw the pulls along the paths of an explanation.

        Parameters
        ----------
        explanation : Explanation
            What to draw.
        ax : Axes or sequence of Axes, optional
            As in `plot`.

        Returns
        -------
        PullPathDisplay
        """
        assert explanation.path is not None  # `whyzero.explain` computes one where none is given
        fits = [(explanation.path, explanation.header.alpha)]
        if explanation.partner is not None:
            fits.append((refined(explanation.partner.path), explanation.partner.solution.alpha))
        display = cls(
            paths=[slope_paths(path) for path, _ in fits],
            penalties=[penalty_name(path.problem.penalty.l1_ratio) for path, _ in fits],
            chosen=[alpha for _, alpha in fits],
            rows=explanation.rows,
        )
        return display.plot(ax, **options)

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : Axes or sequence of Axes, optional
            One axes: the fit alone. Two: its partner, too. A new figure if not given.

        Returns
        -------
        PullPathDisplay
        """
        self.figure_, self.axes_ = panels(ax, len(self.paths), (_WIDTH * len(self.paths), _HEIGHT))
        self.ax_ = self.axes_[0]
        self.lines_: list[list[Any]] = []
        self.live_: list[list[Any]] = []
        self.enters_: list[Any] = []
        self.leaves_: list[Any] = []
        self.tolls_: list[Any] = []
        self.chosen_: list[Any] = []
        for axes, panel, penalty, alpha in zip(self.axes_, self.paths, self.penalties, self.chosen, strict=False):
            self._draw(axes, panel, penalty, alpha)
        low, high = self._limits()
        for axes in self.axes_:
            axes.set_ylim(low, high)
        self.names_ = [self._write_names(axes, panel) for axes, panel in zip(self.axes_, self.paths, strict=False)]
        return self

    def _draw(self, ax: Any, panel: SlopePaths, penalty: str, alpha: float) -> None:
        lines, live = [], []
        thick = 0.8 if penalty == "L2" else 2.2
        for j, pulls, alive in zip(panel.index, panel.pulls.T, panel.live.T, strict=True):
            shade = verdict_colour(self.rows[j].verdict.value)
            lines += ax.plot(panel.alphas, pulls, color=shade, lw=0.8, zorder=2)
            live += ax.plot(panel.alphas, np.where(alive, pulls, np.nan), color=shade, lw=thick, zorder=3)
        self.lines_.append(lines)
        self.live_.append(live)
        self.enters_.append(None)
        self.leaves_.append(None)
        self.tolls_.append(None)
        if penalty != "L2":
            ax.fill_between(panel.alphas, 0, panel.toll, color=colour("zero"), alpha=ZONE_TINT, lw=0, zorder=0)
            self._mark_changes(ax, panel)
            (self.tolls_[-1],) = ax.plot(panel.alphas, panel.toll, color=ink(), lw=1.5, zorder=4)
        self.chosen_.append(ax.axvline(alpha, color=ink(), lw=1.0, ls="--", zorder=1))
        ax.set_xscale("log")
        ax.set_yscale("log")
        if len(panel.alphas) > 1:
            ax.set_xlim(panel.alphas[0], panel.alphas[-1])
        ax.set_xlabel("alpha")
        ax.set_ylabel("pull at the fit")
        ax.yaxis.set_label_position("right")
        ax.yaxis.tick_right()
        ax.set_title(
            f"{penalty}: no toll" if penalty == "L2" else f"{penalty}: zero below the toll line, alive on it",
            loc="left",
            fontsize="medium",
        )
        ax.spines[["top", "left"]].set_visible(False)

    def _mark_changes(self, ax: Any, panel: SlopePaths) -> None:
        """Full dots for entries, hollow ones for exits: the first and the last alpha of each stay on the toll."""
        before, after = panel.live[:-1], panel.live[1:]
        for marks, where, shift, full in (
            (self.enters_, ~before & after, 1, True),
            (self.leaves_, before & ~after, 0, False),
        ):
            k, column = np.nonzero(where)
            colours = [verdict_colour(self.rows[panel.index[j]].verdict.value) for j in column]
            place = (panel.alphas[k + shift], panel.pulls[k + shift, column])
            paper = colours if full else ax.get_facecolor()
            marks[-1] = ax.scatter(*place, s=22, facecolors=paper, edgecolors=colours, linewidths=1.2, zorder=5)

    def _limits(self) -> tuple[float, float]:
        """Limits that all panels share: three decades below the largest pull, or less if the data need less."""
        pulls = np.concatenate([panel.pulls.ravel() for panel in self.paths[: len(self.axes_)]])
        tolls = np.concatenate([panel.toll for panel in self.paths[: len(self.axes_)]])
        high = float(pulls.max(initial=0.0)) or 1.0
        shown = np.concatenate([pulls, tolls])
        above = shown[shown > _DECADES * high]
        return float(above.min(initial=high)) / 1.2, 1.5 * high

    def _write_names(self, ax: Any, panel: SlopePaths) -> list[Any]:
        """Names of the strongest where the paths begin."""
        starts = panel.pulls[0]
        chosen = [int(k) for k in np.argsort(-starts, kind="stable")[:_MOST_NAMES] if starts[k] > ax.get_ylim()[0]]
        rows = [self.rows[panel.index[k]] for k in chosen]
        colours = [verdict_colour(row.verdict.value) for row in rows]
        return edge_names(ax, [row.name for row in rows], [float(starts[k]) for k in chosen], colours, side="left")
