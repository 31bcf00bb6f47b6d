"""Columns that are exactly proportional once centred: twins, mirror images, the two halves of a two-level category."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.frame import Array, Mask

__all__ = ["ParallelGroups", "cheapest_of_several", "parallel_groups"]


SAMPLE = 100  # rows, at least, that tell most columns apart


@dataclass(frozen=True, eq=False)
class ParallelGroups:
    """Columns in groups; within a group the centred columns are to one another as their heights.

    Attributes
    ----------
    first : ndarray of int, shape (k,)
        Position of the first column of each column's group.
    height : tuple of k Fraction
        ``h_j`` of Eq. (48), exactly: the step between the two values of a column, or its sign.
    """

    first: NDArray[np.intp]
    height: tuple[Fraction, ...]

    @property
    def leads(self) -> NDArray[np.intp]:
        """The first column of every group."""
        return np.unique(self.first)

    @property
    def alone(self) -> Mask:
        """Columns that are a group of their own, shape (k,)."""
        return np.asarray(np.bincount(self.first)[self.first] == 1)

    @cached_property
    def size(self) -> Array:
        """The heights as floats."""
        return np.array([float(h) for h in self.height])

    def share(self, coef: Array) -> tuple[Array, Array]:
        """``E / h_j`` for ``E = sum h_k b_k`` over the column's group, Eq. (48), and with absolute values."""
        terms = coef * self.size
        total, size = (np.bincount(self.first, part)[self.first] for part in (terms, np.abs(terms)))
        return total / self.size, size / np.abs(self.size)

    def reach(self, radius: Array) -> Array:
        """The radius of every column, from that of its group's first column."""
        return np.asarray(radius[self.first] * np.abs(self.size[self.first] / self.size))


def parallel_groups(
    columns: Array, counted: Mask, centred: bool, single: Mask, *, directed: bool = False
) -> ParallelGroups:
    """Group columns of which one is an exact multiple of another, Eq. (47).

    Two columns with two values each that change at the same rows are proportional after centring, in real
    arithmetic and whatever the values; so are equal columns and columns of opposite sign. No other pair is found.

    Parameters
    ----------
    columns : ndarray of shape (n, k)
        Columns as stored.
    counted : mask of shape (n,)
        Rows of positive weight.
    centred : bool
        Whether columns are taken from their means.
    single : mask of shape (k,)
        Columns to be left alone.
    directed : bool
        Whether columns of opposite directions are kept apart, as they must be where no weight may be negative.
    """
    groups: dict[bytes, int] = {}
    first, heights = np.zeros(columns.shape[1], dtype=np.intp), []
    alone = single | ~resembling(columns, counted)
    for k, stored in enumerate(columns.T):
        if alone[k]:
            first[k] = k
            heights.append(Fraction(1))
            continue
        x = stored[counted]
        step = x != x[0]
        if centred and np.any(step) and np.all(x[step] == x[step][:1]):
            key = b"step" + np.packbits(step).tobytes()
            height = Fraction(float(x[np.argmax(step)])) - Fraction(float(x[0]))
        else:
            height = Fraction(1 if x[np.argmax(x != 0.0)] > 0.0 else -1)
            key = (x * float(height) + 0.0).tobytes()
        if directed:
            key += b"up" if height > 0 else b"down"
        first[k] = groups.setdefault(key, k)
        heights.append(height)
    return ParallelGroups(first, tuple(heights))


def resembling(columns: Array, counted: Mask) -> Mask:
    """Columns that on some of the rows look like a multiple of another one, shape (k,): no other one is."""
    rows = np.flatnonzero(counted)
    some = columns[rows[:: max(1, len(rows) // SAMPLE)]].T
    steps = some != some[:, :1]
    keys = []
    for x, step in zip(some, steps, strict=True):
        other = x[step][:1]
        if np.all(x[step] == other):  # two values here, perhaps more elsewhere
            keys.append(step.tobytes())
        else:
            keys.append((x * np.sign(x[np.argmax(x != 0.0)]) + 0.0).tobytes())
    found = Counter(keys)
    return np.array([found[key] > 1 for key in keys], dtype=np.bool_)


def cheapest_of_several(groups: ParallelGroups, factor: Array, scale: Array) -> Mask:
    """Columns that share the smallest positive toll per unit of height with another of their group, exactly.

    Parameters
    ----------
    groups : ParallelGroups
        Groups of k columns.
    factor, scale : ndarray of shape (k,)
        ``v`` and ``sigma`` of Eq. (3); all else in a toll is the same for every column.
    """
    found = np.zeros(len(groups.first), dtype=np.bool_)
    for lead in np.unique(groups.first[~groups.alone]):
        members = np.flatnonzero(groups.first == lead)
        tolls = [Fraction(float(factor[k])) * Fraction(float(scale[k])) / abs(groups.height[k]) for k in members]
        ties = np.array([toll == min(tolls) for toll in tolls])
        found[members] = ties & (min(tolls) > 0) & (np.count_nonzero(ties) > 1)
    return found
