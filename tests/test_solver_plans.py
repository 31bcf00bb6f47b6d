"""However a path is computed, it is the same path; and it says how it was computed."""

import numpy as np
import pytest
from scipy import sparse

import whyzero as wz
from whyzero.errors import InputError


def tall(loss, rng, n=600, p=40):
    x = rng.normal(size=(n, p)) @ (np.eye(p) + 0.3 * rng.normal(size=(p, p)) / np.sqrt(p))
    score = x[:, :8] @ rng.normal(size=8) + rng.normal(size=n)
    return x, target(score, loss)


def target(score, loss):
    if loss == "poisson":
        return np.floor(np.exp(0.7 * score))
    return score if loss == "squared" else score > 0


@pytest.mark.parametrize("storage", [np.asfortranarray, np.ascontiguousarray, sparse.csc_array])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.7, 0.05])
@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_all_columns_and_working_sets_give_the_same_path(loss, l1_ratio, storage):
    x, y = tall(loss, np.random.default_rng(1))
    weight = np.random.default_rng(2).integers(0, 4, len(y)).astype(float)
    options = {"loss": loss, "l1_ratio": l1_ratio, "alphas": 25, "sample_weight": weight, "standardize": True}
    everything = wz.fit_path(storage(x), y, plan="all-columns", **options)
    some = wz.fit_path(storage(x), y, plan="working-sets", **options)
    scale = np.abs(everything.coefs).max()
    np.testing.assert_allclose(some.coefs, everything.coefs, rtol=0, atol=1e-7 * scale)
    np.testing.assert_array_equal(some.coefs != 0, everything.coefs != 0)
    np.testing.assert_allclose(some.intercepts, everything.intercepts, rtol=0, atol=1e-7 * scale)


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("n_alphas", [1, 12])
def test_a_swept_logistic_path_meets_the_optimality_conditions(n_alphas, intercept):
    """Tall enough for sweeps and for Hessians on a line; the oracle is the gradient as NumPy computes it."""
    rng = np.random.default_rng(8)
    x = np.asfortranarray(rng.normal(size=(9000, 70)) + 3 * intercept)
    y = (rng.random(9000) < 1 / (1 + np.exp(-(x - x.mean(0))[:, :12] @ rng.normal(size=12)))).astype(float)
    offset = rng.normal(size=9000)
    top = wz.fit_path(x, y, loss="logistic", alphas=1, offset=offset, fit_intercept=intercept).alphas[0]
    alphas = top * np.geomspace(0.5, 0.01, n_alphas) if n_alphas > 1 else np.array([0.02 * top])
    path = wz.fit_path(x, y, loss="logistic", alphas=alphas, offset=offset, fit_intercept=intercept)
    for alpha, coef, free in zip(alphas, np.asarray(path.coefs), path.intercepts, strict=True):
        pull = x.T @ (y - 1 / (1 + np.exp(-(x @ coef + free + offset)))) / len(y)
        used = coef != 0
        np.testing.assert_allclose(pull[used], alpha * np.sign(coef[used]), rtol=3e-8)
        assert np.all(np.abs(pull[~used]) <= alpha * (1 + 3e-8))
        assert used.any() and not used.all()


def test_alphas_that_nearly_coincide_and_then_jump_are_fitted():
    """A line of Hessians between two such alphas would say nothing, least of all about the next ones."""
    rng = np.random.default_rng(9)
    x = rng.normal(size=(3000, 40)) + 2
    y = rng.random(3000) < 1 / (1 + np.exp(-(x - 2)[:, :5] @ rng.normal(size=5)))
    top = wz.fit_path(x, y, loss="logistic", alphas=1).alphas[0]
    for step in (1e-16, 1e-12, 1e-7, 1e-3):
        near = [0.2 * top * (1 - k * step) for k in range(8)]
        path = wz.fit_path(x, y, loss="logistic", alphas=[*near, 0.05 * top, 0.001 * top], plan="all-columns")
        alone = wz.fit_path(x, y, loss="logistic", alphas=[0.05 * top, 0.001 * top])
        assert all(status is wz.Status.OPTIMAL for status in path.statuses)
        np.testing.assert_allclose(path.coefs[-2:], alone.coefs, rtol=0, atol=1e-7 * np.abs(alone.coefs).max())


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_one_alpha_far_below_the_largest_is_the_end_of_the_path(loss):
    """The rough fits on the way to a single alpha leave no trace."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(80, 400))
    score = x[:, :5] @ rng.normal(size=5) + 0.5 * rng.normal(size=80)
    y = target(score, loss)
    path = wz.fit_path(x, y, loss=loss, alphas=30, alpha_min_ratio=0.02)
    alone = wz.fit(x, y, loss=loss, alpha=path.alphas[-1])
    assert alone.status is wz.Status.OPTIMAL
    np.testing.assert_array_equal(alone.coef != 0, path.coefs[-1] != 0)
    np.testing.assert_allclose(alone.coef, path.coefs[-1], rtol=0, atol=1e-7 * np.abs(alone.coef).max())


def test_a_tall_squared_path_reads_x_at_most_twice():
    x, y = tall("squared", np.random.default_rng(4))
    path = wz.fit_path(x, y, alphas=100)
    assert path.passes <= 2
    assert "Gram matrix of all 40 columns" in path.plan


def test_rounding_in_the_gram_matrix_decides_nothing():
    """Two columns that differ by 1e-7 of their size: the Gram matrix alone cannot tell their weights.

    Oracle: with weights (1 - t, t) the loss is (3 - t)^2 |1e-7 d|^2 / 2n and the penalty alpha (|1 - t| + |t|), which
    grows beyond t = 1 faster than the loss falls: so t = 1, and the first weight is zero.
    """
    rng = np.random.default_rng(5)
    a, d = rng.normal(size=(2, 300))
    x = np.column_stack([a, a + 1e-7 * d])
    y = a + 1e-7 * 3 * d
    path = wz.fit_path(x, y, alphas=[1e-12], fit_intercept=False, plan="all-columns", tol=1e-12)
    assert path.status is wz.Status.OPTIMAL
    assert path.coefs[0, 0] == 0
    assert path.coefs[0, 1] == pytest.approx(1, abs=1e-6)
    assert path.passes > 2
    assert "where rounding in it could decide" in path.plan


def test_the_plan_and_the_seconds_are_told():
    rng = np.random.default_rng(6)
    x = rng.normal(size=(50, 600))
    path = wz.fit_path(x, x[:, 0] + rng.normal(size=50), alphas=20)
    assert path.plan.startswith("Working sets of at most ")
    assert f"X read {path.passes:.3g} times" in path.plan
    assert set(path.seconds) == {"null", "hessian", "solve", "verify"}
    assert all(value >= 0 for value in path.seconds.values())


def test_an_unknown_plan_is_refused_with_the_choices():
    with pytest.raises(InputError, match=r"plan='fast' is unknown; choose 'auto', 'all-columns', 'working-sets'"):
        wz.fit_path(np.eye(4), [1.0, 2.0, 3.0, 4.0], plan="fast")


@pytest.mark.parametrize("loss", ["squared", "logistic", "poisson"])
def test_supports_do_not_depend_on_tol(loss):
    rng = np.random.default_rng(7)
    x = rng.normal(size=(120, 500))
    score = x[:, :10] @ rng.normal(size=10) + rng.normal(size=120)
    y = target(score, loss)
    loose, tight = (wz.fit_path(x, y, loss=loss, alphas=30, tol=tol) for tol in (1e-3, 1e-12))
    np.testing.assert_array_equal(loose.coefs != 0, tight.coefs != 0)
    assert np.all(tight.dual_gaps <= 1e-12 * tight.null_loss)


def test_all_columns_are_more_than_a_gram_matrix_is_made_of():
    """Beyond 6000 columns nothing is known of the Hessian, and every column stays all the same."""
    rng = np.random.default_rng(0)
    x = sparse.random_array((3100, 6100), density=0.003, format="csc", rng=rng)
    y = rng.normal(size=3100)
    everything = wz.fit_path(x, y, alphas=3, alpha_min_ratio=0.5, plan="all-columns")
    some = wz.fit_path(x, y, alphas=3, alpha_min_ratio=0.5, plan="working-sets")
    np.testing.assert_array_equal(everything.coefs != 0, some.coefs != 0)
    np.testing.assert_allclose(everything.coefs, some.coefs, rtol=0, atol=1e-7 * np.abs(some.coefs).max())
    assert everything.coefs[2].any() and all(fit.status is wz.Status.OPTIMAL for fit in everything)
