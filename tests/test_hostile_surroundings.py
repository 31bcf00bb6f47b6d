"""The command in a hostile place: no network is asked, the terminal is not steered, what is exported runs nowhere."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys

import pytest

from hostile_names import HOSTILE
from whyzero.encoding import Target
from whyzero.models import Prediction, load_run, model_from_json, predict, read_like, scores_csv
from whyzero.models.prediction import _is_formula

COMMAND = [sys.executable, "-m", "whyzero"]
STARTS = ["=", "+", "-", "@", "\t", "\r", "|", "%", "＝", "＋", "－", "＠", " =", "\u200b=", "\u00a0@", "\ufeff="]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Labels and a level that would steer a terminal, or be run by a spreadsheet."""
    path = tmp_path_factory.mktemp("place") / "table.csv"
    with path.open("w", newline="") as stream:
        rows = [[i % 7, "\x1b[31mred" if i % 3 else "=1+1", "=cmd|'/C calc'!A0" if i % 7 > 2 else "\x1b]0;owned\x07no"]
                for i in range(60)]  # fmt: skip
        csv.writer(stream).writerows([["a", "colour", "y"], *rows])
    return path


@pytest.fixture(scope="module")
def saved(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "run"
    done = whyzero("fit", table, "--target", "y", "--alpha", "0.02", "--out", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout and "\x07" not in done.stdout
    return folder


def whyzero(*arguments, **options):
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **options)


def on_a_terminal(*arguments):
    """What a terminal receives, without the colours of our own."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)], stdout=follower, stderr=follower, env={**os.environ, "TERM": "dumb"}
    )
    os.close(follower)
    received = b""
    try:
        while part := os.read(leader, 65536):
            received += part
    except OSError:  # the other end is closed
        pass
    os.close(leader)
    assert process.wait() == 0
    return received.decode()


def test_labels_of_the_data_do_not_steer_the_terminal(table, saved):
    shown = on_a_terminal("predict", saved, table)
    assert "\x1b" not in shown and "\x07" not in shown
    assert "\\x1b]0;owned\\x07no" in shown
    piped = whyzero("predict", saved, table).stdout
    assert {row["label"] for row in csv.DictReader(io.StringIO(piped, newline=""))} == {
        "\x1b]0;owned\x07no", "'=cmd|'/C calc'!A0",
    }  # fmt: skip


def test_a_spreadsheet_runs_no_label_unless_it_is_asked_for(table, saved, tmp_path):
    marked = whyzero("predict", saved, table).stdout
    raw = whyzero("predict", saved, table, "--raw").stdout
    cells = [{row["label"] for row in csv.DictReader(io.StringIO(text, newline=""))} for text in (marked, raw)]
    assert "'=cmd|'/C calc'!A0" in cells[0] and "=cmd|'/C calc'!A0" in cells[1]
    whyzero("predict", saved, table, "--raw", "--out", tmp_path / "raw.csv")
    assert (tmp_path / "raw.csv").read_bytes().decode() == raw


@pytest.mark.parametrize("start", STARTS, ids=ascii)
def test_every_label_that_a_spreadsheet_would_run_is_marked(start, saved, table):
    model = load_run(saved).model
    prediction = predict(model, read_like(model, table))
    label = f"{start}SUM(A1)"
    classes = ("no", label)
    other = Prediction(prediction.scores, (label,) * len(prediction.scores), classes, prediction.rows, ())
    rows = list(csv.reader(io.StringIO(scores_csv(other), newline="")))
    assert {row[2] for row in rows[1:]} == {f"'{label}"}
    assert rows[0] == ["row", f"probability of {label}", "label"]
    assert {row[2] for row in csv.reader(io.StringIO(scores_csv(other, raw=True), newline=""))} == {"label", label}


def test_what_is_no_formula_is_left_as_it_is():
    assert not any(_is_formula(text) for text in ("yes", "a=b", "<=50K", "", " ", "x-y", "(1)", "'=1"))
    assert [_is_formula(name) for name in HOSTILE if name.startswith("=")] == [True]


@pytest.mark.parametrize(
    "arguments",
    [
        ["fit", "two\nlines\x1b[2J.csv", "--target", "y"],
        ["fit", "-x.csv", "--target", "y"],
        ["fit", "--", "-x.csv"],
        ["fit", "\u202egnp.csv", "--target", "\x1b]0;x\x07"],
        ["why", "no\nfolder\x07", "--feature", "\x1b[31m"],
        ["predict", "\x1b[2J", "x"],
        ["verify", "a\tb", "x"],
        ["audit", "x.csv", "--model", "\x1b[2J.json"],
        ["explore", "\x1b[2J.csv", "--no-open"],
        ["explore", "--no-open", "--report", "\x1b[2J"],
        ["fit", "x" * 5000, "--target", "y"],
        ["\x1b[2J"],
        ["fit", "--\x1b[2J"],
    ],
    ids=lambda arguments: ascii(" ".join(arguments))[:40],
)
def test_arguments_are_shown_and_never_obeyed(arguments, tmp_path):
    done = whyzero(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("whyzero: ")
    assert done.stderr.rstrip("\n").isprintable()


def test_every_exit_code_that_is_documented_is_given(table, saved, tmp_path):
    other = shutil.copytree(saved, tmp_path / "run")
    model = json.loads((other / "model.json").read_text())
    (other / "model.json").write_text(json.dumps(model | {"intercept": model["intercept"] + 1.0}))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "model.json").write_text("{")
    codes = [whyzero("verify", folder, table).returncode for folder in (saved, other, tmp_path / "broken")]
    assert codes == [0, 1, 2]


def test_a_model_with_half_a_character_is_refused(saved):
    """It could be loaded, and would fail when its predictions are written."""
    text = (saved / "model.json").read_text()
    fields = json.loads(text)
    fields["target"]["classes"][0] = "\ud800"
    with pytest.raises(ValueError, match=r"'target\.classes' must be"):
        model_from_json(json.dumps(fields))
    assert isinstance(model_from_json(text).target, Target)


NETWORK = re.compile(r"(socket|connect|bind|sendto|sendmsg)\((?!AF_UNIX|\d+, \{sa_family=AF_UNIX|AF_NETLINK)")


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_no_command_asks_for_a_network(table, saved, tmp_path):
    """By the calls to the kernel, of Python and of every library."""
    log = tmp_path / "calls"
    commands = [
        ["fit", table, "--target", "y", "--out", tmp_path / "run"],
        ["predict", saved, table],
        ["verify", saved, table],
        ["why", saved, "--feature", "a"],
        ["explore", table, "--target", "y", "--no-open", "--out", tmp_path / "page.html"],
        ["fit", "https://example.org/a.csv", "--target", "y"],
        ["fit", "s3://bucket/a.parquet", "--target", "y"],
    ]
    for arguments in commands:
        strace = ["strace", "-f", "-qq", "-e", "trace=network", "-o", str(log)]
        done = subprocess.run([*strace, *COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False)
        if "ptrace" in done.stderr.lower():
            pytest.skip("processes may not be traced here")
        assert done.returncode == (2 if "://" in str(arguments[1]) else 0), done.stderr
        assert [line for line in log.read_text().splitlines() if NETWORK.search(line)] == []


def test_the_network_of_a_process_would_be_noticed(tmp_path):
    """The test above can fail."""
    assert NETWORK.search("12 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3")
    assert NETWORK.search("12 connect(3, {sa_family=AF_INET, sin_port=htons(80)}, 16) = 0")
    assert not NETWORK.search("12 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3")


def test_nothing_in_the_package_listens():
    """There is no server: what is shown are files."""
    code = (
        "import pkgutil, sys, whyzero\n"
        "names = [m.name for m in pkgutil.walk_packages(whyzero.__path__, 'whyzero.') if '__main__' not in m.name]\n"
        "events = set()\nsys.addaudithook(lambda event, _: events.add(event))\n"
        "[__import__(name) for name in names if name not in ('whyzero.report.widget', 'whyzero._core')]\n"
        "print(len(names) > 150, sorted(event for event in events if event.startswith('socket.')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "True []\n", done.stderr
