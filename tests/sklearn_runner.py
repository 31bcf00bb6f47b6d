"""Runs test files that ship inside scikit-learn's wheel, in a process of its own, on the drop-ins."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import sklearn

HERE = Path(__file__).parent
PACKAGE = Path(sklearn.__file__).parent


def run_theirs(part: str, files: tuple[str, ...], *, first: Path | None = None) -> tuple[int, str]:
    """Their files, named from the package on, patched by tests/sklearn_plugin.py; `first` is a plugin loaded before."""
    folders = [str(HERE), os.environ.get("PYTHONPATH", "")]
    plugins = ["-p", "sklearn_plugin", "-p", "no:cacheprovider"]
    if first is not None:
        folders, plugins = [str(first.parent), *folders], ["-p", first.stem, *plugins]
    where = ["-c", os.devnull, f"--rootdir={PACKAGE}", f"--confcutdir={PACKAGE}"]
    paths = [str(PACKAGE / name) for name in files]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--tb=short", "-rf", *plugins, *where, *paths],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders)), "WHYZERO_SKLEARN_TESTS": part},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout[-5000:] + done.stderr[-2000:]


def passed(output: str) -> int:
    found = re.search(r"(\d+) passed", output)
    return int(found[1]) if found else 0
