"""Explanations of matrices of weights for tests: three targets or classes, six columns, of which two are correlated."""

from __future__ import annotations

import numpy as np

from whyzero.multi import explain, fit_multitask_path, fit_softmax_path

FIT = {"squared": fit_multitask_path, "softmax": fit_softmax_path}
ALPHA = {"squared": 0.5, "softmax": 0.08}


def draw(loss, seed=0, n=60, p=6, tasks=3):
    """Columns, and targets for the squared loss or labels for softmax; the first two columns matter."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) * rng.uniform(0.5, 2.0, p) + rng.normal(size=p)
    x[:, 3] += 0.9 * x[:, 0]
    scores = x[:, :2] @ rng.normal(size=(2, tasks)) * 1.5 + rng.normal(size=(n, tasks))
    labels = np.array(["high", "low", "mid", "none"])[np.argmax(scores, axis=1)]
    return x, scores if loss == "squared" else labels


def explained(loss, seed=0, alpha=None, compare="l2", **options):
    """An explanation of a tight fit to these, and the data."""
    x, y = draw(loss, seed)
    path = FIT[loss](x, y, alphas=[ALPHA[loss] if alpha is None else alpha], tol=1e-12, **options)
    return explain(path[0], compare=compare), x, y
