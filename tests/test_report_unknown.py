"""What an explanation does not know is left out of the report, and what it must know is asked for."""

from __future__ import annotations

import copy
import math
import re
from typing import Any

import pytest

from hostile_names import HOSTILE
from orthonormal_explanation import explanation
from page_reader import read, verdict_rows
from whyzero.errors import ModelFormatError
from whyzero.report import render

NAMES = [f"column {k}" for k in range(30)]


def emptied(value: Any) -> Any:
    """The same shape with every number but counts unknown."""
    if isinstance(value, dict):
        return {key: emptied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [emptied(item) for item in value]
    return None if isinstance(value, float) else value


def variant(**changes: Any) -> dict[str, Any]:
    return {**explanation(NAMES[:4]), **changes}


def without_numbers() -> dict[str, Any]:
    data = explanation(NAMES[:4])
    return {
        **data,
        "features": emptied(data["features"]),
        "problem": {**emptied(data["problem"]), "alpha": 0.5, "l1_ratio": 1.0},
    }


def infinite_tolls() -> dict[str, Any]:
    data = explanation(NAMES[:4])
    data["features"][0].update(toll=math.inf, ratio=None, pull_bound=math.inf, lo=-math.inf, hi=math.inf, coef=0.0)
    data["features"][1].update(toll=0.0, ratio=None, verdict="non-zero, unpenalised")
    data["features"][2].update(verdict="open")
    data["features"][3].update(verdict="a verdict of the future", waterfall=None, sentences={}, reason=None)
    return data


def ridge() -> dict[str, Any]:
    data = explanation(NAMES[:4])
    for feature in data["features"]:
        feature.update(toll=0.0, ratio=None)
    data["problem"].update(l1_ratio=0.0, alpha_max=None)
    data["partner"].update(name="L1", l1_ratio=1.0)
    return data


def flat_path() -> dict[str, Any]:
    data = explanation(NAMES[:4])
    for key in ("path", "partner_path"):
        data[key].update(index=[], coefs_std=[[] for _ in data[key]["alphas"]])
    return data


def one_alpha() -> dict[str, Any]:
    data = explanation(NAMES[:4])
    for key in ("path", "partner_path", "cv"):
        data[key] = {k: v[:1] if isinstance(v, list) and k not in ("index", "sd") else v for k, v in data[key].items()}
        if "pulls" in data[key]:
            data[key]["pulls"] = {"index": [0, 1, 2, 3], "pull": [[1.0] * 4], "slope": [[1.0] * 4]}
    data["cv"].update(index_min=0, index_1se=0)
    return data


@pytest.mark.parametrize(
    "data",
    [
        variant(partner=None, partner_path=None),
        variant(cv=None, path=None, partner_path=None, certificate=None),
        {**explanation([]), "target": None, "warnings": []},
        variant(cv={**explanation(NAMES[:4])["cv"], "mean": [None] * 60, "se": [None] * 60}),
        without_numbers(),
        infinite_tolls(),
        ridge(),
        flat_path(),
        one_alpha(),
    ],
    ids=["no partner", "no path", "no features", "no deviance", "no numbers", "no toll", "L2", "flat", "one alpha"],
)
def test_what_is_not_known_is_left_out_and_the_rest_is_drawn(data):
    text = render(data)
    page = read(text)
    assert not re.search(r"\b(nan|inf|None|undefined)\b", page.all("main")[0].text)
    assert not re.search(r'="[^"]*\b(nan|inf)\b', text)
    assert len(verdict_rows(page)) == len(data["features"])


def test_rendering_does_not_change_the_dict_and_gives_the_same_page_again():
    data = explanation(HOSTILE)
    before = copy.deepcopy(data)
    assert render(data) == render(data)
    assert data == before


def test_another_schema_or_a_missing_key_is_named():
    with pytest.raises(ModelFormatError, match="whyzero/explanation/2"):
        render({**explanation(NAMES), "schema": "whyzero/explanation/2"})
    data = explanation(NAMES)
    del data["features"][3]["pull"]
    with pytest.raises(ModelFormatError, match=r"features'\]\[3\] lacks pull"):
        render(data)
