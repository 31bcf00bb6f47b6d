"""scikit-learn's own functions around whyzero's solver."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from inspect import unwrap
from types import FunctionType
from typing import Any

__all__ = ["borrowed"]


def borrowed(function: Callable[..., Any], **names: Any) -> FunctionType:
    """A copy of a function of scikit-learn in which some global names mean something else.

    The function as written in scikit-learn, without its decorators. The original stays as it is: nothing is patched,
    and threads do not see each other's copies. Decision 0019 says why.

    Parameters
    ----------
    function : callable
        A function or method of scikit-learn.
    **names
        What the names of its module are to mean.

    Returns
    -------
    function

    Raises
    ------
    ImportError
        If the function does not use one of these names: scikit-learn has changed.
    """
    plain = unwrap(function)
    assert isinstance(plain, FunctionType)
    unused = set(names) - set(plain.__code__.co_names)
    if unused:
        raise ImportError(
            f"whyzero.sklearn does not know this version of scikit-learn: {plain.__qualname__} does not use "
            f"{', '.join(sorted(unused))}. Use scikit-learn 1.9."
        )
    copy = FunctionType(
        plain.__code__, {**plain.__globals__, **names}, plain.__name__, plain.__defaults__, plain.__closure__
    )
    copy.__kwdefaults__ = plain.__kwdefaults__
    update_wrapper(copy, plain)
    del copy.__wrapped__  # type: ignore[attr-defined]
    return copy
