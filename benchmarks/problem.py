"""What a solver is given: data, loss, penalty and grid, and its form on disk, which every process reads.

P(b0, b) = (1/S) sum_i s_i loss(y_i, eta_i) + alpha sum_j v_j (l1_ratio |b_j| + (1 - l1_ratio)/2 b_j^2),
eta = X b + b0 + offset, S = sum_i s_i; squared loss (y - eta)^2 / 2, logistic loss log(1 + e^eta) - y eta, y in {0, 1}.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Array = NDArray[np.float64]

_VECTORS = ("y", "alphas", "factor", "weight", "offset", "folds")


@dataclass(frozen=True)
class Problem:
    """One problem; None stands for factors and weights of 1, no offset, and no cross-validation."""

    X: Any
    y: Array
    loss: str
    alphas: Array
    l1_ratio: float = 1.0
    intercept: bool = False
    factor: Array | None = None
    weight: Array | None = None
    offset: Array | None = None
    folds: NDArray[np.int64] | None = None

    @property
    def sparse(self) -> bool:
        return bool(sp.issparse(self.X))

    @property
    def shape(self) -> tuple[int, int]:
        n, p = self.X.shape
        return int(n), int(p)

    @property
    def stored(self) -> int:
        """Stored entries of X."""
        return int(self.X.nnz if self.sparse else self.X.size)

    @property
    def nbytes(self) -> int:
        if self.sparse:
            return int(self.X.data.nbytes + self.X.indices.nbytes + self.X.indptr.nbytes)
        return int(self.X.nbytes)

    @property
    def share(self) -> Array:
        """s_i / S."""
        n = len(self.y)
        return np.full(n, 1.0 / n) if self.weight is None else self.weight / self.weight.sum()

    @property
    def toll(self) -> Array:
        """v_j, all of them."""
        return np.ones(self.shape[1]) if self.factor is None else self.factor

    @property
    def signs(self) -> Array:
        """The classes as -1 and 1."""
        return 2.0 * self.y - 1.0

    @property
    def splits(self) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Rows to fit and rows held out, fold by fold."""
        if self.folds is None:
            return []
        return [
            (np.flatnonzero(self.folds != k), np.flatnonzero(self.folds == k)) for k in range(int(self.folds.max()) + 1)
        ]

    @property
    def needs(self) -> frozenset[str]:
        """What a solver must offer to solve it."""
        asked = {
            "sparse": self.sparse,
            "dense": not self.sparse,
            "ridge": self.l1_ratio < 1,
            "intercept": self.intercept,
            "factor": self.factor is not None,
            "weight": self.weight is not None,
            "offset": self.offset is not None,
            "cv": self.folds is not None,
            "path": self.folds is None,
        }
        return frozenset({self.loss, *(name for name, wanted in asked.items() if wanted)})

    def small(self) -> Problem:
        """Few random rows and columns of the same kind, to warm a process up with."""
        rng = np.random.default_rng(0)
        n, p = 60, 8
        X: Any = np.asfortranarray(rng.standard_normal((n, p)))
        return replace(
            self,
            X=sp.csc_matrix(X) if self.sparse else X,
            y=(X[:, 0] + rng.standard_normal(n) > 0).astype(float),
            alphas=np.array([0.05]),
            factor=None if self.factor is None else np.ones(p),
            weight=None if self.weight is None else np.ones(n),
            offset=None if self.offset is None else np.zeros(n),
            folds=None if self.folds is None else np.arange(n) % 5,
        )


def save(problem: Problem, folder: Path) -> None:
    """Write `problem` as .npy files."""
    if problem.sparse:
        for part in ("data", "indices", "indptr"):
            np.save(folder / f"X_{part}.npy", getattr(problem.X, part))
    else:
        np.save(folder / "X.npy", problem.X)
    for name in _VECTORS:
        if getattr(problem, name) is not None:
            np.save(folder / f"{name}.npy", getattr(problem, name))
    meta = {
        "loss": problem.loss,
        "l1_ratio": problem.l1_ratio,
        "intercept": problem.intercept,
        "sparse": problem.sparse,
        "shape": problem.shape,
    }
    (folder / "problem.json").write_text(json.dumps(meta), "utf-8")


def load(folder: Path) -> Problem:
    """Read a problem into memory of this process: dense X column-major, sparse X as CSC with 32-bit indices."""
    meta = json.loads((folder / "problem.json").read_text("utf-8"))
    vectors = {name: np.load(folder / f"{name}.npy") for name in _VECTORS if (folder / f"{name}.npy").exists()}
    if meta["sparse"]:
        parts = tuple(np.load(folder / f"X_{part}.npy") for part in ("data", "indices", "indptr"))
        X: Any = sp.csc_matrix(parts, shape=tuple(meta["shape"]))
    else:
        X = np.load(folder / "X.npy")
    return Problem(X=X, loss=meta["loss"], l1_ratio=meta["l1_ratio"], intercept=meta["intercept"], **vectors)
