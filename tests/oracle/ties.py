"""Whether two supports differ only where the optimum itself is on a boundary."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from oracle.enclosure import enclose
from oracle.generator import Case
from oracle.rational import ExactSolution, ExactSolver

_NEAR = Fraction(1, 10**9)


def slack(solver: ExactSolver, exact: ExactSolution, j: int) -> Fraction:
    """How far a column that takes part is from its boundary, in units of its pull."""
    return solver.h[j][j] * abs(exact.coef[j]) if exact.coef[j] else solver.toll(j) - abs(exact.gradient[j])


def tied(case: Case, loss: str, first: np.ndarray, second: np.ndarray) -> bool:
    """Whether every column in which two supports differ is within 1e-9 of its boundary, or the optimum not unique."""
    differing = [int(j) for j in np.flatnonzero((first != 0.0) != (second != 0.0))]
    if loss == "squared":
        solver = ExactSolver(case.exact())
        exact = solver.solve(first)
        return not exact.unique or all(slack(solver, exact, j) <= _NEAR * solver.toll(j) for j in differing)
    problem = case.exact()
    found = enclose(problem, loss, [float(v) for v in first], 0.0)
    if found is None:
        return True
    unit = np.abs(case.x).max(axis=0)
    largest = max(float(abs(value).mid) * u for value, u in zip(found.coef, unit, strict=True))
    return all(
        float(abs(found.coef[j]).mid) * unit[j] <= 1e-9 * largest
        if found.signs[j]
        else float((found.pull[j] / float(problem.l1[j] or 1)).b) >= 1 - 1e-9
        for j in differing
    )
