"""Certificates of problems in which no weight may be negative: true against exact rationals, useful, and checkable."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import event, given, settings
from scipy import sparse
from scipy.optimize import nnls

import whyzero as wz
from forging import sealed
from oracle.conditioning import beyond_floats
from oracle.generator import cases
from oracle.rational import objective_at, solve_exactly
from whyzero import sklearn as ours
from whyzero.certificates import Certificate, Verdict, certify, verify
from whyzero.errors import CertificateError, InputError

ZERO = {Verdict.ZERO_PROVED, Verdict.ZERO_STRUCTURAL, Verdict.NUMERICAL_DEBRIS}
SOME = {Verdict.NONZERO_PROVED, Verdict.NONZERO_UNPENALISED, Verdict.WRONG_ZERO}
LOSSES = ["squared", "logistic", "poisson"]


def data(loss="squared", n=80, p=12, seed=0):
    """Half of the columns pull downwards; two are copies of one another, one is the mirror image of a third."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    x[:, p - 1], x[:, p - 2] = x[:, 2], -x[:, 4]
    signal = x[:, :6] @ np.array([1.0, -1.0, 0.6, -0.6, 0.5, -0.5]) + rng.normal(size=n)
    if loss == "poisson":
        return x, np.floor(np.exp(0.4 * signal))
    return x, signal if loss == "squared" else (signal > 0).astype(float)


@pytest.mark.filterwarnings("ignore:.*did not reach tol")  # weights from anywhere will do
@settings(max_examples=100)
@given(cases(l1_ratios=(1.0, 0.5, 0.01)))
def test_every_claim_holds_for_the_exact_rational_optimum(case):
    fit = wz.fit(case.x, case.y, **case.options, positive=True, tol=1e-10)
    found = certify(case.x, case.y, fit.coef, fit.intercept, loss="squared", **case.options, positive=True)
    problem = replace(case.exact(), positive=True)
    exact = solve_exactly(problem, fit.coef)
    if beyond_floats(case, exact):
        event("beyond floats")
        return
    assert found.gap >= objective_at(problem, fit.coef, fit.intercept) - exact.objective
    for j, verdict in enumerate(found.verdicts):
        if problem.l1[j] is None:
            assert verdict is Verdict.ZERO_STRUCTURAL
            continue
        pull = -exact.gradient[j]
        assert found.pull_bound[j] == np.inf or Fraction(found.pull_bound[j]) >= pull
        if verdict in ZERO:
            assert exact.coef[j] == 0
        if verdict in SOME:
            assert exact.coef[j] > 0
        if exact.unique:
            assert found.lo[j] <= exact.coef[j] <= found.hi[j]
            assert verdict is not Verdict.NOT_UNIQUE or not np.ptp(case.x[:, j])
    event(f"{sum(v is Verdict.OPEN for v in found.verdicts)} open")
    checked = verify(found, case.x, case.y, sample_weight=case.sample_weight, offset=case.offset)
    assert checked, checked.messages


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_every_weight_of_ordinary_data_is_decided(loss, l1_ratio, fit_intercept):
    """Oracle: the support of the fit itself, at a tolerance at which it is right."""
    x, y = data(loss)
    x = x[:, :10]
    options = {"loss": loss, "l1_ratio": l1_ratio, "fit_intercept": fit_intercept, "positive": True}
    fit = wz.fit(x, y, alpha=0.03, tol=1e-12, **options)
    assert 0 < np.count_nonzero(fit.coef) < 10
    found = certify(x, y, fit.coef, fit.intercept, alpha=0.03, **options)
    assert found.n_proved == 10
    np.testing.assert_array_equal([v is Verdict.NONZERO_PROVED for v in found.verdicts], fit.coef > 0)
    assert np.any(found.pull < -found.toll), "no zero here needs the limit"
    checked = verify(found, sparse.csc_array(x), y)
    assert checked, checked.messages


def test_rough_weights_prove_the_same():
    x, y = data()
    fit = wz.fit(x, y, alpha=0.05, tol=1e-12, positive=True)
    rough = np.maximum(np.round(fit.coef, 2), 0.0) + 0.01
    options = {"loss": "squared", "alpha": 0.05, "positive": True}
    found, fine = certify(x, y, rough, **options), certify(x, y, fit.coef, fit.intercept, **options)
    assert found.gap > fine.gap
    for a, b in zip(found.verdicts, fine.verdicts, strict=True):
        assert (a is Verdict.NUMERICAL_DEBRIS) == (b is Verdict.ZERO_PROVED)
    assert verify(found, x, y)


def test_copies_share_a_weight_and_mirror_images_do_not():
    x, y = data()
    fit = wz.fit(x, y, alpha=0.02, tol=1e-12, positive=True)
    found = certify(x, y, fit.coef, fit.intercept, loss="squared", alpha=0.02, positive=True)
    assert found.verdicts[2] is found.verdicts[11] is Verdict.NOT_UNIQUE
    assert found.verdicts[4] is Verdict.NONZERO_PROVED
    assert found.verdicts[10] is Verdict.ZERO_PROVED
    assert verify(found, x, y)


def test_the_limit_is_part_of_what_is_checked():
    x, y = data()
    options = {"loss": "squared", "alpha": 0.05}
    limited, plain = (wz.fit(x, y, alpha=0.05, tol=1e-12, positive=flag) for flag in (True, False))
    assert plain.coef.min() < 0.0
    found = certify(x, y, limited.coef, limited.intercept, positive=True, **options)
    text = found.to_json()
    assert Certificate.from_json(text).to_json() == text
    assert Certificate.from_json(text).positive
    assert not verify(sealed(json.loads(text) | {"schema": "whyzero/certificate/1"}), x, y)
    other = certify(x, y, plain.coef, plain.intercept, **options).to_json()
    assert verify(other, x, y)
    assert not verify(sealed(json.loads(other) | {"schema": "whyzero/certificate/1+positive"}), x, y)
    for field in ("pull_bound", "lo", "pull", "gap"):
        value = json.loads(text)[field]
        wrong = value / 2 if field == "gap" else [v if v is None else v - 0.1 * abs(v) - 1e-3 for v in value]
        assert not verify(sealed(json.loads(text) | {field: wrong}), x, y)
    with pytest.raises(CertificateError, match="schema"):
        Certificate.from_json(sealed(json.loads(text) | {"schema": "whyzero/certificate/1+negative"}))


def test_a_certificate_is_about_the_problem_with_its_limit():
    x, y = data()
    limited, plain = (wz.fit(x, y, alpha=0.05, positive=flag) for flag in (True, False))
    found = certify(x, y, limited.coef, limited.intercept, loss="squared", alpha=0.05, positive=True)
    assert found.is_about(limited.problem)
    assert not found.is_about(plain.problem)


@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
def test_every_weight_without_a_penalty_is_decided(loss, fit_intercept):
    """Oracle: SciPy's least squares without negative weights, or the support of the fit."""
    x, y = data(loss)
    x = x[:, :10]
    options = {"loss": loss, "penalty_factor": np.zeros(10), "fit_intercept": fit_intercept, "positive": True}
    fit = wz.fit(x, y, alpha=1.0, tol=1e-12, **options)
    used = fit.coef > 0
    if loss == "squared" and not fit_intercept:
        np.testing.assert_array_equal(used, nnls(x, y)[0] > 0)
    found = certify(x, y, fit.coef, fit.intercept, alpha=1.0, **options)
    expected = [Verdict.NONZERO_UNPENALISED if some else Verdict.ZERO_PROVED for some in used]
    assert list(found.verdicts) == expected
    assert 0 < np.count_nonzero(used) < 10
    checked = verify(found, x, y)
    assert checked, checked.messages


def test_a_copy_of_a_column_without_a_penalty_leaves_everything_open():
    x, y = data()
    free = np.zeros(12)
    fit = wz.fit(x, y, alpha=1.0, penalty_factor=free, positive=True)
    found = certify(x, y, fit.coef, fit.intercept, loss="squared", alpha=1.0, penalty_factor=free, positive=True)
    assert set(found.verdicts) == {Verdict.OPEN}
    assert found.gap == np.inf
    assert verify(found, x, y)


def test_a_negative_weight_is_refused_by_its_place():
    x, y = data()
    fit = wz.fit(x, y, alpha=0.05, positive=True)
    options = {"loss": "squared", "alpha": fit.alpha, "positive": True}
    with pytest.raises(InputError, match=r"coef has -0.5 at position 1, but positive=True"):
        certify(x, y, np.where(np.arange(12) == 1, -0.5, fit.coef), **options)


@pytest.mark.parametrize(
    "model", [ours.Lasso(alpha=0.05, positive=True), ours.Ridge(positive=True), wz.GLMRegressor(positive=True)]
)
def test_estimators_certify(model):
    x, y = data()
    model.fit(x, y)
    found = model.certify(x, y)
    assert found.positive
    assert verify(found, x, y)
    if hasattr(type(model), "_keep"):
        assert model.certificate_.verdicts == found.verdicts
