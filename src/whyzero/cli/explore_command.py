"""``whyzero explore``: the page in which the question is answered by hand."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["explore"]


def explore(  # noqa: PLR0917
    data: Annotated[
        list[str] | None, typer.Argument(metavar="[DATA]", help="Your own data: CSV, Parquet, JSON or libsvm files.")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="The column to be predicted (not needed for libsvm files).")
    ] = None,
    where: Annotated[str | None, typer.Option(metavar="SQL", help="Use only rows with this condition.")] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the page is written.")] = Path(
        "whyzero-explorer.html"
    ),
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A report of yours, to which every panel links.")
    ] = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
) -> None:
    """Write a page on which you find out by hand why L1 makes weights zero, and L2 does not."""
    from whyzero.cli.screen import Screen
    from whyzero.errors import InputError
    from whyzero.explorers import render_explorer, report_address, table_data
    from whyzero.models import write_atomically
    from whyzero.tables import read_table

    if not data and (target is not None or where is not None):
        raise InputError(f"{'--target' if target is not None else '--where'} needs DATA, the files it is about")
    given = []
    if data:
        title = Path(data[0]).name + (f" and {len(data) - 1} more" if len(data) > 1 else "")
        given.append(table_data(read_table(data, where=where), target, title=title))
    address = None if report is None else report_address(report, out)
    write_atomically(out, render_explorer(given, report=address))
    screen = Screen()
    screen.labelled("Page", str(out))
    if show and not webbrowser.open(out.resolve().as_uri()):
        screen.labelled("Next", "no browser was found here; open the page in yours")
