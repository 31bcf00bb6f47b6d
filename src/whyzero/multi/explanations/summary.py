"""The explanation of a matrix of weights as text: three sentences, and a table of fixed width."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from whyzero.certificates import Verdict
from whyzero.explanations.rows import Row
from whyzero.explanations.summary import LEGEND, WIDTH, by_ratio, table_lines
from whyzero.explanations.wording import display_name, figure, plural
from whyzero.multi.explanations.class_sentences import class_label
from whyzero.multi.explanations.rows import MatrixRow

if TYPE_CHECKING:
    from whyzero.multi.explanations.explanation import MatrixExplanation

__all__ = ["labelled", "summary", "three_sentences", "total"]


def labelled(rows: Sequence[MatrixRow]) -> list[Row]:
    """The rows with the class in the name of each weight."""
    return [row if row.task is None else replace(row, name=class_label(row)) for row in rows]


def total(explanation: MatrixExplanation) -> str:
    """What is counted: '7 columns' or '39 weights'."""
    return plural(len(explanation.rows), "column" if explanation.header.grouped else "weight")


def summary(explanation: MatrixExplanation) -> str:
    """Three sentences, the objective, the table with zeros, warnings.

    Parameters
    ----------
    explanation : MatrixExplanation
        What is summarised.
    """
    header, partner = explanation.header, explanation.partner
    tasks = f"{header.n_tasks} {'targets' if header.grouped else 'classes'}"
    facts = [
        three_sentences(explanation),
        header.objective,
        f"{header.n_rows} rows, {header.n_cols} columns, {tasks}; training loss {figure(header.train_loss, 5)} "
        f"(null model {figure(header.null_loss, 5)})",
        f"{header.status} Proved gap {figure(header.dual_gap)}.".strip(),
        *(f"{package}: {call}" for package, call in header.elsewhere.items()),
    ]
    lines = [explanation.title, "=" * WIDTH]
    lines += [line for fact in facts for line in textwrap.wrap(fact, WIDTH, subsequent_indent="    ")]
    lines += ["", *table_lines(labelled(explanation.rows), "" if partner is None else partner.name), "", LEGEND]
    for sentence in explanation.warnings:
        lines += textwrap.wrap(sentence, WIDTH, initial_indent="* ", subsequent_indent="  ", break_long_words=False)
    return "\n".join(lines)


def three_sentences(explanation: MatrixExplanation) -> str:
    """What is zero, how near the others are to it, and what another penalty does.

    Parameters
    ----------
    explanation : MatrixExplanation
        What is told.
    """
    return " ".join([_counts(explanation), _nearest(explanation), _beside(explanation)])


def _counts(explanation: MatrixExplanation) -> str:
    header = explanation.header
    what = f"the {total(explanation)}"
    if not header.grouped:
        what += f" ({plural(header.n_cols, 'column')}, {header.n_tasks} classes)"
    proved = sum(count for word, count in header.verdicts.items() if word != Verdict.OPEN.value)
    every = "all of this is proved" if proved == len(explanation.rows) else f"{proved} verdicts are proved"
    settled = f", {header.open} open or not unique" if header.open else ""
    zero = "no weight for any target" if header.grouped else "a weight of exactly zero"
    have, rest = ("has" if header.zero == 1 else "have"), header.nonzero
    if not header.grouped:
        have = "is exactly zero" if header.zero == 1 else "are exactly zero"
        return f"Of {what} {header.zero} {have}, {rest} not{settled}; {every}."
    return f"Of {what} {header.zero} {have} {zero}, {rest} {'has' if rest == 1 else 'have'} some{settled}; {every}."


def _nearest(explanation: MatrixExplanation) -> str:
    """The zero and the non-zero that are nearest to the toll."""
    rows = by_ratio([row for row in labelled(explanation.rows) if row.ratio])
    if explanation.header.l1_ratio == 0 or not rows:
        return "There is no toll to pay for leaving zero, so any pull moves a weight."
    pull = "the norm of its pulls" if explanation.header.grouped else "its pull"
    subject = "A column" if explanation.header.grouped else "A weight"
    zero = next((row for row in rows if row.coef == 0), None)
    other = next((row for row in reversed(rows) if row.coef != 0), None)
    told = [
        f"`{display_name(row.name)}` {word} with {figure(100 * (row.ratio or 0.0))} % of its toll"
        for row, word in ((zero, "stays at zero"), (other, "leaves it"))
        if row is not None
    ]
    return f"{subject} leaves zero when {pull} exceeds the toll: nearest to that border {' and '.join(told)}."


def _beside(explanation: MatrixExplanation) -> str:
    partner = explanation.partner
    if partner is None:
        return f"The objective is within {figure(explanation.header.dual_gap)} of its minimum, which is proved."
    what = "of the columns" if explanation.header.grouped else "of the weights"
    count = "none" if partner.zeros == 0 else str(partner.zeros)
    return f"Under {explanation.facts.partner_setting} {count} {what} {'is' if partner.zeros == 1 else 'are'} zero."
