"""What is particular to the Poisson loss: a curvature without bound, exposures, and counts that are all zero."""

from __future__ import annotations

import csv
import json
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import PoissonRegressor
from typer.testing import CliRunner

import whyzero as wz
from whyzero.cli import app
from whyzero.errors import ConvergenceWarning, InputError
from whyzero.losses import POISSON
from whyzero.problem import make_problem
from whyzero.solve import solve_path


def claims(n: int = 300, p: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns, counts, and an exposure for each row."""
    rng = np.random.default_rng(seed)
    x, exposure = rng.normal(size=(n, p)), rng.uniform(0.1, 3.0, n)
    return x, rng.poisson(exposure * np.exp(0.5 * x[:, 0] - 0.3 * x[:, 1] - 0.5)).astype(float), exposure


def optimality(x: np.ndarray, y: np.ndarray, fit: wz.Solution, offset: np.ndarray | float = 0.0) -> float:
    """The largest violation of the optimality conditions, in units of the toll, as NumPy sees it."""
    mean = np.exp(x @ fit.coef + fit.intercept + offset)
    pull = x.T @ (y - mean) / len(y)
    rho, b = fit.problem.penalty.l1_ratio, fit.coef
    l1, l2 = fit.alpha * rho, fit.alpha * (1 - rho)
    away = np.where(b == 0, np.maximum(np.abs(pull) - l1, 0), np.abs(pull - l2 * b - l1 * np.sign(b)))
    return max(np.abs(away).max(), abs((y - mean).mean()) if fit.problem.fit_intercept else 0.0) / fit.alpha


@pytest.mark.parametrize("alpha", [1e-3, 0.1, 1.0])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_ridge_is_that_of_scikit_learn(alpha, fit_intercept):
    x, y, weight = claims()
    options = {"fit_intercept": fit_intercept, "alpha": alpha}
    theirs = PoissonRegressor(solver="newton-cholesky", tol=1e-12, max_iter=1000, **options)
    theirs.fit(x, y, sample_weight=weight)
    ours = wz.fit(x, y, loss="poisson", l1_ratio=0.0, sample_weight=weight, tol=1e-14, **options)
    np.testing.assert_allclose(ours.coef, theirs.coef_, rtol=1e-7, atol=1e-9)
    assert ours.intercept == pytest.approx(theirs.intercept_, rel=1e-7, abs=1e-9)


def test_an_exposure_is_an_offset_of_its_logarithm_and_a_weighted_rate():
    """sum(mu E - y log mu) is E times the loss of the rate y / E, so both are one problem at the same total."""
    x, y, exposure = claims()
    counted = wz.fit_path(x, y, loss="poisson", offset=np.log(exposure), alphas=20, tol=1e-12)
    rates = wz.fit_path(
        x, y / exposure, loss="poisson", sample_weight=exposure, alphas=counted.alphas / exposure.mean(), tol=1e-12
    )
    np.testing.assert_array_equal(counted.coefs != 0, rates.coefs != 0)
    np.testing.assert_allclose(counted.coefs, rates.coefs, atol=1e-7)
    np.testing.assert_allclose(counted.intercepts, rates.intercepts, atol=1e-7)


@pytest.mark.parametrize("power", [-200, -40, 40, 300])
def test_scaling_the_target_moves_the_intercept_alone(power):
    x, y, _ = claims()
    plain = wz.fit(x, y, loss="poisson", alpha=0.05, tol=1e-12)
    scaled = wz.fit(x, np.ldexp(y, power), loss="poisson", alpha=np.ldexp(0.05, power), tol=1e-12)
    assert scaled.status is wz.Status.OPTIMAL
    np.testing.assert_allclose(scaled.coef, plain.coef, rtol=0, atol=1e-9)
    assert scaled.intercept == pytest.approx(plain.intercept + power * np.log(2.0), abs=1e-9)


def test_the_null_loss_is_half_the_deviance_of_the_mean():
    x, y, _ = claims()
    path = wz.fit_path(x, y, loss="poisson", alphas=3)
    assert not path.coefs[0].any()
    assert path.intercepts[0] == pytest.approx(np.log(y.mean()), rel=1e-12)
    assert path.null_loss == pytest.approx(float(POISSON.value(y, np.full(len(y), np.log(y.mean()))).mean()), rel=1e-12)
    pull = np.abs(x.T @ (y - y.mean())).max() / len(y)
    assert path.alpha_max == pytest.approx(pull, rel=1e-10)


@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_array])
@pytest.mark.parametrize("size", [1e2, 3.5e3, 1e5])
def test_a_large_column_does_not_leave_all_weights_at_zero(size, storage):
    """scikit-learn#27016: one unscaled column overflows a line search, and every coefficient comes back as 0.0."""
    rng = np.random.default_rng(1)
    x = rng.uniform(size=(500, 5))
    x[:, 4] = np.linspace(0.0, size, 500)
    y = rng.poisson(np.exp(0.5 + x[:, 0] + 2.0 * x[:, 4] / size)).astype(float)
    unit = np.array([1.0, 1.0, 1.0, 1.0, size])
    for rho, power in ((0.0, 2), (1.0, 1)):
        fit = wz.fit(storage(x), y, loss="poisson", alpha=1e-3, l1_ratio=rho, tol=1e-9)
        same = wz.fit(x / unit, y, loss="poisson", alpha=1e-3, l1_ratio=rho, tol=1e-9, penalty_factor=unit**-power)
        assert fit.status is wz.Status.OPTIMAL
        np.testing.assert_allclose(fit.coef * unit, same.coef, rtol=0, atol=1e-7)
        assert fit.coef[4] * size == pytest.approx(2.0, abs=0.4)


@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("shift", [-600.0, -30.0, 30.0, 600.0])
def test_far_offsets_are_met_by_the_intercept_or_said(shift, fit_intercept):
    x, y, _ = claims()
    offset = shift + np.random.default_rng(2).normal(size=len(y))
    options = {"loss": "poisson", "alpha": 0.05, "offset": offset, "fit_intercept": fit_intercept}
    if not fit_intercept and shift == 600.0:
        with pytest.raises(InputError, match="the computation overflowed"):
            wz.fit(x, y, **options)
        return
    with np.errstate(all="ignore"):
        fit = wz.fit(x, y, **options) if fit_intercept else fit_or_warning(x, y, options)
    assert np.all(np.isfinite(fit.coef)) and np.isfinite(fit.intercept) and np.isfinite(fit.dual_gap)
    if fit_intercept:
        centred = wz.fit(x, y, **(options | {"offset": offset - shift}))
        assert fit.status is wz.Status.OPTIMAL
        np.testing.assert_allclose(fit.coef, centred.coef, rtol=0, atol=1e-6)
        assert fit.intercept + shift == pytest.approx(centred.intercept, abs=1e-6)


def fit_or_warning(x: np.ndarray, y: np.ndarray, options: dict) -> wz.Solution:
    """A fit whose status is optimal, or that has warned that it is not."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit = wz.fit(x, y, **options)
    said = any(issubclass(w.category, ConvergenceWarning) for w in caught)
    assert said == (fit.status is not wz.Status.OPTIMAL)
    return fit


@pytest.mark.parametrize("seed", range(12))
def test_steep_problems_end_at_their_optimum_or_say_that_they_do_not(seed):
    """Columns of sizes from 1e-3 to 1e3, counts from 0 to 1e6: no NaN, and no zeros but those of the optimum."""
    rng = np.random.default_rng(seed)
    n, p = 120, 10
    x = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-3, 4, p)
    y = np.floor(np.exp(rng.normal(size=n) * rng.choice([1.0, 3.0, 5.0]) + rng.choice([-1.0, 3.0])))
    y[0] = 3.0
    for rho in (1.0, 0.3, 0.0):
        path = fit_path_or_warning(x, y, l1_ratio=rho, alphas=15)
        assert np.all(np.isfinite(path.coefs)) and np.all(np.isfinite(path.dual_gaps))
        for k in (3, 14):
            if path.statuses[k] is wz.Status.OPTIMAL:
                certificate = wz.certify(
                    x, y, path.coefs[k], path.intercepts[k], loss="poisson", l1_ratio=rho, alpha=path.alphas[k]
                )
                assert certificate.gap <= 2e-6 * path.null_loss
                assert not any(word in ("wrong zero",) for word in (v.value for v in certificate.verdicts))


def fit_path_or_warning(x: np.ndarray, y: np.ndarray, **options) -> wz.Path:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        path = wz.fit_path(x, y, loss="poisson", **options)
    said = any(issubclass(w.category, ConvergenceWarning) for w in caught)
    assert said == (path.status is not wz.Status.OPTIMAL)
    return path


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("n_alphas", [1, 12])
def test_a_swept_path_meets_the_optimality_conditions(n_alphas, intercept):
    """Tall enough for sweeps; the oracle is the gradient as NumPy computes it."""
    rng = np.random.default_rng(8)
    x = np.asfortranarray(rng.normal(size=(9000, 70)) + 0.2 * intercept)
    y = rng.poisson(np.exp(0.2 * (x - x.mean(0))[:, :12] @ rng.normal(size=12))).astype(float)
    offset = 0.5 * rng.normal(size=9000)
    options = {"loss": "poisson", "offset": offset, "fit_intercept": intercept}
    top = wz.fit_path(x, y, alphas=1, **options).alphas[0]
    alphas = top * np.geomspace(0.5, 0.01, n_alphas) if n_alphas > 1 else np.array([0.02 * top])
    path = wz.fit_path(x, y, alphas=alphas, **options)
    assert path.status is wz.Status.OPTIMAL
    assert all(optimality(x, y, path[k], offset) <= 1e-7 for k in range(n_alphas))


def test_a_target_that_the_intercept_explains_is_the_null_model():
    x = claims()[0]
    path = wz.fit_path(x, np.full(len(x), 2.5), loss="poisson", alphas=[0.1, 0.01])
    assert path.status is wz.Status.OPTIMAL
    assert not path.coefs.any()
    np.testing.assert_allclose(path.intercepts, np.log(2.5), rtol=1e-14)


def test_counts_of_zero_without_an_intercept_have_an_optimum():
    x = np.abs(np.random.default_rng(0).normal(size=(20, 2)))
    fit = wz.fit(x, np.zeros(20), loss="poisson", alpha=0.1, fit_intercept=False, tol=1e-12)
    assert fit.status is wz.Status.OPTIMAL
    assert optimality(x, np.zeros(20), fit) <= 1e-8
    assert np.all(fit.coef < 0)


def test_impossible_targets_are_refused_by_name():
    x = np.eye(4)
    with pytest.raises(InputError, match=r"y has .*-1\.5.* at position 2; loss='poisson' needs numbers that are not"):
        make_problem(x, [0.0, 1.0, -1.5, 2.0], loss="poisson")
    with pytest.raises(InputError, match="y is 0 in every row with a positive sample_weight"):
        make_problem(x, np.zeros(4), loss="poisson")
    with pytest.raises(InputError, match="y is 0 in every row with a positive sample_weight"):
        make_problem(x, [0.0, 1.0, 0.0, 0.0], loss="poisson", sample_weight=[1, 0, 1, 1])
    with pytest.raises(InputError, match="fold 0 holds out every row above 0"):
        y = np.array([0.0, 3.0, 0.0, 0.0])
        wz.cross_validate(x, y, loss="poisson", folds=np.array([0, 0, 1, 1]), alphas=[0.1])
    assert make_problem(x, np.zeros(4), loss="poisson", fit_intercept=False).y.sum() == 0.0


def test_an_explanation_has_words_and_a_page(tmp_path):
    x, y, exposure = claims()
    problem = make_problem(x, y, loss="poisson", offset=np.log(exposure))
    path = solve_path(problem, alphas=20)
    explanation = wz.explain(path[8], path=path)
    assert explanation.data()["problem"]["loss"] == "poisson"
    assert "exp(eta_i) - y_i eta_i" in explanation.header.objective
    assert 'family = "poisson"' in explanation.header.elsewhere["glmnet"]
    assert explanation.certificate.n_proved == 6
    assert wz.verify(explanation.certificate, x, y, offset=np.log(exposure)).ok
    for name in problem.names:
        assert name in explanation.why(name)
    explanation.to_html(tmp_path / "report.html")
    assert "Poisson loss" in (tmp_path / "report.html").read_text("utf-8")


def test_the_command_line_fits_predicts_and_verifies(tmp_path):
    x, y, exposure = claims(120, 3)
    data, run, scores = tmp_path / "claims.csv", tmp_path / "run", tmp_path / "scores.csv"
    with data.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["a", "b", "c", "log_exposure", "claims"])
        out.writerows(np.column_stack([x, np.log(exposure), y]).tolist())
    call = CliRunner().invoke
    options = ["--target", "claims", "--offset", "log_exposure", "--loss", "poisson", "--out", str(run)]
    done = call(app, ["fit", str(data), *options])
    assert done.exit_code == 0, done.output
    assert "Poisson loss was asked for" in " ".join(done.output.split())
    done = call(app, ["verify", str(run), str(data)])
    assert done.exit_code == 0, done.output
    done = call(app, ["predict", str(run), str(data), "--out", str(scores)])
    assert done.exit_code == 0, done.output
    model = json.loads((run / "model.json").read_text("utf-8"))
    expected = np.exp(x @ np.array(model["coef"]) + model["intercept"] + np.log(exposure))
    with scores.open(newline="") as file:
        written = [float(row["prediction"]) for row in csv.DictReader(file)]
    np.testing.assert_allclose(written, expected, rtol=1e-12)


def test_a_negative_count_in_a_file_is_refused_with_its_row(tmp_path):
    data = tmp_path / "claims.csv"
    data.write_text("a,y\n" + "".join(f"{k},{k % 3 - (k == 7)}\n" for k in range(12)).replace("7,0", "7,-1"), "utf-8")
    done = CliRunner().invoke(app, ["fit", str(data), "--target", "y", "--loss", "poisson"])
    assert isinstance(done.exception, InputError)
    assert "the target 'y' is -1 in row 8" in str(done.exception)
