"""Checks of how a path is to be computed, and the warning when it was not computed to the end."""

from __future__ import annotations

import math
import warnings
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from whyzero.errors import ConvergenceWarning, InputError, InputTypeError
from whyzero.plans import PLANS
from whyzero.problem import Problem, check_alphas
from whyzero.solution import Path, Settings, Status

if TYPE_CHECKING:
    from whyzero.multi import MatrixPath

__all__ = ["Grid", "check_grid", "check_settings", "warn_unless_optimal"]

# The largest count that the core takes.
_MOST = 2**31 - 1


class Grid(NamedTuple):
    """The alphas of a path, or how many of them the core shall space down to which share of the largest.

    Attributes
    ----------
    alphas : ndarray of shape (n_alphas,)
        Decreasing; empty if they are to be spaced.
    n_alphas : int
        How many they are, given or to be spaced.
    min_ratio : float
        The smallest alpha over the largest, where they are spaced.
    """

    alphas: NDArray[np.float64]
    n_alphas: int
    min_ratio: float


def check_grid(problem: Problem, alphas: int | ArrayLike, alpha_min_ratio: float | None) -> Grid:
    """The grid that `alphas` and `alpha_min_ratio` of `whyzero.fit_path` ask for."""
    grid = check_alphas(alphas)
    ratio = _min_ratio(problem, alpha_min_ratio)
    return Grid(np.empty(0), grid, ratio) if isinstance(grid, int) else Grid(grid, len(grid), ratio)


def check_settings(settings: Settings) -> None:
    """Refuse settings that are no numbers, or numbers out of range."""
    _check_number(settings.tol, "tol")
    if not (settings.tol > 0 and math.isfinite(settings.tol)):
        raise InputError(
            f"tol={settings.tol!r} must be a positive number: the duality gap as a share of the null loss."
        )
    _check_count(settings.max_iter, "max_iter", "")
    if settings.plan not in PLANS:
        raise InputError(f"plan={settings.plan!r} is unknown; choose {', '.join(map(repr, PLANS))}.")
    if settings.n_threads is not None:
        _check_count(settings.n_threads, "n_threads", ", or None for all cores")


def warn_unless_optimal(path: Path | MatrixPath) -> None:
    """Warn whoever called the caller of this of the fit of a path that is furthest from its tolerance, if any is."""
    late = [k for k, status in enumerate(path.statuses) if status is not Status.OPTIMAL]
    if not late:
        return
    worst = max(late, key=lambda k: path.dual_gaps[k])
    warnings.warn(
        f"{len(late)} of {len(path)} fits did not reach tol. At alpha={path.alphas[worst]:.6g} the duality gap is "
        f"{path.dual_gaps[worst]:.3g}, with a null loss of {path.null_loss:.3g}. {path.statuses[worst].value}",
        ConvergenceWarning,
        stacklevel=3,
    )


def _min_ratio(problem: Problem, ratio: float | None) -> float:
    if ratio is None:
        return 1e-3 if problem.n_rows > problem.n_cols else 1e-2
    _check_number(ratio, "alpha_min_ratio")
    if not 0 < ratio < 1:
        raise InputError(
            f"alpha_min_ratio={ratio!r} must be above 0 and below 1: it is the smallest alpha over the largest."
        )
    return float(ratio)


def _check_number(value: Any, name: str) -> None:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (float, Real)):
        raise InputTypeError(f"{name} must be a number, got {value!r} of type {type(value).__name__}.")


def _check_count(value: Any, name: str, otherwise: str) -> None:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, Integral)):
        raise InputTypeError(f"{name} must be a whole number, got {value!r} of type {type(value).__name__}.")
    if not 1 <= int(value) <= _MOST:
        raise InputError(f"{name}={value!r} must be at least 1 and at most {_MOST}{otherwise}.")
