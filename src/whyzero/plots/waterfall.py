"""Where the pull on one weight went: from the pull of its column alone to the pull in the fit."""

from __future__ import annotations

from typing import Any, Self

from whyzero.explanations import Explanation, Row
from whyzero.explanations.summary import beside_toll
from whyzero.explanations.wording import figure as written
from whyzero.plots.colours import ZONE_TINT, colour, ink, verdict_colour
from whyzero.plots.display import Display, panels
from whyzero.plots.labels import label, literal, name_rows

__all__ = ["WaterfallDisplay"]

_WIDTH, _ROW, _MARGIN = 7.2, 0.36, 1.4
_AIR = 1.15


class WaterfallDisplay(Display):
    """The account of one pull: what it was alone, what the other weights took or added, what is left.

    If what is left ends inside the tinted zone, it does not pay the toll, and the weight is exactly zero.

    Parameters
    ----------
    row : Row
        The weight, with its account.

    Attributes
    ----------
    figure_ : Figure
    ax_ : Axes
    bars_ : BarContainer
        The pull alone, each change, all other changes, what is left.
    zone_ : Polygon
        The pulls that leave the weight at zero.
    toll_ : list of Line2D
        The toll, on either side that is shown.
    values_ : list of Text
        The numbers beside the bars.
    """

    def __init__(self, *, row: Row) -> None:
        self.row = row

    @classmethod
    def from_explanation(
        cls, explanation: Explanation, *, feature: str | int | None = None, ax: Any = None, **options: Any
    ) -> Self:
        """Draw the account of one pull.

        Parameters
        ----------
        explanation : Explanation
            What to draw.
        feature : str or int, optional
            Name or position of the column; if not given, the zero whose pull is nearest to its toll.
        ax : Axes, optional
            Where to draw.

        Returns
        -------
        WaterfallDisplay

        Raises
        ------
        InputError
            If there is no such column.
        """
        chosen = beside_toll(explanation.rows)[1] if feature is None else feature
        return cls(row=explanation.accounted(chosen)).plot(ax, **options)

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : Axes, optional
            A new figure if not given.

        Returns
        -------
        WaterfallDisplay
        """
        account = self.row.waterfall
        assert account is not None  # Explanation.accounted makes it
        running = account.running
        changes = [*account.steps, *([("all others", account.others)] if account.has_others else [])]
        amounts = [account.null, *(amount for _, amount in changes), account.final]
        starts = [0.0, *running[: len(changes)], 0.0]
        names = ["alone", *(name for name, _ in changes), "left in the fit"]
        self.figure_, (self.ax_,) = panels(ax, 1, (_WIDTH, _MARGIN + _ROW * len(names)))
        own = verdict_colour(self.row.verdict.value)
        colours = [own, *[colour("ghost")] * (len(names) - 2), own]
        self.bars_ = self.ax_.barh(range(len(names)), amounts, left=starts, height=0.6, color=colours, zorder=2)
        joints = [*running[: len(changes)], account.final]
        self.ax_.vlines(joints, range(len(joints)), range(1, len(joints) + 1), color=colour("ghost"), lw=0.8)
        name_rows(self.ax_, names)
        self._draw_toll(min(running))
        self._write_values(amounts, starts)
        shown = [0.0, *running, *(line.get_xdata()[0] for line in self.toll_)]
        self.ax_.set_xlim(_AIR * min(shown), _AIR * max(shown) or 1.0)
        self.ax_.locator_params(axis="x", nbins=6)
        self.ax_.set_xlabel("pull of the data")
        self.ax_.set_title(
            f"{label(self.row.name)}: {self.row.verdict.value}", loc="left", fontsize="medium", pad=18, **literal()
        )
        self.ax_.spines[["top", "right", "left"]].set_visible(False)
        return self

    def _draw_toll(self, lowest: float) -> None:
        """The zone up to the toll; below 0 down to it, or all the way where no weight may be negative."""
        toll, below = self.row.toll, lowest < 0
        sides = [toll, -toll] if below and not self.row.positive else [toll]
        finite = toll < float("inf")
        self.toll_ = [self.ax_.axvline(side, color=ink(), lw=1.5, zorder=3) for side in sides] if finite else []
        end = toll if finite else max(self.row.null_pull, 1.0)
        low = 0.0
        if below:
            low = _AIR * lowest if self.row.positive else -end
        self.zone_ = self.ax_.axvspan(low, end, color=colour("zero"), alpha=ZONE_TINT, lw=0, zorder=0)
        if finite:
            self.ax_.annotate(
                f"toll {written(toll)}",
                (toll, 1.0),
                (0, 2),
                ("data", "axes fraction"),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=8,
                fontweight="bold",
            )

    def _write_values(self, amounts: list[float], starts: list[float]) -> None:
        """Each number to the right of its bar."""
        self.values_ = []
        last = len(amounts) - 1
        for place, (amount, start) in enumerate(zip(amounts, starts, strict=True)):
            signed = written(amount) if place in (0, last) else f"{'+' if amount > 0 else ''}{written(amount)}"
            self.values_.append(
                self.ax_.annotate(
                    signed.replace("-", "−"),
                    (max(start, start + amount), place),
                    (4, 0),
                    textcoords="offset points",
                    ha="left",
                    va="center",
                    fontsize=8,
                    bbox={"facecolor": self.ax_.get_facecolor(), "edgecolor": "none", "pad": 0.5, "alpha": 0.7},
                    zorder=5,
                )
            )
