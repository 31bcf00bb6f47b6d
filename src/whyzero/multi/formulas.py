"""The losses and the penalty of models with a matrix of weights as readable NumPy: the specification.

Rows of `eta`, `y` and `v` are observations, columns are tasks or classes. The extension writes the same formulas in
C++ (cpp/whyzero/multi/row_losses.hpp and row_penalties.hpp), tied to these by tests/test_multi_formulas.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["MULTITASK_SQUARED", "ROW_LOSSES", "SOFTMAX", "GroupNorm", "MultitaskSquared", "Softmax"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MultitaskSquared:
    """Half the squared error of all targets, Eq. (160).

    Domain: ``y``, ``eta`` and ``v`` are any real numbers.
    Formula: ``value = |y - eta|^2 / 2``, ``conjugate = y'v + |v|^2 / 2``.
    """

    name: str = "squared"
    curvature_bound: float = 1.0

    def value(self, y: Array, eta: Array) -> Array:
        """``|y - eta|^2 / 2`` of every row."""
        return np.asarray(0.5 * np.sum((y - eta) ** 2, axis=1))

    def gradient(self, y: Array, eta: Array) -> Array:
        """``eta - y``."""
        return np.asarray(eta - y)

    def hessian(self, y: Array, eta: Array) -> Array:
        """One identity matrix for each row, of shape (n_rows, n_tasks, n_tasks)."""
        return np.broadcast_to(np.eye(eta.shape[1]), (*eta.shape, eta.shape[1]))

    def conjugate(self, y: Array, v: Array) -> Array:
        """``y'v + |v|^2 / 2`` of every row."""
        return np.asarray(np.sum(v * (0.5 * v + y), axis=1))


@dataclass(frozen=True)
class Softmax:
    """The negative log-likelihood of one of several classes, Eq. (161).

    Domain: one ``y`` of every row is 1, the others are 0; ``eta`` is any numbers; ``q = y + v`` lies in the simplex.
    Link: ``p_k = e^eta_k / sum_m e^eta_m``; the same number may be added to all ``eta`` of a row.
    Formula: ``value = log sum_k e^eta_k - y'eta``, ``conjugate = sum_k q_k log q_k`` with ``0 log 0 = 0``.
    """

    name: str = "softmax"
    curvature_bound: float = 0.5

    def probabilities(self, eta: Array) -> Array:
        """``p`` of every row."""
        e = np.exp(eta - eta.max(axis=1, keepdims=True))
        return np.asarray(e / e.sum(axis=1, keepdims=True))

    def value(self, y: Array, eta: Array) -> Array:
        """``log sum_k e^eta_k - y'eta`` of every row."""
        largest = eta.max(axis=1, keepdims=True)
        total = np.log(np.exp(eta - largest).sum(axis=1))
        return np.asarray(total + np.sum(y * (largest - eta), axis=1))

    def gradient(self, y: Array, eta: Array) -> Array:
        """``p - y``."""
        return self.probabilities(eta) - y

    def hessian(self, y: Array, eta: Array) -> Array:
        """``diag(p) - p p'`` of every row, of shape (n_rows, n_classes, n_classes)."""
        p = self.probabilities(eta)
        return np.asarray(np.eye(p.shape[1]) * p[:, None, :] - p[:, :, None] * p[:, None, :])

    def conjugate(self, y: Array, v: Array) -> Array:
        """``sum_k q_k log q_k`` of every row; infinite where ``q = y + v`` is outside the simplex."""
        q = y + v
        inside = np.all(q >= 0.0, axis=1) & (np.abs(v.sum(axis=1)) <= 1e-12)
        safe = np.where(q > 0.0, q, 1.0)
        return np.where(inside, np.sum(safe * np.log(safe), axis=1), np.inf)


MULTITASK_SQUARED = MultitaskSquared()
SOFTMAX = Softmax()
ROW_LOSSES: dict[str, MultitaskSquared | Softmax] = {loss.name: loss for loss in (MULTITASK_SQUARED, SOFTMAX)}


@dataclass(frozen=True)
class GroupNorm:
    """``l1 |b| + l2 |b|^2 / 2`` of all weights ``b`` of one column, with their Euclidean norm, Eq. (162).

    Source: Yuan and Lin (2006), "Model selection and estimation in regression with grouped variables".

    Attributes
    ----------
    l1, l2 : float
        Strengths of both parts; l1 is the toll of the column.
    """

    l1: float
    l2: float

    def value(self, b: Array) -> float:
        """The penalty of the weights `b` of shape (n_tasks,)."""
        norm = float(np.linalg.norm(b))
        return self.l1 * norm + 0.5 * self.l2 * norm**2

    def conjugate(self, c: Array) -> float:
        """``sup over b of (c'b - value(b)) = max(|c| - l1, 0)^2 / (2 l2)``."""
        excess = max(float(np.linalg.norm(c)) - self.l1, 0.0)
        if self.l2 == 0.0:
            return np.inf if excess > 0.0 else 0.0
        return 0.5 * excess**2 / self.l2

    def prox(self, z: Array) -> Array:
        """``argmin over b of |b - z|^2 / 2 + value(b) = max(1 - l1 / |z|, 0) z / (1 + l2)``."""
        norm = float(np.linalg.norm(z))
        return np.zeros_like(z) if norm <= self.l1 else np.asarray((1.0 - self.l1 / norm) / (1.0 + self.l2) * z)

    def violation(self, b: Array, c: Array) -> float:
        """Distance of ``-c`` from the subdifferential at `b`."""
        norm = float(np.linalg.norm(b))
        if norm == 0.0:
            return max(float(np.linalg.norm(c)) - self.l1, 0.0)
        return float(np.linalg.norm(c + self.l2 * b + self.l1 * b / norm))
