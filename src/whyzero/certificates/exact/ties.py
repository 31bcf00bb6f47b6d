"""Squared loss where digits do not suffice: the optimum as rational numbers, and which weights all optima share.

A pull that equals its toll exactly can only be told from one that nearly does in rational arithmetic. Systems are
eliminated without fractions on integers (Bareiss 1968).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from whyzero.certificates.exact.integers import INTERCEPT, ExactProblem

__all__ = ["MOST_TIED", "Rational", "resolve"]

MOST_TIED = 80
MOST_STEPS = 100


@dataclass(frozen=True, eq=False)
class Rational:
    """The exact optimum, and what all optima share.

    Attributes
    ----------
    point : dict of int to Fraction
        One optimal solution: weights of the scaled columns.
    weight : dict of int to Fraction
        Those that are the same in every optimal solution.
    tied : list of int
        Columns whose pull is their toll exactly and whose weight may differ between optimal solutions.
    pulls : dict of int to Fraction
        ``|c_j|`` of the scaled columns in question; ``-c_j`` where no weight may be negative.
    """

    point: dict[int, Fraction]
    weight: dict[int, Fraction]
    tied: list[int]
    pulls: dict[int, Fraction]


def resolve(problem: ExactProblem, support: dict[int, int], near: list[int]) -> Rational | None:
    """Decide every column of the support and of `near` in rational arithmetic, Eq. (137); None after too many steps.

    Parameters
    ----------
    support : dict
        Columns with the signs at which they are held, 0 for those that are not; the intercept included.
    near : list of int
        Columns outside that may have a weight in some optimal solution. All others have none.
    """
    order = [*support, *near]
    matrix, right = normal_equations(problem, order)
    toll = [problem.column(j).toll for j in order]
    ridge = [problem.column(j).ridge for j in order]
    sign = {i: support[j] for i, j in enumerate(order) if j in support}
    weight = [Fraction(0)] * len(order)
    for _ in range(MOST_STEPS):
        slope = [
            sum((h * t for h, t in zip(line, weight, strict=True) if t), -q)
            for line, q in zip(matrix, right, strict=True)
        ]
        if not face_step(
            matrix, [-c - u * sign.get(i, 0) for i, (c, u) in enumerate(zip(slope, toll, strict=True))], sign, weight
        ):
            excess = {i: problem.reach(c) - toll[i] for i, c in enumerate(slope) if i not in sign}
            worst = max(excess, key=lambda i: excess[i], default=None)
            if worst is None or excess[worst] <= 0:
                break
            sign[worst] = problem.sign(order[worst], -slope[worst])
    else:
        return None
    equal = [i for i in range(len(order)) if problem.reach(slope[i]) == toll[i]]
    shared = determined([[matrix[i][k] for k in equal] for i in equal])
    found = {order[i]: weight[i] for i, same in zip(equal, shared, strict=True) if same}
    found |= {j: Fraction(0) for i, j in enumerate(order) if i not in equal}
    tied = [order[i] for i, same in zip(equal, shared, strict=True) if not same and order[i] != INTERCEPT]
    pulls = {j: problem.reach(slope[i] - ridge[i] * weight[i]) for i, j in enumerate(order)}
    return Rational(dict(zip(order, weight, strict=True)), found, tied, pulls)


def face_step(
    matrix: list[list[Fraction]], right: list[Fraction], sign: dict[int, int], weight: list[Fraction]
) -> bool:
    """Move `weight` towards the optimum of the face of `sign`; False if it is there already.

    `right` is the negative slope of the objective on the face. A weight that reaches zero on the way leaves the face.
    """
    active = sorted(sign)
    if not any(right[i] for i in active):
        return False
    move, limit = direction([[*(matrix[i][k] for k in active), right[i]] for i in active])
    rooms = {i: -weight[i] / d for i, d in zip(active, move, strict=True) if sign[i] and d * sign[i] < 0}
    leaving = min(rooms, key=lambda i: rooms[i], default=None)
    if leaving is not None and (limit is None or rooms[leaving] < limit):
        limit = rooms[leaving]
    else:
        leaving = None
    assert limit is not None, "the objective is bounded below"
    for i, d in zip(active, move, strict=True):
        weight[i] += limit * d
    if leaving is not None:
        weight[leaving] = Fraction(0)
        del sign[leaving]
    return True


def direction(system: list[list[Fraction]]) -> tuple[list[Fraction], Fraction | None]:
    """The step that solves ``H d = r``, of length 1; if there is none, a null vector of H downhill, of any length."""
    k = len(system)
    rows, pivots = eliminate(system, k)
    move = [Fraction(0)] * k
    if not any(row[k] for row in rows[len(pivots) :]):
        for row, c in zip(rows, pivots, strict=False):
            move[c] = Fraction(row[k], row[c])
        return move, Fraction(1)
    for free in (c for c in range(k) if c not in pivots):
        null = [Fraction(int(c == free)) for c in range(k)]
        for row, c in zip(rows, pivots, strict=False):
            null[c] = Fraction(-row[free], row[c])
        downhill = sum((d * line[k] for d, line in zip(null, system, strict=True)), Fraction(0))
        if downhill:
            return [d if downhill > 0 else -d for d in null], None
    raise AssertionError("a symmetric system without solution has a null vector along which its right side is not zero")


def normal_equations(problem: ExactProblem, order: list[int]) -> tuple[list[list[Fraction]], list[Fraction]]:
    """``Z' diag(w) Z + diag(l2)`` and ``Z' diag(w) (y - o)`` of scaled columns, exactly."""
    columns = [problem.column(j) for j in order]
    matrix = [[Fraction(0)] * len(order) for _ in order]
    for i, left in enumerate(columns):
        for k, right in enumerate(columns[: i + 1]):
            entry = Fraction(problem.product(left, right, problem.weight), problem.total << (left.bits + right.bits))
            matrix[i][k] = matrix[k][i] = entry
        matrix[i][i] += left.ridge
    weighted = [-s * e for s, e in zip(problem.weight, problem.known, strict=True)]
    unit = problem.total << problem.known_bits
    right_side = [
        Fraction(sum(m * e for m, e in zip(c.numbers, weighted, strict=True)), unit << c.bits) for c in columns
    ]
    return matrix, right_side


def eliminate(system: list[list[Fraction]], width: int) -> tuple[list[list[int]], list[int]]:
    """Reduce rows to integers that are zero above and below the pivots of the first `width` columns.

    Returns the rows, those with pivots first, and the columns of the pivots.
    """
    rows: list[list[int]] = []
    for fractions in system:
        unit = lcm(*(e.denominator for e in fractions))
        rows.append([int(e * unit) for e in fractions])
    previous, pivots = 1, list[int]()
    for c in range(width):
        r = len(pivots)
        best = next((i for i in range(r, len(rows)) if rows[i][c]), None)
        if best is None:
            continue
        rows[r], rows[best] = rows[best], rows[r]
        line = rows[r]
        pivot = line[c]
        for i, row in enumerate(rows):
            if i != r:
                factor = row[c]
                rows[i] = [(pivot * e - factor * q) // previous for e, q in zip(row, line, strict=True)]
        previous = pivot
        pivots.append(c)
    return rows, pivots


def determined(matrix: list[list[Fraction]]) -> list[bool]:
    """For each unknown whether every null vector of the matrix is zero there."""
    k = len(matrix)
    rows, pivots = eliminate([list(line) for line in matrix], k) if k else ([], [])
    free = [c for c in range(k) if c not in pivots]
    return [c in pivots and not any(rows[pivots.index(c)][f] for f in free) for c in range(k)]
