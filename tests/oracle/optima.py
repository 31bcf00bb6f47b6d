"""The exact range of a weight over all optima of a squared-loss problem, by trying every basic solution."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from oracle.rational import ExactSolution, ExactSolver, dot, eliminate


def exact_range(solver: ExactSolver, exact: ExactSolution, j: int) -> tuple[Fraction, Fraction]:
    """Smallest and largest weight of column j over all optima, from all basic solutions of the optimal face.

    Columns with ``|gradient| = l1`` (``-gradient`` where no weight may be negative) and the fit fixed; a vertex of the
    face has independent columns in use.
    """
    face = [k for k in solver.used if solver.pull(exact.gradient[k]) == solver.toll(k)]
    image = [dot([row[k] for k in face], [exact.coef[k] for k in face]) for row in solver.h]
    found = []
    for size in range(len(face) + 1):
        for chosen in combinations(face, size):
            weights, null = eliminate([[solver.h[i][k] for k in chosen] for i in chosen], [image[i] for i in chosen])
            if weights is None or null is not None:
                continue
            fits = all(
                dot([row[k] for k in chosen], weights) == value for row, value in zip(solver.h, image, strict=True)
            )
            allowed = all(b >= 0 for b in weights) or not solver.problem.positive
            if fits and allowed and all(b * exact.gradient[k] <= 0 for k, b in zip(chosen, weights, strict=True)):
                found.append(dict(zip(chosen, weights, strict=True)).get(j, Fraction(0)))
    return min(found), max(found)
