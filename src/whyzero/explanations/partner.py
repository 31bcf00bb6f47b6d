"""The same problem under another penalty, at the same training loss: L2 beside L1.

Counting zeros at equal alpha compares two models of different strength. The partner is matched on what
both can be held to: the mean training loss, or another number of `matching`. The training loss of the minimiser
never falls as alpha grows, so the match is one root of a monotone function of log alpha (docs/math.md, section 7).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import InputError
from whyzero.explanations.matching import MATCHES, Match, make_match
from whyzero.explanations.null_model import unpenalised
from whyzero.explanations.pulls import penalty_units
from whyzero.explanations.row_space import is_wide, make_row_space
from whyzero.explanations.wording import penalty_name
from whyzero.problem import Problem
from whyzero.solution import CrossValidation, Path, Settings, Solution, Weights
from whyzero.solve import solve_path

__all__ = ["Partner", "alpha_above", "find_partner", "illinois", "other_ratio"]

Array = NDArray[np.float64]
Fitter = Callable[[Array], Path]

_GRID = 16
_SHORT_GRID = 6
_SHORT_FROM = 500
_DECADES = 4.0
_MAX_GRIDS = 3
_MAX_REFINEMENTS = 12
_MATCH_RTOL = 1e-8
_AIM_RTOL = 1e-12  # so that another program that matches gets the same weights to 1e-9
_SMALLEST_DROP = 1e-6
_SETTINGS = Settings(tol=1e-13)
_LARGEST_L2 = 2000
_L1_RATIOS = {"l2": 0.0, "l1": 1.0, "elasticnet": 0.5}


@dataclass(frozen=True)
class Partner:
    """A fit under another l1_ratio.

    Attributes
    ----------
    name : str
        "L2", "L1" or "elastic net".
    solution : Solution
        The partner's fit.
    path : Path
        The grid of the partner's fits that was searched.
    train_loss : float
        Its mean training loss.
    match : str
        What was held equal, in the words of `matching.MATCHES`.
    mismatch : float
        Relative difference of what was to be held equal.
    """

    name: str
    solution: Solution
    path: Path
    train_loss: float
    match: str
    mismatch: float

    @property
    def matched(self) -> bool:
        """Whether both fits agree in it as closely as asked for (always, when alpha was held equal)."""
        return self.match == "alpha" or self.mismatch <= 10 * _MATCH_RTOL

    @property
    def zeros(self) -> int:
        """Weights that are exactly 0.0, the structural ones included."""
        return int(np.count_nonzero(self.solution.coef == 0))

    @property
    def structural_zeros(self) -> int:
        """Weights that are zero under every penalty: constant or excluded columns."""
        return int(np.count_nonzero((self.solution.coef == 0) & self.solution.problem.structural))


def find_partner(
    solution: Solution,
    *,
    compare: str,
    match: str,
    null_pulls: Array,
    null_loss: float,
    train_loss: float,
    cv: CrossValidation | None = None,
) -> Partner | None:
    """Fit the partner of `solution`; None where an L2 fit of more than 2000 rows and columns would take too long.

    Parameters
    ----------
    solution : Solution
        The explained fit.
    compare : {"l2", "l1", "elasticnet"}
        The partner's penalty; the elastic net has ``l1_ratio = 0.5``. A fit that already has it gets L2, or L1
        where it is L2 itself.
    match : {"loss", "cv", "norm", "alpha"}
        What to hold equal.
    null_pulls : ndarray of shape (n_features,)
        Signed null pulls in stored units.
    null_loss, train_loss : float
        Mean loss of the null model and of the explained fit.
    cv : CrossValidation, optional
        Whose folds "cv" uses.

    Raises
    ------
    InputError
        If `compare` or `match` is none of the above, or the rows cannot fill the folds.
    """
    if compare not in _L1_RATIOS:
        raise InputError(f"compare={compare!r} is not known; use {', '.join(map(repr, _L1_RATIOS))} or None.")
    if match not in MATCHES:
        raise InputError(f"match={match!r} is not known; use {', '.join(map(repr, MATCHES))}.")
    l1_ratio = other_ratio(solution.problem.penalty.l1_ratio, compare)
    problem = solution.problem.with_l1_ratio(l1_ratio)
    if l1_ratio == 0 and min(problem.n_rows, problem.n_cols) > _LARGEST_L2:
        return None
    fitter = _fitter(problem)
    if match == "alpha":
        grid = solution.alpha * np.logspace(_DECADES / 2, -_DECADES / 2, _GRID + 1)
        path = fitter(grid)
        return _partner(path[_GRID // 2], path, MATCHES[match], 0.0)
    meet = make_match(match, solution, train_loss, cv)
    # A fit that is the null model itself would be met only by an infinite alpha: meet it nearly.
    nearly = min(train_loss, null_loss * (1 - _SMALLEST_DROP))
    target = nearly if match == "loss" else meet.target
    if match == "norm" and meet.target > 0:
        top = alpha_above_size(problem, null_pulls, meet.target)
    else:
        top = alpha_above(problem, null_pulls, null_loss - nearly)
    size = _GRID if min(problem.n_rows, problem.n_cols) < _SHORT_FROM or l1_ratio > 0 else _SHORT_GRID
    path, excess = _bracketing_path(fitter, meet, target, top, size)
    fit = _refine(fitter, meet, target, path, excess)
    return _partner(fit, path, meet.name, meet.mismatch(_alone(fit, path)))


def other_ratio(own: float, compare: str) -> float:
    """The partner's l1_ratio."""
    wanted = _L1_RATIOS[compare]
    if compare == "elasticnet":
        return 0.0 if 0 < own < 1 else wanted
    return 1.0 - wanted if own == wanted else wanted


def _partner(fit: Solution, path: Path, match: str, mismatch: float) -> Partner:
    loss = fit.problem.loss_value(fit.coef, fit.intercept)
    return Partner(penalty_name(fit.problem.penalty.l1_ratio), fit, path, loss, match, mismatch)


def _alone(fit: Solution, path: Path) -> Path:
    """A path of the one fit."""
    return replace(
        path,
        alphas=np.array([fit.alpha]),
        weights=Weights.of(fit.coef[None]),
        intercepts=np.array([fit.intercept]),
        dual_gaps=np.array([fit.dual_gap]),
        statuses=(fit.status,),
        n_iters=np.array([fit.n_iter]),
    )


def _fitter(problem: Problem) -> Fitter:
    """How to fit `problem` at given alphas: as it is, or where it is a wide L2 problem in its row space."""
    if not is_wide(problem):
        return lambda alphas: solve_path(problem, alphas=alphas, settings=_SETTINGS)
    space = make_row_space(problem)
    return lambda alphas: space.lift(solve_path(space.narrow, alphas=alphas, settings=_SETTINGS))


def alpha_above(problem: Problem, null_pulls: Array, drop: float) -> float:
    r"""An alpha at which the training loss lies at most `drop` below the null model's.

    With an L1 part it is alpha_max. For L2, with ``u`` the weights where the penalty acts, ``g`` the null gradient
    there and ``N = sum v u^2``: optimality gives ``alpha N / 2 <= L(0) - L(u)``, convexity
    ``L(0) - L(u) <= -g'u <= sqrt(sum g^2 / v) sqrt(N)``; hence ``L(0) - L(u) <= 2 (sum g^2 / v) / alpha``.
    Where no column is pulled, any alpha will do: 1. Where no weight may be negative, only the pulls upwards count.
    """
    factor = problem.penalty.factor
    penalised = ~unpenalised(problem) & ~problem.structural
    pulls = np.maximum(problem.penalty.reach(null_pulls), 0.0)[penalised] / penalty_units(problem)[penalised]
    if problem.penalty.l1_ratio > 0:
        found = float(np.max(pulls / factor[penalised], initial=0.0)) / problem.penalty.l1_ratio
    else:
        found = float(2 * np.sum(pulls**2 / factor[penalised])) / drop if drop > 0 else 0.0
    return found if 0 < found < math.inf else 1.0


def alpha_above_size(problem: Problem, null_pulls: Array, size: float) -> float:
    """An alpha at which the weights are at most as large as `size`, in the norm of `matching.size_of_weights`.

    With an L1 part it is alpha_max. For L2 the inequalities of `alpha_above` give
    ``alpha sqrt(N) <= 2 sqrt(sum g^2 / v)``.
    """
    if problem.penalty.l1_ratio > 0:
        return alpha_above(problem, null_pulls, 0.0)
    return math.sqrt(2 * alpha_above(problem, null_pulls, 1.0)) / size


def _bracketing_path(fitter: Fitter, meet: Match, target: float, top: float, size: int) -> tuple[Path, Array]:
    """Fits from `top` downwards until one has reached the target."""
    for extension in range(_MAX_GRIDS):
        high = top * 10 ** (-_DECADES * extension)
        alphas = np.logspace(math.log10(high), math.log10(high) - _DECADES, size)
        path = fitter(alphas)
        excess = meet.excess(path, target)
        if np.any(excess <= 0) or np.argmin(excess) < size - 1:  # a held-out loss may turn before it gets there
            break
    return path, excess


def _refine(fitter: Fitter, meet: Match, target: float, path: Path, excess: Array) -> Solution:
    """The fit that meets the target, or the nearest on the path where that is out of reach."""
    below = np.flatnonzero(excess <= 0)
    if len(below) == 0 or below[0] == 0:
        return path[int(np.argmin(np.abs(excess)))]
    first = int(below[0])
    fits: dict[float, Solution] = {}

    def distance(log_alpha: float) -> float:
        found = fitter(np.array([math.exp(log_alpha)]))
        fits[log_alpha] = found[0]
        return float(meet.excess(found, target)[0])

    bracket = (
        (math.log(path.alphas[first]), float(excess[first])),
        (math.log(path.alphas[first - 1]), float(excess[first - 1])),
    )
    best = illinois(distance, bracket, _AIM_RTOL * abs(target))
    if best in fits:
        return fits[best]
    return path[first if best == bracket[0][0] else first - 1]


def illinois(
    function: Callable[[float], float], bracket: tuple[tuple[float, float], tuple[float, float]], tolerance: float
) -> float:
    """Regula falsi (Illinois variant): the argument with the smallest ``|function|`` that was met."""
    (a, fa), (b, fb) = bracket
    best, smallest = (a, abs(fa)) if abs(fa) <= abs(fb) else (b, abs(fb))
    for _ in range(_MAX_REFINEMENTS):
        if smallest <= tolerance:
            break
        c = (a * fb - b * fa) / (fb - fa)
        fc = function(c)
        if abs(fc) < smallest:
            best, smallest = c, abs(fc)
        if fc * fb < 0:
            a, fa = b, fb
        else:
            fa /= 2
        b, fb = c, fc
    return best
