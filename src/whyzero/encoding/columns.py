"""One column as columns of the design: numbers stay, texts become one 0/1 column for each level."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from whyzero.designs.codes import code_type
from whyzero.encoding.assembly import Block, Part, Piece
from whyzero.errors import InputError
from whyzero.tables import Column, Kind, Note, Table, name_list

__all__ = ["ColumnEncoding", "check_finite", "converted"]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_TRUTH = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True)
class ColumnEncoding:
    """How one column enters the design.

    Attributes
    ----------
    name : str
        The column of the table.
    kind : Kind
        NUMBER, BOOLEAN, DATE or TEXT.
    fill : float
        What a missing number, truth value or date becomes: the mean of the present ones. 0.0 for TEXT.
    value : bool
        Whether the number itself is a column. False for TEXT.
    indicator : bool
        Whether a 0/1 column marks the missing values.
    levels : tuple of str
        TEXT: one 0/1 column for each.
    other : bool
        TEXT: whether a 0/1 column stands for all texts that are not in `levels`.
    """

    name: str
    kind: Kind
    fill: float = 0.0
    value: bool = False
    indicator: bool = False
    levels: tuple[str, ...] = ()
    other: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns in the design."""
        if self.kind is Kind.TEXT:
            names = [f"{self.name}={level}" for level in self.levels]
            names += [f"{self.name}=(other)"] if self.other else []
            return (*names, f"{self.name}=(missing)") if self.indicator else tuple(names)
        return (self.name,) * self.value + (f"{self.name} (missing)",) * self.indicator

    def parts(self, column: Column) -> Iterator[Part]:
        """The columns of the design, in the order of `names`."""
        if self.kind is Kind.TEXT:
            if self.names:
                yield self._levels(column)
            return
        if self.value:
            yield Piece(np.where(column.missing, self.fill, column.values))
        if self.indicator:
            yield Block(np.where(column.missing, 0, np.iinfo(np.uint8).max).astype(np.uint8), 1)

    def _levels(self, column: Column) -> Block:
        """A level for each text, for all other texts and for missing ones, as far as they have a column."""
        width, n_levels = len(self.names), len(self.levels)
        none = np.iinfo(code_type(width)).max
        position = {level: code for code, level in enumerate(self.levels)}
        unseen = n_levels if self.other else none
        # The last entry is that of code -1, a missing text.
        codes = [position.get(level, unseen) for level in column.levels] + [width - 1 if self.indicator else none]
        return Block(np.array(codes, dtype=code_type(width))[column.values], width)

    def surprises(self, column: Column) -> list[Note]:
        """What in new data the fit has not seen: unknown levels, missing values where there were none."""
        notes = []
        name = self.name
        n_missing = int(column.missing.sum())
        if n_missing and not self.indicator:
            became = "all its columns are 0" if self.kind is Kind.TEXT else f"the fitted mean {self.fill:.6g} is used"
            many = "value is" if n_missing == 1 else "values are"
            text = f"{name!r}: {n_missing} {many} missing, and none was when the model was fitted: {became} there"
            notes.append(Note("new data", text, name))
        if self.kind is not Kind.TEXT or self.other or not self.levels:
            return notes
        known = set(self.levels)
        unseen = [code for code, level in enumerate(column.levels) if level not in known]
        if unseen:
            n_rows = int(np.isin(column.values, unseen).sum())
            shown = name_list([column.levels[code] for code in unseen], 3)
            have = "row has" if n_rows == 1 else "rows have"
            text = f"{name!r}: {n_rows} {have} a level that the model has not seen ({shown}): all its columns are 0"
            notes.append(Note("new data", f"{text} there", name))
        return notes


def converted(table: Table, column: Column, kind: Kind) -> Column:
    """The column with values of the wanted kind.

    Raises
    ------
    InputError
        If a value cannot be of that kind; the message names its row.
    """
    if column.kind is kind:
        return column
    if column.missing.all():
        empty = (
            np.full(len(column.missing), -1, np.int32) if kind is Kind.TEXT else np.full(len(column.missing), np.nan)
        )
        return Column(column.name, kind, empty, column.missing)
    if kind is Kind.TEXT and column.kind in (Kind.NUMBER, Kind.BOOLEAN):
        return _as_text(column)
    if column.kind is Kind.TEXT and kind in (Kind.NUMBER, Kind.BOOLEAN):
        return _from_text(table, column, kind)
    if column.kind is Kind.BOOLEAN and kind is Kind.NUMBER:
        return replace(column, kind=kind)
    if column.kind is Kind.NUMBER and kind is Kind.BOOLEAN:
        wrong = ~np.isin(column.values, (0.0, 1.0)) & ~column.missing
        if not wrong.any():
            return replace(column, kind=kind)
        raise _misfit(table, column, kind, int(np.flatnonzero(wrong)[0]))
    raise _misfit(table, column, kind, int(np.flatnonzero(~column.missing)[0]))


def _as_text(column: Column) -> Column:
    values, codes = np.unique(column.values[~column.missing], return_inverse=True)
    truth = column.kind is Kind.BOOLEAN
    texts = [("true" if value else "false") if truth else _number_text(value) for value in values.tolist()]
    levels = tuple(sorted(texts))
    position = np.array([levels.index(text) for text in texts], dtype=np.int32)
    result = np.full(len(column.missing), -1, dtype=np.int32)
    result[~column.missing] = position[codes]
    return Column(column.name, Kind.TEXT, result, column.missing, levels)


def _number_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _from_text(table: Table, column: Column, kind: Kind) -> Column:
    numbers = []
    for code, level in enumerate(column.levels):
        folded = level.casefold()
        if kind is Kind.BOOLEAN and folded in _TRUTH:
            numbers.append(_TRUTH[folded])
        elif kind is Kind.NUMBER and _NUMBER.fullmatch(level):
            numbers.append(float(level))
        else:
            raise _misfit(table, column, kind, int(np.flatnonzero(column.values == code)[0]))
    # The last entry is that of code -1, a missing text.
    return Column(column.name, kind, np.array([*numbers, np.nan])[column.values], column.missing)


def _misfit(table: Table, column: Column, kind: Kind, at: int) -> InputError:
    if column.kind is Kind.TEXT:
        value = repr(column.levels[column.values[at]])
    else:
        value = (
            f"a {column.detail or column.kind.value}" if column.kind is not Kind.NUMBER else f"{column.values[at]:g}"
        )
    article = {Kind.NUMBER: "a number", Kind.BOOLEAN: "true or false", Kind.DATE: "a date", Kind.TEXT: "a text"}
    return InputError(f"{table.origin}: column {column.name!r}, row {table.rows[at]}: {value} is not {article[kind]}")


def check_finite(table: Table, column: Column) -> None:
    """Refuse an infinite number.

    Raises
    ------
    InputError
        If there is one; the message names its row.
    """
    infinite = np.flatnonzero(np.isinf(column.values))
    if len(infinite):
        raise InputError(
            f"{table.origin}: column {column.name!r}, row {table.rows[infinite[0]]}: "
            "the value is infinite or too large for a 64-bit float"
        )
