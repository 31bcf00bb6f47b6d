"""The header facts: what was fitted, how strongly it was penalised, and how exact the fit is."""

from __future__ import annotations

from markupsafe import Markup, escape

from whyzero.report.names import markup
from whyzero.report.number_format import count, percent, significant, trimmed
from whyzero.report.schema import Data
from whyzero.report.verdicts import LOOKS, look, penalty_name

__all__ = ["facts", "lede", "tally", "verdict_counts"]

NAME_LIMIT = 60
_NOTHING = 1e-12
LOSS_WORDS = {"squared": "Squared loss", "logistic": "Logistic loss", "poisson": "Poisson loss"}


def lede(data: Data) -> Markup:
    """One line under the title: loss, penalty, target, size."""
    problem = data["problem"]
    loss = LOSS_WORDS.get(problem["loss"], problem["loss"])
    parts = [escape(f"{loss}, {penalty_name(problem['l1_ratio'])} penalty")]
    if data["target"] is not None:
        target = Markup("target {}").format(markup(data["target"], NAME_LIMIT))
        if data["classes"] and [str(name) for name in data["classes"][:2]] != ["0", "1"]:
            negative, positive = (markup(str(name), NAME_LIMIT) for name in data["classes"][:2])
            target += Markup(" ({} = 0, {} = 1)").format(negative, positive)
        parts.append(target)
    parts.append(escape(f"{count(problem['n_rows'])} rows × {count(problem['n_cols'])} features"))
    return Markup(" · ").join(parts)


def facts(data: Data) -> list[tuple[str, str, str]]:
    """(term, value, note) for the grid of facts."""
    problem = data["problem"]
    alpha, alpha_max = problem["alpha"], problem["alpha_max"]
    share = alpha / alpha_max if alpha_max else None
    null, train = problem["null_loss"], problem["train_loss"]
    explained = 1 - train / null if null and train is not None else None
    below = f"{percent(explained)} below the null model’s {significant(null)}"
    if explained is not None and abs(explained) < _NOTHING:
        below = "that of the null model"
    certificate = data["certificate"]
    rows = [
        ("alpha", trimmed(alpha),
         "no alpha makes all zero" if share is None else f"{percent(share)} of alpha_max\u00a0{trimmed(alpha_max)}"),
        ("l1_ratio", f"{problem['l1_ratio']:g}", penalty_name(problem["l1_ratio"])),
        ("n", count(problem["n_rows"]), "rows"),
        ("p", count(problem["n_cols"]), "features"),
        ("training loss", significant(train), below),
        ("duality gap", significant(problem["dual_gap"], 2),
         f"{significant(problem['gap_relative'], 2)} of the null model’s loss"),
        ("standardised", "yes" if problem["standardize"] else "no",
         "penalty on weight × sd" if problem["standardize"] else "penalty on the weights as stored"),
        ("intercept", significant(problem["intercept"]),
         "never penalised" if problem["fit_intercept"] else "none was fitted"),
    ]  # fmt: skip
    if certificate is not None:
        rows.append(("proved", f"{count(certificate['n_proved'])} of {count(problem['n_cols'])}",
                     f"{certificate['proof']} arithmetic"))  # fmt: skip
    return rows


def tally(data: Data) -> list[tuple[str, str, str]]:
    """(colour, number, words): how many weights are zero, non-zero, open."""
    counts = data["counts"]
    groups = [
        ("zero", counts["zero"], "exactly zero"),
        ("nonzero", counts["nonzero"], "not zero"),
        ("open", counts["open"], "open or not unique" if counts["verdicts"].get("not unique") else "open"),
    ]
    return [(colour, count(number), words) for colour, number, words in groups]


def verdict_counts(data: Data) -> list[tuple[str, str, str, int, str]]:
    """(word, symbol, colour, number, meaning) of each verdict that occurs, in a fixed order."""
    found = data["counts"]["verdicts"]
    words = [*LOOKS, *(word for word in found if word not in LOOKS)]
    looks = [(look(word), found.get(word, 0)) for word in words]
    return [(seen.word, seen.symbol, seen.colour, number, seen.meaning) for seen, number in looks if number]
