"""Output that is one long sentence is marked as prose, so that a narrow screen can break its lines anew."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

_LONG = 60


def _mark(app: Sphinx, doctree: nodes.document) -> None:
    for block in doctree.findall(nodes.literal_block):
        *lines, _ = block.astext().rstrip("\n").split("\n")
        if block.get("language") == "text" and lines and all(len(line) > _LONG and "  " not in line for line in lines):
            block["classes"].append("prose")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the mark."""
    app.connect("doctree-read", _mark)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
