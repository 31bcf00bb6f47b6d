"""The explorer's walks of optimisers against whyzero, its experiments, and exact formulas."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

import whyzero as wz
from javascript_runner import functions_of
from whyzero.experiments import (
    optimisers,
)
from whyzero.experiments.draws import sparse_regression
from whyzero.explanations.steps import adam

NEAR = 1e-9
call = functions_of("explorer_numbers.js")


def test_the_walks_are_those_of_the_optimisers(call):
    passes = 120
    known = optimisers(seed=4, n_passes=passes)
    rng = np.random.default_rng(4)
    draw = sparse_regression(rng, 100, 30)
    start = rng.uniform(-0.5, 0.5, 30)
    orders = [rng.permutation(100).tolist() for _ in range(passes)]
    assert np.array_equal(start, known.start)
    argument = {
        "columns": draw.X.T.tolist(),
        "y": draw.y.tolist(),
        "alpha": known.alpha,
        "start": start.tolist(),
        "orders": orders,
    }
    found = call("optimiserWalks", argument)
    names = {
        "proximal": "proximal gradient", "subgradient": "subgradient", "sgd": "SGD", "adam": "Adam",
        "frozen": "clip and freeze",
    }  # fmt: skip
    for mine, theirs in names.items():
        expected = known.weights[known.names.index(theirs)]
        if mine in (
            "subgradient",
            "sgd",
            "adam",
        ):  # a rounding at zero changes a sign, and with it the whole walk: compare its beginning
            assert np.array(found[mine][:20]) == pytest.approx(expected[:20], abs=NEAR), mine
        else:
            assert np.array(found[mine]) == pytest.approx(expected, abs=NEAR), mine
            assert np.array_equal(np.array(found[mine]) == 0, expected == 0)
        assert np.count_nonzero(np.array(found[mine][-1]) == 0) == np.count_nonzero(expected[-1] == 0)
    gram, right, w = draw.X.T @ draw.X / 100, draw.X.T @ draw.y / 100, start
    step = 1 / np.linalg.eigvalsh(gram)[-1]
    for mine in found["ridge"]:
        w = (w - step * (gram @ w - right)) / (1 + step * known.alpha)
        assert mine == pytest.approx(w, abs=NEAR)
    best = np.linalg.solve(gram + known.alpha * np.eye(30), right)
    assert found["ridge"][-1] == pytest.approx(best, abs=1e-6) and np.all(best != 0)


def test_a_proximal_walk_lands_when_the_formula_says(call):
    rng = np.random.default_rng(2)
    cases = [
        {"size": float(size), "step": float(step), "alpha": 0.25, "g": float(g)}
        for size, step, g in zip(
            rng.uniform(0.05, 1.5, 50), rng.uniform(0.01, 0.1, 50), rng.uniform(-0.2, 0.2, 50), strict=True
        )
    ]
    for case, (landed, predicted) in zip(cases, call("landings", cases), strict=True):
        exact = Fraction(case["size"]) / (Fraction(case["step"]) * (Fraction(0.25) - Fraction(case["g"])))
        assert predicted == math.ceil(exact)
        assert landed in (predicted, predicted + 1)


def test_steps_of_one_weight_follow_their_formulas(call):
    rng = np.random.default_rng(5)
    cases = [
        {
            "size": float(rng.uniform(0.1, 1.0)), "step": float(rng.uniform(0.03, 0.1)), "adamStep": 0.01,
            "alpha": 0.31, "pulls": [g - spread, g + spread], "order": rng.integers(0, 2, 1000).tolist(),
        }
        for g in (0.0, 0.08, 0.2) for spread in (0.0, 0.047)
    ]  # fmt: skip
    for case, found in zip(cases, call("steadyWalks", cases), strict=True):
        size, step, alpha = (Fraction(case[name]) for name in ("size", "step", "alpha"))
        pulls = [Fraction(pull) for pull in case["pulls"]]
        g = sum(pulls) / 2
        ridge = size
        for k, w in enumerate(found["ridge"][:100]):
            assert w == pytest.approx(float(ridge), rel=1e-12)
            assert found["walks"]["ridge"][k] == pytest.approx(float(ridge), rel=NEAR)
            ridge = (ridge + step * g) / (1 + step * alpha)
        steps = {"subgradient": [g] * 1000, "sgd": [pulls[i] for i in case["order"]]}
        for name, rows in steps.items():
            w = size
            for k, pull in enumerate(rows[:200]):
                assert found["walks"][name][k] == pytest.approx(float(w), abs=1e-12)
                w += step * (pull - alpha * ((w > 0) - (w < 0)))
        adam_walk, w = adam(lambda w, g=g: -float(g) + 0.31 * np.sign(w)), np.array([float(size)])
        for mine in found["walks"]["adam"][:60]:
            assert mine == pytest.approx(w[0], abs=NEAR)
            w = adam_walk(w)
        for name, (low, high) in found["bands"].items():
            walk = np.array(found["walks"][name])
            late = walk[np.argmax(walk <= 0) :]
            assert late[0] <= 0 and low <= late.min() and late.max() <= high, name
        extreme = -float(step) * (0.31 - min(case["pulls"])), float(step) * (0.31 + max(case["pulls"]))
        assert found["bands"]["sgd"] == pytest.approx(extreme)


def test_the_lasso_of_the_panel_has_the_optimum_the_bound_and_the_wrong_zeros_that_it_says(call):
    found = call("lassoOfPanel", {"size": 0.5, "stretch": 1})
    X, y = np.array(found["columns"]).T, np.array(found["y"])
    best = wz.fit(X, y, alpha=0.25, fit_intercept=False, tol=1e-14).coef
    ends = {name: np.array(end) for name, end in found["ends"].items()}
    assert found["optimum"] == pytest.approx(best, abs=NEAR)
    assert np.array_equal(ends["proximal"] == 0, best == 0)
    assert [np.count_nonzero(ends[name] == 0) for name in ("ridge", "subgradient", "sgd", "adam")] == [0] * 4
    assert np.count_nonzero((ends["frozen"] == 0) & (best != 0)) == 4 and np.count_nonzero(ends["frozen"] == 0) == 28
    curvatures = np.linalg.eigvalsh(X.T @ X / 100)
    slack = np.min(0.25 - np.abs(X.T @ (y - X @ best) / 100)[best == 0])
    distance = np.linalg.norm(np.array(found["start"]) - best)
    bound = 1 + math.ceil(curvatures[-1] / curvatures[0] * math.log(2 * curvatures[-1] * distance / slack))
    w, last = np.array(found["start"]), 0
    for k in range(1, bound + 10):
        moved = w - X.T @ (X @ w - y) / 100 / curvatures[-1]
        w = np.sign(moved) * np.maximum(np.abs(moved) - 0.25 / curvatures[-1], 0)
        last = k if np.any(w[best == 0] != 0) else last
    assert found["steps"] == [last + 1, bound] and last + 1 <= bound


def test_the_check_of_the_steps_holds_wherever_its_sliders_are(call):
    steady = [
        {"size": 0.05 * i, "stretch": 0.05 * s, "g": 0.01 * g}
        for i in range(1, 31, 4) for s in range(2, 21, 3) for g in range(0, 21, 5)
    ]  # fmt: skip
    lasso = [{"size": size, "stretch": stretch} for size in (0.05, 1.5) for stretch in (0.1, 1)]
    assert call("failedRuns", {"steady": steady, "lasso": lasso}) == []


def test_shrinking_sticks_above_zero(call):
    w, steps = 1.0, 0
    while 0.9 * w != w:
        w, steps = 0.9 * w, steps + 1
    assert call("shrink", 0.9) == {"w": w, "steps": steps} and w > 0
