"""Files of lines ``label index:value index:value ...``, the libsvm (svmlight) format."""

from __future__ import annotations

import gzip
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import DataFileError
from whyzero.tables.columns import Column, Kind, Note, Source, SparseColumns, Table
from whyzero.tables.files import DataFile

__all__ = ["LABEL", "read_libsvm"]

LABEL = "label"
_BLOCK_BYTES = 1 << 23
_LONGEST_LINE = 1 << 28
_LARGEST_INDEX = 2**63 - 1
_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_INDEX = re.compile(rb"[+]?\d{1,19}")
_PLAIN = b"0123456789+-.eE: "


@dataclass(frozen=True)
class _Block:
    """Some rows: labels, entries a row, and the entries' indices and values, row after row."""

    labels: list[float]
    counts: list[int]
    indices: list[int]
    values: list[float]
    lines: list[int]
    has_query: bool = False


def read_libsvm(files: Sequence[DataFile], source: Source) -> Table:
    """Read libsvm files, one below the other, as a label column and sparse features.

    Feature ``i`` of the file is called ``x<i>``, whether the file counts from 0 or from 1, so that files agree.
    Features that never occur are not columns. Entries that are not written, or written as 0, are 0.

    Raises
    ------
    DataFileError
        If a line is malformed; the message names file, line and token.
    """
    labels, counts, indices, values = [], [], [], []
    notes: list[Note] = []
    for file in files:
        has_query = False
        for block in _blocks(file):
            labels.append(np.array(block.labels))
            counts.append(np.array(block.counts, dtype=np.int64))
            indices.append(np.array(block.indices, dtype=np.int64))
            values.append(np.array(block.values))
            _check_repeats(file, block.lines, counts[-1], indices[-1])
            has_query |= block.has_query
        if has_query:
            notes.append(Note("read", f"{str(file.path)!r}: the qid of the rows is not used"))
    label = np.concatenate(labels) if labels else np.zeros(0)
    if len(label) == 0:
        raise DataFileError(f"{source.paths[0]!r}: the file has no rows")
    sparse = _columns(np.concatenate(counts), np.concatenate(indices), np.concatenate(values))
    if not sparse.names:
        raise DataFileError(f"{source.paths[0]!r}: no row has a feature that is not 0")
    column = Column(LABEL, Kind.NUMBER, label, np.zeros(len(label), dtype=bool))
    return Table((column,), np.arange(1, len(label) + 1, dtype=np.int64), source, sparse, tuple(notes))


def _columns(counts: NDArray[np.int64], indices: NDArray[np.int64], values: NDArray[np.float64]) -> SparseColumns:
    from scipy.sparse import csr_array

    rows = np.repeat(np.arange(len(counts)), counts)
    kept = values != 0
    known, positions = np.unique(indices[kept], return_inverse=True)
    width = np.int32 if len(positions) < np.iinfo(np.int32).max else np.int64
    indptr = np.concatenate(([0], np.cumsum(np.bincount(rows[kept], minlength=len(counts))))).astype(width)
    matrix = csr_array((values[kept], positions.astype(width), indptr), shape=(len(counts), len(known))).tocsc()
    matrix.sort_indices()
    return SparseColumns(tuple(f"x{index}" for index in known.tolist()), matrix)


def _check_repeats(file: DataFile, lines: Sequence[int], counts: NDArray[np.int64], indices: NDArray[np.int64]) -> None:
    rows = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((indices, rows))
    row, index = rows[order], indices[order]
    repeats = np.flatnonzero((row[1:] == row[:-1]) & (index[1:] == index[:-1]))
    if len(repeats):
        at = repeats[0]
        raise DataFileError(f"{str(file.path)!r}: line {lines[row[at]]}: the index {index[at]} occurs twice")


def _blocks(file: DataFile) -> Iterator[_Block]:
    shown = repr(str(file.path))
    number = 1
    try:
        with gzip.open(file.path, "rb") if file.compressed else file.path.open("rb") as stream:
            while lines := stream.readlines(_BLOCK_BYTES):
                if number == 1:
                    lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
                yield _fast_block(lines, number) or _careful_block(lines, number, shown)
                number += len(lines)
    except (OSError, EOFError, zlib.error) as error:
        raise DataFileError(f"{shown}: {error}") from None


def _rows(lines: Sequence[bytes], first: int) -> tuple[list[list[bytes]], list[int]]:
    """The tokens of the lines that hold any, without comments, and those lines' numbers."""
    tokens = [(line.split(b"#", 1)[0] if b"#" in line else line).split() for line in lines]
    numbers = [first + offset for offset, row in enumerate(tokens) if row]
    return [row for row in tokens if row], numbers


def _fast_block(lines: Sequence[bytes], first: int) -> _Block | None:
    """Convert well-formed lines a block at a time; None if anything is unusual."""
    rows, numbers = _rows(lines, first)
    pairs = list(chain.from_iterable(row[1:] for row in rows))
    joined = b" ".join(pairs)
    heads = b" ".join(row[0] for row in rows)
    if joined.translate(None, _PLAIN) or heads.translate(None, _PLAIN[:-2] + b" "):
        return None
    if not all(pair.count(b":") == 1 for pair in pairs):
        return None
    parts = joined.replace(b":", b" ").split()
    if len(parts) != 2 * len(pairs):
        return None
    try:
        labels = [float(row[0]) for row in rows]
        indices = [int(part) for part in parts[0::2]]
        values = [float(part) for part in parts[1::2]]
    except ValueError:
        return None
    if indices and (min(indices) < 0 or max(indices) > _LARGEST_INDEX):
        return None
    if not (all(map(math.isfinite, labels)) and all(map(math.isfinite, values))):
        return None
    return _Block(labels, [len(row) - 1 for row in rows], indices, values, numbers)


def _careful_block(lines: Sequence[bytes], first: int, shown: str) -> _Block:
    """Convert lines token by token, and name the first token that is wrong."""
    rows, numbers = _rows(lines, first)
    labels, counts, indices, values = [], [], [], []
    has_query = False
    for row, number in zip(rows, numbers, strict=True):
        place = f"{shown}: line {number}: "
        labels.append(_finite(row[0], place, "the label"))
        pairs = row[1:]
        if pairs and pairs[0].startswith(b"qid:"):
            pairs = pairs[1:]
            has_query = True
        for pair in pairs:
            index, colon, value = pair.partition(b":")
            if not colon:
                raise DataFileError(f"{place}{_text(pair)} is not of the form index:value")
            if not _INDEX.fullmatch(index) or int(index) > _LARGEST_INDEX:
                raise DataFileError(f"{place}{_text(index)} is not an index (a whole number from 0 to 2^63 - 1)")
            indices.append(int(index))
            values.append(_finite(value, place, f"the value of index {int(index)}"))
        counts.append(len(pairs))
    return _Block(labels, counts, indices, values, numbers, has_query)


def _finite(token: bytes, place: str, what: str) -> float:
    if not _NUMBER.fullmatch(token):
        raise DataFileError(f"{place}{what}, {_text(token)}, is not a number")
    value = float(token)
    if not math.isfinite(value):
        raise DataFileError(f"{place}{what}, {_text(token)}, is too large for a 64-bit float")
    return value


def _text(token: bytes) -> str:
    return repr(token[:40].decode("utf-8", "replace"))
