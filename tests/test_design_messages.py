"""Every complaint about bad X, word for word: it names the value, its place, and the way out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

from whyzero.designs import scan
from whyzero.errors import InputError, InputTypeError
from whyzero.problem import make_problem

NAN, INF = float("nan"), float("inf")
X = np.arange(12.0).reshape(4, 3)
Y = np.array([1.0, 2.0, 3.0, 4.0])


def spoiled(value, row=1, column=2, array=X):
    copy = array.copy()
    copy[row, column] = value
    return copy


def broken_csc(**changes):
    matrix = sparse.csc_matrix(X)
    for name, value in changes.items():
        setattr(matrix, name, np.asarray(value, dtype=getattr(matrix, name).dtype))
    return matrix


def broken_csr(**changes):
    matrix = sparse.csr_matrix(X)
    for name, value in changes.items():
        setattr(matrix, name, np.asarray(value, dtype=getattr(matrix, name).dtype))
    return matrix


def broken_coo():
    matrix = sparse.coo_matrix(X)
    matrix.row[3] = 4
    return matrix


FRAME = pd.DataFrame(X, columns=["age", "height", "weight"])
MALFORMED = "X is a malformed sparse matrix: "
FILL = "; fill in or drop missing and infinite values first."

X_MESSAGES = {
    "nan": (spoiled(NAN), InputError, f"X has nan at row 1, column 2 ('x2'){FILL}"),
    "infinity": (spoiled(-INF), InputError, f"X has -inf at row 1, column 2 ('x2'){FILL}"),
    "nan in float32, Fortran order": (
        np.asfortranarray(spoiled(NAN, 3, 0).astype(np.float32)),
        InputError,
        f"X has nan at row 3, column 0 ('x0'){FILL}",
    ),
    "several": (
        spoiled(NAN, 3, 0, spoiled(INF)),
        InputError,
        f"X has inf at row 1, column 2 ('x2'), the first of 2 values that are not finite{FILL}",
    ),
    "nan in a frame": (
        FRAME.replace(5.0, NAN),
        InputError,
        f"X has nan at row 1, column 2 ('weight'){FILL}",
    ),
    "nan in a sparse matrix": (
        sparse.csr_matrix(spoiled(NAN)),
        InputError,
        f"X has nan at row 1, column 2 ('x2'){FILL}",
    ),
    "long double beyond float64": (
        X.astype(np.longdouble) * np.longdouble("1e4000"),
        InputError,
        f"X has inf at row 0, column 1 ('x1'), the first of 11 values that are not finite{FILL}",
    ),
    "missing integer": (
        pl.DataFrame({"a": [1, 2, 3, 4], "b": [1, None, None, 4]}),
        InputError,
        "X has a missing value at row 1, column 'b', the first of 2 in this column; fill in or drop it first.",
    ),
    "missing truth value": (
        pd.DataFrame({"a": pd.array([True, None, False, True], dtype="boolean"), "b": Y}),
        InputError,
        "X has a missing value at row 1, column 'a'; fill in or drop it first.",
    ),
    "text column": (
        FRAME.assign(city=list("abcd")),
        InputError,
        "column 'city' of X has type String, which is not numeric; drop or encode it, or let `whyzero fit` encode the "
        "file.",
    ),
    "date column": (
        pa.table({"day": pa.array([0, 1, 2, 3], type=pa.date32())}),
        InputError,
        "column 'day' of X has type Date, which is not numeric; drop or encode it, or let `whyzero fit` encode the "
        "file.",
    ),
    "lazy frame": (
        pl.LazyFrame({"a": Y}),
        InputTypeError,
        "X is a lazy frame (polars.lazyframe.frame.LazyFrame); collect it first.",
    ),
    "single column": (
        pl.Series("a", Y),
        InputTypeError,
        "X is a single column (polars.series.series.Series); X needs two dimensions: pass a frame.",
    ),
    "one dimension": (
        Y,
        InputError,
        "X must have two dimensions (rows, columns), got shape (4,); one column is X.reshape(-1, 1), one row is "
        "X.reshape(1, -1).",
    ),
    "three dimensions": (
        X[:, :, None],
        InputError,
        "X must have two dimensions (rows, columns), got shape (4, 3, 1); one row a sample.",
    ),
    "sparse in one dimension": (
        sparse.coo_array(Y),
        InputError,
        "X must have two dimensions (rows, columns), got a sparse array of shape (4,).",
    ),
    "no rows": (np.empty((0, 3)), InputError, "X has no rows (shape (0, 3)); at least one is needed."),
    "no columns": (np.empty((4, 0)), InputError, "X has no columns (shape (4, 0)); at least one is needed."),
    "sparse without columns": (
        sparse.csr_matrix((4, 0)),
        InputError,
        "X has no columns (shape (4, 0)); at least one is needed.",
    ),
    "no columns in a frame": (
        pd.DataFrame(index=range(4)),
        InputError,
        "X has no columns (shape (4, 0)); at least one is needed.",
    ),
    "ragged list": ([[1, 2], [3, 4], [5]], InputError, "X is ragged: row 0 has 2 values but row 2 has 1."),
    "ragged in depth": (
        [[1, [2]], [3, 4]],
        InputError,
        "X cannot be read as a table of numbers: its rows differ in shape.",
    ),
    "complex": (
        X + 1j,
        InputTypeError,
        "X has complex numbers (dtype complex128); only real numbers can be fitted.",
    ),
    "object": (
        X.astype(object),
        InputTypeError,
        "X has dtype object; convert it with X.astype(float), or let `whyzero fit` encode a file that has text "
        "columns.",
    ),
    "text": (
        X.astype(str),
        InputTypeError,
        "X has dtype <U32, which is not numeric; convert it to numbers, or let `whyzero fit` encode a file that has "
        "text or date columns.",
    ),
    "nothing": (
        None,
        InputTypeError,
        "X must be an array, a SciPy sparse matrix or a data frame with rows and columns, got NoneType.",
    ),
    "masked": (
        np.ma.masked_equal(X, 5.0),
        InputError,
        "X is a masked array with a masked value at row 1, column 2; fill masked values first.",
    ),
    "complex sparse": (
        sparse.csc_matrix(X + 1j),
        InputTypeError,
        "X is sparse with dtype complex128; only real numbers can be fitted.",
    ),
    "index too large": (
        broken_csc(indices=[1, 2, 3, 0, 1, 2, 4, 0, 1, 2, 3]),
        InputError,
        f"{MALFORMED}row index 4 of entry 6 is not in 0 ... 3.",
    ),
    "index negative": (
        broken_csr(indices=[1, 2, 0, 1, -2, 0, 1, 2, 0, 1, 2]),
        InputError,
        f"{MALFORMED}column index -2 of entry 4 is not in 0 ... 2.",
    ),
    "coordinate too large": (broken_coo(), InputError, f"{MALFORMED}row index 4 of entry 3 is not in 0 ... 3."),
    "pointers too few": (
        broken_csc(indptr=[0, 3, 11]),
        InputError,
        f"{MALFORMED}indptr has 3 values, expected 4.",
    ),
    "pointers from elsewhere": (
        broken_csc(indptr=[1, 3, 7, 11]),
        InputError,
        f"{MALFORMED}indptr starts at 1, not at 0.",
    ),
    "pointers falling": (
        broken_csr(indptr=[0, 5, 2, 8, 11]),
        InputError,
        f"{MALFORMED}indptr falls from 5 to 2 at position 2.",
    ),
    "pointers beyond the end": (
        broken_csc(indptr=[0, 3, 7, 12]),
        InputError,
        f"{MALFORMED}indptr ends at 12 but 11 entries are stored.",
    ),
}


@pytest.mark.parametrize(("bad", "kind", "message"), X_MESSAGES.values(), ids=X_MESSAGES.keys())
def test_bad_x_is_refused_with_its_reason(bad, kind, message):
    with pytest.raises(kind) as caught:
        make_problem(bad, Y)
    assert type(caught.value) is kind
    assert str(caught.value) == message


def test_values_that_are_not_finite_are_counted_through_all_blocks(monkeypatch):
    monkeypatch.setattr(scan, "_BLOCK", 3)
    with pytest.raises(InputError, match=r"nan at row 1, column 0 .* the first of 3 values"):
        make_problem(spoiled(NAN, 1, 0, spoiled(INF, 3, 1, spoiled(NAN, 3, 2))), Y)


def test_finite_numbers_whose_sum_overflows_are_fine():
    assert make_problem(np.full((4, 3), 1.7e308), Y).n_cols == 3
    assert make_problem(sparse.csc_matrix(np.full((4, 3), 3e38, dtype=np.float32)), Y).n_cols == 3
