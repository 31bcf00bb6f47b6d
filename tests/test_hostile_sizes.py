"""Files that are larger than they look, or look larger than they are: read or refused, in bounded memory."""

from __future__ import annotations

import gzip
import json
import os

import numpy as np
import pytest

from fuzz.child import Child
from fuzz.readers import READERS
from whyzero.errors import DataFileError, ModelFormatError
from whyzero.models.fields import parse_json
from whyzero.tables import read_table

MEMORY = 64 << 20
BYTES = {"json": 48}  # for each byte of the file; DuckDB keeps 16 for each bracket, twice, beside the text


def read(name, path):
    with Child(name) as child:
        return child.read(path)


def repeated(path, piece, times):
    """A file of one piece many times over, gzipped if its name says so, written without keeping it."""
    with gzip.open(path, "wb", compresslevel=1) if path.suffix == ".gz" else path.open("wb") as stream:
        for _ in range(times):
            stream.write(piece)
    return path


@pytest.mark.parametrize(
    ("name", "file", "pieces", "words"),
    [
        ("csv", "zeros.csv.gz", (bytes(1 << 20), 256), "a NUL byte"),
        ("csv", "one-line.csv", (b"a" * (1 << 20), 100), "the first line is longer than 64 MiB"),
        ("csv", "one-line.csv.gz", (b"a" * (1 << 20), 256), "the first line is longer than 64 MiB"),
        ("csv", "quote.csv", (b'a,"' + b"b" * (1 << 20), 100), "the first line is longer than 64 MiB"),
        ("csv", "long-second-line.csv", (b"a,b\n1," + b"1" * (40 << 20), 1), "too long"),
        ("libsvm", "one-line.svm", (b"1 1:1 " + b"2" * (1 << 20), 100), "line 1"),
        ("json", "open.json", (b"[" * (1 << 20), 8), "Malformed JSON"),
        ("json", "open-objects.json", (b'{"a":' * (1 << 18), 8), ""),
        ("parquet", "zeros.parquet", (b"PAR1" + bytes(1 << 20), 64), ""),
        ("model", "open.json", (b"[" * (1 << 20), 8), "nested"),
        ("foreign-model", "digits.json", (b"9" * (1 << 20), 8), "digits"),
    ],
)
def test_a_file_without_an_end_is_refused_in_bounded_memory(name, file, pieces, words, tmp_path):
    path = repeated(tmp_path / file, *pieces)
    outcome = read(name, path)
    assert outcome.kind == "refused", outcome.text[-500:]
    assert words in outcome.text
    assert outcome.memory <= MEMORY + BYTES.get(name, 8) * path.stat().st_size


def test_a_bomb_of_true_rows_ends_in_a_table_or_in_a_sentence(tmp_path):
    """256 MiB of rows in a file of 1 MiB are a table, if the memory that there is will hold it."""
    path = repeated(tmp_path / "rows.csv.gz", b"a,b\n" + b"1,2\n" * (1 << 18), 256)
    outcome = read("csv", path)
    assert outcome.kind == "refused", outcome.text[-500:]
    assert "does not fit in memory" in outcome.text or "memory" in outcome.text


def test_a_million_columns_are_read_or_refused_with_their_number(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_bytes(b",".join(b"c%d" % j for j in range(1_000_000)) + b"\n" + b",".join([b"1"] * 1_000_000) + b"\n")
    outcome = read("csv", path)
    assert (outcome.kind, "1,000,000 columns" in outcome.text) == ("refused", True), outcome.text[-500:]
    assert outcome.memory <= MEMORY + 8 * path.stat().st_size


def test_a_million_features_of_a_libsvm_file_are_read(tmp_path):
    path = tmp_path / "wide.svm"
    path.write_bytes(b"1 " + b" ".join(b"%d:1" % j for j in range(1_000_000)) + b"\n2 5:1\n")
    table = read_table(path)
    assert len(table.sparse.names) == 1_000_000 and table.sparse.matrix.nnz == 1_000_001


def test_many_fields_with_one_twice_are_refused_in_one_pass(tmp_path):
    """Looking for the one that is twice must not compare each with all: that would take hours."""
    fields = ",".join(f'"k{j}":1' for j in range(300_000))
    with pytest.raises(ModelFormatError, match="'k299999' occurs twice"):
        parse_json(f'{{{fields},"k299999":2}}', "m.json")


def test_a_header_that_claims_more_than_there_is_allocates_nothing(tmp_path):
    """Counts of a certificate are compared with what is there before anything is made of their size."""
    for name in ("certificate", "path-certificate"):
        genuine = json.loads(READERS[name].genuine.read_text("utf-8"))
        for key in ("n_rows", "n_cols"):
            for count in (2**31, 2**40, 2**62):
                file = tmp_path / f"{name}.json"
                file.write_text(json.dumps(genuine | {key: count}))
                outcome = read(name, file)
                assert (outcome.kind, outcome.memory <= MEMORY) == ("refused", True)


@pytest.mark.parametrize("name", READERS)
def test_what_is_no_file_is_refused_and_not_waited_for(name, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "folder").mkdir()
    with Child(name) as child:
        for place in ("pipe", "loop", "folder", "none"):
            suffix = READERS[name].suffix
            if place != "none":
                (tmp_path / place).rename(tmp_path / f"{place}{suffix}")
            assert child.read(tmp_path / f"{place}{suffix}").kind == "refused"
        for device in ("/dev/zero", "/dev/full", "/dev/null", "/proc/self/mem"):
            assert child.read(device).kind == "refused"


def test_a_link_is_read_where_it_leads(tmp_path):
    (tmp_path / "real.csv").write_bytes(b"a,b\n1,2\n3,4\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    np.testing.assert_array_equal(read_table(tmp_path / "link.csv").column("b").values, [2.0, 4.0])
    (tmp_path / "real.csv").unlink()
    with pytest.raises(DataFileError, match="no such file"):
        read_table(tmp_path / "link.csv")
