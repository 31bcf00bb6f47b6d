"""Certificates of models with a matrix of weights. Nothing here imports the solver."""

from whyzero.multi.certificates.certificate import MatrixCertificate
from whyzero.multi.certificates.certify import certify, certify_matrix_problem

__all__ = ["MatrixCertificate", "certify", "certify_matrix_problem"]
