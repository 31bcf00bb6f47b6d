"""The explorer in Chromium: a silent console, inert names, every control by keyboard, nothing that clips."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from chromium import COLLISIONS, accessibility_violations, needs_axe, needs_browser
from hostile_names import HOSTILE
from javascript_runner import chromium_session
from whyzero.explorers import explorer, render_explorer
from whyzero.explorers.panels import PANELS
from whyzero.explorers.thread import STATEMENTS
from whyzero.report.names import visible

pytestmark = needs_browser

WITH_CHECKS = [panel.name for panel in PANELS if panel.attempt]


@pytest.fixture(scope="module")
def chromium():
    with chromium_session() as driver:
        yield driver


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    return explorer(tmp_path_factory.mktemp("explorer") / "explorer.html")


def open_page(driver, page, *panels, width=1280, media=()):
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
        WebDriverWait(driver, 60).until(lambda d, panel=panel: text_of(d, panel, ".check"))
    return driver


@pytest.fixture
def show(chromium, page):
    return lambda *panels, **options: open_page(chromium, page, *panels, **options)


def text_of(driver, panel, part=".sentence"):
    return driver.find_element(By.CSS_SELECTOR, f"#{panel} {part}").get_attribute("textContent")


def drawn(driver, panel):
    return driver.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map((node) => node.innerHTML).join()",
        f"#{panel} svg.figure",
    )


def test_the_page_is_silent_offline_and_all_its_checks_hold(show):
    driver = show()
    assert driver.get_log("browser") == []
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert driver.execute_script("return [localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    for panel in WITH_CHECKS:
        assert text_of(driver, panel, ".check").startswith("✓ checked"), panel
    assert driver.find_elements(By.CSS_SELECTOR, ".check.failed") == []


def test_every_range_is_moved_by_keyboard_and_changes_figure_and_sentence(show):
    driver = show()
    moved = 0
    for panel in WITH_CHECKS:
        for number in range(len(driver.find_elements(By.CSS_SELECTOR, f"#{panel} input[type=range]"))):
            control = driver.find_elements(By.CSS_SELECTOR, f"#{panel} input[type=range]")[number]
            if not control.is_displayed():
                continue
            before = (text_of(driver, panel), drawn(driver, panel), control.get_attribute("aria-valuetext"))
            control.send_keys(Keys.HOME)
            if (text_of(driver, panel), drawn(driver, panel)) == before[:2]:
                control.send_keys(Keys.END)
            after = (text_of(driver, panel), drawn(driver, panel), control.get_attribute("aria-valuetext"))
            name = control.get_attribute("id")
            assert after[1] != before[1], (panel, name)
            assert after[2] != before[2], (panel, name)
            control.send_keys(Keys.END)
            moved += after[0] != before[0]
            assert driver.find_elements(By.CSS_SELECTOR, f"#{panel} .check.failed") == [], (panel, name)
    assert moved >= 12
    assert driver.get_log("browser") == []


def test_one_weight_is_zero_exactly_while_the_dot_is_in_the_bar(show):
    driver = show("one-weight")
    pull = driver.find_element(By.CSS_SELECTOR, "#one-weight input[type=range]")
    penalty = Select(driver.find_element(By.CSS_SELECTOR, "#one-weight select"))

    def pulled(value):
        script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))"
        driver.execute_script(script, pull, value)
        return text_of(driver, "one-weight")

    assert "exactly 0" in pulled(1) and "exactly 0" not in pulled(1.01)
    penalty.select_by_value("l2")
    assert "exactly 0" not in pulled(0.01) and "flat at zero" in pulled(0.01)
    for kind in ("net", "power", "round", "root"):
        penalty.select_by_value(kind)
        assert text_of(driver, "one-weight", ".check").startswith("✓"), kind


def test_the_famous_picture_falls_from_45_percent_to_nothing(show):
    driver = show("bowls")
    control = driver.find_element(By.CSS_SELECTOR, "#bowls input[type=range]")
    shares = []
    control.send_keys(Keys.HOME)
    for _ in range(7):
        shares.append(float(re.search(r"circle: ([\d.]+)", text_of(driver, "bowls")).group(1)))
        control.send_keys(Keys.ARROW_RIGHT)
    assert 43 < shares[0] < 47
    assert 0 < shares[-1] < 1
    assert shares == sorted(shares, reverse=True)
    assert "L2, exactly: 0\u00a0%" in text_of(driver, "bowls")


def test_steps_can_be_played_paused_stepped_and_started_again(show):
    driver = show("steps")
    counts = "proximal 24, ridge 0, subgradient 0, SGD 0, Adam 0, clip and freeze 28, 4 of them wrong"
    assert counts in text_of(driver, "steps")
    play, step, back = driver.find_elements(By.CSS_SELECTOR, "#steps button")
    passes = driver.find_element(By.CSS_SELECTOR, "#steps input[type=range]")
    back.send_keys(Keys.ENTER)
    assert passes.get_attribute("value") == "0"
    step.send_keys(Keys.SPACE)
    assert passes.get_attribute("value") == "1" and "After 1 pass:" in text_of(driver, "steps")
    play.send_keys(Keys.ENTER)
    WebDriverWait(driver, 10).until(lambda d: int(passes.get_attribute("value")) > 3)
    play.send_keys(Keys.ENTER)
    stopped = passes.get_attribute("value")
    step.send_keys(Keys.ENTER)
    assert int(passes.get_attribute("value")) == int(stopped) + 1
    Select(driver.find_element(By.CSS_SELECTOR, "#steps select")).select_by_value("one")
    assert text_of(driver, "steps", ".check").startswith("✓ checked proximal: size / (step × (alpha − pull))")


def test_the_steps_of_one_weight_land_where_the_figure_marks_it(show):
    driver = show("steps")
    problem, optimiser = (Select(node) for node in driver.find_elements(By.CSS_SELECTOR, "#steps select"))
    pull = driver.find_element(By.XPATH, "//label[.='Pull of the data']/following-sibling::input")
    assert not pull.is_displayed()
    problem.select_by_value("one")
    assert pull.is_displayed() and "k = 17" in drawn(driver, "steps")  # 0.5 / (0.1 × 0.31) = 16.1
    passes = driver.find_element(By.CSS_SELECTOR, "#steps input[type=range]")
    move = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))"
    for step, said in ((16, "proximal 0.0040"), (17, "proximal exactly 0")):
        driver.execute_script(move, passes, step)
        assert said in text_of(driver, "steps")
    for _ in range(10):
        pull.send_keys(Keys.ARROW_RIGHT)
    assert "k = 24" in drawn(driver, "steps")  # 0.5 / (0.1 × 0.21) = 23.8
    assert text_of(driver, "steps", ".check").startswith("✓")
    titles = (
        "return [...document.querySelectorAll('#steps .panel')].filter((p) => p.offsetWidth).map((p) => p.innerText)"
    )
    assert len(driver.execute_script(titles)) == 6
    optimiser.select_by_value("adam")
    (only,) = driver.execute_script(titles)
    assert only.startswith("Adam")


def test_with_reduced_motion_nothing_plays(show):
    driver = show("steps", media=[("prefers-reduced-motion", "reduce")])
    play, _, back = driver.find_elements(By.CSS_SELECTOR, "#steps button")
    back.send_keys(Keys.ENTER)
    assert play.text == "Go to the end"
    play.send_keys(Keys.ENTER)
    assert driver.find_element(By.CSS_SELECTOR, "#steps input[type=range]").get_attribute("value") == "300"


def test_the_bet_has_a_fixed_tally_and_scores_the_guess(show):
    driver = show("bet")
    driver.find_element(By.CSS_SELECTOR, "#guess input[value=same]").send_keys(Keys.SPACE)
    buttons = driver.find_elements(By.CSS_SELECTOR, "#bet button")
    buttons[0].send_keys(Keys.ENTER)
    assert "L1 : L2 = 1 : 0" in text_of(driver, "bet")
    buttons[2].send_keys(Keys.ENTER)
    assert "L1 : L2 = 40 : 0" in text_of(driver, "bet") and "1.8×10⁻¹²" in text_of(driver, "bet")
    assert "guessed as the learner did" in text_of(driver, "bet")
    driver.find_element(By.CSS_SELECTOR, "#guess input[value=l1]").send_keys(Keys.SPACE)
    assert "Your guess was right" in text_of(driver, "bet")


def test_proofs_in_bare_floats_are_false_where_the_gap_rounds_away(show):
    driver = show("proof")
    Select(driver.find_element(By.CSS_SELECTOR, "#proof select")).select_by_value("bare")
    driver.find_element(By.CSS_SELECTOR, "#proof input[type=range]").send_keys(Keys.END)
    assert "false" in text_of(driver, "proof")
    for mode in ("exact", "allowance"):
        Select(driver.find_element(By.CSS_SELECTOR, "#proof select")).select_by_value(mode)
        assert "false" not in text_of(driver, "proof") and "open: 0" in text_of(driver, "proof")


def test_dragging_in_a_figure_moves_its_control(show):
    driver = show("one-weight", "two-weights")
    for panel, share in (("one-weight", 0.8), ("two-weights", 0.7), ("priors", 0.8), ("false-zeros", 0.8)):
        figure = driver.find_element(By.CSS_SELECTOR, f"#{panel} svg.draggable")
        before = text_of(driver, panel)
        driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", figure)
        box = figure.rect
        script = "const b = arguments[0].getBoundingClientRect(); return [b.left + b.width * arguments[1], b.top + 50]"
        x, y = driver.execute_script(script, figure, share)
        for kind in ("mousePressed", "mouseReleased"):
            event = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
            driver.execute_cdp_cmd("Input.dispatchMouseEvent", event)
        assert box["width"] > 200 and text_of(driver, panel) != before, panel


def test_the_views_of_ones_own_data_move_together(show):
    driver = show("data")
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


def test_a_file_with_hostile_names_is_inert_and_shown_literally(show, tmp_path):
    driver = show("data")
    file = hostile_table(tmp_path / "hostile' onerror=x.csv")
    driver.find_element(By.CSS_SELECTOR, "#data input[type=file]").send_keys(str(file))
    WebDriverWait(driver, 10).until(lambda d: "of 18" in text_of(d, "data"))
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


def test_a_file_that_cannot_be_used_is_refused_in_words_and_the_page_goes_on(show, tmp_path):
    driver = show("data")
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
        WebDriverWait(driver, 10).until(lambda d, words=words: words in text_of(d, "data", ".trouble"))
        assert driver.find_element(By.CSS_SELECTOR, "#data .trouble").is_displayed()
    assert text_of(driver, "data") == before
    assert driver.get_log("browser") == []


def _offer(driver, file, text):
    file.write_text(text, encoding="utf-8")
    driver.find_element(By.CSS_SELECTOR, "#data input[type=file]").send_keys(str(file))


def _target(driver):
    return Select(driver.find_element(By.XPATH, "//section[@id='data']//label[.='Predict']/following-sibling::select"))


def test_a_target_that_cannot_be_used_leaves_the_page_as_it_was(show, tmp_path):
    driver = show("data")
    rows = "".join(f"{k % 2},{k * k % 11},{k * 7 % 13},{'abc'[k % 3]}\n" for k in range(40))
    _offer(driver, tmp_path / "people.csv", "alive,fare,age,port\n" + rows)
    WebDriverWait(driver, 10).until(lambda d: "people.csv" in text_of(d, "data", ".about"))
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
    WebDriverWait(driver, 10).until(lambda d: "“b” has the same value" in text_of(d, "data", ".trouble"))
    assert "predicting “alive”" in text_of(driver, "data", ".trouble")
    assert [option.text for option in target.options] == ["alive", "fare", "age", "port"]


@pytest.mark.parametrize("scale", ["e90", "e-90"])
def test_a_target_far_from_one_is_drawn(show, tmp_path, scale):
    driver = show("data")
    rows = "".join(f"{k * k % 11},{k * 7 % 13},{k * k % 11 + k % 3}{scale}\n" for k in range(1, 40))
    _offer(driver, tmp_path / "far.csv", "a,b,y\n" + rows)
    WebDriverWait(driver, 20).until(lambda d: "far.csv" in text_of(d, "data", ".about"))
    assert text_of(driver, "data", ".check").startswith("✓")
    assert driver.get_log("browser") == []


@pytest.mark.parametrize("width", [390, 1280])
def test_wide_names_stay_within_their_figures(show, tmp_path, width):
    driver = show("data", width=width)
    names = ["n" * 60, "$x^2$ {{7*7}} {% raw %}", "W" * 30, "m m", "y"]
    rng = np.random.default_rng(0)
    X = rng.standard_normal((50, 4))
    rows = np.column_stack([X, X @ [1.0, -1.0, 0.2, 0.1] + rng.standard_normal(50)])
    text = "\n".join([",".join(names), *(",".join(map(repr, row)) for row in rows.tolist())])
    _offer(driver, tmp_path / "wide.csv", text)
    WebDriverWait(driver, 10).until(lambda d: "wide.csv" in text_of(d, "data", ".about"))
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
    driver = open_page(chromium, page, "data")
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


def test_the_quiz_judges_as_the_text_does_and_counts(show):
    driver = show("one-weight")
    questions = driver.find_elements(By.CSS_SELECTOR, "#quiz fieldset")
    assert len(questions) == len(STATEMENTS) == 12
    for k, (question, (_, verdict, better)) in enumerate(zip(questions, STATEMENTS, strict=True)):
        chosen = verdict if k else "imprecise"
        question.find_element(By.CSS_SELECTOR, f"input[value={chosen}]").send_keys(Keys.SPACE)
        shown = question.find_element(By.CSS_SELECTOR, ".better").text
        assert shown == f"{'Yes' if chosen == verdict else 'No'}: {verdict}. {better[:1].upper()}{better[1:]}"
    assert text_of(driver, "quiz", ".score") == "11 of 12 as judged here."


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_clips_collides_or_scrolls_sideways(show, width):
    driver = show(width=width)
    for penalty in ("l1", "root"):
        Select(driver.find_element(By.CSS_SELECTOR, "#one-weight select")).select_by_value(penalty)
    driver.find_elements(By.CSS_SELECTOR, "#bet button")[2].send_keys(Keys.ENTER)
    assert driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    outside = driver.execute_script("""
      return [...document.querySelectorAll("svg.figure text")].filter((text) => {
        const [t, room] = [text.getBoundingClientRect(), document.querySelector(".report").getBoundingClientRect()];
        return t.width > 0 && (t.left < room.left - 1 || t.right > room.right + 1);
      }).map((text) => text.closest("section").id + ": " + text.textContent)""")
    assert outside == []
    touching = driver.execute_script("""
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


def test_no_mark_of_a_figure_keeps_the_black_of_svg(show):
    driver = show(media=[("prefers-color-scheme", "dark")])
    driver.find_elements(By.CSS_SELECTOR, "#bet button")[2].send_keys(Keys.ENTER)
    black = driver.execute_script("""
      return [...document.querySelectorAll("svg.figure :is(circle, rect, path, text)")].filter((node) =>
        getComputedStyle(node).fill === "rgb(0, 0, 0)")
        .map((node) => node.closest("section").id + " " + node.outerHTML.slice(0, 80))""")
    assert black == []


def test_no_style_of_the_report_moves_what_is_drawn(show):
    driver = show(width=390)
    moved = driver.execute_script("""
      const keys = ["x", "y", "width", "height", "cx", "cy", "r"];
      return [...document.querySelectorAll("svg.figure :is(rect, circle)")].filter((node) =>
        keys.some((key) => node.hasAttribute(key) &&
          Math.abs(parseFloat(getComputedStyle(node)[key]) - Number(node.getAttribute(key))) > 0.1))
        .map((node) => node.closest("section").id + " " + node.outerHTML.slice(0, 80))""")
    assert moved == []


def test_every_control_has_a_name(show):
    driver = show()
    nameless = driver.execute_script("""
      return [...document.querySelectorAll("input, select, button")].filter((node) =>
        !(node.labels?.length && node.labels[0].textContent.trim()) && !node.textContent.trim())
        .map((node) => node.outerHTML)""")
    assert nameless == []
    untitled = driver.execute_script("""
      return [...document.querySelectorAll("svg.figure")].filter((svg) => svg.getAttribute("role") !== "img" ||
        !svg.querySelector(":scope > title").textContent || !svg.querySelector(":scope > desc").textContent).length""")
    assert untitled == 0


@needs_axe
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("light", 390), ("dark", 1280)])
def test_axe_finds_nothing_to_complain_about(show, scheme, width):
    driver = show(media=[("prefers-color-scheme", scheme)], width=width)
    driver.find_element(By.CSS_SELECTOR, "#quiz input[value=true]").send_keys(Keys.SPACE)
    assert accessibility_violations(driver) == []


def test_a_figure_has_its_name_before_it_is_drawn(chromium, page):
    """A reader of the screen may be quicker than the first frame, whose width every figure waits for."""
    never = "window.ResizeObserver = class { observe() {} disconnect() {} };"
    script = chromium.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": never})
    try:
        chromium.get(page.as_uri())
        unnamed = chromium.execute_script("""
          const named = (svg) => svg.querySelector(":scope > title")?.textContent;
          return [...document.querySelectorAll("svg.figure")].filter((svg) => !named(svg))
            .map((svg) => svg.closest("section").id)""")
    finally:
        chromium.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script["identifier"]})
    assert unnamed == []


@needs_axe
def test_axe_finds_nothing_before_anything_is_fitted(chromium, page):
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 700, "deviceScaleFactor": 1, "mobile": False}
    )
    chromium.get(page.as_uri())
    assert text_of(chromium, "data", "tbody") == ""
    assert accessibility_violations(chromium) == []


def test_the_table_that_scrolls_is_reached_by_keyboard(show):
    (place,) = show("data").find_elements(By.CSS_SELECTOR, "#data .scroll")
    assert place.get_attribute("tabindex") == "0" and place.get_attribute("aria-label")
