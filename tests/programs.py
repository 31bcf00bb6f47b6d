"""Programs of their own: what a test about processes, signals or memory must not do to its own process."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path


def run_program(
    folder: Path, code: str, *arguments: object, timeout: float = 600.0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program from a file, which spawned children can import again; a hang ends with `timeout`."""
    file = folder / "program.py"
    file.write_text(textwrap.dedent(code))
    return subprocess.run(
        [sys.executable, str(file), *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
