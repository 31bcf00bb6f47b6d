"""The explorer, written beside the pages when this version of whyzero has one.

The directive ``explorer`` embeds it. Without an explorer it stands for nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

import whyzero

_FILE = "whyzero-explorer.html"
_PLACE = (
    f'<p>Or find out by hand: <a href="{_FILE}">the explorer, on a page of its own</a>.</p>'
    f'<iframe class="explorer" src="{_FILE}" title="The explorer" loading="lazy"></iframe>'
)


def _exists() -> bool:
    return "explorer" in whyzero.__all__


class Explorer(Directive):
    """``explorer``, without arguments."""

    def run(self) -> list[nodes.Node]:
        """A frame with the explorer, and a link to it."""
        return [nodes.raw("", _PLACE, format="html")] if _exists() else []


def _write(app: Sphinx, error: Exception | None) -> None:
    if error is None and _exists():
        whyzero.explorer(Path(app.outdir) / _FILE)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, and the writing of the page."""
    app.add_directive("explorer", Explorer)
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
