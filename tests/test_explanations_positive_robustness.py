"""Rows, radii and the support index of fits in which no weight may be negative; equal, mirrored and free columns."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

import whyzero as wz
from positive_fits import ALPHA, TIGHT, Oracle, data, explained
from whyzero.certificates import Verdict
from whyzero.explanations.null_model import fit_null_model
from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.robustness import irrepresentability, radii
from whyzero.explanations.row_shares import contributions
from whyzero.explanations.rows import pulled_below
from whyzero.problem import make_problem


def turned_so_that_nothing_pulls_down(x, y, **options):
    """The plain fit of data whose columns are turned so that no pull leads downwards: then the rule changes nothing."""
    plain = wz.explain(wz.fit(x, y, alpha=ALPHA, tol=1e-13, **options), max_refits=0)
    return x * np.array([row.pull_sign for row in plain.rows])


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_where_no_pull_leads_downwards_the_explanation_is_that_of_the_plain_fit(loss, l1_ratio):
    x, y = data(3)
    y = {"squared": y, "logistic": (y > 0).astype(float), "poisson": np.floor(np.exp(0.5 * y))}[loss]
    options = {"loss": loss, "l1_ratio": l1_ratio, "tol": 1e-13}
    x = turned_so_that_nothing_pulls_down(x, y, loss=loss, l1_ratio=l1_ratio)
    plain, limited = (wz.explain(wz.fit(x, y, alpha=ALPHA, positive=flag, **options)) for flag in (False, True))
    assert plain.solution.coef.min() == 0
    compared = ("coef", "toll", "pull", "pull_sign", "ratio", "slack", "verdict")
    evidence = ("radius", "rows_push", "rows_hold", "irrepresentability")
    for before, after in zip(plain.rows, limited.rows, strict=True):
        assert after.null_pull == pytest.approx(before.null_pull * np.sign(after.null_pull))
        told, known = after.as_dict(), before.as_dict()
        without = wz.fit(x, y, alpha=ALPHA, penalty_factor=np.where(np.arange(10) == after.index, np.inf, 1), **options)
        costly = ("factor_change", "price_of_zero") if without.coef.min() >= 0 else ()
        for key in (*compared, *evidence, *costly):
            other = known[key]
            if key == "irrepresentability" and other is not None:
                other *= np.sign(told[key])
            number = isinstance(other, float)
            assert told[key] == (pytest.approx(other, rel=1e-5, abs=1e-9) if number else other), key
        assert after.reason.kind is before.reason.kind or after.null_pull < 0


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_turning_a_column_round_turns_the_reason_of_its_zero(loss):
    x, y = data(4)
    y = {"squared": y, "logistic": (y > 0).astype(float), "poisson": np.floor(np.exp(0.5 * y))}[loss]
    explanation = explained(x, y, loss=loss, max_refits=0)
    below, turned = pulled_below(explanation.rows), 0
    for row in explanation.rows:
        if row.coef:
            continue
        turned += 1
        other = explained(np.where(np.arange(10) == row.index, -x, x), y, loss=loss, max_refits=0).rows[row.index]
        if row.name in below:
            assert other.coef > 0
            continue
        assert other.coef == 0
        assert other.pull == pytest.approx(-row.pull, abs=1e-8)
        assert (other.reason.kind is ReasonKind.PULLED_DOWN) != (row.reason.kind is ReasonKind.PULLED_DOWN)
    assert turned >= 3


def test_a_copy_shares_the_weight_and_a_mirror_image_does_not():
    rng = np.random.default_rng(0)
    x = rng.integers(-3, 4, size=(40, 3)).astype(float)
    y = x[:, 0] + 0.1 * rng.normal(size=40)
    copied = explained(np.column_stack([x, x[:, 0]]), y)
    assert {copied.rows[j].verdict for j in (0, 3)} == {Verdict.NOT_UNIQUE}
    assert "fits equally well" in copied.why("x0")
    mirrored = explained(np.column_stack([x, -x[:, 0]]), y)
    first, mirror = mirrored.rows[0], mirrored.rows[3]
    assert first.verdict is Verdict.NONZERO_PROVED
    assert mirror.verdict is Verdict.ZERO_PROVED
    assert mirror.pull == pytest.approx(-mirror.toll, rel=1e-9)
    assert mirror.reason.kind is ReasonKind.PULLED_DOWN
    assert "very edge of going below zero" in mirrored.why(mirror.name)
    assert mirror.name not in pulled_below(mirrored.rows)
    assert not first.shares_with
    assert not any("mirror" in text for text in mirrored.warnings)


def test_free_columns_may_be_held_at_zero_and_the_accounts_start_there():
    """Oracle: SciPy's non-negative least squares on the free columns alone."""
    x, y = data()
    factor = np.where(np.isin(np.arange(10), [0, 4, 5]), 0.0, 1.0)
    problem = make_problem(x, y, penalty_factor=factor, positive=True)
    free, centred = np.flatnonzero(factor == 0), x - x.mean(axis=0)
    known = nnls(centred[:, free], y - y.mean())[0]
    null = fit_null_model(problem)
    np.testing.assert_allclose(null.coef[free], known, atol=1e-9)
    assert 0 < np.count_nonzero(known) < 3
    explanation = explained(x, y, penalty_factor=factor)
    oracle = Oracle(x, y, factor=factor)
    residual = y - y.mean() - centred[:, free] @ known
    for j, row in enumerate(explanation.rows):
        assert row.coef == pytest.approx(oracle.coef[j], abs=1e-9)
        assert row.null_pull == pytest.approx(centred[:, j] @ residual / len(y), abs=1e-9)
    held = explanation.rows[4]
    assert held.coef == held.toll == 0
    assert held.reason.kind is ReasonKind.PULLED_DOWN
    assert "there is no toll to pay" in explanation.why(held.name)
    assert "unpenalised" not in held.reason.text
    assert explanation.rows[0].reason.kind is ReasonKind.UNPENALISED


def test_rows_that_pull_a_weight_down_hold_it_and_it_stays_zero_without_those_that_can_go():
    x, y = data()
    explanation = explained(x, y, max_refits=200)
    fit, searched = explanation.solution, 0
    for j, row in enumerate(explanation.rows):
        terms = contributions(fit, np.array([j]))[:, 0]
        assert terms.sum() == pytest.approx(row.pull, abs=1e-12)
        shares, removal = row.evidence.rows, row.evidence.removal
        assert shares.hold == pytest.approx(terms[terms < 0].sum())
        if row.coef or removal is None:
            continue
        searched += row.pull < 0
        order = np.argsort(terms, kind="stable")
        kept = np.delete(np.arange(len(y)), order[: removal.rows])
        # the toll of the whole data, where the mean is over fewer rows
        assert Oracle(x[kept], y[kept]).coef[j] == 0
        if removal.enters:
            more = np.delete(np.arange(len(y)), order[: removal.rows + 1])
            assert Oracle(x[more], y[more]).coef[j] > 0
    assert searched > 0


def test_no_weight_changes_within_its_radius_and_a_pulled_down_zero_enters_just_beyond():
    x, y = data()
    fit = wz.fit(x, y, alpha=ALPHA, **TIGHT)
    found, oracle = radii(fit), Oracle(x, y)
    rng = np.random.default_rng(0)
    for _ in range(20):
        step = rng.normal(size=len(y))
        moved = Oracle(x, y + 0.999 * found.min() * step / np.linalg.norm(step)).coef
        np.testing.assert_array_equal(moved > 0, oracle.coef > 0)
    support, pulls = np.flatnonzero(oracle.coef), oracle.pulls(oracle.coef)
    near = [j for j in np.flatnonzero(oracle.coef == 0) if found[j] < 4 * found.min() or pulls[j] < 0]
    assert min(pulls[j] for j in near) < 0
    columns = oracle.x[:, support]
    project = columns @ np.linalg.solve(columns.T @ columns, columns.T)
    for j in near:
        along = (oracle.x[:, j] - project @ oracle.x[:, j]) / len(y)
        assert found[j] == pytest.approx((ALPHA - pulls[j]) / np.linalg.norm(along), rel=1e-6)


def test_the_index_of_the_support_is_one_sided():
    """Oracle: without noise and with a small toll, a column with an index above 1 enters, and no other does."""
    x, y = data(2)
    fit = wz.fit(x, y, alpha=ALPHA, **TIGHT)
    found = irrepresentability(fit)
    oracle = Oracle(x, y)
    support = np.flatnonzero(oracle.coef)
    solved = np.linalg.solve(oracle.gram[np.ix_(support, support)], np.full(len(support), ALPHA))
    for j in np.flatnonzero(oracle.coef == 0):
        assert found[j] == pytest.approx(oracle.gram[j, support] @ solved / ALPHA, abs=1e-9)
    assert np.nanmin(found) < 0
    truth = Oracle(x, x[:, support] @ np.ones(len(support)), alpha=1e-4).coef
    assert set(np.flatnonzero(truth)) >= set(support)
    entered = set(np.flatnonzero(truth)) - set(support)
    assert bool(entered) == bool(np.nanmax(found) > 1)
