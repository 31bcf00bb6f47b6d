"""What a report may do: its policy, its script, and names that stay names."""

from __future__ import annotations

import base64
import hashlib

from hostile_names import HOSTILE
from orthonormal_explanation import explanation
from page_reader import read, unpacked_bytes, verdict_rows
from whyzero.report import render
from whyzero.report.names import visible
from whyzero.report.script import SCRIPTS, joined_script

NAMES = [f"column {k}" for k in range(30)]


def test_hostile_names_are_shown_as_they_are():
    data = explanation(HOSTILE)
    data["title"] = data["target"] = HOSTILE[0]
    data["classes"] = [HOSTILE[1], HOSTILE[2]]
    page = read(render(data))
    assert [node.attributes.get("type") for node in page.all("script")] == [*["text/plain"] * 4, "module"]
    assert not page.all("img") and len(page.all("style")) == 1
    for article in page.all("article"):
        name = HOSTILE[int(article.attributes["id"].removeprefix("why-"))]
        assert article.all("h3")[0].text == visible(name)
    for row in verdict_rows(page):
        name, cell = visible(HOSTILE[int(row.attributes["data-i"])]), row.all("th")[0]
        head, _, tail = cell.text.partition("…")
        assert cell.text == name or (name.startswith(head) and name.endswith(tail) and len(name) > 32)
    assert visible("age ") != visible("age") != visible(" age")


def test_the_policy_names_the_hashes_of_exactly_this_style_the_loader_and_what_it_unpacks():
    page = read(render(explanation(NAMES)))
    policy = next(n for n in page.all("meta") if n.attributes.get("http-equiv") == "Content-Security-Policy")
    script = unpacked_bytes(page.by_id("script").text).decode("utf-8")
    assert script == joined_script("page.js", (SCRIPTS / "without_account", SCRIPTS / "without_accounts", SCRIPTS))
    packed, loader, style = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (script, page.all("script")[-1].text, page.all("style")[0].text)
    )
    assert policy.attributes["content"] == (
        f"default-src 'none'; script-src 'sha256-{packed}' 'sha256-{loader}'; style-src 'sha256-{style}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    order = [node.attributes.get("http-equiv", node.tag) for node in page.all() if node.tag in {"meta", "style"}]
    assert order.index("Content-Security-Policy") < order.index("style")


def test_no_element_carries_a_style_an_event_or_an_address():
    for node in read(render(explanation(HOSTILE))).all():
        assert not [key for key in node.attributes if key == "style" or key.startswith("on")]
        assert {node.attributes.get(key, "data:,") for key in ("href", "src", "action", "xlink:href")} == {"data:,"}


def test_the_script_writes_text_and_never_markup():
    script = (joined_script("loader.js") + joined_script("page.js")).replace('"import whyzero as wz"', "")
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
        ".style",
        "fetch(",
    ):
        assert forbidden not in script
    assert "import " not in script
