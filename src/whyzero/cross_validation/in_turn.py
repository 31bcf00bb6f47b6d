"""Several folds at a time, their results in the order of the folds.

A fit on one thread has the same bits as a fit on many, so how many folds run side by side changes no score.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import TypeVar

from whyzero.cross_validation.core import threads
from whyzero.solution import Settings

__all__ = ["Progress", "in_turn"]

Result = TypeVar("Result")
Progress = Callable[[int], object]


class _StoppedError(Exception):
    """Ends a fit whose result nobody waits for any more."""


def in_turn(
    fit: Callable[[int, Settings, Progress], Result], n_folds: int, settings: Settings, *, side_by_side: bool
) -> Generator[Result, None, None]:
    """``fit(k, settings, progress)`` for every fold k, in the order of k.

    Parameters
    ----------
    fit : callable
        Computes the result of one fold; it must call ``progress`` now and then.
    n_folds : int
        Number of folds.
    settings : Settings
        Its threads are shared out to the folds that run at the same time.
    side_by_side : bool
        Whether folds may run at the same time.

    Yields
    ------
    object
        The result of each fold. When the generator is closed before its end, fits that still run end soon.
    """
    available = threads(settings)
    together = min(available, n_folds) if side_by_side else 1
    if together == 1:
        for k in range(n_folds):
            yield fit(k, settings, lambda done: None)
        return
    stopped = Event()

    def progress(done: int) -> None:
        if stopped.is_set():
            raise _StoppedError

    own = replace(settings, n_threads=available // together)
    with ThreadPoolExecutor(together, thread_name_prefix="whyzero-fold") as pool:
        waiting = [pool.submit(fit, k, own, progress) for k in range(n_folds)]
        try:
            for future in waiting:
                yield future.result()
        finally:
            stopped.set()
            for future in waiting:
                future.cancel()
