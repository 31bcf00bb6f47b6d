"""The page of the explorer as one offline HTML file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup
from numpy.typing import ArrayLike

from whyzero.errors import InputError
from whyzero.explorers.data import DataSet, array_data, toy_data
from whyzero.explorers.panels import PANELS
from whyzero.explorers.thread import STATEMENTS
from whyzero.models import write_atomically
from whyzero.report.policy import packed_json, sources
from whyzero.report.script import SCRIPTS, joined_script

__all__ = ["explorer", "render_explorer", "report_address"]

TEMPLATES = files("whyzero.explorers") / "templates"


def explorer(
    file: str | Path = "whyzero-explorer.html",
    X: Any = None,
    y: ArrayLike | None = None,
    *,
    feature_names: Sequence[str] | None = None,
    target: str = "y",
    title: str = "your data",
    report: str | Path | None = None,
) -> Path:
    """Write the page in which the question "why is a weight exactly zero?" is answered by hand.

    The page is one file: it needs no network, stores nothing, and computes its fits and proofs itself. A reader can
    open a CSV file in it; what is read does not leave the page.

    Parameters
    ----------
    file : str or Path
        Where it is written.
    X : array-like or data frame of shape (n_rows, n_cols), optional
        Data that the page brings along, beside its own; at most 100 columns and 100,000 numbers.
    y : array-like of shape (n_rows,), optional
        What is predicted; two different labels ask for the logistic loss, other numbers for the squared one.
    feature_names : sequence of str, optional
        Names of the columns, in place of those of X.
    target, title : str
        How the page calls what is predicted, and the data.
    report : str or Path, optional
        A report of yours (`whyzero.Explanation.to_html`), to which every panel links; move it only with the page.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If the data cannot be used, only one of X and y is given, or there is no such report.
    DataFileError
        If the file cannot be written.
    """
    if (X is None) != (y is None):
        raise InputError(f"{'X' if X is None else 'y'} is missing: the explorer takes X and y together, or neither")
    given = (
        [] if X is None or y is None else [array_data(X, y, feature_names=feature_names, target=target, title=title)]
    )
    path = Path(file)
    address = None if report is None else report_address(Path(report), path)
    write_atomically(path, render_explorer(given, report=address))
    return path


def report_address(report: Path, page: Path) -> str:
    """The address of a report as seen from the page: a path with every special character escaped, thus never a script.

    Raises
    ------
    InputError
        If there is no such file.
    """
    if not report.is_file():
        raise InputError(
            f"the report {str(report)!r} is not a file; whyzero fit --out DIR and Explanation.to_html write one"
        )
    try:
        return quote(Path(os.path.relpath(report.resolve(), page.resolve().parent)).as_posix())
    except ValueError:  # on another drive of Windows there is no relative path
        return report.resolve().as_uri()


def render_explorer(given: Sequence[DataSet] = (), *, report: str | None = None) -> str:
    """The text of the page; write it as UTF-8.

    Parameters
    ----------
    given : sequence of DataSet
        Data of the user's own, shown before those that the page always has.
    report : str, optional
        What `report_address` returns.

    Notes
    -----
    As in the report, a content security policy by hash forbids everything but the page's own style and script.
    """
    from whyzero import __version__

    script = joined_script("page.js", (TEMPLATES, SCRIPTS))
    style = (files("whyzero.report") / "templates" / "report.css").read_text(encoding="utf-8") + _source("explorer.css")
    fragment = _template("fragment.html").render(
        panels=PANELS, statements=STATEMENTS, version=__version__, data=packed_json([*given, toy_data()]), report=report
    )
    return _template("explorer.html").render(
        fragment=Markup(fragment),
        sources=sources(script, style),
        version=__version__,
    )


def _template(name: str) -> jinja2.Template:
    return _environment().from_string(_source(name))


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
