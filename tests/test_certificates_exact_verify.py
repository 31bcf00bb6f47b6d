"""The checker of exact proofs: confirms what is right, refuses every change, and says what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from forging import sealed
from whyzero.certificates import Certificate, Verdict, certify, verify
from whyzero.cli import app

RNG = np.random.default_rng(1)
X = RNG.standard_normal((30, 8))
X[:, 5], X[:, 6], X[:, 7] = -X[:, 0], 2.0, 0.0
X[:, 7] = np.where(np.arange(30) < 15, 1.0, -1.0)
Y = X[:, 0] - 0.5 * X[:, 1] + 0.4 * X[:, 7] + 0.3 * RNG.standard_normal(30)
WEIGHT, OFFSET = RNG.integers(0, 3, 30).astype(float), 0.1 * RNG.standard_normal(30)
FACTOR = [1.0, 1.0, 0.0, 5.0, np.inf, 1.0, 1.0, 1.0]
GUESS = np.array([0.9, 0.0, 0.05, 0.0, 0.0, 0.0, 1e-9, 1e-9])


def example(**options: Any) -> Certificate:
    return certify(
        X,
        Y,
        GUESS,
        loss="squared",
        alpha=0.125,
        penalty_factor=FACTOR,
        sample_weight=WEIGHT,
        offset=OFFSET,
        proof="exact",
        **options,
    )


EXACT = example()
FIELDS = json.loads(EXACT.to_json())


def check(certificate: Any) -> Any:
    return verify(certificate, X, Y, sample_weight=WEIGHT, offset=OFFSET)


@pytest.mark.parametrize("options", [{}, {"l1_ratio": 0.5}, {"standardize": True}, {"fit_intercept": False}], ids=str)
def test_an_exact_certificate_is_confirmed_and_reads_back(options: dict[str, Any]) -> None:
    certificate = example(**options)
    assert certificate.proof == "exact"
    assert check(certificate) == (True, ("Every claim follows from these data.",))
    assert Certificate.from_json(certificate.to_json()).verdicts == certificate.verdicts
    assert check(certificate.to_json()).ok


def test_the_example_has_every_kind_of_verdict() -> None:
    assert {"exact slope", "exact weight", "exact tie", "excluded", "constant column"} == set(EXACT.methods)
    assert len(EXACT.counts()) == 7


def changed(name: str, value: Any, j: int) -> dict[str, Any]:
    return FIELDS | {name: [*FIELDS[name][:j], value, *FIELDS[name][j + 1 :]]}


CHANGES = {
    "lo": lambda e: np.nextafter(np.nextafter(e, np.inf), np.inf) if e is not None else -1.0,
    "hi": lambda e: e + 0.5 if e is not None else 1.0,
    "pull_bound": lambda e: 0.999 * e if e else e,
    "anchor_coef": lambda e: -e if e else 0.1,
    "coef": lambda e: e + 1.0,
    "methods": lambda e: "exact slope" if e != "exact slope" else "exact weight",
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_changed_number_or_word_is_refused(name: str) -> None:
    for j, old in enumerate(FIELDS[name]):
        new = CHANGES[name](old)
        if new != old:
            outcome = check(sealed(changed(name, new, j)))
            assert not outcome.ok, (name, j)
            assert outcome.messages[0].endswith(".")


def test_every_other_verdict_of_every_column_is_refused() -> None:
    for j, old in enumerate(FIELDS["verdicts"]):
        for verdict in Verdict:
            if verdict.value != old:
                outcome = check(sealed(changed("verdicts", verdict.value, j)))
                assert any("'verdicts'" in message and f"'x{j}'" in message for message in outcome.messages)


def test_another_alpha_another_datum_and_another_proof_are_refused() -> None:
    assert not check(sealed(FIELDS | {"alpha": float(np.nextafter(0.125, 1.0))})).ok
    assert not check(sealed(FIELDS | {"proof": "float"})).ok
    assert not check(sealed(FIELDS | {"proof": "certain"})).ok
    x = X.copy()
    x[3, 3] = np.nextafter(x[3, 3], 1.0)
    outcome = verify(EXACT, x, Y, sample_weight=WEIGHT, offset=OFFSET)
    assert not outcome.ok
    assert outcome.messages[0].startswith("X is not")


def test_an_exact_proof_of_the_logistic_loss_is_refused_honestly() -> None:
    certificate = certify(X, Y > 0, GUESS, loss="logistic", alpha=0.05, proof="exact")
    outcome = verify(certificate, X, Y > 0)
    assert not outcome.ok
    assert "its proof is exact and its loss logistic" in outcome.messages[0]


def test_the_checker_of_exact_proofs_has_at_most_200_lines() -> None:
    import whyzero.certificates as package

    text = (Path(package.__file__).parent / "verify_exact.py").read_text("utf-8")
    assert len(text.splitlines()) <= 200


def test_the_command_fits_with_an_exact_proof_and_verifies_it(tmp_path: Path) -> None:
    table, run = tmp_path / "table.csv", tmp_path / "run"
    rows = [",".join(map(repr, [*x, y])) for x, y in zip(X[:, :4].tolist(), Y.tolist(), strict=True)]
    table.write_text("\n".join(["a,b,c,d,y", *rows]), "utf-8")
    fitted = CliRunner().invoke(
        app, ["fit", str(table), "--target", "y", "--alpha", "0.1", "--exact", "--out", str(run)]
    )
    assert fitted.exit_code == 0, fitted.output
    assert json.loads((run / "certificate.json").read_text("utf-8"))["proof"] == "exact"
    assert CliRunner().invoke(app, ["verify", str(run), str(table)]).exit_code == 0
