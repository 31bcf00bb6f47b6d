"""The numbers of the explorer's panels against whyzero, its experiments, and formulas written elsewhere."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

import whyzero as wz
from javascript_runner import functions_of
from whyzero.experiments import (
    all_or_nothing,
    bowls,
    false_zeros,
    laplace_posterior,
    penalty_zoo,
    sign_test,
    zone_map,
)

NEAR = 1e-9
call = functions_of("explorer_numbers.js")


def test_one_weight_equals_the_penalty_zoo(call):
    width = 1e-6
    zoo = penalty_zoo(n_pulls=400, width=width)
    l1, l2, net, power, rounded, root = call("zoo", {"pulls": zoo.pulls.tolist(), "alpha": zoo.alpha, "width": width})
    for mine, theirs in zip((l1, l2, net, power, rounded), zoo.weights, strict=True):
        assert mine == pytest.approx(theirs, rel=NEAR, abs=NEAR)
        assert [w == 0 for w in mine] == [w == 0 for w in theirs]
    grid = np.linspace(-3, 3, 200_001)
    for z, w in zip(zoo.pulls, root, strict=True):
        cost = (grid - z) ** 2 / 2 + np.sqrt(np.abs(grid))
        assert (w - z) ** 2 / 2 + math.sqrt(abs(w)) <= cost.min() + 1e-12
    assert all_or_nothing().one_zero == 0


def test_two_weights_equal_the_zone_map(call):
    rng = np.random.default_rng(1)
    points = rng.uniform(-4, 4, (60, 2)).tolist()
    cases = [
        {"r": r, "alpha": alpha, "l1_ratio": ratio, "points": points}
        for r in (-0.6, 0.0, 0.9) for alpha in (0.5, 1.0) for ratio in (1.0, 0.5, 0.0)
    ]  # fmt: skip
    for case, found in zip(cases, call("zones", cases), strict=True):
        r, alpha, ratio, shares = case["r"], case["alpha"], case["l1_ratio"], found["shares"]
        both, first, second, _ = zone_map(r, alpha=alpha).l1_areas / 64
        if ratio == 1.0:
            assert [shares["both"], shares["first"], shares["second"]] == pytest.approx(
                [both, first, second], abs=1e-12
            )
        if ratio == 0.0:
            assert list(shares.values()) == pytest.approx([0, 0, 0], abs=1e-15)
        assert sum(shares.values()) == pytest.approx(found["sampled"], abs=0.01)
        assert found["cone"] == pytest.approx(math.atan2(ratio, ratio + (1 - ratio) * 2), abs=1e-12)
        H = np.array([[1, r], [r, 1]])
        for m, w in zip(points, np.array(found["pairs"]), strict=True):
            c = H @ (w - m) + alpha * (1 - ratio) * w
            assert np.all(np.abs(c) <= alpha * ratio + 1e-12)
            assert c[w != 0] == pytest.approx(-alpha * ratio * np.sign(w[w != 0]), abs=1e-12)
    assert math.degrees(
        call("zones", [{"r": 0, "alpha": 1, "l1_ratio": 0.5, "points": []}])[0]["cone"]
    ) == pytest.approx(18.4349, abs=1e-4)


def test_the_bowls_are_those_of_the_experiment(call):
    known = bowls(n_bowls=500, resolutions=(100, 1000))
    found = call(
        "bowls",
        {"l1": known.l1_bowls.tolist(), "l2": known.l2_bowls.tolist(), "resolutions": known.resolutions.tolist()},
    )
    assert np.array(found["diamond"]) == pytest.approx(known.l1_weights, abs=NEAR)
    assert np.array_equal(np.array(found["diamond"]) == 0, known.l1_weights == 0)
    assert np.array(found["circle"]) == pytest.approx(known.l2_weights, abs=NEAR)
    assert np.all(np.array(found["circle"]) != 0)
    assert np.array(found["shares"]) == pytest.approx(known.l2_on_grid, abs=2 / 500)


def test_priors_and_false_zeros_and_the_sign_test_equal_the_experiments(call):
    y = np.linspace(-12, 12, 241)
    for rate in (0.3, 1.0, 2.0):
        known, found = laplace_posterior(y, rate), call("priors", {"y": y.tolist(), "rate": rate})
        assert found["mode"] == pytest.approx(known.mode, abs=1e-12)
        assert found["mean"] == pytest.approx(known.mean, rel=NEAR, abs=NEAR)
    known_zeros = false_zeros()
    found = np.array(call("falseZeros", known_zeros.correlations.tolist()))
    assert found == pytest.approx(known_zeros.coefs, abs=0.03)
    assert np.array_equal(found == 0, known_zeros.coefs == 0)
    pairs = [(0, 0), (1, 0), (10, 3), (40, 0), (17, 23)]
    assert call("signTests", pairs) == pytest.approx([sign_test(*pair) for pair in pairs], rel=1e-12)


def test_the_bet_has_the_zeros_that_whyzero_finds(call):
    for found in call("trials", [0, 7, 39]):
        X, y = np.array(found["columns"]).T, np.array(found["y"])
        for weights, alpha, ratio in ((found["l1"], found["alpha"], 1.0), (found["l2"], found["l2Alpha"], 0.0)):
            fit = wz.fit(X, y, alpha=alpha, l1_ratio=ratio, standardize=True, tol=1e-14)
            assert weights == pytest.approx(fit.coef * X.std(axis=0), rel=NEAR, abs=NEAR)
            assert [w == 0 for w in weights] == [w == 0 for w in fit.coef]
    assert call("trials", [3]) == call("trials", [3])


def test_the_check_of_the_bet_compares_with_what_whyzero_counts(call):
    check = call("betCheck", None)
    counted = []
    for found in call("trials", list(range(len(check["counted"])))):
        X = np.array(found["columns"]).T
        fits = [
            wz.fit(X, found["y"], alpha=alpha, l1_ratio=ratio, standardize=True, tol=1e-13)
            for alpha, ratio in ((found["alpha"], 1.0), (found["l2Alpha"], 0.0))
        ]
        counted.append([int(np.sum(fit.coef == 0)) for fit in fits])
    assert counted == [[zeros, 0] for zeros in check["counted"]]
    assert check["found"]["different"] == 0 and check["found"]["apart"] < 1e-9
    assert check["broken"]["different"] == 1


def test_exact_proofs_are_exact_and_only_bare_floats_are_false(call):
    noises = [10.0**-k for k in range(17)] + [0.0]
    found = call("proofs", noises)
    X = [[Fraction(x) for x in column] for column in found["columns"]]
    y, alpha, n = [Fraction(v) for v in found["y"]], Fraction(found["alpha"]), len(found["y"])
    best = wz.fit(
        np.array(found["columns"]).T, np.array(found["y"]), alpha=found["alpha"], fit_intercept=False, tol=1e-14
    )
    assert found["optimum"] == pytest.approx(best.coef, abs=NEAR)
    bare = 0
    for point in found["points"]:
        w = [Fraction(v) for v in point["weights"]]
        left = [sum(X[j][i] * w[j] for j in range(len(w))) - y[i] for i in range(n)]
        c = [sum(a * b for a, b in zip(column, left, strict=True)) / n for column in X]
        share = min(Fraction(1), *(alpha / abs(v) for v in c))
        gap = (1 - share) ** 2 * sum(v * v for v in left) / n / 2 + sum(
            alpha * abs(a) + share * b * a for a, b in zip(w, c, strict=True)
        )
        # The page rounds the share down a little, which can only enlarge the gap.
        assert point["exact"]["gap"] >= float(gap) * (1 - 1e-9)
        assert point["exact"]["gap"] <= float(gap) * (1 + 1e-9) + 1e-14
        assert point["allowance"]["gap"] >= float(gap)
        for mode in ("allowance", "exact", "bare"):
            wrong = sum(
                (verdict == "zero" and b != 0) or (verdict == "nonzero" and b == 0)
                for verdict, b in zip(point[mode]["verdicts"], best.coef, strict=True)
            )
            bare += wrong if mode == "bare" else 0
            assert mode == "bare" or wrong == 0
    assert bare > 0
    assert "open" not in found["points"][12]["exact"]["verdicts"]
