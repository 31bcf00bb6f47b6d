"""Mean and standard deviation of columns against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import sparse

from whyzero.designs import as_design
from zoo import MATRIX as A


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("weights", ["equal", "some zero", "unequal", "one row"])
def test_moments_are_those_of_exact_fractions(storage, weights):
    weight = {
        "equal": np.full(23, 3.0),
        "some zero": np.random.default_rng(0).choice([0.0, 1.0, 2.0, 0.75], size=23),
        "unequal": np.random.default_rng(1).exponential(size=23) ** 4,
        "one row": np.eye(23)[4],
    }[weights]
    mean, sd = as_design(storage(A))[0].moments(weight)
    for j in range(11):
        check_moments(mean[j], sd[j], A[:, j], weight)


def check_moments(mean, sd, x, weight):
    """Compare with the definition in rationals; the square root is taken at 60 digits."""
    s = [Fraction(float(w)) for w in weight]
    values = [Fraction(float(v)) for v in x]
    total = sum(s)
    exact_mean = sum(w * v for w, v in zip(s, values, strict=True)) / total
    variance = sum(w * (v - exact_mean) ** 2 for w, v in zip(s, values, strict=True)) / total
    largest = max(abs(v) for v, w in zip(values, s, strict=True) if w)
    smallest = Fraction(5e-324)
    assert abs(Fraction(float(mean)) - exact_mean) <= Fraction(1, 2**52) * largest + smallest
    assert (sd == 0.0) == (variance == 0)
    if variance == 0:
        assert mean == float(exact_mean)
        return
    with mpmath.workdps(60):
        exact = mpmath.sqrt(mpmath.mpf(variance.numerator) / variance.denominator)
        assert abs(mpmath.mpf(float(sd)) - exact) <= 1e-13 * exact + mpmath.mpf(2) ** -1073


SIZES = st.sampled_from([2.0**-1073, 2.0**-600, 1e-200, 1e-9, 1.0, 1e8, 1e200, 2.0**1022])
COLUMNS = st.tuples(
    SIZES,
    st.floats(-1.0, 1.0),
    st.lists(
        st.one_of(st.integers(-4, 4).map(float), st.integers(-4, 4).map(lambda k: k * 2.0**-50)),
        min_size=2,
        max_size=9,
    ),
    st.lists(st.sampled_from([0.0, 1.0, 2.0, 0.75, 1e-8]), min_size=9, max_size=9),
)


@given(COLUMNS)
@example((2.4e-181, 0.5, [0.0, -4.0], [0.0, 1e-8]))  # the row that is not stored has next to no weight
def test_the_deviation_is_accurate_at_every_size_and_zero_only_for_equal_values(drawn):
    size, centre, noise, weight = drawn
    x = (centre + np.array(noise) / 8.0) * size
    weight = np.array(weight[: len(x)])
    weight[0] += 0.5
    for X in (x[:, None], sparse.csc_matrix(x[:, None])):
        mean, sd = as_design(X)[0].moments(weight)
        check_moments(mean[0], sd[0], x, weight)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e8 / 3.0, 5e-324, -1.7e308])
@pytest.mark.parametrize("convert", [np.asarray, sparse.csc_matrix, lambda X: X.astype(np.float32).astype(float)])
def test_a_constant_column_has_deviation_zero_and_its_own_value_as_mean(value, convert):
    if convert not in (np.asarray, sparse.csc_matrix):
        value = float(np.float32(max(min(value, 1e38), -1e38)))
    weight = np.random.default_rng(0).exponential(size=1001)
    column = np.full((1001, 1), value)
    mean, sd = as_design(convert(column))[0].moments(weight)
    assert (mean[0], sd[0]) == (value, 0.0)
    weight[5], column[5] = 0.0, 2.0
    mean, sd = as_design(convert(column))[0].moments(weight)
    assert (mean[0], sd[0]) == (value, 0.0)
    assert not as_design(convert(column))[0].constant()[0]


@pytest.mark.parametrize("outlier", [0.0, -1e8, 3.3e7, 1e300])
def test_an_outlier_of_next_to_no_weight_does_not_hide_the_last_digits_of_the_rest(outlier):
    rng = np.random.default_rng(0)
    x = np.r_[outlier, 1e8 + np.spacing(1e8) * rng.integers(0, 3, size=200)]
    weight = np.r_[0.0 if outlier == 1e300 else 1e-40, rng.exponential(size=200) ** 9]
    mean, sd = as_design(x[:, None])[0].moments(weight)
    check_moments(mean[0], sd[0], x, weight)


def test_offset_columns_keep_their_mean_and_deviation_sparse_or_dense():
    noise = np.random.default_rng(0).integers(-8, 9, size=4000) / 8.0
    x = 1e8 + noise
    x[17] = 0.0
    weight = np.random.default_rng(1).choice([1.0, 3.0, 0.5], size=4000)
    for X in (x[:, None], sparse.csc_matrix(x[:, None])):
        mean, sd = as_design(X)[0].moments(weight)
        check_moments(mean[0], sd[0], x, weight)
