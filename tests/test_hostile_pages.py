"""Forty hostile names in every page that the product writes: nothing runs, nothing is asked of any network."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

import whyzero as wz
from chromium import needs_browser
from hostile_names import HOSTILE
from orthonormal_explanation import explanation
from whyzero.explorers import explorer
from whyzero.report import render
from whyzero.report.names import visible

pytestmark = needs_browser


def names(address: str) -> list[str]:
    """The hostile names of the other tests, and those that would be heard of at an address."""
    return [
        *HOSTILE,
        f"<img src='{address}/img'>",
        f"<script src='{address}/script'></script>",
        f"<link rel=stylesheet href={address}/css>",
        f"<style>@import url({address}/import)</style>",
        f"<iframe src={address}/frame srcdoc='<script>parent.document.title=1</script>'>",
        f"<svg><image href={address}/image /><animate onbegin=alert(1) attributeName=x></svg>",
        f"<meta http-equiv=refresh content='0;url={address}/refresh'>",
        f"<base href={address}/>",
        f"<form action={address}/form><button autofocus onfocus=this.form.submit()>",
        f"<video poster={address}/poster><source onerror=fetch('{address}/video')>",
        f"<object data={address}/object><embed src={address}/embed>",
        f"<a href='javascript:fetch(\"{address}/a\")' autofocus onfocus=click()>x</a>",
        "<details open ontoggle=alert(1)>",
        "<input autofocus onfocus=alert(1)>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img onerror&#61;alert(1)&#62;",
        "${alert(1)} #{7*7} <%= 7*7 %> {{constructor.constructor('alert(1)')()}}",
        "\"-alert(1)-\"", "'-alert(1)-'", "`-alert(1)-`", "\\u003cscript\\u003ealert(1)", "*/alert(1)/*",
        "//\nalert(1)",
        "constructor", "hasOwnProperty", "toString", "%3Cscript%3Ealert(1)%3C/script%3E", f"url({address}/css-url)",
        "n" * 1_000_000,
    ]  # fmt: skip


class Canary(BaseHTTPRequestHandler):
    """Remembers whoever asks for anything."""

    def do_GET(self) -> None:
        self.server.heard.append(self.path)
        self.send_response(200)
        self.end_headers()

    do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def canary() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    server.heard = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def hostile(canary) -> list[str]:
    return names(f"http://127.0.0.1:{canary.server_port}")


def opened(driver, file, ready):
    driver.get_log("browser")
    driver.get(file.as_uri())
    WebDriverWait(driver, 30).until(ready)
    return driver


def is_inert(driver, canary, title):
    with pytest.raises(NoAlertPresentException):
        driver.switch_to.alert.text  # noqa: B018
    assert driver.title == title
    assert driver.get_log("browser") == []  # a violated policy would be told there
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0
    alive = "img, image, iframe, object, embed, video, base, form, details[ontoggle], meta[content*=http], [onerror]"
    assert driver.execute_script("return document.querySelectorAll(arguments[0]).length", alive) == 0
    assert canary.heard == []


def test_the_canary_hears_what_is_asked(chromium, canary, tmp_path):
    """The test can fail: a page without a policy is heard of, and its script changes the title."""
    file = tmp_path / "open.html"
    page = "<!doctype html><title>a</title><script>document.title='run'</script>"
    file.write_text(f"{page}<img src=http://127.0.0.1:{canary.server_port}/heard>", "utf-8")
    opened(chromium, file, lambda _: canary.heard)
    assert (canary.heard, chromium.title) == (["/heard"], "run")
    canary.heard.clear()


def test_a_report_of_forty_hostile_names_is_inert(chromium, canary, hostile, tmp_path):
    data = explanation(hostile)
    data["title"], data["target"], data["classes"] = hostile[20], hostile[21], [hostile[22], hostile[23]]
    data["warnings"] = [f"`{name}` is odd" for name in hostile[:30]]
    file = tmp_path / "report.html"
    file.write_text(render(data), "utf-8")
    driver = opened(chromium, file, lambda d: d.find_elements(By.CSS_SELECTOR, ".card dl"))
    title = driver.title
    assert title.startswith(hostile[20][:20])
    select = Select(driver.find_element(By.ID, "feature"))
    for j in (0, 2, 18, 22, 29, 30, 34, 41, len(hostile) - 1):
        select.select_by_value(str(j))
        shown = driver.find_element(By.CSS_SELECTOR, "#choice .card h3").get_attribute("textContent").strip()
        whole = visible(hostile[j])
        assert shown == whole or (len(whole) > 10_000 and shown.split("…")[0] in whole)
    is_inert(driver, canary, title)


def test_a_report_looks_the_same_without_a_network(chromium, canary, hostile, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(render(explanation(hostile[:30])), "utf-8")
    pictures = []
    for offline in (False, True):
        opened(chromium, file, lambda d: d.find_elements(By.CSS_SELECTOR, ".card dl"))
        chromium.execute_cdp_cmd("Network.enable", {})
        state = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        chromium.execute_cdp_cmd("Network.emulateNetworkConditions", state)
        opened(chromium, file, lambda d: d.find_elements(By.CSS_SELECTOR, ".card dl"))
        pictures.append(chromium.get_screenshot_as_png())
    chromium.execute_cdp_cmd("Network.disable", {})
    assert pictures[0] == pictures[1]
    assert canary.heard == []


def table(file, hostile):
    rng = np.random.default_rng(0)
    whole = [name.encode("utf-8", "replace").decode() for name in hostile if len(name) < 20_000]
    X = rng.standard_normal((80, len(whole)))
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow([*whole, "y"])
        writer.writerows(np.column_stack([X, X[:, 0] - X[:, 1]]).tolist())
    return X, X[:, 0] - X[:, 1], whole


def test_an_explorer_with_forty_hostile_names_is_inert(chromium, canary, hostile, tmp_path):
    X, y, whole = table(tmp_path / "t.csv", hostile)
    file = explorer(tmp_path / "explorer.html", X, y, feature_names=whole, target=hostile[0], title=hostile[18])
    driver = opened(chromium, file, lambda d: d.find_elements(By.CSS_SELECTOR, "#data select"))
    driver.execute_script("document.getElementById('data').scrollIntoView()")
    WebDriverWait(driver, 60).until(lambda d: d.find_elements(By.CSS_SELECTOR, "#data .check"))
    title = driver.title
    driver.find_element(By.CSS_SELECTOR, "#data input[type=file]").send_keys(str(tmp_path / "t.csv"))
    feature = max(driver.find_elements(By.CSS_SELECTOR, "#data select"), key=lambda s: len(Select(s).options))
    for index in range(0, len(Select(feature).options), 5):
        Select(feature).select_by_index(index)
    is_inert(driver, canary, title)


def test_what_a_notebook_shows_of_forty_hostile_names_is_inert(chromium, canary, hostile, tmp_path):
    X, y, whole = table(tmp_path / "t.csv", hostile)
    fit = wz.fit(X, y, alpha=0.1, feature_names=whole)
    file = tmp_path / "cell.html"
    head = "<!doctype html><meta charset=utf-8><title>notebook</title><link rel=icon href=data:,>"
    file.write_text(head + wz.explain(fit)._repr_html_(), "utf-8")
    driver = opened(chromium, file, lambda d: d.find_elements(By.TAG_NAME, "table"))
    is_inert(driver, canary, "notebook")
