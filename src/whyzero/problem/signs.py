"""Which parts of whyzero do not know weights that may not be negative."""

from __future__ import annotations

from whyzero.errors import InputError
from whyzero.problem.problem import Problem

__all__ = ["refuse_positive"]


def refuse_positive(problem: Problem, what: str) -> None:
    """Refuse a problem with ``positive=True``, about which `what` would say something false.

    Raises
    ------
    InputError
        If no weight of the problem may be negative.
    """
    if problem.penalty.positive:
        raise InputError(
            f"{what} is not available where no weight may be negative (positive=True): its formulas are those of "
            "weights of either sign. whyzero.certify proves which of the weights are zero."
        )
