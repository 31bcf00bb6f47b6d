"""The checker of certificates of a path: every alpha, every chord between two and every interval is proved again.

The proof at one alpha is that of `verify.py`; nothing here is shared with `certify_path`.
"""

import hashlib
import json
import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from whyzero.certificates.verify import DIGESTS, FLOOR, Verification, _bounds, _survey
from whyzero.certificates.verify_exact import verify as check
from whyzero.certificates.verify_losses import LIBM, ROUNDOFF, _gamma

SCHEMA, TEXT, REAL, WHOLE, ROW = "whyzero/path-certificate/1", (str,), (float, int), (int,), (list,)
KIND = {(TEXT, ""): "schema sha256 loss " + " ".join(DIGESTS), (WHOLE, ""): "n_rows n_cols", (REAL, ""): "l1_ratio"}
KIND |= {((bool,), ""): "fit_intercept standardize", (TEXT, "n_cols"): "names", (REAL, "n_cols"): "scale"}
KIND |= {((*REAL, type(None)), "n_cols"): "penalty_factor", ((*REAL, type(None)), "alphas"): "gaps"}
KIND |= {(REAL, "alphas"): "alphas intercepts", (ROW, "alphas"): "columns coefs duals", (ROW, "n_cols"): "zero nonzero"}
FIELDS: dict[str, Any] = {field: kind for kind, fields in KIND.items() for field in fields.split()}
COUNTS = {1.0: "claims what is not proved", 16.0: "leaves out what is proved"}  # counts of every rounding
ERRORS = (ValueError, TypeError, AttributeError, ArithmeticError, LookupError, RecursionError)


def verify(certificate: Any, X: Any, y: Any, *, sample_weight: Any = None, offset: Any = None) -> Verification:
    """Check a `Certificate` or `PathCertificate` (or its JSON text) against its data; X is dense or SciPy sparse.

    Every claim is computed again, by code that shares nothing with `certify` and `certify_path`. An exact proof of
    the logistic loss is refused, because only its float bounds could be confirmed.
    """
    try:
        text = certificate if isinstance(certificate, str) else certificate.to_json()
        claim = json.loads(text, object_pairs_hook=_once)
        if type(claim) is not dict or claim.get("schema") not in (SCHEMA, SCHEMA + "+positive"):
            return check(text, X, y, sample_weight=sample_weight, offset=offset)
        with np.errstate(all="ignore"):
            wrong = list(_differences(_read(claim), X, y, sample_weight, offset))
    except ERRORS as error:
        wrong = [f"The certificate cannot be checked: {error}."]
    return Verification(not wrong, tuple(wrong or ["Every claim follows from these data."]))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object in which a field stands twice: another reader may take the other of the two."""
    if len(fields := dict(pairs)) != len(pairs):
        raise ValueError("a field of it occurs twice")
    return fields


def _read(claim: dict[str, Any]) -> dict[str, Any]:
    """Check the types of all fields, and write points and claims as arrays with a row for each alpha."""
    if claim.keys() != FIELDS.keys():
        raise ValueError(f"fields are missing or added: {sorted(FIELDS.keys() ^ claim.keys())}")
    s = json.dumps(claim | {"sha256": ""}, sort_keys=True, separators=(",", ":"), allow_nan=False)
    if claim["sha256"] != hashlib.sha256(s.encode()).hexdigest():
        raise ValueError("its text was changed and no longer has the SHA-256 that it states")
    for name, (types, size) in FIELDS.items():
        items = claim[name] if size else [claim[name]]
        length = len(claim["alphas"]) if size == "alphas" else claim[size] if size else 1
        if type(items) is not list or len(items) != length or set(map(type, items)) - {*types}:
            raise ValueError(f"field {name!r} has a wrong type or length")
    for name in ("penalty_factor", "scale", "alphas", "intercepts", "gaps"):
        claim[name] = np.array([math.inf if e is None else e for e in claim[name]], dtype=float)
    a, n, p = claim["alphas"], claim["n_rows"], claim["n_cols"]
    if not (len(a) and a[-1] > 0.0 and np.all(np.diff(a) < 0.0)):
        raise ValueError("field 'alphas' does not fall, or has a number that is not positive")
    for name, types in (("columns", WHOLE), ("coefs", REAL), ("duals", REAL)):
        if any(set(map(type, row)) - {*types} for row in claim[name]):
            raise ValueError(f"field {name!r} has a wrong type")
    weights = np.zeros((len(a), p))
    for row, columns, values in zip(weights, claim["columns"], claim["coefs"], strict=True):
        if columns != sorted({*columns} & {*range(p)}) or len(columns) != len(values):
            raise ValueError("field 'columns' does not tell where the numbers of 'coefs' stand")
        row[columns] = values
    claim["coefs"], claim["duals"] = weights, np.array(claim["duals"], dtype=float).reshape(len(a), n)
    _mark(claim, {alpha: k for k, alpha in enumerate(a.tolist())}, np.zeros((4, len(a), p), dtype=bool))
    return claim


def _mark(claim: dict[str, Any], place: dict[float, int], marks: Any) -> None:
    """Four masks of what is claimed, a row for each alpha: zero, zero up to the alpha before, and above; non-zero."""
    zero, chord, above, some = marks
    for j, name in enumerate(claim["names"]):
        if (alphas := {*claim["nonzero"][j]}) - place.keys() or sorted(alphas, reverse=True) != claim["nonzero"][j]:
            raise ValueError(f"field 'nonzero' of column {name!r} does not list alphas of the certificate, falling")
        some[[place[alpha] for alpha in alphas], j] = True
        last = -1
        for k, (high, low) in enumerate(claim["zero"][j]):
            start, end = 0 if high is None else place.get(high, -1), place.get(low, -1)
            if not last < start <= end or (high is None and k > 0):
                raise ValueError(f"field 'zero' of column {name!r} has an end that is none of the alphas, in order")
            zero[start : end + 1, j], chord[start + 1 : end + 1, j], last = True, True, end
            above[0, j] |= high is None
    claim["marks"] = dict(zip(("zero", "chord", "above", "nonzero"), marks, strict=True))


def _differences(claim: dict[str, Any], X: Any, y: Any, weight: Any, offset: Any) -> Iterator[str]:
    """What of the file does not follow from the data."""
    a, b, v, rho, names = (claim[f] for f in ("alphas", "coefs", "penalty_factor", "l1_ratio", "names"))
    first = {"alpha": a[0], "dual": claim["duals"][0], "schema": claim["schema"].replace("path-", "")}
    first |= dict.fromkeys(("coef", "anchor_coef"), b[0]) | {"anchor_gap": claim["gaps"][0]}
    d = _survey(claim | first | dict.fromkeys(("intercept", "anchor_intercept"), 0.0), X, y, weight, offset)
    agree: dict[str, Any] = {f: claim[f] == e for f, e in zip((*DIGESTS, "names"), (*d.digests, d.names), strict=True)}
    agree["scale"] = np.isclose(d.scale, d.sd, 1e-8, 1e-322) if claim["standardize"] else d.scale == 1.0
    agree |= {"penalty_factor": v >= 0.0, "l1_ratio": abs(rho - 0.5) <= 0.5, "coefs": (b >= 0.0) | (not d.positive)}
    agree |= {"duals": claim["duals"][:, d.w == 0.0] == 0.0, "intercepts": d.first | (claim["intercepts"] == 0.0)}
    agree["loss"] = np.max(d.y) == np.ptp(d.y[d.w > 0.0]) == 1.0 if d.logistic else claim["loss"] == "squared"
    agree["gaps"], marks = np.ones(len(a), dtype=bool), claim["marks"]
    proved = {(m, kind): np.zeros_like(mask) for m in COUNTS for kind, mask in marks.items()}
    before: dict[float, Any] = dict.fromkeys(COUNTS)
    for k, knot in enumerate(_knots(claim, d, np.zeros(d.n) if offset is None else np.asarray(offset, float).ravel())):
        for m in COUNTS:
            here = SimpleNamespace(**vars(knot))
            for kind, mask in _prove(here, marks["zero"][k], before[m], m).items():
                proved[m, kind][k] = mask
            before[m] = here
        agree["gaps"][k] = before[1.0].gap <= claim["gaps"][k] <= before[16.0].gap * (1.0 + 1e-6)
    where = {f: f" at alpha={a[np.argmin(e)]}" if f == "gaps" else "" for f, e in agree.items()}
    for f in (f for f, e in agree.items() if not np.all(e)):
        yield f"{DIGESTS.get(f, f'Field {f!r}')} is not what the certificate needs{where[f]}."
    for (m, kind), mask in proved.items():
        if np.any(wrong := marks[kind] & ~mask if m == 1.0 else mask & ~marks[kind]):
            k, j = np.argwhere(wrong)[0]
            place = {"chord": f"between {a[k]} and {a[k - 1]}", "above": f"above {a[k]}"}.get(kind, f"at {a[k]}")
            field = "nonzero" if kind == "nonzero" else "zero"
            yield f"Field {field!r} of column {names[j]!r} {COUNTS[m]} {place}."


def _knots(claim: dict[str, Any], d: SimpleNamespace, offset: Any) -> Iterator[SimpleNamespace]:
    """The problem at every alpha, with the point, its predictor and the slopes of its dual point."""
    a, b, v, p, ones = claim["alphas"], claim["coefs"], claim["duals"], d.p, np.ones(d.p)
    b0, c, step = claim["intercepts"][:, None], np.zeros((len(a), p)), max(1, 4_000_000 // d.n)
    eta, size = offset + b0, np.abs(offset) + np.abs(b0)
    for part in (slice(j, j + step) for j in range(0, p, step)):
        x = d.columns(part)
        c[:, part] = (d.w * v) @ x
        eta, size = eta + b[:, part] @ x.T, size + np.abs(b[:, part]) @ np.abs(x).T
    rho, factor, scale = claim["l1_ratio"] * ones, np.where(d.excluded, 0.0, d.penalty_factor), d.scale
    fits = np.all(d.rms[d.live] < 1e140) and np.min(d.w[d.w > 0.0]) > 1e-200
    for k, alpha in enumerate(a):
        parts = np.array([[alpha * ones, rho, factor, scale, ones], [alpha * ones, 1.0 - rho, factor, scale, scale]])
        steps, none = np.cumprod(parts, axis=1), np.any(parts == 0.0, axis=1)  # Eq. (3), from left to right
        sure = np.where(none, steps[:, -1] == 0.0, np.all((steps > 1e-280) & (steps < 1e280), axis=1))
        at = {"alpha": alpha, "v": v[k], "c": c[k], "coef": b[k], "b": [b[k], b[k]], "eta": [(eta[k], size[k])] * 2}
        at["in_range"] = fits and np.all(sure[:, d.live]) and claim["gaps"][k] < math.inf
        at |= {"l1": np.where(d.excluded, np.inf, steps[0, -1]), "l2": steps[1, -1]}
        yield SimpleNamespace(**vars(d) | at | {"free": d.live & ~np.any(steps[:, -1], axis=0)})


def _prove(d: SimpleNamespace, zero: Any, before: Any, m: float) -> dict[str, Any]:
    """The weights that are zero at one alpha, up to the alpha before, and above; and those that are not zero."""
    unit, none, dead = _gamma(0, m), np.zeros(d.p, dtype=bool), ~d.live & ~d.loose
    _, d.gap, pull, hi, lo, _ = _bounds(d, zero | ~d.live, m)
    proved = {"zero": dead | (pull < d.l1 * (1.0 - unit)), "nonzero": (hi < 0.0) | (lo < 0.0)}  # lo: minus the end
    empty = not np.any(d.coef[~d.free])
    proved["above"] = none if before else proved["zero"] if empty else dead  # Eq. (104)
    proved["chord"] = _chord(before, d, m) if before else none
    return proved


def _chord(a: SimpleNamespace, b: SimpleNamespace, m: float) -> Any:
    """Weights that are zero from alpha of `b` to that of `a`, Eqs. (100) and (101)."""
    unit, rounding, rows, ends = _gamma(0, m), _gamma(a.n, m), a.w > 0.0, (a, b)
    sizes = [np.sum(np.where(e.coef, a.l1 * np.abs(e.coef) + a.l2 * e.coef**2 / 2.0, 0.0)) / a.alpha for e in ends]
    growth = (a.alpha - b.alpha) * (sizes[1] - sizes[0] + _gamma(a.p, m) * sum(sizes))
    eta, doubt, v = ([e.eta[0][0][rows] for e in ends], [e.doubt[0][rows] for e in ends], [e.v[rows] for e in ends])
    room = [np.abs(e) * (1.0 - np.abs(e)) if a.logistic else 1.0 for e in v]
    moved = [h * e.move[rows] * (1.0 + unit) for h, e in zip(room, ends, strict=True)]
    w, few = a.w[rows], 4.0 * m * ROUNDOFF
    step, off = eta[0] - eta[1], sum(doubt) + few * sum(map(np.abs, eta))
    jump, away = v[0] - v[1], sum(moved) + few * sum(map(np.abs, v))
    shared = np.sum(w * step * jump) - rounding * np.sum(np.abs(w * step * jump))
    shared -= (1.0 + rounding) * np.sum(w * ((np.abs(step) + off) * away + np.abs(jump) * off))
    excess = max(growth + unit * abs(growth) - shared, 0.0)
    bend = _bend(a.y[rows], (eta, doubt), (v, moved), m) if a.logistic else 0.0
    gap = (max(a.gap, b.gap) + excess / 4.0 + np.sum(w * bend)) * (1.0 + rounding) + FLOOR
    radius, wide = math.sqrt(2.0 * gap) / (1.0 + a.logistic), (1.0 + rounding) * (1.0 + (m - 1.0) * 1e-5)
    spread = np.hypot((a.sd if a.first else a.rms) * wide, 1e-150)
    left = np.min([e.l1 * (1.0 - unit) - (r := a.reach(e.c) + e.error) - unit * np.abs(r) for e in ends], axis=0)
    return (~a.live & ~a.loose) | (left > spread * radius * (1.0 + unit) ** 2)


def _bend(y: Any, predictors: tuple[Any, Any], duals: tuple[Any, Any], m: float) -> Any:
    """What the loss term of a row may exceed the chord of its ends by, Eqs. (102) and (103), for the logistic loss."""
    (eta, doubt), (v, moved) = predictors, duals
    known = np.maximum(*doubt)
    step, jump = (np.abs(e[0] - e[1]) * (1.0 + 1e-9) for e in (eta, v))
    step, jump = step + 2.0 * known, jump + sum(moved)
    slope = [0.25 / np.cosh(e / 2.0) ** 2 for e in eta]
    steepest = np.where(eta[0] * eta[1] <= 0.0, 0.25, np.maximum(*slope)) * (1.0 + 1e-6)
    flattest, off = np.minimum(*slope) * (1.0 - 1e-6), []
    for e, r, u, s in zip(eta, doubt, v, moved, strict=True):
        small = np.exp(-np.logaddexp(0.0, (2.0 * y - 1.0) * e))
        off.append(np.abs(np.abs(u) - small) + m * LIBM * (1.0 + np.abs(e)) * small + r / 4.0 + s)
    near = np.where((known < 1e-7) & (flattest > 1e-290), (step**2 * steepest / 8.0 + np.maximum(*off)) ** 2, np.inf)
    return np.fmin(near / flattest, step * jump / 4.0) * (1.0 + m * LIBM)
