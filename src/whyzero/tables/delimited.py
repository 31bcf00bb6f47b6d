"""Delimited text: which character separates, whether names come first, and the exact call that reads it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from whyzero.errors import DataFileError, InputError
from whyzero.tables.columns import ReadOptions, name_list
from whyzero.tables.database import Relation, duck_path, file_errors, literal
from whyzero.tables.files import DELIMITERS as MARKS
from whyzero.tables.files import DataFile

if TYPE_CHECKING:
    import duckdb

__all__ = ["MISSING_TEXTS", "check_unique", "delimited_relation"]

# Texts that mean "no value" in any column, compared without case and outer blanks.
MISSING_TEXTS = ("", "na", "n/a", "nan", "?", "null", "#n/a", "<na>")
ENCODINGS = ("utf-8", "utf-16", "latin-1")
DELIMITERS = tuple(mark.decode() for mark in MARKS)
NO_DELIMITER = "\x01"
LINE_BYTES = 1 << 24
MOST_COLUMNS = 100_000  # each takes some 40 kB and half a millisecond in DuckDB
_NUMBERED = re.compile(r"_\d+$")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def delimited_relation(connection: duckdb.DuckDBPyConnection, file: DataFile, options: ReadOptions) -> Relation:
    """Decide how a delimited file is read.

    DuckDB proposes delimiter and header from a sample. Quote, escape (the doubled quote of RFC 4180), comment
    (none) and skipped lines are not guessed: a wrong guess there loses rows in silence.

    Raises
    ------
    DataFileError
        If no dialect fits, the lines differ in length, or names are repeated.
    InputError
        If an option has an impossible value.
    """
    _check_options(options)
    path = str(file.path)
    if file.first_line_marks >= MOST_COLUMNS:
        raise DataFileError(
            f"{path!r}: {file.first_line_marks + 1:,} columns; at most {MOST_COLUMNS:,} are read from delimited text; "
            "give a libsvm file, or an array to whyzero.fit"
        )
    fixed = _fixed_arguments(file, options)
    delimiter, has_header, proposed = _sniff(connection, file, options, fixed)
    width = len(proposed)
    notes: list[str] = []
    if options.names is not None:
        if len(options.names) != width:
            raise DataFileError(f"{path!r}: {len(options.names)} names were given for {width} columns")
        names = options.names
        has_header = bool(options.header)
    elif has_header:
        names = _header_names(connection, file, fixed, delimiter, proposed)
        notes += _doubts(names, options)
    else:
        names = tuple(f"column{index}" for index in range(width))
        notes += [] if options.header is False else [_unnamed(path, names)]
    check_unique(path, names)
    sql = _call(fixed, delimiter, has_header, width)
    named = has_header or options.names is not None
    return Relation(path, sql, names, ("VARCHAR",) * width, named, delimiter, tuple(notes))


def _check_options(options: ReadOptions) -> None:
    if options.encoding is not None and options.encoding not in ENCODINGS:
        raise InputError(f"encoding={options.encoding!r} is not known; choose one of {name_list(ENCODINGS)}")
    if options.delimiter is not None and len(options.delimiter.encode()) not in range(1, 5):
        raise InputError(f"delimiter={options.delimiter!r} must have 1 to 4 bytes")
    if len(options.quote) > 1:
        raise InputError(f"quote={options.quote!r} must be one character, or empty for none")
    if options.skip < 0:
        raise InputError(f"skip={options.skip} must be 0 or more")


def _fixed_arguments(file: DataFile, options: ReadOptions, quote: str | None = None) -> str:
    longest = max(LINE_BYTES, 2 * file.first_line_bytes)
    mark = literal(options.quote if quote is None else quote)
    arguments = {
        "quote": mark,
        "escape": mark,
        "comment": "''",
        "skip": str(options.skip + file.blank_lines(options.skip)),  # else DuckDB takes a blank line for the header
        "encoding": literal(options.encoding or file.encoding),
        "compression": literal("gzip" if file.compressed else "none"),
        "max_line_size": str(longest),
    }
    return ", ".join(f"{key}={value}" for key, value in arguments.items())


def _call(fixed: str, delimiter: str, header: bool, width: int) -> str:
    columns = ", ".join(f"'r{index}': 'VARCHAR'" for index in range(width))
    return (
        f"read_csv(?, auto_detect=false, delim={literal(delimiter)}, header={str(header).lower()}, "
        f"columns={{{columns}}}, {fixed})"
    )


def _sniff(
    connection: duckdb.DuckDBPyConnection, file: DataFile, options: ReadOptions, fixed: str
) -> tuple[str, bool, list[str]]:
    """Return delimiter, presence of a header line, and DuckDB's names of the columns."""
    import duckdb

    path = str(file.path)
    nulls = sorted({form for text in MISSING_TEXTS for form in (text, text.upper(), f" {text}", f" {text.upper()}")})
    arguments = f"{fixed}, nullstr=[{', '.join(literal(text) for text in (*nulls, 'NaN'))}]"
    if options.delimiter is not None:
        arguments += f", delim={literal(options.delimiter)}"
    if options.header is not None:
        arguments += f", header={str(options.header).lower()}"
    call = f"SELECT Delimiter, HasHeader, Columns FROM sniff_csv(?, {arguments})"
    with file_errors(path):
        try:
            row = connection.execute(call, [duck_path(path)]).fetchone()
        except duckdb.InvalidInputException as error:
            if "sniffing file" in str(error):
                _check_lines(connection, file, options)
            raise
    assert row is not None  # a table function of one row
    delimiter, has_header, columns = row
    if len(columns) == 1 and options.delimiter is None:
        _check_lines(connection, file, options)
    return options.delimiter or str(delimiter), bool(has_header), [str(column["name"]) for column in columns]


def _check_lines(connection: duckdb.DuckDBPyConnection, file: DataFile, options: ReadOptions) -> None:
    """Find the line that breaks the table, where the lines show a delimiter and yet no table was found.

    Raises
    ------
    DataFileError
        If there is such a line; a true single column passes.
    """
    path = str(file.path)
    with file_errors(path):
        rows = connection.execute(
            f"SELECT r0 FROM {_call(_fixed_arguments(file, options, quote=''), NO_DELIMITER, False, 1)} LIMIT 100",
            [duck_path(path)],
        ).fetchall()
    quoted = re.compile(f"{re.escape(options.quote)}.*?{re.escape(options.quote)}") if options.quote else None
    lines = [quoted.sub("", row[0] or "") if quoted else row[0] or "" for row in rows]
    candidates = DELIMITERS if options.delimiter is None else (options.delimiter,)
    n_usual, usual, delimiter = max((*_usual_count(lines, mark), mark) for mark in candidates)
    if usual and lines[0].count(delimiter):
        call = _call(_fixed_arguments(file, options), delimiter, False, lines[0].count(delimiter) + 1)
        with file_errors(path):
            connection.execute(f"SELECT count(*) FROM {call}", [duck_path(path)]).fetchall()
        raise DataFileError(
            f"{path!r}: line {options.skip + 1} has {lines[0].count(delimiter)} times {delimiter!r}, yet the file does "
            f"not read as a table; give delimiter={delimiter!r} if that separates the values"
        )
    if n_usual > len(lines) / 2:
        start = next(number for number, line in enumerate(lines) if line.count(delimiter) == usual)
        raise DataFileError(
            f"{path!r}: line {options.skip + 1}: {lines[0][:60]!r} is not part of the table, whose lines have "
            f"{usual} times {delimiter!r}; give skip={options.skip + start} to leave such lines out"
        )


def _usual_count(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How many lines have the delimiter equally often, and how often: the commonest count that is not 0."""
    counts = Counter(line.count(delimiter) for line in lines if delimiter in line)
    return max(((n_lines, count) for count, n_lines in counts.items()), default=(0, 0))


def _header_names(
    connection: duckdb.DuckDBPyConnection, file: DataFile, fixed: str, delimiter: str, proposed: Sequence[str]
) -> tuple[str, ...]:
    """Return the names as written: DuckDB numbers repeated ones, and those that are equal but for case."""
    if not any(_NUMBERED.search(name) for name in proposed):
        return tuple(name.strip() or f"column{index}" for index, name in enumerate(proposed))
    path = str(file.path)
    with file_errors(path):
        first = connection.execute(
            f"SELECT * FROM {_call(fixed, delimiter, False, len(proposed))} LIMIT 1", [duck_path(path)]
        ).fetchone()
    cells = ["" if cell is None else str(cell).strip() for cell in first or ()]
    return tuple(cell or f"column{index}" for index, cell in enumerate(cells))


def _unnamed(path: str, names: Sequence[str]) -> str:
    which = f"{names[0]} to {names[-1]}" if len(names) > 1 else names[0]
    return f"{path!r} has no header line: its columns are called {which}; say so if the first line does hold names"


def _doubts(names: tuple[str, ...], options: ReadOptions) -> list[str]:
    """Say it where a first line that was taken for names may be data."""
    numbers = [name for name in names if _NUMBER.fullmatch(name) or name.casefold() in MISSING_TEXTS]
    if options.header is not None or not numbers:
        return []
    return [
        f"the first line was taken for names although it holds {name_list(numbers, 3)}; "
        "say that there is no header line if it is data"
    ]


def check_unique(path: str, names: Sequence[str]) -> None:
    """Refuse repeated column names.

    Raises
    ------
    DataFileError
        If a name occurs twice.
    """
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise DataFileError(
            f"{path!r}: line 1: the column name {repeated[0]!r} occurs {names.count(repeated[0])} times; "
            "rename the columns, or say that there is no header line if this line is data"
        )
