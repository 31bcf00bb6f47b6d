"""Sentences, forms and the page of explanations in which no weight may be negative."""

from __future__ import annotations

import json

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

import whyzero as wz
from chromium import COLLISIONS, needs_browser
from positive_fits import ALPHA, LEVELS, data, explained
from whyzero import sklearn as ours
from whyzero.errors import InputError
from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.two_weights import two_weights


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
