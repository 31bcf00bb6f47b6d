"""Names in sentences: shown without invisible characters, found when they are nearly right, told when they repeat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sentence_rows import FACTS, ROW
from whyzero.errors import InputError
from whyzero.explanations import explain
from whyzero.explanations.reasons import Reason, ReasonKind
from whyzero.explanations.sentences import LEVELS
from whyzero.explanations.wording import display_name, listing
from whyzero.problem import make_problem
from whyzero.solve import solve

HOSTILE = [
    "<script>alert(1)</script>",
    "a`b",
    "x\x1b[31m",
    "\u202eevil",
    "new\nline",
    "=cmd()",
    "",
    "ünïcode ∑",
    "$x^2$",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("level", LEVELS)
def test_names_are_carried_without_invisible_characters(name, level):
    text = LEVELS[level](replace(ROW, name=name, reason=Reason(ReasonKind.EXPLAINED_AWAY, ((name, 0.1),))), FACTS)
    assert text.isprintable()
    assert display_name(name) in text
    if name.isprintable():
        assert name in text


def test_unknown_name_is_answered_with_the_nearest_names():
    x = np.random.default_rng(0).standard_normal((30, 3))
    explanation = explain(solve(make_problem(x, x[:, 0], feature_names=["capital-gain", "age", "hours"]), 0.1))
    with pytest.raises(InputError, match=r"'capital_gain' is no column of this model, which has 3; .*'capital-gain'"):
        explanation.why("capital_gain")
    with pytest.raises(InputError, match=r"'AGE' is no column.*'age'"):
        explanation.why("AGE")
    with pytest.raises(InputError, match=r"level='beginner'.*'learner', 'user', 'expert'"):
        explanation.why("age", level="beginner")


def test_columns_of_the_same_name_are_all_told():
    x = np.random.default_rng(0).standard_normal((30, 2))
    explanation = explain(solve(make_problem(x, x[:, 0], feature_names=["a", "a"]), 0.1))
    assert len(explanation.why("a").split("\n\n")) == 2


def test_lists_are_joined_as_in_a_sentence():
    assert [listing(["a", "b", "c"][:k]) for k in range(4)] == ["", "a", "a and b", "a, b and c"]
