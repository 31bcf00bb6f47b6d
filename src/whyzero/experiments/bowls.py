"""Random bowls against a diamond and a circle: how often is a weight zero, and what a coarse grid makes of it.

A well-known illustration (Parr, "The difference between L1 and L2 regularization", explained.ai) draws a random
quadratic loss of two weights, looks for its minimum on the boundary of ``|w_1| + |w_2| <= 2`` or of
``w_1^2 + w_2^2 <= 4`` by trying 100 points, and counts zeros. Here the same bowls are also minimised exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bowls", "bowls"]

Array = NDArray[np.float64]
_FAMILIES = ("symmetric", "tilted", "one weak feature")
_SIZE = 2.0
_CHUNK = 250
_HALVINGS = 200


@dataclass(frozen=True, eq=False)
class Bowls:
    """Random bowls, where each has its minimum, and how often that leaves one of the two weights at zero.

    A bowl ``(a, b, c, m_1, m_2)`` is the loss ``a (w_1 - m_1)^2 + b (w_2 - m_2)^2 + c (w_1 - m_1)(w_2 - m_2)``.

    Attributes
    ----------
    families : tuple of str
        How the bowls are drawn.
    l1_bowls, l2_bowls : ndarray of shape (3, n_bowls, 5)
        The bowls of each family, with centres outside the diamond and outside the circle.
    l1_weights, l2_weights : ndarray of shape (3, n_bowls, 2)
        Their exact minima on the diamond and on the circle.
    resolutions : ndarray of int, of shape (n_resolutions,)
        Numbers of points tried on the circle.
    l2_on_grid : ndarray of shape (3, n_resolutions)
        Share of bowls of which the best of so many points has a zero; four of the points lie on the axes.
    """

    families: tuple[str, ...]
    l1_bowls: Array
    l2_bowls: Array
    l1_weights: Array
    l2_weights: Array
    resolutions: NDArray[np.intp]
    l2_on_grid: Array

    @property
    def l1_exact(self) -> Array:
        """Share of bowls with a weight of exactly 0.0 on the diamond, of shape (3,)."""
        return np.asarray(np.mean(np.any(self.l1_weights == 0.0, axis=2), axis=1))

    @property
    def l2_exact(self) -> Array:
        """Share of bowls with a weight of exactly 0.0 on the circle, of shape (3,)."""
        return np.asarray(np.mean(np.any(self.l2_weights == 0.0, axis=2), axis=1))


def bowls(seed: int = 0, *, n_bowls: int = 4000, resolutions: tuple[int, ...] = (100, 1000, 10_000)) -> Bowls:
    """Draw bowls of three families and find their minima under either penalty.

    The centre is uniform in the square from -10 to 10, outside the diamond or circle. Curvatures: both the same
    and no tilt; both uniform up to 10, with a tilt uniform from -1.5 to 2.5 that leaves a bowl; one of them 0.1.

    Parameters
    ----------
    seed : int
        Of the bowls.
    n_bowls : int
        How many, for each family and penalty.
    resolutions : tuple of int
        Numbers of points on the circle, at least 8; each quarter gets a fourth, both ends included.
    """
    rng = np.random.default_rng(seed)
    for_l1 = np.array([_draw(rng, family, n_bowls, lambda m: np.sum(np.abs(m), axis=1)) for family in _FAMILIES])
    for_l2 = np.array([_draw(rng, family, n_bowls, lambda m: np.hypot(m[:, 0], m[:, 1])) for family in _FAMILIES])
    return Bowls(
        families=_FAMILIES,
        l1_bowls=for_l1,
        l2_bowls=for_l2,
        l1_weights=np.array([_on_diamond(drawn) for drawn in for_l1]),
        l2_weights=np.array([_on_circle(drawn) for drawn in for_l2]),
        resolutions=np.array(resolutions),
        l2_on_grid=np.array([[_share_on_grid(drawn, points) for points in resolutions] for drawn in for_l2]),
    )


def _draw(rng: np.random.Generator, family: str, count: int, size: Callable[[Array], Array]) -> Array:
    """The first `count` random bowls whose centre is outside; saddles are drawn again."""
    curvature = rng.uniform(0.0, 10.0, (4 * count, 2))
    tilt = rng.uniform(-1.5, 2.5, 4 * count)
    if family == "symmetric":
        curvature[:, 1] = curvature[:, 0]
    if family == "one weak feature":
        curvature[np.arange(4 * count), rng.integers(0, 2, 4 * count)] = 0.1
    if family != "tilted":
        tilt[:] = 0.0
    m = rng.uniform(-10.0, 10.0, (4 * count, 2))
    bowl = 4.0 * curvature[:, 0] * curvature[:, 1] > tilt**2
    kept = np.flatnonzero(bowl & (size(m) > _SIZE))[:count]
    assert len(kept) == count  # saddles and inner centres are rare
    return np.column_stack([curvature, tilt, m])[kept]


def _loss(drawn: Array, w: Array) -> Array:
    a, b, c, m1, m2 = drawn.T
    u, v = w[:, 0] - m1, w[:, 1] - m2
    return np.asarray(a * u * u + b * v * v + c * u * v)


def _on_diamond(drawn: Array) -> Array:
    """The minimum on the diamond: along each edge the loss is a parabola, whose minimum is known."""
    a, b, c, m1, m2 = drawn.T
    vertices = _SIZE * np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    points = []
    for here, there in zip(vertices, np.roll(vertices, -1, axis=0), strict=True):
        d = there - here
        bend = a * d[0] ** 2 + b * d[1] ** 2 + c * d[0] * d[1]
        u, v = here[0] - m1, here[1] - m2
        slope = 2.0 * a * u * d[0] + 2.0 * b * v * d[1] + c * (u * d[1] + v * d[0])
        share = np.clip(-slope / (2.0 * bend), 0.0, 1.0)[:, None]
        points.append((1.0 - share) * here + share * there)
    best = np.argmin([_loss(drawn, point) for point in points], axis=0)
    return np.asarray(np.array(points)[best, np.arange(len(best))])


def _on_circle(drawn: Array) -> Array:
    """The minimum on the circle: ``(H + l I) w = H m`` with the multiplier ``l`` that gives w its length.

    The length falls as ``l`` rises from 0, where it is that of the centre, outside; so bisection finds it.
    """
    a, b, h12, m1, m2 = drawn.T
    h1, h2 = 2.0 * a, 2.0 * b
    g1, g2 = h1 * m1 + h12 * m2, h12 * m1 + h2 * m2

    def weights(multiplier: Array) -> tuple[Array, Array]:
        d1, d2 = h1 + multiplier, h2 + multiplier
        determinant = d1 * d2 - h12 * h12
        return (d2 * g1 - h12 * g2) / determinant, (d1 * g2 - h12 * g1) / determinant

    low, high = np.zeros(len(g1)), np.hypot(g1, g2) / _SIZE
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        long = np.hypot(*weights(middle)) > _SIZE
        low, high = np.where(long, middle, low), np.where(long, high, middle)
    return np.column_stack(weights(high))


def _share_on_grid(drawn: Array, points: int) -> float:
    """Share of bowls whose best of so many points on the circle lies on an axis."""
    angles = np.linspace(0.0, np.pi / 2.0, points // 4)
    x, y = np.cos(angles), np.sin(angles)
    x[-1] = y[0] = 0.0
    circle = _SIZE * np.column_stack([np.concatenate([x, -y, -x, y]), np.concatenate([y, x, -y, -x])])
    on_axis = np.any(circle == 0.0, axis=1)
    terms = np.stack([circle[:, 0] ** 2, circle[:, 1] ** 2, circle[:, 0] * circle[:, 1], *circle.T])
    a, b, c, m1, m2 = drawn.T
    factors = np.column_stack([a, b, c, -2.0 * a * m1 - c * m2, -2.0 * b * m2 - c * m1])
    best = [np.argmin(factors[i : i + _CHUNK] @ terms, axis=1) for i in range(0, len(factors), _CHUNK)]
    return float(np.mean(on_axis[np.concatenate(best)]))
