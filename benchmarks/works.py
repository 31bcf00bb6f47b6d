"""The list of works: what is solved, how far down the grid goes, and what it should take.

The groups quick, wide, tall, sparse and cv are the table; `recipes` are random problems that are not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks import datasets, evaluator, recipes, targets
from benchmarks.problem import Problem
from benchmarks.recipes import Data
from benchmarks.targets import Target

N_FOLDS = 10


@dataclass(frozen=True)
class Work:
    """One row of the table: `n_alphas` from the largest down to `ratio` of it, or only the last of these."""

    name: str
    group: str
    loss: str
    n_alphas: int
    ratio: float
    make: Callable[[], Data]
    target: Target | None = None
    l1_ratio: float = 1.0
    intercept: bool = False
    cross_validate: bool = False

    def problem(self) -> Problem:
        """Make the data, and a grid from the alpha at which every penalised weight is zero."""
        data = self.make()
        problem = Problem(
            X=data.X,
            y=data.y,
            loss=self.loss,
            alphas=np.ones(1),
            l1_ratio=self.l1_ratio,
            intercept=self.intercept,
            factor=data.factor,
            weight=data.weight,
            offset=data.offset,
            folds=shuffled_folds(len(data.y), N_FOLDS) if self.cross_validate else None,
        )
        grid = np.geomspace(1.0, self.ratio, self.n_alphas) if self.n_alphas > 1 else np.array([self.ratio])
        return replace(problem, alphas=evaluator.alpha_max(problem) * grid)


def shuffled_folds(n: int, n_folds: int) -> NDArray[np.int64]:
    """The fold of each row, as scikit-learn's KFold(n_folds, shuffle=True, random_state=0) draws it."""
    order = np.arange(n)
    np.random.RandomState(0).shuffle(order)
    folds = np.empty(n, dtype=np.int64)
    for k, rows in enumerate(np.array_split(order, n_folds)):
        folds[rows] = k
    return folds


def _table() -> Iterable[Work]:
    wide = partial(recipes.autoregressive, 500, 20_000, rho=0.5, k=30, snr=3.0, seed=0)
    correlated = partial(recipes.autoregressive, 500, 20_000, rho=0.95, k=30, snr=3.0, seed=1)
    wide_classes = partial(recipes.autoregressive, 500, 10_000, rho=0.5, k=20, snr=3.0, seed=2, logistic=True)
    tall = partial(recipes.autoregressive, 200_000, 200, rho=0.5, k=30, snr=1.0, seed=3)
    tall_classes = partial(recipes.autoregressive, 200_000, 50, rho=0.5, k=15, snr=2.0, seed=4, logistic=True)
    spambase, golub, singh, fertility = (
        partial(datasets.public_classes, name) for name in ("spambase", "golub", "singh", "fertility")
    )
    riboflavin = partial(datasets.public_regression, "riboflavin")
    a9a, imdb = (partial(datasets.public_sparse_classes, name) for name in ("a9a", "imdb"))
    small, squared, logit = targets.SMALL_PATH, targets.WIDE_SQUARED, targets.WIDE_LOGISTIC
    tall_logit, sparse_logit = targets.TALL_LOGISTIC, targets.SPARSE_LOGISTIC
    yield Work("diabetes-lasso", "quick", "squared", 100, 1e-3, datasets.diabetes, small)
    yield Work("breast-cancer-logit", "quick", "logistic", 100, 1e-2, datasets.breast_cancer, small)
    yield Work("spambase-logit", "quick", "logistic", 100, 1e-2, spambase, small)
    yield Work("fit-50x10", "quick", "squared", 1, 0.1, partial(recipes.tiny, 0), targets.SMALL_FIT)
    yield Work("wide-lasso", "wide", "squared", 100, 0.05, wide, squared)
    yield Work("wide-lasso-correlated", "wide", "squared", 100, 0.05, correlated, squared)
    yield Work("riboflavin-lasso", "wide", "squared", 100, 0.01, riboflavin, squared)
    yield Work("golub-logit", "wide", "logistic", 100, 0.05, golub, logit)
    yield Work("singh-logit", "wide", "logistic", 100, 0.05, singh, logit)
    yield Work("wide-logit", "wide", "logistic", 50, 0.05, wide_classes, logit)
    yield Work("tall-lasso", "tall", "squared", 100, 1e-3, tall, targets.TALL_SQUARED)
    yield Work("tall-logit", "tall", "logistic", 100, 1e-2, tall_classes, tall_logit)
    yield Work("fertility-logit-point", "tall", "logistic", 1, 0.01, fertility, tall_logit)
    yield Work("a9a-logit", "sparse", "logistic", 50, 0.01, a9a, sparse_logit)
    yield Work("imdb-logit-point", "sparse", "logistic", 1, 0.02, imdb, sparse_logit)
    yield Work("imdb-logit", "sparse", "logistic", 30, 0.02, imdb, sparse_logit)
    yield Work("imdb-stars-lasso", "sparse", "squared", 50, 0.02, datasets.imdb_stars, targets.SPARSE_SQUARED)
    folds = partial(Work, group="cv", loss="squared", n_alphas=100, intercept=True, cross_validate=True)
    yield folds(name="tall-cv", ratio=1e-3, make=tall, target=targets.CROSS_VALIDATION)
    yield folds(name="wide-cv", ratio=0.05, make=wide, target=targets.CROSS_VALIDATION)


def _recipes() -> Iterable[Work]:
    lasso = partial(Work, group="recipes", loss="squared", n_alphas=100)
    logit = partial(Work, group="recipes", loss="logistic", n_alphas=100)
    for rho in (0.0, 0.4, 0.8):
        tall = partial(recipes.common_factor, 10_000, 100, rho=rho, k=5, snr=1.0, seed=1)
        wide = partial(recipes.common_factor, 200, 20_000, rho=rho, k=20, snr=2.0, seed=2)
        yield lasso(f"s1-squared-{rho}", ratio=1e-3, make=tall)
        yield logit(f"s1-logit-{rho}", ratio=1e-3, make=partial(tall, logistic=True))
        yield lasso(f"s2-{rho}", ratio=0.05, make=wide)
    large = partial(recipes.common_factor, 400, 40_000, rho=0.4, k=20, snr=2.0, seed=2)
    yield lasso("s2-large", ratio=0.05, make=large)
    net = partial(recipes.common_factor, 200, 20_000, rho=0.4, k=20, snr=2.0, seed=2)
    yield lasso("s2-elastic-net", ratio=0.05, l1_ratio=0.5, make=net)
    for rho in (0.95, 0.99):
        chain = partial(recipes.autoregressive, 500, 10_000, rho=rho, k=30, snr=3.0, seed=3)
        yield lasso(f"s3-{rho}", ratio=0.05, make=chain)
    for p in (1000, 2000):
        square = partial(recipes.common_factor, 1000, p, rho=0.4, k=20, snr=2.0, seed=4)
        yield lasso(f"s4-{p}", ratio=1e-3, make=square)
    # A fifth of the protocol's 100 000 columns: with eight bytes a cell the whole is 0.8 GB for every process.
    genes = partial(recipes.genotypes, 1000, 20_000, k=50, snr=1.0, seed=5)
    yield lasso("s5-genotypes", ratio=0.1, make=genes)
    words = partial(recipes.text, 20_000, 100_000, length=60, k=200, snr=3.0, seed=1)
    yield replace(logit("s6-text", ratio=0.05, make=words), n_alphas=30)
    yield logit("s9-separable", ratio=1e-6, make=partial(recipes.separable, 200, 50, margin=1e-3, seed=2))
    for seed in range(1, 4):
        yield replace(lasso(f"s10-{seed}", ratio=0.1, make=partial(recipes.tiny, seed)), n_alphas=1)
    yield lasso("s11-copies", ratio=0.05, make=partial(recipes.degenerate, 200, 20_000, seed=3))
    full = partial(recipes.full_featured, 2000, 200, seed=4)
    yield lasso("s12-squared", ratio=0.01, make=full, intercept=True)
    yield logit("s12-logit", ratio=0.01, make=partial(full, logistic=True), intercept=True)


WORKS: dict[str, Work] = {work.name: work for work in (*_table(), *_recipes())}
