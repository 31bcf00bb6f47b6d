"""Row A5 of the catalogue: the grid, the path and the choice of alpha, each against single fits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import sparse
from sklearn.model_selection import GridSearchCV, KFold

import whyzero as wz
from catalogue_rows import Row, differs
from whyzero import sklearn as ours
from whyzero.certificates import certify_problem


def data(loss: str, seed: int, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape) * (rng.random(shape) < 0.5)
    score = x[:, :4] @ np.array([1.0, -1.0, 0.5, 2.0]) + rng.normal(size=shape[0])
    return x, score if loss == "squared" else score > 0.2, rng.choice([0.5, 1.0, 2.0], shape[0])


KINDS = list(
    itertools.product(("squared", "logistic"), (np.asarray, sparse.csc_array), (1.0, 0.5), (True, False), (False, True))
)


@pytest.mark.parametrize("positive", [False, True], ids=["either sign", "positive"])
@pytest.mark.parametrize("shape", [(60, 20), (30, 80)])
def test_the_path_begins_at_alpha_max_and_is_made_of_single_fits(row: Row, shape, positive):
    count = row.count(1, 5)
    worst, fits = 0.0, 0
    for seed, (loss, storage, l1_ratio, intercept, weighted) in itertools.product(range(count), KINDS):
        x, y, weight = data(loss, seed, shape)
        options = {"loss": loss, "l1_ratio": l1_ratio, "fit_intercept": intercept, "positive": positive}
        options["sample_weight"] = weight if weighted else None
        path = wz.fit_path(storage(x), y, alphas=row.count(20, 100), tol=1e-12, **options)
        first = path[0]
        assert path.alphas[0] == path.alpha_max and not first.coef.any()
        verdicts = certify_problem(path.problem, first.coef, first.intercept, first.alpha).verdicts
        assert not any(verdict.says_nonzero for verdict in verdicts)
        assert sum(verdict.says_zero for verdict in verdicts) >= shape[1] - 1  # the column at the boundary may be open
        assert wz.fit(storage(x), y, alpha=path.alpha_max * (1 - 2.0**-20), **options).coef.any()
        for k in range(1, len(path), row.count(6, 1)):
            single = wz.fit(storage(x), y, alpha=path.alphas[k], tol=1e-12, **options)
            assert np.array_equal(single.support, path[k].support)
            worst = max(worst, differs(single.coef, path[k].coef))
            fits += 1
    name = f"{shape[0]} x {shape[1]}{', positive' if positive else ''}"
    row.tell(f"A5: {name}: {fits} fits of {count * len(KINDS)} paths are single fits to {worst:.1e}")
    assert worst <= 1e-10


@pytest.mark.parametrize("positive", [False, True], ids=["either sign", "positive"])
@pytest.mark.parametrize("name", ["Lasso", "ElasticNet"])
def test_cross_validation_chooses_the_alpha_of_a_grid_search(row: Row, name, positive):
    folds, count = KFold(4), row.count(3, 40)
    for seed in range(count):
        x, y, _ = data("squared", seed, (80, 15))
        chosen = getattr(ours, f"{name}CV")(alphas=20, cv=folds, positive=positive).fit(x, y)
        grid = {"alpha": chosen.alphas_}
        single = getattr(ours, name)(positive=positive)
        search = GridSearchCV(single, grid, cv=folds, scoring="neg_mean_squared_error").fit(x, y)
        assert search.best_params_["alpha"] == chosen.alpha_
        assert np.array_equal(search.best_estimator_.coef_, chosen.coef_)
    kind = f"{name}{' (positive)' if positive else ''}"
    row.tell(f"A5: {kind}: the CV form has alpha and weights of a grid search in {count} of {count} problems")
