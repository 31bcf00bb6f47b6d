"""The experiments on whole data sets, against scikit-learn, SciPy and certificates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import binom, binomtest
from sklearn.linear_model import Lasso, Ridge, lars_path
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer

from whyzero.certificates import Verdict, certify_problem
from whyzero.errors import InputError
from whyzero.experiments import (
    bet,
    digits_gallery,
    false_zeros,
    finite_identification,
    optimisers,
    returns_to_zero,
    sign_test,
    zero_atom,
)
from whyzero.experiments.draws import sparse_regression
from whyzero.problem import make_problem


@pytest.fixture(scope="module")
def betting():
    return bet(seed=5, n_data_sets=6)


def test_the_bet_fits_what_scikit_learn_fits_at_the_same_training_loss(betting):
    draw = sparse_regression(np.random.default_rng(5), 100, 20)
    X, y = draw.X - draw.X.mean(axis=0), draw.y - draw.y.mean()
    alpha = 0.2 * np.max(np.abs(X.T @ y)) / len(y)
    lasso = Lasso(alpha=alpha, tol=1e-14, max_iter=100_000).fit(X, y)
    np.testing.assert_allclose(betting.l1_coefs[0], lasso.coef_, atol=1e-7)
    assert betting.l1_zeros[0] == np.sum(lasso.coef_ == 0)

    def ridge(log_alpha):
        return Ridge(alpha=np.exp(log_alpha)).fit(X, y)

    def loss(model):
        return np.mean((y - model.predict(X)) ** 2) / 2

    matched = ridge(brentq(lambda t: loss(ridge(t)) - loss(lasso), -5, 10, xtol=1e-14))
    np.testing.assert_allclose(betting.l2_coefs[0], matched.coef_, atol=1e-6)


def test_the_bet_counts_pairs_at_equal_training_loss(betting):
    np.testing.assert_allclose(betting.l1_losses, betting.l2_losses, rtol=1e-7)
    assert (betting.wins, betting.losses) == (6, 0)
    assert betting.p_value == pytest.approx(2 * binom.sf(5, 6, 0.5))
    assert np.all(betting.l2_zeros == 0)


def test_the_sign_test_is_that_of_scipy():
    for wins in range(12):
        for losses in range(12):
            if wins + losses:
                assert sign_test(wins, losses) == pytest.approx(binomtest(wins, wins + losses).pvalue, rel=1e-12)
    assert sign_test(40, 0) == 2 * 0.5**40
    assert sign_test(0, 0) == 1


def test_l1_has_an_atom_at_zero_and_l2_a_density():
    atom, fits = zero_atom(seed=5, n_data_sets=6, thresholds=(1e-2, 0.0, 1e-9)), bet(seed=5, n_data_sets=6)
    assert atom.thresholds.tolist() == [0, 1e-9, 1e-2]
    assert atom.n_weights == fits.l1_coefs.size == 120
    assert atom.l1_shares[0] == np.sum(fits.l1_zeros) / 120
    assert atom.l1_shares[1] == atom.l1_shares[0]
    assert atom.l2_shares[:2].tolist() == [0, 0]
    assert atom.l2_shares[2] == np.mean(np.abs(fits.l2_coefs) <= 1e-2)


@pytest.fixture(scope="module")
def walks():
    return optimisers(seed=6, n_passes=120)


@pytest.fixture(scope="module")
def lasso_data():
    draw = sparse_regression(np.random.default_rng(6), 100, 30)
    return draw.X, draw.y


def of(walks, name):
    return walks.weights[walks.names.index(name)]


def test_the_optimum_is_that_of_scikit_learn_and_proximal_gradient_lands_on_it(walks, lasso_data):
    exact = Lasso(alpha=walks.alpha, fit_intercept=False, tol=1e-14, max_iter=1_000_000).fit(*lasso_data).coef_
    np.testing.assert_allclose(walks.optimum, exact, atol=1e-8)
    assert np.array_equal(walks.optimum == 0, exact == 0)
    last = of(walks, "proximal gradient")[-1]
    np.testing.assert_allclose(last, exact, atol=1e-4)
    assert np.array_equal(last == 0, exact == 0)


@pytest.mark.parametrize("name", ["subgradient", "SGD", "Adam"])
def test_steps_along_sign_w_hop_around_zero(walks, name):
    assert np.all(walks.zeros[walks.names.index(name)] == 0)
    at_zeros = of(walks, name)[-60:, walks.optimum == 0]
    assert np.mean(np.any(at_zeros > 0, axis=0) & np.any(at_zeros < 0, axis=0)) > 0.5
    assert walks.largest_at_true_zeros[walks.names.index(name)] == np.max(np.abs(at_zeros[-1]))


def test_the_subgradient_walk_takes_the_steps_of_its_formula(walks, lasso_data):
    X, y = lasso_data
    step = 1 / np.linalg.eigvalsh(X.T @ X / 100)[-1]
    w = walks.start
    for point in of(walks, "subgradient")[:5]:
        w = w - step * (np.mean((X @ w - y)[:, None] * X, axis=0) + walks.alpha * np.sign(w))
        np.testing.assert_allclose(point, w, atol=1e-12)


def test_adam_walks_as_the_adam_of_scikit_learn(walks, lasso_data):
    X, y = lasso_data
    w = walks.start.copy()
    adam = AdamOptimizer([w], learning_rate_init=0.01)
    for point in of(walks, "Adam")[:20]:
        slope = np.mean((X @ w - y)[:, None] * X, axis=0) + walks.alpha * np.sign(w)
        adam.update_params([w], [slope])
        np.testing.assert_allclose(point, w, atol=1e-6)


def test_noise_knocks_weights_out_of_zero_and_freezing_never_lets_go(walks):
    noisy, frozen = of(walks, "proximal SGD")[-60:] == 0, of(walks, "clip and freeze") == 0
    assert np.any(noisy)
    assert np.mean(noisy[:, walks.optimum == 0]) < 0.5
    assert np.any(noisy[:-1] & ~noisy[1:])
    assert not np.any(frozen[:-1] & ~frozen[1:])
    last = frozen[-1]
    assert walks.wrong_zeros[walks.names.index("clip and freeze"), -1] == np.sum(last & (walks.optimum != 0))


def test_a_threshold_counts_what_it_is_told_to(walks):
    counts = [walks.below(threshold)[walks.names.index("Adam")] for threshold in (1e-9, 1e-3, 1e-1)]
    assert counts[0] == 0
    assert counts[0] < counts[1] < counts[2]


def test_the_zeros_are_found_within_the_bound():
    result = finite_identification(seed=9, n_data_sets=4)
    assert np.all(result.iterations <= result.bounds)
    assert np.all(result.bounds < result.n_steps)
    rng = np.random.default_rng(9)
    for k, (iteration, bound) in enumerate(zip(result.iterations, result.bounds, strict=True)):
        draw = sparse_regression(rng, 100, 20)
        w = rng.standard_normal(20)
        best = Lasso(alpha=0.25, fit_intercept=False, tol=1e-15, max_iter=1_000_000).fit(draw.X, draw.y).coef_
        values = np.linalg.svd(draw.X, compute_uv=False) ** 2 / 100
        slack = np.min(0.25 - np.abs(draw.X.T @ (draw.y - draw.X @ best) / 100)[best == 0])
        assert slack == pytest.approx(result.slacks[k], rel=1e-4)
        expected = values[0] / values[-1] * np.log(2 * values[0] * np.linalg.norm(w - best) / slack)
        assert bound == pytest.approx(expected + 1.5, abs=0.51)
        alive = []
        for _ in range(int(bound)):
            v = w + np.mean((draw.y - draw.X @ w)[:, None] * draw.X, axis=0) / values[0]
            w = np.sign(v) * np.maximum(np.abs(v) - 0.25 / values[0], 0)
            alive.append(np.any(w[best == 0] != 0))
        assert iteration == 2 + np.max(np.flatnonzero(alive), initial=-1)


def test_false_zeros_are_those_of_infinitely_many_rows():
    result = false_zeros(seed=1)
    np.testing.assert_allclose(result.index, 2 * result.correlations, atol=0.02)
    for r, coef in zip(result.correlations, result.coefs, strict=True):
        covariance = np.array([[1, 0, r], [0, 1, r], [r, r, 1]])
        X = np.sqrt(3) * np.linalg.cholesky(covariance).T
        exact = Lasso(alpha=0.1, fit_intercept=False, tol=1e-12, max_iter=1_000_000).fit(X, X @ result.truth)
        np.testing.assert_allclose(coef, exact.coef_, atol=0.03)
        assert np.array_equal(coef == 0, exact.coef_ == 0)
    with pytest.raises(InputError, match=r"correlations\[1\]=0.8"):
        false_zeros(correlations=(0.1, 0.8), n_rows=10)


def test_weights_that_come_back_to_zero_do_so_on_the_exact_path():
    result = returns_to_zero(seed=4, n_paths=30)
    rng, seen = np.random.default_rng(4), 0
    for returned in result.returned:
        draw = sparse_regression(rng, 40, 12, correlation=0.9)
        _, _, coefs = lars_path(draw.X - draw.X.mean(axis=0), draw.y - draw.y.mean(), method="lasso")
        alive = np.abs(coefs) > 1e-12
        exact = np.any(~alive & np.logical_or.accumulate(alive, axis=1), axis=1)
        assert not np.any(returned & ~exact)
        seen += bool(np.any(exact))
    assert 0.6 * seen < result.paths <= seen


def test_the_zeros_of_the_gallery_are_proved_and_those_of_l2_are_constant_pixels():
    from sklearn.datasets import load_digits

    gallery = digits_gallery()
    X, y = load_digits(return_X_y=True)
    constant = np.flatnonzero(np.ptp(X, axis=0) == 0)
    assert gallery.constant.tolist() == constant.tolist()
    sd = np.where(X.std(axis=0) == 0, 1, X.std(axis=0))
    for l1_ratio, coefs in ((1.0, gallery.l1_coefs), (0.0, gallery.l2_coefs)):
        problem = make_problem(X, y > 4, loss="logistic", standardize=True, l1_ratio=l1_ratio)
        for C, weights in zip(gallery.C, coefs, strict=True):
            # the best intercept: coefficients alone do not say
            eta = (X / sd) @ weights
            offset = brentq(
                lambda b, eta=eta: np.mean(1 / (1 + np.exp(-eta - b))) - np.mean(y > 4), -50, 50, xtol=1e-14
            )
            proof = certify_problem(problem, weights / sd, offset, 1 / (len(y) * C))
            zero = [verdict in (Verdict.ZERO_PROVED, Verdict.ZERO_STRUCTURAL) for verdict in proof.verdicts]
            assert np.array_equal(zero, weights == 0)
            assert all(
                is_zero or verdict is Verdict.NONZERO_PROVED
                for is_zero, verdict in zip(zero, proof.verdicts, strict=True)
            )
            if l1_ratio == 0:
                assert np.flatnonzero(zero).tolist() == constant.tolist()
