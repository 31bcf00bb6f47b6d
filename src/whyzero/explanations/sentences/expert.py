"""For someone who checks: formulas with their numbers, bound, gap, account, path, partner."""

from __future__ import annotations

import math

from whyzero.certificates import Verdict
from whyzero.explanations.facts import Facts
from whyzero.explanations.reasons import ReasonKind
from whyzero.explanations.rows import Row
from whyzero.explanations.sentences.evidence import evidence_in_formulas
from whyzero.explanations.sentences.parts import account_line, joined, named, path_part, several_fits
from whyzero.explanations.wording import against, at_least, at_most, figure, strictly_below

__all__ = ["expert"]

_DIGITS = 4


def expert(row: Row, facts: Facts) -> str:
    """The reason for one weight, in formulas.

    Parameters
    ----------
    row : Row
        The weight.
    facts : Facts
        The fit.
    """
    if row.reason.kind is ReasonKind.EXCLUDED:
        return f"{named(row)}: penalty_factor = inf, so b_j = 0 by definition."
    if row.reason.kind is ReasonKind.STRUCTURAL:
        why = "x_j is constant and the intercept is free" if facts.fit_intercept else "x_j = 0"
        so = "any b_j is optimal at no toll" if row.verdict is Verdict.NOT_UNIQUE else "b_j = 0 under every penalty"
        return f"{named(row)}: {why}, so b_j adds nothing to b_0: {so}."
    return joined(
        _condition(row, facts),
        _proof(row, facts),
        several_fits(row),
        _account(row),
        path_part(row, facts),
        evidence_in_formulas(row, facts),
        _partner(row, facts),
    )


def _condition(row: Row, facts: Facts) -> str:
    if row.reason.kind is ReasonKind.BORDERLINE:
        toll = pull = figure(row.toll, _DIGITS)
        relation = "= (to nine digits)"
    else:
        toll, pull = against(row.toll, row.pull, digits=_DIGITS)
        relation = "<=" if row.pull <= row.toll else ">"
    held = ", columns centred," if facts.fit_intercept else ""
    limit = "; b_j >= 0, so a zero bears every pull below 0" if row.reason.kind is ReasonKind.PULLED_DOWN else ""
    formula = f"alpha*l1_ratio*v = {figure(facts.alpha, _DIGITS)}*{figure(facts.l1_ratio, _DIGITS)}"
    if facts.l1_ratio > 0:
        formula += f"*{figure(row.toll / (facts.alpha * facts.l1_ratio), _DIGITS)}"
    unit = f" (per s_j*b_j, s_j = {figure(row.unit, _DIGITS)})" if facts.standardize else ""
    return (
        f"{named(row)}: b_j = {figure(row.coef, _DIGITS)}. {_slope(facts)} with b_j = 0 and all else as fitted{held} "
        f"is {pull} {relation} {toll} = {formula}{unit}{limit}; reason: {row.reason.text}."
    )


def _slope(facts: Facts) -> str:
    """What pulls, bounds and tolls are numbers of."""
    return "-dL/db_j" if facts.positive else "|dL/db_j|"


def _proof(row: Row, facts: Facts) -> str:
    gap = f"P - P* <= {at_most(facts.gap, _DIGITS)}"
    interval = _interval(row)
    enclosed = math.isfinite(row.lo) and math.isfinite(row.hi)
    match row.verdict:
        case Verdict.ZERO_PROVED | Verdict.NUMERICAL_DEBRIS:
            said = "b_j* = 0 in every minimiser"
            if row.pull_bound < row.toll:
                bound, toll = strictly_below(row.pull_bound, row.toll, _DIGITS)
                said += f" ({_slope(facts)} <= {bound} < {toll} at every minimiser)"
        case Verdict.NONZERO_PROVED | Verdict.WRONG_ZERO:
            said = "b_j* != 0 in every minimiser" + (f", b_j* in {interval}" if enclosed else "")
        case Verdict.NONZERO_UNPENALISED:
            said = "no penalty acts on b_j" + (f", b_j* in {interval}" if enclosed else "")
        case Verdict.NOT_UNIQUE:
            said = f"not unique: over all minimisers b_j* fills {interval}, its end rounded outwards"
        case _:
            said = "open"
            if math.isfinite(row.pull_bound):
                said += f"; proved only {_slope(facts)} <= {at_most(row.pull_bound, _DIGITS)} at every minimiser"
            if enclosed:
                said += f"; b_j* in {interval}"
    return f"Certificate: {said}; {row.proof}; {gap}."


def _interval(row: Row) -> str:
    """The enclosure, rounded outwards, with enough digits that its ends differ."""
    for digits in range(_DIGITS, 18):
        low, high = at_least(row.lo, digits), at_most(row.hi, digits)
        if (row.lo < 0) == (float(low) < 0) and (row.hi > 0) == (float(high) > 0):
            break
    return f"[{low}, {high}]"


def _account(row: Row) -> str:
    account = row.waterfall
    if account is None:
        return f"Null gradient: {figure(row.null_pull, _DIGITS)}."
    along = "upwards" if row.positive else "along the null gradient"
    return f"Account {along}: {account_line(account, row.toll, _DIGITS)}."


def _partner(row: Row, facts: Facts) -> str:
    if not facts.partner or row.partner_coef is None or row.partner_pull is None:
        return ""
    return (
        f"Under {facts.partner_setting}: b_j = {figure(row.partner_coef, _DIGITS)}, {_slope(facts)} with b_j = 0 is "
        f"{figure(row.partner_pull, _DIGITS)}."
    )
