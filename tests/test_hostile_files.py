"""Files and conditions that mean harm, or that are no tables: one line of error that names the place."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from whyzero.errors import DataFileError, InputError
from whyzero.tables import read_table

PLAIN = "a,b,c\n1,x,true\n2,y,false\n3,x,true\n"


def write(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def read(folder: Path, text: str | bytes, **kwargs):
    return read_table(write(folder, text), **kwargs)


@pytest.mark.parametrize(
    "where",
    [
        "a > 1) OR (1=1",
        "a > 1; DROP TABLE raw",
        "a > 1, b",
        "nosuch > 1",
        "a >",
        "",
        "sum(a) > 1",
        "a = ?",
        "a > 1 ORDER BY a",
        "(SELECT count(*) FROM read_csv('{path}')) > 0",
        "(SELECT count(*) FROM read_text('/etc/hostname')) > 0",
        "(SELECT count(*) FROM glob('*')) > 0",
        "a IN (SELECT 1 FROM '{path}')",
    ],
)
def test_where_is_one_condition_that_sees_only_the_table(tmp_path, where):
    with pytest.raises(InputError, match="where=") as caught:
        read(tmp_path, PLAIN, where=where.format(path=tmp_path / "t.csv"))
    assert "\n" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv"]


def test_a_condition_that_keeps_nothing_is_an_error(tmp_path):
    with pytest.raises(InputError, match="keeps none"):
        read(tmp_path, PLAIN, where="a > 100")


HOSTILE = {
    "empty": (b"", "the file is empty"),
    "blank": (b"\n \n\n", "the file is empty"),
    "header only": (b"a,b,c\n", "has no rows"),
    "repeated name": (b"a,b,a\n1,2,3\n", "the column name 'a' occurs 2 times"),
    "repeated name after blanks": (b"a, a\n1,2\n3,4\n", "the column name 'a' occurs 2 times"),
    "short row": (b"a,b,c\n1,2,3\n4,5\n", "line 3: 2 values where 3 are expected"),
    "long row": (b"a,b,c\n1,2,3\n4,5,6,7\n", "line 3: 4 or more values where 3 are expected"),
    "short row far below": (b"a,b,c\n" + b"1,2,3\n" * 40_000 + b"4,5\n", "line 40002: 2 values where 3"),
    "quote never closed": (b'a,b\n1,"2\n3,4\n5,6\n', "line 2: a quote is opened and not closed"),
    "text after a quote": (b'a,b\n"x"y,2\n"z",3\n', "line 2: a quote is opened and not closed"),
    "stray quotes": (b'ham\tI said, "hi, you\nham\tso, so, so\nspam\t"win", now\n' * 9, "give quote=''"),
    "names but for the first column": (b'"x","y"\n"1",2,3\n"2",4,5\n', "line 2: 3 or more values where 2 are expected"),
    "lines before the table": (b"my title\n\na,b,c\n1,2,3\n4,5,6\n7,8,9\n", "skip=2"),
    "binary": (bytes(range(256)) * 20, "binary data"),
    "NUL in a cell": (b"a,b\n1,2\0\n3,4\n", "NUL byte at offset 7"),
    "latin-1": ("a,b\n1,é\n2,à\n".encode("latin-1"), "encoding='latin-1'"),
    "mixed line ends": (b"a,b\r\n1,2\n3,4\r\n5,6\r7,8\n", "one kind of line end"),
    "zip": (b"PK\x03\x04" + b"\0" * 50, "Excel"),
    "xz": (b"\xfd7zXZ\0" + b"\0" * 50, "xz"),
    "pdf": (b"%PDF-1.7 ...", "PDF"),
    "gzip cut short": (gzip.compress(PLAIN.encode() * 1000)[:60], "damaged gzip file"),
    "gzip with a wrong checksum": (gzip.compress(PLAIN.encode())[:-8] + b"\0" * 8, "damaged gzip file"),
    "gzip of nothing": (gzip.compress(b""), "the file is empty"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_text_is_refused_in_one_line_that_names_the_file(tmp_path, case):
    content, message = HOSTILE[case]
    with pytest.raises(DataFileError, match=message) as caught:
        read(tmp_path, content)
    assert "t.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


HOSTILE_NAMED = {
    "bad.parquet": (b"PAR1" + b"\0" * 100 + b"PAR1", "bad.parquet"),
    "short.parquet": (b"PAR1", "short.parquet"),
    "cut.json": (b'{"a":1,"b":"x"}\n{"a":2.5,"b":\n', "Malformed JSON"),
    "twice.json": (b'{"a":1,"a":2}\n', "duplicate key"),
    "numbers.json": (b"[1,2,3]", "one object a row"),
    "text.json": (b"hello there", "Malformed JSON"),
    "packed.parquet.gz": (gzip.compress(b"PAR1" + b"\0" * 100), "Parquet file inside gzip"),
}


@pytest.mark.parametrize("name", HOSTILE_NAMED)
def test_hostile_files_of_other_formats_are_refused_in_one_line(tmp_path, name):
    content, message = HOSTILE_NAMED[name]
    with pytest.raises(DataFileError, match=message) as caught:
        read_table(write(tmp_path, content, name))
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path):
    for path, message in [
        (tmp_path / "none.csv", "no such file"),
        (tmp_path / "*.csv", "no file matches"),
        (tmp_path, "is a directory"),
        ("/dev/null", "not a regular file"),
        ("https://example.org/a.csv", "no such file"),
        ("a\0b.csv", "NUL"),
    ]:
        with pytest.raises(DataFileError, match=message):
            read_table(path)


def test_files_with_other_columns_are_refused(tmp_path):
    write(tmp_path, "a,b\n1,2\n", "1.csv")
    write(tmp_path, "a,c\n1,2\n", "2.csv")
    with pytest.raises(DataFileError, match=r"2\.csv.*lacks 'b' and has the further columns 'c'"):
        read_table(tmp_path / "*.csv")
