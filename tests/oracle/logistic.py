"""The optimum of a small logistic or Poisson problem to 50 digits, its optimality conditions checked at 50 digits.

A proximal-gradient solve in float64 guesses the signs; Newton's method in mpmath solves the smooth equations on that
support; the guess is accepted only if all signs and strict inequalities hold with a margin of 1e-30. A column that
violates one by more is taken in or out, and Newton's method starts again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


@dataclass(frozen=True)
class Family:
    """A loss in floats (the value without its constant, and the mean) and in mpmath (mean, its slope, the value)."""

    value: Callable[[np.ndarray, np.ndarray], np.ndarray]
    mean: Callable[[np.ndarray], np.ndarray]
    exact_mean: Callable[[mp.mpf], mp.mpf]
    slope: Callable[[mp.mpf], mp.mpf]
    exact_value: Callable[[mp.mpf, float], mp.mpf]


LOGISTIC = Family(
    value=lambda eta, y: np.logaddexp(0.0, eta) - y * eta,
    mean=lambda eta: 0.5 * (1 + np.tanh(eta / 2)),
    exact_mean=lambda eta: 1 / (1 + mp.exp(-eta)),
    slope=lambda mean: mean * (1 - mean),
    exact_value=lambda eta, y: mp.log1p(mp.exp(eta)) - y * eta,
)
POISSON = Family(
    value=lambda eta, y: np.exp(np.minimum(eta, 700.0)) - y * eta,
    mean=lambda eta: np.exp(np.minimum(eta, 700.0)),
    exact_mean=mp.exp,
    slope=lambda mean: mean,
    exact_value=lambda eta, y: mp.exp(eta) - y * eta + (y * mp.log(y) - y if y else 0),
)


def approximate(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, l1: np.ndarray, l2: np.ndarray, *, family: Family = LOGISTIC
) -> np.ndarray:
    """Intercept and weights by accelerated proximal gradient, with shorter steps where the loss bends more."""
    z, w = np.hstack([np.ones((len(y), 1)), x]), w / w.sum()
    t1, t2 = (np.array([0.0, *(float(min(v, LARGEST)) for v in strength)]) for strength in (l1, l2))
    step = 1.0 / (0.25 * np.linalg.norm(z.T @ (w[:, None] * z), 2) + 1e-300)
    b, old, k = np.zeros(z.shape[1]), np.zeros(z.shape[1]), 1.0
    if family is POISSON:
        b[0] = old[0] = np.log(w @ y)
    for _ in range(20_000):
        following = (1 + np.sqrt(1 + 4 * k * k)) / 2
        point = b + (k - 1) / following * (b - old)
        eta = z @ point
        slope, here = z.T @ (w * (family.mean(eta) - y)), w @ family.value(eta, y)
        while True:
            moved = point - step * slope
            new = np.sign(moved) * np.maximum(np.abs(moved) - step * t1, 0.0) / (1 + step * t2)
            change = new - point
            bound = here + slope @ change + change @ change / (2 * step)
            if w @ family.value(z @ new, y) <= bound + 1e-14 * abs(bound):
                break
            step /= 2
        old, b = b, new
        k = 1.0 if (point - b) @ (b - old) > 0 else following
        if np.max(np.abs(b - old)) < 1e-14 * np.max(np.abs(b)):
            break
    return b


def solve_precisely(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, l1: np.ndarray, l2: np.ndarray, *, family: Family = LOGISTIC
) -> PreciseSolution | None:
    """The optimum with an intercept and raw weights `w`; strengths are floats or fractions.

    None when no guess can be confirmed (a boundary case).
    """
    guess = approximate(x, y, w, l1, l2, family=family)
    guess[1:][np.abs(guess[1:]) <= 1e-9] = 0.0
    for _ in range(MOST_GUESSES):
        found = confirm(x, y, w, l1, l2, guess=guess, family=family)
        if found is None or isinstance(found, PreciseSolution):
            return found
        column, sign = found
        guess[column] = sign * 1e-9 if sign else 0.0
    return None


def confirm(
    x: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    l1: np.ndarray,
    l2: np.ndarray,
    *,
    guess: np.ndarray,
    family: Family = LOGISTIC,
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
            slope, hessian = derivatives(z, y, share, b, used, family=family)
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
        slope, _ = derivatives(z, y, share, b, used, family=family)
        for j in range(1, len(b)):
            if j in used and t1[j] > 0 and not b[j] * signs[j] > MARGIN:
                return (j, 0) if b[j] * signs[j] < -MARGIN else None
            if j not in used and not abs(slope[j]) < t1[j] - MARGIN:
                return (j, -int(mp.sign(slope[j]))) if abs(slope[j]) > t1[j] + MARGIN else None
        return PreciseSolution(b[1:], b[0], slope[1:], objective(x, y, w, l1, l2, b=b[1:], b0=b[0], family=family))


def objective(
    x: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    l1: np.ndarray,
    l2: np.ndarray,
    *,
    b: Iterable[mp.mpf | float],
    b0: mp.mpf | float,
    family: Family = LOGISTIC,
) -> mp.mpf:
    """The objective of any weights and intercept, at the precision that is set."""
    coef, intercept = [mp.mpf(v) for v in b], mp.mpf(b0)
    total = mp.fsum(mp.mpf(float(e)) for e in w)
    loss = mp.mpf(0)
    for row, target, s in zip(x, y, w, strict=True):
        eta = mp.fsum(mp.mpf(float(e)) * v for e, v in zip(row, coef, strict=True)) + intercept
        loss += mp.mpf(float(s)) / total * family.exact_value(eta, float(target))
    return loss + mp.fsum(
        precise(p) * abs(v) + precise(q) * v * v / 2 for p, q, v in zip(l1, l2, coef, strict=True) if v
    )


def precise(value: float | Fraction) -> mp.mpf:
    """A stored float, or a rational that no float may hold."""
    return mp.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mp.mpf(float(value))


def derivatives(
    z: list[list[mp.mpf]], y: np.ndarray, share: list[mp.mpf], b: list[mp.mpf], used: list[int], *, family: Family
) -> tuple[list[mp.mpf], mp.matrix]:
    """Slopes of the loss at every column, and its Hessian on the columns in use."""
    residual, curvature = [], []
    for row, target, s in zip(z, y, share, strict=True):
        mean = family.exact_mean(mp.fsum(e * v for e, v in zip(row, b, strict=True)))
        residual.append(s * (mean - float(target)))
        curvature.append(s * family.slope(mean))
    slope = [mp.fsum(row[j] * r for row, r in zip(z, residual, strict=True)) for j in range(len(b))]
    hessian = mp.matrix(len(used), len(used))
    for i, j in enumerate(used):
        for k, m in enumerate(used):
            hessian[i, k] = mp.fsum(row[j] * row[m] * q for row, q in zip(z, curvature, strict=True))
    return slope, hessian
