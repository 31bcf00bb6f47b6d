"""What the columns of a loaded table are, decided on every row and not on a sample, as SQL expressions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whyzero.tables.columns import Kind
from whyzero.tables.delimited import MISSING_TEXTS

if TYPE_CHECKING:
    import duckdb

__all__ = ["TypedColumn", "typed_columns"]

# Texts that mean "no value" where everything else in the column is a number, a date or a truth value.
MISSING_MARKS = (*MISSING_TEXTS, ".", "-", "none", "missing")
BLANKS = "' \t\r\n'"
_FAILING_TEXTS = 64
_NUMBERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "BIGNUM"}
_DATES = ("DATE", "TIMESTAMP")
_ISO_DATE = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}(:?\d{2})?)?)?"
_THOUSANDS = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"
_DECIMAL_COMMA = r"[+-]?\d+,\d+"
_PADDED = re.compile(r"0\d+")


@dataclass(frozen=True)
class TypedColumn:
    """How one raw column is read.

    Attributes
    ----------
    kind : Kind
        What its values are.
    value : str
        SQL: a double for NUMBER, BOOLEAN and DATE (days since 1970-01-01), a text for TEXT; NULL if missing.
    natural : str
        SQL: the same as SQL users write it in a condition (a boolean, a timestamp, a trimmed text).
    note : str
        What is worth saying, to follow the column's name; or empty.
    detail : str
        OTHER: the declared type.
    """

    kind: Kind
    value: str
    natural: str
    note: str = ""
    detail: str = ""


def typed_columns(connection: duckdb.DuckDBPyConnection, texts: Sequence[bool], delimiter: str) -> list[TypedColumn]:
    """Decide the kind of every column ``c0, c1, ...`` of the table ``raw``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Holds the table ``raw``.
    texts : sequence of bool
        Which columns are text whatever they look like.
    delimiter : str
        Of the file: with a comma a number may have thousands separators, with another a decimal comma.
    """
    declared = [str(row[1]) for row in connection.execute("DESCRIBE raw").fetchall()]
    strings = [i for i, name in enumerate(declared) if name == "VARCHAR" and not texts[i]]
    counts = _string_counts(connection, strings)
    typed = []
    for index, name in enumerate(declared):
        if name == "VARCHAR":
            typed.append(_string_column(connection, index, counts, delimiter) if index in counts else _text(index))
        else:
            typed.append(_declared_column(index, name, texts[index]))
    return typed


def _declared_column(index: int, declared: str, as_text: bool) -> TypedColumn:
    """Read a column whose type the file itself declares."""
    column = f"c{index}"
    if as_text:
        return TypedColumn(Kind.TEXT, f"{column}::VARCHAR", f"{column}::VARCHAR")
    if declared.removeprefix("U") in _NUMBERS or declared.startswith("DECIMAL"):
        return TypedColumn(Kind.NUMBER, f"{column}::DOUBLE", column)
    if declared == "BOOLEAN":
        return TypedColumn(Kind.BOOLEAN, f"{column}::TINYINT::DOUBLE", column)
    if declared.startswith(_DATES):
        return TypedColumn(Kind.DATE, f"epoch_us({column}::TIMESTAMPTZ) / 86400000000.0", column)
    if declared == '"NULL"':
        return TypedColumn(Kind.NUMBER, "NULL::DOUBLE", column)
    return TypedColumn(Kind.OTHER, "NULL::DOUBLE", column, detail=declared)


def _string_counts(connection: duckdb.DuckDBPyConnection, strings: Sequence[int]) -> dict[int, tuple[int, int, str]]:
    """Count, for each text column, the present values and the numbers among them, and find its smallest text."""
    if not strings:
        return {}
    counts = dict.fromkeys(strings, (0, 0, ""))
    chosen = ", ".join(f"c{index}" for index in strings)
    rows = connection.execute(
        f"SELECT name, count(v), count({_number('v')}), min(v) "
        f"FROM (UNPIVOT (SELECT {chosen} FROM raw) ON COLUMNS(*) INTO NAME name VALUE v) GROUP BY name"
    ).fetchall()
    for name, present, numbers, smallest in rows:
        counts[int(name[1:])] = (present, numbers, smallest)
    return counts


def _number(sql: str) -> str:
    # DuckDB reads 1_000 as 1000, and nan as a number; here the one is a text and the other is missing.
    return f"nullif(TRY_CAST(replace({sql}, '_', 'x') AS DOUBLE), 'nan'::DOUBLE)"


def _string_column(
    connection: duckdb.DuckDBPyConnection, index: int, counts: dict[int, tuple[int, int, str]], delimiter: str
) -> TypedColumn:
    column = f"c{index}"
    present, numbers, smallest = counts[index]
    number = TypedColumn(Kind.NUMBER, f"TRY_CAST({column} AS DOUBLE)", _number(column))
    if numbers == present:
        return _codes(connection, index, smallest) or number
    failing = _failing_texts(connection, column)
    rest = [text for text in failing if text.casefold() not in MISSING_MARKS]
    if not rest:
        return _codes(connection, index, smallest) or number
    if numbers == 0 and {text.casefold() for text in rest} <= {"true", "false"}:
        boolean = f"TRY_CAST(trim({column}, {BLANKS}) AS BOOLEAN)"
        return TypedColumn(Kind.BOOLEAN, f"{boolean}::TINYINT::DOUBLE", boolean)
    if numbers == 0 and all(re.fullmatch(_ISO_DATE, text) for text in rest):
        date = f"TRY_CAST(trim({column}, {BLANKS}) AS TIMESTAMPTZ)"
        if _all_are(connection, column, f"regexp_full_match(t, '{_ISO_DATE}') AND TRY_CAST(t AS TIMESTAMPTZ) NOTNULL"):
            return TypedColumn(Kind.DATE, f"epoch_us({date}) / 86400000000.0", date)
    return _comma_number(connection, column, rest, delimiter) or _text(index, _almost_numbers(present, numbers, rest))


def _text(index: int, note: str = "") -> TypedColumn:
    column = f"c{index}"
    trimmed = f"trim({column}, {BLANKS})"
    missing = ", ".join(f"'{text}'" for text in MISSING_TEXTS)
    natural = f"CASE WHEN lower({trimmed}) IN ({missing}) THEN NULL ELSE {trimmed} END"
    return TypedColumn(Kind.TEXT, column, natural, note)


def _failing_texts(connection: duckdb.DuckDBPyConnection, column: str) -> list[str]:
    rows = connection.execute(
        f"SELECT DISTINCT trim({column}, {BLANKS}) AS t FROM raw "
        f"WHERE {column} NOTNULL AND {_number(column)} IS NULL LIMIT {_FAILING_TEXTS}"
    ).fetchall()
    return [row[0] for row in rows]


def _all_are(connection: duckdb.DuckDBPyConnection, column: str, condition: str) -> bool:
    """Whether every present text `t` of the column fulfils the condition."""
    missing = ", ".join(f"'{text}'" for text in MISSING_MARKS)
    row = connection.execute(
        f"SELECT bool_and({condition}) FROM (SELECT trim({column}, {BLANKS}) AS t FROM raw WHERE {column} NOTNULL) "
        f"WHERE lower(t) NOT IN ({missing})"
    ).fetchone()
    return row is not None and bool(row[0])


def _codes(connection: duckdb.DuckDBPyConnection, index: int, smallest: str) -> TypedColumn | None:
    """Take whole numbers that are all filled up with zeros to one length for codes: 020 is a name, not twenty."""
    if not _PADDED.fullmatch(smallest.strip()):
        return None
    same = f"regexp_full_match(t, '[0-9]+') AND length(t) = {len(smallest.strip())}"
    if not _all_are(connection, f"c{index}", same):
        return None
    return _text(index, f"has whole numbers with leading zeros ({smallest.strip()!r}): they are codes, read as text")


def _comma_number(
    connection: duckdb.DuckDBPyConnection, column: str, rest: Sequence[str], delimiter: str
) -> TypedColumn | None:
    """Read 1,234,567.8 where commas separate columns, and 3,14 where something else does."""
    pattern = _THOUSANDS if delimiter == "," else _DECIMAL_COMMA
    if not delimiter or not all(re.fullmatch(pattern, text) for text in rest):
        return None
    if not _all_are(connection, column, f"regexp_full_match(t, '{pattern}') OR {_number('t')} NOTNULL"):
        return None
    repaired = f"replace({column}, ',', '{'' if delimiter == ',' else '.'}')"
    meaning = "thousands separators" if delimiter == "," else "decimal commas"
    note = f"has numbers with {meaning} ({rest[0]!r}): read as numbers"
    return TypedColumn(Kind.NUMBER, f"TRY_CAST({repaired} AS DOUBLE)", _number(repaired), note)


def _almost_numbers(present: int, numbers: int, rest: Sequence[str]) -> str:
    if len(rest) >= _FAILING_TEXTS or numbers <= present / 2:
        return ""
    shown = ", ".join(repr(text[:40]) for text in sorted(rest)[:3])
    return f"is read as text because {present - numbers} of its {present} values are not numbers ({shown})"
