"""The drop-ins against scikit-learn at its tightest, against exact optima, and what they have beside it."""

from __future__ import annotations

import copy
import gc
import pickle
import subprocess
import sys
import weakref

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy import sparse
from sklearn import linear_model as theirs
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GroupKFold, LeaveOneOut, ShuffleSplit

from oracle.logistic import solve_precisely
from oracle.rational import exact_problem, solve_exactly
from tight_scikit_learn import compare, fitted_both, same_zeros
from whyzero import audit
from whyzero import sklearn as ours
from whyzero.certificates import Verdict, verify
from whyzero.errors import InputError
from whyzero.sklearn.borrowing import borrowed
from whyzero.solution import Status

PLAIN_CV = {"scoring": "neg_log_loss", "use_legacy_attributes": False, "Cs": 4, "cv": 3}


def data(n=70, p=7, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * [1.0, 2.0, 0.5, 1.0, 1.0, 3.0, 1.0]
    X[:, 3] += 2.0
    y = X[:, 0] - 0.5 * X[:, 1] + rng.normal(size=n)
    return X, y, np.where(y > 0.3, "yes", "no"), rng.uniform(0.2, 2.0, n)


REGRESSORS = [
    ("Lasso", {"alpha": 0.1}),
    ("Lasso", {"alpha": 0.02, "fit_intercept": False, "selection": "random"}),
    ("ElasticNet", {"alpha": 0.1, "l1_ratio": 0.3, "precompute": True}),
    ("ElasticNet", {"alpha": 0.1, "l1_ratio": 0.0}),
    ("LassoCV", {"alphas": 20}),
    ("ElasticNetCV", {"alphas": 10, "l1_ratio": [0.2, 0.9], "cv": 4}),
    ("ElasticNetCV", {"alphas": [1.0, 0.1, 0.0], "l1_ratio": 0.5, "cv": LeaveOneOut()}),
    ("LassoCV", {"alphas": 15, "cv": ShuffleSplit(4, test_size=0.3, random_state=1)}),
    ("Ridge", {"alpha": 2.0}),
    ("RidgeCV", {"alphas": [0.1, 1.0, 30.0]}),
]
CLASSIFIERS = [
    ("LogisticRegression", {}, {"solver": "newton-cholesky"}),
    ("LogisticRegression", {"C": 0.3, "l1_ratio": 1.0}, {"solver": "saga"}),
    ("LogisticRegression", {"l1_ratio": 0.4, "class_weight": "balanced", "fit_intercept": False}, {"solver": "saga"}),
    ("LogisticRegression", {"C": np.inf}, {"solver": "newton-cholesky"}),
    ("LogisticRegressionCV", {**PLAIN_CV, "l1_ratios": (0.0,)}, {"solver": "newton-cholesky"}),
    ("LogisticRegressionCV", {**PLAIN_CV, "l1_ratios": (0.5, 1.0), "Cs": [0.3, 3.0]}, {"solver": "saga"}),
    ("RidgeClassifier", {"alpha": 3.0}, {}),
    ("RidgeClassifierCV", {"alphas": [0.1, 10.0], "cv": 3}, {}),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore:With alpha=0:UserWarning")
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("storage", [np.asarray, sparse.csc_array], ids=["dense", "sparse"])
@pytest.mark.parametrize(("name", "options"), REGRESSORS)
def test_a_regressor_is_that_of_scikit_learn_at_its_tightest(name, options, storage, weighted):
    X, y, _, weight = data()
    own, other = fitted_both(name, options, storage(X), y, weight if weighted else None)
    compare(own, other, storage(X), 1e-7)
    same_zeros(own, other)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "options", "extra"), CLASSIFIERS)
def test_a_classifier_is_that_of_scikit_learn_at_its_tightest(name, options, extra, weighted):
    X, _, labels, weight = data()
    own, other = fitted_both(name, options, X, labels, weight if weighted else None, **extra)
    compare(own, other, X, 2e-6)
    same_zeros(own, other)
    assert np.array_equal(own.predict(X), other.predict(X))
    if hasattr(other, "predict_proba"):
        np.testing.assert_allclose(own.predict_proba(X), other.predict_proba(X), atol=2e-6)


@pytest.mark.parametrize("name", ["Lasso", "ElasticNet", "Ridge"])
def test_several_targets_are_fitted_one_by_one(name):
    X, y, _, weight = data()
    Y = np.column_stack([y, X[:, 4] - y])
    own, other = fitted_both(name, {"alpha": 0.1}, X, Y, weight)
    np.testing.assert_allclose(own.coef_, other.coef_, atol=1e-9)
    assert own.intercept_.shape == (2,)
    assert own.dual_gap_.shape == (2,)
    assert own.status_ == [Status.OPTIMAL] * 2
    for k, certificate in enumerate(own.certificate_):
        assert verify(certificate, X, Y[:, k], sample_weight=weight).ok
    assert len(own.explain(X, Y, weight)) == 2


def test_zeros_are_those_of_the_exact_optimum_at_default_settings():
    for seed in range(5):
        X, y, _, weight = data(40, seed=seed)
        X = np.round(X * 64) / 64
        alpha = 0.05 * np.abs(X.T @ y).max() / len(y)
        for l1_ratio in (1.0, 0.5):
            problem = exact_problem(X, y, alpha=alpha, l1_ratio=l1_ratio, sample_weight=weight)
            exact = solve_exactly(problem)
            own = ours.ElasticNet(alpha, l1_ratio=l1_ratio).fit(X, y, sample_weight=weight)
            assert np.array_equal(own.coef_ == 0.0, [value == 0 for value in exact.coef])
            np.testing.assert_allclose(own.coef_, [float(value) for value in exact.coef], rtol=1e-10)


def test_logistic_zeros_are_those_of_the_optimum_in_fifty_digits():
    for seed in range(3):
        X, _, labels, weight = data(60, seed=seed)
        C = 0.1
        penalty = 1.0 / (C * weight.sum())
        exact = solve_precisely(X, (labels == "yes") * 1.0, weight, np.full(7, penalty), np.zeros(7))
        own = ours.LogisticRegression(C=C, l1_ratio=1.0).fit(X, labels, sample_weight=weight)
        assert np.array_equal(own.coef_[0] == 0.0, [value == 0 for value in exact.coef])
        np.testing.assert_allclose(own.coef_[0], [float(value) for value in exact.coef], atol=1e-8)


def autoregressive(n, p, rho, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * X[:, j]
    truth = np.zeros(p)
    truth[rng.choice(p, 10, replace=False)] = rng.choice([-1, 1], 10) * rng.uniform(0.5, 2.0, 10)
    return X, X @ truth + rng.normal(size=n)


@pytest.mark.parametrize(
    ("n", "p", "rho", "share"),
    [(100, 200, 0.5, 0.1), (100, 200, 0.9, 0.1), (100, 200, 0.9, 0.01), (300, 100, 0.95, 0.01)],
)
def test_supports_are_right_on_correlated_columns_at_default_settings(n, p, rho, share):
    """The reference: a tight solve, solved exactly on its support, whose optimality is checked with a margin."""
    judged = 0
    for seed in range(10):
        X, y = autoregressive(n, p, rho, seed)
        alpha = share * np.abs(X.T @ y).max() / n
        tight = theirs.Lasso(alpha, fit_intercept=False, tol=1e-14, max_iter=1_000_000).fit(X, y).coef_
        support = np.flatnonzero(tight)
        active = X[:, support]
        signs = np.sign(tight[support])
        right = np.linalg.solve(active.T @ active, active.T @ y - n * alpha * signs)
        pull = np.delete(np.abs(X.T @ (y - active @ right)) / n, support)
        if np.array_equal(np.sign(right), signs) and pull.max() < alpha * (1 - 1e-7):
            judged += 1
            own = ours.Lasso(alpha, fit_intercept=False).fit(X, y)
            assert np.array_equal(np.flatnonzero(own.coef_), support)
            np.testing.assert_allclose(own.coef_[support], right, rtol=1e-8)
    assert judged >= 9


def test_the_paths_are_those_of_scikit_learn():
    X, y, _, _ = data()
    for name, options in (("lasso_path", {}), ("enet_path", {"l1_ratio": 0.3, "return_n_iter": True})):
        own = getattr(ours, name)(X, y, alphas=12, **options)
        other = getattr(theirs, name)(X, y, alphas=12, tol=1e-13, **options)
        assert len(own) == len(other)
        np.testing.assert_allclose(own[0], other[0])
        np.testing.assert_allclose(own[1], other[1], atol=1e-9)
        assert np.all(own[2] < 1e-10)
    with pytest.warns(FutureWarning, match="'n_alphas' was deprecated in 1.9"):
        assert len(ours.lasso_path(X, y, n_alphas=3)[0]) == 3


def test_a_solver_that_was_asked_for_never_refuses():
    X, _, labels, _ = data()
    fits = [
        ours.LogisticRegression(l1_ratio=1.0, C=0.3, solver=solver, dual=dual).fit(X, labels).coef_
        for solver in ("lbfgs", "liblinear", "newton-cg", "newton-cholesky", "sag", "saga")
        for dual in (False, True)
    ]
    assert all(np.array_equal(fits[0], other) for other in fits)
    for solver in ("svd", "cholesky", "sag", "saga", "lbfgs"):
        ours.Ridge(solver=solver).fit(sparse.csr_array(X), X[:, 0])


def test_impossible_strengths_of_ridge_are_refused_in_words():
    X, y, _, _ = data()
    with pytest.raises(ValueError, match="Number of targets and number of penalties do not correspond: 3 != 1"):
        ours.Ridge(alpha=[1.0, 2.0, 3.0]).fit(X, y)
    with pytest.raises(InputError, match=r"alpha has -1\.0"):
        ours.Ridge(alpha=[-1.0]).fit(X, y)


def test_a_fit_that_fails_leaves_the_estimator_as_it_was():
    X, y, labels, _ = data()
    for estimator, target in ((ours.Lasso(0.1), y), (ours.Ridge(), y), (ours.LogisticRegression(), labels)):
        before = dict(vars(estimator.fit(X, target)))
        with pytest.raises(ValueError, match=r"NaN|nan|samples"):
            estimator.fit(np.full((5, 3), np.nan), target[:5])
        assert vars(estimator) == before


def test_warnings_are_those_of_both_packages():
    X, y, _, _ = data()
    with pytest.warns(UserWarning, match="With alpha=0, this algorithm does not converge well"):
        free = ours.Lasso(alpha=0).fit(X, y)
    np.testing.assert_allclose(free.coef_, theirs.LinearRegression().fit(X, y).coef_, rtol=1e-9)
    with pytest.warns(ConvergenceWarning, match="Objective did not converge. No optimum exists"):
        model = ours.LogisticRegression(C=np.inf).fit(X, X[:, 0] > 0)
    assert model.status_ is Status.SEPARATED
    with pytest.warns(ConvergenceWarning, match=r"Stopped at max_iter.*Duality gap"):
        model = ours.LogisticRegression(l1_ratio=1.0, C=1e3, max_iter=1, tol=1e-12).fit(X, y > 0)
    assert model.status_ is Status.MAX_ITER
    with pytest.warns(FutureWarning, match="'penalty' was deprecated in version 1.8"):
        assert np.any(ours.LogisticRegression(penalty="l1", l1_ratio=1.0, C=0.05).fit(X, y > 0).coef_ == 0.0)


@pytest.mark.parametrize(
    ("estimator", "kind"),
    [
        (ours.Lasso(0.1), "numbers"),
        (ours.ElasticNetCV(l1_ratio=[0.5, 0.9]), "numbers"),
        (ours.RidgeCV(), "numbers"),
        (ours.RidgeClassifier(class_weight="balanced"), "labels"),
        (ours.LogisticRegression(C=0.1, l1_ratio=1.0, class_weight={"yes": 2.0, "no": 1.0}), "labels"),
        (ours.LogisticRegression(C=np.inf), "labels"),
        (ours.LogisticRegressionCV(l1_ratios=(1.0,), **PLAIN_CV), "labels"),
    ],
)
def test_a_certificate_is_there_until_the_estimator_is_copied(estimator, kind):
    X, y, labels, weight = data()
    frame = pd.DataFrame(X, columns=list("abcdefg"))
    target = y if kind == "numbers" else labels
    estimator.fit(frame, target, sample_weight=weight)
    certificate = estimator.certificate_
    assert certificate is estimator.certificate_
    assert certificate.names == tuple("abcdefg")
    assert Verdict.OPEN not in certificate.verdicts
    zero = np.array([verdict is Verdict.ZERO_PROVED for verdict in certificate.verdicts])
    assert np.array_equal(zero, np.ravel(estimator.coef_) == 0.0)
    assert estimator.status_ is Status.OPTIMAL
    for other in (pickle.loads(pickle.dumps(estimator)), copy.deepcopy(estimator)):
        assert set(vars(estimator)) - set(vars(other)) == {"_training", "_certificates"}
        with pytest.raises(AttributeError, match=r"certificate_ needs the training data.*certify\(X, y\)"):
            _ = other.certificate_
        again = other.certify(frame, target, weight)
        assert again.verdicts == certificate.verdicts


def test_an_estimator_does_not_keep_its_data_in_memory():
    X, y, labels, _ = data()
    for estimator, target in (
        (ours.Lasso(0.1), y),
        (ours.LassoCV(alphas=5), y),
        (ours.Ridge(), y),
        (ours.RidgeCV(), y),
        (ours.LogisticRegression(), labels),
    ):
        passing = X.copy()
        watched = weakref.ref(passing)
        estimator.fit(passing, target)
        assert Verdict.OPEN not in copy.copy(estimator.certificate_).verdicts
        estimator.fit(passing, target)
        del passing
        gc.collect()
        assert watched() is None
        with pytest.raises(AttributeError, match="no longer in memory"):
            _ = estimator.certificate_
    assert len(ours.Lasso(0.1).fit(X.tolist(), y.tolist()).certificate_.verdicts) == 7


def test_an_audit_reads_a_drop_in_as_scikit_learns_with_a_free_intercept():
    X, y, labels, _ = data()
    for estimator, target in (
        (ours.ElasticNet(0.1), y),
        (ours.RidgeCV(), y),
        (ours.LogisticRegression(solver="liblinear", l1_ratio=1.0, C=0.2), labels),
    ):
        assert audit(estimator.fit(X, target), X, target).gap < 1e-8


def test_html_does_not_compute_proofs_and_an_unknown_attribute_is_unknown():
    X, y, _, _ = data()
    model = ours.Lasso(0.1).fit(X, y)
    assert "Lasso" in model._repr_html_()
    assert "_certificates" not in vars(model)
    with pytest.raises(AttributeError, match="'Lasso' object has no attribute 'nothing_'"):
        _ = model.nothing_
    with pytest.raises(AttributeError, match="it is not fitted"):
        _ = ours.Lasso().certificate_


def test_float32_stays_float32_and_other_data_are_read_in_place():
    X, y, labels, _ = data()
    wide = np.asfortranarray(X, dtype=np.float32)
    wide.flags.writeable = False
    for estimator, target in ((ours.Lasso(0.1), y), (ours.LogisticRegression(), labels), (ours.LassoCV(), y)):
        assert estimator.fit(wide, target).coef_.dtype == np.float32
        np.testing.assert_allclose(
            estimator.coef_, type(estimator)(**estimator.get_params()).fit(X, target).coef_, rtol=2e-4, atol=1e-5
        )


def test_groups_are_routed_to_the_splitter():
    X, y, labels, _ = data()
    groups = np.arange(len(y)) % 5
    with sklearn.config_context(enable_metadata_routing=True):
        for name, target, options in (
            ("LassoCV", y, {"alphas": 8}),
            ("LogisticRegressionCV", labels, {**PLAIN_CV, "l1_ratios": (0.0,)}),
        ):
            grouped = {**options, "cv": GroupKFold(5)}
            own = getattr(ours, name)(**grouped).fit(X, target, groups=groups)
            other = getattr(theirs, name)(**grouped, tol=1e-10, max_iter=10_000).fit(X, target, groups=groups)
            scores = ("mse_path_", "scores_")[name == "LogisticRegressionCV"]
            np.testing.assert_allclose(getattr(own, scores), getattr(other, scores), rtol=1e-5)
    with pytest.raises(ValueError, match=r"groups"):
        ours.LassoCV().fit(X, y, groups=groups)


def test_a_fold_of_one_class_scores_like_an_intercept_without_end():
    X, _, labels, _ = data(12)
    order = np.argsort(labels, kind="stable")
    half = int(np.sum(labels == "no"))
    folds = [(order[:half], order[half:]), (order[half:], order[:half])]
    model = ours.LogisticRegressionCV(l1_ratios=(0.0,), **{**PLAIN_CV, "cv": folds, "scoring": "accuracy"})
    model.fit(X, labels)
    assert np.all(model.scores_ == 0.0)
    assert np.all(model.coefs_paths_[..., :-1] == 0.0)


@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_rows_of_one_class_by_weight_predict_this_class(class_weight):
    X, _, labels, _ = data()
    model = ours.LogisticRegression(class_weight=class_weight).fit(X, labels)
    with pytest.warns(ConvergenceWarning, match=r"No optimum exists: all rows with a positive weight are of .*'yes'"):
        model.fit(X, labels, sample_weight=(labels == "yes") * 1.0)
    assert set(model.predict(X)) == {"yes"}
    assert not model.coef_.any()
    with pytest.raises(AttributeError, match="dual_gap_"):
        _ = model.dual_gap_
    with pytest.raises(InputError, match="this LogisticRegression solve no problem"):
        model.certify(X, labels)
    with pytest.raises(InputError, match="all rows with a positive sample_weight are of class 'yes'"):
        ours.LogisticRegression(fit_intercept=False).fit(X, labels, sample_weight=(labels == "yes") * 1.0)


def test_no_refit_has_weights_but_nothing_to_prove():
    X, _, labels, _ = data()
    model = ours.LogisticRegressionCV(refit=False, l1_ratios=(0.0,), **PLAIN_CV).fit(X, labels)
    other = theirs.LogisticRegressionCV(refit=False, l1_ratios=(0.0,), tol=1e-10, **PLAIN_CV).fit(X, labels)
    np.testing.assert_allclose(model.coef_, other.coef_, atol=1e-5)
    with pytest.raises(AttributeError, match="dual_gap_"):
        _ = model.dual_gap_


def test_borrowing_notices_another_scikit_learn():
    with pytest.raises(ImportError, match=r"lasso_path does not use another_name. Use scikit-learn 1\.9"):
        borrowed(theirs.lasso_path, another_name=None)


def test_an_older_scikit_learn_is_refused():
    script = "import sklearn; sklearn.__version__ = '1.8.2'; import whyzero.sklearn"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "ImportError: whyzero.sklearn follows scikit-learn 1.9, and 1.8.2 is installed" in done.stderr


def test_import_whyzero_loads_neither_the_drop_ins_nor_scikit_learn():
    script = "import sys, whyzero; print('sklearn' in sys.modules, 'whyzero.sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
