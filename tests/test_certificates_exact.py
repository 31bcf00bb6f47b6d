"""`proof="exact"`: no false verdict, and nothing left open that is not an exact tie; oracles are rational or mpmath."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oracle.enumeration import ranges
from oracle.generator import Case, cases
from oracle.logistic import solve_precisely
from oracle.rational import ExactSolution, alpha_max, exact_problem, solve_exactly
from whyzero.certificates import Certificate, Verdict, certify, verify
from whyzero.certificates.exact.inverse import Dependent, invert
from whyzero.certificates.exact.sigmoid import SIGMOID_ERROR, sigmoid
from whyzero.errors import InputError

KINDS = ("null", "garbage", "optimum")
LARGEST = Fraction(10) ** 300
TINY = "not zero, but below the smallest float"


def after(value: float) -> float:
    return math.nextafter(value, math.inf)


def guess(kind: str, exact: list[Fraction], seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if kind == "garbage":
        return rng.standard_normal(len(exact)) * 10.0 ** rng.integers(-5, 5, len(exact))
    return np.zeros(len(exact)) if kind == "null" else np.array([float(max(min(v, LARGEST), -LARGEST)) for v in exact])


def assert_true(certificate: Certificate, exact: list[tuple[Fraction, Fraction]]) -> None:
    """Every claim holds for the whole range of every weight."""
    for j, (low, high) in enumerate(exact):
        verdict = certificate.verdicts[j]
        assert not verdict.says_zero or low == high == 0, f"{verdict} of column {j}"
        assert not verdict.says_nonzero or low > 0 or high < 0, f"{verdict} of column {j}"
        assert certificate.lo[j] <= low, f"lower end of column {j}"
        assert high <= certificate.hi[j], f"upper end of column {j}"


def assert_settled(certificate: Certificate, exact: ExactSolution) -> None:
    """The only optimum is known to one rounding on either side."""
    assert exact.unique
    settled = zip(certificate.verdicts, certificate.methods, strict=True)
    assert {method for verdict, method in settled if verdict is Verdict.OPEN} <= {TINY}
    assert_true(certificate, [(v, v) for v in exact.coef])
    for low, high, verdict in zip(certificate.lo, certificate.hi, certificate.verdicts, strict=True):
        assert high <= after(after(low)) or verdict is Verdict.NOT_UNIQUE  # an idle column without any price


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cases(max_rows=8, max_cols=5, l1_ratios=(1.0, 1.0, 0.5)), st.integers(0, 2**31), st.sampled_from(KINDS))
def test_eq_137_decides_as_the_enumeration_of_all_supports(case: Case, seed: int, kind: str) -> None:
    factor = np.where(case.penalty_factor == 0.0, 1.0, case.penalty_factor)
    case = Case(**{**vars(case), "penalty_factor": factor})
    exact = ranges(case.exact())
    options = case.options
    certificate = certify(
        case.x, case.y, guess(kind, [a for a, _ in exact], seed), loss="squared", proof="exact", **options
    )
    checked = verify(certificate, case.x, case.y, sample_weight=case.sample_weight, offset=case.offset)
    assert checked.ok, checked.messages
    assert_true(certificate, exact)
    for j, verdict in enumerate(certificate.verdicts):
        if verdict is Verdict.OPEN:
            assert certificate.methods[j] == "exact tie"


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cases(max_rows=10, max_cols=8, l1_ratios=(1.0, 0.5, 0.0)), st.integers(0, 2**31), st.sampled_from(KINDS))
def test_a_unique_optimum_is_decided_whole_free_columns_and_ridge_included(case: Case, seed: int, kind: str) -> None:
    exact = solve_exactly(case.exact())
    coef = guess(kind, exact.coef, seed)
    certificate = certify(case.x, case.y, coef, loss="squared", proof="exact", **case.options)
    checked = verify(certificate, case.x, case.y, sample_weight=case.sample_weight, offset=case.offset)
    assert checked.ok, checked.messages
    if exact.unique:
        assert_settled(certificate, exact)
    for j, verdict in enumerate(certificate.verdicts):
        assert not verdict.says_nonzero or exact.coef[j] != 0
        assert not verdict.says_zero or exact.coef[j] == 0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("step", [-1, 0, 1])
def test_at_alpha_max_and_one_ulp_around_it_the_first_weight_is_decided(seed: int, step: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((9, 4)), rng.standard_normal(9)
    limit = alpha_max(exact_problem(x, y, alpha=1.0), [Fraction(1)] * 4)
    alpha = float(limit)
    alpha = float(np.nextafter(alpha, step * np.inf)) if step else alpha
    certificate = certify(x, y, np.zeros(4), loss="squared", alpha=alpha, proof="exact")
    assert_settled(certificate, solve_exactly(exact_problem(x, y, alpha=alpha)))
    assert (Verdict.WRONG_ZERO in certificate.verdicts) == (Fraction(alpha) < limit)


def knot(x: np.ndarray, y: np.ndarray, low: float, high: float) -> tuple[float, float]:
    """Neighbouring floats between which the support changes."""

    def support(alpha: float) -> list[bool]:
        return [v != 0 for v in solve_exactly(exact_problem(x, y, alpha=alpha)).coef]

    first = support(low)
    while np.nextafter(low, high) < high:
        middle = low + (high - low) / 2
        low, high = (middle, high) if support(middle) == first else (low, middle)
    return low, high


@pytest.mark.parametrize("seed", range(3))
def test_one_ulp_around_a_knot_of_the_path_both_sides_are_decided(seed: int) -> None:
    rng = np.random.default_rng(10 + seed)
    x, y = rng.integers(-9, 10, (8, 4)) / 8.0, rng.integers(-9, 10, 8) / 4.0
    limit = float(alpha_max(exact_problem(x, y, alpha=1.0), [Fraction(1)] * 4))
    low, high = knot(x, y, limit / 8, limit)
    supports = []
    for alpha in (low, high):
        certificate = certify(x, y, np.zeros(4), loss="squared", alpha=alpha, proof="exact")
        assert_settled(certificate, solve_exactly(exact_problem(x, y, alpha=alpha)))
        supports.append(tuple(verdict.says_zero for verdict in certificate.verdicts))
    assert supports[0] != supports[1]


def test_a_pull_that_equals_the_toll_exactly_is_a_proved_zero_if_the_optimum_is_unique() -> None:
    x, y = np.array([[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]]), np.array([3.0, 0.0, 1.0, 0.0])
    # The columns are orthogonal with pulls 1 and 1/2: alpha 1/2 is the second's knot.
    certificate = certify(x, y, [0.0, 0.0], loss="squared", alpha=0.5, proof="exact")
    assert certificate.verdicts == (Verdict.WRONG_ZERO, Verdict.ZERO_PROVED)
    assert certificate.methods == ("exact weight", "unique optimum")
    assert certificate.lo[0] == certificate.hi[0] == 0.5
    assert certify(x, y, [0.0, 0.0], loss="squared", alpha=0.5).verdicts[1] is Verdict.OPEN


def test_columns_one_ulp_from_being_parallel_are_told_apart() -> None:
    rng = np.random.default_rng(2)
    x = rng.standard_normal((12, 3))
    x[:, 1] = x[:, 0]
    x[3, 1] = np.nextafter(x[3, 1], np.inf)
    y = x[:, 0] + 0.1 * rng.standard_normal(12)
    for alpha in (0.1, 1e-3):
        certificate = certify(x, y, np.zeros(3), loss="squared", alpha=alpha, proof="exact")
        assert_settled(certificate, solve_exactly(exact_problem(x, y, alpha=alpha)))


def test_copies_are_an_exact_tie_and_the_others_are_decided() -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((20, 4))
    x[:, 1] = -x[:, 0]
    y = 3 * x[:, 0] + x[:, 2] + 0.1 * rng.standard_normal(20)
    labels = (y + rng.standard_normal(20) > 0).astype(float)
    certificate = certify(x, y, np.zeros(4), loss="squared", alpha=0.2, proof="exact")
    assert certificate.methods[:3] == ("exact tie", "exact tie", "exact weight")
    logistic = certify(x, labels, np.zeros(4), loss="logistic", alpha=0.05, proof="exact")
    assert logistic.verdicts[:2] == (Verdict.OPEN, Verdict.OPEN)
    assert logistic.verdicts[2:] == (Verdict.WRONG_ZERO, Verdict.ZERO_PROVED)


@pytest.mark.parametrize("size", [1e-12, 1e12, 1e-300, 5e-324])
def test_columns_of_any_scale_and_subnormal_entries_are_exact(size: float) -> None:
    rng = np.random.default_rng(4)
    x, y = rng.integers(-4, 5, (10, 3)) * 1.0, rng.integers(-9, 10, 10) / 2.0
    x[:, 0] *= size
    x[2, 1] = 5e-324
    factor = [max(size, 1e-300), 1.0, 1.0]
    certificate = certify(x, y, np.zeros(3), loss="squared", alpha=0.25, penalty_factor=factor, proof="exact")
    exact = solve_exactly(exact_problem(x, y, alpha=0.25, factor=np.array(factor)))
    assert_true(certificate, [(min(v, Fraction(10) ** 400), v) for v in exact.coef])
    assert certificate.verdicts[1:].count(Verdict.OPEN) == 0


def logistic_case(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((14, 4))
    x[:, 3] = x[:, 0] + 1e-13 * rng.standard_normal(14) if seed % 2 else x[:, 3]
    y = (x[:, 0] + (0.05 if seed % 3 == 0 else 1.5) * rng.standard_normal(14) > 0).astype(float)
    y[:2] = 0.0, 1.0
    return x, y, rng.choice([1.0, 2.0, 0.75], 14)


@pytest.mark.parametrize("seed", range(6))
def test_logistic_weights_are_enclosed_to_one_rounding_around_a_50_digit_optimum(seed: int) -> None:
    x, y, weight = logistic_case(seed)
    for alpha in (0.1, 0.01):
        exact = solve_precisely(x, y, weight, np.full(4, alpha), np.zeros(4))
        certificate = certify(x, y, np.full(4, 0.1), loss="logistic", alpha=alpha, sample_weight=weight, proof="exact")
        assert Verdict.OPEN not in certificate.verdicts, certificate.methods
        for j, verdict in enumerate(certificate.verdicts):
            assert certificate.hi[j] <= after(after(certificate.lo[j]))
            if exact is not None:
                assert verdict.says_zero == (exact.coef[j] == 0)
                slack = abs(exact.coef[j]) * mp.mpf(10) ** -40
                assert float(certificate.lo[j]) <= exact.coef[j] + slack
                assert exact.coef[j] - slack <= float(certificate.hi[j])


@pytest.mark.parametrize("digits", [8, 16, 25])
def test_a_logistic_margin_of_any_size_is_decided_on_the_right_side(digits: int) -> None:
    # Without weights the slope of the column is (2 + tiny) / 16, of either sign of tiny, and the toll is 1/8.
    tiny = 10.0**-digits
    y = np.array([1.0, 0.0] * 4)
    for side in (1.0, -1.0):
        x = np.array([[1.0], [-1.0], [side * tiny], [0.0], [0.0], [0.0], [0.0], [0.0]])
        certificate = certify(x, y, [0.0], loss="logistic", alpha=0.125, fit_intercept=False, proof="exact")
        assert certificate.verdicts[0] is (Verdict.WRONG_ZERO if side > 0 else Verdict.ZERO_PROVED)
    assert certify(x, y, [0.0], loss="logistic", alpha=0.125, fit_intercept=False).verdicts[0] is not Verdict.WRONG_ZERO


def test_a_tied_logistic_column_is_open_and_the_others_are_not() -> None:
    x = np.array([[1.0, 1.0, 1.0], [-1.0, 1.0, 0.0], [1.0, -1.0, 0.5], [-1.0, -1.0, 0.0]])
    y = np.array([1.0, 0.0, 1.0, 0.0])
    tie = certify(x, y, np.zeros(3), loss="logistic", alpha=0.5, fit_intercept=False, proof="exact")
    assert tie.verdicts == (Verdict.OPEN, Verdict.ZERO_PROVED, Verdict.ZERO_PROVED)
    assert tie.methods[0] == "undecided with 512 bits"
    assert -1e-70 < tie.lo[0] <= 0.0 <= tie.hi[0] < 1e-70


@pytest.mark.parametrize("eta", [0.0, 1e-30, -0.3, 1.0, -20.0, 350.0, -354.0, 1e6, -1e300])
def test_eq_133_bounds_the_error_of_the_sigmoid_computed_with_mpmath(eta: float) -> None:
    with mp.workprec(3000):
        exact = 1 / (1 + mp.exp(-mp.mpf(eta))) if eta > -1e4 else mp.mpf(0)
        for bits in (64, 512):
            found = sigmoid(int(mp.floor(mp.mpf(eta) * 2**bits)), bits)
            assert abs(found - exact * 2**bits) < SIGMOID_ERROR


def test_the_verified_inverse_bounds_the_rational_one_and_refuses_a_singular_matrix() -> None:
    rng = np.random.default_rng(6)
    z = rng.integers(-9, 10, (7, 4)).astype(object)
    gram = (z.T @ z).tolist()
    inverse = invert([[e << 128 for e in row] for row in gram], 128)
    assert not isinstance(inverse, Dependent)
    exact = np.linalg.inv(np.array(gram, dtype=float))
    assert float(inverse.norm) >= np.max(np.sum(np.abs(exact), axis=1))
    z[:, 3] = z[:, 0] + z[:, 1]
    assert invert([[e << 128 for e in row] for row in (z.T @ z).tolist()], 128) == Dependent(3)


def test_a_problem_that_is_too_large_is_refused_with_the_limit() -> None:
    x = np.zeros((2001, 1000))
    x[0] = 1.0
    with pytest.raises(InputError, match="at most 2000000 numbers in X"):
        certify(x, np.arange(2001.0), np.zeros(1000), loss="squared", alpha=0.1, proof="exact")
    with pytest.raises(InputError, match="choose one of 'float', 'exact'"):
        certify(np.eye(3), np.arange(3.0), np.zeros(3), loss="squared", alpha=0.1, proof="certain")


@pytest.mark.parametrize("stronger", [0, 1])
@pytest.mark.parametrize("alpha", [0.21875, 2.0**-30])
def test_the_stronger_of_two_columns_of_one_row_takes_all_even_by_one_ulp(stronger: int, alpha: float) -> None:
    # The columns are parallel with unequal tolls: the rational active set must exchange them.
    x = np.array([[-0.5, -0.5, 0.25]])
    x[0, stronger] = np.nextafter(-0.5, -1.0)
    certificate = certify(x, [0.875], np.zeros(3), loss="squared", alpha=alpha, fit_intercept=False, proof="exact")
    assert [verdict.says_nonzero for verdict in certificate.verdicts[:2]] == [stronger == 0, stronger == 1]
    assert verify(certificate, x, [0.875]).ok
