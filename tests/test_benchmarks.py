"""benchmarks/: recipes, the list of works, verdicts, processes, and the commands end to end on the smallest work."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
import scipy.sparse as sp

from benchmarks import __main__ as command
from benchmarks import compare, recipes, solvers, table
from benchmarks.problem import Problem, load, save
from benchmarks.process import ROOT, Interpreter, WorkerError, started
from benchmarks.results import OURS, Result, Run
from benchmarks.targets import Measured, Target, memory_allowance, verdict
from benchmarks.works import WORKS, shuffled_folds

SMALL_RECIPES = {
    "autoregressive": lambda: recipes.autoregressive(50, 20, rho=0.5, k=3, snr=2.0, seed=5),
    "autoregressive, classes": lambda: recipes.autoregressive(50, 20, rho=0.5, k=3, snr=2.0, seed=5, logistic=True),
    "common factor": lambda: recipes.common_factor(50, 20, rho=0.8, k=3, snr=2.0, seed=5),
    "genotypes": lambda: recipes.genotypes(50, 20, k=3, snr=2.0, seed=5),
    "text": lambda: recipes.text(50, 300, length=20, k=10, snr=3.0, seed=5),
    "separable": lambda: recipes.separable(50, 10, margin=1e-3, seed=5),
    "degenerate": lambda: recipes.degenerate(50, 100, seed=5),
    "full featured": lambda: recipes.full_featured(50, 20, seed=5),
}


def as_dense(X):
    return X.toarray() if sp.issparse(X) else X


@pytest.mark.parametrize("make", SMALL_RECIPES.values(), ids=SMALL_RECIPES.keys())
def test_a_recipe_gives_the_same_bits_every_time(make):
    first, second = make(), make()
    assert np.array_equal(as_dense(first.X), as_dense(second.X))
    assert np.array_equal(first.y, second.y)
    for name in ("weight", "offset", "factor"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


def test_recipes_are_what_they_say():
    factor = recipes.common_factor(4000, 6, rho=0.8, k=3, snr=2.0, seed=0)
    assert np.corrcoef(factor.X, rowvar=False)[np.triu_indices(6, 1)] == pytest.approx(0.8, abs=0.05)
    chain = recipes.autoregressive(4000, 6, rho=0.9, k=3, snr=2.0, seed=0)
    assert np.corrcoef(chain.X, rowvar=False)[0, 2] == pytest.approx(0.81, abs=0.05)
    words = recipes.text(200, 1000, length=30, k=20, snr=3.0, seed=0).X
    assert np.sqrt(words.multiply(words).sum(axis=1)) == pytest.approx(1.0)
    edge = recipes.separable(200, 10, margin=0.5, seed=0)
    distance = (2 * edge.y - 1) * edge.X[:, :5].sum(axis=1) / np.sqrt(5)
    assert distance.min() == pytest.approx(0.5)
    copies = recipes.degenerate(50, 100, seed=0).X
    constant = np.ptp(copies, axis=0) == 0
    assert constant.sum() == 3
    products = copies[:, ~constant].T @ copies[:, ~constant] / 50 - np.eye(97)
    assert (products > 1 - 1e-12).sum() == 2 * 2  # each pair is counted twice
    assert (products < -1 + 1e-12).sum() == 2 * 3
    full = recipes.full_featured(50, 20, seed=0)
    assert (full.weight == 0).mean() == 0.5
    assert set(full.factor) == {0.0, 1.0, 3.0, np.inf}


def test_folds_are_those_of_scikit_learn():
    from sklearn.model_selection import KFold

    folds = shuffled_folds(53, 10)
    for k, (_, held) in enumerate(KFold(10, shuffle=True, random_state=0).split(np.zeros(53))):
        assert np.array_equal(np.flatnonzero(folds == k), held)


def test_every_work_of_the_table_is_there_and_ours_takes_all_kinds():
    table_of_works = {
        "diabetes-lasso spambase-logit riboflavin-lasso golub-logit wide-lasso wide-lasso-correlated singh-logit",
        "wide-logit fertility-logit-point imdb-logit-point a9a-logit tall-lasso tall-logit imdb-stars-lasso",
        "imdb-logit fit-50x10 tall-cv wide-cv",
    }
    assert {name for line in table_of_works for name in line.split()} <= set(WORKS)
    assert all(WORKS[name].target for line in table_of_works for name in line.split())
    for problem in (WORKS["fit-50x10"].problem(), WORKS["s12-logit"].problem()):
        assert solvers.OURS.refusal(problem.needs) == ""


@pytest.mark.parametrize("sparse", [False, True])
def test_a_saved_problem_is_read_back_as_it_was(tmp_path, sparse):
    data = recipes.full_featured(30, 12, seed=1)
    X = sp.csc_matrix(np.where(np.abs(data.X) > 1, data.X, 0)) if sparse else data.X
    problem = Problem(
        X,
        data.y,
        "squared",
        np.array([0.2, 0.1]),
        l1_ratio=0.5,
        intercept=True,
        factor=data.factor,
        weight=data.weight,
        offset=data.offset,
        folds=shuffled_folds(30, 5),
    )
    save(problem, tmp_path)
    read = load(tmp_path)
    assert np.array_equal(as_dense(read.X), as_dense(X))
    assert read.needs == problem.needs
    assert (read.loss, read.l1_ratio, read.intercept) == ("squared", 0.5, True)
    for name in ("y", "alphas", "factor", "weight", "offset", "folds"):
        assert np.array_equal(getattr(read, name), getattr(problem, name))
    if not sparse:
        assert read.X.flags.f_contiguous


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Measured(1.0, 1e-9, 10, 30.0), "goal"),
        (Measured(1.0, 1e-9, 20, 30.0), "bar"),
        (Measured(1.0, 1e-9, 10, 4.0), "bar"),
        (Measured(1.0, 1e-9, 10, 2.0), "short of the bar: 2x"),
        (Measured(1.0, 1e-9, 40, 30.0), "short of the bar: 40 passes"),
        (Measured(1.0, 1e-5, 10, 30.0), "gap 1e-05 is over 1e-06"),
        (Measured(1.0, float("nan"), 10, 30.0), "gap nan is over 1e-06"),
        (Measured(1.0, 1e-9, 10, None), "-"),
    ],
)
def test_a_verdict_holds_time_passes_and_gap_against_bar_and_goal(row, words):
    assert verdict(Target(bar=3, goal=10, bar_passes=35, goal_passes=15), row) == words


def test_a_verdict_may_rest_on_seconds_alone():
    target = Target(bar_seconds=80e-6, goal_seconds=50e-6)
    times = [(40e-6, "goal"), (70e-6, "bar"), (90e-6, "short of the bar: 90 us")]
    assert [verdict(target, Measured(s, 0.0, None, None)) for s, _ in times] == [word for _, word in times]


def test_the_fastest_peer_is_one_that_is_accurate_enough():
    runs = (
        Run(OURS, 1e-6, first=1.0, seconds=0.5, gap=1e-9, support=3),
        Run("hasty", 1e-3, first=0.1, seconds=0.01, gap=2e-4, support=5),
        Run("slow", 1e-3, first=9.0, seconds=3.0, gap=1e-6, support=3),
        Run("able", 1e-3, first=9.0, seconds=2.0, gap=9e-5, support=4),
        Run("broken", 1e-3, note="over 60 s"),
    )
    result = Result("w", "g", (10, 5), 50, 400, 10, 0.01, runs, Target(bar=3, goal=10), {OURS: 10**6})
    row = dict(zip(table._HEAD, table.cells(result), strict=True))
    assert row["fastest peer, gap <= 1e-04"] == "able 1e-03"
    assert (row["ours/peer"], row["faster"], row["verdict"]) == ("0.25", "4x", "bar")
    assert row["time/limit"] == "5"
    assert result.supports == (3, 4, 5)
    told = replace(
        result,
        runs=(
            replace(runs[0], facts={"plan": "by rows", "seconds": {"passes": 3, "phases": {"gram": 0.25}}}),
            *runs[1:],
        ),
    )
    assert "plan: by rows" in table.details(told)
    assert "our account: passes 3, phases (gram 250 ms)" in table.details(told)
    assert memory_allowance(400, 10, 10, 5, 3) == (100 + 8 * 407, 40 + 8 * 407)


def test_a_worker_that_takes_too_long_is_ended_and_one_that_cannot_says_why(tmp_path):
    save(WORKS["fit-50x10"].problem(), tmp_path)
    with started(Interpreter(threads=1), "serve", str(tmp_path), OURS) as worker:
        with pytest.raises(WorkerError, match=r"over 0 s"):
            worker.ask(None, 0.0)
        assert not worker.alive
    absent = next((s.name for s in solvers.PEERS if find_spec(s.name.split("-")[0]) is None), None)
    if absent is not None and not absent.startswith(("sklearn", "liblinear")):
        with (
            started(Interpreter(threads=1), "serve", str(tmp_path), absent) as worker,
            pytest.raises(WorkerError, match="not installed"),
        ):
            worker.ask(None, 60.0)


def test_the_command_prints_a_table_and_writes_it(tmp_path, capsys):
    files = tmp_path / "all.json", tmp_path / "table.md"
    peers = ["--solvers", "whyzero,sklearn-cd", "--repeat", "1", "--threads", "1"]
    command.main(["fit-50x10", *peers, "--cold", "--json", str(files[0]), "--markdown", str(files[1])])
    printed = capsys.readouterr().out
    assert "fit-50x10  50x10" in printed
    (work,) = json.loads(files[0].read_text())["works"]
    ours = next(run for run in work["runs"] if run["solver"] == OURS)
    assert ours["gap"] < 1e-6
    assert ours["seconds"] > 0
    assert work["fastest_peer"]["solver"] == "sklearn-cd"
    assert work["fastest_peer"]["gap"] <= 1e-4
    assert "| fit-50x10 | 50x10 |" in files[1].read_text()


def test_works_whose_data_are_missing_are_skipped_with_a_message(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("WHYZERO_DATA", str(tmp_path))
    command.main(["golub-logit", "--solvers", "whyzero", "--repeat", "1"])
    assert "skipped: no data sets" in capsys.readouterr().err


def test_unknown_works_and_solvers_are_refused_by_name():
    with pytest.raises(SystemExit, match="unknown: nonsense"):
        command.main(["nonsense"])
    with pytest.raises(ValueError, match="no solver is called 'nonsense'"):
        solvers.named("nonsense")
    assert {s.name for s in solvers.named("celer")} == {"celer-cd", "celer-newton", "celer-cv"}


def test_two_equal_builds_compare_as_equal():
    same = Interpreter(sys.executable, threads=1)
    result = compare.compare("fit-50x10", same, same, repeat=2, limit=60.0)
    assert result.before.support == result.after.support
    assert result.before.gap == result.after.gap
    assert len(result.before.rounds) == len(result.after.rounds) == 2
    assert "fit-50x10" in result.line()


def test_the_ratio_of_two_builds_is_that_of_their_fastest_rounds():
    a = compare.Side((2.0, 3.0, 4.0), passes=10, gap=1e-9, support=3)
    b = compare.Side((1.5, 1.0, 4.0), passes=5, gap=1e-9, support=3)
    result = compare.Comparison("w", a, b)
    assert result.ratio == 0.5
    assert result.spread == pytest.approx(np.quantile([0.75, 1 / 3, 1.0], [0.25, 0.75]))
    assert "passes 10 -> 5" in result.line()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the high-water mark can be reset on Linux only")
def test_the_watch_sees_memory_that_is_already_given_back():
    script = (
        "import numpy as np; from benchmarks.memory import Watch; before = np.ones(20_000_000); del before\n"
        "watch = Watch(); array = np.ones(5_000_000); del array; print(watch.peak())"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert 38e6 < int(run.stdout) < 60e6
