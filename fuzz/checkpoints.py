"""The harness for checkpoints: what `whyzero fit --checkpoint` recalls of a file, for the problem of the corpus."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from fuzz import slow
from fuzz.problem import ALPHA, design, target
from whyzero.errors import DataFileError

__all__ = ["checkpoint", "genuine"]

# What a fit is of; of a real one it names the versions, too, and the corpus is for all of them.
FIT = {"what": "the problem of the corpus"}
GRID = (0.5, ALPHA)
N_FOLDS, ROWS = 2, 5  # few, so that every file of the corpus can be kept


@cache
def _problem() -> Any:
    from whyzero.problem import make_problem

    return make_problem(design()[:ROWS], target()[:ROWS], feature_names=["first", "second", "third", "same"])


def _forms(path: Any) -> dict[str, Any]:
    """The form of each part; those of folds need the path."""
    from whyzero.checkpoints import forms

    problem = _problem()
    folds = {} if path is None else {f"fold {k}": forms.fold_form(path) for k in range(N_FOLDS)}
    return {
        "path": forms.path_form(problem),
        **folds,
        "fit": forms.solution_form(problem),
        "path certificate": forms.path_certificate_form(problem),
        "certificate": forms.certificate_form(problem),
    }


def _content(path: Path) -> bytes | None:
    """What is in a file; None where there is none."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


def checkpoint(path: Path) -> object:
    """A checkpoint: each part that is recalled must be written again as it stands in the file, bit for bit."""
    from whyzero.checkpoints import open_checkpoint

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name  # because a lock is put beside the file that is read
        content = _content(path)
        if content is None:
            with open_checkpoint(path):
                raise DataFileError(f"{str(path)!r}: there is nothing to read")  # a fit would begin one here
        copy.write_bytes(content)
        with open_checkpoint(copy) as kept:
            kept.begin(FIT)
            whole = kept.recall("path", _forms(None)["path"])
            parts = {name: (form, kept.recall(name, form)) for name, form in _forms(whole).items()}
        assert copy.read_bytes() == content
    told = slow.checkpoint(content)
    recalled = [name for name, (_, found) in parts.items() if found is not None]
    assert set(recalled) == {part for part, _ in told} & set(parts)
    for part in recalled:
        form, found = parts[part]
        for name, array in form.write(found).items():
            again, there = np.ascontiguousarray(array).tobytes(), told[part, name]
            assert again == there or json.loads(again) == json.loads(there), (part, name)
    return recalled


def genuine() -> bytes:
    """A checkpoint with every part of a small fit."""
    import whyzero as wz
    from whyzero.certificates import certify_problem
    from whyzero.checkpoints.content import dump
    from whyzero.cross_validation import cross_validate_path
    from whyzero.solve import solve, solve_path

    problem = _problem()
    path = solve_path(problem, alphas=list(GRID))
    fit = solve(problem, ALPHA)
    scores: dict[int, Any] = {}

    class Store:
        def recall(self, fold: int) -> None:
            return None

        def keep(self, fold: int, found: Any) -> None:
            scores[fold] = found

    cross_validate_path(path, n_folds=N_FOLDS, store=Store())
    found = {
        "path": path,
        **{f"fold {k}": scores[k] for k in range(N_FOLDS)},
        "fit": fit,
        "path certificate": wz.certify_path(path),
        "certificate": certify_problem(problem, fit.coef, fit.intercept, ALPHA),
    }
    return dump(FIT, {name: form.write(found[name]) for name, form in _forms(path).items()})
