"""A certificate: what is claimed about a problem's optimum, and the dual point that proves it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from types import ModuleType

from whyzero.certificates.stored import Array, Digests, StoredCertificate
from whyzero.certificates.verdict import Verdict
from whyzero.designs.names import Names

__all__ = ["Certificate"]


@dataclass(frozen=True, eq=False)
class Certificate(StoredCertificate):
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
    positive : bool
        Whether no weight of the problem may be negative; then ``-dL/db_j`` stands for ``|dL/db_j|`` above.
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
    positive: bool = False

    def counts(self) -> dict[Verdict, int]:
        """How many columns got each verdict; verdicts that nobody got are left out."""
        found = Counter(self.verdicts)
        return {verdict: found[verdict] for verdict in Verdict if found[verdict]}

    @property
    def n_proved(self) -> int:
        """Number of columns whose verdict is not open."""
        return sum(verdict is not Verdict.OPEN for verdict in self.verdicts)

    @staticmethod
    def _schema() -> ModuleType:
        from whyzero.certificates import schema

        return schema

    @property
    def digest(self) -> str:
        """SHA-256 of the content, as written in the field ``sha256`` of the JSON."""
        from whyzero.certificates.schema import content_digest, fields_of

        return content_digest(fields_of(self))
