"""`patch_sklearn` and `python -m whyzero.patch`: existing programs on whyzero, without a change of theirs."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest
from sklearn import linear_model
from sklearn.datasets import load_diabetes

import whyzero
from whyzero.errors import InputError

OWN = "whyzero.sklearn"


@pytest.fixture
def unpatched():
    yield
    whyzero.unpatch_sklearn()


def package_of(name):
    return getattr(linear_model, name).__module__.rpartition(".")[0]


@pytest.mark.usefixtures("unpatched")
def test_names_mean_whyzero_until_they_are_taken_back():
    before = {name: getattr(linear_model, name) for name in linear_model.__all__}
    whyzero.patch_sklearn()
    whyzero.patch_sklearn()
    changed = {name for name in linear_model.__all__ if getattr(linear_model, name) is not before[name]}
    assert changed == set(whyzero.sklearn.__all__)
    assert package_of("Lasso") == OWN
    assert isinstance(linear_model.Lasso(), before["Lasso"])
    whyzero.unpatch_sklearn()
    whyzero.unpatch_sklearn()
    assert {name: getattr(linear_model, name) for name in linear_model.__all__} == before


@pytest.mark.usefixtures("unpatched")
def test_some_names_can_be_left_out():
    whyzero.patch_sklearn(["Lasso", "LassoCV"])
    assert package_of("LassoCV") == OWN
    assert package_of("LogisticRegression") == "sklearn.linear_model"
    with pytest.raises(InputError, match=r"names has 'LassoLars'; whyzero\.sklearn has ElasticNet, ElasticNetCV"):
        whyzero.patch_sklearn(["Lasso", "LassoLars"])


@pytest.mark.usefixtures("unpatched")
def test_a_pickle_of_scikit_learn_is_read_as_it_was():
    x = np.arange(12.0).reshape(6, 2) ** 2
    stored = pickle.dumps(linear_model.Lasso().fit(x, x[:, 0]))
    whyzero.patch_sklearn()
    assert type(pickle.loads(stored)).__module__ == "sklearn.linear_model._coordinate_descent"
    fitted = linear_model.LogisticRegression(l1_ratio=1.0).fit(x, x[:, 0] > 20)
    assert np.array_equal(pickle.loads(pickle.dumps(fitted)).coef_, fitted.coef_)


SCRIPT = """
import sys
import neighbour
from sklearn.linear_model import Lasso, RidgeCV
from sklearn.datasets import load_diabetes
X, y = load_diabetes(return_X_y=True)
model = Lasso(alpha=0.5).fit(X, y)
print(__name__, sys.argv[1:], neighbour.WORD, type(model).__module__, RidgeCV.__module__, (model.coef_ == 0).sum())
sys.exit(3)
"""


def run(*arguments, cwd=None):
    command = [sys.executable, "-m", "whyzero.patch", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def test_a_script_runs_unchanged(tmp_path):
    (tmp_path / "neighbour.py").write_text("WORD = 'found'", "utf-8")
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    done = run(tmp_path / "script.py", "--depth", "2")
    assert done.stderr == ""
    assert done.returncode == 3
    zeros = np.sum(linear_model.Lasso(alpha=0.5, tol=1e-12).fit(*load_diabetes(return_X_y=True)).coef_ == 0.0)
    expected = f"__main__ ['--depth', '2'] found whyzero.sklearn.sparse_regression whyzero.sklearn.ridge {zeros}\n"
    assert done.stdout == expected


def test_a_script_that_raises_shows_its_own_lines(tmp_path):
    (tmp_path / "script.py").write_text("def f():\n    raise KeyError('mine')\nf()\n", "utf-8")
    done = run("script.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "raise KeyError('mine')" in done.stderr


def test_without_a_script_there_is_help():
    assert run().stderr == "usage: python -m whyzero.patch script.py [arguments]\n"
    missing = run("none.py")
    assert missing.stderr == "python -m whyzero.patch: there is no file 'none.py'\n"
    assert missing.returncode == 1
