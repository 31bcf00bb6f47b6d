"""From a fit to its explanation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates import Certificate, PathCertificate, certify_problem
from whyzero.certificates.one_thread import on_one_blas_thread
from whyzero.designs import as_design
from whyzero.errors import InputError, InputTypeError
from whyzero.explanations.explanation import Explanation
from whyzero.explanations.facts import make_facts
from whyzero.explanations.header import make_header
from whyzero.explanations.null_model import fit_null_model
from whyzero.explanations.partner import Partner, alpha_above, find_partner
from whyzero.explanations.pulls import null_pulls
from whyzero.explanations.resamples import resample
from whyzero.explanations.rows import Row, irrepresentable, make_rows, pulled_below
from whyzero.explanations.steps import walk_steps
from whyzero.explanations.twins import Twins, find_twins
from whyzero.explanations.warnings_in_words import warning_sentences
from whyzero.explanations.wording import penalty_name
from whyzero.problem import Problem
from whyzero.solution import CrossValidation, Path, Solution
from whyzero.solve import solve_path

__all__ = ["explain"]

Array = NDArray[np.float64]

_GRID = 60
_DECADES = 3.0
_SAME = 1e-9


@on_one_blas_thread
def explain(
    solution: Any,
    X: Any = None,
    y: Any = None,
    *,
    alpha: float | None = None,
    compare: str | None = "l2",
    match: str = "loss",
    path: Path | None = None,
    cv: CrossValidation | None = None,
    proof: str = "float",
    certificate: Certificate | None = None,
    path_certificate: PathCertificate | None = None,
    max_refits: int = 25,
    resamples: int = 0,
    steps: int = 0,
    title: str | None = None,
    target: str | None = None,
) -> Explanation:
    """Say for every weight of a fit why it is exactly zero or not, with what is proved about it.

    Parameters
    ----------
    solution : Solution, Path or fitted estimator of whyzero
        The fit. Of a path, the fit at `alpha` is explained.
    X, y : optional
        The training data, if you want it checked that the fit was made on them; the fit carries its own.
    alpha : float, optional
        Which fit of a path; it must be on its grid.
    compare : {"l2", "l1", "elasticnet", None}
        The penalty to show beside this one. A fit that has that penalty itself is compared with another one: L2 with
        L1, the others with L2.
    match : {"loss", "cv", "norm", "alpha"}
        What the two fits have in common: the training loss, the cross-validated loss (on the folds of `cv`, or ten),
        the norm of the weights where the penalty acts, or alpha.
    path : Path, optional
        The grid for statements about other alphas; computed if not given (60 alphas).
    cv : CrossValidation, optional
        Held-out scores to show.
    proof : str
        The arithmetic of the proof, as in `whyzero.certify`.
    certificate : Certificate, optional
        A certificate of this fit, if it exists already.
    path_certificate : PathCertificate, optional
        From `whyzero.certify_path`: `Explanation.why` then tells what is proved between the alphas of the grid.
    max_refits : int
        Fits at most for the prices of zero and for the rows that hold a zero; fewer on large data. What they do not
        reach is None in the table, and found by `Explanation.why` when it is asked for.
    resamples : int
        Draws of the rows on which fit, partner and path are made again and their zeros counted: some thirty fits and
        a path each.
    steps : int
        Steps of four optimisers to follow on this problem, to see which of them arrive at exact zeros. Not where no
        weight may be negative.
    title, target : str, optional
        A line above everything, and the name of y.

    Returns
    -------
    Explanation

    Raises
    ------
    InputError
        If an option is unknown, `alpha` is not on the grid, X or y are not what was fitted, or `path`, `cv` or
        `certificate` belong to another fit.
    InputTypeError
        If `solution` is none of the above.
    """
    fit, path, cv = _what_to_explain(solution, alpha, path, cv)
    _check_data(fit.problem, X, y)
    _check_companions(fit, path, certificate)
    if path_certificate is not None:
        _check_path_certificate(fit, path_certificate)
    null = fit_null_model(fit.problem)
    pulls = null_pulls(fit.problem, null)
    train_loss = fit.problem.loss_value(fit.coef, fit.intercept)
    if certificate is None:
        certificate = certify_problem(fit.problem, fit.coef, fit.intercept, fit.alpha, proof=proof)
    if path is None:
        path = solve_path(fit.problem, alphas=_grid(fit, pulls, null.loss - train_loss))
    partner = None
    if compare is not None:
        partner = find_partner(
            fit, compare=compare, match=match, null_pulls=pulls, null_loss=null.loss, train_loss=train_loss, cv=cv
        )
    twins = find_twins(fit.problem)
    rows = make_rows(fit, null, certificate, path=path, partner=partner, twins=twins, refits=max_refits)
    return Explanation(
        solution=fit,
        header=make_header(fit, null, certificate, rows, train_loss),
        rows=rows,
        certificate=certificate,
        facts=make_facts(fit, certificate, path, partner),
        null=null,
        partner=partner,
        path=path,
        cv=cv,
        warnings=_warnings(fit, certificate, partner, twins, rows, compared=compare is not None, steps=steps),
        title=_title(fit, target) if title is None else title,
        target=target,
        path_certificate=path_certificate,
        resamples=resample(fit, partner, resamples, path=path),
        steps=walk_steps(fit, partner, steps),
    )


def _warnings(
    fit: Solution,
    certificate: Certificate,
    partner: Partner | None,
    twins: Twins,
    rows: tuple[Row, ...],
    *,
    compared: bool,
    steps: int,
) -> tuple[str, ...]:
    """What a reader must know, also about what was asked for and could not be had."""
    return warning_sentences(
        fit,
        certificate,
        partner,
        twins,
        too_large=compared and partner is None,
        index=irrepresentable(rows),
        below=pulled_below(rows),
        unfollowed=steps > 0 and fit.problem.penalty.positive,
    )


def _what_to_explain(
    source: Any, alpha: float | None, path: Path | None, cv: CrossValidation | None
) -> tuple[Solution, Path | None, CrossValidation | None]:
    """The fit, and the path and scores that come with it where none were given."""
    if isinstance(source, Path):
        if alpha is None:
            raise InputError("alpha=None: a path has many fits; say which one with alpha=path.alphas[k].")
        return source.at(alpha), source if path is None else path, cv
    held: dict[str, Any] = {"solution_": source} if isinstance(source, Solution) else _held_by(source)
    fit = held["solution_"]
    if alpha is not None and alpha != fit.alpha:
        raise InputError(f"alpha={alpha!r}, but this fit was made at alpha={fit.alpha!r}; leave alpha out.")
    return fit, held.get("path_") if path is None else path, held.get("cv_") if cv is None else cv


def _held_by(estimator: Any) -> dict[str, Any]:
    """What a fitted estimator holds: ``solution_``, and from cross-validation ``path_`` and ``cv_``."""
    held = dict(getattr(estimator, "__dict__", {}))
    if isinstance(held.get("solution_"), Solution):
        return held
    if "coef_" in held and type(estimator).__module__.startswith("whyzero."):
        raise InputError(
            f"this {type(estimator).__name__} was loaded without its training data; call its own explain(X, y)."
        )
    raise InputTypeError(
        f"solution must be a Solution, a Path or a fitted estimator of whyzero, got {type(estimator).__name__}; "
        "fit it first. A matrix of weights is explained by whyzero.multi.explain."
    )


def _check_data(problem: Problem, X: Any, y: Any) -> None:
    """Refuse data that are not those of the fit."""
    if X is not None:
        design, _ = as_design(X)
        shape = (design.n_rows, design.n_cols)
        if shape != (problem.n_rows, problem.n_cols):
            raise InputError(f"X has shape {shape}, but the fit was made on {(problem.n_rows, problem.n_cols)}.")
        probe = np.random.default_rng(0).standard_normal(problem.n_rows)
        here, there = design.dot(probe), problem.design.dot(probe)
        size = problem.design.abs_dot(np.abs(probe))
        other = np.flatnonzero(np.abs(here - there) > _SAME * size)
        if len(other):
            raise InputError(
                f"X is not what was fitted: column {int(other[0])} ({problem.names[other[0]]!r}) differs. Explain the "
                "fit with its training data, or leave X out."
            )
    if y is not None:
        given = np.asarray(y).ravel()
        own = problem.y if problem.classes is None else np.asarray(problem.classes, dtype=object)[problem.y.astype(int)]
        if len(given) != problem.n_rows:
            raise InputError(f"y has {len(given)} entries, but the fit was made on {problem.n_rows} rows.")
        other = np.flatnonzero(given != own)
        if len(other):
            row = int(other[0])
            raise InputError(
                f"y is not what was fitted: y[{row}] is {given[row]}, the fit had {own[row]}. Explain the fit with its "
                "training data, or leave y out."
            )


def _check_companions(fit: Solution, path: Path | None, certificate: Certificate | None) -> None:
    """Refuse a path or a certificate of another problem."""
    if path is not None and not path.problem.is_same(fit.problem):
        raise InputError("path was computed for another problem than this fit; leave it out to have it computed.")
    if certificate is None:
        return
    if not (certificate.alpha == fit.alpha and np.array_equal(certificate.coef, fit.coef)):
        raise InputError("certificate speaks of other weights or another alpha than this fit; leave it out.")
    if not certificate.is_about(fit.problem):
        raise InputError("certificate was made for another problem than this fit; leave it out.")


def _check_path_certificate(fit: Solution, path_certificate: PathCertificate) -> None:
    if not path_certificate.is_about(fit.problem):
        raise InputError("path_certificate was made for another problem than this fit; leave it out.")


def _grid(fit: Solution, pulls: Array, drop: float) -> Array:
    """Alphas from where all weights are zero (L2: nearly zero) down to below the fit's, which is one of them."""
    top = max(alpha_above(fit.problem, pulls, drop), fit.alpha)
    bottom = min(top * 10**-_DECADES, fit.alpha / 3)
    grid = np.geomspace(top, bottom, _GRID)
    grid[np.argmin(np.abs(np.log(grid / fit.alpha)))] = fit.alpha
    return grid


def _title(fit: Solution, target: str | None) -> str:
    kind = {"squared": "linear", "logistic": "logistic", "poisson": "Poisson"}[fit.problem.loss.name]
    of = "" if target is None else f" of {target}"
    of += ", no weight below 0" if fit.problem.penalty.positive else ""
    return f"{penalty_name(fit.problem.penalty.l1_ratio)} {kind} regression{of}".replace("elastic net", "Elastic-net")
