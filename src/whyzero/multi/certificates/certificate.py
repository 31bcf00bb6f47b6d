"""A certificate about a matrix of weights: what is claimed about the optimum, and the dual point that proves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates import Verdict
from whyzero.certificates.stored import Array, Digests, StoredCertificate
from whyzero.designs.names import Names
from whyzero.multi.certificates.rows import WeightRow, rows_of
from whyzero.multi.problem import MatrixProblem

__all__ = ["MatrixCertificate"]


@dataclass(frozen=True, eq=False)
class MatrixCertificate(StoredCertificate):
    """Verdicts on the weights of the true optimum of a problem with a matrix of weights, with their proof.

    What is judged is a whole column of X for several targets, whose weights are zero together (``"squared"``), and
    every single weight of several classes (``"softmax"``). So there are ``n_features`` verdicts in the first case, and
    as many as weights in the second; below, `judged` stands for the shape ``(n_features,)`` or
    ``(n_tasks, n_features)``.
    docs/certificate.md is the published schema of the JSON form, docs/math.md the proofs.

    Attributes
    ----------
    loss : {"squared", "softmax"}
    alpha, l1_ratio, fit_intercept
        The problem.
    names : sequence of str
        Column names.
    n_rows, n_cols, n_tasks : int
        Shape of the data, and number of targets or classes.
    coef, intercept : ndarray of shape (n_tasks, n_features), (n_tasks,)
        The weights that were certified, whoever fitted them.
    penalty_factor : ndarray of shape (n_features,)
    anchor_coef, anchor_intercept : ndarray of shape (n_tasks, n_features), (n_tasks,)
        The primal point from which the bounds are measured: the certified weights, or better ones.
    dual : ndarray of shape (n_rows, n_tasks)
        The dual point.
    gap, anchor_gap : float
        Upper bounds of the distance of the objective from its minimum at both points, rounding included; infinite if
        there is none.
    primal : float
        Objective at the certified weights.
    toll : ndarray of shape (n_features,)
        ``l1``; infinite for an excluded column.
    pull : ndarray of shape `judged`
        Slope of the loss (its norm for several targets) with what is judged at zero and all else as certified.
    pull_bound : ndarray of shape `judged`
        Proved upper bound of that slope at the optimum; infinite if there is none.
    radius : ndarray of shape `judged`
        The weights of every optimal solution are within this distance of those of the anchor.
    verdicts : ndarray of Verdict, of shape `judged`
    methods : ndarray of str, of shape `judged`
        How each verdict was proved, or why it is open.
    digests : Digests
        SHA-256 of X, of the targets (those of classes as 0 and 1), of the sample weights, and of zeros: there is no
        offset.
    """

    loss: str
    alpha: float
    l1_ratio: float
    fit_intercept: bool
    names: Names
    n_rows: int
    n_cols: int
    n_tasks: int
    coef: Array
    intercept: Array
    penalty_factor: Array
    anchor_coef: Array
    anchor_intercept: Array
    dual: Array
    gap: float
    anchor_gap: float
    primal: float
    toll: Array
    pull: Array
    pull_bound: Array
    radius: Array
    verdicts: NDArray[Any]
    methods: NDArray[Any]
    digests: Digests

    def counts(self) -> dict[Verdict, int]:
        """How many got each verdict; verdicts that nobody got are left out."""
        found = Counter(self.verdicts.ravel().tolist())
        return {verdict: found[verdict] for verdict in Verdict if found[verdict]}

    @property
    def n_proved(self) -> int:
        """Number of verdicts that are not open."""
        return int(np.count_nonzero(self.verdicts != Verdict.OPEN))

    def rows(self, classes: Sequence[Any] | None = None) -> list[WeightRow]:
        """The table of all verdicts, with a sentence for each.

        Parameters
        ----------
        classes : sequence, optional
            Labels of the classes, such as `classes_` of a drop-in; their numbers if not given.

        Raises
        ------
        InputError
            If there are not as many labels as classes.
        """
        return rows_of(self, classes)

    @property
    def lo(self) -> Array:
        """Lower ends of intervals that hold every single weight of every optimal solution, (n_tasks, n_features)."""
        return self._end(-1.0)

    @property
    def hi(self) -> Array:
        """Upper ends of the same."""
        return self._end(1.0)

    def _end(self, way: float) -> Array:
        zero = np.array([verdict.says_zero for verdict in self.verdicts.ravel()]).reshape(self.verdicts.shape)
        end = np.nextafter(self.anchor_coef + way * self.radius, way * np.inf)
        return np.where(zero, 0.0, end)

    def is_about(self, problem: Any) -> bool:
        """Whether the claims are about `problem`: the same data, loss and penalty."""
        if not isinstance(problem, MatrixProblem):
            return False
        rows, told = problem.rows, (self.loss, self.l1_ratio, self.fit_intercept)
        return (
            told == (problem.loss.name, rows.penalty.l1_ratio, rows.fit_intercept)
            and tuple(self.names) == tuple(rows.names)
            and np.array_equal(self.penalty_factor, rows.penalty.factor)
            and self.digests.are_of(problem.stacked)
        )

    @staticmethod
    def _schema() -> ModuleType:
        from whyzero.multi.certificates import schema

        return schema
