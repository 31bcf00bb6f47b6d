"""Row A1 of the catalogue for several targets and classes: the truth of zeros at default settings."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from catalogue_rows import Row
from matrix_claims import false_claims, plain
from oracle import matrix_optima
from oracle.generator import Case, matrix_cases
from whyzero.certificates import Verdict
from whyzero.errors import ConvergenceWarning
from whyzero.multi import certify, fit_multitask_path, fit_softmax_path, multitask_problem, softmax_problem


@pytest.mark.parametrize("loss", ["squared", "softmax"])
def test_no_claim_about_a_default_fit_of_a_matrix_is_false(row: Row, loss):
    """A1: 50 digits prove the optimum, or the example is discarded and counted."""
    seen = Counter()
    fit_path, make = {
        "squared": (fit_multitask_path, multitask_problem),
        "softmax": (fit_softmax_path, softmax_problem),
    }[loss]

    def check(case: Case) -> None:
        options = {
            "l1_ratio": case.l1_ratio,
            "penalty_factor": case.penalty_factor,
            "sample_weight": case.sample_weight,
            "fit_intercept": case.fit_intercept,
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fit = fit_path(case.x, case.y, alphas=[case.alpha], **options)[0]
        certificate = certify(case.x, case.y, fit.coef, fit.intercept, loss=loss, alpha=case.alpha, **options)
        seen["fits"] += 1
        data = plain(make(case.x, case.y, **options), case.x, case.alpha)
        optimum = matrix_optima.solve(data)
        if optimum is None:
            seen["discarded"] += 1
            return
        assert false_claims(certificate, optimum, data) == []
        verdicts = certificate.verdicts.ravel().tolist()
        seen["weights"] += len(verdicts)
        seen["open"] += verdicts.count(Verdict.OPEN)

    row.each((matrix_cases(loss == "softmax"),), check, row.count(12, 3000))
    row.tell(
        f"A1: {loss} loss, several targets or classes: {seen['fits']} fits, {seen['discarded']} without an optimum of "
        f"50 digits; of the others {seen['weights']} verdicts, 0 false, {seen['open']} open"
    )
    assert seen["weights"] > seen["fits"] - seen["discarded"] > 0


def test_a_planted_false_claim_about_a_matrix_is_found():
    """The judge above: one verdict turned round, in each column in turn."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 4))
    y = np.stack([x[:, 0] - x[:, 1], x[:, 0]], axis=1) + 0.1 * rng.normal(size=(30, 2))
    fit = fit_multitask_path(x, y, alphas=[0.3])[0]
    certificate = certify(x, y, fit.coef, fit.intercept, loss="squared", alpha=0.3)
    data = plain(multitask_problem(x, y), x, 0.3)
    optimum = matrix_optima.solve(data)
    assert optimum is not None and false_claims(certificate, optimum, data) == []
    for j, verdict in enumerate(certificate.verdicts):
        verdicts = certificate.verdicts.copy()
        verdicts[j] = Verdict.NONZERO_PROVED if verdict.says_zero else Verdict.ZERO_PROVED
        assert [place for place, *_ in false_claims(replace(certificate, verdicts=verdicts), optimum, data)] == [j]
