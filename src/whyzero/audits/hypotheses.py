"""Other objectives that weights may be the optimum of: each one a change of the stated problem, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from whyzero.audits.case import Array, Case, penalise_intercept
from whyzero.explanations.wording import figure

__all__ = ["Hypothesis", "factors", "implied_alpha", "structures"]

_MOST_STEPS = 50


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A change of the stated problem.

    Attributes
    ----------
    text : str
        The change as a clause.
    case : Case
        The weights under the changed problem.
    changes : int
        1 for one change of a known kind, 2 for two, 3 when an alpha of no known origin is among them.
    """

    text: str
    case: Case
    changes: int


def factors(case: Case) -> dict[str, float]:
    """Known slips in the strength of the penalty, as clauses, and the alpha that each leads to."""
    alpha, total = case.alpha, float(np.sum(case.problem.sample_weight))
    n_rows, squared = case.problem.n_rows, case.problem.loss.name == "squared"
    size = figure(total, 9)
    known = {
        "the loss counts twice (squared errors without the factor 1/2), so alpha acts as alpha / 2"
        if squared
        else "the loss counts twice, so alpha acts as alpha / 2": alpha / 2.0,
        "the penalty counts twice, so alpha acts as 2 alpha": 2.0 * alpha,
        f"the loss is summed over the rows instead of averaged (no 1/n), so alpha acts as alpha / {size}": alpha
        / total,
        f"the penalty counts n times, so alpha acts as {size} alpha": total * alpha,
        "alpha and C are mixed up: the number acts as the inverse strength of a sum over the rows, "
        f"alpha = 1 / ({size} x {figure(alpha, 6)})": 1.0 / (total * alpha),
        f"the number acts as an inverse strength, alpha = 1 / {figure(alpha, 6)}": 1.0 / alpha,
    }
    if squared:
        text = f"squared errors are summed, without 1/2 and 1/n, so alpha acts as alpha / {figure(2.0 * total, 9)}"
        known[text] = alpha / (2.0 * total)
    if total != n_rows:
        text = f"weighted losses are divided by the number of rows, so alpha acts as alpha x {n_rows} / {size}"
        known[text] = alpha * n_rows / total
    factor = case.problem.penalty.factor
    mean = float(np.mean(factor))
    if np.isfinite(mean) and mean not in (0.0, 1.0):
        known["penalty factors are rescaled to a mean of 1, as glmnet does"] = alpha / mean
    return known


def implied_alpha(case: Case) -> float | None:
    """The strength at which the weights in use meet the optimality conditions, Eq. (10), as nearly as any.

    Each weight that is not zero implies one alpha; the result is their median, weighted by the sizes of the
    weights so that debris has no say. None when no penalised weight is in use.
    """
    problem, coef = case.problem, case.coef
    gradient = problem.weight * problem.loss.gradient(problem.y, problem.eta(coef, case.intercept))
    slope = problem.design.dot(gradient)
    if problem.fit_intercept:
        slope = slope - problem.column_mean * np.sum(gradient)
    penalty = problem.penalty
    with np.errstate(all="ignore"):
        size = penalty.scale * coef
        rate = penalty.factor * penalty.scale * (penalty.l1_ratio * np.sign(coef) + (1.0 - penalty.l1_ratio) * size)
        implied = -slope / rate
    used = (coef != 0.0) & ~problem.structural & np.isfinite(implied) & (rate != 0.0)
    if not np.any(used):
        return None
    order = np.argsort(implied[used])
    share = np.cumsum(np.abs(size[used])[order])
    middle = float(implied[used][order][np.searchsorted(share, share[-1] / 2.0)])
    return middle if 0.0 < middle < np.inf else None


def structures(case: Case) -> Iterator[tuple[str, Case]]:
    """Changes of the problem other than of its strength, as clauses; those that change nothing are left out."""
    for change in (_columns, _intercept, _mixture, _rows):
        yield from change(case)


def _columns(case: Case) -> Iterator[tuple[str, Case]]:
    problem = case.problem
    sd = problem.column_sd
    raw = replace(problem.penalty, scale=np.ones(problem.n_cols))
    scaled = replace(problem.penalty, scale=sd)
    in_sd = replace(problem, penalty=scaled, standardize=True)
    if problem.standardize:
        text = "the penalty acts on the weights of the columns as they are, not standardised"
        yield text, replace(case, problem=replace(problem, penalty=raw, standardize=False))
    elif np.any(sd != 1.0):
        yield (
            "the penalty acts on weights per standard deviation: the columns were standardised",
            replace(case, problem=in_sd),
        )
    coef = np.where(sd > 0.0, case.coef / np.where(sd > 0.0, sd, 1.0), 0.0)
    if problem.fit_intercept and np.any(coef != case.coef):
        text = "the weights belong to standardised columns, and the data of the audit are not standardised"
        shifted = case.intercept - float(coef @ problem.column_mean)
        yield text, replace(case, problem=in_sd, coef=coef, intercept=shifted)


def _intercept(case: Case) -> Iterator[tuple[str, Case]]:
    problem = case.problem
    if problem.fit_intercept:
        if not problem.standardize:
            yield "the intercept is penalised like a weight", penalise_intercept(case)
        if case.intercept == 0.0:
            yield "no intercept was fitted", replace(case, problem=replace(problem, fit_intercept=False))
    else:
        problem = replace(problem, fit_intercept=True)
        case = replace(case, problem=problem)
    best = _best_intercept(case)
    if abs(best - case.intercept) > 1e-12 * (1.0 + abs(best)):
        text = f"the intercept is not the one that belongs to the weights: it should be {figure(best, 6)}"
        yield text, replace(case, intercept=best)


def _mixture(case: Case) -> Iterator[tuple[str, Case]]:
    problem, alpha = case.problem, case.alpha
    rho = problem.penalty.l1_ratio
    if rho != 0.5:
        text = f"the shares of L1 and L2 are exchanged: l1_ratio acts as {figure(1.0 - rho, 6)}"
        yield text, replace(case, problem=problem.with_l1_ratio(1.0 - rho))
    if 0.0 < rho < 1.0:
        yield "the L2 part is taken without the factor 1/2", _remixed(case, alpha * rho, 2.0 * alpha * (1.0 - rho))
    if rho < 1.0 and problem.loss.name == "squared":
        mean = float(problem.weight @ problem.y)
        sd = float(np.sqrt(problem.weight @ (problem.y - mean) ** 2))
        if sd > 0.0:
            text = f"the L2 part is divided by the standard deviation of y ({figure(sd)}), as glmnet does"
            yield text, _remixed(case, alpha * rho, alpha * (1.0 - rho) / sd)


def _remixed(case: Case, l1: float, l2: float) -> Case:
    """The case with the strengths of both parts given."""
    problem = case.problem.with_l1_ratio(l1 / (l1 + l2))
    return replace(case, problem=problem, alpha=l1 + l2)


def _rows(case: Case) -> Iterator[tuple[str, Case]]:
    problem = case.problem
    weight = problem.sample_weight
    if np.any(weight != weight[0]):
        yield "the row weights were not used", replace(case, problem=problem.with_sample_weight(np.ones(len(weight))))
    if np.any(problem.penalty.factor != 1.0):
        plain = replace(problem.penalty, factor=np.ones(problem.n_cols))
        yield "the penalty factors were not used", replace(case, problem=replace(problem, penalty=plain))
    if problem.loss.name == "logistic":
        yield "the other class counts as 1", replace(case, coef=-case.coef, intercept=-case.intercept)
        positive = problem.y == 1.0
        share = float(problem.weight @ positive)
        balanced = weight * np.where(positive, 0.5 / share, 0.5 / (1.0 - share))
        if not np.isclose(share, 0.5, rtol=1e-12):
            text = "both classes weigh the same (class_weight='balanced')"
            yield text, replace(case, problem=problem.with_sample_weight(balanced))


def _best_intercept(case: Case) -> float:
    """The intercept that minimises the loss with the weights held: where the mean gradient changes its sign."""
    from scipy.optimize import brentq

    problem = case.problem
    rest: Array = problem.eta(case.coef, 0.0)

    def slope(intercept: float) -> float:
        return float(problem.weight @ problem.loss.gradient(problem.y, rest + intercept))

    reach = 1.0 + float(np.max(np.abs(rest))) + float(np.max(np.abs(problem.y)))
    while slope(-reach) > 0.0 or slope(reach) < 0.0:
        reach *= 2.0
    return float(brentq(slope, -reach, reach, xtol=1e-15, rtol=8.9e-16))
