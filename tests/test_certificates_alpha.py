"""Eqs. (100) to (104): proofs at every alpha of an interval, against exact rational paths and 50-digit sums."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from itertools import pairwise

import mpmath as mp
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import whyzero as wz
from oracle.generator import Case, cases, dyadic
from oracle.lasso_path import Segment, exact_path
from oracle.logistic import solve_precisely
from oracle.rational import exact_problem, objective, rationals, solve_exactly
from whyzero.certificates.chord import Knot, chord_gap, make_knot, zero_above, zero_between
from whyzero.certificates.loss_bounds import LOSS_BOUNDS, Ball
from whyzero.errors import InputError, InputTypeError
from whyzero.problem import make_problem

QUIET = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
LEAVES = 45  # the seed of a problem in which a weight enters, leaves and enters again


def small(seed: int, n: int = 7, p: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Correlated columns of dyadic numbers."""
    rng = np.random.default_rng(seed)
    shared = dyadic(rng, (n, 1))
    return dyadic(rng, (n, p)) / 16 + shared, dyadic(rng, (n,)) / 8 + shared[:, 0]


def unit_problem(x: np.ndarray, y: np.ndarray, fit_intercept: bool) -> list[Segment]:
    return exact_path(exact_problem(x, y, alpha=1.0, fit_intercept=fit_intercept))


@QUIET
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from((4, 12)))
def test_no_proved_interval_contradicts_the_exact_path(seed: int, fit_intercept: bool, alphas: int) -> None:
    x, y = small(seed)
    path = wz.fit_path(x, y, alphas=alphas, alpha_min_ratio=0.01, fit_intercept=fit_intercept)
    certificate = wz.certify_path(path)
    segments = unit_problem(x, y, fit_intercept)
    for j, weight in enumerate(certificate.weights):
        alive = [(s.low, s.high) for s in segments if j in s.support]
        for high, low in weight.zero:
            for start, end in alive:
                assert start >= high or (end is not None and end <= Fraction(low)), f"{weight} is not zero everywhere"
        for alpha in weight.nonzero:
            assert any(start < Fraction(alpha) and (end is None or Fraction(alpha) < end) for start, end in alive)


def knots_of(segments: list[Segment], j: int) -> tuple[list[Fraction], list[Fraction]]:
    """Where weight j enters and leaves on the way down."""
    entries, exits = [], []
    for above, below in pairwise(segments):
        if j in below.support and j not in above.support:
            entries.append(above.low)
        if j in above.support and j not in below.support:
            exits.append(above.low)
    return entries, exits


@pytest.mark.parametrize("seed", [0, 1, 2, 3, LEAVES])
def test_every_entry_and_exit_on_the_grid_is_bracketed(seed: int) -> None:
    x, y = small(seed)
    path = wz.fit_path(x, y, alphas=30, alpha_min_ratio=0.01)
    certificate = wz.certify_path(path, resolution=1e-3, max_splits=40)
    segments = unit_problem(x, y, True)
    bottom = Fraction(float(path.alphas[-1])) * Fraction(101, 100)
    for j, weight in enumerate(certificate.weights):
        for exact, found in zip(knots_of(segments, j), (weight.entries, weight.exits), strict=True):
            inside = [alpha for alpha in exact if alpha > bottom]
            assert len([bracket for bracket in found if bracket[0] > bottom]) == len(inside)
            for alpha, (high, low) in zip(inside, found, strict=False):
                assert low <= alpha <= high <= low * 1.003
    if seed == LEAVES:
        assert any(weight.exits and len(weight.entries) == 2 for weight in certificate.weights)


def test_the_whole_grid_is_covered_where_nothing_changes() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((80, 12))
    y = x[:, 0] - x[:, 1] + 0.1 * rng.standard_normal(80)
    for loss, target in (("squared", y), ("logistic", (y > 0).astype(int))):
        path = wz.fit_path(x, target, loss=loss, alphas=30, alpha_min_ratio=0.1)
        certificate = wz.certify_path(path)
        for j, weight in enumerate(certificate.weights):
            if not np.any(path.coefs[:, j]):
                assert weight.zero == ((math.inf, path.alphas[-1]),)
            assert weight.zero_around(2 * path.alpha_max) is not None
        assert certificate["x0"].zero_around(float(path.alphas[-1])) is None


@QUIET
@given(cases(max_rows=8, max_cols=4, l1_ratios=(1.0, 0.5)), st.fractions(0, 1), st.integers(0, 1000))
def test_eqs_100_and_101_hold_at_every_point_of_a_chord(case: Case, share: Fraction, seed: int) -> None:
    """From exact optima and from disturbed ones, over a short and a long chord."""
    options = {name: value for name, value in case.options.items() if name != "alpha"}
    problem = make_problem(case.x, case.y, **options)
    rng = np.random.default_rng(seed)
    ratio = float(rng.choice([0.5, 0.9, 0.99]))
    noise = float(rng.choice([0.0, 0.0, 1e-3]))
    ends = []
    for alpha in (case.alpha, ratio * case.alpha):
        exact = solve_exactly(Case(**{**vars(case), "alpha": alpha}).exact())
        coef = np.array([rounded(b) for b in exact.coef]) * (1 + noise * rng.standard_normal(case.x.shape[1]))
        ends.append(make_knot(problem, coef, rounded(exact.intercept), alpha))
    upper, lower = ends
    alpha = (1 - share) * Fraction(upper.alpha) + share * Fraction(lower.alpha)
    exact_case = exact_between(case, alpha)
    optimum = solve_exactly(exact_case, lower.proof.point.coef)
    gap = chord_gap(upper, lower)
    if math.isfinite(gap):
        coef, intercept = chord_point(upper, lower, share)
        eta = [sum((a * b for a, b in zip(row, coef, strict=True)), intercept + o)
               for row, o in zip(exact_case.x, exact_case.offset, strict=True)]  # fmt: skip
        assert objective(exact_case, coef, eta) - optimum.objective <= Fraction(gap)
    for b, proved in zip(optimum.coef, zero_between(upper, lower), strict=True):
        assert b == 0 or not proved


def rounded(value: Fraction) -> float:
    """The nearest float; 0.0 for what is beyond all floats."""
    return float(value) if abs(value) < 2**1000 else 0.0


def exact_between(case: Case, alpha: Fraction):
    """The problem at an alpha that need not be a float: tolls are linear in it."""
    unit = Case(**{**vars(case), "alpha": 1.0}).exact()
    l1 = [None if toll is None else alpha * toll for toll in unit.l1]
    return type(unit)(unit.x, unit.y, unit.weight, unit.offset, l1, [alpha * r for r in unit.l2], unit.fit_intercept)


def chord_point(upper: Knot, lower: Knot, share: Fraction) -> tuple[list[Fraction], Fraction]:
    first, second = (rationals([*knot.proof.point.coef, knot.proof.point.intercept]) for knot in (upper, lower))
    *coef, intercept = ((1 - share) * a + share * b for a, b in zip(first, second, strict=True))
    return coef, intercept


@QUIET
@given(
    st.tuples(st.floats(-30, 30), st.floats(-8, 8)),
    st.sampled_from((0.0, 1.0)),
    st.sampled_from((0.0, 1e-12, 1e-3, 0.3)),
    st.floats(0, 1),
    st.integers(0, 1000),
)
def test_eqs_102_and_103_bound_the_logistic_loss_terms_along_a_chord(
    start: tuple[float, float], label: float, off: float, share: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    eta = start[0], start[0] + start[1] * float(rng.choice([1e-4, 1e-2, 1.0]))
    with mp.workdps(50):
        v = []
        for e in eta:
            wrong = float(1 / (1 + mp.exp((2 * label - 1) * mp.mpf(e))))
            v.append((1 - 2 * label) * min(1.0, max(0.0, wrong * (1 + off * rng.uniform(-1, 1)))))
        y = np.array([label])
        balls = [
            (Ball(np.array([e]), np.zeros(1)), Ball(np.array([d]), np.zeros(1))) for e, d in zip(eta, v, strict=True)
        ]
        bend = LOSS_BOUNDS["logistic"].bend(y, (balls[0][0], balls[1][0]), (balls[0][1], balls[1][1]), 1.0)
        s = mp.mpf(share)
        ends = [terms(label, mp.mpf(e), mp.mpf(d)) for e, d in zip(eta, v, strict=True)]
        between = terms(label, (1 - s) * eta[0] + s * mp.mpf(eta[1]), (1 - s) * v[0] + s * mp.mpf(v[1]))
        assert between <= (1 - s) * ends[0] + s * ends[1] + mp.mpf(float(bend[0])) + mp.mpf(10) ** -40  # 50 digits


def terms(label: float, eta: mp.mpf, v: mp.mpf) -> mp.mpf:
    """``l(eta) + l*(v) - eta v`` from the definitions."""
    q = mp.mpf(label) + v
    conjugate = mp.fsum(part * mp.log(part) for part in (q, 1 - q) if part > 0)
    return mp.log1p(mp.exp(eta)) - label * eta + conjugate - eta * v


@pytest.mark.parametrize("seed", range(8))
def test_logistic_intervals_agree_with_precise_optima_inside_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(-16, 17, (14, 4)) / 8.0
    y = (x[:, 0] - x[:, 1] + rng.standard_normal(14) > 0).astype(float)
    y[:2] = 0.0, 1.0
    path = wz.fit_path(x, y, loss="logistic", alphas=8, alpha_min_ratio=0.05)
    certificate = wz.certify_path(path)
    for alpha in np.exp(rng.uniform(np.log(path.alphas[-1]), np.log(path.alpha_max), 4)):
        exact = solve_precisely(x, y, np.ones(14), np.full(4, alpha), np.zeros(4))
        for j, weight in enumerate(certificate.weights):
            if exact is not None and weight.zero_around(float(alpha)) is not None:
                assert exact.coef[j] == 0


def test_eq_104_holds_for_every_larger_alpha_and_asks_for_an_empty_model() -> None:
    x, y = small(1)
    problem = make_problem(x, y)
    top = wz.fit_path(x, y, alphas=2).alpha_max
    empty = make_knot(problem, np.zeros(3), float(np.mean(y)), 1.01 * top)
    assert np.all(zero_above(empty))
    fit = wz.fit(x, y, alpha=0.5 * top)
    some = make_knot(problem, fit.coef, fit.intercept, 0.5 * top)
    assert np.any(some.zero)
    assert not np.any(zero_above(some))


def test_free_and_idle_columns_are_told_apart() -> None:
    x, y = small(2)
    with_constant = np.column_stack([x, np.ones(len(x))])
    path = wz.fit_path(with_constant, y, alphas=5, penalty_factor=[0, 1, 1, 1])
    certificate = wz.certify_path(path)
    assert certificate["x0"].zero == ()
    assert certificate["x3"].zero == ((math.inf, path.alphas[-1]),)
    costless = wz.fit_path(with_constant, y, alphas=5, penalty_factor=[0, 1, 1, 0])
    certificate = wz.certify_path(costless)
    assert certificate["x3"].zero == certificate["x3"].nonzero == ()
    assert wz.verify(certificate, with_constant, y)
    ridge = wz.certify_path(wz.fit_path(x, y, alphas=[1.0, 0.5], l1_ratio=0.0))
    assert all(weight.zero == () for weight in ridge.weights)


def test_bad_weights_prove_less_and_nothing_false() -> None:
    """A path whose fits are garbage: the anchors start anew, and what remains unproved is left out."""
    x, y = small(LEAVES)
    good = wz.fit_path(x, y, alphas=12, alpha_min_ratio=0.01)
    garbage = type(good.weights).of(np.random.default_rng(0).standard_normal((12, 3)))
    path = type(good)(**{**vars(good), "weights": garbage, "intercepts": np.zeros(12), "alpha_max": 1e-9})
    segments = unit_problem(x, y, True)
    for j, weight in enumerate(wz.certify_path(path).weights):
        for high, low in weight.zero:
            for s in segments:
                assert j not in s.support or s.low >= high or (s.high is not None and s.high <= Fraction(low))


def test_arguments_are_checked() -> None:
    x, y = small(0)
    path = wz.fit_path(x, y, alphas=3)
    with pytest.raises(InputTypeError, match="fit_path"):
        wz.certify_path(path[0])
    for options in ({"resolution": 0.0}, {"resolution": math.nan}, {"max_splits": -1}):
        with pytest.raises(InputError, match="resolution"):
            wz.certify_path(path, **options)
    with pytest.raises(InputError, match="no column"):
        wz.certify_path(path)["y"]


def test_an_explanation_tells_what_is_proved_between_the_alphas() -> None:
    x, y = small(LEAVES)
    path = wz.fit_path(x, y, alphas=20, alpha_min_ratio=0.01)
    certificate = wz.certify_path(path)
    told = set()
    for j, weight in enumerate(certificate.weights):
        for high, low in weight.zero:
            alpha = next((float(a) for a in path.alphas if low < a < high), None)
            if alpha is None:
                continue
            explanation = wz.explain(path, alpha=alpha, path_certificate=certificate)
            told |= {("open", "closed")[math.isfinite(high)], ("stays", "leaves")[bool(weight.exits)]}
            for level in ("learner", "user", "expert"):
                said = explanation.why(path.problem.names[j], level)
                ends = re.search(r"It is zero, proved, for every alpha from (\S+) (?:to (\S+)|upwards)\.", said)
                assert ends is not None
                assert low <= float(ends[1]) <= alpha
                assert math.isinf(high) if ends[2] is None else alpha <= float(ends[2]) <= high
                bracket = re.search(r"it leaves again between (\S+) and (\S+)\.", said)
                assert (bracket is not None) == bool(weight.exits)
                if bracket is not None:
                    assert float(bracket[1]) >= weight.exits[0][0] > weight.exits[0][1] >= float(bracket[2])
    assert told == {"open", "closed", "stays", "leaves"}
    other = wz.fit(x[:, :2], y, alpha=0.1)
    with pytest.raises(InputError, match="another problem"):
        wz.explain(other, path_certificate=certificate)


def test_a_path_of_elastic_nets_is_decided_as_one_of_lassos_is() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((100, 20))
    path = wz.fit_path(x, x[:, :3].sum(axis=1) + rng.standard_normal(100), l1_ratio=0.9, alphas=12, tol=1e-4)
    proofs = wz.certify_path(path)
    undecided = 0
    for alpha in proofs.alphas:
        undecided += sum(weight.zero_around(alpha) is None and alpha not in weight.nonzero for weight in proofs.weights)
    assert undecided <= 2
