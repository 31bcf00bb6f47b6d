"""The bounds of the logistic loss against mpmath; test_certificates_starts.py has its certificates."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from whyzero.certificates import Verdict, certify
from whyzero.certificates.loss_bounds import LOSS_BOUNDS, Ball


@pytest.mark.parametrize("spread", [1e-12, 1e-6, 1e-2, 1.0, 30.0, 700.0])
def test_eqs_64_and_65_bound_the_divergence_computed_with_mpmath(spread: float) -> None:
    rng = np.random.default_rng(int(spread * 1e3) % 1000)
    bounds = LOSS_BOUNDS["logistic"]
    theta = rng.uniform(-40, 40, 300)
    a = 1 / (1 + np.exp(-theta))
    xi = theta + spread * rng.standard_normal(300)
    y = rng.integers(0, 2, 300).astype(float)
    v, eta = np.where(y == 1, -a, a), np.where(y == 1, -xi, xi)
    zero = np.zeros(300)
    upper = bounds.fenchel_young(y, Ball(eta, zero), v, zero, 1.0)
    with mp.workdps(700):  # log(1 + e^t) - t is e^-t, down to e^-700
        for bound, share, point in zip(upper, a, xi, strict=True):
            q, t = mp.mpf(float(share)), mp.mpf(float(point))
            rest = (1 - q) * mp.log(1 - q) if q < 1 else mp.mpf(0)
            exact = q * mp.log(q) + rest + mp.log1p(mp.exp(t)) - q * t
            assert exact <= mp.mpf(float(bound))
            if spread <= 1e-2 and 1e-12 < share < 1 - 1e-12:
                assert mp.mpf(float(bound)) <= 1.1 * exact + mp.mpf(10) ** -20


def test_a_celebrated_wrong_zero_and_its_debris_are_told_apart() -> None:
    rng = np.random.default_rng(4)
    x = rng.standard_normal((200, 3))
    y = (x[:, 0] + rng.standard_normal(200) > 0).astype(int)
    certificate = certify(x, y, [0.0, 1e-6, 0.0], 0.0, loss="logistic", alpha=0.1)
    assert certificate.verdicts == (Verdict.WRONG_ZERO, Verdict.NUMERICAL_DEBRIS, Verdict.ZERO_PROVED)
    assert certificate.lo[0] > 0.2
