"""Columns that carry the same information: equal to one another, or each other's mirror image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.problem import Problem

__all__ = ["Twins", "find_twins", "sharers"]

_CLOSE = 1e-9
_MOST_COLUMNS = 2000


@dataclass(frozen=True)
class Twins:
    """Pairs of columns, each pair as (position of the earlier, position of the later).

    Attributes
    ----------
    equal : tuple of (int, int)
        The columns are equal in every row.
    mirrored : tuple of (int, int)
        The sum of the columns is the same number in every row; listed with an intercept only, which makes
        one the negative of the other, and not where no weight may be negative: there none can stand in for the other.
    complete : bool
        False where there were too many candidates to compare them all.
    """

    equal: tuple[tuple[int, int], ...]
    mirrored: tuple[tuple[int, int], ...]
    complete: bool


def find_twins(problem: Problem) -> Twins:
    """Find twins among the columns that are not constant.

    Candidates have nearly equal standard deviations and, up to sign, nearly equal covariances with a fixed
    random direction. Only they are compared, exactly, each with the first of its group, and at most 2000 of them.
    """
    usable = np.flatnonzero(~problem.structural & (problem.column_sd > 0))
    sd = problem.column_sd[usable]
    order = usable[np.argsort(sd, kind="stable")]
    groups = [group for group in _groups(problem, order) if len(group) > 1]
    equal: list[tuple[int, int]] = []
    mirrored: list[tuple[int, int]] = []
    looked_at = 0
    for group in groups:
        looked_at += len(group)
        if looked_at > _MOST_COLUMNS:
            return Twins(tuple(sorted(equal)), tuple(sorted(mirrored)), complete=False)
        _compare(problem, np.sort(group), equal, mirrored)
    return Twins(tuple(sorted(equal)), tuple(sorted(mirrored)), complete=True)


def sharers(problem: Problem, twins: Twins, coef: NDArray[np.float64]) -> dict[int, tuple[int, ...]]:
    """For each column the others with which it can share its weight at no cost: then several fits are best.

    Equal or mirrored columns with equal tolls can pass weight to one another under L1, as long as there is any:
    ``|b + c| + |b' - c|`` does not depend on ``c`` between 0 and ``b'``. An L2 part makes sharing equally the
    one best way, and of unequal tolls only the smallest is paid.
    """
    if problem.penalty.l1_ratio < 1:
        return {}
    toll = problem.penalty.l1(1.0)
    groups: dict[int, list[int]] = {}
    for first, other in (*twins.equal, *twins.mirrored):
        groups.setdefault(first, [first]).append(other)
    found: dict[int, tuple[int, ...]] = {}
    for group in groups.values():
        cheapest = [j for j in group if np.isclose(toll[j], min(toll[k] for k in group), rtol=_CLOSE, atol=0)]
        if len(cheapest) > 1 and any(coef[j] != 0 for j in cheapest):
            found |= {j: tuple(k for k in cheapest if k != j) for j in cheapest}
    return found


def _groups(problem: Problem, order: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Runs of nearly equal standard deviation, and within them of nearly equal |covariance with a fixed direction|."""
    direction = np.random.default_rng(0).standard_normal(problem.n_rows)
    direction -= problem.weight @ direction
    trace = np.abs(problem.design.dot(problem.weight * direction))
    size = np.sqrt(problem.column_mean**2 + problem.column_sd**2)
    found: list[NDArray[np.intp]] = []
    for run in _runs(order, problem.column_sd, problem.column_sd):
        by_trace = run[np.argsort(trace[run], kind="stable")]
        found.extend(_runs(by_trace, trace, size))
    return found


def _runs(order: NDArray[np.intp], value: NDArray[np.float64], scale: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """Split `order`, sorted by `value`, where neighbours differ by more than a tiny share of `scale`."""
    if len(order) == 0:
        return []
    gap = np.diff(value[order]) > _CLOSE * np.maximum(scale[order[1:]], scale[order[:-1]])
    return list(np.split(order, np.flatnonzero(gap) + 1))


def _compare(
    problem: Problem, group: NDArray[np.intp], equal: list[tuple[int, int]], mirrored: list[tuple[int, int]]
) -> None:
    left = group
    while len(left) > 1:
        first = problem.design.columns(left[:1])[:, 0]
        others = []
        for k in left[1:]:
            column = problem.design.columns(np.array([k]))[:, 0]
            if np.array_equal(column, first):
                equal.append((int(left[0]), int(k)))
            elif problem.fit_intercept and not problem.penalty.positive and np.ptp(column + first) == 0:
                mirrored.append((int(left[0]), int(k)))
            else:
                others.append(k)
        left = np.array(others, dtype=np.intp)
