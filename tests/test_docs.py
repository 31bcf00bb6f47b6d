"""The pages in docs/: every example runs and prints what the page shows, and every public name is in the reference."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

import docs_pages
import whyzero as wz
from docs_pages import ROOT

PAGES = docs_pages.pages()
REFERENCE = ROOT / "docs" / "api"


@pytest.mark.filterwarnings("default")  # a warning of a page's example is part of what its reader sees
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_print_what_it_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__"}
    for example in docs_pages.examples(page.read_text("utf-8")):
        got = docs_pages.run(example, namespace, str(page))
        where = f"{page.name}, block of line {example.line}: {example.source}"
        assert example.wanted is None or docs_pages.agrees(example.wanted, got), f"{where}\nprinted\n{got}"


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/**/*.md")), ids=lambda page: page.name)
def test_code_that_is_not_run_can_be_compiled_at_least(page):
    for source in re.findall(r"^```py\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        ast.parse(source)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_line_of_an_example_is_wider_than_the_page(page):
    for source in re.findall(r"^```(?:python|py|r)\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        assert max(map(len, source.splitlines())) <= 96


def test_a_wrong_output_is_noticed():
    text = "```python\nprint(2.5)\n```\n\n```text\n2.6\n```\n"
    (example,) = docs_pages.examples(text)
    assert (example.wanted, docs_pages.run(example, {}, "page")) == ("2.6\n", "2.5\n")
    assert not docs_pages.agrees(example.wanted, "2.5\n")


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('<a href="other.html#there">', None),
        ('<a href="other.html#elsewhere">', "a place that is not there"),
        ('<a href="missing.html">', "which is not there"),
        ('<script src="https://example.org/x.js"></script>', "loads https://example.org/x.js"),
        ('<link rel="stylesheet" href="//example.org/x.css">', "loads //example.org/x.css"),
        ('<img src="missing.png">', "which is not there"),
        ('<link rel="icon" href="data:,">', None),
        ('<a href="https://example.org/">', None),
    ],
)
def test_the_check_of_the_site_finds_dead_links_and_what_would_be_loaded(tmp_path, body, complaint):
    (tmp_path / "index.html").write_text(body, "utf-8")
    (tmp_path / "other.html").write_text('<p id="there">', "utf-8")
    script = [sys.executable, str(ROOT / "docs" / "_extensions" / "check_site.py"), str(tmp_path)]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == (complaint is not None)
    assert complaint is None or complaint in done.stdout


def test_every_public_name_is_in_the_reference():
    listed = re.findall(r"^   (\w+)$", (REFERENCE / "index.md").read_text("utf-8"), re.MULTILINE)
    own_page = {page.stem: page.read_text("utf-8") for page in REFERENCE.glob("*.md") if page.stem in wz.__all__}
    assert sorted([*listed, *own_page, "__version__"]) == sorted(wz.__all__)
    for name, text in own_page.items():
        assert f"automodule:: whyzero.{name}\n   :members:" in text or f"autofunction:: {name}" in text
