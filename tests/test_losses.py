"""The laws of a loss, for every row of LOSSES, against mpmath at 60 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whyzero import losses
from whyzero.errors import InputError, InputTypeError
from zoo import LOSSES

CASES = pytest.mark.parametrize("case", LOSSES, ids=lambda case: case.loss.name)
ETA = np.array([-1e6, -800.0, -40.0, -3.5, -1e-3, -1e-200, 0.0, 1e-9, 0.7, 20.0, 37.5, 745.0, 1e6])
MODERATE = st.floats(-30.0, 30.0)
SHARE = st.floats(0.0, 1.0)


@pytest.fixture(autouse=True, scope="module")
def digits():
    """60 digits in this file alone."""
    with mpmath.workdps(60):
        yield


def close(actual, exact, *, rtol=4e-15, atol=0.0):
    return abs(mpmath.mpf(float(actual)) - exact) <= rtol * abs(exact) + atol


def test_every_loss_has_a_row():
    assert [case.loss.name for case in LOSSES] == list(losses.LOSSES)
    assert all(losses.get_loss(case.loss.name) is case.loss for case in LOSSES)


def test_value_is_the_formula_up_to_rounding(loss_case):
    for y in loss_case.targets:
        value = loss_case.loss.value(np.full(len(ETA), y), ETA)
        for got, eta in zip(value, ETA, strict=True):
            if eta > loss_case.most:
                assert got == np.inf
                continue
            # Below 1e-320 a float64 has no digits left.
            assert close(got, loss_case.value(y, eta), atol=1e-320), (y, eta)


def test_gradient_is_the_mean_less_the_target(loss_case):
    for y in loss_case.targets:
        gradient = loss_case.loss.gradient(np.full(len(ETA), y), ETA)
        for got, eta in zip(gradient, ETA, strict=True):
            if eta > loss_case.most:
                assert got == np.inf
                continue
            with mpmath.workdps(900):
                exact = loss_case.mean(mpmath.mpf(eta)) - y
            assert close(got, exact, atol=1e-320 + loss_case.blur * (exact + 2 * y)), (y, eta)


@CASES
@given(eta=MODERATE)
def test_gradient_and_hessian_are_the_derivatives_of_the_value(case, eta):
    for y in case.targets:
        first = mpmath.diff(lambda t, y=y: case.value(y, t), eta)
        second = mpmath.diff(lambda t, y=y: case.value(y, t), eta, 2)
        blur = case.blur * (abs(first) + 2 * y)
        assert close(case.loss.gradient(np.array([y]), np.array([eta]))[0], first, atol=1e-25 + blur)
        assert close(case.loss.hessian(np.array([y]), np.array([eta]))[0], second, rtol=1e-14, atol=1e-25)


def test_the_curvature_bound_is_reached_and_never_exceeded(loss_case):
    eta = np.concatenate([ETA, np.linspace(-10.0, 10.0, 2001)])
    for y in loss_case.targets:
        hessian = loss_case.loss.hessian(np.full(len(eta), y), eta)
        assert hessian.shape == eta.shape
        assert np.all(hessian >= 0.0)
        assert np.max(hessian) == loss_case.loss.curvature_bound


@CASES
@given(share=SHARE.filter(lambda t: 1e-12 < t < 1.0 - 1e-12))
def test_the_conjugate_is_the_supremum_over_eta(case, share):
    for y in case.targets:
        v = case.dual(y, share)
        # The supremum is where the slope of the loss is v: bisection, since the slope rises.
        low, high = mpmath.mpf(-1e8), mpmath.mpf(1e8)
        for _ in range(150):
            middle = (low + high) / 2
            low, high = (middle, high) if case.mean(middle) - y < v else (low, middle)
        exact = v * low - case.value(y, low)
        scale = 1e-14 * (1.0 + abs(v * y))
        assert close(case.loss.conjugate(np.array([y]), np.array([v]))[0], exact, rtol=1e-13, atol=scale)
        assert case.loss.in_domain(np.array([y]), np.array([v]))[0]


@CASES
@given(eta=MODERATE, share=SHARE)
def test_fenchel_young_is_value_plus_conjugate_less_the_product(case, eta, share):
    for y in case.targets:
        v = case.dual(y, share)
        exact = case.divergence(y, eta, v)
        got = case.loss.fenchel_young(np.array([y]), np.array([eta]), np.array([v]))[0]
        # Rounding of the gradient by one part in 1e15 moves the divergence by this much, and no cancellation adds.
        slack = 1e-15 * max(1.0, abs(eta), abs(y))
        assert got >= 0.0
        assert close(got, exact, rtol=1e-13, atol=4 * slack * float(mpmath.sqrt(exact)) + slack**2), (y, eta, v)
        parts = case.value(y, eta) + float(case.loss.conjugate(np.array([y]), np.array([v]))[0]) - mpmath.mpf(v) * eta
        assert abs(parts - exact) <= 1e-13 * (1.0 + abs(v) * (abs(eta) + abs(y) + abs(v)))


def test_fenchel_young_at_the_gradient_is_what_the_rounding_of_the_gradient_leaves(loss_case):
    small = ETA[ETA < 1.0] if np.isfinite(loss_case.most) else ETA  # a large mean: its own test below
    for y in loss_case.targets:
        target = np.full(len(small), y)
        v = loss_case.loss.gradient(target, small)
        got = loss_case.loss.fenchel_young(target, small, v)
        assert np.all((got >= 0.0) & (got <= 1.2e-16 * np.maximum(1.0, np.abs(small) + abs(y))))
        for eta, v_i, value in zip(small, v, got, strict=True):
            exact = loss_case.divergence(y, eta, v_i)
            assert close(value, exact, rtol=1e-13, atol=(1.2e-16 * (abs(eta) + abs(y) + 1.0)) ** 2), (y, eta)


@given(exponent=st.integers(-300, 300), share=SHARE)
def test_the_divergence_is_accurate_wherever_one_class_is_nearly_certain(exponent, share):
    eta = exponent / 8.0
    for y in (0.0, 1.0):
        v = LOSSES[1].dual(y, share)
        exact = LOSSES[1].divergence(y, eta, v)
        got = losses.LOGISTIC.fenchel_young(np.array([y]), np.array([eta]), np.array([v]))[0]
        unlikely = float(1 / (1 + mpmath.exp(abs(eta))))
        atol = 1e-15 * float(mpmath.sqrt(exact * unlikely)) + 1e-31 * unlikely
        assert close(got, exact, rtol=1e-13, atol=atol), (y, eta, v)


def test_a_small_divergence_keeps_its_digits():
    """Where value + conjugate - eta v has lost all of them."""
    eta, y = np.array([0.3]), np.array([1.0])
    v = losses.LOGISTIC.gradient(y, eta) + 1e-9
    exact = LOSSES[1].divergence(1.0, 0.3, v[0])
    assert exact < 3e-18
    assert close(losses.LOGISTIC.fenchel_young(y, eta, v)[0], exact, rtol=1e-6)


@given(eta=st.floats(-700.0, 700.0), size=st.floats(1e-12, 1e12))
def test_the_relative_entropy_is_accurate_as_far_as_eta_is(eta, size):
    """From q = size e^eta and a target of q: one rounding of eta or log q moves it by no more."""
    q = float(mpmath.exp(mpmath.mpf(eta)) * size)
    if not 1e-300 < q < 1e300:
        return
    exact = LOSSES[2].divergence(q, eta, 0.0)
    got = losses.POISSON.fenchel_young(np.array([q]), np.array([eta]), np.zeros(1))[0]
    slack = 3e-16 * (1.0 + abs(eta) + abs(np.log(q)))
    moved = abs(mpmath.expm1(mpmath.mpf(eta) - mpmath.log(mpmath.mpf(q))))
    assert close(got, exact, rtol=1e-15, atol=q * slack * (float(moved) + slack) * (1.0 + slack))


def test_a_count_of_zero_costs_its_mean_and_one_that_is_met_costs_nothing():
    mean = np.array([1e-300, 0.5, 1e9])
    np.testing.assert_allclose(losses.POISSON.value(np.zeros(3), np.log(mean)), mean, rtol=1e-12)
    np.testing.assert_array_equal(losses.POISSON.value(np.ones(2), np.array([0.0, np.log(1.0)])), 0.0)
    y = np.array([0.0, 3.0, 3.0])
    assert losses.POISSON.in_domain(y, np.array([-1e-300, -3.0, -3.0 - 1e-15])).tolist() == [False, True, False]
    assert np.isinf(losses.POISSON.conjugate(y, np.array([-1.0, -4.0, 1e9]))).tolist() == [True, True, False]


def test_the_conjugate_is_infinite_outside_its_domain():
    y = np.array([0.0, 0.0, 1.0, 1.0, 0.0, 1.0])
    v = np.array([-1e-300, 1.0 + 1e-15, 1e-300, -1.0 - 1e-15, 0.0, -1.0])
    assert losses.LOGISTIC.in_domain(y, v).tolist() == [False] * 4 + [True] * 2
    assert losses.LOGISTIC.conjugate(y, v).tolist() == [np.inf] * 4 + [0.0] * 2
    assert np.isinf(losses.LOGISTIC.fenchel_young(y, np.zeros(6), v)).tolist() == [True] * 4 + [False] * 2


@CASES
def test_the_null_prediction_has_no_weighted_gradient_left(case):
    rng = np.random.default_rng(0)
    y, weight = rng.choice(case.targets, size=50), rng.exponential(size=50)
    eta = case.loss.null_prediction(y, weight)
    gradient = case.loss.gradient(y, np.full(50, eta))
    assert abs(np.sum(weight * gradient)) <= 1e-13 * np.sum(weight * (1.0 + np.abs(y)))


def test_the_null_prediction_of_a_constant_target_is_that_constant():
    weight = np.random.default_rng(0).exponential(size=33)
    assert losses.SQUARED.null_prediction(np.full(33, 0.1), weight) == 0.1
    assert losses.LOGISTIC.null_prediction(np.ones(33), weight) == np.inf
    assert losses.LOGISTIC.null_prediction(np.zeros(33), weight) == -np.inf
    assert losses.POISSON.null_prediction(np.full(33, 7.0), weight) == np.log(7.0)
    assert losses.POISSON.null_prediction(np.zeros(33), weight) == -np.inf


def test_an_unknown_loss_is_refused_with_the_list_of_names():
    with pytest.raises(InputError) as caught:
        losses.get_loss("hinge")
    assert str(caught.value) == "loss='hinge' is not known; choose one of 'squared', 'logistic', 'poisson'."
    with pytest.raises(InputTypeError) as refused:
        losses.get_loss(3)
    assert str(refused.value) == "loss must be a name ('squared', 'logistic', 'poisson'), got 3 of type int."
