"""How large a report gets: it can be mailed, and what is left out of a long table is said."""

from __future__ import annotations

import numpy as np
import pytest

import whyzero as wz
from orthonormal_explanation import explanation
from page_reader import read, unpacked, verdict_rows
from whyzero.pipeline import N_RESAMPLES, N_STEPS
from whyzero.report import render

NAMES = [f"column {k}" for k in range(30)]


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
    assert {row.all("th")[0].text for row in verdict_rows(read(page))} == set(names)


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
