"""The bounds of the checker for a matrix of weights: NumPy alone, and nothing of `whyzero.multi`."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from whyzero.certificates.verify import FLOOR, _groups, _inverse
from whyzero.certificates.verify_losses import LIBM, LOSSES, ROUNDOFF, _gamma


def _norms(values: Any) -> Any:
    """Norms of rows, without squares that underflow."""
    largest = np.max(np.abs(values), axis=1, initial=0.0)
    largest = np.where((largest > 0.0) & np.isfinite(largest), largest, 1.0)
    unit, total = np.ldexp(1.0, np.clip(np.frexp(largest)[1], -1021, 1023)), np.zeros(len(values))
    for part in values.T:
        total = total + (part / unit) ** 2
    return (unit * np.sqrt(total))[:, None]


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
    d.unit, part = _gamma(d.k, m), np.where(q > 0.0, room[:, None] / q, 0.0)
    d.move = turn * part * (1.0 + unit) + away[:, None]
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
        bound = _ellipsoid(d, (x, rows), (pairs, ridge), length, m) * unit**2
        for (j, k), r in zip(pairs, bound, strict=True):
            if j >= 0 and alone[j, k]:
                curved[index[j], k] = r
    anything = (~d.live & (d.penalty_factor == 0.0))[:, None]
    return np.where(anything, np.inf, np.where(used, np.fmin(curved, convex), 0.0)), curved < convex


def _ellipsoid(d: SimpleNamespace, part: Any, places: tuple[list[Any], Any], length: float, m: float) -> Any:
    (x, rows), (pairs, ridge) = part, places
    at, of = [j for j, _ in pairs], np.array([k for _, k in pairs])
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
