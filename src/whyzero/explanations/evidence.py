"""What else is known about each weight: the nearest change, the price of zero, its rows, how far to trust it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates import Certificate, Verdict
from whyzero.explanations.deletion import delete
from whyzero.explanations.path_facts import alpha_change
from whyzero.explanations.pulls import tolls
from whyzero.explanations.robustness import irrepresentability, radii
from whyzero.explanations.row_shares import Removal, RowShares, certified_removal, row_shares
from whyzero.solution import Path, Solution

__all__ = ["NO_EVIDENCE", "Evidence", "deepened", "make_evidence", "with_refits"]

Array = NDArray[np.float64]

_ROWS_BUDGET = 2e7
_SEARCH_ENTRIES = 2e7
_REFIT_ENTRIES = 1e7


@dataclass(frozen=True)
class Evidence:
    """More about one weight; None is what does not apply or was left out to save time.

    Attributes
    ----------
    alpha_alone : float or None
        Above it the weight is zero as long as all others are: null pull over ``l1_ratio * penalty_factor``; 0 where
        that pull leads downwards and no weight may be negative.
    alpha_change : (low, high) or None
        Neighbouring alphas of the path's grid: non-zero at `low`, zero at `high`. For a zero the nearest such pair
        at or below alpha, for the others at or above it.
    factor_change : float or None
        The penalty factor below which this weight alone would be non-zero, and from which on it is zero, all else
        of the problem as it is, Eq. (90). For a non-zero weight it takes a fit without the column. None for a zero
        that is pulled downwards and may not be negative: it is zero with every factor.
    price_of_zero : float or None
        Proved lower bound of what forcing the weight to zero adds to the minimum of the objective; 0 for zeros.
    radius : float or None
        Length that a change of y needs before this weight changes between zero, plus and minus, as long as no other
        did before; squared loss.
    irrepresentability : float or None
        `robustness.irrepresentability` of a zero.
    rows : RowShares or None
        Which rows push and which hold.
    removal : Removal or None
        How many of those that hold a zero it can do without.
    """

    alpha_alone: float | None = None
    alpha_change: tuple[float, float] | None = None
    factor_change: float | None = None
    price_of_zero: float | None = None
    radius: float | None = None
    irrepresentability: float | None = None
    rows: RowShares | None = None
    removal: Removal | None = None

    def as_dict(self) -> dict[str, Any]:
        """As in the saved explanation."""
        rows, removal = self.rows, self.removal
        return {
            "alpha_alone": _finite(self.alpha_alone),
            "alpha_change": None if self.alpha_change is None else list(self.alpha_change),
            "factor_change": _finite(self.factor_change),
            "price_of_zero": _finite(self.price_of_zero),
            "radius": _finite(self.radius),
            "irrepresentability": _finite(self.irrepresentability),
            "rows_push": None if rows is None else rows.push,
            "rows_hold": None if rows is None else rows.hold,
            "rows_pushing": [] if rows is None else [list(pair) for pair in rows.pushing],
            "rows_holding": [] if rows is None else [list(pair) for pair in rows.holding],
            "removable_rows": None if removal is None else removal.rows,
        }


NO_EVIDENCE = Evidence()


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def make_evidence(solution: Solution, *, pull: Array, null_pull: Array, path: Path | None) -> tuple[Evidence, ...]:
    """What takes no refit, for every column.

    Parameters
    ----------
    solution : Solution
        The explained fit.
    pull, null_pull : ndarray of shape (n_features,)
        In the unit in which the penalty acts.
    path : Path or None
        For the alphas at which a weight changes.
    """
    problem, coef = solution.problem, solution.coef
    toll = tolls(problem, solution.alpha)
    charged = (toll > 0) & np.isfinite(toll) & ~problem.structural
    per_alpha = solution.alpha * problem.penalty.l1_ratio
    alone = np.where(charged, solution.alpha * np.maximum(null_pull, 0.0) / np.where(charged, toll, 1.0), np.nan)
    enters = charged & (coef == 0) & (pull >= 0.0)
    factor = np.where(enters, pull / per_alpha if per_alpha > 0 else np.nan, np.nan)
    changes = alpha_change(path, solution) if path is not None else [None] * problem.n_cols
    distance, index = radii(solution), irrepresentability(solution)
    costly = float(problem.n_rows) * problem.n_cols > _ROWS_BUDGET
    rows: Sequence[RowShares | None] = (
        [None] * problem.n_cols if costly else list(row_shares(solution, np.arange(problem.n_cols)))
    )
    return tuple(
        Evidence(
            alpha_alone=_known(alone[j]),
            alpha_change=changes[j] if charged[j] else None,
            factor_change=_known(factor[j]),
            price_of_zero=0.0 if coef[j] == 0 else None,
            radius=None if distance is None else _known(distance[j]),
            irrepresentability=None if index is None else _known(index[j]),
            rows=rows[j],
        )
        for j in range(problem.n_cols)
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def deepened(evidence: Evidence, solution: Solution, certificate: Certificate, feature: int) -> tuple[Evidence, int]:
    """The evidence with what takes refits, for one column, and how many fits that took.

    Rows are searched only in data of at most 20 million entries.
    """
    problem, verdict = solution.problem, certificate.verdicts[feature]
    if evidence.rows is None:
        evidence = replace(evidence, rows=next(row_shares(solution, np.array([feature]))))
    if problem.structural[feature] or verdict is Verdict.NUMERICAL_DEBRIS:
        return evidence, 0
    if solution.coef[feature] != 0 and evidence.price_of_zero is None:
        found = delete(solution, certificate, feature)
        charged = tolls(problem, solution.alpha)[feature] > 0
        factor = found.pull / (solution.alpha * problem.penalty.l1_ratio) if charged else None
        return replace(evidence, price_of_zero=found.price, factor_change=factor), 1
    small = problem.n_rows * problem.n_cols <= _SEARCH_ENTRIES
    if small and verdict is Verdict.ZERO_PROVED and evidence.removal is None:
        removal = certified_removal(solution, feature)
        return replace(evidence, removal=removal), removal.refits
    return evidence, 0


def with_refits(
    evidence: Sequence[Evidence], solution: Solution, certificate: Certificate, ratio: Array, budget: int
) -> tuple[Evidence, ...]:
    """The evidence with what takes refits, as far as `budget` fits reach.

    First the prices of the non-zeros, then the rows of the zeros, each from the nearest to the border on. On large
    data fewer fits are made, so that they read no more than 10 million entries; `Explanation.why` makes the others.

    Parameters
    ----------
    evidence : sequence of Evidence
        One for each column.
    solution, certificate
        The fit and what is proved.
    ratio : ndarray of shape (n_features,)
        Pull over toll.
    budget : int
        Fits at most; a search that has begun is finished.
    """
    problem = solution.problem
    left = min(budget, int(_REFIT_ENTRIES // max(1, problem.n_rows * problem.n_cols)))
    deeper = list(evidence)
    nonzero, zero = np.flatnonzero(solution.coef), np.flatnonzero(solution.coef == 0)
    order = np.concatenate([nonzero[np.argsort(ratio[nonzero])], zero[np.argsort(-ratio[zero], kind="stable")]])
    for j in order:
        if left <= 0:
            break
        deeper[j], spent = deepened(deeper[j], solution, certificate, int(j))
        left -= spent
    return tuple(deeper)
