"""The plan by which columns become a design, applied to training data and to new data alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from whyzero.encoding.assembly import Part, assemble
from whyzero.encoding.columns import ColumnEncoding, check_finite, converted
from whyzero.errors import InputError
from whyzero.tables import Kind, Note, Table, name_list

__all__ = ["Encoding", "SetAside"]


@dataclass(frozen=True)
class SetAside:
    """A column that is not used, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Encoding:
    """How a table becomes a design.

    Attributes
    ----------
    columns : tuple of ColumnEncoding
        The columns that are used, in the order of the table.
    storage : str
        "dense" or "csc": how new rows are handed over.
    sparse_names : tuple of str
        The features of a libsvm file; `columns` is then empty.
    set_aside : tuple of SetAside
        The columns that are not used.
    names : tuple of str
        The columns of the design; unique.
    """

    columns: tuple[ColumnEncoding, ...]
    storage: str
    sparse_names: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        plain = [*(name for column in self.columns for name in column.names), *self.sparse_names]
        object.__setattr__(self, "names", _unique(plain))

    @property
    def text_columns(self) -> tuple[str, ...]:
        """The columns that must be read as text again."""
        return tuple(column.name for column in self.columns if column.kind is Kind.TEXT)

    def apply(self, table: Table, ignore: Collection[str] = ()) -> tuple[Any, tuple[Note, ...]]:
        """Encode new rows exactly as the training rows were.

        Parameters
        ----------
        table : Table
            With at least the columns of the encoding.
        ignore : collection of str
            Columns that are not worth a note, such as the target.

        Returns
        -------
        X : ndarray or scipy.sparse.csc_array of shape (n_rows, len(names))
            float64; dense designs are in column order.
        notes : tuple of Note
            Unknown levels, new kinds of missing values, columns that are not used.

        Raises
        ------
        InputError
            If columns are missing (all are named) or a value is of the wrong kind (the row is named).
        """
        if self.sparse_names:
            return self._apply_sparse(table)
        if table.sparse is not None:
            raise InputError(f"{table.origin} is a libsvm file, and the model was fitted on a table with named columns")
        given = {column.name: column for column in table.columns}
        lacking = [column.name for column in self.columns if column.name not in given]
        if lacking:
            what = "a column" if len(lacking) == 1 else f"{len(lacking)} columns"
            raise InputError(f"{table.origin} lacks {what} of the model: {name_list(lacking, 20)}")
        parts: list[Part] = []
        notes: list[Note] = []
        for encoding in self.columns:
            column = converted(table, given[encoding.name], encoding.kind)
            check_finite(table, column)
            notes += encoding.surprises(column)
            parts += encoding.parts(column)
        known = {column.name for column in self.columns} | {column.name for column in self.set_aside} | set(ignore)
        extra = [name for name in table.names if name not in known]
        if extra:
            notes.append(Note("new data", f"columns that the model does not know are not used: {name_list(extra)}"))
        return assemble(parts, table.n_rows, self.storage), tuple(notes)

    def _apply_sparse(self, table: Table) -> tuple[Any, tuple[Note, ...]]:
        from scipy.sparse import csc_array

        if table.sparse is None:
            raise InputError(f"{table.origin} is a table, and the model was fitted on a libsvm file")
        position = {name: index for index, name in enumerate(self.sparse_names)}
        matrix = table.sparse.matrix
        unknown = [name for name in table.sparse.names if name not in position]
        indptr = np.zeros(len(self.sparse_names) + 1, dtype=np.int64)
        order = sorted((position[name], i) for i, name in enumerate(table.sparse.names) if name in position)
        for target, i in order:
            indptr[target + 1] = matrix.indptr[i + 1] - matrix.indptr[i]
        indptr = np.cumsum(indptr)
        parts = [slice(matrix.indptr[i], matrix.indptr[i + 1]) for _, i in order]
        data = np.concatenate([matrix.data[part] for part in parts] or [np.zeros(0)])
        indices = np.concatenate([matrix.indices[part] for part in parts] or [np.zeros(0, np.int32)])
        X = csc_array((data, indices, indptr.astype(indices.dtype)), shape=(table.n_rows, len(self.sparse_names)))
        text = f"{len(unknown)} features that the model does not know are not used: {name_list(unknown)}"
        return X, (Note("new data", text),) if unknown else ()


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """The names, with " #2", " #3", ... after those that occur again."""
    counts = Counter(names)
    if len(counts) == len(names):
        return tuple(names)
    seen: Counter[str] = Counter()
    taken = set(counts)
    result = []
    for name in names:
        seen[name] += 1
        new, number = name, seen[name]
        while number > 1 and new in taken:
            new, number = f"{name} #{number}", number + 1
        taken.add(new)
        result.append(new)
    return tuple(result)
