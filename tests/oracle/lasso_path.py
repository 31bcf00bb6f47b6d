"""The exact lasso path of a tiny problem, by trying every support with every choice of signs.

On a support A with signs s the weights are ``H_AA^-1 (q_A - alpha t_A s_A)``, linear in alpha; they are the optimum
where their signs are s and every other column has ``|c_j| <= alpha t_j``: an interval of alpha, in rationals.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

from oracle.rational import ExactProblem, ExactSolver, Vector, eliminate

ZERO = Fraction(0)


@dataclass(frozen=True)
class Segment:
    """The optimum for ``low < alpha < high`` (None: no end) has exactly the weights `support` different from zero."""

    low: Fraction
    high: Fraction | None
    support: tuple[int, ...]


def exact_path(problem: ExactProblem) -> list[Segment]:
    """All segments of positive length, the largest alphas first; tolls of `problem` are those at alpha = 1."""
    solver = ExactSolver(problem)
    found = []
    allowed = (1,) if problem.positive else (1, -1)
    for size in range(len(solver.used) + 1):
        for support in combinations(solver.used, size):
            for signs in product(allowed, repeat=size):
                segment = segment_of(solver, support, signs)
                if segment is not None:
                    found.append(segment)
    return sorted(found, key=lambda segment: segment.low, reverse=True)


def segment_of(solver: ExactSolver, support: tuple[int, ...], signs: tuple[int, ...]) -> Segment | None:
    """Where the optimum has this support and these signs; None if nowhere on an interval."""
    gram = [[solver.h[i][j] for j in support] for i in support]
    start, null = eliminate(gram, [solver.q[j] for j in support])
    slope, _ = eliminate(gram, [solver.toll(j) * s for j, s in zip(support, signs, strict=True)])
    if start is None or slope is None or null is not None:
        return None
    low, high = ZERO, None
    for a, b in conditions(solver, support, signs, start, slope):  # a + alpha b >= 0
        if b > 0:
            low = max(low, -a / b)
        elif b < 0:
            high = -a / b if high is None else min(high, -a / b)
        elif a < 0:
            return None
    return None if high is not None and high <= low else Segment(low, high, support)


def conditions(
    solver: ExactSolver, support: tuple[int, ...], signs: tuple[int, ...], start: Vector, slope: Vector
) -> list[tuple[Fraction, Fraction]]:
    """Pairs (a, b) with ``a + alpha b >= 0``: the signs hold, and no other column pulls more than its toll."""
    found = [(u * s, -w * s) for u, w, s in zip(start, slope, signs, strict=True)]
    for j in solver.used:
        if j not in support:
            constant = sum((solver.h[j][k] * u for k, u in zip(support, start, strict=True)), -solver.q[j])
            linear = -sum((solver.h[j][k] * w for k, w in zip(support, slope, strict=True)), ZERO)
            sides = (1,) if solver.problem.positive else (1, -1)  # c_j + toll >= 0 is what holds a weight from above
            found += [(sign * constant, solver.toll(j) + sign * linear) for sign in sides]
    return found
