"""The pull of every weight: the slope of the loss when that weight alone is set to zero, Eq. (12).

With an intercept, columns are taken from their means, so that a constant added to a column changes nothing.
"""

from __future__ import annotations

import numpy as np

from whyzero.certificates.frame import Array, Frame
from whyzero.certificates.loss_bounds import LOSS_BOUNDS
from whyzero.certificates.point import Point

__all__ = ["pulls"]

BLOCK_ENTRIES = 2_000_000


def pulls(frame: Frame, point: Point) -> Array:
    """``|dL/db_j|`` at ``b_j = 0``, everything else as in `point`; float64 without an error bound.

    ``-dL/db_j`` where no weight may be negative: only a pull upwards counts.
    Infinite where float64 overflows.
    """
    problem, w = frame.problem, frame.weight
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = w * problem.loss.gradient(problem.y, point.eta)
        slope = problem.design.dot(gradient) - frame.mean * np.sum(gradient)
        used = np.flatnonzero(point.coef)
        if LOSS_BOUNDS[problem.loss.name].concordance == 0.0:  # a parabola: its slope falls evenly
            plain = used[np.abs(np.log10(frame.spread[used])) < 60.0]  # the others' squares underflow or overflow
            slope[plain] -= point.coef[plain] * frame.variance[plain]
            used = np.setdiff1d(used, plain)
        width = max(1, BLOCK_ENTRIES // problem.n_rows)
        for start in range(0, len(used), width):
            block = used[start : start + width]
            x = problem.design.columns(block) - frame.mean[block]
            eta = point.eta[:, None] - x * point.coef[block]
            slope[block] = np.sum(x * (w[:, None] * problem.loss.gradient(problem.y[:, None], eta)), axis=0)
    return np.where(np.isfinite(slope), frame.reach(slope), np.inf)
