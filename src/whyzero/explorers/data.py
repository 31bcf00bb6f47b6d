"""The data sets that the page brings along, as the page's script takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from whyzero.encoding import choose_target, encode, target_values
from whyzero.errors import InputError
from whyzero.problem import make_problem
from whyzero.tables import Table

__all__ = ["DataSet", "array_data", "table_data", "toy_data"]

DataSet = dict[str, Any]

# What a browser still fits at every alpha without a pause; the page has the same limits for files that it opens.
FEATURES = 100
CELLS = 100_000


def toy_data() -> DataSet:
    """Tumours and 30 measurements of each: the data of docs/why.md, at its alpha."""
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    data = array_data(
        bunch.data,
        np.where(bunch.target == 0, "malignant", "benign"),
        feature_names=[str(name) for name in bunch.feature_names],
        target="malignant",
        title="Tumours (breast cancer, Wisconsin)",
    )
    return {**data, "alpha": 0.05}


def array_data(
    X: Any, y: ArrayLike, *, feature_names: Sequence[str] | None = None, target: str = "y", title: str = "your data"
) -> DataSet:
    """Arrays or a data frame for the page; two different labels ask for the logistic loss.

    Parameters
    ----------
    X, y, feature_names
        As in `whyzero.fit`.
    target, title : str
        How the page calls what is predicted, and the whole.

    Raises
    ------
    InputError
        If the data cannot be used, or are more than a page can fit while someone waits.
    """
    labels = np.asarray(y)
    loss = "logistic" if len(np.unique(labels.astype(str) if labels.dtype == object else labels)) == 2 else "squared"
    problem = make_problem(X, y, loss=loss, feature_names=feature_names)
    n_rows, n_cols = problem.n_rows, problem.n_cols
    if n_cols > FEATURES or n_rows * n_cols > CELLS:
        raise InputError(
            f"{n_rows:,} rows of {n_cols:,} features are too many for the explorer, which fits them in the browser: "
            f"it takes up to {FEATURES} features and {CELLS:,} numbers; use fewer, or whyzero fit."
        )
    return {
        "title": title,
        "names": list(problem.names),
        "columns": problem.design.columns(np.arange(n_cols)).T.tolist(),
        "y": problem.y.tolist(),
        "target": target,
        "loss": loss,
        "classes": None if problem.classes is None else [str(label) for label in problem.classes],
        "notes": [],
        "alpha": None,
    }


def table_data(table: Table, target: str | None, *, title: str) -> DataSet:
    """A table for the page, encoded as ``whyzero fit`` does it.

    Parameters
    ----------
    table : Table
        What `whyzero.tables.read_table` returns.
    target : str or None
        The column to be predicted; None for the label of a libsvm file.
    title : str
        How the page calls the data.

    Raises
    ------
    InputError
        As `array_data`.
    """
    chosen = choose_target(table, target)
    y, kept, target_notes = target_values(table, chosen)
    used = table if kept.all() else table.take(kept)
    encoded = encode(used, ignore=[chosen.name])
    data = array_data(encoded.X, y, feature_names=encoded.encoding.names, target=chosen.name, title=title)
    classes = None if chosen.classes is None else [str(label) for label in chosen.classes]
    notes = [f"{note.text}." for note in (*table.notes, *target_notes, *encoded.notes)]
    return {**data, "loss": chosen.loss, "classes": classes, "notes": notes}
