"""The penalties as readable NumPy: the specification, and the side of the proofs.

To add a penalty: write a frozen dataclass with the members of `ElasticNet`, add its row to ``PENALTIES`` in
``tests/zoo.py``. The laws (Moreau identity, prox against a grid, zero bound) come with the row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["ElasticNet"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ElasticNet:
    """``alpha sum_j v_j (rho |u_j| + (1 - rho) / 2 u_j^2)`` with ``u_j = sigma_j b_j``.

    In the units of the stored columns this is ``sum_j l1_j |b_j| + l2_j / 2 b_j^2`` with
    ``l1_j = alpha rho v_j sigma_j`` and ``l2_j = alpha (1 - rho) v_j sigma_j^2``: standardising is nothing
    but penalty weights. Source: Zou and Hastie (2005), in the parametrisation of glmnet.

    A factor of 0 leaves a weight free. A factor of infinity excludes its column: the penalty is then the
    indicator of ``b_j = 0``, written as ``l1_j = inf`` and ``l2_j = 0``. With `positive` the penalty of every
    column, free ones included, is infinite for ``b_j < 0``.

    Attributes
    ----------
    l1_ratio : float
        ``rho`` in [0, 1]: 1 is the lasso, 0 is ridge.
    factor : ndarray of shape (n_features,)
        ``v``: penalty factors in [0, inf].
    scale : ndarray of shape (n_features,)
        ``sigma``: the unit in which the penalty acts; 1 without standardising, else the column's
        standard deviation.
    positive : bool
        Whether no weight may be negative.
    """

    l1_ratio: float
    factor: Array
    scale: Array
    positive: bool = False

    @property
    def free(self) -> NDArray[np.bool_]:
        """Columns that are not penalised: factor 0."""
        return np.asarray(self.factor == 0.0)

    @property
    def excluded(self) -> NDArray[np.bool_]:
        """Columns whose weight is zero by definition: factor infinity."""
        return np.isinf(self.factor)

    @cached_property
    def any_excluded(self) -> bool:
        """Whether there is an excluded column."""
        return math.isinf(self.factor.max())

    def l1(self, alpha: float) -> Array:
        """The toll ``alpha rho v_j sigma_j`` of every column, infinite for an excluded one."""
        if not self.any_excluded:
            return np.asarray(alpha * self.l1_ratio * self.factor * self.scale)
        finite = np.where(self.excluded, 0.0, self.factor)
        return np.where(self.excluded, np.inf, alpha * self.l1_ratio * finite * self.scale)

    def l2(self, alpha: float) -> Array:
        """``alpha (1 - rho) v_j sigma_j^2`` of every column, 0 for an excluded one."""
        if self.l1_ratio == 1.0:
            return np.zeros(len(self.factor))
        finite = np.where(self.excluded, 0.0, self.factor) if self.any_excluded else self.factor
        return np.asarray(alpha * (1.0 - self.l1_ratio) * finite * self.scale * self.scale)

    def value(self, coef: Array, alpha: float) -> float:
        """The penalty of the weights `coef` (n_features,); infinite if one has a value that it may not have."""
        if np.any(self._impossible(coef)):
            return float("inf")
        size = np.abs(self.scale * coef)
        factor = np.where(self.excluded, 0.0, self.factor)
        return alpha * float(np.sum(factor * size * (self.l1_ratio + 0.5 * (1.0 - self.l1_ratio) * size)))

    def reach(self, pull: Array) -> Array:
        """How far the pulls ``-dL/db_j`` lead away from zero: their sizes; with `positive` the pulls as they are."""
        return pull if self.positive else np.abs(pull)

    def conjugate(self, c: Array, alpha: float) -> Array:
        """``sup over b of (c_j b - penalty_j(b))``, for every column.

        ``max(|c_j| - l1_j, 0)^2 / (2 l2_j)``; without an L2 part 0 if ``|c_j| <= l1_j`` and infinite if not. With
        `positive` the same with ``c_j`` in place of ``|c_j|``.
        """
        l2 = self.l2(alpha)
        excess = np.maximum(self.reach(c) - self.l1(alpha), 0.0)
        curved = l2 > 0.0
        flat = np.where(excess > 0.0, np.inf, 0.0)
        return np.where(curved, excess * (excess / np.where(curved, 2.0 * l2, 1.0)), flat)

    def prox(self, z: Array, step: float | Array, alpha: float) -> Array:
        """``argmin over b of (b - z_j)^2 / (2 step) + penalty_j(b)``, for every column.

        ``sign(z_j) max(|z_j| - step l1_j, 0) / (1 + step l2_j)``; `step` is positive, a number or one for
        each column. With `positive` ``max(z_j - step l1_j, 0) / (1 + step l2_j)``.
        """
        shrunk = np.maximum(self.reach(z) - step * self.l1(alpha), 0.0)
        if self.positive:
            return np.asarray(shrunk / (1.0 + step * self.l2(alpha)))
        return np.asarray(np.copysign(shrunk, z) / (1.0 + step * self.l2(alpha)))

    def subgradient_interval(self, coef: Array, alpha: float) -> tuple[Array, Array]:
        """Ends ``(lo, hi)`` of the subdifferential of every column's penalty at `coef`.

        ``[-l1_j, l1_j]`` at zero (``[-inf, l1_j]`` with `positive`), the point ``l1_j sign(b_j) + l2_j b_j``
        elsewhere; empty, written as ``(inf, -inf)``, where the penalty is infinite.
        """
        l1, zero = self.l1(alpha), coef == 0.0
        finite = np.where(self.excluded, 0.0, l1)
        slope = finite * np.sign(coef) + self.l2(alpha) * coef
        impossible = self._impossible(coef)
        lo = np.where(zero, -np.inf if self.positive else -l1, np.where(impossible, np.inf, slope))
        hi = np.where(zero, l1, np.where(impossible, -np.inf, slope))
        return lo, hi

    def zero_bound(self, alpha: float) -> Array:
        """Largest ``|dL/db_j|`` (with `positive`, largest ``-dL/db_j``) at which ``b_j = 0`` is optimal: the toll."""
        return self.l1(alpha)

    def _impossible(self, coef: Array) -> NDArray[np.bool_]:
        """Weights whose penalty is infinite."""
        wrong = self.excluded & (coef != 0.0)
        return np.asarray(wrong | (coef < 0.0) if self.positive else wrong)
