"""Numbers in sentences: those of the row, sums that add up, comparisons that read as they are."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentence_rows import FACTS, ROW
from whyzero.explanations import explain
from whyzero.explanations.absorbers import Waterfall
from whyzero.explanations.reasons import Reason, ReasonKind
from whyzero.explanations.sentences import LEVELS, sentences
from whyzero.explanations.sums import shown_sum
from whyzero.explanations.wording import against, at_least, at_most, figure, strictly_below
from whyzero.solve import solve
from zoo import PROBLEMS

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]*[A-Za-z_])")


def numbers_of(row, explanation):
    """Every number that a sentence about the row may contain."""
    facts = explanation.facts
    known = [row.coef, row.coef * row.unit, row.toll, row.pull, row.null_pull, row.pull_bound, row.lo, row.hi, row.unit]
    known += [
        float(show(end * unit)) for unit in (1.0, row.unit) for show, end in ((at_least, row.lo), (at_most, row.hi))
    ]
    known += [facts.alpha, facts.l1_ratio, facts.gap, 0.0, 1.0]
    known += [row.toll / (facts.alpha * facts.l1_ratio)] if facts.l1_ratio else []
    known += [
        *np.ravel(row.active.runs),
        explanation.path.alphas[0],
        explanation.path.alphas[-1],
        len(explanation.path),
    ]
    known += [explanation.partner.solution.alpha, row.partner_coef, row.partner_coef * row.unit, row.partner_pull]
    account = row.waterfall
    if account is not None:
        known += [account.null, account.final, account.others, *(abs(amount) for _, amount in account.steps)]
        known += [amount for _, amount in account.absorbers]
        known.append(account.final - account.null + sum(amount for _, amount in row.reason.by))
    known += numbers_of_evidence(row.evidence)
    return np.array([value for value in known if np.isfinite(value)])


def numbers_of_evidence(evidence):
    singles = (
        evidence.factor_change,
        evidence.price_of_zero,
        evidence.radius,
        evidence.irrepresentability,
        evidence.rows.push,
        evidence.rows.hold,
        evidence.removal and evidence.removal.rows,
    )
    known = [value for value in singles if value is not None]
    known.append(float(at_least(evidence.price_of_zero or 0.0)))  # a lower bound is rounded down
    return [*known, *(evidence.alpha_change or ()), *(number for pair in evidence.rows.holding for number in pair)]


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
@pytest.mark.parametrize("alpha", [0.01, 0.2])
def test_every_number_in_a_sentence_is_a_number_of_its_row(case, alpha):
    explanation = explain(solve(case.problem(), alpha), max_refits=1000)
    for row in explanation.rows:
        known = numbers_of(row, explanation)
        for level in LEVELS:
            text = re.sub(r"`[^`]*`|\[[^\]]*[a-z][^\]]*\]|L[12]", "", explanation.why(row.name, level))
            found = NUMBER.findall(text)
            assert level == "learner" or found or row.reason.kind in (ReasonKind.STRUCTURAL, ReasonKind.EXCLUDED)
            for token in found:
                value, decimals = float(token), len(token.partition(".")[2])
                last = 1.01 * 10.0**-decimals if decimals and "e" not in token else 0.0  # of sums that add up
                nearest = np.min(np.abs(np.abs(known) - abs(value)))
                assert nearest <= max(5.1e-3 * abs(value), last), f"{value} in {text!r} is no number of the row"


TAKEN = re.compile(
    r"it would pull with ([\d.]+), more than the toll ([\d.]+)\. But (.*?); "
    r"what is left (?:is|(pulls the other way with)) ([\d.]+), which does not exceed the toll"
)


ACCOUNT = re.compile(r"Account along the null gradient: ([\d.]+)(.*?) = (about )?(-?[\d.]+(?:e-?\d+)?)\.(?: |$)")


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_the_parts_that_are_shown_add_up_to_what_is_shown(case, alpha):
    explanation = explain(solve(case.problem(), alpha), compare=None)
    for row in explanation.rows:
        told = re.sub(r"`[^`]*`", "column", explanation.why(row.name))
        for start, toll, middle, turned, left in TAKEN.findall(told):
            taken = sum(map(Decimal, re.findall(r"take[s]? ([\d.]*\d)", middle)))
            given = sum(map(Decimal, re.findall(r"give back ([\d.]*\d)", middle)))
            crowded = "No three columns" in middle
            assert crowded or Decimal(start) - taken + given == Decimal(left) * (-1 if turned else 1), told
            assert Decimal(start) > Decimal(toll) > Decimal(left)
        for start, steps, about, end in ACCOUNT.findall(explanation.why(row.name, "expert")):
            parts = sum(Decimal(sign + size) for sign, size in re.findall(r" ([-+]) ([\d.]+) \[", steps))
            assert about or Decimal(start) + parts == Decimal(end)


sizes = st.floats(1e-3, 1e4)


@given(sizes, st.lists(st.floats(-1e3, 1e3), max_size=5), sizes)
def test_a_sum_is_shown_with_decimals_at_which_it_adds_up(start, parts, limit):
    end = math.fsum([start, *parts])
    shown = shown_sum(start, parts, end, limit)
    if not shown.exact:  # a chance that is left: eight decimals in a row at which nothing fits
        return
    signed = [Decimal(text) * (-1 if value < 0 else 1) for text, value in zip(shown.parts, parts, strict=True)]
    assert Decimal(shown.start) + sum(signed) == Decimal(shown.end) * (-1 if end < 0 else 1)
    unit = 1.01 * 10.0 ** -max(len(text.partition(".")[2]) for text in (shown.start, shown.end, *shown.parts))
    for text, value in zip((shown.start, shown.end, *shown.parts), (start, end, *parts), strict=True):
        assert abs(float(text) - abs(value)) <= max(unit, 1e-15 * abs(value))
    assert (float(shown.start) > float(shown.limit)) == (start > limit)


def test_nearly_every_sum_finds_its_decimals():
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(500):
        start, parts = rng.uniform(0.01, 50), rng.normal(0, 5, rng.integers(1, 6)).tolist()
        found += shown_sum(start, parts, math.fsum([start, *parts]), rng.uniform(0.01, 50)).exact
    assert found >= 499


def test_a_sum_too_small_for_decimals_is_said_to_be_rounded():
    assert not shown_sum(3e-7, [-1e-7], 2e-7, 2.5e-7).exact
    by = (("r", 1e-7),)
    tiny = replace(ROW, null_pull=1.95e-7, pull=6.3e-8, toll=8e-8, reason=Reason(ReasonKind.EXPLAINED_AWAY, by))
    tiny = replace(tiny, waterfall=Waterfall(1.95e-7, (("r", -1e-7),), -3.2e-8, 6.3e-8, by))
    assert "But in rounded numbers, `r` takes 1e-07 of it" in sentences(tiny, FACTS)["user"]


COMPARISON = re.compile(r"pull with ([\d.e+-]+), more than the toll ([\d.e+-]+)\b")


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case.name)
def test_numbers_that_are_compared_read_in_that_order(case):
    for alpha in (0.01, 0.05, 0.2):
        for row in (explanation := explain(solve(case.problem(), alpha), compare=None)).rows:
            for pull, toll in COMPARISON.findall(explanation.why(row.name)):
                assert float(pull) > float(toll.rstrip("."))


positive = st.floats(1e-8, 1e8, allow_subnormal=False)


@given(positive, positive, st.sampled_from([1.0, 1 + 1e-3, 1 + 1e-9, 1 + 2**-52]))
def test_compared_numbers_read_as_they_compare(toll, other, factor):
    for value in (other, toll * factor):
        shown_toll, shown = against(toll, value)
        assert (float(shown) > float(shown_toll)) == (value > toll)
        assert (shown == shown_toll) == (value == toll)


@given(positive)
def test_a_figure_is_within_half_a_unit_of_its_third_digit(value):
    assert float(figure(value)) == pytest.approx(value, rel=5.001e-3)


@given(st.floats(-1e12, 1e12, allow_subnormal=False))
def test_bounds_are_rounded_outwards(value):
    assert float(at_least(value)) <= value <= float(at_most(value))
    assert float(at_most(value, 4)) == pytest.approx(value, rel=1.01e-3)


@given(positive, st.sampled_from([1 + 1e-12, 1 + 1e-6, 1.01, 3.0]))
def test_a_bound_below_a_limit_reads_below_it(bound, factor):
    low, high = strictly_below(bound, bound * factor)
    assert bound <= float(low) < float(high)
