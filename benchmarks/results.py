"""What the runner found: plain frozen values that go into tables and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.targets import OUR_GAP, PEER_GAP, Measured, Target, memory_allowance, verdict

OURS = "whyzero"


@dataclass(frozen=True)
class Run:
    """One solver at one tolerance on one work; `note` says why there is no result."""

    solver: str
    tol: float
    first: float | None = None
    seconds: float | None = None
    rounds: tuple[float, ...] = ()
    gap: float | None = None
    support: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    @property
    def time(self) -> float:
        """Seconds of the fastest warm call; of the first if there was no other."""
        return next((s for s in (self.seconds, self.first) if s is not None), float("inf"))

    def reaches(self, gap: float) -> bool:
        return self.gap is not None and self.gap <= gap


@dataclass(frozen=True)
class Result:
    """All that was measured on one work."""

    name: str
    group: str
    shape: tuple[int, int]
    stored: int
    nbytes: int
    n_alphas: int
    pass_seconds: float
    runs: tuple[Run, ...]
    target: Target | None = None
    memory: Mapping[str, int] = field(default_factory=dict)
    judged: bool = True  # False where only time is compared

    @property
    def ours(self) -> Run | None:
        """Our run at the loosest tolerance."""
        return next((run for run in self.runs if run.solver == OURS and run.first is not None), None)

    @property
    def sharper(self) -> Run | None:
        """Our run at the tightest tolerance, if it is another."""
        found = [run for run in self.runs if run.solver == OURS and run.seconds is not None]
        return found[-1] if len(found) > 1 else None

    @property
    def fastest_peer(self) -> Run | None:
        """The fastest run of a peer whose worst gap is small enough."""
        able = [run for run in self.runs if run.solver != OURS and (run.reaches(PEER_GAP) or not self.judged)]
        return min(able, key=lambda run: run.time, default=None)

    @property
    def limit(self) -> float:
        """Seconds of one pass X'r for each alpha."""
        return self.pass_seconds * self.n_alphas

    @property
    def verdict(self) -> str:
        ours, peer = self.ours, self.fastest_peer
        if ours is None:
            return "-"
        passes = ours.facts.get("passes")
        return verdict(self.target, Measured(ours.time, ours.gap, passes, peer.time if peer else None))

    @property
    def supports(self) -> tuple[int, ...]:
        """The different supports at the smallest alpha, of all runs that ended."""
        return tuple(sorted({run.support for run in self.runs if run.support is not None}))

    def memory_verdict(self) -> str:
        """Whether our memory beyond X is within bar or goal; empty if not measured."""
        taken, ours = self.memory.get(OURS), self.ours
        if taken is None or ours is None:
            return ""
        (n, p), m = self.shape, self.n_alphas
        bar, goal = memory_allowance(self.nbytes, n, m, p, ours.support or 0)
        return "goal" if taken <= goal else "bar" if taken <= bar else "over"


def as_json(results: Iterable[Result], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Everything, for ``--json``."""
    return {
        "schema": "whyzero/benchmarks/1",
        **facts,
        "gaps": {"ours": OUR_GAP, "peers": PEER_GAP},
        "works": [
            {
                **asdict(result),
                "verdict": result.verdict,
                "memory_verdict": result.memory_verdict(),
                "fastest_peer": asdict(result.fastest_peer) if result.fastest_peer else None,
            }
            for result in results
        ],
    }
