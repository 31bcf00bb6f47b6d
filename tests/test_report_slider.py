"""One slider moves figures, table and sentences; every number is Python's; nothing is called proved that is not."""

from __future__ import annotations

import ast
import base64
import csv
import io
import json
import shutil
import subprocess
from typing import Any

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

import whyzero as wz
from chromium import COLLISIONS, accessibility_violations, needs_axe, needs_browser
from hostile_names import HOSTILE
from orthonormal_explanation import ALPHA, explanation, soft
from whyzero.report import fragment
from whyzero.report.number_format import aligned, significant
from whyzero.report.packed_numbers import Beside, packed_numbers
from whyzero.report.script import joined_script

NODE = shutil.which("node")
NAMES = [f"column {k}" for k in range(30)]

SAVED = """
const kept = URL.createObjectURL;
let blob = null;
URL.createObjectURL = (given) => { blob = given; return 'data:,'; };
[...document.querySelectorAll('#takeaway button')].at(-1).click();
URL.createObjectURL = kept;
blob.text().then(arguments[0]);
"""


def move(driver: webdriver.Chrome, position: int) -> None:
    driver.execute_script(
        "const r = document.getElementById('alpha'); r.value = arguments[0]; r.dispatchEvent(new Event('input'));",
        position,
    )
    WebDriverWait(driver, 5).until(
        lambda d: d.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(() => arguments[0](true)))")
    )


def saved_table(driver: webdriver.Chrome) -> list[dict[str, str]]:
    """The rows of the CSV file that the page offers."""
    return list(csv.DictReader(io.StringIO(driver.execute_async_script(SAVED).removeprefix("\ufeff"), newline="")))


def positions(data: dict[str, Any]) -> list[float]:
    """The alphas of the slider: the grid, and the explained fit between its neighbours."""
    alphas = data["path"]["alphas"]
    return sorted({*alphas, ALPHA}, reverse=True)


@needs_browser
def test_the_slider_moves_figure_table_sentence_and_cursors_together(show):
    data = explanation(NAMES)
    driver = show(data)
    alphas = positions(data)
    zs = [f["pull"] * f["pull_sign"] for f in data["features"]]
    assert driver.find_element(By.ID, "alpha").get_attribute("value") == str(alphas.index(ALPHA))
    Select(driver.find_element(By.ID, "feature")).select_by_value("7")
    written = driver.find_element(By.CSS_SELECTOR, "#choice .card").text
    for position in (5, 20, 45, len(alphas) - 1):
        move(driver, position)
        alpha = alphas[position]
        weights = [soft(z, alpha) for z in zs]
        zeros = sum(weight == 0 for weight in weights)
        bar = driver.find_element(By.CSS_SELECTOR, ".alpha-bar")
        assert f"{zeros} of 30 zero" in bar.text and "not proved" in bar.text
        rows = driver.find_elements(By.CSS_SELECTOR, "table.verdicts tbody tr[data-i]")
        words = {int(row.get_attribute("data-i")): row.find_element(By.CSS_SELECTOR, ".badge").text for row in rows}
        assert {j: word.endswith("non-zero, computed") for j, word in words.items()} == {
            j: weight != 0 for j, weight in enumerate(weights)
        }
        said = driver.find_element(By.CSS_SELECTOR, "#choice .sentence").text
        assert f"At alpha {significant(alpha)}, column 7 is {'exactly zero' if weights[7] == 0 else 'not zero'}" in said
        assert significant(abs(zs[7])) in said and "computed, not proved" in said
        check_panel(driver, alpha, zs, weights)
        check_cursor(driver, alpha)
    move(driver, alphas.index(ALPHA))
    assert driver.find_element(By.CSS_SELECTOR, "#choice .card").text == written
    assert driver.get_log("browser") == []


def check_panel(driver: webdriver.Chrome, alpha: float, zs: list[float], weights: list[float]) -> None:
    """Bars of the first panel are as long as their pulls, by the toll line."""
    found = driver.execute_script(
        """
        const svg = document.querySelector('svg.pulls');
        const toll = Number(svg.querySelector('line.toll').getAttribute('x1')) - 176;
        return [toll, [...svg.querySelectorAll('g.row')].map(row => [Number(row.dataset.i), row.getAttribute('class'),
          row.querySelector('.pull').getAttribute('width'), row.querySelector('.weight').textContent])];
        """
    )
    toll, rows = found
    assert len(rows) == 30
    for j, classes, width, weight in rows:
        assert ("nonzero" in classes) == (weights[j] != 0)
        assert weight == significant(weights[j], 3)
        if width is not None and toll < 208:
            assert float(width) / toll == pytest.approx(abs(zs[j]) / alpha, rel=2e-3, abs=2e-3)


def check_cursor(driver: webdriver.Chrome, alpha: float) -> None:
    """The cursor stands where the axis of each figure over alpha has this alpha, or is away with the axis."""
    figures = driver.execute_script(
        """
        return [...document.querySelectorAll('svg[data-alphas]:not([data-partner])')].map(svg => [svg.dataset.alphas,
          svg.querySelector('.cursor').getAttribute('x1'), svg.querySelector('.cursor-group').matches('.beyond')]);
        """
    )
    assert len(figures) == 3
    for axes, x, beyond in figures:
        first, last, start, stop = map(float, axes.split()[:4])
        assert beyond == (not last * (1 - 1e-9) <= alpha <= first * (1 + 1e-9))
        if not beyond:
            share = np.log(alpha / first) / np.log(last / first)
            assert float(x) == pytest.approx(start + share * (stop - start), abs=0.011)


@needs_browser
def test_numbers_of_a_column_line_up_at_every_alpha_as_those_that_python_wrote(show):
    data = explanation(NAMES)
    driver = show(data)
    alphas = positions(data)
    for position in (3, 40):
        move(driver, position)
        cells = driver.execute_script(
            """
            const table = document.querySelector('table.verdicts');
            const place = [...table.tHead.rows[0].cells].findIndex((head) => head.dataset.key === 'coef');
            const rows = [...table.querySelectorAll('tr[data-i]')];
            return rows.map(row => [Number(row.dataset.i), row.cells[place].textContent]);
            """
        )
        zs = [data["features"][j]["pull"] * data["features"][j]["pull_sign"] for j, _ in cells]
        assert [text for _, text in cells] == aligned([significant(soft(z, alphas[position])) for z in zs])


@needs_browser
def test_the_list_of_features_says_where_they_stand_at_the_alpha_of_the_slider(show):
    data = explanation(NAMES)
    driver = show(data)
    alphas = positions(data)
    zs = [f["pull"] for f in data["features"]]
    for position, surety in ((5, "computed"), (45, "computed"), (alphas.index(ALPHA), "proved")):
        move(driver, position)
        options = driver.execute_script(
            "return [...document.getElementById('feature').options].map(o => [Number(o.value), o.text])"
        )
        assert sorted(options) == [
            [j, f"column {j} ({'zero' if z <= alphas[position] else 'non-zero'}, {surety})"] for j, z in enumerate(zs)
        ]


@needs_browser
def test_what_is_not_unique_is_neither_opened_first_nor_counted_as_settled(show):
    data = explanation(NAMES)
    zeros = [j for j, f in enumerate(data["features"]) if f["coef"] == 0]
    shared, *others = zeros
    strongest = max(others, key=lambda j: data["features"][j]["null_pull"])
    data["features"][shared].update(verdict="not unique", null_pull=9.0)
    data["counts"]["zero"] -= 1
    driver = show(data)
    assert driver.find_element(By.ID, "feature").get_attribute("value") == str(strongest)
    reading = driver.find_element(By.CSS_SELECTOR, ".alpha-bar output")
    assert reading.text.endswith(f"{len(zeros)} of 30 zero, {len(zeros) - 1} settled")
    move(driver, 3)
    assert "settled" not in reading.text


@needs_browser
def test_every_number_of_the_page_is_that_of_python(show):
    draw = np.random.default_rng(5)
    X = draw.normal(size=(80, 12)) * 10.0 ** draw.integers(-3, 4, size=12)
    y = X[:, 0] / X[:, 0].std() - X[:, 1] / X[:, 1].std() + draw.normal(size=80)
    path = wz.fit_path(X, y, standardize=True, alphas=30, tol=1e-12)
    shown = wz.explain(path[14], path=path)
    driver = show(shown.data())
    known = {"weight": "coef", "weight_std": "coef_std", "pull": "pull", "toll": "toll", "pull_alone": "null_pull"}
    for position in (0, 3, 14, 22, 29):
        move(driver, position)
        features = {f["name"]: f for f in wz.explain(path[position], path=path).data()["features"]}
        beside = dict(zip(path.problem.names, partner_weights(shown, path, position), strict=True))
        rows = saved_table(driver)
        assert len(rows) == 12
        for row in rows:
            assert float(row["alpha"]) == path.alphas[position]
            assert float(row["partner_weight"]) == pytest.approx(beside[row["feature"]], rel=1e-9, abs=0)
            for column, key in known.items():
                assert float(row[column]) == pytest.approx(features[row["feature"]][key], rel=1e-9, abs=0), column


def partner_weights(shown: wz.Explanation, path: wz.Path, position: int) -> np.ndarray:
    """The matched partner of the explained fit, else the one of its grid with the nearest training loss."""
    partner = shown.partner
    if position == 14:
        return partner.solution.coef
    loss = path.problem.loss_value
    own = loss(path.coefs[position], float(path.intercepts[position]))
    candidates = [*partner.path, partner.solution]
    return min(candidates, key=lambda fit: abs(loss(fit.coef, fit.intercept) - own)).coef


@needs_browser
def test_the_keyboard_moves_the_slider_and_presses_every_button(show):
    data = explanation(NAMES)
    driver = show(data)
    alphas = positions(data)
    slider = driver.find_element(By.ID, "alpha")
    start = alphas.index(ALPHA)
    slider.send_keys(Keys.ARROW_RIGHT)
    slider.send_keys(Keys.ARROW_RIGHT)
    slider.send_keys(Keys.ARROW_LEFT)
    assert slider.get_attribute("value") == str(start + 1)
    assert slider.get_attribute("aria-valuetext").startswith(f"alpha {significant(alphas[start + 1])}, ")
    slider.send_keys(Keys.HOME)
    assert f"alpha {significant(alphas[0])}, " in slider.get_attribute("aria-valuetext")
    jumps = driver.find_elements(By.CSS_SELECTOR, ".jumps button")
    assert [button.text for button in jumps] == ["explained fit", "smallest deviance", "within 1 SE"]
    for button, alpha in zip(
        jumps, (ALPHA, *(data["cv"]["alphas"][data["cv"][key]] for key in ("index_min", "index_1se"))), strict=True
    ):
        button.send_keys(Keys.ENTER)
        assert slider.get_attribute("value") == str(alphas.index(alpha))
        assert button.get_attribute("aria-pressed") == "true"
    for button in driver.find_elements(By.CSS_SELECTOR, "#takeaway button"):
        button.send_keys(Keys.ENTER)
        WebDriverWait(driver, 5).until(lambda d: d.find_element(By.CSS_SELECTOR, "#takeaway output").text)
    assert driver.get_log("browser") == []


@needs_browser
def test_a_proof_is_claimed_between_alphas_only_where_there_is_one(show):
    data = explanation(NAMES[:6])
    alphas = positions(data)
    high, low = alphas[8], alphas[12]
    data["between"] = [{"zero": [[None, high]] if j == 0 else [], "nonzero": [low]} for j in range(6)]
    for feature, z in zip(data["features"], (0.01, 1.9, 1.9, 1.9, 1.9, 1.9), strict=True):
        feature["pull"] = z
    weights = [[soft(z, a) for z in (0.01, 1.9, 1.9, 1.9, 1.9, 1.9)] for a in data["path"]["alphas"]]
    data["path"].update(index=list(range(6)), sd=[1.0] * 6, coefs_std=weights)
    driver = show(data)
    told = {}
    for position in (6, 10, 12):
        move(driver, position)
        rows = driver.find_elements(By.CSS_SELECTOR, "table.verdicts tbody tr[data-i]")
        told[position] = {
            int(row.get_attribute("data-i")): row.find_element(By.CSS_SELECTOR, ".badge").text[2:] for row in rows
        }
    assert told[6][0] == "zero, proved" and told[10][0] == "zero, computed"
    assert told[10][1] == "non-zero, computed" and told[12][1] == "non-zero, proved"


@needs_browser
def test_hostile_names_are_inert_in_the_file_and_in_what_is_copied(show):
    driver = show(explanation(HOSTILE))
    rows = saved_table(driver)
    assert len(rows) == len(HOSTILE)
    names = {row["feature"] for row in rows}
    for name in HOSTILE:
        text = name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # a file has no lone surrogates
        assert text in names or "'" + text in names
        assert text in names or set(text) & set("=+-@|%\t\r＝")
    assert not [cell for row in rows for cell in (row["feature"], row["verdict"]) if cell[:1] in set("=+-@\t\r")]
    python, command = driver.find_elements(By.CSS_SELECTOR, "#takeaway button")[:2]
    select = Select(driver.find_element(By.ID, "feature"))
    for j, name in enumerate(HOSTILE):
        select.select_by_value(str(j))
        python.click()
        code = driver.find_element(By.CSS_SELECTOR, ".copied:not([tabindex='-1'])").get_attribute("textContent")
        call = ast.parse(code).body[-1].value.args[0].args[0]
        assert ast.literal_eval(call) == name
        command.click()
        told = driver.find_element(By.CSS_SELECTOR, "#takeaway .copied").get_attribute("textContent")
        if "\x00" not in name and "\ud800" not in name:  # no shell has either
            word = told.split("--feature ", 1)[1].removesuffix("\n")
            assert subprocess.run(["bash", "-c", f"printf %s {word}"], capture_output=True, check=True).stdout == (
                name.encode()
            )
    assert driver.get_log("browser") == []


@needs_browser
def test_the_table_taken_away_has_names_as_they_are_and_no_formulas(show):
    names = ["age ", "＝1+1", "\u200b=1+1", "plain", "two\nlines", "=SUM(A1)"]
    rows = saved_table(show(explanation(names)))
    assert {row["feature"] for row in rows} == {"age ", "'＝1+1", "'\u200b=1+1", "plain", "two\nlines", "'=SUM(A1)"}


@needs_browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("names", [NAMES, HOSTILE, ["W" * 40] * 12, [f"g{k}" for k in range(120)]], ids=len)
def test_no_label_collides_at_any_alpha(show, names, width):
    data = explanation(names, seed=len(names))
    driver = show(data, width)
    for position in (0, 1, 17, 40, 60):
        move(driver, position)
        assert driver.execute_script(COLLISIONS) == [], position
        sideways = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert driver.execute_script(sideways) <= 0


@needs_axe
@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(show, scheme):
    driver = show(explanation(HOSTILE + NAMES))
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    try:
        assert accessibility_violations(driver) == []
        move(driver, 20)
        driver.find_element(By.CSS_SELECTOR, "#takeaway button").click()
        driver.find_element(By.CSS_SELECTOR, ".pick[tabindex='0']").send_keys(Keys.ENTER)
        assert accessibility_violations(driver) == []
    finally:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@needs_browser
def test_two_reports_live_in_shadow_roots_of_one_page(chromium):
    chromium.get("about:blank")
    parts = [fragment(explanation(NAMES[:size])) for size in (5, 9)]
    chromium.execute_async_script(
        """
        const [parts, script, done] = arguments;
        const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
        import(address).then(({ start }) => Promise.all(parts.map(([markup, style], k) => {
          const root = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'open' });
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(style);
          root.adoptedStyleSheets = [sheet];
          root.innerHTML = markup;
          return start(root);
        }))).then(() => done());
        """,
        [[str(part.markup), part.style] for part in parts],
        parts[0].script,
    )
    told = chromium.execute_async_script(
        """
        const done = arguments[0];
        const [one, two] = [...document.querySelectorAll('div')].map(host => host.shadowRoot);
        const range = two.getElementById('alpha');
        range.value = 3;
        range.dispatchEvent(new Event('input'));
        const told = root => [root.querySelectorAll('table.verdicts tbody tr[data-i]').length,
          root.querySelector('.standing').textContent];
        requestAnimationFrame(() => requestAnimationFrame(() => done([one, two].map(told))));
        """
    )
    assert [rows for rows, _ in told] == [5, 9]
    assert "certificate is about this alpha" in told[0][1] and "not proved" in told[1][1]


@pytest.mark.skipif(NODE is None, reason="needs Node")
@pytest.mark.parametrize("beside_weights", [False, True])
def test_packed_numbers_come_back_to_nine_digits(beside_weights):
    draw = np.random.default_rng(8)
    alphas = np.geomspace(3.0, 0.002, 40)
    table = draw.normal(size=(40, 25)) * 10.0 ** draw.uniform(-300, 300, size=25)
    table[:, 5:15] = np.cumsum(draw.normal(size=(40, 10)), axis=0)
    table[draw.random(table.shape) < 0.2] = 0.0
    table[draw.random(table.shape) < 0.05] = np.nan
    table[3, 0], table[4, 0] = 5e-324, -1.7e308
    script = joined_script("packed.js") + (
        "const given = JSON.parse((await import('node:fs')).readFileSync(0, 'utf8'));"
        "const bytes = Uint8Array.from(atob(given.bytes), (c) => c.charCodeAt(0));"
        "const beside = given.beside && unpackedTable(bytes, given.alphas, 25);"
        "const rows = unpackedTable(bytes.subarray(beside ? tableBytes(given.alphas, 25) : 0), given.alphas, 25,"
        "  beside && { weights: beside, tolls: given.tolls });"
        "console.log(JSON.stringify(rows.map((row) => [...row].map((v) => Number.isNaN(v) ? null : v))));"
    )
    packed, tolls = packed_numbers(table, alphas), draw.uniform(size=25)
    if beside_weights:
        weights = draw.normal(size=(40, 25)) * (draw.random((40, 25)) < 0.7)
        weights[:, :5] = np.linspace(1, 2, 40)[:, None]
        weights[5, 5:] = np.nan
        table[:, :3] = tolls[:3] * alphas[:, None] + 1.7 * weights[:, :3]
        packed = packed_numbers(weights, alphas) + packed_numbers(table, alphas, Beside(weights, tolls))
    text = base64.b64encode(packed).decode()
    given = {"alphas": alphas.tolist(), "bytes": text, "beside": beside_weights, "tolls": tolls.tolist()}
    told = subprocess.run(
        [NODE, "--input-type=module", "-e", script], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    back = np.array(json.loads(told.stdout), dtype=float)
    assert np.array_equal(np.isnan(back), np.isnan(table))
    usual = np.abs(table) > 1e-290
    assert back[usual] == pytest.approx(table[usual], rel=9.4e-10, abs=0)
    assert not back[table == 0].any()
