"""Columns to a design. The oracle is a dictionary of the rows, written down row by row."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from whyzero.encoding import choose_target, encode, target_values
from whyzero.errors import InputError
from whyzero.tables import ReadOptions, Table, read_table


def table_of(folder, columns: dict[str, list], name: str = "t.csv", **kwargs) -> Table:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    rows = zip(*columns.values(), strict=True)
    writer.writerows([["NA" if cell is None else cell for cell in row] for row in rows])
    (folder / name).write_text(out.getvalue(), "utf-8")
    return read_table(folder / name, **{"options": ReadOptions(delimiter=",", header=True), **kwargs})


def dense(X) -> np.ndarray:
    return X.toarray() if sparse.issparse(X) else X


def notes_on(encoded, column: str) -> list[str]:
    return [note.text for note in encoded.notes if note.column == column]


def expected_rows(columns: dict[str, list]) -> list[dict[str, float]]:
    """The encoding of numbers and texts in words: every level and "(missing)" a 0/1 column, the mean for a gap."""
    rows: list[dict[str, float]] = [{} for _ in next(iter(columns.values()))]
    for name, cells in columns.items():
        present = [cell for cell in cells if cell is not None]
        if all(isinstance(cell, str) for cell in present):
            names = [f"{name}={level}" for level in sorted(set(present))]
            names += [f"{name}=(missing)"] if None in cells else []
            for row, cell in zip(rows, cells, strict=True):
                row.update(dict.fromkeys(names, 0.0))
                row[f"{name}={'(missing)' if cell is None else cell}"] = 1.0
            continue
        mean = math.fsum(present) / len(present)
        for row, cell in zip(rows, cells, strict=True):
            row[name] = mean if cell is None else float(cell)
            if None in cells:
                row[f"{name} (missing)"] = float(cell is None)
    return rows


levels = st.sampled_from(["red", "green", "blue, dark", 'a "b"', "x=y"])
numbers = st.integers(-1000, 1000).map(lambda k: k / 8)


@st.composite
def mixed_tables(draw) -> dict[str, list]:
    n = draw(st.integers(2, 12))
    columns: dict[str, list] = {}
    for j in range(draw(st.integers(1, 4))):
        cell = draw(st.sampled_from([levels, numbers]))
        columns[f"c{j}"] = draw(st.lists(st.one_of(cell, st.none()), min_size=n, max_size=n))
    columns["z"] = [float((7 * i) % 5) for i in range(n)]
    return columns


@given(mixed_tables())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_cell_is_where_it_belongs_and_new_data_are_encoded_alike(tmp_path, columns):
    table = table_of(tmp_path, columns)
    encoded = encode(table)
    used = {c.name for c in encoded.encoding.columns if c.value or c.levels}
    rows = expected_rows({name: cells for name, cells in columns.items() if name in used})
    X = dense(encoded.X)
    for j, name in enumerate(encoded.encoding.names):
        if name.removesuffix(" (missing)") in used or "=" in name:
            np.testing.assert_allclose(X[:, j], [row[name] for row in rows], rtol=1e-15, err_msg=name)
    constant = {name for name, cells in columns.items() if len(set(cells)) == 1}
    assert {item.name for item in encoded.encoding.set_aside} == constant
    again, notes = encoded.encoding.apply(table)
    np.testing.assert_array_equal(dense(again), X)
    assert notes == ()
    head = table.take(np.arange(1))
    np.testing.assert_array_equal(dense(encoded.encoding.apply(head)[0]), X[:1])


def test_missing_numbers_become_the_mean_and_are_counted(tmp_path):
    encoded = encode(table_of(tmp_path, {"x": [1, None, 3, 8], "k": ["a", "b", None, "a"]}))
    assert encoded.encoding.names == ("x", "x (missing)", "k=a", "k=b", "k=(missing)")
    np.testing.assert_array_equal(encoded.X, [[1, 0, 1, 0, 0], [4, 1, 0, 1, 0], [3, 0, 0, 0, 1], [8, 0, 1, 0, 0]])
    assert "1 of 4 values is missing: the mean of the others, 4, stands in" in notes_on(encoded, "x")[0]
    assert "a level of its own, 'k=(missing)'" in notes_on(encoded, "k")[0]
    assert any("the penalty decides" in note.text for note in encoded.notes)


def test_the_mean_of_huge_numbers_does_not_overflow(tmp_path):
    encoded = encode(table_of(tmp_path, {"x": [1.5e308, 1.7e308, None, 1.6e308]}))
    assert encoded.encoding.columns[0].fill == pytest.approx(1.6e308, rel=1e-15)


def test_dates_count_days_and_truth_values_are_one_column(tmp_path):
    encoded = encode(table_of(tmp_path, {"d": ["1970-01-03", "1970-01-01"], "b": ["true", "false"]}))
    assert encoded.encoding.names == ("d", "b")
    np.testing.assert_array_equal(encoded.X, [[2, 1], [0, 0]])
    assert "days since 1970-01-01" in notes_on(encoded, "d")[0]


N = 40


@pytest.mark.parametrize(
    ("name", "cells", "reason"),
    [
        ("c", [7] * N, "every value is 7"),
        ("c", ["u"] * N, "every value is 'u'"),
        ("c", [None] * N, "every value is missing"),
        ("c", ["2020-01-01"] * N, "the same date"),
        ("Name", [f"p{i}" for i in range(N)], "40 different texts in 40 rows"),
        ("Ticket", [f"p{i % 25}" for i in range(N)], "25 different texts in 40 rows"),
        ("code", [f"{i:05d}" for i in range(N)], "different texts"),
        ("anything", list(range(1, N + 1)), "counts the rows"),
        ("anything", list(range(N)), "counts the rows"),
        ("PassengerId", [(7 * i) % 100 + 500 for i in range(N)], "looks like an identifier"),
        ("id", [(7 * i) % 100 + 500 for i in range(N)], "looks like an identifier"),
        ("customer_id", [(7 * i) % 100 + 500 for i in range(N)], "looks like an identifier"),
        ("IDpol", [(7 * i) % 100 + 500 for i in range(N)], "looks like an identifier"),
    ],
)
def test_columns_that_say_nothing_are_set_aside_with_a_reason(tmp_path, name, cells, reason):
    encoded = encode(table_of(tmp_path, {name: cells, "x": [i % 7 for i in range(N)]}))
    assert encoded.encoding.names == ("x",)
    assert reason in encoded.encoding.set_aside[0].reason
    assert notes_on(encoded, name) == [f"{name!r} is set aside: {encoded.encoding.set_aside[0].reason}"]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("year", list(range(1950, 1950 + N))),
        ("squid", [(7 * i) % 100 + 500 for i in range(N)]),
        ("idle", [(7 * i) % 100 + 500 for i in range(N)]),
        ("width", [(7 * i) % 100 + 500 for i in range(N)]),
        ("id", [(7 * i) % 100 + 0.5 for i in range(N)]),
        ("id", [i % 3 for i in range(N)]),
        ("town", [f"p{i % 20}" for i in range(N)]),
        ("few", [0, 1] * (N // 2)),
    ],
)
def test_measurements_are_not_taken_for_identifiers(tmp_path, name, cells):
    encoded = encode(table_of(tmp_path, {name: cells, "x": [i % 7 for i in range(N)]}))
    assert encoded.encoding.set_aside == ()


def test_a_small_table_may_count_from_one(tmp_path):
    assert encode(table_of(tmp_path, {"x": [1, 2, 3, 4], "y": [5, 7, 6, 9]})).encoding.names == ("x", "y")


def test_an_identifier_with_gaps_leaves_its_gaps_and_a_constant_too(tmp_path):
    cabin = [f"C{i}" if i % 2 else None for i in range(60)]
    flag = [1 if i % 3 else None for i in range(60)]
    encoded = encode(table_of(tmp_path, {"Cabin": cabin, "flag": flag}))
    assert encoded.encoding.names == ("Cabin=(missing)", "flag (missing)")
    np.testing.assert_array_equal(encoded.X[:, 0], [cell is None for cell in cabin])
    assert "only 'Cabin=(missing)' is used" in notes_on(encoded, "Cabin")[0]


def test_the_user_overrules_by_name(tmp_path):
    names = [f"p{i}" for i in range(N)]
    numbers_as_text = ["012", "030"] * (N // 2)
    table = table_of(
        tmp_path, {"Name": names, "n": list(range(N)), "x": [i % 7 for i in range(N)], "code": numbers_as_text}
    )
    encoded = encode(table, ignore=["x"], keep=["n", "Name"], drop=["code"])
    assert encoded.encoding.names == (*(f"Name={name}" for name in sorted(names)), "n")
    assert encode(table, number=["code"], drop=["Name", "n"]).encoding.names == ("x", "code")
    with pytest.raises(InputError, match="no column 'nane'; did you mean 'Name'"):
        encode(table, drop=["nane"])


def test_columns_of_a_file_without_names_are_reserved_by_number(tmp_path):
    (tmp_path / "t.csv").write_text("1.5,red\n2.5,blue\n3.5,red\n")
    table = read_table(tmp_path / "t.csv")
    assert encode(table, ignore=["0"]).encoding.names == ("column1=blue", "column1=red")


def test_rare_levels_of_a_column_with_many_are_put_together(tmp_path):
    towns = [f"big{i % 20}" for i in range(2000)] + [f"t{i}" for i in range(1200)] + [None] * 3
    encoded = encode(table_of(tmp_path, {"town": towns}))
    assert encoded.encoding.names[20:] == ("town=(other)", "town=(missing)")
    assert dense(encoded.X).sum(axis=0).tolist() == [100.0] * 20 + [1200.0, 3.0]
    assert "1220 levels: the 1200 of them with fewer than 10 rows" in notes_on(encoded, "town")[0]
    new = table_of(tmp_path, {"town": ["big3", "never seen"]}, "new.csv")
    X, notes = encoded.encoding.apply(new)
    assert dense(X)[1, 20:].tolist() == [1.0, 0.0]
    assert notes == ()


def test_names_of_the_design_are_unique(tmp_path):
    encoded = encode(table_of(tmp_path, {"a": ["b", "c"], "a=b": [1, 2], "z": ["(missing)", None]}))
    assert encoded.encoding.names == ("a=b", "a=c", "a=b #2", "z=(missing)", "z=(missing) #2")
    assert any("'a=b #2'" in note.text for note in encoded.notes)


def test_a_large_design_with_few_entries_is_stored_by_columns(tmp_path):
    rng = np.random.default_rng(5)
    columns = {f"t{j}": rng.choice(list("abcdefghij"), 3000).tolist() for j in range(6)}
    columns["x"] = (rng.standard_normal(3000) * rng.integers(0, 2, 3000)).tolist()
    table = table_of(tmp_path, columns)
    encoded = encode(table)
    assert sparse.issparse(encoded.X)
    assert encoded.X.has_canonical_format
    assert (encoded.X.data != 0).all()
    small = encode(table.take(np.arange(500)))
    assert isinstance(small.X, np.ndarray)
    assert small.X.flags.f_contiguous
    np.testing.assert_array_equal(encoded.X.toarray()[:500], small.X)
    assert sparse.issparse(encoded.encoding.apply(table.take(np.arange(5)))[0])


def test_infinite_numbers_and_an_empty_design_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"column 'x', row 2: the value is infinite or too large"):
        encode(table_of(tmp_path, {"x": [1, "1e400", 2]}))
    assert encode(table_of(tmp_path, {"x": [1, "1e400", 2], "z": [1, 2, 4]}), drop=["x"]).encoding.names == ("z",)
    with pytest.raises(InputError, match=r"no column is left to predict from.*every value is 1"):
        encode(table_of(tmp_path, {"x": [1, 1], "y": [1, 2]}), ignore=["y"])
    with pytest.raises(InputError, match="the target is its only column"):
        encode(table_of(tmp_path, {"y": [1, 2]}), ignore=["y"])


TRAINING = {"n": [1.0, 2.5, 4.0, 5.0], "t": ["a", "b", "a", "c"], "b": ["true", "false", "true", "true"]}


def applied(tmp_path, columns, **kwargs):
    encoding = encode(table_of(tmp_path, TRAINING)).encoding
    return encoding.apply(table_of(tmp_path, columns, "new.csv"), **kwargs)


def test_new_data_with_unknown_levels_new_gaps_and_more_columns_are_encoded_and_reported(tmp_path):
    X, notes = applied(
        tmp_path,
        {"extra": [1, 2, 3], "b": ["false", "true", None], "t": ["z", "a", None], "n": [None, 7, 8], "y": [0, 1, 0]},
        ignore=["y"],
    )
    np.testing.assert_array_equal(X, [[3.125, 0, 0, 0, 0], [7, 1, 0, 0, 1], [8, 0, 0, 0, 0.75]])
    texts = [note.text for note in notes]
    assert texts[0] == (
        "'n': 1 value is missing, and none was when the model was fitted: the fitted mean 3.125 is used there"
    )
    assert "'t': 1 row has a level that the model has not seen ('z')" in texts[2]
    assert texts[-1] == "columns that the model does not know are not used: 'extra'"
    assert len(texts) == 5


def test_all_missing_columns_are_named(tmp_path):
    with pytest.raises(InputError, match=r"new\.csv.* lacks 2 columns of the model: 't', 'b'"):
        applied(tmp_path, {"n": [1, 2]})


@pytest.mark.parametrize(
    ("name", "cells", "message"),
    [
        ("n", ["1", "2", "tall"], "column 'n', row 3: 'tall' is not a number"),
        ("n", ["1", "1e999", "3"], "column 'n', row 2: the value is infinite"),
        ("n", ["2020-01-01", "2020-01-02", ""], "column 'n', row 1: a date is not a number"),
        ("b", ["true", "maybe", "true"], "column 'b', row 2: 'maybe' is not true or false"),
        ("b", ["0", "1", "2"], "column 'b', row 3: 2 is not true or false"),
        ("t", ["2020-01-01", "2020-01-02", "2020-01-03"], "column 't', row 1: a date is not a text"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_its_row(tmp_path, name, cells, message):
    good = {"n": [1, 2, 3], "t": ["a", "b", "c"], "b": ["true", "false", "true"]}
    with pytest.raises(InputError, match=message):
        applied(tmp_path, good | {name: cells})


def test_values_that_only_look_different_are_read_as_in_training(tmp_path):
    training = {"t": ["12", "012", "x"], "n": [1, 2, 4], "b": [0, 1, 1]}
    encoding = encode(table_of(tmp_path, training)).encoding
    new = table_of(tmp_path, {"t": [12, 13], "n": ["true", "false"], "b": [1, 0]}, "new.csv")
    X, notes = encoding.apply(new)
    assert encoding.names == ("t=012", "t=12", "t=x", "n", "b")
    np.testing.assert_array_equal(X, [[0, 1, 0, 1, 1], [0, 0, 0, 0, 0]])
    assert len(notes) == 1


def test_sparse_features_are_matched_by_name(tmp_path):
    (tmp_path / "a.svm").write_text("1 1:1 3:2 8:1\n0 2:5 3:1\n")
    (tmp_path / "b.svm").write_text("1 0:7 3:4\n0 1:6 9:9\n0 8:2\n")
    encoded = encode(read_table(tmp_path / "a.svm"))
    X, notes = encoded.encoding.apply(read_table(tmp_path / "b.svm"))
    assert encoded.encoding.names == ("x1", "x2", "x3", "x8")
    np.testing.assert_array_equal(X.toarray(), [[0, 0, 4, 0], [6, 0, 0, 0], [0, 0, 0, 2]])
    assert [note.text for note in notes] == ["2 features that the model does not know are not used: 'x0', 'x9'"]
    table = table_of(tmp_path, {"x1": [1, 2]})
    with pytest.raises(InputError, match="is a table, and the model was fitted on a libsvm file"):
        encoded.encoding.apply(table)
    with pytest.raises(InputError, match="is a libsvm file, and the model was fitted on a table"):
        encode(table).encoding.apply(read_table(tmp_path / "a.svm"))


@pytest.mark.parametrize(
    ("file", "target", "width"),
    [
        ("adult/adult.data.gz", "14", 108),
        ("california_housing/housing.csv.gz", "median_house_value", 14),
        ("bank_additional/bank-additional.csv.gz", "y", 63),
        ("german_credit/german.data", "20", 61),
        ("ames/AmesHousing.csv.gz", "SalePrice", 346),
    ],
)
def test_public_tables_have_the_published_number_of_columns(data_dir, file, target, width):
    table = read_table(data_dir / file)
    chosen = choose_target(table, target)
    y, kept, _ = target_values(table, chosen)
    encoded = encode(table.take(kept), ignore=[chosen.name])
    assert encoded.X.shape == (len(y), width)
