"""A drop-in beside scikit-learn's estimator of the same name, which is fitted as tightly as it can be."""

from __future__ import annotations

import numpy as np
from sklearn import linear_model as theirs

from whyzero import sklearn as ours

TIGHT = {"tol": 1e-13, "max_iter": 1_000_000}
SCORES = ("mse_path_", "best_score_", "scores_", "coefs_paths_")
FITTED = ("coef_", "intercept_", "alpha_", "alphas_", "C_", "l1_ratio_", *SCORES)


def fitted_both(name, options, X, target, weight, **extra):
    """The drop-in at its default tolerance, and scikit-learn's estimator at a tight one."""
    own = getattr(ours, name)(**options)
    other = getattr(theirs, name)(**options, **extra)
    other.set_params(**{key: value for key, value in TIGHT.items() if key in other.get_params()})
    return own.fit(X, target, sample_weight=weight), other.fit(X, target, sample_weight=weight)


def compare(own, other, X, atol):
    """All that scikit-learn's estimator has learned is there, in the same shape and of nearly the same value."""
    for name in FITTED:
        assert hasattr(own, name) == hasattr(other, name)
        if hasattr(own, name):
            assert np.shape(getattr(own, name)) == np.shape(getattr(other, name)), name
            np.testing.assert_allclose(getattr(own, name), getattr(other, name), atol=atol, rtol=1e-7, err_msg=name)
    assert set(vars(other)) <= set(vars(own))
    if getattr(other, "n_iter_", None) is not None:  # their direct ridge has no steps to count
        assert np.shape(own.n_iter_) == np.shape(other.n_iter_)
    assert own.predict(X).dtype == other.predict(X).dtype


def same_zeros(own, other):
    """scikit-learn's weights below 1e-9 are exact zeros of the drop-in, and no others."""
    assert np.array_equal(np.atleast_2d(own.coef_) == 0.0, np.abs(np.atleast_2d(other.coef_)) < 1e-9)
