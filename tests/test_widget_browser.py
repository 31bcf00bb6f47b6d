"""The widget's ES module in Chromium, loaded as anywidget loads it: alive, silent, in the colours of its page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from hostile_names import HOSTILE
from orthonormal_explanation import explanation
from whyzero.report import fragment
from whyzero.report.names import visible
from whyzero.report.widget import widget_script

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(not (BROWSER and DRIVER), reason="needs Chromium and its chromedriver")

PAGE = """<!doctype html><meta charset="utf-8"><title>notebook</title><link rel="icon" href="data:,">
<style>body {{ background: {background}; }} p {{ color: rgb(1, 2, 3); }}</style>
<p id="outside">text of the notebook</p><div id="one"></div><div id="two"></div>
<script type="application/json" id="traits">{traits}</script>
<script type="module">
const traits = JSON.parse(document.getElementById("traits").textContent);
const url = URL.createObjectURL(new Blob([traits.esm], {{ type: "text/javascript" }}));
const module = await import(url);
window.exported = Object.keys(module);
const model = {{ get: (name) => traits[name] }};
for (const id of ["one", "two"]) await module.default.render({{ model, el: document.getElementById(id) }});
window.ready = true;
</script>
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_window_size(1280, 900)
    yield driver
    driver.quit()


@pytest.fixture
def show(chromium, tmp_path: Path):
    """Open a page with two widgets of a dict."""

    def open_page(data, background="#ffffff"):
        parts = fragment(data)
        traits = {"esm": widget_script(), "markup": str(parts.markup), "sheet": parts.style}
        file = tmp_path / "notebook.html"
        text = PAGE.format(background=background, traits=json.dumps(traits).replace("<", "\\u003c"))
        file.write_text(text, encoding="utf-8")
        chromium.get_log("browser")
        chromium.get(file.as_uri())
        WebDriverWait(chromium, 10).until(lambda driver: driver.execute_script("return window.ready === true"))
        return chromium

    return open_page


def inside(driver, script, widget="one"):
    return driver.execute_script(f"const root = document.getElementById('{widget}').shadowRoot; {script}")


def test_both_widgets_answer_alone_and_the_console_is_silent(show):
    driver = show(explanation([f"column {k}" for k in range(12)]))
    assert "render" not in driver.execute_script("return window.exported")
    pick = "const list = root.querySelector('#feature'); list.value = '3'; list.dispatchEvent(new Event('change'));"
    title = "return root.querySelector('#choice .card h3').textContent"
    before = inside(driver, title, "two")
    inside(driver, pick)
    assert "column 3" in inside(driver, title)
    assert inside(driver, title, "two") == before
    rows = "return root.querySelectorAll('table.verdicts tbody tr[data-i]').length"
    assert inside(driver, rows) == 12
    assert driver.get_log("browser") == []


def test_the_notebook_around_keeps_its_style_and_the_report_has_its_own(show):
    driver = show(explanation([f"column {k}" for k in range(5)]))
    colour = "return getComputedStyle(document.getElementById('outside')).color"
    assert driver.execute_script(colour) == "rgb(1, 2, 3)"
    family = "return getComputedStyle(root.querySelector('h1')).fontFamily"
    assert "serif" in inside(driver, family)
    assert inside(driver, "return getComputedStyle(root.querySelector('.report p')).color") != "rgb(1, 2, 3)"


@pytest.mark.parametrize(
    ("background", "paper"),
    [("#ffffff", "#fff"), ("#111111", "#16181b"), ("oklch(0.98 0.01 250)", "#fff"), ("transparent", "#fff")],
)
def test_the_report_is_dark_where_the_notebook_is(show, background, paper):
    driver = show(explanation([f"column {k}" for k in range(5)]), background)
    shown = inside(driver, "return getComputedStyle(root.host).getPropertyValue('--paper').trim()")
    assert shown == paper


def test_hostile_names_run_nothing(show):
    data = explanation(HOSTILE)
    data["title"] = data["target"] = HOSTILE[0]
    driver = show(data)
    assert driver.title == "notebook"
    shown = inside(driver, "return [...root.querySelectorAll('table.verdicts tbody th bdi')].map(n => n.textContent)")
    assert {"__proto__", "<!-- --> ]]> </style>", visible("age ")} <= set(shown)
    assert inside(driver, "return root.querySelectorAll('img, svg[onload], script:not([type])').length") == 0
    assert driver.get_log("browser") == []
