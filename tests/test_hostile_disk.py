"""Disks that are full, read-only or slow to obey: an older file stays whole, and one line says what is wrong."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from whyzero.disk import read_text, write_whole

LONG = os.environ.get("WHYZERO_HOSTILE") == "long"
COMMAND = [sys.executable, "-m", "whyzero"]
FILES = ("model.json", "certificate.json", "explanation.json", "report.html")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("disk") / "table.csv"
    rows = (f"{i % 7},{i * i % 11},{i % 5},{3 * (i % 7) - i % 5}\n" for i in range(60))
    path.write_text("a,b,c,y\n" + "".join(rows))
    return path


@pytest.fixture(scope="module")
def run_folder(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "run"
    done = whyzero("fit", table, "--target", "y", "--alpha", "0.1", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder


def whyzero(*arguments, **options):
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **options)


def is_one_line(done):
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("whyzero: ") and done.stderr.count("\n") == 1
    return done.stderr


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_limit_on_the_size_of_files_leaves_the_old_run_whole(table, run_folder, tmp_path):
    folder = shutil.copytree(run_folder, tmp_path / "run")
    before = contents(folder)
    for size in (0, 1000, min(len(content) for content in before.values()) - 1):
        done = whyzero(
            "fit", table, "--target", "y", "--alpha", "0.2", "--out", folder,
            preexec_fn=lambda size=size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        )  # fmt: skip
        assert "File too large" in is_one_line(done)
        assert contents(folder) == before


def on_a_file_system(options, folder, script, *arguments):
    """Run a script in a mount name space of its own, with a small file system at `folder`."""
    if shutil.which("unshare") is None or os.geteuid() != 0:
        pytest.skip("needs the right to mount a small file system")
    mount = f'mount -t tmpfs -o {options} none "$0" || exit 99; {script}'
    command = ["unshare", "-m", "sh", "-c", mount, str(folder), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 99:
        pytest.skip("needs the right to mount a small file system")
    return done


def test_a_full_disk_is_one_line_and_leaves_no_half_file(table, tmp_path):
    script = '"$@" --out "$0/run"; code=$?; ls -A "$0/run"; exit $code'
    fit = [*COMMAND, "fit", table, "--target", "y", "--alpha", "0.1"]
    done = on_a_file_system("size=16k", tmp_path, script, *fit)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "No space left on device" in done.stderr
    assert set(done.stdout.split()) < set(FILES)


def test_a_full_disk_leaves_the_old_run_whole(table, run_folder, tmp_path):
    script = (
        'old=$1; shift; cp -r "$old" "$0/run"; head -c 100000000 /dev/zero > "$0/fill" 2>/dev/null; '
        '"$@" --out "$0/run"; code=$?; diff -r "$old" "$0/run" || exit 98; exit $code'
    )
    fit = [*COMMAND, "fit", table, "--target", "y", "--alpha", "0.2"]
    done = on_a_file_system("size=1m", tmp_path, script, run_folder, *fit)
    assert done.returncode == 2, done.stdout
    assert "No space left on device" in done.stderr


def test_a_read_only_folder_is_one_line_before_the_fit(table, tmp_path):
    fit = [*COMMAND, "fit", table, "--target", "y"]
    done = on_a_file_system("ro", tmp_path, '"$@" --out "$0/run"', *fit)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "nothing can be written to" in done.stderr


def test_a_folder_without_the_right_to_write_is_one_line(table, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere")
    tmp_path.chmod(0o500)
    assert "Permission denied" in is_one_line(whyzero("fit", table, "--target", "y", "--out", tmp_path / "run"))


@pytest.mark.parametrize("device", ["/dev/full", "/dev/null"])
def test_a_device_is_never_replaced_by_a_file(table, run_folder, device):
    mode = os.stat(device).st_mode
    assert "not a regular file" in is_one_line(whyzero("predict", run_folder, table, "--out", device))
    assert "not a regular file" in is_one_line(whyzero("explore", "--no-open", "--out", device))
    assert os.stat(device).st_mode == mode


@pytest.mark.parametrize("kind", ["certificate", "page"])
def test_what_python_saves_is_whole_or_the_old_one(kind, tmp_path):
    import whyzero as wz
    from fuzz.problem import design, target

    fit = wz.fit(design(), target(), alpha=0.125)
    file = tmp_path / "file"
    file.write_text("old")
    write = wz.explain(fit).to_html if kind == "page" else wz.explain(fit).certificate.save
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write(file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "old")]
    write(file)
    assert len(file.read_text()) > 1000


WRITER = """
import sys
from whyzero.disk import write_whole
text = ["a" * 3_000_000, "b" * 2_000_000]
print("ready", flush=True)
k = 0
while True:
    write_whole(sys.argv[1], text[k % 2])
    k += 1
"""


def test_a_writer_that_is_killed_leaves_one_of_the_two_files(tmp_path):
    random, file = Random(5), tmp_path / "file"
    whole = {"a" * 3_000_000, "b" * 2_000_000}
    write_whole(file, "a" * 3_000_000)
    for _ in range(100 if LONG else 8):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE)
        writer.stdout.readline()
        time.sleep(random.random() / 20)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        assert read_text(file) in whole


def test_a_link_stays_a_link_and_names_that_no_file_has_are_refused(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text() == "new"
    for name in ("a\0b", "\ud800", "n" * 300):
        with pytest.raises(OSError):
            write_whole(tmp_path / name, "x")
        with pytest.raises(OSError):
            read_text(tmp_path / name)
    assert sorted(path.name for path in Path(tmp_path).iterdir()) == ["link", "real"]
