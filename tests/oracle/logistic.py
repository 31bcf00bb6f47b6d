"""The optimum of a small logistic problem to 50 digits, with its optimality conditions checked at 50 digits.

A proximal-gradient solve in float64 guesses the signs; Newton's method in mpmath solves the smooth equations on that
support; the guess is accepted only if all signs and strict inequalities hold with a margin of 1e-30. A column that
violates one by more is taken in or out, and Newton's method starts again.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import mpmath as mp
import numpy as np

MARGIN = mp.mpf(10) ** -30
MOST_GUESSES = 12
LARGEST = 10**150  # a guess needs no larger strength


@dataclass(frozen=True)
class PreciseSolution:
    """The optimum as mpmath numbers."""

    coef: list[mp.mpf]
    intercept: mp.mpf
    gradient: list[mp.mpf]
    objective: mp.mpf


def approximate(x: np.ndarray, y: np.ndarray, w: np.ndarray, l1: np.ndarray, l2: np.ndarray) -> np.ndarray:
    """Intercept and weights by accelerated proximal gradient."""
    z, w = np.hstack([np.ones((len(y), 1)), x]), w / w.sum()
    t1, t2 = (np.array([0.0, *(float(min(v, LARGEST)) for v in strength)]) for strength in (l1, l2))
    step = 1.0 / (0.25 * np.linalg.norm(z.T @ (w[:, None] * z), 2) + 1e-300)
    b, old, k = np.zeros(z.shape[1]), np.zeros(z.shape[1]), 1.0
    for _ in range(20_000):
        following = (1 + np.sqrt(1 + 4 * k * k)) / 2
        point = b + (k - 1) / following * (b - old)
        slope = z.T @ (w * (0.5 * (1 + np.tanh(z @ point / 2)) - y))
        moved = point - step * slope
        old, b = b, np.sign(moved) * np.maximum(np.abs(moved) - step * t1, 0.0) / (1 + step * t2)
        k = 1.0 if (point - b) @ (b - old) > 0 else following
        if np.max(np.abs(b - old)) < 1e-14 * np.max(np.abs(b)):
            break
    return b


def solve_precisely(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, l1: np.ndarray, l2: np.ndarray
) -> PreciseSolution | None:
    """The optimum with an intercept and raw weights `w`; strengths are floats or fractions.

    None when no guess can be confirmed (a boundary case).
    """
    guess = approximate(x, y, w, l1, l2)
    guess[1:][np.abs(guess[1:]) <= 1e-9] = 0.0
    for _ in range(MOST_GUESSES):
        found = confirm(x, y, w, l1, l2, guess=guess)
        if found is None or isinstance(found, PreciseSolution):
            return found
        column, sign = found
        guess[column] = sign * 1e-9 if sign else 0.0
    return None


def confirm(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, l1: np.ndarray, l2: np.ndarray, *, guess: np.ndarray
) -> PreciseSolution | tuple[int, int] | None:
    """The optimum on the support of `guess`, or a column that violates its condition there and the sign it wants."""
    used = [0, *(j for j in range(1, len(guess)) if guess[j] != 0.0)]
    with mp.workdps(60):
        z = [[mp.mpf(1), *(mp.mpf(float(e)) for e in row)] for row in x]
        total = mp.fsum(mp.mpf(float(e)) for e in w)
        share = [mp.mpf(float(e)) / total for e in w]
        t1, t2 = [mp.mpf(0), *map(precise, l1)], [mp.mpf(0), *map(precise, l2)]
        b = [mp.mpf(float(guess[j])) if j in used else mp.mpf(0) for j in range(len(guess))]
        signs = [mp.sign(v) for v in b]
        for _ in range(200):
            slope, hessian = derivatives(z, y, share, b, used)
            right = mp.matrix([slope[j] + t1[j] * signs[j] + t2[j] * b[j] for j in used])
            for i, j in enumerate(used):
                hessian[i, i] += t2[j]
            try:
                move = mp.lu_solve(hessian, right)
            except ZeroDivisionError:
                return None
            reach = max(abs(mp.fsum(row[j] * move[i] for i, j in enumerate(used))) for row in z)
            for i, j in enumerate(used):
                b[j] -= move[i] / max(1, reach)
            if mp.norm(move, mp.inf) < mp.mpf(10) ** -50:
                break
        else:
            return None
        slope, _ = derivatives(z, y, share, b, used)
        for j in range(1, len(b)):
            if j in used and t1[j] > 0 and not b[j] * signs[j] > MARGIN:
                return (j, 0) if b[j] * signs[j] < -MARGIN else None
            if j not in used and not abs(slope[j]) < t1[j] - MARGIN:
                return (j, -int(mp.sign(slope[j]))) if abs(slope[j]) > t1[j] + MARGIN else None
        eta = [mp.fsum(e * v for e, v in zip(row, b, strict=True)) for row in z]
        loss = mp.fsum(s * (mp.log1p(mp.exp(e)) - float(t) * e) for s, e, t in zip(share, eta, y, strict=True))
        penalty = mp.fsum(p * abs(v) + q * v * v / 2 for p, q, v in zip(t1, t2, b, strict=True))
        return PreciseSolution(b[1:], b[0], slope[1:], loss + penalty)


def precise(value: float | Fraction) -> mp.mpf:
    """A stored float, or a rational that no float may hold."""
    return mp.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mp.mpf(float(value))


def derivatives(
    z: list[list[mp.mpf]], y: np.ndarray, share: list[mp.mpf], b: list[mp.mpf], used: list[int]
) -> tuple[list[mp.mpf], mp.matrix]:
    """Slopes of the loss at every column, and its Hessian on the columns in use."""
    residual, curvature = [], []
    for row, target, s in zip(z, y, share, strict=True):
        p = 1 / (1 + mp.exp(-mp.fsum(e * v for e, v in zip(row, b, strict=True))))
        residual.append(s * (p - float(target)))
        curvature.append(s * p * (1 - p))
    slope = [mp.fsum(row[j] * r for row, r in zip(z, residual, strict=True)) for j in range(len(b))]
    hessian = mp.matrix(len(used), len(used))
    for i, j in enumerate(used):
        for k, m in enumerate(used):
            hessian[i, k] = mp.fsum(row[j] * row[m] * q for row, q in zip(z, curvature, strict=True))
    return slope, hessian
