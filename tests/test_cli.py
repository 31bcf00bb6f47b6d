"""The command line: what it shows, what it writes, and how it fails."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.preprocessing import StandardScaler
from typer.testing import CliRunner

import whyzero.cli
from whyzero.cli import app, main
from whyzero.cli.text import visible
from whyzero.pipeline import FitOptions, fit_file

NUMBERS = 6


def write_csv(path, rows):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return path


def read_csv(path):
    return list(csv.reader(path.read_text("utf-8").splitlines()))


def numeric_data(seed=0, n=120):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, NUMBERS)) * np.array([1, 10, 0.1, 1, 5, 2])
    return X, X[:, 0] - 0.2 * X[:, 1] + rng.normal(size=n)


@pytest.fixture(scope="session")
def numeric(tmp_path_factory):
    X, y = numeric_data()
    header = [*(f"x{j}" for j in range(NUMBERS)), "y"]
    rows = [[*map(repr, x), repr(t)] for x, t in zip(X.tolist(), y.tolist(), strict=True)]
    return write_csv(tmp_path_factory.mktemp("numeric") / "numeric.csv", [header, *rows])


@pytest.fixture(scope="session")
def mixed(tmp_path_factory):
    """Two classes, a text column of three levels, missing numbers, a constant and an identifier."""
    rng = np.random.default_rng(1)
    rows = [["id", "colour", "size", "same", "bought"]]
    for i in range(150):
        size, colour = rng.normal(), ["red", "green", "blue"][rng.integers(3)]
        bought = "yes" if size + (colour == "red") + rng.logistic() > 0.5 else "no"
        rows.append([f"person {i}", colour, "" if i % 10 == 3 else repr(size), 7, bought])
    return write_csv(tmp_path_factory.mktemp("mixed") / "mixed.csv", rows)


@pytest.fixture(scope="session")
def saved(mixed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "run"
    result = CliRunner().invoke(app, ["fit", str(mixed), "--target", "bought", "--out", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(autouse=True)
def screen_of_100_columns(monkeypatch):
    """The width of a screen that is none depends on how the tests are run."""
    monkeypatch.setenv("COLUMNS", "100")


def shown(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output + result.stderr
    return result.stdout


def flat(text):
    return " ".join(text.split())


def failure(capsys, *arguments):
    """The exit code and the one line of a command that fails."""
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith("\n")
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err
    return stopped.value.code, captured.err


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


def test_a_run_holds_four_files_that_agree(saved):
    assert sorted(file.name for file in saved.iterdir()) == [
        "certificate.json", "explanation.json", "model.json", "report.html",
    ]  # fmt: skip
    model = json.loads((saved / "model.json").read_text())
    explanation = json.loads((saved / "explanation.json").read_text())
    certificate = json.loads((saved / "certificate.json").read_text())
    assert model["coef"] == certificate["coef"] == [item["coef"] for item in explanation["features"]]
    assert certificate["sha256"] == explanation["certificate"]["sha256"]


@pytest.mark.parametrize("level", ["learner", "user", "expert"])
def test_why_tells_the_saved_reason_at_each_level(saved, level):
    features = json.loads((saved / "explanation.json").read_text())["features"]
    item = next(item for item in features if item["name"] == "size")
    assert flat(shown("why", saved, "--feature", "size", "--level", level)) == flat(item["sentences"][level])
    assert flat(item["sentences"][level]) in flat(shown("why", saved, "--feature", "size", "--level", "all"))


def test_why_says_what_would_change_a_weight(saved):
    features = json.loads((saved / "explanation.json").read_text())["features"]
    for item in features:
        words = {
            "zero, proved": "if its own penalty factor, now 1, fell below",
            "non-zero, proved": "Forcing it to zero would raise the objective by at least",
        }.get(item["verdict"])
        if words is not None:
            assert words in flat(shown("why", saved, "--feature", item["name"]))


def test_why_answers_for_all_levels_of_a_text_column(saved):
    text = shown("why", saved, "--feature", "colour")
    assert "'colour' became 3 features" in text
    assert all(f"`colour={level}`" in text for level in ("red", "green", "blue"))


def test_predict_gives_the_probabilities_of_the_model(saved, mixed, tmp_path):
    shown("predict", saved, mixed, "--out", tmp_path / "scores.csv")
    assert (tmp_path / "scores.csv").read_text() == shown("predict", saved, mixed)
    scores = list(csv.DictReader((tmp_path / "scores.csv").read_text().splitlines()))
    model = json.loads((saved / "model.json").read_text())
    weights = dict(zip(model["encoding"]["names"], model["coef"], strict=True))
    rows = list(csv.DictReader(mixed.read_text().splitlines()))
    mean = np.mean([float(row["size"]) for row in rows if row["size"]])
    for row, score in zip(rows, scores, strict=True):
        size = float(row["size"]) if row["size"] else mean
        eta = model["intercept"] + weights["size"] * size + weights[f"colour={row['colour']}"]
        eta += weights["size (missing)"] * (row["size"] == "")
        assert float(score["probability of yes"]) == pytest.approx(1 / (1 + np.exp(-eta)), rel=1e-12)
        assert score["label"] == ("yes" if eta > 0 else "no")


def test_predict_reports_an_unseen_level_on_standard_error(saved, tmp_path):
    file = write_csv(tmp_path / "new.csv", [["colour", "size"], ["purple", "1.0"]])
    result = CliRunner().invoke(app, ["predict", str(saved), str(file)])
    assert result.exit_code == 0
    assert "purple" in result.stderr
    assert "purple" not in result.stdout


def test_verify_proves_the_run_it_is_given(saved, mixed):
    text = shown("verify", saved, mixed)
    assert text.startswith("Proved: every claim of certificate.json about 5 weights follows from")


def edited(source, target, change):
    shutil.copytree(source, target)
    change(target)
    return target


def edit_json(file, change):
    data = json.loads(file.read_text())
    change(data)
    file.write_text(json.dumps(data))


def test_verify_refutes_a_changed_datum(saved, mixed, tmp_path):
    rows = read_csv(mixed)
    rows[1][2] = "0.125"
    result = CliRunner().invoke(app, ["verify", str(saved), str(write_csv(tmp_path / "other.csv", rows))])
    assert result.exit_code == 1
    assert result.stdout.startswith("Refuted: certificate.json.")


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


def test_intervals_are_written_checked_and_replaced(mixed, tmp_path):
    """The path's certificate is a file of the run, and not of the next one that does not ask for it."""
    run, fit = tmp_path / "run", ("fit", mixed, "--target", "bought", "--alphas", 6, "--alpha", 0.05)
    assert "path_certificate.json" in "".join(shown(*fit, "--intervals", "--out", run).split())  # long paths wrap
    assert "It is zero, proved, for every alpha from" in shown("why", run, "--feature", "size (missing)")
    text = " ".join(shown("verify", run, mixed).split())
    assert "Proved: every claim of certificate.json about 5 weights" in text
    assert re.search(r"Proved: every claim of path_certificate.json about 5 weights at \d+ alphas and at every", text)
    edit_json(run / "path_certificate.json", lambda data: data["nonzero"][0].append(data["alphas"][-1]))
    refuted = CliRunner().invoke(app, ["verify", str(run), str(mixed)])
    assert refuted.exit_code == 1
    assert "Refuted: path_certificate.json." in refuted.stdout
    (run / "path_certificate.json").write_text((run / "certificate.json").read_text())
    assert CliRunner().invoke(app, ["verify", str(run), str(mixed)]).exit_code != 0
    shown(*fit, "--out", run)
    assert not (run / "path_certificate.json").exists()


@pytest.mark.parametrize("file", ["certificate.json", "model.json"])
def test_verify_refutes_a_changed_weight(saved, mixed, tmp_path, file):
    def change(folder):
        edit_json(folder / file, lambda data: data["coef"].__setitem__(0, data["coef"][0] + 0.01))

    result = CliRunner().invoke(app, ["verify", str(edited(saved, tmp_path / "run", change)), str(mixed)])
    assert result.exit_code == 1
    assert result.stdout.startswith("Refuted: certificate.json.")
    if file == "model.json":
        assert "The weights in model.json differ from those in the certificate." in result.stdout


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: (folder / "certificate.json").unlink(), "No such file"),
        (lambda folder: (folder / "certificate.json").write_text("{"), "line 1, column 2"),
        (lambda folder: (folder / "certificate.json").write_text("{}"), "not a whyzero certificate"),
        (lambda folder: (folder / "model.json").unlink(), "has no model.json"),
        (lambda folder: (folder / "model.json").write_bytes(b"\xff\xfe"), "the file is not text"),
    ],
)
def test_verify_cannot_use_a_broken_run(saved, mixed, tmp_path, change, message):
    result = subprocess.run(
        [sys.executable, "-m", "whyzero", "verify", edited(saved, tmp_path / "run", change), mixed],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_errors_are_one_line_with_exit_code_2(mixed, saved, tmp_path, capsys):
    cases = {
        ("fit",): "Missing argument 'DATA",
        ("fit", mixed, "--bogus"): "No such option: --bogus",
        ("fit", mixed, "--l1-ratio", "much", "--target", "bought"): "got 'much'; see whyzero fit --help",
        ("fit", mixed, "--choose", "best", "--target", "bought"): "Invalid value for '--choose': 'best' is not one of",
        ("explode",): "No such command 'explode'",
        ("fit", tmp_path / "none.csv", "--target", "y"): "none.csv': no such file",
        ("fit", mixed): "say which column is to be predicted",
        ("fit", mixed, "--target", "brought"): "did you mean 'bought'",
        ("fit", mixed, "--target", "colour"): "has 3 different values",
        ("fit", mixed, "--target", "bought", "--alpha", "-1"): "alpha",
        ("fit", mixed, "--target", "bought", "--l1-ratio", "2"): "l1_ratio",
        ("fit", mixed, "--target", "bought", "--cv", "1"): "give at least 2 folds",
        ("fit", mixed, "--target", "bought", "--cv", "1000"): "more than the 150 rows",
        ("fit", mixed, "--target", "bought", "--weights", "colour"): "weights='colour' is a text column",
        ("fit", mixed, "--target", "bought", "--weights", "size"): "it must be a finite number of at least 0",
        ("fit", mixed, "--target", "bought", "--offset", "size"): "offset='size' is missing in row 4",
        ("fit", mixed, "--target", "bought", "--where", "size >"): "where",
        ("fit", mixed, "--target", "bought", "--out", mixed): "mixed.csv' is not a folder",
        ("fit", mixed, "--target", "bought", "--out", mixed / "below"): "mixed.csv' is not a folder",
        ("fit", "two\nlines\x1b.csv", "--target", "y"): "no such file",
        ("why", saved, "--feature", "-size"): "no feature '-size'",
        ("why", saved, "--feature", "sise"): "did you mean 'size'",
        ("why", saved, "--feature", "nothing"): "no feature 'nothing'; it has 'colour', 'size'.",
        ("why", saved, "--feature", "bought"): "'bought' is no feature, but the target",
        ("why", tmp_path, "--feature", "size"): "has no model.json",
        ("predict", saved, saved / "model.json"): "lacks",
    }
    for arguments, message in cases.items():
        code, line = failure(capsys, *arguments)
        assert code == 2, arguments
        assert message in line, arguments
        assert line.startswith("whyzero: ")


def test_a_column_that_was_set_aside_is_answered_with_the_reason(saved):
    assert flat(shown("why", saved, "--feature", "id")).startswith(
        "'id' was set aside before the fit: it looks like an identifier"
    )
    assert "every value is 7" in shown("why", saved, "--feature", "same")


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


def test_names_of_data_cannot_steer_the_terminal_nor_be_markup(tmp_path):
    hostile = ["\x1b[2Jclear", "[bold red]x[/]", "two\nlines", "\u202eright", ":smile:", "back\\slash"]
    rng = np.random.default_rng(3)
    X = rng.normal(size=(80, len(hostile)))
    file = write_csv(tmp_path / "hostile.csv", [[*hostile, "y"], *np.column_stack([X, X.sum(axis=1)]).tolist()])
    text = shown("fit", file, "--target", "y", "--alpha", "0.1", "--out", tmp_path / "run")
    assert "\x1b" not in text
    assert "\u202e" not in text
    for name in hostile:
        assert any(line.startswith(visible(name)) for line in text.splitlines()), name
    assert "\x1b" not in shown("why", tmp_path / "run", "--feature", hostile[0])


def test_a_defect_is_one_line_with_its_own_code(mixed, capsys, monkeypatch):
    def broken(*_):
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("whyzero.pipeline.read_table", lambda *_, **__: broken())
    monkeypatch.delenv("WHYZERO_TRACEBACK", raising=False)
    code, line = failure(capsys, "fit", mixed, "--target", "bought")
    assert code == 70
    assert line.startswith("whyzero: internal error: RuntimeError: two lines")
    monkeypatch.setenv("WHYZERO_TRACEBACK", "1")
    with pytest.raises(SystemExit):
        main(["fit", str(mixed), "--target", "bought"])
    assert "Traceback" in capsys.readouterr().err
