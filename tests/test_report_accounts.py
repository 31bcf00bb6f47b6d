"""The account of a pull at every alpha of the slider, against the explanation that Python makes there."""

from __future__ import annotations

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

import whyzero as wz
from chromium import needs_browser
from javascript_runner import functions_of
from page_reader import read, unpacked, unpacked_bytes
from test_report_slider import move
from whyzero.explanations.linear_account import MOST_FEATURES
from whyzero.explanations.path_accounts import path_accounts
from whyzero.pipeline import N_RESAMPLES, N_STEPS
from whyzero.report.number_format import significant
from whyzero.solution import Settings
from whyzero.solve import solve

NEAR = 1e-9
OPTIONS = [
    {"standardize": True},
    {"standardize": False},
    {"standardize": False, "fit_intercept": False},
    {"standardize": True, "l1_ratio": 0.5},
    {"standardize": True, "penalty_factor": np.linspace(0.5, 2.0, 14)},
]
SAID = "This account stays that of the explained fit"
call = functions_of("report_accounts.js")


def problem(seed=3, p=14):
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(70, p)) + draw.normal(size=(70, 1)) + 4.0
    X *= 10.0 ** draw.integers(-2, 3, size=p)
    X[:, p - 1] = 5.0
    y = X[:, 0] / X[:, 0].std() - X[:, 1] / X[:, 1].std() + draw.normal(size=70) + 3.0
    return X, y, draw.uniform(0.5, 2.0, size=70)


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


OTHERS = [
    {"loss": "logistic", "standardize": True},
    {"loss": "logistic", "fit_intercept": False, "l1_ratio": 0.5},
    {"loss": "poisson", "standardize": True, "penalty_factor": np.r_[0.0, np.inf, np.ones(12)]},
    {"loss": "squared", "standardize": True, "positive": True},
    {"loss": "squared", "standardize": False, "penalty_factor": np.r_[0.0, np.ones(13)]},
]


def other_problem(options):
    """Columns of different sizes, of which one never varies and two have the same name."""
    X, y, weight = problem()
    X = (X - 4.0 * (np.arange(14) < 13)) / X.std(axis=0).clip(0.1)
    y = {"logistic": y > np.median(y), "poisson": np.floor(np.abs(y)), "squared": y}[options["loss"]]
    names = [f"column {k}" for k in range(13)] + ["column 3"]
    return wz.fit_path(X, y, sample_weight=weight, feature_names=names, alphas=14, tol=1e-11, **options)


@pytest.mark.parametrize("between", [False, True], ids=["on the grid", "between two alphas"])
@pytest.mark.parametrize("options", OTHERS, ids=lambda options: str(list(options.items())[:3]))
def test_every_account_of_another_loss_is_that_of_python_to_the_digits_that_are_drawn(call, options, between):
    path = other_problem(options)
    alpha = float(np.sqrt(path.alphas[4] * path.alphas[5]) if between else path.alphas[5])
    fit = solve(path.problem, alpha, settings=Settings(tol=1e-11)) if between else path[5]
    shown = wz.explain(fit, path=path)
    assert shown.data()["account"] is None
    page = read(shown.to_html())
    found = call(
        "accounts", {"island": unpacked(page, "data"), "bytes": list(unpacked_bytes(page.by_id("numbers").text))}
    )
    fits = [path[k] for k in range(len(path))]
    if between:
        fits.insert(5, fit)
    assert len(found) == len(fits)
    for position in (0, 1, 4, 6, 9, len(fits) - 1):
        rows = wz.explain(fits[position], path=path, compare=None).rows
        for told in found[position]:
            check_drawn(told["account"], rows[told["feature"]], shown.rows[told["feature"]])


def check_drawn(account, row, explained):
    known = row.waterfall
    if known is None:  # a column that never varies
        assert (account["start"], account["steps"], account["final"]) == (0, [], 0)
        return
    assert account["start"] == pytest.approx(known.null, rel=NEAR)
    assert [(step["label"], significant(step["amount"], 3)) for step in account["steps"]] == [
        (name, significant(amount, 3)) for name, amount in known.steps
    ]
    assert significant(account["others"], 3) == significant(known.others if known.has_others else 0.0, 3)
    assert account["final"] == pytest.approx(known.final, rel=NEAR, abs=NEAR * max(known.null, row.toll or 0.0))
    side = -1 if known.final * (row.pull or 0.0) < 0 else 1
    if row.pull_sign and explained.pull_sign and not row.positive:  # else the figure says only: upwards
        assert account["towards"] == side * row.pull_sign


def test_the_accounts_of_64_features_at_60_alphas_fit_into_a_page_with_everything():
    draw = np.random.default_rng(0)
    X = draw.normal(size=(400, MOST_FEATURES)) + 0.8 * draw.normal(size=(400, 1))
    y = X[:, :10].sum(axis=1) + 2 * draw.normal(size=400) > 0
    names = [f"average_household_income_in_district_{k}_during_2019" for k in range(MOST_FEATURES)]
    cv = wz.cross_validate(X, y, loss="logistic", standardize=True, alphas=60, feature_names=names)
    fit, proved = cv.path[cv.index_1se], wz.certify_path(cv.path)
    shown = wz.explain(fit, path=cv.path, cv=cv, path_certificate=proved, resamples=N_RESAMPLES, steps=N_STEPS)
    assert shown.data()["accounts"] is not None
    page = shown.to_html()
    assert 'aria-labelledby="evidence' in page and 'aria-labelledby="steps' in page
    assert 200_000 < len(page.encode("utf-8")) <= 250_000


def test_accounts_that_would_take_long_are_left_out(monkeypatch):
    path = other_problem(OTHERS[0])
    null = wz.explain(path[5], path=path).null
    assert path_accounts(path, null) is not None
    monkeypatch.setattr("whyzero.explanations.path_accounts._MOST_CELLS", 70 * 14 * 14 - 1)
    assert path_accounts(path, null) is None


@needs_browser
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_the_waterfall_follows_the_slider(show, loss):
    X, y, _ = problem()
    y = y > np.median(y) if loss == "logistic" else y
    path = wz.fit_path(X, y, loss=loss, standardize=True, alphas=20, tol=1e-12)
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
@pytest.mark.parametrize(("loss", "p"), [("logistic", MOST_FEATURES + 1), ("squared", MOST_FEATURES + 1)])
def test_where_the_file_does_not_hold_it_the_account_is_of_the_explained_fit_and_says_so(show, loss, p):
    X, y, _ = problem(p=p)
    path = wz.fit_path(X, y > np.median(y) if loss == "logistic" else y, loss=loss, standardize=True, alphas=12)
    explanation = wz.explain(path[5], path=path)
    assert explanation.data()["account"] is None and explanation.data()["accounts"] is None
    driver = show(explanation.data())
    Select(driver.find_element(By.ID, "feature")).select_by_value("2")
    written = driver.find_element(By.CSS_SELECTOR, "#choice svg.fall").get_attribute("innerHTML")
    assert SAID not in driver.find_element(By.CSS_SELECTOR, "#choice .card").text
    move(driver, 9)
    assert driver.find_element(By.CSS_SELECTOR, "#choice svg.fall").get_attribute("innerHTML") == written
    assert SAID in driver.find_element(By.CSS_SELECTOR, "#choice .card").text
