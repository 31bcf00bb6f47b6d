"""scikit-learn's tests outside linear_model that use an estimator whyzero replaces: pipelines, searches, stacks.

    WHYZERO_SKLEARN_TESTS=long pytest tests/test_sklearn_elsewhere.py -s

runs all of them; tests/sklearn_excluded_elsewhere.toml lists what is not run, and why. With `excluded` in the place of
`long` those are run, and rows that nothing needs any more are named.
"""

from __future__ import annotations

import os
import tomllib

import pytest
import sklearn

from sklearn_runner import HERE, PACKAGE, passed, run_theirs

FILES = (
    "ensemble/tests/test_bagging.py",
    "ensemble/tests/test_stacking.py",
    "ensemble/tests/test_voting.py",
    "ensemble/tests/test_weight_boosting.py",
    "feature_selection/tests/test_from_model.py",
    "feature_selection/tests/test_rfe.py",
    "frozen/tests/test_frozen.py",
    "inspection/_plot/tests/test_boundary_decision_display.py",
    "inspection/tests/test_partial_dependence.py",
    "inspection/tests/test_permutation_importance.py",
    "metrics/tests/test_score_objects.py",
    "model_selection/tests/test_classification_threshold.py",
    "model_selection/tests/test_search.py",
    "model_selection/tests/test_validation.py",
    "semi_supervised/tests/test_self_training.py",
    "tests/test_calibration.py",
    "tests/test_metaestimators.py",
    "tests/test_metaestimators_metadata_routing.py",
    "tests/test_multiclass.py",
    "tests/test_multioutput.py",
    "tests/test_pipeline.py",
    "tests/test_public_functions.py",
    "utils/tests/test_pprint.py",
    "utils/tests/test_response.py",
)

TABLE = tomllib.loads((HERE / "sklearn_excluded_elsewhere.toml").read_text("utf-8"))["excluded"]
UNLOADABLE = {row["file"] for row in TABLE if row["tests"] == [".*"]}

pytestmark = [
    pytest.mark.skipif(not sklearn.__version__.startswith("1.9."), reason="the table is that of scikit-learn 1.9"),
    pytest.mark.skipif(not (PACKAGE / "conftest.py").exists(), reason="scikit-learn was installed without its tests"),
]


def test_their_tests_of_what_uses_our_estimators_pass():
    part = os.environ.get("WHYZERO_SKLEARN_TESTS", "short")
    code, output = run_theirs(part, tuple(name for name in FILES if name not in UNLOADABLE))
    print(output[-400:])
    assert code == 0, output
    if part != "excluded":
        assert passed(output) > (600 if part == "long" else 15)


def test_the_table_names_a_reason_and_a_file_of_theirs():
    for row in TABLE:
        assert row["file"] in FILES
        assert len(row["reason"]) > 20
        assert row["tests"]
