"""Files for tests of the command line, and what a command shows."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from typer.testing import CliRunner

from whyzero.cli import app, main

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


@pytest.fixture
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
