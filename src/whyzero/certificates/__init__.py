"""Certificates: theorems about the optimum of a problem, from any coefficients, and their independent check.

Nothing here imports the solver. `certify` finds the proof, `verify` checks it with code of its own.
"""

from whyzero.certificates.alpha_intervals import certify_path
from whyzero.certificates.certificate import Certificate
from whyzero.certificates.certify import certify, certify_problem
from whyzero.certificates.path_certificate import AlphaIntervals, PathCertificate
from whyzero.certificates.ranges import Ranges, optimal_ranges
from whyzero.certificates.verdict import Verdict
from whyzero.certificates.verify import Verification
from whyzero.certificates.verify_matrix import verify

__all__ = [
    "AlphaIntervals",
    "Certificate",
    "PathCertificate",
    "Ranges",
    "Verdict",
    "Verification",
    "certify",
    "certify_path",
    "certify_problem",
    "optimal_ranges",
    "verify",
]
