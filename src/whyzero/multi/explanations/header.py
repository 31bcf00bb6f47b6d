"""What was fitted and how well, in numbers and one line of mathematics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whyzero.certificates import Verdict
from whyzero.explanations.facts import Facts
from whyzero.explanations.null_model import unpenalised
from whyzero.explanations.wording import figure, penalty_name
from whyzero.multi.certificates import MatrixCertificate
from whyzero.multi.explanations.null_model import MatrixNullModel
from whyzero.multi.explanations.partner import MatrixPartner
from whyzero.multi.explanations.pulls import is_grouped
from whyzero.multi.explanations.rows import MatrixRow
from whyzero.multi.problem import MatrixProblem

__all__ = ["MatrixHeader", "make_matrix_facts", "make_matrix_header"]

_DIGITS = 6


@dataclass(frozen=True)
class MatrixHeader:
    """The facts above the table.

    Attributes
    ----------
    loss : {"squared", "softmax"}
    n_rows, n_cols, n_tasks : int
        Shape of X, and number of targets or classes.
    targets : tuple
        Their labels.
    alpha, l1_ratio, alpha_max : float
        The penalty, and the smallest alpha at which every penalised weight is zero (infinite for L2).
    fit_intercept : bool
    intercept : tuple of float
        One for each target or class.
    objective : str
        What was minimised, with its numbers.
    elsewhere : dict of str to str
        The same in other packages' parameters.
    null_loss, train_loss : float
        Mean loss of the null model and of the weights.
    dual_gap, gap_relative : float
        Proved bound of the objective's distance from its minimum, and its share of the null model's loss.
    status : str
        Why the solver stopped; empty for weights that were given.
    zero, nonzero, open : int
        Columns (for classes: weights) that are exactly 0 here, that are not, and those whose verdict is open or not
        unique (counted only there).
    verdicts : dict of str to int
        How often each verdict was given.
    """

    loss: str
    n_rows: int
    n_cols: int
    n_tasks: int
    targets: tuple[Any, ...]
    alpha: float
    l1_ratio: float
    alpha_max: float
    fit_intercept: bool
    intercept: tuple[float, ...]
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

    @property
    def grouped(self) -> bool:
        """Whether whole columns are judged, and not single weights."""
        return self.loss == "squared"


def make_matrix_header(
    problem: MatrixProblem,
    certificate: MatrixCertificate,
    null: MatrixNullModel,
    rows: Sequence[MatrixRow],
    *,
    targets: Sequence[Any],
    status: str,
) -> MatrixHeader:
    """Collect the facts.

    Parameters
    ----------
    problem : MatrixProblem
    certificate : MatrixCertificate
        The weights, and what is proved about them.
    null : MatrixNullModel
        The model without penalised columns.
    rows : sequence of MatrixRow
        All rows.
    targets : sequence
        Labels of the targets or classes.
    status : str
        Why the solver stopped.
    """
    closed = [row for row in rows if row.verdict not in (Verdict.OPEN, Verdict.NOT_UNIQUE)]
    return MatrixHeader(
        loss=certificate.loss,
        n_rows=certificate.n_rows,
        n_cols=certificate.n_cols,
        n_tasks=certificate.n_tasks,
        targets=tuple(targets),
        alpha=certificate.alpha,
        l1_ratio=certificate.l1_ratio,
        alpha_max=_alpha_max(problem, rows),
        fit_intercept=certificate.fit_intercept,
        intercept=tuple(certificate.intercept.tolist()),
        objective=objective_line(problem, certificate.alpha),
        elsewhere={"scikit-learn": _scikit_learn(problem, certificate.alpha)},
        null_loss=null.loss,
        train_loss=problem.loss_value(certificate.coef, certificate.intercept),
        dual_gap=certificate.gap,
        gap_relative=certificate.gap / null.loss if null.loss > 0 else float("inf"),
        status=status,
        zero=sum(row.coef == 0 for row in closed),
        nonzero=sum(row.coef != 0 for row in closed),
        open=len(rows) - len(closed),
        verdicts={verdict.value: count for verdict, count in certificate.counts().items()},
    )


def make_matrix_facts(problem: MatrixProblem, certificate: MatrixCertificate, partner: MatrixPartner | None) -> Facts:
    """The fit in the words of the sentences, as for one target."""
    setting = ""
    if partner is not None:
        held = "at the same" if partner.matched else "at nearly the same"
        setting = f"{partner.name} {held} {partner.match} (alpha {figure(partner.solution.alpha)})"
    return Facts(
        alpha=certificate.alpha,
        l1_ratio=problem.l1_ratio,
        penalty=penalty_name(problem.l1_ratio),
        standardize=False,
        fit_intercept=problem.rows.fit_intercept,
        unpenalised=bool(unpenalised(problem.rows).any()),
        gap=certificate.gap,
        arithmetic="float",
        grid="",
        partner="" if partner is None else partner.name,
        match="" if partner is None else partner.match,
        partner_setting=setting,
    )


def _alpha_max(problem: MatrixProblem, rows: Sequence[MatrixRow]) -> float:
    """The largest alpha above which a column is zero on its own."""
    if problem.l1_ratio == 0:
        return float("inf")
    return max((row.evidence.alpha_alone for row in rows if row.evidence.alpha_alone is not None), default=0.0)


def objective_line(problem: MatrixProblem, alpha: float) -> str:
    """What is minimised, as one line with its numbers."""
    rows, rho = problem.rows, problem.l1_ratio
    weight = "s_i " if np.any(rows.sample_weight != 1) else ""
    total = figure(float(rows.sample_weight.sum()), _DIGITS)
    factor = "v_j " if np.any(rows.penalty.factor != 1) else ""
    if is_grouped(problem):
        loss, over, size, square = "|y_i - eta_i|^2 / 2", "sum_j", "|B_j|", "|B_j|^2 / 2"
    else:
        loss, over, size, square = "(log sum_k exp(eta_ik) - eta_i,y_i)", "sum_jk", "|B_jk|", "B_jk^2 / 2"
    mixed = f"({figure(rho, _DIGITS)} {size} + {figure(1 - rho, _DIGITS)} {square})"
    charge = {1.0: size, 0.0: square}.get(rho, mixed)
    eta = "b_0 + sum_j x_ij B_j" if rows.fit_intercept else "sum_j x_ij B_j"
    penalty = f"{figure(alpha, _DIGITS)} {over} {factor}{charge}"
    return f"minimise (1/{total}) sum_i {weight}{loss} + {penalty}, with eta_i = {eta}"


def _scikit_learn(problem: MatrixProblem, alpha: float) -> str:
    """The call of scikit-learn that minimises the same, or why there is none."""
    rows, rho, strength = problem.rows, problem.l1_ratio, figure(alpha, _DIGITS)
    if np.any(rows.penalty.factor[np.isfinite(rows.penalty.factor)] != 1):
        return "cannot state this problem; it has no penalty factors"
    weighted = bool(np.any(rows.sample_weight != rows.sample_weight[0]))
    intercept = "" if rows.fit_intercept else ", fit_intercept=False"
    notes = ["leave the excluded columns out"] if rows.penalty.any_excluded else []
    if is_grouped(problem):
        if weighted:
            return "cannot state this problem; its MultiTaskElasticNet has no sample weights"
        call = f"MultiTaskLasso(alpha={strength}{intercept})"
        if rho != 1:
            call = f"MultiTaskElasticNet(alpha={strength}, l1_ratio={figure(rho, _DIGITS)}{intercept})"
        return "; ".join([call, *notes])
    c = figure(1.0 / (float(rows.sample_weight.sum()) * alpha), _DIGITS)
    solver = f'l1_ratio={figure(rho, _DIGITS)}, solver="{"lbfgs" if rho == 0 else "saga"}"'
    notes = [f"its default tol is too loose to trust its {'digits' if rho == 0 else 'zeros'}", *notes]
    notes += ["pass the same sample_weight"] if weighted else []
    return "; ".join([f"LogisticRegression(C={c}, {solver}{intercept})", *notes])
