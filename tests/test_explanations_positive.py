"""Pulls, reasons, changes and partners of fits in which no weight may be negative, against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest

from positive_fits import Oracle, data, explained
from whyzero.certificates import Verdict
from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.rows import pulled_below


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_pulls_and_reasons_are_those_of_the_one_sided_rule(seed, l1_ratio):
    x, y = data(seed)
    oracle, explanation = Oracle(x, y, l1_ratio=l1_ratio), explained(x, y, l1_ratio=l1_ratio)
    pulls, seen = oracle.pulls(oracle.coef), set()
    for j, row in enumerate(explanation.rows):
        assert row.coef == pytest.approx(oracle.coef[j], abs=1e-9)
        assert (row.coef == 0) == (oracle.coef[j] == 0)
        assert row.pull == pytest.approx(pulls[j], abs=1e-9)
        assert row.pull_sign == np.sign(pulls[j])
        assert row.null_pull == pytest.approx(oracle.products[j], abs=1e-12)
        assert row.slack == pytest.approx(abs(pulls[j] - oracle.l1[j]), abs=1e-9)
        assert row.pull_bound >= pulls[j] or row.coef != 0
        if row.coef == 0:
            assert (row.reason.kind is ReasonKind.PULLED_DOWN) == (pulls[j] < 0)
            assert row.verdict is Verdict.ZERO_PROVED
        seen.add(row.reason.kind)
    assert ReasonKind.PULLED_DOWN in seen
    assert l1_ratio < 1 or seen & {ReasonKind.WEAK, ReasonKind.EXPLAINED_AWAY}
    largest = max(oracle.products) / l1_ratio if l1_ratio else np.inf
    assert explanation.header.alpha_max == pytest.approx(largest, rel=1e-9)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("seed", range(4))
def test_what_a_pulled_down_weight_would_be_without_the_rule(seed, l1_ratio):
    """Oracle: the same minimum where that one column may have either sign."""
    x, y = data(seed)
    oracle, explanation = Oracle(x, y, l1_ratio=l1_ratio), explained(x, y, l1_ratio=l1_ratio, max_refits=0)
    below = pulled_below(explanation.rows)
    down = [row for row in explanation.rows if row.reason.kind is ReasonKind.PULLED_DOWN]
    for row in down:
        free = oracle.solve(both_signs=[row.index])[row.index]
        assert (free < -1e-9) == (row.name in below)
        said = explanation.why(row.name)
        assert ("would be below zero" in said) == (free < -1e-9)
        assert ("would be zero all the same" in said) == (abs(free) <= 1e-9)
    warned = [sentence for sentence in explanation.warnings if "may be negative" in sentence]
    assert any(f"`{below[0]}`" in sentence for sentence in warned)


def test_entry_factors_and_prices_are_those_of_fits_made_anew():
    x, y = data()
    oracle, explanation = Oracle(x, y), explained(x, y)
    kinds = set()
    for j, row in enumerate(explanation.rows):

        def at(factor, j=j):
            return Oracle(x, y, factor=np.where(np.arange(10) == j, factor, 1.0)).coef[j]

        factor = row.evidence.factor_change
        kinds.add((row.coef > 0, factor is None))
        if factor is None:
            assert row.pull < 0
            assert at(0.0) == 0
            assert "with any penalty factor" in explanation.why(row.name)
        else:
            assert at(factor * (1 - 1e-6)) > 0
            assert at(factor * (1 + 1e-6)) == 0
        price = oracle.objective(oracle.solve(left_out=[j])) - oracle.objective(oracle.coef)
        assert row.evidence.price_of_zero <= price + 1e-15
        assert row.evidence.price_of_zero == pytest.approx(price, rel=1e-5, abs=1e-14)
    assert kinds == {(True, False), (False, False), (False, True)}


def test_alphas_of_the_path_are_those_at_which_the_minimum_has_the_weight():
    x, y = data()
    explanation = explained(x, y)
    coefs = np.array([Oracle(x, y, alpha).coef for alpha in explanation.path.alphas])
    for j, row in enumerate(explanation.rows):
        alive = explanation.path.alphas[coefs[:, j] > 0]
        assert row.active.enter == (alive[0] if len(alive) else None)
        alone = row.evidence.alpha_alone
        assert alone == pytest.approx(max(oracle_alone(x, y, j), 0.0), abs=1e-12)
        if row.evidence.alpha_change is not None:
            low, high = row.evidence.alpha_change
            assert Oracle(x, y, low).coef[j] > 0
            assert Oracle(x, y, high).coef[j] == 0
    above = Oracle(x, y, explanation.header.alpha_max * (1 + 1e-9)).coef
    below = Oracle(x, y, explanation.header.alpha_max * (1 - 1e-6)).coef
    assert not above.any()
    assert below.any()


def oracle_alone(x, y, j):
    return (x[:, j] - x[:, j].mean()) @ y / len(y)


@pytest.mark.parametrize(("l1_ratio", "compare"), [(1.0, "l2"), (1.0, "elasticnet"), (0.0, "l2"), (0.5, "l2")])
def test_the_partner_is_fitted_under_the_same_rule_and_to_the_same_training_loss(l1_ratio, compare):
    x, y = data()
    explanation = explained(x, y, l1_ratio=l1_ratio, compare=compare, max_refits=0)
    partner = explanation.partner
    beside = Oracle(x, y, partner.solution.alpha, partner.solution.problem.penalty.l1_ratio)
    np.testing.assert_allclose(partner.solution.coef, beside.coef, atol=1e-7)
    losses = [
        np.mean((y - y.mean() - (x - x.mean(axis=0)) @ fit) ** 2) for fit in (explanation.solution.coef, beside.coef)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    pulls = beside.pulls(beside.coef)
    for j, row in enumerate(explanation.rows):
        assert row.partner_pull == pytest.approx(pulls[j], abs=1e-6)
    if partner.name == "L2":
        assert partner.zeros == np.count_nonzero(pulls < 0) > 0
        down = next(row for row in explanation.rows if row.partner_coef == 0)
        assert "L2 makes exact zeros of such" in explanation.why(down.name)
        assert "because the data pull it downwards there" in explanation.why(down.name, level="learner")
        assert any("under every penalty a weight that is pulled downwards" in text for text in explanation.warnings)
        assert not any("no other way to a zero" in text for text in explanation.warnings)


def test_a_wide_l2_partner_is_not_solved_in_the_space_of_the_rows():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(15, 40)), rng.normal(size=15)
    partner = explained(x, y, alpha=0.3, max_refits=0).partner
    beside = Oracle(x, y, partner.solution.alpha, 0.0)
    assert partner.matched
    np.testing.assert_allclose(partner.solution.coef, beside.coef, atol=1e-7)
    assert partner.solution.coef.min() == 0


@pytest.mark.parametrize("l1_ratio", [1.0, 0.0])
def test_the_account_of_a_pull_is_exact_and_upwards(l1_ratio):
    x, y = data()
    oracle, explanation = Oracle(x, y, l1_ratio=l1_ratio), explained(x, y, l1_ratio=l1_ratio, max_refits=0)
    for j, row in enumerate(explanation.rows):
        account = row.waterfall
        assert account.null == pytest.approx(oracle.products[j], abs=1e-12)
        assert account.final == pytest.approx(row.pull, abs=1e-12)
        assert account.null + sum(amount for _, amount in account.steps) + account.others == pytest.approx(
            account.final
        )
        for name, amount in account.steps:
            k = explanation.solution.problem.names.index(name)
            assert amount == pytest.approx(-oracle.gram[j, k] * oracle.coef[k], abs=1e-9)
        if row.reason.by:
            assert oracle.products[j] > row.toll
