"""A saved model on new rows, and on the rows it was fitted on."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.encoding import Label, target_values
from whyzero.errors import InputError
from whyzero.models.files import write_atomically
from whyzero.models.model import Model
from whyzero.tables import Kind, Note, ReadOptions, Table, read_table

__all__ = ["Prediction", "TrainingData", "predict", "read_like", "scores_csv", "training_data", "write_scores"]

# A spreadsheet runs a cell that begins with one of these, after blanks and hidden characters, as a formula.
_FORMULA_STARTS = frozenset("=+-@|%＝＋－＠｜％")


@dataclass(frozen=True)
class Prediction:
    """What a model says about rows.

    Attributes
    ----------
    scores : ndarray of shape (n_rows,)
        Squared loss: the predicted number. Logistic loss: the probability of the second class. Poisson loss: the
        predicted mean, of an exposure of the exponential of the offset.
    labels : tuple of labels, or None
        Logistic loss: the more probable class of each row (the first at exactly one half).
    classes : tuple of two labels, or None
        As in the model.
    rows : ndarray of int64 of shape (n_rows,)
        The number of each row in its file, from 1.
    notes : tuple of Note
        Unknown levels and the like.
    """

    scores: NDArray[np.float64]
    labels: tuple[Label, ...] | None
    classes: tuple[Label, Label] | None
    rows: NDArray[np.int64]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class TrainingData:
    """The arguments of a problem, built again from the training file.

    Attributes
    ----------
    X : ndarray or scipy.sparse.csc_array of shape (n_rows, n_features)
        The design.
    y : ndarray of shape (n_rows,)
        The target as numbers.
    sample_weight, offset : ndarray of shape (n_rows,), or None
        From the model's columns.
    notes : tuple of Note
        What the reading and the encoding said.
    """

    X: Any
    y: NDArray[np.float64]
    sample_weight: NDArray[np.float64] | None
    offset: NDArray[np.float64] | None
    notes: tuple[Note, ...]


def read_like(
    model: Model,
    paths: str | Path | Sequence[str | Path],
    *,
    where: str | None = None,
    options: ReadOptions | None = None,
) -> Table:
    """Read a file for a model: with the options of its training file, and texts as texts.

    Parameters
    ----------
    model : Model
        Fitted.
    paths : str, Path or sequence of them
        As in `read_table`.
    where : str, optional
        As in `read_table`; the model's own condition is ``model.source.where``.
    options : ReadOptions, optional
        Instead of the model's.
    """
    if options is None:
        options = replace(model.source.options, text=())
        if options.names is None and options.header is None:
            options = replace(options, header=model.source.named)
    texts = {*model.encoding.text_columns, *model.source.options.text}
    if model.target.classes is not None and isinstance(model.target.classes[0], str):
        texts.add(model.target.name)
    return read_table(paths, where=where, options=options, text_hint=texts)


def predict(model: Model, table: Table) -> Prediction:
    """Predict every row of a table; the target need not be there.

    Raises
    ------
    InputError
        If columns of the model are missing (all are named) or a value is of the wrong kind (its row is named).
    """
    X, notes = model.encoding.apply(table, ignore=model.special_columns)
    eta = np.asarray(X @ model.coef, dtype=np.float64) + model.intercept
    if model.offset_column is not None:
        eta = eta + _row_numbers(table, model.offset_column, "offset")
    if model.target.loss == "poisson":
        with np.errstate(over="ignore"):
            return Prediction(np.exp(eta), None, None, table.rows, notes)
    if model.target.classes is None:
        return Prediction(eta, None, None, table.rows, notes)
    negative, positive = model.target.classes
    labels = tuple(positive if above else negative for above in (eta > 0).tolist())
    return Prediction(_probability(eta), labels, model.target.classes, table.rows, notes)


def training_data(model: Model, table: Table) -> TrainingData:
    """Build the design and target of the model's training problem from the table it was fitted on.

    Raises
    ------
    InputError
        If the table does not have the model's columns, or a value is of the wrong kind.
    """
    y, kept, dropped = target_values(table, model.target)
    used = table if kept.all() else table.take(kept)
    X, notes = model.encoding.apply(used, ignore=model.special_columns)
    weight = None if model.weight_column is None else _row_numbers(used, model.weight_column, "weight")
    offset = None if model.offset_column is None else _row_numbers(used, model.offset_column, "offset")
    return TrainingData(X, y, weight, offset, (*table.notes, *dropped, *notes))


def scores_csv(prediction: Prediction, *, raw: bool = False) -> str:
    """Return predictions as CSV: the row's number, the score, and for two classes the label.

    Texts that a spreadsheet would run as a formula get a leading apostrophe, unless `raw`.
    """
    scores = zip(prediction.rows.tolist(), prediction.scores.tolist(), strict=True)
    lines = [f"{row},{score!r}" for row, score in scores]
    head = "row,prediction"
    if prediction.labels is not None and prediction.classes is not None:
        cell = {label: _quoted(_cell(label, raw)) for label in prediction.classes}
        lines = [f"{line},{cell[label]}" for line, label in zip(lines, prediction.labels, strict=True)]
        head = f"row,{_quoted(f'probability of {prediction.classes[1]}')},label"
    return "".join(f"{line}\n" for line in (head, *lines))


def write_scores(path: str | Path, prediction: Prediction, *, raw: bool = False) -> None:
    """Write `scores_csv` to a file, whole or not at all.

    Raises
    ------
    DataFileError
        If the file cannot be written.
    """
    write_atomically(path, scores_csv(prediction, raw=raw))


def _cell(label: Label, raw: bool) -> str:
    text = str(label)
    return f"'{text}" if isinstance(label, str) and not raw and _is_formula(text) else text


def _quoted(text: str) -> str:
    """A cell of CSV; Python's csv module leaves a carriage return bare, at which readers end the row."""
    return '"' + text.replace('"', '""') + '"' if any(char in text for char in ',"\r\n') else text


def _is_formula(text: str) -> bool:
    first = next((char for char in text if not char.isspace() and unicodedata.category(char)[0] != "C"), "")
    return first in _FORMULA_STARTS or text[:1] in ("\t", "\r")


def _row_numbers(table: Table, name: str, what: str) -> NDArray[np.float64]:
    column = table.column(name)
    if column.kind not in (Kind.NUMBER, Kind.BOOLEAN):
        raise InputError(f"{table.origin}: the {what} column {name!r} must hold numbers, and is {column.kind.value}")
    bad = np.flatnonzero(~np.isfinite(column.values))
    if len(bad):
        state = "missing" if column.missing[bad[0]] else "not finite"
        raise InputError(f"{table.origin}: the {what} column {name!r} is {state} in row {table.rows[bad[0]]}")
    return np.asarray(column.values, dtype=np.float64)


def _probability(eta: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-eta)) without overflow."""
    small = np.exp(-np.abs(eta))
    return np.where(eta >= 0, 1.0, small) / (1.0 + small)
