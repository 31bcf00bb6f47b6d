"""What a fit and its partner have in common: training loss, held-out loss, or the size of the weights.

The training loss of the minimiser rises with alpha and, for L2, the size of its weights falls (docs/math.md, section
7). The held-out loss does neither; there the largest alpha is taken at which the partner predicts as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.cross_validation import cross_validate_path
from whyzero.errors import InputError
from whyzero.explanations.null_model import unpenalised
from whyzero.explanations.path_facts import training_losses
from whyzero.problem import Problem
from whyzero.solution import CrossValidation, Path, Settings, Solution
from whyzero.solve import solve_path

__all__ = ["MATCHES", "Match", "make_match", "size_of_weights"]

Array = NDArray[np.float64]

MATCHES = {
    "loss": "training loss",
    "cv": "cross-validated loss",
    "norm": "norm of the weights",
    "alpha": "alpha",
}
_FOLDS = 10
_SETTINGS = Settings(tol=1e-10)


@dataclass(frozen=True)
class Match:
    """A number that both fits are to have.

    Attributes
    ----------
    name : str
        In words.
    values : callable
        From a path to the number at each of its alphas.
    target : float
        That of the explained fit.
    sign : float
        1 where the number rises with alpha, -1 where it falls.
    """

    name: str
    values: Callable[[Path], Array]
    target: float
    sign: float = 1.0

    def excess(self, path: Path, target: float) -> Array:
        """How far each fit of `path` is from `target`: positive where alpha is still too large."""
        return self.sign * (self.values(path) - target)

    def mismatch(self, path: Path) -> float:
        """Relative distance of the one fit of `path` from the target."""
        found = float(self.values(path)[0])
        return abs(found - self.target) / max(abs(self.target), float(np.finfo(float).tiny))


def make_match(match: str, solution: Solution, train_loss: float, cv: CrossValidation | None) -> Match:
    """The number that is to be met.

    Parameters
    ----------
    match : {"loss", "cv", "norm"}
        Which.
    solution : Solution
        The explained fit.
    train_loss : float
        Its mean loss.
    cv : CrossValidation or None
        Whose folds are used for "cv"; else ten folds, or one for each row of fewer.

    Raises
    ------
    InputError
        If `match` is none of `MATCHES`.
    """
    if match not in MATCHES:
        raise InputError(f"match={match!r} is not known; use {', '.join(map(repr, MATCHES))}.")
    if match == "norm":
        problem = solution.problem
        return Match(MATCHES[match], _sizes, size_of_weights(problem, solution.coef), -1.0)
    if match == "cv":
        folds = None if cv is None else cv.folds
        count = min(_FOLDS, solution.problem.n_rows)

        def held_out(path: Path) -> Array:
            return cross_validate_path(path, n_folds=count, folds=folds, settings=_SETTINGS).mean

        own = solve_path(solution.problem, alphas=[solution.alpha], settings=_SETTINGS)
        return Match(MATCHES[match], held_out, float(held_out(own)[0]))
    return Match(MATCHES[match], training_losses, train_loss)


def size_of_weights(problem: Problem, coef: Array) -> float:
    """``sqrt(sum_j v_j (sigma_j b_j)^2)`` over the penalised columns: for factors 1 the Euclidean norm."""
    penalised = ~unpenalised(problem) & ~problem.structural
    units = problem.penalty.scale[penalised] * coef[penalised]
    return math.sqrt(float(np.sum(problem.penalty.factor[penalised] * units**2)))


def _sizes(path: Path) -> Array:
    return np.array([size_of_weights(path.problem, coef) for coef in path.coefs])
