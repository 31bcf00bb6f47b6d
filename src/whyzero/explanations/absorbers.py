r"""Where a pull went: an exact account from the null model to the fitted one, Eqs. (70) and (71).

Write ``p_j = -dL/db_j``. Along the straight line from the null model's linear predictor ``eta0`` to the
fitted one ``eta1`` the loss has the mean curvature

    h_i = int_0^1 loss''(y_i, eta0_i + t (eta1_i - eta0_i)) dt ,   so that   loss'(eta1) - loss'(eta0) = h (eta1 - eta0)

exactly. With an intercept, let ``m_j`` be the mean of column j under the row weights ``s_i h_i``. Then

    p_j(end) = p_j(null) - sum_k (b_k - b0_k) C_jk - m_j (mean loss'(end) - mean loss'(null)),
    C_jk = (1/S) sum_i s_i h_i (x_ij - m_j) x_ik ,

where ``b0_k`` is the null model's weight (0 unless column k is unpenalised). ``C`` is a covariance, so the
account does not change when a constant is added to a column; the last term is the intercept's and is zero
wherever the intercept is optimal. Feature k *absorbs* ``(b_k - b0_k) C_jk`` of the pull. For a feature
whose own weight is not zero the line ends at the fitted weights with that one set to 0, so that the
account ends at its pull. For squared loss ``h = 1``; this is the textbook identity
``x_j'r(b) = x_j'r(0) - sum_k x_j'x_k b_k``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from whyzero.explanations.blocks import blocks
from whyzero.explanations.null_model import NullModel, balanced, unpenalised
from whyzero.explanations.pulls import penalty_units, resting_values
from whyzero.losses import Loss
from whyzero.problem import Problem

__all__ = [
    "INTERCEPT",
    "NEGLIGIBLE",
    "Waterfall",
    "account_cost",
    "make_waterfall",
    "mean_curvature",
    "waterfalls",
]

Array = NDArray[np.float64]

INTERCEPT = "(intercept)"
N_STEPS = 5
NEGLIGIBLE = 1e-9
SECANT_FROM = 1.0
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(12)
_CACHE_ENTRIES = 1 << 25


@dataclass(frozen=True)
class Waterfall:
    """The account of one pull, in the unit in which the penalty acts.

    Amounts are signed along the direction of the null pull: ``null + sum of steps + others == final`` up
    to rounding, ``null >= 0`` is the null pull and ``abs(final)`` the pull. Where no weight may be negative they are
    signed upwards, and ``null`` and ``final`` are the null pull and the pull.

    Attributes
    ----------
    null : float
        Null pull.
    steps : tuple of (name, amount)
        The largest changes, at most five, largest first; negative ones take pull away. What is below a
        billionth of the largest number of the account is rounding, and goes to `others`.
    others : float
        All other changes together.
    final : float
        What is left; negative when the pull has turned round, or leads downwards from the start.
    absorbers : tuple of (name, amount)
        The features that take most, at most five, largest first; amounts are positive.
    """

    null: float
    steps: tuple[tuple[str, float], ...]
    others: float
    final: float
    absorbers: tuple[tuple[str, float], ...]

    @property
    def running(self) -> tuple[float, ...]:
        """The pull after the null model, after each step and after the others, the last of which is `final`."""
        before = accumulate((amount for _, amount in self.steps), initial=self.null)
        return (*before, self.final)

    @property
    def has_others(self) -> bool:
        """Whether the other changes are more than rounding."""
        largest = max([abs(self.null), abs(self.final), *(abs(amount) for _, amount in self.steps)])
        return abs(self.others) > NEGLIGIBLE * largest

    def as_dict(self) -> dict[str, object]:
        """The account as in the saved explanation."""
        return {
            "null": self.null,
            "steps": [[name, amount] for name, amount in self.steps],
            "others": self.others,
            "final": self.final,
        }


def mean_curvature(loss: Loss, y: Array, start: Array, end: Array, secant_from: float = SECANT_FROM) -> Array:
    """Mean of ``loss''(y, .)`` over the interval from `start` to `end`, elementwise with broadcasting.

    Where the interval is long the divided difference of ``loss'`` is exact to rounding; where it is short
    that difference would cancel, and Gauss-Legendre quadrature on 12 nodes is exact to rounding instead. With a smaller
    `secant_from` fewer rows need the nodes, and the difference keeps about ``-log10(2e-16 / secant_from)`` digits.
    """
    y, start, end = np.broadcast_arrays(y, start, end)
    length = end - start
    out = np.empty(length.shape)
    far = np.abs(length) >= secant_from
    # the difference is the same for every target; the nearer of 0 and 1 leaves small probabilities their digits
    target = np.where(start[far] + end[far] > 0, 1.0, 0.0)
    out[far] = (loss.gradient(target, end[far]) - loss.gradient(target, start[far])) / length[far]
    near = ~far
    total = np.zeros(int(near.sum()))
    for node, node_weight in zip(_NODES, _NODE_WEIGHTS, strict=True):
        total += 0.5 * node_weight * loss.hessian(y[near], start[near] + 0.5 * (1 + node) * length[near])
    out[near] = total
    return out


def account_cost(problem: Problem, coef: Array, n_features: int) -> float:
    """Multiplications that `waterfalls` needs for `n_features` features."""
    movers = int(np.count_nonzero(coef) + np.count_nonzero(unpenalised(problem)))
    cached = problem.n_rows * movers <= _CACHE_ENTRIES
    return float(problem.n_rows) * n_features * (movers if cached else problem.n_cols)


def waterfalls(
    problem: Problem,
    null: NullModel,
    coef: Array,
    intercept: float,
    features: Sequence[int] | NDArray[np.intp],
    *,
    secant_from: float = SECANT_FROM,
) -> Iterator[Waterfall]:
    """The accounts of the pulls of `features`, in their order.

    Parameters
    ----------
    problem : Problem
        Where the loss comes from.
    null : NullModel
        Where the accounts start.
    coef, intercept
        Fitted weights (n_features,) in stored units, and intercept: where the accounts end.
    features : sequence of int
        Indices of the features to account for.
    secant_from : float
        As of `mean_curvature`.

    Yields
    ------
    Waterfall
        One for each feature.
    """
    movers = np.flatnonzero((coef != 0) | (null.coef != 0))
    eta = problem.eta(coef, intercept)
    shared = mean_curvature(problem.loss, problem.y, null.eta, eta, secant_from)
    cached = problem.n_rows * len(movers) <= _CACHE_ENTRIES
    moving = problem.design.columns(movers) if cached else None
    units, rest, settled = penalty_units(problem), resting_values(problem), balanced(problem, null.coef)
    names = problem.names
    start_slope = problem.loss.gradient(problem.y, null.eta)
    for block in blocks(problem.n_rows, np.asarray(features, dtype=np.intp)):
        columns = problem.design.columns(block) - rest[block]
        end = eta[:, None] - columns * coef[block]
        own = coef[block] != 0
        curvature = np.broadcast_to(shared[:, None], columns.shape).copy()
        curvature[:, own] = mean_curvature(
            problem.loss, problem.y[:, None], null.eta[:, None], end[:, own], secant_from
        )
        curvature *= problem.weight[:, None]
        centre = _centres(curvature, columns) if problem.fit_intercept else np.zeros(len(block))
        spread = curvature * (columns - centre)
        products = moving.T @ spread if moving is not None else problem.design.dot(spread)[movers]
        amounts = -products * (coef[movers] - null.coef[movers])[:, None]
        for column, feature in enumerate(block):
            itself = movers == feature
            amounts[itself, column] = products[itself, column] * null.coef[feature]
        end_slope = problem.loss.gradient(problem.y[:, None], end)
        final = -np.einsum("i,ij,ij->j", problem.weight, columns, end_slope)
        first = np.where(settled[block], 0.0, -(problem.weight * start_slope) @ columns)
        drift = -centre * (problem.weight @ (end_slope - start_slope[:, None]))
        sign = np.where((first < 0) & (not problem.penalty.positive), -1.0, 1.0) / units[block]
        changes = np.vstack([amounts, drift]) * sign
        ends = np.stack([problem.penalty.reach(first) / units[block], final * sign], axis=1)
        labels = [*(names[k] for k in movers), INTERCEPT]
        for column, (steps, takers) in enumerate(zip(_top(np.abs(changes)), _top(-changes[:-1]), strict=True)):
            yield _waterfall(labels, changes[:, column], steps, takers, ends[column])


def make_waterfall(labels: list[str], changes: Array, ends: tuple[float, float]) -> Waterfall:
    """One account from its changes, of which the last is the intercept's; `ends` are null and final pull."""
    (steps,), (takers,) = _top(np.abs(changes)[:, None]), _top(-changes[:-1, None])
    return _waterfall(labels, changes, steps, takers, np.array(ends))


def _centres(row_weight: Array, columns: Array) -> Array:
    """Weighted mean of each column; 0 where all weights vanish."""
    total = row_weight.sum(axis=0)
    sums = np.einsum("ij,ij->j", row_weight, columns)
    return np.where(total > 0, sums / np.where(total > 0, total, 1.0), 0.0)


def _top(values: Array) -> list[NDArray[np.intp]]:
    """For each column of `values` the rows of its largest entries, at most five, largest first."""
    count = min(N_STEPS, len(values))
    if count == 0:
        return [np.empty(0, dtype=np.intp)] * values.shape[1]
    rows = np.sort(np.argpartition(-values, count - 1, axis=0)[:count], axis=0)
    order = np.argsort(-np.take_along_axis(values, rows, axis=0), axis=0, kind="stable")
    return list(np.take_along_axis(rows, order, axis=0).T)


def _waterfall(
    labels: list[str], changes: Array, steps: NDArray[np.intp], takers: NDArray[np.intp], ends: Array
) -> Waterfall:
    """One account from its changes, of which the last is the intercept's; `ends` are null and final pull."""
    floor = NEGLIGIBLE * max(float(np.abs(ends).max()), float(np.abs(changes).max()))
    steps = steps[np.abs(changes[steps]) > floor]
    rest = np.ones(len(changes), dtype=bool)
    rest[steps] = False
    return Waterfall(
        null=float(ends[0]),
        steps=tuple((labels[k], float(changes[k])) for k in steps),
        others=float(changes[rest].sum()),
        final=float(ends[1]),
        absorbers=tuple((labels[k], float(-changes[k])) for k in takers if changes[k] < -floor),
    )
