"""`proof="exact"`: verdicts from rational arithmetic and from integers with proved errors, for any data.

Sixty decimal digits would decide most cases; 512 bits decide all but exact ties, and rational numbers decide
those of the squared loss. docs/math.md has the proofs.
"""

from whyzero.certificates.exact.findings import MOST_NUMBERS, prove_exactly

__all__ = ["MOST_NUMBERS", "prove_exactly"]
