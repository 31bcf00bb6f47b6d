"""A table as values: named, typed columns with missing masks, and where they came from."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import InputError

__all__ = ["Column", "Kind", "Note", "ReadOptions", "Source", "SparseColumns", "Table", "name_list", "nearest_names"]

Array = NDArray[np.float64]


class Kind(Enum):
    """What the values of a column are."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TEXT = "text"
    OTHER = "other"


@dataclass(frozen=True)
class Note:
    """Something that was done to the data and that its owner must know.

    Attributes
    ----------
    topic : str
        "read", "target", "missing", "set aside", "encoding" or "new data".
    text : str
        The sentence.
    column : str or None
        The column it is about.
    """

    topic: str
    text: str
    column: str | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        As in the file, outer blanks removed.
    kind : Kind
        What the values are.
    values : ndarray of shape (n_rows,)
        NUMBER: float64. BOOLEAN: 0.0 or 1.0. DATE: days since 1970-01-01 UTC as float64. These are NaN where
        missing. TEXT: int32 codes into `levels`, -1 where missing. OTHER: zeros, the values are not read.
    missing : ndarray of bool of shape (n_rows,)
        Where the file has no value.
    levels : tuple of str
        TEXT: the different texts, sorted; every one occurs.
    detail : str
        OTHER: the type that the file declares.
    """

    name: str
    kind: Kind
    values: NDArray[Any]
    missing: NDArray[np.bool_]
    levels: tuple[str, ...] = ()
    detail: str = ""

    def take(self, rows: NDArray[np.intp]) -> Column:
        """The same column at the given positions, with levels that no longer occur removed."""
        values, missing = self.values[rows], self.missing[rows]
        if self.kind is not Kind.TEXT:
            return replace(self, values=values, missing=missing)
        codes, levels = compact_codes(values, self.levels)
        return replace(self, values=codes, missing=missing, levels=levels)


@dataclass(frozen=True)
class SparseColumns:
    """The features of a libsvm file.

    Attributes
    ----------
    names : tuple of str
        ``"x<index>"`` with the index as written in the file; only features that occur.
    matrix : scipy.sparse.csc_array of shape (n_rows, len(names))
        float64, sorted, without duplicates and explicit zeros.
    """

    names: tuple[str, ...]
    matrix: Any


@dataclass(frozen=True)
class ReadOptions:
    """How a delimited text file is to be read where its content does not decide.

    Attributes
    ----------
    header : bool or None
        Whether the first line holds names; None looks at the file.
    names : tuple of str or None
        Column names for a file without a header line.
    delimiter : str or None
        Between values; None looks at the file.
    quote : str
        Around values that hold a delimiter; doubled inside such a value. Empty: quotes are ordinary text.
    skip : int
        Lines before the table.
    encoding : str or None
        "utf-8", "utf-16" or "latin-1"; None is UTF-8, or UTF-16 where the file begins with its mark.
    text : tuple of str
        Columns that are text whatever they look like.
    """

    header: bool | None = None
    names: tuple[str, ...] | None = None
    delimiter: str | None = None
    quote: str = '"'
    skip: int = 0
    encoding: str | None = None
    text: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Where a table came from: enough to read it again.

    Attributes
    ----------
    paths : tuple of str
        Files or patterns as the user gave them.
    where : str or None
        The SQL condition that chose rows.
    options : ReadOptions
        As given.
    named : bool
        Whether the columns have names; without, they are called ``column0``, ``column1``, ...
    """

    paths: tuple[str, ...]
    where: str | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    named: bool = True


@dataclass(frozen=True)
class Table:
    """Typed columns of equal length.

    Attributes
    ----------
    columns : tuple of Column
        Names are unique.
    rows : ndarray of int64 of shape (n_rows,)
        The number of each row in the file, counted from 1 without the header, over all files in turn.
    source : Source
        Where it came from.
    sparse : SparseColumns or None
        The features of a libsvm file; `columns` then holds its label only.
    notes : tuple of Note
        What reading did that is worth saying.
    """

    columns: tuple[Column, ...]
    rows: NDArray[np.int64]
    source: Source
    sparse: SparseColumns | None = None
    notes: tuple[Note, ...] = ()

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.rows)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in the order of the file."""
        return tuple(column.name for column in self.columns)

    @property
    def origin(self) -> str:
        """The paths for a message."""
        return ", ".join(repr(path) for path in self.source.paths)

    def column(self, name: str) -> Column:
        """The column of that name; for a file without a header also by its number.

        Raises
        ------
        InputError
            If there is none; the message proposes the nearest names.
        """
        names = self.names
        if name in names:
            return self.columns[names.index(name)]
        if not self.source.named and f"column{name}" in names:
            return self.columns[names.index(f"column{name}")]
        raise InputError(f"{self.origin} has no column {name!r}{nearest_names(name, names)}")

    def take(self, rows: NDArray[Any]) -> Table:
        """The rows at the given positions or where the given mask is true."""
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows.astype(np.intp)
        sparse = self.sparse
        if sparse is not None:
            sparse = replace(sparse, matrix=sparse.matrix[chosen].tocsc())
        columns = tuple(column.take(chosen) for column in self.columns)
        return replace(self, columns=columns, rows=self.rows[chosen], sparse=sparse)

    def without(self, names: Sequence[str]) -> Table:
        """The table without the named columns."""
        return replace(self, columns=tuple(column for column in self.columns if column.name not in names))


def compact_codes(codes: NDArray[np.int32], levels: Sequence[str]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Codes and levels without the levels that no code uses; -1 stays -1."""
    used = np.zeros(len(levels), dtype=bool)
    used[codes[codes >= 0]] = True
    if used.all():
        return codes, tuple(levels)
    new = np.append(np.cumsum(used, dtype=np.int32) - 1, np.int32(-1)).astype(np.int32)
    return new[codes], tuple(level for level, keep in zip(levels, used, strict=True) if keep)


def nearest_names(name: str, names: Sequence[str], limit: int = 8, *, listed: Sequence[str] | None = None) -> str:
    """The end of a message about an unknown name: what was probably meant, or what there is (or what is `listed`)."""
    folded = {known.casefold(): known for known in names}
    near = [folded[key] for key in difflib.get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.6)]
    if near:
        return f"; did you mean {' or '.join(repr(known) for known in near)}?"
    return f"; it has {name_list(names if listed is None else listed, limit)}."


def name_list(names: Sequence[str], limit: int = 8) -> str:
    """Names in quotes, the first few of them and how many more."""
    shown = ", ".join(repr(name) for name in names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
