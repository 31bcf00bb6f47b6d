"""The sentences above the table of a report."""

from __future__ import annotations

import re
from typing import Any

from orthonormal_explanation import ALPHA, explanation
from page_reader import read
from whyzero.report import render

NAMES = [f"column {k}" for k in range(30)]


def test_the_header_says_what_was_fitted_and_how_many_weights_are_zero():
    data = explanation(NAMES)
    page = read(render(data))
    text = re.sub(r"\s+", " ", page.all("main")[0].text)
    zeros = data["counts"]["zero"]
    assert f"Of 30 weights, {zeros} are exactly zero and {30 - zeros} are not" in text
    for part in (
        data["problem"]["objective"],
        "Lasso(alpha=0.5)",
        "lambda = 0.5",
        "1,000 rows",
        data["problem"]["status"],
    ):
        assert part in text + page.all("p", "lede")[0].text, part
    assert data["certificate"]["sha256"] in text
    assert data["warnings"][0] in text


def test_a_partner_that_is_an_elastic_net_begins_its_sentence_with_a_capital():
    data = explanation(NAMES)
    data["partner"].update(name="elastic net", l1_ratio=0.5)
    page = read(render(data))
    assert "Elastic net with the same training loss" in page.all("div", "summary")[0].text
    assert "Elastic net with the same training loss" in [h.text for h in page.all("h3")]


def test_a_zero_at_the_very_edge_is_not_told_with_digits_of_rounding():
    data = explanation(NAMES)
    edge = max((f for f in data["features"] if f["coef"] == 0), key=lambda f: f["ratio"])
    edge["pull"], edge["ratio"] = edge["toll"] * (1 - 1e-14), 1 - 1e-14
    text = read(render(data)).all("main")[0].text
    assert f"{edge['name']}, is pulled with 100\u00a0% (to nine digits) of its toll" in text
    assert "1.0000" not in text and "99.99" not in text


def test_no_share_of_rounding_is_told_where_the_fit_is_the_null_model():
    data = explanation(NAMES)
    data["problem"]["train_loss"] = data["problem"]["null_loss"] * (1 + 1e-15)
    assert "that of the null model" in read(render(data)).all("dl", "facts")[0].text


def test_every_colour_of_the_bars_is_in_the_legend():
    data = explanation(NAMES)
    legend = read(render(data)).all("ul", "legend")[0].text
    assert "open whether zero" not in legend
    data["features"][0]["verdict"] = "open"
    data["counts"]["verdicts"]["open"] = 1
    legend = read(render(data)).all("ul", "legend")[0].text
    assert "open whether zero" in legend
    assert "not penalised" not in legend


def test_a_training_loss_that_was_not_matched_is_not_called_the_same():
    data = explanation(NAMES)
    data["partner"]["mismatch"] = 1e-9
    assert "L2 with the same training loss" in re.sub(r"\s+", " ", read(render(data)).all("main")[0].text)
    data["partner"]["mismatch"] = 1e-5
    text = re.sub(r"\s+", " ", read(render(data)).all("main")[0].text)
    assert "L2 with nearly the same training loss" in text
    assert "with the same training loss" not in text


def with_one_not_unique(j: int) -> dict[str, Any]:
    """Column `j` stands at zero right at its toll, and carries what another one carries too."""
    data = explanation(NAMES)
    zeros = sum(f["coef"] == 0 for f in data["features"])
    data["features"][j].update(verdict="not unique", coef=0.0, coef_std=0.0, pull=ALPHA, ratio=1.0, null_pull=9.0)
    data["counts"] = {
        "zero": zeros - 1,
        "nonzero": len(NAMES) - zeros,
        "open": 1,
        "verdicts": {"zero, proved": zeros - 1, "non-zero, proved": len(NAMES) - zeros, "not unique": 1},
    }
    return data


def test_the_zero_that_comes_nearest_is_a_proved_one_and_the_counts_are_explained():
    data = explanation(NAMES)
    zeros = sorted((f["ratio"], f["name"], j) for j, f in enumerate(data["features"]) if f["coef"] == 0)
    data = with_one_not_unique(zeros[0][2])
    text = read(render(data)).all("div", "summary")[0].text
    assert f"the zero that comes nearest, {zeros[-1][1]}, is pulled" in text
    assert f"{len(zeros) - 1} are exactly zero" in text and f"{len(zeros)} weights stand at 0" in text
    assert "stand at 0" not in read(render(explanation(NAMES))).all("div", "summary")[0].text


def test_what_does_not_follow_the_slider_says_which_fit_it_is_about():
    page = read(render(explanation(NAMES)))
    told = [p.text for p in page.all("p", "whose")]
    assert told == [
        f"The explained fit, at alpha {ALPHA}",
        f"Towards the explained fit, at alpha {ALPHA}, wherever the slider stands:",
        f"In the explained fit, at alpha {ALPHA}:",
    ]
