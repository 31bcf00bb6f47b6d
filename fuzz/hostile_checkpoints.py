"""Checkpoints that are nearly right: a genuine one with one thing wrong, sealed again where that is not the seal."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from fuzz.hostile_tables import Entries

__all__ = ["resealed", "spoiled_checkpoints"]

Array = list[Any]  # part, name, kind, shape, and the bytes
BYTES = {"<f8": 8, "<i8": 8, "|u1": 1}


def resealed(content: bytes) -> bytes:
    """The same bytes behind a fresh SHA-256: what somebody writes who knows the format."""
    parts = content.split(b"\n", 2)
    if len(parts) < 3:
        return content
    return b"\n".join([parts[0], hashlib.sha256(parts[2]).hexdigest().encode("ascii"), parts[2]])


def spoiled_checkpoints(genuine: bytes) -> Entries:
    """The hostile relatives of a genuine checkpoint."""
    return {"genuine": (genuine, True), **dict(_bytes(genuine)), **dict(_contents(genuine))}


def _bytes(raw: bytes) -> Iterator[tuple[str, tuple[bytes, bool | None]]]:
    magic, seal, rest = raw.split(b"\n", 2)
    yield "empty", (b"", False)
    yield "first-line-only", (magic + b"\n", False)
    yield "half", (raw[: len(raw) // 2], False)
    yield "twice", (raw + raw, False)
    yield "nul-behind", (resealed(raw + b"\0"), False)
    yield "bom", (b"\xef\xbb\xbf" + raw, False)
    yield "crlf", (raw.replace(b"\n", b"\r\n", 2), False)
    yield "newer", (raw.replace(b"checkpoint 1", b"checkpoint 2", 1), False)
    yield "upper-case-seal", (b"\n".join([magic, seal.upper(), rest]), False)
    yield "no-seal", (b"\n".join([magic, b"", rest]), False)
    yield "pickle", (b"\x80\x04\x95\x0b\0\0\0\0\0\0\0\x8c\x02os\x8c\x06system\x93.", False)
    numbers = rest.split(b"\n", 1)[1]
    deep = b'{"fit":' * 5000 + b"1" + b"}" * 5000
    for name, head in (
        ("head-is-no-json", b"x"),
        ("head-is-a-list", b"[]"),
        ("head-is-deep", deep),
        ("head-is-empty", b"{}"),
        ("head-in-utf-16", rest.split(b"\n", 1)[0].decode().encode("utf-16-le")),
        ("head-has-nan", b'{"fit": {"tol": NaN}, "arrays": []}'),
        ("fit-twice", b'{"fit": {}, "fit": {}, "arrays": []}'),
        ("arrays-are-a-number", b'{"fit": {}, "arrays": 3}'),
    ):
        yield name, (resealed(b"\n".join([magic, b"", head, numbers])), False)


def _contents(raw: bytes) -> Iterator[tuple[str, tuple[bytes, bool | None]]]:
    """Files whose bytes are in order, and whose arrays are not those of a fit."""
    magic, _, head, numbers = raw.split(b"\n", 3)
    fields, arrays, begin = json.loads(head), {}, 0
    for part, name, kind, shape in fields["arrays"]:
        end = begin + BYTES[kind] * int(np.prod(shape))
        arrays[f"{part} {name}"] = [part, name, kind, shape, numbers[begin:end]]
        begin = end

    def written(listed: list[Array], fit: Any = fields["fit"]) -> bytes:
        told = json.dumps({"fit": fit, "arrays": [array[:4] for array in listed]}).encode("ascii")
        return resealed(b"\n".join([magic, b"", told, b"".join(array[4] for array in listed)]))

    yield "other-fit", (written([*arrays.values()], {"what": "another"}), False)
    yield "no-parts", (written([]), True)
    yield "unknown-part", (written([*arrays.values(), ["later", "x", "<f8", [1], bytes(8)]]), True)
    yield "array-twice", (written([*arrays.values(), arrays["path alphas"]]), False)
    for key in arrays:
        rest = [array for name, array in arrays.items() if name != key]
        alone = key.endswith(" json")  # the only array of its part, which is then not there
        yield f"without-{key}".replace(" ", "-"), (written(rest), alone)
    for name, key, change in _changes():
        edited = copy.deepcopy(arrays)
        change(edited[key])
        yield name, (written([*edited.values()]), False)


def _values(array: Array) -> Any:
    return np.frombuffer(array[4], array[2]).copy()


def _changes() -> Iterator[tuple[str, str, Callable[[Array], None]]]:
    """Edits of one array, each with its name."""

    def put(place: int, value: float) -> Callable[[Array], None]:
        def change(array: Array) -> None:
            values = _values(array)
            values[place] = value
            array[4] = values.tobytes()

        return change

    def shape(wanted: list[Any], size: int = 8) -> Callable[[Array], None]:
        def change(array: Array) -> None:
            array[3], array[4] = wanted, (array[4] * size)[: size * BYTES[array[2]]]

        return change

    def kind(wanted: str) -> Callable[[Array], None]:
        def change(array: Array) -> None:
            array[2] = wanted

        return change

    def text(words: bytes) -> Callable[[Array], None]:
        def change(array: Array) -> None:
            array[3], array[4] = [len(words)], words

        return change

    yield "alpha-nan", "path alphas", put(0, np.nan)
    yield "alpha-zero", "path alphas", put(-1, 0.0)
    yield "alpha-rises", "path alphas", put(-1, 1e9)
    yield "alphas-in-a-column", "path alphas", shape([2, 1], 2)
    yield "alphas-too-few", "path alphas", shape([1], 1)
    yield "alphas-are-integers", "path alphas", kind("<i8")
    yield "type-is-an-object", "path alphas", kind("O")
    yield "shape-is-negative", "path alphas", shape([-2], 2)
    yield "shape-is-huge", "path alphas", shape([2**62], 2)
    yield "shape-is-beyond-64-bits", "path alphas", shape([2**80], 2)
    yield "shape-is-huge-and-empty", "path alphas", shape([0, 2**62], 0)
    yield "shape-is-text", "path alphas", shape(["2"], 2)
    yield "indptr-starts-late", "path indptr", put(0, 1)
    yield "indptr-falls", "path indptr", put(1, 99)
    yield "indptr-negative", "path indptr", put(1, -1)
    yield "column-too-large", "path indices", put(0, 4)
    yield "column-negative", "path indices", put(0, -1)
    yield "column-huge", "path indices", put(0, 2**62)
    yield "weight-infinite", "path values", put(0, np.inf)
    yield "intercept-nan", "path intercepts", put(0, np.nan)
    yield "status-unknown", "path statuses", put(0, 99)
    yield "status-negative", "path statuses", put(0, -1)
    yield "account-not-text", "path account", text(b"\xff\xfe")
    yield "account-no-pair", "path account", text(b"[1]")
    yield "account-deep", "path account", text(b"[" * 5000)
    yield "coef-nan", "fit coef", put(0, np.nan)
    yield "coef-too-short", "fit coef", shape([1], 1)
    yield "fit-alpha-negative", "fit numbers", put(0, -1.0)
    yield "fit-status-negative", "fit status", put(0, -1)
    yield "unfinished-negative", "fold 0 unfinished", put(0, -1)
    yield "unfinished-too-many", "fold 0 unfinished", put(0, 2**40)
    yield "scores-too-few", "fold 0 score deviance", shape([1], 1)
    yield "certificate-no-json", "certificate json", text(b"{")
    yield "certificate-of-a-path", "certificate json", text(b'{"schema": "whyzero/path-certificate/1"}')
    yield "path-certificate-empty", "path certificate json", text(b"")
