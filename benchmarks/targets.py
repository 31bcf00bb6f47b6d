"""What each work should reach: the bar, and the goal behind it."""

from __future__ import annotations

from dataclasses import dataclass

OUR_GAP = 1e-6
PEER_GAP = 1e-4


@dataclass(frozen=True)
class Target:
    """Times faster than the fastest peer, or seconds; passes over X at most."""

    bar: float | None = None
    goal: float | None = None
    bar_seconds: float | None = None
    goal_seconds: float | None = None
    bar_passes: int | None = None
    goal_passes: int | None = None

    def words(self) -> tuple[str, str]:
        """Bar and goal as the table shows them."""
        return (
            _words(self.bar, self.bar_seconds, self.bar_passes),
            _words(self.goal, self.goal_seconds, self.goal_passes),
        )


def _words(times: float | None, seconds: float | None, passes: int | None) -> str:
    parts = [f"{times:g}x"] if times is not None else []
    parts += [f"{seconds * 1e6:g} us"] if seconds is not None else []
    parts += [f"{passes} passes"] if passes is not None else []
    return ", ".join(parts) or "-"


@dataclass(frozen=True)
class Measured:
    """What of a row the verdict rests on; None where there is nothing to compare."""

    seconds: float
    gap: float | None
    passes: int | None
    peer_seconds: float | None


def verdict(target: Target | None, row: Measured) -> str:
    """``goal``, ``bar``, or what is short of the bar; ``-`` without a target, or without a peer to measure it by."""
    if row.gap is not None and not row.gap <= OUR_GAP:
        return f"gap {row.gap:.0e} is over {OUR_GAP:.0e}"
    if target is None or (target.bar is not None and row.peer_seconds is None):
        return "-"
    short = _short(target.bar, target.bar_seconds, target.bar_passes, row)
    if short:
        return f"short of the bar: {', '.join(short)}"
    return "bar" if _short(target.goal, target.goal_seconds, target.goal_passes, row) else "goal"


def _short(times: float | None, seconds: float | None, passes: int | None, row: Measured) -> list[str]:
    missed = []
    if times is not None and row.peer_seconds is not None and row.seconds * times > row.peer_seconds:
        missed.append(f"{row.peer_seconds / row.seconds:.2g}x")
    if seconds is not None and row.seconds > seconds:
        missed.append(f"{row.seconds * 1e6:.3g} us")
    if passes is not None and row.passes is not None and row.passes > passes:
        missed.append(f"{row.passes} passes")
    return missed


def memory_allowance(nbytes: int, n: int, m: int, p: int, k: int) -> tuple[float, float]:
    """Bar and goal in bytes beyond X: a share of X, and the float64 arrays that no path can do without.

    Over the rows: target, weights, offset, the start's predictor and the second derivatives, and a predictor and a
    gradient for each alpha. Over the columns: mean, scale, tolls, pulls and the like, and a product for each alpha.
    Over the support: the Hessian, its factor, and the columns that were tried.
    """
    arrays = 8.0 * ((5 + 2 * m) * n + (16 + m) * p + 3 * k * k)
    return 0.25 * nbytes + arrays, 0.1 * nbytes + arrays


WIDE_SQUARED = Target(bar=3, goal=10, bar_passes=35, goal_passes=15)
WIDE_LOGISTIC = Target(bar=2, goal=6, bar_passes=35)
TALL_SQUARED = Target(bar=1.4, goal=2, bar_passes=2)
TALL_LOGISTIC = Target(bar=4, goal=12)
SPARSE_LOGISTIC = Target(bar=4, goal=15)
SPARSE_SQUARED = Target(bar=10, goal=30)
SMALL_PATH = Target(bar=2, goal=5)
SMALL_FIT = Target(bar_seconds=80e-6, goal_seconds=50e-6)
CROSS_VALIDATION = Target(bar=4, goal=20)
COLD_PROCESS = Target(bar=1, goal=2.5)
