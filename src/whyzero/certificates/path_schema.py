"""The JSON form of a certificate of a path: docs/certificate.md is its published description."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from whyzero.certificates.path_certificate import AlphaIntervals, PathCertificate, PathProof
from whyzero.certificates.schema import (
    check_digest,
    check_kinds,
    finite_or_null,
    number,
    read_object,
    sealed,
    vector,
    words,
)
from whyzero.certificates.stored import Digests
from whyzero.errors import CertificateError

__all__ = ["PATH_SCHEMA", "POSITIVE_PATH_SCHEMA", "dump", "load"]

PATH_SCHEMA = "whyzero/path-certificate/1"
POSITIVE_PATH_SCHEMA = PATH_SCHEMA + "+positive"  # of problems in which no weight may be negative

FLAGS = ("fit_intercept", "standardize")
COUNTS = ("n_rows", "n_cols")
POINTS = ("alphas", "intercepts", "gaps")  # a number for each alpha
VECTORS = ("columns", "coefs", "duals")  # a list of numbers for each alpha
CLAIMS = ("zero", "nonzero")  # a list for each column
FIELDS = frozenset(
    {"schema", "sha256", "loss", "l1_ratio", "names", "penalty_factor", "scale"}.union(
        Digests.NAMES, FLAGS, COUNTS, POINTS, VECTORS, CLAIMS
    )
)


def dump(certificate: PathCertificate) -> str:
    """Write a certificate."""
    proofs = certificate.proofs
    schema = POSITIVE_PATH_SCHEMA if certificate.positive else PATH_SCHEMA
    fields: dict[str, Any] = {"schema": schema, "names": list(certificate.names)}
    for name in ("loss", "l1_ratio", *FLAGS, *COUNTS):
        fields[name] = vars(certificate)[name]
    fields |= zip(Digests.NAMES, certificate.digests.known, strict=True)
    fields["penalty_factor"] = [finite_or_null(v) for v in certificate.penalty_factor.tolist()]
    fields["scale"] = certificate.scale.tolist()
    fields["alphas"] = [proof.alpha for proof in proofs]
    fields["intercepts"] = [proof.intercept for proof in proofs]
    fields["gaps"] = [finite_or_null(proof.gap) for proof in proofs]
    fields["columns"] = [proof.columns.tolist() for proof in proofs]
    fields["coefs"] = [proof.coef.tolist() for proof in proofs]
    fields["duals"] = [proof.dual.tolist() for proof in proofs]
    fields["zero"] = [[[finite_or_null(high), low] for high, low in weight.zero] for weight in certificate.weights]
    fields["nonzero"] = [list(weight.nonzero) for weight in certificate.weights]
    return sealed(fields)


def load(text: str) -> PathCertificate:
    """Read a certificate; every field is checked, none may be missing or added."""
    fields = read_object(text, (PATH_SCHEMA, POSITIVE_PATH_SCHEMA), FIELDS)
    texts = ("loss", "sha256", *Digests.NAMES)
    check_kinds(fields, [(texts, str), (FLAGS, bool), (COUNTS, int), (("names", *POINTS, *VECTORS, *CLAIMS), list)])
    check_digest(fields)
    p = fields["n_cols"]
    values: dict[str, Any] = {name: fields[name] for name in ("loss", *FLAGS, *COUNTS)}
    values["digests"] = Digests(known=tuple(fields[name] for name in Digests.NAMES))
    values["names"] = names = words(fields, "names", p)
    values["l1_ratio"] = number(fields, "l1_ratio")
    values["penalty_factor"] = vector(fields, "penalty_factor", p, missing=math.inf)
    values["scale"] = vector(fields, "scale", p)
    values["proofs"] = proofs_of(fields)
    for name in CLAIMS:
        if len(fields[name]) != p:
            raise CertificateError(f"Field {name!r} must have one list for each of {p} columns.")
    alphas = frozenset(proof.alpha for proof in values["proofs"])
    claims = zip(names, fields["zero"], fields["nonzero"], strict=True)
    values["weights"] = tuple(
        AlphaIntervals(name, intervals_of(name, zero, alphas), alphas_of(name, nonzero, alphas))
        for name, zero, nonzero in claims
    )
    return PathCertificate(**values, positive=fields["schema"] == POSITIVE_PATH_SCHEMA)


def proofs_of(fields: dict[str, Any]) -> tuple[PathProof, ...]:
    """The points at every alpha."""
    alphas = vector(fields, "alphas", len(fields["alphas"])).tolist()
    if not alphas or not all(0.0 < b < a for a, b in pairwise([math.inf, *alphas])):
        raise CertificateError("Field 'alphas' must fall from one number to the next, and all must be positive.")
    intercepts = vector(fields, "intercepts", len(alphas)).tolist()
    gaps = vector(fields, "gaps", len(alphas), missing=math.inf).tolist()
    for name in VECTORS:
        if len(fields[name]) != len(alphas):
            raise CertificateError(f"Field {name!r} must have one list for each of {len(alphas)} alphas.")
    found = []
    for k, alpha in enumerate(alphas):
        here = {name: fields[name][k] for name in VECTORS}
        columns = here["columns"]
        if type(columns) is not list or any(type(j) is not int for j in columns):
            raise CertificateError(f"Field 'columns' must hold lists of integers, not {columns!r:.60}.")
        if not all(i < j < fields["n_cols"] for i, j in pairwise([-1, *columns])):
            raise CertificateError("Field 'columns' must hold growing column numbers from 0 on.")
        coef = vector(here, "coefs", len(columns))
        dual = vector(here, "duals", fields["n_rows"])
        found.append(PathProof(alpha, np.array(columns, dtype=np.intp), coef, intercepts[k], dual, gaps[k]))
    return tuple(found)


def intervals_of(name: str, pairs: Any, alphas: frozenset[float]) -> tuple[tuple[float, float], ...]:
    """Intervals (high, low), which must end where a proof is; null is infinity."""
    if type(pairs) is not list or any(type(pair) is not list or len(pair) != 2 for pair in pairs):
        raise CertificateError(f"Field 'zero' of column {name!r} must be a list of pairs.")
    ends = [[math.inf if high is None and k == 0 else high, low] for k, (high, low) in enumerate(pairs)]
    unbounded = bool(pairs) and pairs[0][0] is None
    for end in [end for pair in ends for end in pair][unbounded:]:
        if type(end) not in (int, float) or end not in alphas:
            raise CertificateError(f"Field 'zero' of column {name!r} has an end {end!r:.60} where no proof is.")
    return tuple((float(high), float(low)) for high, low in ends)


def alphas_of(name: str, values: Any, alphas: frozenset[float]) -> tuple[float, ...]:
    """Alphas at which a proof is."""
    if type(values) is not list or any(type(v) not in (int, float) or v not in alphas for v in values):
        raise CertificateError(f"Field 'nonzero' of column {name!r} must list alphas of the certificate.")
    return tuple(float(value) for value in values)
