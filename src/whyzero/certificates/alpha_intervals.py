"""Which weights are zero at every alpha of an interval, and between which alphas they enter and leave: all proved.

A path is a list of fits. Between two of them nothing is known without a proof: a weight may enter and leave again.
Proofs at two neighbouring alphas are joined by a chord of primal and dual points, which proves zeros at every
alpha in between; where that does not reach, a further alpha is proved in the middle.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from whyzero.certificates.chord import Knot, make_knot, zero_above, zero_between
from whyzero.certificates.frame import Array, Mask
from whyzero.certificates.one_thread import on_one_blas_thread
from whyzero.certificates.path_certificate import AlphaIntervals, PathCertificate, PathProof
from whyzero.certificates.stored import Digests
from whyzero.errors import InputError, InputTypeError
from whyzero.solution import Path

__all__ = ["certify_path"]

ABOVE = 1.001  # times alpha_max: where every weight is zero by some margin


@np.errstate(all="ignore")  # what overflows is infinite or NaN, and proves nothing
@on_one_blas_thread
def certify_path(path: Path, *, resolution: float = 1e-2, max_splits: int = 12) -> PathCertificate:
    """Prove for every weight where along a path it is zero: at every alpha, not only at those of the grid.

    Parameters
    ----------
    path : Path
        Fits to start from. They are not trusted; the better they are, the more is proved.
    resolution : float
        Where a weight enters or leaves, alphas are added until they are within this relative distance.
    max_splits : int
        Most alphas to add between two of the grid.

    Returns
    -------
    PathCertificate

    Raises
    ------
    InputTypeError
        If `path` is no Path of whyzero.
    InputError
        If the curvature of its loss has no bound (Poisson), `resolution` is not positive or `max_splits` is negative.

    Notes
    -----
    docs/math.md, Eqs. (100) to (104). Intervals of alpha that one safe sphere covers are due to Ndiaye, Le, Fercoq,
    Salmon and Takeuchi (2019); the chord between two proofs reaches further.
    """
    if not isinstance(path, Path):
        raise InputTypeError(f"path must be a Path of whyzero, got {type(path).__name__}; fit it with fit_path.")
    if not math.isfinite(path.problem.loss.curvature_bound):
        raise InputError(
            f"path has loss={path.problem.loss.name!r}, whose curvature has no bound: what is proved at two alphas is "
            "not yet joined to a proof between them. Use certify at the alphas that matter."
        )
    if not (resolution > 0.0 and max_splits >= 0):
        raise InputError(
            f"resolution={resolution}, max_splits={max_splits}: the first must be positive, the second >= 0."
        )
    record = Record(path)
    for knot, chord in along(path, resolution, max_splits):
        record.add(knot, chord)
    return record.finish()


def along(path: Path, resolution: float, max_splits: int) -> Iterator[tuple[Knot, Mask]]:
    """Knots from the largest alpha down, each with the weights that are zero from the knot before to it."""
    upper = first_knot(path)
    yield upper, zero_above(upper)
    for k, alpha in enumerate(path.alphas.tolist()):
        if alpha < upper.alpha:
            lower = make_knot(path.problem, path.weights.row(k), float(path.intercepts[k]), alpha)
            yield from between(upper, lower, resolution, max_splits)
            upper = lower


def first_knot(path: Path) -> Knot:
    """A knot just above `alpha_max`, where the penalised weights are zero; or at the first alpha if that is larger."""
    alpha = max(float(path.alphas[0]), ABOVE * path.alpha_max if math.isfinite(path.alpha_max) else 0.0)
    coef = np.where(path.problem.penalty.factor == 0.0, path.weights.row(0), 0.0)
    return make_knot(path.problem, coef, float(path.intercepts[0]), alpha)


def between(upper: Knot, lower: Knot, resolution: float, max_splits: int) -> Iterator[tuple[Knot, Mask]]:
    """The lower knot, and before it those that were added: always in the segment where most weights are unsettled."""
    knots, chords = [upper, lower], [zero_between(upper, lower)]
    for _ in range(max_splits):
        segments = zip(knots, knots[1:], chords, strict=False)
        unsettled = [count_unsettled(*segment, resolution) for segment in segments]
        k = int(np.argmax(unsettled))
        middle = middle_knot(knots[k], knots[k + 1]) if unsettled[k] else None
        if middle is None:
            break
        chords[k : k + 1] = [zero_between(knots[k], middle), zero_between(middle, knots[k + 1])]
        knots.insert(k + 1, middle)
    yield from zip(knots[1:], chords, strict=True)


def count_unsettled(upper: Knot, lower: Knot, chord: Mask, resolution: float) -> int:
    """Weights that are zero at both ends but not proved so between, or that change over too long a distance."""
    same = upper.zero & lower.zero & ~chord
    change = (upper.zero != lower.zero) | (upper.nonzero != lower.nonzero)
    far = upper.alpha > (1.0 + resolution) * lower.alpha
    return int(np.count_nonzero(same)) + far * int(np.count_nonzero(change))


def middle_knot(upper: Knot, lower: Knot) -> Knot | None:
    """A knot at the geometric mean of two alphas, from the point of their chord; None if no float is between."""
    alpha = math.sqrt(upper.alpha) * math.sqrt(lower.alpha)
    if not lower.alpha < alpha < upper.alpha:
        return None
    share = (alpha - lower.alpha) / (upper.alpha - lower.alpha)
    ends = upper.proof.point, lower.proof.point
    coef: Array = share * ends[0].coef + (1.0 - share) * ends[1].coef
    intercept = share * ends[0].intercept + (1.0 - share) * ends[1].intercept
    return make_knot(upper.frame.problem, coef, intercept, alpha)


class Record:
    """Joins what is proved at neighbouring alphas to intervals."""

    def __init__(self, path: Path) -> None:
        self.problem = problem = path.problem
        self.proofs: list[PathProof] = []
        self.zero: list[list[tuple[float, float]]] = [[] for _ in range(problem.n_cols)]
        self.nonzero: list[list[float]] = [[] for _ in range(problem.n_cols)]
        self.start: Array = np.full(problem.n_cols, np.nan)  # upper ends of the intervals that are open; NaN: none

    def add(self, knot: Knot, chord: Mask) -> None:
        """Take in the next knot, with the zeros that reach up to the one before (or to infinity)."""
        for j in np.flatnonzero(~np.isnan(self.start) & ~chord).tolist():
            self.close(j)
        begins = np.isnan(self.start) & (knot.zero | chord)
        self.start[begins] = np.where(chord[begins] & (not self.proofs), math.inf, knot.alpha)
        for j in np.flatnonzero(knot.nonzero).tolist():
            self.nonzero[j].append(knot.alpha)
        point, used = knot.proof.point, np.flatnonzero(knot.proof.point.coef)
        points = used, point.coef[used], float(point.intercept), knot.proof.dual.v
        self.proofs.append(PathProof(knot.alpha, *points, knot.proof.gap))

    def close(self, j: int) -> None:
        """End the interval of column j at the last alpha."""
        self.zero[j].append((float(self.start[j]), self.proofs[-1].alpha))
        self.start[j] = math.nan

    def finish(self) -> PathCertificate:
        """End all intervals at the last alpha."""
        for j in np.flatnonzero(~np.isnan(self.start)).tolist():
            self.close(j)
        problem = self.problem
        columns = zip(problem.names, self.zero, self.nonzero, strict=True)
        return PathCertificate(
            loss=problem.loss.name,
            l1_ratio=problem.penalty.l1_ratio,
            fit_intercept=problem.fit_intercept,
            standardize=problem.standardize,
            names=tuple(problem.names),
            n_rows=problem.n_rows,
            n_cols=problem.n_cols,
            penalty_factor=problem.penalty.factor,
            scale=problem.penalty.scale,
            digests=Digests(problem),
            proofs=tuple(self.proofs),
            weights=tuple(AlphaIntervals(name, tuple(zero), tuple(nonzero)) for name, zero, nonzero in columns),
            positive=problem.penalty.positive,
        )
