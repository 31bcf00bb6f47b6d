"""The optimum of a small model with a matrix of weights to 50 digits, its optimality conditions checked at 50 digits.

Proximal gradient steps in float64 guess what is zero; Newton's method in mpmath solves the smooth equations on the
rest. The guess is accepted only if all strict inequalities hold with a margin of 1e-30; what violates one is taken in
or out.
"""

from __future__ import annotations

from dataclasses import dataclass

import mpmath as mp
import numpy as np

MARGIN = mp.mpf(10) ** -30
MOST_GUESSES = 12
DIGITS = 60


@dataclass(frozen=True)
class MatrixData:
    """A problem in plain arrays: `y` (n, K) has targets, or 0 and 1; `l1`, `l2` (p,) are infinite and 0 if excluded."""

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    l1: np.ndarray
    l2: np.ndarray
    intercept: bool
    softmax: bool


@dataclass(frozen=True)
class MatrixOptimum:
    """The optimum: mpmath numbers in object arrays of shape (p, K), (K,), (p, K), and its objective."""

    coef: np.ndarray
    intercept: np.ndarray
    gradient: np.ndarray
    objective: mp.mpf


def guess(data: MatrixData, steps: int = 4000) -> np.ndarray:
    """Accelerated proximal gradient steps in float64: weights of shape (p, K), of which only the zeros are used."""
    w = data.weight / data.weight.sum()
    x = data.x - (w @ data.x if data.intercept else 0.0)
    ones = np.ones((len(x), 1)) if data.intercept else np.zeros((len(x), 0))
    z = np.hstack([ones, x])
    step = 1.0 / (np.linalg.norm((np.sqrt(w)[:, None] * z), 2) ** 2 or 1.0)
    l1 = np.concatenate([np.zeros(ones.shape[1]), data.l1])[:, None]
    l2 = np.concatenate([np.zeros(ones.shape[1]), data.l2])[:, None]
    b = previous = np.zeros((z.shape[1], data.y.shape[1]))
    for k in range(steps):
        v = b + k / (k + 3.0) * (b - previous)
        eta = z @ v
        if data.softmax:
            e = np.exp(eta - eta.max(axis=1, keepdims=True))
            slope = e / e.sum(axis=1, keepdims=True) - data.y
        else:
            slope = eta - data.y
        v = v - step * (z.T @ (w[:, None] * slope))
        size = np.abs(v) if data.softmax else np.linalg.norm(v, axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            shrunk = np.where(size > step * l1, v * (1.0 - step * l1 / size), 0.0)
        b, previous = shrunk / (1.0 + step * l2), b
    return b[ones.shape[1] :]


def solve(data: MatrixData) -> MatrixOptimum | None:
    """An optimum, or None if no guess is one (ties, or a support on which the weights are not unique)."""
    b = guess(data)
    used = b != 0.0
    sign = np.sign(b)
    with mp.workdps(DIGITS):
        for _ in range(MOST_GUESSES):
            try:
                found = newton(data, used, sign, b)
            except ZeroDivisionError:
                return None  # a singular matrix
            if found is None:
                return None
            size, pull = (np.abs(a) if data.softmax else norms(a) for a in (found.coef, found.gradient))
            l1 = exact(data.l1)[:, None]
            one = used if data.softmax else used.any(axis=1, keepdims=True)
            gone = one & (found.coef * sign < MARGIN) if data.softmax else one & (size < MARGIN)
            gone &= l1 > 0
            come = ~one & ~np.isinf(data.l1)[:, None] & (pull > l1 - MARGIN)
            if not gone.any() and not come.any():
                return found
            if (come & (pull < l1 + MARGIN)).any():
                return None  # a tie
            used = used & ~gone | come
            sign = np.where(come, -np.array(np.sign(found.gradient), dtype=float), sign)
            b = np.where(come, 1e-6 * sign, b)
    return None


def newton(data: MatrixData, used: np.ndarray, sign: np.ndarray, start: np.ndarray) -> MatrixOptimum | None:
    """Newton's method at 60 digits on the used weights, with the sum of all intercepts held at zero for a softmax."""
    w = exact(data.weight) / sum(exact(data.weight))
    x, y, l1, l2 = (exact(a) for a in (data.x, data.y, np.where(np.isinf(data.l1), 0.0, data.l1), data.l2))
    tasks, first = y.shape[1], int(data.softmax)
    places = [(j, k) for j, k in np.argwhere(used)]
    heads = [(-1, k) for k in range(first, tasks)] if data.intercept else []
    b, b0 = exact(np.where(used, start, 0.0)), exact(np.zeros(tasks))
    for _ in range(100):
        eta = x @ b + b0
        p, g = (softmax(eta), softmax(eta) - y) if data.softmax else (None, eta - y)
        slope = x.T @ (w[:, None] * g)
        unit, bend = unit_and_bend(data, b, sign, l1)
        gradient = slope + l2[:, None] * b + l1[:, None] * unit
        order = heads + places
        right = [gradient[j, k] if j >= 0 else sum(w * g[:, k]) for j, k in order]
        matrix = mp.matrix(len(order), len(order))
        column = {-1: exact(np.ones(len(x)))} | {j: x[:, j] for j in range(x.shape[1])}
        for a, (j, k) in enumerate(order):
            for c, (i, m) in enumerate(order[: a + 1]):
                if data.softmax:
                    row = p[:, k] * ((1 if k == m else 0) - p[:, m])
                else:
                    row = 1 if k == m else 0
                value = sum(w * column[j] * column[i] * row)
                if j == i >= 0:
                    value += bend[j][k, m] + (l2[j] if k == m else 0)
                matrix[a, c] = matrix[c, a] = value
        step = mp.lu_solve(matrix, mp.matrix(right)) if order else []
        largest = max((abs(s) for s in step), default=mp.mpf(0))
        length = 1 / max(mp.mpf(1), largest) if data.softmax else mp.mpf(1)
        for (j, k), s in zip(order, step, strict=True):
            if j >= 0:
                b[j, k] -= length * s
            else:
                b0[k] -= length * s
        if largest < mp.mpf(10) ** -(DIGITS - 8):
            value = objective(data, b, b0)
            eta = x @ b + b0
            g = softmax(eta) - y if data.softmax else eta - y
            return MatrixOptimum(b, b0, x.T @ (w[:, None] * g), value)
        if largest > mp.mpf(10) ** 8:
            return None
    return None


def unit_and_bend(data: MatrixData, b: np.ndarray, sign: np.ndarray, l1: np.ndarray) -> tuple[np.ndarray, list]:
    """Gradient of the penalty per toll, and for each column the second derivatives of its L1 part."""
    p, tasks = b.shape
    zero = mp.mpf(0)
    bend = [np.full((tasks, tasks), zero) for _ in range(p)]
    if data.softmax:
        return exact(sign), bend
    unit = np.full(b.shape, zero)
    for j in range(p):
        size = mp.sqrt(sum(v * v for v in b[j]))
        if size:
            unit[j] = b[j] / size
            bend[j] = l1[j] / size * (exact(np.eye(tasks)) - np.outer(unit[j], unit[j]))
    return unit, bend


def objective(data: MatrixData, b: np.ndarray, b0: np.ndarray) -> mp.mpf:
    """The objective of weights (p, K) and intercepts (K,), as mpmath numbers."""
    w = exact(data.weight) / sum(exact(data.weight))
    eta = exact(data.x) @ b + b0
    y = exact(data.y)
    if data.softmax:
        rows = [mp.log(sum(mp.exp(v) for v in e)) - sum(t * e) for e, t in zip(eta, y, strict=True)]
        sizes = np.abs(b).sum(axis=1)
    else:
        rows = [sum((e - t) ** 2) / 2 for e, t in zip(eta, y, strict=True)]
        sizes = norms(b)[:, 0]
    l1, l2 = exact(np.where(np.isinf(data.l1), 0.0, data.l1)), exact(data.l2)
    return sum(w * np.array(rows)) + sum(l1 * sizes + l2 * (b * b).sum(axis=1) / 2)


def softmax(eta: np.ndarray) -> np.ndarray:
    """The probabilities of every row, as mpmath numbers."""
    e = np.array([[mp.exp(v - max(row)) for v in row] for row in eta])
    return e / e.sum(axis=1, keepdims=True)


def norms(values: np.ndarray) -> np.ndarray:
    """Euclidean norms of the rows, of shape (p, 1), as mpmath numbers."""
    return np.array([[mp.sqrt(sum(v * v for v in row))] for row in values])


def exact(values: np.ndarray) -> np.ndarray:
    """The floats as mpmath numbers."""
    flat = [mp.mpf(v) if isinstance(v, mp.mpf) else mp.mpf(float(v)) for v in np.asarray(values).ravel()]
    return np.array(flat, dtype=object).reshape(np.shape(values))
