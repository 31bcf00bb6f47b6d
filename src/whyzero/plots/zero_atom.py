"""Exactly zero or merely small: the share of weights within a threshold of zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from whyzero.experiments import ZeroAtom
from whyzero.explanations import Explanation
from whyzero.explanations.zero_shares import zero_shares
from whyzero.plots.colours import ink
from whyzero.plots.display import Display, panels
from whyzero.plots.penalties import penalty_look

__all__ = ["ZeroAtomDisplay"]


class ZeroAtomDisplay(Display):
    """The share of weights with ``|w| <= threshold``, over the threshold, from 0 on.

    Exact zeros are an atom: the share at threshold 0, and no smaller threshold changes it. Weights that are merely
    small have none: their share falls with the threshold.

    Parameters
    ----------
    penalties : sequence of str
        Names of the curves.
    thresholds : array-like of shape (n_thresholds,)
        Increasing, the first is 0.
    shares : array-like of shape (n_penalties, n_thresholds)
        Shares in [0, 1].
    n_weights : int
        How many weights there are under each penalty.
    unit : str
        What a threshold is compared with.

    Attributes
    ----------
    figure_ : Figure
    ax_ : Axes
    lines_ : list of Line2D
        One for each penalty.
    atoms_ : list of Line2D
        The points at threshold 0.
    legend_ : Legend
    """

    def __init__(
        self, *, penalties: Sequence[str], thresholds: ArrayLike, shares: ArrayLike, n_weights: int, unit: str
    ) -> None:
        self.penalties = tuple(penalties)
        self.thresholds = np.asarray(thresholds)
        self.shares = np.asarray(shares)
        self.n_weights = n_weights
        self.unit = unit

    @classmethod
    def from_explanation(cls, explanation: Explanation, *, ax: Any = None, **options: Any) -> Self:
        """Draw the shares of the weights of a fit and of its partner.

        Parameters
        ----------
        explanation : Explanation
            What to draw.
        ax : Axes, optional
            Where to draw.

        Returns
        -------
        ZeroAtomDisplay
        """
        found = zero_shares(explanation.solution, explanation.partner)
        display = cls(
            penalties=found.names,
            thresholds=found.thresholds,
            shares=found.shares,
            n_weights=found.n_weights,
            unit="|weight| × standard deviation",
        )
        return display.plot(ax, **options)

    @classmethod
    def from_experiment(cls, experiment: ZeroAtom, *, ax: Any = None, **options: Any) -> Self:
        """Draw what `whyzero.experiments.zero_atom` returns.

        Parameters
        ----------
        experiment : ZeroAtom
            What to draw.
        ax : Axes, optional
            Where to draw.

        Returns
        -------
        ZeroAtomDisplay
        """
        display = cls(
            penalties=("L1", "L2"),
            thresholds=experiment.thresholds,
            shares=[experiment.l1_shares, experiment.l2_shares],
            n_weights=experiment.n_weights,
            unit="|weight|",
        )
        return display.plot(ax, **options)

    def plot(self, ax: Any = None) -> Self:
        """Draw.

        Parameters
        ----------
        ax : Axes, optional
            A new figure if not given.

        Returns
        -------
        ZeroAtomDisplay
        """
        self.figure_, (self.ax_,) = panels(ax, 1, (6.0, 3.8))
        self.lines_: list[Any] = []
        self.atoms_: list[Any] = []
        for penalty, shares in zip(self.penalties, self.shares, strict=True):
            look = penalty_look(penalty)
            text = f"{penalty}: {shares[0]:.1%} are exactly zero"
            self.lines_ += self.ax_.plot(self.thresholds, shares, lw=2, drawstyle="steps-post", label=text, **look.line)
            self.atoms_ += self.ax_.plot(self.thresholds[:1], shares[:1], ls="", ms=8, clip_on=False, **look.marker)
        self._set_scale()
        self.ax_.set_ylim(-0.02, 1.02)
        self.ax_.axvline(0, color=ink(), lw=0.8)
        self.ax_.set_xlabel(f"threshold for {self.unit}")
        self.ax_.set_ylabel(f"share of {self.n_weights} weights at most so large")
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.legend_ = self.ax_.legend(loc="upper left", frameon=False)
        return self

    def _set_scale(self) -> None:
        """Logarithmic from the first positive threshold on, with a place for 0 left of it."""
        from matplotlib.ticker import LogFormatterMathtext, LogLocator

        low, high = self.thresholds[1], self.thresholds[-1]
        decades = [tick for tick in LogLocator().tick_values(low, high) if low <= tick <= high]
        words = [LogFormatterMathtext()(tick) for tick in decades]
        self.ax_.set_xscale("symlog", linthresh=low, linscale=1.0)
        self.ax_.set_xticks([0.0, *decades], labels=["0", *words])
        self.ax_.set_xticks([], minor=True)
        self.ax_.set_xlim(0, high)
