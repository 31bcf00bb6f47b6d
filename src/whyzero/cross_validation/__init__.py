"""Choosing alpha by held-out scores on one common grid.

Every fold fits the *same* rows of the same matrix with some sample weights set to zero, so X is
never copied, and every fold uses the grid of the path on all rows, so scores at one alpha can be
averaged. The rules for the mean, its standard error and the one-standard-error choice are those of
Friedman, Hastie and Tibshirani (2010), "Regularization Paths for Generalized Linear Models via
Coordinate Descent", Journal of Statistical Software 33(1), section 5 and the `cv.glmnet` manual.
"""

from whyzero.cross_validation.choice import cross_validate, cross_validate_path
from whyzero.cross_validation.folds import make_folds
from whyzero.cross_validation.scores import weighted_auc

__all__ = ["cross_validate", "cross_validate_path", "make_folds", "weighted_auc"]
