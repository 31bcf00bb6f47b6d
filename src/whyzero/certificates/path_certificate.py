"""What is proved along a path: at which alphas, from which points, and what follows for every weight."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.stored import Array, Digests, StoredCertificate
from whyzero.errors import InputError

__all__ = ["AlphaIntervals", "PathCertificate", "PathProof"]


@dataclass(frozen=True)
class AlphaIntervals:
    """What is proved about one weight along a path.

    Attributes
    ----------
    name : str
        Name of the column.
    zero : tuple of (high, low)
        Intervals of alpha, from the largest down, at every alpha of which the weight is zero in every optimum;
        `high` may be infinite.
    nonzero : tuple of float
        Alphas, from the largest down, at which the weight is not zero in any optimum.
    """

    name: str
    zero: tuple[tuple[float, float], ...]
    nonzero: tuple[float, ...]

    @property
    def entries(self) -> tuple[tuple[float, float], ...]:
        """Pairs of alphas, the larger first, at which the weight is zero and not zero: it enters between them."""
        return tuple((low, alpha) for (_, low), alpha in self._neighbours(entering=True))

    @property
    def exits(self) -> tuple[tuple[float, float], ...]:
        """Pairs of alphas, the larger first, at which the weight is not zero and zero: it leaves between them."""
        return tuple((alpha, high) for (high, _), alpha in self._neighbours(entering=False))

    def zero_around(self, alpha: float) -> tuple[float, float] | None:
        """The interval (high, low) of proved zeros that holds `alpha`; None if there is none."""
        return next(((high, low) for high, low in self.zero if low <= alpha <= high), None)

    def _neighbours(self, entering: bool) -> Iterator[tuple[tuple[float, float], float]]:
        """Zero intervals with the nearest non-zero alpha below (entering) or above, if no other zero is between."""
        for k, (high, low) in enumerate(self.zero):
            if entering:
                end = self.zero[k + 1][0] if k + 1 < len(self.zero) else 0.0
                found = [alpha for alpha in self.nonzero if end < alpha < low]
                yield from (((high, low), alpha) for alpha in found[:1])
            else:
                end = self.zero[k - 1][1] if k > 0 else math.inf
                found = [alpha for alpha in self.nonzero if high < alpha < end]
                yield from (((high, low), alpha) for alpha in found[-1:])


@dataclass(frozen=True, eq=False)
class PathProof:
    """The points from which everything at one alpha is proved.

    Attributes
    ----------
    alpha : float
        Penalty strength.
    columns, coef : ndarray of shape (k,)
        The weights of the primal point that are not zero, and where they are.
    intercept : float
        Its intercept.
    dual : ndarray of shape (n,)
        The dual point.
    gap : float
        Upper bound of what the primal point is above the optimum, rounding included; infinite if there is none.
    """

    alpha: float
    columns: NDArray[np.intp]
    coef: Array
    intercept: float
    dual: Array
    gap: float


@dataclass(frozen=True, eq=False)
class PathCertificate(StoredCertificate):
    """Proofs about every weight at every alpha of a path. Made by `whyzero.certify_path`.

    docs/certificate.md is the published schema of the JSON form. It holds a number for each row and alpha.

    Attributes
    ----------
    loss, l1_ratio, fit_intercept, standardize
        The problem.
    names : tuple of str
        Column names.
    n_rows, n_cols : int
        Shape of the data.
    penalty_factor, scale : ndarray of shape (p,)
        ``v`` and ``sigma``: the toll of column j is ``alpha l1_ratio v_j sigma_j``.
    digests : Digests
        SHA-256 of X, y, the sample weights and the offset.
    proofs : tuple of PathProof
        From the largest alpha down: those of the path, one above `alpha_max`, and those that were added between.
    weights : tuple of AlphaIntervals
        One for each column.
    positive : bool
        Whether no weight may be negative.
    """

    loss: str
    l1_ratio: float
    fit_intercept: bool
    standardize: bool
    names: tuple[str, ...] = field(repr=False)
    n_rows: int
    n_cols: int
    penalty_factor: Array = field(repr=False)
    scale: Array = field(repr=False)
    digests: Digests = field(repr=False)
    proofs: tuple[PathProof, ...] = field(repr=False)
    weights: tuple[AlphaIntervals, ...]
    positive: bool = False

    @property
    def alphas(self) -> tuple[float, ...]:
        """The alphas at which a proof was made, from the largest down."""
        return tuple(proof.alpha for proof in self.proofs)

    def __getitem__(self, name: str) -> AlphaIntervals:
        """The intervals of the column of that name.

        Raises
        ------
        InputError
            If there is no such column.
        """
        found = next((weight for weight in self.weights if weight.name == name), None)
        if found is None:
            raise InputError(f"name={name!r} is no column of this path, which has {len(self.weights)} columns.")
        return found

    @staticmethod
    def _schema() -> ModuleType:
        from whyzero.certificates import path_schema

        return path_schema
