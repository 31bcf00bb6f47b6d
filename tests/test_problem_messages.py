"""Every complaint about the parts beside X, word for word: argument, value, place, and the way out."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from whyzero.errors import InputError, InputTypeError
from whyzero.problem import check_alpha, check_alphas, make_problem

NAN, INF = float("nan"), float("inf")
X = np.arange(12.0).reshape(4, 3)
Y = np.array([1.0, 2.0, 3.0, 4.0])
ONE_EACH = "X has 4 rows but {} has 3 values; they must agree."
LOGISTIC = {"loss": "logistic"}
LABELS = ["no", "yes", "no", "yes"]

OTHER_MESSAGES = {
    "y too short": ({"y": Y[:3]}, InputError, ONE_EACH.format("y")),
    "y with two columns": (
        {"y": X[:, :2]},
        InputError,
        "y must be a vector with one value for each row, got shape (4, 2); pass one column.",
    ),
    "y a number": (
        {"y": 3.0},
        InputTypeError,
        "y must be a vector with one value for each row, got 3.0 of type float.",
    ),
    "y ragged": ({"y": [1, [2, 3], 4, 5]}, InputError, "y cannot be read as a vector: its elements differ in length."),
    "y nan": ({"y": [1, 2, NAN, 4]}, InputError, "y has nan at position 2; fill in or drop them first."),
    "y infinite twice": (
        {"y": [1, INF, -INF, 4]},
        InputError,
        "y has inf at position 1, the first of 2 values that are not finite; fill in or drop them first.",
    ),
    "y missing": (
        {"y": pd.Series([1, None, 3, 4], dtype=object)},
        InputError,
        "y has a missing value (None) at position 1; fill in or drop it.",
    ),
    "y text": (
        {"y": np.array(LABELS)},
        InputTypeError,
        "y must hold numbers for loss='squared', got 'no' at position 0 (dtype <U3); for a target with two classes "
        "use loss='logistic'.",
    ),
    "y text among numbers": (
        {"y": pd.Series([1, 2, "three", 4], dtype=object)},
        InputTypeError,
        "y must hold numbers, got 'three' of type str at position 2.",
    ),
    "y complex": (
        {"y": Y + 1j},
        InputTypeError,
        "y has complex numbers (dtype complex128); only real numbers can be used.",
    ),
    "y beyond float64": (
        {"y": [1, 2, 3, 10**400]},
        InputError,
        "y has a number at position 3 that is too large for float64.",
    ),
    "y masked": (
        {"y": np.ma.masked_equal(Y, 2.0)},
        InputError,
        "y is a masked array with a masked value at position 1; fill masked values first.",
    ),
    "labels of one class": (
        {"y": ["yes"] * 4, **LOGISTIC},
        InputError,
        "y has one class only ('yes' in all 4 rows); loss='logistic' needs rows of two classes.",
    ),
    "labels of three classes": (
        {"y": [2, 0, 1, 0], **LOGISTIC},
        InputError,
        "y has 3 different values (0, 1, 2) but loss='logistic' needs exactly two; multinomial models are not "
        "supported, and a numeric target needs loss='squared'.",
    ),
    "labels of many classes": (
        {"X": np.eye(7), "y": np.arange(7) / 2, **LOGISTIC},
        InputError,
        "y has 7 different values (0.0, 0.5, 1.0, 1.5, 2.0, ...) but loss='logistic' needs exactly two; multinomial "
        "models are not supported, and a numeric target needs loss='squared'.",
    ),
    "labels too few": ({"y": LABELS[:3], **LOGISTIC}, InputError, ONE_EACH.format("y")),
    "label missing": (
        {"y": ["no", "yes", None, "yes"], **LOGISTIC},
        InputError,
        "y has a missing value (None) at position 2; fill in or drop it.",
    ),
    "label NA": (
        {"y": pd.array([True, None, False, True], dtype="boolean"), **LOGISTIC},
        InputError,
        "y has a missing value (<NA>) at position 1; fill in or drop it.",
    ),
    "label nan": (
        {"y": [0, 1, NAN, 1], **LOGISTIC},
        InputError,
        "y has nan at position 2; fill in or drop them first.",
    ),
    "label not a time": (
        {"y": np.array(["2020-01-01", "NaT", "2020-01-02", "2020-01-01"], dtype="M8[D]"), **LOGISTIC},
        InputError,
        "y has a missing value (NaT) at position 1; fill in or drop it.",
    ),
    "labels of mixed types": (
        {"y": np.array(["a", 1, "a", 1], dtype=object), **LOGISTIC},
        InputTypeError,
        "the labels in y cannot be told apart and put in order: they are of types int, str; use one type.",
    ),
    "labels complex": (
        {"y": np.array([1j, 0, 0, 1j]), **LOGISTIC},
        InputTypeError,
        "y has dtype complex128; labels must be numbers, strings, booleans or bytes.",
    ),
    "weights leave one class": (
        {"y": LABELS, "sample_weight": [1, 0, 2, 0], **LOGISTIC},
        InputError,
        "all rows with a positive sample_weight are of class 'no'; loss='logistic' needs rows of 'no' and of 'yes'.",
    ),
    "weights too few": ({"sample_weight": [1, 1, 1]}, InputError, ONE_EACH.format("sample_weight")),
    "weight negative": (
        {"sample_weight": [1, 1, -0.5, 1]},
        InputError,
        "sample_weight has -0.5 at position 2; weights must not be negative (0 leaves a row out).",
    ),
    "weight nan": (
        {"sample_weight": [1, NAN, 1, 1]},
        InputError,
        "sample_weight has nan at position 1; fill in or drop them first.",
    ),
    "weights all zero": (
        {"sample_weight": np.zeros(4)},
        InputError,
        "sample_weight is zero for all 4 rows; at least one row needs a positive weight.",
    ),
    "weights of text": (
        {"sample_weight": list("abcd")},
        InputTypeError,
        "sample_weight must hold numbers, got 'a' at position 0 (dtype <U1).",
    ),
    "weights a number": (
        {"sample_weight": 1.0},
        InputTypeError,
        "sample_weight must be a vector with one value for each row, got 1.0 of type float.",
    ),
    "offset too short": ({"offset": [0, 0, 1]}, InputError, ONE_EACH.format("offset")),
    "offset infinite": (
        {"offset": [0, 0, 0, INF]},
        InputError,
        "offset has inf at position 3; fill in or drop them first.",
    ),
    "factors too few": (
        {"penalty_factor": [1, 1]},
        InputError,
        "X has 3 columns but penalty_factor has 2 values; they must agree.",
    ),
    "factor negative": (
        {"penalty_factor": [1, -1, 1]},
        InputError,
        "penalty_factor has -1.0 at position 1; factors must be 0 (not penalised), positive, or infinity (column left "
        "out).",
    ),
    "factor nan": (
        {"penalty_factor": [1, 1, NAN]},
        InputError,
        "penalty_factor has nan at position 2; factors must be 0 (not penalised), positive, or infinity (column left "
        "out).",
    ),
    "factors all infinite": (
        {"penalty_factor": [INF] * 3},
        InputError,
        "penalty_factor is infinite for every column: no column is left to fit.",
    ),
    "l1_ratio above one": (
        {"l1_ratio": 1.5},
        InputError,
        "l1_ratio must be between 0 (only L2) and 1 (only L1), got 1.5.",
    ),
    "l1_ratio nan": (
        {"l1_ratio": NAN},
        InputError,
        "l1_ratio must be between 0 (only L2) and 1 (only L1), got nan.",
    ),
    "l1_ratio text": (
        {"l1_ratio": "1"},
        InputTypeError,
        "l1_ratio must be a number, got '1' of type str.",
    ),
    "unknown loss": (
        {"loss": "hinge"},
        InputError,
        "loss='hinge' is not known; choose one of 'squared', 'logistic', 'poisson'.",
    ),
    "intercept a number": (
        {"fit_intercept": 1},
        InputTypeError,
        "fit_intercept must be True or False, got 1 of type int.",
    ),
    "standardize a word": (
        {"standardize": "yes"},
        InputTypeError,
        "standardize must be True or False, got 'yes' of type str.",
    ),
    "names too few": (
        {"feature_names": ["a", "b"]},
        InputError,
        "X has 3 columns but feature_names has 2 names; they must agree.",
    ),
}


@pytest.mark.parametrize(("changes", "kind", "message"), OTHER_MESSAGES.values(), ids=OTHER_MESSAGES.keys())
def test_other_bad_input_is_refused_with_its_reason(changes, kind, message):
    arguments = {"X": X, "y": Y, **changes}
    with pytest.raises(kind) as caught:
        make_problem(**arguments)
    assert type(caught.value) is kind
    assert str(caught.value) == message


ALPHA = "alpha must be a positive finite number, got {}; a tiny alpha is nearly no penalty, and penalty_factor=0 frees "
ALPHAS = "alphas must be an integer (how many) or a vector of positive numbers, got {} of type {}; for one fit use "

STRENGTHS = {
    "zero": (check_alpha, 0, InputError, ALPHA.format("0.0") + "single columns."),
    "negative": (check_alpha, -1.5, InputError, ALPHA.format("-1.5") + "single columns."),
    "nan": (check_alpha, NAN, InputError, ALPHA.format("nan") + "single columns."),
    "infinite": (check_alpha, INF, InputError, ALPHA.format("inf") + "single columns."),
    "text": (check_alpha, "1", InputTypeError, "alpha must be a number, got '1' of type str."),
    "truth value": (check_alpha, True, InputTypeError, "alpha must be a number, got True of type bool."),
    "too large": (check_alpha, 10**400, InputError, "alpha is a number that is too large for float64."),
    "grid of none": (
        check_alphas,
        0,
        InputError,
        "alphas=0 asks for a grid of that many alphas; at least 1 is needed.",
    ),
    "grid a float": (
        check_alphas,
        0.5,
        InputTypeError,
        ALPHAS.format("0.5", "float") + "whyzero.fit(..., alpha=...).",
    ),
    "grid a truth value": (
        check_alphas,
        True,
        InputTypeError,
        ALPHAS.format("True", "bool") + "whyzero.fit(..., alpha=...).",
    ),
    "grid empty": (check_alphas, [], InputError, "alphas must be a vector with at least one number, got shape (0,)."),
    "grid a matrix": (
        check_alphas,
        [[1.0]],
        InputError,
        "alphas must be a vector with at least one number, got shape (1, 1).",
    ),
    "grid ragged": (
        check_alphas,
        [1.0, [2.0]],
        InputError,
        "alphas must be an integer or a vector of numbers; its elements differ in length.",
    ),
    "grid with zero": (
        check_alphas,
        [1.0, 0.0],
        InputError,
        "alphas has 0.0 at position 1; every alpha must be positive and finite.",
    ),
    "grid with nan": (
        check_alphas,
        [NAN, 1.0],
        InputError,
        "alphas has nan at position 0; every alpha must be positive and finite.",
    ),
}


@pytest.mark.parametrize(("check", "value", "kind", "message"), STRENGTHS.values(), ids=STRENGTHS.keys())
def test_bad_strengths_are_refused_with_their_reason(check, value, kind, message):
    with pytest.raises(kind) as caught:
        check(value)
    assert str(caught.value) == message


def test_good_strengths_come_back_as_floats_and_falling_grids():
    assert [check_alpha(value) for value in (2, 0.5, np.float32(0.25), Fraction(1, 8))] == [2.0, 0.5, 0.25, 0.125]
    assert check_alphas(np.int64(7)) == 7
    given = np.array([1, 3, 2])
    np.testing.assert_array_equal(check_alphas(given), [3.0, 2.0, 1.0])
    assert given.tolist() == [1, 3, 2]
