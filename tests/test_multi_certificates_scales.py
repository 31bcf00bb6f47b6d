"""Certificates about a matrix of weights at the ends of the range of floats, where squares of numbers are lost."""

from fractions import Fraction

import numpy as np
import pytest

import whyzero as wz
from whyzero.certificates import Verdict
from whyzero.multi import certify


def test_a_tiny_row_of_weights_pays_its_toll():
    """Eq. (174): exact pulls at zero are below the tolls, so that no weight but zero is optimal."""
    e, f = np.array([1.0, 1, -1, -1]), np.array([1.0, -1, 1, -1])
    X = np.column_stack([e, 2.0**100 * (f - e)])
    y = (2.0**-445 * f)[:, None]
    alpha = 2.0**-344
    options = {"loss": "squared", "alpha": alpha, "penalty_factor": [2e-149 / alpha, 1.0], "fit_intercept": False}
    certificate = certify(X, y, np.array([[2.0**-445, 2.0**-545]]), **options)
    for j, toll in enumerate(certificate.toll):
        pull = abs(sum(Fraction(float(a)) * Fraction(float(b)) for a, b in zip(X[:, j], y[:, 0], strict=True))) / 4
        assert pull < Fraction(float(toll))
    assert Verdict.NONZERO_PROVED not in certificate.verdicts
    assert wz.verify(certificate, X, y).ok


@pytest.mark.parametrize("intercept", [False, True])
def test_a_tiny_row_of_weights_is_not_debris(intercept):
    """Eq. (174): the pull at zero is twice the toll, so that the weights are half those without a penalty."""
    rng = np.random.default_rng(0)
    X, half = 1e30 * rng.normal(size=(20, 1)), np.array([[0.5e-163], [0.25e-163]])
    y = X @ (2 * half).T
    x = X - (X.mean() if intercept else 0.0)
    pull = np.linalg.norm((x / 1e30 / 20).T @ ((y - (y.mean(0) if intercept else 0.0)) * 1e133)) * 1e-103
    certificate = certify(X, y, 2 * half, loss="squared", alpha=pull / 2, fit_intercept=intercept)
    assert not certificate.verdicts[0].says_zero
    assert np.all(certificate.lo <= half * (1 + 1e-9)) and np.all(half * (1 - 1e-9) <= certificate.hi)
    assert wz.verify(certificate, X, y).ok


def test_a_gap_counts_weights_whose_squares_are_lost():
    X, y = np.array([[1e-30], [-2e-30]]), np.array([[1e-132, 2e-132], [0.0, -3e-132]])
    certificate = certify(X, y, np.zeros((2, 1)), loss="squared", alpha=1e-60, l1_ratio=0.0, fit_intercept=False)
    x = [Fraction(float(v)) for v in X[:, 0]]
    curve, gap = sum(v * v for v in x) / 2 + Fraction(1e-60), Fraction(0)
    for k in range(2):
        pull = sum(a * Fraction(float(b)) for a, b in zip(x, y[:, k], strict=True)) / 2
        gap += pull * pull / curve / 2
    assert certificate.gap >= gap


@pytest.mark.parametrize(("alpha", "factor"), [(5e-324, 1.0), (1e-3, 5e-324)])
def test_a_penalty_too_small_for_a_float_still_holds_the_shift_of_all_classes(alpha, factor):
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(30, 4)), rng.integers(3, size=30)
    options = {"loss": "softmax", "alpha": alpha, "l1_ratio": 0.5, "penalty_factor": [factor, 1.0, 1.0, 1.0]}
    certificate = certify(X, labels, np.zeros((3, 4)), **options)
    assert Verdict.NOT_UNIQUE not in certificate.verdicts
    assert wz.verify(certificate, X, labels).ok


@pytest.mark.parametrize("weight", [7.0, 0.0])
@pytest.mark.parametrize("loss", ["squared", "softmax"])
def test_a_constant_column_without_a_price_may_have_any_weight(loss, weight):
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=30), np.ones(30)])
    y = rng.normal(size=(30, 3)) if loss == "squared" else rng.integers(3, size=30)
    coef = np.array([[0.1, weight], [0.0, 0.0], [0.0, 0.0]])
    certificate = certify(X, y, coef, loss=loss, alpha=0.05, penalty_factor=[1.0, 0.0])
    assert np.all(certificate.verdicts[..., 1] == Verdict.NOT_UNIQUE)
    assert certificate.lo[0, 1] == -np.inf and certificate.hi[0, 1] == np.inf
    assert wz.verify(certificate, X, y).ok


def test_an_excluded_weight_that_is_not_zero_costs_infinity():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 2)), rng.normal(size=(20, 2))
    coef = np.array([[0.0, 1e-170], [0.0, 0.0]])
    certificate = certify(X, y, coef, loss="squared", alpha=0.1, penalty_factor=[1.0, np.inf])
    assert certificate.gap == np.inf and certificate.primal == np.inf
    assert wz.verify(certificate, X, y).ok


def test_nothing_in_use_and_no_intercept_is_the_zero_point():
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(30, 4)), rng.integers(3, size=30)
    options = {"loss": "softmax", "alpha": 10.0, "fit_intercept": False}
    certificate = certify(X, labels, 5 * rng.normal(size=(3, 4)), **options)
    assert set(certificate.verdicts.ravel()) == {Verdict.NUMERICAL_DEBRIS}
    assert wz.verify(certificate, X, labels).ok


@pytest.mark.parametrize("loss", ["squared", "softmax"])
@pytest.mark.parametrize("alpha", [0.1, 1e-290])
def test_weights_of_a_huge_constant_column_leave_a_file_that_can_be_written(loss, alpha):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 4))
    X[:, 3] = 1e200
    y = rng.normal(size=(30, 3)) if loss == "squared" else rng.integers(3, size=30)
    assert certify(X, y, np.full((3, 4), 1e200), loss=loss, alpha=alpha).to_json()
