"""Seeded random problems. The names S1 to S12 are those of the protocol in docs/benchmarks.md.

A recipe returns `Data`; the same seed and sizes give the same bits on one version of NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import expit

Array = NDArray[np.float64]
Rng = np.random.Generator


@dataclass(frozen=True)
class Data:
    """X, y and what a problem may have beside them; the classes of y are 0 and 1."""

    X: Any
    y: Array
    weight: Array | None = None
    offset: Array | None = None
    factor: Array | None = None


def scaled(X: Any) -> Any:
    """Dense columns centred and of mean square 1; constant columns are dropped."""
    X = np.array(X, dtype=np.float64, order="F")
    X -= X.mean(axis=0)
    spread = X.std(axis=0)
    if (spread <= 1e-12).any():
        X, spread = np.asfortranarray(X[:, spread > 1e-12]), spread[spread > 1e-12]
    X /= spread
    return X


def autoregressive(n: int, p: int, *, rho: float, k: int, snr: float, seed: int, logistic: bool = False) -> Data:
    """S3, and the wide and tall problems: column j is rho times column j-1 plus noise; k weights of -1 or 1."""
    rng = np.random.default_rng(seed)
    X = np.asfortranarray(rng.standard_normal((p, n)).T)
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * X[:, j]
    X = scaled(X)
    weights = rng.choice([-1.0, 1.0], k)
    return _respond(rng, X, weights, snr, logistic)


def common_factor(n: int, p: int, *, rho: float, k: int, snr: float, seed: int, logistic: bool = False) -> Data:
    """S1 and S2: every pair of columns has correlation rho, by one factor that all share; classes are signs."""
    rng = np.random.default_rng(seed)
    X = np.asfortranarray(rng.standard_normal((p, n)).T)
    X *= np.sqrt(1 - rho)
    X += np.sqrt(rho) * rng.standard_normal((n, 1))
    X = scaled(X)
    plain = _respond(rng, X, rng.choice([-1.0, 1.0], k), snr, logistic=False)
    return Data(X, (plain.y > 0).astype(float)) if logistic else plain


def _respond(rng: Rng, X: Array, weights: Array, snr: float, logistic: bool) -> Data:
    w = np.zeros(X.shape[1])
    w[rng.choice(len(w), len(weights), replace=False)] = weights
    signal = X @ w
    if logistic:
        return Data(X, (rng.random(len(X)) < expit(snr * signal / signal.std())).astype(float))
    y = signal + rng.standard_normal(len(X)) * np.sqrt(signal.var() / snr)
    return Data(X, y - y.mean())


def genotypes(n: int, p: int, *, k: int, snr: float, seed: int) -> Data:
    """S5: counts 0, 1, 2 of an allele of frequency U(0.05, 0.5); a cell copies its left neighbour with chance 0.7."""
    rng = np.random.default_rng(seed)
    X = np.empty((n, p), order="F")
    X[:, 0] = rng.binomial(2, rng.uniform(0.05, 0.5), n)
    for j in range(1, p):
        fresh = rng.binomial(2, rng.uniform(0.05, 0.5), n)
        X[:, j] = np.where(rng.random(n) < 0.7, X[:, j - 1], fresh)
    return _respond(rng, scaled(X), rng.choice([-1.0, 1.0], k), snr, logistic=False)


def text(n: int, p: int, *, length: int, k: int, snr: float, seed: int) -> Data:
    """S6: rows of Poisson(`length`) words, word j with chance in proportion to 1/(j + 10), tf-idf, rows of norm 1."""
    rng = np.random.default_rng(seed)
    chance = 1.0 / (np.arange(p) + 10.0)
    sizes = np.maximum(rng.poisson(length, n), 1)
    words = np.searchsorted(np.cumsum(chance / chance.sum()), rng.random(sizes.sum())).clip(max=p - 1)
    rows = np.repeat(np.arange(n), sizes)
    counts = sp.csr_matrix((np.ones(len(words)), (rows, words)), shape=(n, p))
    counts.sum_duplicates()
    seen = np.bincount(counts.indices, minlength=p)
    X = counts @ sp.diags(np.log((1.0 + n) / (1.0 + seen)) + 1.0)
    norm = np.sqrt(np.asarray(X.multiply(X).sum(axis=1)).ravel())
    X = sp.csc_matrix(sp.diags(1.0 / norm) @ X)
    w = np.zeros(p)
    w[rng.choice(min(p, 10 * k), k, replace=False)] = rng.standard_normal(k)
    signal = np.asarray(X @ w)
    signal -= signal.mean()
    return Data(X, (rng.random(n) < expit(snr * signal / signal.std())).astype(float))


def separable(n: int, p: int, *, margin: float, seed: int) -> Data:
    """S9: two classes that a plane separates, every row at least `margin` from it."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    direction = np.zeros(p)
    direction[:5] = 1 / np.sqrt(5)
    side = np.where(X @ direction > 0, 1.0, -1.0)
    X += np.outer(side * np.maximum(margin - np.abs(X @ direction), 0.0), direction)
    return Data(np.asfortranarray(X), (side > 0).astype(float))


def tiny(seed: int) -> Data:
    """S10: 50 rows, 10 columns."""
    return autoregressive(50, 10, rho=0.3, k=3, snr=3.0, seed=seed)


def degenerate(n: int, p: int, *, seed: int) -> Data:
    """S11: one column in twenty is a copy of another, half of these with the sign turned; three are constant."""
    plain = common_factor(n, p, rho=0.4, k=20, snr=2.0, seed=seed)
    rng = np.random.default_rng(seed + 1)
    X = plain.X
    chosen = rng.permutation(p)
    copies = p // 20
    for i, (to, source) in enumerate(zip(chosen[:copies], chosen[copies : 2 * copies], strict=True)):
        X[:, to] = X[:, source] * (1.0 if i % 2 else -1.0)
    X[:, chosen[-3:]] = (0.0, 1.0, -2.0)
    return Data(X, plain.y)


def full_featured(n: int, p: int, *, seed: int, logistic: bool = False) -> Data:
    """S12: half the weights zero, offsets, and penalty factors of 0, 1, 3 and infinity."""
    plain = common_factor(n, p, rho=0.4, k=10, snr=2.0, seed=seed, logistic=logistic)
    rng = np.random.default_rng(seed + 1)
    weight = np.where(np.arange(n) % 2 == 0, 0.0, rng.uniform(0.5, 2.0, n))
    factor = rng.choice([1.0, 3.0], p)
    factor[rng.permutation(p)[:5]] = [0.0, 0.0, np.inf, np.inf, np.inf]
    return Data(plain.X, plain.y, weight=weight, offset=0.5 * rng.standard_normal(n), factor=factor)
