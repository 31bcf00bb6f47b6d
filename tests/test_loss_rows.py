"""The vectorised row operations of the losses against mpmath, on every instruction set of this processor."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whyzero import _core

EPSILON = float(np.finfo(float).eps)
TINY = 5e-324
INF, NAN = float("inf"), float("nan")

EDGES = [
    *(
        0.0,
        TINY,
        1e-310,
        1e-300,
        1e-20,
        1e-8,
        0.34,
        0.35,
        0.5,
        0.6931471805599453,
        0.8813735870195429,
        0.8813735870195431,
    ),
    *(
        1.0,
        1.04,
        36.7,
        37.5,
        699.9,
        700.0,
        700.1,
        707.9,
        708.39,
        708.4,
        709.0,
        709.8,
        744.0,
        745.13,
        745.14,
        750.0,
        751.0,
    ),
    *(1000.0, 1e5, 1e300, 1e308),
]
TARGETS = (0.0, 1.0)
FRACTIONS = (0.25, 1e-9, 1 - 1e-9)

PROGRAM = """
import sys
import numpy as np
from whyzero import _core
y, eta, v = np.load(sys.argv[1])
one = np.ones(1)
rows = [_core.loss_rows("logistic", y[i:i+1], one, eta[i:i+1]) for i in range(len(y))]
gap = [_core.loss_gap_rows("logistic", y[i:i+1], one, eta[i:i+1], v[i:i+1], 1.0) for i in range(len(y))]
u, h, _ = _core.loss_rows("logistic", y, np.ones(len(y)), eta)
np.save(sys.argv[2], [[r[0][0] for r in rows], [r[1][0] for r in rows], [r[2][3] for r in rows], gap, u, h])
print(_core.instruction_set())
"""


def probability(eta: float) -> mpmath.mpf:
    return mpmath.exp(-softplus(-eta))


def softplus(eta: float) -> mpmath.mpf:
    size = abs(mpmath.mpf(eta))
    return max(mpmath.mpf(eta), mpmath.mpf(0)) + (mpmath.log1p(mpmath.exp(-size)) if size < 2000 else 0)


def exact_terms(y: float, eta: float) -> tuple[mpmath.mpf, mpmath.mpf, mpmath.mpf]:
    """Gradient, second derivative and value; no two numbers that nearly cancel are added."""
    p, not_p, share = probability(eta), probability(-eta), mpmath.mpf(y)
    return ((1 - share) * p - share * not_p, p * not_p, (1 - share) * softplus(eta) + share * softplus(-eta))


def divergence(q: mpmath.mpf, eta: float) -> mpmath.mpf:
    terms = ((q, softplus(-eta)), (1 - q, softplus(eta)))
    return sum((a * (mpmath.log(a) + minus_log) for a, minus_log in terms if a > 0), mpmath.mpf(0))


def ulps(got: float, exact: mpmath.mpf) -> float:
    """The error in units of the last place of the exact number."""
    return float(abs(mpmath.mpf(float(got)) - exact) / math.ulp(float(exact)))


def check_terms(y: float, eta: float, gradient: float, hessian: float, value: float) -> None:
    with mpmath.workdps(40):
        exact = exact_terms(y, eta)
        # a fractional target: the two sides of the gradient may cancel, so the unit is that of the larger
        slack = 0 if y in TARGETS else 3 * EPSILON * float(min(y, 1 - y, 0.5))
        assert abs(gradient - exact[0]) <= slack or ulps(gradient, exact[0]) <= 3
        assert ulps(hessian, exact[1]) <= 4
        assert ulps(value, exact[2]) <= 3
        assert 0 <= hessian <= 0.25


def check_gap(y: float, eta: float, v: float, gap: float) -> None:
    """Accurate as a function of a q that is off by a few units of the gradient's last place."""
    with mpmath.workdps(400):
        q = mpmath.mpf(y) + mpmath.mpf(v)
        exact = divergence(q, eta)
        move = 4 * EPSILON * (abs(v) + float(abs(exact_terms(y, eta)[0])))
        near = [divergence(min(max(q + step, mpmath.mpf(0)), mpmath.mpf(1)), eta) for step in (move, -move)]
        allowed = 20 * EPSILON * exact + max(abs(other - exact) for other in near) + 1e-290
        assert gap >= 0
        assert abs(mpmath.mpf(gap) - exact) <= allowed, (y, eta, v, gap, float(exact))


def hard_rows() -> np.ndarray:
    """Columns y, eta, v."""
    rng = np.random.default_rng(7)
    sizes = np.concatenate([EDGES, rng.uniform(0, 3, 200), rng.uniform(0, 50, 100), rng.uniform(680, 760, 60)])
    rows = []
    for size in sizes:
        for eta in (size, -size):
            for y in TARGETS:
                share = rng.choice([0.0, 1.0, rng.uniform(), 10 ** rng.uniform(-18, 0), 1 - 10 ** rng.uniform(-15, 0)])
                away = share if y == 0 else -share
                pull = float(_core.loss_rows("logistic", np.array([y]), np.ones(1), np.array([eta]))[0][0])
                rows.append((y, eta, away if rng.uniform() < 0.5 else pull * share))
    return np.ascontiguousarray(np.array(rows).T)


def computed(name: str, program: str, rows: np.ndarray, folder: Path) -> np.ndarray:
    """Gradient, second derivative, value and gap of every row, computed one by one on an instruction set."""
    table, out = folder / "rows.npy", folder / "out.npy"
    np.save(table, rows)
    run = partial(subprocess.run, capture_output=True, text=True, check=True)
    source = Path(_core.__file__).parents[1]
    environment = os.environ | {"WHYZERO_ISA": name, "PYTHONPATH": str(source)}
    done = run([sys.executable, "-c", program, str(table), str(out)], env=environment)
    if done.stdout.strip() != name:
        pytest.skip(f"this processor has no {name}")
    one_by_one, together = np.split(np.load(out), [4])
    np.testing.assert_array_equal(together, one_by_one[:2])  # whatever the place in a vector
    return one_by_one


@pytest.mark.parametrize("name", ["baseline", "avx2", "avx512"])
def test_every_instruction_set_is_accurate_to_a_few_units_of_the_last_place(name, tmp_path):
    rows = hard_rows()
    gradient, hessian, value, gap = computed(name, PROGRAM, rows, tmp_path)
    for k, (y, eta, v) in enumerate(rows.T):
        check_terms(y, eta, gradient[k], hessian[k], value[k])
        if abs(eta) <= 1e5:
            check_gap(y, eta, v, gap[k])


def one_row(y: float, eta: float) -> tuple[float, float, float]:
    u, h, sums = _core.loss_rows("logistic", np.array([y]), np.ones(1), np.array([eta]))
    return float(u[0]), float(h[0]), float(sums[3])


@given(st.sampled_from(TARGETS + FRACTIONS), st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=300, deadline=None)
def test_the_logistic_rows_are_accurate_for_any_eta(y, eta):
    check_terms(y, eta, *one_row(y, eta))


@given(st.sampled_from(TARGETS), st.floats(-1000, 1000), st.floats(0, 1))
@settings(max_examples=300, deadline=None)
def test_the_logistic_gap_is_accurate_and_never_negative(y, eta, share):
    v = share if y == 0 else -share
    check_gap(
        y, eta, v, _core.loss_gap_rows("logistic", np.array([y]), np.ones(1), np.array([eta]), np.array([v]), 1.0)
    )


def test_the_gap_vanishes_at_the_gradient():
    away = np.linspace(-800, 5, 4001)  # far on the wrong side 1 - |gradient| is lost in rounding, and the gap shows it
    sides = ((0.0, away), (1.0, -away))
    for name, cases in (("squared", sides), ("logistic", sides), ("poisson", ((0.0, away), (1.0, away[away > -10])))):
        for target, eta in cases:
            y, weight = np.full(len(eta), target), np.full(len(eta), 1 / 3)
            u = _core.loss_rows(name, y, weight, eta)[0]
            assert 0 <= _core.loss_gap_rows(name, y, weight, eta, u, 1.0) <= 1e-22


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
@pytest.mark.parametrize("bad", [NAN, INF, -INF, 1e308])
def test_a_row_of_weight_zero_does_no_harm(loss, bad):
    rng = np.random.default_rng(0)
    for n in range(1, 40):
        y, eta, u, weight = rng.uniform(size=n), rng.normal(size=n), 0.1 * rng.normal(size=n), rng.uniform(size=n)
        weight[rng.integers(0, n, size=n // 2 + 1)] = 0
        clean = _core.loss_rows(loss, y, weight, eta), _core.loss_gap_rows(loss, y, weight, eta, u, 0.5)
        out = weight == 0
        eta[out], u[out], y[out] = bad, bad, bad
        dirty = _core.loss_rows(loss, y, weight, eta), _core.loss_gap_rows(loss, y, weight, eta, u, 0.5)
        for a, b in zip(clean[0], dirty[0], strict=True):
            np.testing.assert_array_equal(a, b)
        assert clean[1] == dirty[1]
        assert np.all(dirty[0][0][out] == 0) and np.all(dirty[0][1][out] == 0)


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_what_is_not_a_number_stays_so(loss):
    for at in range(20):
        y, eta, weight = np.zeros(20), np.zeros(20), np.ones(20)
        eta[at] = NAN
        u, h, sums = _core.loss_rows(loss, y, weight, eta)
        assert np.isnan(u[at]) and np.all(np.isnan(sums))
        assert np.isnan(h[at]) or loss == "squared"
        assert np.isnan(_core.loss_gap_rows(loss, y, weight, eta, np.zeros(20), 1.0))
        assert np.all(np.isfinite(np.delete(u, at)))


POISSON_TARGETS = (0.0, 1e-9, 0.3, 1.0, 7.0, 1e6)
POISSON_PROGRAM = PROGRAM.replace("logistic", "poisson")


def exact_entropy(q: float, eta: float) -> mpmath.mpf:
    with mpmath.workdps(900):
        q, mean = mpmath.mpf(q), mpmath.exp(mpmath.mpf(eta))
        return q * mpmath.log(q / mean) - q + mean if q > 0 else mean


def check_poisson(y: float, eta: float, v: float, terms: np.ndarray) -> None:
    """Gradient, second derivative and value of a row of weight 1, and its Fenchel-Young term at v."""
    gradient, hessian, value, gap = map(float, terms)
    if eta > 709.7:
        assert gradient > 1e308 and hessian > 1e308 and value > 1e308
        return
    with mpmath.workdps(60):
        mean = mpmath.exp(mpmath.mpf(eta))
        assert abs(hessian - mean) <= 4 * EPSILON * mean + TINY
        assert abs(gradient - (mean - y)) <= 5 * EPSILON * (mean + y) + TINY
        terms = [(mpmath.mpf(y), value), (mpmath.mpf(y) + mpmath.mpf(v), gap)]
        for q, got in terms[: 1 if mean > 1e300 else 2]:  # the squares of such a mean overflow: no gap is asked for
            exact = exact_entropy(q, eta)
            # as if the mean were off by a few units of its last place, and q by some of those of y and v
            slope = abs(q / mean - 1) if mean > 0 else mpmath.inf
            step = abs(mpmath.log(q) - eta) if q > 0 else mpmath.mpf(745)
            near = min(8 * EPSILON * mean * slope, 8 * EPSILON * (q + mean)) + 8 * EPSILON * (y + abs(v)) * min(
                step, 800
            )
            least = (8 * EPSILON * (mean + y + abs(v))) ** 2 / max(mean, mpmath.mpf("1e-260"))
            assert got >= 0
            assert abs(mpmath.mpf(got) - exact) <= 40 * EPSILON * exact + near + min(least, 1e-15 * (1 + y)) + 1e-255


def poisson_rows() -> np.ndarray:
    """Columns y, eta, v."""
    rng = np.random.default_rng(11)
    sizes = np.concatenate([EDGES[:-3], rng.uniform(0, 3, 150), rng.uniform(0, 50, 80), rng.uniform(580, 720, 60)])
    rows = []
    for size in sizes:
        for eta in (size, -size):
            for y in POISSON_TARGETS:
                with np.errstate(over="ignore"):
                    mean = min(float(np.exp(eta)), 1e300)
                share = rng.choice([0.0, 1.0, rng.uniform()])
                rows.append((y, eta, share * (mean - y) if rng.uniform() < 0.5 else -share * y))
    return np.ascontiguousarray(np.array(rows).T)


@pytest.mark.parametrize("name", ["baseline", "avx2", "avx512"])
def test_the_poisson_rows_are_accurate_on_every_instruction_set(name, tmp_path):
    rows = poisson_rows()
    gradient, hessian, value, gap = computed(name, POISSON_PROGRAM, rows, tmp_path)
    for k, (y, eta, v) in enumerate(rows.T):
        check_poisson(y, eta, v, np.array([gradient[k], hessian[k], value[k], gap[k]]))


def test_an_infinite_eta_gives_the_limits():
    assert one_row(0.0, INF) == (1.0, 0.0, INF)
    assert one_row(1.0, -INF) == (-1.0, 0.0, INF)
    zero, one = np.zeros(1), np.ones(1)
    assert _core.loss_gap_rows("logistic", zero, one, np.array([INF]), np.array([0.5]), 1.0) == INF
    assert _core.loss_gap_rows("logistic", zero, one, np.array([INF]), np.array([1.0]), 1.0) == 0


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_the_sums_are_those_of_the_rows(loss):
    rng = np.random.default_rng(3)
    for n in (1, 2, 7, 8, 9, 127, 128, 129, 1000):
        y, eta, weight = (rng.uniform(size=n) < 0.5).astype(float), 4 * rng.normal(size=n), rng.uniform(size=n)
        u, h, sums = _core.loss_rows(loss, y, weight, eta)
        value, first, second, gap = _core.loss_terms(loss, y, eta, 0.3 * (u / weight))
        np.testing.assert_allclose(u, weight * first, rtol=1e-14)
        np.testing.assert_allclose(h, weight * second, rtol=1e-14)
        size = (1 + np.abs(eta)) * second if loss == "poisson" else eta  # what rounding is proportional to
        exact = [weight @ first, weight @ first**2, weight @ size**2, weight @ value]
        np.testing.assert_allclose(sums, exact, rtol=1e-13, atol=1e-14 * n)
        assert _core.loss_gap_rows(loss, y, weight, eta, u, 0.3) == pytest.approx(float(weight @ gap), rel=1e-11)
