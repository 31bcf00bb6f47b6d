"""Sentences: their numbers are the table's, they claim no more than the certificate, names stay inert."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import whyzero as wz
from whyzero.certificates import Verdict
from whyzero.errors import InputError
from whyzero.explanations import explain
from whyzero.explanations.absorbers import Waterfall
from whyzero.explanations.facts import Facts
from whyzero.explanations.path_facts import ActiveAlphas
from whyzero.explanations.reasons import Forces, Reason, ReasonKind, find_reason
from whyzero.explanations.rows import Row
from whyzero.explanations.sentences import LEVELS, sentences
from whyzero.explanations.sums import shown_sum
from whyzero.explanations.wording import against, at_least, at_most, display_name, figure, listing, strictly_below
from whyzero.problem import make_problem
from whyzero.solution import Settings, Solution, Status
from whyzero.solve import solve
from zoo import PROBLEMS

FACTS = Facts(
    alpha=0.08,
    l1_ratio=1.0,
    penalty="L1",
    standardize=False,
    fit_intercept=True,
    unpenalised=False,
    gap=1e-9,
    arithmetic="float",
    grid="the computed grid of 60 alphas from 0.4 to 0.0004",
    partner="L2",
    match="training loss",
    partner_setting="L2 at the same training loss (alpha 0.0031)",
)
ROW = Row(
    index=0,
    name="tax",
    coef=0.0,
    coef_std=0.0,
    sd=1.0,
    unit=1.0,
    toll=0.08,
    pull=0.063,
    pull_sign=-1.0,
    ratio=0.063 / 0.08,
    null_pull=0.195,
    slack=0.017,
    pull_bound=0.0631,
    lo=0.0,
    hi=0.0,
    verdict=Verdict.ZERO_PROVED,
    proof="dual bound (float)",
    reason=Reason(ReasonKind.EXPLAINED_AWAY, (("rooms", 0.131),)),
    waterfall=Waterfall(0.195, (("rooms", -0.131), ("age", -0.001)), 0.0, 0.063, (("rooms", 0.131), ("age", 0.001))),
    active=ActiveAlphas(((0.064, 0.0004),)),
    partner_coef=-0.021,
    partner_pull=0.05,
)


def test_a_zero_explained_away_is_told_to_the_user_in_these_words():
    assert sentences(ROW, FACTS)["user"] == (
        "`tax` is exactly zero: proved. On its own it would pull with 0.195, more than the toll 0.08. But `rooms` "
        "takes 0.131 of it, and all the others together take 0.001; what is left is 0.063, which does not exceed the "
        "toll. On the computed grid of 60 alphas "
        "from 0.4 to 0.0004 it first becomes non-zero at 0.064. Under L2 at the same training loss (alpha 0.0031) it "
        "is -0.021: L2 charges next to nothing for the first step from 0, so any pull moves a weight."
    )


@pytest.mark.parametrize(
    ("takers", "words"),
    [
        ([("rooms", 0.3)], "But `rooms` takes 0.3, more than all of it"),
        ([("rooms", 0.15), ("age", 0.1)], "But `rooms` takes 0.15 and `age` takes 0.1, together more than all of it"),
    ],
)
def test_what_is_taken_is_a_part_of_the_pull_only_where_it_is_one(takers, words):
    row = replace(ROW, reason=Reason(ReasonKind.EXPLAINED_AWAY, tuple(takers)))
    for level in ("user", "learner"):
        assert words in sentences(row, FACTS)[level]


def test_the_learner_is_told_of_a_force_and_a_toll():
    assert sentences(ROW, FACTS)["learner"] == (
        "The weight of `tax` is exactly 0. The data pull it away from 0 with a force of 0.063. But the L1 penalty "
        "takes a toll of 0.08 from the very first step, and the pull does not exceed the toll. So staying at 0 is "
        "best, as for any pull up to the toll: exactly 0, not just a small number. Without the other columns the pull "
        "would be 0.195, enough to pay. But `rooms` takes 0.131 of it, because it carries much of the same "
        "information, and all the others together take 0.001. With an L2 penalty that fits these data equally well the "
        "weight is -0.021: L2 charges the "
        "square of a weight, so the first step from 0 costs next to nothing, and any pull moves it. This zero is "
        "proved, not rounded: with these rows, these columns and this alpha every best fit has it. A gradient "
        "optimiser such as Adam would end at a tiny number beside it, almost never on it."
    )


def test_the_expert_is_given_the_condition_the_bound_and_the_account():
    text = sentences(ROW, FACTS)["expert"]
    assert "all else as fitted, columns centred, is 0.063 <= 0.08 = alpha*l1_ratio*v = 0.08*1*1" in text
    assert "b_j* = 0 in every minimiser (|dL/db_j| <= 0.0631 < 0.08 at every minimiser)" in text
    assert "P - P* <= 1e-9." in text
    assert "0.195 - 0.131 [rooms] - 0.001 [age] = 0.063" in text


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


def forces(**changes):
    known = {"coef": 0.0, "pull": 0.5, "null_pull": 2.0, "toll": 1.0}
    known |= {"structural": False, "excluded": False, "free": False, "l2": False}
    return Forces(**(known | changes))


def account(null, final, *absorbed):
    takers = tuple((f"c{k}", amount) for k, amount in enumerate(absorbed))
    return Waterfall(
        null, tuple((name, -amount) for name, amount in takers), final - null + sum(absorbed), final, takers
    )


@pytest.mark.parametrize(
    ("known", "waterfall", "text"),
    [
        ({"structural": True}, None, "structural"),
        ({"structural": True, "excluded": True, "toll": np.inf}, None, "excluded"),
        ({"free": True, "toll": 0.0, "coef": 1.0}, None, "unpenalised"),
        ({"l2": True, "toll": 0.0, "coef": 1.0}, None, "L2: no toll"),
        ({"l2": True, "toll": 0.0, "pull": 0.0}, None, "no pull"),
        ({"l2": True, "toll": 0.0}, None, "not settled"),
        ({"pull": 1.0 + 1e-12}, None, "borderline"),
        ({"pull": 1.1}, None, "not settled"),
        ({"coef": 0.1, "pull": 0.9}, None, "not settled"),
        ({"null_pull": 1.0}, None, "weak"),
        ({}, account(2.0, 0.5, 1.5), "explained away by c0"),
        ({}, account(2.0, 0.5, 1.0, 0.5), "explained away by c0"),
        ({}, account(2.0, 0.5, 0.8, 0.7), "explained away by c0 and c1"),
        ({}, account(2.0, 0.1, 0.35, 0.34, 0.32, 0.3, 0.3), "explained away by c0, c1 and c2"),
        ({}, account(2.0, 0.1, 0.5, 0.25, 0.22, 0.2, 0.2), "explained away, mostly by c0, c1 and c2"),
        ({}, account(2.0, 0.1, 0.25, 0.2, 0.2, 0.2, 0.2), "crowded at this alpha"),
        ({}, None, "explained away"),
        ({"coef": 0.1, "pull": 1.5}, None, "also alone"),
        ({"coef": 0.1, "pull": 1.5, "null_pull": 0.5}, None, "revealed"),
    ],
)
def test_reason_follows_the_table_of_rules(known, waterfall, text):
    assert find_reason(forces(**known), waterfall).text == text


def consistent(verdict, kind):
    """A row of that verdict and reason."""
    coef = (
        0.3 if kind in (ReasonKind.ALSO_ALONE, ReasonKind.REVEALED, ReasonKind.NO_TOLL, ReasonKind.UNPENALISED) else 0.0
    )
    if verdict is Verdict.NUMERICAL_DEBRIS:
        coef = 1e-9
    return replace(ROW, verdict=verdict, reason=Reason(kind), coef=coef, lo=-np.inf, hi=np.inf)


@pytest.mark.parametrize("kind", ReasonKind)
@pytest.mark.parametrize("level", LEVELS)
def test_an_open_weight_is_never_called_proved(kind, level):
    text = LEVELS[level](consistent(Verdict.OPEN, kind), FACTS)
    claim = re.sub(r"not proved|could not prove|proved only \|dL", "", text)
    assert "prove" not in claim


@pytest.mark.parametrize("verdict", [Verdict.ZERO_PROVED, Verdict.NUMERICAL_DEBRIS])
def test_a_proved_zero_is_called_proved_at_every_level(verdict):
    row = consistent(verdict, ReasonKind.WEAK)
    assert "proved" in sentences(row, FACTS)["user"]
    assert "proved" in sentences(row, FACTS)["learner"]
    assert "in every minimiser" in sentences(row, FACTS)["expert"]


def test_a_wrong_zero_is_called_wrong():
    row = consistent(Verdict.WRONG_ZERO, ReasonKind.UNSETTLED)
    assert "proved wrong" in sentences(row, FACTS)["user"]
    assert "not 0" in sentences(row, FACTS)["learner"]


def test_no_enclosure_is_printed_where_none_is_known():
    assert "inf" not in sentences(consistent(Verdict.OPEN, ReasonKind.ALSO_ALONE), FACTS)["expert"].replace(
        "information", ""
    )


def test_debris_is_recognised_in_a_fit_that_was_disturbed():
    problem = PROBLEMS[0].problem()
    fit = solve(problem, 0.3, settings=Settings(tol=1e-12))
    zero = next(j for j in np.flatnonzero(fit.coef == 0) if not problem.structural[j])
    coef = fit.coef.copy()
    coef[zero] = 1e-9
    disturbed = Solution(problem, 0.3, coef, fit.intercept, 1.0, Status.MAX_ITER, 1)
    explanation = explain(disturbed, compare=None)
    assert explanation.rows[zero].verdict is Verdict.NUMERICAL_DEBRIS
    assert explanation.rows[zero].reason.kind is ReasonKind.UNSETTLED
    assert "debris" in explanation.why(problem.names[zero])
    assert any("not finished" in sentence for sentence in explanation.warnings)
    assert any("proved zero" in sentence for sentence in explanation.warnings)


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ((), "it is zero at every one."),
        (((0.064, 0.01),), "it first becomes non-zero at 0.064."),
        (((0.2, 0.1),), "it was already non-zero from 0.2 down to 0.1 and is zero again here."),
        (((0.1, 0.1), (0.05, 0.01)), "is zero again here, and non-zero again from 0.05 down to 0.01."),
    ],
)
def test_path_of_a_zero_is_told_about_the_grid_alone(runs, said):
    text = sentences(replace(ROW, active=ActiveAlphas(runs)), FACTS)["user"]
    assert said in text
    assert "On the computed grid of 60 alphas" in text


def test_zero_under_l2_is_not_told_as_if_a_pull_had_moved_it():
    text = sentences(replace(ROW, partner_coef=0.0, partner_pull=0.0), FACTS)["user"]
    assert text.endswith("it is zero too, because its pull there is exactly 0.")


HOSTILE = [
    "<script>alert(1)</script>",
    "a`b",
    "x\x1b[31m",
    "\u202eevil",
    "new\nline",
    "=cmd()",
    "",
    "ünïcode ∑",
    "$x^2$",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("level", LEVELS)
def test_names_are_carried_without_invisible_characters(name, level):
    text = LEVELS[level](replace(ROW, name=name, reason=Reason(ReasonKind.EXPLAINED_AWAY, ((name, 0.1),))), FACTS)
    assert text.isprintable()
    assert display_name(name) in text
    if name.isprintable():
        assert name in text


def test_unknown_name_is_answered_with_the_nearest_names():
    x = np.random.default_rng(0).standard_normal((30, 3))
    explanation = explain(solve(make_problem(x, x[:, 0], feature_names=["capital-gain", "age", "hours"]), 0.1))
    with pytest.raises(InputError, match=r"'capital_gain' is no column of this model, which has 3; .*'capital-gain'"):
        explanation.why("capital_gain")
    with pytest.raises(InputError, match=r"'AGE' is no column.*'age'"):
        explanation.why("AGE")
    with pytest.raises(InputError, match=r"level='beginner'.*'learner', 'user', 'expert'"):
        explanation.why("age", level="beginner")


def test_columns_of_the_same_name_are_all_told():
    x = np.random.default_rng(0).standard_normal((30, 2))
    explanation = explain(solve(make_problem(x, x[:, 0], feature_names=["a", "a"]), 0.1))
    assert len(explanation.why("a").split("\n\n")) == 2


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


def test_lists_are_joined_as_in_a_sentence():
    assert [listing(["a", "b", "c"][:k]) for k in range(4)] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize("level", ["learner", "user", "expert"])
def test_a_constant_column_without_a_penalty_is_not_called_zero_under_every_penalty(level):
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.normal(size=40), np.ones(40), rng.normal(size=40)])
    explanation = wz.explain(wz.fit(x, x[:, 0] + rng.normal(size=40), alpha=0.1, penalty_factor=[1, 0, 1]))
    told = explanation.why("x1", level=level)
    assert "any" in told and "every penalty" not in told
    assert not any("x1" in sentence for sentence in explanation.warnings)
