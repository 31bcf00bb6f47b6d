"""Read files into one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import DataFileError, InputError
from whyzero.tables.columns import Column, Kind, Note, ReadOptions, Source, Table, name_list, nearest_names
from whyzero.tables.database import (
    Relation,
    connect,
    duck_path,
    file_errors,
    identifier,
    interruptible,
    literal,
    lock,
    where_errors,
)
from whyzero.tables.delimited import MISSING_TEXTS, check_unique, delimited_relation
from whyzero.tables.files import DataFile, find_files, inspect_file
from whyzero.tables.kinds import TypedColumn, typed_columns
from whyzero.tables.libsvm import read_libsvm

if TYPE_CHECKING:
    import duckdb

__all__ = ["read_table"]

_CHUNK = 512
_PLAIN_TEXT = ("ENUM", "UUID")


def read_table(
    paths: str | Path | Sequence[str | Path],
    *,
    where: str | None = None,
    columns: Sequence[str] | None = None,
    options: ReadOptions | None = None,
    text_hint: Collection[str] = (),
) -> Table:
    """Read files as one table.

    Parameters
    ----------
    paths : str, Path or sequence of them
        Files, or patterns such as ``"data/*.csv"``. Delimited text (also gzipped), Parquet, JSON, JSON lines and
        libsvm are told apart by name and content. Several files are put below each other and must have the same
        columns.
    where : str, optional
        One SQL condition on the columns; rows for which it is false or unknown are left out. It sees nothing but
        the table.
    columns : sequence of str, optional
        Keep only these columns.
    options : ReadOptions, optional
        For delimited text, where its content does not decide.
    text_hint : collection of str, optional
        Columns that are text if they are there: what a model was fitted on.

    Returns
    -------
    Table
        Kinds are decided on all rows. "NA", "NaN", "?", "null" and empty values are missing, whatever their case.

    Raises
    ------
    DataFileError
        If a file cannot be read as a table; the message names the file and, where known, the line.
    InputError
        If `where`, `columns` or `options` is impossible.
    """
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    source = Source(tuple(str(path) for path in given), where, options or ReadOptions())
    files = [inspect_file(path) for path in find_files(source.paths)]
    formats = {file.format for file in files}
    if formats == {"libsvm"}:
        if where is not None:
            raise InputError(f"where={where!r} cannot be used on a libsvm file, which has no columns with names")
        return read_libsvm(files, source)
    if "libsvm" in formats:
        raise DataFileError(f"{source.paths[0]!r}: libsvm files and tables cannot be put together")
    connection = connect()
    try:
        table = interruptible(connection, lambda: _read_database(connection, files, source, text_hint))
    finally:
        connection.close()
    return table if columns is None else _keep(table, columns)


def _keep(table: Table, columns: Sequence[str]) -> Table:
    kept = tuple(table.column(name) for name in columns)
    return replace(table, columns=kept)


def _read_database(
    connection: duckdb.DuckDBPyConnection, files: Sequence[DataFile], source: Source, text_hint: Collection[str]
) -> Table:
    relations = [_relation(connection, file, source.options) for file in files]
    names = relations[0].names
    _load(connection, relations)
    lock(connection)
    typed = typed_columns(connection, _forced_texts(names, source, text_hint), relations[0].delimiter)
    n_rows = _count(connection)
    if n_rows == 0:
        what = "names its columns but has no rows" if relations[0].named else "has no rows"
        raise DataFileError(f"{source.paths[0]!r}: the file {what}")
    chosen = None if source.where is None else _chosen_rows(connection, names, typed, source.where)
    columns = tuple(_fetch(connection, names, typed))
    if relations[0].delimiter:
        _check_no_nul(source.paths[0], columns)
    notes = [Note("read", text) for relation in relations for text in relation.notes]
    notes += [Note("read", f"{name!r} {t.note}", name) for name, t in zip(names, typed, strict=True) if t.note]
    source = replace(source, named=relations[0].named)
    table = Table(columns, np.arange(1, n_rows + 1, dtype=np.int64), source, notes=tuple(notes))
    if chosen is None:
        return table
    text = f"the condition {source.where!r} keeps {len(chosen)} of {n_rows} rows"
    return replace(table.take(chosen), notes=(*table.notes, Note("read", text)))


def _check_no_nul(path: str, columns: Sequence[Column]) -> None:
    """Refuse delimited text with a NUL character behind its first bytes, which have been looked at."""
    for column in columns:
        for code, level in enumerate(column.levels):
            if "\0" in level:
                row = int(np.argmax(column.values == code)) + 1
                raise DataFileError(
                    f"{path!r}: column {column.name!r}, row {row}: a NUL character; this is binary data, not a table"
                )


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT count(*) FROM raw").fetchone()
    return int(row[0]) if row is not None else 0


def _forced_texts(names: Sequence[str], source: Source, text_hint: Collection[str]) -> list[bool]:
    for name in source.options.text:
        if name not in names:
            raise InputError(f"text={name!r}: {source.paths[0]!r} has no such column{nearest_names(name, names)}")
    forced = {*source.options.text, *text_hint}
    return [name in forced for name in names]


def _relation(connection: duckdb.DuckDBPyConnection, file: DataFile, options: ReadOptions) -> Relation:
    """Describe how a file is read, and what its columns are called."""
    if file.format == "delimited":
        return delimited_relation(connection, file, options)
    path = str(file.path)
    if file.format == "json":
        compression = literal("gzip" if file.compressed else "uncompressed")
        limits = f"sample_size=-1, maximum_object_size={1 << 28}, map_inference_threshold=-1"
        sql = f"read_json(?, {limits}, compression={compression})"
    else:
        if file.compressed:
            raise DataFileError(f"{path!r}: a Parquet file inside gzip; decompress it (Parquet compresses by itself)")
        sql = "read_parquet(?)"
    with file_errors(path):
        described = connection.execute(f"DESCRIBE SELECT * FROM {sql}", [duck_path(path)]).fetchall()
        names, types = tuple(str(row[0]) for row in described), tuple(str(row[1]) for row in described)
        if file.format == "parquet":
            names = _parquet_names(connection, path)
    if file.format == "json" and names == ("json",):
        raise DataFileError(f"{path!r}: not a table: JSON must be one object a row, with names and values")
    check_unique(path, names)
    return Relation(path, sql, names, types)


def _parquet_names(connection: duckdb.DuckDBPyConnection, path: str) -> tuple[str, ...]:
    """Return the top-level names as written: DuckDB renames those that are equal but for case."""
    schema = connection.execute("SELECT name, num_children FROM parquet_schema(?)", [duck_path(path)]).fetchall()
    names, inside = [], 0
    for name, children in schema[1:]:
        if inside == 0:
            names.append(str(name))
        inside = max(inside - 1, 0) + int(children or 0)
    return tuple(names)


def _load(connection: duckdb.DuckDBPyConnection, relations: Sequence[Relation]) -> None:
    """Load all files, one below the other, into the table ``raw`` with the columns ``c0, c1, ...``."""
    first = relations[0]
    for other in relations[1:]:
        _check_same_columns(first, other)
    paths = [duck_path(relation.path) for relation in relations]
    parts = []
    for relation in relations:
        declared = zip(relation.names, relation.types, strict=True)
        plain = {name: _plain(f"r{i}", kind) for i, (name, kind) in enumerate(declared)}
        chosen = ", ".join(f"{plain[name]} AS c{index}" for index, name in enumerate(first.names))
        aliases = ", ".join(f"r{i}" for i in range(len(relation.types)))
        parts.append(f"(SELECT {chosen} FROM {relation.sql} AS t({aliases}))")
    with file_errors(first.path if len(relations) == 1 else ", ".join(relation.path for relation in relations)):
        connection.execute(f"CREATE TABLE raw AS {' UNION ALL '.join(parts)}", paths)


def _plain(column: str, declared: str) -> str:
    if declared == "JSON":
        return f"({column} ->> '$')"
    return f"{column}::VARCHAR" if declared.startswith(_PLAIN_TEXT) else column


def _check_same_columns(first: Relation, other: Relation) -> None:
    if set(first.names) == set(other.names):
        return
    lacking = [name for name in first.names if name not in other.names]
    surplus = [name for name in other.names if name not in first.names]
    parts = [f"lacks {name_list(lacking)}"] if lacking else []
    parts += [f"has the further columns {name_list(surplus)}"] if surplus else []
    raise DataFileError(
        f"{other.path!r}: {' and '.join(parts)}, unlike {first.path!r}; all files need the same columns"
    )


def _chosen_rows(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], typed: Sequence[TypedColumn], where: str
) -> NDArray[np.intp]:
    """Return the positions of the rows that fulfil the condition, a single expression over the named columns."""
    import duckdb

    folded = Counter(name.casefold() for name in names)
    for name in names:
        if folded[name.casefold()] > 1:
            raise InputError(f"where={where!r} cannot be used: SQL cannot tell {name!r} from its other spellings")
    number = "row"
    while number in folded:
        number += "_"
    chosen = ", ".join(f"{t.natural} AS {identifier(name)}" for name, t in zip(names, typed, strict=True))
    connection.execute(f"CREATE VIEW data AS SELECT {chosen}, rowid AS {identifier(number)} FROM raw")
    with where_errors(where):
        rows = connection.view("data").filter(duckdb.SQLExpression(where)).project(identifier(number)).fetchnumpy()
    kept = np.sort(np.asarray(rows[number], dtype=np.intp))
    if len(kept) == 0:
        raise InputError(f"where={where!r} keeps none of the rows")
    return kept


def _fetch(connection: duckdb.DuckDBPyConnection, names: Sequence[str], typed: Sequence[TypedColumn]) -> list[Column]:
    fetched: dict[str, NDArray[Any]] = {}
    for start in range(0, len(typed), _CHUNK):
        part = range(start, min(start + _CHUNK, len(typed)))
        chosen = ", ".join(f"{typed[index].value} AS c{index}" for index in part)
        fetched.update(connection.execute(f"SELECT {chosen} FROM raw").fetchnumpy())
    return [
        _column(name, t, fetched.pop(f"c{index}")) for index, (name, t) in enumerate(zip(names, typed, strict=True))
    ]


def _column(name: str, typed: TypedColumn, fetched: NDArray[Any]) -> Column:
    if typed.kind is Kind.TEXT:
        return text_column(name, np.ma.filled(np.ma.asarray(fetched, dtype=object), None))
    values = np.ma.filled(np.ma.asarray(fetched, dtype=np.float64), np.nan)
    if typed.kind is Kind.OTHER:
        return Column(name, typed.kind, np.zeros(len(values)), np.zeros(len(values), dtype=bool), detail=typed.detail)
    return Column(name, typed.kind, values, np.isnan(values))


def text_column(name: str, texts: NDArray[Any]) -> Column:
    """Build a text column: outer blanks removed, `MISSING_TEXTS` missing, levels sorted by code point."""
    meaning: dict[str | None, str | None] = {None: None}
    for text in set(texts.tolist()):
        trimmed = text.strip() if text is not None else ""
        meaning[text] = None if trimmed.casefold() in MISSING_TEXTS else trimmed
    levels = tuple(sorted({text for text in meaning.values() if text is not None}))
    position: Mapping[str | None, int] = {None: -1, **{level: code for code, level in enumerate(levels)}}
    code = {text: position[trimmed] for text, trimmed in meaning.items()}
    codes = np.fromiter((code[text] for text in texts.tolist()), dtype=np.int32, count=len(texts))
    return Column(name, Kind.TEXT, codes, codes < 0, levels)
