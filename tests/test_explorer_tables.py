"""Tables of one's own in the explorer: read as `whyzero fit` reads them, judged as `explain` judges."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

import whyzero as wz
from hostile_names import HOSTILE
from javascript_runner import functions_of
from whyzero.explanations.reasons import ReasonKind
from whyzero.explorers.data import array_data, table_data, toy_data
from whyzero.report.names import visible
from whyzero.tables import read_table

NEAR = 1e-9
call = functions_of("explorer_numbers.js")


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
