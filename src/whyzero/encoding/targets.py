"""The column to be predicted: two values ask for the logistic loss, numbers for the squared one, counts for none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import InputError
from whyzero.tables import Column, Kind, Note, Table, name_list

__all__ = ["Label", "Target", "choose_target", "target_values"]

Label = str | bool | int | float
_LOSSES = ("squared", "logistic", "poisson")
_ONLY_TWO = "whyzero fits two classes, or a number"


@dataclass(frozen=True)
class Target:
    """What is predicted, and with which loss.

    Attributes
    ----------
    name : str
        The column.
    loss : str
        "logistic", "squared" or "poisson".
    classes : tuple of two labels, or None
        For the logistic loss: the value that counts as 0 and the one that counts as 1.
    reason : str
        Why this loss, and how to choose another.
    """

    name: str
    loss: str
    classes: tuple[Label, Label] | None
    reason: str


def choose_target(
    table: Table, name: str | None = None, *, loss: str | None = None, positive: str | None = None
) -> Target:
    """Decide what is predicted and with which loss.

    Parameters
    ----------
    table : Table
        The data.
    name : str, optional
        The column; not needed for a libsvm file, whose label it is. A file without a header also takes a number.
    loss : str, optional
        "logistic", "squared" or "poisson"; by default two different values ask for the first and more numbers for the
        second.
    positive : str, optional
        The value that counts as 1; by default the last of the two in sorted order.

    Raises
    ------
    InputError
        If the column does not exist, has fewer than two different values, or does not suit the loss.
    """
    column = _target_column(table, name)
    if loss is not None and loss not in _LOSSES:
        raise InputError(f"loss={loss!r} is not known; choose one of {name_list(_LOSSES)}")
    labels, counts = _labels(column)
    shown = repr(column.name)
    if column.kind in (Kind.DATE, Kind.OTHER):
        raise InputError(f"target={shown} is a {column.detail or column.kind.value} column; {_ONLY_TWO}")
    if len(labels) < 2:
        only = f"only the value {labels[0]!r}" if labels else "no value at all"
        raise InputError(f"target={shown} has {only}; there is nothing to predict")
    numeric = column.kind is not Kind.TEXT
    if loss in ("squared", "poisson") or (loss is None and len(labels) > 2 and numeric):
        if not numeric:
            raise InputError(
                f"loss={loss!r} needs a target of numbers, and {shown} has texts ({_some(labels, counts)})"
            )
        if positive is not None:
            raise InputError(f"positive={positive!r} is only for a target with two classes")
        if loss == "poisson":
            return Target(column.name, loss, None, _poisson_reason(column, labels))
        return Target(column.name, "squared", None, _squared_reason(column, labels, asked=loss is not None))
    if len(labels) > 2:
        raise InputError(
            f"target={shown} has {len(labels)} different values ({_some(labels, counts)}); {_ONLY_TWO}. "
            f'Keep two of them with a condition such as "{column.name}" IN ({_sql(labels[0])}, {_sql(labels[1])})'
        )
    classes = _ordered((labels[0], labels[1]), positive)
    return Target(column.name, "logistic", classes, _logistic_reason(column, classes, labels, counts, loss is not None))


def target_values(table: Table, target: Target) -> tuple[NDArray[np.float64], NDArray[np.bool_], tuple[Note, ...]]:
    """The target as numbers, for the rows that have one.

    Returns
    -------
    y : ndarray of shape (n_kept,)
        Numbers for the squared and the Poisson loss, 0.0 and 1.0 for the logistic one.
    kept : ndarray of bool of shape (n_rows,)
        The rows that have a value.
    notes : tuple of Note
        How many rows are left out.

    Raises
    ------
    InputError
        If a value is infinite, negative for the Poisson loss, or none of the classes; the message names the row.
    """
    column = table.column(target.name)
    kept = ~column.missing
    notes: tuple[Note, ...] = ()
    n_missing = int(column.missing.sum())
    if n_missing == table.n_rows:
        raise InputError(f"{table.origin}: the target {target.name!r} has no value in any row")
    if n_missing:
        text = f"{n_missing} of {table.n_rows} rows have no value of the target {target.name!r} and are left out"
        notes = (Note("target", text, target.name),)
    if target.classes is not None:
        y = _class_numbers(table, column, target.classes)
    elif column.kind in (Kind.NUMBER, Kind.BOOLEAN):
        y = column.values
    else:
        raise InputError(f"{table.origin}: the target {target.name!r} must hold numbers, and is {column.kind.value}")
    infinite = np.flatnonzero(np.isinf(y) & kept)
    if len(infinite):
        raise InputError(
            f"{table.origin}: the target {target.name!r} is infinite or too large for a 64-bit float "
            f"in row {table.rows[infinite[0]]}"
        )
    negative = np.flatnonzero((y < 0.0) & kept)
    if target.loss == "poisson" and len(negative):
        raise InputError(
            f"{table.origin}: the target {target.name!r} is {y[negative[0]]:g} in row {table.rows[negative[0]]}, and "
            "loss='poisson' needs numbers that are not negative"
        )
    return y[kept], kept, notes


def _target_column(table: Table, name: str | None) -> Column:
    if name is not None:
        return table.column(name)
    if table.sparse is not None:
        return table.columns[0]
    raise InputError(f"target=None: say which column is to be predicted; there are {name_list(table.names)}")


def _labels(column: Column) -> tuple[list[Label], list[int]]:
    """The different present values in sorted order, as plain labels, and how often each occurs."""
    if column.kind is Kind.OTHER:
        return [], []
    values, counts = np.unique(column.values[~column.missing], return_counts=True)
    return [_label(column, value) for value in values.tolist()], counts.tolist()


def _label(column: Column, value: float) -> Label:
    if column.kind is Kind.TEXT:
        return column.levels[int(value)]
    if column.kind is Kind.BOOLEAN:
        return bool(value)
    return int(value) if float(value).is_integer() else float(value)


def _ordered(labels: tuple[Label, Label], positive: str | None) -> tuple[Label, Label]:
    if positive is None:
        return labels
    names = [str(label) for label in labels]
    if positive not in names:
        raise InputError(f"positive={positive!r} is not a value of the target; choose one of {name_list(names)}")
    return labels if positive == names[1] else (labels[1], labels[0])


def _class_numbers(table: Table, column: Column, classes: tuple[Label, Label]) -> NDArray[np.float64]:
    """0.0 and 1.0 for the two classes; what stands where the target is missing has no meaning."""
    labels, _ = _labels(column)
    foreign = [label for label in labels if label not in classes]
    if foreign:
        values = column.values.astype(np.float64)
        wanted = column.levels.index(str(foreign[0])) if column.kind is Kind.TEXT else float(foreign[0])
        row = table.rows[np.flatnonzero(values == wanted)[0]]
        raise InputError(
            f"{table.origin}: the target {column.name!r} is {foreign[0]!r} in row {row}, "
            f"and the classes are {classes[0]!r} and {classes[1]!r}"
        )
    if column.kind is not Kind.TEXT:
        numbers: NDArray[np.float64] = (column.values == float(classes[1])).astype(np.float64)
        return numbers
    code = column.levels.index(str(classes[1])) if classes[1] in column.levels else len(column.levels)
    codes: NDArray[np.float64] = (column.values == code).astype(np.float64)
    return codes


def _squared_reason(column: Column, labels: list[Label], asked: bool) -> str:
    what = f"the target {column.name!r} has {len(labels)} different numbers"
    if asked:
        return f"{what}; the squared loss was asked for"
    few = len(labels) <= 10 and all(not isinstance(label, float) for label in labels)
    classes = "; if they are names of classes, keep two of them, since whyzero fits no more than two" if few else ""
    return f"{what}, so the squared loss is used{classes}"


def _poisson_reason(column: Column, labels: list[Label]) -> str:
    return (
        f"the target {column.name!r} has {len(labels)} different numbers; the Poisson loss was asked for, "
        "for the mean as the exponential of a sum"
    )


def _logistic_reason(
    column: Column, classes: tuple[Label, Label], labels: list[Label], counts: list[int], asked: bool
) -> str:
    share = counts[labels.index(classes[1])] / sum(counts)
    because = "was asked for" if asked else "is used"
    overrule = "; loss squared would treat them as numbers" if column.kind is not Kind.TEXT and not asked else ""
    return (
        f"the target {column.name!r} has 2 different values, {classes[0]!r} and {classes[1]!r}, "
        f"so the logistic loss {because}, for the probability of {classes[1]!r} "
        f"({100 * share:.1f} % of the rows){overrule}"
    )


def _some(labels: list[Label], counts: list[int]) -> str:
    order = sorted(range(len(labels)), key=lambda i: -counts[i])[:6]
    shown = ", ".join(f"{labels[i]!r} in {counts[i]:,} {'row' if counts[i] == 1 else 'rows'}" for i in order)
    return shown if len(labels) <= 6 else f"{shown}, ..."


def _sql(label: Label) -> str:
    return "'" + label.replace("'", "''") + "'" if isinstance(label, str) else str(label)
