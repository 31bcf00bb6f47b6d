"""Equal rows taken together: the fit is that of all rows, and its gaps are bounds for all rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import whyzero as wz
from whyzero import duplicates, solve
from whyzero.designs import CodesDesign
from whyzero.duplicates import group_rows
from whyzero.problem import make_problem
from whyzero.solution import Settings, Status

N = 5000


def categories(levels=(3, 7, 2), n_rows=N, *, seed=0):
    """Blocks whose rows repeat, some without a level, and a matrix of their columns."""
    rng = np.random.default_rng(seed)
    kinds = (np.uint8, np.uint16, np.int32)
    draws = [rng.integers(-1, size, size=n_rows) for size in levels]
    blocks = tuple(draw.astype(kind) for draw, kind in zip(draws, kinds, strict=False))
    owner = np.repeat(np.arange(len(levels), dtype=np.int32), levels)
    place = np.concatenate([np.arange(size, dtype=np.int32) for size in levels])
    design = CodesDesign(np.empty((n_rows, 0)), blocks, np.array(levels, np.int64), owner, place)
    return design, np.column_stack([draws[b] == k for b, size in enumerate(levels) for k in range(size)]).astype(float)


def targets(A, loss, *, seed=1):
    rng = np.random.default_rng(seed)
    eta = A @ rng.normal(size=A.shape[1]) + 1e3 * (loss == "squared")
    if loss == "poisson":
        return rng.poisson(np.exp(0.5 * eta)) * 1.5
    return eta + rng.normal(size=len(A)) if loss == "squared" else eta + rng.logistic(size=len(A)) > 0.0


@pytest.mark.parametrize("shifted", [False, True])
def test_groups_are_the_different_rows(shifted):
    design, A = categories()
    offset = np.random.default_rng(3).choice([0.0, -0.0, 0.5], size=N) if shifted else None
    group, first = design.equal_rows(offset)
    keys = A if offset is None else np.c_[A, offset]
    unique, inverse = np.unique(keys, axis=0, return_inverse=True)
    assert len(first) == len(unique)
    np.testing.assert_array_equal(keys[first][group], keys)
    assert len(set(zip(group.tolist(), inverse.ravel().tolist(), strict=True))) == len(unique)
    np.testing.assert_array_equal(first, [np.flatnonzero(group == g)[0] for g in range(len(first))])
    np.testing.assert_array_equal(design.take(first).columns(slice(None)), A[first])


def test_rows_that_hardly_repeat_are_left_alone():
    design, A = categories((100, 100, 100))
    assert design.equal_rows() is None
    assert group_rows(make_problem(design, A[:, 0]), A[:, 0]) is None
    with_numbers = replace(design, numbers=np.zeros((N, 1)), owner=np.r_[design.owner, np.int32(-1)].astype(np.int32),
                           place=np.r_[design.place, np.int32(0)].astype(np.int32))  # fmt: skip
    assert with_numbers.equal_rows() is None


def test_many_groups_fill_the_table_many_times():
    design, A = categories((90, 90, 2), 60_000)
    group, first = design.equal_rows()
    assert len(first) == len(np.unique(A, axis=0))
    assert len(first) > 10_000
    np.testing.assert_array_equal(A[first][group], A)


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_the_losses_of_rows_and_groups_differ_by_the_constant_alone(loss):
    design, A = categories()
    rng = np.random.default_rng(2)
    problem = make_problem(design, targets(A, loss), loss=loss, sample_weight=rng.choice([0.0, 1.0, 2.5], size=N),
                           offset=rng.choice([0.0, 0.5], size=N))  # fmt: skip
    groups = group_rows(problem, problem.y)
    assert groups.design.n_rows <= 2 * 4 * 8 * 3
    np.testing.assert_allclose(groups.weight.sum(), 1.0, rtol=1e-13)
    for _ in range(5):
        coef, intercept = rng.normal(size=A.shape[1]), rng.normal() + 1e3 * (loss == "squared")
        eta = groups.design.matvec(coef) + intercept + groups.offset
        ours = float(groups.weight @ problem.loss.value(groups.y, eta)) + groups.constant
        np.testing.assert_allclose(ours, problem.loss_value(coef, intercept), rtol=1e-11)


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.4, 0.0])
@pytest.mark.parametrize("given", [(), ("weight",), ("offset",), ("weight", "offset")])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_the_path_is_that_of_all_rows(loss, l1_ratio, given, fit_intercept, monkeypatch):
    design, A = categories()
    rng = np.random.default_rng(4)
    y = targets(A, loss)
    problem = make_problem(
        design,
        y,
        loss=loss,
        l1_ratio=l1_ratio,
        fit_intercept=fit_intercept,
        sample_weight=rng.choice([0.0, 1.0, 3.0], size=N) if "weight" in given else None,
        offset=rng.choice([0.0, 0.5, -1.0], size=N) if "offset" in given else None,
    )
    assert group_rows(problem, problem.y) is not None
    settings = Settings(tol=1e-9)
    ours = solve.solve_path(problem, alphas=15, settings=settings)
    monkeypatch.setattr(duplicates, "LEAST_ROWS", N + 1)
    theirs = solve.solve_path(problem, alphas=15, settings=settings)
    assert ours.problem is problem
    np.testing.assert_allclose(ours.null_loss, theirs.null_loss, rtol=1e-11)
    np.testing.assert_allclose(ours.alphas, theirs.alphas, rtol=1e-9)
    assert all(status is theirs.statuses[k] for k, status in enumerate(ours.statuses))
    assert np.all(ours.dual_gaps <= 1e-9 * ours.null_loss)
    for k in range(15):
        # Two fits are as far apart as their gaps allow; the independent formula bounds the gap of each over all rows.
        alpha = ours.alphas[k]
        best = min(problem.objective(path[k].coef, path[k].intercept, alpha) for path in (ours, theirs))
        assert problem.objective(ours[k].coef, ours[k].intercept, alpha) - best <= ours.dual_gaps[k] + 1e-13 * best
        gap = wz.certify(design, y, ours[k].coef, ours[k].intercept, alpha=alpha, **options_of(problem, y)).gap
        assert gap <= 1e-9 * ours.null_loss + 1e-12 * best
    eta, other = (A @ path.coefs.T + path.intercepts for path in (ours, theirs))
    flattest = 0.9 * np.exp(min(eta.min(), other.min())) if loss == "poisson" else None
    curvature = {"squared": 1.0, "logistic": 0.01, "poisson": flattest}[loss]
    distance = np.sqrt(problem.weight @ (eta - other) ** 2)
    assert np.all(distance <= 2.0 * np.sqrt(2.0 * (ours.dual_gaps + theirs.dual_gaps) / curvature) + 1e-8)


def options_of(problem, y):
    return {
        "loss": problem.loss.name,
        "l1_ratio": problem.penalty.l1_ratio,
        "fit_intercept": problem.fit_intercept,
        "sample_weight": problem.sample_weight,
        "offset": problem.offset,
    }


def test_groups_that_are_all_alike_are_not_taken_for_separated_classes():
    design, _ = categories((2, 2, 2), 8192)
    doubled = replace(design, blocks=tuple(np.repeat(block[:4096], 2) for block in design.blocks))
    path = wz.fit_path(doubled, np.tile([0.0, 1.0], 4096), loss="logistic", alphas=[0.1, 0.01])
    assert all(status is Status.OPTIMAL for status in path.statuses)
    assert not path.coefs.any()
    np.testing.assert_allclose(path.null_loss, np.log(2.0), rtol=1e-12)


def test_a_target_that_levels_say_nothing_about_stays_accurate():
    """Nearly all of the loss is inside the groups: the tolerance is a share of the whole."""
    design, A = categories()
    y = np.random.default_rng(0).normal(size=N) + 1e6
    path = wz.fit_path(design, y, alphas=20, tol=1e-7)
    dense = wz.fit_path(A, y, alphas=path.alphas, tol=1e-7)
    assert all(status is Status.OPTIMAL for status in path.statuses)
    assert np.all(path.dual_gaps <= 1e-7 * path.null_loss)
    np.testing.assert_allclose(path.null_loss, dense.null_loss, rtol=1e-9)
    eta, other = (A @ fit.coefs.T + fit.intercepts for fit in (path, dense))
    np.testing.assert_allclose(eta, other, rtol=0, atol=2e-3)
