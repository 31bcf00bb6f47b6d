"""The four optimisers at every alpha of the slider, against those that Python runs on the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import whyzero as wz
from chromium import COLLISIONS, needs_browser
from javascript_runner import functions_of
from page_reader import read, unpacked, unpacked_bytes
from test_report_slider import move
from whyzero.explanations.pulls import signed_pulls
from whyzero.explanations.steps import walk_steps
from whyzero.report.number_format import trimmed

N_STEPS, N_ALPHAS, EXPLAINED = 300, 14, 6
NEAR = 1e-9
FACTOR = np.r_[np.inf, np.linspace(0.5, 2.0, 13)]
OPTIONS = [
    {"standardize": True},
    {"standardize": False, "fit_intercept": False},
    {"standardize": True, "l1_ratio": 0.5},
    {"standardize": False, "l1_ratio": 0.9, "penalty_factor": FACTOR},
    {"standardize": True, "penalty_factor": FACTOR},
]
call = functions_of("report_walks.js")


def problem(seed=3, p=14, n=70):
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(n, p)) + 0.8 * draw.normal(size=(n, 1)) + 0.5
    X *= draw.uniform(0.5, 2.0, size=p)
    X[:, p - 1] = 5.0
    y = X[:, 1] / X[:, 1].std() - X[:, 2] / X[:, 2].std() + draw.normal(size=n) + 3.0
    return X, y, draw.uniform(0.5, 2.0, size=n)


def partner_at(shown, beside, position):
    """The partner that stands beside a position of the slider."""
    partner = shown.partner
    alpha = beside["alphas"][beside["beside"][position]]
    return replace(partner, solution=next(fit for fit in (partner.solution, *partner.path) if fit.alpha == alpha))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_every_walk_along_the_path_is_that_of_python(call, options):
    X, y, weight = problem()
    path = wz.fit_path(X, y, sample_weight=weight, alphas=N_ALPHAS, tol=1e-13, **options)
    shown = wz.explain(path[EXPLAINED], path=path, steps=N_STEPS)
    page = read(shown.to_html())
    island = unpacked(page, "data")
    numbers = list(unpacked_bytes(page.by_id("numbers").text))
    found = call("walks", {"island": island, "bytes": numbers, "positions": list(range(N_ALPHAS))})
    known = [
        walk_steps(path[position], partner_at(shown, island["along"]["partner"], position), N_STEPS)
        for position in range(N_ALPHAS)
    ]
    assert sum(walked is not None for walked in known) > 5
    edges = [at_the_toll(path[position]) for position in range(N_ALPHAS)]
    assert edges.count(0) >= N_ALPHAS - 1
    for mine, theirs, edge in zip(found, known, edges, strict=True):
        check_walks(mine, theirs, edge)


def at_the_toll(fit):
    """Zeros whose pull and toll agree to nine digits: there rounding decides whether a proximal step lands."""
    slope = signed_pulls(fit.problem, fit.coef, fit.intercept)
    toll = fit.problem.penalty.l1(fit.alpha)
    return int(np.sum((fit.coef == 0) & (toll > 0) & np.isfinite(toll) & (np.abs(np.abs(slope) - toll) <= NEAR * toll)))


def check_walks(mine, theirs, edge):
    """All numbers, and counts but for the zeros that stand at their toll."""
    if theirs is None:
        assert mine is None
        return
    assert mine["feature"] == theirs.feature
    assert mine["at"] == theirs.at.tolist()
    assert np.abs(np.array(mine["zeros"][0]) - theirs.zeros[0]).max() <= edge
    assert mine["zeros"][1:] == theirs.zeros[1:].tolist()
    sizes = np.array(mine["sizes"])
    assert np.array_equal(sizes == 0, theirs.sizes == 0)
    crossing = 1e-3 * NEAR * theirs.sizes.max()  # a walk across zero leaves few digits there
    assert sizes == pytest.approx(theirs.sizes, rel=NEAR, abs=crossing)
    assert (mine["predicted"], mine["bound"]) == (theirs.predicted, theirs.bound)


def shown_problem(n_steps=N_STEPS, **options):
    X, y, _ = problem()
    path = wz.fit_path(X, y, standardize=True, alphas=N_ALPHAS, tol=1e-13, **options)
    return path, wz.explain(path[EXPLAINED], path=path, steps=n_steps)


def rest(driver, words):
    """Wait until the figure says that it shows this."""
    WebDriverWait(driver, 5).until(lambda d: d.find_element(By.ID, "steps-whose").text.endswith(words))


def told_on(page_or_driver):
    """All that the part says, and the texts of the figure with their places."""
    return page_or_driver.execute_script(
        """
        const word = (part) => document.getElementById(`steps-${part}`).textContent.trim();
        const words = ['said', 'ends', 'foretold'].map(word);
        const svg = document.querySelector('svg.steps');
        const texts = [...svg.querySelectorAll('text')].filter((node) => !node.matches('.name'));
        const lines = [...svg.querySelectorAll('.walk')].map((line) => {
          const end = line.getPointAtLength(line.getTotalLength());
          return [end.x, end.y];
        });
        return [words.map((text) => text.replace(/\\s*\\n\\s*/g, '')), svg.querySelector('desc').textContent,
          texts.map((node) => [node.textContent, node.getAttribute('class')]),
          texts.map((node) => [Number(node.getAttribute('x')), Number(node.getAttribute('y'))]), lines,
          [...svg.querySelectorAll('.name')].map((node) => node.textContent).sort()];
        """
    )


@needs_browser
@pytest.mark.parametrize("options", [{}, {"l1_ratio": 0.5}], ids=str)
def test_figure_and_words_are_those_that_python_would_write_at_the_alpha_of_the_slider(show, options):
    path, shown = shown_problem(**options)
    data = shown.data()
    beside = unpacked(read(shown.to_html()), "data")["along"]["partner"]
    for position in (2, 4, 9):
        known = walk_steps(path[position], partner_at(shown, beside, position), N_STEPS)
        expected = told_on(show({**data, "steps": known.as_dict()}))
        driver = show(data)
        assert told_on(driver) != expected
        move(driver, position)
        rest(driver, f"Towards the fit at alpha {trimmed(path.alphas[position])}:")
        mine = told_on(driver)
        for found, wanted in zip(mine, expected, strict=True):
            if isinstance(wanted, list) and isinstance(wanted[0], list) and not isinstance(wanted[0][0], str):
                assert np.array(found) == pytest.approx(np.array(wanted), abs=0.06)
            else:
                assert found == wanted
        assert driver.execute_script(COLLISIONS) == []
        assert driver.get_log("browser") == []


@needs_browser
def test_the_walk_waits_until_the_slider_rests_and_comes_back_to_what_python_wrote(show):
    path, shown = shown_problem()
    driver = show(shown.data())
    assert driver.find_element(By.ID, "steps-whose").text == (
        f"Towards the explained fit, at alpha {trimmed(path.alphas[EXPLAINED])}:"
    )
    part = "return document.getElementById('steps-head').parentNode.innerHTML"
    written = driver.execute_script(part)
    dragged = driver.execute_script(
        "const range = document.getElementById('alpha'), part = document.getElementById('steps-head').parentNode;"
        "const before = part.innerHTML;"
        "for (const k of [3, 4, 5, 9]) { range.value = k; range.dispatchEvent(new Event('input')); }"
        "return part.innerHTML === before;"
    )
    assert dragged
    rest(driver, f"Towards the fit at alpha {trimmed(path.alphas[9])}:")
    move(driver, 0)
    move(driver, EXPLAINED)
    assert driver.execute_script(part) == written
    driver.execute_async_script("setTimeout(arguments[0], 300)")
    assert driver.execute_script(part) == written


@needs_browser
def test_where_no_weight_is_zero_there_is_none_to_follow(show):
    path, shown = shown_problem()
    last = N_ALPHAS - 1
    varies = np.arange(14) != 13
    assert np.all(path.coefs[last][varies] != 0)
    driver = show(shown.data())
    move(driver, last)
    rest(driver, f"alpha {trimmed(path.alphas[last])}:")
    said = driver.find_element(By.ID, "steps-said").text
    assert said == "No weight is zero at this alpha, so there is none to follow."
    assert not driver.find_elements(By.CSS_SELECTOR, "svg.steps .walk")
    assert driver.find_element(By.ID, "steps-ends").text == driver.find_element(By.ID, "steps-foretold").text == ""


@needs_browser
@pytest.mark.parametrize("kind", ["logistic", "65 features", "an older file"])
def test_where_the_file_does_not_hold_it_the_walk_is_towards_the_explained_fit_and_says_so(show, kind):
    X, y, _ = problem(p=65 if kind == "65 features" else 14)
    loss = "logistic" if kind == "logistic" else "squared"
    path = wz.fit_path(X, y > np.median(y) if loss == "logistic" else y, loss=loss, standardize=True, alphas=8)
    data = wz.explain(path[3], path=path, steps=100).data()
    if kind == "an older file":
        del data["steps"]["step"], data["steps"]["least_curvature"], data["account"]["diagonal"]
    driver = show(data)
    part = "return document.getElementById('steps-head').parentNode.innerHTML"
    written = driver.execute_script(part)
    assert driver.find_element(By.ID, "steps-whose").text.endswith(", wherever the slider stands:")
    move(driver, 5)
    driver.execute_async_script("setTimeout(arguments[0], 300)")
    assert driver.execute_script(part) == written
    assert driver.get_log("browser") == []


def test_a_walk_that_would_take_long_is_cut_short_and_is_the_first_part_of_the_whole(call):
    X, y, _ = problem(p=64, n=90)
    path = wz.fit_path(X, y, standardize=True, alphas=6, tol=1e-13)
    shown = wz.explain(path[2], path=path, steps=4000)
    page = read(shown.to_html())
    island = unpacked(page, "data")
    numbers = list(unpacked_bytes(page.by_id("numbers").text))
    (found,) = call("walks", {"island": island, "bytes": numbers, "positions": [2]})
    at = [k for k in shown.steps.at.tolist() if k <= 4e7 / (4 * 64**2)]
    assert found["at"] == at and 2000 < at[-1] < 4000
    assert found["zeros"] == shown.steps.zeros[:, : len(at)].tolist()
    assert (found["feature"], found["bound"]) == (shown.steps.feature, shown.steps.bound)
