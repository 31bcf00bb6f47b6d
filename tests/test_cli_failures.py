"""How the command line fails: one line, a code of its own for each kind, and names that cannot steer the terminal."""

from __future__ import annotations

import numpy as np
import pytest

from command_line import failure, shown, write_csv
from whyzero.cli import main
from whyzero.cli.text import visible

pytestmark = pytest.mark.usefixtures("screen_of_100_columns")


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
