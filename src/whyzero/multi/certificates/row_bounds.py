"""For each loss of a whole row, the upper bounds that a proof needs, rounding included (docs/math.md, section 11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from whyzero.certificates.frame import Array, Mask
from whyzero.certificates.loss_bounds import LIBM, LOSS_BOUNDS, Ball
from whyzero.certificates.rounding import UNIT, gamma

__all__ = ["ROW_BOUNDS", "RowBounds", "norms", "probabilities"]


class RowBounds(Protocol):
    """What a proof asks of the loss of a row; `y`, `v` and `eta` have shape (n_rows, n_tasks)."""

    @property
    def grouped(self) -> bool:
        """True when the weights of a column are zero together: the penalty is that of their norm."""
        ...

    @property
    def curvature(self) -> float:
        """``sum_i w_i (v_i - v*_i)^2 <= 2 curvature G``, of a whole row if `grouped`, else of one class."""
        ...

    def size(self, y: Array, v: Array) -> Array:
        """What `move` is relative to: every number may be moved by this times anything up to 1/2."""
        ...

    def away(self, y: Array, v: Array, slack: float) -> Array:
        """How far, relative to `size`, the dual rows are from the stored ones before they are balanced; (n_rows,)."""
        ...

    def in_domain(self, y: Array, v: Array) -> bool:
        """True when the conjugate is finite at the stored v, up to `away`."""
        ...

    def fenchel_young(self, y: Array, eta: Ball, v: Array, move: Array, slack: float) -> Array:
        """Upper bound of ``f(eta) + f*(v) - v'eta`` of every row."""
        ...


def norms(values: Array) -> Array:
    """Euclidean norms of the rows, as a column; the additions have one order on every machine.

    The squares are those of numbers near 1, so that none is lost below the smallest float.
    """
    largest = np.max(np.abs(values), axis=1, initial=0.0)
    plain = (largest > 0.0) & np.isfinite(largest)
    unit = np.ldexp(1.0, np.where(plain, np.clip(np.frexp(np.where(plain, largest, 1.0))[1], -1021, 1023), 0))
    total = np.zeros(len(values))
    for part in values.T:
        total = total + (part / unit) ** 2
    return np.asarray((unit * np.sqrt(total))[:, None])


def probabilities(eta: Array) -> tuple[Array, Array]:
    """The softmax of every row, and the sums of the other probabilities, which ``1 - p`` would lose digits of."""
    e = np.exp(eta - eta.max(axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return p, p @ (1.0 - np.eye(p.shape[1]))


@dataclass(frozen=True)
class SquaredRows:
    """Bounds for ``|y - eta|^2 / 2``, Eq. (160)."""

    grouped: bool = True
    curvature: float = 1.0

    def size(self, y: Array, v: Array) -> Array:
        """Ones: every v is in the domain."""
        return np.ones_like(v)

    def away(self, y: Array, v: Array, slack: float) -> Array:
        """Nothing."""
        return np.zeros(len(v))

    def in_domain(self, y: Array, v: Array) -> bool:
        """Always."""
        return True

    def fenchel_young(self, y: Array, eta: Ball, v: Array, move: Array, slack: float) -> Array:
        """Eq. (63) for each target."""
        terms = LOSS_BOUNDS["squared"].fenchel_young(y, eta, v, move, slack)
        return np.asarray(np.sum(terms, axis=1))


@dataclass(frozen=True)
class SoftmaxRows:
    """Bounds for ``log sum_k e^eta_k - y'eta``, Eq. (161).

    The stored rows stand for ``q / sum_k q_k - y`` with ``q = y + v``, which is in the simplex exactly. The
    Fenchel-Young term is the sum of ``D(q_k, p_k)`` over the classes, each that of the Poisson loss, Eq. (25).
    """

    grouped: bool = False
    curvature: float = 0.25

    def size(self, y: Array, v: Array) -> Array:
        """``q``."""
        return np.asarray(y + v)

    def away(self, y: Array, v: Array, slack: float) -> Array:
        """What dividing by the sum may change in a part of q."""
        total = np.sum(y + v, axis=1)
        return np.asarray(1.01 * (np.abs(total - 1.0) + float(gamma(v.shape[1], slack)) * np.abs(total)))

    def in_domain(self, y: Array, v: Array) -> bool:
        """``q >= 0``, with sums near 1."""
        q: Mask = y + v >= 0.0
        return bool(np.all(q) and np.all(np.abs(np.sum(y + v, axis=1) - 1.0) <= 1e-7))

    def fenchel_young(self, y: Array, eta: Ball, v: Array, move: Array, slack: float) -> Array:
        """Eqs. (68) and (69) for each class, with ``log p`` known up to Eq. (175)."""
        terms = LOSS_BOUNDS["poisson"].fenchel_young(y, self.log_probabilities(eta, slack), v, move, slack)
        return np.asarray(np.sum(terms, axis=1))

    def log_probabilities(self, eta: Ball, slack: float) -> Ball:
        """``log p`` with what it may be off by, Eq. (175)."""
        shifted = eta.middle - eta.middle.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
        worst = 2.0 * np.max(eta.radius, axis=1, keepdims=True)
        doubt = slack * (LIBM * (1.0 + np.abs(log_p)) + 4.0 * UNIT * log_p.shape[1])
        return Ball(log_p, worst + doubt)


ROW_BOUNDS: dict[str, RowBounds] = {"squared": SquaredRows(), "softmax": SoftmaxRows()}
