"""Eqs. (47) to (49): columns that the data cannot tell apart: the proofs of the others, and their own ranges."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import whyzero as wz
from oracle.optima import exact_range
from oracle.rational import ExactSolver, exact_problem
from whyzero.certificates import Verdict, certify, verify
from whyzero.certificates.parallel import parallel_groups


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
    for j in (4, 5):  # the same fit with other weights
        assert certificate.verdicts[j] is Verdict.NOT_UNIQUE
    assert verify(certificate, x, y).ok


def test_only_exact_multiples_are_grouped():
    a = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    b = np.array([0.1, 0.2, 0.4, 0.3, 0.7])
    columns = np.column_stack([a, 1 - a, 2 + 3 * a, b, -b, np.nextafter(b, 1), 2 * b])
    counted, single = np.ones(5, dtype=bool), np.zeros(7, dtype=bool)
    centred = parallel_groups(columns, counted, True, single)
    assert centred.first.tolist() == [0, 0, 0, 3, 3, 5, 6]
    assert centred.height == (1, -1, 3, 1, -1, 1, 1)
    assert centred.alone.tolist() == [False] * 5 + [True, True]
    assert parallel_groups(columns, counted, False, single).first.tolist() == [0, 1, 2, 3, 3, 5, 6]
    counted[0] = False  # a row without weight cannot tell columns apart
    columns[0, 0] = 9.0
    assert parallel_groups(columns, counted, True, single).leads.tolist() == [0, 3, 5, 6]
    single[[1, 3]] = True
    assert parallel_groups(columns, counted, True, single).first.tolist() == [0, 1, 0, 3, 4, 5, 6]


@settings(max_examples=30)
@given(
    st.integers(0, 10_000),
    st.sampled_from((0.3, 0.1, 0.02)),
    st.booleans(),
    st.lists(st.sampled_from((0.5, 1.0, 1.5)), min_size=6, max_size=6),
)
def test_eqs_48_and_49_give_the_exact_range_of_every_weight_that_is_not_unique(seed, share, fit_intercept, factor):
    """Twins, opposites and the columns of a category, with tolls that tie or do not."""
    rng = np.random.default_rng(seed)
    x = rng.integers(-8, 9, (14, 2)) / 4.0
    a = (rng.permutation(14) < 6).astype(float)
    columns = np.column_stack([x, a, 2 - 2 * a, -x[:, 0], x[:, 0]])
    y = 2 * x[:, 0] + a - x[:, 1] + rng.integers(-8, 9, 14) / 16
    problem = {"penalty_factor": np.array(factor), "fit_intercept": fit_intercept}
    alpha = share * wz.fit_path(columns, y, alphas=2, **problem).alpha_max
    fit = wz.fit(columns, y, alpha=alpha, tol=1e-12, **problem)
    certificate = certify(columns, y, fit.coef, fit.intercept, loss="squared", alpha=alpha, **problem)
    solver = ExactSolver(exact_problem(columns, y, alpha=alpha, factor=np.array(factor), fit_intercept=fit_intercept))
    exact = solver.solve(fit.coef)
    for j, verdict in enumerate(certificate.verdicts):
        low, high = exact_range(solver, exact, j)
        lo, hi = certificate.lo[j], certificate.hi[j]
        assert lo <= low and high <= hi
        assert verdict is not Verdict.NOT_UNIQUE or low < high
        assert (verdict is Verdict.NOT_UNIQUE) or low == high or verdict is Verdict.OPEN
        if verdict is Verdict.NOT_UNIQUE:
            assert lo == low == 0 or hi == high == 0
            assert float(hi - lo) == pytest.approx(float(high - low), abs=1e-5)
    assert verify(certificate, columns, y).ok


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("more_columns_than_rows", [False, True])
def test_twins_range_from_zero_to_the_weight_of_the_column_alone(loss, more_columns_than_rows):
    rng = np.random.default_rng(5)
    x = rng.standard_normal((60, 80 if more_columns_than_rows else 5))
    target = x[:, 0] - 0.7 * x[:, 1] + 0.5 * rng.standard_normal(60)
    y = target if loss == "squared" else (target > 0).astype(int)
    alone = wz.fit(x, y, loss=loss, alpha=0.1, tol=1e-12)
    both = np.column_stack([x, x[:, 0], -x[:, 1]])
    p = x.shape[1]
    split = np.append(alone.coef, [0.0, 0.0])
    split[[0, p]] = 0.25 * alone.coef[0], 0.75 * alone.coef[0]
    for coef in (np.append(alone.coef, [0.0, 0.0]), split):
        certificate = certify(both, y, coef, alone.intercept, loss=loss, alpha=0.1)
        for j, single, sign in ((0, 0, 1), (p, 0, 1), (1, 1, 1), (p + 1, 1, -1)):
            assert certificate.verdicts[j] is Verdict.NOT_UNIQUE
            ends = sorted([0.0, sign * alone.coef[single]])
            assert [certificate.lo[j], certificate.hi[j]] == pytest.approx(ends, abs=1e-5)
            assert 0.0 in (certificate.lo[j], certificate.hi[j])
        assert verify(certificate, both, y).ok


def test_a_last_digit_between_the_tolls_of_twins_leaves_them_open():
    x, y = with_two_level_categories(3)
    both = np.column_stack([x[:, 0], x[:, 1], x[:, 0]])
    factor = np.array([1.0, 1.0, np.nextafter(1.0, 2.0)])
    fit = wz.fit(both[:, :2], y, alpha=0.1, tol=1e-12)
    coef = np.append(fit.coef, 0.0)
    certificate = certify(both, y, coef, fit.intercept, loss="squared", alpha=0.1, penalty_factor=factor)
    assert [certificate.verdicts[j] for j in (0, 2)] == [Verdict.OPEN, Verdict.OPEN]
    assert certificate.lo[0] == 0.0 < fit.coef[0] < certificate.hi[0]
    assert verify(certificate, both, y).ok


def test_a_ridge_part_makes_the_weights_of_twins_unique():
    x, y = with_two_level_categories(3)
    both = np.column_stack([x[:, 0], x[:, 1], x[:, 0]])
    fit = wz.fit(both, y, alpha=0.1, l1_ratio=0.5, tol=1e-12)
    certificate = certify(both, y, fit.coef, fit.intercept, loss="squared", alpha=0.1, l1_ratio=0.5)
    assert [certificate.verdicts[j] for j in (0, 2)] == [Verdict.NONZERO_PROVED] * 2


def test_a_constant_column_without_a_price_can_have_any_weight():
    x, y = with_two_level_categories(3)
    with_ones = np.column_stack([x[:, :2], np.ones(len(x))])
    certificate = certify(with_ones, y, [0.0, 0.0, 1.0], loss="squared", alpha=0.1, penalty_factor=[1, 1, 0])
    assert certificate.verdicts[2] is Verdict.NOT_UNIQUE
    assert (certificate.lo[2], certificate.hi[2]) == (-np.inf, np.inf)
    assert verify(certificate, with_ones, y).ok


def test_a_false_claim_of_several_optima_is_refused():
    x, y = with_two_level_categories(3, n=200)
    fit = wz.fit(x[:, :6], y, alpha=0.02, tol=1e-10)
    certificate = certify(x[:, :6], y, fit.coef, fit.intercept, loss="squared", alpha=0.02)
    for j in range(6):
        shared = certificate.verdicts[j] is Verdict.NOT_UNIQUE
        methods, verdicts = list(certificate.methods), list(certificate.verdicts)
        methods[j], verdicts[j] = ("undecided", Verdict.OPEN) if shared else ("parallel columns", Verdict.NOT_UNIQUE)
        forged = replace(certificate, methods=tuple(methods), verdicts=tuple(verdicts))
        assert not verify(forged, x[:, :6], y).ok
        if shared:
            for factor in (0.9, 1.1):
                ends = {"lo": certificate.lo.copy(), "hi": certificate.hi.copy()}
                for end in ends.values():
                    end[j] *= factor
                assert not verify(replace(certificate, **ends), x[:, :6], y).ok
