"""A fit that fails leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["unchanged_on_failure"]


@contextmanager
def unchanged_on_failure(estimator: Any) -> Iterator[None]:
    """A fit that fails or is interrupted leaves the estimator as it was."""
    before = dict(estimator.__dict__)
    try:
        yield
    except BaseException:
        estimator.__dict__.clear()
        estimator.__dict__.update(before)
        raise
