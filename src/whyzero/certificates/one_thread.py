"""NumPy's matrix products on one thread: their sums then have one order, whatever the number of threads.

A certificate and an explanation must be the same file on every run. On the small and thin products made here,
more threads would also be slower, and much slower beside other busy threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

__all__ = ["on_one_blas_thread"]

P = ParamSpec("P")
R = TypeVar("R")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def _take_control() -> None:
    """Let this thread, or whichever comes next, set the number of threads.

    threadpoolctl from 3.8 on gives OpenBLAS to the first thread that limits it, and does nothing for others.
    """
    for library in _controller().lib_controllers:
        release = getattr(library, "clear_controlling_thread", None)
        if release is not None:
            release(force=True)


class _OneThread:
    """Keeps BLAS to one thread while any thread of Python is inside; the last one out gives BLAS its threads back."""

    def __init__(self) -> None:
        self._lock, self._inside = Lock(), 0
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                _take_control()
                self._limit = _controller().limit(limits=1, user_api="blas")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                _take_control()
                self._limit.restore_original_limits()
                _take_control()

    def start_anew(self) -> None:
        """In a forked child, whose parent may have had other threads inside."""
        self._lock, self._inside = Lock(), 0


_one_thread = _OneThread()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_one_thread.start_anew)


def on_one_blas_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function keep BLAS to one thread while it runs."""

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with _one_thread:
            return function(*args, **kwargs)

    return limited
