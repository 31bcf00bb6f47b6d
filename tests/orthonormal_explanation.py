"""An explanation in closed form: squared loss, L1, columns orthonormal, so that every number is known.

With ``X'X / n = I`` the pull of column j is ``|z_j|`` whatever the other weights are, the L1 weight is
``sign(z_j) max(|z_j| - alpha, 0)`` and the L2 weight ``z_j / (1 + alpha)`` (Hastie, Tibshirani and Friedman,
The Elements of Statistical Learning, table 3.4). The report draws the dict; nothing here comes from whyzero.
"""

from __future__ import annotations

import math
import random
from typing import Any

ALPHA = 0.5
PARTNER_ALPHA = 0.25


def soft(z: float, alpha: float) -> float:
    return math.copysign(max(abs(z) - alpha, 0.0), z) if abs(z) > alpha else 0.0


def grid(size: int) -> list[float]:
    return [2.0 * 0.02 ** (k / (size - 1)) for k in range(size)]


def explanation(names: list[str], *, seed: int = 1, n_alphas: int = 60, words: int = 60) -> dict[str, Any]:
    """The dict for columns of these names; each sentence has about so many words."""
    draw = random.Random(seed)
    zs = [draw.choice((-1, 1)) * draw.uniform(0.01, 1.9) for _ in names]
    alphas = grid(n_alphas)
    features = [feature(name, z, names, draw, words) for name, z in zip(names, zs, strict=True)]
    zeros = sum(f["coef"] == 0 for f in features)
    deviance = [sum((z - soft(z, alpha)) ** 2 for z in zs) + 0.3 / (alpha + 0.05) for alpha in alphas]
    best = min(range(n_alphas), key=deviance.__getitem__)
    return {
        "schema": "whyzero/explanation/1",
        "whyzero": "0.1.0",
        "title": "Orthonormal columns",
        "target": "y",
        "classes": None,
        "problem": problem(len(names), zs),
        "counts": counts(features, zeros),
        "partner": {
            "name": "L2",
            "l1_ratio": 0.0,
            "alpha": PARTNER_ALPHA,
            "train_loss": 0.25,
            "zeros": 0,
            "structural_zeros": 0,
            "match": "training loss",
            "mismatch": 0.0,
        },
        "features": features,
        "path": path(zs, alphas, soft),
        "partner_path": path(zs, alphas, lambda z, alpha: z / (1 + alpha)),
        "account": None,
        "between": None,
        "steps": {
            "names": ["proximal gradient, L1", "subgradient, L1", "Adam, L1", "proximal gradient, L2"],
            "feature": 0,
            "at": [1, 2, 4, 8],
            "sizes": [[0.5, 0.25, 0.0, 0.0], [0.5, 0.1, 0.02, 0.03], [0.5, 0.3, 0.01, 0.02], [0.5, 0.4, 0.3, 0.2]],
            "zeros": [[0, 1, 2, 2], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
            "predicted": 3,
            "bound": 6,
        }
        if names
        else None,
        "resamples": {
            "own": [zeros] * 20,
            "partner": [0] * 20,
            "n_weights": len(names),
            "seed": 0,
            "more": 20 if zeros else 0,
            "fewer": 0,
            "p_value": 2.0**-19,
            "own_along": [[draw.randrange(len(names) + 1) for _ in range(20)] for _ in alphas],
            "partner_along": [[draw.randrange(1 + len(names) // 4) for _ in range(20)] for _ in alphas],
        },
        "cv": {
            "alphas": alphas,
            "mean": deviance,
            "se": [0.05 + 0.01 * k / n_alphas for k in range(n_alphas)],
            "index_min": best,
            "index_1se": max(0, best - 4),
            "metric": "deviance",
            "n_folds": 10,
            "metrics": {},
        },
        "warnings": ["Nothing is wrong with these columns."],
        "certificate": {"sha256": "ab12" * 16, "proof": "float", "n_proved": len(names)},
    }


def problem(n_cols: int, zs: list[float]) -> dict[str, Any]:
    alpha_max = max((abs(z) for z in zs), default=None)
    return {
        "loss": "squared",
        "n_rows": 1000,
        "n_cols": n_cols,
        "alpha": ALPHA,
        "l1_ratio": 1.0,
        "alpha_max": alpha_max,
        "fit_intercept": True,
        "standardize": False,
        "positive": False,
        "intercept": 3.25,
        "objective": "minimise (1/1000) sum_i (y_i - eta_i)^2 / 2 + 0.5 sum_j |b_j|",
        "elsewhere": {"scikit-learn": "Lasso(alpha=0.5); it needs a small tol", "glmnet": "lambda = 0.5"},
        "null_loss": 1.0,
        "train_loss": 0.25,
        "dual_gap": 1e-12,
        "gap_relative": 1e-12,
        "status": "Optimal: the duality gap is within tol of the null model's loss.",
        "radius": None,
        "irrepresentability": 0.0,
    }


def counts(features: list[dict[str, Any]], zeros: int) -> dict[str, Any]:
    verdicts = {"zero, proved": zeros, "non-zero, proved": len(features) - zeros}
    return {"zero": zeros, "nonzero": len(features) - zeros, "open": 0, "verdicts": verdicts}


def feature(name: str, z: float, names: list[str], draw: random.Random, words: int) -> dict[str, Any]:
    coef, pull = soft(z, ALPHA), abs(z)
    taken = draw.uniform(0.1, 0.4)
    other = draw.choice(names)
    said = f"`{name}` is pulled with {pull:.4g} beside `{other}`; " + " ".join(["so it is told"] * (words // 4))
    return {
        "name": name,
        "coef": coef,
        "coef_std": coef,
        "toll": ALPHA,
        "pull": pull,
        "pull_sign": math.copysign(1.0, z),
        "ratio": pull / ALPHA,
        "null_pull": pull + taken,
        "slack": abs(pull - ALPHA),
        "pull_bound": pull + 0.002 if coef == 0 else ALPHA,
        "lo": coef - 1e-4 if coef else 0.0,
        "hi": coef + 1e-4 if coef else 0.0,
        "verdict": "non-zero, proved" if coef else "zero, proved",
        "proof": "dual bound",
        "reason": "also alone" if coef else f"explained away by {other}",
        "absorbers": [[other, taken]],
        "waterfall": {"null": pull + taken, "steps": [[other, -taken - 0.05]], "others": 0.05, "final": pull},
        "alpha_enter": pull,
        "active_alphas": [[pull, 0.04]],
        "partner_coef": z / (1 + PARTNER_ALPHA),
        "partner_coef_std": z / (1 + PARTNER_ALPHA),
        "partner_pull": pull,
        "alpha_alone": pull + taken,
        "alpha_change": [pull * 0.9, pull * 1.1],
        "factor_change": pull / ALPHA,
        "price_of_zero": coef**2 / 2,
        "radius": None,
        "irrepresentability": None,
        "rows_push": pull + 1,
        "rows_hold": -1.0,
        "rows_pushing": [[3, 0.5]],
        "rows_holding": [[1, -0.25]],
        "removable_rows": None if coef else 2,
        "sentences": {level: f"For the {level}: {said}." for level in ("learner", "user", "expert")},
    }


def path(zs: list[float], alphas: list[float], shrink: Any) -> dict[str, Any]:
    weights = [[shrink(z, alpha) for z in zs] for alpha in alphas]
    index = [j for j in range(len(zs)) if any(row[j] != 0 for row in weights)]
    return {
        "alphas": alphas,
        "index": index,
        "sd": [1.0 for _ in index],
        "coefs_std": [[row[j] for j in index] for row in weights],
        "nonzero": [sum(w != 0 for w in row) for row in weights],
        "train_loss": [0.5 * sum((z - w) ** 2 for z, w in zip(zs, row, strict=True)) for row in weights],
        "dual_gap": 1e-12,
        "pulls": {
            "index": list(range(len(zs))),
            "pull": [[abs(z) for z in zs] for _ in alphas],
            "slope": [[abs(z - w) for z, w in zip(zs, row, strict=True)] for row in weights],
        },
    }
