"""The laws of a penalty, for every row of PENALTIES."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whyzero.penalties import ElasticNet
from zoo import PENALTIES

CASES = pytest.mark.parametrize("penalty", PENALTIES, ids=lambda penalty: f"l1_ratio={penalty.l1_ratio}")
# No subnormal numbers: halved, the smallest of them is 0.
NUMBERS = st.lists(st.floats(-50.0, 50.0, allow_subnormal=False), min_size=5, max_size=5).map(np.array)
DYADIC = st.lists(st.integers(-800, 800).map(lambda k: k / 16.0), min_size=5, max_size=5).map(np.array)
STRENGTH = st.floats(1e-3, 10.0)


def value_of(penalty, j, b, alpha):
    """The definition, in the unit in which the penalty acts."""
    if np.isinf(penalty.factor[j]):
        return 0.0 if b == 0.0 else np.inf
    if penalty.positive and b < 0.0:
        return np.inf
    u = penalty.scale[j] * b
    return alpha * penalty.factor[j] * (penalty.l1_ratio * abs(u) + (1.0 - penalty.l1_ratio) / 2.0 * u * u)


def allowed(penalty, coef):
    """Weights whose penalty is finite."""
    return np.where(penalty.excluded, 0.0, np.abs(coef) if penalty.positive else coef)


def single(j, b):
    coef = np.zeros(5)
    coef[j] = b
    return coef


@CASES
@given(coef=NUMBERS, alpha=STRENGTH)
def test_value_is_the_sum_of_the_definition(penalty, coef, alpha):
    coef = allowed(penalty, coef)
    expected = sum(value_of(penalty, j, b, alpha) for j, b in enumerate(coef))
    assert penalty.value(coef, alpha) == pytest.approx(expected, rel=1e-14)
    in_stored_units = np.where(coef == 0.0, 0.0, penalty.l1(alpha)) @ np.abs(coef) + penalty.l2(alpha) @ coef**2 / 2.0
    assert in_stored_units == pytest.approx(expected, rel=1e-13, abs=1e-300)


def test_an_excluded_weight_costs_nothing_at_zero_and_everything_elsewhere(penalty):
    assert penalty.value(np.zeros(5), 2.0) == 0.0
    for j in np.flatnonzero(penalty.excluded):
        assert penalty.value(single(j, 1e-300), 2.0) == np.inf
        assert penalty.l1(2.0)[j] == np.inf
        assert penalty.l2(2.0)[j] == 0.0


def test_a_free_weight_costs_nothing(penalty):
    for j in np.flatnonzero(penalty.free):
        assert penalty.value(single(j, 7.0), 2.0) == 0.0
        assert penalty.l1(2.0)[j] == penalty.l2(2.0)[j] == 0.0


@CASES
@given(z=NUMBERS, alpha=STRENGTH, step=st.floats(0.05, 5.0))
def test_prox_beats_every_point_of_a_grid(penalty, z, alpha, step):
    best = penalty.prox(z, step, alpha)
    for j in range(5):

        def cost(b, j=j):
            return (b - z[j]) ** 2 / (2.0 * step) + value_of(penalty, j, b, alpha)

        at_best = cost(best[j])
        grid = np.concatenate([[0.0, z[j]], np.linspace(-60.0, 60.0, 81), best[j] * (1.0 + np.array([-1e-3, 1e-3]))])
        assert at_best <= min(cost(b) for b in grid) + 1e-12 * (1.0 + abs(at_best) + z[j] ** 2 / step)


@CASES
@given(z=DYADIC, alpha=st.integers(1, 64).map(lambda k: k / 8.0), step=st.sampled_from([0.125, 0.5, 1.0, 4.0]))
def test_prox_of_the_penalty_and_of_its_conjugate_add_up_to_the_point(penalty, z, alpha, step):
    """Moreau: with b the prox of the penalty, (z - b) / step is the prox of its conjugate.

    That is Fenchel's equality between the two. The numbers are dyadic, so that an indicator function meets
    the very edge of its set and not a neighbour of it.
    """
    b = penalty.prox(z, step, alpha)
    c = (z - b) / step
    value = np.array([value_of(penalty, j, b[j], alpha) for j in range(5)])
    gap = value + penalty.conjugate(c, alpha) - b * c
    assert np.all(np.abs(gap) <= 1e-12 * (1.0 + np.abs(b * c)))


@CASES
@given(coef=NUMBERS, c=NUMBERS, alpha=STRENGTH)
def test_fenchel_young_is_never_negative(penalty, coef, c, alpha):
    conjugate = penalty.conjugate(c, alpha)
    for j in range(5):
        total = value_of(penalty, j, coef[j], alpha) + conjugate[j]
        assert total >= coef[j] * c[j] - 1e-12 * (1.0 + abs(coef[j] * c[j]))


@CASES
@given(coef=NUMBERS, alpha=STRENGTH)
def test_the_subgradient_interval_supports_the_penalty_from_below(penalty, coef, alpha):
    coef = allowed(penalty, coef)
    coef[0] = 0.0
    lo, hi = penalty.subgradient_interval(coef, alpha)
    assert np.all(lo <= hi)
    for j in range(5):
        here = value_of(penalty, j, coef[j], alpha)
        for slope in (lo[j], hi[j]):
            for b in np.linspace(-60.0, 60.0, 41) if np.isfinite(slope) else ():
                there = value_of(penalty, j, b, alpha)
                assert there >= here + slope * (b - coef[j]) - 1e-11 * (1.0 + abs(slope * (b - coef[j])) + here)


def test_the_subgradient_interval_is_empty_at_an_excluded_weight_that_is_not_zero(penalty):
    for j in np.flatnonzero(penalty.excluded):
        lo, hi = penalty.subgradient_interval(single(j, 1.0), 2.0)
        assert (lo[j], hi[j]) == (np.inf, -np.inf)


def test_a_negative_weight_is_infinitely_dear_where_none_is_allowed(penalty):
    for j in np.flatnonzero(~penalty.excluded):
        lo, hi = penalty.subgradient_interval(single(j, -1e-300), 2.0)
        assert ((lo[j], hi[j]) == (np.inf, -np.inf)) == penalty.positive
        assert (penalty.value(single(j, -1e-300), 2.0) == np.inf) == penalty.positive


def test_the_zero_bound_is_half_the_width_of_the_interval_at_zero(penalty):
    """Where no weight may be negative the interval has no lower end."""
    lo, hi = penalty.subgradient_interval(np.zeros(5), 3.0)
    np.testing.assert_array_equal(lo, np.full(5, -np.inf) if penalty.positive else -hi)
    np.testing.assert_array_equal(penalty.zero_bound(3.0), hi)


@CASES
@given(c=NUMBERS, alpha=STRENGTH)
def test_zero_minimises_exactly_when_the_pull_is_within_the_zero_bound(penalty, c, alpha):
    """min over b of penalty(b) - c b is 0, reached at b = 0, if and only if prox of the pull is 0."""
    zero, pull = penalty.prox(c, 1.0, alpha) == 0.0, c if penalty.positive else np.abs(c)
    np.testing.assert_array_equal(zero, pull <= penalty.zero_bound(alpha))


@CASES
def test_factors_scale_the_penalty(penalty):
    coef = allowed(penalty, np.array([1.0, -2.0, 3.0, 0.5, -0.25]))
    tripled = ElasticNet(penalty.l1_ratio, 3.0 * penalty.factor, penalty.scale, penalty.positive)
    assert tripled.value(coef, 1.0) == pytest.approx(penalty.value(coef, 3.0), rel=1e-14)
    np.testing.assert_allclose(tripled.l1(1.0), penalty.l1(3.0), rtol=1e-15)


def test_the_value_survives_units_whose_squares_overflow():
    tiny = ElasticNet(0.5, np.ones(1), np.array([1e-200]))
    huge = ElasticNet(0.5, np.ones(1), np.array([1e200]))
    assert tiny.value(np.array([1e200]), 1.0) == pytest.approx(0.75, rel=1e-14)
    assert huge.value(np.array([1e-200]), 1.0) == pytest.approx(0.75, rel=1e-14)
