"""For someone who wonders why L1 gives zeros at all: a force, a price, and this column's own numbers."""

from __future__ import annotations

from whyzero.certificates import Verdict
from whyzero.explanations.facts import Facts
from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.rows import Row
from whyzero.explanations.sentences.parts import (
    absorbed,
    account_of,
    alone,
    joined,
    named,
    partner_weight,
    rest_of_account,
    several_fits,
    weight,
    without_the_limit,
)
from whyzero.explanations.wording import against, figure

__all__ = ["learner"]

_SPREAD = " (with all columns brought to the same spread)"
_AS_STRONG = {
    "training loss": "that fits these data equally well",
    "cross-validated loss": "that predicts left-out rows equally well",
    "norm of the weights": "that leaves weights of the same overall size",
    "alpha": "of the same strength",
}


def learner(row: Row, facts: Facts) -> str:
    """The reason for one weight, without words that have to be looked up.

    Parameters
    ----------
    row : Row
        The weight.
    facts : Facts
        The fit.
    """
    match row.reason.kind:
        case ReasonKind.STRUCTURAL if row.verdict is Verdict.NOT_UNIQUE:
            return (
                f"The weight of {named(row)} could be any number: this column never changes, so it cannot tell rows "
                "apart, and you asked for no penalty that would choose one."
            )
        case ReasonKind.STRUCTURAL:
            return (
                f"The weight of {named(row)} is 0 because this column is the same in every row. A column that never "
                "changes cannot tell rows apart, so no penalty is needed to make its weight 0."
            )
        case ReasonKind.EXCLUDED:
            return f"The weight of {named(row)} is 0 because you asked to leave this column out."
        case ReasonKind.UNPENALISED:
            return (
                f"The weight of {named(row)} is {_size(row, facts)}. You asked for no penalty on this column, so "
                "nothing holds its weight at 0."
            )
        case ReasonKind.NO_TOLL:
            return joined(_free_to_move(row, facts), _partner(row, facts), _certainty(row, facts))
        case ReasonKind.NO_PULL:
            return (
                f"The weight of {named(row)} is 0 because the data do not pull on it at all: the pull is exactly 0. "
                "That is a rare coincidence. "
                + (
                    "The other way to a weight of exactly 0 under L2 is a pull downwards, as no weight may be negative."
                    if facts.positive
                    else "An L2 penalty has no other way to a weight of exactly 0."
                )
            )
        case ReasonKind.PULLED_DOWN:
            return joined(_held_from_below(row), _partner(row, facts), _certainty(row, facts))
        case ReasonKind.BORDERLINE | ReasonKind.UNSETTLED:
            return joined(_edge(row, facts), _certainty(row, facts))
        case _:
            tell = _stays if row.coef == 0 else _leaves
            return joined(tell(row, facts), _partner(row, facts), _certainty(row, facts))


def _stays(row: Row, facts: Facts) -> str:
    toll, pull, null = against(row.toll, row.pull, row.null_pull)
    if row.reason.by:
        shown = account_of(row)
        toll, pull, null = shown.limit, shown.end, shown.start
    story = (
        f"The weight of {named(row)} is exactly 0. The data pull it away from 0 with a force of {pull}. But the "
        f"{facts.penalty} penalty takes a toll of {toll} from the very first step, and the pull does not exceed the "
        "toll. So staying at 0 is best, as for any pull up to the toll: exactly 0, not just a small number."
    )
    if row.evidence.factor_change:
        story += f" If the toll of this one column were below {pull}, the weight would leave 0."
    if row.reason.kind is ReasonKind.WEAK and row.null_pull < 0:
        return f"{story} Without the other columns the data would even pull it {alone(row, null)}."
    if row.reason.kind is ReasonKind.WEAK:
        return f"{story} Even without the other columns the pull would be only {null}."
    return f"{story} Without the other columns the pull would be {null}, enough to pay. But {_helpers(row)}."


def _held_from_below(row: Row) -> str:
    """A weight that the data pull downwards, where none may be negative."""
    story = (
        f"The weight of {named(row)} is exactly 0. The data pull it downwards with a force of {figure(-row.pull)}, and "
        "in this fit no weight may be negative: 0 is as far down as it can go. "
    )
    story += without_the_limit(row, "that rule for this column", "0")
    if row.null_pull <= row.toll:
        return story
    toll, null = against(row.toll, row.null_pull)
    paid = f"more than the toll of {toll}" if row.toll > 0 else "and it would go"
    return f"{story} Without the other columns they would pull it upwards, with {null}, {paid}. But {_helpers(row)}."


def _helpers(row: Row) -> str:
    if not row.reason.by:
        return "many other columns each take a little of it"
    it = "it carries" if len(row.reason.by) == 1 else "they carry"
    shown = account_of(row)
    rest = rest_of_account(row, shown)
    turned = row.waterfall is not None and row.waterfall.final < 0
    left = f"; what is left pulls {'downwards' if row.positive else 'the other way'}" if turned else ""
    because = f"{absorbed(row, shown)}, because {it} much of the same information"
    return because + (f", and {rest}" if rest else "") + left


def _leaves(row: Row, facts: Facts) -> str:
    toll, pull, null = against(row.toll, row.pull, row.null_pull)
    story = (
        f"The weight of {named(row)} is {_size(row, facts)}. If it were 0, the data would pull it away from 0 with a "
        f"force of {pull}. The {facts.penalty} penalty takes a toll of {toll} for leaving 0. The pull is larger than "
        "the toll, so the weight leaves 0."
    )
    if row.reason.kind is ReasonKind.REVEALED:
        before = (
            f"the data would pull it {alone(row, null)}, where it may not go"
            if row.null_pull < 0
            else f"the pull would be only {null}, not enough to pay"
        )
        return f"{story} Without the other columns {before}: the other columns bring out what this one adds."
    return story


def _free_to_move(row: Row, facts: Facts) -> str:
    return (
        f"The weight of {named(row)} is {_size(row, facts)}. If it were 0, the data would pull it away from 0 with a "
        f"force of {figure(row.pull)}. An L2 penalty takes no toll for leaving 0: its price begins at nothing and "
        f"grows with the distance. So {facts.any_pull}, however small, moves the weight."
    )


def _edge(row: Row, facts: Facts) -> str:
    start = f"The weight of {named(row)} is {_size(row, facts)} in this fit. At 0 the data pull it with a force of"
    if row.reason.kind is ReasonKind.BORDERLINE:
        return (
            f"{start} {figure(row.pull)}, and the toll for leaving 0 is just as large. So it stands at the very edge "
            "of leaving 0."
        )
    toll, pull = against(row.toll, row.pull)
    better = "a weight other than 0" if row.coef == 0 else "0"
    return (
        f"{start} {pull}, and the toll for leaving 0 is {toll}. So {better} would be better: the fit was not carried "
        "to the end."
    )


def _partner(row: Row, facts: Facts) -> str:
    if row.partner_coef is None or not facts.partner:
        return ""
    size = figure(partner_weight(row, facts)) + (_SPREAD if facts.standardize and row.coef == 0 else "")
    same = f"With an {facts.partner} penalty {_AS_STRONG[facts.match]}"
    if facts.partner != "L2":
        state = "exactly 0" if row.partner_coef == 0 else size
        return f"{same} the weight would be {state}."
    if row.partner_coef == 0:
        down = row.partner_pull is not None and row.partner_pull < 0
        return f"{same} the weight would be 0 as well{', because the data pull it downwards there' if down else ''}."
    return (
        f"{same} the weight is {size}: L2 charges the square of a weight, so the first step from 0 costs next to "
        f"nothing, and {facts.any_pull} moves it."
    )


def _size(row: Row, facts: Facts) -> str:
    return figure(weight(row, facts)) + (_SPREAD if facts.standardize and row.coef != 0 else "")


def _certainty(row: Row, facts: Facts) -> str:
    unit = row.unit if facts.standardize else 1.0
    match row.verdict:
        case Verdict.ZERO_PROVED:
            proved = (
                "This zero is proved, not rounded: with these rows, these columns and this alpha every best fit has it."
            )
            if facts.positive:  # an optimiser that cuts off what is below 0 may end on it
                return proved
            return (
                f"{proved} A gradient optimiser such as Adam would end at a tiny number beside it, almost never on it."
            )
        case Verdict.NONZERO_PROVED:
            return "That the weight is not 0 is proved, too."
        case Verdict.NUMERICAL_DEBRIS:
            return "It is proved that the exact weight is 0: what is left here comes from rounded numbers."
        case Verdict.WRONG_ZERO:
            return "But it is proved that the exact weight is not 0: this fit is wrong here."
        case Verdict.NOT_UNIQUE:
            return several_fits(row, unit)
        case Verdict.OPEN:
            return several_fits(row, unit) or (
                "We could not prove this for the very best fit: either this fit is not exact enough, or several fits "
                "are equally good."
            )
        case _:
            return ""
