"""Which columns are used and how: decided once, on training data, with a note for everything that is done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.encoding.assembly import assemble, fitting_storage, training_storage
from whyzero.encoding.columns import ColumnEncoding, check_finite, converted
from whyzero.encoding.encoding import Encoding, SetAside
from whyzero.encoding.set_aside import identifier_reason, unusable_reason
from whyzero.errors import InputError
from whyzero.tables import Column, Kind, Note, Table, name_list

__all__ = ["Encoded", "encode"]

# A text column with more levels than this keeps those of at least RARE_ROWS rows, and puts the others together.
MANY_LEVELS = 1000
RARE_ROWS = 10


@dataclass(frozen=True)
class Encoded:
    """A design and the plan that made it.

    Attributes
    ----------
    X : ndarray, scipy.sparse.csc_array or CodesDesign of shape (n_rows, n_features)
        float64; dense designs are in column order. Levels stay codes where that costs less.
    encoding : Encoding
        The plan; ``encoding.names`` are the columns of `X`.
    notes : tuple of Note
        Everything that was done.
    """

    X: Any
    encoding: Encoding
    notes: tuple[Note, ...]


def encode(
    table: Table,
    *,
    ignore: Collection[str] = (),
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
    number: Sequence[str] = (),
) -> Encoded:
    """Plan the encoding of a table, and encode it.

    Parameters
    ----------
    table : Table
        The training rows.
    ignore : collection of str
        Columns that are no features: the target, weights, an offset.
    drop : sequence of str
        Columns to set aside.
    keep : sequence of str
        Columns to use although they look like identifiers.
    number : sequence of str
        Columns to read as numbers.

    Raises
    ------
    InputError
        If a named column does not exist, a number is infinite, or no column is left.
    """
    reserved, dropped, kept, numbers = (
        {table.column(name).name for name in chosen} for chosen in (ignore, drop, keep, number)
    )
    if table.sparse is not None:
        return _encode_sparse(table)
    planned: list[ColumnEncoding] = []
    aside: list[SetAside] = []
    used: list[Column] = []
    notes: list[Note] = []
    for given in table.columns:
        if given.name in reserved:
            continue
        if given.name in dropped:
            aside.append(SetAside(given.name, "as asked for"))
            continue
        column = converted(table, given, Kind.NUMBER) if given.name in numbers else given
        plan, reason, said = _plan(table, column, given.name in kept)
        notes += said
        if reason:
            aside.append(SetAside(column.name, reason))
            rest = f"; only {plan.names[0]!r} is used" if plan else ""
            notes.append(Note("set aside", f"{column.name!r} is set aside: {reason}{rest}", column.name))
        if plan is not None:
            planned.append(plan)
            used.append(column)
    if not planned:
        what = "; ".join(f"{item.name!r}: {item.reason}" for item in aside[:5]) or "the target is its only column"
        raise InputError(f"{table.origin}: no column is left to predict from ({what})")
    parts = [part for plan, column in zip(planned, used, strict=True) for part in plan.parts(column)]
    encoding = Encoding(tuple(planned), fitting_storage(parts, table.n_rows), set_aside=tuple(aside))
    X = assemble(parts, table.n_rows, training_storage(parts, table.n_rows))
    return Encoded(X, encoding, (*notes, *_summary(planned, used, encoding)))


def _encode_sparse(table: Table) -> Encoded:
    assert table.sparse is not None  # the caller has looked
    encoding = Encoding((), "csc", sparse_names=table.sparse.names)
    return Encoded(table.sparse.matrix, encoding, ())


def _plan(table: Table, column: Column, keep: bool) -> tuple[ColumnEncoding | None, str, list[Note]]:
    """Return the plan for one column, the reason if its values are not used, and what is to be said."""
    reason = unusable_reason(column)
    if reason:
        return None, reason, []
    check_finite(table, column)
    reason = "" if keep else identifier_reason(column, table.rows)
    n_missing = int(column.missing.sum())
    if reason:
        marker = ColumnEncoding(column.name, column.kind, indicator=True) if n_missing else None
        return marker, reason, []
    plan, notes = _text_plan(column) if column.kind is Kind.TEXT else _number_plan(column)
    if n_missing:
        are = "is" if n_missing == 1 else "are"
        share = f"{column.name!r}: {n_missing} of {table.n_rows} values {are} missing"
        notes.append(Note("missing", f"{share}: {_missing_treatment(plan)}", column.name))
    return plan, "", notes


def _missing_treatment(plan: ColumnEncoding) -> str:
    if plan.kind is Kind.TEXT:
        return f"this is a level of its own, {plan.names[-1]!r}"
    if not plan.value:
        return f"the present ones are all equal, so only the column {plan.names[-1]!r} is used"
    return f"the mean of the others, {plan.fill:.6g}, stands in, and the column {plan.names[-1]!r} marks the place"


def _number_plan(column: Column) -> tuple[ColumnEncoding, list[Note]]:
    present = column.values[~column.missing]
    differs = bool(present.min() != present.max())
    plan = ColumnEncoding(column.name, column.kind, _mean(present), differs, bool(column.missing.any()))
    if column.kind is Kind.DATE:
        text = f"{column.name!r} is a date: it is used as the number of days since 1970-01-01"
        return plan, [Note("encoding", text, column.name)]
    return plan, []


def _mean(values: NDArray[np.float64]) -> float:
    """The mean, also of numbers whose sum would overflow."""
    scale = float(np.max(np.abs(values))) if len(values) else 0.0
    mean = (
        float(np.mean(values)) if scale < np.finfo(float).max / len(values) else float(np.mean(values / scale)) * scale
    )
    return min(max(mean, float(values.min())), float(values.max()))


def _text_plan(column: Column) -> tuple[ColumnEncoding, list[Note]]:
    plan = ColumnEncoding(column.name, Kind.TEXT, indicator=bool(column.missing.any()), levels=column.levels)
    if len(column.levels) <= MANY_LEVELS:
        return plan, []
    counts = np.bincount(column.values[~column.missing], minlength=len(column.levels))
    levels = tuple(level for level, count in zip(column.levels, counts, strict=True) if count >= RARE_ROWS)
    if len(levels) == len(column.levels):
        return plan, []
    plan = replace(plan, levels=levels, other=True)
    text = (
        f"{column.name!r} has {len(column.levels)} levels: the {len(column.levels) - len(levels)} of them with fewer "
        f"than {RARE_ROWS} rows are put together as {column.name + '=(other)'!r}"
    )
    return plan, [Note("encoding", text, column.name)]


def _summary(planned: Sequence[ColumnEncoding], used: Sequence[Column], encoding: Encoding) -> list[Note]:
    texts = [plan for plan in planned if plan.kind is Kind.TEXT and plan.levels]
    notes = []
    if texts:
        width = sum(len(plan.names) for plan in texts)
        two = [plan.name for plan in texts if len(plan.names) == 2]
        become = "text column becomes" if len(texts) == 1 else "text columns become"
        text = (
            f"{len(texts)} {become} {width} columns of 0 and 1, one for each level; no level is left out as "
            "the reference: the penalty decides which are zero"
        )
        if two:
            text += f" (so two levels, as in {name_list(two, 2)}, give two columns)"
        notes.append(Note("encoding", text))
    plain = {name for plan in planned for name in plan.names}
    renamed = [name for name in encoding.names if name not in plain]
    if renamed:
        notes.append(Note("encoding", f"columns of equal name are numbered: {name_list(renamed)}"))
    return notes
