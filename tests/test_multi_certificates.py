"""Verdicts about a matrix of weights against optima of 50 digits, from any fit: none is false, and most are made."""

from __future__ import annotations

import numpy as np
import pytest

from matrix_claims import false_claims, plain
from oracle import matrix_optima
from whyzero.certificates import Verdict, verify
from whyzero.errors import InputError, InputTypeError
from whyzero.multi import MatrixCertificate, certify, multitask_problem, softmax_problem, solve_matrix_path
from whyzero.solution import Settings

PROBLEM = {"squared": multitask_problem, "softmax": softmax_problem}


def draw(loss, seed, n=24, p=5, tasks=3):
    """X with unequal columns, one of them constant in some draws; targets or labels; row weights, some of them zero."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) * rng.uniform(0.2, 4.0, p) + rng.normal(size=p)
    if seed % 3 == 0:
        x[:, p - 1] = 1.0
    truth = np.zeros((p, tasks))
    truth[:2] = rng.normal(size=(2, tasks))
    scores = x @ truth + rng.normal(size=(n, tasks))
    weight = rng.uniform(0.3, 2.0, n) * (rng.random(n) > 0.1)
    if loss == "softmax":
        labels = np.argmax(0.7 * scores + rng.gumbel(size=scores.shape), axis=1)
        labels[:tasks] = np.arange(tasks)
        weight[:tasks] = 1.0
        return x, labels, weight
    return x, scores, weight


def starts(problem, alpha, seed):
    """Weights of all kinds: the fit, an early end of it, nothing, garbage, and the fit with its zeros disturbed."""
    rng = np.random.default_rng(seed)
    best = solve_matrix_path(problem, alphas=[alpha], settings=Settings(tol=1e-12))[0]
    early = solve_matrix_path(problem, alphas=[alpha], settings=Settings(max_iter=1))[0]
    noise = rng.normal(size=best.coef.shape)
    free = problem.rows.fit_intercept
    yield "fit", best.coef, best.intercept
    yield "early", early.coef, early.intercept
    yield "nothing", np.zeros_like(best.coef), np.zeros_like(best.intercept)
    yield "garbage", 5.0 * noise, free * rng.normal(size=len(best.intercept))
    yield "disturbed", best.coef + 1e-3 * noise, best.intercept + free * 1e-2


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.4])
@pytest.mark.parametrize("loss", PROBLEM)
def test_no_verdict_contradicts_fifty_digits(loss, l1_ratio, intercept):
    """Eqs. (167), (168), (170), (172): weights, pulls and radii from any start, and the gap of Eq. (163)."""
    told = decided = optima = 0
    for seed in range(6):
        x, target, weight = draw(loss, seed)
        factor = np.random.default_rng(seed + 50).choice([0.0, 0.7, 1.0, 1.0, np.inf], 5) if seed % 2 else None
        options = {"l1_ratio": l1_ratio, "sample_weight": weight, "fit_intercept": intercept}
        if factor is not None:
            options["penalty_factor"] = factor
        problem, alpha = PROBLEM[loss](x, target, **options), 0.08 if loss == "squared" else 0.03
        data = plain(problem, x, alpha)
        if loss == "softmax" and np.any((data.l1 == 0) & (data.l2 == 0)):
            continue  # a free column has no optimum of its own
        optimum = matrix_optima.solve(data)
        if optimum is None:
            continue
        optima += 1
        for name, coef, b0 in starts(problem, alpha, seed):
            certificate = certify(x, target, coef, b0, loss=loss, alpha=alpha, **options)
            assert false_claims(certificate, optimum, data) == [], (seed, name)
            told += certificate.verdicts.size
            decided += certificate.n_proved
            checked = verify(certificate, x, target, sample_weight=weight)
            assert checked.ok, (seed, name, checked.messages)
    assert optima >= 3
    print(f"{loss}: {decided} of {told} verdicts are proofs, from {optima} optima")
    assert decided >= 0.9 * told


def test_what_the_other_columns_do_when_weights_are_not_unique():
    """Two or four classes: a column in use by all of them may be shifted, Eq. (171); the rest is still decided."""
    for seed, classes in ((1, 2), (4, 2), (1, 4), (2, 4), (5, 4)):
        x, target, weight = draw("softmax", seed, n=60, p=4, tasks=classes)
        problem = softmax_problem(x, target, sample_weight=weight)
        best = solve_matrix_path(problem, alphas=[0.02], settings=Settings(tol=1e-12))[0]
        certificate = certify(x, target, best.coef, best.intercept, loss="softmax", alpha=0.02, sample_weight=weight)
        attained = np.all(certificate.pull_bound >= certificate.toll, axis=0)
        assert attained.any() or classes == 4
        assert np.array_equal(certificate.verdicts == Verdict.OPEN, np.broadcast_to(attained, (classes, 4)))
        assert verify(certificate, x, target, sample_weight=weight).ok


@pytest.mark.parametrize("loss", PROBLEM)
def test_parallel_columns_stay_open_and_the_others_are_decided(loss):
    """Eq. (47): a copy, an opposite, and another unit of a column with two values."""
    x, target, _ = draw(loss, 2, n=60, p=4)
    step = np.where(x[:, 1] > 0, 3.0, -1.0)
    wide = np.column_stack([x, x[:, 0], -x[:, 0], step, np.where(step > 0, 7.0, 2.0)])
    problem = PROBLEM[loss](wide, target)
    best = solve_matrix_path(problem, alphas=[0.02], settings=Settings(tol=1e-10))[0]
    certificate = certify(wide, target, best.coef, best.intercept, loss=loss, alpha=0.02)
    verdicts = np.reshape(certificate.verdicts, (-1, 8))
    assert np.all(verdicts[:, 1:4] != Verdict.OPEN)
    assert not np.any(np.isin(verdicts[:, [0, 4, 5]], [Verdict.NONZERO_PROVED, Verdict.WRONG_ZERO]))
    assert np.any(verdicts[:, [0, 4, 5]] == Verdict.OPEN)
    assert verify(certificate, wide, target).ok


def test_a_free_column_of_classes_has_weights_that_are_not_unique():
    x, target, weight = draw("softmax", 1)
    options = {"alpha": 0.03, "penalty_factor": [0.0, 1, 1, 1, 1], "sample_weight": weight}
    problem = softmax_problem(x, target, penalty_factor=options["penalty_factor"], sample_weight=weight)
    best = solve_matrix_path(problem, alphas=[0.03], settings=Settings(tol=1e-10))[0]
    certificate = certify(x, target, best.coef, best.intercept, loss="softmax", **options)
    assert np.all(certificate.verdicts[:, 0] == Verdict.NOT_UNIQUE)
    assert np.all(certificate.methods[:, 0] == "shift of all classes")
    assert np.all(np.isinf(certificate.lo[:, 0]))
    assert np.all(certificate.verdicts[:, 1:] != Verdict.OPEN)
    assert verify(certificate, x, target, sample_weight=weight).ok
    shifted = best.coef + np.outer(np.ones(3), [7.0, 0, 0, 0, 0])
    same = problem.objective(best.coef, best.intercept, 0.03)
    assert problem.objective(shifted, best.intercept, 0.03) == pytest.approx(same, rel=1e-12)


def test_wrong_zeros_and_debris_are_named():
    for loss, make in PROBLEM.items():
        x, target, _ = draw(loss, 2, n=80)
        problem = make(x, target)
        best = solve_matrix_path(problem, alphas=[0.05], settings=Settings(tol=1e-12))[0]
        spoiled = best.coef + np.where(best.coef == 0.0, 1e-9, 0.0)
        spoiled[:, 0] = 0.0
        certificate = certify(x, target, spoiled, best.intercept, loss=loss, alpha=0.05)
        right = certify(x, target, best.coef, best.intercept, loss=loss, alpha=0.05)
        first, then = np.reshape(right.verdicts, (-1, 5)), np.reshape(certificate.verdicts, (-1, 5))
        assert np.all((then[:, 0] == Verdict.WRONG_ZERO) == (first[:, 0] == Verdict.NONZERO_PROVED))
        assert np.all(then[:, 1:][first[:, 1:] == Verdict.ZERO_PROVED] == Verdict.NUMERICAL_DEBRIS)
        assert certificate.counts()[Verdict.WRONG_ZERO] >= 1


def test_the_table_has_a_sentence_for_every_verdict():
    x, target, _ = draw("softmax", 3, n=60)
    options = {"loss": "softmax", "alpha": 0.03, "penalty_factor": [1.0, np.inf, 0.0, 1.0, 1.0]}
    best = solve_matrix_path(
        softmax_problem(x, target, penalty_factor=options["penalty_factor"]),
        alphas=[0.03],
        settings=Settings(tol=1e-10),
    )[0]
    certificate = certify(x, target, best.coef, best.intercept, **options)
    rows = certificate.rows(["a", "b", "c"])
    assert [(row.feature, row.task) for row in rows] == [(name, task) for name in certificate.names for task in "abc"]
    for row, place in zip(rows, ((k, j) for j in range(5) for k in range(3)), strict=True):
        assert row.verdict is certificate.verdicts[place]
        assert (row.weight, row.pull) == (best.coef[place], certificate.pull[place])
        assert row.sentence.endswith(".")
    assert rows[3].sentence == "0 at every optimum: the penalty factor is infinite."
    assert rows[6].sentence.startswith("Not unique, and 0 at one optimum: without a penalty")
    assert rows[12].sentence == "0 at every optimum: the column is constant, and the intercept stands for it."
    proved = [row for row in rows if row.verdict is Verdict.ZERO_PROVED]
    assert proved and all("below the toll of 0.03." in row.sentence for row in proved)
    assert str(rows[0]).startswith(f"{certificate.names[0]}, a: ")
    with pytest.raises(InputError, match="classes has 2 labels, and there are 3 classes"):
        certificate.rows("ab")
    x, target, _ = draw("squared", 2, n=60)
    rows = certify(x, target, np.ones((3, 5)), loss="squared", alpha=0.05).rows()
    assert {row.task for row in rows} == {None}
    assert any("should be 0" in row.sentence or "their norm is" in row.sentence for row in rows)


@pytest.mark.parametrize("loss", PROBLEM)
def test_numbers_at_the_edge_of_float64_prove_nothing_false(loss):
    """Columns of 1e150, weights of 1e300, tolls that underflow: everything is open, and no warning appears."""
    x, target, _ = draw(loss, 1)
    zeros = np.zeros((3, 5))
    for scale, alpha, coef in (
        (1e150, 0.1, zeros),
        (1e300, 0.1, zeros + 1.0),
        (1.0, 1e-300, zeros),
        (1e-150, 0.1, zeros + 1e300),
    ):
        with np.errstate(all="raise"):
            certificate = certify(x * scale, target, coef, loss=loss, alpha=alpha)
        proofs = {verdict for verdict in certificate.counts() if verdict is not Verdict.OPEN}
        if scale * alpha < 1e-100:
            assert proofs <= {Verdict.ZERO_PROVED, Verdict.NUMERICAL_DEBRIS}
        else:
            assert proofs == set()
        again = MatrixCertificate.from_json(certificate.to_json())
        assert again.to_json() == certificate.to_json()


@pytest.mark.parametrize("loss", PROBLEM)
def test_nothing_but_zeros_without_an_intercept(loss):
    """No column is in use at the optimum, and there is no intercept either: nothing to refine."""
    x, target, _ = draw(loss, 1)
    coef = np.random.default_rng(0).normal(size=(3, 5))
    certificate = certify(x, target, coef, loss=loss, alpha=100.0, fit_intercept=False)
    assert set(certificate.counts()) == {Verdict.NUMERICAL_DEBRIS}
    assert verify(certificate, x, target).ok


@pytest.mark.parametrize("loss", PROBLEM)
def test_what_is_given_is_checked(loss):
    x, target, _ = draw(loss, 1)
    good = np.zeros((3, 5))
    with pytest.raises(InputError, match="choose one of 'squared', 'softmax'"):
        certify(x, target, good, loss="hinge", alpha=0.1)
    with pytest.raises(InputError, match=r"coef has shape \(5, 3\), and the problem needs \(3, 5\)"):
        certify(x, target, good.T, loss=loss, alpha=0.1)
    with pytest.raises(InputError, match=r"coef has nan at \(1, 2\); only finite"):
        certify(x, target, np.where(np.arange(15).reshape(3, 5) == 7, np.nan, 0.0), loss=loss, alpha=0.1)
    with pytest.raises(InputError, match="the problem has no intercept"):
        certify(x, target, good, 1.0, loss=loss, alpha=0.1, fit_intercept=False)
    with pytest.raises(InputError, match=r"intercept has shape \(2,\), and the problem needs \(3,\)"):
        certify(x, target, good, [1.0, 2.0], loss=loss, alpha=0.1)
    with pytest.raises(InputError, match="alpha"):
        certify(x, target, good, loss=loss, alpha=-1.0)
    for option in ("offset", "standardize", "positive"):
        with pytest.raises(InputError, match=f"{option} is not an option of models with a matrix of weights"):
            PROBLEM[loss](x, target, **{option: None})
    with pytest.raises(InputTypeError, match="coef must have real numbers"):
        certify(x, target, good + 1j, loss=loss, alpha=0.1)
