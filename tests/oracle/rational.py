"""O1: the exact optimum of a squared-loss problem in rational arithmetic.

Every stored float is a rational number, so the problem

    minimise (1/2S) sum_i s_i (y_i - o_i - b0 - x_i'b)^2 + sum_j (l1_j |b_j| + l2_j b_j^2 / 2)

is solved here with no rounding at all: a primal active-set method on `fractions.Fraction`, whose linear
systems are eliminated fraction-free on Python integers (Bareiss). It shares no code with the library. With
`positive` the minimum is over ``b_j >= 0``.
It is meant for n, p <= 60.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

Rational = Fraction
Vector = list[Fraction]
Matrix = list[list[Fraction]]
ZERO = Fraction(0)


@dataclass(frozen=True)
class ExactProblem:
    """A squared-loss problem in rationals; ``l1[j] is None`` excludes column j, `positive` forbids ``b_j < 0``."""

    x: Matrix  # rows
    y: Vector
    weight: Vector  # s_i / S
    offset: Vector
    l1: list[Fraction | None]
    l2: Vector
    fit_intercept: bool
    positive: bool = False


@dataclass(frozen=True)
class ExactSolution:
    """One exact optimum; `gradient` (the same for every optimum) decides what all optima share.

    ``unique`` is True when the Hessian on the columns with ``|gradient| == l1`` (with `positive` ``-gradient``) is
    regular.
    """

    coef: Vector
    intercept: Fraction
    gradient: Vector
    objective: Fraction
    unique: bool
    eta: Vector


def rationals(values: Sequence[float] | np.ndarray) -> Vector:
    """The stored floats as exact rationals."""
    return [Fraction(float(v)) for v in values]


def exact_problem(
    x: np.ndarray,
    y: np.ndarray,
    *,
    alpha: float,
    l1_ratio: float = 1.0,
    factor: np.ndarray | None = None,
    scale: np.ndarray | None = None,
    sample_weight: np.ndarray | None = None,
    offset: np.ndarray | None = None,
    fit_intercept: bool = True,
    positive: bool = False,
) -> ExactProblem:
    """Read a problem on stored floats; the tolls are exact products of stored floats."""
    n, p = x.shape
    s = rationals(np.ones(n) if sample_weight is None else sample_weight)
    total = sum(s, ZERO)
    a, rho = Fraction(float(alpha)), Fraction(float(l1_ratio))
    v = np.ones(p) if factor is None else np.asarray(factor, dtype=float)
    sigma = rationals(np.ones(p) if scale is None else scale)
    excluded = np.isinf(v)
    vs = [ZERO if out else Fraction(float(f)) for f, out in zip(v, excluded, strict=True)]
    return ExactProblem(
        x=[rationals(row) for row in x],
        y=rationals(y),
        weight=[w / total for w in s],
        offset=rationals(np.zeros(n) if offset is None else offset),
        l1=[None if out else a * rho * f * g for f, g, out in zip(vs, sigma, excluded, strict=True)],
        l2=[a * (1 - rho) * f * g * g for f, g in zip(vs, sigma, strict=True)],
        fit_intercept=fit_intercept,
        positive=positive,
    )


def eliminate(matrix: Matrix, right: Vector) -> tuple[Vector | None, Vector | None]:
    """Solve ``matrix @ x = right`` exactly.

    Returns
    -------
    (solution, null) : the first is None when the system has no solution; the second is a non-zero null
    vector of a singular matrix (then the solution is one of many), None for a regular one.
    """
    k = len(right)
    rows: list[list[int]] = []
    for line, value in zip(matrix, right, strict=True):
        scale = lcm(value.denominator, *(e.denominator for e in line)) if line else value.denominator
        rows.append([int(e * scale) for e in line] + [int(value * scale)])
    pivots: list[int] = []
    previous, r = 1, 0
    for c in range(k):
        best = next((i for i in range(r, k) if rows[i][c] != 0), None)
        if best is None:
            continue
        rows[r], rows[best] = rows[best], rows[r]
        pivot = rows[r]
        for i in range(r + 1, k):
            factor = rows[i][c]
            rows[i] = [(pivot[c] * e - factor * q) // previous for e, q in zip(rows[i], pivot, strict=True)]
        previous = pivot[c]
        pivots.append(c)
        r += 1
    consistent = all(rows[i][k] == 0 for i in range(r, k))
    free = [c for c in range(k) if c not in pivots]
    solution = back_substitute(rows, pivots, k, {}, homogeneous=False) if consistent else None
    null = back_substitute(rows, pivots, k, {free[0]: Fraction(1)}, homogeneous=True) if free else None
    return solution, null


def back_substitute(
    rows: list[list[int]], pivots: list[int], k: int, fixed: dict[int, Fraction], *, homogeneous: bool
) -> Vector:
    """Solve an echelon form with the free unknowns set to `fixed` (0 where absent)."""
    out = [fixed.get(c, ZERO) for c in range(k)]
    for r in range(len(pivots) - 1, -1, -1):
        c, line = pivots[r], rows[r]
        rest = sum((line[j] * out[j] for j in range(c + 1, k)), ZERO)
        out[c] = ((0 if homogeneous else line[k]) - rest) / line[c]
    return out


class ExactSolver:
    """The quadratic form of a problem with the intercept eliminated, and the active-set method on it."""

    def __init__(self, problem: ExactProblem) -> None:
        self.problem = problem
        n, p = len(problem.x), len(problem.l1)
        w = problem.weight
        target = [a - o for a, o in zip(problem.y, problem.offset, strict=True)]
        columns = [[problem.x[i][j] for i in range(n)] for j in range(p)]
        self.mean = [dot(w, c) if problem.fit_intercept else ZERO for c in columns]
        self.target_mean = dot(w, target) if problem.fit_intercept else ZERO
        z = [[e - m for e in c] for c, m in zip(columns, self.mean, strict=True)]
        t = [e - self.target_mean for e in target]
        self.used = [
            j for j in range(p) if problem.l1[j] is not None and any(e != 0 for e, q in zip(z[j], w, strict=True) if q)
        ]
        weighted = [[e * q for e, q in zip(c, w, strict=True)] for c in z]
        self.h = [[dot(weighted[i], z[j]) + (problem.l2[i] if i == j else 0) for j in range(p)] for i in range(p)]
        self.q = [dot(weighted[j], t) for j in range(p)]

    def gradient(self, coef: Vector) -> Vector:
        """Derivative of the smooth part, l2 included, at every column."""
        live = [j for j, b in enumerate(coef) if b != 0]
        return [sum((row[j] * coef[j] for j in live), -q) for row, q in zip(self.h, self.q, strict=True)]

    def solve(self, start: Sequence[float] | None = None, max_steps: int = 1000) -> ExactSolution:
        """Run the active-set method from `start` (any point: its signs are the first guess)."""
        p = len(self.q)
        coef = [ZERO] * p
        for j in self.used:
            if start is not None and np.isfinite(start[j]) and (start[j] > 0 or not self.problem.positive):
                coef[j] = Fraction(float(start[j]))
        free = {j: 0 for j in self.used if self.problem.l1[j] == 0 and not self.problem.positive}
        sign = {j: (1 if coef[j] > 0 else -1) for j in self.used if coef[j] != 0 and j not in free} | free
        for _ in range(max_steps):
            if self.step(coef, sign):
                continue
            grad = self.gradient(coef)
            excess = {j: self.pull(grad[j]) - self.toll(j) for j in self.used if j not in sign}
            worst = max(excess, key=lambda j: excess[j] / (self.toll(j) or 1), default=None)
            if worst is None or excess[worst] <= 0:
                return self.finish(coef)
            sign[worst] = -1 if grad[worst] > 0 else 1
        raise RuntimeError(f"the exact active-set method did not end in {max_steps} steps")

    def pull(self, slope: Fraction) -> Fraction:
        """How far a slope pulls a zero towards a weight that it may have."""
        return -slope if self.problem.positive else abs(slope)

    def toll(self, j: int) -> Fraction:
        """The l1 of a column that is not excluded."""
        value = self.problem.l1[j]
        assert value is not None
        return value

    def step(self, coef: Vector, sign: dict[int, int]) -> bool:
        """Move towards the optimum of the active face; True when a coordinate left, so another step is due."""
        active = sorted(sign)
        if not active:
            return False
        grad = self.gradient(coef)
        right = [-(grad[j] + self.toll(j) * sign[j]) for j in active]
        move, null = eliminate([[self.h[i][j] for j in active] for i in active], right)
        limit: Fraction | None = Fraction(1)
        if move is None:
            assert null is not None
            downhill = dot(null, right)
            assert downhill != 0, "the null direction must change the objective of an inconsistent face"
            move, limit = ([d if downhill > 0 else -d for d in null]), None
        leaving = None
        for j, d in zip(active, move, strict=True):
            if sign[j] != 0 and d * sign[j] < 0:
                room = -coef[j] / d
                if limit is None or room < limit:
                    limit, leaving = room, j
        assert limit is not None, "the objective is bounded below"
        for j, d in zip(active, move, strict=True):
            coef[j] += limit * d
        if leaving is not None:
            coef[leaving] = ZERO
            del sign[leaving]
        return leaving is not None

    def finish(self, coef: Vector) -> ExactSolution:
        """Collect the optimum, its loss gradient and whether it is the only one."""
        problem = self.problem
        grad = self.gradient(coef)
        intercept = self.target_mean - dot(self.mean, coef)
        equal = [j for j in self.used if self.pull(grad[j]) == self.toll(j)]
        equal += [j for j in self.used if coef[j] != 0 and j not in equal]
        _, null = eliminate([[self.h[i][j] for j in equal] for i in equal], [ZERO] * len(equal))
        eta = [dot(row, coef) + intercept + o for row, o in zip(problem.x, problem.offset, strict=True)]
        return ExactSolution(
            coef=coef,
            intercept=intercept,
            gradient=[g - l2 * b for g, l2, b in zip(grad, problem.l2, coef, strict=True)],
            objective=objective(problem, coef, eta),
            unique=null is None,
            eta=eta,
        )


def solve_exactly(problem: ExactProblem, start: Sequence[float] | None = None) -> ExactSolution:
    """The exact optimum; `start` is any approximate solution (its signs save steps)."""
    return ExactSolver(problem).solve(start)


def objective(problem: ExactProblem, coef: Vector, eta: Vector) -> Fraction:
    """The exact objective; an excluded column must have coefficient 0."""
    loss = sum((w * (a - e) ** 2 for w, a, e in zip(problem.weight, problem.y, eta, strict=True)), ZERO) / 2
    penalty = sum(
        ((l1 or ZERO) * abs(b) + l2 * b * b / 2 for l1, l2, b in zip(problem.l1, problem.l2, coef, strict=True)), ZERO
    )
    return loss + penalty


def objective_at(problem: ExactProblem, coef: Sequence[float], intercept: float) -> Fraction:
    """The exact objective of floating-point coefficients."""
    b, b0 = rationals(list(coef)), Fraction(float(intercept))
    eta = [dot(row, b) + b0 + o for row, o in zip(problem.x, problem.offset, strict=True)]
    return objective(problem, b, eta)


def alpha_max(problem: ExactProblem, factor_scale: Vector) -> Fraction:
    """``max_j |c_j| / (v_j sigma_j)`` at the null model with free columns fitted (l1_ratio 1)."""
    solver = ExactSolver(problem)
    free = {j: 0 for j in solver.used if problem.l1[j] == 0}
    coef = [ZERO] * len(solver.q)
    solver.step(coef, free)
    grad = solver.gradient(coef)
    ratios = [abs(grad[j]) / factor_scale[j] for j in solver.used if j not in free and factor_scale[j] != 0]
    return max(ratios, default=ZERO)


def dot(a: Vector, b: Vector) -> Fraction:
    """Exact inner product."""
    return sum((u * v for u, v in zip(a, b, strict=True)), ZERO)
