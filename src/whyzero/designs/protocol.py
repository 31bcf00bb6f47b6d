"""What everything else may ask of a data matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from whyzero.designs.scan import NonFinite

__all__ = ["Array", "ColumnIndex", "Design"]

Array = NDArray[np.float64]
ColumnIndex = NDArray[np.integer[Any]] | NDArray[np.bool_] | Sequence[int] | slice


class Design(Protocol):
    """A matrix X of ``n_rows`` x ``n_cols`` finite numbers that is never changed and never copied whole.

    Laws (tested for every storage): every product equals the one of the dense float64 matrix up to
    rounding; ``u . matvec(b) = b . dot(u)``; results do not depend on the number of threads.
    Temporaries are small: a few MB, or a few columns.
    """

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        ...

    @property
    def n_cols(self) -> int:
        """Number of columns."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the stored numbers, float32 or float64; all arithmetic is in float64."""
        ...

    @property
    def storage(self) -> str:
        """The name of the storage: ``"dense"``, ``"csc"`` or ``"codes"``."""
        ...

    @property
    def nbytes(self) -> int:
        """Bytes of the stored numbers and indices."""
        ...

    def dot(self, v: Array) -> Array:
        """``X.T @ v`` for `v` of shape (n_rows,) or (n_rows, m)."""
        ...

    def abs_dot(self, v: Array) -> Array:
        """``|X|.T @ v`` for `v` of shape (n_rows,) or (n_rows, m)."""
        ...

    def matvec(self, b: Array) -> Array:
        """``X @ b`` for `b` of shape (n_cols,) or (n_cols, m); columns whose `b` is all zero are not read."""
        ...

    def abs_matvec(self, b: Array) -> Array:
        """``|X| @ b`` for `b` of shape (n_cols,) or (n_cols, m)."""
        ...

    def columns(self, indices: ColumnIndex) -> Array:
        """The chosen columns as a float64 copy in Fortran order, of shape (n_rows, k)."""
        ...

    def checked_moments(self, weight: Array | None = None) -> tuple[Array, Array] | None:
        """Weighted mean and population standard deviation of every column, or None if a number is not finite.

        `weight` (n_rows,) is non-negative and not all zero; rows of weight 0 do not count (but must be finite).
        Without it all rows count the same. The deviation is exactly 0 if and only if all values that count are
        equal, and the mean is then that value. X is read once (in rare cases some columns twice).
        """
        ...

    def moments(self, weight: Array) -> tuple[Array, Array]:
        """The same, of a matrix known to be finite."""
        ...

    def first_non_finite(self) -> NonFinite | None:
        """The first NaN or infinity in the order in which the storage is read, or None."""
        ...

    def column_counts(self) -> NDArray[np.int64]:
        """Number of stored entries of every column: the others are zero."""
        ...

    def constant(self) -> NDArray[np.bool_]:
        """Columns whose values are all equal."""
        ...

    def digest(self) -> str:
        """SHA-256 of shape and values; the same for every storage, layout and dtype of equal numbers."""
        ...
