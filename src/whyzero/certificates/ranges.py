"""The range of every weight over all optima: linear programmes on the equicorrelation set, proved where it can be."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.certificate import Certificate
from whyzero.certificates.dependence import shared_ranges
from whyzero.certificates.frame import Array, Frame, Mask, make_frame
from whyzero.certificates.one_thread import on_one_blas_thread
from whyzero.certificates.verdict import Verdict
from whyzero.errors import InputError
from whyzero.problem import Problem

__all__ = ["Ranges", "optimal_ranges"]

MOST_COLUMNS = 2000
ATTAINED = 1e-8  # a pull within this share of its toll counts as equal to it
SAME = 1e-9  # below, two ends of a range count as one, and a singular value as none
UNBOUNDED = 3  # a status of SciPy's linprog


@dataclass(frozen=True, eq=False)
class Ranges:
    """The smallest and largest value that each weight takes over the optima, Eq. (56).

    Attributes
    ----------
    lo, hi : ndarray of shape (p,)
        Ends; equal for a weight that is the same in all optima, infinite where nothing holds it.
    proved : mask of shape (p,)
        Where the range is proved, rounded outwards: by the certificate itself (verdict `not unique`, or a zero), or by
        an exact linear dependence between columns, Eq. (143). Elsewhere the numbers rest on float64 and on which
        columns seem to attain their toll.
    """

    lo: Array
    hi: Array
    proved: Mask

    @property
    def several(self) -> Mask:
        """Weights whose range is not one point, up to rounding."""
        with np.errstate(invalid="ignore"):
            width, size = self.hi - self.lo, np.maximum(np.abs(self.lo), np.abs(self.hi))
        return np.asarray(~(width <= SAME * size))


@on_one_blas_thread
def optimal_ranges(problem: Problem, certificate: Certificate) -> Ranges:
    """Solve the two linear programmes of every weight that is not proved zero.

    Parameters
    ----------
    problem : Problem
        The problem.
    certificate : Certificate
        Proofs about it; its anchor gives the fit that all optima share.

    Returns
    -------
    Ranges

    Raises
    ------
    InputError
        If the certificate is about another problem, more than 2000 weights are undecided, or a programme has no
        solution.

    Notes
    -----
    R. J. Tibshirani (2013), The lasso problem and uniqueness, section 2; solved by SciPy's HiGHS.
    """
    if not certificate.is_about(problem):
        raise InputError("certificate is about another problem: its data, loss or penalty differ.")
    frame = make_frame(problem, certificate.alpha)
    zero = np.array([verdict.says_zero for verdict in certificate.verdicts])
    proved = zero | np.array([verdict is Verdict.NOT_UNIQUE for verdict in certificate.verdicts])
    lo, hi = (np.where(proved, end, certificate.anchor_coef) for end in (certificate.lo, certificate.hi))
    slope = problem.design.dot(frame.weight * certificate.dual)
    least_reach = frame.l1 * (1.0 - ATTAINED) - rounding_of_free(frame, certificate.dual)
    attained = (frame.reach(slope) >= least_reach) | (certificate.anchor_coef != 0.0)
    # A ridge part makes a weight unique.
    face = np.flatnonzero(frame.live & ~zero & attained & (frame.l2 == 0.0))
    if len(face) > MOST_COLUMNS:
        raise InputError(f"{len(face)} weights are not proved zero; at most {MOST_COLUMNS} can be searched.")
    if len(face) > 0:
        basis, size = fit_of(problem, face)
        sign = np.where(frame.free[face], 0.0, -np.sign(slope[face]))
        if problem.penalty.positive:
            sign = np.ones(len(face))
        weights = certificate.anchor_coef[face] * size
        weights[sign * weights < 0.0] = 0.0
        depends = 1.0 - np.sum(basis**2, axis=0) > SAME
        for k in np.flatnonzero(depends & ~proved[face]).tolist():
            lo[face[k]], hi[face[k]] = (way * least(basis, weights, sign, k, way) / size[k] for way in (1.0, -1.0))
    for j, (below, above) in shared_ranges(frame, certificate).items():
        lo[j], hi[j] = (
            math.nextafter(end, way) if end else 0.0 for end, way in ((below, -math.inf), (above, math.inf))
        )
        proved[j] = True
    return Ranges(lo, hi, proved)


def rounding_of_free(frame: Frame, dual: Array) -> Array:
    """What rounding may take from the pull of a free column, which attains its toll of 0 where it pulls with 0."""
    size = ATTAINED * math.sqrt(float(frame.weight @ dual**2))
    return np.asarray(np.where(frame.free, frame.spread * size, 0.0))


def fit_of(problem: Problem, face: NDArray[np.intp]) -> tuple[Array, Array]:
    """How the fit depends on the weights of `face`: an orthonormal basis of the rows, and the columns' lengths.

    The lengths are taken out before: the basis is about weights times length.
    """
    counted = problem.sample_weight > 0.0
    share = problem.weight[counted]
    columns = problem.design.columns(face)[counted]
    if problem.fit_intercept:
        columns = columns - share @ columns
    columns = columns * np.sqrt(share)[:, None]
    size = np.sqrt(np.sum(columns**2, axis=0))
    _, singular, directions = np.linalg.svd(columns / size, full_matrices=False)
    return directions[singular > SAME * singular[0]], size


def least(basis: Array, weights: Array, sign: Array, k: int, way: float) -> float:
    """The least value of ``way * b_k`` with the fit and the signs of the pulls; minus infinity if nothing holds it."""
    from scipy.optimize import linprog

    cost = np.zeros(len(weights))
    cost[k] = way
    bounds = [(0.0 if s > 0.0 else None, 0.0 if s < 0.0 else None) for s in sign]
    found = linprog(cost, A_eq=basis, b_eq=basis @ weights, bounds=bounds, method="highs")
    if found.status == UNBOUNDED:
        return -math.inf
    if not found.success:
        raise InputError(f"certificate leaves a linear programme without a solution: {found.message}")
    return float(cost @ np.asarray(found.x))
