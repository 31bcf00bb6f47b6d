"""The losses as readable NumPy: the specification, and the side of the proofs.

A loss is a convex function of the linear predictor ``eta`` for a fixed target ``y``. Every method works
elementwise on float64 arrays that broadcast against each other. The extension writes the same formulas in
C++, tied to these by a test over the list of losses; there is no third text.

To add a loss: write a frozen dataclass with the members of `Loss`, add it to `LOSSES`, add its row to
``LOSSES`` in ``tests/zoo.py``. The laws (derivatives, Fenchel-Young, curvature bound) come with the row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import InputError, InputTypeError

__all__ = ["LOGISTIC", "LOSSES", "POISSON", "SQUARED", "Logistic", "Loss", "Poisson", "Squared", "get_loss"]

Array = NDArray[np.float64]


class Loss(Protocol):
    """What the solver, the certificates and the explanations may ask of a loss.

    Laws (tested for every loss): `gradient` and `hessian` are the derivatives of `value` in ``eta``;
    ``0 <= hessian <= curvature_bound``; ``fenchel_young(y, eta, v) = value(y, eta) + conjugate(y, v) - eta v``
    is never negative and is zero exactly at ``v = gradient(y, eta)``.
    """

    @property
    def name(self) -> str:
        """The word a user types."""
        ...

    @property
    def curvature_bound(self) -> float:
        """Largest second derivative in ``eta``; its inverse is the strong convexity of the conjugate.

        Infinite where there is none.
        """
        ...

    def value(self, y: Array, eta: Array) -> Array:
        """Loss of every row."""
        ...

    def gradient(self, y: Array, eta: Array) -> Array:
        """First derivative in ``eta``."""
        ...

    def hessian(self, y: Array, eta: Array) -> Array:
        """Second derivative in ``eta``."""
        ...

    def conjugate(self, y: Array, v: Array) -> Array:
        """``sup over eta of (v eta - value(y, eta))``; infinite outside the domain."""
        ...

    def in_domain(self, y: Array, v: Array) -> NDArray[np.bool_]:
        """Where `conjugate` is finite."""
        ...

    def fenchel_young(self, y: Array, eta: Array, v: Array) -> Array:
        """``value + conjugate - eta v``, as a sum of terms that do not cancel."""
        ...

    def null_prediction(self, y: Array, weight: Array) -> float:
        """The ``eta`` of the best model that has an intercept only, and no offset."""
        ...


@dataclass(frozen=True)
class Squared:
    """Half the squared error, for a numeric target.

    Domain: ``y`` and ``eta`` are any real numbers; so is ``v``.
    Link: identity, ``mu = eta``.
    Formula: ``value = (y - eta)^2 / 2``, ``conjugate = v^2 / 2 + v y``.
    Dropped: the noise variance and the constant ``log(2 pi) / 2`` of the Gaussian log-likelihood.
    """

    name: str = "squared"
    curvature_bound: float = 1.0

    def value(self, y: Array, eta: Array) -> Array:
        """``(y - eta)^2 / 2``."""
        return np.asarray(0.5 * (y - eta) ** 2)

    def gradient(self, y: Array, eta: Array) -> Array:
        """``eta - y``."""
        return np.asarray(eta - y)

    def hessian(self, y: Array, eta: Array) -> Array:
        """One everywhere."""
        return np.ones(np.broadcast_shapes(np.shape(y), np.shape(eta)))

    def conjugate(self, y: Array, v: Array) -> Array:
        """``v^2 / 2 + v y``."""
        return np.asarray(v * (0.5 * v + y))

    def in_domain(self, y: Array, v: Array) -> NDArray[np.bool_]:
        """Everywhere."""
        return np.ones(np.broadcast_shapes(np.shape(y), np.shape(v)), dtype=np.bool_)

    def fenchel_young(self, y: Array, eta: Array, v: Array) -> Array:
        """``(eta - y - v)^2 / 2``: complete the square in ``value + conjugate - eta v``."""
        return np.asarray(0.5 * (eta - y - v) ** 2)

    def null_prediction(self, y: Array, weight: Array) -> float:
        """The weighted mean of ``y``; exact when every ``y`` is the same."""
        shift = float(y[np.argmax(weight)])
        share = weight / np.max(weight)
        return shift + float(np.sum(share * (y - shift)) / np.sum(share))


@dataclass(frozen=True)
class Logistic:
    """The negative log-likelihood of a two-valued target.

    Domain: ``y`` is 0 or 1; ``eta`` is any real number; ``q = y + v`` lies in ``[0, 1]``.
    Link: logit, ``mu = p(eta) = 1 / (1 + e^-eta)``.
    Formula: ``value = log(1 + e^eta) - y eta``, ``conjugate = q log q + (1 - q) log(1 - q)`` with
    ``0 log 0 = 0``.
    Dropped: nothing (the Bernoulli log-likelihood has no constant).
    """

    name: str = "logistic"
    curvature_bound: float = 0.25

    def value(self, y: Array, eta: Array) -> Array:
        """``log(1 + e^eta) - y eta``; the linear parts are joined first, so nothing cancels for ``y`` in {0, 1}."""
        return np.asarray(np.log1p(np.exp(-np.abs(eta))) + (np.maximum(eta, 0.0) - y * eta))

    def gradient(self, y: Array, eta: Array) -> Array:
        """``p(eta) - y`` as ``(1 - y) p(eta) - y p(-eta)``: relatively accurate for ``y`` in {0, 1}."""
        p, not_p = _probabilities(eta)
        return np.asarray((1.0 - y) * p - y * not_p)

    def hessian(self, y: Array, eta: Array) -> Array:
        """``p(eta) p(-eta)``."""
        p, not_p = _probabilities(eta)
        return np.asarray(p * not_p + np.zeros_like(y))

    def conjugate(self, y: Array, v: Array) -> Array:
        """``q log q + (1 - q) log(1 - q)`` with ``q = y + v``; infinite where ``q`` is outside ``[0, 1]``."""
        q, not_q = y + v, (1.0 - y) - v
        inside = (q >= 0.0) & (not_q >= 0.0)
        entropy = _x_log_x(np.where(inside, q, 0.0), np.where(inside, not_q, 1.0))
        entropy += _x_log_x(np.where(inside, not_q, 0.0), np.where(inside, q, 1.0))
        return np.where(inside, entropy, np.inf)

    def in_domain(self, y: Array, v: Array) -> NDArray[np.bool_]:
        """``0 <= y + v <= 1``."""
        return np.asarray((y + v >= 0.0) & ((1.0 - y) - v >= 0.0))

    def fenchel_young(self, y: Array, eta: Array, v: Array) -> Array:
        """The divergence ``KL(q || p) = q log(q / p) + (1 - q) log((1 - q) / (1 - p))``.

        With ``D(a, b) = a log(a / b) - a + b >= 0`` it is ``D(q, p) + D(1 - q, 1 - p)``: both terms are
        non-negative, so their sum does not cancel. ``q - p`` is taken as ``(1 - p) - (1 - q)`` where that has
        the smaller rounding error.
        """
        q, not_q = y + v, (1.0 - y) - v
        inside = (q >= 0.0) & (not_q >= 0.0)
        p, not_p = _probabilities(eta)
        tail = np.log1p(np.exp(-np.abs(eta)))
        log_p, log_not_p = np.minimum(eta, 0.0) - tail, np.minimum(-eta, 0.0) - tail
        difference = np.where(eta > 0.0, not_p - not_q, q - p)
        q, not_q = np.where(inside, q, 0.0), np.where(inside, not_q, 1.0)
        divergence = _deviance(q, not_q, p, log_p, difference)
        divergence += _deviance(not_q, q, not_p, log_not_p, -difference)
        return np.where(inside, divergence, np.inf)

    def null_prediction(self, y: Array, weight: Array) -> float:
        """The logit of the weighted share of ones; infinite if there is one class only."""
        share = weight / np.max(weight)
        ones, zeros = float(np.sum(share * y)), float(np.sum(share * (1.0 - y)))
        with np.errstate(divide="ignore"):
            return float(np.log(ones) - np.log(zeros))


@dataclass(frozen=True)
class Poisson:
    """Half the unit deviance of a count, or of any target that is not negative.

    Domain: ``y >= 0``, whole or not; ``eta`` is any real number; ``q = y + v >= 0``.
    Link: log, ``mu = e^eta``.
    Formula: ``value = e^eta - y eta + (y log y - y)``, ``conjugate = q log q - q - (y log y - y)`` with
    ``0 log 0 = 0``.
    Dropped: ``log y! - (y log y - y)`` of the negative log-likelihood; so the value is 0 exactly at ``mu = y``.
    Curvature: ``e^eta`` has no bound.
    """

    name: str = "poisson"
    curvature_bound: float = math.inf

    def value(self, y: Array, eta: Array) -> Array:
        """``y log(y / mu) - y + mu``; infinite where ``mu`` is."""
        return _relative_entropy(y, eta)

    def gradient(self, y: Array, eta: Array) -> Array:
        """``mu - y``."""
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(eta) - y)

    def hessian(self, y: Array, eta: Array) -> Array:
        """``mu``."""
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(eta) + np.zeros_like(y))

    def conjugate(self, y: Array, v: Array) -> Array:
        """``q log q - q - (y log y - y)`` with ``q = y + v``; infinite where ``q < 0``."""
        q = y + v
        inside = q >= 0.0
        return np.where(inside, _x_log_x(np.where(inside, q, 0.0)) - _x_log_x(y) - v, np.inf)

    def in_domain(self, y: Array, v: Array) -> NDArray[np.bool_]:
        """``y + v >= 0``."""
        return np.asarray(y + v >= 0.0)

    def fenchel_young(self, y: Array, eta: Array, v: Array) -> Array:
        """``q log(q / mu) - q + mu``, in terms that do not cancel."""
        q = y + v
        return np.where(q >= 0.0, _relative_entropy(np.maximum(q, 0.0), eta), np.inf)

    def null_prediction(self, y: Array, weight: Array) -> float:
        """The logarithm of the weighted mean of ``y``; minus infinity if every ``y`` is 0."""
        with np.errstate(divide="ignore"):
            return float(np.log(SQUARED.null_prediction(y, weight)))


def _relative_entropy(q: Array, eta: Array) -> Array:
    """``D(q, e^eta) = q log(q / e^eta) - q + e^eta`` for ``q >= 0``.

    It is ``q (e^d - 1 - d)`` with ``d = eta - log q``; for small d by the series ``d^2 / 2! + d^3 / 3! + ...``, for
    large d without ``e^d``, which may overflow before ``q e^d`` does.
    """
    some = q > 0.0
    d = np.where(some, eta - np.log(np.where(some, q, 1.0)), 0.0)
    near = np.abs(d) < 0.5
    small, series = np.where(near, d, 0.0), np.zeros_like(d)
    for k in range(15, 1, -1):  # what is left out is below 1e-17 of the first term
        series = (1.0 + series) * small / k
    with np.errstate(over="ignore"):
        mean = np.exp(eta)
        usual = q * np.where(near, series * small, np.expm1(np.minimum(d, 30.0)) - d)
        return np.where(some & (d <= 30.0), usual, mean - np.where(some, q * (1.0 + d), 0.0))


def _probabilities(eta: Array) -> tuple[Array, Array]:
    """``p(eta)`` and ``1 - p(eta)``, both relatively accurate."""
    e = np.exp(-np.abs(eta))
    large, small = 1.0 / (1.0 + e), e / (1.0 + e)
    return np.where(eta >= 0.0, large, small), np.where(eta >= 0.0, small, large)


def _x_log_x(x: Array, complement: Array | None = None) -> Array:
    """``x log x`` for ``x >= 0``; in [0, 1] ``complement = 1 - x`` keeps it accurate near 1."""
    if complement is None:
        return np.asarray(x * np.log(np.where(x > 0.0, x, 1.0)))
    log_x = np.where(x > 0.5, np.log1p(-np.minimum(complement, 0.5)), np.log(np.where(x > 0.0, x, 1.0)))
    return np.asarray(x * log_x)


def _deviance(a: Array, not_a: Array, b: Array, log_b: Array, difference: Array) -> Array:
    """``D(a, b) = a log(a / b) - a + b`` with ``difference = a - b``, for ``a``, ``b`` in [0, 1].

    Near ``a = b`` by Loader's series: with ``t = (a - b) / (a + b)``,
    ``D = t (a - b) + 2 a sum over k >= 1 of t^(2k+1) / (2k+1)`` (C. Loader, Fast and accurate computation of
    binomial probabilities, 2000). Elsewhere by the definition, with ``log b`` from ``eta`` so that an
    underflow of ``b`` does no harm.
    """
    total = a + b
    near = np.abs(difference) < 0.1 * total
    t = np.where(near, difference, 0.0) / np.where(near, total, 1.0)
    square = t * t
    # t^2 <= 0.01, so that the term left out is below 1e-18 of the first.
    tail = np.zeros_like(square)
    for k in range(9, 0, -1):
        tail = square * (1.0 / (2 * k + 1) + tail)
    series = t * (difference + 2.0 * a * tail)
    direct = _x_log_x(a, not_a) - a * log_b - difference
    return np.maximum(np.where(near, series, direct), 0.0)


SQUARED = Squared()
LOGISTIC = Logistic()
POISSON = Poisson()
LOSSES: dict[str, Loss] = {loss.name: loss for loss in (SQUARED, LOGISTIC, POISSON)}


def get_loss(name: str) -> Loss:
    """The loss of that name.

    Raises
    ------
    InputError
        If there is none; the message lists the names.
    InputTypeError
        If `name` is not a string.
    """
    if not isinstance(name, str):
        raise InputTypeError(f"loss must be a name ({_loss_names()}), got {name!r} of type {type(name).__name__}.")
    loss = LOSSES.get(name)
    if loss is None:
        raise InputError(f"loss={name!r} is not known; choose one of {_loss_names()}.")
    return loss


def _loss_names() -> str:
    return ", ".join(repr(name) for name in LOSSES)
