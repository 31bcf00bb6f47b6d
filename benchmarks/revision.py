"""Which commit, machine and versions a table belongs to."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from benchmarks.process import ROOT, Interpreter

_PACKAGES = ("scikit-learn", "celer", "skglm", "adelie", "python-glmnet", "snapml", "liblinear-official", "glum")

_VERSIONS = (
    "import importlib.metadata as m, sys\n"
    "for name in sys.argv[1:]:\n"
    "    try: print(name, m.version(name))\n"
    "    except m.PackageNotFoundError: pass\n"
)


def git(*arguments: str, at: Path = ROOT) -> str:
    """What git says, or the error that it raises."""
    run = subprocess.run(["git", *arguments], cwd=at, capture_output=True, text=True, check=True)
    return run.stdout.strip()


def commit() -> str:
    """The commit of the working tree, marked where files differ from it; ``unknown`` outside a repository."""
    try:
        return git("describe", "--always", "--dirty", "--abbrev=10")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def versions(interpreter: Interpreter) -> str:
    """The peers that an interpreter has, with their versions."""
    run = subprocess.run(
        [interpreter.python, "-c", _VERSIONS, *_PACKAGES], capture_output=True, text=True, check=False, cwd=ROOT
    )
    return ", ".join(run.stdout.split("\n")[:-1]) or "none found"


def about(ours: Interpreter, peers: Interpreter) -> list[str]:
    """What a reader of the table must know, a line each."""
    return [
        f"commit {commit()}",
        f"{processor()}, {os.cpu_count()} cores, {ours.threads} threads, {platform.system()}",
        f"Python {platform.python_version()}; peers: {versions(peers)}",
    ]
