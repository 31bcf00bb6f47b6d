"""The independent checker of docs/certificate.md: every claim is computed again from the data and the dual point."""

import hashlib
import json
import math
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from whyzero.certificates.verify_losses import LIBM, LOSSES, _gamma

FLOOR, TEXT, NUMBER, SCHEMA = 1e-300, (str,), (float, int, type(None)), "whyzero/certificate/1"
DIGESTS = {"data_digest": "X", "target_digest": "y", "weight_digest": "sample_weight", "offset_digest": "offset"}
KIND = {((int,), ""): "n_rows n_cols", ((bool,), ""): "fit_intercept standardize", (NUMBER, "n_rows"): "dual"}
KIND |= {(NUMBER, ""): "alpha l1_ratio intercept anchor_intercept gap anchor_gap primal"}
KIND |= {(NUMBER, "n_cols"): "coef anchor_coef penalty_factor scale toll pull pull_bound lo hi"}
KIND |= {(TEXT, ""): "schema sha256 loss proof " + " ".join(DIGESTS), (TEXT, "n_cols"): "names verdicts methods"}
FIELDS: dict[str, Any] = {field: kind for kind, fields in KIND.items() for field in fields.split()}
WORDS = ["zero, structural", "not unique", "open", "numerical debris", "zero, proved", "wrong zero"]
POSITIVE = SCHEMA + "+positive"  # a pull is -dL/db_j, and only one upwards counts
Verification = NamedTuple("Verification", [("ok", bool), ("messages", tuple[str, ...])])  # noqa: UP014
Verification.__bool__ = lambda self: self.ok  # type: ignore[attr-defined]


def verify(certificate: Any, X: Any, y: Any, *, sample_weight: Any = None, offset: Any = None) -> Verification:
    """Check a `Certificate` (or its JSON text) against its data; X is dense or a SciPy sparse matrix."""
    try:
        with np.errstate(all="ignore"):
            wrong = _differences(claim := _read(certificate), _survey(claim, X, y, sample_weight, offset))
    except (ValueError, TypeError, AttributeError, ArithmeticError, LookupError, RecursionError) as error:
        wrong = [f"The certificate cannot be checked: {error}."]
    return Verification(not wrong, tuple(wrong or ["Every claim follows from these data."]))


def _read(certificate: Any) -> dict[str, Any]:
    claim = json.loads(certificate if isinstance(certificate, str) else certificate.to_json())
    if type(claim) is not dict or claim.keys() != FIELDS.keys() or claim["schema"] not in (SCHEMA, POSITIVE):
        raise ValueError(f"wrong schema or fields {sorted(FIELDS.keys() ^ set(claim if type(claim) is dict else ()))}")
    s = json.dumps(claim | {"sha256": ""}, sort_keys=True, separators=(",", ":"), allow_nan=False)
    if claim["sha256"] != hashlib.sha256(s.encode()).hexdigest():
        raise ValueError("its text was changed and no longer has the SHA-256 that it states")
    for name, (types, size) in FIELDS.items():
        items = claim[name] if size else [claim[name]]
        if type(items) is not list or len(items) != (claim[size] if size else 1) or set(map(type, items)) - {*types}:
            raise ValueError(f"field {name!r} has a wrong type or length")
        if types is NUMBER:
            claim[name] = np.array([(np.inf, -np.inf)[name == "lo"] if i is None else i for i in items], dtype=float)
    return claim


def _survey(claim: dict[str, Any], X: Any, y: Any, weight: Any, offset: Any) -> SimpleNamespace:
    matrix: Any = X.tocsc() if (sparse := callable(getattr(X, "tocsc", None))) else np.asarray(X)
    y, n, p, first, v = np.asarray(y).ravel(), claim["n_rows"], claim["n_cols"], claim["fit_intercept"], claim["dual"]
    s, o = (np.full(n, a) if e is None else np.array(e, dtype=float).ravel() for a, e in ((1.0, weight), (0.0, offset)))
    if matrix.shape != (n, p) or {len(y), len(s), len(o)} != {n} or "c" in matrix.dtype.kind + y.dtype.kind:
        raise ValueError(f"it is about {n} rows and {p} columns, X has shape {matrix.shape} and y {len(y)} values")
    y = (formulas := LOSSES.get(claim["loss"], LOSSES["squared"])).target(y)
    d, w, counted = SimpleNamespace(**claim, n=n, p=p, first=int(first), v=v, y=y), s / np.max(s), s != 0.0
    d.w, d.logistic, d.b, step = w / math.fsum(w), d.loss == "logistic", [d.coef, d.anchor_coef], max(1, 4_000_000 // n)
    d.formulas, d.positive = formulas, claim.get("schema") == POSITIVE
    d.reach = (lambda slope: -slope) if d.positive else np.abs
    d.names = [*map(str, X.column_names if hasattr(type(X), "column_names") else getattr(X, "columns", claim["names"]))]
    d.columns = lambda part: (matrix[:, part].toarray() if sparse else matrix[:, part]).astype(float)
    d.eta = np.array([[o + b0, np.abs(o) + abs(b0)] for b0 in (claim["intercept"], claim["anchor_intercept"])])
    (d.mean, d.sd, d.rms, d.c, d.count, constant), streams = np.zeros((6, p)), [hashlib.sha256() for _ in range(3)]
    for part, x in ((e, d.columns(e)) for e in (slice(j, j + step) for j in range(0, p, step))):
        k = np.count_nonzero(x, axis=0)
        found = k.astype("<i8"), np.nonzero(x.T[k < n])[1].astype("<i8"), x.T[x.T != 0.0]
        for stream, values in zip(streams, found, strict=True):
            stream.update(values.tobytes())
        e, w, d.c[part], d.count[part] = x[counted], d.w[counted], (d.w * v) @ x, k
        constant[part] = (flat := np.all(e == e[:1], axis=0)) & (first | (e[0] == 0.0))
        e /= (unit := np.ldexp(1.0, np.frexp(np.max(np.abs(e), axis=0))[1] - 1))
        e -= (mean := w @ e)
        sd, mean = ~flat * np.maximum(unit * np.sqrt(w @ (e - (rest := w @ e)) ** 2), 5e-324), unit * (mean + rest)
        d.sd[part], d.mean[part], d.rms[part] = sd, first * mean, np.hypot(mean, sd)
        d.eta += np.array([[x @ b[part], np.abs(x) @ np.abs(b[part])] for b in d.b])
    head = f"whyzero matrix 1 {n} {p} ".encode() + b"".join(stream.digest() for stream in streams)
    d.digests = [hashlib.sha256(e).hexdigest() for e in (head, *((e + 0.0).astype("<f8").tobytes() for e in (y, s, o)))]
    alpha, rho, scale, v = (claim[f] * np.ones(p) for f in ("alpha", "l1_ratio", "scale", "penalty_factor"))
    d.excluded, d.live, v = (out := np.isinf(v)), ~out & (constant == 0.0), np.where(out, 0.0, v)
    d.loose = ~out & ~d.live & (v == 0.0)  # idle at no price: any weight is as good
    parts = np.array([[alpha, rho, v, scale, alpha**0], [alpha, 1.0 - rho, v, scale, scale]])
    steps, none = np.cumprod(parts, axis=1), np.any(parts == 0.0, axis=1)  # Eq. (3), from left to right
    sure = np.where(none, steps[:, -1] == 0.0, np.all((steps > 1e-280) & (steps < 1e280), axis=1))
    d.in_range = np.all((sure & (d.rms < 1e140))[:, d.live]) and np.min(d.w[counted]) > 1e-200 and d.anchor_gap < np.inf
    d.l1, d.l2, d.free = np.where(out, np.inf, steps[0, -1]), steps[1, -1], d.live & ~np.any(steps[:, -1], axis=0)
    d.centred = lambda index: np.hstack([np.ones((n, d.first)), d.columns(index) - d.mean[index]])
    return d


def _inverse(z: Any, q: Any, ridge: Any, m: float, more: int = 0) -> Any:
    gram, k = z.T @ (q[:, None] * z) + np.diag(ridge), z.shape[1]
    noise = _gamma(len(z) + more, m) + _gamma(k, m)
    gram = gram / (size := np.sqrt(np.diag(gram)))[:, None] / size
    regular = np.all((size > 1e-140) & (size < 1e140)) and np.linalg.slogdet(gram)[0] != 0.0
    inverse = ((raw := np.linalg.inv(gram)) + raw.T) / 2.0 if regular else np.full_like(gram, np.inf)
    rest = m * np.abs(np.eye(k) - inverse @ gram).sum(1) + 2.0 * k * noise * np.abs(inverse).sum(1)
    return (inverse, size, rest, np.max(rest)) if np.max(rest) < 0.5 else None


def _groups(d: SimpleNamespace, index: Any, spread: Any) -> tuple[Any, ...]:
    x, own = d.columns(index)[d.w > 0.0].T, d.free[index] | (np.abs(np.log10(spread) + 40.0) > 80.0)
    two = [d.first and np.ptp(e[e != e[0]]) == 0.0 for e in x]  # Eq. (47)
    ends = [(e[e != e[0]][0], e[0]) if two[k] else (np.sign(e[e != 0.0][0]), 0.0) for k, e in enumerate(x)]
    keys: list[Any] = [(e != e[0] if two[k] else e * ends[k][0] + 0.0).tobytes() for k, e in enumerate(x)]
    keys = [k if own[k] else (d.positive and ends[k][0] > ends[k][1], key) for k, key in enumerate(keys)]
    height, first = [Fraction(high) - Fraction(low) for high, low in ends], np.array([keys.index(key) for key in keys])
    price = [Fraction(d.penalty_factor[j]) * Fraction(d.scale[j]) / abs(height[k]) for k, j in enumerate(index)]
    least = dict(sorted(zip(first, price, strict=True), reverse=True))  # Eq. (49)
    tied = [price[k] == least[g] for k, g in enumerate(first)]
    return first, np.where(own, 1.0, np.array(height, dtype=float)), tied & (np.bincount(first, tied)[first] > 1.0)


def _bounds(d: SimpleNamespace, zero: Any, m: float) -> tuple[Any, ...]:
    unit, wide, v, w = _gamma(0, m), (1.0 + _gamma(d.n, m)) * (1.0 + (m - 1.0) * 1e-5), d.v, d.w
    rms, high, free = np.hypot(d.rms * wide, 1e-150), d.l1 * (1.0 + unit), d.free & ((not d.positive) | (d.b[1] > 0.0))
    index, top = np.flatnonzero(free), (d.l1, np.inf)[d.positive]  # a slope with a zero is between -l1 and top
    error = _gamma(d.count + d.n * (m > 1.0), m) * rms * math.hypot(math.sqrt((w * v) @ v) * wide, 1e-150) + FLOOR * d.n
    h, u, move = d.formulas.room(d.y, v), d.centred(index), np.zeros(d.n)
    if u.shape[1] and np.any(v):
        loose = abs(math.fsum(w * v)) + unit * math.fsum(w * np.abs(v))
        right = np.append([loose] * d.first, np.abs(d.c[index]) + error[index] + np.abs(d.mean[index]) * loose)
        found = _inverse(u, w * h, 0.0 * right, m) if len(right) <= 500 else None
        move += np.max(np.abs(found[0]) @ (right / found[1])) / (1.0 - found[3]) * wide if found else 1e140
        move *= np.sum(np.abs(u) / found[1], axis=1) if found else 1.0
    d.move, d.error = move, (error := error + rms * math.hypot(math.sqrt(w @ (h * move) ** 2) * wide, 1e-160))
    tight, tolls = d.live & (d.l2 == 0.0) & ~free, np.where(d.excluded, 0.0, d.l1)
    feasible = d.in_range and np.max(move, initial=0.0) <= 0.5 and d.formulas.inside(d.y, v)
    feasible &= np.all((d.reach(d.c) + error * (1.0 if m == 1.0 else 0.125) <= d.l1 * (1.0 - unit * (m == 1.0)))[tight])
    gaps, d.doubt, ridge = [], (errors := []), np.where(d.l2 > 0.0, d.l2 * (1.0 - unit), np.inf)
    for b, (eta, size) in zip(d.b, d.eta, strict=True):
        errors.append(1.01 * _gamma(np.count_nonzero(b) + 2, m) * size + FLOOR * (np.count_nonzero(b) + 2))
        slope = np.clip(high + np.sign(b) * d.c + error, 0.0, (2.0 * high, np.inf)[d.positive])
        distance = np.abs(d.l2 * b + (d.c - np.clip(d.c, -d.l1, top))) + error + unit * (tolls + d.l2 * np.abs(b))
        penalty = np.where(b == 0.0, 0.0, np.abs(b) * slope) + distance * (distance / (2.0 * ridge))
        total = w @ d.formulas.fenchel_young(d, eta, errors[-1], move, m) + np.sum(penalty[~d.excluded | (b != 0.0)])
        gaps.append(total * (1.0 + _gamma(d.n + d.p, m)) + FLOOR if feasible and np.isfinite(total) else np.inf)
    length, b, eta, index = math.sqrt(2.0 * gaps[1]), d.b[1] + 0.0, d.eta[1][0], np.flatnonzero(~zero | (d.b[1] != 0.0))
    (many, shared), spread = np.zeros((2, d.p), dtype=bool), np.hypot((d.sd if d.first else d.rms) * wide, 1e-150)
    pull = d.reach(d.c) + error + d.formulas.away(d, spread, gaps[1], m)
    pull = np.fmin(pull + unit * np.abs(pull), np.inf)  # NaN, where float64 overflows, is no bound
    radius = np.fmin(np.where(d.live & (d.l2 > 0.0), length / np.sqrt(ridge), np.inf) * (1.0 + unit), np.inf)
    if 0 < len(index) <= 2000 and len(index) * d.n <= 60_000_000 and math.isfinite(length):
        q = d.formulas.curvature(eta)
        first, height, tied = _groups(d, index, spread[index] * (not np.any(d.l2[index])))
        many[index], lead, rise = np.bincount(first)[first] > 1, np.unique(first), np.abs(height)
        z, lost = d.centred(index[lead]), np.expm1(np.max(errors[1])) + m * LIBM if d.formulas.bends else 0.0
        if lost < 0.5 and (found := _inverse(z, w * q, np.append([0.0] * d.first, d.l2[index[lead]]), m)):
            inverse, scale, rest, top = found
            z, k, norm = (z / scale)[w > 0.0], len(scale), np.max(np.sum(np.abs(inverse), axis=1)) / (1.0 - top)
            form = np.sum(z @ inverse * z, axis=1) + (m * top + k * _gamma(2 * k, m)) * norm * np.sum(z**2, axis=1)
            t = math.sqrt(np.max(form) * (1.0 + _gamma(k, m)) / (1.0 - lost)) * length if d.formulas.bends else 0.0
            diagonal = np.diag(inverse) + m * rest * np.max(np.abs(inverse), axis=0) / (1.0 - top)
            bound = np.sqrt(diagonal / (1.0 - lost)) / scale * length * (1.0 + t if t <= 0.5 else np.inf)
            bound = (bound * (1.0 + unit) ** 2)[d.first :][np.searchsorted(lead, first)] * rise[first] / rise
            total, size = (np.bincount(first, e)[first] for e in (height * b[index], rise * np.abs(b[index])))
            radius[index] = np.fmin(radius[index], bound + _gamma(len(index), m) * size / rise + 1e-150)  # Eq. (48)
            b[index], shared[index] = total / height, tied
    radius, most = radius + unit * (np.abs(b) + radius), 0.0 if d.positive else np.inf
    ends = np.where(zero, 0.0, np.fmax(np.add([b, -b], radius), np.where(many, 0.0, -np.inf)))
    return *gaps, pull, *np.where(d.loose, [[np.inf], [most]], ends), shared & ~zero & (np.abs(b) > radius)


def _differences(claim: dict[str, Any], d: SimpleNamespace) -> list[str]:
    b, dead, same, some, method = d.coef, ~d.live, d.coef == 0.0, (d.lo > 0.0) | (d.hi < 0.0), np.array(d.methods)
    d.loose |= dead & ~same & ~d.excluded & (d.scale == 0.0)
    zero = dead | (d.pull_bound < d.l1 * (1.0 - _gamma(0, 4.0)))
    grounds = {"excluded": d.excluded, ("empty", "constant")[d.first] + " column": dead, "dual bound": zero}
    grounds |= {e: some & (method == e) for e in ("curvature", "strong convexity")}
    low, high, pull, size = _bounds(d, zero, 1.0), _bounds(d, zero, 16.0), np.zeros(d.p), np.zeros(d.p)
    many = grounds["parallel columns"] = low[5] & ~some & (high[5] | (method == "parallel columns"))
    cases = [dead & same & ~d.loose, many | d.loose, ~(zero | some), zero & ~same, zero, some & same, some & d.free]
    eta, y, bulk = d.eta[0][0], d.y[:, None], d.eta[0][1] + np.abs(d.y)
    for part in (slice(j, j + 64) for j in range(0, d.p, 64)):
        x = eta[:, None] - (z := d.columns(part) - d.mean[part]) * b[part]
        slope, around = d.formulas.slope(x, y), d.formulas.size(x, d.eta[0][1][:, None], y)
        pull[part] = d.reach(np.sum(z * (d.w[:, None] * slope), axis=0))
        size[part] = np.sum((np.abs(z) + np.abs(d.mean[part])) * (d.w[:, None] * around), axis=0)
    near = 1e-12 * (d.w @ (bulk**2 + np.abs(loss := d.formulas.value(eta, d.y))))
    far, rho, v = np.abs(d.scale * b), claim["l1_ratio"], d.penalty_factor
    primal = d.w @ loss + np.sum(np.where(same, 0.0, v * far * (rho + (1.0 - rho) * far / 2.0))) * claim["alpha"]
    agree: dict[str, Any] = {f: claim[f] == e for f, e in zip((*DIGESTS, "names"), (*d.digests, d.names), strict=True)}
    for k, (f, sign) in enumerate((("gap", 1), ("anchor_gap", 1), ("pull_bound", 1), ("hi", 1), ("lo", -1))):
        agree[f] = (low[k] <= sign * claim[f]) & (sign * claim[f] <= high[k] + 1e-6 * np.abs(high[k]))
    agree["pull"] = ~(np.abs(claim["pull"] - pull) > 1e-10 * size + FLOOR)  # an infinite size decides nothing
    agree["primal"] = np.isclose(claim["primal"], np.fmin(primal, np.inf), 1e-9, near)
    agree["scale"] = np.isclose(d.scale, d.sd, 1e-8, 1e-322) if claim["standardize"] else d.scale == 1.0
    agree |= {"toll": (claim["toll"] == d.l1) & (v >= 0.0), "dual": not np.any(d.v[d.w == 0.0])}
    agree |= {"alpha": claim["alpha"] > 0.0, "l1_ratio": abs(rho - 0.5) <= 0.5, "proof": claim["proof"] == "float"}
    agree["fit_intercept"] = bool(d.first) or claim["intercept"] == claim["anchor_intercept"] == 0.0
    agree["loss"] = claim["loss"] in LOSSES and d.formulas.suits(d.y, d.w)
    agree |= {f: (claim[f] >= 0.0) | (not d.positive) for f in ("coef", "anchor_coef")}
    agree["verdicts"] = np.select(cases, [*WORDS, "non-zero, unpenalised"], "non-zero, proved") == claim["verdicts"]
    agree["methods"] = np.select(list(grounds.values()), list(grounds), "undecided") == claim["methods"]
    where = {f: f", first at column {claim['names'][np.argmin(e)]!r}" * (np.size(e) > 1) for f, e in agree.items()}
    said = {f: f"{DIGESTS.get(f, f'Field {f!r}')} is not what the certificate needs{where[f]}." for f in agree}
    return [said[f] for f, e in agree.items() if not np.all(e)]
