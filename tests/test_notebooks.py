"""Explanations in notebooks: the static table, and the notebooks of the docs executed."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import ipywidgets
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import whyzero as wz
from hostile_names import HOSTILE
from whyzero.report import fragment
from whyzero.report.names import visible
from whyzero.report.widget import widget, widget_script

NOTEBOOKS = Path(__file__).parents[1] / "docs" / "notebooks"


class Cells(HTMLParser):
    """Tags, attributes and the texts of the table's cells."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.rows = set(), set(), []
        self._open = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag == "tr":
            self.rows.append([])
        self._open = tag in ("th", "td") or (self._open and tag in ("bdi", "i", "b", "wbr"))
        if tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self._open:
            self.rows[-1][-1] += data

    def handle_endtag(self, tag):
        self._open = self._open and tag not in ("th", "td")


def explained(names, n_alive=3):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, len(names)))
    return wz.explain(wz.fit(X, X[:, :n_alive].sum(axis=1) + rng.standard_normal(60), alpha=0.2, feature_names=names))


def test_the_table_of_a_cell_has_the_numbers_of_the_explanation():
    explanation = explained([f"column {k}" for k in range(12)])
    _, *rows = Cells(explanation._repr_html_()).rows
    table = explanation.table.set_index("feature")
    assert len(rows) == 12
    for name, coef, pull, toll, verdict, reason in rows:
        row = table.loc[name]
        assert float(coef.replace("−", "-")) == pytest.approx(row.coef, rel=1e-3)
        assert float(pull) == pytest.approx(row.pull, rel=5e-3)
        assert float(toll) == pytest.approx(row.toll, rel=5e-3)
        assert verdict[2:] == row.verdict
        assert reason == row.reason
    ratios = [table.loc[row[0]].ratio for row in rows]
    assert ratios == sorted(ratios, reverse=True)


def test_a_cell_stays_small_and_says_what_it_leaves_out():
    explanation = explained([f"column {k}" for k in range(500)])
    text = explanation._repr_html_()
    assert len(text) < 12_000
    assert len(Cells(text).rows) == 21
    hidden = sorted(explanation.rows, key=lambda row: -row.ratio)[20:]
    assert f"And 480 more with smaller pull / toll, {sum(row.coef == 0 for row in hidden)} of them zero" in text
    assert f"Of 500 weights, {explanation.header.zero} are exactly zero, {explanation.header.nonzero} not." in text


def test_hostile_names_are_inert_in_a_cell():
    found = Cells(explained(HOSTILE)._repr_html_())
    assert found.tags == {
        "div", "style", "p", "strong", "bdi", "span", "b", "table", "thead", "tbody", "tr", "th", "td", "i", "wbr"
    }  # fmt: skip
    assert found.attributes <= {"class", "scope", "aria-hidden", "title"}
    shown = {row[0] for row in found.rows}
    assert {visible(name) for name in HOSTILE if len(visible(name)) <= 40} <= shown


def test_style_and_script_of_a_cell_touch_nothing_else():
    text = explained(["a", "b", "c"])._repr_html_()
    style = text.split("<style>")[1].split("</style>")[0]
    selectors = [part.strip() for rule in re.findall(r"([^{}]+)\{", style) for part in rule.split(",")]
    assert selectors
    assert all(selector.startswith(".whyzero-cell") for selector in selectors)


def test_a_widget_holds_the_report_and_one_module():
    explanation = explained(["a", "b", "<script>"])
    shown, parts = explanation.widget(), fragment(explanation.data())
    assert shown.markup == parts.markup
    assert shown.sheet == parts.style
    assert str(shown._esm) == widget_script()
    inherited = set(ipywidgets.DOMWidget().traits()) | {"style"}  # names that the notebook reads in its own way
    assert {"markup", "sheet"} & inherited == set()
    assert not re.search(r"\b(import|fetch|XMLHttpRequest|localStorage|eval)\b\s*[({\"]", widget_script())


def test_without_anywidget_the_extra_is_named(monkeypatch):
    from whyzero.report import widget as module

    module._widget_class.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ImportError, match=re.escape("pip install 'whyzero[widget]'")):
        widget(explained(["a", "b", "c"]).data())
    module._widget_class.cache_clear()


@pytest.mark.filterwarnings("default")
def test_the_jupyter_notebook_runs():
    notebook = nbformat.read(NOTEBOOKS / "jupyter.ipynb", as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    client.execute()
    table, why, shown = (cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    assert 'class="whyzero-cell"' in table[-1].data["text/html"]
    assert "`worst perimeter`" in why[-1].text
    view = shown[-1].data["application/vnd.jupyter.widget-view+json"]
    state = client.widget_state[view["model_id"]]
    assert "worst perimeter" in state["markup"]
    assert "export default" in state["_esm"]


def test_the_marimo_notebook_runs(tmp_path):
    page = tmp_path / "notebook.html"
    notebook = shutil.copy(NOTEBOOKS / "marimo_notebook.py", tmp_path)  # marimo writes a folder beside it
    command = [sys.executable, "-m", "marimo", "export", "html", notebook, "-o", page]
    run = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    text = html.unescape(page.read_text("utf-8"))
    assert "whyzero-cell" in text
    assert "marimo-anywidget" in text
