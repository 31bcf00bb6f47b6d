"""The page: one offline HTML file, or its parts to be shown elsewhere, from the dict of an explanation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from whyzero.report.along import along, kept_words
from whyzero.report.checking import checked
from whyzero.report.cv_figure import choices, cv_curve
from whyzero.report.evidence_figure import evidence, evidence_words
from whyzero.report.facts import facts, lede, tally, verdict_counts
from whyzero.report.island import island
from whyzero.report.names import markup, plain_prose, prose, shorten, visible
from whyzero.report.number_format import trimmed
from whyzero.report.path_figure import Window, path_panel, window
from whyzero.report.policy import packed_json, sources
from whyzero.report.pull_figure import fit_panel, partner_panel
from whyzero.report.pull_path_figure import MOST_ALIVE, MOST_ZEROS, pull_path_panel
from whyzero.report.schema import Data, PathData
from whyzero.report.script import SCRIPTS, joined_script
from whyzero.report.shown_rows import Gap, drawn, shown_rows
from whyzero.report.steps_figure import steps_figure, steps_words
from whyzero.report.summary import sentences
from whyzero.report.verdict_table import LISTED, Row, Table, verdict_table
from whyzero.report.verdicts import held, other_colours, penalty_name, ranked
from whyzero.report.zero_atom_figure import zero_atom

__all__ = ["Fragment", "fragment", "render"]

TITLE_LIMIT = 200
SHOWN_LEVEL = "user"
PACKED_LEVELS = ("learner", "user", "expert")
REASONS = 6
START, PAGE = "whyzero.js", "page.js"
EMPTY = (("account", "without_account"), ("accounts", "without_accounts"))


@dataclass(frozen=True)
class Fragment:
    """The report as parts for another page, such as a cell of a notebook.

    Attributes
    ----------
    markup : Markup
        One ``<div class="report">`` with figures, table and sentences, all names escaped; it reads without script.
    style : str
        The style sheet. In a shadow root it touches nothing but the report.
    script : str
        An ES module that exports ``start(root)``: brings to life the report in `root`, which is a document, a shadow
        root or any element that holds the markup.
    """

    markup: Markup
    style: str
    script: str


def fragment(data: dict[str, Any]) -> Fragment:
    """Draw an explanation as markup, style and script.

    Parameters
    ----------
    data : dict
        What ``Explanation.data()`` returns: schema ``whyzero/explanation/1``.

    Raises
    ------
    ModelFormatError
        If `data` follows another schema, or lacks a key.
    """
    known = checked(data)
    return _fragment(known, _script(known, START))


def render(data: dict[str, Any]) -> str:
    """Draw an explanation as one HTML file that needs no network and no JavaScript to be read.

    Parameters
    ----------
    data : dict
        What ``Explanation.data()`` returns: schema ``whyzero/explanation/1``.

    Returns
    -------
    str
        The file's text; write it as UTF-8.

    Raises
    ------
    ModelFormatError
        If `data` follows another schema, or lacks a key.

    Notes
    -----
    A content security policy by hash forbids everything but the page's own style and script, so a name
    in the data can neither run nor load anything.
    """
    known = checked(data)
    shown = _fragment(known, _script(known, PAGE))
    return (
        _environment()
        .from_string(_source("report.html"))
        .render(
            fragment=shown,
            sources=sources(shown.script, shown.style),
            title=shorten(visible(known["title"]), TITLE_LIMIT),
            version=known["whyzero"],
        )
    )


def _script(known: Data, entry: str) -> str:
    """The script; modules for what this file does not hold are replaced by empty ones."""
    empty = [SCRIPTS / folder for key, folder in EMPTY if known.get(key) is None]
    return joined_script(entry, (*empty, SCRIPTS))


def _fragment(known: Data, script: str) -> Fragment:
    order = ranked(known)
    table = verdict_table(known, order)
    rows = shown_rows(known, order)
    fits, numbers = along(known, order[:LISTED], drawn(rows))
    markup_text = (
        _environment()
        .from_string(_source("fragment.html"))
        .render(
            island=packed_json({**island(known, order), "along": fits}),
            numbers=numbers,
            words=packed_json(_packed_sentences(known, table)),
            heading=markup(known["title"], TITLE_LIMIT),
            lede=lede(known),
            sentences=sentences(known),
            tally=tally(known),
            verdict_counts=verdict_counts(known),
            facts=facts(known),
            warnings=[prose(sentence) for sentence in known["warnings"]],
            explained=trimmed(known["problem"]["alpha"]),
            objective=prose(known["problem"]["objective"]),
            elsewhere=[
                (package, *text.partition("; ")[::2]) for package, text in known["problem"]["elsewhere"].items()
            ],
            status=known["problem"]["status"],
            partner=known["partner"],
            held=None if known["partner"] is None else held(known["partner"]),
            other_colours=other_colours(known),
            penalty=penalty_name(known["problem"]["l1_ratio"]),
            has_toll=known["problem"]["l1_ratio"] > 0,
            positive=known["problem"]["positive"],
            table=table,
            total=len(known["features"]),
            reasons=[_reason(known, row) for row in table.rows[:REASONS]],
            steps_follow=fits["steps"] is not None,
            pull_path_lines=(MOST_ALIVE, MOST_ZEROS),
            certificate=known["certificate"],
            version=known["whyzero"],
            choices=choices(known),
            **_figures(known, order, rows),
        )
    )
    return Fragment(Markup(markup_text), _source("report.css"), script)


def _figures(data: Data, order: list[int], rows: list[int | Gap]) -> dict[str, Any]:
    """The static figures; a part that the explanation lacks is None."""
    partner, path, partner_path, cv = data["partner"], data["path"], data["partner_path"], data["cv"]
    alpha = data["problem"]["alpha"]
    parts: list[tuple[str, str, PathData, float | None]] = []
    if path is not None and path["alphas"]:
        parts.append(("path-fit", penalty_name(data["problem"]["l1_ratio"]), path, alpha))
    if partner is not None and partner_path is not None and partner_path["alphas"]:
        parts.append(("path-partner", partner["name"], partner_path, partner["alpha"]))
    windows = window([(grid, chosen) for _, _, grid, chosen in parts])
    panels = [
        (name, path_panel(data, grid, part, key=key, penalty=name, chosen=chosen))
        for (key, name, grid, chosen), part in zip(parts, windows, strict=True)
    ]
    cropped = any(part.stop < len(grid["alphas"]) for (_, _, grid, _), part in zip(parts, windows, strict=True))
    return {
        "fit_pulls": fit_panel(data, rows) if rows else None,
        "partner_pulls": None if partner is None or not rows else partner_panel(data, rows, partner),
        "paths": panels,
        "paths_cropped": cropped,
        "paths_share_scale": len({(part.low, part.high) for part in windows}) == 1,
        "pull_paths": _pull_paths(data, parts, windows, order),
        "kept": kept_words(data),
        "atom": zero_atom(data),
        "evidence": evidence(data),
        "steps": steps_figure(data),
        "steps_words": steps_words(data),
        "evidence_words": evidence_words(data),
        "cv_figure": None if cv is None else cv_curve(cv, alpha),
        "cv": cv,
    }


def _pull_paths(
    data: Data, parts: list[tuple[str, str, PathData, float | None]], windows: list[Window], order: list[int]
) -> list[tuple[str, Markup]]:
    """(penalty, panel) for the paths whose slopes are known."""
    found = []
    for (key, name, grid, _), part in zip(parts, windows, strict=True):
        partner = data["partner"]
        share = (
            partner["l1_ratio"] if partner is not None and grid is data["partner_path"] else data["problem"]["l1_ratio"]
        )
        panel = pull_path_panel(data, grid, part, key=f"pull-{key}", penalty=name, l1_ratio=share, order=order)
        if panel is not None:
            found.append((name, panel))
    return found


def _reason(data: Data, row: Row) -> dict[str, Any]:
    """The sentence of one feature that is on the page, with its whole name."""
    feature = data["features"][row.index]
    text = prose(feature["sentences"].get(SHOWN_LEVEL, ""))
    return {"index": row.index, "name": markup(feature["name"]), "text": text}


def _packed_sentences(data: Data, table: Table) -> dict[str, list[str]]:
    """The sentences at the other levels, in the order of the table."""
    said = [data["features"][row.index]["sentences"] for row in table.rows]
    return {level: [plain_prose(texts.get(level, "")) for texts in said] for level in PACKED_LEVELS}


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _source(name: str) -> str:
    return (files("whyzero.report") / "templates" / name).read_text(encoding="utf-8")
