"""What every sentence about a weight may refer to: the fit as a whole, in a few words and numbers."""

from __future__ import annotations

from dataclasses import dataclass

from whyzero.certificates import Certificate
from whyzero.explanations.null_model import unpenalised
from whyzero.explanations.partner import Partner
from whyzero.explanations.wording import figure, penalty_name
from whyzero.solution import Path, Solution

__all__ = ["Facts", "make_facts"]


@dataclass(frozen=True)
class Facts:
    """The fit in words.

    Attributes
    ----------
    alpha, l1_ratio : float
        The penalty.
    penalty : str
        "L1", "L2" or "elastic net".
    standardize : bool
        Whether pulls and tolls are per standard deviation of a column.
    fit_intercept : bool
        Whether there is an intercept.
    unpenalised : bool
        Whether some column has no penalty, so that the null model has more than an intercept.
    gap : float
        Proved bound of the objective's distance from its minimum.
    arithmetic : str
        That of the proof.
    grid : str
        "the computed grid of 60 alphas from 0.4 to 0.0004"; empty without a path.
    partner : str
        "L2", "L1" or "elastic net"; empty without a partner.
    match : str
        What the partner has in common with the fit; empty without a partner.
    partner_setting : str
        "L2 at the same training loss (alpha 0.0031)".
    positive : bool
        Whether no weight may be negative.
    """

    alpha: float
    l1_ratio: float
    penalty: str
    standardize: bool
    fit_intercept: bool
    unpenalised: bool
    gap: float
    arithmetic: str
    grid: str
    partner: str
    match: str
    partner_setting: str
    positive: bool = False

    @property
    def any_pull(self) -> str:
        """What moves a weight that pays no toll."""
        return "any pull upwards" if self.positive else "any pull"

    @property
    def alone(self) -> str:
        """What the null model is, as the end of a sentence."""
        if self.unpenalised:
            return "beside the unpenalised columns alone"
        return "on its own"


def make_facts(solution: Solution, certificate: Certificate, path: Path | None, partner: Partner | None) -> Facts:
    """Collect the facts of one explanation."""
    problem = solution.problem
    return Facts(
        alpha=solution.alpha,
        l1_ratio=problem.penalty.l1_ratio,
        penalty=penalty_name(problem.penalty.l1_ratio),
        standardize=problem.standardize,
        fit_intercept=problem.fit_intercept,
        unpenalised=bool(unpenalised(problem).any()),
        gap=certificate.gap,
        arithmetic=certificate.proof,
        grid="" if path is None else _grid(path),
        partner="" if partner is None else partner.name,
        match="" if partner is None else partner.match,
        partner_setting="" if partner is None else _setting(partner),
        positive=problem.penalty.positive,
    )


def _grid(path: Path) -> str:
    if len(path) == 1:
        return f"the one computed alpha, {figure(path.alphas[0])}"
    return f"the computed grid of {len(path)} alphas from {figure(path.alphas[0])} to {figure(path.alphas[-1])}"


def _setting(partner: Partner) -> str:
    held = {True: "at the same", False: "at nearly the same"}[partner.matched]
    return f"{partner.name} {held} {partner.match} (alpha {figure(partner.solution.alpha)})"
