"""How well the columns of a case can be told apart by floats."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from oracle.generator import Case
from oracle.rational import ExactSolution


def _directions(case: Case) -> np.ndarray:
    """Columns of length 1 on the rows that count, centred if there is an intercept; constant ones are 0."""
    weight = case.sample_weight
    z = case.x / np.maximum(np.abs(case.x).max(axis=0), 1e-300)
    if case.fit_intercept:
        z = z - np.average(z, axis=0, weights=weight)
    z = np.sqrt(weight / weight.max())[:, None] * z
    length = np.linalg.norm(z, axis=0)
    return z * (length > 1e-13) / np.maximum(length, 1e-300)


def decides(case: Case) -> bool:
    """Whether floats can tell the columns apart: no subnormal numbers, no pair that is parallel but for rounding."""
    x = case.x
    if np.any((x != 0) & (np.abs(x) < 1e-300)):
        return False
    z = _directions(case)
    cosine = np.triu(np.abs(z.T @ z), 1)
    return not any(
        not (np.array_equal(x[:, a], x[:, b]) or np.array_equal(x[:, a], -x[:, b]))
        for a, b in np.argwhere(cosine > 1 - 1e-12)
    )


def beyond_floats(case: Case, exact: ExactSolution) -> bool:
    """Whether float64 cannot hold the optimum, or no price keeps columns apart that are parallel but for rounding."""
    largest = max(map(abs, exact.coef), default=Fraction(0))
    return largest > Fraction(10) ** 300 or (bool(np.any(case.penalty_factor == 0.0)) and not decides(case))


def natural(case: Case, loss: str, used: np.ndarray) -> np.ndarray:
    """The size of each weight: what its toll is worth alone, in which roundings of a small weight are to be seen.

    That is the toll over the curvature, which is the mean square of the column, or at most a quarter of it.
    """
    weight = case.sample_weight / case.sample_weight.sum()
    centre = weight @ case.x if case.fit_intercept else np.zeros(case.x.shape[1])
    largest = np.maximum(np.abs(case.x).max(axis=0), 1e-300)
    square = weight @ ((case.x - centre) / largest) ** 2 * (1.0 if loss == "squared" else 0.25)
    toll = case.alpha * case.l1_ratio * np.where(np.isinf(case.penalty_factor), 0.0, case.penalty_factor)
    out, counts = np.zeros(len(toll)), used & (square > 1e-20)
    out[counts] = toll[counts] / square[counts] / largest[counts] / largest[counts]
    return out


def distance(case: Case, loss: str, first: np.ndarray, second: np.ndarray) -> float:
    """The largest difference of two vectors of weights, as a share of the largest weight or natural size."""
    unit, used = np.abs(case.x).max(axis=0), (first != 0.0) | (second != 0.0)
    largest = np.max(np.maximum(np.abs(first), np.abs(second)) * unit, initial=0.0)
    largest = max(largest, np.max(natural(case, loss, used) * unit, initial=0.0))
    return float(np.max(np.abs(first - second) * unit, initial=0.0) / largest) if largest else 0.0


def condition(case: Case, support: np.ndarray) -> float:
    """Condition number of the Gram matrix of these columns at length 1, ridge part left out; infinite if singular."""
    z = _directions(case)[:, support]
    if z.shape[1] == 0:
        return 1.0
    values = np.linalg.svd(z, compute_uv=False)
    smallest = values[-1] if len(values) == z.shape[1] else 0.0
    return float((values[0] / smallest) ** 2) if smallest > 1e-13 else np.inf


def curved_condition(case: Case, coef: np.ndarray, intercept: float, support: np.ndarray) -> float:
    """The same for the logistic loss at a point: the largest curvature there could be over the smallest there is.

    A row with a large margin has almost none of the quarter that the loss may have.
    """
    margin = case.x @ coef + intercept + case.offset
    share = 1.0 / np.cosh(np.clip(margin / 2.0, -300.0, 300.0)) ** 2
    z = _directions(case)[:, support]
    if z.shape[1] == 0:
        return 1.0
    bent = np.sqrt(share)[:, None] * z
    if case.fit_intercept:
        level = np.sqrt(share * case.sample_weight)
        bent -= np.outer(level, level @ bent) / (level @ level)
    values = np.linalg.svd(bent, compute_uv=False)
    smallest = values[-1] if len(values) == z.shape[1] else 0.0
    return float((np.linalg.norm(z, 2) / smallest) ** 2) if smallest > 1e-13 else np.inf
