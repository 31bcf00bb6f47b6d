"""Models of other packages as files that hold no code: JSON for an estimator, CSV for a vector of weights."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from whyzero.audits.case import Array
from whyzero.audits.foreign import Foreign, Scaling, read_estimator, recipe_of
from whyzero.audits.recipes import OPTIONS
from whyzero.disk import read_text
from whyzero.errors import DataFileError, InputError, ModelFormatError
from whyzero.models.fields import Fields, parse_json

__all__ = ["SCHEMA", "audit_json", "read_coef_csv", "read_model_json"]

SCHEMA = "whyzero/foreign-model/1"
_INTERCEPTS = ("(intercept)", "intercept")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")  # not what else `float` takes, such as 1_0


def audit_json(model: Any) -> str:
    """A fitted estimator as the JSON that ``whyzero audit --model`` reads.

    Parameters
    ----------
    model : estimator
        As for `whyzero.audit`; the steps of a pipeline before the last one must be StandardScalers.

    Returns
    -------
    str
        One line of JSON: class, parameters, weights, intercept, names. Floats read back bit for bit.

    Raises
    ------
    InputError
        If the model cannot be audited, or a step of the pipeline is no StandardScaler.
    """
    foreign = read_estimator(model)
    scalers = []
    for step in foreign.steps:
        if type(step).__name__ != "StandardScaler":
            raise InputError(
                f"the step {type(step).__name__} cannot be written, only StandardScaler; write the last step of the "
                "pipeline alone, and give the transformed table to the audit."
            )
        width = step.n_features_in_
        mean = step.mean_ if step.with_mean else np.zeros(width)
        scale = np.ones(width) if step.scale_ is None else step.scale_
        scalers.append({"mean": mean.tolist(), "scale": scale.tolist()})
    return json.dumps(
        {
            "schema": SCHEMA,
            "class": foreign.title,
            "parameters": dict(foreign.parameters),
            "coef": foreign.coef.tolist(),
            "intercept": foreign.intercept,
            "classes": None if foreign.classes is None else list(foreign.classes),
            "feature_names": None if foreign.names is None else list(foreign.names),
            "scalers": scalers,
            "n_iter": foreign.n_iter,
        },
        allow_nan=False,
    )


def read_model_json(text: str, origin: str) -> Foreign:
    """Read what `audit_json` writes, and check every field.

    Parameters
    ----------
    text : str
        The JSON.
    origin : str
        The file, for messages.

    Raises
    ------
    ModelFormatError
        If a field is missing, unknown or of the wrong type; the message names it.
    InputError
        If the class is not one that can be audited.
    """
    data = parse_json(text, origin)
    parameters, n_iter = data.pop("parameters", None), data.pop("n_iter", None)
    if n_iter is not None and (type(n_iter) is not int or n_iter < 0):
        raise ModelFormatError(f"{origin}: 'n_iter' must be a whole number or null, not {n_iter!r:.60}")
    length = len(data["coef"]) if isinstance(data.get("coef"), list) else 0
    fields = Fields(data, origin)
    fields.choice("schema", (SCHEMA,))
    package, _, name = fields.text("class").partition(".")
    try:
        recipe = recipe_of(package, name)
    except InputError as error:
        raise InputError(f"{origin}: {error}") from None
    names = fields.optional_texts("feature_names")
    if names is not None and len(names) != length:
        raise fields.refuse("feature_names", f"has {len(names)} names for {length} weights")
    scalers = tuple(_scaler(item, length) for item in fields.objects("scalers"))
    foreign = Foreign(
        package=package,
        name=name,
        parameters=_parameters(parameters, origin, {recipe.strength, recipe.l1_ratio, *OPTIONS}),
        coef=fields.numbers("coef", length),
        intercept=fields.number("intercept"),
        classes=fields.labels("classes"),
        names=names,
        steps=scalers,
        n_iter=n_iter,
    )
    fields.done()
    if not length:
        raise fields.refuse("coef", "holds no weights")
    return foreign


def _parameters(found: Any, origin: str, allowed: set[Any]) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise ModelFormatError(f"{origin}: the field 'parameters' must be an object")
    for key, value in found.items():
        if key not in allowed:
            raise ModelFormatError(f"{origin}: unknown field {key!r} of 'parameters'")
        plain = isinstance(value, list) and all(type(item) in (int, float) for item in value)
        if not plain and not (value is None or isinstance(value, (bool, int, float, str))):
            raise ModelFormatError(f"{origin}: 'parameters.{key}' must be a number, a text, a truth value or numbers")
    return found


def _scaler(fields: Fields, length: int) -> Scaling:
    mean, scale = fields.numbers("mean", length), fields.numbers("scale", length)
    fields.done()
    if np.any(scale <= 0.0):
        raise fields.refuse("scale", f"has {scale[scale <= 0.0][0]}; a scale is positive")
    return Scaling(mean if np.any(mean) else None, scale)


def read_coef_csv(path: str | Path) -> tuple[tuple[str, ...], Array, float | None]:
    """Read a table of weights with the columns ``feature`` and ``coef``.

    Parameters
    ----------
    path : str or Path
        UTF-8 text with a header line. The row ``(Intercept)`` or ``intercept``, in any case, holds the intercept.

    Returns
    -------
    names : tuple of str
        The features, in the order of the file.
    coef : ndarray of shape (len(names),)
        Their weights.
    intercept : float or None
        None if no row holds it.

    Raises
    ------
    DataFileError
        If the file cannot be read, or a line is not a name and a finite number; the message names the line.
    """
    shown = repr(str(path))
    try:
        reader = csv.reader(io.StringIO(read_text(path).removeprefix("\ufeff"), newline=""))
        lines = [(reader.line_num, row) for row in reader if row]
    except OSError as error:
        raise DataFileError(f"{shown}: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataFileError(f"{shown}: this is not comma-separated UTF-8 text: {error}") from None
    header = [cell.strip().casefold() for cell in lines[0][1]] if lines else []
    if header.count("feature") != 1 or header.count("coef") != 1:
        raise DataFileError(f"{shown}: the first line must name the columns 'feature' and 'coef'")
    place, value = header.index("feature"), header.index("coef")
    weights: dict[str, float] = {}
    intercept = None
    for number, row in lines[1:]:
        if len(row) != len(header):
            raise DataFileError(f"{shown}: line {number} has {len(row)} values, and the header has {len(header)}")
        name, weight = row[place].strip(), _finite(row[value], shown, number)
        if name.casefold() in _INTERCEPTS:
            if intercept is not None:
                raise DataFileError(f"{shown}: line {number} is a second intercept")
            intercept = weight
        elif name in weights:
            raise DataFileError(f"{shown}: line {number}: the feature {name!r} occurs twice")
        else:
            weights[name] = weight
    if not weights:
        raise DataFileError(f"{shown}: no line holds the weight of a feature")
    return tuple(weights), np.array(list(weights.values())), intercept


def _finite(text: str, shown: str, line: int) -> float:
    weight = float(text.strip()) if _NUMBER.fullmatch(text.strip()) else math.nan
    if not math.isfinite(weight):
        raise DataFileError(f"{shown}: line {line}: {text!r} is not a finite number")
    return weight
