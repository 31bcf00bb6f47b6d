"""Each inequality of docs/math.md that a proof rests on, as a property that names its number."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oracle.generator import Case, cases, dyadic
from oracle.rational import dot, eliminate, objective_at, rationals, solve_exactly
from whyzero.certificates.bounds import gap_bound, pull_bound
from whyzero.certificates.dual import measure, propose
from whyzero.certificates.enclosure import concordant_factor, curvature_interval
from whyzero.certificates.frame import Frame, make_frame
from whyzero.certificates.inverse import invert_gram
from whyzero.certificates.loss_bounds import LOSS_BOUNDS, Ball
from whyzero.certificates.point import make_point
from whyzero.certificates.rounding import gamma, total
from whyzero.problem import make_problem

QUIET = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def frame_of(case: Case, slack: float = 1.0) -> Frame:
    options = {name: value for name, value in case.options.items() if name != "alpha"}
    return make_frame(make_problem(case.x, case.y, **options), case.alpha, slack)


def exact_weights(frame: Frame) -> list[Fraction]:
    s = rationals(frame.problem.sample_weight)
    return [value / sum(s) for value in s]


@given(st.lists(st.floats(-1e300, 1e300, allow_subnormal=False), max_size=300), st.integers(0, 3), st.booleans())
@QUIET
def test_a_total_is_the_exact_sum_rounded_once(values: list[float], repeats: int, cancelling: bool) -> None:
    values = [value / 1024 for value in values] * 2**repeats
    values += [-value for value in reversed(values)] if cancelling else []
    exact, size = sum(rationals(values)), sum(map(abs, rationals(values)))
    difference = abs(Fraction(total(np.array(values))) - exact)
    assert difference <= abs(exact) / 2**53 + size / 10**25 + Fraction(5e-324)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.integers(0, 10))
def test_eq_60_bounds_the_error_of_a_sum_of_products_in_any_order(values: list[float], seed: int) -> None:
    a = np.array(values)
    b = np.random.default_rng(seed).permutation(a)
    exact = sum((Fraction(u) * Fraction(v) for u, v in zip(a, b, strict=True)), Fraction(0))
    size = sum((abs(Fraction(u) * Fraction(v)) for u, v in zip(a, b, strict=True)), Fraction(0))
    for computed in (float(a @ b), float(np.sum(a * b)), float(np.sum((a * b)[::-1]))):
        assert abs(Fraction(computed) - exact) <= Fraction(float(gamma(len(a)))) * size + Fraction(1, 10**300)


@QUIET
@given(cases(), st.integers(0, 1000), st.sampled_from((0.0, 1e-12, 1e-3)))
def test_eqs_34_and_61_bound_every_slope_at_the_balanced_dual_point(case: Case, seed: int, off: float) -> None:
    frame = frame_of(case)
    dual = propose(frame, make_point(frame, np.random.default_rng(seed).standard_normal(case.x.shape[1]), 0.0))
    dual = measure(frame, dual.v + off * np.random.default_rng(seed).standard_normal(len(dual.v)))
    if not np.all(np.isfinite(dual.error)):
        return
    w, v = exact_weights(frame), rationals(dual.v)
    if np.any(frame.free):
        return  # the balanced point is then not the mean-free one that is built here
    if case.fit_intercept:
        mean = dot(w, v)
        moved = [value - mean for value in v]
        assert all(abs(a - b) <= Fraction(m) for a, b, m in zip(moved, v, dual.move, strict=True))
        v = moved
    for j in range(case.x.shape[1]):
        exact = sum((s * Fraction(float(e)) * t for s, e, t in zip(w, case.x[:, j], v, strict=True)), Fraction(0))
        assert abs(exact - Fraction(float(dual.c[j]))) <= Fraction(float(dual.error[j])), f"column {j}"


@QUIET
@given(cases(), st.integers(0, 1000))
def test_eq_62_bounds_the_error_of_the_predictor(case: Case, seed: int) -> None:
    frame = frame_of(case)
    b = dyadic(np.random.default_rng(seed), (case.x.shape[1],)) * 0.3
    point = make_point(frame, b, 0.7 if case.fit_intercept else 0.0)
    for row, offset, eta, error in zip(case.x, case.offset, point.eta, point.eta_error, strict=True):
        exact = dot(rationals(row), rationals(b)) + Fraction(point.intercept) + Fraction(float(offset))
        assert abs(exact - Fraction(float(eta))) <= Fraction(float(error))


@QUIET
@given(cases())
def test_eq_67_bounds_the_spread_of_every_column(case: Case) -> None:
    frame = frame_of(case)
    w = exact_weights(frame)
    for j in range(case.x.shape[1]):
        column = rationals(case.x[:, j])
        mean = dot(w, column) if case.fit_intercept else Fraction(0)
        variance = sum((s * (e - mean) ** 2 for s, e in zip(w, column, strict=True)), Fraction(0))
        square = sum((s * e**2 for s, e in zip(w, column, strict=True)), Fraction(0))
        assert variance <= Fraction(float(frame.spread[j])) ** 2
        assert square <= Fraction(float(frame.rms[j])) ** 2


@QUIET
@given(cases(l1_ratios=(1.0, 0.5, 0.01)), st.integers(0, 1000))
def test_eqs_22_and_40_hold_from_any_point(case: Case, seed: int) -> None:
    frame = frame_of(case)
    problem = case.exact()
    exact = solve_exactly(problem)
    rng = np.random.default_rng(seed)
    b = np.where(frame.live, dyadic(rng, (case.x.shape[1],)), 0.0)
    point = make_point(frame, b, 0.25 if case.fit_intercept else 0.0)
    dual = propose(frame, point)
    gap = gap_bound(frame, point, dual)
    if not math.isfinite(gap):
        return
    assert objective_at(problem, b, point.intercept) - exact.objective <= Fraction(gap)
    for c, bound in zip(exact.gradient, pull_bound(frame, dual, gap), strict=True):
        assert abs(c) <= Fraction(float(bound))


@QUIET
@given(cases(max_rows=10, max_cols=4, l1_ratios=(1.0, 0.5)), st.integers(0, 1000))
def test_eqs_42_and_48_enclose_every_weight_when_no_column_is_left_out(case: Case, seed: int) -> None:
    frame = frame_of(case)
    exact = solve_exactly(case.exact())
    b = np.where(frame.live, np.random.default_rng(seed).standard_normal(case.x.shape[1]), 0.0)
    point = make_point(frame, b, 0.0)
    gap = gap_bound(frame, point, propose(frame, point))
    if not math.isfinite(gap):
        return
    low, high, _ = curvature_interval(frame, point, gap, frame.live)
    for weight, lo, hi in zip(exact.coef, low, high, strict=True):
        assert lo <= weight <= hi


@pytest.mark.parametrize("seed", range(40))
def test_eqs_52_to_55_bound_the_exact_inverse(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 9)), int(rng.integers(1, 5))
    z, q = dyadic(rng, (n, m)), rng.integers(0, 5, n) / 4.0
    if seed % 2 and m > 1:
        z[:, 1] = z[:, 0] * (1 + 2.0 ** -int(rng.integers(5, 30)))
    ridge = rng.integers(0, 2, m) / 8.0
    inverse = invert_gram(z, q, ridge, 1.0)
    if inverse is None:
        return
    rows = [rationals(row) for row in z]
    weight, extra = rationals(q), rationals(ridge)
    gram = [
        [
            sum((s * r[i] * r[j] for s, r in zip(weight, rows, strict=True)), Fraction(0)) + (extra[i] if i == j else 0)
            for j in range(m)
        ]
        for i in range(m)
    ]
    for j, bound in enumerate(inverse.diagonal()):
        solution, null = eliminate(gram, [Fraction(int(i == j)) for i in range(m)])
        assert null is None, "a singular matrix was called regular"
        assert solution[j] <= Fraction(float(bound))
    largest = max(dot(row, eliminate(gram, row)[0]) for row in rows)
    assert largest <= Fraction(inverse.quadratic_bound(z))
    right = np.abs(dyadic(rng, (m,)))
    solved = eliminate(gram, rationals(right))[0]
    scaled = [abs(s) * Fraction(float(d)) for s, d in zip(solved, inverse.size, strict=True)]
    assert max(scaled) <= Fraction(inverse.solve_bound(right))


def test_eq_63_bounds_the_squared_terms_over_the_whole_ball() -> None:
    rng = np.random.default_rng(0)
    eta, y, v = rng.standard_normal((3, 500)) * 10.0 ** rng.integers(-3, 4, (3, 500))
    error, move = np.abs(rng.standard_normal((2, 500))) * 1e-8
    upper = LOSS_BOUNDS["squared"].fenchel_young(y, Ball(eta, error), v, move, 1.0)
    for e, t, d, r, m, bound in zip(eta, y, v, error, move, upper, strict=True):
        for side in (-1, 1):
            far = Fraction(e) + side * Fraction(r) - Fraction(t) - Fraction(d) + side * Fraction(m)
            assert far**2 / 2 <= Fraction(bound)


def test_eqs_44_and_45_bound_every_radius() -> None:
    for reach in (1e-3, 0.1, 1.0, 30.0):
        for gap in np.geomspace(1e-18, 10.0, 200):
            factor = concordant_factor(reach, math.sqrt(2 * gap))
            if math.isfinite(factor):
                s = reach * math.sqrt(2 * gap) * factor
                left = 1 - (1 + s) * math.exp(-s) if s > 1e-3 else s * s / 2 - s**3 / 3
                assert left >= reach**2 * gap * (1 - 1e-9)


@QUIET
@given(cases(), st.integers(0, 1000))
def test_more_allowance_never_gives_a_smaller_bound(case: Case, seed: int) -> None:
    one, four = frame_of(case), frame_of(case, 4.0)
    point = make_point(four, np.random.default_rng(seed).standard_normal(case.x.shape[1]), 0.0)
    dual = propose(four, point)
    again = measure(one, dual.v)
    assert np.all(again.error <= dual.error)
    assert gap_bound(one, make_point(one, point.coef, 0.0), again) <= gap_bound(four, point, dual)
