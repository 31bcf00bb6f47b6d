"""Where no weight may be negative: exact proofs, ranges over all optima and certificates of a path, in rationals."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import whyzero as wz
from forging import contradicted, path_claims_refuted, sealed
from oracle.generator import cases, dyadic
from oracle.lasso_path import exact_path
from oracle.optima import exact_range
from oracle.rational import ExactSolver, exact_problem, solve_exactly
from whyzero.certificates import Certificate, PathCertificate, Verdict, certify, certify_problem, optimal_ranges
from whyzero.errors import CertificateError

QUIET = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}
RIGHT = (True, ("Every claim follows from these data.",))
TINY = "not zero, but below the smallest float"


def after(value):
    return math.nextafter(value, math.inf)


def guess(kind, exact, seed):
    if kind == "optimum":
        return np.array([float(min(value, Fraction(10) ** 300)) for value in exact])
    rng = np.random.default_rng(seed)
    size = np.abs(rng.standard_normal(len(exact))) * 10.0 ** rng.integers(-5, 5, len(exact))
    return size * (rng.random(len(exact)) < 0.5) * (kind == "garbage")


@settings(max_examples=80, **QUIET)
@given(
    cases(max_rows=10, max_cols=8, l1_ratios=(1.0, 0.5, 0.0)),
    st.integers(0, 2**31),
    st.sampled_from(("null", "garbage", "optimum")),
)
def test_an_exact_proof_decides_a_unique_optimum_whole_and_is_confirmed(case, seed, kind):
    exact = solve_exactly(replace(case.exact(), positive=True))
    coef = guess(kind, exact.coef, seed)
    found = certify(case.x, case.y, coef, loss="squared", proof="exact", positive=True, **case.options)
    checked = wz.verify(found, case.x, case.y, sample_weight=case.sample_weight, offset=case.offset)
    assert checked.ok, checked.messages
    for j, verdict in enumerate(found.verdicts):
        assert not verdict.says_nonzero or exact.coef[j] > 0
        assert not verdict.says_zero or exact.coef[j] == 0
        if verdict is Verdict.ZERO_STRUCTURAL or found.penalty_factor[j] == np.inf:
            continue
        assert found.pull_bound[j] == np.inf or Fraction(found.pull_bound[j]) >= -exact.gradient[j]
        if exact.unique:
            assert verdict is not Verdict.OPEN or found.methods[j] == TINY
            assert found.lo[j] <= exact.coef[j] <= found.hi[j]
            assert found.hi[j] <= after(after(found.lo[j])) or verdict is Verdict.NOT_UNIQUE


def test_a_mirror_image_that_attains_the_toll_on_the_wrong_side_is_a_proved_zero():
    """Its pull is minus the toll, exactly: no tie, because it may not follow."""
    x = np.array([[1.0, -1.0], [-1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    y = np.array([2.0, -2.0, 0.5, -0.5])
    found = certify(x, y, [0.0, 0.0], loss="squared", alpha=0.25, proof="exact", positive=True)
    assert found.verdicts == (Verdict.WRONG_ZERO, Verdict.ZERO_PROVED)
    assert found.methods[1] == "exact slope"
    assert -0.25 <= found.pull_bound[1] <= after(-0.25)
    assert wz.verify(found, x, y) == RIGHT
    both = certify(x, y, [0.0, 0.0], loss="squared", alpha=0.25, proof="exact")
    assert both.methods == ("exact tie", "exact tie")


def test_a_zero_that_attains_its_toll_from_below_is_decided_exactly():
    """One column of length 1 with a pull of exactly 1: zero from alpha = 1 on, not one rounding below."""
    x, y = np.array([[1.0], [-1.0], [1.0], [-1.0]]), np.array([1.0, -1.0, 1.0, -1.0])
    options = {"loss": "squared", "proof": "exact", "positive": True}
    at, below = (certify(x, y, [0.0], alpha=alpha, **options) for alpha in (1.0, math.nextafter(1.0, 0.0)))
    assert at.verdicts == (Verdict.ZERO_PROVED,)
    assert below.verdicts == (Verdict.WRONG_ZERO,)
    down = certify(x, -y, [0.0], alpha=5e-324 * 2**60, **options)
    assert down.verdicts == (Verdict.ZERO_PROVED,)


def test_copies_of_a_free_column_are_an_exact_tie_and_one_that_is_pulled_down_is_zero():
    rng = np.random.default_rng(0)
    x = rng.integers(-3, 4, size=(12, 4)).astype(float)
    x[:, 1] = x[:, 0]
    y = x[:, 0] - x[:, 2]
    found = certify(
        x, y, np.zeros(4), loss="squared", alpha=0.5, penalty_factor=[0, 0, 0, 1], proof="exact", positive=True
    )
    assert found.methods[:2] == ("exact tie", "exact tie")
    assert found.verdicts[2] is Verdict.ZERO_PROVED
    assert found.pull_bound[2] < 0
    assert wz.verify(found, x, y) == RIGHT


def test_an_exact_certificate_that_was_changed_is_refused():
    rng = np.random.default_rng(3)
    x, y = rng.integers(-3, 4, size=(20, 5)).astype(float), rng.integers(-4, 5, size=20).astype(float)
    found = certify(x, y, np.zeros(5), loss="squared", alpha=0.2, proof="exact", positive=True)
    assert Certificate.from_json(found.to_json()).to_json() == found.to_json()
    fields = json.loads(found.to_json())
    assert wz.verify(found, x, y) == RIGHT
    assert not wz.verify(sealed(fields | {"schema": "whyzero/certificate/1"}), x, y).ok
    for j in range(5):
        bound = list(fields["pull_bound"])
        bound[j] -= 1e-9
        assert not wz.verify(sealed(fields | {"pull_bound": bound}), x, y).ok
        other = ["zero, proved" if verdict == "wrong zero" else "wrong zero" for verdict in fields["verdicts"]]
        swapped = [other[k] if k == j else verdict for k, verdict in enumerate(fields["verdicts"])]
        assert not wz.verify(sealed(fields | {"verdicts": swapped}), x, y).ok


@pytest.mark.parametrize("seed", range(3))
def test_exact_logistic_proofs_agree_with_float_ones_and_leave_nothing_open(seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((30, 5))
    labels = (x @ [1.0, -1.0, 0.5, 0.0, -0.2] + rng.standard_normal(30) > 0).astype(float)
    fit = wz.fit(x, labels, loss="logistic", alpha=0.05, positive=True, tol=1e-12)
    options = {"loss": "logistic", "alpha": 0.05, "positive": True}
    exact, float_ = (certify(x, labels, fit.coef, fit.intercept, proof=p, **options) for p in ("exact", "float"))
    assert exact.verdicts == float_.verdicts
    assert np.all(exact.lo >= float_.lo)
    assert np.all(exact.hi <= float_.hi)
    assert np.all(exact.pull_bound <= float_.pull_bound)


def test_an_explanation_may_be_proved_exactly():
    x, y = dyadic(np.random.default_rng(0), (12, 4)), dyadic(np.random.default_rng(1), (12,))
    explanation = wz.explain(wz.fit(x, y, alpha=0.5, positive=True, tol=1e-12), proof="exact", max_refits=0)
    assert explanation.certificate.proof == "exact"
    assert all("(exact)" in row.proof for row in explanation.rows)


@settings(max_examples=60, **QUIET)
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from((0.5, 0.125)))
def test_eq_56_gives_the_exact_range_of_every_weight(seed, fit_intercept, share):
    """Small columns of -1, 0 and 1, more than rows: linear dependences of every kind."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(-1, 2, (5, 7)).astype(float), rng.integers(-4, 5, 5).astype(float)
    factor = rng.integers(1, 3, 7).astype(float)
    same = {"fit_intercept": fit_intercept, "positive": True}
    options = same | {"penalty_factor": factor}
    limit = wz.fit_path(x, y, alphas=1, **options).alpha_max
    if limit == 0.0:
        return
    alpha = share * limit
    fit = wz.fit(x, y, alpha=alpha, tol=1e-12, **options)
    certificate = certify_problem(fit.problem, fit.coef, fit.intercept, alpha)
    found = optimal_ranges(fit.problem, certificate)
    solver = ExactSolver(exact_problem(x, y, alpha=alpha, factor=factor, **same))
    exact = solver.solve(certificate.anchor_coef)
    for j, verdict in enumerate(certificate.verdicts):
        low, high = exact_range(solver, exact, j)
        assert [found.lo[j], found.hi[j]] == pytest.approx([float(low), float(high)], abs=1e-5)
        if found.proved[j]:
            assert found.lo[j] <= low <= high <= found.hi[j]
        assert verdict is not Verdict.NOT_UNIQUE or (found.proved[j] and low < high)


def test_eq_144_proves_the_range_of_a_sum_that_costs_as_much_as_its_parts():
    """x2 = x0 + x1 at twice the toll: what both parts have may be given to the sum, until one part has none left."""
    rng = np.random.default_rng(0)
    parts = rng.integers(-3, 4, size=(40, 2)).astype(float)
    x = np.column_stack([parts, parts.sum(axis=1)])
    y = parts @ [1.0, 2.0] + 0.1 * rng.standard_normal(40)
    fit = wz.fit(x, y, alpha=0.1, penalty_factor=[1, 1, 2], positive=True, tol=1e-13)
    found = optimal_ranges(fit.problem, certify_problem(fit.problem, fit.coef, fit.intercept, 0.1))
    alone = wz.fit(parts, y, alpha=0.1, positive=True, tol=1e-13).coef
    assert found.proved.all()
    assert found.lo == pytest.approx([0.0, alone[1] - alone[0], 0.0], abs=1e-6)
    assert found.hi == pytest.approx([alone[0], alone[1], alone[0]], abs=1e-6)
    told = wz.explain(fit, compare=None).why("x2")
    assert "Several fits are best" in told
    cheaper = wz.fit(x, y, alpha=0.1, positive=True, tol=1e-13)  # the sum alone costs less: one optimum
    assert not optimal_ranges(
        cheaper.problem, certify_problem(cheaper.problem, cheaper.coef, cheaper.intercept, 0.1)
    ).several.any()


def test_free_copies_share_their_weight_and_a_free_mirror_image_has_no_limit():
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(2, 40))
    y = 2 * x + z
    for other, expected in ((x, [2.0, 2.0]), (-x, [np.inf, np.inf])):
        X = np.column_stack([x, other, z])
        fit = wz.fit(X, y, alpha=1e-3, penalty_factor=[0, 0, 1], fit_intercept=False, positive=True, tol=1e-12)
        found = optimal_ranges(fit.problem, certify_problem(fit.problem, fit.coef, fit.intercept, 1e-3))
        assert found.lo[:2] == pytest.approx([0.0, 0.0] if expected[0] == 2.0 else [2.0, 0.0], abs=0.05)
        assert found.hi[:2] == pytest.approx(expected, abs=0.05)
        assert not found.several[2]


def small(seed):
    rng = np.random.default_rng(seed)
    shared = dyadic(rng, (7, 1))
    return dyadic(rng, (7, 3)) / 16 + shared * [[1.0, -1.0, 1.0]], dyadic(rng, (7,)) / 8 + shared[:, 0]


@settings(max_examples=40, **QUIET)
@given(st.integers(0, 10_000), st.booleans())
def test_no_claim_about_a_path_that_the_exact_path_refutes_is_made_or_confirmed(seed, fit_intercept):
    x, y = small(seed)
    path = wz.fit_path(x, y, alphas=5, alpha_min_ratio=0.01, fit_intercept=fit_intercept, positive=True)
    certificate = wz.certify_path(path, max_splits=3)
    segments = exact_path(exact_problem(x, y, alpha=1.0, fit_intercept=fit_intercept, positive=True))
    fields = json.loads(certificate.to_json())
    assert fields["schema"] == "whyzero/path-certificate/1+positive"
    assert wz.verify(certificate, x, y) == RIGHT
    assert not contradicted(fields, segments)
    for forged in path_claims_refuted(fields, segments, np.random.default_rng(seed), 10):
        assert not wz.verify(forged, x, y).ok


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
def test_a_path_is_proved_between_its_alphas(loss, l1_ratio):
    """Oracle: fits at alphas between those of the certificate."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 6))
    y = x @ [1.0, -1.0, 0.5, 0.0, 0.2, -0.1] + rng.standard_normal(60)
    y = y if loss == "squared" else (y > 0).astype(float)
    options = {"loss": loss, "l1_ratio": l1_ratio, "penalty_factor": [1, 1, 1, 1, 0, 0], "positive": True}
    path = wz.fit_path(x, y, alphas=8, alpha_min_ratio=0.01, tol=1e-10, **options)
    certificate = wz.certify_path(path)
    assert certificate.is_about(path.problem)
    assert wz.verify(certificate, x, y) == RIGHT
    again = PathCertificate.from_json(certificate.to_json())
    assert again.positive
    assert again.weights == certificate.weights
    down = certificate["x1"]
    assert down.zero
    assert l1_ratio == 0 or down.zero[0][0] == math.inf
    for alpha in np.geomspace(certificate.alphas[0] * 0.99, certificate.alphas[-1] * 1.01, 25):
        coef = wz.fit(x, y, alpha=alpha, tol=1e-12, **options).coef
        for j, weight in enumerate(certificate.weights):
            if weight.zero_around(alpha):
                assert coef[j] == 0
    explanation = wz.explain(path, alpha=float(path.alphas[4]), path_certificate=certificate, max_refits=0)
    assert "It is zero, proved, for every alpha from" in explanation.why("x1")


def test_the_schema_of_a_path_says_what_its_numbers_mean():
    x, y = small(0)
    plain, limited = (
        wz.certify_path(wz.fit_path(x, y, alphas=4, positive=flag), max_splits=1) for flag in (False, True)
    )
    for certificate, schema in ((plain, "+positive"), (limited, "")):
        fields = json.loads(certificate.to_json()) | {"schema": "whyzero/path-certificate/1" + schema}
        assert not wz.verify(sealed(fields), x, y).ok
    negative = json.loads(limited.to_json())
    k = next(k for k, columns in enumerate(negative["columns"]) if columns)
    negative["coefs"][k][0] *= -1
    assert "Field 'coefs' is not what the certificate needs." in wz.verify(sealed(negative), x, y).messages
    with pytest.raises(CertificateError, match="Field 'schema'"):
        PathCertificate.from_json(sealed(negative | {"schema": "whyzero/path-certificate/1+other"}))
