"""A certificate: what is claimed about a problem's optimum, and the dual point that proves it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whyzero.certificates.verdict import Verdict
from whyzero.designs.names import Names

if TYPE_CHECKING:
    from typing import Any

    from whyzero.certificates.path_certificate import PathCertificate
    from whyzero.problem import Problem

__all__ = ["Certificate", "Digests", "is_about", "vector_digest"]

Array = NDArray[np.float64]


class Digests:
    """SHA-256 of X, y, the sample weights and the offset, in the order of `NAMES`.

    Those of a problem are computed when they are first asked for: hashing can cost more than the proof. Until then
    its data are kept; if they are changed meanwhile, the certificate does not belong to them any more.
    """

    NAMES = ("data_digest", "target_digest", "weight_digest", "offset_digest")

    def __init__(self, problem: Problem | None = None, known: tuple[str, ...] = ()) -> None:
        self._problem, self._known = problem, known

    @property
    def known(self) -> tuple[str, ...]:
        """The four texts."""
        if self._problem is not None:
            vectors = self._problem.y, self._problem.sample_weight, self._problem.offset
            self._known = (self._problem.design.digest(), *map(vector_digest, vectors))
            self._problem = None
        return self._known

    def are_of(self, problem: Problem) -> bool:
        """Whether they are those of `problem`; nothing is hashed if it is the one that they wait for."""
        mine = self._problem
        parts = ("design", "y", "sample_weight", "offset")
        if mine is not None and all(getattr(mine, part) is getattr(problem, part) for part in parts):
            return True
        return self.known == Digests(problem).known

    def __reduce__(self) -> tuple[Any, ...]:
        return Digests, (None, self.known)


@dataclass(frozen=True, eq=False)
class Certificate:
    """Verdicts on every weight of the true optimum of one problem, with their proof.

    All coefficients, tolls and pulls are in the units of the columns as stored. docs/certificate.md is the
    published schema of the JSON form, docs/math.md the proofs.

    Attributes
    ----------
    loss, alpha, l1_ratio, fit_intercept, standardize
        The problem.
    names : sequence of str
        Column names.
    n_rows, n_cols : int
        Shape of the data.
    coef, intercept : ndarray of shape (p,), float
        The weights that were certified, whoever fitted them.
    penalty_factor, scale : ndarray of shape (p,)
        ``v`` and ``sigma``: the toll of column j is ``alpha l1_ratio v_j sigma_j``.
    anchor_coef, anchor_intercept : ndarray of shape (p,), float
        The primal point from which the bounds are measured: the certified weights, or better ones.
    dual : ndarray of shape (n,)
        The dual point.
    gap : float
        Upper bound of ``P(coef, intercept) - P*``, rounding included; infinite if there is none.
    anchor_gap : float
        The same for the anchor.
    primal : float
        Objective at the certified weights.
    pull : ndarray of shape (p,)
        ``|dL/db_j|`` with ``b_j`` set to 0 and all else as certified.
    toll : ndarray of shape (p,)
        ``l1``; infinite for an excluded column.
    pull_bound : ndarray of shape (p,)
        Proved upper bound of ``|dL/db_j|`` at the optimum; infinite if there is none.
    lo, hi : ndarray of shape (p,)
        Proved enclosure of the weight in every optimal solution; where the verdict is `NOT_UNIQUE` the range over all
        of them, rounded outwards.
    verdicts : tuple of Verdict
        One for each column.
    methods : tuple of str
        How each verdict was proved, or why it is open.
    digests : Digests
        SHA-256 of X, y, the sample weights and the offset.
    proof : str
        ``"float"``: float64 with bounds on every rounding; ``"exact"``: rational arithmetic.
    """

    loss: str
    alpha: float
    l1_ratio: float
    fit_intercept: bool
    standardize: bool
    names: Names
    n_rows: int
    n_cols: int
    coef: Array
    intercept: float
    penalty_factor: Array
    scale: Array
    anchor_coef: Array
    anchor_intercept: float
    dual: Array
    gap: float
    anchor_gap: float
    primal: float
    pull: Array
    toll: Array
    pull_bound: Array
    lo: Array
    hi: Array
    verdicts: tuple[Verdict, ...]
    methods: tuple[str, ...]
    digests: Digests
    proof: str

    def is_about(self, problem: Problem) -> bool:
        """Whether these are verdicts about `problem`: the same data, loss and penalty."""
        return is_about(self, problem)

    def counts(self) -> dict[Verdict, int]:
        """How many columns got each verdict; verdicts that nobody got are left out."""
        found = Counter(self.verdicts)
        return {verdict: found[verdict] for verdict in Verdict if found[verdict]}

    @property
    def n_proved(self) -> int:
        """Number of columns whose verdict is not open."""
        return sum(verdict is not Verdict.OPEN for verdict in self.verdicts)

    def to_json(self) -> str:
        """The certificate as one line of JSON; floats are written so that they read back bit for bit."""
        from whyzero.certificates.schema import dump

        return dump(self)

    @classmethod
    def from_json(cls, text: str) -> Certificate:
        """Read a certificate and check every field.

        Raises
        ------
        CertificateError
            If the text is not such a certificate; the message names the field.
        """
        from whyzero.certificates.schema import load

        return load(text)

    def save(self, file: str | Path) -> None:
        """Write the JSON form to a file.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        Path(file).write_text(self.to_json(), "utf-8")

    @classmethod
    def load(cls, file: str | Path) -> Certificate:
        """Read what `save` wrote.

        Raises
        ------
        OSError
            If the file cannot be read.
        CertificateError
            If it is not a certificate; the message names the field.
        """
        return cls.from_json(Path(file).read_text("utf-8", errors="replace"))

    @property
    def digest(self) -> str:
        """SHA-256 of the content, as written in the field ``sha256`` of the JSON."""
        from whyzero.certificates.schema import content_digest, fields_of

        return content_digest(fields_of(self))


def is_about(certificate: Certificate | PathCertificate, problem: Problem) -> bool:
    """Whether a certificate has the data, the loss and the penalty of `problem`."""
    told = certificate.loss, certificate.l1_ratio, certificate.fit_intercept, certificate.standardize
    return (
        told == (problem.loss.name, problem.penalty.l1_ratio, problem.fit_intercept, problem.standardize)
        and tuple(certificate.names) == tuple(problem.names)
        and np.array_equal(certificate.penalty_factor, problem.penalty.factor)
        and certificate.digests.are_of(problem)
    )


def vector_digest(values: NDArray[Any]) -> str:
    """SHA-256 of the values as little-endian float64; negative zero counts as zero."""
    numbers = np.ascontiguousarray(values, dtype="<f8") + 0.0
    return hashlib.sha256(numbers.tobytes()).hexdigest()
