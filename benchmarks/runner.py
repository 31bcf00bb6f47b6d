"""Running one work: a process for each solver, all solvers in turn over several rounds, every result judged.

Round 0 is each solver's first call, not counted. A peer goes from its loosest tolerance to tighter ones until its worst
gap is small enough. Later rounds take our runs and those peers that can still be the fastest.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks import evaluator
from benchmarks.problem import Problem, save
from benchmarks.process import Interpreter, Worker, WorkerError, once, started
from benchmarks.results import OURS, Result, Run
from benchmarks.solvers import SOLVERS, Solver
from benchmarks.targets import PEER_GAP
from benchmarks.works import Work

_START_LIMIT = 600.0
_LEAST_X = 8 << 20  # below this many bytes of X, what the allocator keeps would be measured instead
_CONTENDER = 2.0  # a peer this much slower than the fastest is not timed again
_CONTENDER_COLD = 10.0  # the same, where all that is known is the first call, and that took longer than
_COLD_SECONDS = 0.25  # which loading and the like may take


@dataclass(frozen=True)
class Options:
    """How to measure; `budget` is the least time, in seconds, that a round gives to one run of many short calls."""

    ours: Interpreter
    peers: Interpreter
    repeat: int = 3
    limit: float = 60.0
    budget: float = 0.2
    memory: bool = True
    every_tolerance: bool = False
    report: Callable[[str], None] = print


class Bench:
    """The workers of one work, one for each solver, started when first asked."""

    def __init__(self, problem: Problem, folder: Path, options: Options, stack: contextlib.ExitStack) -> None:
        self._problem, self._folder, self._options, self._stack = problem, folder, options, stack
        self._workers: dict[str, Worker] = {}

    def first(self, solver: Solver, tol: float) -> Run:
        """The first call of a solver at a tolerance, judged."""
        run = Run(solver.name, tol)
        try:
            reply = self._worker(solver.name).ask(self._command(solver.name, tol, 0.0), self._options.limit)
        except WorkerError as failure:
            return replace(run, note=str(failure))
        return self._judged(replace(run, first=reply["seconds"], facts=reply["facts"]))

    def again(self, run: Run) -> Run:
        """One more round of a run; the gap is the worst of all rounds."""
        command = self._command(run.solver, run.tol, self._options.budget)
        try:
            reply = self._worker(run.solver).ask(command, self._options.limit + self._options.budget)
        except WorkerError as failure:
            return replace(run, note=str(failure))
        rounds = (*run.rounds, reply["seconds"])
        return self._judged(replace(run, rounds=rounds, seconds=min(rounds), facts=reply["facts"]))

    def _command(self, name: str, tol: float, budget: float) -> dict[str, object]:
        return {"tol": tol, "budget": budget, "out": str(self._folder / f"{name}.npz")}

    def _judged(self, run: Run) -> Run:
        with np.load(self._folder / f"{run.solver}.npz") as found:
            judgement = evaluator.judge(self._problem, found["coefs"], found["intercepts"], found["at"])
        return replace(run, gap=max(run.gap or 0.0, judgement.worst), support=int(judgement.supports[-1]))

    def _worker(self, name: str) -> Worker:
        worker = self._workers.get(name)
        if worker is None or not worker.alive:
            interpreter = self._options.ours if name == OURS else self._options.peers
            worker = self._stack.enter_context(started(interpreter, "serve", str(self._folder), name))
            self._workers[name] = worker
            worker.ask(None, _START_LIMIT)
        return worker

    def end(self, name: str) -> None:
        """End a solver that is out of the race, and free its memory."""
        worker = self._workers.pop(name, None)
        if worker is not None:
            worker.close()


def measure(work: Work, solvers: Sequence[Solver], options: Options) -> Result:
    """Measure one work.

    Raises
    ------
    benchmarks.datasets.MissingDataError
        If its data are not here.
    """
    problem = work.problem()
    with tempfile.TemporaryDirectory(prefix="whyzero-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        save(problem, folder)
        limit = once(options.ours, "pass", name, limit=_START_LIMIT)["seconds"]
        bench = Bench(problem, folder, options, stack)
        able = [solver for solver in solvers if not solver.refusal(problem.needs)]
        runs = _rounds(bench, _first_calls(bench, able, options), options)
        stack.close()
        result = Result(
            name=work.name,
            group=work.group,
            shape=problem.shape,
            stored=problem.stored,
            nbytes=problem.nbytes,
            n_alphas=len(problem.alphas),
            pass_seconds=limit,
            runs=tuple(runs),
            target=work.target,
        )
        return (
            replace(result, memory=_memory(result, name, options))
            if options.memory and problem.nbytes >= _LEAST_X
            else result
        )


def _first_calls(bench: Bench, solvers: Sequence[Solver], options: Options) -> list[Run]:
    runs: list[Run] = []
    for solver in solvers:
        for tol in solver.tolerances:
            run = bench.first(solver, tol)
            runs.append(run)
            options.report(_line(run))
            enough = run.reaches(PEER_GAP) and solver.name != OURS and not options.every_tolerance
            if run.note or enough or not _may_win(run, _best(runs)):
                break
        if solver.name != OURS and not any(r.reaches(PEER_GAP) for r in runs if r.solver == solver.name):
            bench.end(solver.name)
    return runs


def _rounds(bench: Bench, runs: list[Run], options: Options) -> list[Run]:
    for _ in range(options.repeat):
        chosen = _contenders(runs)
        for name in {run.solver for run in runs} - {runs[i].solver for i in chosen}:
            bench.end(name)
        for i in chosen:
            runs[i] = bench.again(runs[i])
    for run in runs:
        if run.seconds is not None:
            options.report(_line(run))
    return runs


def _contenders(runs: list[Run]) -> list[int]:
    """Indices of our runs and of the peers' that may yet be the fastest."""
    able = [i for i, run in enumerate(runs) if run.solver != OURS and run.reaches(PEER_GAP) and not run.note]
    best = _best(runs)
    ours = [i for i, run in enumerate(runs) if run.solver == OURS and not run.note]
    return ours + [i for i in able if _may_win(runs[i], best)]


def _best(runs: list[Run]) -> float:
    """The shortest time of a peer that is accurate enough."""
    return min((run.time for run in runs if run.solver != OURS and run.reaches(PEER_GAP)), default=np.inf)


def _may_win(run: Run, best: float) -> bool:
    if run.solver == OURS:
        return True
    if run.seconds is not None:
        return run.seconds <= _CONTENDER * best
    return SOLVERS[run.solver].compiles or run.time <= max(_COLD_SECONDS, _CONTENDER_COLD * best)


def _memory(result: Result, folder: str, options: Options) -> dict[str, int]:
    """Bytes beyond X, for us and for the fastest peer."""
    taken = {}
    for run in (result.ours, result.fastest_peer):
        if run is not None:
            interpreter = options.ours if run.solver == OURS else options.peers
            try:
                reply = once(interpreter, "memory", folder, run.solver, str(run.tol), limit=2 * options.limit + 60)
            except WorkerError as failure:
                options.report(f"  {run.solver}: memory not measured: {failure}")
            else:
                taken[run.solver] = int(reply["peak"])
    return taken


def _line(run: Run) -> str:
    if run.note:
        return f"  {run.solver:22s} tol {run.tol:7.0e}  {run.note[:120]}"
    kind = "first call" if run.seconds is None else "warm      "
    return (
        f"  {run.solver:22s} tol {run.tol:7.0e}  {kind} {run.time:10.5f} s  worst gap {run.gap:8.1e}"
        f"  support {run.support:6d}"
    )
