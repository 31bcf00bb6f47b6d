"""Zeros of L1 beside zeros of L2, data set by data set, with the sign test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from whyzero.errors import InputError
from whyzero.experiments import Bet
from whyzero.explanations import Explanation
from whyzero.explanations.resamples import resample
from whyzero.explanations.wording import figure as written
from whyzero.explanations.wording import penalty_name
from whyzero.plots.colours import colour
from whyzero.plots.display import Display, panels
from whyzero.plots.penalties import penalty_look

__all__ = ["EvidenceDisplay"]

_DRAWS = 20


class EvidenceDisplay(Display):
    """A point for the exact zeros under either penalty, at the same training loss, for every data set.

    Independent data sets are evidence on whether both penalties make zeros equally often. Resamples of one data set
    are not independent: they show how stable its answer is, and no test is written on the figure.

    Parameters
    ----------
    penalties : pair of str
        Names of the penalties.
    zeros : array-like of int, of shape (2, n_data_sets)
        Exact zeros under either.
    n_weights : int
        How many weights there are.
    p_value : float or None
        Of the sign test; None where the data sets are not independent.
    unit : str
        What a data set is.

    Attributes
    ----------
    figure_ : Figure
    ax_ : Axes
    points_ : list of Line2D
        The zeros, for either penalty.
    pairs_ : LineCollection
        What joins the points of one data set.
    legend_ : Legend
    """

    def __init__(
        self, *, penalties: Sequence[str], zeros: ArrayLike, n_weights: int, p_value: float | None, unit: str
    ) -> None:
        self.penalties = tuple(penalties)
        self.zeros = np.asarray(zeros)
        self.n_weights = n_weights
        self.p_value = p_value
        self.unit = unit

    @classmethod
    def from_explanation(
        cls, explanation: Explanation, *, n_resamples: int | None = None, seed: int = 0, ax: Any = None, **options: Any
    ) -> Self:
        """Draw the zeros of an explained fit and of its partner on rows drawn anew.

        Parameters
        ----------
        explanation : Explanation
            With a partner at the same training loss.
        n_resamples : int, optional
            Fit both penalties on so many draws; if not given, the draws of the explanation, or 20 where it has none.
        seed : int
            Of the draws.
        ax : Axes, optional
            Where to draw.

        Returns
        -------
        EvidenceDisplay

        Raises
        ------
        InputError
            If there is no partner at the same training loss.
        """
        found = explanation.resamples
        if found is None or n_resamples is not None:
            found = resample(explanation.solution, explanation.partner, n_resamples or _DRAWS, seed)
        if found is None or explanation.partner is None:
            raise InputError("this explanation has no partner at the same training loss; explain with match='loss'.")
        display = cls(
            penalties=(penalty_name(explanation.header.l1_ratio), explanation.partner.name),
            zeros=[found.own, found.partner],
            n_weights=found.n_weights,
            p_value=None,
            unit="resample of the rows",
        )
        return display.plot(ax, **options)

    @classmethod
    def from_experiment(cls, experiment: Bet, *, ax: Any = None, **options: Any) -> Self:
        """Draw what `whyzero.experiments.bet` returns.

        Parameters
        ----------
        experiment : Bet
            What to draw.
        ax : Axes, optional
            Where to draw.

        Returns
        -------
        EvidenceDisplay
        """
        display = cls(
            penalties=("L1", "L2"),
            zeros=[experiment.l1_zeros, experiment.l2_zeros],
            n_weights=experiment.l1_coefs.shape[1],
            p_value=experiment.p_value,
            unit="data set",
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
        EvidenceDisplay
        """
        self.figure_, (self.ax_,) = panels(ax, 1, (6.4, 3.6))
        places = range(1, self.zeros.shape[1] + 1)
        self.pairs_ = self.ax_.vlines(places, *self.zeros, color=colour("ghost"), lw=0.8, zorder=1)
        self.points_: list[Any] = []
        for penalty, zeros in zip(self.penalties, self.zeros, strict=True):
            look = penalty_look(penalty).marker
            self.points_ += self.ax_.plot(places, zeros, ls="", ms=5, clip_on=False, zorder=3, label=penalty, **look)
        self.ax_.set_ylim(0, max(self.n_weights, 1))
        self.ax_.set_xlabel(self.unit)
        self.ax_.set_ylabel(f"exact zeros of {self.n_weights} weights")
        self.ax_.xaxis.get_major_locator().set_params(integer=True)
        self.ax_.yaxis.get_major_locator().set_params(integer=True)
        if self.p_value is not None:
            self.ax_.set_title(f"sign test: p = {written(self.p_value, 2)}", loc="left", fontsize="medium")
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.legend_ = self.ax_.legend(loc="lower left", bbox_to_anchor=(0.62, 1.0), ncols=2, frameon=False)
        return self
