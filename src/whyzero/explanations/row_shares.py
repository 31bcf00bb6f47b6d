"""Which rows push a weight away from zero and which hold it there, and how many of the latter it can do without.

The pull is a sum over rows, Eq. (92). Without a set of rows the problem is another one of the same kind, with the
same tolls, Eq. (93), and a certificate of it proves the zero for that set (docs/math.md, section 7).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates import Verdict, certify_problem
from whyzero.certificates.anchor import anchors
from whyzero.certificates.certify import Proof
from whyzero.certificates.frame import make_frame
from whyzero.certificates.point import make_point
from whyzero.explanations.blocks import blocks
from whyzero.explanations.pulls import penalty_units, resting_values
from whyzero.losses import POISSON
from whyzero.solution import Settings, Solution
from whyzero.solve import solve

__all__ = ["Removal", "RowShares", "certified_removal", "contributions", "row_shares"]

Array = NDArray[np.float64]

_SETTINGS = Settings(tol=1e-10)
_MOST_NAMED = 3


@dataclass(frozen=True)
class RowShares:
    """The pull of one weight as a sum over rows, signed along the pull, in the unit in which the penalty acts.

    Where no weight may be negative they are signed upwards: rows that pull it down are those that hold it at zero.

    Attributes
    ----------
    push, hold : float
        Sum of the positive and of the negative contributions: ``push + hold`` is the pull.
    pushing, holding : tuple of (row, contribution)
        The three largest of each, largest first; rows are counted from 0.
    """

    push: float = 0.0
    hold: float = 0.0
    pushing: tuple[tuple[int, float], ...] = ()
    holding: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Removal:
    """What a search over the rows that hold a weight most found.

    Attributes
    ----------
    rows : int
        So many of them, those that hold it most, can be removed together with the zero still proved.
    enters : bool
        Whether with one row more the weight is proved to be non-zero.
    exhausted : bool
        Whether there is no row more: nothing holds it any longer, and it stays zero.
    refits : int
        Fits that the search took.
    """

    rows: int
    enters: bool
    exhausted: bool
    refits: int


def contributions(solution: Solution, features: NDArray[np.intp]) -> Array:
    """``-w_i (x_ij - m_j) loss'(y_i, eta_i)`` with ``b_j = 0``, per unit of the penalty: (n, k).

    Along the pull; upwards where no weight may be negative.
    """
    problem, coef = solution.problem, solution.coef
    eta = problem.eta(coef, solution.intercept)
    columns = problem.design.columns(features) - resting_values(problem)[features]
    without = eta[:, None] - columns * coef[features]
    terms = -problem.weight[:, None] * columns * problem.loss.gradient(problem.y[:, None], without)
    turned = (terms.sum(axis=0) < 0) & (not problem.penalty.positive)
    return np.asarray(terms * (np.where(turned, -1.0, 1.0) / penalty_units(problem)[features]))


def row_shares(solution: Solution, features: NDArray[np.intp]) -> Iterator[RowShares]:
    """The shares of `features`, in their order; nothing for constant ones."""
    problem = solution.problem
    count = min(_MOST_NAMED, problem.n_rows)
    for block in blocks(problem.n_rows, features):
        terms = contributions(solution, block)
        low = np.argpartition(terms, count - 1, axis=0)[:count]
        high = np.argpartition(-terms, count - 1, axis=0)[:count]
        push, hold = np.maximum(terms, 0.0).sum(axis=0), np.minimum(terms, 0.0).sum(axis=0)
        for column, feature in enumerate(block):
            if problem.structural[feature] and not problem.penalty.excluded[feature]:
                yield RowShares()
                continue
            most, least = (_named(terms[:, column], rows[:, column]) for rows in (high, low))
            yield RowShares(
                push=float(push[column]),
                hold=float(hold[column]),
                pushing=tuple(pair for pair in most if pair[1] > 0),
                holding=tuple(pair for pair in least if pair[1] < 0),
            )


def _named(terms: Array, rows: NDArray[np.intp]) -> list[tuple[int, float]]:
    """Rows with their contributions, the largest first."""
    return sorted(((int(i), float(terms[i])) for i in rows), key=lambda pair: (-abs(pair[1]), pair[0]))


@np.errstate(all="ignore")  # what overflows is infinite or NaN, and proves nothing
def certified_removal(solution: Solution, feature: int) -> Removal:
    """Search for how many rows can go, those that hold the zero most first, with the zero still proved.

    Doubling, then bisection: so the answer is proved for the set it names, not for all smaller ones. Each try fits
    the remaining rows and certifies that fit.

    Parameters
    ----------
    solution : Solution
        The explained fit.
    feature : int
        A column whose weight is zero.
    """
    terms = contributions(solution, np.array([feature]))[:, 0]
    order = np.argsort(terms, kind="stable")[: np.count_nonzero(terms < 0)]
    proved, refused, refits, step = 0, len(order) + 1, 0, 1
    while refused - proved > 1:
        tried = min(proved + step, len(order)) if refused > len(order) else (proved + refused) // 2
        fit = _without(solution, order[:tried])
        refits += 1
        if fit is not None and _zero_proved(fit, feature):
            proved, step = tried, 2 * step
        else:
            refused = tried
    exhausted = proved == len(order)
    enters = not exhausted and _enters(_without(solution, order[:refused]), feature)
    return Removal(proved, enters, exhausted, refits + (not exhausted))


def _without(solution: Solution, rows: NDArray[np.intp]) -> Solution | None:
    """The fit without some rows, with the tolls it had; None where no row, one class or no count would be left."""
    problem = solution.problem
    weight = problem.sample_weight.copy()
    weight[rows] = 0.0
    kept = problem.y[weight > 0]
    if len(kept) == 0 or (problem.classes is not None and len(np.unique(kept)) < 2):
        return None
    if problem.loss is POISSON and problem.fit_intercept and not np.any(kept > 0.0):
        return None
    # The unit of the penalty does not follow the rows.
    reduced = replace(problem.with_sample_weight(weight), penalty=problem.penalty, standardize=False)
    return solve(reduced, solution.alpha, settings=_SETTINGS)


def _zero_proved(fit: Solution, feature: int) -> bool:
    """Whether the bound of Eq. (93) proves the zero, from the fit or from a better point near it."""
    frame = make_frame(fit.problem, fit.alpha)
    if fit.coef[feature] != 0 or not frame.live[feature]:
        return False
    found = anchors(frame, make_point(frame, fit.coef, fit.intercept))
    return any(Proof.of(frame, anchor).zero[feature] for anchor in found)


def _enters(fit: Solution | None, feature: int) -> bool:
    """Whether a weight is proved to be non-zero."""
    if fit is None or fit.coef[feature] == 0:
        return False
    verdicts = certify_problem(fit.problem, fit.coef, fit.intercept, fit.alpha).verdicts
    return verdicts[feature] is Verdict.NONZERO_PROVED
