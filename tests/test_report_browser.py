"""The page in Chromium: inert names, a silent console, everything by keyboard, nothing that collides or clips."""

from __future__ import annotations

import base64
import random
import re

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

import whyzero as wz
from chromium import COLLISIONS, needs_browser
from hostile_names import HOSTILE
from orthonormal_explanation import explanation
from whyzero.report import render
from whyzero.report.names import visible
from whyzero.report.number_format import apart, significant
from whyzero.report.policy import packed_bytes
from whyzero.report.script import joined_script

pytestmark = needs_browser

NAMES = [f"column {k} of the table" for k in range(30)]


def names_in_table(driver: webdriver.Chrome) -> list[str]:
    return driver.execute_script(
        "return [...document.querySelectorAll('table.verdicts tbody tr[data-i] th bdi')].map(n => n.textContent)"
    )


def chosen(driver: webdriver.Chrome) -> str:
    return driver.find_element(By.CSS_SELECTOR, "#choice .card h3").get_attribute("textContent").strip()


def test_hostile_names_stay_names(show):
    data = explanation(HOSTILE)
    data["title"] = data["target"] = HOSTILE[0]
    driver = show(data)
    assert driver.title == visible(HOSTILE[0]) + " · whyzero"
    select = Select(driver.find_element(By.ID, "feature"))
    for j, name in enumerate(HOSTILE):
        select.select_by_value(str(j))
        assert chosen(driver) == visible(name)
        for level in ("learner", "expert", "user"):
            driver.find_element(By.CSS_SELECTOR, f"#choice [data-set-level={level}]").send_keys(Keys.ENTER)
    assert driver.title == visible(HOSTILE[0]) + " · whyzero"
    assert driver.get_log("browser") == []
    assert driver.execute_script("return document.querySelectorAll('img, iframe, object, main script').length") == 0
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_an_inline_script_that_is_not_ours_does_not_run(show, tmp_path):
    driver = show(explanation(NAMES))
    page = (
        (tmp_path / "report.html").read_text("utf-8").replace("<main>", "<main><script>document.title='run'</script>")
    )
    (tmp_path / "changed.html").write_text(page, encoding="utf-8")
    driver.get((tmp_path / "changed.html").as_uri())
    assert driver.title != "run"
    assert any("Content Security Policy" in entry["message"] for entry in driver.get_log("browser"))


def test_a_packed_script_that_is_not_ours_does_not_run(show, tmp_path):
    driver = show(explanation(NAMES))
    page = (tmp_path / "report.html").read_text("utf-8")
    packed = re.search(r'id="script">(.*?)</script>', page)[1]
    (tmp_path / "changed.html").write_text(page.replace(packed, packed_bytes(b"document.title='run'")), "utf-8")
    driver.get((tmp_path / "changed.html").as_uri())
    refused = WebDriverWait(driver, 10).until(lambda _: driver.get_log("browser"))
    assert "Content Security Policy" in refused[0]["message"] and driver.title != "run"


def test_choosing_a_feature_shows_its_sentences_and_its_waterfall(show):
    data = explanation(NAMES)
    driver = show(data)
    Select(driver.find_element(By.ID, "feature")).select_by_value("7")
    feature = data["features"][7]
    for level in ("expert", "learner", "user"):
        driver.find_element(By.CSS_SELECTOR, f"#choice [data-set-level={level}]").send_keys(Keys.ENTER)
        said = driver.find_element(By.CSS_SELECTOR, "#choice .sentence").get_attribute("textContent")
        assert said == feature["sentences"][level].replace("`", "")
        assert driver.switch_to.active_element.get_attribute("data-set-level") == level
    texts = [node.text for node in driver.find_elements(By.CSS_SELECTOR, "#choice svg.fall .bar text")]
    assert significant(feature["waterfall"]["null"], 3) in texts
    assert significant(feature["waterfall"]["final"], 3) in texts
    bars = driver.execute_script(
        "return [...document.querySelectorAll('#choice svg.fall .bar rect')].map(r => Number(r.getAttribute('width')))"
    )
    fall = feature["waterfall"]
    lengths = [fall["null"], *(abs(amount) for _, amount in fall["steps"]), abs(fall["others"]), fall["final"]]
    assert [bar / bars[0] for bar in bars] == pytest.approx([abs(x) / abs(fall["null"]) for x in lengths], rel=1e-6)


def test_a_click_on_a_row_of_the_figure_chooses_it_in_all_figures(show):
    driver = show(explanation(NAMES))
    row = driver.find_element(By.CSS_SELECTOR, "svg.pulls .row[data-i='11']")
    driver.execute_script("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", row)
    assert chosen(driver) == NAMES[11]
    marked = driver.execute_script("return [...document.querySelectorAll('svg .chosen')].map(n => n.dataset.i)")
    assert len(marked) >= 3 and set(marked) == {"11"}


def test_the_table_is_sorted_by_keyboard(show):
    data = explanation(NAMES)
    driver = show(data)
    for key in ("coef", "pull", "partner_coef"):
        button = driver.find_element(By.CSS_SELECTOR, f"table.verdicts th[data-key={key}] button")
        values = {f["name"]: f[key] for f in data["features"]}
        for keys, falling in ((Keys.ENTER, True), (Keys.SPACE, False)):
            button.send_keys(keys)
            found = [values[name] for name in names_in_table(driver)]
            assert found == sorted(found, reverse=falling)
            direction = driver.find_element(By.CSS_SELECTOR, f"th[data-key={key}]").get_attribute("aria-sort")
            assert direction == ("descending" if falling else "ascending")
    assert len(driver.find_elements(By.CSS_SELECTOR, "th[aria-sort]")) == 1


def test_the_table_is_filtered_by_name_and_by_verdict_from_the_keyboard(show):
    data = explanation(NAMES)
    driver = show(data)
    search = driver.find_element(By.ID, "find")
    search.send_keys("COLUMN 2")
    assert sorted(names_in_table(driver)) == sorted(name for name in NAMES if "column 2" in name)
    search.send_keys(Keys.CONTROL, "a")
    search.send_keys(Keys.DELETE)
    driver.find_element(By.CSS_SELECTOR, ".chips input[value='zero, proved']").send_keys(Keys.SPACE)
    left = [f["name"] for f in data["features"] if f["verdict"] != "zero, proved"]
    assert sorted(names_in_table(driver)) == sorted(left)
    assert driver.find_element(By.CSS_SELECTOR, "#verdicts output").text == f"{len(left)} of 30 features"


def test_arrow_keys_walk_the_table_and_enter_tells_the_reason_there(show):
    data = explanation(NAMES)
    driver = show(data)
    order = names_in_table(driver)
    entry = driver.find_elements(By.CSS_SELECTOR, ".pick[tabindex='0']")
    assert len(entry) == 1
    entry[0].send_keys(Keys.HOME)
    driver.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    driver.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    driver.switch_to.active_element.send_keys(Keys.ARROW_UP)
    assert driver.switch_to.active_element.text == order[1]
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    detail = driver.find_element(By.CSS_SELECTOR, "tr.detail .sentence").get_attribute("textContent")
    sentences = {f["name"]: f["sentences"]["user"].replace("`", "") for f in data["features"]}
    assert detail == sentences[order[1]]
    assert chosen(driver) == order[1]
    driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not driver.find_elements(By.CSS_SELECTOR, "tr.detail")


def test_a_long_table_unfolds_and_finds_what_is_not_listed(show):
    data = explanation([f"gene {k:04d}" for k in range(2050)], words=4, n_alphas=5)
    driver = show(data)
    assert len(names_in_table(driver)) == 200
    driver.find_element(By.CSS_SELECTOR, "#verdicts button.plain").send_keys(Keys.ENTER)
    assert len(names_in_table(driver)) == 2000
    listed = set(names_in_table(driver))
    missing = next(f["name"] for f in data["features"] if f["name"] not in listed)
    driver.find_element(By.ID, "find").send_keys(missing)
    assert missing in driver.find_element(By.CSS_SELECTOR, "#verdicts .scroll ~ p.note").text
    assert driver.get_log("browser") == []


@pytest.mark.parametrize("width", [390, 800, 1280, 1700])
@pytest.mark.parametrize("names", [NAMES, HOSTILE, ["W" * 40] * 12, [f"g{k}" for k in range(120)]], ids=len)
def test_no_label_collides_or_is_clipped_and_the_page_never_scrolls_sideways(show, names, width):
    driver = show(explanation(names, seed=len(names)), width)
    assert driver.execute_script(COLLISIONS) == []
    assert (
        driver.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    )


def test_the_page_is_read_without_script(chromium, tmp_path):
    data = explanation(NAMES)
    file = tmp_path / "report.html"
    file.write_text(render(data), encoding="utf-8")
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chromium.get(file.as_uri())
        text = chromium.find_element(By.TAG_NAME, "main").text
        assert not chromium.find_element(By.ID, "choice").is_displayed()
        assert len(chromium.find_elements(By.CSS_SELECTOR, "table.verdicts tbody tr")) == 30
        assert chromium.find_element(By.CSS_SELECTOR, "svg.pulls").is_displayed()
    finally:
        chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    for feature in data["features"]:
        assert feature["name"] in text and feature["verdict"] in text


def test_dark_and_light_differ_and_text_keeps_its_contrast(show):
    driver = show(explanation(NAMES))
    contrast = """
      const seen = (name) => {
        const probe = document.body.appendChild(document.createElement('i'));
        probe.style.color = `var(${name})`;
        const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255);
        probe.remove();
        const [r, g, b] = parts.map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const against = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const paper = seen('--paper');
      return Object.fromEntries(['--ink', '--soft', '--zero', '--nonzero'].map(n => [n, against(seen(n), paper)]));
    """
    papers = set()
    for scheme in ("light", "dark"):
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        found = driver.execute_script(contrast)
        assert found["--ink"] >= 7 and found["--soft"] >= 4.5, (scheme, found)
        assert found["--zero"] >= 3 and found["--nonzero"] >= 3, (scheme, found)
        papers.add(driver.execute_script("return getComputedStyle(document.documentElement).backgroundColor"))
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert len(papers) == 2


def test_the_page_prints(show):
    driver = show(explanation(NAMES))
    pdf = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    assert pdf.startswith(b"%PDF") and len(pdf) > 20_000


def test_the_script_writes_numbers_as_python_does(chromium):
    draw = random.Random(3)
    values = [draw.choice((-1, 1)) * 10 ** draw.uniform(-12, 12) for _ in range(400)]
    values += [0.0, 1.0, 0.1, 9.9996, 0.00012345, 1e-4, 9.9999e-5, 1e7, 9999999.0, 0.5, 2.5, 1e-300]
    source = joined_script("shared/numbers.js")
    chromium.get("about:blank")
    told = chromium.execute_async_script(
        """
        const [source, values, done] = arguments;
        const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
        import(address).then(({ significant, apart }) =>
          done(values.map((v) => [significant(v), significant(v, 3), apart(v, v * (1 + 1e-7))])));
        """,
        source,
        values,
    )
    for value, (four, three, far) in zip(values, told, strict=True):
        assert four == significant(value) or is_tie(value, 4)
        assert three == significant(value, 3) or is_tie(value, 3)
        assert far == apart(value, value * (1 + 1e-7)) or is_tie(value, 8)


def is_tie(value: float, digits: int) -> bool:
    """Whether the decimal text of a number ends in a 5 just where it is cut, where Python rounds the exact binary."""
    text = repr(abs(value)).partition("e")[0].replace(".", "").strip("0")
    return len(text) == digits + 1 and text.endswith("5")


def test_a_narrow_table_shows_names_verdicts_and_a_number_without_scrolling(show):
    driver = show(explanation(["mean concave points", "worst fractal dimension", *NAMES]), 390)
    found = driver.execute_script(
        """
        const right = document.querySelector('#verdicts .scroll').getBoundingClientRect().right;
        const rows = [...document.querySelectorAll('table.verdicts tbody tr')];
        return rows.map((row) => [row.cells[3].textContent, row.cells[3].getBoundingClientRect().right <= right,
          row.cells[0].scrollWidth <= row.cells[0].clientWidth]);
        """
    )
    assert len(found) == 32 and all(text and visible and fits for text, visible, fits in found)


def test_tiny_weights_do_not_write_over_the_title_of_their_axis(show):
    draw = np.random.default_rng(0)
    X = draw.normal(size=(60, 5))
    data = wz.explain(wz.fit(X, X[:, 0] + 0.3 * draw.normal(size=60), alpha=100)).data()
    assert show(data).execute_script(COLLISIONS) == []
