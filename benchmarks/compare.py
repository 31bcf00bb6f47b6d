"""Two commits of whyzero against each other: built apart, run in turn on the same data.

Both use the dependencies of the running interpreter, and the works as they are in the working tree.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import evaluator, revision
from benchmarks.datasets import MissingDataError
from benchmarks.problem import Problem, save
from benchmarks.process import ROOT, Interpreter, WorkerError, started
from benchmarks.results import OURS
from benchmarks.works import WORKS

_QUICK = ("diabetes-lasso", "breast-cancer-logit", "fit-50x10", "s2-0.4", "s1-logit-0.4")
_START_LIMIT = 600.0
_HERE = "."


@dataclass(frozen=True)
class Side:
    """One commit on one work."""

    rounds: tuple[float, ...]
    passes: int | None
    gap: float
    support: int


@dataclass(frozen=True)
class Comparison:
    """Both commits on one work, round by round in turn."""

    name: str
    before: Side
    after: Side

    @property
    def ratio(self) -> float:
        """The fastest time of the second commit over that of the first."""
        return min(self.after.rounds) / min(self.before.rounds)

    @property
    def spread(self) -> tuple[float, float]:
        """Quartiles of the ratios of single rounds."""
        low, high = np.quantile(np.divide(self.after.rounds, self.before.rounds), [0.25, 0.75])
        return float(low), float(high)

    def line(self) -> str:
        low, high = self.spread
        a, b = self.before, self.after
        return (
            f"{self.name:24s} {min(a.rounds):11.6f} s {min(b.rounds):11.6f} s  {self.ratio:6.3f} ({low:.3f} to"
            f" {high:.3f})  passes {_count(a.passes)} -> {_count(b.passes)}  gap {a.gap:.0e} -> {b.gap:.0e}"
            f"  support {a.support} -> {b.support}"
        )


def _count(passes: int | None) -> str:
    return "-" if passes is None else str(passes)


@contextlib.contextmanager
def built(rev: str, folder: Path) -> Iterator[Path]:
    """A folder with whyzero as it was at `rev` (``.`` is the working tree), gone afterwards."""
    target, tree = folder / "packages", folder / "tree"
    folder.mkdir()
    if rev == _HERE:
        _install(ROOT, target)
        yield target
        return
    revision.git("worktree", "add", "--detach", str(tree), rev)
    try:
        _install(tree, target)
        yield target
    finally:
        revision.git("worktree", "remove", "--force", str(tree))


def _install(tree: Path, target: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(tree)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise WorkerError(f"whyzero could not be built from {tree}:\n{run.stderr[-2000:]}")


def compare(name: str, before: Interpreter, after: Interpreter, *, repeat: int, limit: float) -> Comparison:
    """Time both on one work: `repeat` rounds after the first call, the order turning from round to round."""
    problem = WORKS[name].problem()
    with tempfile.TemporaryDirectory(prefix="whyzero-compare-") as folder, contextlib.ExitStack() as stack:
        save(problem, Path(folder))
        pair = [stack.enter_context(started(interpreter, "serve", folder, OURS)) for interpreter in (before, after)]
        for worker in pair:
            worker.ask(None, _START_LIMIT)
        outs = [str(Path(folder) / f"{i}.npz") for i in range(2)]
        times: list[list[float]] = [[], []]
        facts: list[dict[str, object]] = [{}, {}]
        for count in range(repeat + 1):
            for i in (0, 1) if count % 2 else (1, 0):
                reply = pair[i].ask({"tol": 1e-6, "budget": 0.2 if count else 0.0, "out": outs[i]}, limit)
                facts[i] = reply["facts"]
                if count:
                    times[i].append(reply["seconds"])
        sides = [_side(problem, outs[i], times[i], facts[i]) for i in range(2)]
    return Comparison(name, *sides)


def _side(problem: Problem, out: str, times: Sequence[float], facts: dict[str, object]) -> Side:
    with np.load(out) as found:
        judgement = evaluator.judge(problem, found["coefs"], found["intercepts"], found["at"])
    passes = facts.get("passes")
    return Side(tuple(times), passes if isinstance(passes, int) else None, judgement.worst, int(judgement.supports[-1]))


def main(arguments: list[str]) -> None:
    """The command ``compare``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks compare", description=__doc__)
    parser.add_argument("before", metavar="REV_A", help="a commit, or . for the working tree")
    parser.add_argument("after", metavar="REV_B")
    parser.add_argument("works", nargs="*", metavar="WORK", help=f"default: {', '.join(_QUICK)}")
    parser.add_argument("--repeat", type=int, default=7, help="rounds after the first call (default 7)")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds that one call may take")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="threads (default: all cores)")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.works if name not in WORKS]
    if unknown:
        raise SystemExit(f"unknown: {', '.join(unknown)}; python -m benchmarks --list shows all works")
    with tempfile.TemporaryDirectory(prefix="whyzero-builds-") as scratch, contextlib.ExitStack() as stack:
        before, after = (
            Interpreter(threads=asked.threads, packages=stack.enter_context(built(rev, Path(scratch) / side)))
            for side, rev in (("a", asked.before), ("b", asked.after))
        )
        print(f"{'work':24s} {asked.before:>13.13s} {asked.after:>13.13s}  ratio (quartiles of rounds)", flush=True)
        for name in asked.works or _QUICK:
            try:
                print(compare(name, before, after, repeat=asked.repeat, limit=asked.limit).line(), flush=True)
            except MissingDataError as reason:
                print(f"{name:24s} skipped: {reason}", flush=True)
