"""What a solver is to the runner: a name, the tolerances to try, what it can solve, and how to make it ready."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.problem import Array, Problem

ALL = frozenset({"squared", "logistic", "dense", "sparse", "ridge", "intercept", "factor", "weight", "offset"})


class UnsuitedError(Exception):
    """The solver cannot, or should not, take this problem; the message says why."""


@dataclass(frozen=True)
class Fit:
    """What a solver returned, in one form.

    `at` are the grid points of `coefs`, all of them where it is None (cross-validation may return one only); `facts`
    are numbers and words that the solver reports of its work.
    """

    coefs: Array
    intercepts: Array
    at: NDArray[np.intp] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def only(self, chosen: int) -> Fit:
        """The fit that a cross-validation chose: peers are judged by that one, as some of them return no other."""
        at = np.array([chosen])
        return Fit(self.coefs[at], self.intercepts[at], at, {**self.facts, "chosen": chosen})


@dataclass(frozen=True)
class Ready:
    """A solver with its input in the layout it likes: `solve` is timed, `read` is not."""

    solve: Callable[[float], Any]
    read: Callable[[Any], Fit]


@dataclass(frozen=True)
class Solver:
    """One mode of one package; `compiles` if its first call is slow because it compiles itself."""

    name: str
    tolerances: tuple[float, ...]
    offers: frozenset[str]
    prepare: Callable[[Problem], Ready]
    compiles: bool = False

    def refusal(self, needs: frozenset[str]) -> str:
        """What is asked for and not offered, empty if nothing."""
        return ", ".join(sorted(needs - self.offers))


def decades(loosest: int, tightest: int) -> tuple[float, ...]:
    """Tolerances 10^-loosest, ..., 10^-tightest."""
    return tuple(float(f"1e-{k}") for k in range(loosest, tightest + 1))


def offers(words: str) -> frozenset[str]:
    return frozenset(words.split())


def rows(read: Callable[[Any], Array]) -> Callable[[Any], Fit]:
    """Read plain weights of shape (n_alphas, n_features) without an intercept."""

    def as_fit(raw: Any) -> Fit:
        coefs = np.asarray(read(raw), dtype=np.float64)
        return Fit(coefs, np.zeros(len(coefs)))

    return as_fit


def threads() -> int:
    return int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)
