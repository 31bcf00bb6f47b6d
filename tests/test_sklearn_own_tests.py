"""scikit-learn's own test files, which ship inside its wheel, on the drop-ins: a tenth of them, or all.

    WHYZERO_SKLEARN_TESTS=long pytest tests/test_sklearn_own_tests.py -s

runs all of them; tests/sklearn_excluded.toml lists what is not run, and why.
"""

from __future__ import annotations

import os
import tomllib

import pytest
import sklearn

from sklearn_runner import HERE, PACKAGE, passed, run_theirs

FILES = (
    "linear_model/tests/test_coordinate_descent.py",
    "linear_model/tests/test_sparse_coordinate_descent.py",
    "linear_model/tests/test_common.py",
    "linear_model/tests/test_ridge.py",
    "linear_model/tests/test_logistic.py",
    "linear_model/_glm/tests/test_glm.py",
)
SMALLEST = FILES[1]

pytestmark = [
    pytest.mark.skipif(not sklearn.__version__.startswith("1.9."), reason="the table is that of scikit-learn 1.9"),
    pytest.mark.skipif(not (PACKAGE / "conftest.py").exists(), reason="scikit-learn was installed without its tests"),
]


def test_scikit_learns_own_tests_pass():
    part = os.environ.get("WHYZERO_SKLEARN_TESTS", "short")
    code, output = run_theirs(part, FILES)
    print(output[-300:])
    assert code == 0, output
    if part != "excluded":
        assert passed(output) > (1500 if part == "long" else 100)


def test_every_excluded_test_fails_in_the_smallest_file():
    code, output = run_theirs("excluded", (SMALLEST,))
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
    code, output = run_theirs("long", (SMALLEST,), first=wrong)
    assert code == 1
    assert " failed" in output


def test_the_table_names_a_reason_and_a_file_of_theirs():
    for row in tomllib.loads((HERE / "sklearn_excluded.toml").read_text("utf-8"))["excluded"]:
        assert f"linear_model/{row['file']}" in FILES
        assert len(row["reason"]) > 20
        assert row["tests"]
