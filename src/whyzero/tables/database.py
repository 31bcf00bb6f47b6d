"""A private DuckDB that can read the given files and nothing else, and its errors in one line."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from whyzero.errors import DataFileError, InputError

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "Relation",
    "connect",
    "duck_path",
    "file_errors",
    "identifier",
    "interruptible",
    "literal",
    "lock",
    "where_errors",
]

_Result = TypeVar("_Result")

_AGAIN = 0.05
_PREFIX = re.compile(r"^(?:[A-Z][A-Za-z ]* Error: )+")
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_WIDTH = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")


@dataclass(frozen=True)
class Relation:
    """One file as a table function call.

    Attributes
    ----------
    path : str
        The file.
    sql : str
        The call, with one parameter for the path.
    names, types : tuple of str
        The columns' names and SQL types.
    named : bool
        Whether the columns have names; without, they are called ``column0``, ``column1``, ...
    delimiter : str
        Between values of a delimited file; empty for other formats.
    notes : tuple of str
        What is worth saying about how it was read.
    """

    path: str
    sql: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    named: bool = True
    delimiter: str = ""
    notes: tuple[str, ...] = ()


def connect() -> duckdb.DuckDBPyConnection:
    """Return an empty in-memory database that loads no extension and writes no file."""
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "temp_directory": "",
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], _Result]) -> _Result:
    """Return what `work` returns, in a thread of its own, so that Ctrl-C ends its queries.

    In the main thread DuckDB may not look for signals until a query is done, or raises an error of its own for one.
    """
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        try:
            while not future.done():  # a signal that another thread got does not end a wait
                wait([future], _AGAIN)
        except KeyboardInterrupt:
            while not future.done():  # between two queries an interrupt is lost
                connection.interrupt()
                wait([future], _AGAIN)
            raise
        return future.result()


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """Take away every access to files, for good: what runs afterwards sees only the tables in memory."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def literal(text: str) -> str:
    """Return the SQL string literal of `text`."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return the quoted SQL identifier of `name`."""
    return '"' + name.replace('"', '""') + '"'


def duck_path(path: str | Path) -> str:
    """Return a path that DuckDB takes for this one file, not for a pattern, a URL or a home directory."""
    return glob.escape(os.path.abspath(path))


@contextmanager
def file_errors(path: str) -> Iterator[None]:
    """Turn DuckDB's errors on a file into one line that names file and line."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise DataFileError(f"{path!r}: {_file_reason(str(error))}") from None


def _file_reason(message: str) -> str:
    line = _LINE.search(message)
    place = f"line {line[1]}: " if line else ""
    width = _WIDTH.search(message)
    if width:
        more = " or more" if int(width[2]) > int(width[1]) else ""
        return f"{place}{width[2]}{more} values where {width[1]} are expected"
    if "not utf-8 encoded" in message:
        return f"{place}not valid UTF-8; give encoding='latin-1', or save the file as UTF-8"
    if "unterminated quote" in message:
        return f"{place}a quote is opened and not closed where its value ends; give quote='' if quotes are text here"
    if "Maximum line size" in message or "max_line_size" in message.split("\n", 1)[0]:
        return f"{place}the line is too long for a table; are the line ends missing?"
    if "state machine reached an invalid state" in message:
        return "line ends of two kinds, or text after a closing quote; save it with one kind of line end"
    if "Out of Memory" in message:
        return "the table does not fit in memory; choose rows or columns before"
    if "sniffing file" in message:
        return "no delimiter and quoting make this a table; give delimiter=..., or quote='' if quotes are ordinary text"
    first = _PREFIX.sub("", message).split("\n", 1)[0].strip()
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in first)


@contextmanager
def where_errors(where: str) -> Iterator[None]:
    """Turn DuckDB's errors on a condition into one line that quotes it."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        lines = [line.strip() for line in _PREFIX.sub("", str(error)).split("\n") if line.strip()]
        reason = " ".join(line for line in lines if not line.startswith(("LINE ", "^")))
        raise InputError(f"where={where!r} is not a condition on the rows: {reason}") from None
