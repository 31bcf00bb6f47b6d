"""The checker of certificates about a matrix of weights: right ones pass on any storage, changed ones do not."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from forging import changed, sealed
from whyzero.certificates import verify
from whyzero.certificates.verify_matrix import FIELDS
from whyzero.errors import CertificateError
from whyzero.multi import MatrixCertificate, certify, multitask_problem, softmax_problem

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 7))
X[:, 5] = 1.0
X[:, 6] = X[:, 0] * X[:, 1]
Y = X[:, :3] * [1.0, -0.5, 0.3] + 0.3 * RNG.standard_normal((60, 3))
LABELS = np.array(["b", "a", "c"])[np.argmax(X[:, :3] + RNG.gumbel(size=(60, 3)), axis=1)]
WEIGHT = RNG.integers(0, 3, 60).astype(float)
FACTOR = [1.0, 1.0, 0.0, 1.0, np.inf, 1.0, 1.0]
GUESS = np.where(RNG.random((3, 7)) < 0.4, 0.0, 0.3 * RNG.standard_normal((3, 7)))
GUESS[:, 4] = 0.0
GUESS[:, 3] = 0.0


def example(loss, l1_ratio=1.0, fit_intercept=True):
    return certify(
        X,
        Y if loss == "squared" else LABELS,
        GUESS,
        0.01 if fit_intercept else 0.0,
        loss=loss,
        alpha=0.05,
        l1_ratio=l1_ratio,
        penalty_factor=FACTOR,
        sample_weight=WEIGHT,
        fit_intercept=fit_intercept,
    )


EXAMPLES = {
    "multi-task lasso": (example("squared"), Y),
    "multi-task elastic net without intercept": (example("squared", 0.5, False), Y),
    "multinomial": (example("softmax"), LABELS),
    "multinomial elastic net": (example("softmax", 0.3), LABELS),
    "multinomial ridge without intercept": (example("softmax", 0.0, False), LABELS),
}
RIGHT = (True, ("Every claim follows from these data.",))


@pytest.fixture(params=EXAMPLES, ids=str)
def case(request):
    return EXAMPLES[request.param]


def check(certificate, target, x=X, weight=WEIGHT):
    return verify(certificate, x, target, sample_weight=weight)


def test_a_right_certificate_is_confirmed_from_any_storage(case):
    certificate, target = case
    assert certificate.n_proved >= 5
    for x in (X, np.asfortranarray(X), sparse.csc_array(X), sparse.csr_matrix(X), sparse.coo_array(X)):
        assert check(certificate, target, x) == RIGHT
    assert check(certificate.to_json(), target) == RIGHT
    if certificate.loss == "softmax":
        assert check(certificate, target[:, None] == np.unique(target)) == RIGHT


def test_writing_and_reading_changes_nothing(case, tmp_path):
    certificate, target = case
    certificate.save(tmp_path / "certificate.json")
    again = MatrixCertificate.load(tmp_path / "certificate.json")
    assert again.to_json() == certificate.to_json()
    assert np.array_equal(again.verdicts, certificate.verdicts)
    assert again.counts() == certificate.counts()
    assert check(again, target).ok


def test_it_knows_what_it_is_about(case):
    certificate, target = case
    make = multitask_problem if certificate.loss == "squared" else softmax_problem
    options = {"sample_weight": WEIGHT, "fit_intercept": certificate.fit_intercept, "l1_ratio": certificate.l1_ratio}
    assert certificate.is_about(make(X, target, penalty_factor=FACTOR, **options))
    assert not certificate.is_about(make(X, target, **options))
    assert not certificate.is_about(make(X, target[::-1], penalty_factor=FACTOR, **options))
    assert not certificate.is_about(make(X, target, penalty_factor=FACTOR, **options).rows)


def test_a_thousand_changed_certificates_are_refused_even_with_a_fresh_digest():
    rng = np.random.default_rng(1)
    originals = {name: json.loads(certificate.to_json()) for name, (certificate, _) in EXAMPLES.items()}
    names = sorted(set(FIELDS) - {"sha256", "names"})
    for k in range(1000):
        which = list(EXAMPLES)[k % len(EXAMPLES)]
        forged = copy.deepcopy(originals[which])
        name = names[rng.integers(len(names))]
        if isinstance(forged[name], list):
            place, j = forged[name], int(rng.integers(len(forged[name])))
            if name == "penalty_factor" and j == 5:
                j = 0  # the weights of a constant column are zero for any factor: the same problem
            while isinstance(place[j], list):
                place, j = place[j], int(rng.integers(len(place[j])))
            place[j] = changed(place[j], rng)
        else:
            forged[name] = changed(forged[name], rng)
        outcome = check(sealed(forged), EXAMPLES[which][1])
        assert not outcome.ok, f"{which}: a changed {name} was confirmed"
        assert all(message.endswith(".") for message in outcome.messages)


@pytest.mark.parametrize("word", ["zero, proved", "non-zero, proved", "open", "numerical debris", "wrong zero"])
def test_every_exchanged_verdict_is_refused(case, word):
    certificate, target = case
    original = json.loads(certificate.to_json())
    for place in np.ndindex(certificate.verdicts.shape):
        if certificate.verdicts[place].value != word:
            forged = copy.deepcopy(original)
            row = forged["verdicts"] if len(place) == 1 else forged["verdicts"][place[0]]
            row[place[-1]] = word
            first = check(sealed(forged), target).messages[0]
            assert first.startswith("Field 'verdicts' is not what the certificate needs, first at column")


def test_a_changed_text_is_refused_before_anything_is_computed(case):
    certificate, target = case
    text = certificate.to_json()
    for forged in (text[:-1], text[: len(text) // 2], "", "[]", "null", text.replace("0.05", "0.06", 1)):
        assert not check(forged, target).ok
        with pytest.raises(CertificateError):
            MatrixCertificate.from_json(forged)
    edits = ({"extra": 1}, {"dual": 3}, {"n_rows": "60"}, {"coef": [[0.0]]}, {"alpha": "0.05"}, {"schema": "x"})
    for edit in (*edits, {"verdicts": ["open"]}, {"loss": "hinge"}, {"n_tasks": 2}, {"dual": [[0.0, 0.0]] * 60}):
        forged = sealed(json.loads(text) | edit)
        assert not check(forged, target).ok
        with pytest.raises(CertificateError):
            MatrixCertificate.from_json(forged)
    missing = {name: value for name, value in json.loads(text).items() if name != "dual"}
    assert "dual" in check(sealed(missing), target).messages[0]


def test_another_datum_is_refused_and_named(case):
    certificate, target = case
    x = X.copy()
    x[3, 3] = np.nextafter(x[3, 3], 9.0)
    assert check(certificate, target, x).messages[0].startswith("X is not")
    other = target.copy()
    other[0], other[1:] = target[-1], target[:-1]
    assert check(certificate, other).messages[0].startswith("y is not")
    assert any(m.startswith("sample_weight is not") for m in check(certificate, target, weight=None).messages)
    assert "these models have no offset" in verify(certificate, X, target, offset=np.zeros(60)).messages[0]
    assert "60 rows" in verify(certificate, X[:59], target[:59]).messages[0]


def test_a_point_that_is_no_probability_proves_nothing():
    """A dual row outside the simplex would have an infinite conjugate: nothing follows, and the checker says so."""
    certificate, target = EXAMPLES["multinomial"]
    original = json.loads(certificate.to_json())
    row = int(np.flatnonzero(WEIGHT > 0.0)[0])
    for edit in ([-0.1, 0.05, 0.05], [0.5, 0.5, 0.5], [0.0, 0.0, 1e-6]):
        forged = copy.deepcopy(original)
        forged["dual"][row] = (np.array(forged["dual"][row]) + edit).tolist()
        assert not check(sealed(forged), target).ok


def test_the_checker_is_short():
    for name in ("verify_matrix", "verify_matrix_bounds"):
        text = Path(sys.modules[f"whyzero.certificates.{name}"].__file__).read_text("utf-8")
        assert len(text.splitlines()) <= 200
