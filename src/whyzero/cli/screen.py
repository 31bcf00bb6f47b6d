"""The terminal: a progress bar with the stage, labelled paragraphs, tables; plain text when piped.

Names and messages come from data. They are printed as text only (markup, emoji and highlighting are
off), and control characters are shown as escapes. A reader that closes the pipe is not an error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from whyzero.cli.text import visible

__all__ = ["Screen", "Stages"]

_PLAIN_WIDTH = 132
_LABEL_WIDTH = 10


class Stages:
    """Where a long command is: the name of the stage and the share that is done."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self._begun = 0

    def begin(self, stage: str) -> None:
        """Name the stage that begins now; those before it are done."""
        self._progress.update(self._task, description=visible(stage), completed=self._begun, refresh=True)
        self._begun += 1


class Screen:
    """Prints paragraphs and tables.

    Parameters
    ----------
    quiet : bool, default False
        Print nothing; progress is still shown where standard error is a terminal.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._out = _console(sys.stdout)
        self._live = self._out if self._out.is_terminal and not quiet else _console(sys.stderr)

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return self._out.width

    @contextmanager
    def progress(self, total: int) -> Iterator[Stages]:
        """A bar of `total` stages; it vanishes at the end, and is not drawn where nobody watches."""
        bar = Progress(
            BarColumn(bar_width=30),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=self._live,
            transient=True,
            disable=not self._live.is_terminal,
        )
        with bar:
            yield Stages(bar, bar.add_task("", total=total))

    def show(self, renderable: RenderableType) -> None:
        """Print a table or a text, without blanks at the ends of lines where no terminal needs them."""
        if self.quiet:
            return
        if self._out.is_terminal:
            self._out.print(renderable)
            return
        with self._out.capture() as captured:
            self._out.print(renderable)
        for line in captured.get().splitlines():
            self._out.print(Text(line.rstrip()), soft_wrap=True)

    def blank(self) -> None:
        """Print an empty line."""
        self.show(Text(""))

    def title(self, text: str) -> None:
        """Print the first line of a page."""
        self.show(Text(visible(text), style="bold underline"))

    def heading(self, text: str) -> None:
        """Print the first line of a part, with an empty line above it."""
        self.blank()
        self.show(Text(visible(text), style="bold"))

    def text(self, text: str) -> None:
        """Print a paragraph."""
        self.show(Text(visible(text)))

    def labelled(self, label: str, *paragraphs: str) -> None:
        """Print paragraphs beside a label."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=_LABEL_WIDTH, no_wrap=True, style="bold")
        grid.add_column(overflow="fold")
        for i, paragraph in enumerate(paragraphs):
            grid.add_row(label if i == 0 else "", Text(visible(paragraph)))
        self.show(grid)

    def indented(self, renderable: RenderableType) -> None:
        """Print a table below the paragraphs of a label."""
        self.show(Padding(renderable, (0, 0, 0, _LABEL_WIDTH + 1)))


def _console(stream: TextIO) -> Console:
    console = Console(file=stream, markup=False, highlight=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PLAIN_WIDTH
    return console
