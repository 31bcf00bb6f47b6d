"""What stands above the table: objective, alpha_max, the same in other packages, warnings."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, PoissonRegressor, Ridge
from sklearn.preprocessing import StandardScaler

from whyzero.explanations import explain
from whyzero.explanations.elsewhere import elsewhere
from whyzero.problem import make_problem
from whyzero.solution import Settings, Status
from whyzero.solve import solve
from zoo import PROBLEMS

ALPHA = 0.05
EXACT = Settings(tol=1e-13)
SCIKIT = {
    "PoissonRegressor": PoissonRegressor,
    "Lasso": Lasso,
    "ElasticNet": ElasticNet,
    "Ridge": Ridge,
    "LogisticRegression": LogisticRegression,
}


def test_alpha_max_is_where_the_first_weight_comes_alive():
    for case in PROBLEMS:
        problem = case.problem()
        if problem.penalty.l1_ratio == 0:
            continue
        top = explain(solve(problem, ALPHA), compare=None).header.alpha_max
        penalised = (problem.penalty.factor > 0) & ~problem.structural
        assert not solve(problem, top * 1.0001, settings=EXACT).coef[penalised].any()
        assert solve(problem, top * 0.9999, settings=EXACT).coef[penalised].any()


def warned(problem, alpha=0.1, **options):
    return " ".join(explain(solve(problem, alpha), **options).warnings)


def test_warnings_name_what_a_reader_must_know():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((40, 6))
    x[:, 1], x[:, 2], x[:, 3] = x[:, 0], 5 - x[:, 0], 7.0
    y = x[:, 0] + rng.standard_normal(40)
    text = warned(make_problem(x, y))
    assert "1 column is constant, so the weight is 0 under every penalty: `x3`." in text
    assert "equal in every row; a fit may share a weight between them in more than one way: `x0` with `x1`." in text
    assert "mirror each other" in text
    assert "`x0` with `x2`" in text
    assert "not standardised" not in text
    assert "A zero is not 'no effect'" in text
    assert "mirror" not in warned(make_problem(x, y, fit_intercept=False))
    proved = warned(make_problem(x[:, [0, 1, 4]], y))
    assert "2 weights are not unique: `x0` and `x1`." in proved
    assert "equal in every row" not in proved  # told already
    uneven = warned(make_problem(x * [1, 1, 1, 1, 50, 1], y))
    assert "not standardised, and the largest standard deviation is" in uneven
    assert "not standardised" not in warned(make_problem(x * [1, 1, 1, 1, 50, 1], y, standardize=True))
    assert "y takes only two values, 0 and 1" in warned(make_problem(x, (y > 0).astype(float)))


def test_equal_columns_are_found_in_sparse_data_too():
    x = sparse.random(60, 30, density=0.1, random_state=0, format="csc").toarray()
    x[:, 20] = x[:, 4]
    y = np.random.default_rng(1).standard_normal(60)
    assert "`x4` with `x20`" in warned(make_problem(sparse.csr_array(x), y))


def test_an_unfinished_fit_is_said_to_be_unfinished():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((80, 6))
    y = (x[:, 0] - x[:, 1] + rng.standard_normal(80) > 0).astype(int)
    fit = solve(make_problem(x, y, loss="logistic"), 0.01, settings=Settings(tol=1e-14, max_iter=1))
    assert fit.status is not Status.OPTIMAL
    assert any(sentence.startswith("The fit is not finished.") for sentence in explain(fit).warnings)


def test_exact_l2_zeros_of_a_symmetric_design_are_explained():
    x = np.array([[a, b] for a in (-1.0, 1.0) for b in (-1.0, 1.0)])
    problem = make_problem(x, np.array([0.0, 0.0, 1.0, 1.0]), l1_ratio=0.0)
    explanation = explain(solve(problem, 0.1))
    assert explanation.rows[1].coef == 0
    assert explanation.rows[1].reason.text == "no pull"
    assert "exactly 0" in explanation.why("x1")
    text = warned(make_problem(x, np.array([0.0, 0.0, 1.0, 1.0])))
    assert "L2 too has 1 exact zero besides constant or excluded columns" in text


@pytest.mark.parametrize("l1_ratio", [1.0, 0.3, 0.0])
@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("standardize", [False, True])
def test_scikit_learns_parameters_give_the_same_weights(l1_ratio, loss, standardize):
    rng = np.random.default_rng(2)
    x = rng.standard_normal((60, 5)) * [1, 2, 3, 1, 0.5] + [0, 1, 0, 2, 0]
    y = x[:, 0] + rng.standard_normal(60)
    y = y if loss == "squared" else (y > 0).astype(int)
    weight = rng.uniform(0.5, 2, 60)
    problem = make_problem(x, y, loss=loss, l1_ratio=l1_ratio, standardize=standardize, sample_weight=weight)
    text = elsewhere(problem, 0.123)["scikit-learn"]
    name, arguments = re.match(r"(\w+)\((.*?)\);? ?", text).groups()
    options = eval(f"dict({arguments})")
    model = SCIKIT[name](**options, tol=1e-10, max_iter=200_000)
    scaler = StandardScaler().fit(x, sample_weight=weight)
    model.fit(scaler.transform(x) if standardize else x, y, sample_weight=weight)
    coef = np.ravel(model.coef_) / (scaler.scale_ if standardize else 1.0)
    fit = solve(problem, 0.123, settings=EXACT)
    np.testing.assert_allclose(coef, fit.coef, rtol=2e-4, atol=1e-5)
    assert "StandardScaler" in text or not standardize


def test_scikit_learns_poisson_regression_is_stated_where_it_has_the_penalty():
    rng = np.random.default_rng(2)
    x = rng.standard_normal((60, 3))
    y = rng.poisson(np.exp(0.5 * x[:, 0]))
    text = elsewhere(make_problem(x, y, loss="poisson", l1_ratio=0.0), 0.123)["scikit-learn"]
    name, arguments = re.match(r"(\w+)\((.*?)\);? ?", text).groups()
    model = SCIKIT[name](**eval(f"dict({arguments})"), tol=1e-12).fit(x, y)
    fit = solve(make_problem(x, y, loss="poisson", l1_ratio=0.0), 0.123, settings=EXACT)
    np.testing.assert_allclose(model.coef_, fit.coef, rtol=1e-6)
    assert "L2 penalty only" in elsewhere(make_problem(x, y, loss="poisson"), 0.123)["scikit-learn"]


@pytest.mark.parametrize("l1_ratio", [1.0, 0.3, 0.0])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_glmnets_parameters_give_the_same_weights_by_glmnets_recipe(l1_ratio, fit_intercept):
    # glmnet's recipe for family = "gaussian": divide y by its standard deviation (without intercept: root mean
    # square) and lambda by the same number, rescale the penalty factors to sum to p, minimise the objective of its
    # documentation, multiply the weights back.
    rng = np.random.default_rng(3)
    x = rng.standard_normal((60, 4))
    y = x @ [3.0, 1.0, 0.2, 0.0] + rng.standard_normal(60) + 2.0
    factor = np.array([1.0, 2.0, 0.5, 1.0])
    problem = make_problem(x, y, l1_ratio=l1_ratio, penalty_factor=factor, fit_intercept=fit_intercept)
    text = elsewhere(problem, 0.2)["glmnet"]
    strength, mixing = (float(re.search(rf"[( ]{word} = ([\d.e+-]+)", text)[1]) for word in ("lambda", "alpha"))
    spread = np.sqrt(np.mean((y - y.mean() * fit_intercept) ** 2))
    scaled = factor * 4 / factor.sum()
    recipe = make_problem(x, y / spread, l1_ratio=mixing, penalty_factor=scaled, fit_intercept=fit_intercept)
    coef = spread * solve(recipe, strength / spread, settings=EXACT).coef
    np.testing.assert_allclose(coef, solve(problem, 0.2, settings=EXACT).coef, rtol=1e-4, atol=1e-6)


def test_what_another_package_cannot_state_is_said():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((30, 3))
    problem = make_problem(
        x, x[:, 0], penalty_factor=[1, 0, np.inf], offset=np.ones(30), sample_weight=np.arange(1, 31)
    )
    assert (
        elsewhere(problem, 0.1)["scikit-learn"] == "cannot state this problem; it has no penalty factors and no offset"
    )
    stated = make_problem(x, x[:, 0], penalty_factor=[1, 1, np.inf], sample_weight=np.arange(1, 31))
    text = elsewhere(stated, 0.1)["scikit-learn"]
    for words in ("Lasso(alpha=0.1)", "same sample_weight", "leave the excluded columns out"):
        assert words in text
    assert "offset = the same offset" in elsewhere(problem, 0.1)["glmnet"]


def test_objective_is_one_line_with_its_numbers():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((30, 3))
    plain = explain(solve(make_problem(x, x[:, 0]), 0.125)).header.objective
    assert plain == "minimise (1/30) sum_i (y_i - eta_i)^2 / 2 + 0.125 sum_j |b_j|, with eta_i = b_0 + sum_j x_ij b_j"
    rich = make_problem(
        x,
        (x[:, 0] > 0),
        loss="logistic",
        l1_ratio=0.25,
        penalty_factor=[1, 2, 1],
        sample_weight=np.full(30, 0.5),
        offset=np.ones(30),
        fit_intercept=False,
        standardize=True,
    )
    assert explain(solve(rich, 0.125)).header.objective == (
        "minimise (1/15) sum_i s_i (log(1 + exp(eta_i)) - y_i eta_i) + 0.125 sum_j v_j (0.25 |sd_j b_j| + 0.75 "
        "(sd_j b_j)^2 / 2), with eta_i = sum_j x_ij b_j + offset_i"
    )


def test_the_index_of_an_exact_copy_is_not_above_1_by_rounding():
    indices = []
    for seed in range(4):
        draw = np.random.default_rng(seed)
        x = draw.normal(size=(40, 6))
        x = np.column_stack([x, x[:, 0]])
        explanation = explain(solve(make_problem(x, x[:, 0] - x[:, 1] + draw.normal(size=40)), 0.1), compare=None)
        indices.append(explanation.header.irrepresentability)
        assert "irrepresentability" not in " ".join(explanation.warnings)
    assert indices == pytest.approx([1.0] * 4, abs=1e-12) and max(indices) > 1


@pytest.mark.filterwarnings("ignore")
def test_nothing_is_told_of_zeros_of_a_partner_that_is_not_finished():
    draw = np.random.default_rng(0)
    x = draw.normal(size=(60, 5))
    y = x[:, 0] + 0.3 * draw.normal(size=60)
    explanation = explain(solve(make_problem(x * 1e300, y), 0.1))
    assert explanation.partner.solution.status is not Status.OPTIMAL and explanation.partner.zeros == 5
    text = " ".join(explanation.warnings)
    assert "L2 fit beside this one is not finished" in text and "discrete" not in text


@pytest.mark.filterwarnings("ignore")
def test_no_ratio_of_spreads_is_told_as_infinity():
    x = np.random.default_rng(0).normal(size=(40, 2))
    text = warned(make_problem(x * [1e200, 1e-200], x[:, 0]), compare=None)
    assert "is more than 1.8e+308 times the smallest" in text and "inf" not in text
