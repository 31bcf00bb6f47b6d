"""Saved models: the same bits back, nothing accepted that was not written, and predictions on new files."""

from __future__ import annotations

import copy
import csv
import io
import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whyzero.encoding import choose_target, encode, target_values
from whyzero.errors import DataFileError, InputError, ModelFormatError
from whyzero.models import (
    MODEL_FILE,
    SCHEMA,
    Model,
    load_model,
    load_run,
    model_from_json,
    model_to_json,
    predict,
    read_like,
    save_model,
    scores_csv,
    training_data,
    write_atomically,
    write_scores,
)
from whyzero.tables import ReadOptions, read_table

CSV = "town,age,code,income,w\n" + "".join(
    f"{'abc'[i % 3]},{'' if i % 7 == 0 else 20 + i},0{10 + i % 2},{'<=50K' if i % 5 else '=50K+1'},{1 + i % 4}\n"
    for i in range(24)
)
# One value of each type that JSON has, and the fields that may be of a second type.
EXAMPLES = {"object": {"no": 1}, "list": [{"no": 1}], "number": 1.5, "text": "no", "flag": True, "null": None}
OPTIONS = ("source", "options")
ALSO = {
    ("source", "where"): "null",
    (*OPTIONS, "delimiter"): "text",
    (*OPTIONS, "encoding"): "text",
    (*OPTIONS, "header"): "flag",
    (*OPTIONS, "names"): "list",
    ("weight_column",): "null",
    ("offset_column",): "text",
}


def model_of(folder: Path, text: str = CSV, target: str = "income", weight: str | None = "w", **kwargs) -> Model:
    (folder / "train.csv").write_text(text)
    table = read_table(folder / "train.csv", **kwargs)
    chosen = choose_target(table, target)
    y, kept, _ = target_values(table, chosen)
    reserved = [chosen.name] if weight is None else [chosen.name, weight]
    encoding = encode(table.take(kept), ignore=reserved).encoding
    p = len(encoding.names)
    factor = np.ones(p)
    factor[-1] = math.inf
    coef = np.linspace(-1, 1.3, p) / 3
    coef[-1] = 0.0
    return Model(
        target=chosen,
        encoding=encoding,
        source=table.source,
        n_rows=len(y),
        alpha=0.1,
        alpha_choice="1se",
        l1_ratio=1.0,
        penalty_factor=factor,
        fit_intercept=True,
        standardize=True,
        coef=coef,
        intercept=1 / 3,
        column_mean=np.linspace(0, 1, p),
        column_sd=np.full(p, 0.1),
        weight_column=weight,
    )


@pytest.fixture
def model(tmp_path) -> Model:
    return model_of(tmp_path, where="age < 40 OR age IS NULL", options=ReadOptions(text=("code",)))


def test_a_model_comes_back_bit_for_bit(tmp_path, model):
    save_model(tmp_path / "m.json", model)
    back = load_model(tmp_path / "m.json")
    for name in ("penalty_factor", "coef", "column_mean", "column_sd"):
        assert getattr(back, name).tobytes() == getattr(model, name).tobytes()
    assert model_to_json(back) == model_to_json(model)
    assert (back.target, back.encoding, back.source) == (model.target, model.encoding, model.source)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(5e-324, 1e308), st.text())
@settings(max_examples=50)
def test_any_number_and_any_text_survive(tmp_path_factory, coef, alpha, where):
    model = model_of(tmp_path_factory.mktemp("m"))
    model = replace(model, coef=np.append(np.full(len(model.coef) - 1, coef), 0.0), alpha=alpha)
    model = replace(model, source=replace(model.source, where=where))
    back = model_from_json(model_to_json(model))
    assert back.coef.tobytes() == model.coef.tobytes()
    assert (back.alpha, back.source.where) == (alpha, where)


def places(found, path=()):
    """Every place in a JSON value: the way to it and the value there."""
    items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, value in items:
        yield (*path, key), value
        yield from places(value, (*path, key))


def changed(parsed, path, change):
    new = copy.deepcopy(parsed)
    inner = new
    for key in path[:-1]:
        inner = inner[key]
    change(inner, path[-1])
    return new


def delete(inner, key):
    del inner[key]


def type_of(value) -> str:
    names = {dict: "object", list: "list", str: "text", bool: "flag", type(None): "null"}
    return names.get(type(value), "number")


def put(value):
    return lambda inner, key: inner.__setitem__(key, value)


def is_refused(parsed) -> bool:
    try:
        model_from_json(json.dumps(parsed))
    except ModelFormatError as error:
        return "\n" not in str(error)
    return False


def test_no_field_can_be_missing_or_of_another_type_or_added(model):
    parsed = json.loads(model_to_json(model))
    fields = [(path, value) for path, value in places(parsed) if isinstance(path[-1], str)]
    assert {path[-1] for path, _ in fields} >= {"schema", "coef", "levels", "reason", "skip", "loss"}
    for path, value in fields:
        with pytest.raises(ModelFormatError, match=str(path[-1])):
            model_from_json(json.dumps(changed(parsed, path, delete)))
        for kind, wrong in EXAMPLES.items():
            if kind not in (type_of(value), ALSO.get(path)):
                assert is_refused(changed(parsed, path, put(wrong))), (path, wrong)
        if isinstance(value, dict):
            with pytest.raises(ModelFormatError, match="unknown field 'surplus'"):
                model_from_json(json.dumps(changed(parsed, (*path, "surplus"), put(1))))


def test_no_list_can_hold_an_item_of_another_type_or_a_number_too_few_or_too_many(model):
    parsed = json.loads(model_to_json(model))
    lists = [(path, value) for path, value in places(parsed) if isinstance(value, list) and value]
    assert len(lists) >= 9
    for path, value in lists:
        for kind, wrong in EXAMPLES.items():
            if kind != type_of(value[0]):
                assert is_refused(changed(parsed, (*path, 0), put(wrong))), (path, wrong)
        if type_of(value[0]) == "number":
            assert is_refused(changed(parsed, path, put(value[1:]))), path
            assert is_refused(changed(parsed, path, put([*value, value[0]]))), path
        elif type_of(value[0]) == "text":
            assert is_refused(changed(parsed, path, put([*value, value[0]]))), path


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            ("schema",),
            "whyzero/model/2",
            "written by a newer whyzero (model schema 2); this version reads schema 1. Upgrade",
        ),
        (("schema",), "whyzero/explanation/1", f"this is not a whyzero model: the field 'schema' must be '{SCHEMA}'"),
        (("alpha",), 0, "'alpha' must be positive, not 0.0"),
        (("l1_ratio",), 1.5, "'l1_ratio' must be between 0 and 1, not 1.5"),
        (("n_rows",), 0, "'n_rows' must be positive"),
        (("n_rows",), True, "'n_rows' must be a whole number of 0 or more, not true"),
        (("fit_intercept",), False, "'intercept' must be 0 in a model without an intercept"),
        (("penalty_factor", 0), -1, "'penalty_factor' must not be negative (position 0)"),
        (("column_sd", 1), -0.5, "'column_sd' must not be negative (position 1)"),
        (("coef", -1), 2.0, "'coef' must be 0 where the penalty factor is inf"),
        (("target", "classes"), ["a", "a"], "'target.classes' must be a list of two different labels"),
        (("target", "classes"), ["a", 1], "'target.classes' must be a list of two different labels"),
        (("target", "classes"), [0, False], "'target.classes' must be a list of two different labels"),
        (("target", "loss"), "squared", "'target.classes' do not suit the loss 'squared'"),
        (("target", "name"), "town", "'encoding' uses the column 'town', which is the target"),
        (("encoding", "names", 0), "other", "'encoding.names' are not the names that the columns give"),
        (
            ("encoding", "columns", 0, "levels", 0),
            "b",
            "'encoding.columns[0].levels' must be a list of different strings",
        ),
        (("encoding", "columns", 0, "kind"), "other", "'encoding.columns[0].kind' must be one of"),
        (("encoding", "columns", 0, "kind"), "number", "'encoding.columns[0].levels' must be empty"),
        (("encoding", "columns", 1, "fill"), None, "'encoding.columns[1].fill' must be a finite number, not null"),
        (("encoding", "columns", 1, "fill"), 10**400, "'encoding.columns[1].fill' must be a finite number"),
        (("source", "options", "skip"), -1, "'source.options.skip' must be a whole number of 0 or more"),
    ],
)
def test_an_impossible_value_is_named(model, path, value, message):
    parsed = json.loads(model_to_json(model))
    mutated = changed(parsed, path, lambda inner, key: inner.__setitem__(key, value))
    with pytest.raises(ModelFormatError) as caught:
        model_from_json(json.dumps(mutated), "run1/model.json")
    assert message in str(caught.value)
    assert str(caught.value).startswith("run1/model.json: ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "3",
        "{",
        '{"schema": NaN}',
        '{"a": 1, "a": 2}',
        "[" * 100_000,
        '{"schema": ' + "9" * 5000 + "}",
    ],
)
def test_what_is_no_model_is_refused(text):
    with pytest.raises(ModelFormatError):
        model_from_json(text)


def test_a_model_file_cut_at_any_byte_is_refused(model):
    text = model_to_json(model)
    for end in range(0, len(text) - 2, 7):
        with pytest.raises(ModelFormatError):
            model_from_json(text[:end])


def test_files_that_are_not_there_or_not_text_are_refused(tmp_path, model):
    with pytest.raises(DataFileError, match="No such file"):
        load_model(tmp_path / "none.json")
    (tmp_path / "bad.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelFormatError, match="not text"):
        load_model(tmp_path / "bad.json")
    with pytest.raises(DataFileError, match="no such directory"):
        load_run(tmp_path / "none")
    with pytest.raises(DataFileError, match=r"has no model\.json"):
        load_run(tmp_path)
    save_model(tmp_path / MODEL_FILE, model)
    assert load_run(tmp_path).model.names == model.names


def test_reading_a_model_opens_imports_and_runs_nothing(model, tmp_path):
    save_model(tmp_path / "m.json", model)
    code = (
        "import sys\nfrom whyzero.models import model_from_json\ntext = open(sys.argv[1]).read()\nevents = []\n"
        "model_from_json(text)\nsys.addaudithook(lambda event, _: events.append(event))\nmodel_from_json(text)\n"
        "bad = {'open', 'import', 'exec', 'compile', 'pickle.find_class'} & set(events)\nassert not bad, bad\n"
        "assert not {'duckdb', 'sklearn', 'pandas', 'joblib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "m.json")], check=True)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "m.json"
    write_atomically(path, "old")

    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DataFileError, match=r"m\.json.*No space left on device"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.json"]


def test_writing_follows_links_makes_folders_and_never_replaces_a_device(tmp_path):
    write_atomically(tmp_path / "new" / "deep" / "f.txt", b"\x00bytes")
    assert (tmp_path / "new" / "deep" / "f.txt").read_bytes() == b"\x00bytes"
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    write_atomically(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"
    for path in (Path("/dev/full"), tmp_path):
        with pytest.raises(DataFileError, match="not a regular file"):
            write_atomically(path, "x")


NEW = "code,town,age\n010,b,30\n011,z,\n010,a,25\n"


def by_hand(model: Model, rows: list[dict[str, str]]) -> list[float]:
    """The linear predictor, summed name by name."""
    weight = dict(zip(model.names, model.coef.tolist(), strict=True))
    fill = next(column.fill for column in model.encoding.columns if column.name == "age")
    sums = []
    for row in rows:
        eta = model.intercept + weight.get(f"town={row['town']}", 0.0) + weight[f"code={row['code']}"]
        missing = row["age"] == ""
        eta += weight["age"] * (fill if missing else float(row["age"])) + weight["age (missing)"] * missing
        sums.append(eta)
    return sums


def test_predictions_are_those_computed_by_hand(tmp_path, model):
    (tmp_path / "new.csv").write_text(NEW)
    prediction = predict(model, read_like(model, tmp_path / "new.csv"))
    eta = by_hand(model, list(csv.DictReader(io.StringIO(NEW))))
    np.testing.assert_allclose(prediction.scores, [1 / (1 + math.exp(-value)) for value in eta], rtol=1e-14)
    assert prediction.labels == tuple("=50K+1" if value > 0 else "<=50K" for value in eta)
    assert ["'z'" in note.text for note in prediction.notes] == [True]


def test_far_predictions_are_probabilities_without_a_warning(model, tmp_path):
    (tmp_path / "new.csv").write_text("code,town,age\n010,b,1e9\n010,b,-1e9\n")
    scores = predict(model, read_like(model, tmp_path / "new.csv")).scores
    assert sorted(scores.tolist()) == [0.0, 1.0]


def test_a_squared_model_predicts_numbers(tmp_path):
    model = model_of(tmp_path, "x,y\n" + "".join(f"{i % 7}.5,{i * i}\n" for i in range(30)), "y", weight=None)
    model = replace(model, coef=np.array([2.0]), penalty_factor=np.ones(1))
    (tmp_path / "new.csv").write_text("x\n1\n2.5\n")
    prediction = predict(model, read_like(model, tmp_path / "new.csv"))
    assert prediction.scores.tolist() == [2 + 1 / 3, 5 + 1 / 3]
    assert prediction.labels is None
    assert scores_csv(prediction) == f"row,prediction\n1,{2 + 1 / 3!r}\n2,{5 + 1 / 3!r}\n"


def test_an_offset_is_needed_again(tmp_path, model):
    shifted = replace(model, offset_column="o")
    (tmp_path / "new.csv").write_text("code,town,age,o\n010,b,30,1.5\n010,b,30,\n")
    table = read_like(model, tmp_path / "new.csv")
    with pytest.raises(InputError, match="the offset column 'o' is missing in row 2"):
        predict(shifted, table)
    one = table.take(np.array([0]))
    odds = [score / (1 - score) for score in (predict(shifted, one).scores[0], predict(model, one).scores[0])]
    assert odds[0] / odds[1] == pytest.approx(math.exp(1.5), rel=1e-12)


def test_scores_hold_no_formula_unless_raw(tmp_path, model):
    (tmp_path / "new.csv").write_text("code,town,age\n010,b,1e9\n010,b,-1e9\n")
    prediction = predict(model, read_like(model, tmp_path / "new.csv"))
    rows = list(csv.reader(io.StringIO(scores_csv(prediction))))
    assert rows[0] == ["row", "probability of =50K+1", "label"]
    assert {row[2] for row in rows[1:]} == {"<=50K", "'=50K+1"}
    assert {row[2] for row in csv.reader(io.StringIO(scores_csv(prediction, raw=True)))} >= {"=50K+1"}
    write_scores(tmp_path / "s.csv", prediction)
    assert (tmp_path / "s.csv").read_text() == scores_csv(prediction)


def test_the_training_problem_is_built_again_from_the_file(tmp_path, model):
    table = read_like(model, tmp_path / "train.csv", where=model.source.where)
    first = training_data(model, table)
    assert model.n_rows == len(first.y) < 24
    rows = [row for row in csv.DictReader(io.StringIO(CSV)) if row["age"] == "" or float(row["age"]) < 40]
    assert first.y.tolist() == [float(row["income"] == "=50K+1") for row in rows]
    assert first.sample_weight.tolist() == [float(row["w"]) for row in rows]
    town = first.X[:, [name.startswith("town=") for name in model.names]]
    assert [model.names[j] for j in np.argmax(town, axis=1)] == [f"town={row['town']}" for row in rows]


def test_a_file_without_names_is_read_without_names_again(tmp_path):
    text = "".join(f"{i % 5}.5,{'ab'[i % 2]},{i * i}\n" for i in range(30))
    model = model_of(tmp_path, text, "2", weight=None)
    (tmp_path / "one.csv").write_text("x,a\n")
    with pytest.raises(InputError, match="column 'column0', row 1: 'x' is not a number"):
        predict(model, read_like(model, tmp_path / "one.csv"))
    (tmp_path / "one.csv").write_text("2.5,a\n")
    assert len(predict(model, read_like(model, tmp_path / "one.csv")).scores) == 1
