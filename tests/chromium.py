"""Chromium without a window for the tests of pages, and what is asked of every page in it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from selenium import webdriver

__all__ = ["COLLISIONS", "accessibility_violations", "needs_axe", "needs_browser", "new_driver"]

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
AXE = Path(os.environ.get("WHYZERO_AXE") or Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js")

needs_browser = pytest.mark.skipif(not (BROWSER and DRIVER), reason="needs Chromium and its chromedriver")
needs_axe = pytest.mark.skipif(
    not AXE.is_file(), reason="needs axe-core: `npm install --no-save axe-core`, or its axe.min.js as WHYZERO_AXE"
)

# Texts of figures that leave their figure or lie on one another.
COLLISIONS = """
const bad = [];
for (const svg of document.querySelectorAll('svg.figure')) {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent && !t.closest('[hidden]'));
  const boxes = texts.map(t => [t.textContent, t.getBoundingClientRect()]).filter(([, b]) => b.width > 0);
  for (const [k, [text, a]] of boxes.entries()) {
    if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 || a.bottom > frame.bottom + 1)
      bad.push(`clipped: ${text}`);
    for (const [other, b] of boxes.slice(k + 1)) {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 0.5 && high > 0.3 * Math.min(a.height, b.height)) bad.push(`${text} on ${other}`);
    }
  }
}
return bad;
"""


def new_driver() -> webdriver.Chrome:
    """A browser that keeps its console; quit it."""
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_window_size(1280, 900)
    return driver


def accessibility_violations(driver: webdriver.Chrome) -> list[str]:
    """What axe-core finds on the page that is open: rule, and the elements that break it."""
    driver.execute_script(AXE.read_text(encoding="utf-8"))
    found = driver.execute_async_script("axe.run(document).then(arguments[0]);")["violations"]
    return [f"{rule['id']}: {rule['help']}: {[node['target'] for node in rule['nodes'][:4]]}" for rule in found]
