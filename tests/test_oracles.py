"""The oracles agree with one another, and each of them notices a fault that is planted in a fit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import whyzero as wz
from catalogue_rows import Row, differs
from oracle import glmnet
from oracle.convex import minimum
from oracle.enclosure import enclose
from oracle.enumeration import ranges
from oracle.generator import Case, cases
from oracle.logistic import solve_precisely
from oracle.rational import objective_at, solve_exactly
from whyzero.problem import make_problem

TIGHT = 1e-12


def drawn(loss: str, seed: int, n: int = 20, p: int = 6) -> Case:
    """A problem in which every weight that is fitted matters."""
    rng = np.random.default_rng(seed)
    x = rng.integers(-64, 65, (n, p)) / 16.0
    signal = x[:, 0] - 0.5 * x[:, 1] + 0.25 * x[:, 2] + 1.0 + rng.integers(-32, 33, n) / 16.0
    y = signal if loss == "squared" else (signal > 1.0).astype(float)
    weight, offset = rng.choice([1.0, 2.0, 0.75], n), rng.integers(-8, 9, n) / 16.0
    return Case(x, y, 0.05, 0.75, np.ones(p), weight, offset, True)


def fitted(case: Case, loss: str) -> tuple[np.ndarray, float]:
    fit = wz.fit(case.x, case.y, loss=loss, tol=TIGHT, **case.options)
    return fit.coef, fit.intercept


def screened_for_good(case: Case, loss: str) -> tuple[np.ndarray, float]:
    factor = case.penalty_factor.copy()
    factor[np.argmax(np.abs(fitted(case, loss)[0]))] = np.inf
    return fitted(replace(case, penalty_factor=factor), loss)


FAULTS = {
    "alpha is 1 % too large": lambda case, loss: fitted(replace(case, alpha=1.01 * case.alpha), loss),
    "the ridge part is left out": lambda case, loss: fitted(replace(case, l1_ratio=1.0), loss),
    "weights are ignored": lambda case, loss: fitted(replace(case, sample_weight=np.ones(len(case.y))), loss),
    "the offset is ignored": lambda case, loss: fitted(replace(case, offset=np.zeros(len(case.y))), loss),
    "there is no intercept": lambda case, loss: fitted(replace(case, fit_intercept=False), loss),
    "a column is screened for good": screened_for_good,
}


def rational_excess(case: Case, loss: str, coef: np.ndarray, intercept: float) -> bool:
    problem = case.exact()
    best = solve_exactly(problem).objective
    return objective_at(problem, coef, intercept) > best * (1 + Fraction(1, 10**9))


def outside_the_enclosure(case: Case, loss: str, coef: np.ndarray, intercept: float) -> bool:
    found = enclose(case.exact(), loss, np.zeros(len(coef)), 0.0)
    assert found is not None
    return differs(coef, np.array([float(value.mid) for value in found.coef])) > 1e-6


def above_the_interior_point(case: Case, loss: str, coef: np.ndarray, intercept: float) -> bool:
    options = {key: value for key, value in case.options.items() if key != "alpha"}
    problem = make_problem(case.x, case.y, loss=loss, **options)
    return problem.objective(coef, intercept, case.alpha) > minimum(problem, case.x, case.alpha) * (1 + 1e-9)


def unlike_glmnet(case: Case, loss: str, coef: np.ndarray, intercept: float) -> bool:
    return differs(coef, glmnet.solve(case, loss)[0]) > 1e-6


ORACLES = [
    ("squared", rational_excess),
    ("logistic", outside_the_enclosure),
    ("squared", above_the_interior_point),
    ("logistic", above_the_interior_point),
    pytest.param("squared", unlike_glmnet, marks=pytest.mark.skipif(bool(glmnet.missing()), reason=glmnet.missing())),
    pytest.param("logistic", unlike_glmnet, marks=pytest.mark.skipif(bool(glmnet.missing()), reason=glmnet.missing())),
]


@pytest.mark.parametrize(("loss", "refutes"), ORACLES)
def test_an_oracle_accepts_the_fit_and_refutes_every_planted_fault(loss, refutes, row: Row):
    count = row.count(2, 20)
    for seed in range(count):
        case = drawn(loss, seed)
        assert not refutes(case, loss, *fitted(case, loss))
        for name, fault in FAULTS.items():
            assert refutes(case, loss, *fault(case, loss)), (seed, name)
    row.tell(f"4.0: {refutes.__name__}, {loss}: {count} fits accepted, {count * len(FAULTS)} planted faults refuted")


def test_the_active_set_is_the_enumeration_of_all_supports(row: Row):
    """O1 against an oracle that knows no algorithm: every support with every choice of signs."""
    seen = []

    def check(case: Case) -> None:
        case = replace(case, penalty_factor=np.where(case.penalty_factor == 0.0, 1.0, case.penalty_factor))
        exact = solve_exactly(case.exact())
        found = ranges(case.exact())
        assert all(low <= value <= high for (low, high), value in zip(found, exact.coef, strict=True))
        if exact.unique:
            assert all(low == high for low, high in found)
        seen.append(exact.unique)

    row.each((cases(max_rows=8, max_cols=5, l1_ratios=(1.0, 0.5)),), check, row.count(60, 2000))
    row.tell(f"4.0: O1 agrees with the enumeration of all supports on {len(seen)} problems, {sum(seen)} of them unique")


def test_an_enclosure_holds_the_optimum_of_50_digits_whatever_the_guess():
    for seed in range(4):
        case = replace(drawn("logistic", seed), offset=np.zeros(20), alpha=0.2)
        p = case.x.shape[1]
        l1, l2 = np.full(p, case.alpha * case.l1_ratio), np.full(p, case.alpha * (1 - case.l1_ratio))
        precise = solve_precisely(case.x, case.y, case.sample_weight, l1, l2)
        guesses = (np.zeros(p), np.random.default_rng(seed).normal(size=p), [float(value) for value in precise.coef])
        for guess in guesses:
            found = enclose(case.exact(), "logistic", guess, 0.0)
            assert found.signs == [int(value > 0) - int(value < 0) for value in precise.coef]
            for box, value in zip(found.coef, precise.coef, strict=True):
                assert float(box.delta) <= 1e-30
                assert abs(float(box.mid) - float(value)) <= 1e-15


def test_an_enclosure_decides_nothing_on_a_tie():
    x = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, 1.0], [-1.0, -1.0], [0.5, 0.5]])
    case = Case(x, np.array([1.0, 0.0, 0.0, 1.0, 1.0]), 0.01, 1.0, np.ones(2), np.ones(5), np.zeros(5), True)
    assert enclose(case.exact(), "logistic", [0.1, 0.0], 0.0) is None


def test_an_enclosure_of_a_poisson_problem_satisfies_its_optimality_conditions():
    """The oracle for the exponential mean: a weight alone has the closed form of a ratio of means."""
    x, y = np.array([[0.0], [0.0], [1.0], [1.0]]), np.array([1.0, 3.0, 4.0, 8.0])
    alpha = 0.25
    case = Case(x, y, alpha, 1.0, np.ones(1), np.ones(4), np.zeros(4), True)
    found = enclose(case.exact(), "poisson", [0.0], 0.0)
    # Both groups have n/2 rows: mean_1 = 6 - 2 alpha, mean_0 = 2 + 2 alpha.
    assert found.signs == [1]
    assert float(found.coef[0].mid) == pytest.approx(np.log((6 - 2 * alpha) / (2 + 2 * alpha)), rel=1e-15)
