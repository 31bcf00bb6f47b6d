"""The reason for one weight of one class: the sentences of a scalar weight, and what is different with classes."""

from __future__ import annotations

from dataclasses import replace

from whyzero.certificates import Verdict
from whyzero.explanations.facts import Facts
from whyzero.explanations.sentences import LEVELS
from whyzero.explanations.sentences.parts import joined
from whyzero.explanations.wording import against, at_least, at_most, display_name, figure, listing
from whyzero.multi.explanations.row_sentences import LOOSE
from whyzero.multi.explanations.rows import MatrixRow

__all__ = ["class_label", "of_class", "of_column"]


def class_label(row: MatrixRow) -> str:
    """'petal width, virginica': the weight of that column for that class."""
    return f"{row.name}, {row.target}"


def of_class(row: MatrixRow, facts: Facts, level: str) -> str:
    """The reason for one weight.

    Parameters
    ----------
    row : MatrixRow
        The weight.
    facts : Facts
        The fit.
    level : {"learner", "user", "expert"}
        For whom.
    """
    if row.verdict is Verdict.NOT_UNIQUE:
        return _not_unique(row)
    if row.verdict is Verdict.NONZERO_PROVED and (row.coef > 0) != (row.lo > 0):
        return _other_sign(row)
    scalar = replace(row, name=class_label(row), evidence=replace(row.evidence, factor_change=None))
    return joined(LEVELS[level](scalar, facts), _alone(row, facts, level), _shifted(row, facts))


def of_column(rows: list[MatrixRow], facts: Facts) -> str:
    """What the weights of a column have in common: how many are zero, and which penalty factor would change that.

    Parameters
    ----------
    rows : list of MatrixRow
        The weights of the column in all classes.
    facts : Facts
        The fit.
    """
    first = rows[0]
    name, used = f"`{display_name(first.name)}`", [row for row in rows if row.coef != 0]
    if first.verdict is Verdict.ZERO_STRUCTURAL:
        return f"{name} has no weight in any class, whatever the data say."
    if not used:
        said = f"{name} has no weight in any of the {len(rows)} classes."
    else:
        labels = listing([f"{display_name(str(row.target))} ({figure(row.coef)})" for row in used])
        said = f"{name} has weights for {len(used)} of the {len(rows)} classes: {labels}."
    return joined(said, _factor(rows, facts))


def _factor(rows: list[MatrixRow], facts: Facts) -> str:
    """The penalty factor of the whole column at which its weights begin, or end, to be all zero."""
    change = rows[0].evidence.factor_change
    if not change or facts.l1_ratio == 0:
        return ""
    now, limit = against(rows[0].toll / (facts.alpha * facts.l1_ratio), change)
    if all(row.verdict is Verdict.ZERO_PROVED for row in rows):
        nearest = max(rows, key=lambda row: row.pull)
        about = "about " if nearest.pull_bound - nearest.pull > LOOSE * nearest.toll else ""
        return (
            f"At this alpha it would enter, with its weight for {display_name(str(nearest.target))} first, if its "
            f"penalty factor, now {now}, fell below {about}{limit}."
        )
    if any(row.verdict is Verdict.NONZERO_PROVED for row in rows):
        return (
            f"A penalty factor of {limit} or more for this column, now {now}, would make all its weights zero, once "
            "the others are fitted again."
        )
    return ""


def _alone(row: MatrixRow, facts: Facts, level: str) -> str:
    """For a zero beside weights of other classes: the factor (90) at which it would leave if it were charged alone."""
    if row.verdict is not Verdict.ZERO_PROVED or not any(row.weights) or 0 in (row.pull, row.toll):
        return ""
    others = sum(1 if weight > 0 else -1 for weight in row.weights if weight)
    if facts.l1_ratio == 1.0 and row.weights.count(0.0) == 1 and others == 0:
        return (  # each of them is pulled with exactly its toll, in the direction of its sign
            "Charged by itself this weight would stay zero under any penalty: the pulls of all classes add up to "
            "zero, and those of the others cancel."
        )
    now, limit = against(row.toll / (facts.alpha * facts.l1_ratio), row.pull / (facts.alpha * facts.l1_ratio))
    about = "about " if row.pull_bound - row.pull > LOOSE * row.toll else ""
    if level == "expert":
        return f"B_jk alone would leave zero for v_jk < {about}{limit} in place of {now}; v_j is one for all classes."
    return (
        f"Charged by itself this weight would leave zero below a penalty factor of {about}{limit}, not {now}. That "
        "cannot be set: the factor is the column's, and a lower one moves its weights for the other classes, too."
    )


def _shifted(row: MatrixRow, facts: Facts) -> str:
    """Why nothing is proved where the penalty leaves a choice between the classes."""
    even = len(row.weights) % 2 == 0 and facts.l1_ratio == 1.0
    if row.verdict is not Verdict.OPEN or not even or 0.0 in row.weights:
        return ""
    return (
        "All classes use this column, and adding the same number to all its weights changes no probability; with an "
        "even number of classes it may cost nothing either, so that several fits are equally good."
    )


def _not_unique(row: MatrixRow) -> str:
    name = f"`{display_name(class_label(row))}`"
    if row.proof.startswith("shift of all classes"):
        why = "without a penalty the same number may be added to the weights of all classes"
    else:
        why = "no prediction depends on it, and it costs nothing"
    return f"{name} is {figure(row.coef)} in this fit, but not unique: {why}. That is proved."


def _other_sign(row: MatrixRow) -> str:
    """A given weight whose sign, or zero, is not that of the optimum."""
    return (
        f"`{display_name(class_label(row))}` is {figure(row.coef)} here, but at every optimum it lies between "
        f"{at_least(row.lo)} and {at_most(row.hi)}: proved."
    )
