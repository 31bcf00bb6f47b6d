"""For each loss, the upper bounds that a proof needs, rounding included (docs/math.md, sections 3 to 6).

To certify another loss: write a frozen dataclass with the members of `LossBounds`, derive its bounds in
docs/math.md, add it to `LOSS_BOUNDS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.rounding import UNIT

__all__ = ["LOSS_BOUNDS", "Ball", "LossBounds"]

Array = NDArray[np.float64]

LIBM = 64.0 * UNIT
"""Granted relative error of exp, log, log1p and what is made of a few of them: 64 roundings."""


class Ball(NamedTuple):
    """Numbers known up to a radius each."""

    middle: Array
    radius: Array


class LossBounds(Protocol):
    """What a proof asks of a loss."""

    @property
    def concordance(self) -> float:
        """The smallest M with ``|l'''| <= M l''``."""
        ...

    @property
    def bounded_domain(self) -> bool:
        """True when the conjugate is infinite somewhere."""
        ...

    def room(self, y: Array, v: Array) -> Array:
        """How far each row may move, h of Eq. (33): inside the domain as long as ``|t| <= 1``.

        The inverse of the second derivative of the conjugate, rounding aside.
        """
        ...

    def in_domain(self, y: Array, v: Array) -> bool:
        """True when the conjugate is finite at the stored v."""
        ...

    def fenchel_young(self, y: Array, eta: Ball, v: Array, move: Array, slack: float) -> Array:
        """Upper bound of ``l(eta) + l*(v) - eta v`` for every eta and v within the given distances."""
        ...

    def curvature(self, eta: Ball, slack: float) -> tuple[Array, float]:
        """Second derivatives, and the largest relative error of any of them."""
        ...

    def bend(self, y: Array, ends: tuple[Ball, Ball], duals: tuple[Ball, Ball], slack: float) -> Array:
        """Upper bound of what `fenchel_young` anywhere on a chord may exceed the chord of its end values by.

        The chord goes through all pairs (eta, v) between the two given ones, in step.
        """
        ...


@dataclass(frozen=True)
class SquaredBounds:
    """Bounds for ``(y - eta)^2 / 2``."""

    concordance: float = 0.0
    bounded_domain: bool = False

    def room(self, y: Array, v: Array) -> Array:
        """One: every v is in the domain."""
        return np.ones_like(v)

    def in_domain(self, y: Array, v: Array) -> bool:
        """Always."""
        return True

    def fenchel_young(self, y: Array, eta: Ball, v: Array, move: Array, slack: float) -> Array:
        """``(|eta - y - v| + errors)^2 / 2``, Eq. (63)."""
        doubt = 4.0 * slack * UNIT * (np.abs(eta.middle) + np.abs(y) + np.abs(v))
        distance = np.abs(eta.middle - y - v) + (eta.radius + move + doubt)
        return np.asarray(0.5 * distance * distance)

    def curvature(self, eta: Ball, slack: float) -> tuple[Array, float]:
        """One, exactly."""
        return np.ones_like(eta.middle), 0.0

    def bend(self, y: Array, ends: tuple[Ball, Ball], duals: tuple[Ball, Ball], slack: float) -> Array:
        """Zero: the square of a linear function is convex."""
        return np.zeros_like(y)


@dataclass(frozen=True)
class LogisticBounds:
    """Bounds for ``log(1 + e^eta) - y eta``.

    With ``a = |v|``, the probability that the dual point gives to the wrong class, and ``xi = (1 - 2y) eta``
    the Fenchel-Young term is ``KL(a || sigma(xi))``, Eq. (23).
    """

    concordance: float = 1.0
    bounded_domain: bool = True

    def room(self, y: Array, v: Array) -> Array:
        """``a (1 - a)``."""
        return np.asarray(np.abs(v) * (1.0 - np.abs(v)))

    def in_domain(self, y: Array, v: Array) -> bool:
        """``0 <= v <= 1`` where y is 0, ``-1 <= v <= 0`` where it is 1."""
        a = (1.0 - 2.0 * y) * v
        return bool(np.all((a >= 0.0) & (a <= 1.0)))

    def fenchel_young(self, y: Array, eta: Ball, v: Array, move: Array, slack: float) -> Array:
        """The smaller of Eqs. (64) and (65)."""
        a, xi = np.abs(v), (1.0 - 2.0 * y) * eta.middle
        with np.errstate(all="ignore"):
            log_a, log_rest = np.log(a), np.log1p(-a)
            shift = 2.0 * move + eta.radius
            distance = np.abs(log_a - log_rest - xi) + slack * LIBM * (np.abs(log_a) + np.abs(log_rest) + np.abs(xi))
            distance = distance + shift
            near = 0.5 * a * (1.0 - a) * np.exp(2.0 * move + distance) * distance * distance
            soft_xi, soft_minus = np.logaddexp(0.0, xi), np.logaddexp(0.0, -xi)
            parts = (
                np.where(a > 0.0, a * log_a, 0.0),
                a * soft_minus,
                np.where(a < 1.0, (1.0 - a) * log_rest, 0.0),
                (1.0 - a) * soft_xi,
            )
            far = np.abs(parts[0] + parts[1] + parts[2] + parts[3])
            far = far + slack * LIBM * (np.abs(parts[0]) + parts[1] + np.abs(parts[2]) + parts[3])
            moved = np.where((a > 0.0) & (a < 1.0), a * (1.0 - a) * move * distance, 0.0)
            far = far + moved + eta.radius
        return np.asarray(np.fmin(near, far) * (1.0 + slack * LIBM))

    def curvature(self, eta: Ball, slack: float) -> tuple[Array, float]:
        """``sigma(eta) sigma(-eta)``; a change d of eta changes it by a factor within ``e^d``, Eq. (43)."""
        e = np.exp(-np.abs(eta.middle))
        e = np.where(e > 1e-290, e, 0.0)  # less is a lower bound too, and subnormal numbers lose their accuracy
        worst = float(np.max(eta.radius, initial=0.0))
        return np.asarray(e / (1.0 + e) ** 2), float(np.expm1(min(worst, 700.0))) + slack * LIBM

    def bend(self, y: Array, ends: tuple[Ball, Ball], duals: tuple[Ball, Ball], slack: float) -> Array:
        """The smaller of Eqs. (102) and (103); (103) only where the predictor is known to 1e-7."""
        with np.errstate(all="ignore"):
            known = np.maximum(ends[0].radius, ends[1].radius)
            step = np.abs(ends[0].middle - ends[1].middle) * (1.0 + 1e-9) + 2.0 * known
            jump = np.abs(duals[0].middle - duals[1].middle) * (1.0 + 1e-9) + duals[0].radius + duals[1].radius
            e = [np.exp(-np.abs(eta.middle)) for eta in ends]
            slope = [x / (1.0 + x) ** 2 for x in e]
            straddled = ends[0].middle * ends[1].middle <= 0.0
            steepest = np.where(straddled, 0.25, np.maximum(slope[0], slope[1])) * (1.0 + 1e-6)
            flattest = np.minimum(slope[0], slope[1]) * (1.0 - 1e-6)
            off = np.zeros_like(y)
            for eta, v in zip(ends, duals, strict=True):
                small = np.exp(-np.logaddexp(0.0, (2.0 * y - 1.0) * eta.middle))
                doubt = slack * LIBM * (1.0 + np.abs(eta.middle)) * small + 0.25 * eta.radius + v.radius
                off = np.maximum(off, np.abs(np.abs(v.middle) - small) + doubt)
            near = (0.125 * step * step * steepest + off) ** 2 / flattest
            near = np.where((known < 1e-7) & (flattest > 1e-290), near, np.inf)
            return np.asarray(np.fmin(near, 0.25 * step * jump) * (1.0 + slack * LIBM))


@dataclass(frozen=True)
class PoissonBounds:
    """Bounds for ``e^eta - y eta``, up to a constant.

    With ``q = y + v`` the Fenchel-Young term is ``D(q, e^eta)``, Eq. (25). One addition of floats has the sign of the
    exact sum and its relative accuracy, so nothing is lost in q.
    """

    concordance: float = 1.0
    bounded_domain: bool = True

    def room(self, y: Array, v: Array) -> Array:
        """``q``."""
        return np.asarray(y + v)

    def in_domain(self, y: Array, v: Array) -> bool:
        """``q >= 0``."""
        return bool(np.all(y + v >= 0.0))

    def fenchel_young(self, y: Array, eta: Ball, v: Array, move: Array, slack: float) -> Array:
        """The smaller of Eqs. (68) and (69)."""
        q = y + v
        with np.errstate(all="ignore"):
            mu, log_q = np.exp(eta.middle), np.log(q)
            distance = np.abs(eta.middle - log_q) + slack * LIBM * (1.0 + np.abs(log_q) + np.abs(eta.middle))
            distance = distance + 2.0 * move + eta.radius
            near = 0.5 * q * (1.0 + 2.0 * move) * np.exp(distance) * distance * distance
            parts = (np.where(q > 0.0, q * log_q, 0.0), q, np.where(q > 0.0, q * eta.middle, 0.0), mu)
            far = np.abs(parts[0] - parts[1] - parts[2] + parts[3])
            far = far + slack * LIBM * (np.abs(parts[0]) + parts[1] + np.abs(parts[2]) + parts[3])
            moved = np.where(q > 0.0, q * move * distance, 0.0)
            far = far + moved + eta.radius * (2.0 * q + mu * np.exp(eta.radius))
        return np.asarray(np.fmin(near, far) * (1.0 + slack * LIBM))

    def curvature(self, eta: Ball, slack: float) -> tuple[Array, float]:
        """``e^eta``; a change d of eta changes it by a factor within ``e^d``, Eq. (43)."""
        with np.errstate(over="ignore"):
            mu = np.exp(eta.middle)
        mu = np.where(mu > 1e-290, np.minimum(mu, 1e290), 0.0)  # less is a lower bound too
        worst = float(np.max(eta.radius, initial=0.0))
        return mu, float(np.expm1(min(worst, 700.0))) + slack * LIBM

    def bend(self, y: Array, ends: tuple[Ball, Ball], duals: tuple[Ball, Ball], slack: float) -> Array:
        """Eq. (102)."""
        with np.errstate(all="ignore"):
            step = np.abs(ends[0].middle - ends[1].middle) * (1.0 + 1e-9) + ends[0].radius + ends[1].radius
            jump = np.abs(duals[0].middle - duals[1].middle) * (1.0 + 1e-9) + duals[0].radius + duals[1].radius
            return np.asarray(0.25 * step * jump * (1.0 + slack * LIBM))


LOSS_BOUNDS: dict[str, LossBounds] = {
    "squared": SquaredBounds(),
    "logistic": LogisticBounds(),
    "poisson": PoissonBounds(),
}
