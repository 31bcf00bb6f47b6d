"""The process in which one solver meets one problem. Started by `benchmarks.process`; speaks JSON, a line at a time.

    python -m benchmarks.worker serve FOLDER SOLVER     solve on request, until the end of the input
    python -m benchmarks.worker memory FOLDER SOLVER TOL
    python -m benchmarks.worker pass FOLDER             the time of one X'r

Whatever the solvers print goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from benchmarks import memory
from benchmarks.problem import load
from benchmarks.solvers import SOLVERS, Ready, UnsuitedError

_MOST_CALLS = 1000
_PASSES = 20  # and at least this many seconds of them, to outlast a disturbance
_PASS_SECONDS = 0.5


def _clock(call: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    result = call()
    return time.perf_counter() - begin, result


def _solve(ready: Ready, tol: float, budget: float, out: str | None) -> dict[str, Any]:
    """Call until `budget` seconds are spent, at least once; the fastest call counts."""
    fastest, result = _clock(lambda: ready.solve(tol))
    spent, calls = fastest, 1
    while spent + fastest <= budget and calls < _MOST_CALLS:
        seconds, result = _clock(lambda: ready.solve(tol))
        fastest, spent, calls = min(fastest, seconds), spent + seconds, calls + 1
    reply: dict[str, Any] = {"seconds": fastest, "calls": calls}
    if out is not None:
        fit = ready.read(result)
        at = np.arange(len(fit.coefs)) if fit.at is None else fit.at
        np.savez(out, coefs=fit.coefs, intercepts=fit.intercepts, at=at)
        reply["facts"] = dict(fit.facts)
    return reply


def _serve(folder: Path, name: str, say: Callable[[dict[str, Any]], None]) -> None:
    problem = load(folder)
    seconds, ready = _clock(lambda: SOLVERS[name].prepare(problem))
    say({"ready": seconds})
    for line in sys.stdin:
        ask = json.loads(line)
        say(_guarded(partial(_solve, ready, ask["tol"], ask["budget"], ask["out"])))


def _peak(folder: Path, name: str, tol: float) -> dict[str, Any]:
    """Bytes at the highest point of preparing and solving, beyond what there was when X had been read."""
    solver, problem = SOLVERS[name], load(folder)
    warm = solver.prepare(problem.small())
    warm.solve(tol)
    watch = memory.Watch()
    ready = solver.prepare(problem)
    ready.solve(tol)
    return {"peak": watch.peak()}


def _pass(folder: Path) -> dict[str, Any]:
    problem = load(folder)
    times: list[float] = []
    while len(times) < _PASSES or (sum(times) < _PASS_SECONDS and len(times) < _MOST_CALLS):
        times.append(_clock(lambda: problem.X.T @ problem.y)[0])
    return {"seconds": min(times)}


def _guarded(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Failures of a peer are results: they go into the table."""
    try:
        return act()
    except UnsuitedError as reason:
        return {"unsuited": str(reason)}
    except ImportError as error:
        return {"missing": str(error)}
    except Exception as error:  # whatever a peer may raise
        traceback.print_exc()
        return {"error": f"{type(error).__name__}: {error}"}


def _own_output() -> TextIO:
    """Standard output for the replies alone; what others write there goes to standard error."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return replies


def main(arguments: list[str]) -> None:
    replies = _own_output()
    warnings.simplefilter("ignore")

    def say(reply: dict[str, Any]) -> None:
        replies.write(json.dumps(reply, default=str) + "\n")
        replies.flush()

    def served() -> dict[str, Any]:
        _serve(folder, rest[0], say)
        return {"bye": True}

    mode, folder, rest = arguments[0], Path(arguments[1]), arguments[2:]
    act = {
        "serve": served,
        "memory": lambda: _peak(folder, rest[0], float(rest[1])),
        "pass": lambda: _pass(folder),
    }[mode]
    say(_guarded(act))


if __name__ == "__main__":
    main(sys.argv[1:])
