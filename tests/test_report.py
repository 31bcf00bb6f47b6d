"""The report as text: what its table, its words and its numbers say without script."""

from __future__ import annotations

import re

import numpy as np
import pytest

import whyzero as wz
from orthonormal_explanation import explanation
from page_reader import number_in, read, unpacked, verdict_rows
from whyzero.report import render

NAMES = [f"column {k}" for k in range(30)]


def test_every_feature_has_a_row_with_its_numbers_and_its_verdict_without_script():
    data = explanation(NAMES)
    rows = verdict_rows(read(render(data)))
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
    ratios = [data["features"][int(row.attributes["data-i"])]["ratio"] for row in verdict_rows(read(render(data)))]
    assert ratios == sorted(ratios, reverse=True)


def test_the_sentences_of_the_first_rows_are_on_the_page_and_those_of_all_are_packed():
    data = explanation(NAMES)
    page = read(render(data))
    packed = unpacked(page, "words")
    order = [int(row.attributes["data-i"]) for row in verdict_rows(page)]
    for place, j in enumerate(order):
        said = data["features"][j]["sentences"]
        for level in ("learner", "user", "expert"):
            assert packed[level][place] == said[level]
        if place < 6:
            assert page.by_id(f"why-{j}").all("p")[0].text == said["user"].replace("`", "")
    text = re.sub(r"\s+", " ", page.all("main")[0].text)
    assert "6 of 30 features" in text and "Why this weight?" in text


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


def test_a_real_explanation_is_drawn():

    draw = np.random.default_rng(0)
    X = draw.normal(size=(60, 6))
    y = 3 * X[:, 0] - 2 * X[:, 1] + draw.normal(size=60)
    path = wz.fit_path(X, y, standardize=True)
    shown = wz.explain(path[20], path=path)
    page = read(shown.to_html())
    rows = {int(row.attributes["data-i"]): row for row in verdict_rows(page)}
    assert len(rows) == 6
    for j, coef in enumerate(path[20].coef):
        assert number_in(rows[j].all("td")[2].text) == pytest.approx(coef, rel=1e-3)
