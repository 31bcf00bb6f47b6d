"""Certificates of models with a matrix of weights. Nothing here imports the solver."""

from whyzero.multi.certificates.certificate import MatrixCertificate
from whyzero.multi.certificates.certify import certify, certify_matrix_problem
from whyzero.multi.certificates.rows import WeightRow

__all__ = ["MatrixCertificate", "WeightRow", "certify", "certify_matrix_problem"]
