"""The same model under another penalty, at the same training loss: L2 beside L1.

The training loss of the minimiser never falls as alpha grows, whatever the loss and the penalty (docs/math.md, section
7), so the match is one root of a monotone function of log alpha.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import InputError
from whyzero.explanations.null_model import unpenalised
from whyzero.explanations.partner import illinois, other_ratio
from whyzero.explanations.wording import penalty_name
from whyzero.multi.explanations.pulls import is_grouped, judged_sizes
from whyzero.multi.paths import MatrixPath, MatrixSolution, solve_matrix_path
from whyzero.multi.problem import MatrixProblem
from whyzero.solution import Settings

__all__ = ["PENALTIES", "MatrixPartner", "find_matrix_partner"]

Array = NDArray[np.float64]

PENALTIES = ("l2", "l1", "elasticnet")
_GRID = 12
_DECADES = 4.0
_MAX_GRIDS = 3
_MATCH_RTOL = 1e-8
_AIM_RTOL = 1e-12
_SMALLEST_DROP = 1e-6
_SETTINGS = Settings(tol=1e-13)
_LARGEST_L2 = 2000
_MOST_WORK = 1e10


@dataclass(frozen=True)
class MatrixPartner:
    """A fit under another l1_ratio.

    Attributes
    ----------
    name : str
        "L2", "L1" or "elastic net".
    solution : MatrixSolution
        The partner's fit.
    train_loss : float
        Its mean training loss.
    mismatch : float
        Relative difference of the training losses.
    match : str
        What was held equal: "training loss".
    """

    name: str
    solution: MatrixSolution
    train_loss: float
    mismatch: float
    match: str = "training loss"

    @property
    def matched(self) -> bool:
        """Whether both fits agree in it as closely as asked for."""
        return self.mismatch <= 10 * _MATCH_RTOL

    @property
    def zeros(self) -> int:
        """Columns without a weight for any target, or weights of classes, that are exactly 0.0."""
        return int(np.count_nonzero(judged_sizes(self.solution.problem, self.solution.coef) == 0))


def find_matrix_partner(
    problem: MatrixProblem, *, compare: str, pulls: Array, null_loss: float, train_loss: float
) -> MatrixPartner | None:
    """Fit the partner; None where the L2 fits would take too long.

    That is with more than 2000 columns, times classes, or where their square times the rows is above 1e10.

    Parameters
    ----------
    problem : MatrixProblem
        The explained problem.
    compare : {"l2", "l1", "elasticnet"}
        The partner's penalty, as in `whyzero.explain`.
    pulls : ndarray of shape (n_tasks, n_features)
        Null pulls.
    null_loss, train_loss : float
        Mean loss of the null model and of the explained fit.

    Raises
    ------
    InputError
        If `compare` is none of the above.
    """
    if compare not in PENALTIES:
        raise InputError(f"compare={compare!r} is not known; use {', '.join(map(repr, PENALTIES))} or None.")
    other = problem.with_l1_ratio(other_ratio(problem.l1_ratio, compare))
    size = problem.rows.n_cols * (1 if is_grouped(problem) else problem.n_tasks)
    if other.l1_ratio == 0.0 and (size > _LARGEST_L2 or float(problem.rows.n_rows) * size**2 > _MOST_WORK):
        return None
    # A fit that is the null model itself would be met only by an infinite alpha: meet it nearly.
    target = min(train_loss, null_loss * (1.0 - _SMALLEST_DROP))
    fit = _meet(other, target, _alpha_above(other, pulls, null_loss - target))
    loss = fit.problem.loss_value(fit.coef, fit.intercept)
    mismatch = abs(loss - train_loss) / max(abs(train_loss), float(np.finfo(float).tiny))
    return MatrixPartner(penalty_name(other.l1_ratio), fit, loss, mismatch)


def _alpha_above(problem: MatrixProblem, pulls: Array, drop: float) -> float:
    """An alpha at which the training loss lies at most `drop` below the null model's, as `partner.alpha_above` has it.

    Its inequalities hold for the sum of squares of all weights.
    """
    rows = problem.rows
    penalised = ~unpenalised(rows) & ~rows.structural
    pulls, factor = pulls[:, penalised], rows.penalty.factor[penalised]
    if problem.l1_ratio > 0:
        found = float(np.max(judged_sizes(problem, pulls) / factor, initial=0.0)) / problem.l1_ratio
    else:
        found = float(2.0 * np.sum(pulls**2 / factor)) / drop if drop > 0 else 0.0
    return found if 0 < found < math.inf else 1.0


def _meet(problem: MatrixProblem, target: float, top: float) -> MatrixSolution:
    """The fit whose training loss is the target, or the nearest that was found where that is out of reach."""
    fits: dict[float, MatrixSolution] = {}

    def excess(path: MatrixPath) -> list[float]:
        tried = [path[k] for k in range(len(path))]
        fits.update({math.log(fit.alpha): fit for fit in tried})
        return [problem.loss_value(fit.coef, fit.intercept) - target for fit in tried]

    def distance(log_alpha: float) -> float:
        path = solve_matrix_path(problem, alphas=[math.exp(log_alpha)], settings=_SETTINGS)
        fits[log_alpha] = path[0]
        return problem.loss_value(path[0].coef, path[0].intercept) - target

    for extension in range(_MAX_GRIDS):
        high = math.log10(top) - _DECADES * extension
        path = solve_matrix_path(problem, alphas=np.logspace(high, high - _DECADES, _GRID), settings=_SETTINGS)
        found = excess(path)
        if min(found) <= 0:
            break
    logs = np.log(path.alphas).tolist()
    below = next((k for k, value in enumerate(found) if value <= 0), 0)
    if below == 0:
        return path[int(np.argmin(np.abs(found)))]
    bracket = ((logs[below], found[below]), (logs[below - 1], found[below - 1]))
    return fits[illinois(distance, bracket, _AIM_RTOL * abs(target))]
