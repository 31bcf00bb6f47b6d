"""``whyzero demo``: the demonstration on the screen."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table
from rich.text import Text

from whyzero.cli.screen import Screen
from whyzero.cli.text import visible
from whyzero.demo import DATA_SETS, Part, demonstrate, tell, two_features
from whyzero.pipeline import FitOptions

__all__ = ["run"]


def run(out: Path) -> None:
    """Fit both data sets, tell the story, and say what was written."""
    screen = Screen()
    with screen.progress(len(DATA_SETS) * FitOptions(()).n_stages) as stages:
        demonstration = demonstrate(out, stages.begin)
    screen.title("Why does L1 make weights exactly zero, and L2 not?")
    for part in tell(demonstration):
        _show(screen, part)
    screen.heading("Files")
    for table, folder in zip(demonstration.tables, demonstration.folders, strict=True):
        screen.labelled("Table", str(table))
        screen.labelled("Fit", *(str(file) for file in demonstration.files if file.parent == folder))
    folder, table = demonstration.folders[0], demonstration.tables[0]
    zero, _ = two_features(demonstration.fits[0].explanation)
    screen.labelled(
        "Next",
        f"open {folder / 'report.html'}",
        f'whyzero why {folder} --feature "{zero.name}"',
        f"whyzero verify {folder} {table}",
        "whyzero fit YOUR.csv --target COLUMN",
    )


def _show(screen: Screen, part: Part) -> None:
    screen.heading(part.title)
    if part.table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for i, head in enumerate(part.table[0]):
            table.add_column(head, justify="left" if i == 0 else "right", no_wrap=True)
        for line in part.table[1:]:
            table.add_row(*(Text(visible(cell)) for cell in line))
        screen.show(table)
    for label, text in part.rows:
        screen.labelled(label, text)
