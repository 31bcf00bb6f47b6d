"""Every view of the report as it is read, on wide and narrow screens, light and dark: its texts have room and size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

import whyzero as wz
from chromium import COLLISIONS, needs_browser
from orthonormal_explanation import explanation
from whyzero.report.names import shorten, shorten_to_width
from whyzero.report.pull_figure import NAME_WIDTH
from whyzero.report.script import joined_script

pytestmark = needs_browser

LEVELS = {
    "marital-status": ["Married-civ-spouse", "Never-married", "Married-spouse-absent", "Widowed"],
    "occupation": ["Exec-managerial", "Machine-op-inspct", "Priv-house-serv", "Handlers-cleaners", "Sales"],
    "workclass": ["Self-emp-not-inc", "Self-emp-inc", "Federal-gov", "(missing)"],
    "native-country": ["United-States", "Dominican-Republic", "Outlying-US(Guam-USVI-etc)", "Trinadad&Tobago"],
    "sex": ["Female", "Male"],
}
CATEGORIES = [f"{column}={level}" for column, levels in LEVELS.items() for level in levels]
SHORT_LEVEL = 17
MOVE = """
const [position, done] = arguments;
const slider = document.querySelector('#alpha');
slider.value = position;
slider.dispatchEvent(new Event('input', { bubbles: true }));
requestAnimationFrame(() => requestAnimationFrame(done));
"""
SMALLEST = """
const scale = (text) => { const m = text.getScreenCTM(); return Math.hypot(m.a, m.b); };
const shown = [...document.querySelectorAll('svg.figure text')].filter((text) => text.getBoundingClientRect().width);
return Math.min(...shown.map((text) => parseFloat(getComputedStyle(text).fontSize) * scale(text)));
"""
BLACK = """
return [...document.querySelectorAll('svg.figure :is(circle, rect, text)')]
  .filter((node) => getComputedStyle(node).fill === 'rgb(0, 0, 0)' && getComputedStyle(node).display !== 'none')
  .map((node) => node.outerHTML.slice(0, 80));
"""
SIDEWAYS = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"


def categories() -> dict[str, Any]:
    return explanation(["age", "capital-gain", *CATEGORIES], seed=4)


def long_names() -> dict[str, Any]:
    return explanation([f"average household income in district {k} during 2019" for k in range(60)], seed=5)


def wide() -> dict[str, Any]:
    """Many more columns than rows, weights far below one, and a path of an actual fit."""
    draw = np.random.default_rng(6)
    X = 1e4 * draw.normal(size=(40, 400))
    y = X[:, :5].sum(axis=1) + 1e4 * draw.normal(size=40) > 0
    names = [f"HG{1000 + 7 * k}-HT{1000 + 7 * k}_{'rna1_s_' if k % 3 == 0 else ''}at" for k in range(400)]
    path = wz.fit_path(X, y, loss="logistic", standardize=True, feature_names=names, alphas=30)
    return wz.explain(path[12], path=path).data()


@pytest.fixture(scope="module")
def pages() -> dict[str, dict[str, Any]]:
    return {made.__name__: made() for made in (categories, long_names, wide)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["categories", "long_names", "wide"])
def test_texts_of_figures_have_room_and_size_in_every_view(show, pages, name, width, scheme):
    data = pages[name]
    driver = show(data, width)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    try:
        alphas = int(driver.find_element(By.ID, "alpha").get_attribute("max"))
        longest = max(range(len(data["features"])), key=lambda j: len(data["features"][j]["name"]))
        Select(driver.find_element(By.ID, "feature")).select_by_value(str(longest))
        for position in (None, 0, alphas // 2, alphas):
            if position is not None:
                driver.execute_async_script(MOVE, position)
            assert driver.execute_script(COLLISIONS) == [], position
            # Eleven pixels on a phone, whose bar for scrolling takes no room.
            assert driver.execute_script(SMALLEST) >= 10.4, position
            assert driver.execute_script(BLACK) == [], position
            assert driver.execute_script(SIDEWAYS) <= 0
    finally:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("width", [390, 1280])
def test_names_of_categories_keep_their_level(show, pages, width):
    driver = show(pages["categories"], width)
    told = driver.execute_script(
        "return [...document.querySelectorAll('svg.pulls .row')].map((row) => "
        "[Number(row.dataset.i), row.querySelector('.name').textContent])"
    )
    assert len(told) == 2 * (2 + len(CATEGORIES))
    for j, text in told:
        column, sign, level = pages["categories"]["features"][j]["name"].partition("=")
        if sign and len(level) <= SHORT_LEVEL:
            assert text.endswith(f"={level}") and column.startswith(text.partition("=")[0].removesuffix("…"))


def test_names_that_are_cut_fit_the_room_that_is_there(show, pages):
    """Python cuts for any letters; the script gives a name all the room that its own letters leave."""
    driver = show(pages["long_names"], 1280)
    told = driver.execute_script(
        "return [...document.querySelectorAll('svg.pulls .row .name')].map((text) => "
        "[text.textContent, text.getComputedTextLength(), Number(text.getAttribute('x'))])"
    )
    written = {len(shorten_to_width(feature["name"], NAME_WIDTH)) for feature in pages["long_names"]["features"]}
    assert len(told) > 60
    for text, width, room in told:
        assert len(text) > max(written) and 0.85 * room <= width <= room


def test_the_script_cuts_names_as_python_does(chromium):
    names = [
        *CATEGORIES,
        "=SUM(A1:A9)+SUM(B1:B9)",
        "x=1 and much more than that",
        "plain but rather long name",
        "a b=",
        "äöü=ß" * 9,
    ]
    chromium.get("about:blank")
    told = chromium.execute_async_script(
        """
        const [source, names, done] = arguments;
        const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
        const limits = [8, 12, 20, 40];
        import(address).then(({ shorten }) => done(names.map((name) => limits.map((limit) => shorten(name, limit)))));
        """,
        joined_script("shared/shorten.js"),
        names,
    )
    assert told == [[shorten(name, limit) for limit in (8, 12, 20, 40)] for name in names]
