"""Certificates of logistic and Poisson problems against optima computed to 50 digits: no verdict may be false."""

from __future__ import annotations

import math
from typing import NamedTuple

import mpmath as mp
import numpy as np
import pytest

from oracle.logistic import LOGISTIC, POISSON, Family, PreciseSolution, objective, solve_precisely
from whyzero.certificates import Certificate, certify, verify

KINDS = ("optimum", "noise", "stopped early", "garbage", "far away")


class Case(NamedTuple):
    """A problem with an intercept; a target per row, and the same penalty on every column."""

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    alpha: float
    l1_ratio: float

    def strengths(self) -> tuple[np.ndarray, np.ndarray]:
        p = self.x.shape[1]
        return np.full(p, self.alpha * self.l1_ratio), np.full(p, self.alpha * (1 - self.l1_ratio))


def logistic_target(x: np.ndarray, seed: int, rng: np.random.Generator) -> np.ndarray:
    noise = 0.05 if seed % 4 == 0 else 2.0  # every fourth is nearly separable
    y = (x[:, -1] + noise * rng.standard_normal(len(x)) > 0).astype(float)
    y[:2] = 0.0, 1.0
    return y


def poisson_target(x: np.ndarray, seed: int, rng: np.random.Generator) -> np.ndarray:
    y = rng.poisson(np.exp(np.clip(0.4 * x[:, -1], -3, 3))) * (1.0 if seed % 2 else 0.75)
    y[0] += 1.0
    return y


FAMILIES = {"logistic": (LOGISTIC, logistic_target, 30), "poisson": (POISSON, poisson_target, 3)}


def drawn(loss: str, seed: int) -> Case:
    _, target, largest = FAMILIES[loss]
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(6, 25)), int(rng.integers(1, 7))
    x = rng.integers(-64, 65, (n, p)) / 16.0
    if seed % 3 == 0:
        x[:, 0] = np.ldexp(x[:, 0], int(rng.integers(-30, largest)))
    y = target(x, seed, rng)
    weight = rng.choice([1.0, 2.0, 0.75], n)
    w = weight / weight.sum()
    slope = np.abs(x.T @ (w * (y - w @ y)))
    alpha = float(np.max(slope) * rng.choice([1.5, 0.5, 0.1, 0.01])) or 0.1
    return Case(x, y, weight, alpha, float(rng.choice([1.0, 1.0, 0.5])))


def start(exact: PreciseSolution, kind: str, seed: int) -> tuple[np.ndarray, float]:
    rng = np.random.default_rng(seed + 1)
    b, b0 = np.array([float(v) for v in exact.coef]), float(exact.intercept)
    if kind == "noise":
        b = b * (1 + 1e-4 * rng.standard_normal(len(b)))
    elif kind == "stopped early":
        b, b0 = 0.7 * b, 0.0
    elif kind == "garbage":
        b = rng.standard_normal(len(b))
    elif kind == "far away":
        b = 1e3 * rng.standard_normal(len(b))
    return b, b0


def false_claims(certificate: Certificate, exact: PreciseSolution) -> list[str]:
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


def check(loss: str, case: Case, exact: PreciseSolution, b: np.ndarray, b0: float) -> Certificate:
    """A certificate of these weights, after all that it says has been compared with the optimum."""
    options = {"loss": loss, "alpha": case.alpha, "l1_ratio": case.l1_ratio, "sample_weight": case.weight}
    certificate = certify(case.x, case.y, b, b0, **options)
    assert false_claims(certificate, exact) == []
    checked = verify(certificate, case.x, case.y, sample_weight=case.weight)
    assert checked.ok, checked.messages
    if math.isfinite(certificate.gap):
        with mp.workdps(60):
            family: Family = FAMILIES[loss][0]
            value = objective(case.x, case.y, case.weight, *case.strengths(), b=b, b0=b0, family=family)
            assert value - exact.objective <= mp.mpf(certificate.gap)
    return certificate


@pytest.mark.parametrize("loss", FAMILIES)
def test_no_verdict_is_false_from_any_start(loss: str) -> None:
    decided = claims = problems = 0
    for seed in range(30):
        case = drawn(loss, seed)
        exact = solve_precisely(case.x, case.y, case.weight, *case.strengths(), family=FAMILIES[loss][0])
        if exact is None:
            continue
        problems += 1
        for kind in KINDS:
            print(f"seed {seed}, {kind}")
            certificate = check(loss, case, exact, *start(exact, kind, seed))
            if kind == "optimum":
                claims += len(certificate.verdicts)
                decided += certificate.n_proved
    assert problems >= 20
    assert decided >= 0.97 * claims
