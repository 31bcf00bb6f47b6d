"""How near the zeros are to another target, and whether the support can be trusted.

Both use the support's own system ``H = X_A' W X_A + diag(l2_A)``, with ``A`` the non-zero and unpenalised columns,
``W`` the row weights times the loss's curvature at the fit, and columns centred under ``W`` with an intercept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations.blocks import blocks
from whyzero.explanations.null_model import balanced, unpenalised
from whyzero.solution import Solution

__all__ = ["irrepresentability", "radii"]

Array = NDArray[np.float64]

_SINGULAR = 1e-10
_VANISHED = 1e-200
_MOST_SUPPORT = 1000
_RADIUS_BUDGET = 5e8


@dataclass(frozen=True, eq=False)
class _Support:
    """Columns ``A`` of a fit, centred, and the inverse of their system.

    Attributes
    ----------
    index : ndarray of int and shape (k,)
        ``A``.
    columns : ndarray of shape (n, k)
        Centred where there is an intercept.
    inverse : ndarray of shape (k, k)
        Of ``X_A' W X_A + diag(l2_A)``, or without the second part.
    weight : ndarray of shape (n,)
        Diagonal of ``W``.
    """

    index: NDArray[np.intp]
    columns: Array
    inverse: Array
    weight: Array


def irrepresentability(solution: Solution) -> Array | None:
    r"""``|x_j' W X_A (X_A' W X_A)^-1 (l1_A s_A)| / l1_j`` of every zero, Eq. (94); NaN for the other columns.

    Where no weight may be negative it is that number without ``|.|``, Eq. (95): only a pull upwards hinders. With equal
    tolls this is the index of Zhao and Yu (JMLR 7, 2006), taken at the *estimated* support: above 1 for some j, a
    support like this one is not what the lasso would choose if it were the truth. A diagnostic, no test.
    None where there is no toll, no non-zero penalised weight, or no unique answer on the support.
    """
    problem = solution.problem
    l1 = problem.penalty.l1(solution.alpha)
    if problem.penalty.l1_ratio == 0 or not np.any(solution.coef[~unpenalised(problem)]):
        return None
    support = _support(solution, np.zeros(problem.n_cols))
    if support is None:
        return None
    toll = np.where(unpenalised(problem), 0.0, l1)[support.index] * np.sign(solution.coef[support.index])
    row = support.weight * (support.columns @ (support.inverse @ toll))
    asked = (solution.coef == 0) & ~problem.structural & (l1 > 0)
    found = np.full(problem.n_cols, np.nan)
    found[asked] = problem.penalty.reach(problem.design.dot(row))[asked] / l1[asked]
    return found


def radii(solution: Solution) -> Array | None:
    """How far y must move, in Euclidean length, before this weight's sign or zero changes; NaN where nothing does.

    Within the polyhedron of targets that give the current signs (Lee, Sun, Sun and Taylor, AoS 44, 2016): so the
    smallest of them holds for all weights at once. Squared loss only, and 0 for a ridge zero; None for other losses,
    where the support's system has no inverse, and where it would cost too much.
    """
    problem, coef = solution.problem, solution.coef
    k = int(np.count_nonzero(coef))
    if problem.loss.name != "squared" or float(problem.n_rows) * problem.n_cols * (k + 1) > _RADIUS_BUDGET:
        return None
    support = _support(solution, problem.penalty.l2(solution.alpha))
    if support is None:
        return None
    weight, l1 = support.weight, problem.penalty.l1(solution.alpha)
    centre = problem.column_mean if problem.fit_intercept else np.zeros(problem.n_cols)
    slope = weight * problem.loss.gradient(problem.y, problem.eta(coef, solution.intercept))
    found = np.full(problem.n_cols, np.nan)
    zeros = np.flatnonzero((coef == 0) & ~problem.structural & ~balanced(problem, coef))
    for block in blocks(problem.n_rows, zeros):
        columns = (problem.design.columns(block) - centre[block]) * weight[:, None]
        moved = weight[:, None] * (support.columns @ (support.inverse @ (support.columns.T @ columns)))
        length = np.sqrt(np.sum((columns - moved) ** 2, axis=0))
        pull = centre[block] * slope.sum() - slope @ problem.design.columns(block)
        room = l1[block] - problem.penalty.reach(pull)
        found[block] = np.where(length > 0, np.maximum(room, 0.0) / np.where(length > 0, length, 1.0), np.inf)
    answer = weight[:, None] * (support.columns @ support.inverse)
    distance = np.abs(coef[support.index]) / np.sqrt(np.sum(answer**2, axis=0))
    bounded = problem.penalty.positive | ~unpenalised(problem)[support.index]
    found[support.index[bounded]] = distance[bounded]
    return found


def _support(solution: Solution, l2: Array) -> _Support | None:
    """The support's system with ridge strengths `l2`; None if it is too large or (nearly) singular."""
    problem, coef = solution.problem, solution.coef
    index = np.flatnonzero((coef != 0) | balanced(problem, coef))
    if len(index) > min(_MOST_SUPPORT, problem.n_rows):
        return None
    curvature = problem.loss.hessian(problem.y, problem.eta(coef, solution.intercept))
    weight = problem.weight * curvature
    columns = problem.design.columns(index)
    if problem.fit_intercept:
        if weight.sum() <= _VANISHED:  # every row is decided: nothing bends any more
            return None
        columns = columns - (weight @ columns) / weight.sum()
    gram = columns.T @ (columns * weight[:, None]) + np.diag(l2[index])
    size = np.sqrt(np.diag(gram))
    if not np.all((size > 0) & np.isfinite(size)):
        return None
    scaled = gram / size[:, None] / size
    values, vectors = np.linalg.eigh(scaled)
    if len(values) and values[0] <= _SINGULAR * values[-1]:
        return None
    inverse = (vectors / values) @ vectors.T / size[:, None] / size
    return _Support(index, columns, inverse, weight)
