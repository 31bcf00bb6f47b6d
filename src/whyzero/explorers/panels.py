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
    place : str
        The identifier of that place in a report.
    """

    name: str
    number: str
    title: str
    idea: str
    attempt: str = ""
    own: str = ""
    place: str = ""


PANELS = (
    Panel(
        "guess",
        "0",
        "Your guess",
        "Two penalties shrink weights: L1 charges |w|, L2 charges w². Before any evidence:",
    ),
    Panel(
        "one-weight",
        "1",
        "One weight",
        "The data pull the weight away from zero, and the penalty holds it back. What counts is how much the "
        "penalty can hold at zero itself: the bar. The weight is exactly zero when the pull, the dot, lies in the"
        " bar.",
        "Drag the dot slowly out of the bar under L1. Then choose L2 and try to find a pull that leaves the "
        "weight at zero. Round the kink of |w| off by a millionth: it looks the same, and the bar is gone.",
        "In your report: the bar of each feature against the line of the toll.",
        "pulls-head",
    ),
    Panel(
        "two-weights",
        "2",
        "Two weights",
        "Every point of this plane is a data set: the two weights it would give without a penalty (the dot, which"
        " you can drag). In the shaded strips a weight becomes exactly zero. The wedge shows all pulls that a "
        "corner of the penalty can hold.",
        "Raise the correlation and watch the strips widen. Lower the share of L1: the strips get thin and the "
        "wedge narrow, but only L2 closes them.",
        "In your report: pull and toll are the two coordinates that decide, feature by feature.",
        "pulls-head",
    ),
    Panel(
        "bowls",
        "2b",
        "A famous picture, corrected",
        "The page explained.ai draws random losses of two weights, looks for the minimum on a circle, the shape "
        "of L2, and reports that up to 45 % have a weight of zero. It tries 100 points of the circle. Try more.",
        "Move from 100 points to 10,000, then to the exact minimum: ten times the points, a tenth of the zeros.",
        "In your report: zeros are counted with w = 0, never with a threshold or a grid.",
        "table-head",
    ),
    Panel(
        "steps",
        "3",
        "Steps",
        "That zero is best is a fact about the problem. Whether a program lands on it depends on its steps. Six "
        "optimisers walk on the same problem; each line is one weight, green if it is zero at the optimum. The "
        "floor is exactly 0; broken lines are what a formula predicts.",
        "Play to the end. Then choose one weight: proximal steps land at step k, ridge is a straight line that never "
        "lands, and the others hop over zero for ever. A larger start shows how clip and freeze kills weights that "
        "should live.",
        "In your report: the steps on your own data. On weights from PyTorch or Keras, whyzero audit says which small"
        " numbers are zeros of the optimum.",
        "steps-head",
    ),
    Panel(
        "data",
        "4",
        "Your data",
        "The same rule on real data, feature by feature: the bar is the pull of the data, the tinted zone is what"
        " L1 holds. Start with tumours and their 30 measurements, or open your own file; it is read in this page "
        "and goes nowhere.",
        "Lower alpha and watch features climb over the toll one by one. Choose one that is explained away and see"
        " who takes its pull.",
        "In your report: the same views, with proofs that allow for every rounding; whyzero fit YOUR.csv --target"
        " COLUMN.",
        "pulls-head",
    ),
    Panel(
        "exactly-zero",
        "5",
        "Exactly zero?",
        "Many programs call a weight zero when it is small. Then the count depends on what counts as small. Under"
        " L1 it does not: a lump of weights sits at 0 itself. These are the weights of the forty data sets of the"
        " next panel.",
        "Move the threshold from 0 to 0.1. Which of the two curves measures the data, and which the threshold?",
        "In your report: every weight that is exactly 0.0 is listed, and none is dropped.",
        "atom-head",
    ),
    Panel(
        "bet",
        "6",
        "The bet",
        "If either penalty were equally likely to make weights zero, each data set would be a toss of a coin. L2 "
        "gets the strength with which it fits the training data as closely as L1 does.",
        "Toss once, then ten times, then forty.",
        "In your report: resampled rows of your own data, L1 beside L2.",
        "evidence-head",
    ),
    Panel(
        "false-zeros",
        "7",
        "When zeros lie",
        "A proved zero is a fact about the fit, not about nature. Here the first two columns make the target, "
        "with weight 1 each, and the third only resembles their sum. There are endlessly many rows.",
        "Raise the correlation past 0.5, then to the end.",
        "In your report: the reason names the columns that took the pull of a zero.",
        "reasons-head",
    ),
    Panel(
        "priors",
        "8",
        "Priors",
        "L1 is the most probable weight under a Laplace prior. Whoever believes that prior believes no weight to "
        "be exactly zero.",
        "Find a y at which the mean weight is zero while the most probable one is not, or the other way round.",
        "In your report: a zero is called a property of the best fit, never a probability.",
        "table-head",
    ),
    Panel(
        "proof",
        "9",
        "Proof",
        "No program returns the optimum itself. The duality gap bounds how far away it is, and so where its pulls"
        " can be. A bar that ends left of the toll proves the zero. Bare floats can fool it.",
        "Bring the weights closer until all is proved. Then choose bare floats and go on to the end.",
        "In your report: every verdict rests on such a bound with all rounding counted; whyzero verify checks it.",
        "check-head",
    ),
)
