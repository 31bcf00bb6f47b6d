"""The words of the panels: one idea and one thing to try each, in the order of the page."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PANELS", "Panel"]


@dataclass(frozen=True)
class Panel:
    """The words of one panel; what moves and what is computed is in the script of its name.

    Attributes
    ----------
    name : str
        Identifier of its section.
    number, title : str
        Its heading.
    idea : str
        What it is about, in a sentence or two.
    attempt : str
        One thing to try; empty for the guess.
    own : str
        Where the reader finds the same in a report of their own fit.
    """

    name: str
    number: str
    title: str
    idea: str
    attempt: str = ""
    own: str = ""


PANELS = (
    Panel("guess", "0", "Your guess", "Two penalties shrink weights: L1 charges |w|, L2 charges w². Before any evidence:"),
    Panel(
        "one-weight",
        "1",
        "One weight",
        "The data pull the weight away from zero, and the penalty holds it back. What counts is how much the penalty can "
        "hold at zero itself: the bar. The weight is exactly zero when the pull, the dot, lies in the bar.",
        "Drag the dot slowly out of the bar under L1. Then choose L2 and try to find a pull that leaves the weight at "
        "zero. Round the kink of |w| off by a millionth: it looks the same, and the bar is gone.",
        "In your report: the bar of each feature against the line of the toll.",
    ),
    Panel(
        "two-weights",
        "2",
        "Two weights",
        "Every point of this plane is a data set: the two weights it would give without a penalty (black dot, drag it). "
        "In the shaded strips a weight becomes exactly zero. The wedge shows all pulls that a corner of the penalty can hold.",
        "Raise the correlation and watch the strips widen. Lower the share of L1: the strips get thin and the wedge "
        "narrow, but only L2 closes them.",
        "In your report: pull and toll are the two coordinates that decide, feature by feature.",
    ),
    Panel(
        "bowls",
        "2b",
        "A famous picture, corrected",
        "The page explained.ai draws random losses of two weights, looks for the minimum on a circle, the shape of L2, and reports "
        "that up to 45 % have a weight of zero. It tries 100 points of the circle. Try more.",
        "Move from 100 points to 10,000, then to the exact minimum: ten times the points, a tenth of the zeros.",
        "In your report: zeros are counted with w = 0, never with a threshold or a grid.",
    ),
    Panel(
        "steps",
        "3",
        "Steps",
        "That zero is best is a fact about the problem. Whether a program lands on it depends on its steps. Four optimisers "
        "walk on the same problem; each line is one weight, green if it is zero at the optimum. The floor is exactly 0.",
        "Play to the end. Then choose one weight: proximal steps land, subgradient steps hop over zero for ever. "
        "A larger start shows how clip and freeze kills weights that should live.",
        "On your own weights from PyTorch or Keras: whyzero audit says which small numbers are zeros of the optimum.",
    ),
    Panel(
        "data",
        "4",
        "Your data",
        "The same rule on real data, feature by feature: the bar is the pull of the data, the tinted zone is what L1 holds. "
        "Start with tumours and their 30 measurements, or open your own file; it is read in this page and goes nowhere.",
        "Lower alpha and watch features climb over the toll one by one. Choose one that is explained away and see who "
        "takes its pull.",
        "In your report: the same views, with proofs that allow for every rounding; whyzero fit YOUR.csv --target COLUMN.",
    ),
)  # fmt: skip
