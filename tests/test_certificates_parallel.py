"""Eq. (47): columns that the data cannot tell apart do not spoil the proofs of the others."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import whyzero as wz
from oracle.rational import ExactSolver, exact_problem
from whyzero.certificates import Verdict, certify, verify
from whyzero.certificates.parallel import leaders


def with_two_level_categories(seed: int, n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Four measurements, both columns of two categories, a twin, an opposite, the first category as 2 and 5."""
    rng = np.random.default_rng(seed)
    x = rng.integers(-32, 33, (n, 4)) / 16.0
    a, b = rng.integers(0, 2, (2, n)).astype(float)
    y = 2 * x[:, 0] - x[:, 1] + 1.5 * a + np.round(rng.normal(size=n) * 8) / 16
    return np.column_stack([x, a, 1 - a, b, 1 - b, x[:, 2], -x[:, 3], 2 + 3 * a]), y


@given(st.integers(0, 10_000), st.sampled_from((0.3, 0.1, 0.02)), st.booleans())
def test_intervals_hold_the_exact_weights_beside_parallel_columns(seed, share, fit_intercept):
    x, y = with_two_level_categories(seed)
    alpha = share * wz.fit_path(x, y, alphas=2, fit_intercept=fit_intercept).alpha_max
    fit = wz.fit(x, y, alpha=alpha, fit_intercept=fit_intercept, tol=1e-10)
    certificate = certify(x, y, fit.coef, fit.intercept, loss="squared", alpha=alpha, fit_intercept=fit_intercept)
    exact = ExactSolver(exact_problem(x, y, alpha=alpha, fit_intercept=fit_intercept)).solve(fit.coef)
    for j, verdict in enumerate(certificate.verdicts):
        inside = not np.isfinite(certificate.lo[j]) or Fraction(certificate.lo[j]) <= exact.coef[j]
        assert inside and (not np.isfinite(certificate.hi[j]) or exact.coef[j] <= Fraction(certificate.hi[j]))
        assert verdict is not Verdict.NONZERO_PROVED or exact.coef[j] != 0
    assert verify(certificate, x, y).ok


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_a_category_of_two_levels_leaves_the_other_weights_provable(loss):
    x, y = with_two_level_categories(3, n=200)
    x = x[:, :10]
    y = y if loss == "squared" else (y > np.median(y)).astype(int)
    fit = wz.fit(x, y, loss=loss, alpha=0.02, tol=1e-10)
    certificate = certify(x, y, fit.coef, fit.intercept, loss=loss, alpha=0.02)
    assert fit.coef[4] != 0.0 or fit.coef[5] != 0.0
    assert certificate.verdicts[0] is Verdict.NONZERO_PROVED
    assert certificate.verdicts[1] is Verdict.NONZERO_PROVED
    for j in (4, 5):  # the same fit with other weights: nothing can be proved, and nothing is
        assert certificate.verdicts[j] is Verdict.OPEN
    assert verify(certificate, x, y).ok


def test_only_exact_multiples_are_grouped():
    a = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    b = np.array([0.1, 0.2, 0.4, 0.3, 0.7])
    columns = np.column_stack([a, 1 - a, 2 + 3 * a, b, -b, np.nextafter(b, 1), 2 * b])
    counted = np.ones(5, dtype=bool)
    assert leaders(columns, counted, True)[0].tolist() == [0, 3, 5, 6]
    assert leaders(columns, counted, False)[0].tolist() == [0, 1, 2, 3, 5, 6]
    assert leaders(columns, counted, True)[1].tolist() == [False, False, True, True]
    counted[0] = False  # a row without weight cannot tell columns apart
    columns[0, 0] = 9.0
    assert leaders(columns, counted, True)[0].tolist() == [0, 3, 5, 6]
