"""From proofs at two alphas to a proof at every alpha between them (docs/math.md, section 4)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from whyzero.certificates.anchor import anchors
from whyzero.certificates.certify import Proof, idle_without_price
from whyzero.certificates.dual import Dual
from whyzero.certificates.enclosure import enclose
from whyzero.certificates.frame import Array, Frame, Mask, make_frame
from whyzero.certificates.loss_bounds import LOSS_BOUNDS, Ball
from whyzero.certificates.point import make_point
from whyzero.certificates.rounding import FLOOR, UNIT
from whyzero.problem import Problem

__all__ = ["Knot", "chord_gap", "make_knot", "zero_above", "zero_between"]


@dataclass(frozen=True, eq=False)
class Knot:
    """What is proved at one alpha.

    Attributes
    ----------
    alpha : float
        Penalty strength.
    frame, proof : Frame, Proof
        The problem there, with a primal point, a dual point and the gap between them.
    zero : mask of shape (p,)
        Weights that are zero in every optimum.
    nonzero : mask of shape (p,)
        Weights that are not zero in any optimum.
    """

    alpha: float
    frame: Frame
    proof: Proof
    zero: Mask
    nonzero: Mask


def make_knot(problem: Problem, coef: Any, intercept: float, alpha: float) -> Knot:
    """Prove what can be proved at `alpha`, from any weights.

    Parameters
    ----------
    problem : Problem
        The problem.
    coef : ndarray of shape (p,)
        Any finite weights, in the units of the columns as stored.
    intercept : float
        Any finite intercept; 0.0 for a problem without one.
    alpha : float
        Positive penalty strength.
    """
    frame = make_frame(problem, alpha)
    proof = settled(Proof.of(frame, anchor) for anchor in anchors(frame, make_point(frame, coef, intercept)))
    enclosure = enclose(frame, proof.point, proof.gap, proof.zero)
    zero = proof.zero & ~idle_without_price(frame)
    return Knot(alpha, frame, proof, zero, (enclosure.lo > 0.0) | (enclosure.hi < 0.0))


def settled(proofs: Iterator[Proof]) -> Proof:
    """The best proof so far when two in a row are not much better: the rest would cost time and add nothing here."""
    best, in_vain = next(proofs), 0
    for proof in proofs:
        in_vain = 0 if proof.gap < 0.5 * best.gap else in_vain + 1
        best = min(best, proof, key=lambda proof: proof.gap)
        if in_vain == 2:
            break
    return best


def zero_above(knot: Knot) -> Mask:
    """Weights that are zero at this alpha and at every larger one, Eq. (104); shape (p,)."""
    empty = not np.any(knot.proof.point.coef[~knot.frame.free])
    return knot.zero if empty else zero_by_definition(knot.frame)


def zero_by_definition(frame: Frame) -> Mask:
    """Columns that are excluded, or change nothing at a price."""
    return np.asarray((frame.constant | frame.excluded) & ~idle_without_price(frame))


def zero_between(upper: Knot, lower: Knot) -> Mask:
    """Weights that are zero at every alpha from `lower.alpha` to `upper.alpha`, Eq. (101); shape (p,)."""
    frame = upper.frame
    idle = zero_by_definition(frame)
    gap = chord_gap(upper, lower)
    if not math.isfinite(gap):
        return idle
    unit = 1.0 + float(frame.gamma(0))
    radius = math.sqrt(2.0 * gap * frame.problem.loss.curvature_bound) * unit
    room = np.minimum(toll_left(upper), toll_left(lower))
    return np.asarray(idle | (frame.live & (room > frame.spread * radius * unit)))


def toll_left(knot: Knot) -> Array:
    """Lower bound of ``l1_j - |c_j|`` (``l1_j + c_j`` if no weight may be negative) at the exact dual point.

    NaN proves nothing.
    """
    dual, unit = knot.proof.dual, 1.0 + float(knot.frame.gamma(0))
    with np.errstate(invalid="ignore"):
        most = knot.frame.reach(dual.c) + dual.error
        return np.asarray(knot.frame.l1_low - most * np.where(most < 0.0, 2.0 - unit, unit))


def chord_gap(upper: Knot, lower: Knot) -> float:
    """Upper bound of the gap at every point of the chord between two knots, Eq. (100); infinite if there is none."""
    worst = max(upper.proof.gap, lower.proof.gap)
    if not math.isfinite(worst):
        return math.inf
    frame, bounds = upper.frame, LOSS_BOUNDS[upper.frame.problem.loss.name]
    n, p = frame.problem.n_rows, frame.problem.n_cols
    with np.errstate(all="ignore"):
        sizes = [penalty_size(frame, knot.proof.point.coef) for knot in (upper, lower)]
        doubt = float(frame.gamma(p)) * (sizes[0] + sizes[1])
        growth = (upper.alpha - lower.alpha) * (sizes[1] - sizes[0] + doubt)
        growth += float(frame.gamma(0)) * abs(growth)
        duals = dual_ball(frame, upper.proof.dual), dual_ball(frame, lower.proof.dual)
        ends = upper.proof.point.ball, lower.proof.point.ball
        excess = max(growth - shared_move(frame, ends, duals), 0.0)
        bend = bounds.bend(frame.problem.y, ends, duals, frame.slack)
        bent = float(np.sum(np.where(frame.weight > 0.0, frame.weight * bend, 0.0)))
        total = (worst + 0.25 * excess + bent) * (1.0 + float(frame.gamma(n))) + FLOOR
    return total if math.isfinite(total) else math.inf


def penalty_size(frame: Frame, coef: Array) -> float:
    """The penalty of `coef` for one unit of alpha."""
    used = coef != 0.0
    size = np.abs(coef[used])
    return float(np.sum(frame.l1[used] * size + 0.5 * frame.l2[used] * size * size)) / frame.alpha


def dual_ball(frame: Frame, dual: Dual) -> Ball:
    """The stored dual point with the distance to the exact one, Eq. (34)."""
    room = LOSS_BOUNDS[frame.problem.loss.name].room(frame.problem.y, dual.v)
    return Ball(dual.v, room * dual.move * (1.0 + float(frame.gamma(0))))


def shared_move(frame: Frame, ends: tuple[Ball, Ball], duals: tuple[Ball, Ball]) -> float:
    """Lower bound of ``sum_i w_i (eta_i - eta'_i) (v_i - v'_i)`` between the exact points."""
    (step, off), (jump, away) = (difference(frame, *pair) for pair in (ends, duals))
    counted = frame.weight > 0.0
    products = (frame.weight * step * jump)[counted]
    doubt = (frame.weight * ((np.abs(step) + off) * away + np.abs(jump) * off))[counted]
    rounding = float(frame.gamma(frame.problem.n_rows))
    return (
        float(np.sum(products)) - (1.0 + rounding) * float(np.sum(doubt)) - rounding * float(np.sum(np.abs(products)))
    )


def difference(frame: Frame, first: Ball, second: Ball) -> tuple[Array, Array]:
    """The difference of two vectors, and an upper bound of its distance from the exact one."""
    rounding = 4.0 * frame.slack * UNIT * (np.abs(first.middle) + np.abs(second.middle))
    return first.middle - second.middle, first.radius + second.radius + rounding
