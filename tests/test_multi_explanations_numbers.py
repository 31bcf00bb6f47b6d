"""Numbers of explanations of matrices: those of scikit-learn's optima and of scalar explanations."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import linear_model

import whyzero as wz
from matrix_explanations import ALPHA, draw, explained
from whyzero.certificates import Verdict
from whyzero.multi import (
    explain,
    multitask_problem,
    softmax_problem,
    solve_matrix_path,
)
from whyzero.problem import make_problem
from whyzero.solution import Settings
from whyzero.solve import solve

TIGHT = Settings(tol=1e-13)


def same(mine, other, **tolerances):
    assert (mine is None) == (other is None)
    assert mine is None or mine == pytest.approx(other, **tolerances)


def test_numbers_of_several_targets_are_those_of_scikit_learns_optimum():
    found, x, y = explained("squared")
    theirs = linear_model.MultiTaskLasso(alpha=0.5, tol=1e-14, max_iter=100_000).fit(x, y)
    centred = x - x.mean(axis=0)
    residual = y - theirs.predict(x)
    assert 0 < found.header.zero < 6
    for j, row in enumerate(found.rows):
        np.testing.assert_allclose(row.weights, theirs.coef_[:, j], atol=1e-8)
        assert row.coef == pytest.approx(np.linalg.norm(theirs.coef_[:, j]), abs=1e-8)
        pull = centred[:, j] @ (residual + np.outer(centred[:, j], theirs.coef_[:, j])) / len(x)
        np.testing.assert_allclose(row.pulls, pull, atol=1e-8)
        assert row.pull == pytest.approx(np.linalg.norm(pull), abs=1e-8)
        assert row.null_pull == pytest.approx(np.linalg.norm(centred[:, j] @ y) / len(x), rel=1e-9)
        assert (row.toll, row.ratio) == (0.5, row.pull / 0.5)
        assert row.lo <= row.coef <= row.hi
        assert (row.verdict is Verdict.ZERO_PROVED) == (row.coef == 0)
        assert (row.pull <= row.toll) == (row.coef == 0)
    assert found.header.alpha_max == pytest.approx(max(row.null_pull for row in found.rows))
    assert found.header.train_loss == pytest.approx(0.5 * np.mean(np.sum(residual**2, axis=1)))
    assert found.header.elsewhere["scikit-learn"] == "MultiTaskLasso(alpha=0.5)"


def test_numbers_of_classes_are_those_of_scikit_learns_optimum():
    found, x, y = explained("softmax")
    c = 1.0 / (len(x) * ALPHA["softmax"])
    theirs = linear_model.LogisticRegression(C=c, l1_ratio=1.0, solver="saga", tol=1e-12, max_iter=100_000).fit(x, y)
    assert f"C={c:.6g}"[:8] in found.header.elsewhere["scikit-learn"]
    off = theirs.predict_proba(x) - (y[:, None] == theirs.classes_)
    centred = x - x.mean(axis=0)
    assert found.header.targets == ("high", "low", "mid")
    for j in range(6):
        for k, label in enumerate(found.header.targets):
            row = found.row(j, label)
            assert row.coef == pytest.approx(theirs.coef_[k, j], abs=1e-6)
            assert (row.coef == 0) == (theirs.coef_[k, j] == 0)
            if row.coef == 0:
                assert row.pull * row.pull_sign == pytest.approx(-centred[:, j] @ off[:, k] / len(x), abs=1e-6)
                assert row.pull <= row.toll == ALPHA["softmax"]
            assert (row.verdict is Verdict.ZERO_PROVED) == (row.coef == 0)
    assert 0 < found.header.zero < 18


@pytest.mark.parametrize(("l1_ratio", "intercept"), [(1.0, True), (0.5, True), (1.0, False), (0.0, True)])
def test_one_target_is_explained_with_the_numbers_of_the_scalar_explanation(l1_ratio, intercept):
    x, y = draw("squared", 2)
    weight = np.random.default_rng(1).uniform(0.3, 2.0, len(x))
    options = {
        "l1_ratio": l1_ratio,
        "fit_intercept": intercept,
        "sample_weight": weight,
        "penalty_factor": [1.0, 1.0, 0.0, 1.0, np.inf, 2.0],
    }
    scalar = wz.explain(solve(make_problem(x, y[:, 0], **options), 0.4, settings=TIGHT))
    matrix = explain(solve_matrix_path(multitask_problem(x, y[:, :1], **options), alphas=[0.4], settings=TIGHT)[0])
    for name in ("alpha", "alpha_max", "null_loss", "train_loss", "zero", "nonzero", "open", "verdicts"):
        assert getattr(matrix.header, name) == pytest.approx(getattr(scalar.header, name), rel=1e-9), name
    for mine, other in zip(matrix.rows, scalar.rows, strict=True):
        assert mine.coef == pytest.approx(abs(other.coef), abs=1e-9)
        assert mine.weights[0] == pytest.approx(other.coef, abs=1e-9)
        for name in ("toll", "pull", "null_pull", "ratio", "slack"):
            same(getattr(mine, name), getattr(other, name), rel=1e-7, abs=1e-9)
        assert (mine.verdict, mine.reason.kind) == (other.verdict, other.reason.kind)
        assert [name for name, _ in mine.reason.by] == [name for name, _ in other.reason.by]
        same(mine.evidence.alpha_alone, other.evidence.alpha_alone, rel=1e-9)
        if other.coef == 0:
            same(mine.evidence.factor_change, other.evidence.factor_change, rel=1e-7)
        assert abs(mine.partner_coef) == pytest.approx(abs(other.partner_coef), rel=1e-5, abs=1e-7)
        assert mine.partner_pull == pytest.approx(other.partner_pull, rel=1e-5, abs=1e-7)
    assert matrix.partner.name == scalar.partner.name
    assert matrix.partner.solution.alpha == pytest.approx(scalar.partner.solution.alpha, rel=1e-6)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_two_classes_are_explained_as_the_scalar_model_of_the_difference_of_their_weights(l1_ratio):
    """Symmetric weights are half of the scalar ones, and the ridge part of both is half that of the difference."""
    x, y = draw("softmax", 4, tasks=2)
    alpha = 0.06
    l1, l2 = alpha * l1_ratio, alpha * (1 - l1_ratio) / 2
    scalar_problem = make_problem(x, y, loss="logistic", l1_ratio=l1 / (l1 + l2))
    scalar = wz.explain(solve(scalar_problem, l1 + l2, settings=TIGHT))
    problem = softmax_problem(x, y, l1_ratio=l1_ratio)
    matrix = explain(solve_matrix_path(problem, alphas=[alpha], settings=TIGHT)[0])
    zeros = [row.index for row in scalar.rows if row.coef == 0]
    assert 0 < len(zeros) < 6
    assert matrix.header.train_loss == pytest.approx(scalar.header.train_loss, rel=1e-8)
    for j, other in enumerate(scalar.rows):
        low, high = (matrix.row(j, label) for label in ("high", "low"))
        assert high.coef - low.coef == pytest.approx(other.coef, abs=1e-7)
        if l1_ratio < 1:
            assert high.coef == pytest.approx(other.coef / 2, abs=1e-7)
        for row in (low, high):
            assert row.null_pull == pytest.approx(other.null_pull, rel=1e-8)
            assert row.toll == pytest.approx(other.toll, rel=1e-12)
        if j not in zeros:
            continue
        assert high.pull * high.pull_sign == pytest.approx(other.pull * other.pull_sign, abs=1e-8)
        assert low.pull * low.pull_sign == pytest.approx(-other.pull * other.pull_sign, abs=1e-8)
        assert (high.verdict, high.reason.kind) == (other.verdict, other.reason.kind)
        assert high.reason.by == () or [name for name, _ in high.reason.by] == [name for name, _ in other.reason.by]
        account = matrix.account(j, "low")
        assert [name for name, _ in account.steps] == [name for name, _ in other.waterfall.steps]
        np.testing.assert_allclose([a for _, a in account.steps], [a for _, a in other.waterfall.steps], rtol=1e-6)
