"""The examples of the pages in docs/: how they are found, run, and written back.

A ``python`` block is run, in the namespace of its page; what it prints stands in the ``text`` block right after it. A
line of a ``console`` block that starts with ``$`` is run, too; the lines below it, if any, are its output. ``...``
stands for anything. ``py`` and ``r`` blocks need other packages and are not run. The blocks of a page share a folder.

``python tests/docs_pages.py docs/tour.md`` runs a page and writes what was printed into its ``text`` blocks.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"^```(python|console)\n(.*?)^```\n(?:\n*```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
_CHECKER = doctest.OutputChecker()
_WIDTH = "88"  # what fits beside the lists of pages and sections


@dataclass(frozen=True)
class Example:
    """A block, what it should print (None: it says nothing about that), and where it stands in the page."""

    kind: str
    source: str
    wanted: str | None
    line: int
    span: tuple[int, int]


def pages() -> list[Path]:
    """Every page that has a block to be run."""
    return [page for page in sorted(ROOT.glob("docs/**/*.md")) if _BLOCK.search(page.read_text("utf-8"))]


def examples(text: str) -> Iterator[Example]:
    """The blocks of a page, commands one by one."""
    for match in _BLOCK.finditer(text):
        kind, source, wanted = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        if kind == "python":
            yield Example(kind, source, wanted or "", line, match.span(3))
            continue
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", source, re.MULTILINE):
            yield Example(kind, command, output or None, line, (-1, -1))


def run(example: Example, namespace: dict[str, Any], page: str) -> str:
    """What the block prints, in the current folder."""
    if example.kind == "console":
        return _run_command(example.source)
    printed = io.StringIO()
    # The empty lines make the line numbers of a traceback those of the page.
    code = compile("\n" * example.line + example.source, page, "exec", dont_inherit=True)
    with contextlib.redirect_stdout(printed):
        exec(code, namespace)
    return printed.getvalue()


def _run_command(command: str) -> str:
    program, *words = shlex.split(command, comments=True)
    start = {"whyzero": [sys.executable, "-m", "whyzero"], "python": [sys.executable]}[program]
    environment = {**os.environ, "COLUMNS": _WIDTH, "NO_COLOR": "1"}
    done = subprocess.run(
        [*start, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.stdout + (f"exit code {done.returncode}\n" if done.returncode else "")


def agrees(wanted: str, got: str) -> bool:
    """Whether the output is the wanted one, blanks and ``...`` aside."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return _CHECKER.check_output(wanted, got, flags)


def rewritten(page: Path) -> str:
    """The page with what its Python blocks print now."""
    text = page.read_text("utf-8")
    pieces, end, namespace = [], 0, {"__name__": "__main__"}
    for example in examples(text):
        got = run(example, namespace, str(page))
        if example.span[0] >= 0 and not agrees(example.wanted or "", got):
            pieces += [text[end : example.span[0]], "".join(map(_fitted, got.splitlines()))]
            end = example.span[1]
        elif example.kind == "console":
            print(f"$ {example.source}\n{got}")
    return "".join([*pieces, text[end:]])


def _fitted(line: str) -> str:
    """The line, broken if it is a sentence too long for a page; a row of a table has gaps."""
    sentence = len(line) > int(_WIDTH) and "  " not in line.strip()
    return (textwrap.fill(line, int(_WIDTH)) if sentence else line.rstrip()) + "\n"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name).resolve()
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            new = rewritten(path)
        path.write_text(new, "utf-8")
