"""Verified bounds on the inverse of a weighted Gram matrix (docs/math.md, section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.rounding import gamma

__all__ = ["GramInverse", "invert_gram"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GramInverse:
    """An approximate inverse ``M`` of ``K = D^-1 (Z'QZ + R) D^-1`` with what it may be off by.

    Attributes
    ----------
    size : ndarray of shape (m,)
        ``D``: square roots of the diagonal.
    approximate : ndarray of shape (m, m)
        ``M``, symmetric.
    residual : ndarray of shape (m,)
        Upper bound of the absolute row sums of ``I - M K`` for the exact K, Eq. (52).
    terms : int
        Length of the longest sum, for the roundings of the results.
    slack : float
        Factor on the unit roundoff.
    """

    size: Array
    approximate: Array
    residual: Array
    terms: int
    slack: float

    @property
    def contraction(self) -> float:
        """``e = max residual < 1/2``: K is regular."""
        return float(np.max(self.residual))

    def diagonal(self) -> Array:
        """Upper bounds of the diagonal of ``(Z'QZ + R)^-1``, Eq. (53)."""
        largest = np.max(np.abs(self.approximate), axis=0)
        scaled = np.diag(self.approximate) + self.slack * self.residual * largest / (1.0 - self.contraction)
        return np.asarray(scaled / self.size**2 * (1.0 + float(gamma(0, self.slack))))

    def norm(self) -> float:
        """Upper bound of the spectral norm of the exact inverse of K."""
        return float(np.max(np.sum(np.abs(self.approximate), axis=1))) / (1.0 - self.contraction) * (1.0 + 1e-9)

    def solve_bound(self, right: Array) -> float:
        """Upper bound of the largest entry of ``K^-1 D^-1 r`` over all ``|r| <= right``, Eq. (54)."""
        image = np.abs(self.approximate) @ (right / self.size)
        return float(np.max(image)) / (1.0 - self.contraction) * (1.0 + float(gamma(len(right), self.slack)))

    def quadratic_bound(self, z: Array) -> float:
        """Upper bound of ``z_i' (Z'QZ + R)^-1 z_i`` over the rows of `z`, Eq. (55)."""
        scaled = z / self.size
        value = np.einsum("ij,ij->i", scaled @ self.approximate, scaled)
        square = np.einsum("ij,ij->i", scaled, scaled)
        m = len(self.size)
        doubt = self.slack * self.contraction + m * float(gamma(2 * m, self.slack))
        return float(np.max(value + doubt * self.norm() * square)) * (1.0 + float(gamma(m, self.slack)))


def invert_gram(z: Array, q: Array, ridge: Array, slack: float, extra: int = 0) -> GramInverse | None:
    """Invert ``Z'QZ + diag(ridge)`` with a verified residual.

    Parameters
    ----------
    z : ndarray of shape (n, m)
        Columns, each entry off by at most a few roundings of its own.
    q : ndarray of shape (n,)
        Non-negative weights, off by at most a few roundings of their own.
    ridge : ndarray of shape (m,)
        Non-negative.
    slack : float
        Factor on the unit roundoff.
    extra : int
        Roundings of an entry of `z` or `q` beyond a few.

    Returns
    -------
    GramInverse or None
        None when the matrix cannot be told from a singular one.
    """
    n, m = z.shape
    with np.errstate(all="ignore"):
        gram = z.T @ (q[:, None] * z)
        gram[np.diag_indices(m)] += ridge
        size = np.sqrt(np.diag(gram))
        if not (np.all(np.isfinite(gram)) and np.all((size > 1e-140) & (size < 1e140))):
            return None
        scaled = gram / size[:, None] / size
        try:
            approximate = np.linalg.inv(scaled)
        except np.linalg.LinAlgError:
            return None
        approximate = (approximate + approximate.T) / 2.0
        rows = np.sum(np.abs(approximate), axis=1)
        residual = np.sum(np.abs(np.eye(m) - approximate @ scaled), axis=1)
        residual = slack * residual + 2.0 * m * rows * float(gamma(n + extra, slack) + gamma(m, slack))
    if not np.max(residual) < 0.5:
        return None
    return GramInverse(size, approximate, residual, n + m, slack)
