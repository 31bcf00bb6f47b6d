"""Why a weight is zero or not, in one word and at most three names.

The rules, in this order; `pull` is taken with the weight set to 0 and everything else as fitted, `null
pull` with no penalised column in the model. Where no weight may be negative, pulls downwards are negative:

=======================  ===================================================================================
structural               the column is constant (with an intercept) or empty: its weight changes nothing
excluded                 its penalty factor is infinite: zero by decision
unpenalised              its penalty factor is 0: no toll (a zero that may not be negative is judged further below)
L2: no toll              ``l1_ratio = 0`` and a non-zero weight: any pull moves it
no pull                  ``l1_ratio = 0`` and a zero weight: its pull is exactly 0
borderline               zero, and pull and toll agree to nine digits: it stands at the edge of leaving zero
not settled              weight and rule disagree (zero with pull > toll, or non-zero with pull <= toll): the
                         fit is not exact
pulled down              zero, pull < 0: the weight may not be negative, and the data pull it that way. Where the null
                         pull > toll, `by` the columns that turned it, found as below
weak                     zero, null pull <= toll: not even alone would it leave zero
explained away by ...    zero, null pull > toll: the one, two or three columns that absorb most bring the
                         pull down to the toll by themselves
explained away, mostly   the same, but they need the others' help: they carry more than half of what the pull
by ...                   lost from null pull to pull
crowded at this alpha    the same, but no three columns carry more than half: many share the work
also alone               non-zero, null pull > toll: it would leave zero without the other columns, too
revealed                 non-zero, null pull <= toll: only beside the other columns does it pay the toll
=======================  ===================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from whyzero.explanations.absorbers import Waterfall
from whyzero.explanations.wording import display_name, listing

__all__ = ["MOST_NAMED", "TIE", "Forces", "Reason", "ReasonKind", "find_reason", "with_names"]

MOST_NAMED = 3
TIE = 1e-9


class ReasonKind(Enum):
    """The reasons; the value is the word in the table."""

    STRUCTURAL = "structural"
    EXCLUDED = "excluded"
    UNPENALISED = "unpenalised"
    NO_TOLL = "L2: no toll"
    NO_PULL = "no pull"
    BORDERLINE = "borderline"
    UNSETTLED = "not settled"
    PULLED_DOWN = "pulled down"
    WEAK = "weak"
    EXPLAINED_AWAY = "explained away"
    CROWDED = "crowded at this alpha"
    ALSO_ALONE = "also alone"
    REVEALED = "revealed"


@dataclass(frozen=True)
class Reason:
    """A reason and the columns it names.

    Attributes
    ----------
    kind : ReasonKind
        The rule that applied.
    by : tuple of (name, amount)
        For `EXPLAINED_AWAY` and `PULLED_DOWN`, the fewest columns that do it, largest first, with what they absorb.
    enough : bool
        Whether those columns suffice by themselves.
    """

    kind: ReasonKind
    by: tuple[tuple[str, float], ...] = ()
    enough: bool = True

    @property
    def text(self) -> str:
        """The words of the table."""
        if not self.by:
            return self.kind.value
        names = listing([display_name(name) for name, _ in self.by])
        if self.kind is ReasonKind.PULLED_DOWN:
            return f"{self.kind.value}, turned{'' if self.enough else ' mostly'} by {names}"
        return f"{self.kind.value}{'' if self.enough else ', mostly'} by {names}"


@dataclass(frozen=True)
class Forces:
    """The numbers that decide, in the unit in which the penalty acts.

    Attributes
    ----------
    coef : float
        Fitted weight.
    pull, null_pull, toll : float
        As in the module's table.
    structural, excluded, free, l2 : bool
        The column is constant or empty; its penalty factor is infinite; it is 0; the penalty is L2.
    positive : bool
        No weight may be negative.
    noise : float
        A pull no larger than this may be a rounding of 0.
    """

    coef: float
    pull: float
    null_pull: float
    toll: float
    structural: bool
    excluded: bool
    free: bool
    l2: bool
    positive: bool = False
    noise: float = 0.0

    @property
    def edge(self) -> float:
        """Within this distance two of the numbers count as equal."""
        return max(TIE * self.toll, self.noise)


def find_reason(forces: Forces, waterfall: Waterfall | None) -> Reason:
    """The first rule that applies.

    Parameters
    ----------
    forces : Forces
        The numbers of one feature.
    waterfall : Waterfall or None
        The account of its pull; without it an explained-away feature names nobody.
    """
    special = _special(forces)
    if special is not None:
        return Reason(special)
    if forces.coef == 0 and abs(forces.pull - forces.toll) <= forces.edge:
        return Reason(ReasonKind.BORDERLINE)
    if (forces.coef == 0) != (forces.pull <= forces.toll):
        return Reason(ReasonKind.UNSETTLED)
    alone = forces.null_pull > forces.toll
    if forces.coef != 0:
        return Reason(ReasonKind.ALSO_ALONE if alone else ReasonKind.REVEALED)
    if forces.pull < -forces.edge:
        kind = ReasonKind.PULLED_DOWN
    else:
        kind = ReasonKind.EXPLAINED_AWAY if alone else ReasonKind.WEAK
    return Reason(kind) if waterfall is None else with_names(Reason(kind), waterfall, forces.toll)


def with_names(reason: Reason, waterfall: Waterfall, toll: float) -> Reason:
    """The reason with the columns that it names, where it has to name some and does not yet."""
    named = reason.kind in (ReasonKind.EXPLAINED_AWAY, ReasonKind.PULLED_DOWN) and waterfall.null > toll
    if reason.by or not named:
        return reason
    found = _who_took_it(waterfall, toll)
    return found if reason.kind is ReasonKind.EXPLAINED_AWAY else replace(found, kind=reason.kind)


def _who_took_it(waterfall: Waterfall, toll: float) -> Reason:
    """Explained away by the fewest columns that suffice or carry most, or crowded; for a null pull above the toll."""
    lost = waterfall.null - waterfall.final
    for share, enough in ((waterfall.null - toll, True), (lost / 2, False)):
        taken = 0.0
        for count, (_, amount) in enumerate(waterfall.absorbers[:MOST_NAMED], start=1):
            taken += amount
            if taken > share or (enough and taken == share):
                return Reason(ReasonKind.EXPLAINED_AWAY, waterfall.absorbers[:count], enough)
    return Reason(ReasonKind.CROWDED)


def _special(forces: Forces) -> ReasonKind | None:
    if forces.excluded:
        return ReasonKind.EXCLUDED
    if forces.structural:
        return ReasonKind.STRUCTURAL
    if forces.free:
        return None if forces.positive and forces.coef == 0 else ReasonKind.UNPENALISED
    if forces.l2 and forces.coef != 0:
        return ReasonKind.NO_TOLL
    if forces.l2 and forces.pull == 0:
        return ReasonKind.NO_PULL
    return ReasonKind.UNSETTLED if forces.l2 and not forces.positive else None
