"""Data of one's own in the explorer, in Chromium: views that move together, names that stay inert, files refused."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from chromium import COLLISIONS, needs_browser
from explorer_browser import open_explorer, text_of, wait
from hostile_names import HOSTILE
from whyzero.explorers import explorer, render_explorer
from whyzero.report.names import visible

pytestmark = needs_browser


def test_the_views_of_ones_own_data_move_together(explore):
    driver = explore("data")
    assert "26 of 30" in text_of(driver, "data") and "makes 0" in text_of(driver, "data")
    pick = driver.find_element(By.CSS_SELECTOR, "#data tr[data-i='23'] .pick")
    pick.send_keys(Keys.ENTER)
    reason = text_of(driver, "data", ".because")
    start = "worst area is exactly zero, proved"
    for part in (start, "0.355", "toll 0.05", "0.165", "worst concave points takes 0.102", "0.0447", "0.203"):
        assert part in reason, part
    chosen = driver.execute_script("return [...document.querySelectorAll('#data .chosen')].map((n) => n.dataset.i)")
    assert set(chosen) == {"23"} and len(chosen) >= 4
    assert driver.switch_to.active_element.get_attribute("class") == "pick"
    control = driver.find_element(By.CSS_SELECTOR, "#data input[type=range]")
    before = text_of(driver, "data", "tbody")
    control.send_keys(Keys.ARROW_RIGHT)
    assert text_of(driver, "data", "tbody") != before and "At alpha 0.045" in text_of(driver, "data")
    assert "weights zero" in control.get_attribute("aria-valuetext")
    assert f"{text_of(driver, 'data').split(' of 30')[0].rsplit(' ', 1)[1]} of 30" in control.get_attribute(
        "aria-valuetext"
    )


def hostile_table(path: Path) -> Path:
    rng = np.random.default_rng(0)
    names = [name.encode("utf-8", "replace").decode() for name in HOSTILE]
    X = rng.standard_normal((60, len(names)))
    y = 3 * X[:, 0] - 2 * X[:, 1] + rng.standard_normal(60)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow([*names, "y"])
        writer.writerows(np.column_stack([X, y]).tolist())
    return path


def test_a_file_with_hostile_names_is_inert_and_shown_literally(explore, tmp_path):
    driver = explore("data")
    file = hostile_table(tmp_path / "hostile' onerror=x.csv")
    driver.find_element(By.CSS_SELECTOR, "#data input[type=file]").send_keys(str(file))
    wait(driver).until(lambda d: "of 18" in text_of(d, "data"))
    options = driver.execute_script(
        "return [...document.querySelectorAll('#data select')].map((s) => [...s.options].map((o) => o.textContent))"
    )
    features = next(found for found in options if len(found) == len(HOSTILE))
    for shown, name in zip(features, HOSTILE, strict=True):
        whole = visible(name.encode("utf-8", "replace").decode())
        assert shown == whole or (len(whole) > 60 and shown.split("…")[0] in whole), name
    feature = next(
        s for s in driver.find_elements(By.CSS_SELECTOR, "#data select") if len(Select(s).options) == len(HOSTILE)
    )
    for index in range(len(HOSTILE)):
        Select(feature).select_by_value(str(index))
    assert driver.title == "Why is a weight exactly zero? · whyzero"
    assert (
        driver.execute_script(
            "return document.querySelectorAll('img, iframe, object, main script, svg svg [onload]').length"
        )
        == 0
    )
    assert driver.get_log("browser") == []
    assert driver.execute_script("return ({}).polluted") is None
    assert text_of(driver, "data", ".check").startswith("✓")
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_a_file_that_cannot_be_used_is_refused_in_words_and_the_page_goes_on(explore, tmp_path):
    driver = explore("data")
    before = text_of(driver, "data")
    for k, (content, words) in enumerate(
        [
            ("a,b\n1,2\n3\n", "Line 3 has 1 value"),
            ("", "empty"),
            ("a,b\n" + "1,5\n2,5\n" * 4, "the same value in every row"),
        ]
    ):
        file = tmp_path / f"broken{k}.csv"
        file.write_text(content, encoding="utf-8")
        driver.find_element(By.CSS_SELECTOR, "#data input[type=file]").send_keys(str(file))
        wait(driver).until(lambda d, words=words: words in text_of(d, "data", ".trouble"))
        assert driver.find_element(By.CSS_SELECTOR, "#data .trouble").is_displayed()
    assert text_of(driver, "data") == before
    assert driver.get_log("browser") == []


def _offer(driver, file, text):
    file.write_text(text, encoding="utf-8")
    driver.find_element(By.CSS_SELECTOR, "#data input[type=file]").send_keys(str(file))


def _target(driver):
    return Select(driver.find_element(By.XPATH, "//section[@id='data']//label[.='Predict']/following-sibling::select"))


def test_a_target_that_cannot_be_used_leaves_the_page_as_it_was(explore, tmp_path):
    driver = explore("data")
    rows = "".join(f"{k % 2},{k * k % 11},{k * 7 % 13},{'abc'[k % 3]}\n" for k in range(40))
    _offer(driver, tmp_path / "people.csv", "alive,fare,age,port\n" + rows)
    wait(driver).until(lambda d: "people.csv" in text_of(d, "data", ".about"))
    target = _target(driver)
    assert target.first_selected_option.text == "age"  # port, the last, has three texts
    assert not driver.find_element(By.CSS_SELECTOR, "#data .trouble").is_displayed()
    before = text_of(driver, "data", "tbody")
    target.select_by_visible_text("port")
    said = text_of(driver, "data", ".trouble")
    assert "3 different texts" in said and "still shows “people.csv”, predicting “age”" in said
    assert target.first_selected_option.text == "age" and text_of(driver, "data", "tbody") == before
    target.select_by_visible_text("alive")
    assert "logistic loss" in text_of(driver, "data", ".about") and target.first_selected_option.text == "alive"
    _offer(driver, tmp_path / "texts.csv", "a,b\n" + "x,1\ny,1\nz,1\n" * 9)
    wait(driver).until(lambda d: "“b” has the same value" in text_of(d, "data", ".trouble"))
    assert "predicting “alive”" in text_of(driver, "data", ".trouble")
    assert [option.text for option in target.options] == ["alive", "fare", "age", "port"]


@pytest.mark.parametrize("scale", ["e90", "e-90"])
def test_a_target_far_from_one_is_drawn(explore, tmp_path, scale):
    driver = explore("data")
    rows = "".join(f"{k * k % 11},{k * 7 % 13},{k * k % 11 + k % 3}{scale}\n" for k in range(1, 40))
    _offer(driver, tmp_path / "far.csv", "a,b,y\n" + rows)
    wait(driver).until(lambda d: "far.csv" in text_of(d, "data", ".about"))
    assert text_of(driver, "data", ".check").startswith("✓")
    assert driver.get_log("browser") == []


@pytest.mark.parametrize("width", [390, 1280])
def test_wide_names_stay_within_their_figures(explore, tmp_path, width):
    driver = explore("data", width=width)
    names = ["n" * 60, "$x^2$ {{7*7}} {% raw %}", "W" * 30, "m m", "y"]
    rng = np.random.default_rng(0)
    X = rng.standard_normal((50, 4))
    rows = np.column_stack([X, X @ [1.0, -1.0, 0.2, 0.1] + rng.standard_normal(50)])
    text = "\n".join([",".join(names), *(",".join(map(repr, row)) for row in rows.tolist())])
    _offer(driver, tmp_path / "wide.csv", text)
    wait(driver).until(lambda d: "wide.csv" in text_of(d, "data", ".about"))
    pause = "const done = arguments[0]; setTimeout(() => requestAnimationFrame(done), 1500)"
    driver.execute_async_script(pause)  # the paths of all alphas
    assert [found for found in driver.execute_script(COLLISIONS) if found.startswith("clipped")] == []


def test_data_written_into_the_page_come_first_and_stay_data(chromium, tmp_path):
    rng = np.random.default_rng(3)
    X = rng.standard_normal((50, 3))
    hostile = ["</script><script>document.title='run'</script>", "\ud800 lone", "<!--"]
    page = explorer(
        tmp_path / "own.html", X, X[:, 0] + rng.standard_normal(50) > 0, feature_names=hostile, title=hostile[0]
    )
    driver = open_explorer(chromium, page, "data")
    assert "of 3" in text_of(driver, "data")
    assert visible(hostile[0])[:20] in text_of(driver, "data", ".about")
    assert driver.title == "Why is a weight exactly zero? · whyzero" and driver.get_log("browser") == []


def test_a_script_that_is_not_ours_does_not_run(chromium, tmp_path):
    page = tmp_path / "changed.html"
    page.write_text(
        render_explorer().replace("<main>", "<main><script>document.title='run'</script>"), encoding="utf-8"
    )
    chromium.get(page.as_uri())
    assert chromium.title != "run"
    assert any("Content Security Policy" in entry["message"] for entry in chromium.get_log("browser"))
