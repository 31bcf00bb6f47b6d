"""The partner: the other penalty at the same training loss, against fits by other means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge

from whyzero.cross_validation import cross_validate_path
from whyzero.errors import InputError
from whyzero.explanations import explain
from whyzero.explanations.null_model import fit_null_model
from whyzero.explanations.partner import alpha_above, find_partner
from whyzero.explanations.pulls import null_pulls
from whyzero.explanations.row_space import is_wide, make_row_space
from whyzero.problem import make_problem
from whyzero.report import render
from whyzero.solution import Settings
from whyzero.solve import fit_path, solve, solve_path
from zoo import PROBLEMS


def partner_of(problem, alpha, compare="l2", match="loss"):
    fit = solve(problem, alpha, settings=Settings(tol=1e-10))
    null = fit_null_model(problem)
    return fit, find_partner(
        fit,
        compare=compare,
        match=match,
        null_pulls=null_pulls(problem, null),
        null_loss=null.loss,
        train_loss=problem.loss_value(fit.coef, fit.intercept),
    )


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_partner_has_the_same_training_loss_and_the_other_penalty(case):
    problem = case.problem()
    fit, partner = partner_of(problem, 0.05)
    own = problem.penalty.l1_ratio
    assert partner.name == ("L1" if own == 0 else "L2")
    assert partner.solution.problem.penalty.l1_ratio == (1.0 if own == 0 else 0.0)
    here, there = (s.problem.loss_value(s.coef, s.intercept) for s in (fit, partner.solution))
    assert there == pytest.approx(here, rel=1e-7)
    assert partner.matched
    assert partner.train_loss == there


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_l2_partner_has_no_zero_but_structural_ones_and_l1_has_some(case):
    problem = case.problem()
    fit, partner = partner_of(problem, 0.2)
    two, one = (fit, partner.solution) if partner.name == "L1" else (partner.solution, fit)
    assert set(np.flatnonzero(two.coef == 0)) == set(np.flatnonzero(problem.structural))
    assert np.count_nonzero(one.coef == 0) > np.count_nonzero(problem.structural)
    assert partner.zeros == np.count_nonzero(partner.solution.coef == 0)
    assert partner.structural_zeros == problem.structural.sum()


def test_l2_partner_is_the_ridge_fit_of_scikit_learn():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((70, 6))
    y = x @ [2.0, 1, 0, 0, 0, 0.5] + rng.standard_normal(70)
    _, partner = partner_of(make_problem(x, y), 0.3)
    other = Ridge(alpha=70 * partner.solution.alpha, tol=1e-14).fit(x, y)
    np.testing.assert_allclose(partner.solution.coef, other.coef_, rtol=1e-6)
    lasso = Lasso(alpha=0.3, tol=1e-14, max_iter=100_000).fit(x, y)
    assert np.mean((y - other.predict(x)) ** 2) == pytest.approx(np.mean((y - lasso.predict(x)) ** 2), rel=1e-6)


def test_l2_partner_of_a_logistic_fit_is_that_of_scikit_learn():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((90, 5))
    y = (x[:, 0] - x[:, 1] + rng.standard_normal(90) > 0).astype(int)
    _, partner = partner_of(make_problem(x, y, loss="logistic"), 0.05)
    c = 1 / (90 * partner.solution.alpha)
    other = LogisticRegression(C=c, l1_ratio=0, tol=1e-12, solver="newton-cholesky", max_iter=1000).fit(x, y)
    np.testing.assert_allclose(partner.solution.coef, other.coef_[0], rtol=1e-6)


def linear_data():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((60, 6))
    return x, x @ [2.0, 1, 0, 0, 0, 0.5] + rng.standard_normal(60)


def test_elastic_net_partner_of_the_same_training_loss_is_that_of_scikit_learn():
    x, y = linear_data()
    fit, partner = partner_of(make_problem(x, y), 0.3, compare="elasticnet")
    assert partner.name == "elastic net"
    other = ElasticNet(alpha=partner.solution.alpha, l1_ratio=0.5, tol=1e-14, max_iter=100_000).fit(x, y)
    np.testing.assert_allclose(partner.solution.coef, other.coef_, rtol=1e-6, atol=1e-9)
    own = y - x @ fit.coef - fit.intercept
    assert np.mean((y - other.predict(x)) ** 2) == pytest.approx(np.mean(own**2), rel=1e-6)


@pytest.mark.parametrize(("l1_ratio", "name"), [(1.0, "elastic net"), (0.5, "L2"), (0.0, "elastic net")])
def test_elastic_net_is_compared_with_another_penalty(l1_ratio, name):
    x, y = linear_data()
    _, partner = partner_of(make_problem(x, y, l1_ratio=l1_ratio), 0.3, compare="elasticnet")
    assert partner.name == name


@pytest.mark.parametrize("compare", ["l1", "l2", "elasticnet"])
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_partner_matched_on_the_norm_has_weights_of_the_same_size(loss, compare):
    x, y = linear_data()
    factor = np.array([1, 2, 0.5, 1, 0, np.inf])
    target = y if loss == "squared" else (y > 0)
    problem = make_problem(x, target, loss=loss, penalty_factor=factor, standardize=True, l1_ratio=0.8)
    fit, partner = partner_of(problem, 0.05, compare=compare, match="norm")

    def size(coef):
        return np.sqrt(np.sum(factor[:4] * (x.std(axis=0) * coef)[:4] ** 2))

    assert size(partner.solution.coef) == pytest.approx(size(fit.coef), rel=1e-6)
    assert partner.matched
    assert partner.match == "norm of the weights"


def test_norm_that_no_partner_reaches_is_not_called_the_same():
    x, y = linear_data()
    twins = np.column_stack([x, x[:, 0]])  # L1 may put on one column what L2 shares between two
    _, partner = partner_of(make_problem(twins, y), 1e-4, match="norm")
    assert not partner.matched


def test_partner_matched_on_the_held_out_loss_predicts_left_out_rows_as_well_in_scikit_learn():
    x, y = linear_data()
    problem = make_problem(x, y)
    path = solve_path(problem, alphas=[0.3], settings=Settings(tol=1e-10))
    cv = cross_validate_path(path, n_folds=5)
    null = fit_null_model(problem)
    partner = find_partner(
        path[0],
        compare="l2",
        match="cv",
        null_pulls=null_pulls(problem, null),
        null_loss=null.loss,
        train_loss=problem.loss_value(path[0].coef, path[0].intercept),
        cv=cv,
    )

    def held_out(make):
        error = np.empty(60)
        for fold in range(5):
            out = cv.folds == fold
            error[out] = (y[out] - make(np.count_nonzero(~out)).fit(x[~out], y[~out]).predict(x[out])) ** 2
        return error.mean()

    lasso = held_out(lambda n: Lasso(alpha=0.3, tol=1e-12))
    ridge = held_out(lambda n: Ridge(alpha=n * partner.solution.alpha))
    assert partner.matched
    assert ridge == pytest.approx(lasso, rel=1e-6)
    assert partner.match == "cross-validated loss"


def test_held_out_loss_out_of_reach_is_met_as_nearly_as_found_and_says_so():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((40, 30))
    y = 3 * x[:, 0] + 0.1 * rng.standard_normal(40)
    explanation = explain(solve(make_problem(x, y), 0.05), match="cv")
    assert not explanation.partner.matched
    assert any("No L2 fit found has the same cross-validated loss" in warning for warning in explanation.warnings)
    assert "nearly the same cross-validated loss" in explanation.why("x0")


@pytest.mark.parametrize("match", ["loss", "cv", "norm", "alpha"])
@pytest.mark.parametrize("compare", ["l1", "l2", "elasticnet"])
def test_every_comparison_is_told_at_every_level(compare, match):
    x, y = linear_data()
    explanation = explain(solve(make_problem(x, y), 0.3), compare=compare, match=match, max_refits=0)
    for level in ("learner", "user", "expert"):
        assert explanation.partner.name in explanation.why("x3", level)
    render(explanation.data())


def test_match_on_alpha_keeps_alpha():
    fit, partner = partner_of(PROBLEMS[0].problem(), 0.05, match="alpha")
    assert partner.solution.alpha == fit.alpha
    assert partner.match == "alpha"


def test_elastic_net_can_be_compared_with_l1():
    _, partner = partner_of(PROBLEMS[1].problem(), 0.05, compare="l1")
    assert partner.name == "L1"


def test_fit_of_the_null_model_is_met_nearly_and_says_so():
    problem = PROBLEMS[0].problem()
    _, partner = partner_of(problem, 1e3)
    assert not partner.matched
    assert partner.mismatch == pytest.approx(1e-6, rel=0.01)
    assert partner.zeros == partner.structural_zeros


@pytest.mark.parametrize(("compare", "match"), [("L3", "loss"), ("l2", "size")])
def test_unknown_comparison_is_refused_with_its_name(compare, match):
    with pytest.raises(InputError, match=compare if compare == "L3" else match):
        partner_of(PROBLEMS[0].problem(), 0.1, compare=compare, match=match)


@given(seed=st.integers(0, 10**6), drop=st.floats(1e-4, 0.3), loss=st.sampled_from(["squared", "logistic"]))
def test_l2_at_the_upper_alpha_loses_at_most_the_given_drop(seed, drop, loss):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((15, 4)) * rng.uniform(0.1, 10, 4)
    y = x[:, 0] + rng.standard_normal(15) if loss == "squared" else np.arange(15) % 2
    problem = make_problem(x, y, loss=loss, l1_ratio=0.0, penalty_factor=[1, 0.5, 2, 1], standardize=bool(seed % 2))
    null = fit_null_model(problem)
    alpha = alpha_above(problem, null_pulls(problem, null), drop)
    fit = solve(problem, alpha)
    assert null.loss - problem.loss_value(fit.coef, fit.intercept) <= drop * (1 + 1e-9)


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_wide_l2_fit_in_the_space_of_the_rows_is_the_same_fit(loss, fit_intercept):
    rng = np.random.default_rng(4)
    x = rng.standard_normal((14, 30)) + rng.uniform(-3, 3, 30)
    x[:, 5] = 2.0
    y = x[:, 0] + rng.standard_normal(14) if loss == "squared" else np.arange(14) % 2
    factor = rng.uniform(0.5, 2, 30)
    factor[[1, 2]] = 0.0, np.inf
    problem = make_problem(
        x,
        y,
        loss=loss,
        l1_ratio=0.0,
        penalty_factor=factor,
        standardize=fit_intercept,
        fit_intercept=fit_intercept,
        sample_weight=rng.uniform(0.5, 2, 14),
        offset=rng.standard_normal(14),
    )
    assert is_wide(problem)
    alphas = [1.0, 0.1, 0.01]
    settings = Settings(tol=1e-12)
    space = make_row_space(problem)
    assert space.narrow.n_cols <= 15
    lifted = space.lift(solve_path(space.narrow, alphas=alphas, settings=settings))
    direct = solve_path(problem, alphas=alphas, settings=settings)
    np.testing.assert_allclose(lifted.coefs, direct.coefs, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(lifted.intercepts, direct.intercepts, rtol=1e-6, atol=1e-9)
    assert lifted.problem is problem


def test_an_l2_fit_that_would_take_too_long_is_left_out(monkeypatch):
    monkeypatch.setattr("whyzero.explanations.partner._LARGEST_L2", 7)
    _, partner = partner_of(PROBLEMS[0].problem(), 0.1)
    assert partner is None


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_zeros_along_the_path_are_those_of_fits_on_repeated_rows(loss):
    draw = np.random.default_rng(7)
    X = draw.normal(size=(60, 6))
    X[:, 5] = 0.0
    y = X[:, 0] - 0.5 * X[:, 1] + draw.normal(size=60)
    y = y > 0 if loss == "logistic" else y
    path = fit_path(X, y, loss=loss, alphas=[0.2, 0.1, 0.03])
    found = explain(path, alpha=0.1, compare="elasticnet", resamples=3).resamples
    again = np.random.default_rng(0)
    for k in range(3):
        rows = np.repeat(np.arange(60), again.multinomial(60, np.full(60, 1 / 60)))
        problem = make_problem(X[rows], y[rows], loss=loss)
        fits = [solve(problem, alpha) for alpha in path.alphas]
        zeros = [np.count_nonzero(fit.coef[:5] == 0) for fit in fits]
        assert [row[k] for row in found.own_along] == zeros
        beside = explain(fits[1], compare="elasticnet").partner
        near = [beside.solution, *beside.path]
        loss_of = problem.loss_value
        for row, fit in zip(found.partner_along, fits, strict=True):
            own = loss_of(fit.coef, fit.intercept)
            nearest = min(near, key=lambda other: abs(loss_of(other.coef, other.intercept) - own))
            assert row[k] == np.count_nonzero(nearest.coef[:5] == 0)
    assert found.n_weights == 5 and max(map(max, found.partner_along)) > 0


def test_zeros_on_draws_of_the_rows_are_those_of_fits_on_repeated_rows():
    draw = np.random.default_rng(2)
    X = draw.normal(size=(40, 5))
    y = X[:, 0] + draw.normal(size=40)
    found = explain(fit_path(X, y, alphas=[0.2]), alpha=0.2, resamples=3).resamples
    again = np.random.default_rng(0)
    for own, other in zip(found.own, found.partner, strict=True):
        rows = np.repeat(np.arange(40), again.multinomial(40, np.full(40, 1 / 40)))
        repeated = solve(make_problem(X[rows], y[rows]), 0.2)
        assert own == np.count_nonzero(repeated.coef == 0)
        assert other == 0
    assert found.as_dict()["p_value"] == 0.25 and found.n_weights == 5
    assert explain(fit_path(X, y, alphas=[0.2]), alpha=0.2, compare=None, resamples=3).resamples is None
