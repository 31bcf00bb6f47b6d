"""The compiled core, as the solvers ask it: X in place, the rest as plain vectors.

`whyzero.problem.Problem` has already put l1_ratio, penalty factors and standardisation into penalty strengths on the
stored columns. What comes back are weights, gaps and how it went; the core proves nothing: see `whyzero.certificates`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from whyzero import _core
from whyzero.designs import CodesDesign, CscDesign, DenseDesign, Design
from whyzero.errors import InputError
from whyzero.plans import PLANS
from whyzero.problem import Problem
from whyzero.settings import Grid
from whyzero.solution import Path, Settings, Status
from whyzero.threads import share_with_threadpoolctl

__all__ = ["Progress", "Rows", "fit_matrix_path", "fit_path", "statuses", "view"]

Array = NDArray[np.float64]
Progress = Callable[[int], object]

# By the numbers that the core gives them.
_STATUSES = (Status.OPTIMAL, Status.MAX_ITER, Status.STALLED, Status.SEPARATED)


@dataclass(frozen=True)
class Rows:
    """What the core sums over: the rows of a problem, or groups of them."""

    design: Design
    y: Array
    weight: Array
    offset: Array


def fit_path(
    problem: Problem,
    rows: Rows,
    grid: Grid,
    settings: Settings,
    *,
    hint: Path | None = None,
    callback: Progress | None = None,
) -> _core.PathFit:
    """Fit a vector of weights at every alpha of a grid."""
    l1, l2, center, spread = _column_vectors(problem)
    indptr, indices = _supports(hint, len(grid.alphas))
    try:
        return _core.fit_path(
            view(rows.design),
            rows.y,
            rows.weight,
            rows.offset,
            l1,
            l2,
            center,
            spread,
            problem.loss.name,
            problem.fit_intercept,
            problem.penalty.positive,
            *grid,
            float(settings.tol),
            settings.exact,
            int(settings.max_iter),
            int(settings.n_threads or 0),
            PLANS.index(settings.plan),
            indptr,
            indices,
            callback,
        )
    except _core.NotFinite as error:
        raise _overflow("X, y or offset", spread) from error


def fit_matrix_path(problem: Problem, y: Array, loss: str, grid: Grid, settings: Settings) -> _core.MatrixPathFit:
    """Fit a matrix of weights for the targets `y` (n_rows, n_tasks) at every alpha of a grid.

    Rows, weights, penalty and intercept are those of `problem`; its loss and target are not used.
    """
    l1, l2, center, spread = _column_vectors(problem)
    try:
        return _core.fit_matrix_path(
            view(problem.design),
            np.ravel(y, order="F"),
            y.shape[1],
            problem.weight,
            l1,
            l2,
            center,
            spread,
            loss,
            problem.fit_intercept,
            *grid,
            float(settings.tol),
            settings.exact,
            int(settings.max_iter),
            int(settings.n_threads or 0),
            None,
        )
    except _core.NotFinite as error:
        raise _overflow("X or y", spread) from error


def statuses(outcomes: NDArray[np.int64]) -> tuple[Status, ...]:
    """Why each fit stopped."""
    return tuple([_STATUSES[k] for k in outcomes.tolist()])


@singledispatch
def view(design: Design) -> _core.Design:
    """The matrix as the core reads it, in place."""
    raise TypeError(f"no compiled view of a {type(design).__name__}")


@view.register
def _(design: DenseDesign) -> _core.Design:
    return _core.dense(design.values)


@view.register
def _(design: CscDesign) -> _core.Design:
    return _core.csc(design.data, design.indices, design.indptr, design.shape[0])


@view.register
def _(design: CodesDesign) -> _core.Design:
    return _core.codes(design.numbers, design.blocks, design.levels, design.owner, design.place)


def _column_vectors(problem: Problem) -> tuple[Array, Array, Array, Array]:
    """L1 and L2 strengths per unit of alpha, centre and spread of each column; an excluded one has infinite l1."""
    penalty, mean, sd = problem.penalty, problem.column_mean, problem.column_sd
    center, spread = (mean, sd) if problem.fit_intercept else (np.zeros_like(mean), np.hypot(mean, sd))
    if penalty.any_excluded:
        # The spread of the other structural columns is 0 already.
        spread = np.where(penalty.excluded, 0.0, spread)
    return penalty.l1(1.0), penalty.l2(1.0), center, spread


def _supports(hint: Path | None, count: int) -> tuple[NDArray[np.int64] | None, NDArray[np.int64] | None]:
    """Those of the hint, one alpha after the other; None unless it has a fit for each of `count` alphas."""
    if hint is None or len(hint) != count:
        return None, None
    return hint.weights.indptr, hint.weights.indices


def _overflow(given: str, spread: Array) -> InputError:
    return InputError(
        f"{given} hold numbers so large that the computation overflowed; rescale the columns "
        f"(the largest standard deviation of a column is {float(np.max(spread)):.3g})."
    )


share_with_threadpoolctl()
