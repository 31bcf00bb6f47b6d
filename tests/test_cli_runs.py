"""What the command line does with a run that was written: why, predict, verify, intervals."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from command_line import flat, read_csv, shown, write_csv
from whyzero.cli import app

pytestmark = pytest.mark.usefixtures("screen_of_100_columns")


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


def test_a_column_that_was_set_aside_is_answered_with_the_reason(saved):
    assert flat(shown("why", saved, "--feature", "id")).startswith(
        "'id' was set aside before the fit: it looks like an identifier"
    )
    assert "every value is 7" in shown("why", saved, "--feature", "same")
