"""Which columns say nothing about rows in general: constants, identifiers, and values of no usable type."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from whyzero.tables import Column, Kind

__all__ = ["identifier_reason", "unusable_reason"]

# A text column with more different texts than this, and more than half of its values different, names rows.
ID_LEVELS = 20
ID_SHARE = 0.5
# A column that counts the rows is an identifier by its values alone only in a table of at least this many rows.
COUNTER_ROWS = 20
_ID_NAME = re.compile(
    r"(?i:id|ids|index|idx|row|rownames?|row ?num(ber)?|uuid|guid|key|unnamed: 0)"
    r"|(?i:.*[ _.-])?(?i:id|uuid|guid)|.*[a-z0-9]I[dD]|ID[a-z].*"
)


def unusable_reason(column: Column) -> str:
    """Why the column cannot tell rows apart, or an empty text."""
    if column.kind is Kind.OTHER:
        return f"its type, {column.detail}, is neither a number nor a text"
    if column.missing.all():
        return "every value is missing"
    if column.missing.any():
        return ""
    if column.kind is Kind.TEXT:
        return f"every value is {column.levels[0]!r}" if len(column.levels) == 1 else ""
    if column.values.min() == column.values.max():
        shown = "the same date" if column.kind is Kind.DATE else f"{column.values[0]:.17g}"
        return f"every value is {shown}"
    return ""


def identifier_reason(column: Column, rows: NDArray[np.int64]) -> str:
    """Why the column looks like a name of the row, not a property of it, or an empty text.

    Parameters
    ----------
    column : Column
        To be judged.
    rows : ndarray of int64 of shape (n_rows,)
        The number of each row in its file.
    """
    if column.kind is Kind.TEXT:
        n_present = int((~column.missing).sum())
        n_levels = len(column.levels)
        if n_levels > ID_LEVELS and n_levels > ID_SHARE * n_present:
            return f"it looks like an identifier: {n_levels} different texts in {n_present} rows"
        return ""
    if column.kind is not Kind.NUMBER or column.missing.any():
        return ""
    values = column.values
    if not np.array_equal(values, np.rint(values)):
        return ""
    steps = values - rows
    counts_rows = bool(steps[0] == steps[-1]) and bool((steps == steps[0]).all())
    if counts_rows and steps[0] in (0.0, -1.0) and len(values) >= COUNTER_ROWS:
        return "it counts the rows"
    if _ID_NAME.fullmatch(column.name) and len(values) > 1 and len(np.unique(values)) == len(values):
        return "it looks like an identifier: so says its name, and every value is a different whole number"
    return ""
