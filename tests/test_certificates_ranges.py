"""Eq. (56): ranges over all optima by linear programmes, against all vertices in rational arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import whyzero as wz
from oracle.optima import exact_range
from oracle.rational import ExactSolver, exact_problem
from whyzero.certificates import Verdict, certify, certify_problem, optimal_ranges
from whyzero.errors import InputError
from whyzero.problem import make_problem

QUIET = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def ranges_of(x, y, alpha, **options):
    fit = wz.fit(x, y, alpha=alpha, tol=1e-12, **options)
    certificate = certify_problem(fit.problem, fit.coef, fit.intercept, alpha)
    return optimal_ranges(fit.problem, certificate), certificate


@QUIET
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from((0.5, 0.125)))
def test_eq_56_gives_the_exact_range_of_every_weight(seed: int, fit_intercept: bool, share: float) -> None:
    """Small columns of -1, 0 and 1, more than rows: linear dependences of every kind."""
    rng = np.random.default_rng(seed)
    x = rng.integers(-1, 2, (5, 7)).astype(float)
    y = rng.integers(-4, 5, 5).astype(float)
    limit = wz.fit_path(x, y, alphas=1, fit_intercept=fit_intercept).alpha_max
    if limit == 0.0:
        return
    alpha = share * limit
    found, certificate = ranges_of(x, y, alpha, fit_intercept=fit_intercept)
    solver = ExactSolver(exact_problem(x, y, alpha=alpha, fit_intercept=fit_intercept))
    exact = solver.solve(certificate.anchor_coef)
    for j, verdict in enumerate(certificate.verdicts):
        low, high = exact_range(solver, exact, j)
        assert [found.lo[j], found.hi[j]] == pytest.approx([float(low), float(high)], abs=1e-5)
        assert bool(found.several[j]) == (low != high) or found.hi[j] - found.lo[j] < 1e-7
        assert verdict is not Verdict.NOT_UNIQUE or (found.proved[j] and low < high)


def test_the_levels_of_a_category_share_what_the_intercept_can_carry() -> None:
    """Four levels, two up and two down: one number may be added to all their weights, until one is zero."""
    level = np.repeat(np.arange(4), 10)
    x = (level[:, None] == np.arange(4)).astype(float)
    y = np.array([2.0, 1.0, -1.0, -2.5])[level]
    found, certificate = ranges_of(x, y, 0.05)
    assert set(certificate.verdicts) <= {Verdict.OPEN, Verdict.ZERO_PROVED}
    width = found.hi - found.lo
    assert np.all(found.several)
    assert width == pytest.approx(np.full(4, width[0]), abs=1e-5)
    assert np.all(found.proved)
    best = make_problem(x, y).objective
    for end in (found.lo, found.hi):
        assert np.all(end * [1, 1, -1, -1] >= 0.0)
    least = best(certificate.anchor_coef, certificate.anchor_intercept, 0.05)  # the ends are rounded outwards
    for shift in (found.lo - certificate.anchor_coef)[0], (found.hi - certificate.anchor_coef)[0]:
        moved = best(certificate.anchor_coef + shift, certificate.anchor_intercept - shift, 0.05)
        assert moved == pytest.approx(least, rel=1e-6)


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_the_programmes_agree_with_the_proved_ranges_of_twins(loss: str) -> None:
    rng = np.random.default_rng(2)
    x = rng.standard_normal((50, 4))
    target = x[:, 0] - x[:, 1] + 0.5 * rng.standard_normal(50)
    y = target if loss == "squared" else (target > 0).astype(int)
    both = np.column_stack([x, -x[:, 0]])
    found, certificate = ranges_of(both, y, 0.05, loss=loss)
    assert [certificate.verdicts[j] for j in (0, 4)] == [Verdict.NOT_UNIQUE] * 2
    assert found.proved[[0, 4]].all()
    assert not found.several[1]
    near = np.column_stack([x, x[:, 0]])
    near[0, 4] = np.nextafter(near[0, 4], 9.0)  # not proved to be the same column, and as good
    guess, open_ones = ranges_of(near, y, 0.05, loss=loss)
    assert open_ones.verdicts[0] is Verdict.OPEN
    assert guess.several[[0, 4]].all() and not guess.proved[0]
    assert guess.hi[0] == pytest.approx(certificate.hi[0], rel=1e-4)


def test_columns_without_a_price_that_depend_on_one_another_have_no_ends() -> None:
    x = np.random.default_rng(0).standard_normal((20, 3))
    both = np.column_stack([x, x[:, 0]])
    found, _ = ranges_of(both, x[:, 0] + x[:, 1], 0.1, penalty_factor=[0, 1, 1, 0])
    assert [found.lo[0], found.hi[0]] == [-np.inf, np.inf]


def test_a_ridge_part_leaves_one_optimum() -> None:
    x = np.random.default_rng(0).standard_normal((20, 3))
    found, _ = ranges_of(np.column_stack([x, x[:, 0]]), x[:, 0] + x[:, 1], 0.1, l1_ratio=0.5)
    assert not np.any(found.several)


def test_a_certificate_of_other_columns_is_refused() -> None:
    x = np.random.default_rng(0).standard_normal((20, 3))
    certificate = certify(x[:, :2], x[:, 2], [0.0, 0.0], loss="squared", alpha=0.1)
    with pytest.raises(InputError, match="another problem"):
        optimal_ranges(make_problem(x, x[:, 2]), certificate)
    changed = x[:, :2] + np.eye(20, 2)
    with pytest.raises(InputError, match="another problem"):
        optimal_ranges(make_problem(changed, x[:, 2]), certificate)


@pytest.mark.parametrize("options", [{"standardize": True}, {"penalty_factor": [1.0, 0.0]}])
def test_a_weight_on_a_column_without_price_or_effect_takes_any_value(options) -> None:
    x, y = np.column_stack([np.arange(8.0), np.ones(8)]), np.arange(8.0) % 3
    problem = make_problem(x, y, loss="squared", **options)
    found = optimal_ranges(problem, certify_problem(problem, [0.1, 1.0], 0.0, 0.01))
    assert [found.lo[1], found.hi[1], found.proved[1]] == [-np.inf, np.inf, True]
