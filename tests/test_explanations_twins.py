"""Columns that carry the same information: found exactly, and told only where sharing a weight costs nothing."""

from __future__ import annotations

import re

import numpy as np
import pytest

from whyzero.certificates import Verdict
from whyzero.explanations import explain
from whyzero.explanations.twins import find_twins, sharers
from whyzero.explanations.wording import figure
from whyzero.problem import make_problem
from whyzero.solution import Settings
from whyzero.solve import solve


def columns(shift=0.0):
    """Six columns: 1 equals 0, 2 mirrors 0, 4 is 3 but for one rounding error, 5 is constant."""
    x = np.random.default_rng(0).standard_normal((40, 6))
    x[:, 0] = np.round(64 * x[:, 0]) / 64
    x[:, 1], x[:, 2] = x[:, 0], shift - x[:, 0]
    x[:, 4] = x[:, 3]
    x[7, 4] = np.nextafter(x[7, 3], 9)
    x[:, 5] = 1.0
    return x, x[:, 0] + 0.5 * x[:, 3] + np.random.default_rng(1).standard_normal(40)


def test_equal_and_mirrored_columns_are_found_and_nearly_equal_ones_are_not():
    twins = find_twins(make_problem(*columns()))
    assert twins.equal == ((0, 1),)
    assert twins.mirrored == ((0, 2),)
    assert twins.complete


def test_mirrored_columns_need_an_intercept_to_be_told():
    assert find_twins(make_problem(*columns(), fit_intercept=False)).mirrored == ()


@pytest.mark.parametrize("standardize", [False, True])
def test_passing_weight_to_a_twin_leaves_the_objective_as_it_is(standardize):
    problem = make_problem(*columns(shift=3.0), standardize=standardize)
    fit = solve(problem, 0.1)
    found = sharers(problem, find_twins(problem), fit.coef)
    assert found == {0: (1, 2), 1: (0, 2), 2: (0, 1)}
    owner = next(j for j in found if fit.coef[j] != 0)
    best = problem.objective(fit.coef, fit.intercept, 0.1)
    for other in found[owner]:
        coef, passed = fit.coef.copy(), fit.coef[owner] / 3
        mirrored = 2 in (owner, other)
        coef[owner] -= passed
        coef[other] += -passed if mirrored else passed
        intercept = fit.intercept + (passed * 3.0 if mirrored else 0.0)
        assert problem.objective(coef, intercept, 0.1) == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize(
    "options",
    [{"l1_ratio": 0.5}, {"l1_ratio": 0.0}, {"penalty_factor": [1, 2, 2, 1, 1, 1]}],
    ids=lambda o: next(iter(o)),
)
def test_nothing_is_shared_where_one_way_is_the_best(options):
    problem = make_problem(*columns(), **options)
    assert sharers(problem, find_twins(problem), solve(problem, 0.1).coef) == {}


def test_twins_that_are_both_zero_share_nothing():
    problem = make_problem(*columns())
    assert sharers(problem, find_twins(problem), solve(problem, 5.0).coef) == {}


def test_a_weight_that_can_be_shared_is_not_unique_and_the_range_is_told():
    x, y = columns()
    explanation = explain(solve(make_problem(x[:, :4], y), 0.1))
    total = sum(abs(row.coef) for row in explanation.rows[:3])
    for name, others, sign in (("x0", "`x1` and `x2`", 1), ("x1", "`x0` and `x2`", 1), ("x2", "`x0` and `x1`", -1)):
        row = next(row for row in explanation.rows if row.name == name)
        assert row.verdict is Verdict.NOT_UNIQUE
        assert [row.lo, row.hi] == pytest.approx(sorted([0.0, sign * total]), rel=1e-4)
        for level in ("learner", "user", "expert"):
            said = explanation.why(name, level)
            assert f"The data cannot tell `{name}` from {others}: any split of one weight between them fits" in said
            assert f"can be anything from {figure(row.lo)} to {figure(row.hi)}. That is proved." in said
    assert "split" not in explanation.why("x3")
    assert explanation.header.zero + explanation.header.nonzero + explanation.header.open == 4
    assert explanation.header.verdicts["not unique"] == 3


def warning_with(explanation, words):
    return next(sentence for sentence in explanation.warnings if words in sentence)


def test_a_warning_sends_nobody_after_a_smaller_tol_where_several_fits_are_best():
    x, y = columns()
    only_twins = explain(solve(make_problem(x[:, :4], y), 0.1))
    assert {row.name for row in only_twins.rows if row.verdict is Verdict.NOT_UNIQUE} == {"x0", "x1", "x2"}
    assert warning_with(only_twins, "not unique") == (
        "3 weights are not unique: `x0`, `x1` and `x2`. The data cannot tell these columns from one another, and any "
        "split of a weight between them fits equally well."
    )
    assert not any("smaller tol" in sentence for sentence in only_twins.warnings)


def test_a_nearly_equal_pair_keeps_the_proof_from_reaching_and_that_is_told():
    others_too = explain(solve(make_problem(*columns()), 0.1))
    assert {row.name for row in others_too.rows if row.verdict is Verdict.OPEN} == {"x0", "x1", "x2", "x3", "x4"}
    assert "A smaller tol may settle it" in warning_with(others_too, "it is open")
    assert "3 of them carry the same information as another column" in warning_with(others_too, "it is open")
    for level in ("learner", "user", "expert"):
        assert "fits that share a weight between them are equally good" in others_too.why("x0", level)


def test_every_level_tells_a_shared_weight_in_one_unit():
    """The learner hears of weights per standard deviation throughout; the others of weights of the column."""
    x, y = columns()
    problem = make_problem(10.0 * x[:, [0, 1, 3]], y, standardize=True)
    explanation = explain(solve(problem, 0.1, settings=Settings(tol=1e-12)))
    row = next(row for row in explanation.rows if row.verdict is Verdict.NOT_UNIQUE and row.coef != 0)
    whole = row.hi if row.coef > 0 else row.lo
    for level, unit in (("learner", row.unit), ("user", 1.0)):
        ends = re.search(r"can be anything from (\S+) to (\S+)\. That", explanation.why(row.name, level))
        assert max(abs(float(ends[1])), abs(float(ends[2]))) == pytest.approx(abs(whole) * unit, rel=0.01)
    assert f"is {figure(row.coef)} ({figure(row.coef_std)} per standard deviation)" in explanation.why(row.name)
    partner = f"it is {figure(row.partner_coef)} ({figure(row.partner_coef * row.unit)} per standard deviation)"
    assert partner in explanation.why(row.name)
