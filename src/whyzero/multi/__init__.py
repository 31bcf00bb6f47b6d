"""Models with a matrix of weights: several targets with a penalty on whole columns, and the softmax of several classes.

`fit_multitask_path` and `fit_softmax_path` fit them along a grid of alphas, to a duality gap and with exact zeros.
`certify` proves which rows of weights, or which weights, of the exact optimum are zero and which are not.
`explain` says why.
"""

from __future__ import annotations

from whyzero.multi.certificates import MatrixCertificate, WeightRow, certify, certify_matrix_problem
from whyzero.multi.explanations import MatrixExplanation, MatrixHeader, MatrixPartner, MatrixRow, explain
from whyzero.multi.paths import MatrixPath, MatrixSolution, fit_multitask_path, fit_softmax_path, solve_matrix_path
from whyzero.multi.problem import MatrixProblem, multitask_problem, softmax_problem

__all__ = [
    "MatrixCertificate",
    "MatrixExplanation",
    "MatrixHeader",
    "MatrixPartner",
    "MatrixPath",
    "MatrixProblem",
    "MatrixRow",
    "MatrixSolution",
    "WeightRow",
    "certify",
    "certify_matrix_problem",
    "explain",
    "fit_multitask_path",
    "fit_softmax_path",
    "multitask_problem",
    "softmax_problem",
    "solve_matrix_path",
]
