"""NumPy's matrix products on one thread: their sums then have one order, whatever the number of threads.

A certificate and an explanation must be the same file on every run. On the small and thin products made here,
more threads would also be slower, and much slower beside other busy threads.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

__all__ = ["on_one_blas_thread"]

P = ParamSpec("P")
R = TypeVar("R")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def on_one_blas_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function keep BLAS to one thread while it runs."""

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with _controller().limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited
