"""What linear models do with hostile data, threads, signals and memory: ours beside scikit-learn's.

Each probe returns a sentence for either package, from the same code with another module of estimators.
"""

from __future__ import annotations

import hashlib
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.datasets import make_blobs
from sklearn.model_selection import train_test_split
from sklearn.utils import estimator_checks

from benchmarks.behaviour_processes import interrupts, memory

__all__ = ["PROBES"]


@contextmanager
def _noted() -> Iterator[list[str]]:
    """Names of the warnings of the block, filled when it ends."""
    names: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield names
    names += sorted({entry.category.__name__ for entry in caught})


def _told(names: list[str]) -> str:
    return ", ".join(names) if names else "no warning"


def threads(package: Any, fits: int) -> str:
    """Identical liblinear fits in eight threads."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 50))
    y = X[:, 0] + rng.standard_normal(200) > 0

    def digest(_: int) -> str:
        model = package.LogisticRegression(l1_ratio=1.0, solver="liblinear", random_state=0).fit(X, y)
        return hashlib.sha256(model.coef_.tobytes()).hexdigest()

    with ThreadPoolExecutor(8) as pool:
        return f"{len(set(pool.map(digest, range(fits))))} distinct results of {fits}"


def class_weights(package: Any, _: int) -> str:
    """The data of scikit-learn's check of class weights, whose optimum is 0 in both weights."""
    X, y = make_blobs(centers=2, random_state=0, cluster_std=20)
    X, _, y, _ = train_test_split(X, y, test_size=0.5, random_state=0)
    model = package.LogisticRegression(
        l1_ratio=1.0, solver="saga", max_iter=1000, random_state=0, class_weight={0: 1000, 1: 0.0001}
    )
    with _noted() as names:
        weights = model.fit(X, y).coef_[0]
    return f"weights ({weights[0]:.2f}, {weights[1]:.2f}), {_told(names)}"


def weight_checks(package: Any, _: int) -> str:
    """scikit-learn's checks that a weight of k is k copies, dense and sparse, for L1 and elastic net."""
    failed = 0
    for l1_ratio in (1.0, 0.5):
        for check in (
            estimator_checks.check_sample_weight_equivalence_on_dense_data,
            estimator_checks.check_sample_weight_equivalence_on_sparse_data,
        ):
            with _noted():
                try:
                    check("LogisticRegression", package.LogisticRegression(l1_ratio=l1_ratio, solver="saga"))
                except AssertionError:
                    failed += 1
    return f"{failed} of 4 fail"


def separable(package: Any, _: int) -> str:
    """No penalty and separable classes: no optimum exists."""
    X = np.arange(-5.0, 5.0)[:, None] + 0.5
    told = []
    for solver in ("lbfgs", "newton-cholesky", "saga"):
        with _noted() as names:
            package.LogisticRegression(C=np.inf, solver=solver).fit(X, X[:, 0] > 0)
        told.append(_told(names))
    return "; ".join(told)


def duplicates(package: Any, _: int) -> str:
    """A CSC matrix with two entries in one place, which SciPy adds up."""
    data, rows, starts = np.array([1.0, 1.0, 1.0, 2.0, 1.0]), np.array([0, 0, 1, 0, 2]), np.array([0, 3, 5])
    X, y = sparse.csc_matrix((data, rows, starts), shape=(3, 2)), np.array([4.0, 2.0, 0.0])
    expected = package.Lasso(0.01).fit(X.toarray(), y).coef_
    with _noted() as names:
        found = package.Lasso(0.01).fit(X, y).coef_
    return f"first weight {found[0]:.3f} instead of {expected[0]:.3f}, {_told(names)}"


def offset_columns(package: Any, _: int) -> str:
    """Sparse storage of columns at 1e6 and 1e8, with an intercept."""
    rng = np.random.default_rng(0)
    near = rng.integers(-64, 65, (100, 5)) / 64.0
    y = near @ np.array([2.0, -1.0, 0.5, 0.0, 0.0]) + 0.1 * rng.standard_normal(100)
    right = package.Lasso(0.01, tol=1e-12).fit(near, y).coef_
    told = []
    for offset in (1e6, 1e8):
        with _noted() as names:
            found = package.Lasso(0.01).fit(sparse.csc_matrix(near + offset), y).coef_
        told.append(f"{offset:.0e}: error {np.abs(found - right).max():.0e}, {_told(names)}")
    return "; ".join(told)


def wide_indices(package: Any, _: int) -> str:
    """Sparse matrices with 64-bit indices."""
    X = sparse.csc_array(sparse.random(40, 8, density=0.4, random_state=0))
    X.indices, X.indptr = X.indices.astype(np.int64), X.indptr.astype(np.int64)
    y = np.arange(40) % 2
    told = []
    for name, model in (
        ("Lasso", package.Lasso(0.01)),
        ("liblinear", package.LogisticRegression(l1_ratio=1.0, solver="liblinear")),
        ("saga", package.LogisticRegression(l1_ratio=1.0, solver="saga", max_iter=10_000)),
    ):
        try:
            model.fit(X, y)
            told.append(f"{name} fits")
        except ValueError:
            told.append(f"{name} refuses")
    return ", ".join(told)


def negative_weights(package: Any, _: int) -> str:
    """A negative sample weight makes the loss unbounded below."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((30, 3))
    weight = np.where(np.arange(30) < 5, -3.0, 1.0)
    told = []
    for name, model in (("Lasso", package.Lasso(0.1)), ("LogisticRegression", package.LogisticRegression())):
        with _noted() as names:
            try:
                largest = np.abs(model.fit(X, X[:, 0] > 0, sample_weight=weight).coef_).max()
                text = f"accepts, largest weight {largest:.0e}"
            except ValueError:
                text = "refuses"
        told.append(f"{name} {text}" + (f" ({_told(names)})" if names else ""))
    return "; ".join(told)


def powers_of_two(package: Any, _: int) -> str:
    """X and y times powers of two far from 1."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 20))
    y = X[:, 0] - X[:, 1] + rng.standard_normal(60)
    plain = package.Lasso(0.1).fit(X, y).coef_
    same = all(
        np.array_equal(package.Lasso(np.ldexp(0.1, k)).fit(np.ldexp(X, k), y).coef_ != 0, plain != 0)
        for k in (-500, 500)
    )
    return "same support" if same else "another support"


def unscaled_counts(package: Any, _: int) -> str:
    """Counts that grow with a column up to 3500, of which 0.001 is the true weight."""
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.standard_normal(500), rng.uniform(0, 3500, 500)])
    y = rng.poisson(np.exp(0.5 * X[:, 0] + 0.001 * X[:, 1]))
    with _noted() as names:
        weights = package.PoissonRegressor(alpha=1e-3).fit(X, y).coef_
    return f"weights ({weights[0]:.2f}, {weights[1]:.5f}), {_told(names)}"


def subnormal_entries(package: Any, _: int) -> str:
    """How long a fit takes where half of the entries are subnormal, beside zeros in their place."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2000, 300))
    y = X[:, 0] + rng.standard_normal(2000)
    small = rng.random(X.shape) < 0.5
    zero = subnormal = np.inf
    for _ in range(7):
        zero = min(zero, _seconds(package, np.where(small, 0.0, X), y))
        subnormal = min(subnormal, _seconds(package, np.where(small, 5e-324, X), y))
    return f"{subnormal / zero:.1f} times as long"


def _seconds(package: Any, X: np.ndarray, y: np.ndarray) -> float:
    begin = time.perf_counter()
    package.Lasso(0.01).fit(X, y)
    return time.perf_counter() - begin


# Name, probe, and its size in the small and in the full form.
PROBES: tuple[tuple[str, Callable[[Any, int], str], int, int], ...] = (
    ("200 identical liblinear fits in 8 threads", threads, 24, 200),
    ("class weights 1000 and 0.0001, saga (optimum: 0, 0)", class_weights, 0, 0),
    ("scikit-learn's sample-weight checks, L1 and elastic net", weight_checks, 0, 0),
    ("separable classes, C=inf: lbfgs; newton-cholesky; saga", separable, 0, 0),
    ("CSC with duplicate entries", duplicates, 0, 0),
    ("sparse columns at 1e6 and 1e8 with an intercept", offset_columns, 0, 0),
    ("64-bit indices", wide_indices, 0, 0),
    ("negative sample weights", negative_weights, 0, 0),
    ("counts and a column up to 3500 (truth: 0.50, 0.00100), PoissonRegressor", unscaled_counts, 0, 0),
    ("data times 2^-500 and 2^500", powers_of_two, 0, 0),
    ("subnormal entries in the place of zeros", subnormal_entries, 0, 0),
    ("Ctrl-C in Lasso, liblinear, saga", interrupts, 0, 20),
    ("peak memory beyond the data, in their size", memory, 0, 200),
)
