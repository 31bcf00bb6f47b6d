"""A problem in integers: every stored float is an integer times a power of two.

Column j is ``x_ij = m_ij 2^(exponent - bits)`` with integers ``|m_ij| < 2^bits``. The proofs work with the column
divided by ``2^exponent``, whose entries are below 1 in size, and with its weight multiplied by it; tolls follow.
Rows of weight zero are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from operator import mul, or_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.frame import Frame

__all__ = ["INTERCEPT", "Column", "ExactProblem", "dyadic", "exact_problem"]

INTERCEPT = -1
"""The index that stands for the intercept: a free column of ones."""


@dataclass(frozen=True, eq=False)
class Column:
    """A column in integers, with its exact toll and ridge strength in the unit of the scaled column."""

    numbers: list[int]
    bits: int
    exponent: int
    toll: Fraction
    ridge: Fraction

    @property
    def free(self) -> bool:
        """Whether nothing penalises the weight."""
        return self.toll == 0 and self.ridge == 0


@dataclass(frozen=True, eq=False)
class ExactProblem:
    """A problem at one alpha in integers, over its rows of positive weight.

    Attributes
    ----------
    frame : Frame
        The same problem in floats.
    counted : mask of shape (n,)
        Rows of positive weight.
    weight : list of int
        Row weights times a power of two; `total` is their sum.
    known : list of int
        ``o_i - y_i`` for the squared loss, ``o_i`` for the logistic one, times ``2^known_bits``.
    labels : list of int
        ``y_i`` of the logistic loss, else empty.
    """

    frame: Frame
    counted: NDArray[np.bool_]
    weight: list[int]
    total: int
    known: list[int]
    known_bits: int
    labels: list[int]
    stored: dict[int, Column] = field(default_factory=dict)

    @property
    def logistic(self) -> bool:
        """Whether the loss is the logistic one."""
        return bool(self.labels)

    @property
    def positive(self) -> bool:
        """Whether no weight may be negative; the intercept may."""
        return self.frame.problem.penalty.positive

    def reach(self, slope: Fraction) -> Fraction:
        """How far a slope of the loss pulls its weight away from zero: to either side, or upwards alone."""
        return -slope if self.positive else abs(slope)

    def sign(self, j: int, value: Fraction | float) -> int:
        """The sign that a weight of `value` is held at; 0 if at none: without a toll, unless it may not be negative."""
        if j == INTERCEPT or (self.column(j).toll == 0 and not self.positive):
            return 0
        return 1 if self.positive or value > 0 else -1

    @property
    def live(self) -> list[int]:
        """Columns that are neither constant nor excluded, without the intercept."""
        return [int(j) for j in np.flatnonzero(self.frame.live)]

    @property
    def worst(self) -> Fraction:
        """Upper bound of the optimal objective: the loss of the model without any weight.

        ``sum w (y - o)^2 / 2``, or ``log 2 + max |o|`` from above.
        """
        if self.logistic:
            return 1 + Fraction(max(map(abs, self.known)), 2**self.known_bits)
        square = sum(s * e * e for s, e in zip(self.weight, self.known, strict=True))
        return Fraction(square, 2 * self.total * 4**self.known_bits)

    def column(self, j: int) -> Column:
        """Column `j` in integers, or the ones of the intercept; converted once."""
        if j not in self.stored:
            self.stored[j] = self.ones() if j == INTERCEPT else self.convert(j)
        return self.stored[j]

    def ones(self) -> Column:
        """The column of the intercept; an entry is 1/2 in its unit, as all entries are below 1."""
        return Column([1] * len(self.weight), 1, 1, Fraction(0), Fraction(0))

    def convert(self, j: int) -> Column:
        """Read a column; its toll is the exact product (3) of the stored floats."""
        problem = self.frame.problem
        numbers, low = dyadic(problem.design.columns([j])[self.counted, 0])
        bits = max(map(int.bit_length, numbers))
        alpha, rho = Fraction(self.frame.alpha), Fraction(problem.penalty.l1_ratio)
        factor, scale = Fraction(float(problem.penalty.factor[j])), Fraction(float(problem.penalty.scale[j]))
        toll, ridge = alpha * rho * factor * scale, alpha * (1 - rho) * factor * scale**2
        strength = ridge / power(low + bits) ** 2
        if strength > 1:  # a larger unit, in which the Hessian is not huge
            bits += (strength.numerator.bit_length() - strength.denominator.bit_length()) // 2 + 1
        unit = power(low + bits)
        return Column(numbers, bits, low + bits, toll / unit, ridge / unit**2)

    def product(self, left: Column, right: Column, weight: Sequence[int]) -> int:
        """``sum_i weight_i m_i m'_i``."""
        return sum(map(mul, map(mul, left.numbers, weight), right.numbers))


def exact_problem(frame: Frame) -> ExactProblem:
    """Turn a problem into integers; columns follow when they are asked for."""
    problem = frame.problem
    counted = np.asarray(problem.sample_weight > 0.0)
    logistic = problem.loss.name == "logistic"
    weight, _ = dyadic(problem.sample_weight[counted])
    offset, low = dyadic(problem.offset[counted])
    if not logistic:
        target, target_low = dyadic(problem.y[counted])
        common = min(low, target_low)
        offset = [(o << (low - common)) - (t << (target_low - common)) for o, t in zip(offset, target, strict=True)]
        low = common
    if low > 0:
        offset, low = [o << low for o in offset], 0
    labels = [int(v) for v in problem.y[counted]] if logistic else []
    return ExactProblem(frame, counted, weight, sum(weight), offset, -low, labels)


def dyadic(values: NDArray[Any]) -> tuple[list[int], int]:
    """Integers and the largest exponent e with ``values = integers 2^e`` exactly."""
    mantissa, exponent = np.frexp(np.asarray(values, dtype=np.float64))
    whole = np.ldexp(mantissa, 53).astype(np.int64).tolist()
    used = [e for e, m in zip(exponent.tolist(), whole, strict=True) if m]
    if not used:
        return [0] * len(whole), 0
    low = min(used)
    numbers = [m << (e - low) if m else 0 for m, e in zip(whole, exponent.tolist(), strict=True)]
    joined = reduce(or_, numbers)
    spare = (joined & -joined).bit_length() - 1
    return [m >> spare for m in numbers], low - 53 + spare


def power(exponent: int) -> Fraction:
    """Two to an integer power, exactly."""
    return Fraction(2**exponent) if exponent >= 0 else Fraction(1, 2**-exponent)
