"""What certificates of matrices of weights claim, beside optima of 50 digits."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np

from oracle import matrix_optima
from oracle.matrix_optima import MatrixData, MatrixOptimum, exact, objective
from whyzero.certificates import Verdict
from whyzero.multi import MatrixCertificate
from whyzero.multi.problem import MatrixProblem


def plain(problem: MatrixProblem, x: np.ndarray, alpha: float) -> MatrixData:
    """The problem for the oracle, without what the library computes of it."""
    rows, rho = problem.rows, problem.rows.penalty.l1_ratio
    factor = np.where(np.isinf(rows.penalty.factor), 0.0, rows.penalty.factor)
    l1 = np.where(np.isinf(rows.penalty.factor), np.inf, alpha * rho * factor)
    dead = np.ptp(x[rows.sample_weight > 0], axis=0) == 0 if rows.fit_intercept else np.zeros(x.shape[1], dtype=bool)
    return MatrixData(
        x=x,
        y=problem.y,
        weight=rows.sample_weight,
        l1=np.where(dead, np.inf, l1),
        l2=np.where(dead, 0.0, alpha * (1.0 - rho) * factor),
        intercept=rows.fit_intercept,
        softmax=problem.loss.name == "softmax",
    )


def false_claims(certificate: MatrixCertificate, optimum: MatrixOptimum, data: MatrixData) -> list[tuple[Any, ...]]:
    """What a certificate says and the optimum of 50 digits contradicts."""
    mp.mp.dps = matrix_optima.DIGITS
    b, c = optimum.coef, optimum.gradient
    grouped = certificate.loss == "squared"
    size = matrix_optima.norms(b) if grouped else np.abs(b)
    pull = matrix_optima.norms(c) if grouped else np.abs(c)
    off = b - exact(certificate.anchor_coef.T)
    off = matrix_optima.norms(off) if grouped else np.abs(off)
    verdicts, bound, radius = (
        np.reshape(values, (-1, certificate.n_cols)).T
        for values in (certificate.verdicts, certificate.pull_bound, certificate.radius)
    )
    live = ~np.isinf(data.l1)
    wrong: list[tuple[Any, ...]] = []
    for (j, k), verdict in np.ndenumerate(verdicts):
        zero = verdict.says_zero
        if (zero and size[j, k] != 0) or (verdict.says_nonzero and size[j, k] == 0):
            wrong.append((j, k, verdict))
        if live[j] and pull[j, k] > bound[j, k]:
            wrong.append((j, k, "pull_bound"))
        if verdict is not Verdict.NOT_UNIQUE and not zero and off[j, k] > radius[j, k]:
            wrong.append((j, k, "radius"))
    below = objective(data, exact(certificate.coef.T), exact(certificate.intercept)) - optimum.objective
    if not np.any(certificate.coef[:, ~live]) and below > certificate.gap:
        wrong.append(("gap", below))
    return wrong
