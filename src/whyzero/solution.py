"""What a fit returns: frozen values that say what they are.

A `Solution` is one fit, a `Path` a fit at every alpha of a grid, a `CrossValidation` the held-out
scores of a path. None of them knows how it was computed, and none is a proof: a proof is a
`whyzero.certificates.Certificate`, computed from the problem and the coefficients alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from whyzero.problem import Problem

__all__ = ["CrossValidation", "Path", "Settings", "Solution", "Status", "Weights"]

Array = NDArray[np.float64]


class Status(Enum):
    """Why the solver stopped. The value is the sentence that a person reads."""

    OPTIMAL = "Optimal: the duality gap is within tol of the null model's loss."
    MAX_ITER = (
        "Stopped at max_iter before the duality gap reached tol: the weights may still change. "
        "Raise max_iter, or ask for a larger tol."
    )
    STALLED = (
        "Stopped because rounding allows no further progress although the duality gap is above tol. "
        "Ask for a larger tol, a larger alpha, rescale columns of very different sizes, or leave out unpenalised "
        "columns that nearly repeat others."
    )
    SEPARATED = (
        "No optimum exists: the unpenalised columns separate the two classes perfectly, so their weights would grow "
        "without end. Penalise these columns (penalty_factor > 0) or leave them out."
    )

    @staticmethod
    def of_path(statuses: Iterable[Status]) -> Status:
        """OPTIMAL only if every fit is, else the first status that is not."""
        return next((status for status in statuses if status is not Status.OPTIMAL), Status.OPTIMAL)


@dataclass(frozen=True)
class Settings:
    """How a fit is computed; nothing here changes what is computed.

    Attributes
    ----------
    tol : float
        The fit stops when ``dual_gap <= tol * null_loss``, where ``null_loss`` is the mean loss of
        the model that has only the intercept and the unpenalised columns.
    exact : bool
        Go beyond `tol`, to violations of 1e-9 of a toll or the level of rounding, so that the support does
        not depend on `tol`. Cross-validation, which asks for scores only, does without.
    max_iter : int
        Largest number of Newton steps (each an exact solve on the working set) for one alpha.
    n_threads : int or None
        Threads of the extension's own pool; None takes ``OMP_NUM_THREADS`` or the number of cores.
    plan : {"auto", "all-columns", "working-sets"}
        Whether the solver works on all columns at once, on working sets of those that matter, or on
        what it expects to cost less.
    """

    tol: float = 1e-6
    exact: bool = True
    max_iter: int = 1000
    n_threads: int | None = None
    plan: str = "auto"


@dataclass(frozen=True)
class Solution:
    """One fitted model.

    Attributes
    ----------
    problem : Problem
        What was fitted.
    alpha : float
        Penalty strength.
    coef : ndarray of shape (n_features,)
        Weights in the units of the columns as stored.
    intercept : float
        0.0 when the problem has none.
    dual_gap : float
        Upper bound (up to rounding) of the objective's distance from its minimum.
    status : Status
        Why the solver stopped.
    n_iter : int
        Newton steps taken.
    """

    problem: Problem
    alpha: float
    coef: Array
    intercept: float
    dual_gap: float
    status: Status
    n_iter: int

    @property
    def support(self) -> NDArray[np.intp]:
        """Indices of the weights that are not exactly zero."""
        return np.flatnonzero(self.coef)


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of several fits; zeros are left out.

    Attributes
    ----------
    indptr : ndarray of int64 and shape (n_fits + 1,)
        Fit k has the entries ``indptr[k]:indptr[k + 1]``.
    indices : ndarray of int64 and shape (n_entries,)
        Columns, increasing within a fit.
    values : ndarray of shape (n_entries,)
        Their weights.
    n_cols : int
        Number of columns.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    values: Array
    n_cols: int

    @classmethod
    def of(cls, coefs: Array) -> Weights:
        """The entries of a dense array of shape (n_fits, n_cols) that are not zero."""
        row, column = np.nonzero(coefs)
        indptr = np.searchsorted(row, np.arange(len(coefs) + 1)).astype(np.int64)
        return cls(indptr, column.astype(np.int64), coefs[row, column], coefs.shape[1])

    def dense(self) -> Array:
        """All of them, of shape (n_fits, n_cols)."""
        coefs = np.zeros((len(self.indptr) - 1, self.n_cols))
        coefs[np.repeat(np.arange(len(coefs)), np.diff(self.indptr)), self.indices] = self.values
        return coefs

    def row(self, fit: int) -> Array:
        """Those of one fit, of shape (n_cols,)."""
        coef = np.zeros(self.n_cols)
        place = slice(self.indptr[fit], self.indptr[fit + 1])
        coef[self.indices[place]] = self.values[place]
        return coef


@dataclass(frozen=True)
class Path:
    """Fits along a decreasing grid of alphas.

    Attributes
    ----------
    problem : Problem
        What was fitted.
    alphas : ndarray of shape (n_alphas,)
        Decreasing penalty strengths.
    weights : Weights
        Weights in the units of the columns as stored, without the zeros; `coefs` has them as an array.
    intercepts, dual_gaps : ndarray of shape (n_alphas,)
        As in `Solution`.
    statuses : tuple of Status
        One for each alpha.
    n_iters : ndarray of shape (n_alphas,)
        Newton steps for each alpha.
    alpha_max : float
        Smallest alpha at which every penalised weight is zero (infinite for ``l1_ratio=0``).
    null_loss : float
        Mean loss of the model with intercept and unpenalised columns only.
    passes : float
        How often the solver read the whole of X; a part where it was certain beforehand that the other columns do
        not matter. The one reading before, for checks and moments, is not counted.
    plan : str
        How the solver went about it, in words.
    seconds : dict of str to float
        Where its time went: "null" (the model without penalised columns), "hessian" (Gram matrices and
        other second derivatives), "solve" (fits on them), "verify" (reading all columns, gaps).
    """

    problem: Problem
    alphas: Array
    weights: Weights
    intercepts: Array
    dual_gaps: Array
    statuses: tuple[Status, ...]
    n_iters: NDArray[np.int64]
    alpha_max: float
    null_loss: float
    passes: float
    plan: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    @cached_property
    def coefs(self) -> Array:
        """All weights, of shape (n_alphas, n_features); made when first asked for."""
        return self.weights.dense()

    @property
    def status(self) -> Status:
        """OPTIMAL only if every fit is, else the first status that is not."""
        return Status.of_path(self.statuses)

    def __len__(self) -> int:
        return len(self.alphas)

    def __getitem__(self, index: int) -> Solution:
        """The fit number `index` of the grid."""
        return Solution(
            problem=self.problem,
            alpha=float(self.alphas[index]),
            coef=self.weights.row(range(len(self))[index]),
            intercept=float(self.intercepts[index]),
            dual_gap=float(self.dual_gaps[index]),
            status=self.statuses[index],
            n_iter=int(self.n_iters[index]),
        )

    def at(self, alpha: float) -> Solution:
        """The fit at a grid point; a fit between grid points is `whyzero.fit`.

        Raises
        ------
        InputError
            If `alpha` is not on the grid (to a relative 1e-12).
        """
        from whyzero.errors import InputError

        index = int(np.argmin(np.abs(np.log(self.alphas) - np.log(alpha)))) if alpha > 0 else -1
        if index < 0 or abs(self.alphas[index] - alpha) > 1e-12 * alpha:
            raise InputError(
                f"alpha={alpha!r} is not on the grid of this path, which has {len(self)} alphas from "
                f"{self.alphas[0]:.6g} to {self.alphas[-1]:.6g}; use whyzero.fit(..., alpha={alpha!r}) instead."
            )
        return self[index]

    def to_frame(self) -> Any:
        """A tidy pandas table: one row for each alpha and feature, zeros included."""
        import pandas as pd

        m, p = self.coefs.shape
        return pd.DataFrame(
            {
                "alpha": np.repeat(self.alphas, p),
                "feature": list(self.problem.names) * m,
                "coef": self.coefs.ravel(),
            }
        )


@dataclass(frozen=True)
class CrossValidation:
    """Held-out scores of a path.

    Attributes
    ----------
    path : Path
        The path on all rows; its alphas are the common grid of every fold.
    mean, se : ndarray of shape (n_alphas,)
        Mean over folds of the held-out mean deviance (2 x mean loss; the lower the better), weighted by
        the folds' total weights, and its standard error.
    fold_scores : ndarray of shape (n_folds, n_alphas)
        The deviance of each fold.
    metrics : dict of str to ndarray of shape (n_alphas,)
        Further held-out scores: "accuracy" and "auc", "r2", or "d2", the share of the deviance that is explained.
    folds : ndarray of shape (n_samples,)
        The fold in which each row was held out.
    index_min, index_1se : int
        Grid index of the smallest mean, and of the largest alpha whose mean is within one standard
        error of it.
    """

    path: Path
    mean: Array
    se: Array
    fold_scores: Array
    folds: NDArray[np.int64]
    index_min: int
    index_1se: int
    metrics: dict[str, Array] = field(default_factory=dict)

    @property
    def alpha_min(self) -> float:
        """The alpha of the smallest mean held-out deviance."""
        return float(self.path.alphas[self.index_min])

    @property
    def alpha_1se(self) -> float:
        """The largest alpha whose mean deviance is within one standard error of the smallest."""
        return float(self.path.alphas[self.index_1se])
