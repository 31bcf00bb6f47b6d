"""The drop-ins of several targets and several classes against scikit-learn at its tightest."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import linear_model as theirs
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import ShuffleSplit
from sklearn.utils import compute_class_weight

from tight_scikit_learn import TIGHT, compare, fitted_both, same_zeros
from whyzero import sklearn as ours
from whyzero.certificates import Verdict, verify
from whyzero.errors import InputError
from whyzero.multi import MatrixCertificate
from whyzero.solution import Status

PLAIN_CV = {"scoring": "neg_log_loss", "use_legacy_attributes": False, "Cs": [0.1, 3.0], "cv": 3}

# How far scikit-learn's solvers of L1 penalties end from the optimum.
SAGA = 2e-5


def data(n=80, p=7, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * [1.0, 2.0, 0.5, 1.0, 1.0, 2.0, 1.0]
    X[:, 3] += 2.0
    Y = X[:, :3] @ rng.normal(size=(3, 4)) + rng.normal(size=(n, 4))
    names = np.array(["low", "mid", "high"])[np.digitize(Y[:, 0], np.quantile(Y[:, 0], [0.35, 0.7]))]
    return X, Y, names, rng.uniform(0.2, 2.0, n)


REGRESSORS = [
    ("MultiTaskLasso", {"alpha": 0.1}),
    ("MultiTaskLasso", {"alpha": 0.02, "fit_intercept": False, "selection": "random"}),
    ("MultiTaskElasticNet", {"alpha": 0.1, "l1_ratio": 0.3}),
    ("MultiTaskElasticNet", {"alpha": 0.1, "l1_ratio": 0.0}),
    ("MultiTaskLassoCV", {"alphas": 12}),
    ("MultiTaskLassoCV", {"alphas": 8, "cv": ShuffleSplit(4, test_size=0.3, random_state=1), "fit_intercept": False}),
    ("MultiTaskElasticNetCV", {"alphas": 6, "l1_ratio": [0.2, 0.9], "cv": 4}),
    ("MultiTaskElasticNetCV", {"alphas": [1.0, 0.1, 0.01], "l1_ratio": 0.5}),
]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_array], ids=["dense", "sparse"])
@pytest.mark.parametrize(("name", "options"), REGRESSORS)
def test_several_targets_are_those_of_scikit_learn_at_its_tightest(name, options, storage, weighted):
    X, Y, _, weight = data()
    own, other = fitted_both(name, options, storage(X), Y, weight if weighted else None)
    compare(own, other, storage(X), 1e-7)
    same_zeros(own, other)
    assert own.status_ is Status.OPTIMAL
    assert own.dual_gap_ < 1e-9
    if hasattr(other, "eps_"):
        own.set_params(tol=TIGHT["tol"]).fit(storage(X), Y, sample_weight=weight if weighted else None)
        assert own.eps_ == pytest.approx(other.eps_, rel=1e-6)


CLASSIFIERS = [
    ("LogisticRegression", {}, {"solver": "newton-cholesky"}, 1e-7),
    ("LogisticRegression", {"fit_intercept": False, "C": 3.0}, {"solver": "newton-cholesky"}, 1e-7),
    ("LogisticRegression", {"class_weight": "balanced"}, {"solver": "newton-cholesky"}, 1e-7),
    ("LogisticRegression", {"C": 0.3, "l1_ratio": 0.5}, {"solver": "saga"}, SAGA),
    ("LogisticRegressionCV", {**PLAIN_CV, "l1_ratios": (0.0,)}, {"solver": "newton-cholesky"}, 1e-6),
    ("LogisticRegressionCV", {**PLAIN_CV, "l1_ratios": (0.3, 0.8)}, {"solver": "saga"}, SAGA),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "options", "extra", "atol"), CLASSIFIERS)
def test_several_classes_are_those_of_scikit_learn_at_its_tightest(name, options, extra, atol, weighted):
    X, _, names, weight = data()
    own, other = fitted_both(name, options, X, names, weight if weighted else None, **extra)
    compare(own, other, X, atol)
    np.testing.assert_allclose(own.predict_proba(X), other.predict_proba(X), atol=atol)
    assert own.status_ is Status.OPTIMAL


def objective(X, y, model, C, l1_ratio):
    """scikit-learn's objective for labels 0, 1, ..."""
    eta = X @ model.coef_.T + model.intercept_
    loss = (
        np.log(np.exp(eta - eta.max(axis=1, keepdims=True)).sum(axis=1)) + eta.max(axis=1) - eta[np.arange(len(y)), y]
    )
    penalty = l1_ratio * np.abs(model.coef_).sum() + (1 - l1_ratio) / 2 * (model.coef_**2).sum()
    return C * loss.sum() + penalty


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("C", "l1_ratio"), [(1.0, 0.0), (0.1, 1.0), (1.0, 1.0), (0.5, 0.7)])
def test_the_objective_is_never_above_scikit_learns(C, l1_ratio):
    for raw, y in (load_iris(return_X_y=True), load_digits(return_X_y=True)):
        X = (raw - raw.mean(axis=0)) / np.maximum(raw.std(axis=0), 1e-9)
        solver, most = ("newton-cholesky", 1000) if l1_ratio == 0.0 else ("saga", 500)
        own = ours.LogisticRegression(C=C, l1_ratio=l1_ratio).fit(X, y)
        other = theirs.LogisticRegression(C=C, l1_ratio=l1_ratio, solver=solver, tol=1e-9, max_iter=most).fit(X, y)
        assert objective(X, y, own, C, l1_ratio) <= objective(X, y, other, C, l1_ratio) * (1 + 1e-9)


def test_without_a_penalty_the_weights_are_those_that_sum_to_zero():
    X, _, names, _ = data()
    own, other = fitted_both("LogisticRegression", {"C": np.inf}, X, names, None, solver="newton-cholesky")
    np.testing.assert_allclose(own.coef_.sum(axis=0), 0.0, atol=1e-10)
    centred = other.coef_ - other.coef_.mean(axis=0)
    np.testing.assert_allclose(own.coef_, centred, atol=1e-5)


def test_paths_of_several_targets_are_those_of_scikit_learn():
    X, Y, _, _ = data()
    for name, options in (("lasso_path", {}), ("enet_path", {"l1_ratio": 0.3, "return_n_iter": True})):
        own = getattr(ours, name)(X, Y, alphas=9, **options)
        other = getattr(theirs, name)(X, Y, alphas=9, tol=1e-13, **options)
        assert len(own) == len(other)
        np.testing.assert_allclose(own[0], other[0])
        assert own[1].shape == other[1].shape == (4, 7, 9)
        np.testing.assert_allclose(own[1], other[1], atol=1e-9)
    with pytest.raises(ValueError, match="positive=True is not allowed for multi-output"):
        ours.enet_path(X, Y, alphas=3, positive=True)


def test_a_solver_that_was_asked_for_never_refuses_several_classes():
    X, _, names, _ = data()
    fits = [
        ours.LogisticRegression(l1_ratio=0.5, C=0.3, solver=solver, dual=True).fit(X, names).coef_
        for solver in ("lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga")
    ]
    assert all(np.array_equal(fits[0], other) for other in fits)


def test_a_class_without_rows_is_never_predicted():
    X, _, names, weight = data()
    keep = names != "mid"
    model = ours.LogisticRegression()
    with pytest.warns(ConvergenceWarning, match="No optimum exists: no row with a positive weight is of class 'mid'"):
        model.fit(X, names, sample_weight=weight * keep)
    assert model.classes_.tolist() == ["high", "low", "mid"]
    assert not model.coef_[2].any()
    assert np.all(model.predict_proba(X)[:, 2] == 0.0)
    # Two classes in a softmax share the penalty: that of their difference is half as strong.
    two = ours.LogisticRegression(C=2.0).fit(X[keep], names[keep], sample_weight=weight[keep])
    np.testing.assert_allclose(model.coef_[1] - model.coef_[0], two.coef_[0], atol=1e-6)
    assert not hasattr(model, "dual_gap_")


def test_a_fold_without_a_class_scores_like_an_intercept_without_end():
    X, _, names, _ = data()
    folds = [(np.flatnonzero(names != label), np.flatnonzero(names == label)) for label in ("low", "mid", "high")]
    model = ours.LogisticRegressionCV(l1_ratios=(0.0,), **{**PLAIN_CV, "cv": folds, "scoring": "accuracy"}).fit(
        X, names
    )
    assert np.all(model.scores_ == 0.0)


def proved_models():
    X, Y, names, _ = data()
    weight = np.random.default_rng(1).uniform(0.5, 2.0, len(X))
    return [
        (ours.MultiTaskLasso(0.1), X, Y, None),
        (ours.MultiTaskElasticNet(0.1, l1_ratio=0.3, fit_intercept=False), X, Y, weight),
        (ours.MultiTaskLassoCV(alphas=3), X, Y, None),
        (ours.MultiTaskElasticNetCV(alphas=3, l1_ratio=[0.4, 0.9]), X, Y, weight),
        (ours.LogisticRegression(l1_ratio=1.0, C=0.3, class_weight="balanced"), X, names, weight),
        (ours.LogisticRegression(l1_ratio=0.5, C=0.3, fit_intercept=False), X, names, None),
        (ours.LogisticRegressionCV(l1_ratios=(1.0,), **PLAIN_CV), X, names, None),
        (ours.LogisticRegression(C=1.0), sparse.csr_matrix(X), names, None),
    ]


@pytest.mark.parametrize("case", range(len(proved_models())))
def test_every_weight_of_a_fit_is_proved_and_the_proof_is_checked(case):
    model, X, target, weight = proved_models()[case]
    model.fit(X, target, sample_weight=weight)
    certificate = model.certificate_
    assert isinstance(certificate, MatrixCertificate)
    assert certificate.n_proved == certificate.verdicts.size
    is_zero = np.array([verdict.says_zero for verdict in certificate.verdicts.ravel()])
    zeros = model.coef_ == 0.0 if certificate.loss == "softmax" else ~np.any(model.coef_, axis=0)
    assert np.array_equal(is_zero, zeros.ravel())
    of_rows = weight
    if getattr(model, "class_weight", None) == "balanced":
        of_rows = (
            weight
            * compute_class_weight("balanced", classes=model.classes_, y=target, sample_weight=weight)[
                np.searchsorted(model.classes_, target)
            ]
        )
    assert verify(certificate, X, target, sample_weight=of_rows).ok
    assert model.certify(X, target, weight).to_json() == certificate.to_json()
    assert certificate.gap == pytest.approx(0.0, abs=1e-4)


def test_what_there_is_not_is_said():
    X, Y, names, _ = data()
    for model, target in ((ours.LogisticRegression(), names), (ours.MultiTaskLasso(0.1), Y)):
        model.fit(X, target)
        with pytest.raises(InputError, match="The report shows models with one weight for each column"):
            model.explain(X, target).to_html()
        with pytest.raises(InputError, match="proof='exact' is for one target or two classes"):
            model.certify(X, target, proof="exact")
        again = copy.deepcopy(model)
        assert again.dual_gap_ == model.dual_gap_
        with pytest.raises(AttributeError, match="certificate_ needs the training data"):
            _ = again.certificate_
        assert again.certify(X, target).n_proved > 0
    low = names == "low"
    two = ours.LogisticRegression().fit(X, low)
    assert len(two.certificate_.verdicts) == 7
    assert two.fit(X, names).certificate_.verdicts.shape == (3, 7)


def test_without_a_penalty_several_targets_have_weights_that_are_not_zero():
    X, Y, names, _ = data()
    model = ours.MultiTaskElasticNet(alpha=0.0).fit(X, Y)
    assert set(model.certificate_.counts()) == {Verdict.NONZERO_UNPENALISED}
    free = ours.LogisticRegression(C=np.inf).fit(X, names)
    assert set(free.certificate_.counts()) == {Verdict.NOT_UNIQUE}


def test_frames_float32_and_one_target_in_a_column():
    X, Y, names, _ = data()
    frame = pd.DataFrame(X, columns=list("abcdefg"))
    model = ours.MultiTaskElasticNet(0.1).fit(frame, pd.DataFrame(Y))
    assert model.feature_names_in_.tolist() == list("abcdefg")
    single = ours.MultiTaskLasso(0.1).fit(X, Y[:, :1])
    assert single.coef_.shape == (1, 7)
    np.testing.assert_allclose(single.coef_[0], ours.Lasso(0.1).fit(X, Y[:, 0]).coef_, atol=1e-9)
    assert ours.MultiTaskLasso(0.1).fit(X.astype(np.float32), Y).coef_.dtype == np.float32
    assert ours.LogisticRegression().fit(X.astype(np.float32), names).coef_.dtype == np.float32
    with pytest.raises(ValueError, match="For mono-task outputs, use ElasticNet"):
        ours.MultiTaskLasso().fit(X, Y[:, 0])


def test_a_fit_that_fails_leaves_the_estimator_as_it_was():
    X, Y, names, _ = data()
    for estimator, target in (
        (ours.MultiTaskLasso(0.1), Y),
        (ours.MultiTaskLassoCV(alphas=3), Y),
        (ours.LogisticRegression(), names),
    ):
        before = dict(vars(estimator.fit(X, target)))
        with pytest.raises(ValueError, match=r"NaN|nan|samples"):
            estimator.fit(np.full((5, 3), np.nan), target[:5])
        assert vars(estimator) == before


def test_a_fit_that_may_not_take_its_steps_warns_as_both_packages():
    X, _, names, _ = data()
    with pytest.warns(ConvergenceWarning, match=r"Stopped at max_iter.*Duality gap"):
        model = ours.LogisticRegression(l1_ratio=1.0, C=100.0, max_iter=1, tol=1e-12).fit(X, names)
    assert model.status_ is Status.MAX_ITER


def test_a_warning_points_at_the_line_that_called_fit():
    X, _, names, _ = data()
    late = {"max_iter": 1, "tol": 1e-12, "C": 100.0}
    low, mid = names == "low", names == "mid"
    for model, target, weight in (
        (ours.LogisticRegression(**late), low, None),
        (ours.LogisticRegression(**late), names, None),
        (ours.LogisticRegression(), low, low * 1.0),
        (ours.LogisticRegression(), names, ~mid * 1.0),
        (ours.LogisticRegressionCV(l1_ratios=(0.0,), **PLAIN_CV), names, ~mid * 1.0),
    ):
        with pytest.warns(ConvergenceWarning, match="Objective did not converge") as caught:
            model.fit(X, target, sample_weight=weight)
        assert {warning.filename for warning in caught} == {__file__}
