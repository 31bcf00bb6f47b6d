"""The fits of the package as scikit-learn estimators.

Thin: validation of X in scikit-learn's words, one call of the solver, the results as attributes. A
pickle holds the model and not the training data: `solution_`, `path_` and `cv_`, which refer to the
data, are left out of it.
"""

from whyzero.estimators.classifiers import GLMClassifier, GLMClassifierCV
from whyzero.estimators.regressors import GLMRegressor, GLMRegressorCV

__all__ = ["GLMClassifier", "GLMClassifierCV", "GLMRegressor", "GLMRegressorCV"]
