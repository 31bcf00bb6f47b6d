"""One row for everything that is judged: its weights, its pull against its toll, the verdict and the reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.rounding import gamma
from whyzero.explanations.absorbers import Waterfall
from whyzero.explanations.evidence import Evidence
from whyzero.explanations.null_model import unpenalised
from whyzero.explanations.path_facts import ActiveAlphas
from whyzero.explanations.pulls import tolls
from whyzero.explanations.reasons import Forces, find_reason
from whyzero.explanations.rows import Row
from whyzero.multi.certificates import MatrixCertificate
from whyzero.multi.explanations.accounts import Accounts
from whyzero.multi.explanations.partner import MatrixPartner
from whyzero.multi.explanations.pulls import constant, is_grouped, judged_sizes, signed_pulls
from whyzero.multi.problem import MatrixProblem

__all__ = ["MatrixRow", "make_matrix_rows"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_ACCOUNT_BUDGET = 1e9


@dataclass(frozen=True)
class MatrixRow(Row):
    """What is known about all weights of a column for several targets, or about one weight of one class.

    The fields of a scalar `Row`. For several targets `coef` and `partner_coef` are norms of weights, `pull`,
    `null_pull` and `partner_pull` norms of pulls, and `lo` and `hi` enclose the norm at every optimum; the account is
    told along the direction in which the data pull the column on its own. `evidence.factor_change` is the penalty
    factor of the column below which its weights are not all zero, and from which on they are; for a column in use it
    takes a fit without it, which `MatrixExplanation.why` makes.

    Attributes
    ----------
    task : int or None
        Number of the class; None for several targets.
    target : object
        Label of the class; None for several targets.
    weights : tuple of float
        The weights of all targets; for a class those of the column in all classes.
    pulls : tuple of float
        Their signed pulls.
    partner_weights : tuple of float or None
        The same weights under the partner's penalty.
    """

    task: int | None = None
    target: Any = None
    weights: tuple[float, ...] = ()
    pulls: tuple[float, ...] = ()
    partner_weights: tuple[float, ...] | None = None

    @property
    def across(self) -> float:
        """The part of the pull that is perpendicular to the direction of the account."""
        final = self.pull if self.waterfall is None else self.waterfall.final
        return float(np.sqrt(max(self.pull**2 - final**2, 0.0)))


def make_matrix_rows(
    problem: MatrixProblem,
    certificate: MatrixCertificate,
    accounts: Accounts,
    first: Array,
    *,
    partner: MatrixPartner | None,
    targets: Sequence[Any],
) -> tuple[MatrixRow, ...]:
    """The rows in the order of the columns; of classes those of one column after the other.

    Parameters
    ----------
    problem : MatrixProblem
    certificate : MatrixCertificate
        The weights, and what is proved about them.
    accounts : Accounts
        Of these weights.
    first : ndarray of shape (n_tasks, n_features)
        Signed null pulls.
    partner : MatrixPartner or None
        The fit beside it.
    targets : sequence
        Labels of the targets or classes.
    """
    return tuple(_rows(problem, certificate, accounts, first, partner=partner, targets=targets))


def _rows(
    problem: MatrixProblem,
    certificate: MatrixCertificate,
    accounts: Accounts,
    first: Array,
    *,
    partner: MatrixPartner | None,
    targets: Sequence[Any],
) -> Iterator[MatrixRow]:
    rows, grouped, coef = problem.rows, is_grouped(problem), certificate.coef
    toll, shape = tolls(rows, certificate.alpha), (-1, rows.n_cols)
    signed = signed_pulls(problem, coef, certificate.intercept)
    pull, null_pull = judged_sizes(problem, signed), judged_sizes(problem, first)
    size = judged_sizes(problem, coef) if grouped else coef
    told = _told(accounts, size, null_pull > toll, rows.structural)
    lo, hi = _enclosure(certificate) if grouped else (certificate.lo, certificate.hi)
    bound = certificate.pull_bound.reshape(shape)
    verdicts, methods = certificate.verdicts.reshape(shape), certificate.methods.reshape(shape)
    theirs = None if partner is None else _of_partner(partner)
    evidence = _evidence(problem, certificate, toll, pull, null_pull)
    forced = _forces(problem, size, pull, null_pull, toll)
    for j, name in enumerate(rows.names):
        for k in range(len(size)):
            forces = next(forced)
            account = told.get((j, k))
            yield MatrixRow(
                index=j,
                name=name,
                coef=forces.coef,
                coef_std=forces.coef * float(rows.column_sd[j]),
                sd=float(rows.column_sd[j]),
                unit=1.0,
                toll=forces.toll,
                pull=forces.pull,
                pull_sign=1.0 if grouped else float(np.sign(signed[k, j])),
                ratio=forces.pull / forces.toll if forces.toll > 0 else None,
                null_pull=forces.null_pull,
                slack=forces.toll - forces.pull if forces.coef == 0 else forces.pull - forces.toll,
                pull_bound=float(bound[k, j]),
                lo=float(lo[k, j]),
                hi=float(hi[k, j]),
                verdict=verdicts[k, j],
                proof=f"{methods[k, j]} (float)",
                reason=find_reason(forces, account),
                waterfall=account,
                active=ActiveAlphas(()),
                partner_coef=None if theirs is None else float(theirs[0][k, j]),
                partner_pull=None if theirs is None else float(theirs[1][k, j]),
                partner_toll=None if theirs is None else float(theirs[2][j]),
                evidence=evidence[k][j],
                task=None if grouped else k,
                target=None if grouped else targets[k],
                weights=tuple(coef[:, j].tolist()),
                pulls=tuple(signed[:, j].tolist()),
                partner_weights=None if partner is None else tuple(partner.solution.coef[:, j].tolist()),
            )


def _forces(problem: MatrixProblem, size: Array, pull: Array, null_pull: Array, toll: Array) -> Iterator[Forces]:
    """What acts on everything that is judged, in the order of the rows."""
    excluded, free = problem.rows.penalty.excluded, unpenalised(problem.rows)
    for j, structural in enumerate(problem.rows.structural):
        for k in range(len(size)):
            yield Forces(
                coef=float(size[k, j]),
                pull=float(pull[k, j]),
                null_pull=float(null_pull[k, j]),
                toll=float(toll[j]),
                structural=bool(structural),
                excluded=bool(excluded[j]),
                free=bool(free[j]),
                l2=problem.l1_ratio == 0,
            )


def _told(accounts: Accounts, size: Array, alone: Mask, structural: Mask) -> dict[tuple[int, int], Waterfall]:
    """The accounts of the zeros whose reason needs one, as many as the budget allows; `why` tells the others."""
    if not accounts.available:
        return {}
    most = max(0, int(_ACCOUNT_BUDGET // max(accounts.cost, 1.0)))
    grouped = is_grouped(accounts.problem)
    wanted = np.argwhere((alone & (size == 0) & ~structural).T)[:most].tolist()
    return {(j, k): accounts.of(j, None if grouped else k) for j, k in wanted}


def _enclosure(certificate: MatrixCertificate) -> tuple[Array, Array]:
    """Ends of intervals that hold the norms of the weights of every optimum, shape (1, n_features)."""
    slack = 1.0 + float(gamma(certificate.n_tasks, 4.0))
    norm = np.linalg.norm(certificate.anchor_coef, axis=0)
    zero = np.array([verdict.says_zero for verdict in certificate.verdicts])
    low = np.maximum(norm / slack - certificate.radius * slack, 0.0)
    high = (norm + certificate.radius) * slack
    return np.where(zero, 0.0, low)[None], np.where(zero, 0.0, high)[None]


def _of_partner(partner: MatrixPartner) -> tuple[Array, Array, Array]:
    """Weights, pulls and tolls of the partner, as they are judged."""
    fit = partner.solution
    pulls = judged_sizes(fit.problem, signed_pulls(fit.problem, fit.coef, fit.intercept))
    size = judged_sizes(fit.problem, fit.coef) if is_grouped(fit.problem) else fit.coef
    return size, pulls, tolls(fit.problem.rows, fit.alpha)


def _evidence(
    problem: MatrixProblem, certificate: MatrixCertificate, toll: Array, pull: Array, null_pull: Array
) -> list[list[Evidence]]:
    """The alpha above which what is judged is zero on its own, and for columns of zeros what would let them enter."""
    charged = (toll > 0) & np.isfinite(toll) & ~constant(problem.rows)
    per_alpha = certificate.alpha * problem.l1_ratio
    unused, largest = charged & ~np.any(certificate.coef, axis=0), np.max(pull, axis=0)
    return [
        [
            Evidence(
                alpha_alone=float(certificate.alpha * null_pull[k, j] / toll[j]) if charged[j] else None,
                factor_change=float(largest[j]) / per_alpha if unused[j] else None,
            )
            for j in range(problem.rows.n_cols)
        ]
        for k in range(len(pull))
    ]
