"""The exact proof from end to end: guess, optimum, ties, and the floats around what was found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from whyzero.certificates.enclosure import Enclosure
from whyzero.certificates.exact.integers import INTERCEPT, ExactProblem, exact_problem, power
from whyzero.certificates.exact.optimum import Optimum, Start, find_optimum, first_guess
from whyzero.certificates.exact.stationary import BITS
from whyzero.certificates.exact.ties import MOST_TIED, Rational, resolve
from whyzero.certificates.frame import Array, Frame, Mask
from whyzero.certificates.point import Point, make_point
from whyzero.errors import InputError

__all__ = ["MOST_NUMBERS", "prove_exactly"]

MOST_NUMBERS = 2_000_000
SMALLEST = 5e-324


@dataclass(frozen=True, eq=False)
class Findings:
    """What is proved of every column, in every optimal solution.

    Attributes
    ----------
    anchor : Point
        The optimum that was found, rounded to floats; the guess if none was.
    pull : ndarray of shape (p,)
        Upper bound of the slope of the loss.
    zero : mask of shape (p,)
        Columns whose weight is zero.
    lo, hi : ndarray of shape (p,)
        Ends of an interval that holds the weight.
    methods : list of str
        How a live column was decided, or why it was not.
    """

    anchor: Point
    pull: Array
    zero: Mask
    lo: Array
    hi: Array
    methods: list[str]

    @property
    def enclosure(self) -> Enclosure:
        """The intervals."""
        return Enclosure(self.lo, self.hi, np.array(self.methods), np.zeros(len(self.zero), dtype=np.bool_))


def prove_exactly(frame: Frame, guess: Point) -> Findings:
    """Decide every column, starting from the support of `guess`.

    Raises
    ------
    InputError
        If the problem has more than `MOST_NUMBERS` numbers.
    """
    n, p = frame.problem.n_rows, frame.problem.n_cols
    if n * p > MOST_NUMBERS:
        raise InputError(
            f"proof='exact' takes at most {MOST_NUMBERS} numbers in X, and {n} x {p} are {n * p}; use proof='float'."
        )
    problem = exact_problem(frame)
    start = first_guess(problem, guess)
    for last in (False, True):
        found = find_optimum(problem, start)
        if isinstance(found, str):
            break
        small = len(found.signs) + len(found.near) <= MOST_TIED
        if problem.logistic or not small or not undecided(problem, found):
            return collect(problem, found, None)
        rational = resolve(problem, found.signs, found.near)
        if rational is None:
            found = "no end of the rational active set"
            break
        start = support_of(problem, found, rational)
        if last or start.signs == found.signs:
            return collect(problem, found, rational)
    return nothing(frame, guess, str(found))


def support_of(problem: ExactProblem, found: Optimum, rational: Rational) -> Start:
    """Where to look again: near the true optimum all bounds are close."""
    signs, weight = {}, {}
    for j, value in rational.point.items():
        sign = problem.sign(j, value)
        kept = value != 0 if sign else j in found.signs
        if kept:
            signs[j], weight[j] = sign, int(value * (1 << BITS))
    return Start(signs, weight)


def undecided(problem: ExactProblem, found: Optimum) -> bool:
    """Whether any column is neither proved zero nor enclosed away from it."""
    return bool(found.near) or not all(apart(found, j) for j in found.signs if j != INTERCEPT)


def apart(found: Optimum, j: int) -> bool:
    """Whether the weight of column j is enclosed away from zero."""
    return j in found.radius and abs(found.point.weight.get(j, 0)) > found.radius[j] * 2**BITS


def collect(problem: ExactProblem, found: Optimum, rational: Rational | None) -> Findings:
    """Round everything outwards to floats."""
    findings = nothing(problem.frame, rounded(problem, found, rational), f"undecided with {BITS} bits")
    for j, slope in found.slopes.items():
        unit = power(problem.column(j).exponent)
        pull = problem.reach(slope) + found.pull_doubt
        if rational and j in rational.pulls:
            pull = rational.pulls[j]
        elif problem.column(j).free and (apart(found, j) if problem.positive else j in found.signs):
            pull = Fraction(0)
        findings.pull[j] = upward(pull * unit)
        if rational and j in rational.weight:
            decide(findings, j, [rational.weight[j] / unit], pull < problem.column(j).toll)
        elif rational and j in rational.tied:
            findings.methods[j] = "exact tie"
        elif j in found.radius:
            middle, radius = Fraction(found.point.weight.get(j, 0), 1 << BITS), found.radius[j]
            decide(findings, j, [(middle - radius) / unit, (middle + radius) / unit], False)
        elif j not in found.signs and j not in found.near:
            decide(findings, j, [Fraction(0)], True)
    return findings


def decide(findings: Findings, j: int, ends: list[Fraction], strict: bool) -> None:
    """Write down an interval that holds the weight in every optimal solution."""
    low, high = min(ends), max(ends)
    findings.lo[j], findings.hi[j] = 0.0 - upward(-low), upward(high)
    findings.zero[j] = low == high == 0
    if findings.zero[j]:
        findings.methods[j] = "exact slope" if strict else "unique optimum"
    elif findings.lo[j] > 0.0 or findings.hi[j] < 0.0:
        findings.methods[j] = "exact weight"
    elif low > 0 or high < 0:
        findings.methods[j] = "not zero, but below the smallest float"


def nothing(frame: Frame, anchor: Point, reason: str) -> Findings:
    """Structural columns are known; all others are open, for the given reason."""
    p = frame.problem.n_cols
    idle = ~frame.live
    return Findings(
        anchor=anchor,
        pull=np.where(frame.constant, 0.0, np.inf),
        zero=idle,
        lo=np.where(idle, 0.0, -np.inf),
        hi=np.where(idle, 0.0, np.inf),
        methods=[reason] * p,
    )


def rounded(problem: ExactProblem, found: Optimum, rational: Rational | None) -> Point:
    """The optimum in floats; a weight that is not zero keeps its sign, so that the support can be read off."""
    coef = np.zeros(problem.frame.problem.n_cols)
    intercept = 0.0
    point = {j: Fraction(t, 1 << BITS) for j, t in found.point.weight.items()}
    for j, exact in (rational.point if rational else point).items():
        value = nearest(exact / power(problem.column(j).exponent))
        if j == INTERCEPT:
            intercept = value
        else:
            coef[j] = value if value or not exact else math.copysign(SMALLEST, exact)
    return make_point(problem.frame, coef, intercept)


def nearest(value: Fraction) -> float:
    """The closest finite float."""
    largest = Fraction(float(np.finfo(np.float64).max))
    return float(max(-largest, min(largest, value)))


def upward(value: Fraction) -> float:
    """The smallest float that is at least `value`."""
    if value > Fraction(float(np.finfo(np.float64).max)):
        return math.inf
    near = nearest(value)
    return near if near >= value else math.nextafter(near, math.inf)
