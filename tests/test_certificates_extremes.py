"""Certificates at the ends of float64, and a checker that confirms every true one and refuses what is no problem."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from oracle.rational import exact_problem, solve_exactly
from test_certificates import assert_every_claim_is_true
from test_certificates_verify import sealed
from whyzero.certificates import Certificate, Verdict, certify, certify_problem, verify
from whyzero.errors import CertificateError, InputTypeError
from whyzero.problem import make_problem

RNG = np.random.default_rng(0)
X = np.round(16 * RNG.standard_normal((20, 5))) / 16
Y = np.round(16 * (X[:, 0] - X[:, 1] + 0.3 * RNG.standard_normal(20))) / 16
LABELS = np.where(Y > 0.0, "yes", "no")


def nearest(value: Fraction) -> float:
    return float(max(min(value, Fraction(10) ** 300), -(Fraction(10) ** 300)))


def true_and_confirmed(x: np.ndarray, y: np.ndarray, alpha: float, **options: Any) -> Certificate:
    """The certificate of the rounded optimum, after every claim was compared with the exact one and checked."""
    problem = make_problem(x, y, **options)
    rational = exact_problem(
        x,
        y,
        alpha=alpha,
        l1_ratio=problem.penalty.l1_ratio,
        factor=problem.penalty.factor,
        scale=problem.penalty.scale,
        sample_weight=problem.sample_weight,
        fit_intercept=problem.fit_intercept,
    )
    exact = solve_exactly(rational)
    intercept = nearest(exact.intercept) if problem.fit_intercept else 0.0
    certificate = certify_problem(problem, [nearest(b) for b in exact.coef], intercept, alpha)
    assert_every_claim_is_true(certificate, rational, exact)
    checked = verify(certificate, x, y, sample_weight=options.get("sample_weight"))
    assert checked.ok, checked.messages
    assert Certificate.from_json(certificate.to_json()).verdicts == certificate.verdicts
    return certificate


@pytest.mark.parametrize(
    ("alpha", "l1_ratio", "factor"), [(5e-324, 0.5, 1e308), (5e-324, 0.4, 1e308), (1e-300, 1e-24, 1e300)]
)
@pytest.mark.parametrize("size", [1.0, 1e-12, 1e-14, 1e-15, 1e-20, 1e-22])
def test_a_toll_whose_product_underflows_on_the_way_proves_nothing(alpha, l1_ratio, factor, size) -> None:
    for x, y in ((X[:, :2], Y * size), (X[:, :2] * size, Y)):
        certificate = true_and_confirmed(x, y, alpha, l1_ratio=l1_ratio, penalty_factor=np.full(2, factor))
        assert set(certificate.verdicts) == {Verdict.OPEN}


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
def test_columns_targets_and_weights_of_every_size_are_confirmed(fit_intercept, standardize, l1_ratio) -> None:
    options: dict[str, Any] = {"fit_intercept": fit_intercept, "standardize": standardize, "l1_ratio": l1_ratio}
    for exponent in (-1000, -500, -480, -460, 460, 500, 530, 900, 1018):
        x, weight = X.copy(), np.ones(20)
        x[:, 2], weight[3] = np.ldexp(x[:, 2], exponent), 2.0**exponent
        true_and_confirmed(x, Y, 0.1, **options)
        true_and_confirmed(X, np.ldexp(Y, exponent), float(np.ldexp(0.1, exponent)), **options)
        true_and_confirmed(X, Y, 0.1, sample_weight=weight, **options)
        true_and_confirmed(X, Y, 0.1, sample_weight=np.full(20, 2.0**exponent), **options)
    for base in (0.1, 1e8):
        x = X.copy()
        x[:, 3] = base
        x[4, 3] = np.nextafter(base, math.inf)
        true_and_confirmed(x, Y, 0.1, **options)


def test_a_column_that_is_standardised_without_an_intercept_keeps_its_deviation() -> None:
    certificate = true_and_confirmed(X + 3.0, Y, 0.1, standardize=True, fit_intercept=False)
    np.testing.assert_allclose(certificate.scale, X.std(axis=0))
    assert certificate.n_proved >= 3


def test_weights_whose_sum_overflows_are_only_shares() -> None:
    certificate = true_and_confirmed(X, Y, 0.1, sample_weight=np.full(20, 2.0**1023))
    assert (
        certificate.verdicts
        == certify(X, Y, certificate.coef, certificate.intercept, loss="squared", alpha=0.1).verdicts
    )


def test_rare_rows_do_not_widen_the_bounds() -> None:
    weight = np.where(np.arange(20) == 3, 1e-20, 1.0)
    assert true_and_confirmed(X, Y, 0.1, sample_weight=weight).n_proved == 5


def test_free_columns_of_opposite_extremes_are_open_and_no_crash() -> None:
    x = np.array([[-4.25, 2.4375, 1.7390418853577663e172, 2.263919769706678e-72]])
    factor = [0.0, 1.0, 0.0, 1.0]
    certificate = certify(
        x, [1.0], np.ones(4), 0.0, loss="squared", alpha=0.1, penalty_factor=factor, fit_intercept=False
    )
    assert set(certificate.verdicts) == {Verdict.OPEN}
    assert verify(certificate, x, [1.0]).ok


def test_an_overflowing_pull_is_null_in_the_file_and_still_confirmed() -> None:
    x = X.copy()
    x[:, 0] = np.ldexp(x[:, 0], 600)
    certificate = certify(x, Y, [1.0, -1.0, 0.0, 0.0, 0.0], loss="squared", alpha=0.1)
    assert math.isinf(certificate.pull[0])
    assert json.loads(certificate.to_json())["pull"][0] is None
    assert verify(certificate, x, Y).ok


@pytest.mark.parametrize("size", [1e150, 1e155, 1e200, 1e300])
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_pulls_upwards_that_overflow_are_confirmed_to_be_unknown(size: float, loss: str) -> None:
    x, target = X.copy(), Y if loss == "squared" else LABELS
    x[:, 2] *= size
    certificate = certify(x, target, [0.5, 0.3, 0.1, 0.0, 0.0], 0.1, loss=loss, alpha=0.1, positive=True)
    assert set(certificate.verdicts) == {Verdict.OPEN}
    checked = verify(certificate, x, target)
    assert checked.ok, checked.messages


def test_an_excluded_column_may_have_any_entries() -> None:
    x, target = X.copy(), np.ldexp(Y, 500)
    x[:, 2] = np.ldexp(x[:, 2], 1020)
    factor = [1.0, 1.0, np.inf, 1.0, 1.0]
    options: dict[str, Any] = {"alpha": 1e140, "penalty_factor": factor, "fit_intercept": False}
    certificate = certify(x, target, np.zeros(5), loss="squared", **options)
    assert certificate.gap < math.inf
    checked = verify(certificate, x, target)
    assert checked.ok, checked.messages


def test_a_gap_near_the_largest_float_is_confirmed() -> None:
    target = np.ldexp(Y, 511)  # twice the loss of a row overflows
    certificate = certify(X, target, np.zeros(5), loss="squared", alpha=2e153, fit_intercept=False)
    assert 1e307 < certificate.gap < math.inf
    checked = verify(certificate, X, target)
    assert checked.ok, checked.messages


def random_extremes(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
    """A small problem with columns, targets, weights and penalties of any size, and weights to judge."""
    n, p = int(rng.integers(4, 14)), int(rng.integers(1, 5))
    exponent = rng.choice([0, 0, 0, 130, 139, 140, 149, 150, 151, 154, 155, 160, 200, 300, 307], p)
    x = np.clip(np.round(16 * rng.standard_normal((n, p))) / 16 * 10.0**exponent, -1.7e308, 1.7e308)
    if rng.random() < 0.2:
        x[:, 0] = 10.0 ** exponent[0]
    loss = str(rng.choice(["squared", "logistic", "poisson"]))
    target = np.round(16 * rng.standard_normal(n)) / 16 * 10.0 ** rng.choice([0, 0, 0, 100, 150, 154, 200, 300])
    y = {"squared": target, "logistic": np.arange(n) % 2.0, "poisson": np.round(rng.exponential(2.0, n)) + 1.0}[loss]
    factor = rng.choice([1.0, 1.0, 0.0, np.inf], p)
    factor[0] = factor[0] if factor[0] < np.inf else 1.0
    options = {
        "loss": loss,
        "alpha": 10.0 ** float(rng.choice([-1, -1, 0, 50, 150])),
        "l1_ratio": float(rng.choice([1.0, 0.5, 0.0])),
        "penalty_factor": factor,
        "fit_intercept": bool(rng.integers(2)),
        "standardize": bool(rng.integers(2)),
        "positive": bool(rng.integers(2)),
        "sample_weight": None if rng.random() < 0.7 else 10.0 ** rng.choice([0, 0, 100, -100, 200], n),
        "offset": None if rng.random() < 0.8 else rng.standard_normal(n) * 10.0 ** rng.choice([0, 100, 155, 200]),
    }
    coef = rng.choice([0.0, 0.0, 0.1, 1.0, 1e-150, 1e10], p)
    return x, y, coef * (1 if options["positive"] else rng.choice([-1, 1], p)), options


@pytest.mark.parametrize("seed", range(8))
def test_what_certify_writes_of_random_extremes_is_confirmed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(100):
        x, y, coef, options = random_extremes(rng)
        certificate = certify(x, y, coef, 0.1 * options["fit_intercept"], **options)
        checked = verify(certificate, x, y, sample_weight=options["sample_weight"], offset=options["offset"])
        assert checked.ok, (checked.messages, options)


def test_dense_columns_with_few_entries_are_confirmed_in_long_data() -> None:
    rng = np.random.default_rng(1)
    x = np.zeros((5000, 2))
    x[[7, 9], 0], x[:, 1] = 1.0, rng.standard_normal(5000)
    y = rng.standard_normal(5000)
    y[[7, 9]] = 1.0, -1.0
    certificate = certify(x, y, [0.0, 0.0], 0.0, loss="squared", alpha=10.0, fit_intercept=False)
    assert certificate.counts() == {Verdict.ZERO_PROVED: 2}
    assert verify(certificate, x, y).ok


def test_weights_and_offsets_given_as_one_column_are_confirmed() -> None:
    weight, offset = np.ones((20, 1)), np.full((20, 1), 0.5)
    certificate = certify(X, Y, np.zeros(5), loss="squared", alpha=0.1, sample_weight=weight, offset=offset)
    assert verify(certificate, X, Y, sample_weight=weight, offset=offset).ok
    assert verify(certificate, X, Y, offset=offset[:, 0]).ok


def test_an_arrow_table_is_confirmed_under_its_own_names() -> None:
    pa = pytest.importorskip("pyarrow")
    table = pa.table({name: X[:, j] for j, name in enumerate("abcde")})
    certificate = certify(table, Y, np.zeros(5), loss="squared", alpha=0.1)
    assert verify(certificate, table, Y).ok
    assert not verify(certificate, table.rename_columns(list("abcdz")), Y).ok


HOSTILE: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "labels that cannot be sorted": (X, [None, "a"] * 10, {}),
    "targets that are no numbers": (X, [{}] * 20, {}),
    "a short weight": (X, Y, {"sample_weight": [1.0]}),
    "a number for a weight": (X, Y, {"sample_weight": 3.0}),
    "weights that are no numbers": (X, Y, {"sample_weight": [{}] * 20}),
    "negative weights": (X, Y, {"sample_weight": -np.ones(20)}),
    "complex columns": (X + 1j, Y, {}),
    "a complex target": (X, Y + 1j, {}),
    "integers beyond float64": ([[10**400] * 5] * 20, Y, {}),
    "nothing": (None, None, {}),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_data_that_cannot_be_used_are_refused_in_words(name: str, loss: str) -> None:
    certificate = certify(X, Y if loss == "squared" else LABELS, np.zeros(5), loss=loss, alpha=0.1)
    x, y, options = HOSTILE[name]
    outcome = verify(certificate, x, y, **options)
    assert not outcome.ok
    assert outcome.messages[0].endswith(".")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"schema": ' + "9" * 5000 + "}", '{"schema": 1e999}', '{"schema": ' + "9" * 400 + "}", "3"]
)
def test_a_hostile_text_is_refused_by_reader_and_checker(text: str) -> None:
    assert not verify(text, X, Y).ok
    with pytest.raises(CertificateError):
        Certificate.from_json(text)


@pytest.mark.parametrize("junk", [None, b"{}", {}, 3])
def test_what_is_no_certificate_is_refused_in_words(junk: Any) -> None:
    assert not verify(junk, X, Y).ok


@pytest.mark.parametrize(
    "edit",
    [
        {"penalty_factor": [1.0, 1.0, 1.0, 1.0, -1.0], "toll": [0.1, 0.1, 0.1, 0.1, -0.1]},
        {"l1_ratio": 2.0, "toll": [0.2] * 5},
        {"alpha": -0.1, "toll": [-0.1] * 5},
        {"alpha": 10**400},
        {"n_rows": 0, "dual": []},
    ],
    ids=str,
)
def test_a_forged_problem_that_is_none_is_refused_even_if_nothing_is_claimed_of_it(edit: dict[str, Any]) -> None:
    x = X.copy()
    x[:, 4] = 1.0
    fields = json.loads(certify(x, Y, np.zeros(5), loss="squared", alpha=0.1).to_json())
    assert verify(sealed(fields), x, Y).ok
    assert not verify(sealed(fields | edit), x, Y).ok


def test_a_scale_other_than_one_is_refused_without_standardising() -> None:
    fields = json.loads(certify(X, Y, np.zeros(5), loss="squared", alpha=0.1).to_json())
    nearly = 1.0 + 2.0**-40
    forged = fields | {"scale": [nearly] * 5, "toll": [0.1 * nearly] * 5}
    assert any("'scale'" in message for message in verify(sealed(forged), X, Y).messages)


@pytest.mark.parametrize("coef", [np.array([1j] * 5), [10**400] * 5])
def test_coefficients_outside_float64_are_refused_by_type(coef: Any) -> None:
    with pytest.raises(InputTypeError, match="coef must be a vector of 5"):
        certify(X, Y, coef, loss="squared", alpha=0.1)
