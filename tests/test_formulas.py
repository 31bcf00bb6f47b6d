"""Every formula is written twice: the kernels' texts equal the readable ones."""

from __future__ import annotations

import numpy as np
import pytest

from whyzero import _core
from whyzero.penalties import ElasticNet

ETA = np.concatenate([np.linspace(-40, 40, 401), [-1e6, -800.0, 0.0, 800.0, 1e6]])


def test_the_kernels_of_a_loss_equal_its_specification(loss_case):
    loss = loss_case.loss
    for target in loss_case.targets:
        y = np.full(len(ETA), target)
        for t in (0.0, 0.2, 0.7, 1.0):
            v = np.full(len(ETA), loss_case.dual(target, t))
            value, gradient, hessian, term = _core.loss_terms(loss.name, y, ETA, v)
            np.testing.assert_allclose(value, loss.value(y, ETA), rtol=1e-13, atol=0)
            np.testing.assert_allclose(gradient, loss.gradient(y, ETA), rtol=1e-13, atol=1e-300)
            np.testing.assert_allclose(hessian, loss.hessian(y, ETA), rtol=1e-13, atol=1e-300)
            # the kernel of the logistic loss adds two terms that nearly cancel: absolute rounding of their size
            kept = loss_case.most >= ETA
            size, twin = 1 + np.abs(ETA), loss.fenchel_young(y, ETA, v)
            assert np.all((np.abs(term[kept] - twin[kept])) <= 1e-15 * size[kept] + 1e-13 * np.abs(term[kept]))
            np.testing.assert_array_equal(term[~kept], twin[~kept])


@pytest.mark.parametrize("alpha", [0.3, 2.0])
def test_the_kernels_of_the_penalty_equal_its_specification(penalty, alpha):
    grid = np.linspace(-5, 5, 41)
    for factor, scale in zip(penalty.factor, penalty.scale, strict=True):
        if not np.isfinite(factor):
            continue
        one = ElasticNet(penalty.l1_ratio, np.array([factor]), np.array([scale]), penalty.positive)
        l1, l2 = float(one.l1(alpha)[0]), float(one.l2(alpha)[0])
        value, conjugate, minimiser, violation = _core.penalty_terms(grid, grid, l1, l2, penalty.positive)
        for k, b in enumerate(grid):
            point = np.array([b])
            if b < 0 and penalty.positive:  # the core never holds such a weight
                assert one.value(point, alpha) == np.inf
                assert minimiser[k] == one.prox(point, 1.0, alpha)[0] == 0.0
                assert conjugate[k] == one.conjugate(point, alpha)[0] == 0.0
                continue
            assert value[k] == pytest.approx(one.value(point, alpha), rel=1e-14)
            assert conjugate[k] == pytest.approx(float(one.conjugate(point, alpha)[0]), rel=1e-12, abs=1e-15)
            assert minimiser[k] == pytest.approx(float(one.prox(point, 1.0, alpha)[0]), rel=1e-14)
            low, high = (float(np.ravel(end)[0]) for end in one.subgradient_interval(point, alpha))
            assert violation[k] == pytest.approx(max(0.0, low + b, -b - high), rel=1e-12, abs=1e-14)
