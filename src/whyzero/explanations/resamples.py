"""How stable the answer is: zeros of the fit and of its partner on rows drawn anew.

Rows are drawn with replacement (Efron, Ann. Statist. 7, 1979), and both fits are made on each draw: at the same alpha,
and the partner at the same training loss. The draws share their rows, so they show how stable this answer is; they are
no independent evidence. That L1 makes zeros is proved by the optimality condition, not by counting.

Along a path the fit is made at every alpha on each draw; beside each stands, of the partner's grid on the same draw,
the fit with the nearest training loss.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import InputError
from whyzero.explanations.null_model import fit_null_model
from whyzero.explanations.partner import Partner, find_partner
from whyzero.explanations.path_facts import training_losses
from whyzero.explanations.pulls import null_pulls
from whyzero.problem import Problem
from whyzero.solution import Path, Settings, Solution
from whyzero.solve import solve, solve_path

__all__ = ["Resamples", "quick_draws", "resample", "sign_test"]

_SETTINGS = Settings(tol=1e-10)
_FITS_EACH = 50
_QUICK_PRODUCTS = 6e7
_MOST_REDRAWS = 5


@dataclass(frozen=True)
class Resamples:
    """Numbers of weights that are exactly 0.0 on every draw, constant columns left out.

    Attributes
    ----------
    own, partner : tuple of int
        Of the fit and of its partner, one number a draw.
    n_weights : int
        Weights that could have been zero: columns that vary in the data.
    seed : int
        Of the draws.
    own_along, partner_along : tuple of tuple of int
        The same numbers at every alpha of the path, one row an alpha; empty without a path.
    """

    own: tuple[int, ...]
    partner: tuple[int, ...]
    n_weights: int
    seed: int
    own_along: tuple[tuple[int, ...], ...] = ()
    partner_along: tuple[tuple[int, ...], ...] = ()

    @property
    def more(self) -> int:
        """Draws in which the fit had more zeros than its partner."""
        return sum(a > b for a, b in zip(self.own, self.partner, strict=True))

    @property
    def fewer(self) -> int:
        """Draws in which it had fewer."""
        return sum(a < b for a, b in zip(self.own, self.partner, strict=True))

    def as_dict(self) -> dict[str, Any]:
        """As in the saved explanation."""
        return {
            "own": list(self.own),
            "partner": list(self.partner),
            "n_weights": self.n_weights,
            "seed": self.seed,
            "more": self.more,
            "fewer": self.fewer,
            "p_value": sign_test(self.more, self.fewer),
            "own_along": [list(row) for row in self.own_along],
            "partner_along": [list(row) for row in self.partner_along],
        }


def resample(
    fit: Solution, partner: Partner | None, n_draws: int, seed: int = 0, *, path: Path | None = None
) -> Resamples | None:
    """Count zeros on `n_draws` draws of the rows, and at every alpha of `path` if there is one.

    None without a partner or draws, or where the partner was not matched on the training loss.
    """
    problem = fit.problem
    if partner is None or n_draws == 0 or partner.match != "training loss":
        return None
    rng = np.random.default_rng(seed)
    counts = []
    for _ in range(n_draws):
        drawn = _draw(problem, rng)
        if drawn is None:
            return None
        here = solve(drawn, fit.alpha, settings=_SETTINGS)
        beside = _beside(here, partner.solution.problem.penalty.l1_ratio)
        at_fit = _zeros(drawn, here.coef[None]), _zeros(drawn, beside.solution.coef[None])
        along = _along(drawn, path.alphas, beside) if path is not None else np.zeros((2, 0), dtype=np.intp)
        counts.append(np.hstack([at_fit, along]))
    # Of each side first the fit itself, then the path; of these the draws.
    own, other = ([tuple(row) for row in side] for side in np.stack(counts, axis=-1).tolist())
    n_weights = int(np.count_nonzero(~problem.structural))
    return Resamples(own[0], other[0], n_weights, seed, tuple(own[1:]), tuple(other[1:]))


def quick_draws(problem: Problem, n_draws: int) -> int:
    """`n_draws` where that many take about a second, else 0."""
    entries = float(problem.design.column_counts().sum())
    return n_draws if entries * n_draws * _FITS_EACH <= _QUICK_PRODUCTS else 0


def _draw(problem: Problem, rng: np.random.Generator) -> Problem | None:
    """The problem with every row counted as often as it was drawn; None if one class is always missing."""
    for _ in range(_MOST_REDRAWS):
        times = rng.multinomial(problem.n_rows, np.full(problem.n_rows, 1 / problem.n_rows))
        try:
            return problem.with_sample_weight(problem.sample_weight * times)
        except InputError:
            continue
    return None


def _zeros(problem: Problem, coefs: NDArray[np.float64]) -> NDArray[np.intp]:
    """How many weights of columns that vary are exactly 0.0, in every row of `coefs`."""
    return np.asarray(np.count_nonzero(coefs[:, ~problem.structural] == 0.0, axis=1))


def _along(drawn: Problem, alphas: NDArray[np.float64], partner: Partner) -> NDArray[np.intp]:
    """Zeros at every alpha, and of the partner's fits nearest to each in training loss; shape (2, n_alphas)."""
    path = solve_path(drawn, alphas=alphas, settings=_SETTINGS)
    losses = np.append(training_losses(partner.path), partner.train_loss)
    zeros = _zeros(drawn, np.vstack([partner.path.coefs, partner.solution.coef]))
    nearest = np.argmin(np.abs(losses - training_losses(path)[:, None]), axis=1)
    return np.stack([_zeros(drawn, path.coefs), zeros[nearest]])


def _beside(fit: Solution, l1_ratio: float) -> Partner:
    """The partner at the training loss of `fit`."""
    null = fit_null_model(fit.problem)
    compare = {0.0: "l2", 1.0: "l1"}.get(l1_ratio, "elasticnet")
    found = find_partner(
        fit,
        compare=compare,
        match="loss",
        null_pulls=null_pulls(fit.problem, null),
        null_loss=null.loss,
        train_loss=fit.problem.loss_value(fit.coef, fit.intercept),
        cv=None,
    )
    assert found is not None  # there was one on all rows
    return found


def sign_test(wins: int, losses: int) -> float:
    """How probable a result at least as lopsided is if each trial is as likely to be a win as a loss, Eq. (114).

    Parameters
    ----------
    wins, losses : int
        Trials for either side; ties do not count.

    Returns
    -------
    float
        ``min(1, 2 P(B >= max(wins, losses)))`` for B binomial with ``wins + losses`` fair trials.
    """
    trials = wins + losses
    tail = sum(math.comb(trials, k) for k in range(max(wins, losses), trials + 1))
    return min(1.0, 2 * tail / (1 << trials))
