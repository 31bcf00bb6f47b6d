"""Reading where it can do no harm: a process with little memory, watched from outside.

``python -m fuzz.child READER`` reads paths from standard input, one a line, and answers each with a line of JSON.
"""

from __future__ import annotations

import json
import resource
import select
import subprocess
import sys
import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzz.readers import READERS, refusal
from whyzero.errors import InputError

__all__ = ["Child", "Outcome"]

MEMORY = 1 << 30  # address space beyond what the process has once everything is imported
PATIENCE = 60.0


@dataclass(frozen=True)
class Outcome:
    """What became of a file.

    Attributes
    ----------
    kind : str
        "accepted" or "refused"; or a finding: "defect" (another exception), "crash" or "hang".
    text : str
        The sentence, or what was raised.
    seconds : float
        How long the reading took.
    memory : int
        Bytes of resident memory beyond what was there before.
    """

    kind: str
    text: str
    seconds: float = 0.0
    memory: int = 0

    @property
    def is_finding(self) -> bool:
        """Whether something must be fixed."""
        return self.kind not in ("accepted", "refused")


class Child:
    """A process that reads files for one reader; a new one is started when it has died."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def read(self, path: Path) -> Outcome:
        """Let the child read a file."""
        if self._process is None:
            command = [sys.executable, "-m", "fuzz.child", self.reader]
            self._process = subprocess.Popen(
                command, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        begun = time.monotonic()
        process.stdin.write(f"{path}\n".encode())
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        line = process.stdout.readline() if ready else b""
        if line.endswith(b"\n"):
            return Outcome(**json.loads(line))
        self.end()
        kind = "crash" if ready else "hang"
        return Outcome(kind, f"ended with {process.returncode}", time.monotonic() - begun)

    def end(self) -> None:
        """End the process; the next file starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _memory(field: str) -> int:
    with open("/proc/self/status") as stream:
        return next(int(line.split()[1]) * 1024 for line in stream if line.startswith(field))


def _outcome(reader: Any, path: Path) -> Outcome:
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins again
    before, begun = _memory("VmRSS"), time.monotonic()
    try:
        kind, text = "accepted", repr(reader.read(path))
    except InputError as error:
        try:
            kind, text = "refused", refusal(error)
        except AssertionError as wrong:
            kind, text = "defect", str(wrong)
    except Exception:
        kind, text = "defect", traceback.format_exc()
    return Outcome(kind, text[-4000:], time.monotonic() - begun, _memory("VmHWM") - before)


def _serve(reader: Any, answers: Any) -> None:
    warnings.simplefilter("error")
    _outcome(reader, reader.genuine)  # what is imported and allocated once is not counted
    limit = _memory("VmSize") + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        answers.write(json.dumps(vars(_outcome(reader, Path(line.rstrip("\n"))))) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve(READERS[sys.argv[1]], sys.stdout)
