"""From a good guess to the exact optimum: an active-set method whose every decision is proved."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, isqrt
from operator import mul

from whyzero.certificates.exact.integers import INTERCEPT, Column, ExactProblem, power
from whyzero.certificates.exact.inverse import Dependent, invert
from whyzero.certificates.exact.stationary import BITS, HALF_STEP, Stationary, gram, stationary
from whyzero.certificates.point import Point

__all__ = ["MOST_COLUMNS", "Optimum", "Start", "find_optimum", "first_guess"]

MOST_COLUMNS = 200
MOST_ROUNDS = 60


@dataclass(eq=False)
class Start:
    """A face of the penalty, and a point of it: signs of the columns in use, 0 where none is held."""

    signs: dict[int, int]
    weight: dict[int, int]


@dataclass(frozen=True, eq=False)
class Optimum:
    """What the optimum on a support says about every optimal solution.

    Attributes
    ----------
    point : Stationary
        The stationary point of the support; it violates no optimality condition beyond `excess`.
    signs : dict
        Its support and signs.
    slopes : dict of int to Fraction
        Slope of the loss along every live column, scaled.
    pull_doubt : Fraction
        What a slope of the optimum may differ from `slopes` by, Eqs. (134) and (135).
    near : list of int
        Columns outside the support that are not proved zero.
    radius : dict of int to Fraction
        For columns whose weight is enclosed: the distance from `point`, Eqs. (132) and (136).
    """

    point: Stationary
    signs: dict[int, int]
    slopes: dict[int, Fraction]
    pull_doubt: Fraction
    near: list[int]
    radius: dict[int, Fraction]


def first_guess(problem: ExactProblem, point: Point) -> Start:
    """The support and signs of a float point, with every column that may have any weight at no toll."""
    signs = {INTERCEPT: 0} if problem.frame.problem.fit_intercept else {}
    weight = {INTERCEPT: scaled(Fraction(point.intercept), problem.column(INTERCEPT))} if signs else {}
    for j in problem.live:
        value = float(point.coef[j])
        if value != 0.0 or (problem.frame.l1[j] == 0.0 and not problem.positive):
            column = problem.column(j)
            signs[j] = problem.sign(j, value)
            weight[j] = scaled(Fraction(value), column)
            if signs[j] and not weight[j]:
                del signs[j], weight[j]
    return Start(signs, weight)


def scaled(value: Fraction, column: Column) -> int:
    """A weight in the unit of the scaled column, in units of ``2^-BITS``."""
    value *= power(column.exponent)
    return int(value * (1 << BITS))


def find_optimum(problem: ExactProblem, start: Start) -> Optimum | str:
    """Follow the active set until no condition is violated by proof; in words why that failed."""
    dependent = set[int]()
    for _ in range(MOST_ROUNDS):
        if len(start.signs) > MOST_COLUMNS:
            return f"support of more than {MOST_COLUMNS} columns"
        point = stationary(problem, start.signs, start.weight)
        if isinstance(point, Dependent):
            gone = list(start.signs)[point.position]
            if gone == INTERCEPT:
                return "no digits left"
            del start.signs[gone], start.weight[gone]
            dependent.add(gone)
            continue
        if point is None:
            return "Newton's method did not converge"
        if leave(start, point):
            continue
        start.weight = dict(point.weight)
        slopes = {j: point.slope(problem, problem.column(j)) for j in problem.live}
        excess = {
            j: (problem.reach(c) - point.doubt - problem.column(j).toll) / (problem.column(j).toll or 1)
            for j, c in slopes.items()
            if j not in start.signs and j not in dependent and (problem.positive or problem.column(j).toll > 0)
        }
        worst = max(excess, key=lambda j: excess[j], default=None)
        if worst is None or excess[worst] <= 0:
            return conclude(problem, start.signs, point, slopes)
        start.signs[worst], start.weight[worst] = problem.sign(worst, -slopes[worst]), 0
    return f"no end after {MOST_ROUNDS} changes of the support"


def leave(start: Start, point: Stationary) -> bool:
    """Move towards `point` until a weight reaches zero, and take that one out; False if none does."""
    ratios = {}
    for j, sign in start.signs.items():
        old, new = start.weight[j], point.weight[j]
        if sign and Fraction(sign * new, 1 << BITS) <= point.radius:
            ratios[j] = Fraction(old, old - new) if old != new else Fraction(1)
    if not ratios:
        return False
    first = min(ratios, key=lambda j: ratios[j])
    share = max(Fraction(0), min(Fraction(1), ratios[first]))
    for j, old in start.weight.items():
        start.weight[j] = old + int(share * (point.weight[j] - old))
    del start.signs[first], start.weight[first]
    return True


def conclude(problem: ExactProblem, signs: dict[int, int], point: Stationary, slopes: dict[int, Fraction]) -> Optimum:
    """Carry the conclusions from the stationary point to every optimal solution, Eqs. (134), (135) and (136)."""
    violation: Fraction | None = Fraction(0)
    for j, c in slopes.items():
        column = problem.column(j)
        excess = problem.reach(c) + point.doubt - column.toll
        if j not in signs and excess >= 0:
            violation = None if violation is None or column.toll == 0 else violation + excess / column.toll
    if violation is None:
        return Optimum(point, signs, slopes, Fraction(2) ** BITS, [j for j in slopes if j not in signs], {})
    violation *= problem.worst
    doubt = point.doubt + root(violation)
    near = [j for j, c in slopes.items() if j not in signs and problem.reach(c) + doubt >= problem.column(j).toll]
    if not near:
        return Optimum(point, signs, slopes, doubt, [], dict.fromkeys(signs, point.radius))
    return Optimum(point, signs, slopes, doubt, near, radii(problem, [*signs, *near], point, violation))


def radii(problem: ExactProblem, columns: list[int], point: Stationary, violation: Fraction) -> dict[int, Fraction]:
    """Enclosures of the weights when some columns may be in use or not, Eq. (136)."""
    alone, used = set(columns), columns
    real = [j for j in columns if j != INTERCEPT]
    if not any(problem.column(j).ridge for j in real):
        groups = parallel(problem, real, INTERCEPT in columns)
        alone = {group[0] for group in groups if len(group) == 1}
        used = [j for j in columns if j == INTERCEPT] + [group[0] for group in groups]
    drift = len(point.weight) * point.radius
    if len(used) > 2 * MOST_COLUMNS or (problem.logistic and drift > Fraction(1, 1 << HALF_STEP + 1)):
        return {}
    inverse = invert(gram(problem, [problem.column(j) for j in used], point.state.eta), BITS)
    if isinstance(inverse, Dependent) or 2 * len(used) * inverse.norm * violation > 1:
        return {}
    radius = point.radius + root(2 * violation * inverse.norm)
    return {j: radius for j in used if j in alone}


def parallel(problem: ExactProblem, columns: list[int], centred: bool) -> list[list[int]]:
    """Columns in groups that are exact multiples of one another, after centring if there is an intercept, Eq. (47)."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for j in columns:
        numbers = problem.column(j).numbers
        if centred:
            total = sum(map(mul, numbers, problem.weight))
            numbers = [m * problem.total - total for m in numbers]
        lead = next(m for m in numbers if m)
        unit = gcd(*numbers) * (1 if lead > 0 else -1)
        groups.setdefault(tuple(m // unit for m in numbers), []).append(j)
    return list(groups.values())


def root(value: Fraction) -> Fraction:
    """An upper bound of the square root."""
    return Fraction(isqrt((value.numerator << (4 * BITS)) // value.denominator) + 1, 1 << (2 * BITS))
