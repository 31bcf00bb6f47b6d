"""What other packages minimise: a row for every class that is known, and its translation into our objective."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from whyzero.audits.case import Array
from whyzero.errors import InputError
from whyzero.explanations.wording import figure

__all__ = ["OPTIONS", "RECIPES", "Recipe", "Setting", "class_weights", "translate"]


@dataclass(frozen=True)
class Recipe:
    """How one class of estimators states its objective.

    Attributes
    ----------
    loss : str
        "squared" or "logistic".
    strength : str
        The attribute that holds the strength of the penalty, after the fit.
    scale : str
        What the strength is measured against: a key of `_ALPHAS`.
    l1_ratio : float or str
        The share of L1, or the attribute that holds it. An attribute ``penalty`` goes before it.
    accepts : str
        Which duality gap its stopping rule accepts: "relative" to the sum of squares of y, "absolute", or "" if
        it does not stop on the gap.
    """

    loss: str
    strength: str
    scale: str
    l1_ratio: float | str
    accepts: str = ""


_MEAN, _SUM, _INVERSE, _ROWS = "mean", "sum of squares", "inverse", "rows"

# From the strength s, the total weight S and the number of rows n to our alpha, and how that reads.
_ALPHAS: dict[str, tuple[Callable[[float, float, int], float], str]] = {
    _MEAN: (lambda s, total, n: s, "alpha = {s}, as here"),
    _SUM: (
        lambda s, total, n: s / total,
        "it sums squared errors, without 1/2 or 1/n, and adds alpha b^2: alpha = {s} / {total} = {alpha} here",
    ),
    _INVERSE: (
        lambda s, total, n: 1.0 / (s * total),
        "it multiplies the sum of the losses by C: alpha = 1 / ({s} x {total}) = {alpha} here",
    ),
    _ROWS: (
        lambda s, total, n: s * n / total,
        "it divides the weighted losses by the number of rows: alpha = {s} x {n} / {total} = {alpha} here",
    ),
}

RECIPES: dict[tuple[str, str], Recipe] = {
    ("sklearn", "Lasso"): Recipe("squared", "alpha", _MEAN, 1.0, "relative"),
    ("sklearn", "LassoCV"): Recipe("squared", "alpha_", _MEAN, 1.0, "relative"),
    ("sklearn", "LassoLars"): Recipe("squared", "alpha", _MEAN, 1.0),
    ("sklearn", "LassoLarsCV"): Recipe("squared", "alpha_", _MEAN, 1.0),
    ("sklearn", "LassoLarsIC"): Recipe("squared", "alpha_", _MEAN, 1.0),
    ("sklearn", "ElasticNet"): Recipe("squared", "alpha", _MEAN, "l1_ratio", "relative"),
    ("sklearn", "ElasticNetCV"): Recipe("squared", "alpha_", _MEAN, "l1_ratio_", "relative"),
    ("sklearn", "Ridge"): Recipe("squared", "alpha", _SUM, 0.0),
    ("sklearn", "RidgeCV"): Recipe("squared", "alpha_", _SUM, 0.0),
    ("sklearn", "PoissonRegressor"): Recipe("poisson", "alpha", _MEAN, 0.0),
    ("sklearn", "LogisticRegression"): Recipe("logistic", "C", _INVERSE, "l1_ratio"),
    ("sklearn", "LogisticRegressionCV"): Recipe("logistic", "C_", _INVERSE, "l1_ratio_"),
    ("sklearn", "SGDRegressor"): Recipe("squared", "alpha", _ROWS, "l1_ratio"),
    ("sklearn", "SGDClassifier"): Recipe("logistic", "alpha", _ROWS, "l1_ratio"),
    ("celer", "Lasso"): Recipe("squared", "alpha", _MEAN, 1.0, "absolute"),
    ("celer", "LassoCV"): Recipe("squared", "alpha_", _MEAN, 1.0, "absolute"),
    ("celer", "ElasticNet"): Recipe("squared", "alpha", _MEAN, "l1_ratio", "absolute"),
    ("celer", "ElasticNetCV"): Recipe("squared", "alpha_", _MEAN, "l1_ratio_", "absolute"),
    ("celer", "LogisticRegression"): Recipe("logistic", "C", _INVERSE, 1.0),
    ("skglm", "Lasso"): Recipe("squared", "alpha", _MEAN, 1.0),
    ("skglm", "WeightedLasso"): Recipe("squared", "alpha", _MEAN, 1.0),
    ("skglm", "ElasticNet"): Recipe("squared", "alpha", _MEAN, "l1_ratio"),
    ("skglm", "SparseLogisticRegression"): Recipe("logistic", "alpha", _MEAN, "l1_ratio"),
}

# Parameters that change the objective, or say when the solver stops; an estimator need not have them.
OPTIONS = (
    "fit_intercept",
    "penalty",
    "solver",
    "intercept_scaling",
    "class_weight",
    "loss",
    "weights",
    "positive",
    "normalize",
    "refit",
    "tol",
    "max_iter",
)
_LOSS_NAMES = {"squared": ("squared_error", "squared_loss"), "logistic": ("log_loss", "log"), "poisson": ("poisson",)}


@dataclass(frozen=True, eq=False)
class Setting:
    """An objective of ours that another package minimised.

    Attributes
    ----------
    loss, alpha, l1_ratio, fit_intercept, penalty_factor
        As in `whyzero.fit`; the factors are not checked yet.
    intercept_column : float
        Where the intercept is penalised: the number in the constant column whose weight it is. Else 0.
    accepts : str
        As in `Recipe`.
    text : str
        How the strength was translated.
    """

    loss: str
    alpha: float
    l1_ratio: float
    fit_intercept: bool
    penalty_factor: Any
    intercept_column: float
    accepts: str
    text: str


def translate(name: str, recipe: Recipe, parameters: Mapping[str, Any], n_rows: int, total: float) -> Setting:
    """Say in our objective what an estimator minimised.

    Parameters
    ----------
    name : str
        Its class, for messages.
    recipe : Recipe
        The row of that class.
    parameters : mapping
        Its strength, share of L1, and those of `OPTIONS` that it has.
    n_rows : int
        Number of rows.
    total : float
        Sum of the row weights, class weights included.

    Raises
    ------
    InputError
        If what it minimised is not one of our objectives, or a parameter has an impossible value.
    """
    _refuse(name, recipe, parameters)
    strength = _number(name, parameters, recipe.strength)
    if not 0.0 < strength < math.inf:
        raise InputError(
            f"{name} has {recipe.strength}={strength!r}, so there is no penalty (or an infinite one); only penalised "
            "models can be audited."
        )
    rule, text = _ALPHAS[_MEAN if recipe.scale == _ROWS and total == n_rows else recipe.scale]
    alpha = rule(strength, total, n_rows)
    fit_intercept = _flag(name, parameters, "fit_intercept", True)
    column = 0.0
    if fit_intercept and parameters.get("solver") == "liblinear":
        column = _number(name, parameters, "intercept_scaling", 1.0)
        if not 0.0 < column < math.inf:
            raise InputError(f"{name} has intercept_scaling={column!r}; it must be positive and finite.")
        text += f"; liblinear penalises the intercept as the weight of a column of {figure(column)}"
    shown = {"s": figure(strength, 6), "total": figure(total, 9), "n": str(n_rows), "alpha": figure(alpha, 6)}
    return Setting(
        loss=recipe.loss,
        alpha=alpha,
        l1_ratio=_l1_ratio(name, recipe, parameters),
        fit_intercept=fit_intercept and column == 0.0,
        penalty_factor=parameters.get("weights"),
        intercept_column=column,
        accepts=recipe.accepts,
        text=f"{name}: {text.format(**shown)}",
    )


def class_weights(parameters: Mapping[str, Any], y: Array, sample_weight: Array, scale: str) -> Array:
    """Row weights times the weights of their classes.

    Parameters
    ----------
    parameters : mapping
        ``class_weight`` is None, "balanced", or the two weights in the order of the classes.
    y : ndarray of shape (n_rows,)
        0.0 and 1.0.
    sample_weight : ndarray of shape (n_rows,)
        Row weights.
    scale : str
        As in `Recipe`; classes are balanced with the row weights, except by estimators that divide by rows.

    Raises
    ------
    InputError
        If ``class_weight`` is something else.
    """
    given = parameters.get("class_weight")
    if given is None:
        return sample_weight
    if given == "balanced":
        counted = np.ones(len(y)) if scale == _ROWS else sample_weight
        given = [float(counted.sum() / (2.0 * counted[y == label].sum())) for label in (0.0, 1.0)]
    if not isinstance(given, list) or len(given) != 2:
        raise InputError(f"class_weight must be None, 'balanced' or two weights, got {given!r:.60}.")
    return np.asarray(sample_weight * np.where(y == 1.0, given[1], given[0]))


def _refuse(name: str, recipe: Recipe, parameters: Mapping[str, Any]) -> None:
    """Raise `InputError` where the objective is none of ours."""
    if parameters.get("positive"):
        raise InputError(f"{name} was fitted with positive=True: constraints on signs cannot be audited.")
    if parameters.get("normalize"):
        raise InputError(f"{name} was fitted with normalize=True; fit it behind a StandardScaler to have it audited.")
    if parameters.get("refit") is False:
        raise InputError(
            f"{name} was fitted with refit=False: its weights are averages over folds, the optimum of no objective."
        )
    loss = parameters.get("loss")
    if loss is not None and loss not in _LOSS_NAMES[recipe.loss]:
        raise InputError(f"{name} was fitted with loss={loss!r}; only {_LOSS_NAMES[recipe.loss][0]!r} can be audited.")
    if parameters.get("weights") is not None and recipe.l1_ratio != 1.0:
        raise InputError(f"{name} was fitted with weights; only those of a lasso can be audited.")


def _l1_ratio(name: str, recipe: Recipe, parameters: Mapping[str, Any]) -> float:
    if not isinstance(recipe.l1_ratio, str):
        return recipe.l1_ratio
    penalty = parameters.get("penalty", "deprecated")
    if penalty in ("l1", "l2"):
        return 1.0 if penalty == "l1" else 0.0
    if penalty not in ("elasticnet", "deprecated"):
        raise InputError(f"{name} was fitted with penalty={penalty!r}; only l1, l2 and elasticnet can be audited.")
    if parameters.get(recipe.l1_ratio) is None and (recipe.loss == "logistic"):
        return 1.0 if name.startswith("skglm.") else 0.0
    return _number(name, parameters, recipe.l1_ratio)


def _number(name: str, parameters: Mapping[str, Any], key: str, default: float | None = None) -> float:
    value = parameters.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{name}: the parameter {key} must be one number, got {value!r}.")
    return float(value)


def _flag(name: str, parameters: Mapping[str, Any], key: str, default: bool) -> bool:
    value = parameters.get(key, default)
    if not isinstance(value, bool):
        raise InputError(f"{name}: the parameter {key} must be True or False, got {value!r}.")
    return value
