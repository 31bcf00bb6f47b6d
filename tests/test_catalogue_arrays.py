"""Rows E2 and E3 of the catalogue: any array is read as its canonical twin, and none is changed."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import whyzero as wz
from catalogue_rows import Row, differs, quiet_fit
from whyzero.errors import InputError
from zoo import DESIGNS

LAYOUTS = (
    "strided view",
    "transposed strided view",
    "negative strides",
    "read-only",
    "memory map",
    "byte-swapped",
    "unaligned",
    "subclass",
    "only __array__",
    "list",
    "long double",
    "Fortran order",
)
CONTENTS = ("X", "y", "sample_weight", "offset")


def drawn(seed: int, loss: str = "squared", n: int = 40, p: int = 12) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) * (rng.random((n, p)) < 0.6)
    score = x[:, 0] - x[:, 1] + rng.normal(size=n)
    y = score if loss == "squared" else (score > 0).astype(float)
    return {"X": x, "y": y, "sample_weight": rng.choice([0.0, 1.0, 2.5], n), "offset": 0.1 * rng.normal(size=n)}


def prints(arrays: dict[str, Any]) -> list[str]:
    """A digest of the bytes of every array that has some."""
    parts = [
        part
        for array in arrays.values()
        for part in (array, *(getattr(array, name, None) for name in ("data", "indices", "indptr", "row", "col")))
    ]
    return [hashlib.sha256(np.asarray(p).tobytes()).hexdigest() for p in parts if isinstance(p, np.ndarray)]


def bits(fit: wz.Solution) -> bytes:
    return fit.coef.tobytes() + np.float64(fit.intercept).tobytes() + np.float64(fit.dual_gap).tobytes()


def vector(name: str, values: np.ndarray) -> Any:
    """A vector in the layout of this name."""
    made = DESIGNS[name](values[:, None])
    if name == "list":
        return values.tolist()
    return made[:, 0] if isinstance(made, np.ndarray) else np.asarray(made)[:, 0]


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_the_contiguous_copy_bit_for_bit(row: Row, layout, loss):
    """E2. Fortran order is a canonical layout of its own: sums over rows may be added in another order."""
    count = row.count(3, 100)
    for seed in range(count):
        given = drawn(seed, loss)
        given["X"] = DESIGNS[layout](given["X"])
        laid_out = given | {name: vector(layout, given[name]) for name in CONTENTS[1:]}
        kept, before = dict(laid_out), prints(laid_out)
        twin = {name: np.array(value, dtype=np.float64, order="C") for name, value in given.items()}
        if order_of(given["X"]) == "F":
            twin["X"] = np.asfortranarray(twin["X"])
        own, _ = quiet_fit(laid_out.pop("X"), laid_out.pop("y"), loss=loss, alpha=0.05, **laid_out)
        other, _ = quiet_fit(twin.pop("X"), twin.pop("y"), loss=loss, alpha=0.05, **twin)
        assert bits(own) == bits(other), seed
        assert prints(kept) == before
    row.tell(f"E2: {layout}, {loss} loss: {count} fits bit-equal to the contiguous copy, inputs unchanged")


def order_of(X: Any) -> str:
    """Whether columns are the long way through memory."""
    return "F" if isinstance(X, np.ndarray) and abs(X.strides[0]) < abs(X.strides[1]) else "C"


SPARSE = (
    "csc, unsorted with duplicates",
    "csc, sorted with duplicates",
    "csc, int64 indices",
    "coo with duplicates",
    "csr",
    "lil",
    "dok",
)


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("storage", SPARSE)
def test_every_sparse_matrix_is_its_canonical_twin_bit_for_bit(row: Row, storage, loss):
    """E3; halves of duplicates are exact, so their sums are the entries."""
    count = row.count(3, 100)
    for seed in range(count):
        given = drawn(seed, loss)
        given["X"][3], given["X"][:, 4] = 0.0, 0.0  # an empty row and an empty column
        stored, twin = DESIGNS[storage](given["X"]), sparse.csc_array(given["X"])
        before = prints({"X": stored})
        own, other = (quiet_fit(X, given["y"], loss=loss, alpha=0.03)[0] for X in (stored, twin))
        assert bits(own) == bits(other), seed
        assert prints({"X": stored}) == before
    row.tell(f"E3: {storage}, {loss} loss: {count} fits bit-equal to canonical CSC, inputs unchanged")


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_explicit_zeros_are_read_in_place_and_change_roundings_only(row: Row, loss):
    """E3: taking them out would need a copy, and with them sums are added in another order."""
    worst, count = 0.0, row.count(3, 100)
    for seed in range(count):
        given = drawn(seed, loss)
        forms = DESIGNS["csc, explicit zeros"](given["X"]), sparse.csc_array(given["X"])
        own, other = (quiet_fit(X, given["y"], loss=loss, alpha=0.03, tol=1e-12)[0] for X in forms)
        assert np.array_equal(own.support, other.support)
        worst = max(worst, differs(own.coef, other.coef))
    row.tell(f"E3: explicit zeros, {loss} loss: {count} fits, same supports, worst {worst:.1e}")
    assert worst <= 1e-12


def malformed(name: str) -> Any:
    """A CSC matrix whose parts contradict one another."""
    X = sparse.csc_array(np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [4.0, 0.0, 5.0]]))
    changes = {
        "indptr does not start at 0": ("indptr", 0, 1),
        "indptr falls": ("indptr", 1, 4),
        "indptr ends beyond the data": ("indptr", 3, 9),
        "row number too large": ("indices", 0, 3),
        "row number negative": ("indices", 0, -1),
        "NaN": ("data", 2, np.nan),
        "infinity": ("data", 2, -np.inf),
    }
    attribute, place, value = changes[name]
    getattr(X, attribute)[place] = value
    return X


@pytest.mark.parametrize(
    "name",
    [
        "indptr does not start at 0",
        "indptr falls",
        "indptr ends beyond the data",
        "row number too large",
        "row number negative",
        "NaN",
        "infinity",
    ],
)
def test_a_malformed_matrix_is_refused_in_words(name):
    """E3: before anything is read out of bounds."""
    X = malformed(name)
    before = prints({"X": X})
    with pytest.raises(InputError, match="X"):
        wz.fit(X, [1.0, 2.0, 4.0], alpha=0.1)
    assert prints({"X": X}) == before
