"""Audits of scikit-learn's, celer's and anybody's weights; the oracle is the package that fitted them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import (
    ElasticNet,
    ElasticNetCV,
    Lasso,
    LassoCV,
    LassoLars,
    LogisticRegression,
    LogisticRegressionCV,
    Ridge,
    RidgeCV,
    SGDClassifier,
    SGDRegressor,
)
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import whyzero as wz
from whyzero.audits.case import Case, penalise_intercept
from whyzero.audits.hypotheses import implied_alpha
from whyzero.errors import InputError
from whyzero.problem import make_problem

FOLDS = {"cv": 3, "scoring": "neg_log_loss"}
TIGHT = {"tol": 1e-12, "max_iter": 200_000}
N, P = 80, 8
SPREAD = np.array([1.0, 2.0, 0.5, 1.0, 3.0, 1.0, 1.0, 0.2])


def data(seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, P)) * SPREAD + 0.3 * np.arange(P)
    signal = X[:, 0] - X[:, 1] + 3.0
    return X, signal + rng.normal(size=N), np.where(signal - 2.5 + rng.logistic(size=N) > 0, "yes", "no"), rng


X, NUMBERS, LABELS, RNG = data()
WEIGHTS = RNG.uniform(0.5, 2.0, size=N)

ESTIMATORS = [
    Lasso(alpha=0.1, **TIGHT),
    Lasso(alpha=0.1, fit_intercept=False, **TIGHT),
    ElasticNet(alpha=0.1, l1_ratio=0.3, **TIGHT),
    LassoCV(alphas=5, cv=3, **TIGHT),
    ElasticNetCV(alphas=5, l1_ratio=0.7, cv=3, **TIGHT),
    LassoLars(alpha=0.1),
    Ridge(alpha=2.0),
    RidgeCV(alphas=(0.5, 5.0)),
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


def lasso(alpha, X=X, y=NUMBERS, **options):
    model = Lasso(alpha=alpha, **TIGHT, **options).fit(X, y)
    return {"coef": model.coef_, "intercept": model.intercept_, "loss": "squared"}


def logistic(C, **options):
    sample_weight = options.pop("sample_weight", None)
    settings = {"l1_ratio": 1, "solver": "saga", "random_state": 0, **TIGHT, **options}
    model = LogisticRegression(C=C, **settings).fit(X, LABELS, sample_weight=sample_weight)
    return {"coef": model.coef_[0], "intercept": model.intercept_[0], "loss": "logistic"}


def net(l1, l2):
    """The minimum of (1/2n) RSS + l1 |b| + l2/2 b^2."""
    model = ElasticNet(alpha=l1 + l2, l1_ratio=l1 / (l1 + l2), **TIGHT).fit(X, NUMBERS)
    return {"coef": model.coef_, "intercept": model.intercept_, "loss": "squared"}


def scaled_lasso(alpha, back=True):
    """A lasso on standardised columns; its weights for the columns as they are, or as fitted."""
    scaler = StandardScaler().fit(X)
    found = lasso(alpha, scaler.transform(X))
    if back:
        found["coef"] = found["coef"] / scaler.scale_
        found["intercept"] -= found["coef"] @ scaler.mean_
    return found


FACTOR = np.array([1.0, 3.0, 0.5, 2.0, 2.0, 1.0, 4.0, 1.0])


def factored_lasso(factor, alpha):
    """A lasso with penalty factors, by columns divided by them."""
    found = lasso(alpha, X / factor)
    return {**found, "coef": found["coef"] / factor}


def glmnet_net(alpha, l1_ratio):
    """The elastic net as glmnet solves it: on y of standard deviation 1, with lambda divided by it."""
    sd = NUMBERS.std()
    model = ElasticNet(alpha=alpha / sd, l1_ratio=l1_ratio, **TIGHT).fit(X, NUMBERS / sd)
    return {"coef": model.coef_ * sd, "intercept": model.intercept_ * sd, "loss": "squared"}


def ridge(alpha):
    model = Ridge(alpha=alpha).fit(X, NUMBERS)
    return {"coef": model.coef_, "intercept": model.intercept_, "loss": "squared", "l1_ratio": 0.0}


def flipped(found):
    return {**found, "coef": -found["coef"], "intercept": -found["intercept"]}


def mean_weighted(alpha):
    """The minimum of (1/n) sum w_i loss_i + alpha |b|, with weights that do not sum to n."""
    weight = 3.0 * WEIGHTS
    found = lasso(alpha * N / weight.sum())
    model = Lasso(alpha=alpha * N / weight.sum(), **TIGHT).fit(X, NUMBERS, sample_weight=weight)
    return {**found, "coef": model.coef_, "intercept": model.intercept_, "sample_weight": weight}


# What was fitted, what is said about it, and the words that must name the difference.
PLANTED = {
    "no 1/n": (lambda: lasso(12.0 / N), {"alpha": 12.0}, "summed over the rows instead of averaged"),
    "ridge without 1/n": (lambda: ridge(7.0), {"alpha": 7.0}, "summed over the rows instead of averaged"),
    "1/n for 1/2n": (lambda: lasso(0.1), {"alpha": 0.2}, "alpha acts as alpha / 2"),
    "alpha doubled": (lambda: lasso(0.2), {"alpha": 0.1}, "the penalty counts twice"),
    "neither 1/2 nor 1/n": (lambda: lasso(24.0 / (2 * N)), {"alpha": 24.0}, "without 1/2 and 1/n"),
    "n twice": (lambda: lasso(0.002 * N), {"alpha": 0.002}, "the penalty counts n times"),
    "C for alpha": (lambda: logistic(0.3), {"alpha": 0.3}, "alpha and C are mixed up"),
    "inverse": (lambda: lasso(1 / 8.0), {"alpha": 8.0}, "acts as an inverse strength"),
    "liblinear": (
        lambda: {**logistic(0.3, l1_ratio=0, solver="liblinear"), "l1_ratio": 0.0},
        {"alpha": 1 / (0.3 * N)},
        "the intercept is penalised",
    ),
    "standardised": (lambda: scaled_lasso(0.1), {"alpha": 0.1}, "the columns were standardised"),
    "not standardised": (lambda: lasso(0.1), {"alpha": 0.1, "standardize": True}, "as they are, not standardised"),
    "weights of z": (lambda: scaled_lasso(0.1, back=False), {"alpha": 0.1}, "belong to standardised columns"),
    "intercept lost": (lambda: {**lasso(0.1), "intercept": 0.0}, {"alpha": 0.1}, "the intercept is not the one"),
    "no intercept": (lambda: lasso(0.001, fit_intercept=False), {"alpha": 0.001}, "no intercept was fitted"),
    "shares": (lambda: net(0.08, 0.02), {"alpha": 0.1, "l1_ratio": 0.2}, "L1 and L2 are exchanged"),
    "L2 without 1/2": (lambda: net(0.05, 0.1), {"alpha": 0.1, "l1_ratio": 0.5}, "L2 part is taken without"),
    "glmnet's L2": (lambda: glmnet_net(0.2, 0.3), {"alpha": 0.2, "l1_ratio": 0.3}, "standard deviation of y"),
    "other class": (lambda: flipped(logistic(0.3)), {"alpha": 1 / (0.3 * N)}, "the other class counts as 1"),
    "balanced": (lambda: logistic(0.3, class_weight="balanced"), {"alpha": 1 / (0.3 * N)}, "both classes weigh"),
    "weights ignored": (lambda: {**lasso(0.1), "sample_weight": WEIGHTS}, {"alpha": 0.1}, "were not used"),
    "weights over n": (lambda: mean_weighted(0.4), {"alpha": 0.4}, "divided by the number of rows"),
    "factors ignored": (lambda: {**lasso(0.1), "penalty_factor": FACTOR}, {"alpha": 0.1}, "factors were not used"),
    "factors rescaled": (
        lambda: {**factored_lasso(FACTOR / FACTOR.mean(), 0.1), "penalty_factor": FACTOR},
        {"alpha": 0.1},
        "penalty factors are rescaled",
    ),
    "two slips": (lambda: scaled_lasso(12.0 / N), {"alpha": 12.0}, "standardised, and the loss is summed"),
    "another alpha": (lambda: lasso(0.037), {"alpha": 0.1}, "alpha is 0.037, 0.37 times the stated one"),
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_difference_is_named_and_nothing_else(planted):
    build, stated, words = planted
    y = LABELS if (found := build())["loss"] == "logistic" else NUMBERS
    audit = wz.audit(found.pop("coef"), X, y, **{**found, **stated})
    assert audit.cause.startswith("The likely cause: ")
    assert words in audit.cause
    assert audit.tested[0].relative_gap < 1e-9 < audit.relative_gap


def test_what_weights_cannot_tell_apart_is_said_to_be_so():
    """With C = 1 the number 1 may be a C, or an alpha of a summed loss."""
    found = logistic(1.0)
    audit = wz.audit(found.pop("coef"), X, LABELS, **found, alpha=1.0)
    assert audit.cause.startswith("One of 2 causes, which these weights cannot tell apart")
    assert "mixed up" in audit.cause
    assert "summed over the rows" in audit.cause


def test_weights_that_fit_nothing_are_not_explained():
    audit = wz.audit(np.random.default_rng(5).normal(size=P), X, NUMBERS, loss="squared", alpha=0.1)
    assert audit.cause.startswith("Not known.")
    assert audit.relative_gap > 0.1
    assert len(audit.tested) > 10
    assert [item.gap for item in audit.tested] == sorted(item.gap for item in audit.tested)


def test_a_solver_that_stopped_at_its_tolerance_is_told_by_its_own_rule():
    model = Lasso(alpha=0.01, tol=1e-2).fit(X, NUMBERS)
    audit = wz.audit(model, X, NUMBERS)
    assert audit.cause.startswith("The solver stopped early")
    assert "tol=0.01" in audit.cause
    assert audit.gap <= 1e-2 * np.var(NUMBERS)


def test_a_solver_that_ran_out_of_iterations_is_told():
    with pytest.warns(Warning, match="converge"):
        model = LogisticRegression(C=10.0, max_iter=2).fit(X, LABELS)
    audit = wz.audit(model, X, LABELS)
    assert "used up max_iter=2" in audit.cause


def test_a_penalised_intercept_is_a_weight_of_a_constant_column():
    """The objective of the widened problem is loss + penalty + penalty of intercept / scaling, written out."""
    problem = make_problem(X, NUMBERS, l1_ratio=0.4, sample_weight=WEIGHTS)
    coef = np.linspace(-1.0, 1.0, P)
    case = penalise_intercept(Case(problem, coef, 1.5, 0.3), 2.0)
    loss = 0.5 * np.average((NUMBERS - X @ coef - 1.5) ** 2, weights=WEIGHTS)
    every = np.append(coef, 0.75)
    expected = loss + 0.3 * np.sum(0.4 * np.abs(every) + 0.3 * every**2)
    assert case.problem.objective(case.coef, case.intercept, 0.3) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.3])
def test_an_optimum_implies_its_own_alpha(l1_ratio):
    """Eq. (10) of every weight in use, solved for alpha."""
    model = ElasticNet(alpha=0.07, l1_ratio=l1_ratio, **TIGHT).fit(X, NUMBERS)
    problem = make_problem(X, NUMBERS, l1_ratio=l1_ratio)
    assert implied_alpha(Case(problem, model.coef_, model.intercept_, 1.0)) == pytest.approx(0.07, rel=1e-6)


CELER_X = np.zeros((20, 1))
CELER_X[[7, 10, 13, 16, 19], 0] = [0.001, 0.015, 0.046, 0.061, 0.062]
CELER_Y = np.array([8, 0, 1, 20, 0, 1, 24, 1, 1, 23, 6, 0, 11, 32, 0, 2, 56, 1, 1, 62]) / 1000


def stand_in(package, name, **attributes):
    """An object that looks like a fitted estimator of a package that is not installed."""
    model = type(name, (), {"__module__": f"{package}.somewhere"})()
    for key, value in attributes.items():
        setattr(model, key, value)
    return model


def test_the_zero_of_celer_issue_173_is_a_wrong_zero():
    """The data of mathurinm/celer#173: celer says 0, scikit-learn 0.55; the weight is 0.550346."""
    celer = stand_in(
        "celer", "Lasso", alpha=1e-4, tol=1e-4, fit_intercept=True, coef_=np.zeros(1), intercept_=CELER_Y.mean()
    )
    audit = wz.audit(celer, CELER_X, CELER_Y)
    (row,) = audit.rows
    assert row["verdict"] == "wrong zero"
    assert row["lo"] <= 0.5503462160265994 <= row["hi"]
    assert row["hi"] - row["lo"] < 1e-6
    assert audit.gap == pytest.approx(6.2e-5, rel=0.01)
    assert "tol=0.0001" in audit.cause
    ours = wz.audit(Lasso(alpha=1e-4, **TIGHT).fit(CELER_X, CELER_Y), CELER_X, CELER_Y)
    assert ours.counts == {"true zero": 0, "wrong zero": 0, "numerical debris": 0, "true non-zero": 1, "open": 0}


def test_all_zero_weights_name_no_single_cause():
    audit = wz.audit([0.0], CELER_X, CELER_Y, intercept=CELER_Y.mean(), loss="squared", alpha=1e-4)
    assert audit.cause.startswith("All weights are zero")
    assert "cannot be told" in audit.cause


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


def adam(X, y, alpha, steps=4000, rate=0.02):
    """A framework's way: Adam on mean squared error / 2 + alpha sum |w|, with the subgradient alpha sign(w)."""
    rng = np.random.default_rng(0)
    w = 0.1 * rng.normal(size=X.shape[1] + 1)
    first, second = np.zeros_like(w), np.zeros_like(w)
    Z = np.column_stack([X, np.ones(len(y))])
    charge = np.append(np.full(X.shape[1], alpha), 0.0)
    for t in range(1, steps + 1):
        g = Z.T @ (Z @ w - y) / len(y) + charge * np.sign(w)
        first, second = 0.9 * first + 0.1 * g, 0.999 * second + 0.001 * g * g
        step = (first / (1 - 0.9**t)) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8)
        w = w - rate * (1 - t / (steps + 1)) * step
    return w[:-1], w[-1]


def test_every_true_zero_of_an_adam_run_is_debris():
    """A framework-style run leaves no zero; the zeros of scikit-learn's tight solution are all found out."""
    data = load_diabetes()
    Z, y = StandardScaler().fit_transform(data.data), (data.target - data.target.mean()) / data.target.std()
    coef, intercept = adam(Z, y, 0.1)
    true = Lasso(alpha=0.1, **TIGHT).fit(Z, y).coef_
    audit = wz.audit(coef, Z, y, intercept=intercept, loss="squared", alpha=0.1, feature_names=data.feature_names)
    assert not np.any(coef == 0.0)
    verdicts = np.array([row["verdict"] for row in audit.rows])
    assert np.count_nonzero(true == 0.0) >= 3
    assert np.array_equal(verdicts == "numerical debris", true == 0.0)
    assert np.array_equal(verdicts == "non-zero, proved", true != 0.0)
    assert audit.counts["true zero"] == 0
    assert "nothing in the optimiser sets a weight to exactly zero" in audit.cause


@pytest.mark.parametrize("alpha", [0.02, 0.002])
def test_lasso_at_default_tolerance_on_riboflavin(data_dir, alpha):
    """71 rows and 4088 columns: scikit-learn stops early, and the verdicts are those of a far tighter solution."""
    stored = np.load(data_dir / "riboflavin" / "riboflavin.npz")
    wide, y = stored["X"], stored["y"]
    model = Lasso(alpha=alpha, max_iter=100_000).fit(wide, y)
    audit = wz.audit(model, wide, y)
    assert audit.cause.startswith("The solver stopped early")
    assert audit.gap <= 1e-4 * np.var(y)
    true = Lasso(alpha=alpha, tol=1e-12, max_iter=1_000_000).fit(wide, y).coef_
    verdicts = np.array([row["verdict"] for row in audit.rows])
    given = model.coef_ != 0.0
    assert np.array_equal(verdicts == "zero, proved", ~given & (true == 0.0))
    assert np.array_equal(verdicts == "numerical debris", given & (true == 0.0))
    assert np.array_equal(verdicts == "wrong zero", ~given & (true != 0.0))
    assert np.array_equal(verdicts == "non-zero, proved", given & (true != 0.0))


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
