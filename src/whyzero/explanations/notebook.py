"""What a notebook shows of an explanation without any script: one sentence, the verdicts, the first features."""

from __future__ import annotations

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

__all__ = ["MOST_ROWS", "cell"]

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
    header, rows = explanation.header, by_ratio(explanation.rows)
    hidden = rows[MOST_ROWS:]
    return _template().render(
        title=markup(explanation.title, _TITLE_LIMIT),
        penalty=penalty_name(header.l1_ratio),
        alpha=figure(header.alpha),
        total=plural(len(rows), "weight"),
        zero=header.zero,
        nonzero=header.nonzero,
        open=header.open,
        counts=[(look(word), count) for word, count in header.verdicts.items()],
        rows=[_row(row) for row in rows[:MOST_ROWS]],
        hidden=len(hidden),
        hidden_zeros=sum(row.coef == 0 for row in hidden),
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
