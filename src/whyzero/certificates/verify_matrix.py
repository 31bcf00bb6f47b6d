"""The checker of certificates about a matrix of weights: every claim is computed again from the data.

It shares nothing with `whyzero.multi`. What one target has too, it takes from `verify.py`.
"""

import hashlib
import json
import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from whyzero.certificates.verify import DIGESTS, FLOOR, TEXT, WORDS, Verification, _survey
from whyzero.certificates.verify_losses import _gamma
from whyzero.certificates.verify_matrix_bounds import _dual, _gap, _log_softmax, _norms, _radius, _softmax
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


def _pulls(d: SimpleNamespace) -> tuple[Any, Any]:
    """The pulls at the certified weights, and what their rounding is proportional to."""
    (eta, bulk), b, w = d.eta[0], d.b[0], d.w[:, None]
    pull, size, plain = np.zeros((d.p, d.k)), np.zeros((d.p, d.k)), eta if d.grouped else _softmax(eta)[0]
    around = w * (np.sum(bulk, axis=1)[:, None] + np.abs(d.y) + 1.0)
    for part in (slice(j, min(j + 64, d.p)) for j in range(0, d.p, 64)):
        x = (stored := d.columns(part)) - d.mean[part]
        pull[part], size[part] = x.T @ (w * (plain - d.y)), (np.abs(stored) + np.abs(d.mean[part])).T @ around
        for j in part.start + np.flatnonzero(np.any(b[part], axis=1)):
            column = x[:, j - part.start]
            moved = eta - column[:, None] * b[j]
            if d.grouped:
                pull[j] = column @ (w * (moved - d.y))
            for k in np.flatnonzero(b[j] * (not d.grouped)):
                p = _softmax(np.where(np.arange(d.k) == k, moved, eta))[0]
                pull[j, k] = column @ (d.w * (p[:, k] - d.y[:, k]))
    return (_norms(pull), _norms(size)) if d.grouped else (np.abs(pull), size)


def _differences(claim: dict[str, Any], X: Any, y: Any, weight: Any) -> list[str]:
    d = _tasks(claim, X, y, weight)
    told = {f: np.reshape(claim[f], (-1, d.p)).T for f in ("pull", "pull_bound", "radius", "verdicts", "methods")}
    live, b, l1 = d.live[:, None], d.b[0], d.l1[:, None]
    zero, bounds = (told["pull_bound"] < l1 * (1.0 - _gamma(0, 4.0))) | ~live, []
    size, same = (_norms(d.b[1]), ~np.any(b, axis=1)[:, None]) if d.grouped else (np.abs(d.b[1]), b == 0.0)
    some = live & (size * (1.0 - _gamma(d.k, 4.0)) > told["radius"])
    for m in (1.0, 16.0):
        fits = _dual(d, m)
        gaps = [_gap(d, which, m) if fits else math.inf for which in (0, 1)]
        spread = np.hypot((d.sd if d.first else d.rms) * (1.0 + _gamma(d.n, m)) * (1.0 + (m - 1.0) * 1e-5), 1e-150)
        away = spread * math.sqrt(gaps[1] * (2.0 if d.grouped else 0.5))
        bound = (
            (d.pull + away[:, None]) * (1.0 + _gamma(0, m)) ** 2 if gaps[1] < np.inf else np.full(zero.shape, np.inf)
        )
        bounds.append([*gaps, bound, *_radius(d, zero, gaps[1], m)])
    curved = np.where(bounds[0][4] & bounds[1][4], "curvature", "strong convexity")
    known = np.isin(told["methods"], ("curvature", "strong convexity"))
    curved = np.where((bounds[0][4] == bounds[1][4]) | ~known, curved, told["methods"])
    free, shifted = d.free[:, None], (d.live & (d.penalty_factor == 0.0))[:, None] & ~np.bool_(d.grouped)
    everything = np.ones(zero.shape, dtype=bool)
    cases = [shifted | d.loose[:, None], ~live & same, ~(zero | some), zero & ~same, zero, some & same, some & free]
    words = [WORDS[1], WORDS[0], *WORDS[2:], "non-zero, unpenalised"]
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
    wrong = {f: e for f, e in agree.items() if not np.all(e)}
    first = {f: claim["names"][np.argwhere(~e)[0, 0]] for f, e in wrong.items() if np.shape(e) == zero.shape}
    return [said[f] + (f", first at column {first[f]!r}" if f in first else "") + "." for f in wrong]


def _primal(d: SimpleNamespace, claim: dict[str, Any]) -> Any:
    """Whether the stated objective is that of the certified weights."""
    (eta, bulk), b = d.eta[0], d.b[0]
    loss = (eta - d.y) ** 2 / 2.0 if d.grouped else -_log_softmax(eta, 0.0 * eta, 1.0)[0] * d.y
    far = (_norms(b) if d.grouped else np.abs(b)) + 0.0
    rho, v = claim["l1_ratio"], d.penalty_factor[:, None]
    penalty = np.sum(np.where(far == 0.0, 0.0, v * far * (rho + (1.0 - rho) * far / 2.0))) * claim["alpha"]
    near = 1e-12 * (d.w @ np.sum((bulk + np.abs(d.y)) ** 2 + bulk + np.abs(loss), axis=1))
    return np.isclose(claim["primal"], np.fmin(d.w @ np.sum(loss, axis=1) + penalty, np.inf), 1e-9, near)
