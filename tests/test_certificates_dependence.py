"""Eqs. (140) to (143): ranges proved from exact linear dependences, against all vertices in rational arithmetic."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import whyzero as wz
from oracle.optima import exact_range
from oracle.rational import ExactSolver, eliminate, exact_problem
from whyzero.certificates import Ranges, Verdict, certify_problem, optimal_ranges
from whyzero.certificates.dependence import exact_dependences, tied_ranges

QUIET = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def ranges_of(x: np.ndarray, y: np.ndarray, alpha: float, **options) -> tuple[Ranges, np.ndarray]:
    """The ranges, and which of them are proved from a dependence."""
    fit = wz.fit(x, y, alpha=alpha, tol=1e-12, **options)
    certificate = certify_problem(fit.problem, fit.coef, fit.intercept, alpha)
    found = optimal_ranges(fit.problem, certificate)
    return found, found.proved & np.array([verdict is Verdict.OPEN for verdict in certificate.verdicts])


def levels(counts: list[int], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """All levels of a category, and two numeric columns of eighths."""
    rng = np.random.default_rng(seed)
    level = np.repeat(np.arange(len(counts)), counts)
    x = (level[:, None] == np.arange(len(counts))).astype(float)
    return np.column_stack([x, rng.integers(-8, 9, (len(level), 2)) / 8]), level


def random_case(seed: int, fit_intercept: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Integer columns with one dependence: some independent ones and a signed sum of three of them, shuffled."""
    rng = np.random.default_rng(seed)
    x = rng.integers(-3, 4, (9, 4)).astype(float)
    sign = rng.choice([-1.0, 1.0], 3)
    x = np.column_stack([x, x[:, :3] @ sign + (2.0 if fit_intercept else 0.0)])[:, rng.permutation(5)]
    return x, rng.integers(-8, 9, 9).astype(float), rng.choice([1.0, 1.0, 2.0], 5)


@QUIET
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from((0.3, 0.05)))
def test_eq_143_holds_the_exact_range_of_every_weight(seed: int, fit_intercept: bool, share: float) -> None:
    x, y, factor = random_case(seed, fit_intercept)
    options = {"fit_intercept": fit_intercept, "penalty_factor": factor}
    alpha = share * wz.fit_path(x, y, alphas=1, **options).alpha_max
    if alpha == 0.0:
        return
    found, proved = ranges_of(x, y, alpha, **options)
    solver = ExactSolver(exact_problem(x, y, alpha=alpha, factor=factor, fit_intercept=fit_intercept))
    exact = solver.solve()
    for j in np.flatnonzero(proved):
        low, high = exact_range(solver, exact, j)
        assert low < high
        assert Fraction(found.lo[j]) <= low
        assert high <= Fraction(found.hi[j])
        assert [found.lo[j], found.hi[j]] == pytest.approx([float(low), float(high)], abs=1e-4)
        assert found.several[j]


def test_eq_143_decides_most_of_the_weights_that_differ() -> None:
    decided, differ = 0, 0
    for seed in range(60):
        x, y, factor = random_case(seed, True)
        alpha = 0.05 * wz.fit_path(x, y, alphas=1, penalty_factor=factor).alpha_max
        _, proved = ranges_of(x, y, alpha, penalty_factor=factor)
        solver = ExactSolver(exact_problem(x, y, alpha=alpha, factor=factor))
        exact = solver.solve()
        for j in range(5):
            low, high = exact_range(solver, exact, j)
            differ += low < high
            decided += bool(proved[j])
    assert differ > 10
    assert decided >= 0.9 * differ


@QUIET
@given(st.integers(0, 10_000), st.booleans())
def test_eq_140_holds_in_rational_arithmetic(seed: int, centred: bool) -> None:
    x, _, _ = random_case(seed, centred)
    x = x * np.random.default_rng(seed).choice([1.0, 0.25, 3.0], 5)
    found = exact_dependences(x, centred)
    base = [Fraction(v) for v in x[0]] if centred else [Fraction(0)] * 5
    rows = [[Fraction(v) - b for v, b in zip(row, base, strict=True)] for row in x.tolist()]
    gram = [[sum(row[i] * row[j] for row in rows) for j in range(5)] for i in range(5)]
    _, null = eliminate(gram, [Fraction(0)] * 5)
    assert null is not None
    for dependence in found or ():
        for row in rows:
            assert sum(z * row[j] for j, z in zip(dependence.columns, dependence.z, strict=True)) == 0


def test_only_exact_dependences_count() -> None:
    x, _ = levels([5, 5, 5, 5])
    (only,) = exact_dependences(x, centred=True) or ()
    assert only.columns == (0, 1, 2, 3)
    assert set(only.z) in ({1}, {-1})
    assert exact_dependences(x, centred=False) == ()
    near = x.copy()
    near[3, 0] = np.nextafter(1.0, 2.0)
    assert exact_dependences(near, centred=True) is None
    tiny = x.copy()
    tiny[0, 1] = 1e-320  # would vanish if it were scaled with the others
    assert exact_dependences(tiny, centred=True) is None
    two = np.column_stack([x[:, :4], np.tile(x[:10, [0, 4]], (2, 1)), x[:, 0] + x[:, 4], x[:, 4]])
    assert exact_dependences(two, centred=True) is None  # they overlap


def test_two_categories_are_told_apart() -> None:
    first, level = levels([8, 8, 8, 8])
    second = (np.tile(np.arange(4), 8)[:, None] == np.arange(4)).astype(float)
    x = np.column_stack([first[:, :4], second])
    y = np.array([3.0, 1.0, -1.5, -3.0])[level] + second @ [2.0, 1.0, -1.0, -2.0]
    found, proved = ranges_of(x, y, 0.02)
    assert np.all(proved)
    solver = ExactSolver(exact_problem(x, y, alpha=0.02))
    exact = solver.solve()
    for j in range(8):
        low, high = exact_range(solver, exact, j)
        assert Fraction(found.lo[j]) <= low < high <= Fraction(found.hi[j])


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_every_end_of_a_proved_range_is_as_good(loss: str) -> None:
    x, level = levels([20, 20, 20, 20])
    rate = np.array([17, 13, 7, 3])[level]
    y = rate / 10.0 + x[:, 4] if loss == "squared" else (np.tile(np.arange(20), 4) < rate).astype(int)
    alpha = 0.02
    with_excluded = np.column_stack([x, x[:, 5]])
    assert ranges_of(with_excluded, y, alpha, loss=loss, penalty_factor=[1.0] * 6 + [np.inf])[1][:4].all()
    found, proved = ranges_of(x, y, alpha, loss=loss)
    assert proved.tolist() == [True] * 4 + [False] * 2
    fit = wz.fit(x, y, alpha=alpha, loss=loss, tol=1e-12)
    best = fit.problem.objective(fit.coef, fit.intercept, alpha)
    for j in range(4):
        for end in (found.lo[j], found.hi[j]):
            shift = np.where(np.arange(6) < 4, end - fit.coef[j], 0.0)
            moved = fit.problem.objective(fit.coef + shift, fit.intercept - (end - fit.coef[j]), alpha)
            assert moved == pytest.approx(best, abs=1e-6)
        beyond = found.hi[j] + 0.1 - fit.coef[j]
        worse = fit.problem.objective(fit.coef + np.where(np.arange(6) < 4, beyond, 0.0), fit.intercept - beyond, alpha)
        assert worse > best + 1e-4


def test_tolls_that_differ_in_the_last_digit_are_no_tie() -> None:
    x, level = levels([8, 8, 8, 8])
    y = np.array([2.0, 1.0, -1.0, -2.5])[level]
    assert ranges_of(x, y, 0.05)[1].any()
    factor = np.ones(6)
    factor[0] = np.nextafter(1.0, 2.0)
    assert not ranges_of(x, y, 0.05, penalty_factor=factor)[1].any()


def test_eq_142_asks_for_places_that_are_surely_apart() -> None:
    one = [Fraction(1)] * 4
    known = tied_ranges([0, 1, 2, 3], (1, 1, 1, 1), [2.0, 1.0, -1.0, -2.0], [0.0] * 4, one)
    assert known == {0: (1, 3), 1: (0, 2), 2: (-2, 0), 3: (-3, -1)}
    assert tied_ranges([0, 1, 2, 3], (1, 1, 1, 1), [2.0, 1.0, -1.0, -2.0], [0.0, 1.0, 1.0, 1.0], one) == {}
    assert tied_ranges([0, 1, 2], (1, 1, -1), [2.0, 1.0, -1.0], [0.0] * 3, one[:3]) == {}


def test_an_open_weight_is_told_with_its_range() -> None:
    x, level = levels([8, 8, 8, 8])
    y = np.array([2.0, 1.0, -1.0, -2.5])[level]
    explanation = wz.explain(wz.fit(x, y, alpha=0.05, tol=1e-12))
    found, _ = ranges_of(x, y, 0.05)
    for name, row in (("x0", 0), ("x3", 3)):
        for level_name in ("learner", "user", "expert"):
            said = explanation.why(name, level_name)
            ends = re.search(
                r"Several fits are best, and over them it takes every value from (\S+) to (\S+): proved", said
            )
            assert ends is not None
            assert float(ends[1]) <= found.lo[row] + 1e-9
            assert found.hi[row] <= float(ends[2]) + 1e-9
    near = np.random.default_rng(2).standard_normal((50, 5))
    near[:, 4] = near[:, 0]
    near[0, 4] = np.nextafter(near[0, 4], 9.0)  # not proved to be the same column
    told = wz.explain(wz.fit(near, near[:, 0] - near[:, 1], alpha=0.05, tol=1e-12)).why("x0")
    assert "Several fits seem to be best, and over them it goes from 0 to 0.9" in told
    assert "computed by linear programmes, not proved." in told
