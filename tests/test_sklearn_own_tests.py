"""scikit-learn's own test files, which ship inside its wheel, on the drop-ins: a tenth of them, or all.

    WHYZERO_SKLEARN_TESTS=long pytest tests/test_sklearn_own_tests.py -s

runs all of them; tests/sklearn_excluded.toml lists what is not run, and why.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import sklearn

HERE = Path(__file__).parent
PACKAGE = Path(sklearn.__file__).parent
FILES = (
    "test_coordinate_descent.py",
    "test_sparse_coordinate_descent.py",
    "test_common.py",
    "test_ridge.py",
    "test_logistic.py",
    "test_glm.py",
)
FOLDERS = {"test_glm.py": "_glm/tests"}

pytestmark = [
    pytest.mark.skipif(not sklearn.__version__.startswith("1.9."), reason="the table is that of scikit-learn 1.9"),
    pytest.mark.skipif(not (PACKAGE / "conftest.py").exists(), reason="scikit-learn was installed without its tests"),
]


def run_theirs(part: str, files: tuple[str, ...] = FILES, *, first: Path | None = None) -> tuple[int, str]:
    """Their files in a process of its own, patched by tests/sklearn_plugin.py; `first` is a plugin loaded before."""
    paths = [str(PACKAGE / "linear_model" / FOLDERS.get(name, "tests") / name) for name in files]
    folders = [str(HERE), os.environ.get("PYTHONPATH", "")]
    plugins = ["-p", "sklearn_plugin", "-p", "no:cacheprovider"]
    if first is not None:
        folders, plugins = [str(first.parent), *folders], ["-p", first.stem, *plugins]
    where = ["-c", os.devnull, f"--rootdir={PACKAGE}", f"--confcutdir={PACKAGE}"]
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


def test_scikit_learns_own_tests_pass():
    part = os.environ.get("WHYZERO_SKLEARN_TESTS", "short")
    code, output = run_theirs(part)
    print(output[-300:])
    assert code == 0, output
    if part != "excluded":
        assert passed(output) > (1500 if part == "long" else 100)


def test_every_excluded_test_fails_in_the_smallest_file():
    code, output = run_theirs("excluded", ("test_sparse_coordinate_descent.py",))
    assert code == 0, output


def test_a_drop_in_that_is_wrong_fails_their_tests(tmp_path):
    """The harness can fail: a lasso at twice its alpha is noticed."""
    wrong = tmp_path / "wrong_lasso.py"
    wrong.write_text(
        "import whyzero.sklearn.sparse_regression as own\n"
        "right = own.solve_all\n"
        "own.solve_all = lambda problem, alphas, chosen: right(problem, [2 * alpha for alpha in alphas], chosen)\n",
        "utf-8",
    )
    code, output = run_theirs("long", ("test_sparse_coordinate_descent.py",), first=wrong)
    assert code == 1
    assert " failed" in output


def test_the_table_names_a_reason_and_a_file_of_theirs():
    for row in tomllib.loads((HERE / "sklearn_excluded.toml").read_text("utf-8"))["excluded"]:
        assert row["file"] in FILES
        assert len(row["reason"]) > 20
        assert row["tests"]
