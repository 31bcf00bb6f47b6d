"""Lines of label and index:value. The oracles are a parser of twelve lines and scikit-learn's."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whyzero.errors import DataFileError, InputError
from whyzero.tables import read_table


def write(folder: Path, text: str | bytes, name: str = "t.svm") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def oracle(text: str) -> tuple[list[float], list[dict[int, float]]]:
    labels, rows = [], []
    for line in text.split("\n"):
        tokens = line.split("#")[0].split()
        if tokens:
            pairs = [token.split(":") for token in tokens[1:] if not token.startswith("qid:")]
            labels.append(float(tokens[0]))
            rows.append({int(index): float(value) for index, value in pairs if float(value) != 0})
    return labels, rows


def rows_of(table) -> list[dict[int, float]]:
    matrix = table.sparse.matrix.tocsr()
    names = table.sparse.names
    rows: list[dict[int, float]] = []
    for i in range(table.n_rows):
        part = slice(matrix.indptr[i], matrix.indptr[i + 1])
        found = zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True)
        rows.append({int(names[j][1:]): value for j, value in found})
    return rows


floats = st.floats(allow_nan=False, allow_infinity=False, width=64)
pairs = st.dictionaries(st.one_of(st.integers(0, 9), st.integers(0, 2**63 - 1)), floats, max_size=5)


@st.composite
def libsvm_texts(draw) -> str:
    lines = ["1 1:1"]
    for _ in range(draw(st.integers(0, 6))):
        row = draw(st.permutations(list(draw(pairs).items())))
        query = "qid:3 " if draw(st.integers(0, 9)) == 0 else ""
        line = f"{draw(floats)!r} {query}" + " ".join(f"{index}:{value!r}" for index, value in row)
        lines.append(draw(st.sampled_from(["{}", "  {}\t", "{} # 7:8", "\n{}\r"])).format(line))
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n"]))


@given(libsvm_texts())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_comment_and_index_reads_as_in_the_slow_parser(tmp_path, text):
    table = read_table(write(tmp_path, text))
    labels, rows = oracle(text)
    assert table.column("label").values.tolist() == labels
    assert rows_of(table) == rows
    assert table.sparse.matrix.has_canonical_format
    assert (np.diff(table.sparse.matrix.indptr) > 0).all()


def test_the_public_file_reads_as_in_scikit_learn(data_dir):
    from sklearn.datasets import load_svmlight_file

    path = data_dir / "a9a" / "a9a.gz"
    table = read_table(path)
    X, y = load_svmlight_file(str(path))
    assert table.sparse.names == tuple(f"x{j + 1}" for j in range(X.shape[1]))
    assert abs(table.sparse.matrix - X.tocsc()).nnz == 0
    np.testing.assert_array_equal(table.column("label").values, y)
    assert table.sparse.matrix.nnz == 451592


def test_the_format_is_known_by_name_or_content(tmp_path):
    text = b"+1 3:1 11:0.5\n-1\n+1 2:7\n"
    for name in ("t.svm", "t.libsvm", "t.txt", "a9a"):
        assert read_table(write(tmp_path, text, name)).sparse.names == ("x2", "x3", "x11")
    for name in ("t.svm.gz", "a9a.gz"):
        assert read_table(write(tmp_path, gzip.compress(text), name)).n_rows == 3


def test_a_delimited_file_with_colons_is_not_taken_for_it(tmp_path):
    table = read_table(write(tmp_path, "1,2:30\n2,4:50\n", "t.csv"))
    assert table.sparse is None
    assert len(table.columns) == 2


def test_zeros_that_are_written_are_not_stored_and_never_make_a_column(tmp_path):
    table = read_table(write(tmp_path, "1 1:0 2:5\n0 1:0.0 3:1\n"))
    assert table.sparse.names == ("x2", "x3")
    assert table.sparse.matrix.nnz == 2


def test_rows_are_taken_together_with_their_label(tmp_path):
    table = read_table(write(tmp_path, "1 1:1\n2 2:2\n3 1:3 2:4\n")).take(np.array([2, 0]))
    assert table.column("label").values.tolist() == [3.0, 1.0]
    assert table.sparse.matrix.toarray().tolist() == [[3.0, 4.0], [1.0, 0.0]]
    assert table.rows.tolist() == [3, 1]


def test_a_query_id_is_set_aside_aloud(tmp_path):
    table = read_table(write(tmp_path, "1 qid:2 1:1\n0 qid:2 2:1\n"))
    assert [note.text for note in table.notes if "qid" in note.text]
    assert table.sparse.names == ("x1", "x2")


HOSTILE = {
    "1 1:1\n1 2:x\n": "line 2: the value of index 2, 'x', is not a number",
    "1 1:1\nspam 2:1\n": "line 2: the label, 'spam', is not a number",
    "1 1:1\n1,2 2:1\n": "line 2: the label, '1,2', is not a number",
    "1 1:1\n\n# only a comment\n1 -2:1\n": "line 4: '-2' is not an index",
    "1 1:1\n1 9223372036854775808:1\n": "line 2: '9223372036854775808' is not an index",
    "1 1:1\n1 99999999999999999999999:1\n": "is not an index",
    "1 1:1\n1 1.5:1\n": "'1.5' is not an index",
    "1 1:1\n1 1e3:1\n": "'1e3' is not an index",
    "1 1:1\n1 3:1 2:1 3:2\n": "line 2: the index 3 occurs twice",
    "1 1:1\n1 3:\n": "the value of index 3, '', is not a number",
    "1 1:1\n1 :3\n": "'' is not an index",
    "1 1:1\n1 3:4:5 7\n": "the value of index 3, '4:5', is not a number",
    "1 1:1\n1 3\n": "'3' is not of the form index:value",
    "1 1:1\n1 3:nan\n": "'nan', is not a number",
    "1 1:1\n1 3:inf\n": "'inf', is not a number",
    "1 1:1\n1 3:1e400\n": "'1e400', is too large",
    "1 1:1\n1e999 3:1\n": "the label, '1e999', is too large",
    "1 1:1\n1 3:0x1p3\n": "'0x1p3', is not a number",
    "1 1:1\n1 3:1_000\n": "'1_000', is not a number",
    "1 1:1\n1_0 3:1\n": "the label, '1_0', is not a number",
    "1 1:1\n1 3:１\n": "is not a number",
    "# nothing\n#\n": "no rows",
    "1 1:0\n0\n": "no row has a feature",
}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_malformed_line_is_named(tmp_path, text):
    with pytest.raises(DataFileError) as caught:
        read_table(write(tmp_path, text))
    assert HOSTILE[text] in str(caught.value)
    assert "t.svm" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_condition_on_a_libsvm_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="where='x1 > 0' cannot be used on a libsvm file"):
        read_table(write(tmp_path, "1 1:1\n"), where="x1 > 0")


def test_a_cut_gzip_file_is_refused(tmp_path):
    content = gzip.compress(b"1 1:1\n" * 10_000)
    with pytest.raises(DataFileError, match="damaged gzip"):
        read_table(write(tmp_path, content[:40], "t.svm.gz"))
