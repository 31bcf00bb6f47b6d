"""Explanations of fits in which no weight may be negative, against SciPy's least squares with non-negative weights."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.optimize import nnls
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

import whyzero as wz
from chromium import COLLISIONS, needs_browser
from whyzero import sklearn as ours
from whyzero.certificates import Verdict
from whyzero.errors import InputError
from whyzero.explanations.null_model import fit_null_model
from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.robustness import irrepresentability, radii
from whyzero.explanations.row_shares import contributions
from whyzero.explanations.rows import pulled_below
from whyzero.explanations.two_weights import two_weights
from whyzero.problem import make_problem

ALPHA = 0.1
TIGHT = {"tol": 1e-13, "positive": True}
LEVELS = ("learner", "user", "expert")


def data(seed=0, n=60):
    """Columns that pull upwards and downwards, some of them only beside others, and some hardly at all."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 10))
    x[:, 3] = x[:, 0] + 0.5 * rng.normal(size=n)  # its pull upwards is taken by column 0
    x[:, 5] = 0.8 * x[:, 1] + 0.6 * rng.normal(size=n)
    x[:, 7] = x[:, 2] - 0.6 * x[:, 0] + 0.4 * rng.normal(size=n)
    return x, x @ [1.0, 0.8, 0.5, 0.0, -0.7, -0.3, 0.0, 0.0, 0.3, -0.05] + rng.normal(size=n)


class Oracle:
    """Squared loss with an intercept in SciPy: the minimum over non-negative weights from a Cholesky factor."""

    def __init__(self, x, y, alpha=ALPHA, l1_ratio=1.0, factor=None):
        self.x, self.y = x - x.mean(axis=0), y - y.mean()
        factor = np.ones(x.shape[1]) if factor is None else np.asarray(factor, float)
        self.l1, self.l2 = alpha * l1_ratio * factor, alpha * (1 - l1_ratio) * factor
        self.gram, self.products = self.x.T @ self.x / len(y), self.x.T @ self.y / len(y)
        self.coef = self.solve()

    def solve(self, left_out=(), both_signs=()):
        """Weights without some columns, and where some may have either sign: the negative part is a column more."""
        kept = [j for j in range(len(self.l1)) if j not in left_out]
        index, sign = np.array([*kept, *both_signs]), np.repeat([1.0, -1.0], [len(kept), len(both_signs)])
        gram = self.gram[np.ix_(index, index)] * np.outer(sign, sign) + np.diag(self.l2[index])
        root = np.linalg.cholesky(gram + 1e-15 * np.eye(len(index)) * (len(both_signs) > 0)).T
        found = nnls(root, np.linalg.solve(root.T, sign * self.products[index] - self.l1[index]))[0]
        coef = np.zeros(len(self.l1))
        np.add.at(coef, index, sign * found)
        return coef

    def pulls(self, coef):
        """Upwards, each with its own weight taken out."""
        return self.products - self.gram @ coef + np.diag(self.gram) * coef

    def objective(self, coef):
        loss = 0.5 * np.mean((self.y - self.x @ coef) ** 2)
        return loss + self.l1 @ np.abs(coef) + 0.5 * self.l2 @ coef**2


def explained(x, y, alpha=ALPHA, loss="squared", **options):
    asked = {name: options.pop(name) for name in ("compare", "match", "max_refits", "steps") if name in options}
    return wz.explain(wz.fit(x, y, alpha=alpha, loss=loss, **TIGHT, **options), **asked)


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


def test_sentences_speak_of_the_direction_and_of_no_absolute_value():
    x, y = data()
    explanation = explained(x, y)
    for row in explanation.rows:
        said = {level: explanation.why(row.name, level=level) for level in LEVELS}
        assert "|dL" not in said["expert"]
        assert "-dL/db_j" in said["expert"]
        if row.reason.kind is ReasonKind.PULLED_DOWN:
            assert row.reason.text.startswith("pulled down")
            assert "pull it downwards" in said["user"] or "pulls it downwards" in said["user"]
            assert "no weight may be negative" in said["learner"]
            assert "b_j >= 0, so a zero bears every pull below 0" in said["expert"]
        elif row.coef == 0:
            assert "which does not exceed the toll" in said["user"] or "neither exceeds the toll" in said["user"]
    assert "No weight may be negative" in explanation.summary()
    assert "every b_j >= 0" in explanation.header.objective
    assert explanation.header.elsewhere["scikit-learn"].startswith("Lasso(alpha=0.1, positive=True)")
    assert "lower.limits = 0" in explanation.header.elsewhere["glmnet"]


def test_the_account_of_a_pull_that_was_turned_names_who_turned_it():
    """Column 3 pulls upwards alone; column 0, with which it goes, takes more than all of it."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(200, 2))
    x = np.column_stack([x, x[:, 0] - 1.5 * x[:, 1] + 0.1 * rng.normal(size=200)])
    y = 3.0 * x[:, 0] + x[:, 1] + 0.1 * rng.normal(size=200)
    explanation = explained(x, y)
    row = explanation.rows[2]
    assert row.null_pull > row.toll
    assert row.pull < 0
    assert row.reason.kind is ReasonKind.PULLED_DOWN
    assert row.reason.by
    assert row.reason.text == "pulled down, turned by x0"
    assert "On its own it would pull with" in explanation.why("x2")
    assert "what is left pulls it downwards" in explanation.why("x2")
    assert "what is left pulls downwards" in explanation.why("x2", level="learner")


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.3, 0.0])
@pytest.mark.parametrize("standardize", [False, True])
def test_every_form_of_the_explanation_is_made(loss, l1_ratio, standardize):
    x, y = data(6)
    y = {"squared": y, "logistic": (y > 0).astype(float), "poisson": np.floor(np.exp(0.5 * y))}[loss]
    explanation = explained(x, y, loss=loss, l1_ratio=l1_ratio, standardize=standardize, max_refits=3)
    written = json.loads(explanation.to_json())
    assert written["problem"]["positive"] is True
    assert [f["pull"] for f in written["features"]] == [row.pull for row in explanation.rows]
    assert len(explanation.table) == 10
    page = explanation.to_html()
    assert 'width="-' not in page
    assert "downwards: " in page
    assert explanation._repr_html_()
    for row in explanation.rows:
        assert all(explanation.why(row.name, level=level) for level in LEVELS)
        assert (row.coef == 0) == (row.pull <= row.toll)


def test_what_has_no_meaning_here_is_left_out_with_a_sentence():
    x, y = data()
    explanation = explained(x, y, steps=200)
    assert explanation.steps is None
    assert any(text.startswith("No optimisers were followed") for text in explanation.warnings)
    with pytest.raises(InputError, match="The zone of two weights is not available where no weight may be negative"):
        two_weights(explanation.solution, 0, 1)


@pytest.mark.parametrize(
    "model",
    [
        ours.Lasso(alpha=ALPHA, positive=True),
        ours.ElasticNet(alpha=ALPHA, positive=True),
        ours.LassoCV(positive=True, alphas=10),
        ours.Ridge(positive=True),
        wz.GLMRegressor(alpha=ALPHA, positive=True),
        wz.GLMRegressorCV(alphas=10, positive=True),
    ],
    ids=lambda model: type(model).__name__,
)
def test_estimators_explain(model):
    x, y = data()
    explanation = model.fit(x, y).explain(x, y, max_refits=0)
    np.testing.assert_array_equal(explanation.solution.coef, np.ravel(model.coef_))
    assert any(row.reason.kind is ReasonKind.PULLED_DOWN for row in explanation.rows)


def test_a_classifier_explains():
    x, y = data()
    model = wz.GLMClassifier(alpha=0.05, positive=True).fit(x, np.where(y > 0, "yes", "no"))
    explanation = model.explain(x, np.where(y > 0, "yes", "no"), max_refits=0)
    assert explanation.rows[4].reason.kind is ReasonKind.PULLED_DOWN


def test_where_every_column_pulls_down_all_weights_are_zero_and_explained():
    rng = np.random.default_rng(0)
    x = rng.random((30, 3))
    explanation = explained(x, -x.sum(axis=1))
    assert explanation.header.alpha_max == 0
    assert {row.reason.kind for row in explanation.rows} == {ReasonKind.PULLED_DOWN}
    assert {row.evidence.alpha_alone for row in explanation.rows} == {0.0}
    assert explanation.partner.zeros == 3
    assert explanation.to_html()


@needs_browser
@pytest.mark.parametrize("l1_ratio", [1.0, 0.0])
def test_the_page_draws_pulls_upwards_and_writes_the_others_at_every_alpha(show, l1_ratio):
    x, y = data()
    driver = show(explained(x, y, l1_ratio=l1_ratio, max_refits=0).data())
    drawn = "return [...document.querySelectorAll('svg rect[width]')].map(r => Number(r.getAttribute('width')))"
    remarks = "return [...document.querySelectorAll('svg.pulls .remark')].map(n => n.textContent)"
    slider = driver.find_element(By.CSS_SELECTOR, "input[type=range]")
    for key in (None, Keys.HOME, Keys.END):
        if key:
            slider.send_keys(key)
        assert min(driver.execute_script(drawn)) >= 0
        assert any(text.startswith("downwards: ") for text in driver.execute_script(remarks))
    Select(driver.find_element(By.ID, "feature")).select_by_value("4")
    words = driver.find_element(By.CSS_SELECTOR, "#choice .card").get_attribute("textContent")
    assert "The data pull it downwards with" in words
    assert "pull of the data upwards" in words
    assert "±" not in words
    assert driver.execute_script(COLLISIONS) == []
    assert driver.get_log("browser") == []
