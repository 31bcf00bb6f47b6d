"""The checker of certificates with `proof="exact"`: the optimum of the squared loss again, in rational numbers.

What does not depend on the proof - data, tolls, the float bounds of the gap - is checked by `verify.py`.
"""

import math
import operator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np

from whyzero.certificates.verify import Verification, _differences, _read, _survey
from whyzero.certificates.verify import verify as check

MOST_UNKNOWNS, ONES = 100, -1
SLOPE, TIED_ZERO, WEIGHT, TIE = "exact slope", "unique optimum", "exact weight", "exact tie"
TINY = "not zero, but below the smallest float"
LARGEST = Fraction(float(np.finfo(np.float64).max))
OTHERWISE = ("proof", "pull_bound", "lo", "hi", "verdicts", "methods")  # fields that an exact proof decides


def verify(certificate: Any, X: Any, y: Any, *, sample_weight: Any = None, offset: Any = None) -> Verification:
    """Check a `Certificate` (or its JSON text) against its data; X is dense or a SciPy sparse matrix.

    Every claim is computed again, by code that shares nothing with `certify`. An exact proof of the logistic loss
    is refused, because only its float bounds could be confirmed.
    """
    try:
        claim = _read(certificate)
        if claim["proof"] != "exact":
            return check(certificate, X, y, sample_weight=sample_weight, offset=offset)
        with np.errstate(all="ignore"):
            d = _survey(claim, X, y, sample_weight, offset)
            wrong = [m for m in _differences(claim, d) if not m.startswith(tuple(f"Field {f!r}" for f in OTHERWISE))]
            d.s, d.o = (
                np.full(d.n, a) if e is None else np.array(e, dtype=float).ravel()
                for a, e in ((1.0, sample_weight), (0.0, offset))
            )
            agree = _exact_agreement(claim, d) if not wrong else {}
        wrong += [
            f"Field {f!r} is not what the exact optimum says, first at column {claim['names'][np.argmin(e)]!r}."
            for f, e in agree.items()
            if not np.all(e)
        ]
    except (ValueError, TypeError, AttributeError, ArithmeticError, LookupError, RecursionError) as error:
        wrong = [f"The certificate cannot be checked: {error}."]
    return Verification(not wrong, tuple(wrong or ["Every claim follows from these data."]))


def _exact_agreement(claim: dict[str, Any], d: SimpleNamespace) -> dict[str, Any]:
    """Whether the fields that an exact proof decides are right, for every column, Eq. (137).

    The support and the signs of the anchor say where the optimum is. Whether it is one is found here.
    """
    if claim["loss"] != "squared":
        raise ValueError(f"its proof is exact and its loss {claim['loss']}, and this checker has rational numbers only")
    live = [int(j) for j in np.flatnonzero(d.live)]
    data, toll, ridge = _integers_of(claim, d, live), *_strengths(claim, live)
    held, reach = {j: toll[j] > 0 or d.positive for j in live}, operator.neg if d.positive else abs
    sign = {j: int(np.sign(claim["anchor_coef"][j])) if held[j] else 0 for j in live}
    active = [ONES] * d.first + [j for j in live if sign[j] or not held[j]]
    if len(active) > MOST_UNKNOWNS:
        raise ValueError(f"an exact check takes at most {MOST_UNKNOWNS} weights, and there are {len(active)}")
    toll[ONES] = ridge[ONES] = Fraction(0)
    gram = _gram(data, active, ridge)
    right = [_product(data, j, data.known) - toll[j] * sign.get(j, 0) for j in active]
    solved, pivots = _eliminate([[*row, b] for row, b in zip(gram, right, strict=True)], len(active))
    weight = {active[c]: Fraction(row[-1], row[c]) for row, c in zip(solved, pivots, strict=False)}
    rest = _residual(data, weight)
    slope = {j: -_product(data, j, rest) for j in live}
    for j in live:
        b = weight.get(j, Fraction(0))
        stationary = slope[j] + ridge[j] * b + toll[j] * sign[j] == 0 and b * sign[j] >= 0
        if not (stationary if j in active else reach(slope[j]) <= toll[j]):
            raise ValueError(f"the support of its anchor is no optimum's: column {claim['names'][j]!r} is against it")
    equal = [ONES] * d.first + [j for j in live if reach(slope[j] + ridge[j] * weight.get(j, 0)) == toll[j]]
    if len(equal) > MOST_UNKNOWNS:
        raise ValueError(f"an exact check takes at most {MOST_UNKNOWNS} weights, and {len(equal)} may not be zero")
    regular = len(pivots) == len(active) and set(equal) == set(active)
    known = [True] * len(equal) if regular else _determined(_gram(data, equal, ridge))
    same = dict(zip(equal, known, strict=True))
    optimum = {j: (weight.get(j, Fraction(0)), reach(slope[j]), toll[j], same.get(j, True)) for j in live}
    return _compare(claim, d, optimum)


def _compare(claim: dict[str, Any], d: SimpleNamespace, optimum: dict[int, tuple[Any, ...]]) -> dict[str, Any]:
    agree = {f: np.ones(d.p, dtype=bool) for f in ("pull_bound", "lo", "hi", "methods", "verdicts")}
    for j in range(d.p):
        told = SimpleNamespace(**{f: claim[f][j] for f in agree}, used=claim["coef"][j] != 0.0)
        if not d.live[j]:
            loose = d.loose[j] or (told.used and d.scale[j] == 0.0 and not d.excluded[j])
            word = "not unique" if loose else "numerical debris" if told.used else "zero, structural"
            ground = "excluded" if d.excluded[j] else f"{('empty', 'constant')[d.first]} column"
            low, end = (0.0 if d.positive else -math.inf, math.inf) if loose else (0.0, 0.0)
            right = told.lo == low, told.hi == end, told.pull_bound >= 0.0, told.methods == ground
        else:
            weight, pull, toll, known = optimum[j]
            tiny = weight != 0 and not (told.lo > 0.0 or told.hi < 0.0)
            ground = (SLOPE if pull < toll else TIED_ZERO) if weight == 0 else TINY if tiny else WEIGHT
            above = told.hi == math.inf if not known else _outside(told.hi, weight)
            below = told.lo == -math.inf if not known else _outside(-told.lo, -weight)
            bound = pull <= told.pull_bound <= pull + (abs(pull) + toll) / 2**50 + Fraction(1, 2**1074)
            right = below, above, bound, told.methods == (ground if known else TIE)
            zero = "numerical debris" if told.used else "zero, proved"
            some = ("non-zero, unpenalised" if d.free[j] else "non-zero, proved") if told.used else "wrong zero"
            word = (some if weight else zero) if known and not tiny else "open"
        for f, e in zip(
            ("lo", "hi", "pull_bound", "methods", "verdicts"), (*right, told.verdicts == word), strict=True
        ):
            agree[f][j] = e
    return agree


def _outside(end: float, value: Fraction) -> bool:
    """Whether `end` is an upper end of `value`, and one of the next two floats."""
    near = float(min(max(value, -LARGEST), LARGEST))
    for _ in range(2):
        near = near if value == 0 else math.nextafter(near, math.inf)
    return end >= value and end <= near


def _integers_of(claim: dict[str, Any], d: SimpleNamespace, live: list[int]) -> SimpleNamespace:
    rows = np.flatnonzero(d.w > 0.0)
    data = SimpleNamespace(column={ONES: ([1] * len(rows), 1)})
    for j in live:
        data.column[j] = _integers(d.columns([j])[rows, 0])
    (data.weight, _), (y, unit), (o, other) = (_integers(e[rows]) for e in (d.s, d.y, d.o))
    common = max(unit, other)
    data.total = sum(data.weight)
    data.known = [a * (common // unit) - b * (common // other) for a, b in zip(y, o, strict=True)], common
    return data


def _integers(values: Any) -> tuple[list[int], int]:
    """Numerators of the stored floats over one denominator, a power of two."""
    pairs = [float(v).as_integer_ratio() for v in values]
    unit = max(b for _, b in pairs)
    return [a * (unit // b) for a, b in pairs], unit


def _strengths(claim: dict[str, Any], live: list[int]) -> tuple[dict[int, Fraction], dict[int, Fraction]]:
    """Tolls and ridge strengths as exact products of stored floats, Eq. (3)."""
    alpha, rho = Fraction(claim["alpha"].item()), Fraction(claim["l1_ratio"].item())
    pairs = {j: (Fraction(float(claim["penalty_factor"][j])), Fraction(float(claim["scale"][j]))) for j in live}
    toll = {j: alpha * rho * v * s for j, (v, s) in pairs.items()}
    return toll, {j: alpha * (1 - rho) * v * s**2 for j, (v, s) in pairs.items()}


def _product(data: SimpleNamespace, j: int, row: tuple[list[int], int]) -> Fraction:
    """``sum_i w_i x_ij e_i``."""
    numbers, unit = data.column[j]
    return Fraction(sum(map(operator.mul, map(operator.mul, numbers, data.weight), row[0])), data.total * unit * row[1])


def _gram(data: SimpleNamespace, columns: list[int], ridge: dict[int, Fraction]) -> list[list[Fraction]]:
    gram = [[_product(data, j, data.column[k]) for k in columns[: i + 1]] for i, j in enumerate(columns)]
    full = [[gram[max(i, k)][min(i, k)] for k in range(len(columns))] for i in range(len(columns))]
    for i, j in enumerate(columns):
        full[i][i] += ridge[j]
    return full


def _residual(data: SimpleNamespace, weight: dict[int, Fraction]) -> tuple[list[int], int]:
    """``y - o - Z b`` over one denominator."""
    known, unit = data.known
    scaled = {j: b / data.column[j][1] for j, b in weight.items()}
    common = math.lcm(unit, *(b.denominator for b in scaled.values()))
    rest = [e * (common // unit) for e in known]
    for j, b in scaled.items():
        factor = int(b * common)
        rest = [e - factor * m for e, m in zip(rest, data.column[j][0], strict=True)]
    return rest, common


def _eliminate(system: list[list[Fraction]], width: int) -> tuple[list[list[int]], list[int]]:
    """Gauss and Jordan without fractions (Bareiss): integer rows, those with pivots first, and the pivots' columns."""
    rows = [[int(e * math.lcm(*(f.denominator for f in line))) for e in line] for line in system]
    pivots: list[int] = []
    previous = 1
    for c in range(width):
        top = len(pivots)
        if not (found := [i for i in range(top, len(rows)) if rows[i][c]]):
            continue
        rows[top], rows[found[0]] = rows[found[0]], rows[top]
        line, pivot = rows[top], rows[top][c]
        for i in (i for i in range(len(rows)) if i != top):
            factor = rows[i][c]
            rows[i] = [(pivot * e - factor * q) // previous for e, q in zip(rows[i], line, strict=True)]
        previous = pivot
        pivots.append(c)
    return rows, pivots


def _determined(gram: list[list[Fraction]]) -> list[bool]:
    """For every unknown whether all null vectors are zero there: then all optimal solutions share its weight."""
    rows, pivots = _eliminate(gram, len(gram))
    free = [c for c in range(len(gram)) if c not in pivots]
    return [c in pivots and not any(rows[pivots.index(c)][f] for f in free) for c in range(len(gram))]
