"""SIGKILL at many moments of ``whyzero fit --checkpoint``: the same command ends in the same bytes.

    WHYZERO_KILLS=30 pytest tests/test_checkpoints_killed.py

kills at that many random times.
"""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

KILLS = int(os.environ.get("WHYZERO_KILLS", "2"))
PATIENCE = 120

# The command; every part is written at once. With a moment, the process kills itself at its first writing of the
# checkpoint: in the middle of the temporary file, before it is renamed, or after.
CHILD = """
import os, signal, sys
from pathlib import Path
from whyzero.checkpoints import checkpoint
from whyzero.cli import main

checkpoint._PAUSE = checkpoint._SHARE = 0.0
moment, write = sys.argv[1], checkpoint.write_atomically
die = lambda: os.kill(os.getpid(), signal.SIGKILL)

def cut_short(descriptor):
    os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
    die()

def dying(file, content):
    if moment == "within":
        os.fsync = cut_short
    if moment == "before":
        Path.replace = lambda *names: die()
    write(file, content)
    die()

if moment != "never":
    checkpoint.write_atomically = dying
main(sys.argv[2:])
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 12))
    y = np.where(X[:, 0] - X[:, 1] + rng.logistic(size=150) > 0, "yes", "no")
    with (folder / "table.csv").open("w", newline="") as stream:
        rows = [[*row, label] for row, label in zip(X.tolist(), y.tolist(), strict=True)]
        csv.writer(stream, lineterminator="\n").writerows([[*(f"x{j}" for j in range(12)), "y"], *rows])
    return folder


def arguments(out, checkpoint=None):
    kept = [] if checkpoint is None else ["--checkpoint", checkpoint]
    asked = ["fit", "table.csv", "--target", "y", "--cv", "3", "--alphas", "10", "--intervals", "--max-refits", "2"]
    return [*asked, "--out", out, *kept]


def start(folder, moment, command):
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, moment, *command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder, moment, command):
    process = start(folder, moment, command)
    _, error = process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, -signal.SIGKILL), error
    return process.returncode


def contents(folder, out):
    return {file.name: file.read_bytes() for file in (folder / out).iterdir()}


@pytest.fixture(scope="module")
def expected(folder):
    """Without a checkpoint, and never interrupted."""
    begin = time.monotonic()
    assert run(folder, "never", arguments("whole")) == 0
    return contents(folder, "whole"), time.monotonic() - begin


def test_killed_at_every_writing_in_turn_it_ends_in_the_same_bytes(folder, expected):
    command = arguments("chain", "chain.ckpt")
    for moment in ("within", "before", "after", "within", "before"):
        assert run(folder, moment, command) == -signal.SIGKILL
    steps = 0
    while run(folder, "after", command) != 0:
        steps += 1
        assert steps < 10
    assert steps == 7  # the path, three folds, the fit, the proofs along the path, the certificate
    assert contents(folder, "chain") == expected[0]
    left = [entry.name for entry in folder.iterdir() if "chain" in entry.name and not entry.name.endswith(".tmp")]
    assert left == ["chain"]


def test_killed_at_random_times_it_ends_in_the_same_bytes(folder, expected):
    rng = np.random.default_rng(1)
    for k in range(KILLS):
        command = arguments(f"random{k}", f"random{k}.ckpt")
        process = start(folder, "never", command)
        time.sleep(rng.uniform(0.2, 1.1) * expected[1])
        process.kill()
        process.communicate(timeout=PATIENCE)
        assert run(folder, "never", command) == 0
        assert contents(folder, f"random{k}") == expected[0]
        assert not (folder / f"random{k}.ckpt").exists()


def test_a_second_process_is_refused_while_the_first_lives_and_goes_on_when_it_was_killed(folder, expected):
    script = (
        "import sys, time\nfrom whyzero.checkpoints import open_checkpoint\n"
        "with open_checkpoint(sys.argv[1]):\n    print('open', flush=True)\n    time.sleep(600)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, "busy.ckpt"], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "open\n"
    second = start(folder, "never", arguments("busy", "busy.ckpt"))
    _, error = second.communicate(timeout=PATIENCE)
    assert second.returncode == 2
    assert error.startswith("whyzero: checkpoint=") and "in use by another process" in error
    assert error.count("\n") == 1
    holder.kill()
    holder.communicate(timeout=PATIENCE)
    assert run(folder, "never", arguments("busy", "busy.ckpt")) == 0
    assert contents(folder, "busy") == expected[0]
