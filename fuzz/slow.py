"""Slow readings of three formats, by which fast ones are judged: plain Python, none of the code of the product."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import math
import zlib
from pathlib import Path
from typing import Any

__all__ = ["checkpoint", "content", "csv_cells", "libsvm", "rows_of"]

MISSING = {"", "na", "n/a", "nan", "?", "null", "#n/a", "<na>"}


def content(path: Path) -> bytes:
    """What a file holds, decompressed."""
    raw = path.read_bytes()
    return gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw


def csv_cells(path: Path) -> list[list[Any]] | None:
    """The header and the rows of comma-separated text, None where a value is missing; None if it is no plain table."""
    if not path.is_file():
        return None
    try:
        raw = content(path)
        text = raw.decode("utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error, OSError, EOFError, zlib.error):
        return None
    if len(rows) < 2 or len(rows[0]) == 1 or len({len(row) for row in rows}) != 1 or "\0" in text:
        return None
    header = [name.strip() or f"column{j}" for j, name in enumerate(rows[0])]
    cells = [[None if cell.strip().casefold() in MISSING else cell.strip() for cell in row] for row in rows[1:]]
    return [header, *cells] if len(set(header)) == len(header) else None


def libsvm(raw: bytes) -> tuple[list[float], list[dict[int, float]]]:
    """Labels, and the entries of each row that are not zero."""
    labels, rows = [], []
    for line in raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        tokens = line.split(b"#")[0].split()
        if tokens:
            pairs = [token.split(b":") for token in tokens[1:] if not token.startswith(b"qid:")]
            labels.append(float(tokens[0]))
            rows.append({int(index): float(value) for index, value in pairs if float(value) != 0})
    return labels, rows


def rows_of(sparse: Any) -> list[dict[int, float]]:
    """The rows of the product's sparse columns, in the words of `libsvm`."""
    matrix = sparse.matrix.tocsr()
    rows = []
    for i in range(matrix.shape[0]):
        part = slice(matrix.indptr[i], matrix.indptr[i + 1])
        found = zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True)
        rows.append({int(sparse.names[j][1:]): value for j, value in found})
    return rows


def checkpoint(raw: bytes) -> dict[tuple[str, str], bytes]:
    """The numbers of every array of a checkpoint, by the names of its part and its own."""
    _, seal, rest = raw.split(b"\n", 2)
    assert seal.decode() == hashlib.sha256(rest).hexdigest()
    head, numbers = rest.split(b"\n", 1)
    found, begin = {}, 0
    for part, name, kind, shape in json.loads(head)["arrays"]:
        end = begin + int(kind[-1]) * math.prod(shape)
        found[part, name] = numbers[begin:end]
        begin = end
    return found
