"""Which files are meant, and what is in them, judged by their first bytes and not by their names alone."""

from __future__ import annotations

import glob
import gzip
import io
import re
import stat
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from whyzero.errors import DataFileError

__all__ = ["DataFile", "find_files", "inspect_file"]

HEAD_BYTES = 1 << 18
CHUNK_BYTES = 1 << 20
LONGEST_FIRST_LINE = 1 << 26
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = (b",", b";", b"\t", b"|")
FORMATS = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".svm": "libsvm",
    ".libsvm": "libsvm",
    ".svmlight": "libsvm",
}
FOREIGN = {
    b"PK\x03\x04": "is a zip archive or an Excel workbook; save the table as CSV or Parquet",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook; save the table as CSV or Parquet",
    b"\xfd7zXZ": "is compressed with xz; decompress it, or compress it with gzip",
    b"BZh": "is compressed with bzip2; decompress it, or compress it with gzip",
    b"\x28\xb5\x2f\xfd": "is compressed with zstd; decompress it, or compress it with gzip",
    b"\x89HDF": "is an HDF5 file; save the table as CSV or Parquet",
    b"%PDF": "is a PDF file; save the table as CSV or Parquet",
}
LIBSVM_LINE = re.compile(rb"\s*[+-]?\.?\d[^\s:,;]*(\s+qid:\d+)?(\s+[+-]?\d+:[^\s:,;]+)*\s*")
LIBSVM_PAIR = re.compile(rb"\s\d+:")


@dataclass(frozen=True)
class DataFile:
    """One file that exists and can be read.

    Attributes
    ----------
    path : Path
        Where it is.
    format : str
        "delimited", "parquet", "json" or "libsvm".
    compressed : bool
        Whether it is a gzip stream.
    encoding : str
        "utf-8" or "utf-16", by the first bytes.
    first_line_bytes, first_line_marks : int
        Of delimited text: length of the first line, decompressed, and how often its most frequent delimiter stands in
        it; 0 for other formats.
    head : bytes
        The first bytes, decompressed.
    """

    path: Path
    format: str
    compressed: bool
    encoding: str
    first_line_bytes: int
    first_line_marks: int
    head: bytes = field(repr=False)

    def blank_lines(self, skip: int) -> int:
        """How many lines without anything on them stand above the table, behind the first `skip` lines."""
        text = self.head.decode("utf-16" if self.encoding == "utf-16" else "utf-8-sig", "replace")
        lines = re.split(r"\r\n|\n|\r", text)[skip:-1]
        return next((count for count, line in enumerate(lines) if line.strip(" ")), 0)


def find_files(paths: Sequence[str]) -> list[Path]:
    """Return the regular files that the paths and patterns mean, each pattern's matches sorted.

    Raises
    ------
    DataFileError
        If a path does not exist, a pattern matches nothing, or something is not a regular file.
    """
    found: list[Path] = []
    for given in paths:
        if "\0" in given:
            raise DataFileError(f"{given!r}: a file name cannot hold a NUL character")
        if Path(given).exists() or not glob.has_magic(given):
            found.append(Path(given))
            continue
        matches = sorted(glob.glob(given, recursive=True))
        if not matches:
            raise DataFileError(f"{given!r}: no file matches this pattern")
        found += [Path(match) for match in matches]
    if not found:
        raise DataFileError("no data file was given")
    return found


def inspect_file(path: Path) -> DataFile:
    """Look at a file's kind and first bytes, and then check a gzip stream to its end.

    Raises
    ------
    DataFileError
        If it is missing, not a regular file, unreadable, empty, binary of no known format, or a damaged gzip stream.
    """
    shown = repr(str(path))
    try:
        str(path).encode("utf-8")
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise DataFileError(f"{shown}: is a directory; give a file, or a pattern such as '{path}/*.csv'")
        if not stat.S_ISREG(mode):
            raise DataFileError(f"{shown}: is not a regular file")
        with path.open("rb") as stream:
            compressed = stream.read(2) == b"\x1f\x8b"
        return _inspect(path, compressed, shown)
    except UnicodeEncodeError:
        raise DataFileError(f"{shown}: the file's name is not valid UTF-8; rename the file") from None
    except FileNotFoundError:
        raise DataFileError(f"{shown}: no such file") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataFileError(f"{shown}: damaged gzip file ({error})") from None
    except OSError as error:
        raise DataFileError(f"{shown}: {error.strerror or error}") from None


def _inspect(path: Path, compressed: bool, shown: str) -> DataFile:
    """Judge the first bytes; only what looks like a table is decompressed to its end."""
    with _decompressed(path, compressed) as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip():
        raise DataFileError(f"{shown}: the file is empty")
    kind = _format(path, head, shown)
    utf16 = head.startswith(UTF16_MARKS)
    if kind in ("delimited", "libsvm") and b"\0" in head and not utf16:
        raise DataFileError(f"{shown}: this is binary data, not a table (a NUL byte at offset {head.index(0)})")
    first, marks = _first_line(path, head, compressed, shown) if kind == "delimited" else (0, 0)
    if compressed:
        with _decompressed(path, compressed) as stream:
            while stream.read(CHUNK_BYTES):
                pass
    return DataFile(path, kind, compressed, "utf-16" if utf16 else "utf-8", first, marks, head)


def _decompressed(path: Path, compressed: bool) -> io.BufferedIOBase:
    return gzip.open(path, "rb") if compressed else path.open("rb")


def _format(path: Path, head: bytes, shown: str) -> str:
    for magic, message in FOREIGN.items():
        if head.startswith(magic):
            raise DataFileError(f"{shown}: {message}")
    if head.startswith(b"PAR1"):
        return "parquet"
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    if suffixes and suffixes[-1] in FORMATS:
        return FORMATS[suffixes[-1]]
    return "libsvm" if looks_like_libsvm(head) else "delimited"


def looks_like_libsvm(head: bytes) -> bool:
    """Whether the first lines are ``label index:value index:value ...``."""
    lines = head.split(b"\n")
    complete = lines[:-1] if len(lines) > 1 else lines
    rows = [line.split(b"#", 1)[0] for line in complete[:50]]
    rows = [row for row in rows if row.strip()]
    return (
        bool(rows) and all(LIBSVM_LINE.fullmatch(row) for row in rows) and any(LIBSVM_PAIR.search(row) for row in rows)
    )


def _first_line(path: Path, head: bytes, compressed: bool, shown: str) -> tuple[int, int]:
    """The length of the first line and its most frequent delimiter's count, without keeping it: it may have no end."""
    length, marks = 0, Counter[bytes]()
    with io.BytesIO(head) if len(head) < HEAD_BYTES else _decompressed(path, compressed) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            end = _line_end(chunk)
            line = chunk if end < 0 else chunk[:end]
            length += len(line)
            marks.update({mark: line.count(mark) for mark in DELIMITERS})
            if length > LONGEST_FIRST_LINE:
                raise DataFileError(
                    f"{shown}: the first line is longer than {LONGEST_FIRST_LINE >> 20} MiB; are the line ends missing?"
                )
            if end >= 0:
                break
    return length, max(marks.values(), default=0)


def _line_end(content: bytes) -> int:
    """Where the first line ends, or -1."""
    found = [place for place in (content.find(b"\n"), content.find(b"\r")) if place >= 0]
    return min(found, default=-1)
