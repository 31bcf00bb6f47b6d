"""One weight step by step: which methods land on zero, and which only come near it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from whyzero.errors import InputError
from whyzero.experiments import Optimisers
from whyzero.explanations import Explanation
from whyzero.explanations.steps import walk_steps
from whyzero.plots.colours import colour
from whyzero.plots.display import Display, panels
from whyzero.plots.labels import label, legend_below, literal

__all__ = ["StepsDisplay"]

_STYLES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1)), (0, (1, 3)))
_CLIP = ("proximal", "clip")
_STEPS = 2000


class StepsDisplay(Display):
    """The size of one weight over the steps of several methods, on a logarithmic axis.

    An exact zero has no place on it: the line of a method that lands there ends, and a mark at the foot says from
    which step on the weight is exactly 0. The others hop or creep at some distance above.

    Parameters
    ----------
    methods : sequence of str
        The methods.
    at : array-like of int, of shape (n_points,)
        Numbers of steps.
    sizes : array-like of shape (n_methods, n_points)
        ``|w|`` after so many steps.
    settled : sequence of int or None
        The first of these steps from which it is exactly 0.0 to the end; None where it is not 0.0 at the end.
    feature : str
        Name of its column.
    unit : str
        What a step is.

    Attributes
    ----------
    figure_ : Figure
    ax_ : Axes
    lines_ : list of Line2D
        ``|w|`` for each method; NaN where it is exactly 0.
    landings_ : list of Line2D
        The marks where a method has landed on zero.
    legend_ : Legend
    """

    def __init__(
        self,
        *,
        methods: Sequence[str],
        at: ArrayLike,
        sizes: ArrayLike,
        settled: Sequence[int | None],
        feature: str,
        unit: str,
    ) -> None:
        self.methods = tuple(methods)
        self.at = np.asarray(at)
        self.sizes = np.asarray(sizes)
        self.settled = tuple(settled)
        self.feature = feature
        self.unit = unit

    @classmethod
    def from_explanation(
        cls, explanation: Explanation, *, n_steps: int | None = None, ax: Any = None, **options: Any
    ) -> Self:
        """Draw the steps of four optimisers on the objective of an explained fit.

        Parameters
        ----------
        explanation : Explanation
            Of a fit with an L1 part, and its L2 partner.
        n_steps : int, optional
            Follow the optimisers for so many steps; if not given, the steps of the explanation, or 2000 where it has
            none.
        ax : Axes, optional
            Where to draw.

        Returns
        -------
        StepsDisplay

        Raises
        ------
        InputError
            If the fit has no zero to follow, or fit and partner are not L1 (or elastic net) and L2.
        """
        found = explanation.steps
        if found is None or n_steps is not None:
            found = walk_steps(explanation.solution, explanation.partner, n_steps or _STEPS)
        if found is None:
            raise InputError("there is no zero to follow: explain an L1 or elastic-net fit beside its L2 partner.")
        display = cls(
            methods=found.names,
            at=found.at,
            sizes=found.sizes,
            settled=found.settled,
            feature=explanation.rows[found.feature].name,
            unit="step",
        )
        return display.plot(ax, **options)

    @classmethod
    def from_experiment(
        cls, experiment: Optimisers, *, column: int | None = None, ax: Any = None, **options: Any
    ) -> Self:
        """Draw one weight of what `whyzero.experiments.optimisers` returns.

        Parameters
        ----------
        experiment : Optimisers
            What to draw.
        column : int, optional
            Which weight; if not given, the first that is zero at the optimum.
        ax : Axes, optional
            Where to draw.

        Returns
        -------
        StepsDisplay
        """
        chosen = int(np.flatnonzero(experiment.optimum == 0.0)[0]) if column is None else column
        display = cls(
            methods=experiment.names,
            at=np.arange(1, experiment.weights.shape[1] + 1),
            sizes=np.abs(experiment.weights[:, :, chosen]),
            settled=experiment.settled(chosen),
            feature=f"weight {chosen}",
            unit="pass over the rows",
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
        StepsDisplay
        """
        self.figure_, (self.ax_,) = panels(ax, 1, (7.2, 4.2))
        self.lines_: list[Any] = []
        self.landings_: list[Any] = []
        for k, (method, sizes, settled) in enumerate(zip(self.methods, self.sizes, self.settled, strict=True)):
            shade, lands = _colour(method), settled is not None
            style = {"color": shade, "ls": _STYLES[k % len(_STYLES)], "lw": 1.6 if lands else 1.0}
            text = f"{method}: exactly 0 from {settled} on" if lands else method
            self.lines_ += self.ax_.plot(self.at, np.where(sizes == 0.0, np.nan, sizes), label=text, **style)
            if lands:
                foot = {"transform": self.ax_.get_xaxis_transform(), "clip_on": False, "zorder": 5}
                self.landings_ += self.ax_.plot([settled], [0.0], "o", ms=8, color=shade, **foot)
        self.ax_.set_yscale("log")
        self.ax_.set_xscale("log")
        if len(self.at) > 1:
            self.ax_.set_xlim(self.at[0], self.at[-1])
        self.ax_.set_xlabel(self.unit)
        self.ax_.set_ylabel("size of the weight")
        self.ax_.set_title(label(self.feature, 30), loc="left", fontsize="medium", **literal())
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.legend_ = legend_below(self.ax_, ncols=2)
        return self


def _colour(method: str) -> str:
    """Methods that clip have the colour of zeros, L2 that of the partner, the others that of non-zeros."""
    if method.endswith("L2"):
        return colour("partner")
    return colour("zero") if method.startswith(_CLIP) else colour("nonzero")
