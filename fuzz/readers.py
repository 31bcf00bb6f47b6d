"""A harness for each reader of files: what it makes of a file, and what must be true of whatever it accepts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fuzz import slow
from fuzz.checkpoints import checkpoint
from fuzz.problem import design, target, targets
from whyzero.errors import DataFileError, InputError

__all__ = ["CORPUS", "READERS", "Reader", "refusal"]

CORPUS = Path(__file__).parents[1] / "tests" / "corpus"


@dataclass(frozen=True)
class Reader:
    """One reader.

    Attributes
    ----------
    name : str
        What it reads.
    suffix : str
        Of its files.
    read : callable
        Reads a path. It returns what it found, raises InputError for a file that it refuses, and AssertionError if
        what it accepts is not what the file says.
    tokens : tuple of bytes
        What a mutation may write into a file.
    folder : str
        Of its corpus, if it is that of another reader.
    """

    name: str
    suffix: str
    read: Callable[[Path], object]
    tokens: tuple[bytes, ...]
    folder: str = ""

    @property
    def corpus(self) -> Path:
        """The folder of its corpus."""
        return CORPUS / (self.folder or self.name)

    @property
    def genuine(self) -> Path:
        """The file of its corpus that is plainly right."""
        return self.corpus / f"genuine{self.suffix}"


def refusal(error: InputError) -> str:
    """The sentence with which a file was refused.

    Raises
    ------
    AssertionError
        If it is not one line that says something.
    """
    text = str(error)
    assert text.strip() and text.isprintable() and len(text) < 4000, f"not one readable line: {text[:200]!r}"
    return text


def table(path: Path) -> object:
    """Any data file; the rows of a libsvm file are compared with a slow reading of it."""
    from whyzero.tables import read_table

    found = read_table(path)
    assert len({column.name for column in found.columns}) == len(found.columns)
    for column in found.columns:
        assert len(column.values) == found.n_rows and set(column.levels) == set(map(str.strip, column.levels))
    if found.sparse is not None:
        labels, rows = slow.libsvm(slow.content(path))
        assert found.column("label").values.tolist() == labels
        assert slow.rows_of(found.sparse) == rows
    return found.n_rows, len(found.columns)


def delimited(path: Path) -> object:
    """A table whose dialect is told, cell by cell as Python's csv module reads it, wherever that accepts it."""
    from whyzero.tables import ReadOptions, read_table

    wanted = slow.csv_cells(path)
    options = ReadOptions(header=True, delimiter=",", text=() if wanted is None else tuple(wanted[0]))
    found = read_table(path, options=options)
    if wanted is not None:
        assert list(found.names) == wanted[0], (found.names, wanted[0])
        columns = [[column.levels[code] if code >= 0 else None for code in column.values] for column in found.columns]
        rows = [list(row) for row in zip(*columns, strict=True)]
        assert rows == wanted[1:], next(pair for pair in zip(rows, wanted[1:], strict=False) if pair[0] != pair[1])
    return found.n_rows, len(found.columns)


def model(path: Path) -> object:
    """A saved model, which must say again what the file says, and nothing else."""
    from whyzero.models import load_model, model_to_json

    found = load_model(path)
    again, written = json.loads(model_to_json(found)), json.loads(path.read_text("utf-8"))
    again["whyzero"] = written["whyzero"]  # the version that wrote it
    assert _floats(again) == _floats(written)
    return found.names


def _floats(value: Any) -> Any:
    """A JSON value with its numbers as floats."""
    if isinstance(value, dict):
        return {key: _floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_floats(item) for item in value]
    return float(value) if type(value) is int else value


def certificate(path: Path) -> object:
    """A certificate: only one with the verdicts of the genuine one may be confirmed."""
    from whyzero.certificates import Certificate

    return _judged(Certificate, path)


def path_certificate(path: Path) -> object:
    """The same for a certificate of a path."""
    from whyzero.certificates import PathCertificate

    return _judged(PathCertificate, path)


def matrix_certificate(path: Path) -> object:
    """The same for a certificate about several targets."""
    from whyzero.multi import MatrixCertificate

    return _judged(MatrixCertificate, path)


# What a confirmed certificate about the genuine problem must say; with other weights and bounds it may still be true,
# and with other names, because an array has none.
DIGESTS = ("data_digest", "target_digest", "weight_digest", "offset_digest")
SAME = ("verdicts", "methods", "alpha", "l1_ratio", "penalty_factor", "toll", "loss", *DIGESTS)


def _judged(kind: Any, path: Path) -> object:
    from whyzero.certificates import verify

    try:
        found = kind.load(path)
    except OSError as error:
        raise DataFileError(str(error)) from None
    text = path.read_text("utf-8")
    folder = {"Certificate": "certificate", "PathCertificate": "path-certificate"}.get(
        kind.__name__, "matrix-certificate"
    )
    outcome = verify(text, design(), targets() if folder == "matrix-certificate" else target())
    assert all(message.endswith(".") for message in outcome.messages)
    if outcome.ok:
        told, genuine = (json.loads(e) for e in (text, (CORPUS / folder / "genuine.json").read_text("utf-8")))
        wrong = [key for key in SAME if told.get(key) != genuine.get(key)]
        assert not wrong, f"a certificate with other {wrong} than the genuine one was confirmed"
    return outcome.ok, len(found.names)


def explanation(path: Path) -> object:
    """A saved explanation, as ``whyzero why`` reads it."""
    from whyzero.cli.saved import saved_features

    return len(saved_features(path))


def foreign_model(path: Path) -> object:
    """The model of another package, as ``whyzero audit`` reads it."""
    from whyzero.audits.files import read_model_json
    from whyzero.cli.saved import text_of

    found = read_model_json(text_of(path), repr(str(path)))
    assert np.all(np.isfinite(found.coef)) and len(found.coef)
    return len(found.coef)


def weights(path: Path) -> object:
    """A table of weights, as ``whyzero audit`` reads it."""
    from whyzero.audits.files import read_coef_csv

    names, coef, _ = read_coef_csv(path)
    assert len(names) == len(set(names)) == len(coef) and np.all(np.isfinite(coef))
    return len(names)


NUMBERS = (b"nan", b"inf", b"-0", b"1e400", b"1e-400", b"0x1p3", b"1_0", b"9223372036854775808", b"1" * 20)
MARKS = (b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\x80", b"\xed\xa0\x80", b"\r", b"\n", b"\r\n", b'"', b"'", b"\x1b[2J")
CSV = (*NUMBERS, *MARKS, b",", b";", b"\t", b"|", b'""', b'","', b"=1+1", b"\x1f\x8b\x08", b"#", b" ")
JSON = (*NUMBERS, *MARKS, *(b"%c" % mark for mark in b"[]{}:,"), b"null", b"true", b"NaN", b'"\\ud800"', b"[" * 99)
LIBSVM = (*NUMBERS, *MARKS, b":", b" ", b"#", b"qid:1", b"-1:1", b"0:1", b"1:1 1:1", b"9:1 2:1", b"+")
PARQUET = (b"PAR1", b"\xff" * 8, b"\x7f" * 8, b"\0" * 8, b"\xff\xff\xff\xff\x0f", b"\x15\xfe\xff\xff\xff\x0f")

READERS = {
    reader.name: reader
    for reader in (
        Reader("delimited", ".csv", delimited, CSV, "csv"),
        Reader("csv", ".csv", table, CSV),
        Reader("gzip", ".csv.gz", table, (b"\x1f\x8b\x08", b"\0", b"\xff")),
        Reader("libsvm", ".svm", table, LIBSVM),
        Reader("json", ".json", table, JSON),
        Reader("parquet", ".parquet", table, PARQUET),
        Reader("model", ".json", model, JSON),
        Reader("certificate", ".json", certificate, JSON),
        Reader("path-certificate", ".json", path_certificate, JSON),
        Reader("matrix-certificate", ".json", matrix_certificate, JSON),
        Reader("explanation", ".json", explanation, JSON),
        Reader("foreign-model", ".json", foreign_model, JSON),
        Reader("weights", ".csv", weights, CSV),
        Reader("checkpoint", ".ckpt", checkpoint, (*NUMBERS, *MARKS, b"<f8", b"<i8", b"|u1", b"[", b"]", b"\x7f" * 8)),
    )
}
