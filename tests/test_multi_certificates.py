"""Verdicts about a matrix of weights against optima of 50 digits, from any fit: none is false, and most are made."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from oracle import matrix_optima
from oracle.matrix_optima import MatrixData, exact, objective
from whyzero.certificates import Verdict, verify
from whyzero.errors import InputError, InputTypeError
from whyzero.multi import MatrixCertificate, certify, multitask_problem, softmax_problem, solve_matrix_path
from whyzero.solution import Settings

PROBLEM = {"squared": multitask_problem, "softmax": softmax_problem}


def draw(loss, seed, n=24, p=5, tasks=3):
    """X with unequal columns, one of them constant in some draws; targets or labels; row weights, some of them zero."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) * rng.uniform(0.2, 4.0, p) + rng.normal(size=p)
    if seed % 3 == 0:
        x[:, p - 1] = 1.0
    truth = np.zeros((p, tasks))
    truth[:2] = rng.normal(size=(2, tasks))
    scores = x @ truth + rng.normal(size=(n, tasks))
    weight = rng.uniform(0.3, 2.0, n) * (rng.random(n) > 0.1)
    if loss == "softmax":
        labels = np.argmax(0.7 * scores + rng.gumbel(size=scores.shape), axis=1)
        labels[:tasks] = np.arange(tasks)
        weight[:tasks] = 1.0
        return x, labels, weight
    return x, scores, weight


def plain(problem, x, alpha):
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


def starts(problem, alpha, seed):
    """Weights of all kinds: the fit, an early end of it, nothing, garbage, and the fit with its zeros disturbed."""
    rng = np.random.default_rng(seed)
    best = solve_matrix_path(problem, alphas=[alpha], settings=Settings(tol=1e-12))[0]
    early = solve_matrix_path(problem, alphas=[alpha], settings=Settings(max_iter=1))[0]
    noise = rng.normal(size=best.coef.shape)
    free = problem.rows.fit_intercept
    yield "fit", best.coef, best.intercept
    yield "early", early.coef, early.intercept
    yield "nothing", np.zeros_like(best.coef), np.zeros_like(best.intercept)
    yield "garbage", 5.0 * noise, free * rng.normal(size=len(best.intercept))
    yield "disturbed", best.coef + 1e-3 * noise, best.intercept + free * 1e-2


def false_claims(certificate, optimum, data):
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
    wrong = []
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


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.4])
@pytest.mark.parametrize("loss", PROBLEM)
def test_no_verdict_contradicts_fifty_digits(loss, l1_ratio, intercept):
    """Eqs. (167), (168), (170), (172): weights, pulls and radii from any start, and the gap of Eq. (163)."""
    told = decided = optima = 0
    for seed in range(8):
        x, target, weight = draw(loss, seed)
        factor = np.random.default_rng(seed + 50).choice([0.0, 0.7, 1.0, 1.0, np.inf], 5) if seed % 2 else None
        options = {"l1_ratio": l1_ratio, "sample_weight": weight, "fit_intercept": intercept}
        if factor is not None:
            options["penalty_factor"] = factor
        problem, alpha = PROBLEM[loss](x, target, **options), 0.08 if loss == "squared" else 0.03
        data = plain(problem, x, alpha)
        if loss == "softmax" and np.any((data.l1 == 0) & (data.l2 == 0)):
            continue  # a free column has no optimum of its own
        optimum = matrix_optima.solve(data)
        if optimum is None:
            continue
        optima += 1
        for name, coef, b0 in starts(problem, alpha, seed):
            certificate = certify(x, target, coef, b0, loss=loss, alpha=alpha, **options)
            assert false_claims(certificate, optimum, data) == [], (seed, name)
            told += certificate.verdicts.size
            decided += certificate.n_proved
            checked = verify(certificate, x, target, sample_weight=weight)
            assert checked.ok, (seed, name, checked.messages)
    assert optima >= 4
    print(f"{loss}: {decided} of {told} verdicts are proofs, from {optima} optima")
    assert decided >= 0.9 * told
