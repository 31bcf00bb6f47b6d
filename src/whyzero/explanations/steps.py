"""Four optimisers on the user's own problem, step by step: which of them arrive at exact zeros.

All start from the weights of the L2 partner, none of which is zero, and take steps of the length 1 / L that suits the
loss. The proximal gradient step shrinks and clips (Daubechies, Defrise and De
Mol, Comm. Pure Appl. Math. 57, 2004), so a weight lands on 0 and stays as long as its pull does not exceed its toll.
The slope of ``|w|`` alone, in plain steps or in those of Adam (Kingma and Ba, 2015), only walks around 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations.identification import bound_of_fit, least_curvature, predicted_step
from whyzero.explanations.partner import Partner
from whyzero.explanations.pulls import penalty_units, resting_values, slopes
from whyzero.penalties import ElasticNet
from whyzero.problem import Problem
from whyzero.solution import Solution

__all__ = ["ADAM_STEP", "Steps", "adam", "landings", "quick_steps", "walk_steps"]

Array = NDArray[np.float64]
Walk = Callable[[Array], Array]

ADAM_STEP = 0.01
_RECORDED = 90
_POWER_STEPS = 60
_SAFETY = 1.05
_QUICK_PRODUCTS = 3e8
_FEWEST = 100


@dataclass(frozen=True, eq=False)
class Steps:
    """Where the optimisers are after some of their steps.

    Attributes
    ----------
    names : tuple of str
        The optimisers.
    feature : int
        The column whose weight is followed.
    at : ndarray of shape (n_recorded,)
        Numbers of steps.
    sizes : ndarray of shape (n_optimisers, n_recorded)
        ``|weight * standard deviation|`` of that column.
    zeros : ndarray of shape (n_optimisers, n_recorded)
        Weights that are exactly 0.0.
    predicted : int or None
        The step at which the first optimiser sets that weight to zero if the data pull on it as at the fit from the
        start; None if they pull as hard as the toll.
    bound : int or None
        The step by which the first optimiser has found all zeros, Eq. (113); None where the formula gives no number.
    step : float
        The length of a step, in the unit in which the penalty acts.
    least_curvature : float or None
        The smallest curvature of the loss in that unit, where it is known.
    """

    names: tuple[str, ...]
    feature: int
    at: NDArray[np.intp]
    sizes: Array
    zeros: NDArray[np.intp]
    predicted: int | None
    bound: int | None
    step: float
    least_curvature: float | None

    @property
    def settled(self) -> tuple[int | None, ...]:
        """For each optimiser the first recorded step from which the weight is exactly 0.0 to the end, or None."""
        return tuple(None if k is None else int(self.at[k]) for k in landings(self.sizes))

    def as_dict(self) -> dict[str, Any]:
        """As in the saved explanation."""
        return {
            "names": list(self.names),
            "feature": self.feature,
            "at": self.at.tolist(),
            "sizes": self.sizes.tolist(),
            "zeros": self.zeros.tolist(),
            "predicted": self.predicted,
            "bound": self.bound,
            "step": self.step,
            "least_curvature": self.least_curvature,
        }


def landings(sizes: Array) -> tuple[int | None, ...]:
    """For each row of `sizes` the first position from which all are exactly 0.0, or None if the last is not."""
    last = [np.flatnonzero(row) for row in sizes]
    ends = [int(alive[-1]) + 1 if len(alive) else 0 for alive in last]
    return tuple(end if end < sizes.shape[1] else None for end in ends)


def quick_steps(problem: Problem, n_steps: int) -> int:
    """`n_steps`, or as many as take about a second; 0 if these are too few to see anything."""
    entries = max(1.0, float(problem.design.column_counts().sum()))
    affordable = min(n_steps, int(_QUICK_PRODUCTS / (8 * entries)))
    return affordable if affordable >= _FEWEST else 0


def walk_steps(fit: Solution, partner: Partner | None, n_steps: int) -> Steps | None:
    """Run the optimisers for `n_steps` steps; followed is, of the zeros that the first one reaches, the largest before.

    None without steps, without a zero to follow, where fit and partner are not L1 (or elastic net) and L2, for a
    loss whose curvature has no bound: no length of the steps is right for it, and where no weight may be negative: an
    optimiser that cuts off what is below 0 makes exact zeros of another kind.
    """
    problem = fit.problem
    zeros = np.flatnonzero((fit.coef == 0) & ~problem.structural & ~problem.penalty.excluded)
    if partner is None or n_steps == 0 or len(zeros) == 0 or np.isinf(problem.loss.curvature_bound):
        return None
    if problem.penalty.positive:
        return None
    if problem.penalty.l1_ratio == 0 or partner.solution.problem.penalty.l1_ratio > 0:
        return None
    beside = partner.solution
    start = np.append(beside.coef, beside.intercept + beside.coef @ resting_values(problem))
    at = np.unique(np.geomspace(1, n_steps, _RECORDED).astype(int))
    step = _step(problem, penalty_units(problem))
    least = least_curvature(problem, step)
    walks = _walks(fit, partner, step)
    points = np.array([_follow(walk, start, at)[:, :-1] for walk in walks.values()])
    arrived = zeros[points[0, -1, zeros] == 0]
    among = arrived if len(arrived) else zeros
    feature = int(among[np.argmax(np.abs(beside.coef[among]) * problem.column_sd[among])])
    sizes = np.abs(points[:, :, feature]) * problem.column_sd[feature]
    return Steps(
        tuple(walks), feature, at, sizes, np.count_nonzero(points == 0.0, axis=2),
        predicted=_prediction(fit, beside.coef, feature, step),
        bound=bound_of_fit(fit, beside.coef, step, least),
        step=step, least_curvature=least,
    )  # fmt: skip


def _prediction(fit: Solution, start: Array, j: int, step: float) -> int | None:
    """`predicted_step` of column j with the pull that is left on it at the fit."""
    problem = fit.problem
    unit = penalty_units(problem)[j]
    residual = problem.loss.gradient(problem.y, problem.eta(fit.coef, fit.intercept))
    pull = np.sign(start[j]) * slopes(problem, residual)[j] / unit
    toll = problem.penalty.l1(fit.alpha)[j] / unit
    return predicted_step(abs(start[j]) * unit, step, float(toll), float(pull))


def _follow(walk: Walk, start: Array, at: NDArray[np.intp]) -> Array:
    """The weights and the intercept after the numbers of steps in `at`."""
    points: list[Array] = []
    place = start
    for k in range(1, int(at[-1]) + 1):
        place = walk(place)
        if k == at[len(points)]:
            points.append(place)
    return np.array(points)


def _walks(fit: Solution, partner: Partner, length: float) -> dict[str, Walk]:
    """One step of each optimiser; a place is all weights in stored units, then the intercept at centred columns."""
    problem, l2 = fit.problem, partner.solution.problem.penalty
    units = np.append(penalty_units(problem), 1.0)
    step = length / units**2
    held = problem.structural | problem.penalty.excluded

    def gradient(place: Array) -> Array:
        slope = problem.loss.gradient(problem.y, problem.eta(place[:-1], _intercept(problem, place)))
        free = float(problem.weight @ slope) if problem.fit_intercept else 0.0
        return np.append(np.where(held, 0.0, -slopes(problem, slope)), free)

    def proximal(penalty: ElasticNet, alpha: float) -> Walk:
        def walk(place: Array) -> Array:
            moved = place - step * gradient(place)
            return np.append(penalty.prox(moved[:-1], step[:-1], alpha), moved[-1])

        return walk

    def whole_slope(place: Array) -> Array:
        slope, _ = problem.penalty.subgradient_interval(place[:-1], fit.alpha)
        return np.asarray(gradient(place) + np.append(np.where(place[:-1] == 0, 0.0, slope), 0.0))

    in_units = adam(lambda place: whole_slope(place / units) / units)
    return {
        "proximal gradient, L1": proximal(problem.penalty, fit.alpha),
        "subgradient, L1": lambda place: place - step * whole_slope(place),
        "Adam, L1": lambda place: in_units(place * units) / units,
        "proximal gradient, L2": proximal(l2, partner.solution.alpha),
    }


def _intercept(problem: Problem, place: Array) -> float:
    """The intercept of columns as stored, from that of centred ones."""
    return float(place[-1] - place[:-1] @ resting_values(problem))


def _step(problem: Problem, units: Array) -> float:
    """1 / L, L the largest curvature of the loss in the unit in which the penalty acts (by power iteration)."""
    rest = resting_values(problem)
    direction = np.where(problem.column_sd > 0, 1.0, 0.0) + np.linspace(0, 0.1, problem.n_cols)
    size = 0.0
    for _ in range(_POWER_STEPS):
        direction = direction / np.linalg.norm(direction)
        moved = direction / units
        image = problem.design.matvec(moved) - float(moved @ rest)
        direction = -slopes(problem, image) / units
        size = float(np.linalg.norm(direction))
    return 1.0 / (_SAFETY * problem.loss.curvature_bound * max(size, 1.0))


def adam(slope: Walk, decay: float = 0.9, decay_squares: float = 0.999, floor: float = 1e-8) -> Walk:
    """Steps along the mean slope over the root of the mean square (Kingma and Ba 2015, algorithm 1)."""
    count, mean, square = 0, np.zeros(1), np.zeros(1)

    def walk(w: Array) -> Array:
        nonlocal count, mean, square
        count += 1
        g = slope(w)
        mean = decay * mean + (1.0 - decay) * g
        square = decay_squares * square + (1.0 - decay_squares) * g * g
        root = np.sqrt(square / (1.0 - decay_squares**count)) + floor
        return np.asarray(w - ADAM_STEP * (mean / (1.0 - decay**count)) / root)

    return walk
