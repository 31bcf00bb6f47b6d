"""Rows B1 to B5 and B7 to B9 of the catalogue: data that break other packages."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import LabelEncoder

import whyzero as wz
from catalogue_rows import Row, differs, quiet_fit
from oracle.enclosure import enclose
from oracle.generator import Case
from whyzero import sklearn as ours
from whyzero.certificates import Verdict
from whyzero.errors import ConvergenceWarning

CONSTANTS = (0.0, 0.1, 1e8, -3.0, 5e-324)


def plain(n: int = 40, p: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.integers(-64, 65, (n, p)) / 32.0
    return x, x[:, 0] - 2.0 * x[:, 1] + rng.integers(-32, 33, n) / 32.0


@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_constant_columns_are_zero_for_a_reason(loss):
    """B1: a constant beside an intercept, of any size, among other columns and alone."""
    x, y = plain()
    target = y if loss == "squared" else y > 0
    fit = wz.fit(x, target, loss=loss, alpha=0.05)
    wider = np.column_stack([x, *(np.full(len(y), value) for value in CONSTANTS)])
    more = wz.fit(wider, target, loss=loss, alpha=0.05)
    assert np.array_equal(more.coef, np.r_[fit.coef, np.zeros(len(CONSTANTS))])
    verdicts = wz.certify(wider, target, more.coef, more.intercept, loss=loss, alpha=0.05).verdicts
    assert verdicts[x.shape[1] :] == (Verdict.ZERO_STRUCTURAL,) * len(CONSTANTS)
    alone = wz.fit(np.tile(CONSTANTS, (len(y), 1)), target, loss=loss, alpha=0.05)
    assert not alone.coef.any() and alone.status is wz.Status.OPTIMAL


@pytest.mark.parametrize("copies", [2, 5, 30])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_copies_share_the_weight_of_the_column_alone(copies, sign):
    """B1: their sum is the weight of the column alone; each is told to be not unique."""
    x, y = plain()
    fit = wz.fit(x, y, alpha=0.05)
    wider = np.column_stack([x, *[sign * x[:, :1]] * (copies - 1)])
    more = wz.fit(wider, y, alpha=0.05)
    total = more.coef[0] + sign * more.coef[x.shape[1] :].sum()
    assert abs(total - fit.coef[0]) <= 1e-12 * abs(fit.coef[0])
    assert np.abs(more.coef[1 : x.shape[1]] - fit.coef[1:]).max() <= 1e-12 * np.abs(fit.coef).max()
    verdicts = wz.certify(wider, y, more.coef, more.intercept, loss="squared", alpha=0.05).verdicts
    assert {verdicts[0], *verdicts[x.shape[1] :]} == {Verdict.NOT_UNIQUE}
    assert Verdict.OPEN not in verdicts


@pytest.mark.parametrize("value", [0.0, 0.1, -3e7, 1e300])
@pytest.mark.parametrize("rows", [1, 7])
def test_a_constant_target_is_fitted_by_the_intercept(value, rows):
    """B2: no step, no gap, no weight."""
    x, _ = plain(rows)
    fit = wz.fit(x, np.full(rows, value), alpha=0.1)
    assert not fit.coef.any() and fit.intercept == value and fit.dual_gap == 0.0 and fit.n_iter == 0


@pytest.mark.parametrize("estimator", [ours.LogisticRegression(), wz.GLMClassifier(alpha=0.1)])
def test_one_class_is_refused_by_its_name(estimator):
    """B2."""
    x, y = plain()
    with pytest.raises(ValueError, match=r"only_one|class"):
        estimator.fit(x, np.full(len(y), "only_one"))


def coded(kind: str, codes: np.ndarray) -> object:
    """Labels in sorted order for the numbers 0, 1 and 2."""
    three = {
        "str": np.array(["no", "yes", "zero"]),
        "object": np.array(["no", "yes", "zero"], dtype=object),
        "bool": np.array([False, True]),
        "int8": np.array([-7, 3, 5], dtype=np.int8),
        "negative": np.array([-3, -2, -1]),
        "whole floats": np.array([1.0, 2.0, 3.0]),
        "signs": np.array([-1, 1]),
    }
    if kind == "categorical":
        names, categories = np.array(["no", "yes", "zero"])[codes], ["no", "unused", "yes", "zero"]
        return pd.Series(pd.Categorical(names, categories=categories))
    return three[kind][codes]


LABELS = ("str", "object", "bool", "int8", "negative", "whole floats", "signs", "categorical")


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("estimator", [ours.LogisticRegression(C=0.3, l1_ratio=1.0), wz.GLMClassifier(alpha=0.05)])
def test_labels_of_any_kind_are_their_numbers(kind, estimator):
    """B3: the same bits as encoded labels, and predictions are labels again."""
    x, y = plain()
    assert_labels_are_numbers(estimator, x, coded(kind, (y > 0).astype(int)))


@pytest.mark.parametrize("kind", [kind for kind in LABELS if kind not in ("bool", "signs")])
def test_labels_of_three_classes_are_their_numbers(kind):
    """B3."""
    x, y = plain()
    assert_labels_are_numbers(ours.LogisticRegression(C=0.3, l1_ratio=1.0), x, coded(kind, np.digitize(y, [-1.0, 1.0])))


def assert_labels_are_numbers(estimator, x, labels):
    """The bits are those of encoded labels, and what is predicted are labels of the same kind."""
    numbers = estimator.fit(x, LabelEncoder().fit_transform(np.asarray(labels)))
    expected, intercept = numbers.coef_.copy(), numbers.intercept_
    model = estimator.fit(x, labels)
    assert np.array_equal(model.coef_, expected) and np.array_equal(model.intercept_, intercept)
    predicted = model.predict(x)
    assert predicted.dtype == np.asarray(labels).dtype
    assert set(predicted) <= set(np.asarray(labels))


def test_bytes_are_labels_of_a_fit_and_refused_in_words_by_estimators():
    """B3: scikit-learn's check of targets takes no bytes."""
    x, y = plain()
    labels = np.where(y > 0, b"yes", b"no")
    assert wz.fit(x, labels, loss="logistic", alpha=0.05).problem.classes == (b"no", b"yes")
    for estimator in (ours.LogisticRegression(), wz.GLMClassifier(alpha=0.05)):
        with pytest.raises(TypeError, match="labels represented as bytes is not supported"):
            estimator.fit(x, labels)


def test_separated_classes_are_said_and_any_penalty_has_an_optimum(row: Row):
    """B4: without a penalty no optimum exists; with one, however small, the enclosure finds it."""
    count = row.count(4, 100)
    for seed in range(count):
        x, _ = plain(20, 3, seed)
        labels = (x[:, 0] + x[:, 1] > 0).astype(float)
        with pytest.warns(ConvergenceWarning, match=r"separate the two classes|No optimum"):
            fit = wz.fit(x, labels, loss="logistic", alpha=0.1, penalty_factor=np.zeros(3))
        assert fit.status is wz.Status.SEPARATED
        for alpha in (1e-6, 1e-2):
            fit, warned = quiet_fit(x, labels, loss="logistic", alpha=alpha)
            case = Case(x, labels, alpha, 1.0, np.ones(3), np.ones(20), np.zeros(20), True)
            truth = enclose(case.exact(), "logistic", fit.coef, fit.intercept)
            assert truth is not None and not warned
            assert [int(np.sign(v)) for v in fit.coef] == truth.signs
    row.tell(f"B4: {count} separated problems said so; {2 * count} with a penalty have the signs that O2 proves")


@pytest.mark.parametrize("size", [1e3, 1e6, 1e12])
def test_huge_margins_and_offsets_end_in_a_number_or_a_warning(size):
    """B5, logistic: nothing that is not finite, no silent zeros."""
    x, y = plain()
    for options in ({"offset": size * np.sign(y)}, {"offset": -size * np.sign(y)}, {}):
        fit, warned = quiet_fit(x if options else size * x, y > 0, loss="logistic", alpha=1e-3, **options)
        assert np.isfinite(fit.coef).all() and np.isfinite(fit.intercept)
        assert warned == (fit.status is not wz.Status.OPTIMAL)
        if not options:
            assert fit.coef.any()


@pytest.mark.parametrize("size", [1e3, 1e6, 1e12])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_huge_offsets_of_counts_end_in_a_number_or_an_error(size, sign):
    """B5, Poisson: means of exp(1e3) are no numbers, and said so; small ones are lifted by the intercept."""
    x, y = plain()
    counts = np.floor(np.abs(y))
    fit, warned = quiet_fit(x, counts, loss="poisson", alpha=1e-3, offset=np.full(len(y), sign * size))
    level, _ = quiet_fit(x, counts, loss="poisson", alpha=1e-3)
    assert np.isfinite(fit.coef).all() and np.isfinite(fit.intercept)
    assert warned == (fit.status is not wz.Status.OPTIMAL)
    assert warned or abs(fit.intercept + sign * size - level.intercept) <= 1e-6 + 1e-14 * size
    try:
        fit, warned = quiet_fit(x, counts, loss="poisson", alpha=1e-3, offset=size * np.sign(y))
    except ValueError as error:
        assert "overflow" in str(error)
    else:
        assert np.isfinite(fit.coef).all() and warned == (fit.status is not wz.Status.OPTIMAL)


def test_numbers_that_overflow_are_an_error_and_the_estimator_stays_unfitted():
    """C3 in place of an injected NaN: sums that are not finite any more."""
    x = np.array([[1e308, 1.0], [-1e308, 2.0], [1e308, 0.0]])
    model = ours.Lasso(0.1)
    with pytest.raises(ValueError, match=r"overflow|too large|infinity"):
        model.fit(x, np.array([1e308, -1e308, 1e308]))
    assert not hasattr(model, "coef_")


@pytest.mark.parametrize("estimator", [ours.Lasso(0.05), ours.ElasticNet(0.05), ours.LogisticRegression(l1_ratio=1.0)])
def test_float32_is_the_same_model_in_less_memory(estimator, row: Row):
    """B7."""
    worst, count = 0.0, row.count(5, 200)
    for seed in range(count):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(60, 10)).astype(np.float32)
        y = (x[:, 0] - x[:, 1] + rng.normal(size=60)).astype(np.float32)
        y = y > 0 if isinstance(estimator, ours.LogisticRegression) else y
        wide = estimator.fit(x.astype(np.float64), y).coef_.copy()
        narrow = estimator.fit(x, y).coef_
        assert narrow.dtype == np.float32
        assert np.array_equal(narrow != 0, wide != 0)
        worst = max(worst, differs(narrow, wide))
    row.tell(f"B7: {type(estimator).__name__}: {count} pairs of float32 and float64, same supports, worst {worst:.1e}")
    assert worst <= 1e-6


def test_subnormal_numbers_survive_the_import_and_a_fit():
    """B8: nothing switches flushing to zero on, in the main thread or in new ones."""
    code = """
        import threading
        import numpy as np
        def alive():
            return float(np.float64(5e-324) / np.float64(1.0)) != 0.0 and float(np.float64(2.3e-308) / 4.0) != 0.0
        def everywhere():
            found = [alive()]
            for _ in range(2):
                thread = threading.Thread(target=lambda: found.append(alive()))
                thread.start(); thread.join()
            return all(found)
        print(everywhere(), end=" ")
        import whyzero as wz
        x = np.random.default_rng(0).normal(size=(300, 500))
        wz.fit_path(x, x[:, 0], alphas=10, n_threads=2)
        print(everywhere())
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["True", "True"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs overlapping views of any size")
def test_more_than_2_to_31_entries_are_addressed_rightly(row: Row):
    """B9: overlapping windows of one vector are a matrix of n p > 2^31 entries that takes no memory."""
    n, p = (60_000, 40_000) if row.long else (60, 40)
    rng = np.random.default_rng(0)
    v = np.round(rng.normal(size=n + p - 1) * 64.0) / 64.0
    x = np.lib.stride_tricks.sliding_window_view(v, p)[:n]
    y = v[p - 1 :][:n] + rng.normal(size=n)
    path = wz.fit_path(x, y, alphas=2, alpha_min_ratio=0.9, fit_intercept=False)
    pulls = np.array([v[j : j + n] @ y for j in ([p - 1] if row.long else range(p))]) / n
    assert path.alpha_max == pytest.approx(np.abs(pulls).max(), rel=1e-10)
    assert path[1].support.tolist() == [p - 1]
    alone = v[p - 1 : p - 1 + n]
    expected = (pulls[-1] - path.alphas[1]) / (alone @ alone / n)
    assert path[1].coef[p - 1] == pytest.approx(expected, rel=1e-9)
    row.tell(f"B9: {n} x {p} = {n * p} entries, int64 offsets")
