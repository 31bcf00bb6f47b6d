"""The bounds of the Poisson loss against mpmath, and its certificates; test_certificates_starts.py has more."""

from __future__ import annotations

import json
import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import whyzero as wz
from forging import sealed
from whyzero.certificates import Verdict, certify, verify
from whyzero.certificates.bounds import spread_at
from whyzero.certificates.dual import propose
from whyzero.certificates.frame import make_frame
from whyzero.certificates.loss_bounds import LOSS_BOUNDS, Ball
from whyzero.certificates.point import make_point
from whyzero.errors import InputError
from whyzero.problem import make_problem


def relative_entropy(q: mp.mpf, mean: mp.mpf) -> mp.mpf:
    return q * mp.log(q / mean) - q + mean if q > 0 else mean


@pytest.mark.parametrize("spread", [1e-12, 1e-6, 1e-2, 1.0, 30.0, 600.0])
def test_eqs_68_and_69_bound_the_term_over_the_whole_ball(spread: float) -> None:
    rng = np.random.default_rng(int(spread * 1e3) % 1000)
    theta = rng.uniform(-40, 40, 300)
    y = np.where(rng.random(300) < 0.3, 0.0, np.exp(rng.uniform(-5, 8, 300)))
    q = np.where(rng.random(300) < 0.05, 0.0, np.exp(theta))
    v, eta = q - y, theta + spread * rng.standard_normal(300)
    v[rng.random(300) < 0.02] = 0.0
    q = y + v
    error, move = np.abs(rng.standard_normal((2, 300))) * np.where(rng.random(300) < 0.5, 1e-9, 0.1)
    upper = LOSS_BOUNDS["poisson"].fenchel_young(y, Ball(eta, error), v, move, 1.0)
    with mp.workdps(400):
        for bound, *row in zip(upper, y, v, eta, error, move, strict=True):
            target, dual, point, away, moved = (mp.mpf(float(e)) for e in row)
            middle = target + dual
            for side in (-1, 1):
                for other in (-1, 1):
                    exact = relative_entropy(middle * (1 + side * moved), mp.exp(point + other * away))
                    assert exact <= mp.mpf(float(bound)) + mp.mpf(10) ** -300  # added to every gap


def test_the_bound_is_sharp_near_the_optimum() -> None:
    rng = np.random.default_rng(0)
    theta = rng.uniform(-10, 10, 200)
    y, eta, zero = np.zeros(200), theta + 1e-4 * rng.standard_normal(200), np.zeros(200)
    upper = LOSS_BOUNDS["poisson"].fenchel_young(y, Ball(eta, zero), np.exp(theta), zero, 1.0)
    with mp.workdps(60):
        for bound, q, point in zip(upper, np.exp(theta), eta, strict=True):
            exact = relative_entropy(mp.mpf(float(q)), mp.exp(mp.mpf(float(point))))
            assert mp.mpf(float(bound)) <= 1.01 * exact + mp.mpf(10) ** -18


@given(st.integers(0, 10**6), st.floats(-3.0, 3.0), st.booleans())
@settings(max_examples=200, deadline=None)
def test_eq_57_bounds_every_slope_within_the_divergence(seed: int, log_size: float, balanced: bool) -> None:
    """For any means m with ``G = sum w_i D(q_i, m_i)``: the slopes at m and q differ by no more than Eq. (57)."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(2, 9)), int(rng.integers(1, 4))
    x = rng.standard_normal((n, p)) * 10.0 ** rng.integers(-3, 4, p)
    y = rng.poisson(2.0, n) + 0.5
    posed = make_problem(x, y, loss="poisson", sample_weight=rng.choice([1.0, 2.0], n), fit_intercept=balanced)
    frame = make_frame(posed, 0.1)
    dual = propose(frame, make_point(frame, np.zeros(p), math.log(y.mean()) if balanced else 0.0))
    q = y + dual.v
    means = q * np.exp(10.0**log_size * rng.standard_normal(n) / 30.0)
    if balanced:  # slopes from the columns' means are those of points that sum to the same
        means *= float(frame.weight @ q) / float(frame.weight @ means)
    spread, farthest = spread_at(frame, dual)
    with mp.workdps(50):
        w = [mp.mpf(float(s)) for s in posed.sample_weight]
        w = [s / mp.fsum(w) for s in w]
        left, right = [mp.mpf(float(a)) for a in q], [mp.mpf(float(m)) for m in means]
        gap = mp.fsum(s * relative_entropy(a, m) for s, a, m in zip(w, left, right, strict=True))
        for j in range(p):
            column = [mp.mpf(float(e)) - mp.mpf(float(frame.mean[j])) for e in x[:, j]]
            moved = abs(mp.fsum(s * e * (m - a) for s, e, a, m in zip(w, column, left, right, strict=True)))
            assert moved <= mp.mpf(float(spread[j])) * mp.sqrt(2 * gap) + mp.mpf(float(farthest[j])) * gap


def test_rows_of_weight_zero_do_not_widen_the_bound() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((40, 3)), rng.poisson(2.0, 40) + 0.0
    outlier, far = np.vstack([x, np.full((1, 3), 1e6)]), np.append(y, 5.0)
    plain = certify(x, y, np.zeros(3), math.log(y.mean()), loss="poisson", alpha=0.5)
    weighted = certify(
        outlier,
        far,
        np.zeros(3),
        math.log(y.mean()),
        loss="poisson",
        alpha=0.5,
        sample_weight=np.append(np.ones(40), 0),
    )
    assert weighted.verdicts == plain.verdicts == (Verdict.ZERO_PROVED,) * 3
    np.testing.assert_allclose(weighted.pull_bound, plain.pull_bound, rtol=1e-6)


def test_a_wrong_zero_and_debris_are_told_apart() -> None:
    rng = np.random.default_rng(4)
    x = rng.standard_normal((200, 3))
    y = rng.poisson(np.exp(0.7 * x[:, 0]))
    certificate = certify(x, y, [0.0, 1e-6, 0.0], 0.0, loss="poisson", alpha=0.2)
    assert certificate.verdicts == (Verdict.WRONG_ZERO, Verdict.NUMERICAL_DEBRIS, Verdict.ZERO_PROVED)
    assert certificate.lo[0] > 0.2


@pytest.mark.parametrize("field", ["gap", "pull_bound", "lo", "dual", "verdicts", "loss"])
def test_a_forged_certificate_is_refused(field: str) -> None:
    rng = np.random.default_rng(5)
    x = rng.standard_normal((60, 3))
    y = rng.poisson(np.exp(0.7 * x[:, 0])).astype(float)
    fit = wz.fit(x, y, loss="poisson", alpha=0.1)
    fields = json.loads(certify(x, y, fit.coef, fit.intercept, loss="poisson", alpha=0.1).to_json())
    changed = {
        "gap": lambda value: value / 2,
        "pull_bound": lambda value: [0.5 * e for e in value],
        "lo": lambda value: [value[0] + 0.01, *value[1:]],
        "dual": lambda value: [value[0] - y[0] - 1.0, *value[1:]],
        "verdicts": lambda value: ["non-zero, proved"] * 3,
        "loss": lambda value: "squared",
    }
    fields[field] = changed[field](fields[field])
    assert not verify(sealed(fields), x, y).ok


def test_what_is_not_there_is_said() -> None:
    rng = np.random.default_rng(6)
    x, y = rng.standard_normal((30, 2)), rng.poisson(2.0, 30)
    with pytest.raises(InputError, match=r"proof='exact' has no integers for loss='poisson', only for 'squared' and"):
        certify(x, y, np.zeros(2), 0.0, loss="poisson", alpha=0.1, proof="exact")
    with pytest.raises(InputError, match=r"path has loss='poisson', whose curvature has no bound"):
        wz.certify_path(wz.fit_path(x, y, loss="poisson", alphas=3))
