"""The explorer's page in Chromium: opened, its panels computed, and what they say and draw."""

from __future__ import annotations

from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from whyzero.explorers.panels import PANELS

__all__ = ["WITH_CHECKS", "drawn", "open_explorer", "text_of", "wait"]

WITH_CHECKS = [panel.name for panel in PANELS if panel.attempt]


def wait(driver: webdriver.Chrome) -> WebDriverWait:
    """Asks twenty times a second: most of what a page is asked to do takes less than Selenium's half second."""
    return WebDriverWait(driver, 60, poll_frequency=0.05)


def open_explorer(
    driver: webdriver.Chrome, page: Path, *panels: str, width: int = 1280, media: tuple[tuple[str, str], ...] = ()
) -> webdriver.Chrome:
    """Open `page` and wait for the checks of `panels`, by default of all."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": name, "value": value} for name, value in media]}
    )
    driver.get_log("browser")
    driver.get(page.as_uri())
    for panel in panels or WITH_CHECKS:  # those that compute much wait until they are about to be seen
        section = driver.find_element(By.ID, panel)
        driver.execute_script("arguments[0].scrollIntoView()", section)
        wait(driver).until(lambda d, panel=panel: text_of(d, panel, ".check"))
    return driver


def text_of(driver: webdriver.Chrome, panel: str, part: str = ".sentence") -> str:
    """The text of one part of a panel."""
    return driver.find_element(By.CSS_SELECTOR, f"#{panel} {part}").get_attribute("textContent")


def drawn(driver: webdriver.Chrome, panel: str) -> str:
    """The markup of all figures of a panel."""
    return driver.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((node) => node.innerHTML).join()",
        f"#{panel} svg.figure",
    )
