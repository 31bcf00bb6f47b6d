"""What a notebook shows of an explanation without any script: one sentence, the verdicts, the first features."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import jinja2

from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.rows import Row
from whyzero.explanations.summary import by_ratio
from whyzero.explanations.wording import against, figure, penalty_name, plural
from whyzero.report.names import markup
from whyzero.report.verdicts import look

if TYPE_CHECKING:
    from whyzero.explanations.explanation import Explanation

__all__ = ["MOST_ROWS", "cell", "table_cell"]

MOST_ROWS = 20
_NAME_LIMIT = 40
_TITLE_LIMIT = 200


def cell(explanation: Explanation) -> str:
    """HTML for one cell: inert, of bounded size, in the colours of whatever page it stands on.

    Parameters
    ----------
    explanation : Explanation
        What is shown.
    """
    header = explanation.header
    counts = header.zero, header.nonzero, header.open
    return table_cell(
        explanation.title,
        f"{penalty_name(header.l1_ratio)}, alpha {figure(header.alpha)}",
        plural(len(explanation.rows), "weight"),
        explanation.rows,
        counts=counts,
        verdicts=header.verdicts,
        widget=True,
    )


def table_cell(
    title: str,
    penalty: str,
    total: str,
    rows: Sequence[Row],
    *,
    counts: tuple[int, int, int],
    verdicts: dict[str, int],
    widget: bool,
) -> str:
    """The same from its parts.

    Parameters
    ----------
    title, penalty, total : str
        What is shown above the table; `total` is how many things are counted, and what they are.
    rows : sequence of Row
        In any order.
    counts : (int, int, int)
        How many are zero, not zero, and open or not unique.
    verdicts : dict of str to int
        How often each verdict was given.
    widget : bool
        Whether there is a widget that shows the hidden rows.
    """
    rows = by_ratio(rows)
    hidden = rows[MOST_ROWS:]
    zero, nonzero, n_open = counts
    return _template().render(
        title=markup(title, _TITLE_LIMIT),
        penalty=penalty,
        total=total,
        zero=zero,
        nonzero=nonzero,
        open=n_open,
        counts=[(look(word), count) for word, count in verdicts.items()],
        rows=[_row(row) for row in rows[:MOST_ROWS]],
        hidden=len(hidden),
        hidden_zeros=sum(row.coef == 0 for row in hidden),
        widget=widget,
    )


def _row(row: Row) -> dict[str, object]:
    tied = row.reason.kind is ReasonKind.BORDERLINE
    toll, pull = (figure(row.toll), figure(row.pull)) if tied else against(row.toll, row.pull)
    return {
        "name": markup(row.name, _NAME_LIMIT),
        "coef": figure(row.coef, 4).replace("-", "−"),
        "pull": pull,
        "toll": toll,
        "look": look(row.verdict.value),
        "reason": row.reason.text,
    }


@cache
def _template() -> jinja2.Template:
    text = (files("whyzero.explanations") / "notebook.html").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text)
