"""Audits of scikit-learn's, celer's and anybody's weights; the oracle is the package that fitted them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import (
    ElasticNet,
    ElasticNetCV,
    Lasso,
    LassoCV,
    LassoLars,
    LogisticRegression,
    LogisticRegressionCV,
    PoissonRegressor,
    Ridge,
    RidgeCV,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import whyzero as wz
from audit_cases import FACTOR, FOLDS, LABELS, NUMBERS, TIGHT, WEIGHTS, N, P, X, factored_lasso, logistic, stand_in
from whyzero.errors import InputError

ESTIMATORS = [
    Lasso(alpha=0.1, **TIGHT),
    Lasso(alpha=0.1, fit_intercept=False, **TIGHT),
    ElasticNet(alpha=0.1, l1_ratio=0.3, **TIGHT),
    LassoCV(alphas=5, cv=3, **TIGHT),
    ElasticNetCV(alphas=5, l1_ratio=0.7, cv=3, **TIGHT),
    LassoLars(alpha=0.1),
    Ridge(alpha=2.0),
    RidgeCV(alphas=(0.5, 5.0)),
    PoissonRegressor(alpha=0.1, solver="newton-cholesky", **TIGHT),
    LogisticRegression(C=0.3, **TIGHT),
    LogisticRegression(C=0.3, fit_intercept=False, **TIGHT),
    LogisticRegression(C=0.3, l1_ratio=1, solver="liblinear", **TIGHT),
    LogisticRegression(C=0.3, solver="liblinear", intercept_scaling=3.0, **TIGHT),
    LogisticRegression(C=0.3, class_weight={"no": 1, "yes": 3}, **TIGHT),
    LogisticRegression(C=0.3, class_weight="balanced", **TIGHT),
    LogisticRegressionCV(Cs=3, **FOLDS, l1_ratios=(1,), solver="liblinear", use_legacy_attributes=False, **TIGHT),
    LogisticRegressionCV(Cs=3, **FOLDS, l1_ratios=(0,), use_legacy_attributes=True, **TIGHT),
]


def name_of(model):
    return f"{type(model).__name__}-{getattr(model, 'solver', '')}"


def target_of(model):
    if isinstance(model, PoissonRegressor):
        return np.floor(np.exp(0.4 * NUMBERS))
    return LABELS if hasattr(model, "predict_proba") or isinstance(model, SGDClassifier) else NUMBERS


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("model", ESTIMATORS, ids=name_of)
def test_tightly_solved_estimators_are_optimal_under_the_translation(model, weighted):
    if weighted and isinstance(model, LassoLars):
        pytest.skip("takes no weights")
    y, extra = target_of(model), {"sample_weight": WEIGHTS} if weighted else {}
    audit = wz.audit(model.fit(X, y, **extra), X, y, **extra)
    assert audit.relative_gap < 1e-10
    assert audit.cause.startswith("None needed")
    assert audit.tested == ()
    assert audit.counts["wrong zero"] == audit.counts["open"] == 0
    assert audit.source == f"sklearn.{type(model).__name__}"


def test_weights_that_are_not_unique_have_their_own_count_and_sentence():
    """A twin of the first column: any split of its weight is as good, and a weight beyond the whole is none of them."""
    twins = np.column_stack([X, X[:, 0]])
    model = Lasso(alpha=0.05, tol=1e-12, max_iter=100_000).fit(twins, NUMBERS)
    whole = model.coef_[0] + model.coef_[-1]
    assert abs(whole) > 0.01
    told = {}
    for share in (1.0, 0.25, 3.0):
        coef = model.coef_.copy()
        coef[[0, -1]] = share * whole, (1.0 - share) * whole
        told[share] = wz.audit(coef, twins, NUMBERS, intercept=model.intercept_, loss="squared", alpha=0.05)
        assert told[share].counts["not unique"] == 2
        assert told[share].counts["open"] == 0
        assert sum(told[share].counts.values()) == P + 1
    assert told[0.25].several_fits == (
        "2 weights are not unique: several fits are best, and over them each takes every value of its range. "
        "Here all of them are within."
    )
    assert told[3.0].several_fits.endswith("Here 2 of them are outside.")
    assert told[0.25].several_fits in str(told[0.25])
    assert [row["verdict"] for row in told[0.25].by_doubt()[:2]] == ["not unique"] * 2
    assert wz.audit(model.coef_[:-1], X, NUMBERS, loss="squared", alpha=0.05).several_fits == ""


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("classes", [False, True])
def test_sgd_divides_by_rows(classes, weighted):
    """Its long average run must come nearer to its own objective than to the one that divides by the weights."""
    weight = 4.0 * WEIGHTS if weighted else None
    Z, y = StandardScaler().fit_transform(X), LABELS if classes else NUMBERS
    kind, loss = (SGDClassifier, "log_loss") if classes else (SGDRegressor, "squared_error")
    model = kind(
        loss=loss, alpha=0.2, penalty="elasticnet", l1_ratio=0.5, learning_rate="invscaling", eta0=0.02,
        max_iter=1000, tol=None, random_state=0,
    ).fit(Z, y, sample_weight=weight)  # fmt: skip
    own = wz.audit(model, Z, y, sample_weight=weight)
    assert own.relative_gap < 2e-3
    assert own.certificate.alpha == pytest.approx(0.2 * N / (N if weight is None else weight.sum()))
    if weighted:
        other = wz.certify(
            Z, y, model.coef_, model.intercept_[0], loss="logistic" if classes else "squared",
            alpha=0.2, l1_ratio=0.5, sample_weight=weight,
        )  # fmt: skip
        assert other.gap > 10 * own.gap


def test_a_pipeline_a_search_and_a_sparse_matrix_are_read_through():
    pipeline = make_pipeline(StandardScaler(), Lasso(alpha=0.1, **TIGHT)).fit(X, NUMBERS)
    audit = wz.audit(pipeline, X, NUMBERS)
    assert audit.relative_gap < 1e-12
    assert np.array_equal(audit.certificate.coef, pipeline[-1].coef_)
    search = GridSearchCV(pipeline, {"lasso__alpha": [0.05, 0.2]}, cv=3).fit(X, NUMBERS)
    assert wz.audit(search, X, NUMBERS).certificate.alpha == search.best_params_["lasso__alpha"]
    thin = sparse.csr_array(np.where(np.abs(X) > 1.0, X, 0.0))
    scaled = make_pipeline(
        StandardScaler(with_mean=False), LogisticRegression(C=0.3, l1_ratio=1, solver="liblinear", **TIGHT)
    ).fit(thin, LABELS)
    assert wz.audit(scaled, thin, LABELS).relative_gap < 1e-9


def test_names_come_from_the_frame_or_the_estimator():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=[f"col {j}" for j in range(P)])
    pipeline = make_pipeline(StandardScaler(), Lasso(alpha=0.1)).fit(frame, NUMBERS)
    assert wz.audit(pipeline, frame, NUMBERS).certificate.names == tuple(frame.columns)
    plain = Lasso(alpha=0.1).fit(frame, NUMBERS)
    assert wz.audit(plain, X, NUMBERS).certificate.names == tuple(frame.columns)
    with pytest.raises(InputError, match=r"column 0 of X is 'col 7' .* fitted with 'col 0'"):
        wz.audit(plain, frame[frame.columns[::-1]], NUMBERS)


def test_celer_and_skglm_are_read_by_name():
    found = logistic(0.3, fit_intercept=False)
    celer = stand_in(
        "celer", "LogisticRegression", C=0.3, fit_intercept=False, coef_=found["coef"][None], intercept_=0.0
    )
    assert wz.audit(celer, X, LABELS).relative_gap < 1e-10
    found = factored_lasso(FACTOR, 0.1)
    weighted = stand_in(
        "skglm", "WeightedLasso", alpha=0.1, weights=FACTOR, coef_=found["coef"], intercept_=found["intercept"]
    )
    assert wz.audit(weighted, X, NUMBERS).relative_gap < 1e-10
    found = logistic(0.3)
    skglm = stand_in(
        "skglm", "SparseLogisticRegression", alpha=1 / (0.3 * N), coef_=found["coef"], intercept_=found["intercept"]
    )
    assert wz.audit(skglm, X, LABELS).relative_gap < 1e-10


def test_an_audit_imports_neither_scikit_learn_nor_what_it_judges():
    script = (
        "import sys, numpy as np, whyzero as wz\n"
        "X = np.random.default_rng(0).normal(size=(30, 3)); y = X[:, 0]\n"
        "wz.audit(np.ones(3), X, y, loss='squared', alpha=0.1)\n"
        "Lasso = type('Lasso', (), {'__module__': 'celer.dropin_sklearn', 'alpha': 0.1, 'coef_': np.ones(3)})\n"
        "wz.audit(Lasso(), X, y)\n"
        "print(*[name for name in ('sklearn', 'celer', 'pandas') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_the_screen_and_the_json_say_the_same():
    cancer = load_breast_cancer()
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, l1_ratio=1, solver="liblinear", tol=1e-8))
    audit = wz.audit(model.fit(cancer.data, cancer.target), cancer.data, cancer.target)
    text, found = str(audit), audit.to_dict()
    assert found["cause"] in text
    assert found["objective"] in text
    assert sum(found["counts"].values()) == len(found["weights"]) == 31
    assert found["weights"][-1]["name"] == "(intercept)"
    assert "... and 6 more" in text
    widened = np.column_stack([model[0].transform(cancer.data), np.ones(569)])
    assert wz.verify(audit.certificate, widened, cancer.target).ok


def refused(model, *arguments, **options):
    with pytest.raises((ValueError, TypeError)) as error:
        wz.audit(model, *arguments, **options)
    assert type(error.value).__module__ == "whyzero.errors"
    return str(error.value)


def test_what_cannot_be_audited_is_refused_in_words():
    from sklearn.linear_model import HuberRegressor, MultiTaskLasso, Perceptron
    from sklearn.tree import DecisionTreeRegressor

    Y3 = np.arange(N) % 3
    assert "fit it before" in refused(Lasso(), X, NUMBERS)
    assert "positive=True" in refused(Lasso(positive=True).fit(X, NUMBERS), X, NUMBERS)
    assert "3 classes" in refused(LogisticRegression(max_iter=10_000).fit(X, Y3), X, Y3)
    assert "loss='hinge'" in refused(SGDClassifier().fit(X, LABELS), X, LABELS)
    assert "no penalty" in refused(LogisticRegression(C=np.inf, max_iter=10_000).fit(X, LABELS), X, LABELS)
    assert "averages over folds" in refused(
        LogisticRegressionCV(
            Cs=2, **FOLDS, l1_ratios=(0,), refit=False, use_legacy_attributes=False, max_iter=10_000
        ).fit(X, LABELS),
        X,
        LABELS,
    )
    for other in (HuberRegressor(max_iter=1000), DecisionTreeRegressor()):
        assert f"sklearn.{type(other).__name__} is not" in refused(other.fit(X, NUMBERS), X, NUMBERS)
    assert "sklearn.MultiTaskLasso is not" in refused(MultiTaskLasso().fit(X, NUMBERS[:, None]), X, NUMBERS)
    assert "sklearn.Perceptron is not" in refused(Perceptron().fit(X, LABELS), X, LABELS)
    assert "model is a" in refused(stand_in("torch", "Linear", coef_=np.ones(P)), X, NUMBERS)


def test_contradictions_between_model_and_data_are_refused():
    model = Lasso(alpha=0.1).fit(X, NUMBERS)
    assert "X has 7 columns but sklearn.Lasso has 8 weights" in refused(model, X[:, 1:], NUMBERS)
    assert "give loss and alpha" in refused(model.coef_, X, NUMBERS)
    assert "says its objective itself" in refused(model, X, NUMBERS, loss="squared", alpha=0.1)
    classifier = LogisticRegression().fit(X, LABELS)
    assert "fitted to ('no', 'yes')" in refused(classifier, X, np.where(LABELS == "yes", 1, 0))
    assert "2 columns" in refused(np.ones(3), X[:, :2], NUMBERS, loss="squared", alpha=0.1)
