"""The JSON form of a certificate about a matrix of weights: docs/certificate.md is its published description."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from whyzero.certificates import Verdict
from whyzero.certificates.schema import check_digest, check_kinds, finite_or_null, number, read_object, sealed, words
from whyzero.certificates.stored import Array, Digests
from whyzero.errors import CertificateError
from whyzero.multi.certificates.certificate import MatrixCertificate

__all__ = ["MATRIX_SCHEMA", "dump", "load"]

MATRIX_SCHEMA = "whyzero/matrix-certificate/1"

COUNTS = ("n_rows", "n_cols", "n_tasks")
NUMBERS = ("alpha", "l1_ratio")
UPPER_NUMBERS = ("gap", "anchor_gap", "primal")  # null: infinite
SHAPES = {  # lists of lists of finite numbers
    "coef": ("n_tasks", "n_cols"),
    "anchor_coef": ("n_tasks", "n_cols"),
    "dual": ("n_rows", "n_tasks"),
    "intercept": ("n_tasks",),
    "anchor_intercept": ("n_tasks",),
}
UPPER_VECTORS = ("penalty_factor", "toll")  # null: infinite
JUDGED = ("pull", "pull_bound", "radius")  # null: infinite
WORDS = ("verdicts", "methods")
FIELDS = frozenset(
    {"schema", "sha256", "loss", "fit_intercept", "names"}.union(
        Digests.NAMES, COUNTS, NUMBERS, UPPER_NUMBERS, SHAPES, UPPER_VECTORS, JUDGED, WORDS
    )
)


def dump(certificate: MatrixCertificate) -> str:
    """Write a certificate."""
    told = vars(certificate)
    out: dict[str, Any] = {"schema": MATRIX_SCHEMA, "names": list(certificate.names)}
    out |= {name: told[name] for name in ("loss", "fit_intercept", *COUNTS, *NUMBERS)}
    out |= zip(Digests.NAMES, certificate.digests.known, strict=True)
    out |= {name: finite_or_null(told[name]) for name in UPPER_NUMBERS}
    out |= {name: told[name].tolist() for name in SHAPES}
    out |= {name: _with_nulls(told[name].tolist()) for name in (*UPPER_VECTORS, *JUDGED)}
    out["verdicts"] = _words_of(certificate.verdicts)
    out["methods"] = certificate.methods.tolist()
    return sealed(out)


def load(text: str) -> MatrixCertificate:
    """Read a certificate; every field is checked, none may be missing or added."""
    fields = read_object(text, (MATRIX_SCHEMA,), FIELDS)
    texts = ("loss", *Digests.NAMES, "sha256")
    check_kinds(fields, [(texts, str), (("fit_intercept",), bool), (COUNTS, int), (("names",), list)])
    if fields["loss"] not in ("squared", "softmax"):
        raise CertificateError(f"Field 'loss' is {fields['loss']!r:.60}, which is no loss of these models.")
    check_digest(fields)
    values: dict[str, Any] = {name: fields[name] for name in ("loss", "fit_intercept", *COUNTS)}
    values["digests"] = Digests(known=tuple(fields[name] for name in Digests.NAMES))
    values["names"] = words(fields, "names", fields["n_cols"])
    values |= {name: number(fields, name) for name in NUMBERS}
    values |= {name: number(fields, name, missing=math.inf) for name in UPPER_NUMBERS}
    values |= {name: _array(fields, name, tuple(fields[k] for k in shape)) for name, shape in SHAPES.items()}
    values |= {name: _array(fields, name, (fields["n_cols"],), missing=math.inf) for name in UPPER_VECTORS}
    judged = (fields["n_cols"],) if fields["loss"] == "squared" else (fields["n_tasks"], fields["n_cols"])
    values |= {name: _array(fields, name, judged, missing=math.inf) for name in JUDGED}
    values |= {name: np.array(_items(fields, name, judged, (str,)), dtype=object).reshape(judged) for name in WORDS}
    known = {verdict.value: verdict for verdict in Verdict}
    strange = [word for word in values["verdicts"].ravel() if word not in known]
    if strange:
        raise CertificateError(f"Field 'verdicts' has {strange[0]!r:.60}, which is no verdict.")
    verdicts = np.full(judged, Verdict.OPEN)
    verdicts.ravel()[:] = [known[word] for word in values["verdicts"].ravel()]
    return MatrixCertificate(**values | {"verdicts": verdicts})


def _with_nulls(values: Any) -> Any:
    """The lists with None for every infinite number."""
    return [_with_nulls(value) for value in values] if isinstance(values, list) else finite_or_null(values)


def _words_of(verdicts: Any) -> Any:
    """The lists of words of an array of verdicts."""
    return [_words_of(part) for part in verdicts] if isinstance(verdicts, np.ndarray) else verdicts.value


def _array(fields: dict[str, Any], name: str, shape: tuple[int, ...], missing: float | None = None) -> Array:
    """A list of numbers, or one of lists of numbers; null stands for `missing` if that is given."""
    kinds = (int, float) if missing is None else (int, float, type(None))
    values = _items(fields, name, shape, kinds)
    return np.array([missing if value is None else value for value in values], dtype=np.float64).reshape(shape)


def _items(fields: dict[str, Any], name: str, shape: tuple[int, ...], kinds: tuple[type, ...]) -> list[Any]:
    """The items of a list, or of a list of lists, whose shape and types are checked."""
    items = [fields[name]]
    for length in shape:
        if any(type(part) is not list or len(part) != length for part in items):
            raise CertificateError(f"Field {name!r} must have the shape {shape}.")
        items = [item for part in items for item in part]
    for item in items:
        if type(item) not in kinds:
            raise CertificateError(f"Field {name!r} has {item!r:.60}, which is of a wrong type.")
    return items
