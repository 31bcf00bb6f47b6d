"""A verified inverse of a small symmetric matrix in fixed-point integers, Eq. (52) with enough digits for any data."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from operator import mul

__all__ = ["Dependent", "Inverse", "invert"]


@dataclass(frozen=True)
class Dependent:
    """The matrix is singular as far as the digits tell: row `position` depends on the rows before it."""

    position: int


@dataclass(frozen=True)
class Inverse:
    """``M ~ K^-1`` in units of ``2^-bits`` and a proved bound of the row sums of the exact inverse.

    Attributes
    ----------
    rows : list of list of int
        M.
    bits : int
        Fraction bits of M.
    norm : Fraction
        At least ``max_j sum_k |(K^-1)_jk|``, which for a symmetric matrix bounds its spectral norm as well.
    """

    rows: list[list[int]]
    bits: int
    norm: Fraction

    def apply(self, vector: list[int]) -> list[int]:
        """``M vector``, rounded down, in the vector's unit."""
        return [sum(map(mul, row, vector)) >> self.bits for row in self.rows]


def invert(matrix: list[list[int]], bits: int) -> Inverse | Dependent:
    """Invert a positive semidefinite matrix given in units of ``2^-bits``.

    Every entry of `matrix` may be off by two units from the exact one, of which the inverse is bounded.
    """
    k = len(matrix)
    work = [[*row, *([0] * i), 1 << bits, *([0] * (k - i - 1))] for i, row in enumerate(matrix)]
    for c in range(k):
        pivot = work[c][c]
        if pivot <= matrix[c][c] >> (bits // 2):
            return Dependent(c)
        line = [(e << bits) // pivot for e in work[c]]
        work[c] = line
        for i in range(k):
            if i != c and (factor := work[i][c]):
                work[i] = [e - ((factor * q) >> bits) for e, q in zip(work[i], line, strict=True)]
    rows = [row[k:] for row in work]
    size = max((sum(map(abs, row)) for row in rows), default=0)
    rest = 0
    for i, row in enumerate(rows):
        image = [sum(map(mul, row, column)) for column in zip(*matrix, strict=True)]
        image[i] -= 1 << (2 * bits)
        rest = max(rest, sum(map(abs, image)) + 2 * size * k)  # two units per entry of `matrix`
    if 2 * rest >= 1 << (2 * bits):  # the row sums of I - M K must be below 1/2
        return Dependent(k - 1)
    return Inverse(rows, bits, Fraction(2 * size, 1 << bits))
