"""The whole page of the explorer in Chromium, wide, narrow and dark, after some of its controls were used."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from chromium import accessibility_violations, needs_axe, needs_browser
from explorer_browser import WITH_CHECKS, open_explorer, text_of

pytestmark = needs_browser


@pytest.fixture(
    scope="module", params=[("light", 1280), ("light", 390), ("dark", 1280)], ids=lambda p: f"{p[0]}-{p[1]}"
)
def whole(request, chromium, explorer_page):
    """Every panel computed and some used, once for all tests that only look."""
    scheme, width = request.param
    driver = open_explorer(chromium, explorer_page, width=width, media=[("prefers-color-scheme", scheme)])
    for penalty in ("l1", "root"):
        Select(driver.find_element(By.CSS_SELECTOR, "#one-weight select")).select_by_value(penalty)
    driver.find_elements(By.CSS_SELECTOR, "#bet button")[2].send_keys(Keys.ENTER)
    driver.find_element(By.CSS_SELECTOR, "#quiz input[value=true]").send_keys(Keys.SPACE)
    return driver


def test_the_page_is_silent_offline_and_all_its_checks_hold(whole):
    assert whole.get_log("browser") == []
    assert whole.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert whole.execute_script("return [localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    for panel in WITH_CHECKS:
        assert text_of(whole, panel, ".check").startswith("✓ checked"), panel
    assert whole.find_elements(By.CSS_SELECTOR, ".check.failed") == []


def test_nothing_clips_collides_or_scrolls_sideways(whole):
    assert whole.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    outside = whole.execute_script("""
      return [...document.querySelectorAll("svg.figure text")].filter((text) => {
        const [t, room] = [text.getBoundingClientRect(), document.querySelector(".report").getBoundingClientRect()];
        return t.width > 0 && (t.left < room.left - 1 || t.right > room.right + 1);
      }).map((text) => text.closest("section").id + ": " + text.textContent)""")
    assert outside == []
    touching = whole.execute_script("""
      const found = [];
      for (const svg of document.querySelectorAll("svg.figure")) {
        const boxes = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()])
          .filter(([, box]) => box.width);
        boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
          const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
          const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
          if (wide > 1 && high > 4) found.push(svg.closest("section").id + ": " + a + " | " + b);
        }));
      }
      return found""")
    assert touching == []


def test_no_mark_of_a_figure_keeps_the_black_of_svg(whole):
    black = whole.execute_script("""
      return [...document.querySelectorAll("svg.figure :is(circle, rect, path, text)")].filter((node) =>
        getComputedStyle(node).fill === "rgb(0, 0, 0)")
        .map((node) => node.closest("section").id + " " + node.outerHTML.slice(0, 80))""")
    assert black == []


def test_no_style_of_the_report_moves_what_is_drawn(whole):
    moved = whole.execute_script("""
      const keys = ["x", "y", "width", "height", "cx", "cy", "r"];
      return [...document.querySelectorAll("svg.figure :is(rect, circle)")].filter((node) =>
        keys.some((key) => node.hasAttribute(key) &&
          Math.abs(parseFloat(getComputedStyle(node)[key]) - Number(node.getAttribute(key))) > 0.1))
        .map((node) => node.closest("section").id + " " + node.outerHTML.slice(0, 80))""")
    assert moved == []


def test_every_control_has_a_name(whole):
    nameless = whole.execute_script("""
      return [...document.querySelectorAll("input, select, button")].filter((node) =>
        !(node.labels?.length && node.labels[0].textContent.trim()) && !node.textContent.trim())
        .map((node) => node.outerHTML)""")
    assert nameless == []
    untitled = whole.execute_script("""
      return [...document.querySelectorAll("svg.figure")].filter((svg) => svg.getAttribute("role") !== "img" ||
        !svg.querySelector(":scope > title").textContent || !svg.querySelector(":scope > desc").textContent).length""")
    assert untitled == 0


@needs_axe
def test_axe_finds_nothing_to_complain_about(whole):
    assert accessibility_violations(whole) == []
