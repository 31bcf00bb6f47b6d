"""G: a Hypothesis strategy of small, nasty problems whose every number is exact in binary.

Switches (independent): zero, constant, copied, negated, copied + 1 ulp and rescaled columns, 90 % zeros, one row,
constant y, zero weights, penalty factors 0 and infinity, offsets, intercept or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from oracle.rational import ExactProblem, alpha_max, exact_problem

RATIOS = (2.0, 1.0, 1.0 - 2.0**-20, 0.5, 0.1, 0.01, 1e-4)


@dataclass(frozen=True)
class Case:
    """A problem on stored floats; `options` are keyword arguments of `certify` and `fit`."""

    x: np.ndarray
    y: np.ndarray
    alpha: float
    l1_ratio: float
    penalty_factor: np.ndarray
    sample_weight: np.ndarray
    offset: np.ndarray
    fit_intercept: bool

    @property
    def options(self) -> dict[str, object]:
        return {
            "alpha": self.alpha,
            "l1_ratio": self.l1_ratio,
            "penalty_factor": self.penalty_factor,
            "sample_weight": self.sample_weight,
            "offset": self.offset,
            "fit_intercept": self.fit_intercept,
        }

    def exact(self, scale: np.ndarray | None = None) -> ExactProblem:
        """The same problem in rationals; `scale` when the penalty acts on standardised weights."""
        return exact_problem(
            self.x,
            self.y,
            alpha=self.alpha,
            l1_ratio=self.l1_ratio,
            factor=self.penalty_factor,
            scale=scale,
            sample_weight=self.sample_weight,
            offset=self.offset,
            fit_intercept=self.fit_intercept,
        )


def dyadic(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers k / 2^m with |k| <= 64 and 0 <= m <= 6."""
    return rng.integers(-64, 65, shape) / 2.0 ** rng.integers(0, 7, shape)


@st.composite
def designs(draw: st.DrawFn, max_rows: int, max_cols: int) -> tuple[np.ndarray, np.random.Generator]:
    """A matrix with the nasty columns, and the generator for what comes after it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.one_of(st.just(1), st.integers(2, max_rows)))
    p = draw(st.integers(1, max_cols))
    x = dyadic(rng, (n, p))
    if draw(st.booleans()):
        x[rng.random((n, p)) < 0.9] = 0.0
    for kind in draw(st.lists(st.sampled_from(("zero", "constant", "copy", "negated", "ulp", "scale")), max_size=4)):
        j, k = draw(st.integers(0, p - 1)), draw(st.integers(0, p - 1))
        if kind == "zero":
            x[:, j] = 0.0
        elif kind == "constant":
            x[:, j] = draw(st.sampled_from((1.0, 0.1, 1e8, -3.0)))
        elif kind == "scale":
            x[:, j] = np.ldexp(x[:, j], draw(st.integers(-200, 200)))
        else:
            x[:, j] = -x[:, k] if kind == "negated" else x[:, k]
            if kind == "ulp":
                x[0, j] = np.nextafter(x[0, j], np.inf)
    return x, rng


@st.composite
def class_cases(
    draw: st.DrawFn, max_rows: int = 12, max_cols: int = 6, l1_ratios: tuple[float, ...] = (1.0, 0.5), most: int = 1
) -> Case:
    """A problem whose y is 0 or 1, or counts up to `most`, with alpha at a chosen share of alpha_max."""
    x, rng = draw(designs(max_rows, max_cols))
    if len(x) == 1:
        x = np.vstack([x, dyadic(rng, x.shape)])
    n, p = x.shape
    weight = rng.choice([0.0, 1.0, 2.0, 0.75], n) if draw(st.booleans()) else np.ones(n)
    y = rng.integers(0, most + 1, n).astype(float)
    y[:2], weight[:2] = (0.0, 1.0), 1.0
    offset = dyadic(rng, (n,)) / 16.0 if draw(st.integers(0, 3)) == 0 else np.zeros(n)
    intercept, l1_ratio = draw(st.booleans()), draw(st.sampled_from(l1_ratios))
    share = weight / weight.sum()
    start = np.full(n, share @ y if intercept else (0.5 if most == 1 else 1.0))
    slope = np.max(np.abs(x.T @ (share * (y - start)))) / l1_ratio
    alpha = draw(st.sampled_from((2.0, 0.9, 0.5, 0.1, 0.01))) * (slope or 1.0) or 1.0  # a subnormal one may vanish
    return Case(x, y, float(alpha), l1_ratio, np.ones(p), weight, offset, intercept)


@st.composite
def matrix_cases(draw: st.DrawFn, classes: bool, max_rows: int = 12, max_cols: int = 4) -> Case:
    """A problem of one to three targets, or two or three classes, with alpha at a chosen share of alpha_max.

    No offsets; `y` has a column for each target, or is the class of each row. No column without a penalty where there
    are classes.
    """
    x, rng = draw(designs(max_rows, max_cols))
    tasks = draw(st.integers(2 if classes else 1, 3))
    if len(x) < tasks:
        x = np.vstack([x, dyadic(rng, (tasks, x.shape[1]))])
    n, p = x.shape
    y = dyadic(rng, (n, tasks))
    weight = rng.choice([0.0, 1.0, 2.0, 0.75], n) if draw(st.booleans()) else np.ones(n)
    weight[:tasks] = 1.0
    target = y
    if classes:
        y = rng.integers(0, tasks, n)
        y[:tasks] = np.arange(tasks)
        target = np.eye(tasks)[y]
    factor = rng.choice([1.0, 1.0, 0.5] + [np.inf] * (not classes), p) if draw(st.integers(0, 2)) == 0 else np.ones(p)
    factor[0] = min(factor[0], 1.0)
    intercept, l1_ratio = draw(st.booleans()), draw(st.sampled_from((1.0, 0.5)))
    share = weight / weight.sum()
    start = share @ target if intercept else (1.0 / tasks if classes else 0.0)
    slope = x.T @ (share[:, None] * (target - start))
    size = np.abs(slope) if classes else np.linalg.norm(slope, axis=1)
    alpha = draw(st.sampled_from((2.0, 0.9, 0.5, 0.1, 0.01))) * (np.max(size) / l1_ratio or 1.0) or 1.0
    return Case(x, y, float(alpha), l1_ratio, factor, weight, np.zeros(n), intercept)


@st.composite
def cases(draw: st.DrawFn, max_rows: int = 12, max_cols: int = 10, l1_ratios: tuple[float, ...] = (1.0,)) -> Case:
    """A squared-loss problem with alpha at a chosen share of alpha_max."""
    x, rng = draw(designs(max_rows, max_cols))
    n, p = x.shape
    y = np.full(n, 0.75) if draw(st.integers(0, 9)) == 0 else dyadic(rng, (n,))
    weight = np.ones(n)
    if draw(st.booleans()):
        weight = rng.choice([0.0, 1.0, 2.0, 0.75], n)
        weight[rng.integers(n)] = 1.0
    factor = np.ones(p)
    if draw(st.integers(0, 2)) == 0:
        factor = rng.choice([0.0, 0.5, 1.0, 1.0, 3.0, np.inf], p)
        factor[rng.integers(p)] = 1.0
    offset = dyadic(rng, (n,)) if draw(st.integers(0, 3)) == 0 else np.zeros(n)
    l1_ratio = draw(st.sampled_from(l1_ratios))
    case = Case(x, y, 1.0, l1_ratio, factor, weight, offset, draw(st.booleans()))
    limit = alpha_max(case.exact(), [Fraction(0) if np.isinf(f) else Fraction(float(f)) for f in factor])
    base = float(limit) if limit > 0 else 1.0
    alpha = draw(st.sampled_from(RATIOS)) * base or 1.0
    return Case(x, y, alpha, l1_ratio, factor, weight, offset, case.fit_intercept)
