"""The one small problem that the certificates of the corpus are about; all its numbers are exact in binary."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALPHA", "design", "target", "targets"]

ALPHA = 0.125


def design() -> NDArray[np.float64]:
    """Twelve rows and four columns, the last of which is constant."""
    i, j = np.meshgrid(np.arange(12), np.arange(4), indexing="ij")
    X = ((i * (7 + 5 * j) + j * j) % 13 - 6) / 4.0
    X[:, 3] = 0.5
    return X


def target() -> NDArray[np.float64]:
    """Mostly the first column."""
    X = design()
    return X[:, 0] - 0.25 * X[:, 1] + (np.arange(12) % 3 - 1) / 8.0


def targets() -> NDArray[np.float64]:
    """The same, and two more."""
    X = design()
    return np.column_stack([target(), X[:, 1], X[:, 0] * X[:, 2] / 8.0])
