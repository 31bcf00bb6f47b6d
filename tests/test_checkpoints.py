"""A checkpoint of a fit: what it recalls, whose it is, and how a damaged, foreign or busy one is refused."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from whyzero import pipeline
from whyzero.checkpoints import checkpoint as checkpoint_module
from whyzero.checkpoints import open_checkpoint
from whyzero.checkpoints.content import MAGIC
from whyzero.cli import app
from whyzero.cross_validation import fold_scores
from whyzero.errors import DataFileError, InputError
from whyzero.pipeline import FitOptions, fit_file


@pytest.fixture(autouse=True)
def every_part_is_written(monkeypatch):
    monkeypatch.setattr(checkpoint_module, "_PAUSE", 0.0)
    monkeypatch.setattr(checkpoint_module, "_SHARE", 0.0)


@pytest.fixture(autouse=True)
def little_for_the_page(monkeypatch):
    """The explanation is computed again by every run; here its draws and steps are few."""
    monkeypatch.setattr(pipeline, "N_RESAMPLES", 1)
    monkeypatch.setattr(pipeline, "N_STEPS", 20)


def write_table(file, *, squared=False, counts=False, name="x0", change=0.0, n=80, p=6):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p))
    X[7, 3] += change
    y = X[:, 0] - X[:, 1] + rng.logistic(size=n)
    target = np.floor(np.abs(y)) if counts else y if squared else np.where(y > 0, "yes", "no")
    with file.open("w", newline="") as stream:
        rows = [[*map(repr, row), label] for row, label in zip(X.tolist(), target.tolist(), strict=True)]
        csv.writer(stream, lineterminator="\n").writerows([[name, *(f"x{j}" for j in range(1, p)), "y"], *rows])
    return file


@pytest.fixture
def table(tmp_path):
    return write_table(tmp_path / "table.csv")


def asked(table, **options):
    return FitOptions(
        (str(table),), "y", **{"n_folds": 3, "alphas": 12, "seed": 3, "intervals": True, "max_refits": 3, **options}
    )


class StoppedError(Exception):
    """Ends a fit at a stage, as a kill would."""


def stop_at(name):
    def stage(begun):
        if begun.startswith(name):
            raise StoppedError

    return stage


def interrupted(options, file, at):
    with open_checkpoint(file) as kept, pytest.raises(StoppedError):
        fit_file(options, stop_at(at), kept)


def finished(options, file):
    with open_checkpoint(file) as kept:
        return fit_file(options, checkpoint=kept)


def saved(fitted, folder):
    return {file.name: file.read_bytes() for file in pipeline.save(fitted, folder)}


CASES = {
    "logistic": ({}, {}),
    "squared, folds from sums": ({"squared": True}, {}),
    "squared, folds fitted": ({"squared": True, "n": 30, "p": 20}, {}),
    "counts": ({"counts": True}, {"loss": "poisson", "intervals": False}),
    "exact": ({}, {"proof": "exact", "intervals": False}),
    "alpha given": ({}, {"alpha": 0.05}),
    "L2": ({}, {"l1_ratio": 0.0, "intervals": False, "compare": "l1"}),
    "out of reach": ({}, {"tol": 1e-300, "intervals": False}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fit_that_was_stopped_anywhere_ends_in_the_same_bytes(case, tmp_path):
    data, chosen = CASES[case]
    options = asked(write_table(tmp_path / "table.csv", **data), **chosen)
    stages = []
    whole = fit_file(options, stages.append)
    expected = saved(whole, tmp_path / "whole")
    for place, at in enumerate(stages[2:]):
        file = tmp_path / f"{place}.ckpt"
        interrupted(options, file, at)
        again = finished(options, file)
        assert saved(again, tmp_path / "again") == expected, at
        assert again.warnings == whole.warnings
        assert again.path.plan == whole.path.plan


def test_every_long_part_is_recalled_and_not_computed_again(table, tmp_path, monkeypatch):
    options, file = asked(table), tmp_path / "fit.ckpt"
    with open_checkpoint(file) as kept:
        whole = fit_file(options, checkpoint=kept)

    def computed(*args, **kwargs):
        raise AssertionError("computed again")

    for module, name in [(pipeline, "solve_path"), (pipeline, "solve"), (fold_scores, "solve_path")]:
        monkeypatch.setattr(module, name, computed)
    for name in ("certify_path", "certify_problem"):
        monkeypatch.setattr(pipeline, name, computed)
    assert saved(finished(options, file), tmp_path / "b") == saved(whole, tmp_path / "a")


def test_folds_that_were_fitted_are_not_fitted_again(table, tmp_path, monkeypatch):
    options, file = asked(table), tmp_path / "fit.ckpt"
    interrupted(options, file, "cross-validate, fold 2")
    fitted = []
    score = fold_scores._score_fold
    monkeypatch.setattr(fold_scores, "_score_fold", lambda *a: fitted.append(a) or score(*a))
    finished(options, file)
    assert len(fitted) == 2


def test_warnings_of_folds_are_recalled_too(table, tmp_path):
    options = asked(table, tol=1e-300, intervals=False)
    interrupted(options, tmp_path / "fit.ckpt", "certify")
    again = finished(options, tmp_path / "fit.ckpt")
    assert any("stopped before their duality gap" in sentence for sentence in again.warnings)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 4}, "seed"),
        ({"tol": 1e-7, "l1_ratio": 0.5}, "l1_ratio, tol"),
        ({"choose": "min"}, "choose"),
        ({"exclude": ("x2",)}, "exclude, the values of X, the column names"),
    ],
)
def test_a_checkpoint_of_other_options_is_refused_and_kept(table, tmp_path, change, named):
    options, file = asked(table), tmp_path / "fit.ckpt"
    interrupted(options, file, "refit")
    before = file.read_bytes()
    with pytest.raises(InputError, match=rf"is of another fit \(what differs: {named}\); name another file"):
        finished(replace(options, **change), file)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"change": 1e-12}, "the values of X"),
        ({"name": "z"}, "the column names"),
    ],
)
def test_a_checkpoint_of_other_data_is_refused(table, tmp_path, change, named):
    options, file = asked(table), tmp_path / "fit.ckpt"
    interrupted(options, file, "refit")
    write_table(table, **change)
    with pytest.raises(InputError, match=rf"what differs: {named}\)"):
        finished(options, file)


def test_a_checkpoint_of_another_version_is_refused(table, tmp_path, monkeypatch):
    options, file = asked(table), tmp_path / "fit.ckpt"
    interrupted(options, file, "refit")
    monkeypatch.setattr("whyzero.__version__", "99")
    with pytest.raises(InputError, match=r"what differs: the version of whyzero\)"):
        finished(options, file)


def test_a_damaged_checkpoint_is_refused_wherever_the_damage_is(table, tmp_path):
    options, file = asked(table), tmp_path / "fit.ckpt"
    interrupted(options, file, "certify")
    whole = file.read_bytes()
    rng = np.random.default_rng(0)
    cuts = [whole[:length] for length in [0, 1, 30, 100, *rng.integers(0, len(whole), 20), len(whole) - 1]]
    flips = []
    for place in [*range(0, 100, 7), *rng.integers(0, len(whole), 60)]:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << rng.integers(8)
        flips.append(bytes(flipped))
    refused = r"fit\.ckpt.*(is damaged; delete it|is no checkpoint)"
    for wrong in [*cuts, *flips, whole + b"\0"]:
        file.write_bytes(wrong)
        with pytest.raises(DataFileError, match=refused), open_checkpoint(file):
            pass
        assert file.read_bytes() == wrong
    file.write_bytes(whole)
    assert saved(finished(options, file), tmp_path / "a") == saved(fit_file(options), tmp_path / "b")


def sealed(head, numbers=b""):
    content = json.dumps(head).encode() + b"\n" + numbers
    return MAGIC + hashlib.sha256(content).hexdigest().encode() + b"\n" + content


@pytest.mark.parametrize(
    "content",
    [
        sealed([]),
        sealed({"fit": {}}),
        sealed({"fit": {}, "arrays": [["path", "alphas", "O", [1]]]}, b"x" * 8),
        sealed({"fit": {}, "arrays": [["path", "alphas", "<f8", [1 << 62]]]}, b"x" * 8),
        sealed({"fit": {}, "arrays": [["path", "alphas", "<f8", [1 << 80]]]}, b"x" * 8),
        sealed({"fit": {}, "arrays": [["path", "alphas", "<f8", [-1]]]}, b"x" * 8),
        sealed({"fit": {}, "arrays": [["path", "alphas", "<f8", "1"]]}, b"x" * 8),
        sealed({"fit": {}, "arrays": [["path", "alphas", "<f8", [2]]]}, b"x" * 24),
        sealed({"fit": {}, "arrays": [7]}),
    ],
)
def test_a_forged_checkpoint_is_refused_and_allocates_nothing(content, tmp_path):
    (tmp_path / "fit.ckpt").write_bytes(content)
    with pytest.raises(DataFileError, match="is damaged"), open_checkpoint(tmp_path / "fit.ckpt"):
        pass


def test_something_that_is_no_checkpoint_is_never_overwritten(table, tmp_path):
    text = table.read_bytes()
    os.mkfifo(tmp_path / "fifo")
    for place in (table, tmp_path, tmp_path / "fifo"):
        with pytest.raises(DataFileError, match="no checkpoint of this version"), open_checkpoint(place):
            pass
    assert table.read_bytes() == text


def test_one_file_is_used_by_one_fit_at_a_time(tmp_path):
    file = tmp_path / "new" / "fit.ckpt"
    with open_checkpoint(file), pytest.raises(DataFileError, match="in use by another process"), open_checkpoint(file):
        pass
    with open_checkpoint(file):
        pass
    assert list(file.parent.iterdir()) == []


def test_a_full_disk_leaves_the_checkpoint_before(table, tmp_path, monkeypatch):
    options, file = asked(table), tmp_path / "fit.ckpt"
    written = []
    sync = os.fsync

    def full(descriptor):
        written.append(descriptor)
        if len(written) == 4:
            raise OSError(28, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataFileError, match=r"fit\.ckpt.*No space left on device"), open_checkpoint(file) as kept:
        fit_file(options, checkpoint=kept)
    monkeypatch.undo()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["fit.ckpt", "table.csv"]
    assert saved(finished(options, file), tmp_path / "a") == saved(fit_file(options), tmp_path / "b")


def test_parts_that_take_no_time_are_not_written(table, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint_module, "_PAUSE", 3600.0)
    written = []
    monkeypatch.setattr(checkpoint_module, "write_atomically", lambda file, content: written.append(content))
    finished(asked(table), tmp_path / "fit.ckpt")
    assert len(written) == 1


def fit(*arguments):
    return CliRunner().invoke(app, ["fit", *map(str, arguments)])


def test_the_command_deletes_the_checkpoint_when_all_is_written(table, tmp_path):
    common = [table, "--target", "y", "--cv", 4, "--alphas", 20]
    plain = fit(*common, "--out", tmp_path / "a")
    kept = fit(*common, "--out", tmp_path / "b", "--checkpoint", tmp_path / "fit.ckpt")
    assert kept.exit_code == 0, kept.output
    assert kept.output.replace("/b/", "/a/").replace("/b ", "/a ") == plain.output
    for file in ("model.json", "certificate.json", "explanation.json", "report.html"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a", "b", "table.csv"]


def test_a_command_that_fails_keeps_the_checkpoint(table, tmp_path, monkeypatch):
    monkeypatch.setattr("whyzero.cli.fit.save", lambda *arguments: 1 / 0)
    failed = fit(table, "--target", "y", "--out", tmp_path / "a", "--checkpoint", tmp_path / "fit.ckpt")
    assert isinstance(failed.exception, ZeroDivisionError)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["fit.ckpt", "table.csv"]


def test_a_file_of_the_run_is_not_taken_for_the_checkpoint(table, tmp_path):
    done = fit(table, "--target", "y", "--out", tmp_path / "a", "--checkpoint", tmp_path / "a" / "model.json")
    assert done.exit_code == 0
    assert json.loads((tmp_path / "a" / "model.json").read_text("utf-8"))
