"""For someone who uses the model: the numbers of the table in three or four sentences."""

from __future__ import annotations

from whyzero.certificates import Verdict
from whyzero.explanations.facts import Facts
from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.rows import Row
from whyzero.explanations.sentences.evidence import evidence_in_words
from whyzero.explanations.sentences.parts import (
    absorbed,
    account_of,
    alone,
    joined,
    named,
    partner_weight,
    path_part,
    rest_of_account,
    several_fits,
    weight,
    without_the_limit,
)
from whyzero.explanations.wording import against, display_name, figure, listing

__all__ = ["user"]


def user(row: Row, facts: Facts) -> str:
    """The reason for one weight.

    Parameters
    ----------
    row : Row
        The weight.
    facts : Facts
        The fit.
    """
    if row.reason.kind in (ReasonKind.STRUCTURAL, ReasonKind.EXCLUDED):
        return _no_matter_what(row, facts)
    return joined(
        _headline(row, facts),
        several_fits(row),
        _why(row, facts),
        path_part(row, facts),
        evidence_in_words(row, facts),
        _partner(row, facts),
    )


def _no_matter_what(row: Row, facts: Facts) -> str:
    if row.reason.kind is ReasonKind.EXCLUDED:
        return f"{named(row)} is zero because it was excluded: its penalty factor is infinite."
    what = (
        "the column has the same value in every row, so it says nothing that the intercept does not say"
        if facts.fit_intercept
        else "the column is zero in every row, so its weight changes no prediction"
    )
    if row.verdict is Verdict.NOT_UNIQUE:
        return (
            f"The weight of {named(row)} is {figure(weight(row, facts))} here, and any other would do: {what}, and you "
            "asked for no penalty on it."
        )
    return f"{named(row)} is exactly zero, and would be under every penalty: {what}."


def _headline(row: Row, facts: Facts) -> str:
    name, size = named(row), _size(row, facts)
    sign = "positive" if row.coef > 0 else "negative"
    match row.verdict:
        case Verdict.ZERO_PROVED:
            return f"{name} is exactly zero: proved."
        case Verdict.NONZERO_PROVED:
            return f"{name} is {size}, not zero: proved {sign}."
        case Verdict.NONZERO_UNPENALISED:
            return f"{name} is {size}, and not penalised."
        case Verdict.NOT_UNIQUE:
            state = "exactly zero" if row.coef == 0 else size
            return f"{name} is {state} in this fit, but not unique: several fits are best."
        case Verdict.NUMERICAL_DEBRIS:
            return f"{name} is {size} here, but the exact weight is proved to be zero: what is left is debris."
        case Verdict.WRONG_ZERO:
            return f"{name} is zero here, but that is proved wrong: at the minimum the weight is not zero."
        case _:
            return _open_headline(row, size)


def _open_headline(row: Row, size: str) -> str:
    if row.coef == 0:
        return f"{named(row)} is exactly zero in this fit, but open: it is not proved for the best possible fit."
    return f"{named(row)} is {size} in this fit, but open: that the best possible fit has no zero here is not proved."


def _size(row: Row, facts: Facts) -> str:
    if facts.standardize:
        return f"{figure(row.coef)} ({figure(weight(row, facts))} per standard deviation)"
    return figure(row.coef)


def _why(row: Row, facts: Facts) -> str:
    toll, pull, null = against(row.toll, row.pull, row.null_pull)
    match row.reason.kind:
        case ReasonKind.PULLED_DOWN:
            return _pulled_down(row, facts)
        case ReasonKind.WEAK:
            return (
                f"The data pull it with {pull} beside the other columns and {alone(row, null)} {facts.alone}; neither "
                f"exceeds the toll {toll}."
            )
        case ReasonKind.EXPLAINED_AWAY | ReasonKind.CROWDED:
            return _taken(row, facts)
        case ReasonKind.ALSO_ALONE:
            return (
                f"With this weight at zero the data pull it with {pull}, more than the toll {toll}; {facts.alone} it "
                f"would pull with {null}."
            )
        case ReasonKind.REVEALED:
            return (
                f"{facts.alone.capitalize()} it would pull {alone(row, null)}, not more than the toll {toll}. The "
                f"other columns reveal it: beside them, with this weight at zero, it pulls with {pull}."
            )
        case ReasonKind.UNPENALISED:
            return (
                f"There is no toll to pay, so {facts.any_pull} moves it; with this weight at zero the pull is {pull}."
            )
        case ReasonKind.NO_TOLL:
            moved = f"L2 has no toll at zero, so {facts.any_pull} moves a weight"
            return f"{moved}; with this weight at zero the pull is {pull}."
        case ReasonKind.NO_PULL:
            return "L2 has no toll at zero, but here the pull itself is exactly 0."
        case ReasonKind.BORDERLINE:
            return (
                f"Its pull agrees with the toll, {figure(row.toll)}, to nine digits: it stands at the very edge of "
                "leaving zero."
            )
        case _:
            return _unsettled(row)


def _pulled_down(row: Row, facts: Facts) -> str:
    """Why a weight is zero that the data pull downwards, where none may be negative."""
    then = without_the_limit(row, "that rule for this column", "zero")
    if row.null_pull > row.toll:
        shown = account_of(row)
        start = f"{facts.alone.capitalize()} it would pull with {shown.start}, more than the toll {shown.limit}."
        rest = rest_of_account(row, shown)
        takers = absorbed(row, shown) + (f", and {rest}" if rest else "")
        middle = f"But {takers or 'the other columns take more than all of it'}"
        end = f"what is left pulls it downwards with {shown.end}, and no weight of this fit may be negative"
        return f"{start} {middle}; {end}. {then}"
    _, down, null = against(row.toll, -row.pull, row.null_pull)
    by_itself = f"downwards with {null.removeprefix('-')}" if row.null_pull < 0 else f"upwards with {null}"
    return (
        f"The data pull it downwards with {down} ({facts.alone} {by_itself}), and no weight of this fit may be "
        f"negative: that rule holds it at zero. {then}"
    )


def _taken(row: Row, facts: Facts) -> str:
    shown = account_of(row)
    start = f"{facts.alone.capitalize()} it would pull with {shown.start}, more than the toll {shown.limit}."
    turned = row.waterfall is not None and row.waterfall.final < 0
    left = f"what is left pulls the other way with {shown.end}" if turned else f"what is left is {shown.end}"
    end = f"{left}, which does not exceed the toll."
    if row.reason.kind is ReasonKind.CROWDED and row.waterfall is not None:
        shares = [f"`{display_name(name)}` with {figure(amount)}" for name, amount in row.waterfall.absorbers[:3]]
        return f"{start} No three columns take most of that; many share it, first {listing(shares)}: {end}"
    if not row.reason.by:
        return f"{start} The other columns take the rest: {end}"
    rest = rest_of_account(row, shown)
    middle = f"But {absorbed(row, shown)}" + (f", and {rest}" if rest else "")
    return f"{start} {middle}; {end}"


def _unsettled(row: Row) -> str:
    toll, pull = against(row.toll, row.pull)
    if row.coef == 0:
        return (
            f"Its pull {pull} exceeds the toll {toll}, so with the other weights as they are a non-zero weight would "
            "be better: this fit is not exact."
        )
    return (
        f"Its pull {pull} does not exceed the toll {toll}, so with the other weights as they are zero would be best: "
        "this fit is not exact."
    )


def _partner(row: Row, facts: Facts) -> str:
    if not facts.partner or row.partner_coef is None or row.reason.kind is ReasonKind.UNPENALISED:
        return ""
    size = figure(row.partner_coef)
    if facts.standardize:
        size += f" ({figure(partner_weight(row, facts))} per standard deviation)"
    if facts.partner != "L2":
        state = "exactly zero" if row.partner_coef == 0 else size
        return f"Under {facts.partner_setting} it is {state}."
    if row.partner_coef == 0:
        return f"Under {facts.partner_setting} it is zero too{_partner_zero(row)}."
    moves = f": L2 charges next to nothing for the first step from 0, so {facts.any_pull} moves a weight"
    return f"Under {facts.partner_setting} it is {size}{moves if row.coef == 0 else ''}."


def _partner_zero(row: Row) -> str:
    """Why a weight is zero under L2, as the end of a sentence."""
    if row.partner_pull == 0:
        return ", because its pull there is exactly 0"
    if row.partner_pull is not None and row.partner_pull < 0:
        return ": the data pull it downwards there, and where no weight may be negative L2 makes exact zeros of such"
    return ""
