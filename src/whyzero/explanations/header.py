"""What was fitted and how well, in numbers and one line of mathematics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from whyzero.certificates import Certificate, Verdict
from whyzero.explanations.elsewhere import elsewhere
from whyzero.explanations.null_model import NullModel
from whyzero.explanations.rows import Row, irrepresentable, number
from whyzero.explanations.wording import figure
from whyzero.problem import Problem
from whyzero.solution import Solution

__all__ = ["Header", "make_header", "objective_line"]

_LOSS_FORMULAS = {
    "squared": "(y_i - eta_i)^2 / 2",
    "logistic": "(log(1 + exp(eta_i)) - y_i eta_i)",
    "poisson": "(exp(eta_i) - y_i eta_i + y_i log(y_i) - y_i)",
}
_DIGITS = 6


@dataclass(frozen=True)
class Header:
    """The facts above the table.

    Attributes
    ----------
    loss : str
        Name of the loss.
    n_rows, n_cols : int
        Shape of X.
    alpha, l1_ratio, alpha_max : float
        The penalty, and the smallest alpha at which every penalised weight is zero (infinite for L2).
    fit_intercept, standardize, positive : bool
        As in the problem.
    intercept : float
        Fitted intercept.
    objective : str
        What was minimised, with its numbers.
    elsewhere : dict of str to str
        The same in other packages' parameters.
    null_loss, train_loss : float
        Mean loss of the null model and of the fit.
    dual_gap, gap_relative : float
        Proved bound of the objective's distance from its minimum, and its share of the null model's loss.
    status : str
        Why the solver stopped.
    zero, nonzero, open : int
        Weights that are exactly 0 here, that are not, and those whose verdict is open (counted only there).
    verdicts : dict of str to int
        How often each verdict was given.
    radius : float or None
        A change of y that is shorter changes no weight between zero, plus and minus; squared loss.
    irrepresentability : float or None
        The largest index of a zero; above 1 the selection cannot be trusted.
    """

    loss: str
    n_rows: int
    n_cols: int
    alpha: float
    l1_ratio: float
    alpha_max: float
    fit_intercept: bool
    standardize: bool
    positive: bool
    intercept: float
    objective: str
    elsewhere: dict[str, str]
    null_loss: float
    train_loss: float
    dual_gap: float
    gap_relative: float
    status: str
    zero: int
    nonzero: int
    open: int
    verdicts: dict[str, int]
    radius: float | None
    irrepresentability: float | None

    def problem(self) -> dict[str, Any]:
        """The part "problem" of the saved explanation."""
        return {
            "loss": self.loss,
            "n_rows": self.n_rows,
            "n_cols": self.n_cols,
            "alpha": self.alpha,
            "l1_ratio": self.l1_ratio,
            "alpha_max": number(self.alpha_max),
            "fit_intercept": self.fit_intercept,
            "standardize": self.standardize,
            "positive": self.positive,
            "intercept": self.intercept,
            "objective": self.objective,
            "elsewhere": dict(self.elsewhere),
            "null_loss": number(self.null_loss),
            "train_loss": number(self.train_loss),
            "dual_gap": number(self.dual_gap),
            "gap_relative": number(self.gap_relative),
            "status": self.status,
            "radius": number(self.radius),
            "irrepresentability": number(self.irrepresentability),
        }

    @property
    def unsettled(self) -> str:
        """'2 not unique, 1 open': what is neither zero nor non-zero; 'none open' if all is settled."""
        several = self.verdicts.get(Verdict.NOT_UNIQUE.value, 0)
        parts = [f"{several:,} not unique"] if several else []
        return ", ".join([*parts, *([f"{self.open - several:,} open"] if self.open > several else [])]) or "none open"

    def counts(self) -> dict[str, Any]:
        """The part "counts" of the saved explanation."""
        return {"zero": self.zero, "nonzero": self.nonzero, "open": self.open, "verdicts": dict(self.verdicts)}


def make_header(
    solution: Solution, null: NullModel, certificate: Certificate, rows: tuple[Row, ...], train_loss: float
) -> Header:
    """Collect the facts.

    Parameters
    ----------
    solution : Solution
        The explained fit.
    null : NullModel
        Its model without penalised columns.
    certificate : Certificate
        What is proved.
    rows : tuple of Row
        All rows.
    train_loss : float
        Mean loss of the fit.
    """
    problem = solution.problem
    closed = [row for row in rows if row.verdict not in (Verdict.OPEN, Verdict.NOT_UNIQUE)]
    counted = certificate.counts()
    index = irrepresentable(rows)
    return Header(
        loss=problem.loss.name,
        n_rows=problem.n_rows,
        n_cols=problem.n_cols,
        alpha=solution.alpha,
        l1_ratio=problem.penalty.l1_ratio,
        alpha_max=_alpha_max(problem, rows, solution.alpha),
        fit_intercept=problem.fit_intercept,
        standardize=problem.standardize,
        positive=problem.penalty.positive,
        intercept=solution.intercept,
        objective=objective_line(problem, solution.alpha),
        elsewhere=elsewhere(problem, solution.alpha),
        null_loss=null.loss,
        train_loss=train_loss,
        dual_gap=certificate.gap,
        gap_relative=certificate.gap / null.loss if null.loss > 0 else float("inf"),
        status=solution.status.value,
        zero=sum(row.coef == 0 for row in closed),
        nonzero=sum(row.coef != 0 for row in closed),
        open=len(rows) - len(closed),
        verdicts={verdict.value: counted[verdict] for verdict in Verdict if counted.get(verdict)},
        radius=min((found for row in rows if (found := row.evidence.radius) is not None), default=None),
        irrepresentability=None if index is None else index[0],
    )


def _alpha_max(problem: Problem, rows: tuple[Row, ...], alpha: float) -> float:
    """``max_j null_pull_j / (l1_ratio penalty_factor_j)``, from ``toll = alpha l1_ratio penalty_factor``."""
    if problem.penalty.l1_ratio == 0:
        return float("inf")
    live = (row for row in rows if not problem.structural[row.index] and 0 < row.toll < np.inf)
    return max((alpha * max(row.null_pull, 0.0) / row.toll for row in live), default=0.0)


def objective_line(problem: Problem, alpha: float) -> str:
    """What is minimised, as one line with its numbers."""
    weighted = bool(np.any(problem.sample_weight != 1))
    total = figure(float(problem.sample_weight.sum()), _DIGITS)
    weight = "s_i " if weighted else ""
    loss = f"(1/{total}) sum_i {weight}{_LOSS_FORMULAS[problem.loss.name]}"
    unit = "sd_j b_j" if problem.standardize else "b_j"
    factor = "v_j " if np.any(problem.penalty.factor != 1) else ""
    rho = problem.penalty.l1_ratio
    absolute = f"|{unit}|"
    square = f"({unit})^2 / 2" if problem.standardize else f"{unit}^2 / 2"
    if rho == 1:
        charge = absolute
    elif rho == 0:
        charge = square
    else:
        charge = f"({figure(rho, _DIGITS)} {absolute} + {figure(1 - rho, _DIGITS)} {square})"
    eta = " + ".join(
        [
            *(["b_0"] if problem.fit_intercept else []),
            "sum_j x_ij b_j",
            *(["offset_i"] if np.any(problem.offset != 0) else []),
        ]
    )
    limit = " and every b_j >= 0" if problem.penalty.positive else ""
    return f"minimise {loss} + {figure(alpha, _DIGITS)} sum_j {factor}{charge}, with eta_i = {eta}{limit}"
