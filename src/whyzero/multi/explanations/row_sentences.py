"""The reason for all weights of a column, which are zero together for all targets, for three readers."""

from __future__ import annotations

import math
from collections.abc import Callable

from whyzero.certificates import Verdict
from whyzero.explanations.absorbers import Waterfall
from whyzero.explanations.facts import Facts
from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.sentences.parts import absorbed, account_line, account_of, joined, named, rest_of_account
from whyzero.explanations.wording import against, at_least, at_most, display_name, figure, listing
from whyzero.multi.explanations.rows import MatrixRow

__all__ = ["LOOSE", "ROW_LEVELS", "of_target"]

_DIGITS = 4
_MOST_WEIGHTS = 6
LOOSE = 1e-3  # share of the toll by which a proved pull may exceed the computed one and still be called it


def _no_matter_what(row: MatrixRow, facts: Facts) -> str:
    if row.reason.kind is ReasonKind.EXCLUDED:
        return f"The weights of {named(row)} are zero because it was excluded: its penalty factor is infinite."
    why = "the column has the same value in every row, so it says nothing that the intercepts do not say"
    if not facts.fit_intercept:
        why = "the column is zero in every row, so its weights change no prediction"
    if row.verdict is Verdict.NOT_UNIQUE:
        return f"The weights of {named(row)} are not unique: {why}, and no penalty holds them. That is proved."
    return f"The weights of {named(row)} are exactly zero, and would be under every penalty: {why}."


def _headline(row: MatrixRow) -> str:
    name, size = named(row), figure(row.coef)
    state = "exactly zero" if row.coef == 0 else f"of the norm {size}"
    match row.verdict:
        case Verdict.ZERO_PROVED:
            return f"The weights of {name} are exactly zero, for every target: proved."
        case Verdict.NONZERO_PROVED:
            return f"The weights of {name} have the norm {size}, and are not all zero: proved."
        case Verdict.NONZERO_UNPENALISED:
            return f"The weights of {name} have the norm {size}, and are not penalised."
        case Verdict.NUMERICAL_DEBRIS:
            return f"The weights of {name} have the norm {size} here, but zero is proved: what is left is debris."
        case Verdict.WRONG_ZERO:
            return f"The weights of {name} are zero here, but that is proved wrong: not all are at the minimum."
        case _:
            return (
                f"The weights of {name} are {state} in this fit, but open: of the best possible fit nothing is proved."
            )


def _why(row: MatrixRow, facts: Facts) -> str:
    toll, pull, alone = against(row.toll, row.pull, row.null_pull)
    match row.reason.kind:
        case ReasonKind.WEAK:
            return (
                f"The data pull them with {pull} together beside the other columns and with {alone} {facts.alone}; "
                f"neither exceeds the toll {toll}."
            )
        case ReasonKind.EXPLAINED_AWAY | ReasonKind.CROWDED:
            return _taken(row, facts)
        case ReasonKind.ALSO_ALONE:
            return (
                f"With them at zero the data pull them with {pull} together, more than the toll {toll}; {facts.alone} "
                f"the column would pull with {alone}."
            )
        case ReasonKind.REVEALED:
            return (
                f"{facts.alone.capitalize()} the column would pull with {alone}, not more than the toll {toll}. The "
                f"other columns reveal it: beside them, with its weights at zero, it pulls with {pull}."
            )
        case ReasonKind.UNPENALISED:
            return f"There is no toll to pay, so any pull moves them; with them at zero the pull is {pull}."
        case ReasonKind.NO_TOLL:
            return f"L2 has no toll at zero, so any pull moves a weight; with them at zero the pull is {pull}."
        case ReasonKind.NO_PULL:
            return "L2 has no toll at zero, but here the pull itself is exactly 0."
        case ReasonKind.BORDERLINE:
            return f"Their pull agrees with the toll, {figure(row.toll)}, to nine digits: they are at the edge of zero."
        case _:
            more = "exceeds" if row.coef == 0 else "does not exceed"
            best = "other weights would be better" if row.coef == 0 else "zero would be best"
            return (
                f"Their pull {pull} {more} the toll {toll}, so with the other weights as they are {best}: this fit is "
                "not exact."
            )


def _taken(row: MatrixRow, facts: Facts) -> str:
    """Who brought the pull down to the toll, along the direction in which the data pull the column on its own."""
    shown = account_of(row)
    start = f"{facts.alone.capitalize()} the column would pull with {shown.start}, more than the toll {shown.limit}."
    return f"{start} {_account_in_words(row)}."


def _account_in_words(row: MatrixRow) -> str:
    shown, several = account_of(row), len(row.weights) > 1
    turned = row.waterfall is not None and row.waterfall.final < 0
    left = f"what is left pulls the other way with {shown.end}" if turned else f"what is left is {shown.end}"
    if several and row.waterfall is not None:
        _, pull = against(row.toll, row.pull)
        left += f" along it and {figure(row.across)} across it, {pull} together"
    end = f"{left}, which does not exceed the toll"
    along = "Along the direction of that pull" if several else "Of that"
    if row.reason.kind is ReasonKind.CROWDED and row.waterfall is not None:
        shares = [f"`{display_name(name)}` with {figure(amount)}" for name, amount in row.waterfall.absorbers[:3]]
        return f"{along} no three columns take most of it; many share it, first {listing(shares)}: {end}"
    if not row.reason.by:
        return f"The other columns take the rest: {end}"
    rest = rest_of_account(row, shown)
    return f"{along} {absorbed(row, shown)}" + (f", and {rest}" if rest else "") + f"; {end}"


def _factor(row: MatrixRow, facts: Facts) -> str:
    change = row.evidence.factor_change
    if not change or facts.l1_ratio == 0:
        return ""
    now, limit = against(row.toll / (facts.alpha * facts.l1_ratio), change)
    if row.verdict is Verdict.ZERO_PROVED:
        about = "about " if row.pull_bound - row.pull > LOOSE * row.toll else ""
        return f"At this alpha it would enter if its penalty factor, now {now}, fell below {about}{limit}."
    if row.verdict is Verdict.NONZERO_PROVED:
        return (
            f"A penalty factor of {limit} or more for this column, now {now}, would make all its weights zero, once "
            "the others are fitted again."
        )
    return ""


def _partner(row: MatrixRow, facts: Facts) -> str:
    if not facts.partner or row.partner_coef is None or row.reason.kind is ReasonKind.UNPENALISED:
        return ""
    if row.partner_coef == 0:
        return f"Under {facts.partner_setting} they are zero too."
    moves = ""
    if facts.partner == "L2" and row.coef == 0:
        moves = ": L2 charges next to nothing for the first step from 0, so any pull moves a weight"
    return f"Under {facts.partner_setting} they have the norm {figure(row.partner_coef)}{moves}."


def user(row: MatrixRow, facts: Facts) -> str:
    """The numbers of the table in a few sentences."""
    if row.reason.kind in (ReasonKind.STRUCTURAL, ReasonKind.EXCLUDED):
        return _no_matter_what(row, facts)
    return joined(_headline(row), _why(row, facts), _factor(row, facts), _partner(row, facts))


def learner(row: MatrixRow, facts: Facts) -> str:
    """The same without words that have to be looked up."""
    if row.reason.kind in (ReasonKind.STRUCTURAL, ReasonKind.EXCLUDED) or row.toll == 0:
        return user(row, facts)
    toll, pull, alone = against(row.toll, row.pull, row.null_pull)
    together = "The penalty charges the weights of a column together, so they are all 0 or in general all in use."
    force = (
        f"If the weights of {named(row)} were 0, the data would pull them away with a force of {pull} (over all "
        f"targets together). The {facts.penalty} penalty takes a toll of {toll} from the very first step."
    )
    if row.coef != 0:
        leaves = "The pull is larger than the toll, so they leave 0." if row.pull > row.toll else ""
        return joined(together, force, leaves, _headline(row))
    stays = "The pull does not exceed the toll. So staying at 0 is best: exactly 0, not just small numbers."
    enough = "not enough"
    if row.null_pull > row.toll:
        enough = "enough to pay: they carry much of the same information"
    other = f"Without the other columns the pull would be {alone}, {enough}."
    return joined(together, force, stays if row.pull <= row.toll else "", other, _headline(row), _partner(row, facts))


def expert(row: MatrixRow, facts: Facts) -> str:
    """Formulas with their numbers: condition, bound, gap, account, partner."""
    if row.reason.kind is ReasonKind.EXCLUDED:
        return f"{named(row)}: penalty_factor = inf, so B_j = 0 by definition."
    if row.reason.kind is ReasonKind.STRUCTURAL:
        why = "x_j is constant and the intercepts are free" if facts.fit_intercept else "x_j = 0"
        return f"{named(row)}: {why}, so B_j adds nothing to b_0: B_j = 0 under every penalty."
    toll, pull = against(row.toll, row.pull, digits=_DIGITS)
    if row.reason.kind is ReasonKind.BORDERLINE:
        toll = pull = figure(row.toll, _DIGITS)
    held = ", columns centred," if facts.fit_intercept else ""
    formula = f"alpha*l1_ratio*v = {figure(facts.alpha, _DIGITS)}*{figure(facts.l1_ratio, _DIGITS)}"
    if facts.l1_ratio > 0:
        formula += f"*{figure(row.toll / (facts.alpha * facts.l1_ratio), _DIGITS)}"
    shown = [figure(weight) for weight in row.weights[:_MOST_WEIGHTS]]
    weights = ", ".join([*shown, "..."] if len(row.weights) > _MOST_WEIGHTS else shown)
    relation = "<=" if row.pull <= row.toll else ">"
    return joined(
        f"{named(row)}: B_j = ({weights}), |B_j| = {figure(row.coef, _DIGITS)}. |dL/dB_j| with B_j = 0 and all else as "
        f"fitted{held} is {pull} {relation} {toll} = {formula}; reason: {row.reason.text}.",
        _proof(row, facts),
        _account(row),
        _nearest_in_formulas(row),
        _partner_in_formulas(row, facts),
    )


def _nearest_in_formulas(row: MatrixRow) -> str:
    change = row.evidence.factor_change
    if not change or row.verdict not in (Verdict.ZERO_PROVED, Verdict.NONZERO_PROVED):
        return ""
    return f"Nearest change: v_j {'<' if row.coef == 0 else '>='} {figure(change, _DIGITS)}."


def _partner_in_formulas(row: MatrixRow, facts: Facts) -> str:
    if row.partner_coef is None or row.partner_pull is None:
        return ""
    size, pull = figure(row.partner_coef, _DIGITS), figure(row.partner_pull, _DIGITS)
    return f"Under {facts.partner_setting}: |B_j| = {size}, |dL/dB_j| with B_j = 0 is {pull}."


def _proof(row: MatrixRow, facts: Facts) -> str:
    enclosed = f", |B_j*| in [{at_least(row.lo, _DIGITS)}, {at_most(row.hi, _DIGITS)}]" if math.isfinite(row.hi) else ""
    if row.verdict.says_zero:
        said = "B_j* = 0 in every minimiser"
    elif row.verdict.says_nonzero:
        said = f"B_j* != 0 in every minimiser{enclosed}"
    else:
        said = f"{row.verdict.value}{enclosed}"
    if math.isfinite(row.pull_bound):
        said += f"; |dL/dB_j| <= {at_most(row.pull_bound, _DIGITS)} there"
    return f"Certificate: {said}; {row.proof}; P - P* <= {at_most(facts.gap, _DIGITS)}."


def _account(row: MatrixRow) -> str:
    if row.waterfall is None:
        return f"|dL/dB_j| at the null model: {figure(row.null_pull, _DIGITS)}."
    along = " along the null gradient" if len(row.weights) > 1 else ""
    across = f", and {figure(row.across, _DIGITS)} across it" if len(row.weights) > 1 else ""
    return f"Account{along}: {account_line(row.waterfall, row.toll, _DIGITS)}{across}."


def of_target(row: MatrixRow, target: str, task: int, account: Waterfall) -> str:
    """What one target adds to the pull of a column, and where its part went.

    Parameters
    ----------
    row : MatrixRow
        All weights of the column.
    target : str
        Label of the target.
    task : int
        Its number.
    account : Waterfall
        The account of its part of the pull.
    """
    weight, pull = row.weights[task], row.pulls[task]
    share = 0.0 if row.pull == 0 else (pull / row.pull) ** 2
    of = f"For `{display_name(target)}` the weight of {named(row)} is {figure(weight)}"
    together = " because those of all targets are zero together" if row.coef == 0 and len(row.weights) > 1 else ""
    return (
        f"{of}{together}. With all weights of the column at zero the data pull this one with {figure(pull)}, "
        f"{figure(100 * share)} % of the square of the pull of all targets. Counted along the pull that it has on its "
        f"own: {account_line(account, row.toll, _DIGITS)}."
    )


ROW_LEVELS: dict[str, Callable[[MatrixRow, Facts], str]] = {"learner": learner, "user": user, "expert": expert}
