"""From a model with a matrix of weights to its explanation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from whyzero.certificates.one_thread import on_one_blas_thread
from whyzero.errors import InputError, InputTypeError
from whyzero.explanations.wording import penalty_name
from whyzero.multi.certificates import MatrixCertificate, certify_matrix_problem
from whyzero.multi.certificates.certify import PROBLEMS
from whyzero.multi.explanations.accounts import make_accounts
from whyzero.multi.explanations.explanation import MatrixExplanation
from whyzero.multi.explanations.header import make_matrix_facts, make_matrix_header
from whyzero.multi.explanations.null_model import fit_matrix_null_model
from whyzero.multi.explanations.partner import find_matrix_partner
from whyzero.multi.explanations.pulls import is_grouped, null_pulls
from whyzero.multi.explanations.rows import make_matrix_rows
from whyzero.multi.explanations.warnings_in_words import matrix_warnings
from whyzero.multi.paths import MatrixPath, MatrixSolution
from whyzero.multi.problem import MatrixProblem

__all__ = ["explain"]

_OPTIONS = ("loss", "l1_ratio", "penalty_factor", "sample_weight", "fit_intercept", "feature_names")


@on_one_blas_thread
def explain(
    fit: Any,
    y: Any = None,
    coef: Any = None,
    intercept: Any = 0.0,
    *,
    alpha: float | None = None,
    compare: str | None = "l2",
    targets: Sequence[Any] | None = None,
    certificate: MatrixCertificate | None = None,
    title: str | None = None,
    **problem: Any,
) -> MatrixExplanation:
    """Say for every column, or for every weight of every class, why it is exactly zero or not.

    There are two ways to call it: with a fit, ``explain(solution)`` or ``explain(path, alpha=...)``, and with weights
    that may come from anywhere, ``explain(X, y, coef, intercept, loss=..., alpha=...)`` as `whyzero.multi.certify`.

    Parameters
    ----------
    fit : MatrixSolution, MatrixPath, or X of shape (n_samples, n_features)
        The fit, of a path the one at `alpha`; or the columns that the weights belong to.
    y : array-like, optional
        Several targets of shape (n_samples, n_tasks), or the label of each row; with X.
    coef : array-like of shape (n_tasks, n_features), optional
        Weights, one row for each target or class, classes in sorted order; with X.
    intercept : float or array-like of shape (n_tasks,)
        Intercepts that belong to them; with X.
    alpha : float, optional
        Penalty strength; of a path it must be on its grid.
    compare : {"l2", "l1", "elasticnet", None}
        The penalty to show beside this one, at the same training loss. A fit that has that penalty itself is compared
        with another one: L2 with L1, the others with L2.
    targets : sequence, optional
        Labels of the targets. Without it they are the names of the columns of `y`, or numbers; classes have labels.
    certificate : MatrixCertificate, optional
        A certificate of these weights, if it exists already.
    title : str, optional
        A line above everything.
    **problem
        With X: `loss` (``"squared"`` for several targets, ``"softmax"`` for classes), `l1_ratio`, `penalty_factor`,
        `sample_weight`, `fit_intercept` and `feature_names`, as for `fit_multitask_path` and `fit_softmax_path`.

    Returns
    -------
    MatrixExplanation

    Raises
    ------
    InputError
        If an option is unknown or does not go with the fit, `alpha` is not on the grid, or `certificate` belongs to
        other weights.
    InputTypeError
        If a part of the problem has a type that cannot be used.
    """
    stated, strength, weights, status = _what_to_explain(fit, (y, coef, intercept), alpha, problem)
    if certificate is None:
        certificate = certify_matrix_problem(stated, *weights, strength)
    _check_certificate(certificate, stated, weights, strength)
    labels = _labels(stated, targets, y)
    null = fit_matrix_null_model(stated)
    first = null_pulls(stated, null)
    partner = None
    if compare is not None:
        train_loss = stated.loss_value(certificate.coef, certificate.intercept)
        partner = find_matrix_partner(stated, compare=compare, pulls=first, null_loss=null.loss, train_loss=train_loss)
    accounts = make_accounts(stated, null, certificate.coef, certificate.intercept)
    rows = make_matrix_rows(stated, certificate, accounts, first, partner=partner, targets=labels)
    return MatrixExplanation(
        problem=stated,
        header=make_matrix_header(stated, certificate, null, rows, targets=labels, status=status),
        rows=rows,
        certificate=certificate,
        facts=make_matrix_facts(stated, certificate, partner),
        null=null,
        partner=partner,
        warnings=matrix_warnings(
            stated, rows, partner, status=status, too_large=compare is not None and partner is None
        ),
        title=_title(stated, len(labels)) if title is None else title,
    )


def _what_to_explain(
    fit: Any, given: tuple[Any, Any, Any], alpha: float | None, options: dict[str, Any]
) -> tuple[MatrixProblem, float, tuple[Any, Any], str]:
    """Problem, alpha, weights with intercepts, and why the solver stopped; `given` is y, coef and intercept."""
    y, coef, intercept = given
    unknown = next((name for name in options if name not in _OPTIONS), None)
    if unknown is not None:
        raise InputError(
            f"{unknown} is not an option of an explanation of a matrix of weights; there are alpha, compare, targets, "
            f"certificate, title, and with X {', '.join(_OPTIONS)}."
        )
    if isinstance(fit, (MatrixSolution, MatrixPath)):
        extra = ["y"] * (y is not None) + ["coef"] * (coef is not None) + list(options)
        if extra:
            raise InputError(f"{extra[0]} does not go with a {type(fit).__name__}, which has its own; leave it out.")
        solution = _at(fit, alpha)
        return solution.problem, solution.alpha, (solution.coef, solution.intercept), solution.status.value
    if coef is None or y is None or alpha is None or "loss" not in options:
        raise InputTypeError(
            "fit must be a MatrixSolution or a MatrixPath; or give X, y and coef, with loss= and alpha=: "
            f"got {type(fit).__name__}."
        )
    loss = options.pop("loss")
    if loss not in PROBLEMS:
        raise InputError(f"loss={loss!r} is not known; choose one of {', '.join(map(repr, PROBLEMS))}.")
    return PROBLEMS[loss](fit, y, **options), alpha, (coef, intercept), ""


def _at(fit: MatrixSolution | MatrixPath, alpha: float | None) -> MatrixSolution:
    """The one fit that is meant."""
    if isinstance(fit, MatrixSolution):
        if alpha is not None and alpha != fit.alpha:
            raise InputError(f"alpha={alpha!r}, but this fit was made at alpha={fit.alpha!r}; leave alpha out.")
        return fit
    if alpha is None:
        raise InputError("alpha=None: a path has many fits; say which one with alpha=path.alphas[k].")
    places = np.flatnonzero(fit.alphas == alpha)
    if not len(places):
        near = fit.alphas[np.argmin(np.abs(fit.alphas - alpha))]
        raise InputError(f"alpha={alpha!r} is not on the grid of this path; the nearest is {float(near)!r}.")
    return fit[int(places[0])]


def _check_certificate(
    certificate: MatrixCertificate, problem: MatrixProblem, weights: tuple[Any, Any], alpha: float
) -> None:
    """Refuse a certificate of another problem."""
    same = certificate.alpha == alpha and np.array_equal(certificate.coef, weights[0])
    if not same or not np.all(certificate.intercept == weights[1]):
        raise InputError("certificate speaks of other weights or another alpha than this fit; leave it out.")
    if not certificate.is_about(problem):
        raise InputError("certificate was made for another problem than this fit; leave it out.")


def _labels(problem: MatrixProblem, targets: Sequence[Any] | None, y: Any) -> tuple[Any, ...]:
    """Labels of classes or targets."""
    if problem.classes is not None:
        if targets is not None:
            raise InputError("targets is for several targets; the classes have the labels of y.")
        return problem.classes
    if targets is None:
        columns = getattr(y, "columns", None)
        return tuple(range(problem.n_tasks)) if columns is None else tuple(columns)
    if len(targets) != problem.n_tasks:
        raise InputError(f"targets has {len(targets)} labels, and there are {problem.n_tasks} targets.")
    return tuple(targets)


def _title(problem: MatrixProblem, n_tasks: int) -> str:
    penalty = penalty_name(problem.l1_ratio).replace("elastic net", "Elastic-net")
    kind = f"regression of {n_tasks} targets" if is_grouped(problem) else f"logistic regression of {n_tasks} classes"
    return f"{penalty} {kind}"
