"""The mathematics of the pages in Node and in Chromium against whyzero and against formulas written here."""

from __future__ import annotations

import json
import math
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import numpy as np
import pytest

import whyzero as wz
from javascript_runner import ENGINES, engine
from whyzero.report import number_format

KINDS = ("plain", "correlated", "constant column", "wide", "scales")
NEAR = 1e-9


def _design(rng: np.random.Generator, kind: str) -> np.ndarray:
    n, p = (25, 40) if kind == "wide" else (int(rng.integers(30, 90)), int(rng.integers(2, 13)))
    X = rng.standard_normal((n, p))
    if kind == "correlated":
        X = 0.25 * X + rng.standard_normal((n, 1))
    if kind == "constant column":
        X[:, 0] = 3.7
    if kind == "scales":
        X *= 10.0 ** rng.uniform(-4, 4, p)
        X += rng.standard_normal(p) * 3
    return X


def _cases() -> list[dict[str, Any]]:
    rng = np.random.default_rng(20)
    cases = []
    for k in range(60):
        X = _design(rng, KINDS[k % len(KINDS)])
        loss = ("squared", "logistic")[k // len(KINDS) % 2]
        eta = (
            (X - X.mean(axis=0))
            / np.where(np.ptp(X, axis=0) == 0, 1, X.std(axis=0))
            @ (rng.standard_normal(X.shape[1]) / 2)
        )
        y = (
            eta + rng.standard_normal(len(X))
            if loss == "squared"
            else (eta + rng.logistic(size=len(X)) > 0).astype(float)
        )
        cases.append({
            "columns": X.T.tolist(), "y": y.tolist(), "loss": loss,
            "alpha_share": float(10 ** rng.uniform(-1.5, -0.1)), "l1_ratio": (1.0, 0.5, 0.0)[k // 10 % 3],
        })  # fmt: skip
    return cases


CASES = _cases()


@pytest.fixture(scope="module")
def call(request, tmp_path_factory):
    with engine(request.param, "mathematics.js", tmp_path_factory.mktemp("javascript")) as called:
        yield called


def _standardised(case: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    X, y = np.array(case["columns"]).T, np.array(case["y"])
    constant = np.ptp(X, axis=0) == 0
    sd = np.where(constant, 0.0, X.std(axis=0))
    return np.where(constant, 0.0, (X - X.mean(axis=0)) / np.where(constant, 1.0, sd)), y, sd


def _loss(case: dict[str, Any], y: np.ndarray, eta: np.ndarray) -> float:
    return float(np.mean((eta - y) ** 2 / 2 if case["loss"] == "squared" else np.logaddexp(0, eta) - y * eta))


def _slopes(case: dict[str, Any], y: np.ndarray, eta: np.ndarray) -> np.ndarray:
    return eta - y if case["loss"] == "squared" else 1 / (1 + np.exp(-eta)) - y


@pytest.mark.parametrize("call", ENGINES, indirect=True)
def test_fits_pulls_and_partners_equal_whyzero_and_the_formulas(call):
    for k, (case, found) in enumerate(zip(CASES, call("runCases", CASES), strict=True)):
        Z, y, sd = _standardised(case)
        w, alpha, rho = np.array(found["weights"]), found["alpha"], case["l1_ratio"]
        null = np.log(y.mean() / (1 - y.mean())) if case["loss"] == "logistic" else y.mean()
        null_forces = -Z.T @ _slopes(case, y, np.full(len(y), null)) / len(y)
        assert found["null_forces"] == pytest.approx(null_forces, rel=NEAR, abs=1e-12)
        assert alpha == pytest.approx(case["alpha_share"] * np.max(np.abs(null_forces)), rel=NEAR)
        eta = found["intercept"] + Z @ w
        assert found["loss"] == pytest.approx(_loss(case, y, eta), rel=NEAR)
        penalty = alpha * (rho * np.sum(np.abs(w)) + (1 - rho) / 2 * np.sum(w * w))
        assert found["objective"] == pytest.approx(_loss(case, y, eta) + penalty, rel=NEAR)
        _check_conditions(case, found, Z, y, eta)
        fit = wz.fit(
            np.array(case["columns"]).T, y, alpha=alpha, loss=case["loss"], l1_ratio=rho, standardize=True, tol=1e-14
        )
        assert w == pytest.approx(fit.coef * sd, rel=NEAR, abs=NEAR), (k, case["loss"], rho)
        assert [x == 0 for x in w] == [x == 0 for x in fit.coef], (k, case["loss"], rho)
        for account in found["accounts"]:
            left = account["start"] - sum(account["absorbed"]) - account["intercept"]
            assert left == pytest.approx(account["final"], abs=NEAR)
        partner = found["partner"]
        if partner is not None:
            assert partner["loss"] == pytest.approx(found["loss"], rel=NEAR)
            other = wz.fit(
                np.array(case["columns"]).T,
                y,
                alpha=partner["alpha"],
                loss=case["loss"],
                l1_ratio=0.0,
                standardize=True,
                tol=1e-14,
            )
            assert partner["weights"] == pytest.approx(other.coef * sd, rel=NEAR, abs=NEAR)


def _check_conditions(
    case: dict[str, Any], found: dict[str, Any], Z: np.ndarray, y: np.ndarray, eta: np.ndarray
) -> None:
    """The optimum's conditions and the pulls from zero, by numpy alone."""
    w, alpha, rho = np.array(found["weights"]), found["alpha"], case["l1_ratio"]
    c = Z.T @ _slopes(case, y, eta) / len(y)
    at_zero = w == 0
    assert np.all(np.abs(c[at_zero]) <= alpha * rho + NEAR)
    assert c[~at_zero] + alpha * (1 - rho) * w[~at_zero] == pytest.approx(-alpha * rho * np.sign(w[~at_zero]), abs=NEAR)
    pulls = [-float(Z[:, j] @ _slopes(case, y, eta - w[j] * Z[:, j])) / len(y) for j in range(len(w))]
    assert found["pulls"] == pytest.approx(pulls, rel=NEAR, abs=NEAR)
    zero = np.abs(pulls) <= alpha * rho
    decided = np.abs(np.abs(pulls) - alpha * rho) > NEAR
    assert np.array_equal(zero[decided], at_zero[decided])


@pytest.mark.parametrize("call", ENGINES, indirect=True)
def test_verdicts_at_the_optimum_agree_with_the_certificates_of_whyzero(call):
    open_here = decided = 0
    for case, found in zip(CASES, call("runCases", CASES), strict=True):
        X, y = np.array(case["columns"]).T, np.array(case["y"])
        fit = wz.fit(
            X, y, alpha=found["alpha"], loss=case["loss"], l1_ratio=case["l1_ratio"], standardize=True, tol=1e-14
        )
        for mine, theirs in zip(found["verdicts"], wz.explain(fit).certificate.verdicts, strict=True):
            assert mine["verdict"] == theirs.value or "open" in (mine["verdict"], theirs.value)
            open_here += mine["verdict"] == "open"
            decided += theirs.value != "open"
    assert decided > 300 and open_here < 0.25 * decided


@pytest.mark.parametrize("call", ENGINES, indirect=True)
def test_far_from_the_optimum_the_gap_is_a_bound_and_no_verdict_is_false(call):
    rng = np.random.default_rng(5)
    best = call("runCases", CASES)
    points, known = [], []
    for case, found in zip(CASES, best, strict=True):
        for noise in (1e-2, 1e-5, 1e-9):
            w = np.array(found["weights"])
            points.append(
                {**case, "intercept": found["intercept"], "weights": (w + noise * rng.standard_normal(len(w))).tolist()}
            )
            known.append(found)
    proved = 0
    for point, found, optimum in zip(points, call("judgePoints", points), known, strict=True):
        Z, y, _ = _standardised(point)
        v, rho = np.array(point["weights"]), point["l1_ratio"]
        penalty = optimum["alpha"] * (rho * np.sum(np.abs(v)) + (1 - rho) / 2 * np.sum(v * v))
        here = _loss(point, y, point["intercept"] + Z @ v) + penalty
        assert found["gap"] >= here - optimum["objective"] - 1e-15
        for finding, w in zip(found["verdicts"], optimum["weights"], strict=True):
            proved += finding["verdict"] not in ("open", "zero, structural")
            assert w == 0 or finding["verdict"] not in ("zero, proved", "numerical debris")
            assert w != 0 or finding["verdict"] != "non-zero, proved"
            assert finding["low"] is None or finding["low"] - 1e-12 <= w <= finding["high"] + 1e-12
    assert proved > 500


@pytest.mark.parametrize("call", ENGINES, indirect=True)
def test_numbers_are_written_as_in_python(call):
    rng = np.random.default_rng(3)
    values = [
        0.0,
        0.125,
        2.5,
        0.5,
        1.5,
        12345.5,
        0.00012345,
        99999.5,
        1e7,
        9.9999e-5,
        0.1,
        1 / 3,
        1234567.5,
        0.0625,
        62.5,
    ]
    values += (rng.standard_normal(300) * 10.0 ** rng.integers(-7, 9, 300)).tolist()
    values += [float(x) / 64 for x in rng.integers(0, 10_000, 300)]
    values += [-x for x in values]
    for value, texts in zip(values, call("formatAll", values), strict=True):
        two = Decimal(abs(value)).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
        fixed = ("−" if value < 0 and two != 0 else "") + f"{two:f}"
        assert texts == [
            number_format.significant(value, 3),
            number_format.significant(value),
            number_format.trimmed(value),
            number_format.percent(value),
            fixed,
            number_format.apart(value, value * (1 + 1e-6)),
            number_format.count(math.trunc(abs(value) % 1e12)),
        ], value


@pytest.mark.parametrize("call", ENGINES, indirect=True)
def test_a_proximal_step_minimises_its_objective(call):
    rng = np.random.default_rng(8)
    rows = np.column_stack(
        [rng.standard_normal(400), rng.uniform(0.1, 2, 400), rng.uniform(0, 1, 400), rng.uniform(0, 1, 400)]
    )
    for (v, length, alpha, rho), w in zip(
        rows, call("proximalSteps", json.loads(json.dumps(rows.tolist()))), strict=True
    ):
        slope = (w - v) / length + alpha * (1 - rho) * w
        if w == 0:
            assert abs(slope) <= alpha * rho + 1e-12
        else:
            assert slope == pytest.approx(-alpha * rho * np.sign(w), abs=1e-12)
