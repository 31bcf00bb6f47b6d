"""``whyzero audit``: models as files, what the screen shows, and how it fails."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from typer.testing import CliRunner

import whyzero as wz
from whyzero.audits.files import read_model_json
from whyzero.cli import app, main

N, NAMES = 60, ["height", "weight, kg", "same", "noise"]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A table with a constant column, a target of numbers and one of texts, and its columns as arrays."""
    rng = np.random.default_rng(4)
    X = rng.normal(size=(N, 4)) * np.array([1.0, 3.0, 0.0, 1.0]) + np.array([0.0, 1.0, 7.0, 0.0])
    y = X[:, 0] - 0.5 * X[:, 1] + 0.3 * rng.normal(size=N)
    label = np.where(y + rng.logistic(size=N) > 0.0, "yes", "no")
    path = tmp_path_factory.mktemp("audit") / "data.csv"
    rows = [[*map(repr, x), repr(t), c] for x, t, c in zip(X.tolist(), y.tolist(), label.tolist(), strict=True)]
    write(path, [[*NAMES, "y", "bought"], *rows])
    return path, X, y, label


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return path


def named(model, X, y):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=NAMES)
    return model.fit(frame, y), frame


def found(*arguments):
    result = CliRunner().invoke(app, ["audit", *map(str, arguments), "--json"])
    assert result.exit_code == 0, result.output + result.stderr
    return json.loads(result.stdout)


def failure(capsys, *arguments):
    with pytest.raises(SystemExit) as stopped:
        main(["audit", *map(str, arguments)])
    captured = capsys.readouterr()
    assert stopped.value.code == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


MODELS = {
    "lasso": (Lasso(alpha=0.05, tol=1e-10), "y"),
    "pipeline": (make_pipeline(StandardScaler(), Lasso(alpha=0.05, tol=1e-10)), "y"),
    "unscaled pipeline": (make_pipeline(StandardScaler(with_std=False), Lasso(alpha=0.05, tol=1e-10)), "y"),
    "liblinear": (LogisticRegression(C=0.5, l1_ratio=1, solver="liblinear", tol=1e-8), "bought"),
    "balanced": (LogisticRegression(C=0.5, class_weight={"yes": 2.0}, tol=1e-10, max_iter=9999), "bought"),
}


@pytest.mark.parametrize("model, target", MODELS.values(), ids=MODELS.keys())
def test_a_model_file_is_judged_as_the_model_itself(table, tmp_path, model, target):
    path, X, y, label = table
    truth = y if target == "y" else label
    file = tmp_path / "model.json"
    fitted, frame = named(model, X, truth)
    file.write_text(wz.audit_json(fitted), "utf-8")
    audit = wz.audit(fitted, frame, truth)
    shown, direct = found(path, "--model", file, "--target", target), audit.to_dict()
    assert [{key: row[key] for key in ("name", "coef", "verdict")} for row in shown["weights"]] == [
        {key: row[key] for key in ("name", "coef", "verdict")} for row in direct["weights"]
    ]
    for key in ("source", "translation", "objective", "alpha", "l1_ratio", "counts"):
        assert shown[key] == direct[key]
    assert shown["gap"] == pytest.approx(audit.gap, rel=0.05)  # columns are summed in another order
    assert audit.relative_gap < 1e-6
    assert audit.certificate.names[:4] == tuple(NAMES)


def test_a_model_file_reads_back_bit_for_bit(table):
    _, X, _, label = table
    model, frame = named(
        make_pipeline(StandardScaler(), LogisticRegression(C=0.1 + 0.2, class_weight="balanced")), X, label
    )
    text = wz.audit_json(model)
    foreign = read_model_json(text, "model.json")
    assert foreign.coef.tolist() == model[-1].coef_[0].tolist()
    assert foreign.intercept == model[-1].intercept_[0]
    assert foreign.parameters["C"] == 0.1 + 0.2
    assert foreign.classes == ("no", "yes")
    assert foreign.names == tuple(NAMES)
    assert np.array_equal(foreign.steps[0].transform(X), model[0].transform(frame))


def test_a_table_of_weights_is_judged_with_the_objective_that_is_said(table, tmp_path):
    path, X, y, _ = table
    scaler = StandardScaler().fit(X)
    model = Lasso(alpha=0.05, tol=1e-12).fit(scaler.transform(X), y)
    coef = model.coef_ / scaler.scale_
    intercept = model.intercept_ - coef @ scaler.mean_
    rows = [["Feature", "Coef"], ["(Intercept)", repr(float(intercept))]]
    rows += [[name, repr(float(value))] for name, value in zip(NAMES, coef, strict=True)][::-1]
    file = write(tmp_path / "coef.csv", rows)
    right = found(path, "--model", file, "--target", "y", "--alpha", 0.05, "--standardize")
    assert right["relative_gap"] < 1e-10
    assert [row["name"] for row in right["weights"]] == NAMES[::-1]
    wrong = found(path, "--model", file, "--target", "y", "--alpha", 0.05)
    assert "the columns were standardised" in wrong["cause"]


def test_the_screen_shows_gap_counts_cause_and_table(table, tmp_path):
    path, X, y, _ = table
    file, proof = tmp_path / "model.json", tmp_path / "proof.json"
    model = Lasso(alpha=0.05, tol=1e-10).fit(X, y)
    model.coef_[3] += 1e-3
    file.write_text(wz.audit_json(model), "utf-8")
    pruned = write(tmp_path / "plain.csv", [row[:5] for row in csv.reader(path.read_text("utf-8").splitlines())])
    result = CliRunner().invoke(
        app, ["audit", str(pruned), "--model", str(file), "--target", "y", "--certificate", str(proof)]
    )
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    assert "sklearn.Lasso: alpha = 0.05, as here" in text
    assert "true zero: 1; wrong zero: 0; numerical debris: 1; true non-zero: 2; not unique: 0; open: 0" in text
    assert "noise 0.001 0 numerical debris" in text
    assert wz.verify(proof.read_text("utf-8"), X, y).ok


def test_a_level_of_a_text_column_may_be_a_feature(table, tmp_path):
    path, X, y, label = table
    wide = np.column_stack([X[:, 0], label == "yes"])
    model = Lasso(alpha=0.01, tol=1e-12).fit(wide, y)
    rows = [["feature", "coef"], ["intercept", model.intercept_], ["height", model.coef_[0]]]
    file = write(tmp_path / "coef.csv", [*rows, ["bought=yes", model.coef_[1]]])
    assert found(path, "--model", file, "--target", "y", "--alpha", 0.01)["relative_gap"] < 1e-10


def test_bad_tables_of_weights_are_refused(table, tmp_path, capsys):
    path = table[0]
    file = tmp_path / "coef.csv"
    said = (path, "--model", file, "--target", "y", "--alpha", "0.1")

    def message(*rows):
        write(file, rows)
        return failure(capsys, *said)

    head, base = ["feature", "coef"], ["(Intercept)", "0"]
    assert "No such file" in failure(capsys, *said)
    assert "must name the columns 'feature' and 'coef'" in message(["name", "value"])
    assert "line 3: 'abc' is not a finite number" in message(head, base, ["height", "abc"])
    assert "line 3: 'inf' is not a finite number" in message(head, base, ["height", "inf"])
    assert "line 4: the feature 'height' occurs twice" in message(head, base, ["height", "1"], ["height", "1"])
    assert "line 3 is a second intercept" in message(head, base, base)
    assert "line 2 has 1 values" in message(head, ["height"])
    assert "no line holds the weight" in message(head, base)
    assert "has no row for the intercept" in message(head, ["height", "1"])
    assert "has no column 'hieght'; did you mean 'height'?" in message(head, base, ["hieght", "1"])
    assert "no column 'bought=maybe'" in message(head, base, ["bought=maybe", "1"])
    assert "is a text column" in message(head, base, ["bought", "1"])
    assert "give --alpha" in failure(capsys, *said[:-2])
    assert "no feature" not in message(head, base, ["y", "1"])


def test_bad_model_files_are_refused(table, tmp_path, capsys):
    path, X, y, _ = table
    file = tmp_path / "model.json"
    text = wz.audit_json(Lasso(alpha=0.05).fit(X, y))

    def message(**changes):
        data = {**json.loads(text), **changes}
        file.write_text(json.dumps({key: value for key, value in data.items() if value != "gone"}), "utf-8")
        return failure(capsys, path, "--model", file, "--target", "y")

    assert "'schema' must be one of" in message(schema="2")
    assert "sklearn.SVC is not a model that can be audited" in message(**{"class": "sklearn.SVC"})
    assert "'coef' is missing" in message(coef="gone")
    assert "'coef' must be a list" in message(coef=[1.0, None])
    assert "holds no weights" in message(coef=[])
    assert "unknown field 'pickle'" in message(pickle="x")
    assert "unknown field 'eval' of 'parameters'" in message(parameters={"eval": "1"})
    assert "the parameter alpha must be one number" in message(parameters={"alpha": "high"}, feature_names=NAMES)
    assert "alpha=-1.0, so there is no penalty" in message(parameters={"alpha": -1}, feature_names=NAMES)
    assert "has 1 names for 4 weights" in message(feature_names=["height"])
    assert "5 columns beside the target, and the model, which names no features, has 4 weights" in message()
    assert "a scale is positive" in message(scalers=[{"mean": [0.0] * 4, "scale": [0.0] * 4}])
    assert "'n_iter' must be a whole number" in message(n_iter=-1)
    file.write_text(text, "utf-8")
    assert "--alpha is for weights in a CSV file" in failure(
        capsys, path, "--model", file, "--target", "y", "--alpha", "1"
    )
    file.write_text("{", "utf-8")
    assert "line 1, column 2" in failure(capsys, path, "--model", file, "--target", "y")


def test_only_scalers_can_be_written(table):
    _, X, y, _ = table
    with pytest.raises(ValueError, match="the step MinMaxScaler cannot be written"):
        wz.audit_json(make_pipeline(MinMaxScaler(), Lasso()).fit(X, y))
