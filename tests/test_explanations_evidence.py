"""What would change a weight and what it stands on, each checked by doing it: with scikit-learn on changed data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression

from whyzero.certificates import Verdict, certify_problem
from whyzero.explanations import explain
from whyzero.explanations.deletion import delete
from whyzero.explanations.robustness import irrepresentability, radii
from whyzero.explanations.row_shares import certified_removal, contributions, row_shares
from whyzero.explanations.sentences.user import user
from whyzero.problem import make_problem
from whyzero.solution import Settings
from whyzero.solve import solve
from zoo import PROBLEMS

EXACT = Settings(tol=1e-13)
ALPHA = 0.2


def lasso(x, y, alpha=ALPHA):
    return Lasso(alpha=alpha, tol=1e-14, max_iter=1_000_000).fit(x, y)


def data(seed=0, n=60):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 6))
    x[:, 3] = x[:, 0] + 0.5 * rng.standard_normal(n)
    return x, x @ [1.0, -0.6, 0.15, 0, 0, 0] + rng.standard_normal(n)


def explained(seed=0, **options):
    x, y = data(seed)
    return x, y, explain(solve(make_problem(x, y), ALPHA, settings=EXACT), **options)


def scaled(x, column, factor):
    """A penalty factor for one column is that column divided by it."""
    x = x.copy()
    x[:, column] /= factor
    return x


def test_a_penalty_factor_just_below_the_stated_one_lets_a_zero_in_and_one_just_above_takes_a_weight_out():
    x, y, explanation = explained()
    kinds = set()
    for j, row in enumerate(explanation.rows):
        factor = row.evidence.factor_change
        below, above = (lasso(scaled(x, j, factor * (1 + step)), y).coef_[j] for step in (-1e-5, 1e-5))
        assert below != 0
        assert above == 0
        assert (factor < 1) == (row.coef == 0)
        kinds.add(row.coef == 0)
    assert kinds == {True, False}


def test_the_stated_penalty_factor_decides_for_the_logistic_loss_too():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((80, 4))
    y = (x[:, 0] - 0.8 * x[:, 1] + rng.standard_normal(80) > 0).astype(int)
    explanation = explain(solve(make_problem(x, y, loss="logistic"), 0.06, settings=EXACT), compare=None)
    assert {row.coef == 0 for row in explanation.rows} == {True, False}
    for j, row in enumerate(explanation.rows):
        for step in (-1e-3, 1e-3):
            model = LogisticRegression(C=1 / (80 * 0.06), l1_ratio=1, solver="saga", tol=1e-10, max_iter=100_000)
            model.fit(scaled(x, j, row.evidence.factor_change * (1 + step)), y)
            assert (model.coef_[0, j] == 0) == (step > 0)


def test_price_of_zero_is_what_a_fit_without_the_column_costs_and_never_more():
    x, y, explanation = explained()

    def least(columns):
        model = lasso(x[:, columns], y)
        rest = y - model.predict(x[:, columns])
        return np.mean(rest**2) / 2 + ALPHA * np.abs(model.coef_).sum()

    everything = list(range(6))
    for row in explanation.rows:
        price = row.evidence.price_of_zero
        rise = least([k for k in everything if k != row.index]) - least(everything)
        assert price <= rise + 1e-13
        assert price == pytest.approx(rise, rel=1e-6, abs=1e-12)
        assert (price > 0) == (row.coef != 0)


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_price_of_zero_is_a_lower_bound_for_every_kind_of_problem(case):
    problem = case.problem()
    fit = solve(problem, 0.05, settings=Settings(tol=1e-10))
    certificate = certify_problem(problem, fit.coef, fit.intercept, 0.05)
    for j in np.flatnonzero(fit.coef)[:2]:
        factor = np.where(np.arange(problem.n_cols) == j, np.inf, problem.penalty.factor)
        without = make_problem(
            problem.design.columns(np.arange(problem.n_cols)),
            problem.y,
            loss=problem.loss.name,
            l1_ratio=problem.penalty.l1_ratio,
            penalty_factor=factor,
            sample_weight=problem.sample_weight,
            offset=problem.offset,
            fit_intercept=problem.fit_intercept,
            standardize=problem.standardize,
        )
        other = solve(without, 0.05, settings=Settings(tol=1e-10))
        rise = without.objective(other.coef, other.intercept, 0.05) - problem.objective(fit.coef, fit.intercept, 0.05)
        price = delete(fit, certificate, int(j)).price
        assert price <= rise * (1 + 1e-6) + 1e-10
        assert price >= 0.99 * rise - 1e-8


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("seed", range(6))
def test_price_of_zero_stays_a_lower_bound_from_weights_that_are_wrong(seed, loss):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((25, 5)) * 10.0 ** rng.integers(-4, 4, 5)
    y = x[:, 0] / np.abs(x[:, 0]).max() * 3 + rng.standard_normal(25)
    problem = make_problem(
        x, y if loss == "squared" else y > 0, loss=loss, standardize=True, l1_ratio=[1, 0.5][seed % 2]
    )
    best = solve(problem, 0.03, settings=EXACT)
    wrong = replace(best, coef=best.coef * rng.uniform(0.5, 1.5, 5), intercept=best.intercept + 0.1)
    certificate = certify_problem(problem, wrong.coef, wrong.intercept, 0.03)
    # the bound may not lean on the refined anchor either
    rough = replace(certificate, anchor_coef=wrong.coef, anchor_intercept=wrong.intercept)
    for j in np.flatnonzero(best.coef):
        factor = np.where(np.arange(5) == j, np.inf, 1.0)
        without = replace(problem, penalty=replace(problem.penalty, factor=factor))
        other = solve(without, 0.03, settings=EXACT)
        rise = without.objective(other.coef, other.intercept, 0.03) - problem.objective(best.coef, best.intercept, 0.03)
        assert delete(wrong, certificate, int(j)).price <= rise + 1e-13
        assert delete(wrong, rough, int(j)).price <= rise + 1e-13
        assert delete(wrong, certificate, int(j)).price == pytest.approx(rise, rel=1e-4, abs=1e-9)


def test_alphas_between_which_a_weight_changes_are_zero_at_one_end_and_not_at_the_other():
    x, y, explanation = explained()
    for row in explanation.rows:
        low, high = row.evidence.alpha_change
        assert lasso(x, y, low).coef_[row.index] != 0
        assert lasso(x, y, high).coef_[row.index] == 0
        assert (high <= ALPHA) if row.coef == 0 else (low >= ALPHA)


def test_above_alpha_alone_a_column_is_zero_in_a_model_of_its_own():
    x, y, explanation = explained()
    for row in explanation.rows:
        alone = row.evidence.alpha_alone
        only = x[:, [row.index]]
        assert lasso(only, y, alone * (1 + 1e-9)).coef_[0] == 0
        assert lasso(only, y, alone * (1 - 1e-6)).coef_[0] != 0


def test_contributions_of_rows_add_up_to_the_pull_and_are_the_slopes_of_the_rows():
    x, y, explanation = explained()
    fit = explanation.solution
    for row in explanation.rows:
        shares, j = row.evidence.rows, row.index
        assert shares.push + shares.hold == pytest.approx(row.pull, rel=1e-12, abs=1e-14)
        centred = x[:, j] - x[:, j].mean()
        rest = y - x @ fit.coef - fit.intercept + centred * fit.coef[j]
        mine = row.pull_sign * centred * rest / len(y)
        order = np.argsort(mine)
        assert [i for i, _ in shares.holding] == order[:3].tolist()
        assert [i for i, _ in shares.pushing] == order[::-1][:3].tolist()
        np.testing.assert_allclose([amount for _, amount in shares.holding], mine[order[:3]], rtol=1e-9)
        assert shares.hold == pytest.approx(mine[mine < 0].sum(), rel=1e-9)


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_contributions_of_rows_add_up_in_every_kind_of_problem(case):
    fit = solve(case.problem(), 0.05)
    explanation = explain(fit, compare=None, max_refits=0)
    for row, shares in zip(explanation.rows, row_shares(fit, np.arange(fit.problem.n_cols)), strict=True):
        assert row.evidence.rows == shares
        assert shares.push + shares.hold == pytest.approx(row.pull, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("seed", range(4))
def test_a_zero_stays_without_the_rows_that_can_go_and_leaves_with_one_more(seed):
    x, y = data(seed)
    fit = solve(make_problem(x, y), ALPHA, settings=EXACT)
    entered = 0
    for j in np.flatnonzero(fit.coef == 0):
        removal = certified_removal(fit, int(j))
        order = np.argsort(contributions(fit, np.array([j]))[:, 0], kind="stable")
        kept = order[removal.rows :]
        assert lasso(x[kept], y[kept]).coef_[j] == 0
        if removal.enters:
            kept = order[removal.rows + 1 :]
            assert lasso(x[kept], y[kept]).coef_[j] != 0
            entered += 1
    assert entered


def test_rows_go_while_tolls_of_standardised_columns_stay():
    x, y = data(5)
    problem = make_problem(x, y, standardize=True)
    fit = solve(problem, 0.25, settings=EXACT)
    j = int(np.flatnonzero(fit.coef == 0)[0])
    removal = certified_removal(fit, j)
    order = np.argsort(contributions(fit, np.array([j]))[:, 0], kind="stable")
    kept = order[removal.rows :]
    assert lasso((x / x.std(axis=0))[kept], y[kept], 0.25).coef_[j] == 0


def test_no_class_is_removed_altogether():
    x = np.random.default_rng(3).standard_normal((12, 3))
    y = np.zeros(12)
    y[:2] = 1
    fit = solve(make_problem(x, y, loss="logistic"), 0.15)
    for j in np.flatnonzero(fit.coef == 0):
        terms = contributions(fit, np.array([j]))[:, 0]
        gone = np.argsort(terms, kind="stable")[: certified_removal(fit, int(j)).rows]
        assert len(np.unique(np.delete(y, gone))) == 2


@pytest.mark.parametrize("seed", range(3))
def test_targets_nearer_than_the_radius_have_the_same_zeros_and_one_beyond_has_not(seed):
    x, y = data(seed)
    fit = solve(make_problem(x, y), ALPHA, settings=EXACT)
    distance = radii(fit)
    radius, nearest = distance.min(), int(distance.argmin())
    signs = np.sign(fit.coef)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        step = rng.standard_normal(len(y))
        step *= 0.999 * radius / np.linalg.norm(step)
        np.testing.assert_array_equal(np.sign(lasso(x, y + step).coef_), signs)
    # The way out: along what the support leaves of the column, or against what makes its weight.
    others = [k for k in np.flatnonzero(fit.coef) if k != nearest]
    left = x[:, nearest] - LinearRegression().fit(x[:, others], x[:, nearest]).predict(x[:, others])
    pull = x[:, nearest] @ (y - x @ fit.coef - fit.intercept)
    step = left / np.linalg.norm(left) * (np.sign(pull) if fit.coef[nearest] == 0 else -signs[nearest])
    assert np.sign(lasso(x, y + (1 - 1e-5) * radius * step).coef_[nearest]) == signs[nearest]
    assert np.sign(lasso(x, y + (1 + 1e-5) * radius * step).coef_[nearest]) != signs[nearest]


def test_radius_of_weighted_elastic_nets_is_where_scikit_learn_changes():
    x, y = data(2)
    weight = np.random.default_rng(2).uniform(0.5, 2, len(y))
    problem = make_problem(x, y, l1_ratio=0.7, sample_weight=weight)
    fit = solve(problem, ALPHA, settings=EXACT)
    radius = radii(fit).min()
    rng = np.random.default_rng(3)
    for _ in range(20):
        step = rng.standard_normal(len(y))
        step *= 0.999 * radius / np.linalg.norm(step)
        other = make_problem(x, y + step, l1_ratio=0.7, sample_weight=weight)
        np.testing.assert_array_equal(np.sign(solve(other, ALPHA, settings=EXACT).coef), np.sign(fit.coef))


def test_irrepresentability_is_the_regression_of_a_column_on_the_support_times_its_signs():
    x, _, explanation = explained()
    coef = explanation.solution.coef
    support = np.flatnonzero(coef)
    for row in explanation.rows:
        if row.coef != 0:
            assert row.evidence.irrepresentability is None
            continue
        slopes = LinearRegression().fit(x[:, support], x[:, row.index]).coef_
        assert row.evidence.irrepresentability == pytest.approx(abs(slopes @ np.sign(coef[support])), rel=1e-9)


def hidden_columns(r):
    """Orthogonal x0, x1, and x2 = r (x0 + x1) + z, with a target that keeps x2 at zero."""
    basis = np.linalg.qr(np.column_stack([np.ones(40), np.random.default_rng(4).standard_normal((40, 3))]))[0]
    first, second, z = (basis[:, k] * np.sqrt(40) for k in (1, 2, 3))
    x = np.column_stack([first, second, r * (first + second) + z])
    return x, first + second - 0.1 * z


@pytest.mark.parametrize(("r", "warned"), [(0.3, False), (0.7, True)])
def test_an_index_above_one_is_a_warning_that_names_the_column(r, warned):
    x, y = hidden_columns(r)
    explanation = explain(solve(make_problem(x, y), 0.1, settings=EXACT), compare=None)
    assert explanation.solution.coef[2] == 0
    assert explanation.header.irrepresentability == pytest.approx(2 * r, rel=1e-9)
    text = " ".join(explanation.warnings)
    assert ("cannot be trusted" in text) == warned
    assert ("`x2`" in text) == warned
    assert "A zero is not 'no effect'" in text


def test_no_index_where_the_support_has_no_unique_answer():
    x, y = data()
    twin = np.column_stack([x, x[:, 0]])
    fit = solve(make_problem(twin, y), ALPHA)
    if np.count_nonzero(fit.coef[[0, 6]]) == 2:
        assert irrepresentability(fit) is None
        assert radii(fit) is None
    assert irrepresentability(solve(make_problem(x, y, l1_ratio=0.0), ALPHA)) is None
    logistic = make_problem(x, y > 0, loss="logistic")
    assert radii(solve(logistic, 0.05)) is None


def test_what_refits_find_is_left_out_of_the_table_and_found_when_asked_for():
    _, _, deep = explained(max_refits=1000)
    _, _, lean = explained(max_refits=0)
    for row, other in zip(deep.rows, lean.rows, strict=True):
        assert other.evidence.removal is None
        assert (other.evidence.price_of_zero is None) == (row.coef != 0)
        assert row.evidence.price_of_zero is not None
        for level in ("learner", "user", "expert"):
            assert lean.why(row.name, level) == deep.why(row.name, level)
    assert lean.table["removable_rows"].isna().all()
    zeros = deep.table["coef"] == 0
    assert deep.table.loc[zeros, "removable_rows"].notna().all()


def test_a_rough_fit_states_its_penalty_factor_as_about():
    x, y = data()
    rough = explain(solve(make_problem(x, y), ALPHA), compare=None, max_refits=0)
    row = next(row for row in rough.rows if row.verdict is Verdict.ZERO_PROVED)
    assert "fell below about" not in user(row, rough.facts)
    assert "fell below about" in user(replace(row, pull_bound=row.pull + 0.01), rough.facts)


def test_words_carry_the_numbers_of_the_table():
    _, _, explanation = explained(max_refits=1000)
    for feature, row in zip(explanation.data()["features"], explanation.rows, strict=True):
        said = feature["sentences"]
        if row.verdict is Verdict.ZERO_PROVED:
            assert f"fell below {row.evidence.factor_change:.3g}." in said["user"]
            assert f"v_j < {row.evidence.factor_change:.4g}" in said["expert"]
            assert "would leave 0" in said["learner"]
            assert feature["removable_rows"] == row.evidence.removal.rows
        else:
            assert "Forcing it to zero would raise the objective by at least" in said["user"]
            assert f"v_j >= {row.evidence.factor_change:.4g}" in said["expert"]
            stated = float(said["expert"].split("P*(b_j = 0) - P* >= ")[1].split(" ")[0].rstrip("."))
            assert 0 < stated <= row.evidence.price_of_zero
