"""What can be said about one weight: never just two answers."""

from __future__ import annotations

from enum import Enum

__all__ = ["Verdict"]


class Verdict(Enum):
    """A statement about one weight of the true optimum; the value is the words that a person reads.

    Every verdict but `OPEN` is a theorem about the problem on the stored floats, in every optimal solution.
    `NOT_UNIQUE` says that optimal solutions differ in this weight, and that it is zero in one of them.
    """

    ZERO_PROVED = "zero, proved"
    ZERO_STRUCTURAL = "zero, structural"
    NONZERO_PROVED = "non-zero, proved"
    NONZERO_UNPENALISED = "non-zero, unpenalised"
    NOT_UNIQUE = "not unique"
    OPEN = "open"
    NUMERICAL_DEBRIS = "numerical debris"
    WRONG_ZERO = "wrong zero"

    @property
    def says_zero(self) -> bool:
        """True when the weight of the optimum is exactly zero."""
        return self in (Verdict.ZERO_PROVED, Verdict.ZERO_STRUCTURAL, Verdict.NUMERICAL_DEBRIS)

    @property
    def says_nonzero(self) -> bool:
        """True when the weight of the optimum is not zero, and its sign is known."""
        return self in (Verdict.NONZERO_PROVED, Verdict.NONZERO_UNPENALISED, Verdict.WRONG_ZERO)
