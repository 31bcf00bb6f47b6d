"""Columns that are linearly dependent, exactly: what is proved about weights that the data cannot tell apart.

Along an exact null vector of the centred columns only the penalty changes, and it does so like a sum of weighted
distances from points: its minimisers are a weighted median (docs/math.md, section 5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from whyzero.certificates.certificate import Certificate
from whyzero.certificates.enclosure import ellipsoid_radius
from whyzero.certificates.frame import Array, Frame
from whyzero.certificates.parallel import parallel_groups
from whyzero.certificates.point import make_point

__all__ = ["Dependence", "exact_dependences", "shared_ranges"]

MOST_COLUMNS = 1000
MOST_ENTRIES = 20_000_000
SMALL = 1e-9  # singular values below this share of the largest suggest a null vector
LARGEST_DENOMINATOR = 64  # of the numbers that a null vector is guessed to have

Range = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Dependence:
    """``sum_j z_j x_j`` is the same number in every row of positive weight (zero without an intercept), Eq. (140).

    Attributes
    ----------
    columns : tuple of int
        Positions of the columns.
    z : tuple of int
        Their factors, none of them zero.
    """

    columns: tuple[int, ...]
    z: tuple[int, ...]


def exact_dependences(x: Array, centred: bool) -> tuple[Dependence, ...] | None:
    """All linear dependences between columns, if no column is in two of them.

    Null vectors are guessed in floats and proved without rounding. One whose factors are no small fractions, or whose
    columns are no multiples of one power of two that float64 adds up exactly, is not found.

    Parameters
    ----------
    x : ndarray of shape (n, k)
        Columns as stored, in the rows of positive weight; none of them constant (zero without an intercept).
    centred : bool
        Whether a constant counts as nothing.

    Returns
    -------
    tuple of Dependence, or None
        None if there are more that could not be proved, or that share columns.
    """
    found = [proved_dependence(x, z, centred) for z in null_vectors(x, centred)]
    used = [j for dependence in found if dependence is not None for j in dependence.columns]
    if None in found or len(used) != len(set(used)):
        return None
    return tuple(dependence for dependence in found if dependence is not None)


def null_vectors(x: Array, centred: bool) -> Array:
    """A basis of the null space in floats, reduced so that vectors have few columns in common; shape (q, k)."""
    centre = x - np.mean(x, axis=0) if centred else x
    size = np.sqrt(np.sum(centre**2, axis=0))
    _, singular, directions = np.linalg.svd(np.linalg.qr(centre / size, mode="r"), full_matrices=True)
    basis = directions[int(np.count_nonzero(singular > SMALL * singular[0])) :].copy()
    for i in range(len(basis)):  # Gauss and Jordan, the largest entry of each vector as pivot
        pivot = int(np.argmax(np.abs(basis[i])))
        basis[i] /= basis[i, pivot]
        others = np.arange(len(basis)) != i
        basis[others] -= np.outer(basis[others, pivot], basis[i])
    return np.asarray(np.where(np.abs(basis) > 1e-6, basis / size, 0.0))


def proved_dependence(x: Array, guess: Array, centred: bool) -> Dependence | None:
    """The dependence near a null vector in floats, checked without rounding; None if it does not hold exactly."""
    columns = np.flatnonzero(guess)
    ratios = guess[columns] / np.min(np.abs(guess[columns]))
    fractions = [Fraction(ratio).limit_denominator(LARGEST_DENOMINATOR) for ratio in ratios.tolist()]
    common = math.lcm(*(fraction.denominator for fraction in fractions))
    z, stored = np.array([float(fraction * common) for fraction in fractions]), x[:, columns]
    reach = float(np.sum(np.abs(z) * np.max(np.abs(stored), axis=0)))
    whole = np.ldexp(stored, 52 - math.frexp(reach)[1])
    # Integers whose sums with |z| stay below 2^53: every product and every sum is exact, in any order.
    if not np.all((whole == np.rint(whole)) & np.isfinite(whole) & ((whole == 0.0) == (stored == 0.0))):
        return None
    total = whole @ z
    return Dependence(tuple(columns.tolist()), tuple(map(int, z))) if np.all(total == centred * total[0]) else None


def shared_ranges(frame: Frame, certificate: Certificate) -> dict[int, Range]:
    """Weights that are proved not to be unique by an exact dependence, with all values that they take over the optima.

    Parameters
    ----------
    frame : Frame
        The problem at the alpha of the certificate.
    certificate : Certificate
        Its zeros, its anchor and the gap there.

    Returns
    -------
    dict
        Column number to (low, high), rounded outwards by the accuracy of the anchor, Eq. (143).
    """
    problem, coef, gap = frame.problem, certificate.anchor_coef, certificate.anchor_gap
    zero = np.array([verdict.says_zero for verdict in certificate.verdicts])
    columns = np.flatnonzero(frame.live & (~zero | (coef != 0.0)))
    if not 0 < len(columns) <= MOST_COLUMNS or len(columns) * problem.n_rows > MOST_ENTRIES or not math.isfinite(gap):
        return {}
    if np.any(frame.l2[columns]):  # a ridge part tells weights apart
        return {}
    point = make_point(frame, coef, certificate.anchor_intercept)
    stored, counted = problem.design.columns(columns).astype(np.float64), frame.weight > 0.0
    single = frame.free[columns] | (np.abs(np.log10(frame.spread[columns]) + 40.0) > 80.0)
    groups = parallel_groups(stored, counted, problem.fit_intercept, single)
    leads = groups.leads
    dependences = exact_dependences(stored[np.ix_(counted, leads)], problem.fit_intercept)
    if not dependences or not np.all(np.isfinite(point.eta_error)):
        return {}
    kept = np.delete(leads, [dependence.columns[0] for dependence in dependences])
    radius = np.zeros(len(columns))  # of the column that is left out
    radius[kept] = ellipsoid_radius(frame, point, gap, columns[kept], stored[:, kept])
    found: dict[int, Range] = {}
    for dependence in dependences:
        members = leads[list(dependence.columns)]
        named = columns[members]
        if np.all(groups.alone[members] & (frame.l1[named] > 0.0) & (radius[members] < np.inf)):
            found |= tied_ranges(
                named.tolist(),
                dependence.z,
                coef[named].tolist(),
                radius[members].tolist(),
                [Fraction(problem.penalty.factor[j]) * Fraction(problem.penalty.scale[j]) for j in named],
                positive=problem.penalty.positive,
            )
    return found


def tied_ranges(
    columns: list[int],
    z: tuple[int, ...],
    coef: list[float],
    radius: list[float],
    price: list[Fraction],
    *,
    positive: bool = False,
) -> dict[int, Range]:
    """The ranges of Eq. (143) if Eq. (142) holds, else nothing; in rational arithmetic.

    Parameters
    ----------
    columns, z, coef, radius, price
        For each column of a dependence its number, its factor, its weight in the anchor, what that may be off by once
        the first column carries nothing, and its toll divided by ``alpha l1_ratio``.
    positive
        Whether no weight may be negative, Eq. (144).
    """
    moved = [Fraction(coef[0]) / z[0] - Fraction(b) / f for b, f in zip(coef, z, strict=True)]
    off = [Fraction(r) / abs(f) for r, f in zip(radius, z, strict=True)]
    low, high = ([m + way * o for m, o in zip(moved, off, strict=True)] for way in (-1, 1))
    weight = [p * abs(f) for p, f in zip(price, z, strict=True)]
    order = sorted(range(len(z)), key=moved.__getitem__)
    for size in range(1, len(order)):
        left, right = order[:size], order[size:]
        if sum(weight[k] for k in left) != sum(weight[k] for k in right):
            continue
        if max(high[k] for k in left) >= min(low[k] for k in right):
            continue
        if positive and not (all(z[k] > 0 for k in left) and all(z[k] < 0 for k in right)):
            continue
        first, last = max(low[k] for k in left), min(high[k] for k in right)
        found = {}
        for k, j in enumerate(columns):
            ends = first - high[k], last - low[k]
            ends = (max(ends[0], Fraction(0)), ends[1]) if k in left else (ends[0], min(ends[1], Fraction(0)))
            below, above = sorted(z[k] * end for end in ends)
            found[j] = below, above
        return found
    return {}
