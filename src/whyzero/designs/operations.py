"""What every storage says in the same words, over its own products and its own first reading."""

from __future__ import annotations

from abc import ABC, abstractmethod

from whyzero.designs.protocol import Array
from whyzero.designs.scan import finite

__all__ = ["Operations"]


class Operations(ABC):
    """Products of X and |X| from one loop for each direction; moments from the checked ones."""

    def dot(self, v: Array) -> Array:
        """``X.T @ v`` for `v` of shape (n_rows,) or (n_rows, m)."""
        return self._dot(v, absolute=False)

    def abs_dot(self, v: Array) -> Array:
        """``|X|.T @ v`` for `v` of shape (n_rows,) or (n_rows, m)."""
        return self._dot(v, absolute=True)

    def matvec(self, b: Array) -> Array:
        """``X @ b`` for `b` of shape (n_cols,) or (n_cols, m)."""
        return self._matvec(b, absolute=False)

    def abs_matvec(self, b: Array) -> Array:
        """``|X| @ b`` for `b` of shape (n_cols,) or (n_cols, m)."""
        return self._matvec(b, absolute=True)

    def moments(self, weight: Array) -> tuple[Array, Array]:
        """Weighted mean and deviation of every column of a matrix known to be finite."""
        return finite(self.checked_moments(weight))

    @abstractmethod
    def checked_moments(self, weight: Array | None = None) -> tuple[Array, Array] | None:
        """As `Design.checked_moments`."""

    @abstractmethod
    def _dot(self, v: Array, *, absolute: bool) -> Array: ...

    @abstractmethod
    def _matvec(self, b: Array, *, absolute: bool) -> Array: ...
