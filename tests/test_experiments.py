"""The experiments on one weight and on two weights, against closed forms, quadrature and other minimisers."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from whyzero.errors import InputError
from whyzero.experiments import (
    all_or_nothing,
    bowls,
    laplace_posterior,
    penalty_zoo,
    zone_map,
)

WIDTH = 1e-6
VALUES = {
    "|w|": abs,
    "w^2 / 2": lambda w: w * w / 2,
    "(|w| + w^2 / 2) / 2": lambda w: (abs(w) + w * w / 2) / 2,
    "|w|^1.5": lambda w: abs(w) ** mpmath.mpf(1.5),
    "sqrt(w^2 + width^2) - width": lambda w: mpmath.sqrt(w * w + mpmath.mpf(WIDTH) ** 2) - mpmath.mpf(WIDTH),
}


@pytest.fixture(scope="module")
def zoo():
    return penalty_zoo(seed=3, n_pulls=400, alpha=0.7)


def test_the_minimisers_of_the_zoo_are_those_of_the_closed_forms(zoo):
    z, alpha = zoo.pulls, zoo.alpha
    soft, square, net, power, smooth = zoo.weights
    sign, size = np.sign(z), np.abs(z)
    np.testing.assert_allclose(soft, sign * np.maximum(size - alpha, 0), atol=1e-15)
    np.testing.assert_allclose(square, z / (1 + alpha), rtol=1e-14)
    np.testing.assert_allclose(net, sign * np.maximum(size - alpha / 2, 0) / (1 + alpha / 2), atol=1e-15)
    root = 2 * size / (1.5 * alpha + np.sqrt((1.5 * alpha) ** 2 + 4 * size))
    np.testing.assert_allclose(power, sign * root**2, rtol=1e-12)
    for k in range(0, len(z), 40):
        assert abs(smooth[k]) == pytest.approx(rounded_minimum(size[k], alpha), rel=1e-9)


def rounded_minimum(pull, alpha):
    """The w with ``w + alpha w / sqrt(w^2 + WIDTH^2) = pull``, to 40 digits."""
    with mpmath.workdps(40):
        return float(
            mpmath.findroot(
                lambda w: w + alpha * w / mpmath.sqrt(w * w + mpmath.mpf(WIDTH) ** 2) - pull,
                (mpmath.mpf(0), mpmath.mpf(1)),
                solver="ridder",
            )
        )


def test_the_criterion_holds_the_slopes_of_the_penalty_beside_zero(zoo):
    with mpmath.workdps(50):
        h = mpmath.mpf(10) ** -20
        for name, (low, high), values in zip(zoo.names, zoo.criterion, zoo.values, strict=True):
            value = VALUES[name]
            assert float((value(h) - value(0)) / h) == pytest.approx(high, abs=1e-9)
            assert float((value(0) - value(-h)) / h) == pytest.approx(low, abs=1e-9)
            expected = [float(value(mpmath.mpf(w))) for w in (0.1, 0.01)]
            np.testing.assert_allclose(values, expected, rtol=1e-9)


def test_exact_zeros_are_those_that_the_kink_predicts(zoo):
    size = np.abs(zoo.pulls)
    assert zoo.zeros.tolist() == [np.sum(size <= 0.7), 0, np.sum(size <= 0.35), 0, 0]
    assert zoo.predicted_zeros.tolist() == zoo.zeros.tolist()
    assert 0 < zoo.zeros[0] < len(size)


def test_the_unsquared_norm_zeroes_all_or_nothing():
    result = all_or_nothing(seed=1, n_pulls=4000, alpha=0.8)
    assert result.one_zero == 0
    share = np.pi * 0.8**2 / 4
    assert abs(result.both_zero - 4000 * share) < 4 * np.sqrt(4000 * share * (1 - share))
    for z, w in zip(result.pulls[:20], result.weights[:20], strict=True):
        length = np.hypot(*z)
        best = minimize_scalar(lambda t, n=length: (t - n) ** 2 / 2 + 0.8 * abs(t), bounds=(0, 2), method="bounded").x
        np.testing.assert_allclose(w, z / length * best, atol=1e-5)


@pytest.mark.parametrize("correlation", [0.0, 0.5, -0.8])
def test_the_areas_of_the_zones_are_their_integrals(correlation):
    zones = zone_map(correlation, alpha=0.5, half_width=4.0)
    determinant, sigma, r = 1 - correlation**2, 1 - correlation**2, correlation
    assert zones.l1_areas[0] == pytest.approx(4 * 0.5**2 / determinant, rel=1e-12)
    np.testing.assert_allclose(zones.strip_widths, 2 * 0.5 / sigma)

    def length(m2):  # of the m1 at which the second weight is zero and the first positive
        return max(0.0, 4 - max(-4, 0.5 - r * m2))

    low, high = (max(-4, (-0.5 - 0.5 * r) / sigma), min(4, (0.5 - 0.5 * r) / sigma))
    strip, _ = quad(length, low, high, epsabs=1e-12)
    assert zones.l1_areas[2] == pytest.approx(2 * strip, rel=1e-9)
    assert zones.l1_areas[1] == pytest.approx(zones.l1_areas[2], rel=1e-12)
    assert zones.l1_areas.sum() == pytest.approx(64)
    assert zones.l2_areas.tolist() == [0, 0, 0, 64]


ALPHA = 0.47777  # no grid point lies on a border


@pytest.mark.parametrize("correlation", [0.0, 0.6, -0.9])
def test_coordinate_descent_agrees_with_the_zones_and_l2_with_none_of_them(correlation):
    zones = zone_map(correlation, alpha=ALPHA, half_width=3.0, n_ticks=400)
    m1, m2 = np.meshgrid(zones.ticks, zones.ticks)
    g1, g2 = m1 + correlation * m2, correlation * m1 + m2
    w1, w2 = np.zeros_like(m1), np.zeros_like(m1)
    for _ in range(300):
        w1 = np.sign(g1 - correlation * w2) * np.maximum(np.abs(g1 - correlation * w2) - ALPHA, 0)
        w2 = np.sign(g2 - correlation * w1) * np.maximum(np.abs(g2 - correlation * w1) - ALPHA, 0)
    expected = np.select([(w1 == 0) & (w2 == 0), w1 == 0, w2 == 0], [0, 1, 2], default=3)
    assert np.array_equal(expected, zones.l1_zones)
    shares = np.bincount(expected.ravel(), minlength=4) / expected.size
    np.testing.assert_allclose(zones.l1_areas / 36, shares, atol=0.01)
    ridge = np.linalg.solve(zones.hessian + ALPHA * np.eye(2), np.stack([g1.ravel(), g2.ravel()]))
    assert np.all(ridge != 0)


def test_copies_have_no_zones():
    with pytest.raises(InputError, match="undetermined"):
        zone_map(1.0)


@pytest.fixture(scope="module")
def drawn():
    return bowls(seed=2, n_bowls=2000, resolutions=(100, 1000))


def loss(bowl, w):
    a, b, c, m1, m2 = bowl
    return a * (w[0] - m1) ** 2 + b * (w[1] - m2) ** 2 + c * (w[0] - m1) * (w[1] - m2)


def best_on_boundary(bowl, curve):
    """The minimum over a closed curve of one parameter, by a fine grid and Brent's method beside its best point."""
    grid = np.linspace(0, 4, 401)
    k = int(np.argmin([loss(bowl, curve(t)) for t in grid]))
    found = minimize_scalar(
        lambda t: loss(bowl, curve(t)),
        bounds=(grid[k] - 0.01, grid[k] + 0.01),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return curve(found.x)


def circle(t):
    return 2 * np.array([np.cos(t * np.pi / 2), np.sin(t * np.pi / 2)])


def diamond(t):
    corner = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    k, share = int(np.floor(t)) % 4, t - np.floor(t)
    return 2 * ((1 - share) * corner[k] + share * corner[(k + 1) % 4])


def test_the_minima_of_the_bowls_are_those_that_a_search_finds(drawn):
    for family in range(3):
        for k in range(15):
            bowl, w = drawn.l2_bowls[family, k], drawn.l2_weights[family, k]
            assert np.hypot(*w) == pytest.approx(2, rel=1e-9)
            np.testing.assert_allclose(w, best_on_boundary(bowl, circle), atol=1e-4)
            bowl, w = drawn.l1_bowls[family, k], drawn.l1_weights[family, k]
            np.testing.assert_allclose(w, best_on_boundary(bowl, diamond), atol=1e-4)


def test_zeros_of_the_symmetric_bowls_have_their_exact_frequency(drawn):
    def near(share, exact):
        return abs(share - exact) < 4 * np.sqrt(exact * (1 - exact) / 2000)

    assert near(drawn.l1_exact[0], 64 / 98)  # vertex if the coordinates of the centre differ by 2 or more in size
    assert drawn.l2_exact.tolist() == [0, 0, 0]
    for points, share in zip(drawn.resolutions, drawn.l2_on_grid[0], strict=True):
        # the direction of the centre is nearer to an axis than half the angle between neighbouring points
        half = np.pi / 4 / (points // 4 - 1)
        assert near(share, 4 * (100 * np.tan(half) - 4 * half) / (400 - 4 * np.pi))


def test_the_laplace_posterior_is_that_of_quadrature():
    result = laplace_posterior([-30.0, -0.5, 0.0, 0.5, 1.0, 2.5], rate=0.8)
    assert result.mode.tolist() == [-29.2, 0, 0, 0, pytest.approx(0.2), 1.7]
    with mpmath.workdps(30):
        for y, mean in zip(result.y, result.mean, strict=True):

            def density(w, y=y):
                return mpmath.exp(-((w - y) ** 2) / 2 - mpmath.mpf(0.8) * abs(w))

            ends = sorted({-50, float(y) - 6, float(y), float(y) + 6, 0, 50})
            exact = mpmath.quad(lambda w: w * density(w), ends) / mpmath.quad(density, ends)
            assert mean == pytest.approx(float(exact), rel=1e-12, abs=1e-15)
