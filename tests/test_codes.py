"""One-hot columns kept as codes against the matrix of 0 and 1 that they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import whyzero as wz
from whyzero.designs import CodesDesign, as_design
from whyzero.designs import codes as codes_module
from whyzero.errors import InputError


def one_hot(n_rows, levels, n_numbers, *, seed=0, dtype=np.float64):
    """A design of numbers and blocks with rare and frequent levels and rows without one, and its dense matrix."""
    rng = np.random.default_rng(seed)
    numbers = np.asfortranarray(np.round(8.0 * rng.normal(size=(n_rows, n_numbers))) / 8.0).astype(dtype)
    kinds = [(np.uint8, np.uint16, np.int32)[b % 3] if size < 255 else np.int32 for b, size in enumerate(levels)]
    blocks, owner, place, columns = [], [], [], []
    for b, (size, kind) in enumerate(zip(levels, kinds, strict=True)):
        level = np.minimum((size + 1) * rng.random(n_rows) ** 3, size).astype(int)
        blocks.append(np.where(level < size, level, -1).astype(kind))
        owner += [b] * size
        place += range(size)
        columns += [(level == k).astype(float) for k in range(size)]
        if b == 0:
            owner += [-1] * n_numbers
            place += range(n_numbers)
            columns += list(numbers.T.astype(float))
    sizes = np.array(levels, np.int64)
    design = CodesDesign(numbers, tuple(blocks), sizes, np.array(owner, np.int32), np.array(place, np.int32))
    return design, np.column_stack(columns)


@pytest.mark.parametrize("chunk", [1 << 18, 7])
@pytest.mark.parametrize("numbers", [0, 3])
def test_every_operation_is_that_of_the_dense_matrix(numbers, chunk, monkeypatch):
    monkeypatch.setattr(codes_module, "_CHUNK", chunk)
    design, A = one_hot(60, [5, 12, 2, 1], numbers)
    rng = np.random.default_rng(1)
    v, b = (rng.integers(-64, 65, size=(size, 3)) / 8.0 for size in A.shape)
    b[::3] = 0.0
    for k in (slice(None), 0):
        np.testing.assert_array_equal(design.dot(v[:, k]), A.T @ v[:, k])
        np.testing.assert_array_equal(design.abs_dot(v[:, k]), np.abs(A).T @ v[:, k])
        np.testing.assert_array_equal(design.matvec(b[:, k]), A @ b[:, k])
        np.testing.assert_array_equal(design.abs_matvec(b[:, k]), np.abs(A) @ b[:, k])
    np.testing.assert_array_equal(design.columns([3, 0, 3, -1]), A[:, [3, 0, 3, -1]])
    counts = design.column_counts()
    assert np.all((counts == np.count_nonzero(A, axis=0)) | (design.owner < 0))
    np.testing.assert_array_equal(design.constant(), np.ptp(A, axis=0) == 0.0)
    assert design.digest() == as_design(A)[0].digest() == as_design(sparse.csc_array(A))[0].digest()
    for weight in (np.full(60, 3.0), rng.exponential(size=60), (np.arange(60) == 4) * 1.0):
        for ours, theirs in zip(design.moments(weight), as_design(A)[0].moments(weight), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=0.0)


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.3, 0.0])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize(("n_rows", "levels"), [(400, [4, 30, 2]), (150, [300, 40, 7])])
def test_the_fit_is_that_of_the_dense_matrix(loss, l1_ratio, standardize, n_rows, levels):
    design, A = one_hot(n_rows, levels, 4)
    rng = np.random.default_rng(2)
    eta = A @ (rng.normal(size=A.shape[1]) * (rng.random(A.shape[1]) < 0.5)) + rng.logistic(size=n_rows)
    y = eta if loss == "squared" else eta > np.median(eta)
    options = {"loss": loss, "l1_ratio": l1_ratio, "standardize": standardize, "alphas": 12, "tol": 1e-12}
    options |= {"sample_weight": rng.exponential(size=n_rows), "offset": rng.normal(size=n_rows)}
    ours, theirs = wz.fit_path(design, y, **options), wz.fit_path(A, y, **options)
    np.testing.assert_allclose(ours.alphas, theirs.alphas, rtol=1e-12)
    eta_ours, eta_theirs = A @ ours.coefs.T + ours.intercepts, A @ theirs.coefs.T + theirs.intercepts
    np.testing.assert_allclose(eta_ours, eta_theirs, rtol=0, atol=1e-5 * np.abs(eta_theirs).max())
    for k in (3, 11):
        certificate = wz.certify(design, y, ours[k].coef, ours[k].intercept, alpha=ours[k].alpha, **without(options))
        weights = {"sample_weight": options["sample_weight"], "offset": options["offset"]}
        assert wz.verify(certificate, A, y, **weights)


def without(options):
    return {name: value for name, value in options.items() if name not in ("alphas", "tol")}


def test_a_fit_has_the_same_bits_for_any_number_of_threads():
    design, A = one_hot(30_000, [60, 9, 300, 2], 2)
    y = A[:, ::7].sum(axis=1) + np.random.default_rng(0).normal(size=30_000)
    for loss, target in (("squared", y), ("logistic", y > np.median(y))):
        fits = [wz.fit_path(design, target, loss=loss, alphas=8, n_threads=n) for n in (1, 2, 3)]
        assert len({fit.coefs.tobytes() + fit.dual_gaps.tobytes() for fit in fits}) == 1


def test_numbers_that_are_not_finite_are_found_at_their_column():
    design, _ = one_hot(20, [3, 2], 2)
    numbers = design.numbers.copy(order="F")
    numbers[7, 1] = np.nan
    bad = CodesDesign(numbers, design.blocks, design.levels, design.owner, design.place)
    with pytest.raises(InputError, match="row 7, column 4"):
        as_design(bad)


def test_codes_of_a_wrong_type_or_length_are_refused():
    none = np.empty((3, 0))
    empty = (np.array([], np.int32), np.array([], np.int32))
    with pytest.raises(InputError, match="float64"):
        CodesDesign(none, (np.zeros(3),), np.array([2], np.int64), *empty)
    with pytest.raises(InputError, match=r"shape \(4,\)"):
        CodesDesign(none, (np.zeros(4, np.uint8),), np.array([2], np.int64), *empty)
    with pytest.raises(InputError, match="256 levels"):
        CodesDesign(none, (np.zeros(3, np.uint8),), np.array([256], np.int64), *empty)


def test_the_core_refuses_columns_that_do_not_exist():
    y = [0.0, 1.0, 2.0]
    for owner, place in ((0, 2), (1, 0), (-1, 0), (-2, 0), (0, -1)):
        columns = np.array([owner], np.int32), np.array([place], np.int32)
        design = CodesDesign(np.empty((3, 0)), (np.array([0, 1, 1], np.uint8),), np.array([2], np.int64), *columns)
        with pytest.raises((ValueError, IndexError)):
            wz.fit_path(design, y)


def test_a_design_of_codes_takes_a_byte_for_a_level():
    design, A = one_hot(1000, [200, 9], 0)
    assert design.nbytes == 1000 * (1 + 2)
    assert design.storage == "codes"
    assert design.nbytes < sparse.csc_array(A).indices.nbytes
