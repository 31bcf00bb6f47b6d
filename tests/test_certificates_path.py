"""The file form of a path's certificate, and its checker: right files confirmed, every change refused and named."""

from __future__ import annotations

import copy
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

import whyzero as wz
from forging import changed, contradicted, path_claims_refuted, sealed
from oracle.generator import dyadic
from oracle.lasso_path import exact_path
from oracle.rational import exact_problem
from whyzero.certificates.verify_path import FIELDS
from whyzero.errors import CertificateError, InputError

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 7))
X[:, 5], X[:, 6] = 1.0, X[:, 0] * X[:, 1]
Y = X[:, 0] - 0.5 * X[:, 1] + 0.3 * RNG.standard_normal(40)
LABELS = np.where(X[:, 0] + RNG.standard_normal(40) > 0, "yes", "no")
WEIGHT, OFFSET = RNG.integers(0, 3, 40).astype(float), 0.1 * RNG.standard_normal(40)
FACTOR = [1.0, 1.0, 0.0, 1.0, np.inf, 1.0, 2.0]
RIGHT = (True, ("Every claim follows from these data.",))


def example(loss: str, **options: Any) -> wz.PathCertificate:
    target = Y if loss == "squared" else LABELS
    options = {"penalty_factor": FACTOR, "sample_weight": WEIGHT, "offset": OFFSET, "alphas": 6} | options
    return wz.certify_path(wz.fit_path(X, target, loss=loss, **options), max_splits=4)


EXAMPLES = {
    "lasso": (example("squared"), Y),
    "elastic net": (example("squared", l1_ratio=0.5), Y),
    "ridge": (example("squared", l1_ratio=0.0), Y),
    "logistic": (example("logistic"), LABELS),
    "standardised logistic elastic net": (example("logistic", l1_ratio=0.3, standardize=True), LABELS),
    "without intercept": (example("squared", fit_intercept=False), Y),
}
TEXTS = {name: json.loads(certificate.to_json()) for name, (certificate, _) in EXAMPLES.items()}


@pytest.fixture(params=EXAMPLES, ids=str)
def case(request: pytest.FixtureRequest) -> tuple[wz.PathCertificate, Any]:
    return EXAMPLES[request.param]


def check(certificate: Any, target: Any, x: Any = X, weight: Any = WEIGHT, offset: Any = OFFSET) -> Any:
    return wz.verify(certificate, x, target, sample_weight=weight, offset=offset)


def test_a_right_certificate_is_confirmed_from_any_storage(case: tuple[wz.PathCertificate, Any]) -> None:
    certificate, target = case
    for x in (X, np.asfortranarray(X), sparse.csc_array(X), sparse.csr_matrix(X)):
        assert check(certificate, target, x) == RIGHT
    assert check(certificate.to_json(), target) == RIGHT


def test_the_examples_claim_something_of_every_kind() -> None:
    weights = [weight for certificate, _ in EXAMPLES.values() for weight in certificate.weights]
    assert any(np.isinf(high) for weight in weights for high, _ in weight.zero)
    assert any(high > low for weight in weights for high, low in weight.zero if np.isfinite(high))
    assert sum(len(weight.nonzero) for weight in weights) > 100


def test_writing_and_reading_changes_nothing(case: tuple[wz.PathCertificate, Any], tmp_path: Path) -> None:
    certificate, target = case
    certificate.save(tmp_path / "path.json")
    again = wz.PathCertificate.load(tmp_path / "path.json")
    assert again.to_json() == certificate.to_json()
    assert again.weights == certificate.weights
    assert again.alphas == certificate.alphas
    assert check(again, target) == RIGHT


def test_a_certificate_from_a_file_is_told_in_an_explanation() -> None:
    path = wz.fit_path(X, Y, alphas=5)
    again = wz.PathCertificate.from_json(wz.certify_path(path).to_json())
    told = wz.explain(path, alpha=float(path.alphas[1]), path_certificate=again, compare=None)
    assert "for every alpha from" in told.why("x3")
    with pytest.raises(InputError, match="path_certificate was made for another problem"):
        wz.explain(wz.fit(X, Y, alpha=0.1, standardize=True), path_certificate=again)


def test_a_thousand_changed_certificates_are_refused_even_with_a_fresh_digest() -> None:
    rng = np.random.default_rng(1)
    names = sorted(set(FIELDS) - {"sha256", "names"})
    for k in range(1000):
        example_name = list(EXAMPLES)[k % len(EXAMPLES)]
        forged = copy.deepcopy(TEXTS[example_name])
        name = names[rng.integers(len(names))]
        if name == "penalty_factor":
            forged[name][0] = changed(forged[name][0], rng)  # that of a constant or an excluded column is no claim
        else:
            forged[name] = changed(forged[name], rng)
        outcome = check(sealed(forged), EXAMPLES[example_name][1])
        assert not outcome.ok, f"{example_name}: a changed {name} was confirmed"
        assert all(message.endswith(".") for message in outcome.messages)


def test_every_other_end_of_an_interval_is_refused_and_the_column_named(case: tuple[wz.PathCertificate, Any]) -> None:
    certificate, target = case
    fields = json.loads(certificate.to_json())
    alphas, kept = fields["alphas"], 0
    for j, intervals in enumerate(fields["zero"]):
        for k, (high, low) in enumerate(intervals):
            place = alphas.index(low)
            for other in {place - 1, place + 1} & {*range(len(alphas))}:
                forged = copy.deepcopy(fields)
                forged["zero"][j][k] = [high, alphas[other]]
                outcome = check(sealed(forged), target)
                assert not outcome.ok
                assert f"'x{j}'" in " ".join(outcome.messages)
                kept += 1
    assert kept or fields["l1_ratio"] == 0.0


def test_a_claim_too_many_and_a_claim_too_few_are_told_apart() -> None:
    fields = TEXTS["lasso"]
    alive, alphas = fields["nonzero"][0], fields["alphas"]
    too_many = copy.deepcopy(fields)
    too_many["zero"][0] = [[None, alive[-1]]]
    assert (
        check(sealed(too_many), Y).messages[0].startswith("Field 'zero' of column 'x0' claims what is not proved at ")
    )
    too_few = copy.deepcopy(fields)
    too_few["nonzero"][0] = alive[1:]
    (message,) = check(sealed(too_few), Y).messages
    assert message == f"Field 'nonzero' of column 'x0' leaves out what is proved at {alive[0]}."
    joined = copy.deepcopy(fields)
    joined["zero"][3][-1][1] = alphas[0]
    assert "leaves out what is proved between" in " ".join(check(sealed(joined), Y).messages)


def test_a_changed_text_is_refused_before_anything_is_computed(case: tuple[wz.PathCertificate, Any]) -> None:
    certificate, target = case
    text = certificate.to_json()
    for forged in (text[:-1], text[: len(text) // 2], text.replace(str(certificate.alphas[1]), "0.0625")):
        assert not check(forged, target).ok
        with pytest.raises(CertificateError):
            wz.PathCertificate.from_json(forged)
    edits: list[dict[str, Any]] = [{"extra": 1}, {"duals": 3}, {"n_rows": "40"}, {"coefs": [[0.0]]}, {"alphas": []}]
    edits += [{"zero": [[[1.0]]] * 7}, {"zero": [[[True, 1.0]]] * 7}, {"nonzero": [[{}]] * 7}, {"columns": [[-1]] * 9}]
    for edit in edits:
        forged = sealed(json.loads(text) | edit)
        assert not check(forged, target).ok
        with pytest.raises(CertificateError):
            wz.PathCertificate.from_json(forged)
    missing = {name: value for name, value in json.loads(text).items() if name != "duals"}
    assert "duals" in check(sealed(missing), target).messages[0]


def test_other_data_are_refused_and_named(case: tuple[wz.PathCertificate, Any]) -> None:
    certificate, target = case
    x = X.copy()
    x[3, 4] = np.nextafter(x[3, 4], 9.0)
    assert check(certificate, target, x).messages[0].startswith("X is not")
    assert check(certificate, target, X[:, [1, 0, *range(2, 7)]]).messages[0].startswith("X is not")
    assert check(certificate, np.roll(target, 1)).messages[0].startswith("y is not")
    assert any(m.startswith("sample_weight is not") for m in check(certificate, target, weight=None).messages)
    assert any(m.startswith("offset is not") for m in check(certificate, target, offset=2 * OFFSET).messages)
    assert "X has shape (39, 7)" in wz.verify(certificate, X[:39], target[:39]).messages[0]


def test_an_intercept_that_the_problem_does_not_have_proves_nothing() -> None:
    """Points of the problem with offset 5, told as an intercept of a problem that has none."""
    path = wz.fit_path(X, Y + 5.0, offset=np.full(40, 5.0), fit_intercept=False, alphas=4)
    fields = json.loads(wz.certify_path(path).to_json())
    forged = fields | {"intercepts": [5.0] * len(fields["alphas"])}
    forged["offset_digest"] = hashlib.sha256(np.zeros(40).tobytes()).hexdigest()
    assert wz.verify(sealed(forged), X, Y + 5.0).messages == ("Field 'intercepts' is not what the certificate needs.",)


def test_a_gap_that_is_null_proves_no_more_than_dead_columns() -> None:
    """An honest file may know no gap at an alpha; one that claims something there is refused."""
    fields = copy.deepcopy(TEXTS["lasso"])
    fields["gaps"][2] = None
    told = " ".join(check(sealed(fields), Y).messages)
    assert f"claims what is not proved at {fields['alphas'][2]}." in told
    alphas, dead = fields["alphas"], {4, 5}
    for j in {*range(7)} - dead:
        pairs = []
        for high, low in fields["zero"][j]:
            first, last = 0 if high is None else alphas.index(high), alphas.index(low)
            if first <= 2 <= last:
                pairs += [[high, alphas[1]]] if first < 2 else []
                pairs += [[alphas[3], low]] if last > 2 else []
            else:
                pairs.append([high, low])
        fields["zero"][j] = pairs
        fields["nonzero"][j] = [alpha for alpha in fields["nonzero"][j] if alpha != alphas[2]]
    assert check(sealed(fields), Y) == RIGHT


def small(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    shared = dyadic(rng, (7, 1))
    return dyadic(rng, (7, 3)) / 16 + shared, dyadic(rng, (7,)) / 8 + shared[:, 0]


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10_000), st.booleans())
def test_no_claim_that_the_exact_path_refutes_is_confirmed(seed: int, fit_intercept: bool) -> None:
    x, y = small(seed)
    path = wz.fit_path(x, y, alphas=5, alpha_min_ratio=0.01, fit_intercept=fit_intercept)
    certificate = wz.certify_path(path, max_splits=3)
    segments = exact_path(exact_problem(x, y, alpha=1.0, fit_intercept=fit_intercept))
    fields = json.loads(certificate.to_json())
    assert wz.verify(certificate, x, y) == RIGHT
    assert not contradicted(fields, segments)
    for forged in path_claims_refuted(fields, segments, np.random.default_rng(seed), 20):
        assert not wz.verify(forged, x, y).ok


def test_the_checker_is_short_and_rests_on_numpy_alone() -> None:
    file = Path(sys.modules["whyzero.certificates.verify_path"].__file__)
    text = file.read_text("utf-8")
    assert len(text.splitlines()) <= 200
    found = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    own = {f"whyzero.certificates.{name}" for name in ("verify", "verify_exact", "verify_losses")}
    assert {name.split(".")[0] for name in found - own} <= {*sys.stdlib_module_names, "numpy"}
