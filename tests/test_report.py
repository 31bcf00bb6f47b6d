"""The page as text: what it says without script, that names stay names, and that its policy holds."""

from __future__ import annotations

import base64
import copy
import hashlib
import math
import re
from typing import Any

import numpy as np
import pytest

import whyzero as wz
from hostile_names import HOSTILE
from orthonormal_explanation import ALPHA, explanation
from page_reader import Node, number_in, read, unpacked, unpacked_bytes
from whyzero.errors import ModelFormatError
from whyzero.pipeline import N_RESAMPLES, N_STEPS
from whyzero.report import render
from whyzero.report.names import visible
from whyzero.report.script import SCRIPTS, joined_script

NAMES = [f"column {k}" for k in range(30)]


def table_rows(page: Node) -> list[Node]:
    return [row for table in page.all("table", "verdicts") for row in table.all("tr") if "data-i" in row.attributes]


def test_every_feature_has_a_row_with_its_numbers_and_its_verdict_without_script():
    data = explanation(NAMES)
    rows = table_rows(read(render(data)))
    assert {int(row.attributes["data-i"]) for row in rows} == set(range(30))
    for row in rows:
        feature = data["features"][int(row.attributes["data-i"])]
        cells = [cell.text for cell in row.all("td")]
        assert row.all("th")[0].text == feature["name"]
        assert cells[0].split(" ", 1)[1] == feature["verdict"]
        assert cells[1] == feature["reason"]
        assert number_in(cells[2]) == pytest.approx(feature["coef"], rel=1e-3)
        assert number_in(cells[3]) == pytest.approx(feature["pull"], rel=1e-3)
        assert number_in(cells[4]) == pytest.approx(feature["ratio"], rel=1e-3)


def test_rows_are_sorted_by_pull_over_toll():
    data = explanation(NAMES)
    ratios = [data["features"][int(row.attributes["data-i"])]["ratio"] for row in table_rows(read(render(data)))]
    assert ratios == sorted(ratios, reverse=True)


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


def test_the_sentences_of_the_first_rows_are_on_the_page_and_those_of_all_are_packed():
    data = explanation(NAMES)
    page = read(render(data))
    packed = unpacked(page, "words")
    order = [int(row.attributes["data-i"]) for row in table_rows(page)]
    for place, j in enumerate(order):
        said = data["features"][j]["sentences"]
        for level in ("learner", "user", "expert"):
            assert packed[level][place] == said[level]
        if place < 6:
            assert page.by_id(f"why-{j}").all("p")[0].text == said["user"].replace("`", "")
    text = re.sub(r"\s+", " ", page.all("main")[0].text)
    assert "6 of 30 features" in text and "Why this weight?" in text


def test_hostile_names_are_shown_as_they_are():
    data = explanation(HOSTILE)
    data["title"] = data["target"] = HOSTILE[0]
    data["classes"] = [HOSTILE[1], HOSTILE[2]]
    page = read(render(data))
    assert [node.attributes.get("type") for node in page.all("script")] == [*["text/plain"] * 4, "module"]
    assert not page.all("img") and len(page.all("style")) == 1
    for article in page.all("article"):
        name = HOSTILE[int(article.attributes["id"].removeprefix("why-"))]
        assert article.all("h3")[0].text == visible(name)
    for row in table_rows(page):
        name, cell = visible(HOSTILE[int(row.attributes["data-i"])]), row.all("th")[0]
        head, _, tail = cell.text.partition("…")
        assert cell.text == name or (name.startswith(head) and name.endswith(tail) and len(name) > 32)
    assert visible("age ") != visible("age") != visible(" age")


def test_the_policy_names_the_hashes_of_exactly_this_style_the_loader_and_what_it_unpacks():
    page = read(render(explanation(NAMES)))
    policy = next(n for n in page.all("meta") if n.attributes.get("http-equiv") == "Content-Security-Policy")
    script = unpacked_bytes(page.by_id("script").text).decode("utf-8")
    assert script == joined_script("page.js", (SCRIPTS / "without_account", SCRIPTS / "without_accounts", SCRIPTS))
    packed, loader, style = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (script, page.all("script")[-1].text, page.all("style")[0].text)
    )
    assert policy.attributes["content"] == (
        f"default-src 'none'; script-src 'sha256-{packed}' 'sha256-{loader}'; style-src 'sha256-{style}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    order = [node.attributes.get("http-equiv", node.tag) for node in page.all() if node.tag in {"meta", "style"}]
    assert order.index("Content-Security-Policy") < order.index("style")


def test_no_element_carries_a_style_an_event_or_an_address():
    for node in read(render(explanation(HOSTILE))).all():
        assert not [key for key in node.attributes if key == "style" or key.startswith("on")]
        assert {node.attributes.get(key, "data:,") for key in ("href", "src", "action", "xlink:href")} == {"data:,"}


def test_the_script_writes_text_and_never_markup():
    script = (joined_script("loader.js") + joined_script("page.js")).replace('"import whyzero as wz"', "")
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
        ".style",
        "fetch(",
    ):
        assert forbidden not in script
    assert "import " not in script


def test_the_island_has_every_number_to_ten_digits():
    data = explanation(NAMES)
    island = unpacked(read(render(data)), "data")
    assert sorted(island["feature"]) == list(range(30))
    for key, column in island["columns"].items():
        for j, value in zip(island["feature"], column, strict=True):
            assert value == pytest.approx(data["features"][j][key], rel=1e-9)
    for j, (steps, others, side) in zip(island["feature"], island["waterfall"], strict=True):
        feature = data["features"][j]
        left = feature["null_pull"] + sum(amount for _, amount in steps) + others
        assert left == pytest.approx(side * feature["pull"], rel=1e-6)


def test_a_page_of_thirty_features_stays_small():
    assert len(render(explanation(NAMES, words=110)).encode()) < 190_000


def test_a_page_of_a_hundred_features_and_sixty_alphas_can_be_mailed():
    draw = np.random.default_rng(0)
    X = draw.normal(size=(400, 100))
    y = X[:, :15] @ draw.normal(size=15) + 2 * draw.normal(size=400)
    names = [f"measurement {k}" for k in range(100)]
    cv = wz.cross_validate(X, y, standardize=True, alphas=60, feature_names=names)
    shown = wz.explain(
        cv.path[cv.index_1se],
        path=cv.path,
        cv=cv,
        path_certificate=wz.certify_path(cv.path),
        resamples=N_RESAMPLES,
        steps=N_STEPS,
        target="y",
    )
    page = shown.to_html()
    for figure in (
        "pull-fit",
        "pull-partner",
        "path-fit",
        "path-partner",
        "pull-path-fit",
        "atom",
        "steps",
        "evidence",
        "cv",
    ):
        assert f'aria-labelledby="{figure}' in page
    assert 100_000 < len(page.encode("utf-8")) <= 250_000


def test_long_names_and_the_logistic_loss_can_be_mailed_too():
    draw = np.random.default_rng(0)
    X = draw.normal(size=(400, 100))
    y = X[:, :10].sum(axis=1) + draw.normal(size=400) > 0
    X += 0.8 * draw.normal(size=(400, 1))
    names = [f"average_household_income_in_district_{k}_during_2019" for k in range(100)]
    fit = wz.fit(X, y, alpha=0.01, loss="logistic", standardize=True, feature_names=names)
    page = wz.explain(fit, resamples=N_RESAMPLES, steps=N_STEPS).to_html()
    assert 'aria-labelledby="evidence' in page and 'aria-labelledby="steps' in page
    assert len(page.encode("utf-8")) <= 250_000
    assert {row.all("th")[0].text for row in table_rows(read(page))} == set(names)


@pytest.mark.parametrize(("p", "shown", "folded"), [(200, 200, 0), (201, 200, 1), (2500, 200, 1800)])
def test_long_tables_are_folded_and_nothing_is_left_out_silently(p, shown, folded):
    page = read(render(explanation([f"c{k}" for k in range(p)], words=4, n_alphas=5)))
    tables = page.all("table", "verdicts")
    assert [len([r for r in t.all("tr") if "data-i" in r.attributes]) for t in tables] == [shown, folded][: len(tables)]
    text = page.all("main")[0].text
    assert (f"{folded:,} more features" in text) == (folded > 0)
    left_out = p - shown - folded
    assert (f"{left_out} more features are not listed here" in text) == (left_out > 0)
    assert (f"2,000 of {p:,} features, sorted by" in text) == (left_out > 0)
    assert len(unpacked(page, "data")["unlisted"]["name"]) == left_out


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
    assert len(table_rows(page)) == len(data["features"])


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


def test_a_real_explanation_is_drawn():
    import whyzero as wz

    draw = np.random.default_rng(0)
    X = draw.normal(size=(60, 6))
    y = 3 * X[:, 0] - 2 * X[:, 1] + draw.normal(size=60)
    path = wz.fit_path(X, y, standardize=True)
    shown = wz.explain(path[20], path=path)
    page = read(shown.to_html())
    rows = {int(row.attributes["data-i"]): row for row in table_rows(page)}
    assert len(rows) == 6
    for j, coef in enumerate(path[20].coef):
        assert number_in(rows[j].all("td")[2].text) == pytest.approx(coef, rel=1e-3)


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
