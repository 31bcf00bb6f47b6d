"""What a reader must know before believing the table, one sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from whyzero.certificates import Certificate, Verdict
from whyzero.explanations.matching import MATCHES
from whyzero.explanations.null_model import unpenalised
from whyzero.explanations.partner import Partner
from whyzero.explanations.twins import Twins, sharers
from whyzero.explanations.wording import against, display_name, figure, listing, plural
from whyzero.problem import Problem
from whyzero.solution import Solution, Status

__all__ = ["about_zeros", "named", "named_pairs", "warning_sentences"]

_MOST_NAMES = 5
_UNEVEN_SPREAD = 3.0
_ROUNDING = 1e-8
_TOO_LARGE = (
    "No L2 fit stands beside this one: with more than 2000 rows and 2000 columns it would take too long. Its "
    "weights would be non-zero nearly everywhere."
)
_NOT_NO_EFFECT = (
    "A zero is not 'no effect': it says that, beside the other columns and at this alpha, the pull does not exceed the "
    "toll. Another alpha, other columns or other rows can change it, and no p-value follows from it."
)
_NOT_AN_EFFECT = (
    "That a weight is not zero says little here: under L2 any pull moves a weight, and no p-value follows from it."
)
_NOT_AN_EFFECT_UPWARDS = (
    "That a weight is not zero says little here: under L2 any pull upwards moves a weight. A zero says that the data, "
    "beside the other columns, pull it downwards, where it may not go. No p-value follows from either."
)


def warning_sentences(
    solution: Solution,
    certificate: Certificate,
    partner: Partner | None,
    twins: Twins,
    *,
    too_large: bool = False,
    index: tuple[float, str] | None = None,
    below: Sequence[str] = (),
    unfollowed: bool = False,
) -> tuple[str, ...]:
    """The warnings that apply, the most serious first; the last one always applies.

    Parameters
    ----------
    solution : Solution
        The explained fit.
    certificate : Certificate
        What is proved about it.
    partner : Partner or None
        The fit beside it.
    twins : Twins
        Columns that carry the same information.
    too_large : bool
        That there is no partner because its fits would take too long.
    index : (float, str), optional
        The largest irrepresentability index of a zero, and its column.
    below : sequence of str
        Zeros that are pulled below 0 where no weight may be negative, harder than their toll.
    unfollowed : bool
        That optimisers were to be followed, and were not because no weight may be negative.
    """
    problem = solution.problem
    return (
        *_about_the_fit(solution, certificate, twins),
        *_about_the_limit(below, unfollowed),
        *_about_the_partner(partner),
        *([_TOO_LARGE] if too_large else []),
        *_about_columns(problem, _beside(twins, certificate)),
        *_about_the_selection(index),
        *_about_the_target(problem),
        about_zeros(problem),
    )


def about_zeros(problem: Problem) -> str:
    """What a zero does not say; under L2 what a weight that is not zero does not say."""
    if problem.penalty.l1_ratio > 0:
        return _NOT_NO_EFFECT
    return _NOT_AN_EFFECT_UPWARDS if problem.penalty.positive else _NOT_AN_EFFECT


def _about_the_limit(below: Sequence[str], unfollowed: bool) -> Iterator[str]:
    if below:
        yield (
            f"No weight of this fit may be negative, and {plural(len(below), 'weight is', 'weights are')} zero for "
            f"that reason alone: {named(below)}. Free of that rule, {'it' if len(below) == 1 else 'each by itself'} "
            "would be below 0."
        )
    if unfollowed:
        yield (
            "No optimisers were followed: where no weight may be negative, those that cut off what is below 0 arrive "
            "at exact zeros by that cut, whatever the toll."
        )


def _about_the_fit(solution: Solution, certificate: Certificate, twins: Twins) -> Iterator[str]:
    if solution.status is not Status.OPTIMAL:
        yield f"The fit is not finished. {solution.status.value}"
    verdicts = certificate.verdicts
    names = solution.problem.names
    wrong = [name for name, verdict in zip(names, verdicts, strict=True) if verdict is Verdict.WRONG_ZERO]
    if wrong:
        yield f"{plural(len(wrong), 'weight is', 'weights are')} zero here but proved non-zero: {named(wrong)}."
    debris = [name for name, verdict in zip(names, verdicts, strict=True) if verdict is Verdict.NUMERICAL_DEBRIS]
    if debris:
        yield f"{plural(len(debris), 'weight is', 'weights are')} not zero here but proved zero: {named(debris)}."
    alike = [verdict is Verdict.NOT_UNIQUE for verdict in verdicts] & ~solution.problem.structural
    several = [name for name, shared in zip(names, alike, strict=True) if shared]
    if several:
        yield (
            f"{plural(len(several), 'weight is', 'weights are')} not unique: {named(several)}. The data cannot tell "
            "these columns from one another, and any split of a weight between them fits equally well."
        )
    n_open = sum(verdict is Verdict.OPEN for verdict in verdicts)
    if n_open:
        shared = sharers(solution.problem, twins, solution.coef)
        n_shared = sum(verdict is Verdict.OPEN and j in shared for j, verdict in enumerate(verdicts))
        yield f"For {plural(n_open, 'weight')} it is open whether the best fit has a zero there: " + _why_open(
            n_open, n_shared
        )


def _why_open(n_open: int, n_shared: int) -> str:
    """Why nothing is proved: several fits are equally good, or the proof does not reach."""
    if n_shared == n_open:
        return (
            f"{'each' if n_open > 1 else 'its column'} carries the same information as another column, and fits that "
            "share a weight between them are equally good."
        )
    reach = "the proof does not reach. A smaller tol may settle it, unless several best fits exist"
    if n_shared == 0:
        return f"{reach}."
    which = "1 of them carries" if n_shared == 1 else f"{n_shared} of them carry"
    return f"{reach}: {which} the same information as another column, and fits that share a weight are equally good."


def _about_the_partner(partner: Partner | None) -> Iterator[str]:
    if partner is None:
        return
    if not partner.matched:
        # The training loss is monotone in alpha; of the others only what was tried is known.
        found = "" if partner.match == MATCHES["loss"] else " found"
        yield (
            f"No {partner.name} fit{found} has the same {partner.match}; the nearest one found, at alpha "
            f"{figure(partner.solution.alpha)}, differs from it by {figure(100 * partner.mismatch)} %."
        )
    if partner.solution.status is not Status.OPTIMAL:
        yield f"The {partner.name} fit beside this one is not finished. {partner.solution.status.value}"
    exact = partner.zeros - partner.structural_zeros
    if partner.name == "L2" and exact and partner.solution.status is Status.OPTIMAL:
        why = (
            "no weight may be negative, and under every penalty a weight that is pulled downwards then stays at 0."
            if partner.solution.problem.penalty.positive
            else "these data are discrete enough, or symmetric enough, for a pull of exactly 0. L2 has no other way to "
            "a zero."
        )
        yield f"L2 too has {plural(exact, 'exact zero')} besides constant or excluded columns: {why}"


def _about_the_selection(index: tuple[float, str] | None) -> Iterator[str]:
    # An exact copy of a column has an index of 1, but for rounding.
    if index is not None and index[0] > 1 + _ROUNDING:
        size, name = index
        yield (
            "The choice of these columns cannot be trusted: the irrepresentability index is "
            f"{against(1.0, size)[1]} (at `{display_name(name)}`), above 1. "
            "Were the weights that are not zero here the true ones, columns correlate so much that the penalty would "
            "not find them, however many rows there are. It is a diagnostic at the support found, not a test."
        )


def _about_columns(problem: Problem, twins: Twins) -> Iterator[str]:
    names = problem.names
    constant = np.flatnonzero(problem.structural & ~problem.penalty.excluded & ~problem.penalty.free)
    if len(constant):
        what = "constant" if problem.fit_intercept else "zero in every row"
        yield (
            f"{plural(len(constant), 'column is', 'columns are')} {what}, so the weight is 0 under every penalty: "
            f"{named([names[j] for j in constant])}."
        )
    yield from _about_twins(problem, twins)
    spread = problem.column_sd[~problem.structural & ~unpenalised(problem) & (problem.column_sd > 0)]
    if not problem.standardize and len(spread) and spread.max() > _UNEVEN_SPREAD * spread.min():
        with np.errstate(over="ignore"):
            ratio = spread.max() / spread.min()
        times = figure(ratio) if np.isfinite(ratio) else f"more than {figure(np.finfo(float).max)}"
        yield (
            f"The columns are not standardised, and the largest standard deviation is {times} times the smallest: the "
            "same toll asks different things of different columns."
        )


def _beside(twins: Twins, certificate: Certificate) -> Twins:
    """The twins without the pairs whose weights are told to be not unique, with the proof."""
    told = {j for j, verdict in enumerate(certificate.verdicts) if verdict is Verdict.NOT_UNIQUE}
    equal, mirrored = (
        tuple(pair for pair in pairs if not told.issuperset(pair)) for pairs in (twins.equal, twins.mirrored)
    )
    return replace(twins, equal=equal, mirrored=mirrored)


def _about_twins(problem: Problem, twins: Twins) -> Iterator[str]:
    more = "" if twins.complete else " There are too many similar columns to compare them all."
    share = (
        "a fit may share a weight between them in more than one way"
        if problem.penalty.l1_ratio == 1
        else "the data cannot tell them apart"
    )
    if twins.equal:
        yield f"Some columns are equal in every row; {share}: {named_pairs(problem.names, twins.equal)}.{more}"
    if twins.mirrored:
        yield (
            f"Some columns mirror each other (their sum is the same in every row); {share}: "
            f"{named_pairs(problem.names, twins.mirrored)}.{more}"
        )


def _about_the_target(problem: Problem) -> Iterator[str]:
    if problem.loss.name == "squared":
        values = np.unique(problem.y)
        if len(values) == 2:
            yield (
                f"y takes only two values, {figure(values[0])} and {figure(values[1])}, but the loss is squared: "
                "logistic loss is made for such a target."
            )
        elif len(values) == 1:
            yield f"y is {figure(values[0])} in every row: there is nothing to explain."


def named(names: Sequence[str]) -> str:
    """The first few of them in a sentence, and how many more there are."""
    shown = [f"`{display_name(name)}`" for name in names[:_MOST_NAMES]]
    more = len(names) - len(shown)
    return listing([*shown, f"{more} more"] if more else shown)


def named_pairs(names: Sequence[str], pairs: Sequence[tuple[int, int]]) -> str:
    """The same for pairs of columns."""
    shown = [f"`{display_name(names[a])}` with `{display_name(names[b])}`" for a, b in pairs[:_MOST_NAMES]]
    more = len(pairs) - len(shown)
    return "; ".join([*shown, f"{more} more pairs"] if more else shown)
