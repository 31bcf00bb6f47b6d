"""The numbers that the script needs, as one compact JSON value: columns, not records.

Sentences and table rows are not repeated here; the script takes them from the page.
"""

from __future__ import annotations

from typing import Any

from whyzero.report.names import shorten, visible
from whyzero.report.schema import Data, Feature
from whyzero.report.verdict_table import LISTED
from whyzero.report.verdicts import look, penalty_name

__all__ = ["island"]

DIGITS = 10
DRAWN_DIGITS = 7
LABEL_LIMIT = 20_000
COLUMNS = (
    "coef", "coef_std", "toll", "pull", "pull_sign", "null_pull", "alpha_enter", "partner_coef",
)  # fmt: skip


class _Labels:
    """Each distinct text once; everything else refers to it by number."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        text = shorten(visible(name), LABEL_LIMIT)
        found = self._numbers.setdefault(text, len(self.texts))
        if found == len(self.texts):
            self.texts.append(text)
        return found


def island(data: Data, order: list[int]) -> dict[str, Any]:
    """The island for the features in `order`; beyond 2000 only name, verdict, pull and ratio."""
    features = data["features"]
    labels = _Labels()
    words = sorted({feature["verdict"] for feature in features})
    listed, rest = order[:LISTED], order[LISTED:]
    columns = {key: [_rounded(features[j][key]) for j in listed] for key in COLUMNS}  # type: ignore[literal-required]
    return {
        "feature": listed,
        "name": [labels.number(features[j]["name"]) for j in listed],
        "verdict": [words.index(features[j]["verdict"]) for j in listed],
        "columns": columns,
        "waterfall": [_waterfall(features[j], labels) for j in listed],
        "unlisted": {
            "name": [labels.number(features[j]["name"]) for j in rest],
            "verdict": [words.index(features[j]["verdict"]) for j in rest],
            "pull": [_rounded(features[j]["pull"], 4) for j in rest],
            "ratio": [_rounded(features[j]["ratio"], 4) for j in rest],
        },
        "verdicts": words,
        "symbols": {word: [look(word).symbol, look(word).colour] for word in words},
        "raw": {
            place: features[j]["name"]
            for place, j in enumerate(listed)
            if visible(features[j]["name"]) != features[j]["name"]
        },
        "total": len(features),
        "settled_zeros": data["counts"]["zero"],
        "proved": data["certificate"] is not None,
        "cv": _choices(data),
        "matched": None if data["partner"] is None else data["partner"]["match"],
        "call": _call(data),
        "has_toll": data["problem"]["l1_ratio"] > 0,
        "positive": data["problem"]["positive"],
        "penalty": penalty_name(data["problem"]["l1_ratio"]),
        "partner": None if data["partner"] is None else data["partner"]["name"],
        "labels": labels.texts,
    }


def _choices(data: Data) -> list[tuple[str, float]]:
    """The two choices of cross-validation: (words, alpha)."""
    cv = data["cv"]
    if cv is None:
        return []
    named = (("smallest deviance", cv["index_min"]), ("within 1 SE", cv["index_1se"]))
    return [(words, cv["alphas"][k]) for words, k in named]


def _call(data: Data) -> dict[str, Any]:
    """The options of the fit in Python and on the command line, where they are not the usual ones."""
    problem = data["problem"]
    python = {
        "loss": repr(problem["loss"]),
        "l1_ratio": repr(problem["l1_ratio"]),
        "standardize": repr(problem["standardize"]),
        "fit_intercept": repr(problem["fit_intercept"]),
    }
    if problem["positive"]:
        python["positive"] = "True"
    command = f" --loss {problem['loss']}"
    command += f" --l1-ratio {problem['l1_ratio']!r}" if problem["l1_ratio"] != 1 else ""
    command += "" if problem["standardize"] else " --no-standardize"
    command += "" if problem["fit_intercept"] else " --no-intercept"
    # The command line has no such option.
    return {"python": python, "command": None if problem["positive"] else command, "target": data["target"]}


def _rounded(value: float | None, digits: int = DIGITS) -> float | int | None:
    if value is None:
        return None
    number = float(f"{value:.{digits}g}")
    return int(number) if number.is_integer() else number


def _waterfall(feature: Feature, labels: _Labels) -> list[Any] | None:
    """[[[label, amount], ...], others, side], or None if a number is missing.

    Between the null pull and `side` times the pull, which are columns of their own.
    """
    fall = feature["waterfall"]
    if fall is None:
        return None
    numbers = [feature["null_pull"], feature["pull"], fall["others"], *(amount for _, amount in fall["steps"])]
    if fall["final"] is None or any(number is None for number in numbers):
        return None
    steps = [[labels.number(name), _rounded(amount, DRAWN_DIGITS)] for name, amount in fall["steps"]]
    return [steps, _rounded(fall["others"], DRAWN_DIGITS), -1 if fall["final"] * (feature["pull"] or 0.0) < 0 else 1]
