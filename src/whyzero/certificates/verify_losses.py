"""The formulas of the losses for the checker: NumPy alone, and nothing of `certify`."""

import math
from typing import Any

import numpy as np

ROUNDOFF, LIBM = 2.0**-53, 2.0**-47
_gamma: Any = lambda k, m: (k + 16) * m * ROUNDOFF / (1.0 - (k + 16) * m * ROUNDOFF)  # noqa: E731  # Eq. (60)


class _Squared:
    """``(y - eta)^2 / 2``; every count `m` of roundings is a factor of the unit roundoff."""

    bends = False  # whether the second derivative depends on eta

    @staticmethod
    def target(y: Any) -> Any:
        return y.astype(float)

    @staticmethod
    def suits(y: Any, w: Any) -> Any:
        return True

    @staticmethod
    def room(y: Any, v: Any) -> Any:
        return np.ones_like(v)

    @staticmethod
    def inside(y: Any, v: Any) -> Any:
        return True

    @staticmethod
    def fenchel_young(d: Any, eta: Any, error: Any, move: Any, m: float) -> Any:
        doubt = 4.0 * m * ROUNDOFF * np.abs([eta, d.y, d.v]).sum(0)
        return (far := np.abs(eta - d.y - d.v) + error + move + doubt) * (0.5 * far)

    @staticmethod
    def away(d: Any, spread: Any, gap: float, m: float) -> Any:
        """How far a slope at the optimum may be from that at the dual point, Eq. (40) or (57)."""
        return spread * math.sqrt(2.0 * gap)

    @staticmethod
    def curvature(eta: Any) -> Any:
        return np.ones_like(eta)

    @staticmethod
    def slope(eta: Any, y: Any) -> Any:
        return eta - y

    @staticmethod
    def value(eta: Any, y: Any) -> Any:
        return (eta - y) ** 2 / 2.0

    @staticmethod
    def size(eta: Any, bulk: Any, y: Any) -> Any:
        """What the rounding of a slope is proportional to; `bulk` is the sum of the absolute parts of the predictor."""
        return bulk + np.abs(y)


class _Logistic(_Squared):
    """``log(1 + e^eta) - y eta``."""

    bends = True

    @staticmethod
    def target(y: Any) -> Any:
        return np.unique(y, return_inverse=True)[1].astype(float)

    @staticmethod
    def suits(y: Any, w: Any) -> Any:
        return np.max(y) == np.ptp(y[w > 0.0]) == 1.0

    @staticmethod
    def room(y: Any, v: Any) -> Any:
        return np.abs(v) * (1.0 - np.abs(v))

    @staticmethod
    def inside(y: Any, v: Any) -> Any:
        a = (1.0 - 2.0 * y) * v
        return np.all((a >= 0.0) & (a <= 1.0))

    @staticmethod
    def fenchel_young(d: Any, eta: Any, error: Any, move: Any, m: float) -> Any:
        logs = np.array([np.log(a := np.abs(d.v)), np.log1p(-a), xi := (1.0 - 2.0 * d.y) * eta])
        distance = np.abs(logs[0] - logs[1] - xi) + m * LIBM * np.sum(np.abs(logs), axis=0) + 2.0 * move + error
        parts = [a * logs[0], a * np.logaddexp(0, -xi), (1.0 - a) * logs[1], (1.0 - a) * np.logaddexp(0, xi)]
        *parts, moved = np.nan_to_num([*parts, a * (1.0 - a) * move * distance], nan=0.0)
        far = np.abs(np.sum(parts, axis=0)) + m * LIBM * np.sum(np.abs(parts), axis=0) + moved + error
        return np.fmin(0.5 * a * (1.0 - a) * np.exp(2.0 * move + distance) * distance**2, far) * (1.0 + m * LIBM)

    @staticmethod
    def away(d: Any, spread: Any, gap: float, m: float) -> Any:
        return spread * math.sqrt(2.0 * gap) / 2.0

    @staticmethod
    def curvature(eta: Any) -> Any:
        return np.where(np.abs(eta) < 660.0, 0.25 / np.cosh(eta / 2.0) ** 2, 0.0)

    @staticmethod
    def slope(eta: Any, y: Any) -> Any:
        return (np.tanh(eta / 2.0) + 1.0) / 2.0 - y

    @staticmethod
    def value(eta: Any, y: Any) -> Any:
        return np.logaddexp(0.0, eta) - y * eta

    @staticmethod
    def size(eta: Any, bulk: Any, y: Any) -> Any:
        return 1.0 + bulk


class _Poisson(_Squared):
    """``e^eta - y eta + (y log y - y)``, with ``q = y + v``."""

    bends = True

    @staticmethod
    def suits(y: Any, w: Any) -> Any:
        return np.all(y >= 0.0)

    @staticmethod
    def room(y: Any, v: Any) -> Any:
        return y + v

    @staticmethod
    def inside(y: Any, v: Any) -> Any:
        return np.all(y + v >= 0.0)

    @staticmethod
    def fenchel_young(d: Any, eta: Any, error: Any, move: Any, m: float) -> Any:
        q, mu = d.y + d.v, np.exp(eta)
        logs = np.array([np.log(q), eta])
        distance = np.abs(eta - logs[0]) + m * LIBM * (1.0 + np.sum(np.abs(logs), axis=0)) + 2.0 * move + error
        *parts, moved = np.nan_to_num([q * logs[0], -q, -q * eta, q * move * distance], nan=0.0)
        far = np.abs(np.sum(parts, axis=0) + mu) + m * LIBM * (np.sum(np.abs(parts), axis=0) + mu) + moved
        far = far + error * (2.0 * q + mu * np.exp(error))
        near = 0.5 * q * (1.0 + 2.0 * move) * np.exp(distance) * distance**2
        return np.fmin(near, far) * (1.0 + m * LIBM)

    @staticmethod
    def away(d: Any, spread: Any, gap: float, m: float) -> Any:
        if not gap < math.inf:
            return np.full(d.p, math.inf)
        share, far, step = (d.w * (d.y + d.v) * (1.0 + d.move))[d.w > 0.0], [], max(1, 4_000_000 // d.n)
        for part in (slice(j, j + step) for j in range(0, d.p, step)):
            x = (d.columns(part) - d.mean[part])[d.w > 0.0]
            far.append([np.sqrt(share @ x**2), np.max(np.abs(x), axis=0)])
        width, farthest = np.hstack(far)
        shift, wide = 8.0 * _gamma(d.n, m) * np.abs(d.mean), 1.0 + _gamma(d.n, m)
        width = (width + shift * math.sqrt(np.sum(share))) * wide + 1e-150
        return width * math.sqrt(2.0 * gap) + (farthest + shift) * wide * gap

    @staticmethod
    def curvature(eta: Any) -> Any:
        return np.where(np.exp(eta) > 1e-290, np.fmin(np.exp(eta), 1e290), 0.0)

    @staticmethod
    def slope(eta: Any, y: Any) -> Any:
        return np.exp(eta) - y

    @staticmethod
    def value(eta: Any, y: Any) -> Any:
        return np.exp(eta) - y * eta + np.where(y > 0.0, y * np.log(np.where(y > 0.0, y, 1.0)) - y, 0.0)

    @staticmethod
    def size(eta: Any, bulk: Any, y: Any) -> Any:
        return (np.exp(eta + 1e-12 * bulk) + y) * (1.0 + bulk)


LOSSES: dict[str, Any] = {"squared": _Squared, "logistic": _Logistic, "poisson": _Poisson}
