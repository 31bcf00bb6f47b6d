"""Unpenalised columns that are nearly parallel: a fit is called optimal only where it is.

The columns ``x`` and ``x + eps z`` span what ``x`` and ``z`` span, so with those two the problem has the same minimum
and none of the difficulty. Entries are -1 and 1 and `eps` is a power of two: every column is stored exactly. (Where
`eps` is below some 1e-13 the rounding of a product hides it.) The gap is right to second order: here to a
hundredth, and to a factor of two for classes, which take the Hessian of the null model.
"""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

import whyzero as wz
from whyzero.errors import ConvergenceWarning
from whyzero.multi import multitask_problem, softmax_problem, solve_matrix_path
from whyzero.solution import Settings

ROWS = 64
FACTOR = [0.0, 0.0, 0.0, 1.0]
HALVINGS = [4, 10, 17, 20, 21, 22, 24, 27, 31, 40]
TOL = 1e-6


def signs(bit: int) -> np.ndarray:
    """-1 and 1 by this bit of the row's number: such columns are orthogonal."""
    return np.where(np.arange(ROWS) >> bit & 1, 1.0, -1.0)


def twins(halvings: int) -> tuple[np.ndarray, np.ndarray]:
    """A matrix with two columns that differ by 2^-halvings z, and one with z itself in place of the second."""
    x, z = signs(0), signs(1)
    others = [signs(3) + 0.5 * x, signs(2)]
    return np.column_stack([x, x + np.ldexp(z, -halvings), *others]), np.column_stack([x, z, *others])


def predictor() -> np.ndarray:
    return signs(1) + 0.3 * signs(2) + 0.1 * signs(4)


def labels() -> np.ndarray:
    """Classes that z tells apart on three rows of four."""
    return np.where((signs(1) + 0.5 * signs(4) + 0.7 * signs(5) > 0), 1.0, 0.0)


def targets(loss: str) -> np.ndarray:
    return {"squared": predictor(), "logistic": labels(), "poisson": np.round(2 + predictor() + signs(5))}[loss]


def minimum(x: np.ndarray, y: np.ndarray, **options: object) -> wz.Path:
    """A path of one alpha, which knows its null loss, too."""
    alpha = options.pop("alpha")
    return wz.fit_path(x, y, alphas=[alpha], **{**options, "tol": 1e-12})


def objective(loss: str, x: np.ndarray, y: np.ndarray, fit: wz.Solution) -> float:
    """The mean loss and the penalty; predictors in rationals, because huge weights cancel in them."""
    coef, intercept = [Fraction(b) for b in fit.coef.tolist()], Fraction(float(fit.intercept))
    eta = [intercept + sum(b * Fraction(v) for b, v in zip(coef, row, strict=True)) for row in x.tolist()]
    if loss == "squared":
        values = [float((e - Fraction(t)) ** 2 / 2) for e, t in zip(eta, y.tolist(), strict=True)]
    elif loss == "logistic":
        values = [np.logaddexp(0.0, float(e)) - t * float(e) for e, t in zip(eta, y.tolist(), strict=True)]
    else:
        values = [
            np.exp(float(e)) - t * float(e) - (t - t * np.log(t) if t > 0 else 0.0)
            for e, t in zip(eta, y.tolist(), strict=True)
        ]
    return float(np.mean(values)) + fit.alpha * float(np.abs(fit.coef) @ FACTOR)


def quietly(function, *args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return function(*args, **options)


@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_matrix])
@pytest.mark.parametrize("halvings", HALVINGS)
@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_optimal_means_as_good_as_with_columns_that_are_far_apart(loss, halvings, storage):
    close, apart = twins(halvings)
    y, options = targets(loss), {"loss": loss, "alpha": 0.05, "penalty_factor": FACTOR, "tol": TOL}
    best = minimum(apart, y, **options)
    assert best.status is wz.Status.OPTIMAL
    fit = quietly(wz.fit, storage(close), y, **options)
    excess = objective(loss, close, y, fit) - objective(loss, apart, y, best[0])
    if fit.status is wz.Status.OPTIMAL:
        assert excess <= TOL * best.null_loss
    assert excess <= 1.01 * fit.dual_gap + 1e-12
    if halvings <= 17:
        assert fit.status is wz.Status.OPTIMAL


@pytest.mark.parametrize("halvings", HALVINGS)
def test_the_same_where_no_weight_may_be_negative(halvings):
    """The second column only helps as x + eps z - x: with -x free as well, all of the span can be reached."""
    close, apart = twins(halvings)
    close[:, 2] = -close[:, 0]
    apart[:, 2] = -apart[:, 0]
    y, options = predictor(), {"alpha": 0.05, "penalty_factor": FACTOR, "positive": True, "tol": TOL}
    best = minimum(apart, y, **options)
    fit = quietly(wz.fit, close, y, **options)
    excess = objective("squared", close, y, fit) - objective("squared", apart, y, best[0])
    if fit.status is wz.Status.OPTIMAL:
        assert excess <= TOL * best.null_loss
    assert excess <= fit.dual_gap + 1e-12


@pytest.mark.parametrize("halvings", HALVINGS)
@pytest.mark.parametrize("kind", ["multitask", "softmax"])
def test_the_same_for_several_targets_and_classes(kind, halvings):
    close, apart = twins(halvings)
    if kind == "multitask":
        make, y = multitask_problem, np.column_stack([predictor(), predictor() - 2 * signs(5)])
    else:
        make, y = softmax_problem, labels() + np.where(signs(2) + signs(5) > 1, 2, 0)
    best, fit = (
        quietly(solve_matrix_path, make(x, y, penalty_factor=FACTOR), alphas=[0.05], settings=Settings(tol=tol))[0]
        for x, tol in ((apart, 1e-12), (close, TOL))
    )
    null = quietly(solve_matrix_path, make(apart, y, penalty_factor=FACTOR), alphas=[0.05]).null_loss
    problem = make(close, y, penalty_factor=FACTOR)
    excess = problem.objective(fit.coef, fit.intercept, 0.05) - make(apart, y, penalty_factor=FACTOR).objective(
        best.coef, best.intercept, 0.05
    )
    rounding = 1e-14 * np.abs(fit.coef).max()
    if fit.status is wz.Status.OPTIMAL:
        assert excess <= TOL * null + rounding
    assert excess <= (1.01 if kind == "multitask" else 2) * fit.dual_gap + 1e-12 + rounding


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_copies_and_sums_of_free_columns_do_not_stop_a_fit(loss):
    """The levels of two factors and a copy, all free: four columns too many, and a fit that is as good without them."""
    level, other = np.arange(ROWS) % 4, np.arange(ROWS) // 4 % 3
    both = np.column_stack([*(level == k for k in range(4)), *(other == k for k in range(3)), level == 1, signs(5)])
    x = both.astype(float)
    kept = [0, 1, 2, 4, 5, 8]
    y = targets(loss)
    fit = wz.fit(x, y, loss=loss, alpha=0.02, penalty_factor=[0.0] * 8 + [1.0], tol=1e-10)
    less = wz.fit(x[:, kept], y, loss=loss, alpha=0.02, penalty_factor=[0.0] * 5 + [1.0], tol=1e-10)
    assert fit.status is less.status is wz.Status.OPTIMAL
    own, other = (f.problem.objective(f.coef, f.intercept, f.alpha) for f in (fit, less))
    assert own == pytest.approx(other, rel=1e-9)


def test_free_columns_that_separate_the_classes_are_never_optimal():
    """The infimum is 0, and no weights reach it: what is left to gain is everything."""
    for seed in range(60):
        rng = np.random.default_rng(seed)
        free = rng.normal(size=(int(rng.integers(15, 60)), 3))
        y = (free @ rng.normal(size=3) > 0) * 1.0
        x = np.column_stack([free, rng.normal(size=len(y))])
        path = quietly(wz.fit_path, x, y, loss="logistic", alphas=[0.3], penalty_factor=[0, 0, 0, 1])
        fit = path[0]
        if fit.status is wz.Status.OPTIMAL:
            assert fit.problem.objective(fit.coef, fit.intercept, 0.3) <= 1e-6 * path.null_loss


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("seed", [28, 168, 358, 432, 595, 664])
def test_a_fit_that_rounding_stops_far_out_is_called_separated_if_it_is(seed, flipped):
    """With one row of the other class in the middle of one class a linear programme finds no separation."""
    rng = np.random.default_rng(seed)
    free = rng.normal(size=(int(rng.integers(15, 60)), 3))
    y = (free @ rng.normal(size=3) > 0) * 1.0
    if flipped:
        ones = np.flatnonzero(y == 1)
        free, y = np.vstack([free, free[ones].mean(axis=0)]), np.append(y, 0.0)
    x = np.column_stack([free, rng.normal(size=len(y))])
    rows = np.where(y > 0, 1.0, -1.0)[:, None] * np.column_stack([free, np.ones(len(y))])
    found = linprog(np.zeros(4), A_ub=-rows, b_ub=-np.ones(len(y)), bounds=(None, None))
    fit = quietly(wz.fit, x, y, loss="logistic", alpha=0.3, penalty_factor=[0, 0, 0, 1])
    assert (found.status == 0) == (not flipped)
    assert fit.status is (wz.Status.OPTIMAL if flipped else wz.Status.SEPARATED)
