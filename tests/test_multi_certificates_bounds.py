"""Each inequality of the proofs about a matrix of weights, with its number, against exact or 50-digit arithmetic."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whyzero.certificates.dual import constraint_columns
from whyzero.certificates.frame import make_frame
from whyzero.certificates.loss_bounds import Ball
from whyzero.multi import multitask_problem, softmax_problem
from whyzero.multi.certificates.dual import MatrixDual, balanced_classes, measure, propose
from whyzero.multi.certificates.enclosure import invert_classes
from whyzero.multi.certificates.gap import class_terms, group_terms
from whyzero.multi.certificates.row_bounds import ROW_BOUNDS, SoftmaxRows

SEEDS = st.integers(0, 10**6)
TASKS = st.integers(2, 6)


@pytest.fixture(autouse=True)
def fifty_digits():
    with mp.workdps(50):
        yield


def exactly(values):
    return [Fraction(float(v)) for v in np.ravel(values)]


def probabilities(rng, shape):
    """Rows of numbers that sum to 1 up to rounding, some of them nearly 0."""
    e = np.exp(rng.normal(size=shape) * rng.choice([0.3, 3.0, 20.0]))
    return e / e.sum(axis=1, keepdims=True)


def solve_exactly(matrix, right):
    """Gaussian elimination on Fractions."""
    m = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for k in range(len(m)):
        pivot = next(i for i in range(k, len(m)) if m[i][k])
        m[k], m[pivot] = m[pivot], m[k]
        m[k] = [value / m[k][k] for value in m[k]]
        for i in range(len(m)):
            if i != k:
                m[i] = [a - m[i][k] * b for a, b in zip(m[i], m[k], strict=True)]
    return [row[-1] for row in m]


def a_frame(rng, loss, n=7, tasks=3):
    x = np.round(rng.normal(size=(n, 3)) * 2 + 1, 3)
    weight = rng.integers(1, 4, n).astype(float)
    options = {"penalty_factor": [0.0, 1.0, 1.0], "sample_weight": weight}
    if loss == "softmax":
        labels = np.concatenate([np.arange(tasks), rng.integers(tasks, size=n - tasks)])
        problem = softmax_problem(x, labels, **options)
    else:
        problem = multitask_problem(x, np.round(rng.normal(size=(n, tasks)), 3), **options)
    return problem, x, weight, make_frame(problem.rows, 0.5)


@given(seed=SEEDS)
@pytest.mark.parametrize("loss", ROW_BOUNDS)
def test_eq_166_and_173_the_exact_dual_point_is_feasible_and_as_near_as_stated(loss, seed):
    """In fractions: its rows are in the simplex, every constraint holds, and no product is further off than `error`."""
    rng = np.random.default_rng(seed)
    problem, x, weight, frame = a_frame(rng, loss)
    columns = constraint_columns(frame)
    if loss == "softmax":
        v = balanced_classes(frame, problem.y, probabilities(rng, problem.y.shape) - problem.y, columns)
        v = v * (1.0 - 1e-9 * rng.random())
        v = np.where(problem.y > 0, -np.sum(np.where(problem.y > 0, 0.0, v), axis=1, keepdims=True), v)
    else:
        v = propose(frame, loss, problem.y, rng.normal(size=problem.y.shape)).v + 1e-12 * rng.normal(
            size=problem.y.shape
        )
    dual = measure(frame, loss, problem.y, v, columns)
    size = ROW_BOUNDS[loss].size(problem.y, v)
    share = [w / sum(exactly(weight)) for w in exactly(weight)]
    exact = exact_point(loss, (problem.y, v, size), share, (x[:, 0], frame.mean[0]))
    for k in range(v.shape[1]):
        of_task = [row[k] for row in exact]
        assert dot(share, of_task) == 0
        products = [dot(share, [a * b for a, b in zip(exactly(x[:, j]), of_task, strict=True)]) for j in range(3)]
        assert products[0] == 0
        for product, c, error in zip(products, dual.c[:, k], dual.error[:, k], strict=True):
            assert abs(product - Fraction(float(c))) <= error
    for place in np.ndindex(v.shape):
        if np.isfinite(dual.move[place]):
            assert abs(exact[place[0]][place[1]] - Fraction(v[place])) <= dual.move[place] * size[place]
    if loss == "softmax":
        assert all(sum(row) == 0 for row in exact)
        q = [r + y for row, of in zip(exact, problem.y, strict=True) for r, y in zip(row, exactly(of), strict=True)]
        assert min(q) >= 0 or np.max(dual.move) > 0.5


def dot(a, b):
    return sum(c * d for c, d in zip(a, b, strict=True))


def exact_point(loss, rows, share, free):
    """The dual point of Eq. (166) in fractions, with an intercept and one free column."""
    (y, v, size), (column, mean) = rows, free
    start = [exactly(row) for row in v]
    if loss == "softmax":
        start = [
            [a / sum(exactly(q)) - b for a, b in zip(exactly(q), exactly(of), strict=True)]
            for q, of in zip(size, y, strict=True)
        ]
    room, u = exactly(size.min(axis=1)), [[Fraction(1), a - Fraction(float(mean))] for a in exactly(column)]
    weights = [s * h for s, h in zip(share, room, strict=True)]
    gram = [[dot(weights, [row[i] * row[j] for row in u]) for j in range(2)] for i in range(2)]
    for k in range(v.shape[1]):
        right = [dot(share, [row[i] * r[k] for row, r in zip(u, start, strict=True)]) for i in range(2)]
        z = solve_exactly(gram, right)
        for row, h, a in zip(start, room, u, strict=True):
            row[k] -= h * dot(a, z)
    return start


@given(seed=SEEDS, tasks=TASKS)
def test_eq_168_one_probability_differs_by_no_more_than_the_divergence_allows(seed, tasks):
    rng = np.random.default_rng(seed)
    q, p = ([mp.mpf(float(a)) for a in row] for row in probabilities(rng, (2, tasks)))
    q, p = [a / sum(q) for a in q], [a / sum(p) for a in p]
    divergence = sum(a * mp.log(a / b) for a, b in zip(q, p, strict=True))
    assert all(
        2 * (a - b) ** 2 <= divergence * (1 + mp.mpf(10) ** -40) + mp.mpf(10) ** -45 for a, b in zip(q, p, strict=True)
    )


@given(seed=SEEDS, tasks=TASKS)
def test_eq_169_and_174_the_penalty_terms_of_a_row(seed, tasks):
    """The sum of two parts equals the definition, none is negative, and the computed bound is above it."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(6, 2))
    problem = multitask_problem(x, rng.normal(size=(6, tasks)), l1_ratio=float(rng.choice([0.9, 0.4, 0.0])))
    frame = make_frame(problem.rows, 0.7)
    coef = rng.normal(size=(2, tasks)) * rng.choice([0.0, 1e-9, 1.0], 2)[:, None]
    c = rng.normal(size=(2, tasks)) * rng.choice([0.1, 1.0, 5.0])
    if rng.random() < 0.5:  # optimal, up to rounding
        size = np.linalg.norm(coef, axis=1, keepdims=True)
        c = np.where(size > 0, -(frame.l1[:, None] / np.where(size > 0, size, 1) + frame.l2[:, None]) * coef, c)
    error = 10.0 ** rng.uniform(-16, -2) * rng.random(c.shape)
    exact_c = [
        [mp.mpf(float(a)) + mp.mpf(float(e)) * rng.choice([-1, 1]) for a, e in zip(*pair, strict=True)]
        for pair in zip(c, error, strict=True)
    ]
    bound = group_terms(frame, coef, MatrixDual(c, c, error, c, True))
    rho, factor = mp.mpf(problem.l1_ratio), mp.mpf(1)
    l1, l2 = mp.mpf(0.7) * rho * factor, mp.mpf(0.7) * mp.mpf(1.0 - problem.l1_ratio) * factor
    for j in range(2):
        b = [mp.mpf(float(a)) for a in coef[j]]
        norm_b, norm_c = (mp.sqrt(sum(a * a for a in row)) for row in (b, exact_c[j]))
        inner = sum(a * d for a, d in zip(b, exact_c[j], strict=True))
        value = l1 * norm_b + l2 * norm_b**2 / 2 + max(norm_c - l1, 0) ** 2 / (2 * l2) + inner
        inside = [a * (min(1, l1 / norm_c) if norm_c else 1) for a in exact_c[j]]
        left = l1 * norm_b + sum(a * d for a, d in zip(inside, b, strict=True))
        right = sum((l2 * a + d - e) ** 2 for a, d, e in zip(b, exact_c[j], inside, strict=True)) / (2 * l2)
        assert abs(value - left - right) <= mp.mpf(10) ** -40
        assert left >= -(mp.mpf(10) ** -40)
        assert value <= bound[j, 0]


@given(seed=SEEDS, tasks=TASKS)
def test_eq_66_the_penalty_terms_of_classes(seed, tasks):
    rng = np.random.default_rng(seed)
    x, labels = rng.normal(size=(2 * tasks, 2)), np.tile(np.arange(tasks), 2)
    problem = softmax_problem(x, labels, l1_ratio=0.5)
    frame = make_frame(problem.rows, 0.7)
    coef, c = rng.normal(size=(2, tasks)) * rng.choice([0.0, 1.0], (2, tasks)), rng.normal(size=(2, tasks))
    bound = class_terms(frame, coef, MatrixDual(c, c, np.zeros_like(c), c, True))
    l1, l2 = mp.mpf(0.7) * mp.mpf(0.5), mp.mpf(0.7) * mp.mpf(0.5)
    for place in np.ndindex(2, tasks):
        b, slope = mp.mpf(float(coef[place])), mp.mpf(float(c[place]))
        value = l1 * abs(b) + l2 * b * b / 2 + max(abs(slope) - l1, 0) ** 2 / (2 * l2) + slope * b
        assert 0 <= value <= bound[place]


@given(seed=SEEDS, tasks=TASKS)
def test_eq_171_the_hessian_is_a_sum_of_squares_and_changes_no_faster_than_the_range(seed, tasks):
    rng = np.random.default_rng(seed)
    p = [Fraction(int(a)) for a in rng.integers(1, 1000, tasks)]
    p = [a / sum(p) for a in p]
    for s in range(tasks):
        for t in range(tasks):
            square = sum(p[k] * ((k == s) - p[s]) * ((k == t) - p[t]) for k in range(tasks))
            assert square == (p[s] if s == t else 0) - p[s] * p[t]
    d = [Fraction(int(a)) for a in rng.integers(-50, 50, tasks)]
    mean = sum(a * b for a, b in zip(p, d, strict=True))
    second, third = (sum(a * (b - mean) ** power for a, b in zip(p, d, strict=True)) for power in (2, 3))
    assert abs(third) <= (max(d) - min(d)) * second
    assert 2 * second <= sum(b * b for b in d)  # half the identity, Eq. (161)


@given(seed=SEEDS, tasks=st.integers(2, 4))
def test_eq_172_the_inverse_of_the_hessian_of_classes_is_bounded(seed, tasks):
    """Diagonal and quadratic forms of the inverse at 50 digits, for pairs (column, class) without a shift."""
    rng = np.random.default_rng(seed)
    n = 12
    x = np.hstack([rng.normal(size=(n, 2)), np.ones((n, 1))])
    weight, eta = rng.dirichlet(np.ones(n)), rng.normal(size=(n, tasks))
    pairs = np.array([[-1, k] for k in range(1, tasks)] + [[j, k] for j in range(2) for k in range(1, tasks)])
    ridge = np.concatenate([np.zeros(tasks - 1), rng.uniform(0.0, 0.1, len(pairs) - tasks + 1)])
    inverse = invert_classes(x, weight, eta, (pairs, ridge), 1.0)
    if inverse is None:
        return
    e = [[mp.exp(mp.mpf(float(a))) for a in row] for row in eta]
    p = [[a / sum(row) for a in row] for row in e]
    hessian = mp.matrix(len(pairs), len(pairs))
    for a, (j, k) in enumerate(pairs):
        for b, (i, m) in enumerate(pairs):
            terms = (
                mp.mpf(w) * mp.mpf(r[j]) * mp.mpf(r[i]) * q[k] * ((k == m) - q[m])
                for w, r, q in zip(weight, x, p, strict=True)
            )
            hessian[a, b] = sum(terms) + (mp.mpf(ridge[a]) if a == b else 0)
    exact = mp.inverse(hessian)
    # The probabilities were computed from eta in float64: a few roundings each.
    slack = 1 + mp.mpf(10) ** -12
    assert all(exact[a, a] <= inverse.diagonal()[a] * slack for a in range(len(pairs)))
    z = rng.normal(size=(1, len(pairs)))
    form = sum(mp.mpf(z[0, a]) * exact[a, b] * mp.mpf(z[0, b]) for a in range(len(pairs)) for b in range(len(pairs)))
    assert form <= inverse.quadratic_bound(z) * slack


@given(seed=SEEDS, tasks=TASKS, scale=st.sampled_from([0.1, 3.0, 100.0, 1e6]))
def test_eq_175_log_probabilities_are_known_as_well_as_stated(seed, tasks, scale):
    rng = np.random.default_rng(seed)
    eta = rng.normal(size=(3, tasks)) * scale
    radius = rng.choice([0.0, 1e-12, 1e-3]) * rng.random(eta.shape)
    moved = [
        [mp.mpf(a) + mp.mpf(r) * rng.choice([-1, 1]) for a, r in zip(*pair, strict=True)]
        for pair in zip(eta, radius, strict=True)
    ]
    found = SoftmaxRows().log_probabilities(Ball(eta, radius), 1.0)
    for i, row in enumerate(moved):
        total = mp.log(sum(mp.exp(a - max(row)) for a in row)) + max(row)
        for k, a in enumerate(row):
            assert abs(a - total - mp.mpf(found.middle[i, k])) <= found.radius[i, k]


@given(seed=SEEDS, tasks=TASKS, near=st.booleans())
def test_eqs_68_and_69_the_loss_terms_of_classes_are_above_the_divergence(seed, tasks, near):
    rng = np.random.default_rng(seed)
    q = probabilities(rng, (4, tasks))
    y = np.eye(tasks)[rng.integers(tasks, size=4)]
    v = np.where(y > 0, 0.0, q)
    v = np.where(y > 0, -v.sum(axis=1, keepdims=True), v)
    eta = np.log(q) + rng.normal(size=(4, 1)) if near else rng.normal(size=q.shape) * 30
    bound = SoftmaxRows().fenchel_young(y, Ball(eta, np.zeros_like(eta)), v, np.full(v.shape, 1e-15), 1.0)
    for i in range(4):
        raw = [Fraction(float(a)) for a in (y + v)[i]]
        of = [
            mp.mpf(a.numerator) / mp.mpf(a.denominator) / (mp.mpf(sum(raw).numerator) / mp.mpf(sum(raw).denominator))
            for a in raw
        ]
        row = [mp.mpf(float(a)) for a in eta[i]]
        total = mp.log(sum(mp.exp(a - max(row)) for a in row)) + max(row)
        divergence = sum(a * (mp.log(a) - b + total) for a, b in zip(of, row, strict=True) if a)
        assert divergence <= bound[i]
