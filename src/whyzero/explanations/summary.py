"""The explanation as text of fixed width, to read on a terminal and to paste anywhere."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.rows import Row
from whyzero.explanations.wording import against, display_name, figure, plural

if TYPE_CHECKING:
    from whyzero.explanations.explanation import Explanation

__all__ = ["LEGEND", "WIDTH", "beside_toll", "by_ratio", "summary", "table_lines"]

WIDTH = 100
_NAME_WIDTH = 24
_MOST_ROWS = 40
LEGEND = "Pull: how strongly the data pull the weight away from 0. Toll: what the penalty takes for leaving 0."
_LIMIT = "No weight may be negative: what is pulled downwards (a pull below 0) stays at 0, whatever the toll."


def by_ratio(rows: Sequence[Row]) -> list[Row]:
    """Unpenalised first, then by falling pull / toll (by falling pull where there is no toll), zeros at the end."""
    return sorted(rows, key=lambda row: (row.ratio is not None, -(row.pull if row.ratio is None else row.ratio)))


def beside_toll(rows: Sequence[Row]) -> tuple[int, int]:
    """Positions of the weights on either side of the toll: the weakest above it, the strongest at or below it.

    Where one side is empty, the two nearest to it; of columns that move and are charged, as far as there are such.
    """
    order = [row for row in by_ratio(rows) if row.ratio] or list(rows)
    above = sum(row.coef != 0 for row in order)
    here = min(max(above, 1), len(order) - 1)
    return order[here - 1].index, order[here].index


def summary(explanation: Explanation) -> str:
    """Header, table (zeros included; long tables folded with a count), warnings.

    Parameters
    ----------
    explanation : Explanation
        What is summarised.
    """
    lines = [_cut(explanation.title, WIDTH), "=" * WIDTH, *_header(explanation), ""]
    lines += table_lines(explanation.rows, "" if explanation.partner is None else explanation.partner.name)
    lines += ["", LEGEND, *([_LIMIT] if explanation.facts.positive else [])]
    for sentence in explanation.warnings:
        lines += textwrap.wrap(sentence, WIDTH, initial_indent="* ", subsequent_indent="  ", break_long_words=False)
    return "\n".join(lines)


def _header(explanation: Explanation) -> list[str]:
    header = explanation.header
    facts = [
        header.objective,
        f"{header.n_rows} rows, {header.n_cols} columns; training loss {figure(header.train_loss, 5)} "
        f"(null model {figure(header.null_loss, 5)}); "
        + (
            f"alpha is {figure(header.alpha / header.alpha_max)} of alpha_max {figure(header.alpha_max, 5)}"
            if 0 < header.alpha_max < float("inf")
            else f"alpha {figure(header.alpha, 5)}"
        ),
        f"{plural(header.zero, 'weight')} exactly zero, {header.nonzero} non-zero, {header.unsettled} ("
        + "; ".join(f"{word}: {count}" for word, count in header.verdicts.items())
        + ")",
        f"{header.status} Proved gap {figure(header.dual_gap)}.",
    ]
    if explanation.partner is not None:
        partner = explanation.partner
        facts.append(
            f"{explanation.facts.partner_setting}: {plural(partner.zeros, 'zero')}, "
            f"{partner.structural_zeros} of them structural."
        )
    facts += [f"{package}: {call}" for package, call in header.elsewhere.items()]
    return [line for fact in facts for line in textwrap.wrap(fact, WIDTH, subsequent_indent="    ")]


def table_lines(rows: Sequence[Row], partner: str) -> list[str]:
    """The table, zeros included; long ones are folded, with a count.

    Parameters
    ----------
    rows : sequence of Row
        In any order.
    partner : str
        Head of the column of the partner's weights.
    """
    rows = by_ratio(rows)
    shown = rows if len(rows) <= _MOST_ROWS else rows[:_MOST_ROWS]
    heads = ("feature", "coef", "pull", "toll", "pull/toll", partner, "verdict")
    body = [_cells(row) for row in shown]
    lines = [_line(heads), "-" * WIDTH, *(_line(cells) for cells in body)]
    hidden = rows[len(shown) :]
    if hidden:
        zeros = sum(row.coef == 0 for row in hidden)
        lines.append(f"... and {len(hidden)} more, {zeros} of them zero, with smaller pull / toll; see .table")
    return lines


def _cells(row: Row) -> tuple[str, ...]:
    tied = row.reason.kind is ReasonKind.BORDERLINE
    toll, pull = (figure(row.toll), figure(row.pull)) if tied else against(row.toll, row.pull)
    return (
        display_name(row.name),
        figure(row.coef, 4),
        pull,
        toll,
        "no toll" if row.ratio is None else figure(row.ratio, 3),
        "" if row.partner_coef is None else figure(row.partner_coef, 3),
        f"{row.verdict.value}; {row.reason.text}",
    )


def _line(cells: Sequence[str]) -> str:
    name, *numbers, words = cells
    line = f"{_cut(name, _NAME_WIDTH):<{_NAME_WIDTH}}" + "".join(f"{text:>11}" for text in numbers) + f"  {words}"
    return line.rstrip()


def _cut(text: str, width: int) -> str:
    from whyzero.report.names import shorten  # here, because the page's modules take their time to load

    return shorten(text, width)
