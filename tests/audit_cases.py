"""Data for audits, and weights that were fitted to another objective than the one that is said."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

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


def stand_in(package, name, **attributes):
    """An object that looks like a fitted estimator of a package that is not installed."""
    model = type(name, (), {"__module__": f"{package}.somewhere"})()
    for key, value in attributes.items():
        setattr(model, key, value)
    return model
