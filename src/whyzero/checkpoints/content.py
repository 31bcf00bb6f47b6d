"""The bytes of a checkpoint: arrays under their names, whose fit they are of, and a seal over both.

A line that names the format, the SHA-256 of all that follows as a line of hexadecimal digits, a line of JSON, and the
numbers of all arrays one after the other. The JSON says whose fit it is, and the name, type and shape of each array.
Nothing in it is ever executed.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.errors import DataFileError
from whyzero.json_text import parse_strictly

__all__ = ["MAGIC", "Arrays", "Parts", "damaged", "dump", "load"]

Arrays = dict[str, NDArray[Any]]
Parts = dict[str, Arrays]

MAGIC = b"whyzero checkpoint 1\n"

# The types that are written, by the kind of an array, and how many bytes an entry takes.
_TYPES = {"f": "<f8", "i": "<i8", "u": "|u1"}
_BYTES = {"<f8": 8, "<i8": 8, "|u1": 1}


def dump(fit: Mapping[str, Any], parts: Mapping[str, Mapping[str, NDArray[Any]]]) -> bytes:
    """Write the finished parts of a fit.

    Parameters
    ----------
    fit : mapping
        What the fit is of, as JSON values.
    parts : mapping
        The arrays of each part: float64, int64 or uint8, of at least one dimension.
    """
    listed, numbers = [], []
    for part, arrays in parts.items():
        for name, array in arrays.items():
            plain = np.ascontiguousarray(array, dtype=_TYPES[array.dtype.kind])
            listed.append([part, name, _TYPES[array.dtype.kind], list(plain.shape)])
            numbers.append(plain.tobytes())
    head = json.dumps({"fit": fit, "arrays": listed}).encode("ascii")
    content = b"\n".join([head, b"".join(numbers)])
    return MAGIC + _seal(content) + b"\n" + content


def load(data: bytes, shown: str) -> tuple[dict[str, Any], Parts]:
    """Read what `dump` wrote.

    Parameters
    ----------
    data : bytes
        All of it but the first line.
    shown : str
        The file's name in messages.

    Raises
    ------
    DataFileError
        If a byte is not as it was written.
    """
    seal, _, content = data.partition(b"\n")
    head, _, numbers = content.partition(b"\n")
    if seal != _seal(content):
        raise damaged(shown)
    try:
        fields = parse_strictly(head.decode("ascii"))
        return dict(fields["fit"]), _parts(fields["arrays"], numbers)
    except (ValueError, TypeError, KeyError, OverflowError):
        raise damaged(shown) from None


def damaged(shown: str) -> DataFileError:
    """What a file is refused with whose bytes are not what was written."""
    return DataFileError(f"{shown}: this checkpoint is damaged; delete it to begin anew")


def _parts(listed: list[Any], numbers: bytes) -> Parts:
    parts: Parts = {}
    begin = 0
    for part, name, kind, shape in listed:
        size, count = _BYTES[kind], math.prod(shape)
        flat = np.frombuffer(numbers, dtype=kind, count=count, offset=begin) if count else np.empty(0, dtype=kind)
        arrays = parts.setdefault(part, {})
        if name in arrays:
            raise ValueError("an array twice")
        arrays[name] = flat.reshape(shape).astype(flat.dtype.newbyteorder("="))
        begin += count * size
    if begin != len(numbers):
        raise ValueError("numbers that belong to no array")
    return parts


def _seal(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode("ascii")
