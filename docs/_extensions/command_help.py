"""The directive ``command-help``: what ``whyzero COMMAND --help`` prints, taken from the program itself."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

_WIDTH = 88


class CommandHelp(Directive):
    """``command-help`` with the words of a command, or none for the program."""

    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """The help text as a literal block."""
        words = self.arguments[0].split() if self.arguments else []
        text = subprocess.run(
            [sys.executable, "-m", "whyzero", *words, "--help"],
            env={**os.environ, "COLUMNS": str(_WIDTH), "NO_COLOR": "1"},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        block = nodes.literal_block(text, text, language="text")
        self.state.document.settings.record_dependencies.add(sys.modules["whyzero"].__file__)
        return [block]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
