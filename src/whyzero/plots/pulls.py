"""The signature figure: each weight's pull against its toll, for the fit and for its partner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self, cast

from whyzero.explanations import Explanation, Row
from whyzero.explanations.summary import by_ratio
from whyzero.explanations.wording import figure as written
from whyzero.explanations.wording import penalty_name
from whyzero.plots.colours import ZONE_TINT, colour, ink, verdict_colour
from whyzero.plots.display import Display, panels
from whyzero.plots.labels import legend_below, name_rows
from whyzero.report.schema import Data
from whyzero.report.shown_rows import drawn, shown_rows

__all__ = ["PullDisplay"]

_WIDTH, _ROW, _MARGIN = 5.4, 0.21, 1.7
_FAR, _CUT, _ENOUGH, _AIR = 6.0, 4.0, 2.0, 1.05
_BAR, _OUTLINE = 0.5, 0.74


class PullDisplay(Display):
    """Pull against toll, a bar for every weight: a pull that ends left of its toll leaves the weight at exactly zero.

    Where no weight may be negative, a pull downwards has no bar but its number: it leaves the weight at zero, too. The
    outline is the pull of the column alone, the whisker reaches to the proved bound of the pull of a zero. On the
    right the weight. A second panel shows the same weights under the partner's penalty, on the same scale; L2 has no
    toll.

    Parameters
    ----------
    rows : sequence of Row
        The weights, from the top down.
    penalty : str
        Name of the fit's penalty.
    partner : str or None
        Name of the partner's.
    setting : str
        The partner with what both fits have in common, in words.
    n_features : int
        How many weights the fit has.

    Attributes
    ----------
    figure_ : Figure
    axes_ : list of Axes
        One for the fit, one for its partner.
    ax_ : Axes
        The first.
    bars_ : list of BarContainer
        The pulls, for each panel.
    zones_ : list of BarContainer
        From 0 to the toll, for each panel.
    tolls_ : list of LineCollection
        The tolls, for each panel.
    outlines_ : BarContainer
        The pulls of the columns alone.
    whiskers_ : LineCollection
        From the pull of a zero to its proved bound.
    weights_ : list of list of Text
        The weights, for each panel.
    legend_ : Legend
        Of the first panel.
    """

    def __init__(
        self, *, rows: Sequence[Row], penalty: str, partner: str | None, setting: str, n_features: int
    ) -> None:
        self.rows = tuple(rows)
        self.penalty = penalty
        self.partner = partner
        self.setting = setting
        self.n_features = n_features

    @classmethod
    def from_explanation(
        cls, explanation: Explanation, *, features: Sequence[str | int] | None = None, ax: Any = None, **options: Any
    ) -> Self:
        """Draw the pulls and tolls of an explanation.

        Parameters
        ----------
        explanation : Explanation
            What to draw.
        features : sequence of str or int, optional
            Which columns, by name or position, from the top down. If not given all, sorted by pull / toll; of many
            the strongest, and those on both sides of the toll.
        ax : Axes or sequence of Axes, optional
            As in `plot`.

        Returns
        -------
        PullDisplay
        """
        if features is None:
            rows = _most_telling(by_ratio(explanation.rows))
        else:
            rows = [explanation.row(feature) for feature in features]
        display = cls(
            rows=rows,
            penalty=penalty_name(explanation.header.l1_ratio),
            partner=None if explanation.partner is None else explanation.partner.name,
            setting=explanation.facts.partner_setting,
            n_features=len(explanation.rows),
        )
        return display.plot(ax, **options)

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : Axes or sequence of Axes, optional
            One axes: the fit alone. Two: the fit and its partner. A new figure if not given.

        Returns
        -------
        PullDisplay
        """
        most = 1 if self.partner is None else 2
        size = (_WIDTH * most, _MARGIN + _ROW * len(self.rows))
        self.figure_, self.axes_ = panels(ax, most, size)
        self.ax_ = self.axes_[0]
        self.bars_: list[Any] = []
        self.zones_: list[Any] = []
        self.tolls_: list[Any] = []
        self.weights_: list[list[Any]] = []
        reach = self._reach()
        fit = [(row.pull, row.toll, row.coef) for row in self.rows]
        self._panel(self.ax_, self.penalty, fit, reach)
        self._outlines_and_whiskers()
        for other in self.axes_[1:]:
            self._panel(other, self.partner or "", [_partner(row) for row in self.rows], reach)
            other.set_xlabel(f"pull under {self.setting}", fontsize="small")
            if ax is None:
                other.tick_params(axis="y", labelleft=False)
        self.legend_ = legend_below(self.ax_, handles=self._keys(), ncols=2)
        if len(self.rows) < self.n_features:
            self.ax_.set_xlabel(f"pull of the data ({len(self.rows)} of {self.n_features} weights)", fontsize="small")
        return self

    def _reach(self) -> float:
        """Where the axis ends: beyond all pulls, or at a few tolls if some are far beyond theirs."""
        finite = [row.toll for row in self.rows if row.toll < float("inf")]
        toll = max(finite, default=0.0)
        longest = max((pull for row in self.rows for pull in (row.pull, row.partner_pull or 0.0)), default=0.0)
        alone = max([longest, toll, *(row.null_pull for row in self.rows)]) or 1.0
        if toll == 0 or alone <= _FAR * toll:
            return _AIR * alone
        return _AIR * longest if _ENOUGH * toll <= longest <= _FAR * toll else _CUT * toll

    def _panel(self, ax: Any, penalty: str, forces: list[tuple[float, float, float]], reach: float) -> None:
        places = range(len(self.rows))
        pulls, tolls, coefs = zip(*forces, strict=True) if forces else ((), (), ())
        ends = [min(toll, reach) for toll in tolls]
        colours = [verdict_colour(row.verdict.value) for row in self.rows]
        self.zones_.append(ax.barh(places, ends, height=1.0, color=colour("zero"), alpha=ZONE_TINT, lw=0, zorder=0))
        self.bars_.append(ax.barh(places, pulls, height=_BAR, color=colours, zorder=2))
        tops, bottoms = [place - 0.5 for place in places], [place + 0.5 for place in places]
        self.tolls_.append(ax.vlines(tolls, tops, bottoms, color=ink(), lw=1.5, zorder=4))
        self.weights_.append([_weight(ax, place, coef) for place, coef in enumerate(coefs)])
        for place, pull in enumerate(pulls):
            if pull > reach:
                _cut_bar(ax, place, pull)
            elif pull < 0:
                _downwards(ax, place, pull)
        ax.set_xlim(0, reach)
        ax.locator_params(axis="x", nbins=4)
        name_rows(ax, [row.name for row in self.rows])
        ax.set_xlabel("pull of the data", fontsize="small")
        ax.set_title(_title(penalty, tolls), loc="left", fontsize="medium")
        ax.annotate("weight", (1.0, 1.0), (30, 3), "axes fraction", textcoords="offset points", ha="center", fontsize=8)
        ax.spines[["top", "right"]].set_visible(False)

    def _keys(self) -> list[Any]:
        """What bars and lines mean."""
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        words = dict.fromkeys(row.verdict.value for row in self.rows)
        keys: list[Any] = [Patch(color=verdict_colour(word), label=word) for word in words]
        keys.append(Patch(fill=False, edgecolor=colour("ghost"), label="pull of the column alone"))
        keys.append(Line2D([], [], color=ink(), lw=1.5, label="toll"))
        return keys

    def _outlines_and_whiskers(self) -> None:
        places = range(len(self.rows))
        alone = [row.null_pull for row in self.rows]
        grey = colour("ghost")
        self.outlines_ = self.ax_.barh(places, alone, height=_OUTLINE, fill=False, edgecolor=grey, lw=0.8, zorder=1)
        proved = [
            (place, row) for place, row in enumerate(self.rows) if row.coef == 0 and row.pull_bound < float("inf")
        ]
        self.whiskers_ = self.ax_.hlines(
            [place for place, _ in proved],
            [row.pull for _, row in proved],
            [row.pull_bound for _, row in proved],
            color=ink(),
            lw=1.0,
            zorder=3,
        )


def _most_telling(rows: list[Row]) -> list[Row]:
    """Those that the page of the report would draw."""
    data = cast(Data, {"features": [{"coef": row.coef} for row in rows]})
    return [rows[place] for place in drawn(shown_rows(data, list(range(len(rows)))))]


def _partner(row: Row) -> tuple[float, float, float]:
    assert row.partner_pull is not None
    assert row.partner_toll is not None
    assert row.partner_coef is not None
    return row.partner_pull, row.partner_toll, row.partner_coef


def _title(penalty: str, tolls: Sequence[float]) -> str:
    charged = {toll for toll in tolls if 0 < toll < float("inf")}
    if not charged:
        return f"{penalty}: no toll"
    return f"{penalty}: toll {written(charged.pop())}" if len(charged) == 1 else f"{penalty}: tolls differ"


def _cut_bar(ax: Any, place: int, pull: float) -> None:
    """The pull, in a bar that goes on beyond the axes."""
    ax.annotate(
        f"{written(pull)} ▸",
        (1.0, place),
        (-2, 0),
        ("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="center_baseline",
        fontsize=6.5,
        fontweight="bold",
        color=ax.get_facecolor(),
    )


def _downwards(ax: Any, place: int, pull: float) -> None:
    """The size of a pull that the axes do not show."""
    ax.annotate(
        f"◂ {written(-pull)} downwards",
        (0.0, place),
        (3, 0),
        textcoords="offset points",
        ha="left",
        va="center_baseline",
        fontsize=6.5,
        color=ink(),
    )


def _weight(ax: Any, place: int, coef: float) -> Any:
    """The weight beside the axes."""
    text = written(coef).replace("-", "−")
    shade, weight = (colour("zero"), "bold") if coef == 0 else (ink(), "normal")
    return ax.annotate(
        text,
        (1.0, place),
        (56, 0),
        ("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=8,
        color=shade,
        fontweight=weight,
        annotation_clip=False,
    )
