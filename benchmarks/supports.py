"""Wrong zeros at default settings, on autoregressive columns: ours beside scikit-learn's.

The reference is solved exactly on a support, by Newton's method on its equations; it is accepted only if all signs hold
and every other pull is below the toll by a margin, which makes it the optimum whoever proposed the support.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import linear_model as theirs

from whyzero import fit
from whyzero import sklearn as ours

Array = NDArray[np.float64]

MARGIN = 1e-7  # of the toll
COLUMNS = ("problems", "wrong support", "false non-zero", "false zero", "warned")


@dataclass(frozen=True)
class Setting:
    """Problems of one kind, and the estimator of both packages for an alpha (mean loss) and a number of rows."""

    name: str
    loss: str
    rows: int
    columns: int
    rho: float
    share: float | None  # of alpha_max; None for C = 1
    problems: int
    make: Callable[[Any, float], Any]


def _lasso(package: Any, alpha: float) -> Any:
    return package.Lasso(alpha, fit_intercept=False)


def _classes(name: str, **options: Any) -> Setting:
    def make(package: Any, _: float) -> Any:
        return package.LogisticRegression(l1_ratio=1.0, fit_intercept=False, random_state=0, **options)

    return Setting(name, "logistic", 200, 100, 0.9, None, 40, make)


SETTINGS = (
    Setting("Lasso, 100 x 200, rho .5, alpha_max / 10", "squared", 100, 200, 0.5, 0.1, 60, _lasso),
    Setting("Lasso, 100 x 200, rho .9, alpha_max / 10", "squared", 100, 200, 0.9, 0.1, 60, _lasso),
    Setting("Lasso, 100 x 200, rho .9, alpha_max / 100", "squared", 100, 200, 0.9, 0.01, 40, _lasso),
    Setting("Lasso, 300 x 100, rho .95, alpha_max / 100", "squared", 300, 100, 0.95, 0.01, 60, _lasso),
    _classes("LogisticRegression L1, saga, 200 x 100, rho .9", solver="saga"),
    _classes("the same, max_iter=10000", solver="saga", max_iter=10_000),
    _classes("the same, liblinear", solver="liblinear"),
)


def draw(setting: Setting, seed: int) -> tuple[Array, Array]:
    """Column j is rho times column j-1 plus noise; ten weights of size .5 to 2; classes are signs."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((setting.rows, setting.columns))
    for j in range(1, setting.columns):
        X[:, j] = setting.rho * X[:, j - 1] + np.sqrt(1 - setting.rho**2) * X[:, j]
    truth = np.zeros(setting.columns)
    truth[rng.choice(setting.columns, 10, replace=False)] = rng.choice([-1, 1], 10) * rng.uniform(0.5, 2.0, 10)
    score = X @ truth + rng.standard_normal(setting.rows)
    return X, score if setting.loss == "squared" else np.where(score > 0, 1.0, -1.0)


def reference(X: Array, y: Array, loss: str, alpha: float) -> Array | None:
    """The optimal weights; None if no support could be confirmed with a margin."""
    target = y if loss == "squared" else (y > 0).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the conditions are checked below
        guess = fit(X, target, loss=loss, alpha=alpha, fit_intercept=False, tol=1e-14).coef
    support = np.flatnonzero(guess)
    signs, coef, active = np.sign(guess[support]), guess.copy(), X[:, support]
    for _ in range(50):
        eta = active @ coef[support]
        mean, curvature = (eta, np.ones(len(y))) if loss == "squared" else _sigmoid(eta)
        slope = active.T @ (mean - target) / len(y) + alpha * signs
        step = np.linalg.solve(active.T @ (curvature[:, None] * active) / len(y), slope)
        coef[support] -= step
        if np.abs(step).max() <= 1e-14 * np.abs(coef).max():
            break
    eta = X @ coef
    mean = eta if loss == "squared" else _sigmoid(eta)[0]
    pull = np.abs(X.T @ (mean - target)) / len(y)
    others = np.delete(pull, support)
    if not np.array_equal(np.sign(coef[support]), signs) or others.max(initial=0.0) >= alpha * (1 - MARGIN):
        return None
    return coef if np.abs(pull[support] - alpha).max() <= alpha * MARGIN else None


def _sigmoid(eta: Array) -> tuple[Array, Array]:
    mean = 0.5 * (1.0 + np.tanh(eta / 2.0))
    return mean, mean * (1.0 - mean)


def measure(setting: Setting, problems: int) -> dict[str, list[int]]:
    """The counts of `COLUMNS` for "whyzero" and "scikit-learn"; problems without a reference are left out."""
    found = {"whyzero": [0] * len(COLUMNS), "scikit-learn": [0] * len(COLUMNS)}
    for seed in range(problems):
        X, y = draw(setting, seed)
        top = np.abs(X.T @ y).max() / len(y)
        alpha = 1.0 / len(y) if setting.share is None else setting.share * top
        right = reference(X, y, setting.loss, alpha)
        if right is None:
            continue
        for name, package in (("whyzero", ours), ("scikit-learn", theirs)):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                coef = np.ravel(setting.make(package, alpha).fit(X, y).coef_)
            too_many, too_few = bool(np.any((coef != 0) & (right == 0))), bool(np.any((coef == 0) & (right != 0)))
            row = (1, too_many or too_few, too_many, too_few, bool(caught))
            found[name] = [a + int(b) for a, b in zip(found[name], row, strict=True)]
    return found
