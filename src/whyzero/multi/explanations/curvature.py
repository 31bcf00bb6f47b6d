r"""The mean Hessian of the softmax along a line of predictors, as Eq. (178) needs it.

Its entries are integrals of products of probabilities along the line. The probabilities are analytic functions of
the position ``t`` as long as ``|Im t| (max_k d_k - min_k d_k) < pi`` with ``d`` the length of the line in every class:
then all terms of the sum of exponentials lie in one open half-plane, and it cannot vanish. So Gauss-Legendre
quadrature on panels over which no log-odds changes by more than 2 is exact to rounding with 12 nodes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whyzero.multi.certificates.row_bounds import probabilities

__all__ = ["mean_hessians"]

Array = NDArray[np.float64]

_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(12)
_PANEL = 2.0
_MOST_PANELS = 4096
_BLOCK_ENTRIES = 1 << 20


def mean_hessians(start: Array, end: Array) -> Array:
    """Mean of ``diag(p) - p p'`` over the line from `start` to `end` of every row.

    Parameters
    ----------
    start, end : ndarray of shape (n_rows, n_classes)
        Linear predictors.

    Returns
    -------
    ndarray of shape (n_rows, n_classes, n_classes)
        Symmetric, with rows that sum to zero. Lines of more than 8192 in log-odds are taken on 4096 panels.
    """
    length = end - start
    panels = np.maximum(np.ptp(length, axis=1) / _PANEL, 1.0)
    panels = np.minimum(2.0 ** np.ceil(np.log2(panels)), _MOST_PANELS).astype(np.intp)
    out = np.empty((*start.shape, start.shape[1]))
    for count in np.unique(panels):
        rows = panels == count
        out[rows] = _on_panels(start[rows], length[rows], int(count))
    return out


def _on_panels(start: Array, length: Array, count: int) -> Array:
    """The mean from `count` panels of equal length."""
    n_rows, n_classes = start.shape
    places = ((np.arange(count)[:, None] + 0.5 * (1.0 + _NODES)) / count).ravel()
    shares = np.tile(0.5 * _NODE_WEIGHTS / count, count)
    total = np.zeros((n_rows, n_classes, n_classes))
    width = max(1, _BLOCK_ENTRIES // start.size)
    for block in (slice(first, first + width) for first in range(0, len(places), width)):
        eta = start[:, None, :] + places[block, None] * length[:, None, :]
        p = probabilities(eta.reshape(-1, n_classes))[0].reshape(eta.shape)
        total -= np.swapaxes(p * shares[block, None], 1, 2) @ p
    here = np.arange(n_classes)
    total[:, here, here] = 0.0
    total[:, here, here] = -total.sum(axis=2)  # p (1 - p) without loss of digits where p is nearly 1
    return total
