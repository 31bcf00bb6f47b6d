"""The demonstration: every number in the story is recomputed with scikit-learn, SciPy and plain NumPy."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler
from typer.testing import CliRunner

from whyzero.certificates import Verdict
from whyzero.cli import app
from whyzero.demo import demonstrate, tell, two_features
from whyzero.demo.steps import clipped_steps, plain_steps, ridge_steps, slice_of, smooth_minimum
from whyzero.explanations.wording import figure


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    return demonstrate(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def parts(demonstration):
    return list(tell(demonstration))


@pytest.fixture(scope="module")
def cancer(demonstration):
    """The first data set as scikit-learn sees it: the L1 weights and the L2 weights per standard deviation."""
    explanation = demonstration.fits[0].explanation
    bunch = load_breast_cancer()
    X, y = StandardScaler().fit_transform(bunch.data), bunch.target_names[bunch.target] == "malignant"
    fits = []
    for ratio, alpha in ((1, explanation.header.alpha), (0, explanation.partner.solution.alpha)):
        model = LogisticRegression(l1_ratio=ratio, C=1 / (len(y) * alpha), solver="saga", tol=1e-12, max_iter=1_000_000)
        fits.append(model.fit(X, y))
    return X, y.astype(float), *fits, list(bunch.feature_names)


def story(parts):
    lines = []
    for part in parts:
        lines += [part.title, *(f"{label} {text}" for label, text in part.rows), *map(" ".join, part.table)]
    return "\n".join(lines)


def test_l1_zeroes_what_scikit_learn_zeroes_and_l2_zeroes_nothing(cancer, demonstration, parts):
    _, _, lasso, ridge, _ = cancer
    explanation = demonstration.fits[0].explanation
    zeros = int(np.sum(lasso.coef_ == 0))
    assert explanation.header.zero == zeros
    assert np.all(ridge.coef_ != 0)
    np.testing.assert_allclose([row.coef_std for row in explanation.rows], lasso.coef_[0], atol=1e-5)
    table = next(part.table for part in parts if part.title.startswith("Count first"))
    assert table[1][3] == f"{zeros} of 30, {zeros} proved"
    assert table[2][3] == "0 of 30"
    assert float(table[2][4]) == pytest.approx(np.min(np.abs(ridge.coef_)), rel=1e-2)


def test_both_penalties_fit_the_training_data_equally_well(cancer, parts):
    X, y, lasso, ridge, _ = cancer
    losses = []
    for model in (lasso, ridge):
        eta = X @ model.coef_[0] + model.intercept_
        losses.append(np.mean(np.logaddexp(0, eta) - y * eta))
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    table = next(part.table for part in parts if part.title.startswith("Count first"))
    assert float(table[1][2]) == float(table[2][2]) == pytest.approx(losses[0], rel=1e-4)


def test_the_squared_example_counts_as_scikit_learn_does(demonstration, parts):
    explanation = demonstration.fits[1].explanation
    X, y = load_diabetes(return_X_y=True, scaled=False)
    X = StandardScaler().fit_transform(X)
    lasso = Lasso(alpha=explanation.header.alpha, tol=1e-12, max_iter=1_000_000).fit(X, y)
    ridge = Ridge(alpha=len(y) * explanation.partner.solution.alpha).fit(X, y)
    table = next(part.table for part in parts if part.title.startswith("Count first"))
    assert table[3][3].startswith(f"{np.sum(lasso.coef_ == 0)} of 10")
    assert table[4][3] == f"{np.sum(ridge.coef_ == 0)} of 10"
    assert float(table[4][4]) == pytest.approx(np.min(np.abs(ridge.coef_)), rel=1e-2)


def test_the_zero_weight_is_explained_with_its_own_pull_and_toll(cancer, demonstration, parts):
    X, y, lasso, ridge, names = cancer
    explanation = demonstration.fits[0].explanation
    zero, _ = two_features(explanation)
    j = names.index(zero.name)
    assert lasso.coef_[0, j] == 0
    pull = abs(np.mean(X[:, j] * (expit(X @ lasso.coef_[0] + lasso.intercept_) - y)))
    alone = abs(np.mean(X[:, j] * (y.mean() - y)))
    told = dict(next(part.rows for part in parts if part.title == f"A weight that is zero: `{zero.name}`"))
    assert float(told["Pull"].split(":")[0]) == pytest.approx(pull, rel=5e-3)
    assert float(told["Toll"].split(":")[0]) == pytest.approx(explanation.header.alpha, rel=5e-3)
    assert pull < explanation.header.alpha < alone
    assert f"would pull with {figure(alone)}" in told["Why small"]
    shown = float(re.search(r"here to (-?[\d.e-]+) per sd", told["L2"])[1])
    assert shown == pytest.approx(ridge.coef_[0, j], rel=1e-2)
    bound = float(re.search(r"at most ([\d.e-]+),", told["Proof"])[1])
    assert pull <= bound * 1.01
    assert bound < explanation.header.alpha


def test_the_other_weight_is_explained_and_enclosed(cancer, demonstration, parts):
    X, y, lasso, ridge, names = cancer
    _, kept = two_features(demonstration.fits[0].explanation)
    j = names.index(kept.name)
    told = dict(next(part.rows for part in parts if part.title == f"A weight that is not: `{kept.name}`"))
    without = X @ lasso.coef_[0] + lasso.intercept_ - X[:, j] * lasso.coef_[0, j]
    low, high = map(float, re.search(r"between (\S+) and (\S+) per sd", told["Proof"]).groups())
    assert low <= lasso.coef_[0, j] <= high or lasso.coef_[0, j] == pytest.approx(low, abs=1e-5)
    assert low * high > 0
    assert float(told["L2"].split()[0]) == pytest.approx(ridge.coef_[0, j], rel=1e-2)
    pull = abs(np.mean(X[:, j] * (expit(without) - y)))
    assert float(told["Pull"].split(",")[0]) == pytest.approx(pull, rel=5e-3)
    assert pull > demonstration.fits[0].explanation.header.alpha


def test_size_does_not_decide_in_this_data(cancer, demonstration, parts):
    _, _, lasso, ridge, names = cancer
    zero, kept = (names.index(row.name) for row in two_features(demonstration.fits[0].explanation))
    assert abs(ridge.coef_[0, zero]) > abs(ridge.coef_[0, kept])
    assert lasso.coef_[0, zero] == 0 != lasso.coef_[0, kept]
    assert "The smallest weights will hit zero early on" in story(parts)


def test_a_weight_comes_back_to_zero_on_the_path_as_told(cancer, demonstration, parts):
    X, y, _, _, names = cancer
    sentence = next(text for _, text in parts[-1].rows if "be kept there" in text)
    name = re.search(r"`(.+?)`", sentence)[1]
    told = re.search(r"from (\S+) to (\S+), then exactly 0, then non-zero again from (\S+)\.$", sentence)
    entered, left, again = map(float, told.groups())
    j = names.index(name)
    expected = {np.sqrt(entered * left): True, np.sqrt(left * again): False, again * 0.97: True}
    for alpha, alive in expected.items():
        model = LogisticRegression(l1_ratio=1, C=1 / (len(y) * alpha), solver="saga", tol=1e-5, max_iter=1_000_000)
        assert (model.fit(X, y).coef_[0, j] != 0) == alive, alpha


def test_the_slice_has_the_pull_as_its_slope_at_zero(demonstration):
    for fitted in demonstration.fits:
        explanation = fitted.explanation
        for row in explanation.rows:
            line = slice_of(explanation.solution, row.index)
            toll = explanation.header.alpha
            if row.coef == 0:
                assert abs(line.slope(0.0)) == pytest.approx(row.pull, rel=1e-9)
            else:
                assert line.slope(row.coef_std) == pytest.approx(-np.sign(row.coef) * toll, rel=1e-4)


def one_dimension(demonstration):
    explanation = demonstration.fits[0].explanation
    zero, _ = two_features(explanation)
    line = slice_of(explanation.solution, zero.index)
    problem = line.problem

    def loss(u):
        return np.sum(problem.weight * problem.loss.value(problem.y, line.eta + u * line.column))

    return line, loss, zero.toll, explanation.partner.solution.alpha


def test_clipped_steps_land_on_zero_and_plain_steps_do_not(demonstration, parts):
    line, _, toll, _ = one_dimension(demonstration)
    clipped = clipped_steps(line, toll, 0.5, 1000)
    first = np.flatnonzero(clipped == 0)[0]
    assert np.all(clipped[first:] == 0)
    assert np.all(clipped[:first] != 0)
    assert np.all(plain_steps(line, toll, 0.5, 1000) != 0)
    steps = next(part.table for part in parts if part.title.startswith("How a solver"))
    assert re.fullmatch(r"at step \d+, and stays", steps[1][1])
    assert steps[2][1] == steps[3][1] == "never in 1,000 steps"


def test_ridge_steps_rest_at_the_minimum_of_ridge(demonstration):
    line, loss, _, alpha = one_dimension(demonstration)
    best = minimize_scalar(lambda u: loss(u) + alpha * u * u / 2, bracket=(0, 1), tol=1e-12).x
    assert ridge_steps(line, alpha, 0.5, 1000)[-1] == pytest.approx(best, abs=1e-6)


def test_a_penalty_without_a_kink_has_its_minimum_beside_zero(demonstration):
    line, loss, toll, _ = one_dimension(demonstration)
    width = 0.01
    best = minimize_scalar(lambda u: loss(u) + toll * np.hypot(u, width), bracket=(-1, 1), tol=1e-12).x
    assert smooth_minimum(line, toll, width) == pytest.approx(best, abs=1e-6)
    tiny = smooth_minimum(line, toll, 1e-6)
    assert tiny != 0
    assert abs(tiny) < 1e-4
    assert abs(line.slope(tiny) + toll * tiny / np.hypot(tiny, 1e-6)) < 1e-9


def test_the_command_tells_the_story_and_writes_two_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["demo"])
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    assert "every weight whose pull is at most the toll stays at exactly zero" in text
    for name in ("breast_cancer", "diabetes"):
        assert (tmp_path / "whyzero-demo" / f"{name}.csv").exists()
        for file in ("model.json", "certificate.json", "explanation.json", "report.html"):
            assert f"whyzero-demo/{name}/{file}" in text
            assert (tmp_path / "whyzero-demo" / name / file).stat().st_size > 0
        check = CliRunner().invoke(app, ["verify", f"whyzero-demo/{name}", f"whyzero-demo/{name}.csv"])
        assert check.exit_code == 0, check.output


def test_every_weight_of_both_fits_is_proved(demonstration):
    for fitted in demonstration.fits:
        assert {row.verdict for row in fitted.explanation.rows} == {Verdict.ZERO_PROVED, Verdict.NONZERO_PROVED}
