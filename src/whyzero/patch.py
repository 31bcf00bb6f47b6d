"""Let a program that imports from `sklearn.linear_model` use whyzero: `python -m whyzero.patch script.py`."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from whyzero.errors import InputError

__all__ = ["patch_sklearn", "unpatch_sklearn"]

_replaced: dict[str, Any] = {}


def patch_sklearn(names: Iterable[str] | None = None) -> None:
    """Let the names of `sklearn.linear_model` mean whyzero's estimators, in the whole process.

    Call it before the names are imported: what is bound already, by ``from sklearn.linear_model import Lasso`` here or
    in a module that scikit-learn has loaded, stays. The classes derive from those that they replace, so that
    ``isinstance`` holds both ways round and estimators pickled before are read as they were.

    Parameters
    ----------
    names : iterable of str, optional
        Which names; all that `whyzero.sklearn` has if not given. Leave out those that the program needs as they are.

    Raises
    ------
    InputError
        If `whyzero.sklearn` does not have a name.
    """
    from sklearn import linear_model

    import whyzero.sklearn as own

    chosen = list(own.__all__) if names is None else list(names)
    unknown = [name for name in chosen if name not in own.__all__]
    if unknown:
        raise InputError(f"names has {unknown[0]!r}; whyzero.sklearn has {', '.join(own.__all__)}.")
    for name in chosen:
        _replaced.setdefault(name, getattr(linear_model, name))
        setattr(linear_model, name, getattr(own, name))


def unpatch_sklearn() -> None:
    """Take back `patch_sklearn`: the names of `sklearn.linear_model` mean scikit-learn's own again."""
    from sklearn import linear_model

    while _replaced:
        setattr(linear_model, *_replaced.popitem())


def _run(arguments: list[str]) -> None:
    """Run a script as ``python script.py`` would, with `sklearn.linear_model` patched."""
    if not arguments or arguments[0].startswith("-"):
        sys.exit("usage: python -m whyzero.patch script.py [arguments]")
    script = arguments[0]
    if not Path(script).is_file():
        sys.exit(f"python -m whyzero.patch: there is no file {script!r}")
    # The module that runs is __main__; the state of the patch belongs to the one that others import.
    from whyzero.patch import patch_sklearn as patch

    patch()
    sys.argv = arguments
    sys.path[0] = str(Path(script).resolve().parent)
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    _run(sys.argv[1:])
