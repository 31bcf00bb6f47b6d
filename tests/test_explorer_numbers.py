"""The explorer's numbers against whyzero, its experiments, and formulas and programs written elsewhere."""

from __future__ import annotations

import csv
import io
import math
from fractions import Fraction

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

import whyzero as wz
from hostile_names import HOSTILE
from javascript_runner import ENGINES, engine
from whyzero.experiments import (
    all_or_nothing,
    bowls,
    false_zeros,
    laplace_posterior,
    optimisers,
    penalty_zoo,
    sign_test,
    zone_map,
)
from whyzero.experiments.draws import sparse_regression
from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.steps import adam
from whyzero.explorers.data import array_data, table_data, toy_data
from whyzero.report.names import visible
from whyzero.tables import read_table

NEAR = 1e-9


@pytest.fixture(scope="module", params=ENGINES)
def call(request, tmp_path_factory):
    with engine(request.param, "explorer_numbers.js", tmp_path_factory.mktemp("javascript")) as called:
        yield called


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


def test_shrinking_sticks_above_zero(call):
    w, steps = 1.0, 0
    while 0.9 * w != w:
        w, steps = 0.9 * w, steps + 1
    assert call("shrink", 0.9) == {"w": w, "steps": steps} and w > 0


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


def _quoted(rows: list[list[str]], delimiter: str, line_end: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return out.getvalue()


def test_tables_are_read_as_pythons_csv_module_reads_them(call):
    rng = np.random.default_rng(6)
    alphabet = np.array([*'ab1.,;|\t" \n', "é", "\u202e", "\U0001f600"])
    cases = []
    for k in range(60):
        width = int(rng.integers(2, 6))
        rows = [
            ["".join(rng.choice(alphabet, int(rng.integers(1, 7)))) for _ in range(width)]
            for _ in range(int(rng.integers(2, 8)))
        ]
        delimiter, line_end = ",;\t|"[k % 4], ("\n", "\r\n")[k % 2]
        rows[0] = [f"name {j}" for j in range(width)]
        cases.append((rows, _quoted(rows, delimiter, line_end)))
    cases.append(([["a", "b"], ["1", ""], ["", "2"]], "\ufeffa,b\r\n1,\r\n\r\n,2"))
    for (rows, text), found in zip(cases, call("parsed", [text for _, text in cases]), strict=True):
        assert [found["header"], *found["rows"]] == rows, text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" \n \n", "empty"),
        ("a\n1\n", "one column"),
        ("a,b\n", "no rows"),
        ("a,b\n1,2\n3\n", "Line 3 has 1 value, the first line has 2 names"),
        ("a,b\n1,2,3\n", "Line 2 has 3 values"),
        ('a,b\n1,"2\n3,4\n', "A quote that begins on line 2 never ends"),
        ('a,b\n"1"x,2\n', "Line 2 has text after a closing quote"),
        ("a,b\n" + "x" * 30_000 + ",1\n", "longer than 20000 characters"),
        (",".join(f"c{j}" for j in range(400)) + "\n", "columns"),
        ("a,b\n" + "1,2\n" * 20_001, "more than 20000 rows"),
    ],
)
def test_a_table_that_cannot_be_trusted_is_refused_with_its_line(call, text, message):
    (found,) = call("parsed", [text])
    assert isinstance(found, str) and message in found


def test_columns_become_numbers_and_what_is_left_out_is_said(call):
    rows = [["x", "kind", "long", "empty", "y"]] + [
        [str(i), "ab"[i % 2] if i else "NA", f"text {i}", "", str(i * 0.5)] for i in range(20)
    ]
    text = _quoted(rows, ",", "\n")
    data, classes, constant, texts = call(
        "dataSets",
        [
            {"text": text, "target": 4},
            {"text": text, "target": 1},
            {"text": text, "target": 3},
            {"text": text, "target": 2},
        ],
    )
    assert data["names"] == ["x", "kind = a"] and data["loss"] == "squared"
    assert data["columns"] == [list(range(1, 20)), [float(i % 2 == 0) for i in range(1, 20)]]
    assert data["y"] == [0.5 * i for i in range(1, 20)]
    assert any("1 of 20 rows" in note and "whyzero fit keeps" in note for note in data["notes"])
    assert any("empty" in note and "left out" in note for note in data["notes"])
    assert classes["loss"] == "logistic" and classes["classes"] == ["a", "b"]
    assert "rows have all values" in constant
    assert "different texts" in texts


@pytest.mark.parametrize(
    ("text", "numbers", "said"),
    [
        ("a;b;y\n" + "1,5;2;0,5\n-2,25;1;1\n3;0;,5\n" * 2, None, "different texts"),
        (
            "a;b;y\n" + "1,5;2;0,5\n-2,25;1;1\n3;0;7,125\n" * 2,
            ([[1.5, -2.25, 3] * 2, [2, 1, 0] * 2], [0.5, 1, 7.125] * 2),
            "decimal commas",
        ),
        (
            "a,y\n" + '"1,234.5",1\n2,2\n"-12,345,678",4\n' * 2,
            ([[1234.5, 2, -12345678] * 2], [1, 2, 4] * 2),
            "between thousands",
        ),
    ],
)
def test_commas_within_numbers_are_read_as_whyzero_fit_reads_them(call, tmp_path, text, numbers, said):
    (found,) = call("dataSets", [{"text": text, "target": text.split("y")[0].count(";") or 1}])
    if numbers is None:
        assert said in found
        return
    assert (found["columns"], found["y"]) == numbers
    assert any(said in note for note in found["notes"])
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    data = table_data(read_table(file), "y", title="table")
    assert (data["columns"], data["y"]) == numbers


@pytest.mark.parametrize("match", ["loss", "alpha"])
def test_the_table_of_ones_own_data_equals_the_explanation_of_whyzero(call, match):
    diabetes = load_diabetes()
    cases = [
        (toy_data(), 0.05),
        (array_data(diabetes.data, diabetes.target, feature_names=diabetes.feature_names), 5.0),
    ]
    for data, alpha in cases:
        found = call("dataTable", {"data": data, "alpha": alpha, "match": match})
        X, y = np.array(data["columns"]).T, np.array(data["y"])
        fit = wz.fit(X, y, alpha=alpha, loss=data["loss"], standardize=True, feature_names=data["names"], tol=1e-13)
        table = wz.explain(fit, match=match).data()["features"]
        for row, feature in zip(found["rows"], table, strict=True):
            sd = X[:, row["index"]].std()
            assert row["weight"] == pytest.approx(feature["coef"] * sd, rel=NEAR, abs=NEAR)
            assert row["pull"] == pytest.approx(feature["pull"], rel=NEAR, abs=NEAR)
            assert row["alone"] == pytest.approx(feature["null_pull"], rel=NEAR, abs=NEAR)
            assert row["partner"] == pytest.approx(feature["partner_coef"] * sd, rel=NEAR, abs=NEAR)
            assert row["verdict"] == feature["verdict"]
            assert row["reason"] in {kind.value for kind in ReasonKind}
            assert feature["reason"].startswith((row["reason"], "crowded" if row["weight"] == 0 else row["reason"]))
            if row["takers"] and feature["waterfall"]:
                amounts = dict(feature["waterfall"]["steps"])
                for k, amount in row["takers"]:
                    if data["names"][k] in amounts:
                        assert amount == pytest.approx(abs(amounts[data["names"][k]]), rel=NEAR, abs=NEAR)
        assert found["largest"] / 100 * 0.99 < found["grid"][-1] < found["largest"] <= found["grid"][0]


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_weights_of_repeated_columns_are_not_unique_as_in_whyzero(call, loss):
    rng = np.random.default_rng(8)
    X = rng.standard_normal((80, 6))
    X = np.column_stack([X, X[:, 0], -X[:, 1], X[:, 5]])  # twins of two weights that live, and of one that is zero
    y = 2 * X[:, 0] - 1.5 * X[:, 1] + rng.standard_normal(80)
    data = array_data(X, y if loss == "squared" else y > 0)
    alpha = 0.3 if loss == "squared" else 0.1
    found = call("dataTable", {"data": data, "alpha": alpha, "match": "loss"})["rows"]
    fit = wz.fit(X, data["y"], alpha=alpha, loss=loss, standardize=True, tol=1e-13)
    expected = [feature["verdict"] for feature in wz.explain(fit).data()["features"]]
    assert [row["verdict"] for row in found] == expected
    assert [j for j, verdict in enumerate(expected) if verdict == "not unique"] == [0, 1, 6, 7]
    assert expected[5] == expected[8] == "zero, proved"
    almost = X.copy()
    almost[3, 6] += 1e-9
    near = call("dataTable", {"data": array_data(almost, data["y"]), "alpha": alpha, "match": "loss"})["rows"]
    assert "not unique" not in (near[0]["verdict"], near[6]["verdict"])


def test_names_are_shown_as_in_the_report(call):
    names = [*HOSTILE, "a\u00a0b", " ", "\u3000x", "tab\there"]
    assert call("visibles", names) == [visible(name) for name in names]
