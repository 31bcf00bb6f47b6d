"""The plane of two weights: for which data each of them is exactly zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from whyzero.experiments import ZoneMap, zone_map
from whyzero.explanations import Explanation
from whyzero.explanations.summary import beside_toll
from whyzero.explanations.two_weights import TwoWeights, two_weights
from whyzero.plots.colours import colour, ink
from whyzero.plots.display import Display, panels
from whyzero.plots.labels import label, legend_below, literal

__all__ = ["ZoneDisplay"]

_ALPHAS = (0.85, 0.45, 0.22, 0.22)
_COLOURS = ("zero", "zero", "zero", "nonzero")


class ZoneDisplay(Display):
    """Each point is what the two weights would be without a toll; its colour says which of them the toll zeroes.

    The zones under L1 have an area. Under L2 each weight is zero on a line only, which has none.

    Parameters
    ----------
    zones : ZoneMap
        The zones and their areas.
    names : pair of str
        Names of the weights.
    plane : TwoWeights or None
        Where an explained fit lies in the plane.

    Attributes
    ----------
    figure_ : Figure
    ax_ : Axes
    image_ : QuadMesh
        Index of the zone of every point of the grid.
    best_, fit_ : Line2D or None
        The weights without a toll, and with it.
    legend_ : Legend
        The zones with their shares of the square.
    """

    def __init__(self, *, zones: ZoneMap, names: Sequence[str], plane: TwoWeights | None = None) -> None:
        self.zones = zones
        self.names = tuple(names)
        self.plane = plane

    @classmethod
    def from_explanation(
        cls,
        explanation: Explanation,
        *,
        features: Sequence[str | int] | None = None,
        n_ticks: int = 301,
        ax: Any = None,
        **options: Any,
    ) -> Self:
        """Draw the zones of two weights of a fit, all others as fitted.

        Parameters
        ----------
        explanation : Explanation
            Of a fit with an L1 part.
        features : pair of str or int, optional
            Names or positions of two columns with the same toll; if not given, the two on either side of the toll.
        n_ticks : int
            Points of the grid along either side.
        ax : Axes, optional
            Where to draw.

        Returns
        -------
        ZoneDisplay

        Raises
        ------
        InputError
            If the tolls differ, or are zero or infinite, or the columns are copies of each other.
        """
        chosen = beside_toll(explanation.rows) if features is None else features
        first, second = (explanation.row(feature).index for feature in chosen)
        plane = two_weights(explanation.solution, first, second)
        zones = zone_map(hessian=plane.hessian, alpha=plane.toll, half_width=plane.half_width, n_ticks=n_ticks)
        return cls(zones=zones, names=plane.names, plane=plane).plot(ax, **options)

    @classmethod
    def from_experiment(cls, experiment: ZoneMap, *, ax: Any = None, **options: Any) -> Self:
        """Draw what `whyzero.experiments.zone_map` returns.

        Parameters
        ----------
        experiment : ZoneMap
            What to draw.
        ax : Axes, optional
            Where to draw.

        Returns
        -------
        ZoneDisplay
        """
        return cls(zones=experiment, names=("first weight", "second weight")).plot(ax, **options)

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : Axes, optional
            A new figure if not given.

        Returns
        -------
        ZoneDisplay
        """
        self.figure_, (self.ax_,) = panels(ax, 1, (4.8, 6.2))
        from matplotlib.colors import BoundaryNorm, ListedColormap, to_rgba
        from matplotlib.patches import Patch

        shades = [to_rgba(colour(key), alpha) for key, alpha in zip(_COLOURS, _ALPHAS, strict=True)]
        zones = self.zones
        self.image_ = self.ax_.pcolormesh(
            zones.ticks,
            zones.ticks,
            zones.l1_zones,
            cmap=ListedColormap(shades),
            norm=BoundaryNorm(np.arange(-0.5, len(shades)), len(shades)),
            shading="nearest",
            rasterized=True,
        )
        self.ax_.axhline(0, color=ink(), lw=0.6)
        self.ax_.axvline(0, color=ink(), lw=0.6)
        width = zones.half_width
        self.ax_.set(xlim=(-width, width), ylim=(-width, width))
        first, second = (label(name) for name in self.names)
        self.ax_.set_xlabel(f"{first} without a toll", **literal())
        self.ax_.set_ylabel(f"{second} without a toll", **literal())
        words = ("both zero", f"only {first} zero", f"only {second} zero", "none zero")
        told = zip(words, shades, zones.l1_shares, zones.l2_shares, strict=True)
        keys = [
            Patch(facecolor=shade, edgecolor="none", label=f"{word}: {l1:.1%} (L2: {l2:.0%})")
            for word, shade, l1, l2 in told
        ]
        self.best_, self.fit_ = None, None
        if self.plane is not None:
            (self.best_,) = self.ax_.plot(
                *self.plane.best, "o", ms=8, mfc="none", mew=1.6, color=ink(), label="this fit without a toll", zorder=4
            )
            arrow = {"arrowstyle": "->", "color": ink(), "shrinkA": 5, "shrinkB": 5}
            self.ax_.annotate("", self.plane.fit, self.plane.best, arrowprops=arrow, zorder=4)
            (self.fit_,) = self.ax_.plot(*self.plane.fit, "o", ms=7, color=ink(), label="this fit", zorder=4)
            keys += [self.best_, self.fit_]
        self.legend_ = legend_below(self.ax_, handles=keys)
        for text in self.legend_.get_texts():
            text.set(**literal())
        return self
