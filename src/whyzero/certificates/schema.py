"""The JSON form of a certificate: docs/certificate.md is its published description."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Set
from typing import Any

import numpy as np

from whyzero.certificates.certificate import Certificate
from whyzero.certificates.stored import Array, Digests
from whyzero.certificates.verdict import Verdict
from whyzero.errors import CertificateError
from whyzero.json_text import parse_strictly, real

__all__ = ["SCHEMA", "content_digest", "dump", "fields_of", "load"]

SCHEMA = "whyzero/certificate/1"
POSITIVE_SCHEMA = "whyzero/certificate/1+positive"  # of problems in which no weight may be negative

TEXTS = ("loss", "proof")
FLAGS = ("fit_intercept", "standardize")
COUNTS = ("n_rows", "n_cols")
NUMBERS = ("alpha", "l1_ratio", "intercept", "anchor_intercept")
UPPER_NUMBERS = ("gap", "anchor_gap", "primal")  # null: infinite
VECTORS = ("coef", "scale", "anchor_coef")  # one finite number for each column
UPPER_VECTORS = ("penalty_factor", "toll", "pull", "pull_bound", "hi")  # null: infinite
LOWER_VECTORS = ("lo",)  # null: minus infinity
WORDS = ("names", "verdicts", "methods")
FIELDS = frozenset(
    {"schema", "dual", "sha256"}.union(
        TEXTS, Digests.NAMES, FLAGS, COUNTS, NUMBERS, UPPER_NUMBERS, VECTORS, UPPER_VECTORS, LOWER_VECTORS, WORDS
    )
)


def content_digest(fields: dict[str, Any]) -> str:
    """SHA-256 of the JSON text, with sorted keys and no spaces, in which the field ``sha256`` is empty."""
    text = json.dumps(fields | {"sha256": ""}, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def fields_of(certificate: Certificate) -> dict[str, Any]:
    """Every field but ``sha256`` as JSON values."""
    out: dict[str, Any] = {
        "schema": POSITIVE_SCHEMA if certificate.positive else SCHEMA,
        "dual": certificate.dual.tolist(),
    }
    for name in (*TEXTS, *FLAGS, *COUNTS, *NUMBERS):
        out[name] = vars(certificate)[name]
    out |= zip(Digests.NAMES, certificate.digests.known, strict=True)
    for name in UPPER_NUMBERS:
        out[name] = finite_or_null(vars(certificate)[name])
    for name in VECTORS:
        out[name] = vars(certificate)[name].tolist()
    for name in (*UPPER_VECTORS, *LOWER_VECTORS):
        out[name] = [finite_or_null(value) for value in vars(certificate)[name].tolist()]
    out["names"] = list(certificate.names)
    out["verdicts"] = [verdict.value for verdict in certificate.verdicts]
    out["methods"] = list(certificate.methods)
    return out


def dump(certificate: Certificate) -> str:
    """Write a certificate."""
    return sealed(fields_of(certificate))


def sealed(fields: dict[str, Any]) -> str:
    """The JSON text of the fields with their digest."""
    fields["sha256"] = content_digest(fields)
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False)


def load(text: str) -> Certificate:
    """Read a certificate; every field is checked, none may be missing or added."""
    fields = parse(text)
    check_digest(fields)
    p, n = fields["n_cols"], fields["n_rows"]
    values: dict[str, Any] = {name: fields[name] for name in (*TEXTS, *FLAGS, *COUNTS)}
    values["digests"] = Digests(known=tuple(fields[name] for name in Digests.NAMES))
    values |= {name: number(fields, name) for name in NUMBERS}
    values |= {name: number(fields, name, missing=math.inf) for name in UPPER_NUMBERS}
    values |= {name: vector(fields, name, p) for name in VECTORS}
    values |= {name: vector(fields, name, p, missing=math.inf) for name in UPPER_VECTORS}
    values |= {name: vector(fields, name, p, missing=-math.inf) for name in LOWER_VECTORS}
    values["dual"] = vector(fields, "dual", n)
    values["names"], values["methods"] = words(fields, "names", p), words(fields, "methods", p)
    known = {verdict.value: verdict for verdict in Verdict}
    verdicts = words(fields, "verdicts", p)
    for j, word in enumerate(verdicts):
        if word not in known:
            raise CertificateError(f"Field 'verdicts' has {word!r} at position {j}, which is no verdict.")
    values["verdicts"] = tuple(known[word] for word in verdicts)
    return Certificate(**values, positive=fields["schema"] == POSITIVE_SCHEMA)


def parse(text: str) -> dict[str, Any]:
    """The fields of the text, with the scalar kinds checked."""
    fields = read_object(text, (SCHEMA, POSITIVE_SCHEMA), FIELDS)
    texts = (*TEXTS, *Digests.NAMES, "sha256")
    check_kinds(fields, [(texts, str), (FLAGS, bool), (COUNTS, int), (WORDS, list)])
    return fields


def read_object(text: str, schemas: tuple[str, ...], known: Set[str]) -> dict[str, Any]:
    """A JSON object of one of these schemas that has exactly the known fields."""
    try:
        fields = parse_strictly(text, parse_int=whole)
    except ValueError as error:
        raise CertificateError(f"The certificate is not complete JSON: {error}.") from error
    if not isinstance(fields, dict) or fields.get("schema") not in schemas:
        found = fields.get("schema") if isinstance(fields, dict) else None
        raise CertificateError(f"Field 'schema' is {found!r:.60}; this version reads {schemas[0]!r}.")
    for name in sorted(known ^ fields.keys()):
        raise CertificateError(f"Field {name!r} is {'missing' if name in known else 'not part of a certificate'}.")
    return fields


def check_kinds(fields: dict[str, Any], kinds: Iterable[tuple[Iterable[str], type]]) -> None:
    """Refuse a field whose value is not of its kind."""
    for names, kind in kinds:
        for name in names:
            if type(fields[name]) is not kind:
                raise CertificateError(f"Field {name!r} must be {kind.__name__}, not {fields[name]!r:.60}.")


def check_digest(fields: dict[str, Any]) -> None:
    """Refuse fields that do not have the digest that they state."""
    if fields["sha256"] != content_digest(fields):
        raise CertificateError("The certificate was changed: its content does not have the digest in field 'sha256'.")


def whole(text: str) -> int:
    """An integer of the JSON text that float64 can hold, if only rounded."""
    real(text)
    return int(text)


def number(fields: dict[str, Any], name: str, missing: float | None = None) -> float:
    """One number; null stands for `missing` if that is given."""
    value = fields[name]
    if value is None and missing is not None:
        return missing
    if type(value) not in (int, float):
        raise CertificateError(f"Field {name!r} must be a number, not {value!r:.60}.")
    return float(value)


def vector(fields: dict[str, Any], name: str, length: int, missing: float | None = None) -> Array:
    """A list of numbers; null stands for `missing` if that is given."""
    values = fields[name]
    if type(values) is not list or len(values) != length:
        raise CertificateError(f"Field {name!r} must be a list of {length} numbers.")
    for j, value in enumerate(values):
        if type(value) not in (int, float) and not (value is None and missing is not None):
            raise CertificateError(f"Field {name!r} has {value!r:.60} at position {j}; a number is needed.")
    return np.array([missing if value is None else value for value in values], dtype=np.float64)


def words(fields: dict[str, Any], name: str, length: int) -> tuple[str, ...]:
    """A list of strings."""
    values = fields[name]
    if len(values) != length or any(type(value) is not str for value in values):
        raise CertificateError(f"Field {name!r} must be a list of {length} strings.")
    return tuple(values)


def finite_or_null(value: float) -> float | None:
    """The number, or None for an infinite one."""
    return value if math.isfinite(value) else None
