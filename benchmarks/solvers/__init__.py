"""The solvers under test: whyzero, and its peers, each in the modes that suit it."""

from __future__ import annotations

from benchmarks.solvers import adelie, celer, glmnet, glum, liblinear, ours, scikit_learn, skglm, snapml
from benchmarks.solvers.solver import Fit, Ready, Solver, UnsuitedError

__all__ = ["OURS", "PEERS", "SOLVERS", "Fit", "Ready", "Solver", "UnsuitedError", "named"]

OURS = ours.SOLVER
# Those that are fast on most works come first: who is far behind them is not tried at tighter tolerances.
PEERS: tuple[Solver, ...] = (
    *adelie.SOLVERS,
    *glmnet.SOLVERS,
    *celer.SOLVERS,
    *scikit_learn.SOLVERS,
    *skglm.SOLVERS,
    *snapml.SOLVERS,
    *liblinear.SOLVERS,
    *glum.SOLVERS,
)
SOLVERS = {solver.name: solver for solver in (OURS, *PEERS)}


def named(words: str) -> tuple[Solver, ...]:
    """The solvers of a comma-separated list; ``celer`` names every mode of celer."""
    chosen: list[Solver] = []
    for word in words.split(","):
        found = [s for name, s in SOLVERS.items() if name == word or name.startswith(f"{word}-")]
        if not found:
            raise ValueError(f"no solver is called {word!r}; there are {', '.join(SOLVERS)}")
        chosen += [s for s in found if s not in chosen]
    return tuple(chosen)
