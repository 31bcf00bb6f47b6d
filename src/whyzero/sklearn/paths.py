"""`enet_path` and `lasso_path`."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from sklearn import linear_model
from sklearn.linear_model._coordinate_descent import _alpha_grid
from sklearn.utils import check_array
from sklearn.utils._param_validation import validate_params

from whyzero.multi import MatrixSolution, multitask_problem
from whyzero.problem import make_problem
from whyzero.sklearn.borrowing import borrowed
from whyzero.sklearn.fitting import settings, solve_all, solve_all_matrices, warn_unless_optimal
from whyzero.solution import Solution

__all__ = ["enet_path", "lasso_path"]

_IDLE = {"random_state": None, "selection": "cyclic", "do_screening": True}


def _chosen_alphas(alphas: Any, n_alphas: Any) -> Any:
    """The grid or its length; the spellings that scikit-learn 1.9 deprecates warn in its words."""
    if n_alphas != "deprecated":
        warnings.warn(
            "'n_alphas' was deprecated in 1.9 and will be removed in 1.11. "
            "'alphas' now accepts an integer value which removes the need to pass "
            "'n_alphas'. The default value of 'alphas' will change from None to "
            "100 in 1.11. Pass an explicit value to 'alphas' and leave 'n_alphas' "
            "to its default value to silence this warning.",
            FutureWarning,
            stacklevel=4,
        )
    if alphas is None:
        warnings.warn(
            "'alphas=None' is deprecated and will be removed in 1.11, at which "
            "point the default value will be set to 100. Set 'alphas=100' "
            "to silence this warning.",
            FutureWarning,
            stacklevel=4,
        )
    if alphas is None or (isinstance(alphas, str) and alphas == "warn"):
        return 100 if n_alphas == "deprecated" else n_alphas
    return alphas


@validate_params(linear_model.enet_path._skl_parameter_constraints, prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
def enet_path(
    X: Any,
    y: Any,
    *,
    l1_ratio: float = 0.5,
    eps: float = 1e-3,
    n_alphas: Any = "deprecated",
    alphas: Any = "warn",
    precompute: Any = "auto",
    Xy: Any = None,
    copy_X: bool = True,
    coef_init: Any = None,
    verbose: Any = False,
    return_n_iter: bool = False,
    positive: bool = False,
    check_input: bool = True,
    **params: Any,
) -> tuple[Any, ...]:
    """Fit the elastic net without an intercept at every alpha of a grid, as `sklearn.linear_model.enet_path` does.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features)
        Dense arrays of float32 and float64 and CSC matrices are read in place.
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
        Several targets are fitted together, with the penalty of `MultiTaskElasticNet`.
    l1_ratio : float in [0, 1], default 0.5
        1 is the lasso, 0 is ridge.
    eps : float, default 1e-3
        The smallest alpha of the grid as a share of the largest.
    n_alphas : int
        Deprecated by scikit-learn.
    alphas : int or array-like
        How many alphas, or the alphas.
    precompute, Xy, copy_X, coef_init, verbose
        Accepted, without effect on the answer.
    return_n_iter : bool, default False
        Return the numbers of steps as well.
    positive : bool, default False
        Let no weight be negative; for one target only.
    check_input : bool, default True
        Whether X and y are checked and cast; if not, they are arrays of one float type.
    **params
        `tol`, `max_iter` and `sample_weight`; `random_state`, `selection` and `do_screening` without effect.

    Returns
    -------
    alphas : ndarray of shape (n_alphas,)
        Decreasing.
    coefs : ndarray of shape (n_features, n_alphas) or (n_targets, n_features, n_alphas)
    dual_gaps : ndarray of shape (n_alphas,)
    n_iters : list of int
        Only with `return_n_iter`.
    """
    grid = _chosen_alphas(alphas, n_alphas)
    weight = params.pop("sample_weight", None)
    chosen = settings(params.pop("tol", 1e-4), params.pop("max_iter", 1000))
    selection = {**_IDLE, **params}["selection"]
    unknown = set(params) - set(_IDLE)
    if unknown:
        raise ValueError("Unexpected parameters in params", unknown)
    if selection not in ("random", "cyclic"):
        raise ValueError("selection should be either random or cyclic.")
    if check_input:
        X = check_array(X, accept_sparse="csc", dtype=[np.float64, np.float32])
        y = check_array(y, accept_sparse="csc", dtype=X.dtype.type, ensure_2d=False)
    if y.ndim != 1 and positive:
        raise ValueError("positive=True is not allowed for multi-output (y.ndim != 1)")
    if isinstance(grid, Integral):
        spacing = {"fit_intercept": False, "eps": eps, "n_alphas": grid, "positive": positive}
        grid = _alpha_grid(X, y, l1_ratio=l1_ratio, sample_weight=weight, **spacing)
    elif len(grid) > 1:
        grid = np.sort(grid)[::-1]
    options = {"l1_ratio": l1_ratio, "sample_weight": weight, "fit_intercept": False}
    solutions: Sequence[Solution | MatrixSolution]
    if y.ndim == 1:
        solutions = solve_all(make_problem(X, y, positive=positive, **options), grid, chosen)
    else:
        solutions = solve_all_matrices(multitask_problem(X, y, **options), grid, chosen)
    warn_unless_optimal(solutions, stacklevel=3)
    coefs = np.stack([solution.coef for solution in solutions], axis=-1).astype(X.dtype, copy=False)
    gaps = np.array([solution.dual_gap for solution in solutions])
    if return_n_iter:
        return grid, coefs, gaps, [max(1, solution.n_iter) for solution in solutions]
    return grid, coefs, gaps


# scikit-learn's lasso_path only passes its arguments on to the enet_path of its module.
lasso_path = validate_params(linear_model.lasso_path._skl_parameter_constraints, prefer_skip_nested_validation=True)(
    borrowed(linear_model.lasso_path, enet_path=enet_path)
)
