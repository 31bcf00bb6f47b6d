"""benchmarks.reliability: the small form, in which ours must be right wherever it is compared."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import behaviour, supports
from benchmarks.reliability import behaviour_table, supports_table
from benchmarks.supports import SETTINGS, draw, measure, reference
from whyzero import sklearn as ours


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_no_support_of_ours_is_wrong():
    for setting in SETTINGS:
        found = measure(setting, 2)["whyzero"]
        assert found[0] >= 1
        assert found[1:] == [0, 0, 0, 0], setting.name


def test_a_wrong_support_would_be_counted(monkeypatch):
    class Wrong(ours.Lasso):
        def fit(self, X, y):
            super().fit(X, y)
            self.coef_[np.argmax(np.abs(self.coef_))] = 0.0
            self.coef_[np.argmin(np.abs(self.coef_))] = 1e-3
            return self

    monkeypatch.setattr(supports.ours, "Lasso", Wrong)
    found = measure(SETTINGS[0], 1)["whyzero"]
    assert found == [1, 1, 1, 1, 0]


def test_a_reference_meets_the_optimality_conditions_and_no_other_support_does():
    setting = SETTINGS[0]
    X, y = draw(setting, 0)
    alpha = 0.1 * np.abs(X.T @ y).max() / len(y)
    coef = reference(X, y, "squared", alpha)
    pull = X.T @ (y - X @ coef) / len(y)
    assert np.allclose(pull[coef != 0], alpha * np.sign(coef[coef != 0]), rtol=1e-10)
    assert np.all(np.abs(pull[coef == 0]) < alpha)


def test_the_tables_have_a_row_for_every_setting_and_probe():
    lines = list(behaviour_table(small=True))
    short = [name for name, _, little, full in behaviour.PROBES if little > 0 or full == 0]
    assert len(lines) == 2 + len(short)
    ours_says = {line.split(" | ")[0].strip("| "): line.split(" | ")[1] for line in lines[2:]}
    assert ours_says[short[0]].startswith("1 distinct results")
    assert ours_says[short[1]] == "weights (0.00, 0.00), no warning"
    assert ours_says[short[2]] == "0 of 4 fail"
    assert next(iter(supports_table(small=True))).startswith("| default settings")
