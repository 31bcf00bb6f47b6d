"""Six optimisers on one lasso: which of them land on the zeros that the optimum has.

All start from the same small random weights and take steps of fixed length on ``|y - X w|^2 / (2 n) + alpha |w|_1``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.experiments.draws import sparse_regression
from whyzero.explanations.steps import adam, landings
from whyzero.problem import Problem, make_problem
from whyzero.solution import Settings
from whyzero.solve import solve

__all__ = ["Optimisers", "optimisers"]

Array = NDArray[np.float64]
Walk = Callable[[Array], Array]

_ROW_STEP = 0.003


@dataclass(frozen=True, eq=False)
class Optimisers:
    """Where each optimiser is after every pass over the rows.

    Attributes
    ----------
    names : tuple of str
        The optimisers.
    alpha : float
        Penalty strength.
    optimum : ndarray of shape (n_cols,)
        The weights that minimise the objective, to a duality gap of 1e-14 of the null loss.
    start : ndarray of shape (n_cols,)
        Where all of them start.
    weights : ndarray of shape (n_optimisers, n_passes, n_cols)
        After pass 1, 2, ...
    """

    names: tuple[str, ...]
    alpha: float
    optimum: Array
    start: Array
    weights: Array

    @property
    def zeros(self) -> NDArray[np.intp]:
        """Weights that are exactly 0.0, of shape (n_optimisers, n_passes)."""
        return np.asarray(np.count_nonzero(self.weights == 0.0, axis=2))

    def settled(self, column: int) -> tuple[int | None, ...]:
        """For each optimiser the first pass from which weight `column` is exactly 0.0 to the end, or None."""
        return tuple(None if k is None else k + 1 for k in landings(self.weights[:, :, column]))

    @property
    def wrong_zeros(self) -> NDArray[np.intp]:
        """Weights that are exactly 0.0 but not so at the optimum, of shape (n_optimisers, n_passes)."""
        return np.asarray(np.count_nonzero((self.weights == 0.0) & (self.optimum != 0.0), axis=2))

    @property
    def largest_at_true_zeros(self) -> Array:
        """Size of the largest final weight among those that are zero at the optimum, of shape (n_optimisers,)."""
        return np.asarray(np.max(np.abs(self.weights[:, -1, self.optimum == 0.0]), axis=1))

    def below(self, threshold: float) -> NDArray[np.intp]:
        """Final weights of a size below `threshold`, of shape (n_optimisers,)."""
        return np.asarray(np.count_nonzero(np.abs(self.weights[:, -1]) < threshold, axis=1))


def optimisers(
    seed: int = 0, *, n_rows: int = 100, n_cols: int = 30, alpha: float = 0.25, n_passes: int = 300
) -> Optimisers:
    """Run six optimisers on one lasso.

    - *proximal gradient*: a gradient step of the loss, then shrink and clip (Daubechies, Defrise, De Mol 2004);
    - *subgradient*: a gradient step with ``alpha sign(w)`` as the penalty's slope;
    - *SGD*: the same, one row at a time;
    - *Adam*: the same slope in the steps of Kingma and Ba (2015), as a framework does with L1 as a loss term;
    - *proximal SGD*: a gradient step of one row, then shrink and clip;
    - *clip and freeze*: as SGD, but a weight that the penalty carries across zero is set to 0 and never
      updated again (the rule of the TensorFlow Playground).

    Parameters
    ----------
    seed : int
        Of the data, the start and the order of the rows.
    n_rows, n_cols : int
        Sizes; five weights of the truth are not zero.
    alpha : float
        Penalty strength.
    n_passes : int
        Passes over the rows: steps for the first, second and fourth, `n_rows` steps each for the others.
    """
    rng = np.random.default_rng(seed)
    draw = sparse_regression(rng, n_rows, n_cols)
    problem = make_problem(draw.X, draw.y, fit_intercept=False)
    start = rng.uniform(-0.5, 0.5, n_cols)
    orders = np.array([rng.permutation(n_rows) for _ in range(n_passes)])
    walks = _walks(problem, draw.X, draw.y, alpha, orders)
    return Optimisers(
        names=tuple(walks),
        alpha=alpha,
        optimum=solve(problem, alpha, settings=Settings(tol=1e-14)).coef,
        start=start,
        weights=np.array([_follow(walk, start, n_passes) for walk in walks.values()]),
    )


def _walks(problem: Problem, X: Array, y: Array, alpha: float, orders: NDArray[np.intp]) -> dict[str, Walk]:
    """One pass of each optimiser."""
    n_rows = len(y)
    step = float(n_rows / np.linalg.norm(X, 2) ** 2)

    def gradient(w: Array) -> Array:
        return np.asarray(X.T @ (X @ w - y) / n_rows)

    def shrink(v: Array, length: float) -> Array:
        return problem.penalty.prox(v, length, alpha)

    def row_gradient(w: Array, i: int) -> Array:
        return np.asarray(X[i] * (float(X[i] @ w) - y[i]))

    def proximal_row(w: Array, i: int) -> Array:
        return shrink(w - _ROW_STEP * row_gradient(w, i), _ROW_STEP)

    def plain_row(w: Array, i: int) -> Array:
        return w - _ROW_STEP * (row_gradient(w, i) + alpha * np.sign(w))

    def freezing_row(w: Array, i: int) -> Array:
        moved = w - _ROW_STEP * row_gradient(w, i) * (w != 0.0)
        after = moved - _ROW_STEP * alpha * np.sign(moved)
        return np.where(moved * after < 0.0, 0.0, after)

    return {
        "proximal gradient": lambda w: shrink(w - step * gradient(w), step),
        "subgradient": lambda w: w - step * (gradient(w) + alpha * np.sign(w)),
        "SGD": _by_rows(plain_row, orders),
        "Adam": adam(lambda w: gradient(w) + alpha * np.sign(w)),
        "proximal SGD": _by_rows(proximal_row, orders),
        "clip and freeze": _by_rows(freezing_row, orders),
    }


def _follow(walk: Walk, start: Array, n_passes: int) -> Array:
    points, w = np.empty((n_passes, len(start))), start
    for k in range(n_passes):
        w = walk(w)
        points[k] = w
    return points


def _by_rows(move: Callable[[Array, int], Array], orders: NDArray[np.intp]) -> Walk:
    """A pass that moves once for each row, in a new order every time."""
    remaining = iter(orders)

    def walk(w: Array) -> Array:
        for i in next(remaining):
            w = move(w, int(i))
        return w

    return walk
