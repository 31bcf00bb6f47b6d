"""One row for every column: its weight, its pull against its toll, the verdict and the reason."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates import Certificate, Verdict
from whyzero.explanations.absorbers import Waterfall, account_cost, waterfalls
from whyzero.explanations.evidence import NO_EVIDENCE, Evidence, make_evidence, with_refits
from whyzero.explanations.null_model import NullModel, unpenalised
from whyzero.explanations.partner import Partner
from whyzero.explanations.path_facts import ActiveAlphas, active_alphas
from whyzero.explanations.pulls import null_pulls, penalty_units, signed_pulls, tolls
from whyzero.explanations.reasons import TIE, Forces, Reason, ReasonKind, find_reason
from whyzero.explanations.twins import Twins, sharers
from whyzero.problem import Problem
from whyzero.solution import Path, Solution

__all__ = ["Row", "irrepresentable", "make_rows", "number", "pulled_below"]

Array = NDArray[np.float64]

_ACCOUNT_BUDGET = 4e9
_NOISE = 1e-12


@dataclass(frozen=True)
class Row:
    """What is known about one weight.

    Pulls, tolls and all that is compared with them are in the unit in which the penalty acts (per standard
    deviation of the column under ``standardize``); `coef`, `lo` and `hi` are in stored units.

    Attributes
    ----------
    index : int
        Position of the column.
    name : str
        Its name, as given.
    coef, coef_std : float
        Weight per stored unit, and per standard deviation of the column.
    sd : float
        Standard deviation of the column.
    unit : float
        Stored unit of the penalty: a stored gradient is divided by it.
    toll : float
        ``alpha * l1_ratio * penalty_factor``; inf for an excluded column.
    pull, pull_sign : float
        ``|dL/db_j|`` with this weight set to 0 and all else as fitted; the direction in which it pulls. Where no weight
        may be negative `pull`, and every number that is compared with it, has its sign: below 0 it leads downwards.
    ratio : float or None
        pull / toll, None where the toll is 0.
    null_pull : float
        The pull with no penalised column in the model.
    slack : float
        ``toll - pull`` for a zero, ``pull - toll`` for the others: how far the rule is from the other case.
    pull_bound : float
        Proved upper bound of ``|dL/db_j|`` at every optimum (of ``-dL/db_j`` where no weight may be negative).
    lo, hi : float
        Proved enclosure of the weight at every optimum; infinite where there is none.
    verdict : Verdict
        What the certificate proves.
    proof : str
        By which method, in which arithmetic.
    reason : Reason
        Why.
    positive : bool
        Whether no weight may be negative.
    waterfall : Waterfall or None
        The account of the pull; None where it was left out to save time (`Explanation.why` computes it).
    active : ActiveAlphas
        Where on the path's grid the weight is not zero.
    partner_coef, partner_pull, partner_toll : float or None
        The same weight under the partner's penalty, its pull and its toll there.
    shares_with : tuple of str
        Equal or mirrored columns (equal ones where no weight may be negative) to which the weight could be given at
        no cost: the best fit is not unique.
    evidence : Evidence
        The nearest change, the price of zero, the rows, and how far to trust it.
    """

    index: int
    name: str
    coef: float
    coef_std: float
    sd: float
    unit: float
    toll: float
    pull: float
    pull_sign: float
    ratio: float | None
    null_pull: float
    slack: float
    pull_bound: float
    lo: float
    hi: float
    verdict: Verdict
    proof: str
    reason: Reason
    waterfall: Waterfall | None
    active: ActiveAlphas
    partner_coef: float | None
    partner_pull: float | None
    partner_toll: float | None = None
    shares_with: tuple[str, ...] = ()
    evidence: Evidence = NO_EVIDENCE
    positive: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The row as in the saved explanation, without its sentences."""
        return {
            "name": self.name,
            "coef": self.coef,
            "coef_std": self.coef_std,
            "toll": number(self.toll),
            "pull": number(self.pull),
            "pull_sign": self.pull_sign,
            "ratio": number(self.ratio),
            "null_pull": number(self.null_pull),
            "slack": number(self.slack),
            "pull_bound": number(self.pull_bound),
            "lo": number(self.lo),
            "hi": number(self.hi),
            "verdict": self.verdict.value,
            "proof": self.proof,
            "reason": self.reason.text,
            "absorbers": [list(pair) for pair in self.waterfall.absorbers] if self.waterfall else [],
            "waterfall": self._account(),
            "alpha_enter": self.active.enter,
            "active_alphas": [list(run) for run in self.active.runs],
            "partner_coef": number(self.partner_coef),
            "partner_coef_std": None if self.partner_coef is None else number(self.partner_coef * self.sd),
            "partner_pull": number(self.partner_pull),
            **self.evidence.as_dict(),
        }

    def _account(self) -> dict[str, Any]:
        if self.waterfall is not None:
            return self.waterfall.as_dict()
        return Waterfall(self.null_pull, (), self.pull - self.null_pull, self.pull, ()).as_dict()


def number(value: float | None) -> float | None:
    """The number for JSON: None where it is not finite."""
    return None if value is None or not math.isfinite(value) else float(value)


def irrepresentable(rows: Sequence[Row]) -> tuple[float, str] | None:
    """The largest index of `robustness.irrepresentability` and its column; None where there is none."""
    known = [(index, row.name) for row in rows if (index := row.evidence.irrepresentability) is not None]
    return max(known, default=None, key=lambda pair: pair[0])


def pulled_below(rows: Sequence[Row]) -> tuple[str, ...]:
    """Zeros that each would be negative if it, alone, might be: pulled downwards harder than the toll."""
    down = (row for row in rows if row.reason.kind is ReasonKind.PULLED_DOWN)
    return tuple(row.name for row in down if -row.pull > (1.0 + TIE) * row.toll)


def make_rows(
    solution: Solution,
    null: NullModel,
    certificate: Certificate,
    *,
    path: Path | None,
    partner: Partner | None,
    twins: Twins,
    refits: int = 0,
) -> tuple[Row, ...]:
    """The rows of all columns, in their order.

    Parameters
    ----------
    solution : Solution
        The explained fit.
    null : NullModel
        Its model without penalised columns.
    certificate : Certificate
        What is proved about it.
    path : Path or None
        For the alphas at which a weight is alive.
    partner : Partner or None
        The fit beside it.
    twins : Twins
        Columns that carry the same information.
    refits : int
        Fits at most for prices of zero and for the rows that hold a zero.
    """
    return tuple(_rows(solution, null, certificate, path=path, partner=partner, twins=twins, refits=refits))


def _rows(
    solution: Solution,
    null: NullModel,
    certificate: Certificate,
    *,
    path: Path | None,
    partner: Partner | None,
    twins: Twins,
    refits: int,
) -> Iterator[Row]:
    problem, coef = solution.problem, solution.coef
    units = penalty_units(problem)
    toll = tolls(problem, solution.alpha)
    moved = ~_constant(problem)
    signed = moved * signed_pulls(problem, coef, solution.intercept) / units
    reach = problem.penalty.reach
    pull, null_pull = reach(signed), moved * reach(null_pulls(problem, null)) / units
    accounts = _accounts(solution, null, null_pull > toll)
    active = active_alphas(path) if path is not None else (ActiveAlphas(()),) * problem.n_cols
    bound = certificate.pull_bound / units
    partner_coef, partner_pull, partner_toll = _partner_columns(partner)
    evidence = make_evidence(solution, pull=pull, null_pull=null_pull, path=path)
    ratio = pull / np.where(toll > 0, toll, np.inf)
    evidence = with_refits(evidence, solution, certificate, ratio, refits)
    shared = sharers(problem, twins, coef)
    for j, forces in enumerate(_forces(solution, pull, null_pull, toll)):
        account = accounts.get(j)
        yield Row(
            index=j,
            name=problem.names[j],
            coef=forces.coef,
            coef_std=forces.coef * float(problem.column_sd[j]),
            sd=float(problem.column_sd[j]),
            unit=float(units[j]),
            toll=forces.toll,
            pull=forces.pull,
            pull_sign=float(np.sign(signed[j])),
            ratio=forces.pull / forces.toll if forces.toll > 0 else None,
            null_pull=forces.null_pull,
            slack=forces.toll - forces.pull if forces.coef == 0 else forces.pull - forces.toll,
            pull_bound=float(bound[j]),
            lo=float(certificate.lo[j]),
            hi=float(certificate.hi[j]),
            verdict=certificate.verdicts[j],
            proof=f"{certificate.methods[j]} ({certificate.proof})",
            reason=find_reason(forces, account),
            waterfall=account,
            active=active[j],
            partner_coef=None if partner_coef is None else float(partner_coef[j]),
            partner_pull=None if partner_pull is None else float(partner_pull[j]),
            partner_toll=None if partner_toll is None else float(partner_toll[j]),
            shares_with=tuple(problem.names[k] for k in shared.get(j, ())),
            evidence=evidence[j],
            positive=problem.penalty.positive,
        )


def _forces(solution: Solution, pull: Array, null_pull: Array, toll: Array) -> Iterator[Forces]:
    """What acts on each weight, in the order of the columns."""
    problem, positive = solution.problem, solution.problem.penalty.positive
    excluded, free, noise = problem.penalty.excluded, unpenalised(problem), _rounding_of_pulls(solution)
    for j, coef in enumerate(solution.coef):
        yield Forces(
            coef=float(coef),
            pull=float(pull[j]),
            null_pull=float(null_pull[j]),
            toll=float(toll[j]),
            structural=bool(problem.structural[j]),
            excluded=bool(excluded[j]),
            free=bool(free[j]),
            l2=problem.penalty.l1_ratio == 0,
            positive=positive,
            noise=float(noise[j]) if positive and toll[j] == 0 else 0.0,
        )


def _partner_columns(partner: Partner | None) -> tuple[Array | None, Array | None, Array | None]:
    if partner is None:
        return None, None, None
    fit = partner.solution
    reach = fit.problem.penalty.reach
    pulls = reach(signed_pulls(fit.problem, fit.coef, fit.intercept)) / penalty_units(fit.problem)
    return fit.coef, ~_constant(fit.problem) * pulls, tolls(fit.problem, fit.alpha)


def _rounding_of_pulls(fit: Solution) -> Array:
    """What is nothing beside the largest pull that the slopes of the loss could have on columns of these lengths."""
    problem = fit.problem
    slope = problem.loss.gradient(problem.y, problem.eta(fit.coef, fit.intercept))
    length = problem.column_sd if problem.fit_intercept else np.hypot(problem.column_sd, problem.column_mean)
    return np.asarray(_NOISE * math.sqrt(float(problem.weight @ slope**2)) * length / penalty_units(problem))


def _constant(problem: Problem) -> NDArray[np.bool_]:
    """Columns that pull with exactly 0 wherever the intercept is optimal; computed, that would be a rounding error."""
    return np.asarray(problem.structural & ~problem.penalty.excluded)


def _accounts(solution: Solution, null: NullModel, alone: NDArray[np.bool_]) -> dict[int, Waterfall]:
    """The accounts of all features, or where that costs too much of those whose reason needs one.

    `alone` marks the features that would leave zero if they were alone. The first to be left out are the
    zeros that would not, then the non-zeros, then from the last column backwards.
    """
    problem, coef = solution.problem, solution.coef
    wanted = np.flatnonzero(~_constant(problem))
    cost = account_cost(problem, coef, 1)
    if cost * len(wanted) > _ACCOUNT_BUDGET:
        wanted = np.flatnonzero(alone | (coef != 0))
    if cost * len(wanted) > _ACCOUNT_BUDGET:
        wanted = np.flatnonzero(alone & (coef == 0))
    wanted = wanted[: max(0, int(_ACCOUNT_BUDGET // max(cost, 1.0)))]
    found = waterfalls(problem, null, coef, solution.intercept, wanted)
    return dict(zip(wanted.tolist(), found, strict=True))
