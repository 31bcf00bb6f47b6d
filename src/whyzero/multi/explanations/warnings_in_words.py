"""What a reader must know before believing the table, one sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whyzero.certificates import Verdict
from whyzero.explanations.twins import find_twins
from whyzero.explanations.warnings_in_words import about_zeros, named, named_pairs
from whyzero.explanations.wording import figure, plural
from whyzero.multi.explanations.partner import MatrixPartner
from whyzero.multi.explanations.pulls import is_grouped
from whyzero.multi.explanations.rows import MatrixRow
from whyzero.multi.problem import MatrixProblem
from whyzero.solution import Status

__all__ = ["matrix_warnings"]

_EVERY_CLASS = (
    "Every class has its own weights, and none is a reference: a weight says how a column moves the score of its "
    "class, and the difference of two classes' weights how it moves the log-odds between them. Adding the same number "
    "to the weights of a column in all classes changes no probability; only the penalty, and where there is none the "
    "rule that they sum to zero, decides between such weights. So a zero is a statement about this penalty, too."
)
_TOGETHER = "The weights of a column are zero together: one that is in use may have weights near 0 for some targets."


def matrix_warnings(
    problem: MatrixProblem,
    rows: Sequence[MatrixRow],
    partner: MatrixPartner | None,
    *,
    status: str,
    too_large: bool = False,
) -> tuple[str, ...]:
    """The warnings that apply, the most serious first; the last one always applies.

    Parameters
    ----------
    problem : MatrixProblem
    rows : sequence of MatrixRow
        All rows.
    partner : MatrixPartner or None
        The fit beside it.
    status : str
        Why the solver stopped; empty for weights that were given.
    too_large : bool
        That there is no partner because its fits would take too long.
    """
    return (
        *_about_the_fit(rows, status),
        *_about_the_partner(partner, too_large),
        *_about_twins(problem),
        _TOGETHER if is_grouped(problem) else _EVERY_CLASS,
        about_zeros(problem.rows),
    )


def _about_the_fit(rows: Sequence[MatrixRow], status: str) -> Iterator[str]:
    if status not in ("", Status.OPTIMAL.value):
        yield f"The fit is not finished. {status}"
    for verdict, said in (
        (Verdict.WRONG_ZERO, "zero here but proved non-zero"),
        (Verdict.NUMERICAL_DEBRIS, "not zero here but proved zero"),
        (Verdict.NOT_UNIQUE, "not unique"),
    ):
        found = [row for row in rows if row.verdict is verdict]
        if found:
            names = list(dict.fromkeys(row.name for row in found))
            yield f"{plural(len(found), 'verdict says', 'verdicts say')} {said}: {named(names)}."
    n_open = sum(row.verdict is Verdict.OPEN for row in rows)
    if n_open:
        yield (
            f"{plural(n_open, 'verdict is', 'verdicts are')} open: the proof does not reach. A smaller tol may settle "
            "it, unless several best fits exist, as with equal columns, or with an even number of classes that all use "
            "a column."
        )


def _about_the_partner(partner: MatrixPartner | None, too_large: bool) -> Iterator[str]:
    if too_large:
        yield "No L2 fit stands beside this one: with so many columns and classes it would take too long."
    if partner is not None and not partner.matched:
        nearest = figure(partner.train_loss, 5)
        yield f"No {partner.name} fit of the same training loss was found: the nearest has {nearest}."


def _about_twins(problem: MatrixProblem) -> Iterator[str]:
    twins, names = find_twins(problem.rows), problem.rows.names
    for pairs, said in ((twins.equal, "are equal in every row"), (twins.mirrored, "mirror each other")):
        if pairs:
            yield f"Some columns {said}, and the data cannot tell them apart: {named_pairs(names, pairs)}."
