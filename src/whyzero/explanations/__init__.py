"""Why a weight is exactly zero, or not: in numbers, words and one dict for page, command line and file."""

from __future__ import annotations

from whyzero.explanations.absorbers import Waterfall
from whyzero.explanations.evidence import Evidence
from whyzero.explanations.explanation import Explanation
from whyzero.explanations.from_fit import explain
from whyzero.explanations.partner import Partner
from whyzero.explanations.reasons import Reason, ReasonKind
from whyzero.explanations.rows import Row

__all__ = ["Evidence", "Explanation", "Partner", "Reason", "ReasonKind", "Row", "Waterfall", "explain"]
