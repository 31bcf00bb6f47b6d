"""From a matrix of weights to verdicts: the only judge is the problem itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from whyzero.certificates import Verdict
from whyzero.certificates.certify import idle_without_price
from whyzero.certificates.frame import Array, Frame, Mask, make_frame
from whyzero.certificates.one_thread import on_one_blas_thread
from whyzero.certificates.stored import Digests
from whyzero.errors import InputError, InputTypeError
from whyzero.multi.certificates.anchor import best_anchor
from whyzero.multi.certificates.certificate import MatrixCertificate
from whyzero.multi.certificates.enclosure import enclose
from whyzero.multi.certificates.gap import gap_bound, pull_bound
from whyzero.multi.certificates.point import class_pulls, make_point, row_pulls
from whyzero.multi.certificates.row_bounds import ROW_BOUNDS, norms
from whyzero.multi.problem import MatrixProblem, multitask_problem, softmax_problem
from whyzero.problem import check_alpha

__all__ = ["certify", "certify_matrix_problem"]

PROBLEMS: dict[str, Callable[..., MatrixProblem]] = {"squared": multitask_problem, "softmax": softmax_problem}


def certify(
    X: Any,
    y: Any,
    coef: Any,
    intercept: Any = 0.0,
    *,
    loss: str,
    alpha: float,
    l1_ratio: float = 1.0,
    penalty_factor: Any = None,
    sample_weight: Any = None,
    fit_intercept: bool = True,
) -> MatrixCertificate:
    """Prove which weights of the optimum are zero and which are not, given any matrix of weights.

    The weights may come from anywhere. They are never trusted: they are the place from which the true optimum is
    bounded. The better they are, the more is proved; nothing false is proved from bad ones.

    Parameters
    ----------
    X : array, sparse matrix or data frame of shape (n_samples, n_features)
    y : array-like
        Several targets of shape (n_samples, n_tasks), or the label of each row of shape (n_samples,).
    coef : array-like of shape (n_tasks, n_features)
        Weights in the units of the columns of X, one row for each target or class; classes in sorted order.
    intercept : float or array-like of shape (n_tasks,)
        Intercepts that belong to them.
    loss : {"squared", "softmax"}
        Several targets with the penalty on the norms of columns, Eq. (162), or several classes with the elastic net.
    alpha, l1_ratio, penalty_factor, sample_weight, fit_intercept
        The problem, as for `fit_multitask_path` and `fit_softmax_path`.

    Returns
    -------
    MatrixCertificate
        Its hashes of the data are computed when it is written, checked or asked for them: write it before the arrays
        are used for something else.

    Raises
    ------
    InputError
        If a part of the problem, or a weight, has an impossible value.
    InputTypeError
        If an argument has a type that cannot be used.
    """
    if loss not in PROBLEMS:
        raise InputError(f"loss={loss!r} is not known; choose one of {', '.join(map(repr, PROBLEMS))}.")
    options = {"penalty_factor": penalty_factor, "sample_weight": sample_weight, "fit_intercept": fit_intercept}
    return certify_matrix_problem(PROBLEMS[loss](X, y, l1_ratio=l1_ratio, **options), coef, intercept, alpha)


@np.errstate(all="ignore")  # what overflows is infinite or NaN, and proves nothing
@on_one_blas_thread
def certify_matrix_problem(problem: MatrixProblem, coef: Any, intercept: Any, alpha: float) -> MatrixCertificate:
    """Do the work of `certify` for a checked problem.

    Parameters
    ----------
    problem : MatrixProblem
        The problem.
    coef, intercept
        Any finite weights, as for `certify`.
    alpha : float
        Penalty strength.

    Returns
    -------
    MatrixCertificate

    Raises
    ------
    InputError
        If a weight or an intercept is not finite, or their shapes are wrong.
    """
    alpha, loss, y, rows = check_alpha(alpha), problem.loss.name, problem.y, problem.rows
    coef = check_numbers("coef", coef, (problem.n_tasks, rows.n_cols))
    intercept = np.full(problem.n_tasks, intercept) if np.ndim(intercept) == 0 else intercept
    intercept = check_numbers("intercept", intercept, (problem.n_tasks,))
    if np.any(intercept) and not rows.fit_intercept:
        raise InputError("intercept is not zero but fit_intercept=False: the problem has no intercept.")
    frame, grouped = make_frame(rows, alpha), ROW_BOUNDS[loss].grouped
    given = make_point(frame, coef.T, intercept)
    anchor = best_anchor(frame, loss, y, given)
    bound = pull_bound(frame, loss, anchor.dual, anchor.gap)
    zero = (frame.live[:, None] & (bound < frame.l1_low[:, None])) | ~frame.live[:, None]
    radius, grounds = enclose(frame, loss, anchor, zero)
    verdicts, methods = judge(frame, loss, (given.coef, anchor.point.coef), zero, (radius, grounds))
    judged = (rows.n_cols,) if grouped else (problem.n_tasks, rows.n_cols)
    return MatrixCertificate(
        loss=loss,
        alpha=alpha,
        l1_ratio=rows.penalty.l1_ratio,
        fit_intercept=rows.fit_intercept,
        names=rows.names,
        n_rows=rows.n_rows,
        n_cols=rows.n_cols,
        n_tasks=problem.n_tasks,
        coef=coef,
        intercept=intercept,
        penalty_factor=rows.penalty.factor,
        anchor_coef=np.ascontiguousarray(anchor.point.coef.T),
        anchor_intercept=anchor.point.intercept,
        dual=anchor.dual.v,
        gap=gap_bound(frame, loss, y, given, anchor.dual),
        anchor_gap=anchor.gap,
        primal=problem.objective(coef, intercept, alpha),
        toll=frame.l1,
        pull=(row_pulls if grouped else class_pulls)(frame, y, given).T.reshape(judged),
        pull_bound=bound.T.reshape(judged),
        radius=radius.T.reshape(judged),
        verdicts=verdicts.T.reshape(judged),
        methods=methods.T.reshape(judged),
        digests=Digests(problem.stacked),
    )


def judge(
    frame: Frame, loss: str, weights: tuple[Array, Array], zero: Mask, enclosure: tuple[Array, Any]
) -> tuple[Any, Any]:
    """Choose the verdict of every row of weights, or of every weight, and name its ground."""
    (coef, middle), (radius, grounds) = weights, enclosure
    if ROW_BOUNDS[loss].grouped:
        same, size = ~np.any(coef, axis=1, keepdims=True), norms(middle)
    else:
        same, size = coef == 0.0, np.abs(middle)
    some = frame.live[:, None] & (size * (1.0 - float(frame.gamma(coef.shape[1]))) > radius)
    live, free = frame.live[:, None], frame.free[:, None]
    priceless = frame.live & (frame.problem.penalty.factor == 0.0)  # not one whose toll is too small for a float
    shifted = np.broadcast_to(priceless[:, None] & (loss == "softmax"), zero.shape)
    costless = idle_without_price(frame)[:, None]
    cases = (  # what comes later takes precedence
        (some, Verdict.NONZERO_PROVED),
        (some & free, Verdict.NONZERO_UNPENALISED),
        (some & same, Verdict.WRONG_ZERO),
        (zero, Verdict.NUMERICAL_DEBRIS),
        (zero & same, Verdict.ZERO_PROVED),
        (~live & same, Verdict.ZERO_STRUCTURAL),
        (~live & costless, Verdict.NOT_UNIQUE),
        (shifted, Verdict.NOT_UNIQUE),
    )
    reasons = (
        (some, grounds),
        (zero, "dual bound"),
        (~live, "constant column" if frame.problem.fit_intercept else "empty column"),
        (frame.excluded[:, None], "excluded"),
        (shifted, "shift of all classes"),
    )
    verdicts, methods = np.full(zero.shape, Verdict.OPEN), np.full(zero.shape, "undecided", dtype=object)
    for mask, verdict in cases:
        verdicts[np.broadcast_to(mask, zero.shape)] = verdict
    for mask, ground in reasons:
        where = np.broadcast_to(mask, zero.shape)
        methods[where] = np.broadcast_to(ground, zero.shape)[where]
    return verdicts, methods


def check_numbers(name: str, values: Any, shape: tuple[int, ...]) -> Array:
    """The weights as a float64 copy."""
    if np.iscomplexobj(values):
        raise InputTypeError(f"{name} must have real numbers, not complex ones.")
    try:
        found = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputTypeError(f"{name} must be an array of numbers: {error}.") from error
    if found.shape != shape:
        raise InputError(f"{name} has shape {found.shape}, and the problem needs {shape}.")
    if not np.all(np.isfinite(found)):
        place = tuple(int(k) for k in np.argwhere(~np.isfinite(found))[0])
        raise InputError(f"{name} has {found[place]} at {place}; only finite weights can be certified.")
    return found
