"""The explorer's file: its words, its policy, what it refuses, and the command that writes it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import webbrowser
from pathlib import Path
from urllib.parse import urljoin, urlparse
from urllib.request import url2pathname

import numpy as np
import pytest
from typer.testing import CliRunner

import whyzero as wz
from page_reader import unpacked_bytes
from whyzero.cli import app
from whyzero.errors import InputError
from whyzero.explorers import render_explorer
from whyzero.explorers.data import CELLS, FEATURES
from whyzero.explorers.panels import PANELS
from whyzero.explorers.thread import STATEMENTS

ROOT = Path(__file__).parents[1]


def embedded(page: str) -> list[dict]:
    packed = re.search(r'class="explorer-data">(.*?)</script>', page, re.DOTALL).group(1)
    return json.loads(unpacked_bytes(packed))


def test_the_twelve_judgements_are_those_of_the_text():
    rows = []
    for line in (ROOT / "docs" / "why.md").read_text("utf-8").replace(r"\|", "\0").splitlines():
        row = re.fullmatch(r"\| (.*) \| (true|imprecise|wrong) \| (.*) \|", line)
        if row:
            rows.append(tuple(re.sub(r"[*`]", "", part).replace("\0", "|") for part in row.groups()))
    assert list(STATEMENTS) == rows and len(rows) == 12


def test_the_policy_names_the_script_and_the_style_by_their_hashes():
    page = render_explorer()
    (loader,) = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    (packed,) = re.findall(r'<script type="text/plain" id="script">(.*?)</script>', page, re.DOTALL)
    script = unpacked_bytes(packed).decode("utf-8")
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    for text in (script, loader, style):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"&#39;sha256-{digest}&#39;" in page
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert "default-src &#39;none&#39;" in policy and "unsafe" not in policy
    for forbidden in ("innerHTML", "fetch(", "XMLHttpRequest", "localStorage", "eval(", "http://", " style="):
        assert forbidden not in (page + script).replace("http://www.w3.org/2000/svg", "")


def test_both_sides_have_the_same_limits():
    table = (ROOT / "src" / "whyzero" / "explorers" / "templates" / "table.js").read_text("utf-8")
    assert f"CELLS = {CELLS:_};" in table and f"FEATURES = {FEATURES};" in table


def test_data_travel_with_the_page(tmp_path):
    X, y = np.arange(12.0).reshape(6, 2) ** 2, np.array(["no", "yes"] * 3)
    page = wz.explorer(tmp_path / "page.html", X, y, target="bought", title="mine").read_text("utf-8")
    own, toy = embedded(page)
    assert own["columns"] == X.T.tolist() and own["y"] == [0, 1, 0, 1, 0, 1]
    assert own["classes"] == ["no", "yes"] and own["loss"] == "logistic" and own["target"] == "bought"
    assert toy["alpha"] == 0.05 and len(toy["names"]) == 30


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.zeros((5, 2)), None, "y is missing"),
        (np.zeros((5, FEATURES + 1)), np.arange(5.0), "too many for the explorer"),
        (np.zeros((CELLS, 2)), np.arange(float(CELLS)), "too many for the explorer"),
        (np.array([[1.0, np.nan]] * 3), np.arange(3.0), "nan"),
    ],
)
def test_what_a_page_cannot_take_is_refused(tmp_path, X, y, message):
    with pytest.raises(InputError, match=message):
        wz.explorer(tmp_path / "page.html", X, y)
    assert not list(tmp_path.iterdir())


def test_the_command_writes_the_page_and_opens_it(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda address: bool(opened.append(address)) or True)
    table = tmp_path / "table.csv"
    table.write_text("size,colour,price\n" + "".join(f"{i % 7},{'ab'[i % 2]},{i * i}\n" for i in range(30)), "utf-8")
    out = tmp_path / "deep" / "page.html"
    done = CliRunner().invoke(app, ["explore", str(table), "--target", "price", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert opened == [out.resolve().as_uri()]
    own = embedded(out.read_text("utf-8"))[0]
    assert own["title"] == "table.csv" and own["target"] == "price" and own["y"][:3] == [0, 1, 4]
    assert any("colour" in name for name in own["names"]) and [i % 7 for i in range(30)] in own["columns"]
    CliRunner().invoke(app, ["explore", "--no-open", "--out", str(out)])
    assert len(opened) == 1 and len(embedded(out.read_text("utf-8"))) == 1


def test_every_panel_links_to_its_place_in_the_report_of_the_user(tmp_path):
    X = np.random.default_rng(0).standard_normal((60, 4))
    fit = wz.fit(X, X[:, 0] + np.random.default_rng(1).standard_normal(60), alpha=0.2)
    report = tmp_path / "reports" / "javascript:alert(1)'\"><b>#?.html"
    report.parent.mkdir()
    wz.explain(fit, resamples=3, steps=200).to_html(report)
    out = tmp_path / "pages" / "page.html"
    done = CliRunner().invoke(app, ["explore", "--no-open", "--out", str(out), "--report", str(report)])
    assert done.exit_code == 0, done.output
    links = re.findall(r'<p class="own"><small><a href="([^"]*)">', out.read_text("utf-8"))
    assert len(links) == len([panel for panel in PANELS if panel.own])
    for link in links:
        address, place = urljoin(out.as_uri(), link).split("#")
        assert Path(url2pathname(urlparse(address).path)) == report
        assert f'id="{place}"' in report.read_text("utf-8"), place
    assert '<p class="own"><small>In your report' in render_explorer()


def test_a_report_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="is not a file"):
        wz.explorer(tmp_path / "page.html", report="javascript:alert(1)")
    assert not list(tmp_path.iterdir())


def test_options_without_data_are_refused():
    for options in (["--target", "y"], ["--where", "a > 1"]):
        done = CliRunner().invoke(app, ["explore", "--no-open", *options])
        assert isinstance(done.exception, InputError) and "needs DATA" in str(done.exception)
