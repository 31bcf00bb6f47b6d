"""From a file to a fit: the stages, the columns with a role, the choice of alpha, and what is kept."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import whyzero
from whyzero.certificates import Certificate
from whyzero.errors import DataFileError, InputError
from whyzero.models import load_run, read_like, training_data
from whyzero.pipeline import FitOptions, fit_file, save


def columns(seed=0, n=90):
    rng = np.random.default_rng(seed)
    a, b, exposure = rng.normal(size=n), rng.normal(size=n), rng.normal(size=n)
    weight = rng.uniform(0.5, 2.0, size=n)
    return {"a": a, "b": 3 * b, "weight": weight, "shift": exposure, "y": a - b + exposure + rng.normal(size=n)}


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    data = columns()
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(data)
        writer.writerows(map(repr, row) for row in zip(*(values.tolist() for values in data.values()), strict=True))
    return str(path)


@pytest.mark.parametrize("options", [{}, {"n_folds": 4}, {"alpha": 0.1}])
def test_every_stage_is_reported_once_and_in_order(table, options, tmp_path):
    stages = []
    options = FitOptions((table,), "y", **options)
    save(fit_file(options, stages.append), tmp_path / "run", stages.append)
    assert len(stages) == len(set(stages)) == options.n_stages
    assert stages[:3] == ["read", "encode", "path"]
    assert stages[-2:] == ["certify and explain", "report"]
    folds = [stage for stage in stages if stage.startswith("cross-validate, fold")]
    assert len(folds) == (0 if options.alpha else options.n_folds)


def test_weights_and_offset_are_columns_and_no_features(table):
    data = columns()
    fitted = fit_file(FitOptions((table,), "y", weights="weight", offset="shift", alpha=0.2, tol=1e-12))
    X = np.column_stack([data["a"], data["b"]])
    expected = whyzero.fit(
        X, data["y"], alpha=0.2, sample_weight=data["weight"], offset=data["shift"], standardize=True, tol=1e-12
    )
    assert fitted.solution.problem.names == ("a", "b")
    np.testing.assert_allclose(fitted.solution.coef, expected.coef, atol=1e-9)
    assert fitted.solution.intercept == pytest.approx(expected.intercept, abs=1e-9)


@pytest.mark.parametrize("choose", ["1se", "min"])
def test_held_out_rows_choose_alpha_as_cross_validate_does(table, choose):
    data = columns()
    fitted = fit_file(FitOptions((table,), "y", exclude=("weight", "shift"), choose=choose, n_folds=5, seed=7))
    X = np.column_stack([data["a"], data["b"]])
    scored = whyzero.cross_validate(X, data["y"], standardize=True, n_folds=5, random_state=7)
    assert fitted.solution.alpha == pytest.approx(scored.alpha_1se if choose == "1se" else scored.alpha_min, rel=1e-12)
    np.testing.assert_allclose(fitted.cv.mean, scored.mean, rtol=1e-9)


@pytest.fixture
def two_classes(tmp_path):
    rng = np.random.default_rng(1)
    x = rng.normal(size=100)
    rows = [f"{value!r},{'up' if value + rng.logistic() > 0 else 'down'}" for value in x.tolist()]
    path = tmp_path / "two.csv"
    path.write_text("\n".join(["x,way", *rows]) + "\n")
    return str(path)


def test_the_final_fit_is_solved_tightly_even_where_the_path_need_not_be(tmp_path):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(200, 30)) + rng.normal(size=(200, 1))
    y = (X[:, :5].sum(axis=1) + rng.logistic(size=200) > 0).astype(int)
    path = tmp_path / "many.csv"
    np.savetxt(
        path, np.column_stack([X, y]), delimiter=",", header=",".join([*map("x{}".format, range(30)), "y"]), comments=""
    )
    fitted = fit_file(FitOptions((str(path),), "y", tol=1e-3))
    assert fitted.explanation.header.gap_relative < 1e-9


def test_what_is_saved_rebuilds_the_problem_and_verifies(table, tmp_path):
    fitted = fit_file(FitOptions((table,), "y", weights="weight", offset="shift"))
    files = save(fitted, tmp_path / "run")
    assert [file.name for file in files] == ["model.json", "certificate.json", "explanation.json", "report.html"]
    run = load_run(tmp_path / "run")
    again = training_data(run.model, read_like(run.model, table))
    certificate = Certificate.from_json(run.certificate_file.read_text())
    checked = whyzero.verify(certificate, again.X, again.y, sample_weight=again.sample_weight, offset=again.offset)
    assert checked.ok, checked.messages
    assert np.array_equal(run.model.coef, fitted.solution.coef)
    assert run.model.alpha_choice == "1se"
    assert fitted.explanation.to_html() == run.report_file.read_text("utf-8")


def test_the_positive_class_is_the_one_that_was_asked_for(two_classes):
    up = fit_file(FitOptions((two_classes,), "way", alpha=0.01, tol=1e-12)).solution
    down = fit_file(FitOptions((two_classes,), "way", alpha=0.01, positive="down", tol=1e-12)).solution
    assert up.problem.classes == ("down", "up")
    assert down.problem.classes == ("up", "down")
    assert up.coef[0] > 0
    assert down.coef[0] == pytest.approx(-up.coef[0], rel=1e-6)


def test_a_fit_that_does_not_finish_says_so(tmp_path):
    rng = np.random.default_rng(2)
    x = rng.normal(size=60)
    path = tmp_path / "apart.csv"
    path.write_text("\n".join(["x,z,y", *(f"{v!r},{v * v!r},{int(v > 0)}" for v in x.tolist())]) + "\n")
    fitted = fit_file(FitOptions((str(path),), "y", tol=1e-300, n_folds=3))
    assert any("stopped before their duality gap" in sentence for sentence in fitted.warnings)
    assert fitted.solution.status is not whyzero.Status.OPTIMAL
    assert any("not finished" in sentence for sentence in fitted.explanation.warnings)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"choose": "best"}, "choose='best' is not a rule"),
        ({"n_folds": 1}, "n_folds=1: give at least 2 folds, or an alpha"),
        ({"weights": "y2"}, "no column 'y2'"),
        ({"offset": "weigth"}, "did you mean 'weight'"),
    ],
)
def test_impossible_options_are_refused(table, options, message):
    with pytest.raises(InputError, match=message):
        fit_file(FitOptions((table,), "y", **options))


def test_a_folder_that_is_a_file_is_refused(table):
    with pytest.raises(DataFileError, match=r"table\.csv"):
        save(fit_file(FitOptions((table,), "y", alpha=0.1)), table)
