"""The explorer's controls in Chromium: by keyboard and by dragging, with the sentences and figures that follow."""

from __future__ import annotations

import re

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from chromium import accessibility_violations, needs_axe, needs_browser
from explorer_browser import WITH_CHECKS, drawn, text_of, wait
from whyzero.explorers.thread import STATEMENTS

pytestmark = needs_browser


def said_and_drawn(driver, panel, control):
    return text_of(driver, panel), drawn(driver, panel), control.get_attribute("aria-valuetext")


def test_every_range_is_moved_by_keyboard_and_changes_figure_and_sentence(explore):
    driver = explore()
    moved = 0
    for panel in WITH_CHECKS:
        for number in range(len(driver.find_elements(By.CSS_SELECTOR, f"#{panel} input[type=range]"))):
            control = driver.find_elements(By.CSS_SELECTOR, f"#{panel} input[type=range]")[number]
            if not control.is_displayed():
                continue
            before = said_and_drawn(driver, panel, control)
            control.send_keys(Keys.HOME)
            after = said_and_drawn(driver, panel, control)
            if after[:2] == before[:2]:
                control.send_keys(Keys.END)
                after = said_and_drawn(driver, panel, control)
            name = control.get_attribute("id")
            assert after[1] != before[1], (panel, name)
            assert after[2] != before[2], (panel, name)
            control.send_keys(Keys.END)
            moved += after[0] != before[0]
            assert driver.find_elements(By.CSS_SELECTOR, f"#{panel} .check.failed") == [], (panel, name)
    assert moved >= 12
    assert driver.get_log("browser") == []


def test_one_weight_is_zero_exactly_while_the_dot_is_in_the_bar(explore):
    driver = explore("one-weight")
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


def test_the_famous_picture_falls_from_45_percent_to_nothing(explore):
    driver = explore("bowls")
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


def test_steps_can_be_played_paused_stepped_and_started_again(explore):
    driver = explore("steps")
    counts = "proximal 24, ridge 0, subgradient 0, SGD 0, Adam 0, clip and freeze 28, 4 of them wrong"
    assert counts in text_of(driver, "steps")
    play, step, back = driver.find_elements(By.CSS_SELECTOR, "#steps button")
    passes = driver.find_element(By.CSS_SELECTOR, "#steps input[type=range]")
    back.send_keys(Keys.ENTER)
    assert passes.get_attribute("value") == "0"
    step.send_keys(Keys.SPACE)
    assert passes.get_attribute("value") == "1" and "After 1 pass:" in text_of(driver, "steps")
    play.send_keys(Keys.ENTER)
    wait(driver).until(lambda d: int(passes.get_attribute("value")) > 3)
    play.send_keys(Keys.ENTER)
    stopped = passes.get_attribute("value")
    step.send_keys(Keys.ENTER)
    assert int(passes.get_attribute("value")) == int(stopped) + 1
    Select(driver.find_element(By.CSS_SELECTOR, "#steps select")).select_by_value("one")
    assert text_of(driver, "steps", ".check").startswith("✓ checked proximal: size / (step × (alpha − pull))")


def test_the_steps_of_one_weight_land_where_the_figure_marks_it(explore):
    driver = explore("steps")
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


def test_with_reduced_motion_nothing_plays(explore):
    driver = explore("steps", media=[("prefers-reduced-motion", "reduce")])
    play, _, back = driver.find_elements(By.CSS_SELECTOR, "#steps button")
    back.send_keys(Keys.ENTER)
    assert play.text == "Go to the end"
    play.send_keys(Keys.ENTER)
    assert driver.find_element(By.CSS_SELECTOR, "#steps input[type=range]").get_attribute("value") == "300"


def test_the_bet_has_a_fixed_tally_and_scores_the_guess(explore):
    driver = explore("bet")
    driver.find_element(By.CSS_SELECTOR, "#guess input[value=same]").send_keys(Keys.SPACE)
    buttons = driver.find_elements(By.CSS_SELECTOR, "#bet button")
    buttons[0].send_keys(Keys.ENTER)
    assert "L1 : L2 = 1 : 0" in text_of(driver, "bet")
    buttons[2].send_keys(Keys.ENTER)
    assert "L1 : L2 = 40 : 0" in text_of(driver, "bet") and "1.8×10⁻¹²" in text_of(driver, "bet")
    assert "guessed as the learner did" in text_of(driver, "bet")
    driver.find_element(By.CSS_SELECTOR, "#guess input[value=l1]").send_keys(Keys.SPACE)
    assert "Your guess was right" in text_of(driver, "bet")


def test_proofs_in_bare_floats_are_false_where_the_gap_rounds_away(explore):
    driver = explore("proof")
    Select(driver.find_element(By.CSS_SELECTOR, "#proof select")).select_by_value("bare")
    driver.find_element(By.CSS_SELECTOR, "#proof input[type=range]").send_keys(Keys.END)
    assert "false" in text_of(driver, "proof")
    for mode in ("exact", "allowance"):
        Select(driver.find_element(By.CSS_SELECTOR, "#proof select")).select_by_value(mode)
        assert "false" not in text_of(driver, "proof") and "open: 0" in text_of(driver, "proof")


def test_dragging_in_a_figure_moves_its_control(explore):
    driver = explore("one-weight", "two-weights")
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


def test_the_quiz_judges_as_the_text_does_and_counts(explore):
    driver = explore("one-weight")
    questions = driver.find_elements(By.CSS_SELECTOR, "#quiz fieldset")
    assert len(questions) == len(STATEMENTS) == 12
    for k, (question, (_, verdict, better)) in enumerate(zip(questions, STATEMENTS, strict=True)):
        chosen = verdict if k else "imprecise"
        question.find_element(By.CSS_SELECTOR, f"input[value={chosen}]").send_keys(Keys.SPACE)
        shown = question.find_element(By.CSS_SELECTOR, ".better").text
        assert shown == f"{'Yes' if chosen == verdict else 'No'}: {verdict}. {better[:1].upper()}{better[1:]}"
    assert text_of(driver, "quiz", ".score") == "11 of 12 as judged here."


def test_the_table_that_scrolls_is_reached_by_keyboard(explore):
    (place,) = explore("data").find_elements(By.CSS_SELECTOR, "#data .scroll")
    assert place.get_attribute("tabindex") == "0" and place.get_attribute("aria-label")


def test_a_figure_has_its_name_before_it_is_drawn(chromium, explorer_page):
    """A reader of the screen may be quicker than the first frame, whose width every figure waits for."""
    never = "window.ResizeObserver = class { observe() {} disconnect() {} };"
    script = chromium.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": never})
    try:
        chromium.get(explorer_page.as_uri())
        unnamed = chromium.execute_script("""
          const named = (svg) => svg.querySelector(":scope > title")?.textContent;
          return [...document.querySelectorAll("svg.figure")].filter((svg) => !named(svg))
            .map((svg) => svg.closest("section").id)""")
    finally:
        chromium.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script["identifier"]})
    assert unnamed == []


@needs_axe
def test_axe_finds_nothing_before_anything_is_fitted(chromium, explorer_page):
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 700, "deviceScaleFactor": 1, "mobile": False}
    )
    chromium.get(explorer_page.as_uri())
    assert text_of(chromium, "data", "tbody") == ""
    assert accessibility_violations(chromium) == []
