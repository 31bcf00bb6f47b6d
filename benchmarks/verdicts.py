"""Hunt for false verdicts: `python -m benchmarks.verdicts --count 100000 --seed 0`.

Random and adversarial problems are certified from coefficients of every quality, and every claim is compared
with an exact rational optimum (squared loss) or one of 50 digits (logistic loss), from the oracles of tests/oracle.
Ends with status 1 if a claim is false.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath as mp
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from oracle.logistic import precise, solve_precisely
from oracle.rational import ExactProblem, alpha_max, exact_problem, solve_exactly
from whyzero import Certificate, Verdict, certify

Array = NDArray[np.float64]

LOGISTIC_SHARE = 0.35  # of the problems: a reference of 50 digits takes longer than a rational one
KNOT_SHARE = 0.1  # of the squared problems are also solved at both floats around a knot of the path
EXTREME_EXPONENT = 40  # columns are scaled by powers of two within 1e-12 .. 1e12


@dataclass
class Problem:
    """Data and options of `certify`, without alpha."""

    loss: str
    x: Array
    y: Array
    l1_ratio: float
    factor: Array
    weight: Array
    offset: Array
    fit_intercept: bool

    def options(self, alpha: float) -> dict[str, Any]:
        """Keyword arguments of `certify`."""
        return {
            "loss": self.loss,
            "alpha": alpha,
            "l1_ratio": self.l1_ratio,
            "penalty_factor": self.factor,
            "sample_weight": self.weight,
            "offset": self.offset,
            "fit_intercept": self.fit_intercept,
        }

    def exact(self, alpha: float) -> ExactProblem:
        """The same problem in rationals."""
        return exact_problem(
            self.x,
            self.y,
            alpha=alpha,
            l1_ratio=self.l1_ratio,
            factor=self.factor,
            sample_weight=self.weight,
            offset=self.offset,
            fit_intercept=self.fit_intercept,
        )


@dataclass
class Reference:
    """The optimum in numbers that can be compared with floats, and the tolls."""

    coef: list[Any]
    gradient: list[Any]
    toll: list[Any]
    coef_error: list[Any]
    gradient_error: list[Any]
    unique: bool


@dataclass
class Tally:
    """What was counted."""

    coordinates: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    false: list[str] = field(default_factory=list)
    without_reference: int = 0


def draw(rng: np.random.Generator, loss: str) -> Problem:
    """A small problem with any of the troubles: each has a switch of its own."""
    n, p = (int(rng.integers(*span)) for span in ((4, 15), (2, 11 if loss == "squared" else 6)))
    x = rng.standard_normal((n, p)) if rng.random() < 0.5 else rng.integers(-64, 65, (n, p)) / 16.0
    truth = rng.standard_normal(p) * (rng.random(p) < 0.4)
    for _ in range(int(rng.integers(0, 4))):
        j, k = rng.choice(p, 2, replace=False)
        kind = rng.integers(5)
        if kind == 0:
            x[:, j] = x[:, k] * rng.choice([1.0, -1.0])
        elif kind == 1:
            x[:, j] = x[:, k]
            x[0, j] = np.nextafter(x[0, j], np.inf)
        elif kind == 2:
            x[:, j] = x[:, k] * (1.0 + 1e-12 * rng.standard_normal(n))
        elif kind == 3:
            x[:, j] = rng.choice([0.0, 1.0, 0.1, 1e8])
        else:
            x[:, j] = np.ldexp(x[:, j], int(rng.integers(-EXTREME_EXPONENT, EXTREME_EXPONENT)))
    signal = (x / np.maximum(np.max(np.abs(x), axis=0), 1e-300)) @ truth
    noise = rng.choice([1e-6, 0.1, 2.0])
    y = signal + noise * rng.standard_normal(n)
    weight = rng.choice([1.0, 2.0, 0.75, 0.0], n) if rng.random() < 0.3 else np.ones(n)
    weight[:2] = 1.0
    if loss == "logistic":
        y = (y > np.median(y)).astype(float)
        y[:2] = 0.0, 1.0
    plain = loss == "logistic"  # the oracle of the logistic loss knows neither offsets nor problems without intercept
    factor = rng.choice([0.0, 0.5, 1.0, 1.0, 3.0, np.inf], p) if not plain and rng.random() < 0.2 else np.ones(p)
    factor[rng.integers(p)] = 1.0
    offset = rng.standard_normal(n) if not plain and rng.random() < 0.2 else np.zeros(n)
    ratio = float(rng.choice([1.0, 1.0, 0.5, 0.01]))
    return Problem(loss, x, y, ratio, factor, weight, offset, plain or rng.random() < 0.7)


def alphas(rng: np.random.Generator, problem: Problem) -> list[float]:
    """Strengths at and next to the ends and knots of the path, and between."""
    finite = np.where(np.isinf(problem.factor), 0.0, problem.factor)
    if problem.loss == "squared":
        exact = alpha_max(problem.exact(1.0), [Fraction(float(v) * problem.l1_ratio) for v in finite])
    else:
        share = problem.weight / problem.weight.sum()
        residual = share * (problem.y - share @ problem.y)
        exact = Fraction(float(np.max(np.abs(problem.x.T @ residual)) / problem.l1_ratio))
    limit = float(exact) or 1.0
    near = [limit, float(np.nextafter(limit, 0.0)), float(np.nextafter(limit, np.inf))]
    out = [float(rng.choice(near)), limit * 10.0 ** -rng.uniform(0.0, 3.0)]
    if problem.loss == "squared" and rng.random() < KNOT_SHARE:
        out += knot(problem, limit * 10.0 ** -rng.uniform(0.3, 2.0), limit)
    return out


def knot(problem: Problem, low: float, high: float) -> list[float]:
    """Neighbouring floats between which the support of the optimum changes."""

    def support(alpha: float) -> list[bool]:
        return [v != 0 for v in solve_exactly(problem.exact(alpha)).coef]

    first = support(low)
    while (middle := low + (high - low) / 2) not in (low, high):
        low, high = (middle, high) if support(middle) == first else (low, middle)
    return [low, high]


def reference(problem: Problem, alpha: float) -> Reference | None:
    """The optimum from an oracle; None where the logistic one meets a boundary case."""
    exact = problem.exact(alpha)
    if problem.loss == "squared":
        solved = solve_exactly(exact)
        none = [Fraction(0)] * len(solved.coef)
        return Reference(solved.coef, solved.gradient, exact.l1, none, none, solved.unique)
    # In units of a power of two the columns have one size; that changes no digit.
    unit = np.ldexp(1.0, np.frexp(np.max(np.abs(problem.x), axis=0))[1])
    powers = [Fraction(u) for u in unit.tolist()]
    l1 = np.array([(v or 0) / u for v, u in zip(exact.l1, powers, strict=True)])
    l2 = np.array([v / u**2 for v, u in zip(exact.l2, powers, strict=True)])
    with np.errstate(all="ignore"):
        found = solve_precisely(problem.x / unit, problem.y, problem.weight, l1, l2)
    if found is None:
        return None
    units = [mp.mpf(u) for u in unit.tolist()]
    small = mp.mpf(10) ** -40
    return Reference(
        coef=[b / u for b, u in zip(found.coef, units, strict=True)],
        gradient=[c * u for c, u in zip(found.gradient, units, strict=True)],
        toll=[precise(v or Fraction(0)) for v in exact.l1],
        coef_error=[small * (1 + abs(b)) / u for b, u in zip(found.coef, units, strict=True)],
        gradient_error=[small * u for u in units],
        unique=True,  # the oracle has confirmed strict inequalities and a regular Hessian
    )


def starts(rng: np.random.Generator, problem: Problem, alpha: float, truth: Array) -> Iterator[tuple[str, Array]]:
    """Coefficients to certify, from the optimum in floats down to garbage."""
    p = len(truth)
    yield "optimum", truth
    yield "noise", truth * (1.0 + 1e-3 * rng.standard_normal(p))
    yield "tiny noise", truth + 1e-9 * rng.standard_normal(p)
    yield "garbage", rng.standard_normal(p) * 10.0 ** rng.integers(-5, 6, p)
    coef = np.zeros(p)
    for steps in range(4):
        yield f"{steps} steps", coef
        coef = step(problem, alpha, coef)


@np.errstate(all="ignore")
def step(problem: Problem, alpha: float, coef: Array) -> Array:
    """One step of proximal gradient, in units of the columns; the intercept is left out."""
    share, unit = problem.weight / problem.weight.sum(), np.maximum(np.max(np.abs(problem.x), axis=0), 1e-300)
    z = problem.x / unit
    eta = z @ (coef * unit) + problem.offset
    slope = (eta if problem.loss == "squared" else 0.5 * (1.0 + np.tanh(eta / 2.0))) - problem.y
    length = 1.0 / (np.linalg.norm(z.T @ (share[:, None] * z), 2) + 1e-300)
    moved = coef * unit - length * (z.T @ (share * slope))
    toll = np.nan_to_num(alpha * problem.l1_ratio * problem.factor / unit, posinf=1e300)
    return np.asarray(np.sign(moved) * np.maximum(np.abs(moved) - length * toll, 0.0) / unit)


def false_claims(certificate: Certificate, truth: Reference) -> Iterator[str]:
    """Every claim that the reference refutes."""
    for j, verdict in enumerate(certificate.verdicts):
        weight, pull, toll = truth.coef[j], abs(truth.gradient[j]), truth.toll[j]
        slack = truth.coef_error[j]
        if verdict.says_zero and weight != 0:
            yield f"{verdict.value}, but the weight is {float(weight)!r}"
        if verdict.says_nonzero and weight == 0:
            yield f"{verdict.value}, but the weight is zero"
        if certificate.methods[j] == "parallel columns" and truth.unique:
            yield f"{verdict.value}, but it is"
        if certificate.methods[j] in ("dual bound", "exact slope") and not pull < toll:
            yield f"{verdict.value} by a dual bound, but the pull is not below the toll"
        low, high, bound = (float(e[j]) for e in (certificate.lo, certificate.hi, certificate.pull_bound))
        if (math.isfinite(low) and weight + slack < low) or (math.isfinite(high) and weight - slack > high):
            yield f"the weight {float(weight)!r} is outside [{low!r}, {high!r}]"
        if math.isfinite(bound) and pull - truth.gradient_error[j] > bound:
            yield f"the pull {float(pull)!r} is above its bound {bound!r}"


def judge(rng: np.random.Generator, problem: Problem, alpha: float, proof: str, tally: Tally) -> None:
    """Certify one problem from every start."""
    truth = reference(problem, alpha)
    if truth is None:
        tally.without_reference += 1
        return
    rounded = np.array([float(max(min(v, 1e300), -1e300)) for v in truth.coef])
    for name, coef in starts(rng, problem, alpha, rounded):
        certificate = certify(problem.x, problem.y, coef, proof=proof, **problem.options(alpha))
        tally.coordinates[problem.loss] += len(coef)
        tally.verdicts.update(verdict.value for verdict in certificate.verdicts)
        tally.false += [
            f"{problem.loss}, alpha {alpha!r}, {name}: {claim}" for claim in false_claims(certificate, truth)
        ]


def hunt(count: int, seed: int, proof: str = "float") -> Tally:
    """Check at least `count` coordinates."""
    rng, tally = np.random.default_rng(seed), Tally()
    with mp.workdps(60):
        while tally.coordinates.total() < count:
            problem = draw(rng, "logistic" if rng.random() < LOGISTIC_SHARE else "squared")
            for alpha in alphas(rng, problem):
                judge(rng, problem, alpha, proof, tally)
    return tally


def report(tally: Tally) -> list[str]:
    """The counts in words."""
    by_loss = ", ".join(f"{name} {count}" for name, count in sorted(tally.coordinates.items()))
    lines = [f"{tally.coordinates.total()} coordinates checked ({by_loss})"]
    lines += [f"  {tally.verdicts[v.value]:8d} {v.value}" for v in Verdict if tally.verdicts[v.value]]
    lines.append(f"{tally.without_reference} logistic problems on a boundary have no reference and were left out")
    lines.append(f"{len(tally.false)} false claims")
    return lines + [f"  {claim}" for claim in tally.false[:20]]


def main() -> int:
    """Run the hunt that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdicts", description=str(__doc__).split("\n\n")[0])
    parser.add_argument("--count", type=int, default=100_000, help="coordinates to check (default 100000)")
    parser.add_argument("--seed", type=int, default=0, help="of the random problems (default 0)")
    parser.add_argument("--proof", choices=["float", "exact"], default="float", help="of `certify` (default float)")
    asked = parser.parse_args()
    begin = time.perf_counter()
    tally = hunt(asked.count, asked.seed, asked.proof)
    print("\n".join([*report(tally), f"proof {asked.proof}, seed {asked.seed}, {time.perf_counter() - begin:.0f} s"]))
    return int(bool(tally.false))


if __name__ == "__main__":
    sys.exit(main())
