"""The first reading of X on matrices of many blocks, against two passes in NumPy."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import sparse
from threadpoolctl import threadpool_limits

from oracle.moments import moments
from whyzero.designs import as_design, core
from whyzero.errors import InputError
from whyzero.problem import make_problem

RNG = np.random.default_rng(5)

# Every way to cut a matrix: blocks of rows, strips of columns, both, and rows so short that they are read in groups.
SHAPES = [(40_001, 3), (33_000, 1), (1100, 300), (5, 2000), (70_003, 7), (600, 65), (1, 4)]
LAYOUTS = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "float32": lambda X: X.astype(np.float32),
    "float32, F": lambda X: np.asfortranarray(X.astype(np.float32)),
    "every second row": lambda X: np.repeat(X, 2, axis=0)[::2],
    "every second column": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "transposed view": lambda X: np.repeat(np.repeat(X.T, 2, axis=0), 2, axis=1)[::2, ::2].T,
    "rows of a wider matrix": lambda X: np.hstack([X, X])[:, : X.shape[1]],
}


def sample(shape: tuple[int, int]) -> np.ndarray:
    X = np.round(RNG.normal(size=shape) * 64.0) / 64.0
    X += RNG.choice([0.0, 3.0, -100.0], size=shape[1])
    X[:, shape[1] // 2] = 0.1875
    return X


def weights(n: int) -> dict[str, np.ndarray | None]:
    some = RNG.choice([0.0, 1.0, 0.3], size=n)
    some[n // 2] = 2.0
    return {"none": None, "equal": np.full(n, 0.7), "some zero": some, "one row": np.eye(1, n, n // 2)[0]}


def assert_same(found, expected):
    (mean, sd), (mean0, sd0) = found, expected
    np.testing.assert_array_equal(sd == 0.0, sd0 == 0.0)
    np.testing.assert_allclose(sd, sd0, rtol=1e-13, atol=0)
    np.testing.assert_allclose(mean, mean0, rtol=1e-15, atol=1e-14 * (1.0 + sd0.max()))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_block_of_a_dense_matrix_is_counted_once(shape, layout):
    X = layout(sample(shape))
    design, _ = as_design(X)
    assert np.shares_memory(design.values, X)
    for weight in weights(shape[0]).values():
        assert_same(design.checked_moments(weight), moments(X, weight))


@pytest.mark.parametrize("density", [0.0, 0.02, 0.4, 0.6, 0.999, 1.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("width", [np.int32, np.int64])
def test_zeros_that_are_not_stored_count(density, dtype, width):
    X = sample((900, 130)) * (RNG.random((900, 130)) < density)
    stored = sparse.csc_matrix(X.astype(dtype))
    stored.indices, stored.indptr = stored.indices.astype(width), stored.indptr.astype(width)
    design, _ = as_design(stored)
    assert np.shares_memory(design.data, stored.data) or density == 0.0
    for weight in weights(900).values():
        assert_same(design.checked_moments(weight), moments(X, weight))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("counts", [True, False])
def test_columns_whose_first_sums_lose_digits_are_read_again(order, counts):
    """The rows that the shift comes from are far from the rest; sizes at which squares overflow or vanish."""
    n = 40_000
    X = RNG.normal(size=(n, 6)) * [1.0, 1.0, 1e-3, 1e200, 1e-200, 1.0] + [0.0, 1e6, 1e6, 0.0, 1e-199, 0.0]
    X[(np.arange(8) * n) // 8, :3] = 1e9
    X[:, 5] = np.arange(n) < 100
    weight = np.ones(n) if counts else RNG.choice([1.0, 2.0], size=n)
    if not counts:
        weight[(np.arange(8) * n) // 8] = 1e-12
    assert_same(as_design(np.asarray(X, order=order))[0].checked_moments(weight), moments(X, weight))
    assert_same(as_design(sparse.csc_matrix(X))[0].checked_moments(weight), moments(X, weight))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_one_value_that_is_not_finite_is_found_wherever_it_stands(shape, layout):
    n, p = shape
    X = layout(sample(shape)).copy(order="K")
    for weight in weights(n).values():
        for row, column in {(0, 0), (n - 1, p - 1), (n // 3, p // 2), (n // 2, p // 3)}:
            for value in (np.nan, np.inf, -np.inf):
                before, X[row, column] = X[row, column], value
                assert core.dense_moments(X, weight) is None
                X[row, column] = before
    assert core.dense_moments(X, None) is not None


def test_a_stored_value_that_is_not_finite_is_found_in_a_row_that_does_not_count():
    X = sparse.random(500, 40, density=0.1, format="csc", random_state=0)
    X.data[200] = np.nan
    weight = np.ones(500)
    weight[X.indices[200]] = 0.0
    for design in (X, X.toarray(), np.asfortranarray(X.toarray())):
        with pytest.raises(InputError, match=f"X has nan at row {X.indices[200]}, column "):
            make_problem(design, np.arange(500.0), sample_weight=weight)


@pytest.mark.parametrize("shape", [(40_001, 3), (1100, 300), (70_003, 7)], ids=str)
def test_the_first_reading_has_the_same_bits_for_any_number_of_threads(shape):
    X = RNG.normal(size=shape)
    X[:8, 0] = 1e12
    results = set()
    for threads in (1, 2, 5):
        with threadpool_limits(threads):
            for layout in (X, np.asfortranarray(X), sparse.csc_matrix(X)):
                found = as_design(layout)[0].moments(np.arange(1.0, 1.0 + shape[0]))
                results.add((type(layout), layout.shape, getattr(layout, "strides", None), b"".join(map(bytes, found))))
    assert len(results) == 3


def test_the_order_of_indices_is_judged_as_by_a_loop():
    for trial in range(300):
        rng = np.random.default_rng(trial)
        lines, limit = rng.integers(1, 9), rng.integers(1, 6)
        counts = rng.integers(0, 4, size=lines)
        indptr = np.r_[0, np.cumsum(counts)]
        indices = np.concatenate([np.sort(rng.choice(limit + 3, size=c, replace=False)) for c in counts] + [[]])
        if trial % 3 == 0 and len(indices) > 1:
            indices[rng.integers(len(indices))] = rng.integers(-1, limit + 1)
        if trial % 5 == 0:
            indptr[rng.integers(lines + 1)] += rng.integers(-1, 2)
        for width in (np.int32, np.int64):
            found = core.check_compressed(indptr.astype(width), indices.astype(width), len(indices), limit)
            assert min(found, 2) == judged(indptr, indices, limit)


def judged(indptr, indices, limit):
    if indptr[0] != 0 or indptr[-1] > len(indices) or np.any(np.diff(indptr) < 0):
        return 2
    used = indices[: indptr[-1]]
    if np.any((used < 0) | (used >= limit)):
        return 2
    lines = [indices[a:b] for a, b in pairwise(indptr)]
    return 0 if all(np.all(np.diff(line) > 0) for line in lines) else 1
