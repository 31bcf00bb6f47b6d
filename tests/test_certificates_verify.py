"""The checker: confirms what is right on every storage, refuses every change, and says what differs."""

from __future__ import annotations

import copy
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from forging import changed, sealed
from whyzero.certificates import Certificate, certify, verify
from whyzero.certificates.verify import FIELDS
from whyzero.errors import CertificateError

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 9))
X[:, 7] = 1.0
X[:, 8] = X[:, 0] * X[:, 1]
Y = X[:, 0] - 0.5 * X[:, 1] + 0.3 * RNG.standard_normal(60)
LABELS = np.where(X[:, 0] + RNG.standard_normal(60) > 0, "yes", "no")
WEIGHT = RNG.integers(0, 3, 60).astype(float)
OFFSET = 0.1 * RNG.standard_normal(60)
FACTOR = [1.0, 1.0, 0.0, 1.0, 2.0, np.inf, 1.0, 1.0, 1.0]
GUESS = np.array([0.9, -0.4, 0.05, 0.0, 0.0, 0.0, 1e-9, 0.0, 0.0])


def example(loss: str, l1_ratio: float = 1.0, standardize: bool = False) -> Certificate:
    target = Y if loss == "squared" else LABELS
    return certify(
        X,
        target,
        GUESS,
        0.01,
        loss=loss,
        alpha=0.05,
        l1_ratio=l1_ratio,
        penalty_factor=FACTOR,
        sample_weight=WEIGHT,
        offset=OFFSET,
        standardize=standardize,
    )


EXAMPLES = {
    "lasso": (example("squared"), Y),
    "elastic net": (example("squared", 0.5), Y),
    "ridge": (example("squared", 0.0), Y),
    "logistic": (example("logistic"), LABELS),
    "standardised logistic elastic net": (example("logistic", 0.3, standardize=True), LABELS),
}


@pytest.fixture(params=EXAMPLES, ids=str)
def case(request: pytest.FixtureRequest) -> tuple[Certificate, Any]:
    return EXAMPLES[request.param]


def check(certificate: Any, target: Any, x: Any = X, weight: Any = WEIGHT, offset: Any = OFFSET) -> Any:
    return verify(certificate, x, target, sample_weight=weight, offset=offset)


def test_a_right_certificate_is_confirmed_from_any_storage(case: tuple[Certificate, Any]) -> None:
    certificate, target = case
    assert certificate.n_proved >= 5
    for x in (X, np.asfortranarray(X), sparse.csc_array(X), sparse.csr_matrix(X), sparse.coo_array(X)):
        assert check(certificate, target, x) == (True, ("Every claim follows from these data.",))
    assert check(certificate.to_json(), target).ok


def test_writing_and_reading_changes_nothing(case: tuple[Certificate, Any]) -> None:
    certificate, target = case
    again = Certificate.from_json(certificate.to_json())
    assert again.to_json() == certificate.to_json()
    assert again.digest == certificate.digest == json.loads(certificate.to_json())["sha256"]
    assert again.verdicts == certificate.verdicts
    assert check(again, target).ok


def test_a_thousand_changed_certificates_are_refused_even_with_a_fresh_digest() -> None:
    rng = np.random.default_rng(1)
    fields = {name: json.loads(certificate.to_json()) for name, (certificate, _) in EXAMPLES.items()}
    names = sorted(set(FIELDS) - {"sha256", "names"})
    refused = 0
    for k in range(1000):
        example_name = list(EXAMPLES)[k % len(EXAMPLES)]
        forged = copy.deepcopy(fields[example_name])
        name = names[rng.integers(len(names))]
        if isinstance(forged[name], list):
            j = int(rng.integers(len(forged[name])))
            if name == "penalty_factor" and j == 7:
                j = 0  # a constant column has weight zero for any factor: the same problem
            if name == "penalty_factor" and forged["scale"][j] == 0.0:
                j = 0  # the factor of a column without a unit says nothing: the certificate stays true
            forged[name][j] = changed(forged[name][j], rng)
        else:
            forged[name] = changed(forged[name], rng)
        outcome = check(sealed(forged), EXAMPLES[example_name][1])
        assert not outcome.ok, f"{example_name}: a changed {name} was confirmed"
        assert all(message.endswith(".") for message in outcome.messages)
        refused += 1
    assert refused == 1000


@pytest.mark.parametrize("word", ["zero, proved", "non-zero, proved", "open", "numerical debris", "wrong zero"])
def test_every_exchanged_verdict_is_refused(case: tuple[Certificate, Any], word: str) -> None:
    certificate, target = case
    for j, verdict in enumerate(certificate.verdicts):
        if verdict.value != word:
            forged = json.loads(certificate.to_json())
            forged["verdicts"][j] = word
            outcome = check(sealed(forged), target)
            assert outcome.messages[0].startswith("Field 'verdicts' is not what the certificate needs, first at column")


def test_a_changed_text_is_refused_before_anything_is_computed(case: tuple[Certificate, Any]) -> None:
    certificate, target = case
    text = certificate.to_json()
    for forged in (text[:-1], text[: len(text) // 2], "", "[]", "null", text.replace("0.05", "0.06", 1)):
        assert not check(forged, target).ok
        with pytest.raises(CertificateError):
            Certificate.from_json(forged)
    for edit in ({"extra": 1}, {"dual": 3}, {"n_rows": "60"}, {"coef": [0.0]}, {"alpha": "0.05"}, {"schema": "x"}):
        forged = sealed(json.loads(text) | edit)
        assert not check(forged, target).ok
        with pytest.raises(CertificateError):
            Certificate.from_json(forged)
    missing = {name: value for name, value in json.loads(text).items() if name != "dual"}
    assert "dual" in check(sealed(missing), target).messages[0]


def test_another_datum_is_refused_and_named(case: tuple[Certificate, Any]) -> None:
    certificate, target = case
    x = X.copy()
    x[3, 4] = np.nextafter(x[3, 4], 9.0)
    assert check(certificate, target, x).messages[0].startswith("X is not")
    swapped = X[:, [1, 0, *range(2, 9)]]
    assert check(certificate, target, swapped).messages[0].startswith("X is not")
    other = target.copy()
    other[0], other[1:] = target[-1], target[:-1]
    assert check(certificate, other).messages[0].startswith("y is not")
    assert any(m.startswith("sample_weight is not") for m in check(certificate, target, weight=None).messages)
    assert any(m.startswith("offset is not") for m in check(certificate, target, offset=2 * OFFSET).messages)
    assert "X has shape (59, 9)" in verify(certificate, X[:59], target[:59]).messages[0]


def test_a_data_frame_with_other_names_is_refused() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=list("abcdefghi"))
    certificate = certify(frame, Y, np.zeros(9), loss="squared", alpha=0.1)
    assert verify(certificate, frame, Y).ok
    assert verify(certificate, X, Y).ok
    renamed = frame.rename(columns={"a": "z"})
    assert verify(certificate, renamed, Y).messages == ("Field 'names' is not what the certificate needs.",)


def test_a_certificate_that_knows_no_gap_may_claim_nothing_but_dead_columns() -> None:
    fields = json.loads(EXAMPLES["lasso"][0].to_json()) | {"gap": None, "anchor_gap": None}
    for j in {*range(9)} - {5, 7}:  # excluded, constant
        fields["verdicts"][j], fields["methods"][j] = "open", "undecided"
        fields["lo"][j] = fields["hi"][j] = None
    fields["pull_bound"] = [None] * 9
    assert check(sealed(fields), Y).ok
    fields["verdicts"][3], fields["methods"][3], fields["lo"][3], fields["hi"][3] = (
        "zero, proved",
        "dual bound",
        0.0,
        0.0,
    )
    assert not check(sealed(fields), Y).ok


def test_an_intercept_that_the_problem_does_not_have_proves_nothing() -> None:
    """The proof of the problem with offset 5, told as an intercept of a problem that has none."""
    five, y = np.full(60, 5.0), Y + 5.0
    certificate = certify(X, y, GUESS, loss="squared", alpha=0.05, fit_intercept=False, offset=five)
    assert verify(certificate, X, y, offset=five).ok
    forged = json.loads(certificate.to_json()) | {"intercept": 5.0, "anchor_intercept": 5.0}
    forged["offset_digest"] = hashlib.sha256(np.zeros(60).tobytes()).hexdigest()
    outcome = verify(sealed(forged), X, y)
    assert outcome.messages == ("Field 'fit_intercept' is not what the certificate needs.",)


def test_the_checker_is_short() -> None:
    for name in ("verify", "verify_losses"):
        text = Path(sys.modules[f"whyzero.certificates.{name}"].__file__).read_text("utf-8")
        assert len(text.splitlines()) <= 200
