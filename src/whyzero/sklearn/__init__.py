"""scikit-learn's linear models under their own names, fitted and proved by whyzero.

Each class derives from scikit-learn's class of the same name: its parameters, their checks, tags, metadata routing,
`predict` and `score` are scikit-learn's, and `isinstance` holds. Only the fit is whyzero's. Parameters that choose an
algorithm (`solver`, `selection`, `precompute`, `random_state`, `n_jobs`, `dual`, `warm_start`, `copy_X`,
`intercept_scaling`, `gcv_mode`, `verbose`) are accepted and do not change the answer. docs/sklearn.md says what
differs.
"""

from sklearn import __version__ as _installed

if tuple(map(int, _installed.split(".")[:2])) < (1, 9):
    raise ImportError(f"whyzero.sklearn follows scikit-learn 1.9, and {_installed} is installed; upgrade scikit-learn.")

from whyzero.sklearn.cross_validated import ElasticNetCV, LassoCV
from whyzero.sklearn.logistic import LogisticRegression, LogisticRegressionCV
from whyzero.sklearn.multitask import MultiTaskElasticNet, MultiTaskElasticNetCV, MultiTaskLasso, MultiTaskLassoCV
from whyzero.sklearn.paths import enet_path, lasso_path
from whyzero.sklearn.poisson import PoissonRegressor
from whyzero.sklearn.ridge import Ridge, RidgeClassifier, RidgeClassifierCV, RidgeCV
from whyzero.sklearn.sparse_regression import ElasticNet, Lasso

__all__ = [
    "ElasticNet",
    "ElasticNetCV",
    "Lasso",
    "LassoCV",
    "LogisticRegression",
    "LogisticRegressionCV",
    "MultiTaskElasticNet",
    "MultiTaskElasticNetCV",
    "MultiTaskLasso",
    "MultiTaskLassoCV",
    "PoissonRegressor",
    "Ridge",
    "RidgeCV",
    "RidgeClassifier",
    "RidgeClassifierCV",
    "enet_path",
    "lasso_path",
]
