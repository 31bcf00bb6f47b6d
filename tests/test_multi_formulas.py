"""Losses and penalties of a matrix of weights: the kernels equal their specification, and both their laws."""

from __future__ import annotations

import numpy as np
import pytest

from whyzero import _core
from whyzero.multi.formulas import ROW_LOSSES, SOFTMAX, GroupNorm

ROWS, TASKS = 60, 4


def rows(loss, scale, seed=0):
    """Targets, weights (some of them 0) and predictors."""
    rng = np.random.default_rng(seed)
    eta = scale * rng.normal(size=(ROWS, TASKS))
    y = np.eye(TASKS)[rng.integers(TASKS, size=ROWS)] if loss is SOFTMAX else rng.normal(size=(ROWS, TASKS))
    weight = np.where(np.arange(ROWS) % 7 == 3, 0.0, rng.uniform(0.2, 2.0, ROWS))
    return y, weight / weight.sum(), eta


def terms(loss, y, weight, eta, s=1.0):
    value, u, gap, possible, balanced = _core.matrix_loss_terms(
        loss.name, y.ravel("F"), weight, eta.ravel("F"), TASKS, s
    )
    return value, u.reshape((ROWS, TASKS), order="F"), gap, possible, balanced.reshape((ROWS, TASKS), order="F")


@pytest.mark.parametrize("scale", [0.1, 3.0, 300.0])
@pytest.mark.parametrize("loss", ROW_LOSSES.values(), ids=ROW_LOSSES)
def test_the_kernels_of_a_loss_equal_its_specification(loss, scale):
    y, weight, eta = rows(loss, scale)
    value, u, _, _, _ = terms(loss, y, weight, eta)
    assert value == pytest.approx(float(weight @ loss.value(y, eta)), rel=1e-13)
    np.testing.assert_allclose(u, weight[:, None] * loss.gradient(y, eta), rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("s", [0.0, 0.3, 0.9, 0.999999])
@pytest.mark.parametrize("loss", ROW_LOSSES.values(), ids=ROW_LOSSES)
def test_the_gap_of_a_loss_is_value_and_conjugate(loss, s):
    y, weight, eta = rows(loss, 2.0)
    gap = terms(loss, y, weight, eta, s)[2]
    v = s * loss.gradient(y, eta)
    if loss is SOFTMAX:
        v -= v.mean(axis=1, keepdims=True)  # rounding
    young = loss.value(y, eta) + loss.conjugate(y, v) - np.sum(v * eta, axis=1)
    assert gap == pytest.approx(float(weight @ young), rel=1e-9, abs=1e-14)
    apart = float(weight @ np.sum((v - loss.gradient(y, eta)) ** 2, axis=1))
    assert gap >= 0.5 * apart / loss.curvature_bound * (1 - 1e-12) - 1e-15  # equal for the squared loss


@pytest.mark.parametrize("loss", ROW_LOSSES.values(), ids=ROW_LOSSES)
def test_slopes_are_derivatives_and_the_hessian_is_theirs(loss):
    y, _, eta = rows(loss, 1.0)
    h = 1e-5
    for k in range(TASKS):
        step = h * np.eye(TASKS)[k]
        slope = (loss.value(y, eta + step) - loss.value(y, eta - step)) / (2 * h)
        np.testing.assert_allclose(loss.gradient(y, eta)[:, k], slope, atol=1e-9)
        bend = (loss.gradient(y, eta + step) - loss.gradient(y, eta - step)) / (2 * h)
        np.testing.assert_allclose(loss.hessian(y, eta)[:, k], bend, atol=1e-9)
    assert np.linalg.eigvalsh(loss.hessian(y, eta)).max() <= loss.curvature_bound + 1e-15


@pytest.mark.parametrize("loss", ROW_LOSSES.values(), ids=ROW_LOSSES)
def test_a_balanced_dual_point_sums_to_zero_and_stays_in_the_domain(loss):
    for seed in range(5):
        y, weight, eta = rows(loss, 0.5, seed)
        _, u, _, possible, balanced = terms(loss, y, weight, eta)
        assert possible
        assert np.abs(u.sum(axis=0)).max() > 1e-3
        np.testing.assert_allclose(balanced.sum(axis=0), 0.0, atol=1e-15)
        used = weight > 0
        v = balanced[used] / weight[used, None]
        if loss is SOFTMAX:
            np.testing.assert_allclose(v.sum(axis=1), 0.0, atol=1e-14)
            assert np.all(y[used] + v >= -1e-15)


def test_a_dual_point_that_cannot_be_balanced_says_so():
    y, weight, _ = rows(SOFTMAX, 1.0)
    far = np.tile([40.0, 0.0, 0.0, 0.0], (ROWS, 1))
    assert not terms(SOFTMAX, y, weight, far)[3]


@pytest.mark.parametrize(("l1", "l2"), [(0.7, 0.0), (0.7, 0.4), (0.0, 0.4), (5.0, 0.1)])
def test_the_kernels_of_the_penalty_equal_its_specification(l1, l2):
    rng = np.random.default_rng(0)
    penalty = GroupNorm(l1, l2)
    for b in (np.zeros(3), *rng.normal(size=(20, 3))):
        for c in (np.zeros(3), *rng.normal(size=(20, 3))):
            value, minimiser, violation, gap = _core.group_terms(b, c, l1, l2)
            assert value == pytest.approx(penalty.value(b), rel=1e-14)
            np.testing.assert_allclose(minimiser, penalty.prox(c), rtol=1e-14)
            assert violation == pytest.approx(penalty.violation(b, c), rel=1e-12, abs=1e-15)
            assert gap == pytest.approx(penalty.value(b) + penalty.conjugate(-c) + c @ b, rel=1e-9, abs=1e-13)


def test_the_prox_of_the_penalty_is_a_minimum():
    rng = np.random.default_rng(1)
    penalty = GroupNorm(0.8, 0.3)
    for z in rng.normal(size=(50, 4)):
        b = penalty.prox(z)
        assert penalty.violation(b, b - z) < 1e-14
        near = b + 1e-3 * rng.normal(size=(20, 4))
        best = 0.5 * np.sum((b - z) ** 2) + penalty.value(b)
        assert all(0.5 * np.sum((other - z) ** 2) + penalty.value(other) >= best for other in near)
