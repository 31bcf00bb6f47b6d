"""The stationary point on a support with its signs held, enclosed in fixed-point integers (docs/math.md, exact proofs).

Newton's method with one inverse for many steps. Nothing depends on how it went: the radius around the last point
follows from the slopes there, Eq. (132).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

import numpy as np

from whyzero.certificates.exact.integers import Column, ExactProblem
from whyzero.certificates.exact.inverse import Dependent, Inverse, invert
from whyzero.certificates.exact.sigmoid import SIGMOID_ERROR, sigmoid

__all__ = ["BITS", "HALF_STEP", "Stationary", "curvature_weights", "gram", "stationary"]

BITS = 512
"""Fraction bits of weights, slopes and Hessians, in the units of the scaled columns."""

MOST_STEPS = 200
MOST_HESSIANS = 12
HALF_STEP = 20  # the Hessian in use is at most 1 - 2^-20 of the true one


@dataclass(frozen=True, eq=False)
class State:
    """The loss at a point: ``l'(eta_i)`` times ``2^bits`` and the row weight; `eta` itself in units of ``2^-BITS``."""

    pulled: list[int]
    bits: int
    error: int
    eta: list[int]


@dataclass(frozen=True, eq=False)
class Stationary:
    """A point, and how far from it the exact stationary point of its support may lie.

    Attributes
    ----------
    weight : dict of int to int
        Weights of the scaled columns in units of ``2^-BITS``, the intercept's included.
    radius : Fraction
        Upper bound of the distance of any of them from the exact stationary point, Eq. (132).
    state : State
        The loss at `weight`.
    doubt : Fraction
        Upper bound of what any slope of a scaled column may be off by, Eq. (134).
    """

    weight: dict[int, int]
    radius: Fraction
    state: State
    doubt: Fraction

    def slope(self, problem: ExactProblem, column: Column) -> Fraction:
        """``dL/dt`` of a scaled column at the stationary point, up to `doubt`."""
        return slope(problem, column, self.state)


def stationary(
    problem: ExactProblem, signs: Mapping[int, int], start: Mapping[int, int]
) -> Stationary | Dependent | None:
    """Solve ``c_A + l1_A s_A + l2_A b_A = 0`` on the columns of `signs`; None if that leads nowhere."""
    active = list(signs)
    columns = [problem.column(j) for j in active]
    weight = [start.get(j, 0) for j in active]
    inverse: Inverse | None = None
    base: list[int] = []
    last, hessians = -1, 0
    for _ in range(MOST_STEPS):
        state = evaluate(problem, columns, weight)
        gap = [residual(problem, c, signs[j], t, state) for c, j, t in zip(columns, active, weight, strict=True)]
        size = max(map(abs, gap), default=0)
        slow = 0 <= last < 16 * size
        if inverse is None or (problem.logistic and slow and hessians < MOST_HESSIANS and size > 64):
            found, base, hessians = invert(gram(problem, columns, state.eta), BITS), state.eta, hessians + 1
            if isinstance(found, Dependent):
                return found
            inverse = found
        elif (slow and 2 * size > last) or size <= 64:
            break
        step = inverse.apply(gap)
        if problem.logistic:
            step = [e - (e >> HALF_STEP) for e in step]
        weight, last = [t - e for t, e in zip(weight, step, strict=True)], size
    else:
        return None
    if problem.logistic and moved(base, state.eta) > 1 << (BITS - HALF_STEP - 1):
        found = invert(gram(problem, columns, state.eta), BITS)
        if isinstance(found, Dependent):
            return found
        inverse = found
    k = len(active)
    radius = 2 * k * inverse.norm * Fraction(size + 8 + state.error, 1 << BITS)
    if problem.logistic and radius > 1:
        return None
    doubt = k * radius + Fraction(8 + state.error, 1 << BITS)
    return Stationary(dict(zip(active, weight, strict=True)), radius, state, doubt)


def evaluate(problem: ExactProblem, columns: Sequence[Column], weight: Sequence[int]) -> State:
    """The predictor exactly, and the slope of every row's loss."""
    bits = max([BITS + c.bits for c in columns] + [problem.known_bits, BITS])
    eta = [e << (bits - problem.known_bits) for e in problem.known]
    for column, t in zip(columns, weight, strict=True):
        if t:
            lifted = t << (bits - BITS - column.bits)
            eta = [e + m * lifted for e, m in zip(eta, column.numbers, strict=True)]
    if not problem.logistic:
        return State(list(map(mul, problem.weight, eta)), bits, 0, [])
    eta = [e >> (bits - BITS) for e in eta]
    slopes = (sigmoid(e, BITS) - (y << BITS) for e, y in zip(eta, problem.labels, strict=True))
    return State(list(map(mul, problem.weight, slopes)), BITS, SIGMOID_ERROR, eta)


def slope(problem: ExactProblem, column: Column, state: State) -> Fraction:
    """``sum_i w_i xhat_i l'_i`` of a scaled column."""
    return Fraction(sum(map(mul, column.numbers, state.pulled)), problem.total << (state.bits + column.bits))


def residual(problem: ExactProblem, column: Column, sign: int, weight: int, state: State) -> int:
    """The slope of the objective along an active column in units of ``2^-BITS``, off by at most 3 and the state's."""
    total = sum(map(mul, column.numbers, state.pulled))
    loss: int = (total << BITS) // (problem.total << (state.bits + column.bits))
    ridge: int = column.ridge.numerator * weight // column.ridge.denominator
    return loss + sign * fixed(column.toll) + ridge


def gram(problem: ExactProblem, columns: Sequence[Column], eta: Sequence[int]) -> list[list[int]]:
    """``Z' diag(w q) Z + diag(l2)`` in units of ``2^-BITS``, rounded down, with q at most the curvatures at `eta`."""
    weight, shift = curvature_weights(problem, eta)
    out = [[0] * len(columns) for _ in columns]
    for i, left in enumerate(columns):
        carried = list(map(mul, left.numbers, weight))
        for k, right in enumerate(columns[: i + 1]):
            entry = sum(map(mul, carried, right.numbers)) << BITS
            out[i][k] = out[k][i] = entry // (problem.total << (shift + left.bits + right.bits))
        out[i][i] += fixed(left.ridge)
    return out


def curvature_weights(problem: ExactProblem, eta: Sequence[int]) -> tuple[list[int], int]:
    """Integers ``s_i q_i 2^shift`` and the shift, where ``q_i <= (1 - 2^-20) l''(eta_i)``, 1 for squared loss."""
    if not problem.logistic:
        return problem.weight, 0
    unit = 1 << BITS
    floats = np.array([max(min(e, 800 * unit), -800 * unit) / unit for e in eta])
    e = np.exp(-np.abs(floats))
    q = np.where(e > 1e-290, e / (1.0 + e) ** 2, 0.0) * (1.0 - 2.0**-HALF_STEP)
    top = int(np.frexp(np.max(q))[1])
    whole = [int(v) for v in np.ldexp(q, 120 - top).tolist()]
    return list(map(mul, problem.weight, whole)), 120 - top


def moved(before: Sequence[int], after: Sequence[int]) -> int:
    """The largest change of the predictor."""
    return max((abs(a - b) for a, b in zip(before, after, strict=True)), default=0)


def fixed(value: Fraction) -> int:
    """A rational in units of ``2^-BITS``, rounded down."""
    return (value.numerator << BITS) // value.denominator
