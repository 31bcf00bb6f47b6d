"""A fitted model as a value, and as JSON."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.encoding import ColumnEncoding, Encoding, SetAside, Target
from whyzero.errors import ModelFormatError
from whyzero.models.fields import Fields, parse_json
from whyzero.tables import Kind, ReadOptions, Source

__all__ = ["ALPHA_CHOICES", "SCHEMA", "Model", "model_from_json", "model_to_json"]

SCHEMA = "whyzero/model/1"
ALPHA_CHOICES = ("1se", "min", "given")
_KINDS = {kind.value: kind for kind in Kind if kind is not Kind.OTHER}
_LOSSES = ("squared", "logistic", "poisson")

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """Everything that predicts, and that rebuilds the training problem from the same file.

    Attributes
    ----------
    target : Target
        What is predicted, with which loss; the classes.
    encoding : Encoding
        How columns become the design; ``encoding.names`` name the weights.
    source : Source
        The training file.
    n_rows : int
        Training rows that have a target.
    alpha : float
        Penalty strength.
    alpha_choice : str
        How it was chosen: "1se" or "min" by cross-validation, or "given".
    l1_ratio : float
        Share of L1.
    penalty_factor : ndarray of shape (n_features,)
        As used; 0 is free, infinity is excluded.
    fit_intercept, standardize : bool
        As used.
    coef : ndarray of shape (n_features,)
        Weights in the units of the design's columns.
    intercept : float
        0.0 when there is none.
    column_mean, column_sd : ndarray of shape (n_features,)
        Of the training design, weighted.
    weight_column, offset_column : str or None
        Columns of the table that hold the rows' weights and offsets.
    """

    target: Target
    encoding: Encoding
    source: Source
    n_rows: int
    alpha: float
    alpha_choice: str
    l1_ratio: float
    penalty_factor: Array
    fit_intercept: bool
    standardize: bool
    coef: Array
    intercept: float
    column_mean: Array
    column_sd: Array
    weight_column: str | None = None
    offset_column: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the weights."""
        return self.encoding.names

    @property
    def special_columns(self) -> tuple[str, ...]:
        """The columns of the table that are no features: target, weights, offset."""
        columns = (self.target.name, self.weight_column, self.offset_column)
        return tuple(name for name in columns if name is not None)


def model_to_json(model: Model) -> str:
    """Return the model as JSON with one top-level field a line; floats read back to the same bits."""
    from whyzero import __version__

    fields: dict[str, Any] = {
        "schema": SCHEMA,
        "whyzero": __version__,
        "target": {
            "name": model.target.name,
            "loss": model.target.loss,
            "classes": None if model.target.classes is None else list(model.target.classes),
            "reason": model.target.reason,
        },
        "source": _source_to_json(model.source),
        "encoding": _encoding_to_json(model.encoding),
        "n_rows": model.n_rows,
        "alpha": model.alpha,
        "alpha_choice": model.alpha_choice,
        "l1_ratio": model.l1_ratio,
        "penalty_factor": ["inf" if math.isinf(factor) else factor for factor in model.penalty_factor.tolist()],
        "fit_intercept": model.fit_intercept,
        "standardize": model.standardize,
        "coef": model.coef.tolist(),
        "intercept": model.intercept,
        "column_mean": model.column_mean.tolist(),
        "column_sd": model.column_sd.tolist(),
        "weight_column": model.weight_column,
        "offset_column": model.offset_column,
    }
    lines = [f"{json.dumps(name)}: {json.dumps(value, allow_nan=False)}" for name, value in fields.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def model_from_json(text: str, origin: str = "model.json") -> Model:
    """Read a model, checking every field.

    Parameters
    ----------
    text : str
        What `model_to_json` returned.
    origin : str
        The file, for messages.

    Raises
    ------
    ModelFormatError
        If the text is not a model of this version; the message names the field.
    """
    parsed = parse_json(text, origin)
    _check_schema(parsed.get("schema"), origin)
    fields = Fields(parsed, origin)
    fields.text("schema")
    fields.text("whyzero")
    target = _target_from_json(fields.object("target"))
    source = _source_from_json(fields.object("source"))
    encoding = _encoding_from_json(fields.object("encoding"))
    p = len(encoding.names)
    model = Model(
        target=target,
        encoding=encoding,
        source=source,
        n_rows=fields.count("n_rows"),
        alpha=fields.number("alpha"),
        alpha_choice=fields.choice("alpha_choice", ALPHA_CHOICES),
        l1_ratio=fields.number("l1_ratio"),
        penalty_factor=fields.numbers("penalty_factor", p, infinite=True),
        fit_intercept=fields.flag("fit_intercept"),
        standardize=fields.flag("standardize"),
        coef=fields.numbers("coef", p),
        intercept=fields.number("intercept"),
        column_mean=fields.numbers("column_mean", p),
        column_sd=fields.numbers("column_sd", p),
        weight_column=fields.optional_text("weight_column"),
        offset_column=fields.optional_text("offset_column"),
    )
    fields.done()
    _check_ranges(model, fields)
    return model


def _check_schema(schema: Any, origin: str) -> None:
    match = re.fullmatch(r"whyzero/model/([1-9]\d{0,8})", schema) if type(schema) is str else None
    if match is None:
        raise ModelFormatError(f"{origin}: this is not a whyzero model: the field 'schema' must be {SCHEMA!r}")
    ours = SCHEMA.rsplit("/", 1)[1]
    if int(match[1]) > int(ours):
        raise ModelFormatError(
            f"{origin}: this model was written by a newer whyzero (model schema {match[1]}); "
            f"this version reads schema {ours}. Upgrade whyzero to use it."
        )


def _check_ranges(model: Model, fields: Fields) -> None:
    if model.n_rows == 0:
        raise fields.refuse("n_rows", "must be positive")
    if model.alpha <= 0:
        raise fields.refuse("alpha", f"must be positive, not {model.alpha!r}")
    if not 0 <= model.l1_ratio <= 1:
        raise fields.refuse("l1_ratio", f"must be between 0 and 1, not {model.l1_ratio!r}")
    if (model.penalty_factor < 0).any():
        raise fields.refuse("penalty_factor", f"must not be negative (position {np.argmin(model.penalty_factor)})")
    if (model.column_sd < 0).any():
        raise fields.refuse("column_sd", f"must not be negative (position {np.argmin(model.column_sd)})")
    if not model.fit_intercept and model.intercept != 0:
        raise fields.refuse("intercept", "must be 0 in a model without an intercept")
    excluded = np.isinf(model.penalty_factor) & (model.coef != 0)
    if excluded.any():
        raise fields.refuse("coef", f"must be 0 where the penalty factor is inf (position {np.argmax(excluded)})")
    columns = {column.name for column in model.encoding.columns}
    for name in model.special_columns:
        if name in columns:
            raise fields.refuse("encoding", f"uses the column {name!r}, which is the target, the weight or the offset")


def _target_from_json(fields: Fields) -> Target:
    target = Target(
        name=fields.text("name"),
        loss=fields.choice("loss", _LOSSES),
        classes=fields.labels("classes"),
        reason=fields.text("reason"),
    )
    fields.done()
    if (target.loss == "logistic") != (target.classes is not None):
        raise fields.refuse("classes", f"do not suit the loss {target.loss!r}")
    return target


def _source_to_json(source: Source) -> dict[str, Any]:
    options = source.options
    return {
        "paths": list(source.paths),
        "where": source.where,
        "named": source.named,
        "options": {
            "header": options.header,
            "names": None if options.names is None else list(options.names),
            "delimiter": options.delimiter,
            "quote": options.quote,
            "skip": options.skip,
            "encoding": options.encoding,
            "text": list(options.text),
        },
    }


def _source_from_json(fields: Fields) -> Source:
    inner = fields.object("options")
    options = ReadOptions(
        header=inner.optional_flag("header"),
        names=inner.optional_texts("names"),
        delimiter=inner.optional_text("delimiter"),
        quote=inner.text("quote"),
        skip=inner.count("skip"),
        encoding=inner.optional_text("encoding"),
        text=inner.texts("text"),
    )
    inner.done()
    source = Source(fields.texts("paths"), fields.optional_text("where"), options, fields.flag("named"))
    fields.done()
    return source


def _encoding_to_json(encoding: Encoding) -> dict[str, Any]:
    return {
        "storage": encoding.storage,
        "columns": [
            {
                "name": column.name,
                "kind": column.kind.value,
                "fill": column.fill,
                "value": column.value,
                "indicator": column.indicator,
                "levels": list(column.levels),
                "other": column.other,
            }
            for column in encoding.columns
        ],
        "sparse_names": list(encoding.sparse_names),
        "set_aside": [{"name": item.name, "reason": item.reason} for item in encoding.set_aside],
        "names": list(encoding.names),
    }


def _encoding_from_json(fields: Fields) -> Encoding:
    columns = tuple(_column_from_json(item) for item in fields.objects("columns"))
    aside = []
    for item in fields.objects("set_aside"):
        aside.append(SetAside(item.text("name"), item.text("reason")))
        item.done()
    encoding = Encoding(columns, fields.choice("storage", ("dense", "csc")), fields.texts("sparse_names"), tuple(aside))
    names = fields.texts("names")
    fields.done()
    if names != encoding.names:
        raise fields.refuse("names", "are not the names that the columns give")
    if not names:
        raise fields.refuse("names", "must not be empty")
    if bool(columns) == bool(encoding.sparse_names):
        raise fields.refuse("sparse_names", "and columns cannot both be used")
    if len({column.name for column in columns}) != len(columns):
        raise fields.refuse("columns", "must have different names")
    if encoding.sparse_names and encoding.storage != "csc":
        raise fields.refuse("storage", "must be 'csc' for the features of a libsvm file")
    return encoding


def _column_from_json(fields: Fields) -> ColumnEncoding:
    column = ColumnEncoding(
        name=fields.text("name"),
        kind=_KINDS[fields.choice("kind", tuple(_KINDS))],
        fill=fields.number("fill"),
        value=fields.flag("value"),
        indicator=fields.flag("indicator"),
        levels=fields.texts("levels"),
        other=fields.flag("other"),
    )
    fields.done()
    text = column.kind is Kind.TEXT
    if text and column.value:
        raise fields.refuse("value", "must be false for a text column")
    if not text and (column.levels or column.other):
        raise fields.refuse("levels", f"must be empty for a {column.kind.value} column")
    if not column.names:
        raise fields.refuse("value", "is false although the column has nothing else to give")
    return column
