"""The laws of a design, for every row of DESIGNS, against dense NumPy and exact fractions."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse
from threadpoolctl import threadpool_limits

from whyzero.designs import CodesDesign, as_design, dense
from zoo import DESIGNS
from zoo import MATRIX as A

RNG = np.random.default_rng(7)


def dyadic(*shape, rng=RNG):
    """Numbers k/8: their products and sums are exact in float64, so that equality needs no tolerance."""
    return rng.integers(-64, 65, size=shape) / 8.0


@pytest.mark.usefixtures("pieces")
def test_products_equal_those_of_the_dense_matrix(storage):
    design, _ = as_design(storage(A))
    v, few = dyadic(23, 3), np.where(np.arange(11)[:, None] % 5 == 1, dyadic(11, 3), 0.0)
    assert (design.n_rows, design.n_cols) == A.shape
    for right in (v, v[:, 0]):
        np.testing.assert_array_equal(design.dot(right), A.T @ right)
        np.testing.assert_array_equal(design.abs_dot(right), np.abs(A).T @ right)
    b = dyadic(11, 3)
    for left in (b, b[:, 0], few, few[:, 0], np.zeros(11)):
        np.testing.assert_array_equal(design.matvec(left), A @ left)
        np.testing.assert_array_equal(design.abs_matvec(left), np.abs(A) @ left)


def test_dot_and_matvec_are_adjoint(storage):
    design, _ = as_design(storage(A))
    v, b = dyadic(23), dyadic(11)
    assert v @ design.matvec(b) == b @ design.dot(v)
    assert v @ design.abs_matvec(b) == b @ design.abs_dot(v)


@pytest.mark.usefixtures("pieces")
def test_chosen_columns_are_a_float64_copy_in_fortran_order(storage):
    design, _ = as_design(storage(A))
    mask = np.arange(11) % 2 == 0
    for chosen in ([7, 0, 7], np.array([3]), mask, slice(2, 9, 3), np.array([-1]), np.array([], dtype=int)):
        columns = design.columns(chosen)
        np.testing.assert_array_equal(columns, A[:, chosen])
        assert columns.dtype == np.float64
        assert columns.flags.f_contiguous
    with pytest.raises(IndexError):
        design.columns([11])


@pytest.mark.usefixtures("pieces")
def test_constant_columns_and_counts_of_entries(storage):
    design, _ = as_design(storage(A))
    np.testing.assert_array_equal(design.constant(), [np.ptp(A[:, j]) == 0.0 for j in range(11)])
    counts = design.column_counts()
    assert counts.dtype == np.int64
    assert np.all((np.count_nonzero(A, axis=0) <= counts) & (counts <= 23))
    assert design.storage in ("dense", "csc", "codes")
    assert design.nbytes >= design.dtype.itemsize * np.count_nonzero(A)


@pytest.mark.usefixtures("pieces")
def test_the_digest_depends_on_the_numbers_alone(storage):
    assert as_design(storage(A))[0].digest() == REFERENCE


REFERENCE = as_design(A)[0].digest()


def test_the_digest_tells_one_unit_in_the_last_place_a_place_and_a_shape():
    moved, nudged = A.copy(), A.copy()
    moved[[0, 1], 7] = moved[[1, 0], 7]
    nudged[3, 7] = np.nextafter(nudged[3, 7], 9.0)
    wider, taller = np.c_[A, np.zeros(23)], np.r_[A, np.zeros((1, 11))]
    digests = {as_design(X)[0].digest() for X in (A, moved, nudged, wider, taller, A.T, A[::-1], -A)}
    assert len(digests) == 8
    assert all(as_design(sparse.csr_array(X))[0].digest() in digests for X in (moved, nudged, wider, taller))


def test_the_digest_is_what_its_documentation_says():
    """Counts, row numbers of columns with zeros, values: an implementation of twelve lines."""
    counts, rows, values = b"", b"", b""
    for column in A.T:
        (row,) = np.nonzero(column)
        counts += np.array(len(row)).astype("<i8").tobytes()
        rows += row.astype("<i8").tobytes() if len(row) < len(column) else b""
        values += column[row].astype("<f8").tobytes()
    streams = b"".join(hashlib.sha256(stream).digest() for stream in (counts, rows, values))
    assert hashlib.sha256(b"whyzero matrix 1 23 11 " + streams).hexdigest() == REFERENCE


def arrays_of(design):
    """The arrays of a storage, the one with numbers first."""
    if design.storage == "codes":
        return [design.numbers, *design.blocks, design.levels, design.owner, design.place]
    return [design.values] if design.storage == "dense" else [design.data, design.indices, design.indptr]


def test_kernels_get_aligned_native_arrays_whose_strides_are_not_negative(storage):
    design, _ = as_design(storage(A))
    arrays = arrays_of(design)
    for array in arrays:
        assert array.flags.aligned
        assert array.dtype.isnative
        assert min(array.strides) >= 0
    assert arrays[0].dtype in (np.float32, np.float64)
    if design.storage == "csc":
        assert design.indices.dtype == design.indptr.dtype
        assert all(np.all(np.diff(design.indices[a:b]) > 0) for a, b in pairwise(design.indptr))


IN_PLACE = ["C order", "Fortran order", "strided view", "transposed strided view", "read-only", "memory map"]


@pytest.mark.parametrize("name", [*IN_PLACE, "float32", "float32, Fortran order", "subclass", "pandas"])
def test_floats_are_used_in_place_whatever_their_layout(name):
    X = DESIGNS[name](A)
    design, _ = as_design(X)
    assert np.shares_memory(design.values, X)


@pytest.mark.parametrize("name", ["csc", "csc, float32", "csc, int64 indices"])
def test_canonical_csc_is_used_in_place(name):
    X = DESIGNS[name](A)
    design, _ = as_design(X)
    for ours, theirs in ((design.data, X.data), (design.indices, X.indices), (design.indptr, X.indptr)):
        assert np.shares_memory(ours, theirs)
        assert ours.dtype == theirs.dtype


def test_the_design_is_read_only_and_the_input_is_left_as_it_was(storage):
    X = storage(A)
    before = fingerprint(X)
    design, _ = as_design(X)
    weight = np.ones(23)
    weight[0] = 0.0
    design.moments(weight)
    design.columns([0])[:] = 9.0
    design.digest()
    assert fingerprint(X) == before
    arrays = arrays_of(design)
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def fingerprint(X):
    if isinstance(X, CodesDesign):
        return repr([array.tolist() for array in arrays_of(X)])
    if sparse.issparse(X):
        names = ("data", "indices", "indptr", "row", "col", "offsets", "rows")
        parts = [np.asarray(getattr(X, name)) for name in names if name in dir(X)] or [X.toarray()]
        return [(repr(part.tolist()), part.flags.writeable) for part in parts]
    return repr(np.asarray(X).tolist()), getattr(getattr(X, "flags", None), "writeable", None)


def test_names_are_those_of_a_frame_or_numbered(storage):
    X = storage(A)
    _, names = as_design(X)
    kind = type(X).__module__.partition(".")[0]
    if kind in ("polars", "pyarrow"):
        assert names == tuple(f"column {j}" for j in range(11))
    else:
        assert names == tuple(f"{'' if kind == 'pandas' else 'x'}{j}" for j in range(11))


@pytest.mark.parametrize("tile", [1 << 17, 1 << 22])
def test_results_do_not_depend_on_the_number_of_threads(tile, monkeypatch):
    monkeypatch.setattr(dense, "_TILE", tile)
    rng = np.random.default_rng(0)
    # For this shape the plain BLAS products of NumPy do depend on it, at least with OpenBLAS.
    X, v, b = rng.normal(size=(4476, 146)), rng.normal(size=4476), rng.normal(size=146)
    for layout in (X, np.asfortranarray(X), X.astype(np.float32), sparse.csr_array(X)):
        design, _ = as_design(layout)
        results = []
        for threads in (1, 2, 3):
            with threadpool_limits(threads):
                results.append(b"".join(r.tobytes() for r in (design.dot(v), design.matvec(b), *design.moments(v**2))))
        assert len(set(results)) == 1


@pytest.mark.parametrize("name", ["C order", "Fortran order", "strided view", "float32", "csc"])
def test_no_operation_needs_a_temporary_of_the_size_of_the_data(name):
    rng = np.random.default_rng(0)
    X = DESIGNS[name](rng.normal(size=(20_000, 200)))
    v, b, weight = rng.normal(size=20_000), rng.normal(size=200), rng.choice([0.0, 1.0, 2.0], size=20_000)
    tracemalloc.start()
    try:
        design, _ = as_design(X)
        design.dot(v)
        design.abs_dot(v)
        design.matvec(b)
        design.abs_matvec(b)
        design.moments(weight)
        design.constant()
        design.digest()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (18e6 if name == "csc" else 6e6), "the data have 32 MB (float32: 16 MB, csc: 48 MB)"


def test_an_array_needs_neither_scipy_nor_a_frame_library():
    script = (
        "import sys, numpy as np; from whyzero.problem import make_problem; make_problem(np.eye(3), [1.0, 2.0, 3.0])\n"
        "print([name for name in ('scipy', 'narwhals', 'pandas', 'polars', 'pyarrow') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
