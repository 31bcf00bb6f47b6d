"""The reason of a weight follows the table of rules."""

from __future__ import annotations

import numpy as np
import pytest

from whyzero.explanations.absorbers import Waterfall
from whyzero.explanations.reasons import Forces, find_reason


def forces(**changes):
    known = {"coef": 0.0, "pull": 0.5, "null_pull": 2.0, "toll": 1.0}
    known |= {"structural": False, "excluded": False, "free": False, "l2": False}
    return Forces(**(known | changes))


def account(null, final, *absorbed):
    takers = tuple((f"c{k}", amount) for k, amount in enumerate(absorbed))
    return Waterfall(
        null, tuple((name, -amount) for name, amount in takers), final - null + sum(absorbed), final, takers
    )


@pytest.mark.parametrize(
    ("known", "waterfall", "text"),
    [
        ({"structural": True}, None, "structural"),
        ({"structural": True, "excluded": True, "toll": np.inf}, None, "excluded"),
        ({"free": True, "toll": 0.0, "coef": 1.0}, None, "unpenalised"),
        ({"l2": True, "toll": 0.0, "coef": 1.0}, None, "L2: no toll"),
        ({"l2": True, "toll": 0.0, "pull": 0.0}, None, "no pull"),
        ({"l2": True, "toll": 0.0}, None, "not settled"),
        ({"pull": 1.0 + 1e-12}, None, "borderline"),
        ({"pull": 1.1}, None, "not settled"),
        ({"coef": 0.1, "pull": 0.9}, None, "not settled"),
        ({"null_pull": 1.0}, None, "weak"),
        ({}, account(2.0, 0.5, 1.5), "explained away by c0"),
        ({}, account(2.0, 0.5, 1.0, 0.5), "explained away by c0"),
        ({}, account(2.0, 0.5, 0.8, 0.7), "explained away by c0 and c1"),
        ({}, account(2.0, 0.1, 0.35, 0.34, 0.32, 0.3, 0.3), "explained away by c0, c1 and c2"),
        ({}, account(2.0, 0.1, 0.5, 0.25, 0.22, 0.2, 0.2), "explained away, mostly by c0, c1 and c2"),
        ({}, account(2.0, 0.1, 0.25, 0.2, 0.2, 0.2, 0.2), "crowded at this alpha"),
        ({}, None, "explained away"),
        ({"coef": 0.1, "pull": 1.5}, None, "also alone"),
        ({"coef": 0.1, "pull": 1.5, "null_pull": 0.5}, None, "revealed"),
    ],
)
def test_reason_follows_the_table_of_rules(known, waterfall, text):
    assert find_reason(forces(**known), waterfall).text == text
