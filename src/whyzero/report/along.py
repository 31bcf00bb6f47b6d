"""The fits along the path, for the slider: few words as JSON, the numbers packed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whyzero.report.number_format import count
from whyzero.report.packed_accounts import packed_accounts
from whyzero.report.packed_numbers import Beside, packed_numbers
from whyzero.report.policy import packed_bytes
from whyzero.report.proved_between import proved_between
from whyzero.report.schema import Account, Data, PathData
from whyzero.report.steps_figure import steps_along

__all__ = ["Along", "along", "kept_words"]

Array = NDArray[np.float64]

SAME = 1e-12
_DIGITS = 12
Along = dict[str, Any]


def along(data: Data, listed: Sequence[int], drawn: Sequence[int]) -> tuple[Along, str]:
    """What the slider needs of both paths, and the packed numbers.

    The explained fit is a point of the grid: if its alpha is not on it, it is put between its neighbours. Only the
    `listed` features are told; the partner's pulls only of those that are `drawn`.
    """
    path = data["path"]
    if path is None or not path["alphas"]:
        path = _alone(data)
    fit = _grid(path, data["problem"]["alpha"], (listed, listed), _own(data))
    told: Along = {"fit": fit.words(), "partner": None, "draws": None, "account": None, "accounts": None, "steps": None}
    told["between"] = proved_between(data, fit.alphas, listed)
    tolls = _array([[f["toll"] for f in data["features"]]])[0] / data["problem"]["alpha"]
    numbers = fit.packed(tolls, told["fit"])
    partner, other = data["partner"], data["partner_path"]
    if partner is not None and other is not None and other["alphas"] and partner["alpha"] is not None:
        beside = _grid(other, partner["alpha"], (listed, drawn), _partners(data))
        beside.losses[beside.chosen] = partner["train_loss"]
        told["partner"] = {**beside.words(), "beside": _matches(fit, beside, partner["match"] == "alpha")}
        own, other_ratio = data["problem"]["l1_ratio"], partner["l1_ratio"]
        told["partner"]["toll"] = 0 if other_ratio == 0 else other_ratio / own if own else None
        numbers += beside.packed(tolls * (told["partner"]["toll"] or 0.0), told["partner"])
        told["draws"] = _draws(data, fit)
        told["steps"] = steps_along(data)
    fit.losses[fit.chosen] = data["problem"]["train_loss"]
    account = data["account"]
    if account is not None:
        told["account"] = {"size": len(account["null"]), "per_sd": data["problem"]["standardize"]}
        numbers += _whole(account)
    accounts = data.get("accounts")
    if accounts is not None and data["path"] is not None:
        told["accounts"], packed = packed_accounts(accounts, fit.chosen if fit.added else None)
        numbers += packed
    return told, packed_bytes(numbers)


def kept_words(data: Data) -> str:
    """What this file leaves out of the other fits of the path, if anything."""
    path, total = data["path"], len(data["features"])
    if path is None or len(path["alphas"]) < 2:
        return ""
    pulls = path["pulls"]
    if pulls is None:
        return "The data are so large that pulls are known for the explained fit only; of the others, the weights."
    words = ""
    if len(pulls["index"]) < total:
        words = (
            "Of the other fits of the path this file keeps every weight that is not zero, and the pulls of "
            f"{count(len(pulls['index']))} of {count(total)} features: first of those that are ever not zero, "
            "then of the zeros that come nearest to the toll."
        )
    if any(pull is None for row in pulls["pull"] for pull in row):
        words += (
            " To save time, some pulls of weights that are not zero were not computed for other fits than the "
            "explained one: known is that they are beyond the toll."
        )
    return words.strip()


class _Grid:
    """One path with the fit that the page is about as one of its points."""

    def __init__(self, path: PathData, alpha: float) -> None:
        alphas = np.array(path["alphas"])
        same = np.abs(alphas / alpha - 1) <= SAME
        self.chosen = int(np.argmax(same)) if same.any() else int(np.count_nonzero(alphas > alpha))
        self.added = not same.any()
        self.alphas = self.widened(alphas, alpha)
        self.nonzero = self.widened(np.array(path["nonzero"]), -1)
        self.losses = list(self.widened(_array([path["train_loss"]]).ravel(), math.nan))
        self.gap = path["dual_gap"]
        self.index: list[int] = []
        self.sd: list[float] = []
        self.pulled: list[int] = []
        self.weights = np.zeros((0, 0))
        self.pulls = np.zeros((0, 0))

    def widened(self, values: NDArray[Any], extra: float) -> NDArray[Any]:
        """`values` with a row for the chosen fit, if its alpha is not on the grid."""
        return np.insert(values, self.chosen, extra, axis=0) if self.added else values

    def words(self) -> Along:
        """What is told as JSON."""
        return {
            "alphas": self.alphas.tolist(), "chosen": self.chosen, "index": self.index, "pulled": self.pulled,
            "sd": [float(f"{sd:.{_DIGITS}g}") for sd in self.sd],
            "nonzero": [int(n) for n in self.nonzero], "gap": self.gap,
            "loss": [None if value is None or math.isnan(value) else float(f"{value:.10g}") for value in self.losses],
        }  # fmt: skip

    def packed(self, tolls: Array, words: Along) -> bytes:
        """The weights and the pulls, these beside the tolls at alpha = 1; `words` then has those tolls too."""
        column = {j: place for place, j in enumerate(self.index)}
        weights = np.zeros(self.pulls.shape)
        for place, j in enumerate(self.pulled):
            if j in column:
                weights[:, place] = self.weights[:, column[j]]
        used = np.nan_to_num(tolls[self.pulled])
        words["tolls"] = used.tolist()
        return packed_numbers(self.weights, self.alphas) + packed_numbers(
            self.pulls, self.alphas, Beside(weights, used)
        )


def _grid(
    path: PathData, alpha: float, features: tuple[Sequence[int], Sequence[int]], own: dict[str, list[float | None]]
) -> _Grid:
    """The grid with the weights of the first and the pulls of the second list of features."""
    grid, pulls = _Grid(path, alpha), path["pulls"]
    wanted, pulled = (set(some) for some in features)
    places = [place for place, j in enumerate(path["index"]) if j in wanted]
    grid.index = [path["index"][place] for place in places]
    grid.sd = [path["sd"][place] for place in places]
    grid.weights = grid.widened(_array(path["coefs_std"]).reshape(len(path["alphas"]), -1)[:, places], math.nan)
    known = [] if pulls is None else [place for place, j in enumerate(pulls["index"]) if j in pulled]
    grid.pulled = [] if pulls is None else [pulls["index"][place] for place in known]
    found = np.zeros((len(path["alphas"]), 0)) if pulls is None else _array(pulls["pull"])[:, known]
    grid.pulls = grid.widened(found, math.nan)
    coef, pull = _array([own["coef"], own["pull"]])
    grid.weights[grid.chosen] = coef[grid.index] * [sd or 1.0 for sd in grid.sd]
    grid.pulls[grid.chosen] = pull[grid.pulled]
    if grid.added:
        grid.nonzero[grid.chosen] = np.count_nonzero(coef)
    return grid


def _alone(data: Data) -> PathData:
    """The explained fit as a path of one alpha."""
    features = data["features"]
    live = [j for j, f in enumerate(features) if f["coef"] and f["coef_std"]]
    weights = [features[j]["coef_std"] or 0.0 for j in live]
    return {
        "alphas": [data["problem"]["alpha"]],
        "index": live,
        "sd": [std / (features[j]["coef"] or 1.0) for j, std in zip(live, weights, strict=True)],
        "coefs_std": [list(weights)],
        "nonzero": [len(live)],
        "train_loss": [data["problem"]["train_loss"]],
        "dual_gap": data["problem"]["dual_gap"],
        "pulls": None,
    }


def _array(rows: Sequence[Sequence[float | None]]) -> Array:
    return np.array([[math.nan if value is None else value for value in row] for row in rows], dtype=np.float64)


def _own(data: Data) -> dict[str, list[float | None]]:
    return {"coef": [f["coef"] for f in data["features"]], "pull": [f["pull"] for f in data["features"]]}


def _partners(data: Data) -> dict[str, list[float | None]]:
    features = data["features"]
    return {"coef": [f["partner_coef"] for f in features], "pull": [f["partner_pull"] for f in features]}


def _whole(account: Account) -> bytes:
    """The numbers of the account, whole."""
    return np.array([*account["null"], *account["upper"], *account.get("diagonal", [])], dtype="<f8").tobytes()


def _matches(fit: _Grid, beside: _Grid, by_alpha: bool) -> list[int]:
    """For every fit the partner's that comes nearest in training loss (or in alpha); for the chosen its own partner."""
    if by_alpha:
        far = np.abs(np.log(beside.alphas[None, :] / fit.alphas[:, None]))
    else:
        far = np.abs(np.array(beside.losses, dtype=float)[None, :] - np.array(fit.losses, dtype=float)[:, None])
    found = [int(k) for k in np.argmin(np.where(np.isnan(far), np.inf, far), axis=1)]
    found[fit.chosen] = beside.chosen
    return found


def _draws(data: Data, fit: _Grid) -> dict[str, list[list[int]]] | None:
    """Numbers of zeros on rows drawn anew: for each draw that at the first position of the slider, then the changes."""
    drawn = data["resamples"]
    if drawn is None or not drawn["own_along"]:
        return None
    found = {}
    for side, at_fit in (("own", drawn["own"]), ("partner", drawn["partner"])):
        rows = list(drawn["own_along"] if side == "own" else drawn["partner_along"])
        rows[fit.chosen : fit.chosen + (0 if fit.added else 1)] = [at_fit]
        found[side] = np.diff(np.array(rows), axis=0, prepend=0).T.tolist()
    return found
