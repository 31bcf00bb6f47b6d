"""Columns that carry the same information: found exactly, and told only where sharing a weight costs nothing."""

from __future__ import annotations

import numpy as np
import pytest

from whyzero.certificates import Verdict
from whyzero.explanations import explain
from whyzero.explanations.twins import find_twins, sharers
from whyzero.problem import make_problem
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


def test_a_weight_that_can_be_shared_is_open_and_the_reason_is_told():
    explanation = explain(solve(make_problem(*columns()), 0.1))
    for name in ("x0", "x1", "x2"):
        row = next(row for row in explanation.rows if row.name == name)
        assert row.verdict is Verdict.OPEN
        for level in ("learner", "user", "expert"):
            assert "fits that share a weight between them are equally good" in explanation.why(name, level)
    assert "share" not in explanation.why("x3")


def open_warning(explanation):
    return next(sentence for sentence in explanation.warnings if "it is open" in sentence)


def test_a_warning_sends_nobody_after_a_smaller_tol_where_several_fits_are_best():
    x, y = columns()
    only_twins = explain(solve(make_problem(x[:, :4], y), 0.1))
    assert {row.name for row in only_twins.rows if row.verdict is Verdict.OPEN} == {"x0", "x1", "x2"}
    assert open_warning(only_twins) == (
        "For 3 weights it is open whether the best fit has a zero there: each carries the same information as another "
        "column, and fits that share a weight between them are equally good."
    )
    others_too = explain(solve(make_problem(x, y), 0.1))
    assert {row.name for row in others_too.rows if row.verdict is Verdict.OPEN} == {"x0", "x1", "x2", "x3", "x4"}
    assert "A smaller tol may settle it" in open_warning(others_too)
    assert "3 of them carry the same information as another column" in open_warning(others_too)
