"""The same objective in other packages' parameters, with the conditions under which it is the same.

scikit-learn: `Lasso` and `ElasticNet` minimise the mean loss as here (weights are rescaled to sum to n);
`Ridge` minimises the sum of squares; `LogisticRegression` multiplies the summed loss by C, hence
``C = 1 / (S alpha)``.

glmnet: ``lambda (alpha_g |b| + (1 - alpha_g) b^2 / 2)`` beside the mean loss. Penalty factors are rescaled
to sum to the number of columns, an excluded column counting as 1. With ``family = "gaussian"`` the target
is divided by its standard deviation ``s_y`` first, so the quadratic part is charged ``1 / s_y`` of what is
written: ``lambda alpha_g = alpha rho`` and ``lambda (1 - alpha_g) / s_y = alpha (1 - rho)``.
"""

from __future__ import annotations

import numpy as np

from whyzero.explanations.wording import figure
from whyzero.problem import Problem

__all__ = ["elsewhere"]

_DIGITS = 6


def elsewhere(problem: Problem, alpha: float) -> dict[str, str]:
    """One line for each package.

    Parameters
    ----------
    problem : Problem
        What is fitted.
    alpha : float
        Penalty strength.

    Returns
    -------
    dict of str to str
        "scikit-learn" and "glmnet".
    """
    return {"scikit-learn": _scikit_learn(problem, alpha), "glmnet": _glmnet(problem, alpha)}


def _scikit_learn(problem: Problem, alpha: float) -> str:
    finite = problem.penalty.factor[np.isfinite(problem.penalty.factor)]
    lacking = [
        what
        for what, used in (("penalty factors", np.any(finite != 1)), ("offset", np.any(problem.offset != 0)))
        if used
    ]
    if lacking:
        return f"cannot state this problem; it has no {' and no '.join(lacking)}"
    rho, total = problem.penalty.l1_ratio, float(problem.sample_weight.sum())
    strength = figure(alpha, _DIGITS)
    intercept = "" if problem.fit_intercept else ", fit_intercept=False"
    if problem.penalty.positive and problem.loss.name != "squared":
        return "cannot state this problem; it has positive=True for squared loss only"
    intercept += ", positive=True" if problem.penalty.positive else ""
    if problem.loss.name == "logistic":
        c, ratio = figure(1 / (total * alpha), _DIGITS), figure(rho, _DIGITS)
        call = f'LogisticRegression(C={c}, l1_ratio={ratio}, solver="saga"{intercept})'
        loose = f"its default tol is too loose to trust its {_compared(rho)}"
        notes = ['before version 1.8 add penalty="elasticnet"', loose]
    elif problem.loss.name == "poisson" and rho > 0:
        return "cannot state this problem; up to version 1.9 its PoissonRegressor has an L2 penalty only"
    elif problem.loss.name == "poisson":
        loose = f"its default tol is too loose to trust its {_compared(rho)}"
        call, notes = f'PoissonRegressor(alpha={strength}, solver="newton-cholesky"{intercept})', [loose]
    elif rho == 1:
        call, notes = f"Lasso(alpha={strength}{intercept})", []
    elif rho == 0:
        call, notes = f"Ridge(alpha={figure(total * alpha, _DIGITS)}{intercept})", []
    else:
        call, notes = f"ElasticNet(alpha={strength}, l1_ratio={figure(rho, _DIGITS)}{intercept})", []
    if problem.standardize:
        notes.append("fit it on StandardScaler().fit_transform(X): scikit-learn does not standardise by itself")
    if _weighted(problem):
        notes.append("pass the same sample_weight" + (", to the scaler too" if problem.standardize else ""))
    if len(finite) < problem.n_cols:
        notes.append("leave the excluded columns out")
    return "; ".join([call, *notes])


def _glmnet(problem: Problem, alpha: float) -> str:
    rho = problem.penalty.l1_ratio
    gaussian = problem.loss.name == "squared"
    factor = np.where(np.isinf(problem.penalty.factor), 1.0, problem.penalty.factor)
    mean_factor = float(factor.mean()) if len(factor) else 1.0
    spread = _target_sd(problem) if gaussian and rho < 1 else 1.0
    strength = alpha * rho + alpha * (1 - rho) * spread
    mixing = alpha * rho / strength if strength > 0 else rho
    family = {"squared": "gaussian", "logistic": "binomial"}.get(problem.loss.name, problem.loss.name)
    parts = [
        f'family = "{family}"',
        f"lambda = {figure(strength * mean_factor, _DIGITS)}",
        f"alpha = {figure(mixing, _DIGITS)}",
        f"standardize = {str(problem.standardize).upper()}",
        f"intercept = {str(problem.fit_intercept).upper()}",
    ]
    notes = [f"set thresh = 1e-12 or smaller before comparing {_compared(rho)}"]
    if np.any(problem.penalty.factor != 1):
        parts.append("penalty.factor = the same factors")
        notes.append("glmnet rescales penalty factors to sum to the number of columns, which lambda above allows for")
    if problem.penalty.positive:
        parts.append("lower.limits = 0")
    if _weighted(problem):
        parts.append("weights = the same weights")
    if np.any(problem.offset != 0):
        parts.append("offset = the same offset")
    if gaussian and rho < 1:
        notes.append(
            f"glmnet divides y by its standard deviation ({figure(spread, _DIGITS)}) first, which lambda and alpha "
            "above allow for"
        )
        if not problem.fit_intercept:
            notes.append("without an intercept its versions before 4.0 divide by another number")
    return "; ".join([f"glmnet(x, y, {', '.join(parts)})", *notes])


def _compared(rho: float) -> str:
    """What a loose tolerance spoils first."""
    return "zeros" if rho > 0 else "digits"


def _weighted(problem: Problem) -> bool:
    return bool(np.any(problem.sample_weight != problem.sample_weight[0]))


def _target_sd(problem: Problem) -> float:
    """What glmnet divides the target by: with an intercept its standard deviation, else its root mean square.

    The offset is subtracted from the target first.
    """
    y = problem.y - problem.offset
    mean = float(problem.weight @ y) if problem.fit_intercept else 0.0
    return float(np.sqrt(problem.weight @ (y - mean) ** 2))
