"""Categories handed over as codes: the same columns, the same fit, and files that verify as before."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from scipy import sparse

import whyzero
from whyzero.certificates import Certificate
from whyzero.designs import CodesDesign
from whyzero.encoding import assembly, encode, planning
from whyzero.models import load_run, read_like, training_data
from whyzero.pipeline import FitOptions, fit_file, save
from whyzero.tables import read_table

ROWS = 700


@pytest.fixture
def file(tmp_path):
    """Texts with gaps, with many levels and with two; a number with gaps and one without; a target."""
    rng = np.random.default_rng(0)
    town = [f"town {k}" if k else "" for k in rng.integers(0, 12, ROWS)]
    rare = [f"kind {k}" for k in np.minimum(rng.geometric(0.08, ROWS), 60)]
    size = rng.choice(["large", "small"], ROWS)
    age = [
        "" if gap else f"{value:.2f}"
        for value, gap in zip(rng.normal(40, 9, ROWS), rng.random(ROWS) < 0.1, strict=True)
    ]
    height = rng.normal(size=ROWS).round(3)
    score = (
        np.array([len(t) * (s == "small") for t, s in zip(town, size, strict=True)]) + height + rng.logistic(size=ROWS)
    )
    path = tmp_path / "table.csv"
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["town", "height", "rare", "age", "size", "y"])
        writer.writerows(
            zip(town, height, rare, age, size, np.where(score > np.median(score), "up", "down"), strict=True)
        )
    return str(path)


@pytest.fixture
def coded(monkeypatch):
    """Codes for a small table, too, and few levels allowed to a text."""
    monkeypatch.setattr(assembly, "CSC_CELLS", 1)
    monkeypatch.setattr(assembly, "CODES_CELLS", 1)
    monkeypatch.setattr(planning, "MANY_LEVELS", 20)


@pytest.mark.usefixtures("coded")
def test_codes_stand_for_the_columns_of_the_plan(file):
    table = read_table(file)
    encoded = encode(table, ignore=["y"])
    X, notes = encoded.encoding.apply(table, ignore=["y"])
    assert isinstance(encoded.X, CodesDesign)
    assert sparse.issparse(X)
    assert notes == ()
    assert encoded.X.shape == X.shape == (ROWS, len(encoded.encoding.names))
    assert {"rare=(other)", "town=(missing)", "age (missing)"} <= set(encoded.encoding.names)
    np.testing.assert_array_equal(encoded.X.columns(slice(None)), X.toarray())
    assert encoded.X.numbers.shape == (ROWS, 2)
    assert [block.dtype for block in encoded.X.blocks] == [np.uint8] * 4


@pytest.mark.usefixtures("coded")
def test_levels_that_a_model_has_not_seen_are_zeros_everywhere(file, tmp_path):
    table = read_table(file)
    encoding = encode(table, ignore=["y"]).encoding
    new = tmp_path / "new.csv"
    new.write_text("town,height,rare,age,size\ntown 99,0.5,kind 77,,\n")
    X, notes = encoding.apply(read_table(new, text_hint=encoding.text_columns))
    found = dict(zip(encoding.names, X.toarray()[0].tolist(), strict=True))
    ones = {name for name, value in found.items() if value == 1.0}
    assert ones == {"rare=(other)", "age (missing)"}
    assert any("has not seen" in note.text for note in notes)


def test_a_fit_on_codes_is_the_fit_on_columns_and_its_files_verify(file, tmp_path, monkeypatch):
    monkeypatch.setattr(assembly, "CSC_CELLS", 1)
    options = FitOptions((file,), "y", alpha=0.01)
    plain = fit_file(options)
    monkeypatch.setattr(assembly, "CODES_CELLS", 1)
    fitted = fit_file(options)
    assert (plain.solution.problem.design.storage, fitted.solution.problem.design.storage) == ("csc", "codes")
    eta, other = (fit.solution.problem.eta(fit.solution.coef, fit.solution.intercept) for fit in (plain, fitted))
    np.testing.assert_allclose(eta, other, rtol=0, atol=1e-4)
    assert plain.encoded.encoding == fitted.encoded.encoding
    assert plain.explanation.certificate.digests.known == fitted.explanation.certificate.digests.known
    save(fitted, tmp_path / "run")
    run = load_run(tmp_path / "run")
    again = training_data(run.model, read_like(run.model, file))
    checked = whyzero.verify(Certificate.from_json(run.certificate_file.read_text()), again.X, again.y)
    assert checked.ok, checked.messages
    assert fitted.explanation.certificate.counts() == plain.explanation.certificate.counts()


def test_numbers_that_are_mostly_zero_stay_compressed_columns():
    rng = np.random.default_rng(0)
    numbers = [assembly.Piece(np.where(rng.random(5000) < 0.02, 1.5, 0.0)) for _ in range(300)]
    block = assembly.Block(rng.integers(0, 200, 5000).astype(np.uint8), 200)
    assert assembly.training_storage([*numbers, block], 5000) == "csc"
    assert assembly.training_storage([numbers[0], block, block], 5000) == "codes"
