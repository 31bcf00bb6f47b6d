"""Why the weights of a model with a matrix of weights are zero or not, in numbers and words."""

from __future__ import annotations

from whyzero.multi.explanations.explanation import MatrixExplanation
from whyzero.multi.explanations.from_fit import explain
from whyzero.multi.explanations.header import MatrixHeader
from whyzero.multi.explanations.partner import MatrixPartner
from whyzero.multi.explanations.rows import MatrixRow

__all__ = ["MatrixExplanation", "MatrixHeader", "MatrixPartner", "MatrixRow", "explain"]
