"""A whole process: start Python, import, fit 442 x 10 once, end. Against scikit-learn, which it takes the place of."""

from __future__ import annotations

import subprocess
import time

from benchmarks.process import ROOT, Interpreter, WorkerError
from benchmarks.results import OURS, Result, Run
from benchmarks.targets import COLD_PROCESS

NAME = "cold-process"
GROUP = "process"

_DATA = """
import numpy as np
rng = np.random.default_rng(0)
X = np.asfortranarray(rng.standard_normal((442, 10)))
y = X[:, 0] + rng.standard_normal(442)
"""

_PROGRAMS = {
    OURS: _DATA + "import whyzero as wz; wz.fit(X, y, alpha=0.1)",
    "sklearn": _DATA + "from sklearn.linear_model import Lasso; Lasso(alpha=0.1).fit(X, y)",
}


def measure(ours: Interpreter, peers: Interpreter, repeat: int, limit: float = 60.0) -> Result:
    """The fastest of `repeat` processes of each, in turn; the first of each is not counted."""
    rounds: dict[str, list[float]] = {name: [] for name in _PROGRAMS}
    for _ in range(repeat + 1):
        for name, program in _PROGRAMS.items():
            rounds[name].append(_seconds(ours if name == OURS else peers, program, limit))
    runs = tuple(
        Run(
            name,
            tol=1e-6 if name == OURS else 1e-4,
            first=times[0],
            seconds=min(times[1:]),
            rounds=tuple(times[1:]),
        )
        for name, times in rounds.items()
    )
    return Result(NAME, GROUP, (442, 10), 4420, 8 * 4420, 1, 0.0, runs, COLD_PROCESS, judged=False)


def _seconds(interpreter: Interpreter, program: str, limit: float) -> float:
    begin = time.perf_counter()
    try:
        subprocess.run(
            [interpreter.python, "-c", program],
            cwd=ROOT,
            env=interpreter.environment(),
            check=True,
            capture_output=True,
            timeout=limit,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise WorkerError(f"{interpreter.python} -c ...: {error}") from error
    return time.perf_counter() - begin
