"""Pieces that more than one level needs: the name, what the path says, what the partner does."""

from __future__ import annotations

from whyzero.certificates import Verdict
from whyzero.explanations.absorbers import NEGLIGIBLE, Waterfall
from whyzero.explanations.facts import Facts
from whyzero.explanations.reasons import TIE
from whyzero.explanations.rows import Row
from whyzero.explanations.sums import Sum, shown_sum
from whyzero.explanations.wording import against, at_least, at_most, display_name, figure, listing

__all__ = [
    "absorbed",
    "account_line",
    "account_of",
    "alone",
    "joined",
    "named",
    "partner_weight",
    "path_part",
    "rest_of_account",
    "several_fits",
    "weight",
    "without_the_limit",
]

_MOST_NAMED = 3


def named(row: Row) -> str:
    """The column's name between backquotes."""
    return f"`{display_name(row.name)}`"


def joined(*parts: str) -> str:
    """The non-empty parts with a space between them."""
    return " ".join(part for part in parts if part)


def weight(row: Row, facts: Facts) -> float:
    """The weight where the penalty acts: per standard deviation of the column, or as stored."""
    return row.coef * row.unit if facts.standardize else row.coef


def partner_weight(row: Row, facts: Facts) -> float:
    """The partner's weight where the penalty acts."""
    coef = row.partner_coef or 0.0
    return coef * row.unit if facts.standardize else coef


def alone(row: Row, shown: str) -> str:
    """How the null pull acts: 'with 0.2'; where it leads downwards, 'downwards with 0.2'. `shown` is its number."""
    return f"downwards with {shown.removeprefix('-')}" if row.null_pull < 0 else f"with {shown}"


def without_the_limit(row: Row, rule: str, zero: str) -> str:
    """What a weight that is pulled downwards would be without `rule`, and why; `zero` is what is said of a zero."""
    toll, down = against(row.toll, -row.pull)
    if row.toll == 0:
        return f"Without {rule} it would be below {zero}: there is no toll to pay, so any pull moves it."
    if abs(row.pull + row.toll) <= TIE * row.toll:
        return f"Without {rule} it would stand at the very edge of going below {zero}: its pull agrees with the toll."
    if -row.pull > row.toll:
        return f"Without {rule} it would be below {zero}: {down} is more than the toll {toll}."
    return f"Without {rule} it would be {zero} all the same: {down} does not exceed the toll {toll}."


def account_of(row: Row) -> Sum:
    """From the null pull, less what the named columns take and what all others do, to the pull; beside the toll."""
    taken = [-amount for _, amount in row.reason.by]
    if row.waterfall is None:
        return shown_sum(row.null_pull, taken, row.pull, row.toll)
    rest = row.waterfall.final - row.waterfall.null - sum(taken)
    return shown_sum(row.waterfall.null, [*taken, rest], row.waterfall.final, row.toll)


def account_line(account: Waterfall, toll: float, digits: int) -> str:
    """'2.1 - 0.9 [a] - 0.7 [b] + 0.1 [others] = 0.6', in decimals at which it adds up and compares with the toll."""
    steps = [*account.steps, ("others", account.others)]
    shown = shown_sum(account.null, [amount for _, amount in steps], account.final, toll, digits)
    told = "".join(
        f" {'-' if amount < 0 else '+'} {text} [{display_name(name)}]"
        for (name, amount), text in zip(steps, shown.parts, strict=True)
        if text != "0" and (shown.exact or name != "others" or abs(amount) > NEGLIGIBLE * abs(account.null))
    )
    start, end = (
        f"{'-' if size < 0 else ''}{text}" for size, text in ((account.null, shown.start), (account.final, shown.end))
    )
    return f"{start}{told} = {'' if shown.exact else 'about '}{end}"


def absorbed(row: Row, shown: Sum) -> str:
    """'`rooms` takes 0.131 of it', for the columns that the reason names."""
    if not row.reason.by:
        return ""
    named = zip(row.reason.by, shown.parts, strict=False)
    shares = listing([f"`{display_name(name)}` takes {amount}" for (name, _), amount in named])
    shares = shares if shown.exact else f"in rounded numbers, {shares}"
    if sum(amount for _, amount in row.reason.by) <= row.null_pull:
        return f"{shares} of it"
    return f"{shares}, {'together ' if len(row.reason.by) > 1 else ''}more than all of it"


def rest_of_account(row: Row, shown: Sum) -> str:
    """What all columns do that the reason does not name, where it is large enough to be shown."""
    account = row.waterfall
    if account is None or shown.parts[-1] == "0":
        return ""
    rest = account.final - account.null + sum(amount for _, amount in row.reason.by)
    return f"all the others together {'take' if rest < 0 else 'give back'} {shown.parts[-1]}"


def several_fits(row: Row, unit: float = 1.0) -> str:
    """That the weight could as well stand at another column; where that is proved, in which range.

    The range is that of the weight times `unit`.
    """
    others = listing([f"`{display_name(name)}`" for name in row.shares_with[:_MOST_NAMED]])
    more = len(row.shares_with) - _MOST_NAMED
    others += f" and {more} more" if more > 0 else ""
    if row.verdict is Verdict.NOT_UNIQUE:
        return (
            f"The data cannot tell {named(row)} from {others or 'another column'}: any split of one weight between "
            f"them fits equally well, and the share of {named(row)} can be anything from {at_least(row.lo * unit)} to "
            f"{at_most(row.hi * unit)}. That is proved."
        )
    if not row.shares_with:
        return ""
    return f"It carries the same information as {others}, and fits that share a weight between them are equally good."


def path_part(row: Row, facts: Facts) -> str:
    """Where on the grid the weight is zero, as one sentence; nothing is said about alphas in between."""
    if not facts.grid or facts.l1_ratio == 0 or row.toll == 0:
        return ""
    runs = row.active.runs
    if row.coef != 0:
        return f"On {facts.grid} it is non-zero {_ranges(runs)}." if runs else ""
    if not runs:
        return f"On {facts.grid} it is zero at every one."
    before = tuple(run for run in runs if run[0] > facts.alpha)
    after = row.active.below(facts.alpha)
    if not before and after is not None:
        change = row.evidence.alpha_change
        still = "" if change is None else f", and is still zero at {figure(change[1])}"
        return f"On {facts.grid} it first becomes non-zero at {figure(after)}{still}."
    later = tuple(run for run in runs if run[0] < facts.alpha)
    again = f", and non-zero again {_ranges(later)}" if later else ""
    return f"On {facts.grid} it was already non-zero {_ranges(before)} and is zero again here{again}."


def _ranges(runs: tuple[tuple[float, float], ...]) -> str:
    shown = [
        f"at {figure(high)}" if high == low else f"from {figure(high)} down to {figure(low)}" for high, low in runs
    ]
    return listing(shown)
