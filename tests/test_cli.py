"""What `whyzero fit` shows on the screen, and the options that reach it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.preprocessing import StandardScaler

import whyzero.cli
from command_line import flat, numeric_data, read_csv, shown, write_csv
from whyzero.pipeline import FitOptions, fit_file

pytestmark = pytest.mark.usefixtures("screen_of_100_columns")


def test_help_names_every_command_and_version_is_that_of_the_package():
    text = shown("--help")
    assert all(f"\n  {name} " in text for name in ("fit", "why", "predict", "verify", "demo"))
    assert shown() == text
    assert shown("--version") == f"whyzero {whyzero.__version__}\n"


def test_the_screen_says_what_was_done_to_the_data(mixed):
    text = flat(shown("fit", mixed, "--target", "bought"))
    assert "150 rows" in text
    assert "has 2 different values, 'no' and 'yes', so the logistic loss is used" in text
    assert "'size': 15 of 150 values are missing" in text
    assert "'id' is set aside: it looks like an identifier" in text
    assert "'same' is set aside: every value is 7" in text
    assert "no level is left out as the reference" in text


def test_the_screen_shows_objective_choice_counts_and_every_weight(mixed):
    fitted = fit_file(FitOptions((str(mixed),), "bought"))
    text = shown("fit", mixed, "--target", "bought")
    header, cv = fitted.explanation.header, fitted.cv
    assert flat(header.objective) in flat(text)
    assert "scikit-learn: LogisticRegression(C=" in flat(text)
    assert "glmnet: glmnet(x, y" in flat(text)
    for index in (cv.index_min, cv.index_1se):
        assert f"{cv.mean[index]:.4g} ± {cv.se[index]:.2g}" in text
    assert "1se (used)" in text
    assert "--choose min" in flat(text)
    assert f"{header.zero} exactly zero, {header.nonzero} not zero, none open, of 5" in text
    lines = text.splitlines()
    for row in fitted.explanation.rows:
        assert any(line.startswith(f"{row.name} ") for line in lines)


def test_the_weights_are_sorted_by_pull_over_toll_and_zeros_end_before_the_line(numeric):
    fitted = fit_file(FitOptions((str(numeric),), "y", alpha=0.3))
    rows = {row.name: row for row in fitted.explanation.rows}
    lines = [line for line in shown("fit", numeric, "--target", "y", "--alpha", "0.3").splitlines() if "┃" in line]
    names = [line.split()[0] for line in lines]
    assert sorted(names, key=lambda name: -rows[name].ratio) == names
    assert {rows[name].coef == 0 for name in names} == {True, False}
    for name, line in zip(names, lines, strict=True):
        beyond = line.split("┃")[1]
        assert beyond.startswith("━") == (rows[name].coef != 0)


def test_piped_output_is_plain(mixed):
    text = shown("fit", mixed, "--target", "bought")
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= 132


@pytest.mark.parametrize("width", [50, 80, 100, 132, 200])
def test_no_line_is_wider_than_the_terminal(mixed, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    text = shown("fit", mixed, "--target", "bought")
    assert max(map(len, text.splitlines())) <= width


def test_a_long_table_is_folded_with_a_count(tmp_path):
    rng = np.random.default_rng(4)
    X = rng.normal(size=(100, 60))
    y = X[:, :30].sum(axis=1) + rng.normal(size=100)
    rows = [[*(f"x{j}" for j in range(60)), "y"], *np.column_stack([X, y]).tolist()]
    text = shown("fit", write_csv(tmp_path / "wide.csv", rows), "--target", "y", "--alpha", "0.3")
    named = sum(1 for line in text.splitlines() if line.startswith("x") and "┃" in line)
    hidden = 0
    for line in text.splitlines():
        if line.startswith("… "):
            hidden += sum(int(word) for word in line.split() if word.isdigit())
    assert named <= 26
    assert named + hidden == 60


def test_without_a_folder_nothing_is_written_and_the_screen_says_how(mixed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "none written; --out DIR writes" in flat(shown("fit", mixed, "--target", "bought"))
    assert list(tmp_path.iterdir()) == []


def test_json_holds_the_weights_of_scikit_learn(numeric):
    data = json.loads(shown("fit", numeric, "--target", "y", "--alpha", "0.3", "--json"))
    X, y = numeric_data()
    scaler = StandardScaler().fit(X)
    theirs = Lasso(alpha=0.3, tol=1e-14, max_iter=100_000).fit(scaler.transform(X), y).coef_
    np.testing.assert_allclose([item["coef_std"] for item in data["features"]], theirs, atol=1e-7)
    np.testing.assert_allclose([item["coef"] for item in data["features"]], theirs / scaler.scale_, atol=1e-6)
    assert data["schema"] == "whyzero/explanation/1"
    assert data["chosen"] == "given"
    assert {note["topic"] for note in data["notes"]} <= {"read", "target", "missing", "set aside", "encoding"}


def test_options_reach_the_fit(numeric):
    arguments = ["fit", numeric, "--target", "y", "--alpha", "0.2", "--json"]
    plain = json.loads(shown(*arguments, "--no-standardize", "--no-intercept", "--l1-ratio", "0.5", "--exclude", "x1"))
    assert plain["problem"]["standardize"] is False
    assert plain["problem"]["fit_intercept"] is False
    assert plain["problem"]["l1_ratio"] == 0.5
    assert [item["name"] for item in plain["features"]] == ["x0", "x2", "x3", "x4", "x5"]
    folds = [*arguments[:4], "--cv", "4", "--alphas", "20", "--choose", "min", "--json"]
    chosen = json.loads(shown(*folds, "--seed", "3"))
    assert chosen["chosen"] == "min"
    assert chosen["cv"]["n_folds"] == 4
    assert len(chosen["cv"]["alphas"]) == 20
    assert chosen["problem"]["alpha"] == pytest.approx(chosen["cv"]["alphas"][chosen["cv"]["index_min"]])
    other = json.loads(shown(*folds, "--seed", "4"))
    assert other["cv"]["mean"] != chosen["cv"]["mean"]


def test_weights_and_rows_can_be_chosen_and_the_positive_class_too(mixed, tmp_path):
    rows = read_csv(mixed)
    rng = np.random.default_rng(2)
    weighted = [[*rows[0], "w"], *([*row, repr(rng.uniform(0.5, 2.0))] for row in rows[1:])]
    file = write_csv(tmp_path / "weighted.csv", weighted)
    arguments = ["fit", file, "--target", "bought", "--where", "size IS NOT NULL", "--weights", "w", "--positive", "no"]
    data = json.loads(shown(*arguments, "--exclude", "colour", "--alpha", "0.05", "--json"))
    kept = [row for row in weighted[1:] if row[2]]
    X, weight = np.array([[float(row[2])] for row in kept]), np.array([float(row[5]) for row in kept])
    y = np.array([row[4] == "no" for row in kept])
    mean = np.average(X[:, 0], weights=weight)
    sd = np.sqrt(np.average((X[:, 0] - mean) ** 2, weights=weight))
    model = LogisticRegression(l1_ratio=1, C=1 / (0.05 * weight.sum()), solver="saga", tol=1e-13, max_iter=100_000)
    model.fit((X - mean) / sd, y, sample_weight=weight)
    assert data["classes"] == ["yes", "no"]
    assert [item["name"] for item in data["features"]] == ["size"]
    assert data["features"][0]["coef_std"] == pytest.approx(model.coef_[0, 0], abs=1e-6)


@pytest.mark.parametrize("width", [60, 80, 132])
def test_reasons_name_their_columns_in_full_on_every_screen(width, tmp_path, monkeypatch):
    """Columns of long names that explain others away; where the reasons have no room, none is shown."""
    rng = np.random.default_rng(3)
    shared = rng.normal(size=(80, 1))
    X = np.hstack([shared + 0.2 * rng.normal(size=(80, 3)), rng.normal(size=(80, 1))])
    names = ["mean concave points", "worst concave points", "fractal dimension error", "noise"]
    rows = [[*map(repr, x), repr(float(x[0] + 0.1 * x[1]))] for x in X.tolist()]
    file = write_csv(tmp_path / "long.csv", [[*names, "y"], *rows])
    monkeypatch.setenv("COLUMNS", str(width))
    options = ("fit", file, "--target", "y", "--alpha", 0.3)
    reasons = [item["reason"] for item in json.loads(shown(*options, "--json"))["features"]]
    text = shown(*options)
    table = text[text.index("\nfeature") : text.index("\nRead it")]
    lines = [line.rstrip() for line in table.splitlines() if line]
    assert any(reason.startswith("explained away") for reason in reasons)
    assert "…" not in table
    assert max(map(len, lines)) <= width
    if lines[0].endswith("why"):
        start = lines[0].index("why")
        told = " ".join(" ".join(line[start:].split()) for line in lines[1:])
        assert all(reason in told for reason in reasons)
    else:
        assert width == 60


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ((), "L2 at the same training loss (alpha "),
        (("--compare", "elasticnet", "--match", "norm"), "Elastic net at the same norm of the weights (alpha "),
        (("--compare", "elasticnet", "--match", "alpha"), "Elastic net at the same alpha (alpha 0.3)"),
        (("--compare", "l1", "--l1-ratio", 0, "--match", "cv-loss"), "L1 at the same cross-validated loss (alpha "),
    ],
)
def test_the_penalty_beside_the_fit_may_be_chosen(numeric, options, setting):
    assert setting in " ".join(shown("fit", numeric, "--target", "y", "--alpha", 0.3, *options).split())


def test_partners_and_further_fits_may_be_left_out(numeric):
    plain = shown("fit", numeric, "--target", "y", "--alpha", 0.3, "--compare", "none", "--max-refits", 0)
    assert "at the same" not in plain
    data = json.loads(shown("fit", numeric, "--target", "y", "--alpha", 0.3, "--max-refits", 0, "--json"))
    prices = [item["price_of_zero"] for item in data["features"]]
    more = json.loads(shown("fit", numeric, "--target", "y", "--alpha", 0.3, "--json"))
    assert sum(price is not None for price in prices) < sum(
        item["price_of_zero"] is not None for item in more["features"]
    )


def test_an_l2_fit_is_shown_without_tolls(numeric):
    text = shown("fit", numeric, "--target", "y", "--l1-ratio", "0")
    head = next(line for line in text.splitlines() if line.startswith("feature"))
    assert "toll" not in head
    assert "┃" not in text
    assert "L2 charges no toll for leaving 0: a weight is 0 only if its pull is exactly 0." in flat(text)
    assert "does not exceed the toll" not in flat(text)


def test_the_screen_never_claims_a_match_that_was_not_found(numeric):
    text = flat(shown("fit", numeric, "--target", "y", "--alpha", "100"))
    assert "No L2 fit has the same training loss" in text
    assert "L2 at nearly the same training loss (alpha" in text
    assert "at the same training loss" not in text
