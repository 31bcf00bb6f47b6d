"""A problem's numbers against the written objective, and the forms that a target may take."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import datetime

import mpmath
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from whyzero.problem import make_problem
from whyzero.problem import problem as problem_module
from zoo import PROBLEMS


def dense(X):
    return np.asarray(X.todense() if sparse.issparse(X) else X, dtype=float)


def written_objective(data, coef, intercept, alpha):
    """The objective of the design document, term by term at 40 digits, from the user's arguments."""
    X = dense(data["X"])
    n, p = X.shape
    s = [mpmath.mpf(float(w)) for w in data.get("sample_weight", np.ones(n))]
    offset, v = data.get("offset", np.zeros(n)), data.get("penalty_factor", np.ones(p))
    rho = mpmath.mpf(data.get("l1_ratio", 1.0))
    mean_loss = mpmath.mpf(0)
    for i in range(n):
        eta = sum(mpmath.mpf(X[i, j]) * coef[j] for j in range(p)) + intercept + float(offset[i])
        if data["loss"] == "squared":
            loss = (mpmath.mpf(float(data["y"][i])) - eta) ** 2 / 2
        elif data["loss"] == "poisson":
            y = mpmath.mpf(float(data["y"][i]))
            loss = mpmath.exp(eta) - y * eta + (y * mpmath.log(y) - y if y else 0)
        else:
            loss = mpmath.log(1 + mpmath.exp(eta)) - (data["y"][i] == "yes") * eta
        mean_loss += s[i] * loss / sum(s)
    total = mpmath.mpf(0)
    for j in range(p):
        mean = sum(s[i] * X[i, j] for i in range(n)) / sum(s)
        variance = sum(s[i] * (X[i, j] - mean) ** 2 for i in range(n)) / sum(s)
        unit = mpmath.sqrt(variance) if data.get("standardize") else 1
        u = abs(unit * mpmath.mpf(coef[j]))
        if u:
            total += float(v[j]) * (rho * u + (1 - rho) / 2 * u * u)
    return mean_loss, mean_loss + alpha * total


def test_objective_and_loss_are_the_written_ones(problem_case):
    problem, data = problem_case.problem(), problem_case.data()
    rng = np.random.default_rng(0)
    coef = np.where(problem.penalty.excluded, 0.0, rng.normal(size=problem.n_cols))
    with mpmath.workdps(40):
        loss, objective = written_objective(data, coef, 0.375, 0.25)
        assert problem.loss_value(coef, 0.375) == pytest.approx(float(loss), rel=1e-14)
        assert problem.objective(coef, 0.375, 0.25) == pytest.approx(float(objective), rel=1e-14)


def test_moments_and_structural_zeros_are_those_of_the_rows_that_count(problem_case):
    problem, data = problem_case.problem(), problem_case.data()
    X, s = dense(data["X"]), problem.sample_weight
    mean = s @ X / s.sum()
    np.testing.assert_allclose(problem.column_mean, mean, atol=1e-14)
    np.testing.assert_allclose(problem.column_sd, np.sqrt(s @ (X - mean) ** 2 / s.sum()), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(problem.weight, s / s.sum(), rtol=1e-15)
    assert problem.weight.sum() == pytest.approx(1.0, rel=1e-15)
    expected = {4} if data.get("fit_intercept") is False else {3, 4}
    expected |= set(np.flatnonzero(np.isinf(data.get("penalty_factor", np.ones(problem.n_cols)))))
    assert set(np.flatnonzero(problem.structural)) == expected


def test_a_problem_cannot_be_changed(problem_case):
    problem = problem_case.problem()
    with pytest.raises(FrozenInstanceError):
        problem.y = np.zeros(3)
    arrays = [problem.y, problem.sample_weight, problem.offset, problem.column_mean, problem.column_sd]
    for array in [*arrays, problem.penalty.factor, problem.penalty.scale]:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0


def test_the_arguments_are_left_as_they_were():
    X, y, weight, factor = np.eye(3), np.array([1.0, 2.0, 3.0]), np.ones(3), np.ones(3)
    problem = make_problem(X, y, sample_weight=weight, penalty_factor=factor)
    for ours in (problem.y, problem.sample_weight, problem.penalty.factor):
        assert not any(np.shares_memory(ours, theirs) for theirs in (y, weight, factor))
    for array in (X, y, weight, factor):
        assert array.flags.writeable


@pytest.mark.parametrize("case", PROBLEMS[:-1:4], ids=lambda case: case.name)
def test_an_integer_weight_is_that_many_copies_of_the_row(case):
    data = case.data()
    X, y, options = data["X"], data["y"], {k: v for k, v in data.items() if k not in ("X", "y", "sample_weight")}
    copies = np.random.default_rng(5).integers(0, 4, size=len(y))
    offset = options.pop("offset", np.linspace(-1.0, 1.0, len(y)))
    weighted = make_problem(X, y, sample_weight=copies, offset=offset, **options)
    rows = np.repeat(np.arange(len(y)), copies)
    repeated = make_problem(dense(X)[rows], np.asarray(y)[rows], offset=offset[rows], **options)
    coef = np.where(weighted.penalty.excluded, 0.0, np.linspace(-1.0, 2.0, weighted.n_cols))
    assert weighted.objective(coef, 0.5, 0.1) == pytest.approx(repeated.objective(coef, 0.5, 0.1), rel=1e-13)
    np.testing.assert_allclose(weighted.column_sd, repeated.column_sd, rtol=1e-13)
    np.testing.assert_array_equal(weighted.structural, repeated.structural)


def test_new_weights_give_the_problem_that_they_would_have_made(problem_case, monkeypatch):
    data = problem_case.data()
    weight = np.random.default_rng(8).choice([0.0, 1.0, 2.5], size=problem_case.n)
    made = make_problem(**{**data, "sample_weight": weight})
    problem = problem_case.problem()
    monkeypatch.setattr(problem_module, "open_design", None)  # X is not looked at again
    changed = problem.with_sample_weight(weight)
    for name in ("sample_weight", "weight", "column_mean", "column_sd", "structural"):
        np.testing.assert_array_equal(getattr(changed, name), getattr(made, name))
    np.testing.assert_array_equal(changed.penalty.scale, made.penalty.scale)
    assert changed.design is problem.design
    assert changed.weight is not problem.weight


def test_another_l1_ratio_changes_nothing_else(problem_case):
    problem = problem_case.problem()
    changed = problem.with_l1_ratio(0.125)
    assert changed.penalty.l1_ratio == 0.125
    assert changed.penalty.factor is problem.penalty.factor
    assert changed.design is problem.design
    assert problem.penalty.l1_ratio == problem_case.options.get("l1_ratio", 1.0)


NEGATIVE_POSITIVE = {
    "text": ["no", "yes"],
    "text as objects": np.array(["no", "yes"], dtype=object),
    "bytes": [b"no", b"yes"],
    "truth values": [False, True],
    "integers": [3, 7],
    "negative": [-1, 1],
    "small integers": np.array([0, 255], dtype=np.uint8),
    "floats": [0.0, 2.5],
    "negative zero is zero": [-0.0, 1.0],
    "times": np.array(["2020-01-01", "2021-01-01"], dtype="M8[s]"),
}


@pytest.mark.parametrize("labels", NEGATIVE_POSITIVE.values(), ids=NEGATIVE_POSITIVE.keys())
def test_any_two_labels_are_classes_and_the_second_in_order_is_positive(labels):
    pattern = np.array([1, 0, 1, 1, 0])
    y = np.asarray(labels)[pattern]
    problem = make_problem(np.arange(5.0)[:, None], y, loss="logistic")
    np.testing.assert_array_equal(problem.y, pattern)
    expected = [datetime(2020, 1, 1), datetime(2021, 1, 1)] if y.dtype.kind == "M" else list(np.asarray(labels))
    assert list(problem.classes) == expected
    assert not any(isinstance(label, np.generic) for label in problem.classes)


TEXT, NUMBERS = ["b", "a", "b"], [1.0, 2.0, 4.0]
HOLDERS = {
    "list": list,
    "tuple": tuple,
    "array": np.array,
    "column": lambda values: np.array(values)[:, None],
    "pandas": pd.Series,
    "pandas with odd index": lambda values: pd.Series(values, index=[5, 3, 5]),
    "pandas frame": lambda values: pd.DataFrame({"y": values}),
    "polars": pl.Series,
    "polars frame": lambda values: pl.DataFrame({"y": values}),
    "pyarrow": lambda values: pa.chunked_array([values]),
}


@pytest.mark.parametrize("hold", HOLDERS.values(), ids=HOLDERS.keys())
def test_a_target_may_come_in_any_vector(hold):
    X = np.eye(3)
    assert make_problem(X, hold(NUMBERS)).y.tolist() == NUMBERS
    labelled = make_problem(X, hold(TEXT), loss="logistic")
    assert (labelled.y.tolist(), labelled.classes) == ([1.0, 0.0, 1.0], ("a", "b"))
    assert make_problem(X, NUMBERS, sample_weight=hold(NUMBERS), offset=hold(NUMBERS)).offset.tolist() == NUMBERS


@pytest.mark.parametrize("kind", ["category", "string", "str", "object"])
def test_labels_of_pandas_types_are_plain_text(kind):
    y = pd.Series(TEXT, dtype=kind)
    if kind == "category":
        y = y.cat.add_categories(["unused"])
    assert make_problem(np.eye(3), y, loss="logistic").classes == ("a", "b")


@pytest.mark.parametrize("kind", ["Int64", "Float32", "boolean", "int8", "uint8", "bool", "object"])
def test_numeric_targets_of_pandas_types_become_float64(kind):
    y = pd.Series([1, 0, 1], dtype=kind)
    problem = make_problem(np.eye(3), y)
    assert problem.y.tolist() == [1.0, 0.0, 1.0]
    assert problem.y.dtype == np.float64


def test_names_may_be_given_and_may_repeat():
    frame = pd.DataFrame(np.eye(3), columns=["a", "b", "a"])
    assert make_problem(frame, NUMBERS).names == ("a", "b", "a")
    np.testing.assert_array_equal(make_problem(frame, NUMBERS).design.columns([0, 1, 2]), np.eye(3))
    table = pa.table([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], names=["a", "a"])
    assert make_problem(table, NUMBERS).names == ("a", "a")
    assert make_problem(np.eye(3), NUMBERS, feature_names=["u", "u", "w"]).names == ("u", "u", "w")


def test_one_row_is_enough_for_numbers():
    problem = make_problem([[1.0, 2.0]], [3.0])
    assert problem.structural.all()
    assert problem.loss_value(np.zeros(2), 3.0) == 0.0


@given(exponent=st.integers(-500, 500), standardize=st.booleans())
def test_a_power_of_two_in_a_column_changes_no_digit(exponent, standardize):
    rng = np.random.default_rng(0)
    X, weight = rng.normal(size=(9, 2)), rng.choice([0.0, 1.0, 0.3], size=9)
    scaled = X * [2.0**exponent, 1.0]
    base = make_problem(X, X[:, 0], sample_weight=weight, standardize=standardize)
    other = make_problem(scaled, X[:, 0], sample_weight=weight, standardize=standardize)
    np.testing.assert_array_equal(other.column_sd, base.column_sd * [2.0**exponent, 1.0])
    np.testing.assert_array_equal(other.column_mean, base.column_mean * [2.0**exponent, 1.0])
    if standardize:
        coef = np.array([0.7, -0.2])
        there = coef * [2.0**-exponent, 1.0]
        assert other.objective(there, 0.1, 0.3) == base.objective(coef, 0.1, 0.3)
