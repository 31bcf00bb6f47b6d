"""Every vertex of the set of optimal solutions of a tiny squared-loss problem, by trying all supports and signs.

An optimal weight vector whose columns in use are independent is a vertex; if penalties are positive, the optimal
solutions are the convex hull of the vertices. So the least and the largest weight of a column over all vertices are
those over all optimal solutions. Rational numbers throughout; it shares no code with the library.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from oracle.rational import ExactProblem, ExactSolver, eliminate

ZERO = Fraction(0)


def ranges(problem: ExactProblem) -> list[tuple[Fraction, Fraction]]:
    """The range of every weight over all optimal solutions; every column that takes part must have a toll."""
    solver = ExactSolver(problem)
    assert all(solver.toll(j) > 0 for j in solver.used)
    vertices = []
    for pattern in product((-1, 0, 1), repeat=len(solver.used)):
        sign = {j: s for j, s in zip(solver.used, pattern, strict=True) if s}
        active = list(sign)
        matrix = [[solver.h[i][j] for j in active] for i in active]
        solution, null = eliminate(matrix, [solver.q[j] - solver.toll(j) * sign[j] for j in active])
        if solution is None or null is not None:
            continue
        coef = [ZERO] * len(solver.q)
        for j, value in zip(active, solution, strict=True):
            coef[j] = value
        gradient = solver.gradient(coef)
        inside = all(abs(gradient[j]) <= solver.toll(j) for j in solver.used if j not in sign)
        if inside and all(coef[j] * sign[j] > 0 for j in active):
            vertices.append(coef)
    assert vertices
    return [(min(values), max(values)) for values in zip(*vertices, strict=True)]
