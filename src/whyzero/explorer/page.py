"""The page of the explorer as one offline HTML file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from whyzero.explorer.panels import PANELS
from whyzero.explorer.data import toy_data
from whyzero.explorer.thread import STATEMENTS
from whyzero.models import write_atomically
from whyzero.report.policy import content_policy, embedded_json, inline_source
from whyzero.report.script import SCRIPTS, joined_script

__all__ = ["explorer", "render_explorer"]

_TEMPLATES = files("whyzero.explorer") / "templates"


def render_explorer() -> str:
    """The text of the page."""
    from whyzero import __version__

    script = joined_script("page.js", (_TEMPLATES, SCRIPTS))
    style = (files("whyzero.report") / "templates" / "report.css").read_text(encoding="utf-8") + _source("explorer.css")
    words = {"panels": PANELS, "version": __version__, "statements": STATEMENTS, "data": embedded_json([toy_data()])}
    return (
        _environment()
        .from_string(_source("explorer.html"))
        .render(
            fragment=Markup(_environment().from_string(_source("fragment.html")).render(words)),
            policy=content_policy(script, style),
            style=inline_source(style),
            script=inline_source(script),
            version=__version__,
        )
    )


def explorer(file: str | Path) -> None:
    Path(file).write_text(render_explorer(), encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")
