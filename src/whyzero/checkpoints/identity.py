"""Everything on which the results of a fit depend, so that a checkpoint of another one is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from whyzero.certificates.stored import Digests
from whyzero.problem import Problem

__all__ = ["identity"]


def identity(problem: Problem, options: Mapping[str, Any]) -> dict[str, Any]:
    """Versions, options and hashes of the data.

    Parameters
    ----------
    problem, options
        As in `whyzero.checkpoints.parts.Parts`.
    """
    from whyzero import __version__

    data = ("the values of X", "the target", "the row weights", "the offset")
    names = json.dumps([str(name) for name in problem.names]).encode("ascii")
    return {
        "the version of whyzero": __version__,
        "the version of NumPy": np.__version__,
        **options,
        **dict(zip(data, Digests(problem).known, strict=True)),
        "the storage of X": [problem.design.storage, str(problem.design.dtype)],
        "the column names": hashlib.sha256(names).hexdigest(),
    }
