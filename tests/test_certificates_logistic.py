"""Certificates of logistic problems against optima computed to 50 digits: no verdict may be false."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from oracle.logistic import PreciseSolution, solve_precisely
from whyzero.certificates import Certificate, Verdict, certify, verify
from whyzero.certificates.loss_bounds import LOSS_BOUNDS, Ball

KINDS = ("optimum", "noise", "stopped early", "garbage", "saturated")


def problem(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(6, 25)), int(rng.integers(1, 7))
    x = rng.integers(-64, 65, (n, p)) / 16.0
    if seed % 3 == 0:
        x[:, 0] = np.ldexp(x[:, 0], int(rng.integers(-30, 30)))
    noise = 0.05 if seed % 4 == 0 else 2.0  # every fourth is nearly separable
    y = (x[:, -1] + noise * rng.standard_normal(n) > 0).astype(float)
    y[:2] = 0.0, 1.0
    weight = rng.choice([1.0, 2.0, 0.75], n)
    w = weight / weight.sum()
    slope = np.abs(x.T @ (w * (y - w @ y)))
    alpha = float(np.max(slope) * rng.choice([1.5, 0.5, 0.1, 0.01])) or 0.1
    return {"x": x, "y": y, "weight": weight, "alpha": alpha, "l1_ratio": float(rng.choice([1.0, 1.0, 0.5]))}


def start(exact: PreciseSolution, kind: str, seed: int) -> tuple[np.ndarray, float]:
    rng = np.random.default_rng(seed + 1)
    b, b0 = np.array([float(v) for v in exact.coef]), float(exact.intercept)
    if kind == "noise":
        b = b * (1 + 1e-4 * rng.standard_normal(len(b)))
    elif kind == "stopped early":
        b, b0 = 0.7 * b, 0.0
    elif kind == "garbage":
        b = rng.standard_normal(len(b))
    elif kind == "saturated":
        b = 1e3 * rng.standard_normal(len(b))
    return b, b0


def false_claims(certificate: Certificate, exact: PreciseSolution, l1: np.ndarray) -> list[str]:
    wrong = []
    for j, verdict in enumerate(certificate.verdicts):
        weight = exact.coef[j]
        if verdict.says_zero and weight != 0:
            wrong.append(f"column {j} is {weight}, not zero")
        if verdict.says_nonzero and weight == 0:
            wrong.append(f"column {j} is zero")
        if not mp.mpf(float(certificate.lo[j])) <= weight <= mp.mpf(float(certificate.hi[j])):
            wrong.append(f"column {j} is outside its interval")
        if not abs(exact.gradient[j]) <= mp.mpf(float(certificate.pull_bound[j])):
            wrong.append(f"pull of column {j} is above its bound")
    return wrong


def test_no_verdict_is_false_from_any_start() -> None:
    decided = claims = problems = 0
    for seed in range(30):
        given = problem(seed)
        x, y, weight, alpha, rho = (given[k] for k in ("x", "y", "weight", "alpha", "l1_ratio"))
        l1, l2 = np.full(x.shape[1], alpha * rho), np.full(x.shape[1], alpha * (1 - rho))
        exact = solve_precisely(x, y, weight, l1, l2)
        if exact is None:
            continue
        problems += 1
        for kind in KINDS:
            b, b0 = start(exact, kind, seed)
            certificate = certify(x, y, b, b0, loss="logistic", alpha=alpha, l1_ratio=rho, sample_weight=weight)
            assert false_claims(certificate, exact, l1) == [], f"seed {seed}, {kind}"
            checked = verify(certificate, x, y, sample_weight=weight)
            assert checked.ok, (seed, kind, checked.messages)
            with mp.workdps(60):
                if math.isfinite(certificate.gap):
                    assert objective(given, b, b0, l1, l2) - exact.objective <= mp.mpf(certificate.gap)
            if kind == "optimum":
                claims += len(certificate.verdicts)
                decided += certificate.n_proved
    assert problems >= 20
    assert decided >= 0.97 * claims


def objective(given: dict[str, Any], b: np.ndarray, b0: float, l1: np.ndarray, l2: np.ndarray) -> mp.mpf:
    x, y, weight = given["x"], given["y"], given["weight"]
    total = mp.fsum(mp.mpf(float(e)) for e in weight)
    out = mp.mpf(0)
    for row, target, s in zip(x, y, weight, strict=True):
        eta = mp.fsum(mp.mpf(float(e)) * mp.mpf(float(v)) for e, v in zip(row, b, strict=True)) + mp.mpf(float(b0))
        out += mp.mpf(float(s)) / total * (mp.log1p(mp.exp(eta)) - float(target) * eta)
    return out + mp.fsum(
        mp.mpf(float(p)) * abs(mp.mpf(float(v))) + mp.mpf(float(q)) * mp.mpf(float(v)) ** 2 / 2
        for p, q, v in zip(l1, l2, b, strict=True)
    )


@pytest.mark.parametrize("spread", [1e-12, 1e-6, 1e-2, 1.0, 30.0, 700.0])
def test_eqs_64_and_65_bound_the_divergence_computed_with_mpmath(spread: float) -> None:
    rng = np.random.default_rng(int(spread * 1e3) % 1000)
    bounds = LOSS_BOUNDS["logistic"]
    theta = rng.uniform(-40, 40, 300)
    a = 1 / (1 + np.exp(-theta))
    xi = theta + spread * rng.standard_normal(300)
    y = rng.integers(0, 2, 300).astype(float)
    v, eta = np.where(y == 1, -a, a), np.where(y == 1, -xi, xi)
    zero = np.zeros(300)
    upper = bounds.fenchel_young(y, Ball(eta, zero), v, zero, 1.0)
    with mp.workdps(700):  # log(1 + e^t) - t is e^-t, down to e^-700
        for bound, share, point in zip(upper, a, xi, strict=True):
            q, t = mp.mpf(float(share)), mp.mpf(float(point))
            rest = (1 - q) * mp.log(1 - q) if q < 1 else mp.mpf(0)
            exact = q * mp.log(q) + rest + mp.log1p(mp.exp(t)) - q * t
            assert exact <= mp.mpf(float(bound))
            if spread <= 1e-2 and 1e-12 < share < 1 - 1e-12:
                assert mp.mpf(float(bound)) <= 1.1 * exact + mp.mpf(10) ** -20


def test_a_celebrated_wrong_zero_and_its_debris_are_told_apart() -> None:
    rng = np.random.default_rng(4)
    x = rng.standard_normal((200, 3))
    y = (x[:, 0] + rng.standard_normal(200) > 0).astype(int)
    certificate = certify(x, y, [0.0, 1e-6, 0.0], 0.0, loss="logistic", alpha=0.1)
    assert certificate.verdicts == (Verdict.WRONG_ZERO, Verdict.NUMERICAL_DEBRIS, Verdict.ZERO_PROVED)
    assert certificate.lo[0] > 0.2
