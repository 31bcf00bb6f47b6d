"""Judge the weights of any package, and say why they are not the optimum where they are not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from whyzero.audits.case import Case, penalise_intercept
from whyzero.audits.diagnosis import NEAR, Stop, diagnose
from whyzero.audits.foreign import Foreign, is_estimator, read_estimator, recipe_of
from whyzero.audits.recipes import Setting, class_weights, translate
from whyzero.audits.result import Audit
from whyzero.certificates import Certificate, Verdict, certify_problem
from whyzero.errors import InputError, InputTypeError
from whyzero.explanations.header import objective_line
from whyzero.explanations.null_model import fit_null_model
from whyzero.explanations.wording import figure
from whyzero.problem import Problem, make_problem
from whyzero.problem.vectors import check_penalty_factor

__all__ = ["audit", "audit_foreign", "audit_weights"]


def audit(
    model: Any,
    X: Any,
    y: Any,
    *,
    intercept: float = 0.0,
    loss: str | None = None,
    alpha: float | None = None,
    l1_ratio: float = 1.0,
    penalty_factor: Any = None,
    sample_weight: Any = None,
    offset: Any = None,
    fit_intercept: bool = True,
    standardize: bool = False,
    feature_names: Sequence[str] | None = None,
) -> Audit:
    """Judge weights that another program fitted, and name the likely cause where they are not the optimum.

    Parameters
    ----------
    model : estimator or array-like of shape (n_cols,)
        A fitted linear model of scikit-learn, celer or skglm (a pipeline or a search that holds one, too), read
        by the names of its class and attributes; or weights in the units of the columns of `X`.
    X, y : array-like
        The data that the model was fitted to, as they went into the model or its pipeline.
    intercept : float
        With weights: the intercept that belongs to them.
    loss, alpha, l1_ratio, penalty_factor, offset, fit_intercept, standardize
        With weights: the objective, as for `whyzero.fit`. `alpha` is glmnet's ``lambda``, `l1_ratio` its
        ``alpha``; glmnet standardises unless told not to. An estimator says these itself.
    sample_weight : array-like of shape (n_rows,), optional
        The row weights of the fit; class weights of an estimator come on top.
    feature_names : sequence of str, optional
        Names of the columns, in place of those of `X`.

    Returns
    -------
    Audit
        Gap, verdict and true interval of every weight, counts, and the cause. Hypotheses about another objective
        are tested by their gaps; when none explains the weights, the cause says so.

    Raises
    ------
    InputError
        If the model cannot be audited, or a part of the problem has an impossible value.
    InputTypeError
        If an argument has a type that cannot be used.
    """
    if not is_estimator(model):
        if loss is None or alpha is None:
            raise InputError("weights alone do not say what they minimise: give loss and alpha (and l1_ratio) as well.")
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
            feature_names=feature_names,
        )
        return audit_weights(problem, model, intercept, alpha)
    given = {"loss": loss, "alpha": alpha, "penalty_factor": penalty_factor, "offset": offset}
    if any(value is not None for value in given.values()) or l1_ratio != 1.0 or standardize or intercept != 0.0:
        raise InputTypeError("a fitted estimator says its objective itself: give loss, alpha ... only with weights.")
    return audit_foreign(read_estimator(model), X, y, sample_weight, feature_names)


def audit_weights(problem: Problem, coef: Any, intercept: float, alpha: float) -> Audit:
    """Judge weights under a checked problem.

    Parameters
    ----------
    problem : Problem
        The problem that they are said to solve.
    coef : array-like of shape (n_cols,)
        The weights, in the units of its columns.
    intercept : float
        Their intercept.
    alpha : float
        Penalty strength.
    """
    certificate = certify_problem(problem, coef, intercept, alpha)
    case = Case(problem, certificate.coef, certificate.intercept, certificate.alpha)
    return _findings("weights", "as stated", case, certificate, lambda null_loss, gap: Stop())


def audit_foreign(
    foreign: Foreign, X: Any, y: Any, sample_weight: Any = None, feature_names: Sequence[str] | None = None
) -> Audit:
    """Judge a model of another package that has been read.

    Parameters
    ----------
    foreign : Foreign
        The model.
    X, y, sample_weight : array-like
        The data of its fit.
    feature_names : sequence of str, optional
        Names of the columns, in place of those that the model or `X` has.
    """
    for step in foreign.steps:
        X = step.transform(X)
    recipe = recipe_of(foreign.package, foreign.name)
    problem = make_problem(
        X,
        y,
        loss=recipe.loss,
        sample_weight=sample_weight,
        feature_names=_names(foreign, X, feature_names),
    )
    if problem.n_cols != len(foreign.coef):
        raise InputError(f"X has {problem.n_cols} columns but {foreign.title} has {len(foreign.coef)} weights.")
    if problem.classes is not None and foreign.classes is not None and problem.classes != foreign.classes:
        raise InputError(f"y has the classes {problem.classes} but {foreign.title} was fitted to {foreign.classes}.")
    weight = problem.sample_weight
    if problem.classes is not None:
        weight = class_weights(foreign.parameters, problem.y, weight, recipe.scale)
    setting = translate(foreign.title, recipe, foreign.parameters, problem.n_rows, float(np.sum(weight)))
    case = _stated(foreign, setting, problem.with_sample_weight(weight))
    certificate = certify_problem(case.problem, case.coef, case.intercept, case.alpha)
    return _findings(
        foreign.title, setting.text, case, certificate, lambda null, gap: _stop(foreign, setting, null, gap)
    )


def _stated(foreign: Foreign, setting: Setting, problem: Problem) -> Case:
    """The weights under the objective that their package states."""
    penalty = problem.with_l1_ratio(setting.l1_ratio).penalty
    factor = check_penalty_factor(setting.penalty_factor, problem.n_cols)
    problem = replace(problem, penalty=replace(penalty, factor=factor), fit_intercept=setting.fit_intercept)
    case = Case(problem, foreign.coef, foreign.intercept, setting.alpha)
    return penalise_intercept(case, setting.intercept_column) if setting.intercept_column else case


def _stop(foreign: Foreign, setting: Setting, null_loss: float, gap: float) -> Stop:
    """What the solver says about its end."""
    tol, limit = foreign.parameters.get("tol"), foreign.parameters.get("max_iter")
    limit = limit if isinstance(limit, int) else None
    if not setting.accepts or not isinstance(tol, float) or not 0.0 < tol < math.inf:
        return Stop(n_iter=foreign.n_iter, max_iter=limit)
    square, rule = 2.0 * null_loss, f"tol={figure(tol)} times the mean square of the centred y"
    if setting.accepts == "absolute" and gap > tol * square:
        square, rule = 1.0, f"tol={figure(tol)}, taken as it is, as older versions of {foreign.package} do,"
    return Stop(tol * square, rule, foreign.n_iter, limit)


def _findings(
    source: str, translation: str, case: Case, certificate: Certificate, stop: Callable[[float, float], Stop]
) -> Audit:
    null_loss = fit_null_model(case.problem).loss
    cause, tested = diagnose(case, certificate.gap, null_loss, stop(null_loss, certificate.gap))
    return Audit(
        source=source,
        translation=translation,
        objective=objective_line(case.problem, case.alpha),
        certificate=certificate,
        null_loss=null_loss,
        cause=" ".join([cause, *_debris(case, certificate, certificate.gap <= NEAR * null_loss)]),
        tested=tested,
    )


def _debris(case: Case, certificate: Certificate, near: bool) -> list[str]:
    """A sentence where every zero of the optimum, structural ones apart, is another number here."""
    verdicts = certificate.verdicts
    debris = sum(verdict is Verdict.NUMERICAL_DEBRIS for verdict in verdicts)
    if debris < 2 or Verdict.ZERO_PROVED in verdicts or case.problem.penalty.l1_ratio == 0.0:
        return []
    if not near:
        return [f"None of the {debris} weights that are proved zero is zero here."]
    return [
        f"All {debris} weights that are proved zero are small numbers instead: nothing in the optimiser sets a weight "
        "to exactly zero, as with gradient steps (Adam, SGD, L-BFGS) on alpha |w|."
    ]


def _names(foreign: Foreign, X: Any, given: Sequence[str] | None) -> Sequence[str] | None:
    """The names to use: those given, else those of a frame, else those that the model knows."""
    if given is not None:
        return given
    columns = getattr(X, "columns", None)
    if columns is None:
        return foreign.names
    shown = tuple(str(name) for name in columns)
    if foreign.names is not None and shown != foreign.names and len(shown) == len(foreign.names):
        wrong = next(j for j, name in enumerate(shown) if name != foreign.names[j])
        raise InputError(
            f"column {wrong} of X is {shown[wrong]!r} but {foreign.title} was fitted with {foreign.names[wrong]!r} "
            "there; give the columns in the order of the fit."
        )
    return None
