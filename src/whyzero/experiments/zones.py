"""The plane of two weights: for which data each of them is zero, with exact areas.

The loss is ``(w - m)' H (w - m) / 2``: the data enter through ``m``, the weights that fit best without a penalty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from whyzero.errors import InputError

__all__ = ["ZoneMap", "zone_map"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ZoneMap:
    """Which weights are zero, for every ``m`` in a square around the origin.

    Attributes
    ----------
    names : tuple of str
        The zones: both weights zero, only the first, only the second, none.
    hessian : ndarray of shape (2, 2)
        ``H``.
    alpha, half_width : float
        Penalty strength; the square reaches from ``-half_width`` to ``half_width``.
    l1_areas, l2_areas : ndarray of shape (4,)
        Area of each zone. Under L2 the weights are linear in ``m``, so each is zero on a line, which has no area.
    strip_widths : ndarray of shape (2,)
        Width ``2 alpha / sigma`` of the strip on which the first, the second weight is zero while the other is
        not, Eq. (112), measured along that weight.
    ticks : ndarray of shape (n,)
        Coordinates of a grid of ``m``.
    l1_zones : ndarray of int, of shape (n, n)
        Index of the zone of ``m = (ticks[column], ticks[row])`` under L1.
    """

    names: tuple[str, ...]
    hessian: Array
    alpha: float
    half_width: float
    l1_areas: Array
    l2_areas: Array
    strip_widths: Array
    ticks: Array
    l1_zones: NDArray[np.intp]

    @property
    def l1_shares(self) -> Array:
        """Share of the square that each zone takes under L1, of shape (4,)."""
        return np.asarray(self.l1_areas / self.l1_areas.sum())

    @property
    def l2_shares(self) -> Array:
        """Share of the square that each zone takes under L2, of shape (4,)."""
        return np.asarray(self.l2_areas / self.l2_areas.sum())


def zone_map(
    correlation: float = 0.0,
    *,
    alpha: float = 1.0,
    half_width: float = 4.0,
    n_ticks: int = 101,
    hessian: ArrayLike | None = None,
) -> ZoneMap:
    """Divide the plane of two weights into zones. Nothing is random here.

    Parameters
    ----------
    correlation : float
        Of the two standardised columns: ``H = [[1, r], [r, 1]]``.
    alpha : float
        Penalty strength.
    half_width : float
        Half the side of the square.
    n_ticks : int
        Points of the grid along either side.
    hessian : array-like of shape (2, 2), optional
        ``H``, in place of a correlation: symmetric and positive definite.

    Raises
    ------
    InputError
        If the columns are copies of each other: then the weights are not unique.
    """
    if not abs(correlation) < 1:
        raise InputError(f"correlation={correlation} leaves the weights undetermined; give a number between -1 and 1.")
    hessian = np.array([[1.0, correlation], [correlation, 1.0]] if hessian is None else hessian, dtype=np.float64)
    if hessian.shape != (2, 2) or hessian[0, 1] != hessian[1, 0] or np.linalg.eigvalsh(hessian)[0] <= 0:
        raise InputError(f"hessian={hessian.tolist()} is not a symmetric positive definite matrix of shape (2, 2).")
    square = half_width * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    both = _area(_clip_all(square, np.vstack([hessian, -hessian]), np.full(4, alpha)))
    # The square and the zones are symmetric about the origin: two strips of one shape each.
    first, second = (2.0 * _area(_clip_all(square, *_strip(hessian, alpha, j))) for j in (0, 1))
    whole = 4.0 * half_width**2
    ticks = np.linspace(-half_width, half_width, n_ticks)
    return ZoneMap(
        names=("both zero", "first zero", "second zero", "none zero"),
        hessian=hessian,
        alpha=alpha,
        half_width=half_width,
        l1_areas=np.array([both, first, second, whole - both - first - second]),
        l2_areas=np.array([0.0, 0.0, 0.0, whole]),
        strip_widths=np.array([2.0 * alpha / _rest(hessian, j) for j in (0, 1)]),
        ticks=ticks,
        l1_zones=_zones(np.stack(np.meshgrid(ticks, ticks), axis=-1), hessian, alpha),
    )


def _rest(hessian: Array, j: int) -> float:
    """``sigma``: the curvature along weight j that is left when the other weight follows."""
    k = 1 - j
    return float(hessian[j, j] - hessian[j, k] ** 2 / hessian[k, k])


def _strip(hessian: Array, alpha: float, j: int) -> tuple[Array, Array]:
    """Normals and offsets of Eq. (112): weight j is zero and the other one, k, positive."""
    k = 1 - j
    axis = np.eye(2)[j] * _rest(hessian, j)
    tilt = alpha * hessian[j, k] / hessian[k, k]
    return np.array([-hessian[k], axis, -axis]), np.array([-alpha, alpha - tilt, alpha + tilt])


def _zones(m: Array, hessian: Array, alpha: float) -> NDArray[np.intp]:
    both = np.all(np.abs(m @ hessian) <= alpha, axis=-1)
    alone = []
    for j in (0, 1):
        normals, offsets = _strip(hessian, alpha, j)
        inside = [np.all(side * m @ normals.T <= offsets, axis=-1) for side in (1.0, -1.0)]
        alone.append(inside[0] | inside[1])
    return np.select([both, *alone], [0, 1, 2], default=3)


def _clip_all(polygon: Array, normals: Array, offsets: Array) -> Array:
    """The part of a convex polygon where ``normal . p <= offset`` for all normals (Sutherland and Hodgman 1974)."""
    for normal, offset in zip(normals, offsets, strict=True):
        polygon = _clip(polygon, normal, float(offset))
    return polygon


def _clip(polygon: Array, normal: Array, offset: float) -> Array:
    corners = []
    for i, here in enumerate(polygon):
        there = polygon[(i + 1) % len(polygon)]
        a, b = float(normal @ here) - offset, float(normal @ there) - offset
        if a <= 0.0:
            corners.append(here)
        if a * b < 0.0:
            corners.append(here + (there - here) * (a / (a - b)))
    return np.array(corners).reshape(-1, 2)


def _area(polygon: Array) -> float:
    """The shoelace formula."""
    x, y = polygon[:, 0], polygon[:, 1]
    return 0.5 * abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))))
