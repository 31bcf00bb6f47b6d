"""A fitted model of another package, read by the names of its class and attributes alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whyzero.audits.case import Array
from whyzero.audits.recipes import OPTIONS, RECIPES, Recipe
from whyzero.errors import InputError, InputTypeError

__all__ = ["Foreign", "Scaling", "is_estimator", "read_estimator", "recipe_of"]


@dataclass(frozen=True, eq=False)
class Scaling:
    """What a fitted StandardScaler does.

    Attributes
    ----------
    mean, scale : ndarray of shape (n_cols,) or None
        Subtracted from every column; divided by afterwards. None: left out.
    """

    mean: Array | None
    scale: Array | None

    def transform(self, X: Any) -> Any:
        """The scaled columns; a sparse matrix stays sparse where nothing is subtracted."""
        if self.mean is None and self.scale is not None and hasattr(X, "tocsc"):
            from scipy.sparse import diags_array

            return X @ diags_array(1.0 / self.scale)
        scaled = np.array(X, dtype=np.float64)
        if self.mean is not None:
            scaled -= self.mean
        if self.scale is not None:
            scaled /= self.scale
        return scaled


@dataclass(frozen=True, eq=False)
class Foreign:
    """A fitted linear model of another package.

    Attributes
    ----------
    package, name : str
        Such as "sklearn" and "Lasso".
    parameters : dict
        What its objective depends on, as plain numbers, texts and lists.
    coef : ndarray of shape (n_cols,)
        Its weights.
    intercept : float
        Its intercept.
    classes : tuple of two labels, or None
        For a classifier; the second is the positive class.
    names : tuple of str or None
        Names of the columns that the weights belong to.
    steps : tuple
        Fitted transformers that X goes through first; each has ``transform``.
    n_iter : int or None
        How many iterations the solver says it took.
    """

    package: str
    name: str
    parameters: Mapping[str, Any]
    coef: Array
    intercept: float
    classes: tuple[Any, Any] | None
    names: tuple[str, ...] | None
    steps: tuple[Any, ...]
    n_iter: int | None

    @property
    def title(self) -> str:
        """Package and class."""
        return f"{self.package}.{self.name}"


def recipe_of(package: str, name: str) -> Recipe:
    """The row of the table for a class.

    Raises
    ------
    InputError
        If there is none; the message lists those of the package.
    """
    recipe = RECIPES.get((package, name))
    if recipe is None:
        known = ", ".join(sorted(label for root, label in RECIPES if root == package)) or "no class of that package"
        shown = repr(f"{package}.{name}"[:80])[1:-1]
        raise InputError(
            f"{shown} is not a model that can be audited ({known} can); give its weights as a vector, "
            "with loss, alpha and l1_ratio."
        )
    return recipe


def is_estimator(model: Any) -> bool:
    """Whether a thing is a fitted model rather than a vector of weights."""
    return not isinstance(model, type) and any(
        hasattr(model, name) for name in ("coef_", "steps", "best_estimator_", "get_params")
    )


def read_estimator(model: Any) -> Foreign:
    """Collect what an audit needs from a fitted estimator, a pipeline, or a search with its best estimator.

    Raises
    ------
    InputError
        If its class is not known, it is not fitted, or it has more than one vector of weights.
    """
    model = getattr(model, "best_estimator_", model)
    steps: tuple[Any, ...] = ()
    if isinstance(getattr(model, "steps", None), list):
        parts = [part for _, part in model.steps]
        steps = tuple(part for part in parts[:-1] if part is not None and not isinstance(part, str))
        model = getattr(parts[-1], "best_estimator_", parts[-1])
    package, name = _class_of(model)
    recipe = recipe_of(package, name)
    if not hasattr(model, "coef_"):
        raise InputError(f"{package}.{name} has no weights (coef_): fit it before the audit.")
    classes = _classes(model, f"{package}.{name}")
    wanted = [recipe.strength, *OPTIONS, *([recipe.l1_ratio] if isinstance(recipe.l1_ratio, str) else [])]
    found = {key: _plain(getattr(model, key), key, classes) for key in dict.fromkeys(wanted) if hasattr(model, key)}
    if type(model).__module__.startswith("whyzero.sklearn"):
        found.pop("solver", None)  # its intercept is free whatever solver was asked for
    return Foreign(
        package=package,
        name=name,
        parameters=found,
        coef=_one_vector(model.coef_, f"{package}.{name}"),
        intercept=_one_number(getattr(model, "intercept_", 0.0), f"{package}.{name}: intercept_"),
        classes=classes,
        names=_names(model, steps),
        steps=steps,
        n_iter=_iterations(getattr(model, "n_iter_", None)),
    )


def _class_of(model: Any) -> tuple[str, str]:
    """Package and name of the first class of a known package among its bases."""
    roots = {root for root, _ in RECIPES}
    for kind in type(model).__mro__:
        root = kind.__module__.partition(".")[0]
        if root in roots:
            return root, kind.__name__
    raise InputTypeError(
        f"model is a {type(model).__module__}.{type(model).__name__}; estimators of {', '.join(sorted(roots))} can be "
        "read, and of any other model its weights, with loss, alpha and l1_ratio."
    )


def _classes(model: Any, title: str) -> tuple[Any, Any] | None:
    labels = getattr(model, "classes_", None)
    if labels is None:
        return None
    if len(labels) != 2:
        raise InputError(f"{title} has {len(labels)} classes; only models of two classes can be audited.")
    first, second = np.asarray(labels).tolist()
    return first, second


def _plain(value: Any, key: str, classes: tuple[Any, Any] | None) -> Any:
    """A parameter as what JSON can hold; anything else becomes its text, which no translation takes."""
    if key == "class_weight" and isinstance(value, Mapping):
        return [float(value.get(label, 1.0)) for label in classes or ()]
    if key == "weights" and value is not None:
        return np.asarray(value, dtype=np.float64).tolist()
    if value is None or isinstance(value, (bool, str)):
        return value
    array = np.asarray(value)
    if array.dtype.kind in "fiu" and array.size == 1:
        return array.ravel()[0].item()
    if array.dtype.kind == "b" and array.size == 1:
        return bool(array.ravel()[0])
    if array.dtype.kind == "O" and array.size == 1 and array.ravel()[0] is None:
        return None
    return repr(value)


def _one_vector(values: Any, title: str) -> Array:
    dense = values.toarray() if hasattr(values, "toarray") else values
    array = np.array(dense, dtype=np.float64)
    if array.ndim == 2 and array.shape[0] == 1:
        array = array[0]
    if array.ndim != 1:
        raise InputError(f"{title} has weights of shape {array.shape}; audit a model of one target or two classes.")
    return array


def _one_number(value: Any, title: str) -> float:
    array = np.asarray(value, dtype=np.float64)
    if array.size != 1 or not math.isfinite(array.ravel()[0]):
        raise InputError(f"{title} is {value!r:.60}; one finite number is needed.")
    return float(array.ravel()[0])


def _names(model: Any, steps: Sequence[Any]) -> tuple[str, ...] | None:
    """Names of the columns that reach the model, if the estimators know them."""
    known = getattr(model, "feature_names_in_", None)
    if known is None and steps:
        known = getattr(steps[0], "feature_names_in_", None)
        for step in steps:
            if not hasattr(step, "get_feature_names_out"):
                return None
            known = step.get_feature_names_out(known)
    return None if known is None else tuple(str(name) for name in known)


def _iterations(value: Any) -> int | None:
    """The number of iterations of one fit; None where several fits were made."""
    array = np.asarray(0 if value is None else value)
    if value is None or array.size != 1 or array.dtype.kind not in "iu":
        return None
    return int(array.ravel()[0])
