"""One's own data in the explorer: no unit and no offset changes what is proved, and a failed check proves nothing."""

from __future__ import annotations

import numpy as np
import pytest

from javascript_runner import functions_of
from whyzero.explorers.data import array_data

NEAR = 1e-9
call = functions_of("explorer_numbers.js")


def _short_numbers() -> tuple[np.ndarray, np.ndarray]:
    """Multiples of 1/1024, which stay exact with 2**40 added."""
    rng = np.random.default_rng(1)
    X = np.round(rng.standard_normal((40, 4)) * 1024) / 1024
    y = np.round((X[:, 0] + X[:, 1] + 0.3 * rng.standard_normal(40)) * 1024) / 1024
    return X, y


def _table(call, X, y, alpha=0.25, **options):
    return call("dataTable", {"data": array_data(X, y), "alpha": alpha, "match": "loss", **options})


@pytest.mark.parametrize(
    ("scale", "offset", "target_scale", "target_offset"),
    [
        (2.0**515, 0, 1, 0),
        (2.0**-565, 0, 1, 0),
        (2.0**1020, 0, 1, 0),
        (2.0**-1040, 0, 1, 0),
        (1, 2.0**27, 1, 0),
        (1, 2.0**40, 1, 0),
        (1, 0, 1, 2.0**40),
        (2.0**-10, -(2.0**30), 1, -(2.0**30)),
        (1, 0, 2.0**325, 0),
        (1, 0, 2.0**-325, 0),
    ],
)
def test_units_and_offsets_change_no_verdict_and_no_number(call, scale, offset, target_scale, target_offset):
    X, y = _short_numbers()
    plain = _table(call, X, y)
    assert [row["verdict"] for row in plain["rows"]] == ["non-zero, proved"] * 2 + ["zero, proved"] * 2
    moved = X.copy()
    moved[:, 0] = X[:, 0] * scale + offset
    moved[:, 2] = X[:, 2] * scale + offset
    found = _table(call, moved, y * target_scale + target_offset, 0.25 * target_scale)
    assert found["check"]["holds"]
    for row, expected in zip(found["rows"], plain["rows"], strict=True):
        assert row["verdict"] == expected["verdict"] and row["reason"] == expected["reason"]
        for number in ("weight", "pull", "alone", "partner"):
            assert row[number] / target_scale == pytest.approx(expected[number], rel=NEAR, abs=NEAR)


@pytest.mark.parametrize("scale", [2.0**530, 2.0**-530])
def test_a_target_whose_squares_leave_the_floats_is_refused(call, scale):
    X, y = _short_numbers()
    assert "too large or too small" in _table(call, X, y * scale)


def test_nothing_is_proved_beside_a_check_that_fails(call):
    X, y = _short_numbers()
    X[:, 3] = 7
    proved, failed = _table(call, X, y), _table(call, X, y, shift=1e-5)
    assert proved["check"]["holds"] and not failed["check"]["holds"]
    assert [row["verdict"] for row in failed["rows"]] == ["open"] * 3 + ["zero, structural"]
