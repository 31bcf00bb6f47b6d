"""Sentences claim no more than the certificate, and say it in the words of their level."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import whyzero as wz
from sentence_rows import FACTS, ROW
from whyzero.certificates import Verdict
from whyzero.explanations import explain
from whyzero.explanations.path_facts import ActiveAlphas
from whyzero.explanations.reasons import Reason, ReasonKind
from whyzero.explanations.sentences import LEVELS, sentences
from whyzero.solution import Settings, Solution, Status
from whyzero.solve import solve
from zoo import PROBLEMS


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


@pytest.mark.parametrize("level", ["learner", "user", "expert"])
def test_a_constant_column_without_a_penalty_is_not_called_zero_under_every_penalty(level):
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.normal(size=40), np.ones(40), rng.normal(size=40)])
    explanation = wz.explain(wz.fit(x, x[:, 0] + rng.normal(size=40), alpha=0.1, penalty_factor=[1, 0, 1]))
    told = explanation.why("x1", level=level)
    assert "any" in told and "every penalty" not in told
    assert not any("x1" in sentence for sentence in explanation.warnings)
