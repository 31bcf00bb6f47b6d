"""What is fitted, checked once: every later stage trusts a `Problem`."""

from __future__ import annotations

from whyzero.problem.problem import Problem, make_problem
from whyzero.problem.signs import refuse_positive
from whyzero.problem.strengths import check_alpha, check_alphas

__all__ = ["Problem", "check_alpha", "check_alphas", "make_problem", "refuse_positive"]
