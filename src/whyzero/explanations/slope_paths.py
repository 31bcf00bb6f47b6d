"""The pull of every weight along a path: it climbs to the toll and then rides on it.

At the fit for alpha let ``c_j = dL/du_j``, in the unit in which the penalty acts. Under L1 ``|c_j| <= toll_j``, with
equality where the weight is not zero; under L2 ``|c_j| = alpha v_j |u_j|`` exactly. Both are the condition of
optimality, Eq. (10), drawn over alpha.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import InputError
from whyzero.explanations.null_model import unpenalised
from whyzero.explanations.path_pulls import path_pulls
from whyzero.explanations.row_space import is_wide
from whyzero.solution import Path
from whyzero.solve import solve_path

__all__ = ["SlopePaths", "refined", "slope_paths"]

Array = NDArray[np.float64]

_FINE = 60


@dataclass(frozen=True, eq=False)
class SlopePaths:
    """Pulls and the toll along a path, per unit of the penalty factor, so that one toll is that of all weights.

    Attributes
    ----------
    alphas : ndarray of shape (n_alphas,)
        The grid, decreasing.
    index : ndarray of int, of shape (n_shown,)
        Columns whose weight is charged (a positive, finite factor) and that are not constant; of very many those that
        come nearest to their toll.
    pulls : ndarray of shape (n_alphas, n_shown)
        ``|dL/du_j| / v_j`` at every fit; ``-dL/du_j / v_j`` where no weight may be negative.
    live : ndarray of bool, of shape (n_alphas, n_shown)
        Whether the weight is not zero.
    toll : ndarray of shape (n_alphas,)
        ``alpha * l1_ratio``.
    """

    alphas: Array
    index: NDArray[np.intp]
    pulls: Array
    live: NDArray[np.bool_]
    toll: Array


def refined(path: Path) -> Path:
    """The path on at least 60 alphas between the same ends; as it is where it has them, or where L2 is wide."""
    if len(path) >= _FINE or path.alphas[0] == path.alphas[-1] or is_wide(path.problem):
        return path
    return solve_path(path.problem, alphas=np.geomspace(path.alphas[0], path.alphas[-1], _FINE))


def slope_paths(path: Path) -> SlopePaths:
    """The slopes of `path_pulls`, of charged weights, per unit of the penalty factor.

    Raises
    ------
    InputError
        If the data are so large that it would take too long.
    """
    problem = path.problem
    known = path_pulls(path)
    if known is None:
        raise InputError(
            f"X is {problem.n_rows} x {problem.n_cols}, and the path has {len(path)} alphas: pulls along it would take "
            "too long; explain the fit with a shorter path."
        )
    charged = ~(unpenalised(problem) | problem.penalty.excluded | problem.structural)
    kept = charged[known.index]
    index = known.index[kept]
    return SlopePaths(
        alphas=path.alphas,
        index=index,
        pulls=known.slopes[:, kept] / problem.penalty.factor[index],
        live=path.coefs[:, index] != 0,
        toll=path.alphas * problem.penalty.l1_ratio,
    )
