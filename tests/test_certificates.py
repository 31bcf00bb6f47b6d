"""No verdict may ever be false: certificates of squared-loss problems against exact rational optima (O1).

There is no tolerance in this file: every comparison is between rationals.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import whyzero as wz
from oracle.generator import Case, cases
from oracle.rational import ExactProblem, ExactSolution, exact_problem, objective_at, solve_exactly
from whyzero.certificates import Certificate, Verdict, certify, certify_problem, verify
from whyzero.errors import InputError, InputTypeError
from whyzero.problem import make_problem

RATIOS = (1.0, 1.0, 0.5, 0.01, 0.0)
KINDS = ("optimum", "noise", "tiny noise", "garbage", "null")


def nearest(value: Fraction) -> float:
    return float(max(min(value, Fraction(10) ** 300), -(Fraction(10) ** 300)))


def start(exact: ExactSolution, kind: str, seed: int, intercept: bool) -> tuple[np.ndarray, float]:
    """Coefficients of every quality, from the optimum rounded to floats down to garbage."""
    rng = np.random.default_rng(seed)
    b, b0 = np.array([nearest(v) for v in exact.coef]), nearest(exact.intercept)
    p = len(b)
    if kind == "noise":
        b = b * (1.0 + 1e-3 * rng.standard_normal(p))
    elif kind == "tiny noise":
        b = b + 1e-9 * rng.standard_normal(p)
    elif kind == "garbage":
        b, b0 = rng.standard_normal(p) * 10.0 ** rng.integers(-5, 5, p), float(rng.standard_normal())
    elif kind == "null":
        b = np.zeros(p)
    return b, b0 if intercept else 0.0


def assert_every_claim_is_true(certificate: Certificate, problem: ExactProblem, exact: ExactSolution) -> None:
    for j, verdict in enumerate(certificate.verdicts):
        weight, pull = exact.coef[j], abs(exact.gradient[j])
        if math.isfinite(certificate.pull_bound[j]):
            assert pull <= Fraction(certificate.pull_bound[j]), f"pull bound of column {j}"
        if certificate.methods[j] == "dual bound":
            assert pull < problem.l1[j], f"column {j} is not strictly under its toll"
        if verdict.says_zero:
            assert weight == 0, f"{verdict} of column {j}"
        if verdict.says_nonzero:
            assert weight != 0, f"{verdict} of column {j}"
            assert certificate.lo[j] > 0 or certificate.hi[j] < 0
        if math.isfinite(certificate.lo[j]):
            assert Fraction(certificate.lo[j]) <= weight, f"lower end of column {j}"
        if math.isfinite(certificate.hi[j]):
            assert weight <= Fraction(certificate.hi[j]), f"upper end of column {j}"
    if math.isfinite(certificate.gap):
        excess = objective_at(problem, certificate.coef, certificate.intercept) - exact.objective
        assert excess <= Fraction(certificate.gap), "gap"


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cases(l1_ratios=RATIOS), st.integers(0, 2**31), st.sampled_from(KINDS))
def test_no_verdict_is_false_and_the_checker_confirms_every_claim(case: Case, seed: int, kind: str) -> None:
    problem = case.exact()
    exact = solve_exactly(problem)
    coef, intercept = start(exact, kind, seed, case.fit_intercept)
    certificate = certify(case.x, case.y, coef, intercept, loss="squared", **case.options)
    assert_every_claim_is_true(certificate, problem, exact)
    checked = verify(certificate, case.x, case.y, sample_weight=case.sample_weight, offset=case.offset)
    assert checked.ok, checked.messages


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cases(l1_ratios=RATIOS), st.integers(0, 2**31), st.sampled_from(KINDS))
def test_no_verdict_is_false_when_the_penalty_acts_on_standardised_weights(case: Case, seed: int, kind: str) -> None:
    problem = make_problem(
        case.x,
        case.y,
        l1_ratio=case.l1_ratio,
        penalty_factor=case.penalty_factor,
        sample_weight=case.sample_weight,
        offset=case.offset,
        fit_intercept=case.fit_intercept,
        standardize=True,
    )
    rational = case.exact(scale=problem.penalty.scale)
    exact = solve_exactly(rational)
    coef, intercept = start(exact, kind, seed, case.fit_intercept)
    assert_every_claim_is_true(certify_problem(problem, coef, intercept, case.alpha), rational, exact)


@pytest.mark.parametrize("storage", ["float64", "float32", "fortran", "csc", "csr"])
def test_every_storage_gives_the_same_verdicts(storage: str) -> None:
    from scipy import sparse

    rng = np.random.default_rng(3)
    x = rng.integers(-8, 9, (30, 12)) / 8.0 * (rng.random((30, 12)) < 0.4)
    y = rng.integers(-64, 65, 30) / 8.0
    exact = solve_exactly(exact_problem(x, y, alpha=0.05))
    coef, intercept = start(exact, "optimum", 0, True)
    forms = {
        "float64": x,
        "float32": x.astype(np.float32),
        "fortran": np.asfortranarray(x),
        "csc": sparse.csc_array(x),
        "csr": sparse.csr_matrix(x),
    }
    certificate = certify(forms[storage], y, coef, intercept, loss="squared", alpha=0.05)
    reference = certify(x, y, coef, intercept, loss="squared", alpha=0.05)
    assert certificate.verdicts == reference.verdicts
    assert certificate.digests.known == reference.digests.known
    assert verify(certificate, x, y).ok
    assert verify(reference, forms[storage], y).ok
    assert Verdict.OPEN not in certificate.verdicts


def test_a_gap_that_rounds_to_zero_proves_no_active_weight_to_be_zero() -> None:
    # The trap: at the optimum in floats the naive gap P - D is 0 and |c_j| = toll (1 - 1e-16) on the support.
    false, proved = 0, 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        x = rng.integers(-64, 65, (20, 8)) / 16.0
        y = rng.integers(-64, 65, 20) / 4.0
        exact = solve_exactly(exact_problem(x, y, alpha=1.0))
        coef, intercept = start(exact, "optimum", seed, True)
        certificate = certify(x, y, coef, intercept, loss="squared", alpha=1.0)
        for verdict, weight in zip(certificate.verdicts, exact.coef, strict=True):
            false += (verdict.says_zero and weight != 0) or (verdict.says_nonzero and weight == 0)
            proved += verdict is not Verdict.OPEN
    assert false == 0
    assert proved == 40 * 8


@pytest.mark.parametrize("exponent", [*range(1, 53, 3), 60])
@pytest.mark.parametrize("side", [-1, 0, 1])
def test_at_the_boundary_the_answer_is_right_or_open(exponent: int, side: int) -> None:
    # One column with pull exactly 1: the toll is 1, or 2^-k off it on either side.
    x, y = np.array([[1.0], [-1.0]]), np.array([1.0, -1.0])
    alpha = 1.0 + side * 2.0**-exponent
    verdict = certify(x, y, [0.0], loss="squared", alpha=alpha, fit_intercept=False).verdicts[0]
    truth = alpha < 1.0
    assert not (verdict.says_zero and truth)
    assert not (verdict.says_nonzero and not truth)
    if side != 0 and exponent <= 19:  # a gap of one rounding is a pull of its square root
        assert verdict is not Verdict.OPEN


def test_copied_columns_are_not_unique_and_the_others_are_still_decided() -> None:
    rng = np.random.default_rng(5)
    x = rng.standard_normal((40, 4))
    x[:, 1] = x[:, 0]
    y = 3.0 * x[:, 0] + 0.1 * rng.standard_normal(40)
    certificate = certify(x, y, [1.4, 1.4, 0.0, 0.0], loss="squared", alpha=0.2)
    assert certificate.verdicts[0] is Verdict.NOT_UNIQUE
    assert certificate.verdicts[1] is Verdict.NOT_UNIQUE
    assert certificate.verdicts[2].says_zero
    assert certificate.verdicts[3].says_zero


@pytest.mark.parametrize(("proof", "positive"), [("float", False), ("float", True), ("exact", False)])
@pytest.mark.parametrize("weight", [0.0, 5.0])
def test_a_constant_column_without_a_price_may_have_any_weight(weight: float, proof: str, positive: bool) -> None:
    """5 beside an intercept smaller by 5 is the same model, and so is any other number: its zero proves nothing."""
    rng = np.random.default_rng(3)
    x, y = np.column_stack([rng.standard_normal(30), np.ones(30)]), rng.standard_normal(30)
    found = certify(
        x, y, [0.1, weight], -weight, loss="squared", alpha=0.5, penalty_factor=[1, 0], proof=proof, positive=positive
    )
    assert found.verdicts[1] is Verdict.NOT_UNIQUE
    assert (found.lo[1], found.hi[1]) == (0.0 if positive else -np.inf, np.inf)
    assert verify(found, x, y)


def test_a_weight_too_large_for_the_intercept_still_gives_a_certificate() -> None:
    """The constant column's part, 1e300 times 1e300, overflows."""
    x, y = np.column_stack([np.full(4, 1e300), np.arange(4.0)]), np.arange(4.0)
    found = certify(x, y, [1e300, 0.0], loss="squared", alpha=0.1)
    assert np.isfinite(found.anchor_intercept)
    assert type(found).from_json(found.to_json()).verdicts == found.verdicts


def test_the_special_verdicts_are_given() -> None:
    rng = np.random.default_rng(6)
    x = rng.standard_normal((60, 6))
    x[:, 5] = 4.0
    y = 2.0 * x[:, 0] + x[:, 1] + 0.5 * x[:, 2] + 0.1 * rng.standard_normal(60)
    factor = [1.0, 0.0, 1.0, np.inf, 1.0, 1.0]
    certificate = certify(x, y, [1.9, 1.0, 0.0, 0.0, 1e-7, 0.0], loss="squared", alpha=0.1, penalty_factor=factor)
    assert [verdict.value for verdict in certificate.verdicts] == [
        "non-zero, proved",
        "non-zero, unpenalised",
        "wrong zero",
        "zero, structural",
        "numerical debris",
        "zero, structural",
    ]
    assert certificate.methods[3] == "excluded"
    assert certificate.methods[5] == "constant column"
    assert certificate.counts()[Verdict.WRONG_ZERO] == 1
    assert certificate.n_proved == 6


def test_a_constant_target_and_a_huge_alpha_prove_every_zero() -> None:
    rng = np.random.default_rng(7)
    x = rng.standard_normal((20, 30))
    flat = certify(x, np.full(20, 0.1), np.zeros(30), 0.1, loss="squared", alpha=1e-3)
    huge = certify(x, rng.standard_normal(20), np.zeros(30), loss="squared", alpha=1e6)
    assert set(flat.verdicts) == {Verdict.ZERO_PROVED}
    assert set(huge.verdicts) == {Verdict.ZERO_PROVED}


def test_ridge_weights_are_proved_not_to_be_zero_even_with_more_columns_than_rows() -> None:
    rng = np.random.default_rng(8)
    x, y = rng.standard_normal((15, 40)), rng.standard_normal(15)
    xc, yc = x - x.mean(axis=0), y - y.mean()
    coef = np.linalg.solve(xc.T @ xc / 15 + 0.1 * np.eye(40), xc.T @ yc / 15)
    certificate = certify(x, y, coef, y.mean() - x.mean(axis=0) @ coef, loss="squared", alpha=0.1, l1_ratio=0.0)
    assert certificate.counts()[Verdict.NONZERO_PROVED] >= 38


def test_coefficients_that_cannot_be_certified_are_refused_by_name() -> None:
    x, y = np.eye(3), np.arange(3.0)
    with pytest.raises(InputError, match="coef has nan at position 1"):
        certify(x, y, [0.0, math.nan, 0.0], loss="squared", alpha=0.1)
    with pytest.raises(InputError, match=r"coef has shape \(2,\) but X has 3 columns"):
        certify(x, y, [0.0, 1.0], loss="squared", alpha=0.1)
    with pytest.raises(InputTypeError, match="coef must be a vector of 3 numbers"):
        certify(x, y, ["a", "b", "c"], loss="squared", alpha=0.1)
    with pytest.raises(InputError, match=r"intercept=1\.0 but fit_intercept=False"):
        certify(x, y, np.zeros(3), 1.0, loss="squared", alpha=0.1, fit_intercept=False)
    with pytest.raises(InputError, match="proof='exactly'"):
        certify(x, y, np.zeros(3), loss="squared", alpha=0.1, proof="exactly")


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_rough_weights_of_an_elastic_net_are_refined_before_they_are_enclosed(loss: str) -> None:
    """A dual point that meets every toll costs no refinement: intervals are as narrow as float64 allows."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 8))
    y = x[:, 0] - x[:, 1] + rng.standard_normal(60)
    problem = make_problem(x, y if loss == "squared" else y > 0, loss=loss, l1_ratio=0.5)
    fit = wz.fit(x, problem.y, loss=loss, l1_ratio=0.5, alpha=0.1, tol=1e-12)
    rough = certify_problem(problem, fit.coef * (1.0 + 1e-4 * rng.standard_normal(8)), fit.intercept, 0.1)
    assert np.max(rough.hi - rough.lo) < 1e-9
    assert np.all((rough.lo <= fit.coef + 1e-9) & (fit.coef - 1e-9 <= rough.hi))


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_weights_beyond_all_measure_prove_nothing_and_can_be_written(fit_intercept: bool) -> None:
    x = np.random.default_rng(0).standard_normal((30, 3))
    certificate = certify(x, x[:, 0], [1.7e308, 0.0, -1.7e308], loss="squared", alpha=0.1, fit_intercept=fit_intercept)
    assert verify(certificate, x, x[:, 0]).ok
