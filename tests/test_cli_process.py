"""The command as a process: exit codes, signals, pipes, terminals."""

from __future__ import annotations

import csv
import os
import pty
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

COMMAND = [sys.executable, "-m", "whyzero"]
PATIENCE = 60


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 40))
    y = np.where(X[:, 0] + rng.logistic(size=300) > 0, "yes", "no")
    path = tmp_path_factory.mktemp("process") / "table.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(
            [[*(f"x{j}" for j in range(40)), "y"], *([*row, label] for row, label in zip(X, y, strict=True))]
        )
    return path


def run(*arguments, **options):
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False, **options
    )


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stream:
        fields = stream.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_command_that_works_exits_with_0_and_says_nothing_on_standard_error(table):
    done = run("fit", table, "--target", "y", "--alpha", "0.05")
    assert (done.returncode, done.stderr) == (0, "")
    assert "exactly zero" in done.stdout


def test_a_command_that_fails_exits_with_2_and_one_line(table):
    done = run("fit", table, "--target", "z")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("whyzero: ")


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads CPU time from /proc")
def test_an_interrupt_ends_a_fit_with_130_and_one_line(table, tmp_path):
    process = subprocess.Popen(
        [*COMMAND, "fit", table, "--target", "y", "--alphas", "2000000", "--out", tmp_path / "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    idle = cpu_seconds(process.pid)
    deadline = time.monotonic() + PATIENCE
    while cpu_seconds(process.pid) < idle + 3.0 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (130, "", "whyzero: interrupted\n")
    assert not (tmp_path / "run").exists()


def test_a_reader_that_goes_away_is_no_error(table, tmp_path):
    process = subprocess.Popen(
        [*COMMAND, "fit", table, "--target", "y", "--alpha", "0.05", "--out", tmp_path / "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(timeout=PATIENCE) == 0
    assert len(list((tmp_path / "run").iterdir())) == 4


def test_a_closed_standard_output_is_no_error(table):
    script = 'exec "$@" >&-'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, "fit", table, "--target", "y", "--alpha", "0.05"],
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_behind_standard_output_is_one_line(table):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "fit", table, "--target", "y", "--alpha", "0.05"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr


def test_an_output_that_knows_few_characters_still_gets_every_line(table):
    done = run("fit", table, "--target", "y", "--alpha", "0.05", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


def test_an_argument_that_is_not_utf_8_is_one_line(tmp_path):
    done = subprocess.run(
        [*(part.encode() for part in COMMAND), b"fit", os.fsencode(tmp_path) + b"/\xff\x1b.csv", b"--target", b"y"],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stderr


def on_a_terminal(arguments, **environment):
    """What a terminal would have received, and the exit code."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=follower,
        stderr=follower,
        stdin=follower,
        env={**os.environ, "COLUMNS": "100", **environment},
    )
    os.close(follower)
    received = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        received += part
    os.close(leader)
    return received.decode(), process.wait(timeout=PATIENCE)


def test_a_terminal_gets_colours_and_a_bar_with_the_stage(table):
    text, code = on_a_terminal(["fit", table, "--target", "y"], TERM="xterm-256color")
    assert code == 0
    assert "\x1b[" in text
    assert "cross-validate, fold" in text
    assert "non-zero ✓" in text


def test_a_dumb_terminal_gets_plain_text(table):
    text, code = on_a_terminal(["fit", table, "--target", "y", "--alpha", "0.05"], TERM="dumb")
    assert code == 0
    assert "\x1b" not in text
    assert "exactly zero" in text


def test_help_loads_nothing_heavy():
    script = (
        "import sys\n"
        "from whyzero.cli import main\n"
        "try:\n"
        "    main(['fit', '--help'])\n"
        "except SystemExit:\n"
        "    heavy = {'numpy', 'scipy', 'sklearn', 'duckdb', 'pandas'}\n"
        "    print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stderr == "[]\n"
    assert "--target" in done.stdout
