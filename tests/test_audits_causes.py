"""The cause that an audit names: planted differences, loose solutions, and weights from real life."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression
from sklearn.preprocessing import StandardScaler

import whyzero as wz
from audit_cases import LABELS, NUMBERS, PLANTED, TIGHT, WEIGHTS, P, X, logistic, stand_in
from whyzero.audits.case import Case, penalise_intercept
from whyzero.audits.hypotheses import implied_alpha
from whyzero.problem import make_problem


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_difference_is_named_and_nothing_else(planted):
    build, stated, words = planted
    y = LABELS if (found := build())["loss"] == "logistic" else NUMBERS
    audit = wz.audit(found.pop("coef"), X, y, **{**found, **stated})
    assert audit.cause.startswith("The likely cause: ")
    assert words in audit.cause
    assert audit.tested[0].relative_gap < 1e-9 < audit.relative_gap


def test_what_weights_cannot_tell_apart_is_said_to_be_so():
    """With C = 1 the number 1 may be a C, or an alpha of a summed loss."""
    found = logistic(1.0)
    audit = wz.audit(found.pop("coef"), X, LABELS, **found, alpha=1.0)
    assert audit.cause.startswith("One of 2 causes, which these weights cannot tell apart")
    assert "mixed up" in audit.cause
    assert "summed over the rows" in audit.cause


@pytest.mark.parametrize("tol", [1e-2, 1e-4, 1e-6])
@pytest.mark.parametrize("seed", range(6))
def test_a_loose_solution_of_the_stated_objective_blames_no_other(seed, tol):
    """Correlated columns, random sizes: what the solver leaves undone must not look like another objective."""
    rng = np.random.default_rng([seed, 1])
    n, p = rng.integers(20, 90), rng.integers(3, 30)
    Z = (rng.normal(size=(n, p)) + 1.5 * rng.normal(size=(n, 1))) * rng.uniform(0.2, 3.0, size=p) + rng.normal(size=p)
    y = Z @ (rng.normal(size=p) * (rng.random(p) < 0.4)) + rng.normal(size=n) + 1.0
    alpha, rho = rng.choice([0.003, 0.03, 0.3]), rng.choice([1.0, 0.5, 0.1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = ElasticNet(alpha=alpha, l1_ratio=rho, tol=tol).fit(Z, y)
    audit = wz.audit(model.coef_, Z, y, intercept=model.intercept_, loss="squared", alpha=alpha, l1_ratio=rho)
    assert audit.cause.startswith(("None needed", "The solver stopped early", "Not known"))


@pytest.mark.parametrize("alpha", [0.1, 1e6])
def test_weights_that_fit_nothing_are_not_explained(alpha):
    """A gap that falls to a hundredth of an absurd one is no explanation."""
    audit = wz.audit(np.random.default_rng(5).normal(size=P), X, NUMBERS, loss="squared", alpha=alpha)
    assert audit.cause.startswith("Not known.")
    assert audit.relative_gap > 0.1
    assert len(audit.tested) > 10
    assert [item.gap for item in audit.tested] == sorted(item.gap for item in audit.tested)


def test_a_solver_that_stopped_at_its_tolerance_is_told_by_its_own_rule():
    model = Lasso(alpha=0.01, tol=1e-2).fit(X, NUMBERS)
    audit = wz.audit(model, X, NUMBERS)
    assert audit.cause.startswith("The solver stopped early")
    assert "tol=0.01" in audit.cause
    assert audit.gap <= 1e-2 * np.var(NUMBERS)


def test_a_solver_that_ran_out_of_iterations_is_told():
    with pytest.warns(Warning, match="converge"):
        model = LogisticRegression(C=10.0, max_iter=2).fit(X, LABELS)
    audit = wz.audit(model, X, LABELS)
    assert "used up max_iter=2" in audit.cause


def test_a_penalised_intercept_is_a_weight_of_a_constant_column():
    """The objective of the widened problem is loss + penalty + penalty of intercept / scaling, written out."""
    problem = make_problem(X, NUMBERS, l1_ratio=0.4, sample_weight=WEIGHTS)
    coef = np.linspace(-1.0, 1.0, P)
    case = penalise_intercept(Case(problem, coef, 1.5, 0.3), 2.0)
    loss = 0.5 * np.average((NUMBERS - X @ coef - 1.5) ** 2, weights=WEIGHTS)
    every = np.append(coef, 0.75)
    expected = loss + 0.3 * np.sum(0.4 * np.abs(every) + 0.3 * every**2)
    assert case.problem.objective(case.coef, case.intercept, 0.3) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.3])
def test_an_optimum_implies_its_own_alpha(l1_ratio):
    """Eq. (10) of every weight in use, solved for alpha."""
    model = ElasticNet(alpha=0.07, l1_ratio=l1_ratio, **TIGHT).fit(X, NUMBERS)
    problem = make_problem(X, NUMBERS, l1_ratio=l1_ratio)
    assert implied_alpha(Case(problem, model.coef_, model.intercept_, 1.0)) == pytest.approx(0.07, rel=1e-6)


CELER_X = np.zeros((20, 1))
CELER_X[[7, 10, 13, 16, 19], 0] = [0.001, 0.015, 0.046, 0.061, 0.062]
CELER_Y = np.array([8, 0, 1, 20, 0, 1, 24, 1, 1, 23, 6, 0, 11, 32, 0, 2, 56, 1, 1, 62]) / 1000


def test_the_zero_of_celer_issue_173_is_a_wrong_zero():
    """The data of mathurinm/celer#173: celer says 0, scikit-learn 0.55; the weight is 0.550346."""
    celer = stand_in(
        "celer", "Lasso", alpha=1e-4, tol=1e-4, fit_intercept=True, coef_=np.zeros(1), intercept_=CELER_Y.mean()
    )
    audit = wz.audit(celer, CELER_X, CELER_Y)
    (row,) = audit.rows
    assert row["verdict"] == "wrong zero"
    assert row["lo"] <= 0.5503462160265994 <= row["hi"]
    assert row["hi"] - row["lo"] < 1e-6
    assert audit.gap == pytest.approx(6.2e-5, rel=0.01)
    assert "tol=0.0001" in audit.cause
    ours = wz.audit(Lasso(alpha=1e-4, **TIGHT).fit(CELER_X, CELER_Y), CELER_X, CELER_Y)
    assert ours.counts == {
        "true zero": 0,
        "wrong zero": 0,
        "numerical debris": 0,
        "true non-zero": 1,
        "not unique": 0,
        "open": 0,
    }


def test_all_zero_weights_name_no_single_cause():
    audit = wz.audit([0.0], CELER_X, CELER_Y, intercept=CELER_Y.mean(), loss="squared", alpha=1e-4)
    assert audit.cause.startswith("All weights are zero")
    assert "cannot be told" in audit.cause


def adam(X, y, alpha, steps=4000, rate=0.02):
    """A framework's way: Adam on mean squared error / 2 + alpha sum |w|, with the subgradient alpha sign(w)."""
    rng = np.random.default_rng(0)
    w = 0.1 * rng.normal(size=X.shape[1] + 1)
    first, second = np.zeros_like(w), np.zeros_like(w)
    Z = np.column_stack([X, np.ones(len(y))])
    charge = np.append(np.full(X.shape[1], alpha), 0.0)
    for t in range(1, steps + 1):
        g = Z.T @ (Z @ w - y) / len(y) + charge * np.sign(w)
        first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g * g
        step = (first / (1 - 0.9**t)) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8)
        w = w - rate * (1 - t / (steps + 1)) * step
    return w[:-1], w[-1]


def test_every_true_zero_of_an_adam_run_is_debris():
    """A framework-style run leaves no zero; the zeros of scikit-learn's tight solution are all found out."""
    data = load_diabetes()
    Z, y = StandardScaler().fit_transform(data.data), (data.target - data.target.mean()) / data.target.std()
    coef, intercept = adam(Z, y, 0.1)
    true = Lasso(alpha=0.1, **TIGHT).fit(Z, y).coef_
    audit = wz.audit(coef, Z, y, intercept=intercept, loss="squared", alpha=0.1, feature_names=data.feature_names)
    assert not np.any(coef == 0.0)
    verdicts = np.array([row["verdict"] for row in audit.rows])
    assert np.count_nonzero(true == 0.0) >= 3
    assert np.array_equal(verdicts == "numerical debris", true == 0.0)
    assert np.array_equal(verdicts == "non-zero, proved", true != 0.0)
    assert audit.counts["true zero"] == 0
    assert "nothing in the optimiser sets a weight to exactly zero" in audit.cause


@pytest.mark.parametrize("alpha", [0.02, 0.002])
def test_lasso_at_default_tolerance_on_riboflavin(data_dir, alpha):
    """71 rows and 4088 columns: scikit-learn stops early, and the verdicts are those of a far tighter solution."""
    stored = np.load(data_dir / "riboflavin" / "riboflavin.npz")
    wide, y = stored["X"], stored["y"]
    model = Lasso(alpha=alpha, max_iter=100_000).fit(wide, y)
    audit = wz.audit(model, wide, y)
    assert audit.cause.startswith("The solver stopped early")
    assert audit.gap <= 1e-4 * np.var(y)
    true = Lasso(alpha=alpha, tol=1e-12, max_iter=1_000_000).fit(wide, y).coef_
    verdicts = np.array([row["verdict"] for row in audit.rows])
    given = model.coef_ != 0.0
    assert np.array_equal(verdicts == "zero, proved", ~given & (true == 0.0))
    assert np.array_equal(verdicts == "numerical debris", given & (true == 0.0))
    assert np.array_equal(verdicts == "wrong zero", ~given & (true != 0.0))
    assert np.array_equal(verdicts == "non-zero, proved", given & (true != 0.0))


# docs of the R package glmnet: coef(fit, s = 0.1) on its QuickStart example, all digits that are printed there.
GLMNET = {
    1: 1.320597195,
    3: 0.675110234,
    5: -0.817411518,
    6: 0.521436671,
    7: 0.004829335,
    8: 0.319415917,
    11: 0.142498519,
    14: -1.059978702,
    20: -1.021873704,
}


def test_the_coefficients_that_glmnet_prints_are_optimal_and_standardising_is_found_out(data_dir):
    stored = np.load(data_dir / "glmnet_examples" / "glmnet_examples.npz")
    wide, y = stored["QuickStart_x"], stored["QuickStart_y"].ravel()
    coef = np.array([GLMNET.get(j + 1, 0.0) for j in range(20)])
    said = {"intercept": 0.150928072, "loss": "squared", "alpha": 0.1}
    right = wz.audit(coef, wide, y, standardize=True, **said)
    assert right.relative_gap < 1e-9
    assert right.counts == {
        "true zero": 11,
        "wrong zero": 0,
        "numerical debris": 0,
        "true non-zero": 9,
        "not unique": 0,
        "open": 0,
    }
    wrong = wz.audit(coef, wide, y, **said)
    assert "the columns were standardised" in wrong.cause
