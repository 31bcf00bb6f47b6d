"""The likely cause of a gap: the one change of the stated problem under which it collapses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from whyzero.audits.case import Case
from whyzero.audits.hypotheses import Hypothesis, factors, implied_alpha, structures
from whyzero.explanations.wording import figure

__all__ = ["NEAR", "Stop", "Tested", "diagnose"]

SOLVED = 1e-9  # shares of the null model's loss
NEAR = 1e-3
COLLAPSE = 100.0  # how much smaller a gap must become
RIVAL = 30.0  # hypotheses whose gaps differ by less cannot be told apart
_SAME_ALPHA = 0.05  # an implied alpha so near to a known one asks for a test of that one
_FEWEST_WEIGHTS = 5  # in use; of fewer, nearly any are the optimum of some alpha


@dataclass(frozen=True)
class Tested:
    """A hypothesis and its gap.

    Attributes
    ----------
    text : str
        The change of the stated problem.
    alpha : float
        The alpha under it.
    gap : float
        Proved bound of the distance from the minimum of the changed objective; infinite if there is none.
    relative_gap : float
        The same as a share of the null model's loss.
    changes : int
        As in `Hypothesis`.
    """

    text: str
    alpha: float
    gap: float
    relative_gap: float
    changes: int


@dataclass(frozen=True)
class Stop:
    """What a solver says about its end.

    Attributes
    ----------
    accepted : float or None
        The largest gap at which its rule stops; None if it does not stop on the gap.
    rule : str
        Where that number comes from.
    n_iter, max_iter : int or None
        Iterations taken and allowed.
    """

    accepted: float | None = None
    rule: str = ""
    n_iter: int | None = None
    max_iter: int | None = None

    @property
    def exhausted(self) -> bool:
        """Whether the solver ran out of iterations."""
        return self.n_iter is not None and self.max_iter is not None and self.n_iter >= self.max_iter


def diagnose(stated: Case, gap: float, null_loss: float, stop: Stop) -> tuple[str, tuple[Tested, ...]]:
    """Test hypotheses until one explains the weights.

    Parameters
    ----------
    stated : Case
        The weights under the problem that is said to be theirs.
    gap : float
        Its proved gap.
    null_loss : float
        Loss of the model without penalised columns: the unit of relative gaps.
    stop : Stop
        What the solver says.

    Returns
    -------
    cause : str
        Sentences; they say so if nothing that was tested explains the gap.
    tested : tuple of Tested
        Every hypothesis, the best first; empty if none was needed.
    """
    unit = max(null_loss, np.finfo(float).tiny)
    share = gap / unit
    if share <= SOLVED:
        return f"None needed: the weights are the optimum of the stated objective, {_size(gap, share)}.", ()
    if stop.accepted is not None and gap <= stop.accepted:
        return (
            f"The solver stopped early: the weights are {_size(gap, share)}, and {stop.rule} lets it stop at a gap of "
            f"{figure(stop.accepted)}. A smaller tol settles it.",
            (),
        )
    found = tuple(sorted((_test(guess, unit) for guess in _hypotheses(stated)), key=lambda item: item.gap))
    winners = _winners(found, share)
    if winners:
        return _named(stated, winners, share), found
    return _unexplained(found, gap, share, stop), found


def _hypotheses(stated: Case) -> Iterator[Hypothesis]:
    """Each known slip in the strength, each other change, both together, and an alpha that the weights imply."""
    known = factors(stated)
    for text, alpha in known.items():
        yield Hypothesis(text, stated.with_alpha(alpha), 1)
    yield from _implied(stated, "", {})
    for text, case in structures(stated):
        yield Hypothesis(text, case, 1)
        yield from _implied(case, text, factors(case))


def _implied(case: Case, text: str, known: dict[str, float]) -> Iterator[Hypothesis]:
    """The case under the alpha that its weights imply, or under a known alpha next to it."""
    alpha = implied_alpha(case)
    if alpha is None or abs(alpha / case.alpha - 1.0) < 0.01:
        return
    near = {slip: value for slip, value in known.items() if abs(alpha / value - 1.0) < _SAME_ALPHA}
    for slip, value in near.items():
        yield Hypothesis(f"{text}, and {slip}", case.with_alpha(value), 2)
    if not near and np.count_nonzero(case.coef) >= _FEWEST_WEIGHTS:
        other = f"alpha is {figure(alpha, 6)}, {figure(alpha / case.alpha, 6)} times the stated one"
        yield Hypothesis(f"{text}, and {other}" if text else other, case.with_alpha(alpha), 3)


def _test(guess: Hypothesis, unit: float) -> Tested:
    gap = guess.case.gap
    return Tested(guess.text, guess.case.alpha, gap, gap / unit, guess.changes)


def _winners(found: Sequence[Tested], share: float) -> list[Tested]:
    """The hypotheses with the fewest changes among those under which the gap collapses, to next to nothing."""
    if not found:
        return []
    limit = max(RIVAL * found[0].relative_gap, SOLVED)
    fits = [item for item in found if item.relative_gap <= min(limit, share / COLLAPSE, NEAR)]
    return [item for item in fits if item.changes == min(each.changes for each in fits)]


def _named(stated: Case, winners: Sequence[Tested], share: float) -> str:
    best = winners[0]
    if len(winners) > 1 and not np.any(stated.coef):
        clauses = "; or ".join(item.text for item in winners)
        return (
            "All weights are zero, which is the optimum of every alpha that is large enough, so their cause cannot be "
            f"told. It would fit that nothing was fitted; or {clauses}."
        )
    fall = f"then the gap falls from {figure(share)} to {figure(best.relative_gap)} of the null model's loss"
    if len(winners) == 1:
        return f"The likely cause: {best.text}; {fall}."
    clauses = "; or ".join(item.text for item in winners)
    return f"One of {len(winners)} causes, which these weights cannot tell apart: {clauses}; {fall}."


def _unexplained(found: Sequence[Tested], gap: float, share: float, stop: Stop) -> str:
    """Sentences for a gap that no change of the objective explains."""
    best = found[0] if found else None
    tried = f"None of {len(found)} other objectives that were tested explains the weights"
    if stop.exhausted:
        used = f"it used up max_iter={stop.max_iter}, and the weights are {_size(gap, share)}"
        return f"The solver stopped early: {used}. {tried}."
    if share <= NEAR and (best is None or best.relative_gap > share / 3.0):
        return (
            f"The solver stopped early, by exclusion: the weights are near the optimum of the stated objective, "
            f"{_size(gap, share)}, and fit no other objective that was tested better."
        )
    closest = "" if best is None else f" The closest, with {figure(best.relative_gap)} of it: {best.text}."
    if best is None or best.relative_gap > share / 3.0:
        closest += " None fits better than the stated one, as it would be if the solver stopped far from the optimum."
    return (
        f"Not known. Under the stated objective the weights are {_size(gap, share)}. {tried}: under none of them does "
        f"the gap fall to a hundredth.{closest}"
    )


def _size(gap: float, share: float) -> str:
    if not np.isfinite(gap):
        return "at an unknown distance from its minimum (no bound of the gap was found)"
    return f"within {figure(gap)} of its minimum ({figure(share)} of the null model's loss)"
