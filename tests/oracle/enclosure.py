"""O2: the optimum of a small problem with a smooth loss, enclosed in interval arithmetic.

Newton's method in mpmath finds a point on a guessed support; a Krawczyk step proves that the equations of this support
have exactly one solution in a tiny box around it. If on the whole box the signs are those of the guess and every other
pull is below its toll, the convexity of the problem makes that solution the only optimum: a proof with no tolerance. A
guess that is refuted is exchanged column by column, one that cannot be decided is tried with four times the digits.

Krawczyk, Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken, Computing 4 (1969), 187-201.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath as mp
from mpmath import iv

from oracle.rational import ExactProblem

BITS = (256, 1024)
MOST_EXCHANGES = 20


def _sigmoid(context: Any, eta: Any) -> tuple[Any, Any]:
    p = 1 / (1 + context.exp(-eta))
    return p, p / (1 + context.exp(eta))


def _exponential(context: Any, eta: Any) -> tuple[Any, Any]:
    mean = context.exp(eta)
    return mean, mean


# Mean and its derivative at a predictor, in mpmath's real or interval context.
MEANS: dict[str, Callable[[Any, Any], tuple[Any, Any]]] = {"logistic": _sigmoid, "poisson": _exponential}


@dataclass(frozen=True)
class Enclosure:
    """Intervals that hold the only optimum; `signs` of its weights are proved."""

    coef: list[Any]
    intercept: Any
    pull: list[Any]
    signs: list[int]


@dataclass
class _Equations:
    """The stationarity of the columns `used` (-1 is the intercept), in one arithmetic."""

    context: Any
    problem: ExactProblem
    loss: str
    used: list[int]
    signs: dict[int, int]

    def __post_init__(self) -> None:
        p = self.problem
        self.z = [{-1: self.number(Fraction(1))} | {j: self.number(e) for j, e in enumerate(row)} for row in p.x]
        self.y, self.offset, self.share = ([self.number(v) for v in vector] for vector in (p.y, p.offset, p.weight))
        self.l1 = {-1: self.number(Fraction(0))} | {j: self.number(v or Fraction(0)) for j, v in enumerate(p.l1)}
        self.l2 = {-1: self.number(Fraction(0))} | {j: self.number(v) for j, v in enumerate(p.l2)}

    def number(self, value: Fraction) -> Any:
        return self.context.mpf(value.numerator) / self.context.mpf(value.denominator)

    def slopes(self, b: dict[int, Any], columns: Sequence[int]) -> tuple[dict[int, Any], list[Any]]:
        """The derivative of the loss in these columns, and the curvature of every row."""
        zero = self.number(Fraction(0))
        out, curvature = dict.fromkeys(columns, zero), []
        for row, y, shift, share in zip(self.z, self.y, self.offset, self.share, strict=True):
            mean, slope = MEANS[self.loss](self.context, sum((row[j] * b[j] for j in self.used), shift))
            for j in columns:
                out[j] = out[j] + row[j] * share * (mean - y)
            curvature.append(share * slope)
        return out, curvature

    def system(self, b: dict[int, Any]) -> tuple[Any, Any]:
        """Value and Jacobian of the equations."""
        slopes, curvature = self.slopes(b, self.used)
        k = len(self.used)
        value, jacobian = self.context.matrix(k, 1), self.context.matrix(k, k)
        for i, j in enumerate(self.used):
            value[i] = slopes[j] + self.l1[j] * self.signs.get(j, 0) + self.l2[j] * b[j]
            for h, m in enumerate(self.used):
                jacobian[i, h] = sum(
                    (row[j] * row[m] * c for row, c in zip(self.z, curvature, strict=True)), self.number(Fraction(0))
                )
            jacobian[i, i] += self.l2[j]
        return value, jacobian


def enclose(
    problem: ExactProblem, loss: str, coef: Sequence[float], intercept: float, bits: Sequence[int] = BITS
) -> Enclosure | None:
    """The proved optimum, from any guess of it; None where the intervals decide nothing."""
    free = [j for j in _varying(problem) if problem.l1[j] == 0]
    signs = {j: (1 if coef[j] > 0 else -1) for j in _varying(problem) if coef[j] != 0 and j not in free}
    start = {-1: intercept} | {j: float(v) for j, v in enumerate(coef)}
    with mp.workprec(bits[0]):
        for _ in range(MOST_EXCHANGES):
            used = [*([-1] if problem.fit_intercept else []), *sorted({*free, *signs})]
            for precision in bits:
                found = _on_support(problem, loss, used, signs, start, bits=precision)
                if found is not None:
                    break
            if found is None or isinstance(found, Enclosure):
                return found
            column, sign = found
            start[column] = sign * 1e-9
            if sign:
                signs[column] = sign
            else:
                del signs[column]
    return None


def _on_support(
    problem: ExactProblem, loss: str, used: list[int], signs: dict[int, int], start: dict[int, float], *, bits: int
) -> Enclosure | tuple[int, int] | None:
    """The optimum, a column to exchange and the sign it wants, or None if nothing is certain."""
    earlier, mp.mp.prec, iv.prec = (mp.mp.prec, iv.prec), bits, bits
    try:
        middle, inverse = _newton(_Equations(mp.mp, problem, loss, used, signs), start)
        if middle is None:
            return None
        exact = _Equations(iv, problem, loss, used, signs)
        box = _krawczyk(exact, middle, inverse, bits)
        return None if box is None else _judged(exact, box, _varying(problem))
    finally:
        mp.mp.prec, iv.prec = earlier


def _newton(equations: _Equations, start: dict[int, float]) -> tuple[dict[int, Any] | None, Any]:
    """A stationary point to all digits, and the inverse of the Jacobian there."""
    b = {j: mp.mpf(start[j]) for j in equations.used}
    if not b:
        return b, mp.matrix(0, 0)
    for _ in range(300):
        value, jacobian = equations.system(b)
        try:
            move = mp.lu_solve(jacobian, value)
        except ZeroDivisionError:
            return None, None
        reach = max(abs(sum(row[j] * move[i] for i, j in enumerate(equations.used))) for row in equations.z)
        for i, j in enumerate(equations.used):
            b[j] -= move[i] / max(1, reach)
        if all(abs(move[i]) <= mp.mpf(2) ** (-3 * mp.mp.prec // 4) * abs(b[j]) for i, j in enumerate(equations.used)):
            return b, mp.inverse(jacobian)
    return None, None


def _krawczyk(equations: _Equations, middle: dict[int, Any], inverse: Any, bits: int) -> dict[int, Any] | None:
    """A box that is proved to hold exactly one solution, or None."""
    if not middle:
        return {}
    radius = {j: mp.mpf(2) ** (-bits // 2) * max(abs(v), mp.mpf(2) ** -bits) for j, v in middle.items()}
    box = {j: iv.mpf([v - radius[j], v + radius[j]]) for j, v in middle.items()}
    point = {j: iv.mpf(v) for j, v in middle.items()}
    value, _ = equations.system(point)
    _, jacobian = equations.system(box)
    k = len(equations.used)
    y = iv.matrix(k, k)
    for i in range(k):
        for h in range(k):
            y[i, h] = iv.mpf(inverse[i, h])
    step, rest = y * value, iv.eye(k) - y * jacobian
    image = {}
    for i, j in enumerate(equations.used):
        image[j] = point[j] - step[i] + sum(rest[i, h] * (box[m] - point[m]) for h, m in enumerate(equations.used))
        if not (box[j].a < image[j].a and image[j].b < box[j].b):
            return None
    return image


def _judged(equations: _Equations, box: dict[int, Any], varying: list[int]) -> Enclosure | tuple[int, int] | None:
    """Compare signs and pulls on the whole box."""
    p = len(equations.problem.l1)
    slopes, _ = equations.slopes(box, range(p))
    worst: tuple[Any, int, int] | None = None
    certain = True
    for j in varying:
        if j in equations.signs:
            along, excess, wants = equations.signs[j] * box[j], mp.inf, 0
            agrees, refuted = along.a > 0, along.b < 0
        elif j in equations.used:
            continue
        else:
            pull, toll = abs(slopes[j]), equations.l1[j]
            agrees, refuted = pull.b < toll.a, pull.a > toll.b
            excess, wants = mp.mpf(pull.a) / mp.mpf(toll.a), -1 if slopes[j].a > 0 else 1
        if refuted and (worst is None or excess > worst[0]):
            worst = (excess, j, wants)
        certain = certain and bool(agrees)
    if worst is not None:
        return worst[1], worst[2]
    if not certain:
        return None
    zero = iv.mpf(0)
    coef = [box.get(j, zero) for j in range(p)]
    pulls = [abs(slopes[j]) for j in range(p)]
    return Enclosure(coef, box.get(-1, zero), pulls, [int(v.a > 0) - int(v.b < 0) for v in coef])


def _varying(problem: ExactProblem) -> list[int]:
    """Columns that take part: not excluded, and not constant on the rows that count."""
    counted = [row for row, share in zip(problem.x, problem.weight, strict=True) if share]
    return [
        j
        for j, l1 in enumerate(problem.l1)
        if l1 is not None and any(row[j] != (counted[0][j] if problem.fit_intercept else 0) for row in counted)
    ]
