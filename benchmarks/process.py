"""Starting workers, asking them, and ending them when they take too long."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class WorkerError(Exception):
    """A worker ended, said that it could not, or took too long; the message says which."""


@dataclass(frozen=True)
class Interpreter:
    """A Python, the threads it may use, and a folder to import whyzero from rather than the installed one."""

    python: str = sys.executable
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    packages: Path | None = None

    def environment(self) -> Mapping[str, str]:
        variables = dict(os.environ)
        variables.update({name: str(self.threads) for name in _THREAD_VARIABLES})
        if self.packages is not None:
            variables["PYTHONPATH"] = str(self.packages)
        return variables


class Worker:
    """One running `benchmarks.worker`."""

    def __init__(self, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
        self._process, self._log = process, log
        self._unread = b""

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, command: Mapping[str, Any] | None, limit: float) -> dict[str, Any]:
        """Send `command`, if any, and wait for the reply.

        Raises
        ------
        WorkerError
            If there is none within `limit` seconds (the worker is then ended), or it tells of a failure.
        """
        stdin = self._process.stdin
        if command is not None and stdin is not None:
            try:
                stdin.write(json.dumps(command).encode() + b"\n")
            except BrokenPipeError:
                raise WorkerError(f"ended: {self._last_words()}") from None
        reply: dict[str, Any] = json.loads(self._line(limit))
        for word in ("unsuited", "missing", "error"):
            if word in reply:
                raise WorkerError(reply[word] if word != "missing" else f"not installed: {reply[word]}")
        return reply

    def _line(self, limit: float) -> bytes:
        stdout, deadline = self._process.stdout, time.monotonic() + limit
        if stdout is None:
            raise WorkerError("no output")
        with selectors.DefaultSelector() as ready:
            ready.register(stdout, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                if not ready.select(max(0.0, deadline - time.monotonic())):
                    self.close()
                    raise WorkerError(f"over {limit:g} s")
                piece = os.read(stdout.fileno(), 65536)
                if not piece:
                    raise WorkerError(f"ended: {self._last_words()}")
                self._unread += piece
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _last_words(self) -> str:
        code = self._process.wait()
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return f"exit code {code}" + (f", {lines[-1]}" if lines else "")

    def close(self) -> None:
        """End the process."""
        if self.alive:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()


@contextlib.contextmanager
def started(interpreter: Interpreter, mode: str, *arguments: str) -> Iterator[Worker]:
    """A worker that does not outlive the block."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [interpreter.python, "-m", "benchmarks.worker", mode, *arguments],
            cwd=ROOT,
            env=interpreter.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            bufsize=0,
        )
        worker = Worker(process, log)
        try:
            yield worker
        finally:
            worker.close()


def once(interpreter: Interpreter, mode: str, *arguments: str, limit: float) -> dict[str, Any]:
    """The one reply of a worker of its own."""
    with started(interpreter, mode, *arguments) as worker:
        return worker.ask(None, limit)
