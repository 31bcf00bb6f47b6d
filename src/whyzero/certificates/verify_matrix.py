"""The checker of certificates about a matrix of weights: every claim is computed again from the data and the dual point.

It shares nothing with `whyzero.multi`. What a single target has too, it takes from `verify.py`.
"""

import hashlib
import json
import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from whyzero.certificates.verify import DIGESTS, FLOOR, TEXT, WORDS, Verification, _groups, _inverse, _survey
from whyzero.certificates.verify_losses import LIBM, LOSSES, ROUNDOFF, _gamma
from whyzero.certificates.verify_path import ERRORS, _once
from whyzero.certificates.verify_path import verify as check

SCHEMA, REAL, NULL = "whyzero/matrix-certificate/1", (float, int), (float, int, type(None))
KIND: dict[Any, str] = {(TEXT, ""): "schema sha256 loss " + " ".join(DIGESTS), ((bool,), ""): "fit_intercept"}
KIND |= {((int,), ""): "n_rows n_cols n_tasks", (REAL, ""): "alpha l1_ratio", (NULL, ""): "gap anchor_gap primal"}
KIND |= {(REAL, "n_tasks n_cols"): "coef anchor_coef", (REAL, "n_tasks"): "intercept anchor_intercept"}
KIND |= {(REAL, "n_rows n_tasks"): "dual", (TEXT, "n_cols"): "names", (NULL, "n_cols"): "penalty_factor toll"}
KIND |= {(NULL, "judged n_cols"): "pull pull_bound radius", (TEXT, "judged n_cols"): "verdicts methods"}
FIELDS: dict[str, Any] = {field: kind for kind, fields in KIND.items() for field in fields.split()}


def verify(certificate: Any, X: Any, y: Any, *, sample_weight: Any = None, offset: Any = None) -> Verification:
    """Check a certificate (or its JSON text) against its data; X is dense or a SciPy sparse matrix.

    Every claim is computed again, by code that shares nothing with what made it. The certificate may be about one
    target, a path, or several targets or classes (`y` as a matrix of targets, as labels, or as a matrix of 0 and 1).
    An exact proof of the logistic loss is refused, because only its float bounds could be confirmed.
    """
    try:
        text = certificate if isinstance(certificate, str) else certificate.to_json()
        claim = json.loads(text, object_pairs_hook=_once)
        if type(claim) is not dict or claim.get("schema") != SCHEMA:
            return check(text, X, y, sample_weight=sample_weight, offset=offset)
        if offset is not None:
            raise ValueError("these models have no offset")
        with np.errstate(all="ignore"):
            wrong = _differences(_read(claim), X, y, sample_weight)
    except ERRORS as error:
        wrong = [f"The certificate cannot be checked: {error}."]
    return Verification(not wrong, tuple(wrong or ["Every claim follows from these data."]))


def _read(claim: dict[str, Any]) -> dict[str, Any]:
    if claim.keys() != FIELDS.keys():
        raise ValueError(f"fields are missing or added: {sorted(FIELDS.keys() ^ claim.keys())}")
    s = json.dumps(claim | {"sha256": ""}, sort_keys=True, separators=(",", ":"), allow_nan=False)
    if claim["sha256"] != hashlib.sha256(s.encode()).hexdigest():
        raise ValueError("its text was changed and no longer has the SHA-256 that it states")
    for name, (types, sizes) in FIELDS.items():
        items, shape = [claim[name]], [size for size in sizes.split() if (size, claim["loss"]) != ("judged", "squared")]
        for size in shape:
            if any(type(e) is not list or len(e) != claim[size.replace("judged", "n_tasks")] for e in items):
                raise ValueError(f"field {name!r} has a wrong shape")
            items = [part for e in items for part in e]
        if {*map(type, items)} - {*types}:
            raise ValueError(f"field {name!r} has a wrong type")
        if types in (REAL, NULL):
            numbers = np.array([math.inf if e is None else e for e in items], dtype=float)
            claim[name] = numbers.reshape([claim[size.replace("judged", "n_tasks")] for size in shape])
    return claim


def _tasks(claim: dict[str, Any], X: Any, y: Any, weight: Any) -> SimpleNamespace:
    """The survey of X for each task, put together: arrays with a column for each task."""
    y, several, number = np.asarray(y), claim["loss"] == "squared", claim["n_tasks"]
    if y.ndim == 1 and not several:
        labels, y = np.unique(y), y[:, None] == np.unique(y)
        y = y.astype(float) if len(labels) == number else y[:, :0]
    if y.ndim != 2 or y.shape[1] != number or number == 0 or len(y) != claim["n_rows"]:
        raise ValueError(f"it is about {number} targets or classes, and {claim['n_rows']} rows; y is not")
    parts, one = [], claim | {"loss": "squared", "scale": np.ones(claim["n_cols"])}
    for k in range(number):
        here = {f: claim[f][k] for f in ("coef", "anchor_coef", "intercept", "anchor_intercept")}
        parts.append(_survey(one | here | {"dual": claim["dual"][:, k]}, X, y[:, k], weight, None))
    d = SimpleNamespace(**vars(parts[0]) | {"y": y.astype(float), "v": claim["dual"], "k": number, "grouped": several})
    d.c, d.b = np.stack([e.c for e in parts], 1), [claim["coef"].T, claim["anchor_coef"].T]
    d.eta = [[np.stack([e.eta[which, part] for e in parts], 1) for part in (0, 1)] for which in (0, 1)]
    d.digests[1] = hashlib.sha256((d.y + 0.0).astype("<f8").tobytes()).hexdigest()
    return d


def _norms(values: Any) -> Any:
    total = np.zeros(len(values))
    for part in values.T:
        total = total + part * part
    return np.sqrt(total)[:, None]


def _softmax(eta: Any) -> tuple[Any, Any]:
    p = np.exp(eta - np.max(eta, axis=1)[:, None])
    p = np.where((p := p / np.sum(p, axis=1)[:, None]) > 1e-290, p, 0.0)
    return p, p @ (1.0 - np.eye(p.shape[1]))


def _log_softmax(eta: Any, error: Any, m: float) -> tuple[Any, Any]:
    low = eta - np.max(eta, axis=1)[:, None]
    low = low - np.log(np.sum(np.exp(low), axis=1))[:, None]
    doubt = m * (LIBM * (1.0 + np.abs(low)) + 4.0 * ROUNDOFF * eta.shape[1])
    return low, 2.0 * np.max(error, axis=1)[:, None] + doubt  # Eq. (175)


def _dual(d: SimpleNamespace, m: float) -> bool:
    """Bounds of what the exact dual point differs in, Eqs. (166) and (173), and whether it is feasible."""
    wide, rms, w = (1.0 + _gamma(d.n, m)) * (1.0 + (m - 1.0) * 1e-5), np.zeros((d.p, 1)), d.w[:, None]
    rms[:, 0], unit, total = np.hypot(d.rms * wide, 1e-150), _gamma(0, m), np.sum(d.y + d.v, axis=1)
    q = np.ones_like(d.v) if d.grouped else d.y + d.v
    away = 1.01 * (np.abs(total - 1.0) + _gamma(d.k, m) * np.abs(total)) * (not d.grouped and np.any(d.v))
    length, shift = (np.sqrt(np.sum(w * e**2, axis=0)) * wide for e in (d.v, away[:, None] * q))
    error = rms * (_gamma(d.count + d.n * (m > 1.0), m)[:, None] * (length + 1e-150) + shift) + FLOOR * d.n
    room, index, turn = np.min(q, axis=1), np.flatnonzero(d.free), np.zeros((d.n, d.k))
    u = d.centred(index)
    if u.shape[1] and np.any(d.v):
        found = _inverse(u, d.w * room, np.zeros(u.shape[1]), m) if u.shape[1] <= 500 else None
        for k in range(d.k):
            e = d.w * d.v[:, k]
            loose = abs(math.fsum(e)) + unit * math.fsum(np.abs(e)) + np.sum(d.w * away * q[:, k]) * wide
            right = np.abs(d.c[index, k]) + error[index, k] + np.abs(d.mean[index]) * loose
            right = np.append([loose] * d.first, right)
            turn[:, k] = np.max(np.abs(found[0]) @ (right / found[1])) / (1.0 - found[3]) * wide if found else np.inf
        turn *= np.sum(np.abs(u) / found[1], axis=1)[:, None] if found else 1.0
    d.move, d.unit = turn + away[:, None], _gamma(d.k, m)
    d.error = error + rms * (np.sqrt(np.sum(w * (room[:, None] * turn) ** 2, axis=0)) * wide + 1e-160)
    size = _norms if d.grouped else np.abs
    d.pull = (size(d.c) + size(d.error)) * (1.0 + d.unit) + 1e-150
    low, high = (size(d.c) + size(d.error) / 8.0, d.l1[:, None]) if m > 1.0 else (d.pull, d.l1[:, None] * (1.0 - unit))
    fits = d.in_range and np.max(d.move, initial=0.0) <= 0.5 and np.all((low <= high)[d.live & (d.l2 == 0.0) & ~d.free])
    return bool(fits and (d.grouped or (np.all(q >= 0.0) and np.all(np.abs(total - 1.0) <= 1e-7))))


def _gap(d: SimpleNamespace, which: int, m: float) -> float:
    """Upper bound of the gap at the weights (0) or the anchor (1), Eq. (163)."""
    b, (eta, size), few = d.b[which], d.eta[which], np.count_nonzero(d.b[which], axis=0) + 2
    error = 1.01 * _gamma(few, m) * size + FLOOR * few
    ball = (eta, error) if d.grouped else _log_softmax(eta, error, m)
    rows = LOSSES["squared" if d.grouped else "poisson"].fenchel_young(d, *ball, d.move, m)
    l1, l2, unit = np.where(d.excluded, 0.0, d.l1)[:, None], d.l2[:, None], _gamma(0, m)
    high, ridge = d.l1[:, None] * (1.0 + unit), np.where(l2 > 0.0, l2 * (1.0 - unit), np.inf)
    if d.grouped:
        many, long = _norms(b), _norms(d.c)
        doubt, inside = _norms(d.error) + 4.0 * d.unit * (l1 + l2 * many), d.c * np.fmin(d.l1[:, None] / long, 1.0)
        left = np.clip(high * many + np.sum(inside * b, axis=1)[:, None] + doubt * many, 0.0, 2.0 * high * many)
        distance = _norms(l2 * b + (d.c - inside)) * (1.0 + d.unit) + doubt
    else:
        many, inside = np.abs(b), np.clip(d.c, -d.l1[:, None], d.l1[:, None])
        left = many * np.clip(high + np.sign(b) * d.c + d.error, 0.0, 2.0 * high)
        distance = np.abs(l2 * b + (d.c - inside)) + d.error + unit * (l1 + l2 * many)
    penalty = np.where(many > 0.0, left * (1.0 + d.unit), 0.0) + distance * (distance / (2.0 * ridge))
    total = (d.w @ np.sum(rows, axis=1) + np.sum(penalty)) * (1.0 + _gamma((d.n + d.p) * d.k, m)) + FLOOR
    return float(total) if np.isfinite(total) else math.inf


def _radius(d: SimpleNamespace, zero: Any, gap: float, m: float) -> tuple[Any, Any]:
    """How far the optimum may be from the anchor: by the penalty's curvature (46), and by (170) or (172)."""
    length, unit, one = math.sqrt(2.0 * gap), 1.0 + _gamma(0, m), d.c.shape[1] if not d.grouped else 1
    convex = np.where(d.live & (d.l2 > 0.0), length / np.sqrt(d.l2 * (2.0 - unit)), np.inf)[:, None] * unit**2
    used = ~zero | (d.b[1] != 0.0 if not d.grouped else np.any(d.b[1], axis=1)[:, None])
    index, curved = np.flatnonzero(np.any(used, axis=1)), np.full((d.p, one), np.inf)
    rows, tasks = (d.w > 0.0, d.k) if not d.grouped else (d.w >= 0.0, 1)
    number = np.count_nonzero(used)
    if 0 < number <= 2000 and number * np.count_nonzero(rows) * tasks <= 20_000_000 and math.isfinite(length):
        lead = _groups(d, index, np.where(np.any(d.l2[index]), 0.0, np.ones(len(index))))[0]
        use, count = np.zeros((2, len(index), one), dtype=int)
        np.add.at(count, lead, used[index])
        use, shifts = count > 0, np.all(count, axis=1) & (d.l2[index] == 0.0) & (not d.grouped)
        alone = used[index] & (count[lead] == 1) & ~shifts[lead][:, None]
        use[shifts, 0] = False
        pairs = [(-1, k) for k in range(not d.grouped, tasks)] * d.first + [(j, k) for j, k in np.argwhere(use)]
        x = np.hstack([d.columns(index) - d.mean[index], np.ones((d.n, 1))])[rows]
        ridge = np.array([0.0 if j < 0 else d.l2[index[j]] for j, _ in pairs])
        bound = _ellipsoid(d, (x, rows), pairs, ridge, length, m) * unit**2
        for (j, k), r in zip(pairs, bound, strict=True):
            if j >= 0 and alone[j, k]:
                curved[index[j], k] = r
    return np.where(used, np.fmin(curved, convex), 0.0), curved < convex


def _ellipsoid(d: SimpleNamespace, x: Any, pairs: list[Any], ridge: Any, length: float, m: float) -> Any:
    (x, rows), at, of = x, [j for j, _ in pairs], np.array([k for _, k in pairs])
    if d.grouped:
        found = _inverse(x[:, at], d.w, ridge, m)
        lost, reach = 0.0, 0.0
    else:
        eta, size = d.eta[1]
        few = np.count_nonzero(d.b[1], axis=0) + 2
        doubt = _log_softmax(eta, 1.01 * _gamma(few, m) * size + FLOOR * few, m)[1]
        lost, (p, rest) = np.expm1(4.0 * np.max(doubt)) + 8.0 * m * LIBM, _softmax(eta[rows])
        z = [x[:, at] * np.where(of == k, rest[:, of], -p[:, of]) for k in range(d.k)]  # Eq. (171)
        q = np.concatenate([d.w[rows] * p[:, k] for k in range(d.k)])
        found = _inverse(np.vstack(z), q, ridge, m, 4 * d.k) if lost < 0.5 else None
    if not found:
        return np.full(len(pairs), np.inf)
    inverse, scale, rest, top = found
    if not d.grouped:
        k, norm, reach = len(scale), np.max(np.sum(np.abs(inverse), axis=1)) / (1.0 - top), 0.0
        for z in (x[:, at] * (of == part) / scale for part in range(d.k)):
            form = np.sum(z @ inverse * z, axis=1) + (m * top + k * _gamma(2 * k, m)) * norm * np.sum(z**2, axis=1)
            reach = max(reach, np.max(form) * (1.0 + _gamma(k, m)))
    t = 2.0 * math.sqrt(reach / (1.0 - lost)) * length
    diagonal = np.diag(inverse) + m * rest * np.max(np.abs(inverse), axis=0) / (1.0 - top)
    return np.sqrt(diagonal / (1.0 - lost)) / scale * length * (1.0 + t if t <= 0.5 else np.inf) * (1.0 + _gamma(0, m))


def _pulls(d: SimpleNamespace) -> tuple[Any, Any]:
    """The pulls at the certified weights, and what their rounding is proportional to."""
    eta, bulk = d.eta[0]
    pull, size, w = np.zeros((d.p, d.k)), np.zeros((d.p, d.k)), d.w[:, None]
    for j in range(d.p):
        x, away = (x := d.columns(slice(j, j + 1))) - d.mean[j], np.abs(x) + np.abs(d.mean[j])
        if d.grouped:
            slope = eta - x * d.b[0][j] - d.y
        else:
            slope = np.zeros_like(eta)
            for k in range(d.k):
                here = eta - x * d.b[0][j, k] * (np.arange(d.k) == k)
                slope[:, k] = _softmax(here)[0][:, k] - d.y[:, k]
        pull[j], size[j] = x[:, 0] @ (w * slope), away[:, 0] @ (w * (np.sum(bulk, axis=1)[:, None] + np.abs(d.y) + 1.0))
    return (_norms(pull), _norms(size)) if d.grouped else (np.abs(pull), size)


def _differences(claim: dict[str, Any], X: Any, y: Any, weight: Any) -> list[str]:
    d = _tasks(claim, X, y, weight)
    told = {f: np.reshape(claim[f], (-1, d.p)).T for f in ("pull", "pull_bound", "radius", "verdicts", "methods")}
    live, b, l1 = d.live[:, None], d.b[0], d.l1[:, None]
    zero, bounds = (told["pull_bound"] < l1 * (1.0 - _gamma(0, 4.0))) | ~live, []
    size, same = (_norms(d.b[1]), ~np.any(b, axis=1)[:, None]) if d.grouped else (np.abs(d.b[1]), b == 0.0)
    some = live & (size * (1.0 - _gamma(d.k, 4.0)) > told["radius"])
    for m in (1.0, 16.0):
        gaps = [_gap(d, which, m) if fits else math.inf for which in (0, 1) for fits in [_dual(d, m)]]
        spread = np.hypot((d.sd if d.first else d.rms) * (1.0 + _gamma(d.n, m)) * (1.0 + (m - 1.0) * 1e-5), 1e-150)
        away = spread * math.sqrt(gaps[1] * (2.0 if d.grouped else 0.5))
        bound = (d.pull + away[:, None]) * (1.0 + _gamma(0, m)) ** 2 if gaps[1] < np.inf else np.full(zero.shape, np.inf)
        bounds.append([*gaps, bound, *_radius(d, zero, gaps[1], m)])
    curved = np.where(bounds[0][4] & bounds[1][4], "curvature", "strong convexity")
    curved = np.where(bounds[0][4] == bounds[1][4], curved, told["methods"])
    free, shifted = d.free[:, None], d.free[:, None] & ~np.bool_(d.grouped)
    costless = ~live & (np.where(d.excluded, np.inf, d.penalty_factor) == 0.0)[:, None]
    shape, everything = zero.shape, np.ones(zero.shape, dtype=bool)
    cases = [shifted, ~live & same, costless, ~(zero | some), zero & ~same, zero, some & same, some & free]
    words = [WORDS[1], WORDS[0], WORDS[1], *WORDS[2:], "non-zero, unpenalised"]
    grounds = {"shift of all classes": shifted, "excluded": d.excluded[:, None]}
    grounds |= {("empty", "constant")[d.first] + " column": ~live, "dual bound": zero}
    verdicts = np.select([e & everything for e in cases], words, "non-zero, proved")
    methods = np.select([e & everything for e in grounds.values()], [*grounds], np.where(some, curved, "undecided"))
    agree: dict[str, Any] = {f: claim[f] == e for f, e in zip((*DIGESTS, "names"), (*d.digests, d.names), strict=True)}
    for place, f in enumerate(("gap", "anchor_gap", "pull_bound", "radius")):
        low, high, mine = bounds[0][place], bounds[1][place], told.get(f, claim[f])
        agree[f] = (low <= mine) & (mine <= high + 1e-6 * np.abs(high))
    pull, size = _pulls(d)
    agree["pull"] = np.isclose(told["pull"], np.fmin(pull, np.inf), 0.0, 1e-10 * size + FLOOR)
    agree["primal"] = _primal(d, claim)
    agree |= {"toll": (claim["toll"] == d.l1) & (d.penalty_factor >= 0.0), "dual": not np.any(d.v[d.w == 0.0])}
    agree |= {"alpha": claim["alpha"] > 0.0, "l1_ratio": abs(claim["l1_ratio"] - 0.5) <= 0.5}
    agree["fit_intercept"] = d.first or not np.any([claim["intercept"], claim["anchor_intercept"]])
    shares = d.w @ d.y
    one = np.all((d.y == 0.0) | (d.y == 1.0)) and np.all(np.sum(d.y, axis=1) == 1.0)
    agree["loss"] = d.grouped or (claim["loss"] == "softmax" and one and (not d.first or np.all(shares > 0.0)))
    agree |= {"verdicts": verdicts == told["verdicts"], "methods": methods == told["methods"]}
    said = {f: f"{DIGESTS.get(f, f'Field {f!r}')} is not what the certificate needs" for f in agree}
    where = {f: f", first at column {claim['names'][np.argwhere(~e)[0][0]]!r}" for f, e in agree.items() if np.shape(e) == shape and not np.all(e)}
    return [said[f] + where.get(f, "") + "." for f, e in agree.items() if not np.all(e)]


def _primal(d: SimpleNamespace, claim: dict[str, Any]) -> Any:
    """Whether the stated objective is that of the certified weights."""
    (eta, bulk), b = d.eta[0], d.b[0]
    loss = (eta - d.y) ** 2 / 2.0 if d.grouped else -_log_softmax(eta, 0.0 * eta, 1.0)[0] * d.y
    far = (_norms(b) if d.grouped else np.abs(b)) + 0.0
    rho, v = claim["l1_ratio"], d.penalty_factor[:, None]
    penalty = np.sum(np.where(far == 0.0, 0.0, v * far * (rho + (1.0 - rho) * far / 2.0))) * claim["alpha"]
    near = 1e-12 * (d.w @ np.sum((bulk + np.abs(d.y)) ** 2 + bulk + np.abs(loss), axis=1))
    return np.isclose(claim["primal"], np.fmin(d.w @ np.sum(loss, axis=1) + penalty, np.inf), 1e-9, near)
