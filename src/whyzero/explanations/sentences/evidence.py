"""What would change a weight, what forcing it costs, and which rows it stands on: for two levels."""

from __future__ import annotations

from collections.abc import Iterator

from whyzero.certificates import Verdict
from whyzero.explanations.facts import Facts
from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.rows import Row
from whyzero.explanations.sentences.parts import joined
from whyzero.explanations.sums import shown_sum
from whyzero.explanations.wording import against, at_least, figure, listing, plural

__all__ = ["evidence_in_formulas", "evidence_in_words"]

_DIGITS = 4
_LOOSE = 1e-3


def _factor(row: Row, facts: Facts) -> float:
    return row.toll / (facts.alpha * facts.l1_ratio)


def evidence_in_words(row: Row, facts: Facts) -> str:
    """For a user: at most three short sentences; nothing where nothing is known."""
    return joined(*_words(row, facts))


def _words(row: Row, facts: Facts) -> Iterator[str]:
    evidence = row.evidence
    zero = row.coef == 0 and row.verdict is Verdict.ZERO_PROVED
    nonzero = row.coef != 0 and row.verdict in (Verdict.NONZERO_PROVED, Verdict.NONZERO_UNPENALISED)
    if zero and evidence.factor_change:
        now, below = against(_factor(row, facts), evidence.factor_change)
        about = "about " if row.pull_bound - row.pull > _LOOSE * row.toll else ""
        yield f"At this alpha it would enter if its own penalty factor, now {now}, fell below {about}{below}."
    if zero and row.reason.kind is ReasonKind.PULLED_DOWN and row.toll > 0:
        yield "It would stay zero with any penalty factor of its own, even with 0."
    if zero and evidence.removal is not None:
        yield _removal(row)
    if nonzero and evidence.price_of_zero:
        yield f"Forcing it to zero would raise the objective by at least {at_least(evidence.price_of_zero)}: proved."
    if nonzero and evidence.factor_change is not None and row.toll > 0:
        now, change = against(_factor(row, facts), evidence.factor_change)
        yield (
            f"A penalty factor of {change} or more for this column, now {now}, would make it zero, once all weights "
            "are fitted again."
        )


def _removal(row: Row) -> str:
    removal, rows = row.evidence.removal, row.evidence.rows
    if removal is None or rows is None or (removal.rows == 0 and not rows.holding):
        return ""
    if removal.exhausted:
        return f"It stays zero, proved, even without all {plural(removal.rows, 'row')} that hold it there."
    more = "with one more gone it is proved non-zero" if removal.enters else "with one more gone that is not proved"
    if removal.rows == 0:
        without = "it is proved non-zero" if removal.enters else "that is not proved"
        return f"It hangs on single rows: without row {rows.holding[0][0]} (counted from 0) {without}."
    those = "row that holds" if removal.rows == 1 else f"{removal.rows} rows that hold"
    return f"It stays zero, proved, without the {those} it there most; {more}."


def evidence_in_formulas(row: Row, facts: Facts) -> str:
    """For an expert: nearest change, price, rows, radius, index, with their numbers."""
    return joined(*_formulas(row, facts))


def _formulas(row: Row, facts: Facts) -> Iterator[str]:
    evidence = row.evidence
    nearest = []
    if evidence.factor_change is not None and row.verdict is not Verdict.NOT_UNIQUE:  # some best fit has a zero there
        limit = figure(evidence.factor_change, _DIGITS)
        nearest.append(f"v_j < {limit}" if row.coef == 0 else f"v_j >= {limit}")
    if evidence.alpha_change is not None:
        low, high = (figure(alpha, _DIGITS) for alpha in evidence.alpha_change)
        nearest.append(f"an alpha in ({low}, {high}) (neighbours of the grid)")
    if nearest:
        yield f"Nearest change: {' or '.join(nearest)}."
    if evidence.price_of_zero:
        yield f"P*(b_j = 0) - P* >= {at_least(evidence.price_of_zero, _DIGITS)}."
    if evidence.radius is not None:
        yield f"Its zero or sign stays for |dy| < {figure(evidence.radius, _DIGITS)} while no other changes first."
    if evidence.irrepresentability is not None:
        number = "x_j'W X_A (X_A'W X_A)^-1 l1_A" if facts.positive else "|x_j'W X_A (X_A'W X_A)^-1 l1_A s_A|"
        yield f"Irrepresentability {number} / l1_j = {figure(evidence.irrepresentability)}."
    rows = evidence.rows
    if rows is not None and rows.holding:
        named = listing([f"{amount:+.3g} [{i}]" for i, amount in rows.holding])
        gone = 0 if evidence.removal is None else evidence.removal.rows
        kept = f"; proved zero without the {gone} that hold most" if gone else ""
        shown = shown_sum(rows.push, [rows.hold], rows.push + rows.hold, row.toll, _DIGITS)
        yield f"Rows (from 0): {shown.start} push, -{shown.parts[0]} hold, most {named}{kept}."
