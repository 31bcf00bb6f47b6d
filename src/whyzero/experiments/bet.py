"""The bet: "either one would be equally likely to make some weights become zero", as a sign test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.experiments.draws import sparse_regression
from whyzero.explanations.null_model import fit_null_model
from whyzero.explanations.partner import Partner, find_partner
from whyzero.explanations.pulls import null_pulls
from whyzero.explanations.resamples import sign_test
from whyzero.problem import make_problem
from whyzero.solution import Settings, Solution
from whyzero.solve import solve_path

__all__ = ["Bet", "bet", "sign_test"]

Array = NDArray[np.float64]
_SETTINGS = Settings(tol=1e-10)


@dataclass(frozen=True, eq=False)
class Bet:
    """L1 and L2 on the same data sets, each pair at the same training loss.

    A data set is one trial: weights of one data set depend on one another.

    Attributes
    ----------
    l1_coefs, l2_coefs : ndarray of shape (n_data_sets, n_cols)
        The weights.
    l1_losses, l2_losses : ndarray of shape (n_data_sets,)
        The mean training losses.
    """

    l1_coefs: Array
    l2_coefs: Array
    l1_losses: Array
    l2_losses: Array

    @property
    def l1_zeros(self) -> NDArray[np.intp]:
        """Weights that are exactly 0.0 under L1, for every data set."""
        return np.asarray(np.count_nonzero(self.l1_coefs == 0.0, axis=1))

    @property
    def l2_zeros(self) -> NDArray[np.intp]:
        """Weights that are exactly 0.0 under L2, for every data set."""
        return np.asarray(np.count_nonzero(self.l2_coefs == 0.0, axis=1))

    @property
    def wins(self) -> int:
        """Data sets on which L1 makes more zeros."""
        return int(np.count_nonzero(self.l1_zeros > self.l2_zeros))

    @property
    def losses(self) -> int:
        """Data sets on which L2 makes more zeros."""
        return int(np.count_nonzero(self.l1_zeros < self.l2_zeros))

    @property
    def p_value(self) -> float:
        """`sign_test` of wins against losses."""
        return sign_test(self.wins, self.losses)


def bet(seed: int = 0, *, n_data_sets: int = 40, n_rows: int = 100, n_cols: int = 20, alpha_ratio: float = 0.2) -> Bet:
    """Draw data sets, fit L1, match L2 by training loss, and count exact zeros.

    Parameters
    ----------
    seed : int
        Of the data sets: normal columns, neighbours correlated by 0.5, five weights of size 1, noise of size 1.
    n_data_sets, n_rows, n_cols : int
        Sizes.
    alpha_ratio : float in (0, 1)
        The alpha of L1 as a share of alpha_max, Eq. (13).
    """
    rng = np.random.default_rng(seed)
    fits, partners = [], []
    for _ in range(n_data_sets):
        draw = sparse_regression(rng, n_rows, n_cols)
        problem = make_problem(draw.X, draw.y)
        fit = solve_path(problem, alphas=2, alpha_min_ratio=alpha_ratio, settings=_SETTINGS)[1]
        fits.append(fit)
        partners.append(_partner(fit))
    return Bet(
        l1_coefs=np.array([fit.coef for fit in fits]),
        l2_coefs=np.array([partner.solution.coef for partner in partners]),
        l1_losses=np.array([fit.problem.loss_value(fit.coef, fit.intercept) for fit in fits]),
        l2_losses=np.array([partner.train_loss for partner in partners]),
    )


def _partner(fit: Solution) -> Partner:
    """L2 at the training loss of `fit`."""
    null = fit_null_model(fit.problem)
    partner = find_partner(
        fit,
        compare="l2",
        match="loss",
        null_pulls=null_pulls(fit.problem, null),
        null_loss=null.loss,
        train_loss=fit.problem.loss_value(fit.coef, fit.intercept),
    )
    assert partner is not None  # it is left out only for thousands of rows and columns
    return partner
