"""Files to typed columns. The oracle is the csv module of the standard library, and what was written."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import io
import json
import math
import os
import signal
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whyzero.errors import InputError
from whyzero.tables import Kind, ReadOptions, read_table

MISSING = ("", "NA", "nan", "NaN", "?", "null", "N/A", "<NA>")
PLAIN = "a,b,c\n1,x,true\n2,y,false\n3,x,true\n"


def write(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def read(folder: Path, text: str | bytes, **kwargs):
    return read_table(write(folder, text), **kwargs)


def values(column) -> list[object]:
    """The column as Python values; None where missing."""
    found = column.values.tolist()
    if column.kind is Kind.TEXT:
        return [None if code < 0 else column.levels[code] for code in found]
    return [None if math.isnan(value) else value for value in found]


def contents(table) -> dict[str, list[object]]:
    return {column.name: values(column) for column in table.columns}


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8).map(
    lambda text: f"t{text}".strip()
)
numbers = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**15), 10**15))
cells = {Kind.TEXT: texts, Kind.NUMBER: numbers, Kind.BOOLEAN: st.booleans()}


@st.composite
def tables(draw) -> tuple[str, list[Kind], list[list[object]], str]:
    """A delimiter, the kinds of the columns, the rows, and the text that means missing."""
    kinds = draw(st.lists(st.sampled_from(list(cells)), min_size=2, max_size=5))
    rows = draw(st.lists(st.tuples(*(st.one_of(cells[kind], st.none()) for kind in kinds)), min_size=1, max_size=12))
    return draw(st.sampled_from(",;\t|")), kinds, [list(row) for row in rows], draw(st.sampled_from(MISSING))


@given(tables())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_csv_module_writes_is_read_back(tmp_path, case):
    delimiter, kinds, rows, missing = case
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow([f"name {j}" for j in range(len(kinds))])
    writer.writerows([[missing if cell is None else cell for cell in row] for row in rows])
    table = read(tmp_path, out.getvalue(), options=ReadOptions(delimiter=delimiter, header=True))
    assert table.n_rows == len(rows)
    for j, (kind, column) in enumerate(zip(kinds, table.columns, strict=True)):
        wanted = [row[j] for row in rows]
        assert column.name == f"name {j}"
        assert values(column) == wanted, column
        assert column.missing.tolist() == [cell is None for cell in wanted]
        if any(cell is not None for cell in wanted):
            assert column.kind is kind


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimiter_and_line_ends_are_found(tmp_path, delimiter, end):
    text = f'x{delimiter}"a{delimiter}b"{delimiter}z{end}' + "".join(
        f'{i}{delimiter}"q{delimiter}{i % 3}"{delimiter}{i / 4}{end}' for i in range(30)
    )
    table = read(tmp_path, text)
    assert table.names == ("x", f"a{delimiter}b", "z")
    assert values(table.columns[1])[:4] == [f"q{delimiter}{i % 3}" for i in range(4)]
    assert values(table.columns[2]) == [i / 4 for i in range(30)]


@pytest.mark.parametrize("missing", [*MISSING, " NA ", "na", "NULL", '""', "#N/A"])
def test_missing_marks_are_missing_in_numbers_and_in_texts(tmp_path, missing):
    table = read(tmp_path, f"x,t\n1,u\n{missing},{missing}\n3,v\n")
    assert contents(table) == {"x": [1.0, None, 3.0], "t": ["u", None, "v"]}


@pytest.mark.parametrize("mark", [".", "-", "None", "missing"])
def test_some_marks_are_missing_only_among_numbers(tmp_path, mark):
    table = read(tmp_path, f"x,t\n1,u\n{mark},{mark}\n3,v\n")
    assert contents(table) == {"x": [1.0, None, 3.0], "t": ["u", mark, "v"]}


def test_blanks_around_values_and_names_are_not_part_of_them(tmp_path):
    table = read(tmp_path, ' n , t ,q\n 1, x y ," z"\n 2, x y,w \n')
    assert contents(table) == {"n": [1.0, 2.0], "t": ["x y", "x y"], "q": ["z", "w"]}


def test_a_file_without_a_header_gets_numbered_names_that_can_be_given_as_numbers(tmp_path):
    table = read(tmp_path, "1,red,2.5\n2,blue,3.5\n3,red,1.0\n")
    assert table.names == ("column0", "column1", "column2")
    assert not table.source.named
    assert table.column("1").levels == ("blue", "red")
    assert any("no header line" in note.text for note in table.notes)


def test_a_first_row_with_a_missing_mark_is_not_taken_for_names(tmp_path):
    table = read(tmp_path, "?,3,x\n1,2,y\n2,4,z\n")
    assert values(table.columns[0]) == [None, 1.0, 2.0]


def test_numbers_taken_for_names_are_doubted_aloud(tmp_path):
    table = read(tmp_path, "country,2001,total\nx,1,2\ny,2,3\n")
    assert table.names == ("country", "2001", "total")
    assert any("'2001'" in note.text for note in table.notes)


def test_names_and_header_can_be_given(tmp_path):
    text = "x,y\nu,v\n"
    unnamed = read(tmp_path, text, options=ReadOptions(header=False))
    assert (unnamed.n_rows, unnamed.notes) == (2, ())
    named = read(tmp_path, text, options=ReadOptions(names=("a", "b")))
    assert (named.names, named.n_rows, named.source.named) == (("a", "b"), 2, True)
    skipped = read(tmp_path, "a title\n" + PLAIN, options=ReadOptions(skip=1))
    assert skipped.names == ("a", "b", "c")


def test_names_equal_but_for_case_are_kept_apart(tmp_path):
    table = read(tmp_path, "a,A,a_1\n1,2,3\n4,5,6\n")
    assert contents(table) == {"a": [1.0, 4.0], "A": [2.0, 5.0], "a_1": [3.0, 6.0]}
    with pytest.raises(InputError, match="cannot tell 'a' from"):
        read(tmp_path, "a,A\n1,2\n", where="a > 0")


@pytest.mark.parametrize(
    ("cells_of_x", "kind", "expected"),
    [
        (["true", "False", "TRUE"], Kind.BOOLEAN, [1.0, 0.0, 1.0]),
        (["yes", "no", "yes"], Kind.TEXT, ["yes", "no", "yes"]),
        (["2020-01-02", "1969-12-31", "NA"], Kind.DATE, [18263.0, -1.0, None]),
        (["1970-01-02T12:00:00Z", "1970-01-01 06:00", "1970-01-01 02:00:00+02"], Kind.DATE, [1.5, 0.25, 0.0]),
        (["2020-02-30", "2020-01-01", "2020-01-03"], Kind.TEXT, ["2020-02-30", "2020-01-01", "2020-01-03"]),
        (["01/02/2020", "03/04/2020", ""], Kind.TEXT, ["01/02/2020", "03/04/2020", None]),
        (["007", "020", "190"], Kind.TEXT, ["007", "020", "190"]),
        (["0", "020", "190"], Kind.NUMBER, [0.0, 20.0, 190.0]),
        (["1_000", "2_000", "3_000"], Kind.TEXT, ["1_000", "2_000", "3_000"]),
        (["0x10", "0x11", "2"], Kind.TEXT, ["0x10", "0x11", "2"]),
        (["+1.5e3", ".5", "-2."], Kind.NUMBER, [1500.0, 0.5, -2.0]),
        (["1e400", "1", "2"], Kind.NUMBER, [math.inf, 1.0, 2.0]),
        (["1", "2", "unknown"], Kind.TEXT, ["1", "2", "unknown"]),
        (["9007199254740993", "0.1", "1e-320"], Kind.NUMBER, [9007199254740992.0, 0.1, 1e-320]),
        (["", "", ""], Kind.NUMBER, [None, None, None]),
    ],
)
def test_kinds_are_decided_on_every_value(tmp_path, cells_of_x, kind, expected):
    table = read(tmp_path, "x,other\n" + "".join(f"{cell},k{i}\n" for i, cell in enumerate(cells_of_x)))
    assert table.columns[0].kind is kind
    assert values(table.columns[0]) == expected


def test_one_bad_cell_far_below_the_sample_decides_too(tmp_path):
    rows = 60_000
    text = "x,y\n" + "".join(f"{i},{i}\n" for i in range(rows)) + "oops,1\n"
    table = read(tmp_path, text)
    assert table.column("x").kind is Kind.TEXT
    assert table.column("y").kind is Kind.NUMBER
    assert [note.text for note in table.notes if note.column == "x"] == [
        f"'x' is read as text because 1 of its {rows + 1} values are not numbers ('oops')"
    ]


def test_commas_in_numbers_mean_thousands_or_decimals_by_the_delimiter(tmp_path):
    thousands = read(tmp_path, 'x,k\n"1,234.5",a\n"12,345,678",b\n7,c\n')
    decimals = read(tmp_path, "x;k\n1,5;a\n-2,25;b\n7;c\n")
    mixed = read(tmp_path, 'x,k\n"1,5",a\n"12,345",b\n')
    assert values(thousands.column("x")) == [1234.5, 12345678.0, 7.0]
    assert values(decimals.column("x")) == [1.5, -2.25, 7.0]
    assert mixed.column("x").kind is Kind.TEXT
    assert any("decimal commas" in note.text for note in decimals.notes)


def test_columns_can_be_forced_to_text(tmp_path):
    table = read(tmp_path, "x,y\n1,2\n3,4\n", options=ReadOptions(text=("x",)))
    assert contents(table) == {"x": ["1", "3"], "y": [2.0, 4.0]}
    with pytest.raises(InputError, match="text='z'"):
        read(tmp_path, "x,y\n1,2\n", options=ReadOptions(text=("z",)))


def test_gzip_is_known_by_its_content(tmp_path):
    for name in ("t.csv.gz", "t.csv", "t"):
        path = write(tmp_path, gzip.compress(PLAIN.encode()), name)
        assert contents(read_table(path)) == contents(read(tmp_path, PLAIN))


def test_utf16_and_latin1_are_read(tmp_path):
    text = "name,x\nGrün,1\nBlé,2\n"
    wanted = {"name": ["Grün", "Blé"], "x": [1.0, 2.0]}
    assert contents(read(tmp_path, text.encode("utf-16"))) == wanted
    assert contents(read(tmp_path, text.encode("latin-1"), options=ReadOptions(encoding="latin-1"))) == wanted
    assert contents(read(tmp_path, b"\xef\xbb\xbf" + text.encode())) == wanted


def test_json_lines_and_json_arrays_are_tables(tmp_path):
    rows = [{"a": 1, "b": "x", "c": True}, {"a": None, "b": "NA", "c": False}, {"a": 2.5, "c": None, "d": [1]}]
    lines = write(tmp_path, "".join(json.dumps(row) + "\n" for row in rows), "t.jsonl")
    array = write(tmp_path, json.dumps(rows), "t.json")
    packed = write(tmp_path, gzip.compress(lines.read_bytes()), "t.jsonl.gz")
    for path in (lines, array, packed):
        table = read_table(path)
        assert contents(table.without(["d"])) == {"a": [1.0, None, 2.5], "b": ["x", None, None], "c": [1.0, 0.0, None]}
        assert table.column("d").kind is Kind.OTHER


def test_parquet_types_are_kept(tmp_path):
    table = pa.table(
        {
            "i": pa.array([1, None, 3], pa.int16()),
            "u": pa.array([2**63, 1, 0], pa.uint64()),
            "f": pa.array([0.5, float("nan"), None], pa.float32()),
            "b": pa.array([True, None, False]),
            "d": pa.array([0, 18263, None], pa.date32()),
            "t": pa.array([43_200_000, None, 0], pa.timestamp("ms")),
            "s": pa.array(["x", "?", None]).dictionary_encode(),
            "n": pa.nulls(3),
            "l": pa.array([[1], [], None]),
            "S": pa.array([{"p": 1, "q": 2}] * 3),
            "after": pa.array([7.0, 8.0, 9.0]),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    read_back = read_table(tmp_path / "t.parquet")
    assert contents(read_back.without(["l", "S"])) == {
        "i": [1.0, None, 3.0],
        "u": [2.0**63, 1.0, 0.0],
        "f": [0.5, None, None],
        "b": [1.0, None, 0.0],
        "d": [0.0, 18263.0, None],
        "t": [0.5, None, 0.0],
        "s": ["x", None, None],
        "n": [None, None, None],
        "after": [7.0, 8.0, 9.0],
    }
    assert [read_back.column(name).kind for name in ("l", "S", "d")] == [Kind.OTHER, Kind.OTHER, Kind.DATE]


def test_several_files_stand_below_each_other_by_column_name(tmp_path):
    write(tmp_path, "a,b\n1,x\n2,y\n", "part1.csv")
    write(tmp_path, "b;a\nz;2.5\n", "part2.csv")
    table = read_table(tmp_path / "part*.csv")
    assert contents(table) == {"a": [1.0, 2.0, 2.5], "b": ["x", "y", "z"]}
    assert table.rows.tolist() == [1, 2, 3]
    assert contents(read_table([tmp_path / "part2.csv", tmp_path / "part1.csv"]))["b"] == ["z", "x", "y"]


def test_whole_and_broken_numbers_of_two_parquet_files_are_not_rounded(tmp_path):
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": [2.5]}), tmp_path / "2.parquet")
    assert contents(read_table(tmp_path / "*.parquet")) == {"a": [1.0, 2.0, 2.5]}


@pytest.mark.parametrize(
    "name", ["a[1].csv", "it's.csv", "q*?.csv", "a{1,2}.csv", "back\\slash.csv", "naïve.csv", "-x.csv"]
)
def test_odd_file_names_mean_themselves(tmp_path, name):
    write(tmp_path, "x,y\n9,9\n", "a1.csv")
    path = write(tmp_path, "x,y\n1,2\n", name)
    assert contents(read_table(path)) == {"x": [1.0], "y": [2.0]}


def test_where_chooses_rows_and_keeps_their_numbers(tmp_path):
    table = read(tmp_path, PLAIN, where="\"a\" > 1 AND b = 'x' OR NOT c")
    assert contents(table) == {"a": [2.0, 3.0], "b": ["y", "x"], "c": [0.0, 1.0]}
    assert table.rows.tolist() == [2, 3]
    assert any("keeps 2 of 3 rows" in note.text for note in table.notes)
    dates = read(tmp_path, "d,t\n2020-01-01,NA\n2021-01-01,u\n", where="d > DATE '2020-06-01' AND t IS NOT NULL")
    assert dates.rows.tolist() == [2]


def test_ctrl_c_ends_a_long_query(tmp_path):
    file = tmp_path / "data.csv"
    file.write_text("a,b\n" + "".join(f"{k},{k % 7}\n" for k in range(3000)))
    minutes = "(SELECT sum(sqrt(p.a * q.b + r.a)) FROM data p, data q, data r) > a"
    threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        read_table(file, where=minutes)


def test_columns_can_be_chosen_and_unknown_ones_are_answered_with_the_nearest(tmp_path):
    assert read(tmp_path, PLAIN, columns=["c", "a"]).names == ("c", "a")
    with pytest.raises(InputError, match="no column 'Incom'; did you mean 'income'"):
        read(tmp_path, "income,age\n1,2\n").column("Incom")
    with pytest.raises(InputError, match="it has 'a', 'b', 'c'"):
        read(tmp_path, PLAIN).column("zzz")


def test_a_table_is_frozen_and_rows_are_taken_with_their_levels(tmp_path):
    table = read(tmp_path, PLAIN)
    with pytest.raises(dataclasses.FrozenInstanceError):
        table.rows = np.arange(3)
    part = table.take(np.array([False, True, False]))
    assert contents(part) == {"a": [2.0], "b": ["y"], "c": [0.0]}
    assert (part.column("b").levels, part.rows.tolist()) == (("y",), [2])


def test_a_wide_table_is_read(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.integers(-99, 99, (5, 3000))
    header = ",".join(f"g{j}" for j in range(3000))
    table = read(tmp_path, header + "\n" + "\n".join(",".join(map(str, row)) for row in X.tolist()) + "\n")
    np.testing.assert_array_equal(np.column_stack([column.values for column in table.columns]), X)


def test_a_long_cell_is_read(tmp_path):
    table = read(tmp_path, "a,b\n" + "x" * 5_000_000 + ",2\ny,4\n")
    assert [len(level) for level in table.column("a").levels] == [5_000_000, 1]


def test_options_are_checked(tmp_path):
    for options, message in [
        (ReadOptions(encoding="ebcdic"), "encoding='ebcdic'"),
        (ReadOptions(delimiter=""), "delimiter=''"),
        (ReadOptions(quote="''"), "quote="),
        (ReadOptions(skip=-1), "skip=-1"),
        (ReadOptions(names=("a",)), "1 names were given for 3 columns"),
    ]:
        with pytest.raises(InputError, match=message):
            read(tmp_path, PLAIN, options=options)


@pytest.mark.parametrize(
    ("file", "shape", "missing"),
    [
        ("adult/adult.data.gz", (32561, 15), 4262),
        ("titanic/titanic.csv", (891, 12), 866),
        ("california_housing/housing.csv.gz", (20640, 10), 207),
        ("bank_additional/bank-additional.csv.gz", (4119, 21), 0),
        ("german_credit/german.data", (1000, 21), 0),
        ("mushroom/mushrooms.csv.gz", (8124, 23), 2480),
    ],
)
def test_public_tables_have_their_published_shapes_and_missing_values(data_dir, file, shape, missing):
    table = read_table(data_dir / file)
    assert (table.n_rows, len(table.columns)) == shape
    assert sum(int(column.missing.sum()) for column in table.columns) == missing
