"""The lists that buy the laws: one row for every loss, penalty, storage of X, and kind of problem."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

from whyzero.designs import CodesDesign
from whyzero.losses import LOGISTIC, POISSON, SQUARED, Loss
from whyzero.penalties import ElasticNet
from whyzero.problem import Problem, make_problem


@dataclass(frozen=True)
class LossCase:
    """A loss, the targets it takes, and its formulas in mpmath: the oracle.

    `dual` maps a number of [0, 1] into the domain of the conjugate at `y`. Beyond `most` the loss overflows. `blur` is
    the share of mean and target that their difference, the gradient, may lose to rounding.
    """

    loss: Loss
    targets: tuple[float, ...]
    value: Callable[[Any, Any], Any]
    mean: Callable[[Any], Any]
    divergence: Callable[[Any, Any, Any], Any]
    dual: Callable[[float, float], float]
    most: float = float("inf")
    blur: float = 0.0


def _kl(y: Any, eta: Any, v: Any) -> Any:
    q, p = mpmath.mpf(y) + v, 1 / (1 + mpmath.exp(-mpmath.mpf(eta)))
    not_p = 1 / (1 + mpmath.exp(mpmath.mpf(eta)))
    return sum(a * mpmath.log(a / b) for a, b in ((q, p), (1 - q, not_p)) if a > 0)


def _relative_entropy(q: Any, eta: Any) -> Any:
    with mpmath.workdps(900):
        q, mean = mpmath.mpf(q), mpmath.exp(mpmath.mpf(eta))
        return q * mpmath.log(q / mean) - q + mean if q > 0 else mean


LOSSES = [
    LossCase(
        SQUARED,
        targets=(0.0, -3.25, 1e6),
        value=lambda y, eta: (mpmath.mpf(y) - eta) ** 2 / 2,
        mean=lambda eta: eta,
        divergence=lambda y, eta, v: (mpmath.mpf(eta) - y - v) ** 2 / 2,
        dual=lambda y, t: 20.0 * t - 10.0,
    ),
    LossCase(
        LOGISTIC,
        targets=(0.0, 1.0),
        value=lambda y, eta: mpmath.log1p(mpmath.exp(mpmath.mpf(eta))) - mpmath.mpf(y) * eta,
        mean=lambda eta: 1 / (1 + mpmath.exp(-mpmath.mpf(eta))),
        divergence=_kl,
        dual=lambda y, t: t if y == 0.0 else -t,
    ),
    LossCase(
        POISSON,
        targets=(0.0, 1.0, 3.5, 2e6),
        value=_relative_entropy,
        mean=mpmath.exp,
        divergence=lambda y, eta, v: _relative_entropy(mpmath.mpf(y) + mpmath.mpf(v), eta),
        dual=lambda y, t: 40.0 * t - y,
        most=700.0,
        blur=2.3e-16,
    ),
]

_INF = float("inf")
PENALTIES = [
    ElasticNet(1.0, np.ones(5), np.ones(5)),
    ElasticNet(0.0, np.ones(5), np.ones(5)),
    ElasticNet(0.5, np.array([1.0, 0.0, 2.0, _INF, 0.25]), np.ones(5)),
    ElasticNet(0.01, np.array([1.0, 0.0, 2.0, _INF, 0.25]), np.array([2.0, 3.0, 1e-3, 0.0, 0.0])),
    ElasticNet(1.0, np.array([_INF, 0.0, 2.0, _INF, 0.25]), np.array([2.0, 3.0, 1e3, 0.5, 0.0])),
    ElasticNet(0.0, np.array([_INF, 0.0, 2.0, _INF, 0.25]), np.array([2.0, 3.0, 10.0, 0.5, 0.0])),
    ElasticNet(1.0, np.ones(5), np.ones(5), positive=True),
    ElasticNet(0.0, np.array([1.0, 0.0, 2.0, _INF, 0.25]), np.array([2.0, 3.0, 10.0, 0.5, 0.0]), positive=True),
    ElasticNet(0.5, np.array([1.0, 0.0, 2.0, _INF, 0.25]), np.array([2.0, 3.0, 1.0, 0.5, 0.0]), positive=True),
]


class OnlyArray:
    """An object that NumPy can read, and nothing more."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = values

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self._values, dtype=dtype)


class Tagged(np.ndarray):
    """A subclass of ndarray with a product of its own."""

    def __matmul__(self, other: Any) -> Any:
        raise AssertionError("the product of a subclass must not be called")


def _strided(A: np.ndarray) -> np.ndarray:
    wide = np.full((2 * A.shape[0] + 1, 3 * A.shape[1] + 2), np.nan)
    wide[1::2, 2::3] = A
    return wide[1::2, 2::3]


def _unaligned(A: np.ndarray) -> np.ndarray:
    raw = np.zeros(A.nbytes + 1, dtype=np.uint8)
    view = raw[1:].view(np.float64).reshape(A.shape)
    view[:] = A
    return view


def _read_only(A: np.ndarray) -> np.ndarray:
    copy = A.copy()
    copy.flags.writeable = False
    return copy


def _memmap(A: np.ndarray) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.npy"
        np.save(path, A)
        return np.load(path, mmap_mode="r")  # the open map outlives the name of its file


def _csc64(A: np.ndarray) -> Any:
    X = sparse.csc_array(A)
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    return X


def _repeated(A: np.ndarray) -> Any:
    """Every entry as two halves, in a shuffled order."""
    row, column = np.nonzero(A)
    order = np.random.default_rng(0).permutation(2 * len(row))
    values = np.tile(A[row, column] / 2.0, 2)[order]
    return sparse.coo_array((values, (np.tile(row, 2)[order], np.tile(column, 2)[order])), shape=A.shape)


def _unsorted(A: np.ndarray) -> Any:
    """Compressed sparse columns with falling row numbers, and every entry twice."""
    X = sparse.csc_matrix(A)
    counts = np.diff(X.indptr)
    order = np.concatenate([np.arange(X.indptr[j + 1] - 1, X.indptr[j] - 1, -1).repeat(2) for j in range(len(counts))])
    return sparse.csc_matrix((X.data[order] / 2.0, X.indices[order], np.r_[0, np.cumsum(2 * counts)]), shape=A.shape)


def _repeat_in_place(X: Any) -> Any:
    """Every entry as two halves, one after the other."""
    return sparse.csc_matrix((X.data.repeat(2) / 2.0, X.indices.repeat(2), 2 * X.indptr), shape=X.shape)


def _explicit_zeros(A: np.ndarray) -> Any:
    rows, columns = np.indices(A.shape)
    return sparse.csc_matrix((A.ravel(), (rows.ravel(), columns.ravel())), shape=A.shape)


def _frame(A: np.ndarray) -> dict[str, np.ndarray]:
    return {f"column {j}": A[:, j].copy() for j in range(A.shape[1])}


def _polars(A: np.ndarray) -> Any:
    import polars  # which ThreadSanitizer does not survive

    return polars.DataFrame(_frame(A))


def _mixed(A: np.ndarray) -> pd.DataFrame:
    frame = pd.DataFrame(A)
    whole = [j for j in frame if np.all(A[:, j] == np.rint(A[:, j]))]
    return frame.astype(dict.fromkeys(whole, "int64") | dict.fromkeys(set(frame) - set(whole), "float32"))


def _codes(A: np.ndarray, *, shuffled: bool = False) -> CodesDesign:
    """Columns with two values, one of them 0 or 1, as codes if they are 0 and 1; disjoint ones share a block."""
    n_rows, n_cols = A.shape
    binary = [j for j in range(n_cols) if np.all((A[:, j] == 0.0) | (A[:, j] == 1.0))]
    members: list[list[int]] = []
    for j in binary:
        free = [block for block in members if not np.any(A[:, block].sum(axis=1) * A[:, j])]
        if free and not (shuffled and len(free[0]) > 1):
            free[0].append(j)
        else:
            members.append([j])
    owner, place = np.full(n_cols, -1, np.int32), np.full(n_cols, -1, np.int32)
    blocks = []
    for number, block in enumerate(members):
        kind = (np.uint8, np.uint16, np.int32)[number % 3 if shuffled else 0]
        codes = np.full(n_rows, -1 if kind is np.int32 else np.iinfo(kind).max, dtype=kind)
        for level, j in enumerate(block[::-1] if shuffled else block):
            codes[A[:, j] == 1.0] = level
            owner[j], place[j] = number, level
        blocks.append(codes)
    numeric = np.flatnonzero(owner < 0)
    place[numeric] = np.random.default_rng(0).permutation(len(numeric)) if shuffled else np.arange(len(numeric))
    numbers = np.empty((n_rows, len(numeric)), dtype=np.float32 if shuffled else np.float64, order="F")
    numbers[:, place[numeric]] = A[:, numeric]
    return CodesDesign(numbers, tuple(blocks), np.array([len(b) for b in members], np.int64), owner, place)


# What a user may pass for the dense float64 matrix A, which holds numbers that float32 has too.
DESIGNS: dict[str, Callable[[np.ndarray], Any]] = {
    "C order": np.ascontiguousarray,
    "Fortran order": np.asfortranarray,
    "strided view": _strided,
    "transposed strided view": lambda A: _strided(A.T).T,
    "negative strides": lambda A: A[::-1, ::-1].copy()[::-1, ::-1],
    "read-only": _read_only,
    "memory map": _memmap,
    "float32": lambda A: A.astype(np.float32),
    "float32, Fortran order": lambda A: np.asfortranarray(A.astype(np.float32)),
    "byte-swapped": lambda A: A.astype(A.dtype.newbyteorder()),
    "unaligned": _unaligned,
    "long double": lambda A: A.astype(np.longdouble),
    "float16": lambda A: A.astype(np.float16),
    "subclass": lambda A: A.view(Tagged),
    "only __array__": OnlyArray,
    "list": lambda A: A.tolist(),
    "csc": sparse.csc_matrix,
    "csc, float32": lambda A: sparse.csc_matrix(A.astype(np.float32)),
    "csc, int64 indices": _csc64,
    "csc, unsorted with duplicates": _unsorted,
    "csc, sorted with duplicates": lambda A: _repeat_in_place(sparse.csc_matrix(A)),
    "csc, explicit zeros": _explicit_zeros,
    "csr": sparse.csr_array,
    "coo with duplicates": _repeated,
    "lil": sparse.lil_matrix,
    "bsr": sparse.bsr_array,
    "dia": sparse.dia_array,
    "dok": sparse.dok_array,
    "codes": _codes,
    "codes of several widths, shuffled": lambda A: _codes(A, shuffled=True),
    "pandas": pd.DataFrame,
    "pandas, mixed types": _mixed,
    "polars": _polars,
    "pyarrow": lambda A: pa.table(_frame(A)),
}


@dataclass(frozen=True)
class ProblemCase:
    """Arguments of `make_problem`, drawn with a fixed seed."""

    name: str
    loss: str = "squared"
    storage: str = "Fortran order"
    n: int = 30
    p: int = 8
    options: dict[str, Any] = field(default_factory=dict)
    weighted: bool = False
    shifted: bool = False

    def data(self) -> dict[str, Any]:
        """Keyword arguments of `make_problem`: X with a constant, a zero and a repeated column, y, and the options."""
        rng = np.random.default_rng(sum(map(ord, self.name)))
        A = np.round(rng.normal(size=(self.n, self.p)) * 64.0) / 64.0
        A[rng.random(A.shape) < 0.3] = 0.0
        A[:, 3], A[:, 4], A[:, 5] = 0.5, 0.0, A[:, 0]
        signal = 2.0 * A[:, 0] - A[:, 1] + 0.25
        noise = rng.logistic(size=self.n)
        y = signal + noise if self.loss == "squared" else np.where(signal + noise > 0.0, "yes", "no")
        if self.loss == "poisson":
            y = np.floor(np.exp(0.5 * signal + 0.2 * noise))
        extra: dict[str, Any] = {}
        if self.weighted:
            extra["sample_weight"] = rng.choice([0.0, 1.0, 2.0, 0.75], size=self.n)
        if self.shifted:
            extra["offset"] = rng.normal(size=self.n)
        return {"X": DESIGNS[self.storage](A), "y": y, "loss": self.loss, **self.options, **extra}

    def problem(self) -> Problem:
        """The checked problem."""
        data = self.data()
        return make_problem(data.pop("X"), data.pop("y"), **data)


_FACTORS = np.array([1.0, 0.0, 2.0, 1.0, 1.0, 0.5, _INF, 1.0])
PROBLEMS = [
    ProblemCase("lasso"),
    ProblemCase("elastic net", options={"l1_ratio": 0.5}),
    ProblemCase("ridge", options={"l1_ratio": 0.0}),
    ProblemCase("lasso without intercept", options={"fit_intercept": False}),
    ProblemCase("standardised lasso", options={"standardize": True}),
    ProblemCase("weighted lasso with offset", weighted=True, shifted=True),
    ProblemCase("elastic net with factors", options={"l1_ratio": 0.5, "penalty_factor": _FACTORS}),
    ProblemCase("wide lasso", n=10, p=40),
    ProblemCase("sparse standardised elastic net", storage="csr", options={"l1_ratio": 0.5, "standardize": True}),
    ProblemCase("float32 lasso", storage="float32"),
    ProblemCase("logistic lasso", loss="logistic"),
    ProblemCase("logistic elastic net", loss="logistic", options={"l1_ratio": 0.5}),
    ProblemCase("logistic ridge", loss="logistic", options={"l1_ratio": 0.0}),
    ProblemCase("logistic without intercept", loss="logistic", options={"fit_intercept": False}),
    ProblemCase("standardised logistic", loss="logistic", options={"standardize": True}),
    ProblemCase("weighted logistic with offset", loss="logistic", weighted=True, shifted=True),
    ProblemCase("logistic with factors", loss="logistic", options={"penalty_factor": _FACTORS}),
    ProblemCase("sparse logistic", loss="logistic", storage="csc, int64 indices"),
    ProblemCase("poisson lasso", loss="poisson"),
    ProblemCase("poisson elastic net", loss="poisson", options={"l1_ratio": 0.5}),
    ProblemCase("poisson ridge", loss="poisson", options={"l1_ratio": 0.0}),
    ProblemCase("poisson without intercept", loss="poisson", options={"fit_intercept": False}),
    ProblemCase("standardised poisson", loss="poisson", options={"standardize": True}),
    ProblemCase("weighted poisson with offset", loss="poisson", weighted=True, shifted=True),
    ProblemCase("poisson with factors", loss="poisson", options={"penalty_factor": _FACTORS}),
    ProblemCase("sparse poisson", loss="poisson", storage="csc, int64 indices"),
]


def _matrix() -> np.ndarray:
    """Numbers k/8 with a zero, a constant and an integer column, and a negative zero."""
    values = np.random.default_rng(3).integers(-64, 65, size=(23, 11)) / 8.0
    values[np.random.default_rng(4).random(values.shape) < 0.6] = 0.0
    values[:, 2], values[:, 5], values[:, 7] = 0.0, -1.5, np.arange(23.0) + 1.0
    values[0, 9] = -0.0
    return values


# The matrix on which the laws of a design are tested.
MATRIX = _matrix()
