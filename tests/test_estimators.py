"""The estimators against scikit-learn's own checks, scikit-learn's own models and `whyzero.fit`."""

from __future__ import annotations

import copy
import doctest
import pickle
import signal

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import ElasticNet, LogisticRegression
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV, KFold, ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import whyzero
from whyzero import GLMClassifier, GLMClassifierCV, GLMRegressor, GLMRegressorCV
from whyzero.errors import ConvergenceWarning, InputError
from whyzero.estimators import classifiers, regressors

ALL = [GLMRegressor(), GLMClassifier(), GLMRegressorCV(), GLMClassifierCV()]
REGRESSORS = [GLMRegressor(alpha=0.1), GLMRegressorCV(cv=3)]
CLASSIFIERS = [GLMClassifier(alpha=0.02), GLMClassifierCV(cv=3)]


def name_of(value):
    return type(value).__name__ if hasattr(value, "get_params") else None


def data(estimator, seed=0, n=70, p=5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    y = X[:, 0] - 0.5 * X[:, 1] + rng.logistic(size=n)
    return X, (np.where(y > 0, "spam", "ham") if "Classifier" in type(estimator).__name__ else y)


@pytest.mark.filterwarnings("default")
@parametrize_with_checks(ALL)
def test_scikit_learn_finds_nothing_to_object_to(estimator, check):
    check(estimator)


@pytest.mark.parametrize("storage", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_the_regressor_is_the_elastic_net_of_scikit_learn(storage):
    X, y = data(GLMRegressor())
    weight = np.random.default_rng(1).uniform(size=len(y))
    ours = GLMRegressor(alpha=0.1, l1_ratio=0.6, tol=1e-12).fit(storage(X), y, sample_weight=weight)
    theirs = ElasticNet(alpha=0.1, l1_ratio=0.6, tol=1e-14, max_iter=100_000).fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-8)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-7)
    assert ours.score(X, y, weight) == pytest.approx(theirs.score(X, y, weight), rel=1e-7)


def test_the_classifier_is_the_logistic_regression_of_scikit_learn():
    X, y = data(GLMClassifier())
    ours = GLMClassifier(alpha=0.02, tol=1e-12).fit(X, y)
    theirs = LogisticRegression(l1_ratio=1.0, C=1 / (0.02 * len(y)), solver="saga", tol=1e-13, max_iter=200_000)
    theirs.fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_[0], atol=1e-7)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-7)
    np.testing.assert_allclose(ours.predict_log_proba(X), theirs.predict_log_proba(X), atol=1e-6)
    assert list(ours.classes_) == ["ham", "spam"]
    assert np.array_equal(ours.predict(X), theirs.predict(X))
    assert ours.score(X, y) == accuracy_score(y, theirs.predict(X))


@pytest.mark.parametrize("estimator", [GLMRegressor(alpha=0.05), GLMClassifier(alpha=0.05)], ids=name_of)
def test_an_estimator_holds_what_fit_returns(estimator):
    X, y = data(estimator)
    weight, offset = np.random.default_rng(2).uniform(0.5, 2.0, size=(2, len(y)))
    factor = np.array([0.0, 1.0, np.inf, 2.0, 1.0])
    estimator = clone(estimator).set_params(penalty_factor=factor, l1_ratio=0.5, standardize=True, fit_intercept=False)
    estimator.fit(X, y, sample_weight=weight, offset=offset)
    loss = "squared" if isinstance(estimator, GLMRegressor) else "logistic"
    expected = whyzero.fit(
        X, y, alpha=0.05, loss=loss, l1_ratio=0.5, penalty_factor=factor, sample_weight=weight, offset=offset,
        fit_intercept=False, standardize=True,
    )  # fmt: skip
    assert np.array_equal(estimator.coef_, expected.coef)
    assert estimator.intercept_ == expected.intercept == 0.0
    assert estimator.status_ is expected.status
    assert estimator.dual_gap_ == expected.dual_gap


@pytest.mark.parametrize("select", ["min", "1se"])
@pytest.mark.parametrize("estimator", [GLMRegressorCV(), GLMClassifierCV()], ids=name_of)
def test_a_cross_validated_estimator_is_the_fit_at_the_chosen_alpha(estimator, select):
    X, y = data(estimator)
    estimator = clone(estimator).set_params(cv=4, select=select, alphas=30, random_state=5).fit(X, y)
    loss = "squared" if isinstance(estimator, GLMRegressorCV) else "logistic"
    scored = whyzero.cross_validate(X, y, loss=loss, n_folds=4, random_state=5, alphas=30)
    expected = scored.alpha_min if select == "min" else scored.alpha_1se
    assert estimator.alpha_ == expected
    assert np.array_equal(estimator.alphas_, scored.path.alphas)
    assert np.array_equal(estimator.cv_.mean, scored.mean)
    assert np.array_equal(estimator.coef_, scored.path.at(expected).coef)


def test_a_parameter_that_was_changed_after_the_fit_asks_for_a_new_path():
    X, y = data(GLMRegressor())
    estimator = GLMRegressorCV(cv=3, alphas=10, random_state=0).fit(X, y)
    assert estimator.explain(X, y, resamples=0).path is not None
    path = estimator.path_
    estimator.set_params(penalty_factor=np.full(X.shape[1], 2.0))
    assert not estimator.explain(X, y, resamples=0).path.problem.is_same(path.problem)


def test_a_splitter_gives_the_folds():
    X, y = data(GLMRegressor())
    splitter = KFold(3, shuffle=True, random_state=1)
    estimator = GLMRegressorCV(cv=splitter, alphas=10).fit(X, y)
    for k, (_, held) in enumerate(splitter.split(X)):
        assert set(estimator.cv_.folds[held]) == {k}


@pytest.mark.parametrize(
    ("cv", "message"),
    [
        (ShuffleSplit(2, test_size=0.2, random_state=0), "cv never holds out row|twice"),
        ([(np.arange(35, 70), np.arange(36)), (np.arange(35), np.arange(35, 70))], "cv holds out row 35 twice"),
        ([(np.arange(35, 70), np.arange(35)), (np.arange(35), np.arange(35, 69))], "cv never holds out row 69"),
    ],
)
def test_folds_that_are_no_partition_are_refused(cv, message):
    X, y = data(GLMRegressor())
    with pytest.raises(InputError, match=message):
        GLMRegressorCV(cv=cv, alphas=3).fit(X, y)


def test_no_cv_is_ten_stratified_folds_and_a_truth_value_is_refused():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4))
    y = np.r_[np.zeros(40), np.ones(20)]
    nothing, ten = (GLMClassifierCV(cv=cv, alphas=5).fit(x, y).cv_ for cv in (None, 10))
    np.testing.assert_array_equal(nothing.folds, ten.folds)
    assert set(np.bincount(nothing.folds[y == 1])) == {2}
    with pytest.raises(InputError, match="cv=True is not a number of folds"):
        GLMClassifierCV(cv=True).fit(x, y)


def test_an_unknown_selection_rule_is_refused():
    X, y = data(GLMRegressor())
    with pytest.raises(InputError, match="select='best' is not a rule"):
        GLMRegressorCV(select="best").fit(X, y)


@pytest.mark.parametrize("estimator", REGRESSORS + CLASSIFIERS, ids=name_of)
def test_an_offset_is_added_to_the_linear_predictor(estimator):
    X, y = data(estimator)
    offset = np.random.default_rng(3).normal(size=len(y))
    estimator = clone(estimator).fit(X, y, offset=offset)
    eta = X @ estimator.coef_ + estimator.intercept_ + offset
    if isinstance(estimator, (GLMRegressor, GLMRegressorCV)):
        np.testing.assert_allclose(estimator.predict(X, offset=offset), eta)
        assert estimator.score(X, y, offset=offset) == pytest.approx(r2_score(y, eta))
    else:
        np.testing.assert_allclose(estimator.decision_function(X, offset=offset), eta)
        np.testing.assert_allclose(estimator.predict_proba(X, offset=offset)[:, 1], 1 / (1 + np.exp(-eta)))
    with pytest.raises(InputError, match=r"offset has shape \(3,\); it must have one entry for each of the 70 rows"):
        estimator.predict(X, offset=[1.0, 2.0, 3.0])
    with pytest.raises(InputError, match=r"offset\[1\] is nan"):
        estimator.predict(X[:2], offset=[1.0, np.nan])


def test_names_of_a_data_frame_reach_the_explanation_and_the_certificate():
    X, y = data(GLMRegressor())
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d", "e"])
    model = GLMRegressor(alpha=0.3).fit(frame, y)
    assert list(model.feature_names_in_) == list("abcde")
    assert model.solution_.problem.names == tuple("abcde")
    assert model.certify(frame, y).names == tuple("abcde")
    assert [row.name for row in model.explain(frame, y).rows] == list("abcde")


@pytest.mark.parametrize("estimator", REGRESSORS + CLASSIFIERS, ids=name_of)
def test_explain_and_certify_take_the_data_again(estimator):
    X, y = data(estimator)
    weight = np.random.default_rng(4).uniform(0.5, 2.0, size=len(y))
    model = pickle.loads(pickle.dumps(clone(estimator).fit(X, y, sample_weight=weight)))
    certificate = model.certify(X, y, sample_weight=weight)
    assert np.array_equal(certificate.coef, model.coef_)
    assert whyzero.verify(certificate, X, y, sample_weight=weight).ok
    explanation = model.explain(X, y, sample_weight=weight)
    assert [row.coef for row in explanation.rows] == list(model.coef_)


@pytest.mark.parametrize("estimator", REGRESSORS + CLASSIFIERS, ids=name_of)
def test_a_pickle_holds_the_model_and_not_the_data(estimator):
    X, y = data(estimator, n=5000)
    model = clone(estimator).fit(X, y)
    blob = pickle.dumps(model)
    assert len(blob) < X.nbytes / 10
    assert np.array_equal(pickle.loads(blob).predict(X), model.predict(X))
    assert np.array_equal(copy.deepcopy(model).coef_, model.coef_)


@pytest.mark.parametrize("estimator", REGRESSORS + CLASSIFIERS, ids=name_of)
def test_a_fit_that_fails_leaves_the_estimator_as_it_was(estimator):
    X, y = data(estimator)
    model = clone(estimator).fit(X, y)
    before = dict(model.__dict__)
    with pytest.raises(ValueError, match="sample_weight"):
        model.fit(X[:, :3], y, sample_weight=-np.ones(len(y)))
    assert model.__dict__ == before
    assert model.predict(X).shape == y.shape


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer signal")
def test_an_interrupted_fit_leaves_the_estimator_as_it_was_and_usable():
    X, y = data(GLMClassifierCV())
    model = GLMClassifierCV(cv=3, alphas=20).fit(X, y)
    before = dict(model.__dict__)

    def interrupt(*_):
        raise KeyboardInterrupt

    earlier = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        with pytest.raises(KeyboardInterrupt):
            model.set_params(alphas=10_000_000).fit(X, y)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, earlier)
    assert model.__dict__ == {**before, "alphas": 10_000_000}
    again = model.set_params(alphas=20).fit(X, y)
    assert np.array_equal(again.coef_, before["coef_"])


@pytest.mark.parametrize("estimator", [GLMClassifier(alpha=1e-3), GLMClassifierCV(alphas=[1e-3], cv=2)], ids=name_of)
@pytest.mark.filterwarnings("ignore:.*fits of the cross-validation")
def test_an_unfinished_fit_warns_and_says_so_in_its_status(estimator):
    X, y = data(estimator)
    with pytest.warns(ConvergenceWarning, match=rf"{name_of(estimator)} at alpha=0.001: Stopped.*duality gap is"):
        model = clone(estimator).set_params(max_iter=1, tol=1e-15).fit(X, y)
    assert model.status_ is whyzero.Status.MAX_ITER


def test_more_than_two_classes_are_refused_in_words():
    X, _ = data(GLMRegressor())
    with pytest.raises(InputError, match=r"Only binary classification is supported\..*3 different values"):
        GLMClassifier().fit(X, np.arange(len(X)) % 3)


def test_an_estimator_that_is_not_fitted_says_so():
    X, y = data(GLMRegressor())
    for call in (lambda: GLMRegressor().predict(X), lambda: GLMRegressor().explain(X, y)):
        with pytest.raises(NotFittedError):
            call()


def test_the_estimators_work_in_a_pipeline_and_a_grid_search():
    X, y = data(GLMClassifier())
    search = GridSearchCV(
        make_pipeline(StandardScaler(), GLMClassifier()), {"glmclassifier__alpha": [0.3, 0.02]}, cv=3
    ).fit(X, y)
    assert search.best_params_ == {"glmclassifier__alpha": 0.02}


@pytest.mark.parametrize("module", [classifiers, regressors], ids=lambda module: module.__name__)
def test_the_examples_in_the_docstrings_are_true(module):
    tried = doctest.testmod(module)
    assert tried.attempted > 0
    assert tried.failed == 0
