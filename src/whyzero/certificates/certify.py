"""From coefficients to verdicts: the only judge is the problem itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from whyzero.certificates.anchor import Anchor, anchors, least_gap, mean_loss
from whyzero.certificates.bounds import gap_bound, pull_bound
from whyzero.certificates.certificate import Certificate
from whyzero.certificates.dual import Dual
from whyzero.certificates.enclosure import Enclosure, enclose
from whyzero.certificates.exact import prove_exactly
from whyzero.certificates.frame import Array, Frame, Mask, make_frame
from whyzero.certificates.one_thread import on_one_blas_thread
from whyzero.certificates.point import Point, make_point
from whyzero.certificates.pulls import pulls
from whyzero.certificates.stored import Digests
from whyzero.certificates.verdict import Verdict
from whyzero.errors import InputError, InputTypeError
from whyzero.problem import Problem, check_alpha, make_problem

__all__ = ["certify", "certify_problem"]

PROOFS = ("float", "exact")
EXACT_LOSSES = ("squared", "logistic")
SMALL = 1e-11  # share of the mean loss: a smaller gap need not be made smaller where everything is decided


def certify(
    X: Any,
    y: Any,
    coef: Any,
    intercept: float = 0.0,
    *,
    loss: str,
    alpha: float,
    l1_ratio: float = 1.0,
    penalty_factor: Any = None,
    sample_weight: Any = None,
    offset: Any = None,
    fit_intercept: bool = True,
    standardize: bool = False,
    positive: bool = False,
    proof: str = "float",
) -> Certificate:
    """Prove which weights of the optimum are zero and which are not, given any coefficients.

    The coefficients may come from anywhere. They are never trusted: they are the place from which the true
    optimum is bounded. The better they are, the more is proved; nothing false is proved from bad ones.

    Parameters
    ----------
    X, y : array-like
        Data, as for `whyzero.fit`.
    coef : array-like of shape (n_cols,)
        Weights in the units of the columns of X.
    intercept : float
        Intercept that belongs to them.
    loss, alpha, l1_ratio, penalty_factor, sample_weight, offset, fit_intercept, standardize, positive
        The problem, as for `whyzero.fit`.
    proof : {"float", "exact"}
        ``"float"``: float64 with an a-priori bound on every rounding. ``"exact"``: rational numbers, and integers of
        512 bits with proved errors, which decide all but exact ties; for at most two million numbers in X and 200
        weights that are not zero: seconds, up to half a minute. Not for the Poisson loss.

    Returns
    -------
    Certificate
        Its hashes of the data are computed when it is written, checked or asked for them: write it before the arrays
        are used for something else.

    Raises
    ------
    InputError
        If a part of the problem, or a coefficient, has an impossible value.
    InputTypeError
        If an argument has a type that cannot be used.
    """
    problem = make_problem(
        X,
        y,
        loss=loss,
        l1_ratio=l1_ratio,
        penalty_factor=penalty_factor,
        sample_weight=sample_weight,
        offset=offset,
        fit_intercept=fit_intercept,
        standardize=standardize,
        positive=positive,
    )
    return certify_problem(problem, coef, intercept, alpha, proof)


@np.errstate(all="ignore")  # what overflows is infinite or NaN, and proves nothing
@on_one_blas_thread
def certify_problem(problem: Problem, coef: Any, intercept: float, alpha: float, proof: str = "float") -> Certificate:
    """Do the work of `certify` for a checked problem.

    Parameters
    ----------
    problem : Problem
        The problem.
    coef : array-like of shape (n_cols,)
        Any finite weights, in the units of the columns as stored.
    intercept : float
        Any finite intercept; 0.0 for a problem without one.
    alpha : float
        Penalty strength.
    proof : {"float", "exact"}
        See `certify`.

    Returns
    -------
    Certificate

    Raises
    ------
    InputError
        If `coef` or `intercept` is not finite, not allowed or has the wrong shape, or `proof` is unknown or not for
        this problem.
    """
    alpha = check_alpha(alpha)
    if proof not in PROOFS:
        raise InputError(f"proof={proof!r} is not known; choose one of {', '.join(map(repr, PROOFS))}.")
    if proof == "exact" and problem.loss.name not in EXACT_LOSSES:
        raise InputError(
            f"proof='exact' has no integers for loss={problem.loss.name!r}, only for "
            f"{' and '.join(map(repr, EXACT_LOSSES))}; use proof='float'."
        )
    coef, intercept = check_coef(problem, coef), check_intercept(problem, intercept)
    frame = make_frame(problem, alpha)
    given = make_point(frame, coef, intercept)
    best, enclosure = Proof.best(frame, given)
    if proof == "exact":
        exact = prove_exactly(frame, best.point)
        gap = gap_bound(frame, exact.anchor, best.dual)
        best, enclosure = Proof(exact.anchor, best.dual, gap, exact.pull, exact.zero), exact.enclosure
        verdicts, grounds = judge(frame, coef, best, enclosure)
        methods = tuple(m if live else g for m, g, live in zip(exact.methods, grounds, frame.live, strict=True))
    else:
        verdicts, methods = judge(frame, coef, best, enclosure)
    anything = any_weight_does(frame, coef)
    return Certificate(
        loss=problem.loss.name,
        alpha=alpha,
        l1_ratio=problem.penalty.l1_ratio,
        fit_intercept=problem.fit_intercept,
        standardize=problem.standardize,
        names=problem.names,
        n_rows=problem.n_rows,
        n_cols=problem.n_cols,
        coef=coef,
        intercept=intercept,
        penalty_factor=problem.penalty.factor,
        scale=problem.penalty.scale,
        anchor_coef=best.point.coef,
        anchor_intercept=best.point.intercept,
        dual=best.dual.v,
        gap=best.gap if best.point is given else gap_bound(frame, given, best.dual),
        anchor_gap=best.gap,
        primal=problem.objective(coef, intercept, alpha),
        pull=pulls(frame, given),
        toll=frame.l1,
        pull_bound=best.pull,
        lo=np.where(anything, 0.0 if problem.penalty.positive else -np.inf, enclosure.lo),
        hi=np.where(anything, np.inf, enclosure.hi),
        verdicts=verdicts,
        methods=methods,
        digests=Digests(problem),
        proof=proof,
        positive=problem.penalty.positive,
    )


@dataclass(frozen=True, eq=False)
class Proof:
    """A primal point and a dual point, and what follows from them."""

    point: Point
    dual: Dual
    gap: float
    pull: Array
    zero: Mask

    @classmethod
    def of(cls, frame: Frame, anchor: Anchor) -> Proof:
        """Bound every pull; weights whose bound is under the toll are zero, Eq. (40)."""
        point, dual, gap = anchor
        pull = pull_bound(frame, dual, gap)
        zero = (frame.live & (pull < frame.l1_low)) | frame.constant | frame.excluded
        return cls(point, dual, gap, pull, zero)

    @classmethod
    def best(cls, frame: Frame, given: Point) -> tuple[Proof, Enclosure]:
        """The proof with the smallest gap among the anchors of `given`, and what it encloses.

        The search ends where a further anchor would add nothing: the last two did not halve a gap that is small, or
        every weight is decided and the last one did not, or had no need to.
        """
        best, enclosure, in_vain = None, None, 0
        small = max(SMALL * mean_loss(frame, given), 4.0 * least_gap(frame, given))
        for anchor in anchors(frame, given):
            proof = cls.of(frame, anchor)
            in_vain = 0 if best is None or proof.gap < 0.5 * best.gap else in_vain + 1
            if best is None or proof.gap < best.gap:
                best, enclosure = proof, None
            if in_vain >= 2 and best.gap <= small:
                break
            if (in_vain > 0 or best.gap <= small) and best.promising(frame):
                enclosure = enclosure or enclose(frame, best.point, best.gap, best.zero)
                if np.all(~frame.live | best.zero | enclosure.decided):
                    break
        assert best is not None  # there is always a first anchor
        return best, enclosure or enclose(frame, best.point, best.gap, best.zero)

    def promising(self, frame: Frame) -> bool:
        """Whether an enclosure could decide whatever the pulls have not."""
        return bool(np.all(~frame.live | self.zero | (self.point.coef != 0.0)))


def idle_without_price(frame: Frame) -> Mask:
    """Unpenalised columns that change no prediction the intercept could not: any weight is as good, exactly."""
    return np.asarray(frame.constant & (frame.problem.penalty.factor == 0.0))


def any_weight_does(frame: Frame, coef: Array) -> Mask:
    """These, and those whose standardised form does not exist: their weight is 0 by convention, any other as good."""
    used = frame.constant & (frame.problem.penalty.scale == 0.0) & (coef != 0.0)
    return np.asarray(idle_without_price(frame) | used)


def judge(frame: Frame, coef: Array, proof: Proof, enclosure: Enclosure) -> tuple[tuple[Verdict, ...], tuple[str, ...]]:
    """Choose the verdict of every column and name its ground."""
    same, live, costless = coef == 0.0, frame.live, any_weight_does(frame, coef)
    some = (enclosure.lo > 0.0) | (enclosure.hi < 0.0)
    cases = (  # what comes later takes precedence
        (live & enclosure.shared, Verdict.NOT_UNIQUE),
        (live & some, Verdict.NONZERO_PROVED),
        (live & some & frame.free, Verdict.NONZERO_UNPENALISED),
        (live & some & same, Verdict.WRONG_ZERO),
        (proof.zero, Verdict.NUMERICAL_DEBRIS),
        (proof.zero & same, Verdict.ZERO_PROVED),
        (~live & same, Verdict.ZERO_STRUCTURAL),
        (~live & costless, Verdict.NOT_UNIQUE),
    )
    grounds = (
        (enclosure.shared, "parallel columns"),
        (some, enclosure.methods),
        (proof.zero, "dual bound"),
        (~live, "constant column" if frame.problem.fit_intercept else "empty column"),
        (frame.excluded, "excluded"),
    )
    verdicts, methods = np.full(len(coef), Verdict.OPEN), np.full(len(coef), "undecided", dtype=object)
    for mask, verdict in cases:
        verdicts[mask] = verdict
    for mask, ground in grounds:
        methods[mask] = np.broadcast_to(ground, mask.shape)[mask]
    return tuple(verdicts), tuple(map(str, methods))


def check_coef(problem: Problem, coef: Any) -> Array:
    """The weights as a float64 copy."""
    if np.iscomplexobj(coef):
        raise InputTypeError(f"coef must be a vector of {problem.n_cols} real numbers, not complex ones.")
    try:
        values = np.array(coef, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputTypeError(f"coef must be a vector of {problem.n_cols} numbers: {error}.") from error
    if values.shape == (1, problem.n_cols):
        values = values[0]
    if values.shape != (problem.n_cols,):
        raise InputError(f"coef has shape {values.shape} but X has {problem.n_cols} columns; give one weight for each.")
    wrong = np.flatnonzero(~np.isfinite(values))
    if len(wrong):
        raise InputError(f"coef has {values[wrong[0]]} at position {wrong[0]}; only finite weights can be certified.")
    negative = np.flatnonzero(values < 0.0)
    if problem.penalty.positive and len(negative):
        raise InputError(
            f"coef has {values[negative[0]]} at position {negative[0]}, but positive=True allows no negative weight."
        )
    return values


def check_intercept(problem: Problem, intercept: Any) -> float:
    """The intercept as a float."""
    try:
        value = float(np.asarray(intercept, dtype=np.float64).reshape(()))
    except (TypeError, ValueError, OverflowError) as error:
        raise InputTypeError(f"intercept must be one number, got {intercept!r:.60}.") from error
    if not math.isfinite(value):
        raise InputError(f"intercept={value} is not finite; only finite weights can be certified.")
    if value != 0.0 and not problem.fit_intercept:
        raise InputError(f"intercept={value} but fit_intercept=False: the problem has no intercept.")
    return value
