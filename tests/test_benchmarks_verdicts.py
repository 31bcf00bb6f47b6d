"""The hunt for false verdicts: finds none in a small run, and would find one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import verdicts
from whyzero import Verdict


def test_a_small_hunt_finds_no_false_verdict() -> None:
    tally = verdicts.hunt(count=1500, seed=1)
    print("\n".join(verdicts.report(tally)))
    assert tally.false == []
    assert min(tally.coordinates[loss] for loss in ("squared", "logistic")) > 50
    assert {verdict.value for verdict in Verdict} <= {*tally.verdicts, "not unique"}


def test_a_small_hunt_among_exact_proofs_finds_none_and_leaves_little_open() -> None:
    tally = verdicts.hunt(count=500, seed=3, proof="exact")
    assert tally.false == []
    assert tally.verdicts["open"] < 0.1 * tally.coordinates.total()  # copies, all of them


@pytest.mark.parametrize("lie", [Verdict.ZERO_PROVED, Verdict.NONZERO_PROVED])
def test_a_false_verdict_is_found(lie: Verdict, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = verdicts.certify

    def lying(*arguments, **options):
        certificate = honest(*arguments, **options)
        return replace(certificate, verdicts=(lie,) * certificate.n_cols)

    monkeypatch.setattr(verdicts, "certify", lying)
    assert len(verdicts.hunt(count=100, seed=2).false) > 10


def test_an_interval_or_a_bound_that_excludes_the_truth_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = verdicts.certify

    def lying(*arguments, **options):
        certificate = honest(*arguments, **options)
        return replace(certificate, lo=certificate.lo + 1e-9, pull_bound=0.5 * certificate.pull_bound)

    monkeypatch.setattr(verdicts, "certify", lying)
    found = verdicts.hunt(count=100, seed=2).false
    assert any("is outside" in claim for claim in found)
    assert any("is above its bound" in claim for claim in found)


def test_a_knot_lies_between_neighbouring_floats() -> None:
    rng = np.random.default_rng(3)
    problem = replace(verdicts.draw(rng, "squared"), l1_ratio=1.0)
    limit = verdicts.alphas(rng, problem)[0]
    low, high = verdicts.knot(problem, limit / 30, 2 * limit)
    assert np.nextafter(low, np.inf) == high
