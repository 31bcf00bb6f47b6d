"""The table of weights: pull against toll for every feature, zeros included, long tables folded."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from rich.table import Table
from rich.text import Text

from whyzero.certificates import Verdict
from whyzero.cli.text import count, visible
from whyzero.explanations import Explanation, Row
from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.wording import figure
from whyzero.report.names import shorten

__all__ = ["folded", "weights_table"]

_ROWS = 25
_NAME_WIDTH = 32
_BAR_WIDTH = 10
_LEAST_REASON = 24
_BAR = " "
_LEFT = ("feature", _BAR, "verdict")
_ABOUT_A_TOLL = ("toll", "pull/toll", _BAR)
_DISPENSABLE = ("weight", "toll", "pull", _BAR, "L1", "L2", "elastic net")

_MEANINGS = {
    ReasonKind.ALSO_ALONE: "without the other columns its pull exceeds the toll, too",
    ReasonKind.REVEALED: "only beside the other columns does its pull exceed the toll",
    ReasonKind.WEAK: "not even without the other columns does its pull exceed the toll",
    ReasonKind.EXPLAINED_AWAY: "without the other columns its pull would exceed the toll; those named take most of it",
    ReasonKind.CROWDED: "the same, but many columns share in it",
    ReasonKind.BORDERLINE: "its pull is the toll, to nine digits",
}

_SIGNS = {
    Verdict.ZERO_PROVED: ("zero ✓", "cyan"),
    Verdict.ZERO_STRUCTURAL: ("zero, structural", "cyan"),
    Verdict.NONZERO_PROVED: ("non-zero ✓", "yellow"),
    Verdict.NONZERO_UNPENALISED: ("non-zero, free", "yellow"),
    Verdict.NOT_UNIQUE: ("not unique ≡", "magenta"),
    Verdict.OPEN: ("open ?", "magenta"),
    Verdict.NUMERICAL_DEBRIS: ("debris !", "red"),
    Verdict.WRONG_ZERO: ("wrong zero !", "red"),
}


def weights_table(explanation: Explanation, width: int) -> tuple[Table, str]:
    """The rows sorted by pull / toll, folded to about 25, and how to read them.

    Parameters
    ----------
    explanation : Explanation
        Whose rows are shown.
    width : int
        Columns of the terminal. Where they are few, columns that tell least are left out, so that the
        reasons stay.
    """
    entries = folded(explanation.rows)
    cells = [
        {"feature": Text(entry, style="dim")} if isinstance(entry, str) else _cells(entry, explanation)
        for entry in entries
    ]
    heads = list(next(line for entry, line in zip(entries, cells, strict=True) if not isinstance(entry, str)))
    if explanation.header.l1_ratio == 0:
        heads = [head for head in heads if head not in _ABOUT_A_TOLL]
    room = _room(heads, cells, width)
    for name in _DISPENSABLE:
        if room >= _LEAST_REASON:
            break
        if name in heads and (name != "toll" or _common_toll(explanation.rows) is not None):
            heads.remove(name)
            room = _room(heads, cells, width)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in heads:
        table.add_column(head, justify="left" if head in _LEFT else "right", no_wrap=True)
    reasons = room >= _LEAST_REASON
    table.add_column("why" if reasons else "", overflow="fold")  # names that a reason tells are never cut
    for entry, line in zip(entries, cells, strict=True):
        reason = entry.reason.text if reasons and not isinstance(entry, str) else ""
        table.add_row(*(line.get(head, "") for head in heads), Text(visible(reason)))
    words = {entry.reason.kind for entry in entries if reasons and not isinstance(entry, str)}
    return table, _legend(explanation, heads, words)


def _legend(explanation: Explanation, heads: Sequence[str], words: Collection[ReasonKind]) -> str:
    """How to read the columns that are shown."""
    centred = " (of centred columns)" if explanation.header.fit_intercept else ""
    sentences = [
        "per sd: the weight times the standard deviation of its column.",
        "pull: how hard the data push the weight away from 0, "
        f"taken with this weight at 0 and all else{centred} as fitted.",
        *_rule(explanation, heads),
        "✓ proved, ? open."
        if all(row.verdict is not Verdict.NOT_UNIQUE for row in explanation.rows)
        else "✓ proved, ? open, ≡ several fits are best.",
    ]
    partner = explanation.partner
    if partner is not None and partner.name in heads:
        sentences.append(f"{partner.name}: the weight per sd under {explanation.facts.partner_setting}.")
    told = [f"{kind.value}: {meaning}" for kind, meaning in _MEANINGS.items() if kind in words]
    sentences += [f"why - {'; '.join(told)}."] if told else []
    return " ".join(sentences)


def _rule(explanation: Explanation, heads: Sequence[str]) -> list[str]:
    """What decides, and in which unit."""
    unit = " per sd" if explanation.header.standardize else ""
    if explanation.header.l1_ratio == 0:
        return [
            f"It is per unit of the weight{unit}.",
            "L2 charges no toll for leaving 0: a weight is 0 only if its pull is exactly 0.",
        ]
    toll = _common_toll(explanation.rows)
    here = "" if toll is None else f", here {figure(toll)} for every weight"
    return [
        f"toll: what the penalty charges for leaving 0{here}; both per unit of the weight{unit}.",
        f"A weight is 0 exactly when pull ≤ toll{': its bar ends at or before the line' if _BAR in heads else ''}.",
    ]


def _room(heads: Sequence[str], cells: Sequence[dict[str, Text]], width: int) -> int:
    """Columns of the terminal that the given columns of the table leave."""
    return width - sum(2 + max(len(head), *(len(line[head]) for line in cells if head in line)) for head in heads)


def _common_toll(rows: Sequence[Row]) -> float | None:
    """The toll of all weights that are not structural zeros, if it is one number."""
    tolls = {row.toll for row in rows if row.verdict is not Verdict.ZERO_STRUCTURAL}
    return tolls.pop() if len(tolls) == 1 else None


def folded(rows: Sequence[Row]) -> list[Row | str]:
    """The rows in the order of the table, those in the middle of long runs replaced by a count.

    Kept are the strongest weights, and both sides of the border between non-zero and zero.
    """
    ordered = sorted(rows, key=_rank)
    total = len(ordered)
    if total <= _ROWS + 1:
        return list(ordered)
    border = sum(1 for row in ordered if row.coef != 0.0)
    near = _ROWS // 3
    head = min(border, _ROWS - 2 * near)
    upper = max(head, border - near)
    lower = min(total, max(border + near, head + _ROWS - (border - upper)))
    if upper - head == 1:
        upper = head
    shown: list[Row | str] = list(ordered[:head])
    if upper > head:
        shown.append(_fold(ordered[head:upper]))
    shown.extend(ordered[upper:lower])
    if lower < total:
        shown.append(_fold(ordered[lower:]))
    return shown


def _rank(row: Row) -> tuple[int, float]:
    """Unpenalised weights first, then by falling pull / toll (L2: by falling size), structural zeros last."""
    if row.verdict is Verdict.ZERO_STRUCTURAL:
        return (2, 0.0)
    if row.ratio is None:
        return (0, -abs(row.coef_std))
    return (1, -row.ratio)


def _fold(hidden: Sequence[Row]) -> str:
    zeros = sum(1 for row in hidden if row.coef == 0.0)
    parts = [f"{len(hidden) - zeros:,} non-zero"] if zeros < len(hidden) else []
    parts += [count(zeros, "zero")] if zeros else []
    return f"… {' and '.join(parts)} more"


def _cells(row: Row, explanation: Explanation) -> dict[str, Text]:
    """The cells of a row by the head of their column."""
    word, style = _SIGNS[row.verdict]
    cells = {
        "feature": Text(shorten(visible(row.name), _NAME_WIDTH)),
        "per sd": Text(figure(row.coef_std)),
        "weight": Text(figure(row.coef)),
        "pull": Text(figure(row.pull)),
        "toll": Text("none" if row.toll == 0.0 else figure(row.toll)),
        "pull/toll": Text("" if row.ratio is None else figure(row.ratio)),
        _BAR: Text(_bar(row), style=style),
        "verdict": Text(word, style=style),
    }
    if explanation.partner is not None and row.partner_coef is not None:
        sd = float(explanation.solution.problem.column_sd[row.index])
        cells[explanation.partner.name] = Text(figure(row.partner_coef * sd))
    return cells


def _bar(row: Row) -> str:
    """Pull as a bar, the toll as a line in its middle; a bar that is too long ends in an arrow."""
    middle = _BAR_WIDTH // 2
    if row.verdict is Verdict.ZERO_STRUCTURAL or row.ratio is None:
        return ""
    if row.ratio <= 1.0:
        return f"{'━' * math.floor(row.ratio * middle):{middle}}┃"
    beyond = math.ceil((row.ratio - 1.0) * middle)
    return "━" * middle + "┃" + ("━" * beyond if beyond <= middle else "━" * (middle - 1) + "▸")
