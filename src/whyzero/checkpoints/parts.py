"""The parts of a fit that take long: each is recalled where a checkpoint has it, and else computed and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from whyzero.certificates import Certificate, PathCertificate
from whyzero.checkpoints.checkpoint import Checkpoint
from whyzero.checkpoints.forms import (
    FoldScores,
    Form,
    certificate_form,
    fold_form,
    path_certificate_form,
    path_form,
    solution_form,
)
from whyzero.checkpoints.identity import identity
from whyzero.problem import Problem
from whyzero.solution import Path, Solution

__all__ = ["KeptFolds", "Parts"]

T = TypeVar("T")


class KeptFolds:
    """The folds of a cross-validation: a `whyzero.cross_validation.fold_scores.FoldStore`.

    Parameters
    ----------
    checkpoint : Checkpoint
        Where they are kept, each as a part of its own.
    path : Path
        The path on all rows, whose alphas the folds share.
    """

    def __init__(self, checkpoint: Checkpoint, path: Path) -> None:
        self._checkpoint, self._form = checkpoint, fold_form(path)

    def recall(self, fold: int) -> FoldScores | None:
        """What was kept for a fold; None if nothing was."""
        return self._checkpoint.recall(f"fold {fold}", self._form)

    def keep(self, fold: int, scores: FoldScores) -> None:
        """Take the scores of a fold that has just been fitted."""
        self._checkpoint.keep(f"fold {fold}", self._form.write(scores))


class Parts:
    """The parts of one fit. Each method takes the function that computes its part.

    Parameters
    ----------
    problem : Problem
        What is fitted.
    options : mapping
        What the fit was asked for, by name, as JSON values.
    checkpoint : Checkpoint or None
        Where parts are kept; without one, all are computed.

    Raises
    ------
    InputError
        If the checkpoint is of another fit.
    """

    def __init__(self, problem: Problem, options: Mapping[str, Any], checkpoint: Checkpoint | None) -> None:
        self._problem, self._checkpoint = problem, checkpoint
        if checkpoint is not None:
            checkpoint.begin(identity(problem, options))

    def folds(self, path: Path) -> KeptFolds | None:
        """Where the scores of folds on the alphas of `path` are kept."""
        return None if self._checkpoint is None else KeptFolds(self._checkpoint, path)

    def path(self, compute: Callable[[], Path]) -> Path:
        """The path on all rows."""
        return self._part("path", path_form(self._problem), compute)

    def fit(self, compute: Callable[[], Solution]) -> Solution:
        """The fit at the chosen alpha."""
        return self._part("fit", solution_form(self._problem), compute)

    def path_certificate(self, compute: Callable[[], PathCertificate]) -> PathCertificate:
        """What is proved along the path."""
        return self._part("path certificate", path_certificate_form(self._problem), compute)

    def certificate(self, compute: Callable[[], Certificate]) -> Certificate:
        """What is proved at the chosen alpha."""
        return self._part("certificate", certificate_form(self._problem), compute)

    def _part(self, name: str, form: Form[T], compute: Callable[[], T]) -> T:
        return compute() if self._checkpoint is None else self._checkpoint.result(name, form, compute)
