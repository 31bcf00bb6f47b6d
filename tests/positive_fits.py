"""Fits in which no weight may be negative, and SciPy's least squares with non-negative weights as their oracle."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

import whyzero as wz

ALPHA = 0.1


TIGHT = {"tol": 1e-13, "positive": True}


LEVELS = ("learner", "user", "expert")


def data(seed=0, n=60):
    """Columns that pull upwards and downwards, some of them only beside others, and some hardly at all."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 10))
    x[:, 3] = x[:, 0] + 0.5 * rng.normal(size=n)  # its pull upwards is taken by column 0
    x[:, 5] = 0.8 * x[:, 1] + 0.6 * rng.normal(size=n)
    x[:, 7] = x[:, 2] - 0.6 * x[:, 0] + 0.4 * rng.normal(size=n)
    return x, x @ [1.0, 0.8, 0.5, 0.0, -0.7, -0.3, 0.0, 0.0, 0.3, -0.05] + rng.normal(size=n)


class Oracle:
    """Squared loss with an intercept in SciPy: the minimum over non-negative weights from a Cholesky factor."""

    def __init__(self, x, y, alpha=ALPHA, l1_ratio=1.0, factor=None):
        self.x, self.y = x - x.mean(axis=0), y - y.mean()
        factor = np.ones(x.shape[1]) if factor is None else np.asarray(factor, float)
        self.l1, self.l2 = alpha * l1_ratio * factor, alpha * (1 - l1_ratio) * factor
        self.gram, self.products = self.x.T @ self.x / len(y), self.x.T @ self.y / len(y)
        self.coef = self.solve()

    def solve(self, left_out=(), both_signs=()):
        """Weights without some columns, and where some may have either sign: the negative part is a column more."""
        kept = [j for j in range(len(self.l1)) if j not in left_out]
        index, sign = np.array([*kept, *both_signs]), np.repeat([1.0, -1.0], [len(kept), len(both_signs)])
        gram = self.gram[np.ix_(index, index)] * np.outer(sign, sign) + np.diag(self.l2[index])
        root = np.linalg.cholesky(gram + 1e-15 * np.eye(len(index)) * (len(both_signs) > 0)).T
        found = nnls(root, np.linalg.solve(root.T, sign * self.products[index] - self.l1[index]))[0]
        coef = np.zeros(len(self.l1))
        np.add.at(coef, index, sign * found)
        return coef

    def pulls(self, coef):
        """Upwards, each with its own weight taken out."""
        return self.products - self.gram @ coef + np.diag(self.gram) * coef

    def objective(self, coef):
        loss = 0.5 * np.mean((self.y - self.x @ coef) ** 2)
        return loss + self.l1 @ np.abs(coef) + 0.5 * self.l2 @ coef**2


def explained(x, y, alpha=ALPHA, loss="squared", **options):
    asked = {name: options.pop(name) for name in ("compare", "match", "max_refits", "steps") if name in options}
    return wz.explain(wz.fit(x, y, alpha=alpha, loss=loss, **TIGHT, **options), **asked)
