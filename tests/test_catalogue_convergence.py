"""Rows C1, C2 and C4 of the catalogue: status, warning and true gap never contradict one another."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.linalg import hilbert
from scipy.optimize import minimize_scalar

import whyzero as wz
from catalogue_rows import Row, quiet_fit
from oracle.conditioning import beyond_floats
from oracle.enclosure import Enclosure, enclose
from oracle.generator import Case, cases, class_cases
from oracle.logistic import precise
from oracle.rational import ExactSolver, objective_at
from whyzero import sklearn as ours

TOLERANCES = (1e-1, 1e-4, 1e-6, 1e-9, 1e-12, 1e-14)
STEPS = (1, 2, 5, 1000)
ROUNDING = Fraction(1, 10**12)  # of the null loss and of tol: what adding up and comparing in floats may move


def null_objective(case: Case) -> Fraction:
    """The loss of the model of the intercept and the columns without a price; infinite factors are out."""
    factor = np.where(case.penalty_factor == 0.0, 0.0, np.inf)
    return ExactSolver(replace(case, penalty_factor=factor).exact()).solve().objective


def vectors(solver: ExactSolver) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """Share, target and offset of every row."""
    return zip(solver.problem.weight, solver.problem.y, solver.problem.offset, strict=True)


def test_an_optimal_fit_has_the_gap_it_promises_and_any_other_warns(row: Row):
    """C1, squared loss: the distance from the exact minimum, in rationals."""
    seen = Counter()

    def check(case: Case, tol: float) -> None:
        solver = ExactSolver(case.exact())
        exact = solver.solve()
        null = null_objective(case)
        dust = ROUNDING**2 * sum(w * (y - o) ** 2 for w, y, o in vectors(solver))
        for steps in STEPS:
            fit, warned = quiet_fit(case.x, case.y, tol=tol, max_iter=steps, **case.options)
            assert warned == (fit.status is not wz.Status.OPTIMAL)
            gap = objective_at(solver.problem, fit.coef, fit.intercept) - exact.objective
            assert np.isfinite(fit.coef).all() and np.isfinite(fit.intercept)
            if beyond_floats(case, exact):
                seen["beyond float64"] += 1
            elif not warned:
                assert gap <= Fraction(tol) * null * (1 + ROUNDING) + ROUNDING * null + dust, (steps, float(gap))
            seen["fits"] += 1
            seen[fit.status.name] += 1

    strategies = (cases(l1_ratios=(1.0, 0.5, 0.0)), st.sampled_from(TOLERANCES))
    row.each(strategies, check, row.count(60, 2500))
    row.tell(f"C1: squared loss: {counts(seen)}; 0 contradictions with the exact gap or the warning")


def test_an_optimal_logistic_fit_has_the_gap_it_promises(row: Row):
    """C1, logistic loss: the distance from an enclosure of the minimum."""
    seen = Counter()

    def check(case: Case, tol: float) -> None:
        best: list[Any] = []
        for steps in STEPS:
            fit, warned = quiet_fit(case.x, case.y, loss="logistic", tol=tol, max_iter=steps, **case.options)
            assert warned == (fit.status is not wz.Status.OPTIMAL)
            assert np.isfinite(fit.coef).all() and np.isfinite(fit.intercept)
            seen["fits"] += 1
            seen[fit.status.name] += 1
            if warned:
                continue
            best = best or [enclose(case.exact(), "logistic", fit.coef, fit.intercept)]
            if best[0] is None:
                seen["without reference"] += 1
                continue
            gap, null = excess(case, fit, best[0]), null_loss(case)
            assert gap <= (tol * (1 + 1e-9) + 1e-12) * null, (steps, gap, null)

    row.each((class_cases(), st.sampled_from(TOLERANCES)), check, row.count(15, 2500))
    row.tell(f"C1: logistic loss: {counts(seen)}; 0 contradictions with the proved gap or the warning")


@pytest.mark.parametrize("loss", ["squared", "logistic"])
@pytest.mark.parametrize("level", [0.1, 1.0, -3.0, 1e8])
@pytest.mark.parametrize("share", [0.9, 0.5, 0.01])
def test_weights_that_cancel_beyond_the_last_bit_are_not_called_optimal(loss, level, share):
    """C1: a column that is constant but for one ulp; long runs of the rows above found such problems."""
    x = np.full((3, 1), level)
    x[0] = np.nextafter(level, np.inf)
    y = np.array([0.0, 1.0, 1.0]) if loss == "logistic" else np.array([0.5, -2.0, 1.0])
    pull = abs(np.mean((x[:, 0] - level) * (y - y.mean())))
    case = Case(x, y, float(share * pull), 1.0, np.ones(1), np.ones(3), np.zeros(3), True)
    fit, warned = quiet_fit(x, y, loss=loss, **case.options)
    assert fit.coef[0] and fit.status is wz.Status.STALLED and warned
    if loss == "squared":
        solver = ExactSolver(case.exact())
        gap = float(objective_at(solver.problem, fit.coef, fit.intercept) - solver.solve().objective)
    else:
        best = enclose(case.exact(), loss, fit.coef, fit.intercept)
        assert best is not None
        gap = excess(case, fit, best)
    assert 0.0 <= gap <= fit.dual_gap


@pytest.mark.parametrize("level", [0.0, 1e11, 1e13])
def test_a_level_of_the_target_does_not_hide_what_storing_costs(level):
    """C1: one rounding of a predictor near 1e15 is an eighth, whatever the level of the target."""
    rng = np.random.default_rng(0)
    steps = rng.integers(-8, 9, 100).astype(float)
    fit, warned = quiet_fit(1e15 + steps[:, None], level + 0.5 * steps + rng.normal(size=100), alpha=1e-3)
    assert fit.status is wz.Status.STALLED and warned


@pytest.mark.parametrize("power", [20, 40, 60, 77, 100])
def test_ridge_on_one_row_converges_whatever_the_size_of_a_column(power):
    """C1: by way of the dual the weights of such columns are differences of which nothing is left."""
    x = np.array([[np.ldexp(1.0, power), 4.5, 1.0]])
    case = Case(x, np.array([0.75]), 2.0, 0.0, np.ones(3), np.ones(1), np.array([-55.0]), False)
    fit, warned = quiet_fit(x, case.y, **case.options)
    solver = ExactSolver(case.exact())
    gap = objective_at(solver.problem, fit.coef, fit.intercept) - solver.solve().objective
    assert fit.status is wz.Status.OPTIMAL and not warned
    assert gap <= Fraction(1, 10**6) * null_objective(case)


def null_loss(case: Case) -> float:
    """The mean logistic loss of the intercept alone."""

    def loss(intercept: float) -> float:
        eta = case.offset + intercept
        return float(np.average(np.logaddexp(0.0, eta) - case.y * eta, weights=case.sample_weight))

    return float(minimize_scalar(loss, tol=1e-12).fun) if case.fit_intercept else loss(0.0)


def excess(case: Case, fit: wz.Solution, best: Enclosure) -> float:
    """How far the objective of a fit is above the minimum, in 60 digits."""
    problem = case.exact()
    with mp.workdps(60):
        share, l1, l2 = ([precise(v) for v in vector] for vector in (problem.weight, problem.l1, problem.l2))
        shift = [mp.mpf(float(v)) for v in case.offset]

        def objective(coef: list[Any], intercept: Any) -> Any:
            eta = [
                mp.fsum(mp.mpf(float(e)) * v for e, v in zip(line, coef, strict=True)) + intercept + o
                for line, o in zip(case.x, shift, strict=True)
            ]
            loss = mp.fsum(s * (mp.log1p(mp.exp(e)) - float(y) * e) for s, e, y in zip(share, eta, case.y, strict=True))
            return loss + mp.fsum(a * abs(v) + b * v * v / 2 for a, b, v in zip(l1, l2, coef, strict=True))

        coef = [middle(value) for value in best.coef]
        own = objective([mp.mpf(float(v)) for v in fit.coef], mp.mpf(float(fit.intercept)))
        least = objective(coef, middle(best.intercept))
        return float(own - least)


def middle(interval: Any) -> Any:
    """The middle of an interval to all digits: weights of 1e17 may cancel."""
    return (mp.mpf(interval.a) + mp.mpf(interval.b)) / 2


def counts(seen: Counter[str]) -> str:
    rest = ", ".join(f"{number} {name}" for name, number in sorted(seen.items()) if name != "fits")
    return f"{seen['fits']} fits ({rest})"


TRIVIAL = {
    "y is 0": (np.arange(12.0).reshape(6, 2) % 5, np.zeros(6), 0.1),
    "X is 0": (np.zeros((6, 3)), np.arange(6.0), 0.1),
    "alpha is beyond alpha_max": (np.arange(12.0).reshape(6, 2) % 5, np.arange(6.0), 1e3),
    "one column": (np.arange(6.0)[:, None], np.arange(6.0) ** 2, 0.1),
    "duplicates only": (np.repeat(np.arange(6.0)[:, None] ** 2, 4, axis=1), np.arange(6.0), 0.5),
    "one row": (np.array([[1.0, 2.0]]), np.array([3.0]), 0.1),
}


@pytest.mark.parametrize("name", TRIVIAL)
def test_a_trivial_problem_converges(name):
    """C2: the gap is exactly 0 where every weight is zero, and below rounding elsewhere."""
    x, y, alpha = TRIVIAL[name]
    for estimator in (ours.Lasso(alpha), ours.ElasticNet(alpha)):
        model = estimator.fit(x, y)
        assert model.status_ is wz.Status.OPTIMAL
        assert model.dual_gap_ == 0.0 if not np.any(model.coef_) else model.dual_gap_ <= 1e-14 * np.var(y)


@contextmanager
def watchdog(seconds: float) -> Iterator[None]:
    """Ends a hang; no other test depends on the time."""

    def bark(*_: object) -> None:
        raise TimeoutError(f"still running after {seconds} s")

    earlier = signal.signal(signal.SIGALRM, bark)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, earlier)


def hostile(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Hilbert matrices, rank one, condition 1e16, huge and tiny entries, nearly equal columns."""
    n, p = (int(v) for v in rng.integers(2, 25, 2))
    kind = rng.integers(6)
    if kind == 0:
        x = hilbert(max(n, p))[:n, :p]
    elif kind == 1:
        x = np.outer(rng.normal(size=n), rng.normal(size=p))
    elif kind == 2:
        u, _, v = np.linalg.svd(rng.normal(size=(n, p)), full_matrices=False)
        x = u * np.geomspace(1.0, 1e-16, u.shape[1]) @ v
    elif kind == 3:
        x = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-100, 101, p)
    elif kind == 4:
        x = rng.normal(size=(n, 1)) + 10.0 ** -rng.uniform(5, 16) * rng.normal(size=(n, p))
    else:
        x = 1e8 + rng.normal(size=(n, p))
    y = rng.normal(size=n) * 10.0 ** rng.integers(-8, 9)
    return x, y


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer signal")
def test_hostile_problems_end_and_say_how(row: Row):
    """C4: no hang, no NaN, and a warning unless the status is optimal."""
    seen, count = Counter(), row.count(40, 500)
    rng = np.random.default_rng(0)
    for _ in range(count):
        x, y = hostile(rng)
        loss = "logistic" if rng.random() < 0.4 else "squared"
        target = y if loss == "squared" else np.r_[True, False, y[2:] > 0]
        options = {"alpha": 10.0 ** rng.uniform(-12, 2), "l1_ratio": float(rng.choice([1.0, 0.5, 0.0])), "loss": loss}
        with watchdog(20.0):
            fit, warned = quiet_fit(x, target, max_iter=int(rng.choice([3, 1000])), **options)
        assert np.isfinite(fit.coef).all() and np.isfinite(fit.intercept) and not np.isnan(fit.dual_gap)
        assert warned == (fit.status is not wz.Status.OPTIMAL)
        seen["fits"] += 1
        seen[fit.status.name] += 1
    row.tell(f"C4: {counts(seen)} on hostile data, none over 20 s")
