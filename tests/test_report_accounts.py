"""The account of a pull at every alpha of the slider, against the explanation that Python makes there."""

from __future__ import annotations

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

import whyzero as wz
from chromium import needs_browser
from javascript_runner import ENGINES, engine
from page_reader import read, unpacked, unpacked_bytes
from test_report_slider import move
from whyzero.explanations.linear_account import MOST_FEATURES
from whyzero.report.number_format import significant

NEAR = 1e-9
OPTIONS = [
    {"standardize": True},
    {"standardize": False},
    {"standardize": False, "fit_intercept": False},
    {"standardize": True, "l1_ratio": 0.5},
    {"standardize": True, "penalty_factor": np.linspace(0.5, 2.0, 14)},
]
SAID = "This account stays that of the explained fit"


def problem(seed=3, p=14):
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(70, p)) + draw.normal(size=(70, 1)) + 4.0
    X *= 10.0 ** draw.integers(-2, 3, size=p)
    X[:, p - 1] = 5.0
    y = X[:, 0] / X[:, 0].std() - X[:, 1] / X[:, 1].std() + draw.normal(size=70) + 3.0
    return X, y, draw.uniform(0.5, 2.0, size=70)


@pytest.fixture(scope="module", params=ENGINES)
def call(request, tmp_path_factory):
    with engine(request.param, "report_accounts.js", tmp_path_factory.mktemp("javascript")) as called:
        yield called


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_account_along_the_path_is_that_of_python(call, options):
    X, y, weight = problem()
    path = wz.fit_path(X, y, sample_weight=weight, alphas=20, tol=1e-13, **options)
    page = read(wz.explain(path[8], path=path).to_html())
    found = call(
        "accounts", {"island": unpacked(page, "data"), "bytes": list(unpacked_bytes(page.by_id("numbers").text))}
    )
    assert len(found) == 20
    for position in (0, 1, 5, 9, 13, 19):
        rows = wz.explain(path[position], path=path, compare=None).rows
        for told in found[position]:
            check_account(told["account"], rows[told["feature"]].waterfall)


def check_account(account, known):
    if known is None:  # a column that never varies
        assert (account["start"], account["steps"], account["final"]) == (0, [], 0)
        return
    size = max(known.null, abs(known.final), *(abs(amount) for _, amount in known.steps), 1e-300)
    assert [step["label"] for step in account["steps"]] == [name for name, _ in known.steps]
    for step, (_, amount) in zip(account["steps"], known.steps, strict=True):
        assert step["amount"] == pytest.approx(amount, rel=NEAR, abs=0)
    for mine, theirs in zip(
        (account["start"], account["others"], account["final"]), (known.null, known.others, known.final), strict=True
    ):
        assert mine == pytest.approx(theirs, rel=NEAR, abs=NEAR * size)


def test_a_column_that_never_varies_keeps_its_weight_where_there_is_no_intercept(call):
    X, y, _ = problem()
    path = wz.fit_path(X - X.mean(axis=0) * (np.arange(14) < 13), y, fit_intercept=False, alphas=10, tol=1e-13)
    assert np.count_nonzero(path.coefs[:, 13]) > 5
    page = read(wz.explain(path[3], path=path).to_html())
    found = call(
        "standings", {"island": unpacked(page, "data"), "bytes": list(unpacked_bytes(page.by_id("numbers").text))}
    )
    for standings, coef in zip(found, path.coefs, strict=True):
        constant = next(standing for standing in standings if standing["feature"] == 13)
        assert constant["weight"] == pytest.approx(coef[13], rel=NEAR, abs=0) and constant["weightStd"] == 0
        assert constant["zero"] == (coef[13] == 0)


@needs_browser
def test_the_waterfall_follows_the_slider_where_the_loss_is_squared(show):
    X, y, _ = problem()
    path = wz.fit_path(X, y, standardize=True, alphas=20, tol=1e-12)
    driver = show(wz.explain(path[8], path=path).data())
    for position in (3, 8, 15):
        rows = wz.explain(path[position], path=path, compare=None).rows
        move(driver, position)
        for j in (0, 2, 5):
            Select(driver.find_element(By.ID, "feature")).select_by_value(str(j))
            texts = [node.text for node in driver.find_elements(By.CSS_SELECTOR, "#choice svg.fall .bar text")]
            known = rows[j].waterfall
            assert texts[1] == significant(known.null, 3) and texts[-1] == significant(known.final, 3)
            assert texts[2:-2:2][: len(known.steps)] == [name for name, _ in known.steps]
            toll = driver.find_element(By.CSS_SELECTOR, "#choice svg.fall .toll-label").text
            assert toll == f"toll ±{significant(rows[j].toll, 3)}"
            assert SAID not in driver.find_element(By.CSS_SELECTOR, "#choice .card").text
    assert driver.get_log("browser") == []


@needs_browser
@pytest.mark.parametrize(("loss", "p"), [("logistic", 14), ("squared", MOST_FEATURES + 1)])
def test_where_the_file_does_not_hold_it_the_account_is_of_the_explained_fit_and_says_so(show, loss, p):
    X, y, _ = problem(p=p)
    path = wz.fit_path(X, y > np.median(y) if loss == "logistic" else y, loss=loss, standardize=True, alphas=12)
    explanation = wz.explain(path[5], path=path)
    assert explanation.data()["account"] is None
    driver = show(explanation.data())
    Select(driver.find_element(By.ID, "feature")).select_by_value("2")
    written = driver.find_element(By.CSS_SELECTOR, "#choice svg.fall").get_attribute("innerHTML")
    assert SAID not in driver.find_element(By.CSS_SELECTOR, "#choice .card").text
    move(driver, 9)
    assert driver.find_element(By.CSS_SELECTOR, "#choice svg.fall").get_attribute("innerHTML") == written
    assert SAID in driver.find_element(By.CSS_SELECTOR, "#choice .card").text
