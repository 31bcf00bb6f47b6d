"""The draws of the rows follow the slider, and what is proved between alphas is told rounded inwards."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from selenium import webdriver
from selenium.webdriver.common.by import By

import whyzero as wz
from chromium import needs_browser
from orthonormal_explanation import ALPHA, explanation
from page_reader import number_in
from test_report_slider import move, positions
from whyzero.report.number_format import significant, trimmed
from whyzero.report.proved_between import proved_between

NAMES = [f"column {k}" for k in range(30)]


def counts(driver: webdriver.Chrome) -> list[list[float]]:
    """What the dots say by the ticks of their axis, from the top down: [own, partner] of each draw."""
    return driver.execute_script(
        """
        const svg = document.querySelector('svg.evidence');
        const at = (node, key) => Number(node.getAttribute(key));
        const ticks = [...svg.querySelectorAll('.tick')].map((t) => [Number(t.textContent), at(t, 'x')]);
        const [[low, start], [high, stop]] = [ticks[0], ticks.at(-1)];
        const value = (x) => low + (x - start) / (stop - start) * (high - low);
        const dots = (kind) => [...svg.querySelectorAll(kind)].sort((a, b) => at(a, 'cy') - at(b, 'cy'));
        const [own, other] = [dots('circle.draw:not(.beside)'), dots('circle.beside')];
        const lines = new Map([...svg.querySelectorAll('.pair')].map((line) => {
          const [from, height, to] = line.getAttribute('d').split(/[MH,]/).slice(1).map(Number);
          return [height, [value(to), value(from)]];
        }));
        return own.map((dot, k) => [value(at(dot, 'cx')), value(at(other[k], 'cx')), ...lines.get(at(dot, 'cy'))]);
        """
    )


@needs_browser
def test_the_draws_and_their_sentence_follow_the_slider(show):
    data = explanation(NAMES)
    drawn = data["resamples"]
    driver = show(data)
    alphas = positions(data)
    written = driver.find_element(By.ID, "evidence-said").text
    for position in (0, 7, 30, len(alphas) - 1, alphas.index(ALPHA)):
        move(driver, position)
        alpha = alphas[position]
        row = data["path"]["alphas"].index(alpha) if alpha != ALPHA else None
        own = drawn["own"] if row is None else drawn["own_along"][row]
        other = drawn["partner"] if row is None else drawn["partner_along"][row]
        pairs = sorted(zip(own, other, strict=True), reverse=True)
        assert counts(driver) == [pytest.approx([*pair, *pair], abs=0.01) for pair in pairs]
        more, fewer = (sum(np.sign(a - b) == sign for a, b in pairs) for sign in (1, -1))
        p_value = binomtest(more, more + fewer).pvalue if more + fewer else 1.0
        said = driver.find_element(By.ID, "evidence-said").text
        assert said.startswith(f"At alpha {trimmed(alpha)}, L1 makes more weights exactly zero than L2 on {more} of 20")
        assert (f", fewer on {fewer}" in said) == (fewer > 0)
        assert said.endswith(f"; sign test p = {significant(p_value, 2)}.")
        assert driver.execute_script("return document.querySelector('svg.evidence desc').textContent") == said
    assert said == written
    assert driver.get_log("browser") == []


@needs_browser
def test_the_draws_of_a_real_fit_are_those_of_python_at_every_alpha(show):
    draw = np.random.default_rng(5)
    X = draw.normal(size=(80, 12))
    y = X[:, 0] - X[:, 1] + draw.normal(size=80)
    path = wz.fit_path(X, y, standardize=True, alphas=12)
    shown = wz.explain(path[5], path=path, resamples=4)
    driver = show(shown.data())
    for position in range(12):
        move(driver, position)
        found = shown.resamples
        own = found.own if position == 5 else found.own_along[position]
        assert [round(row[0]) for row in counts(driver)] == sorted(own, reverse=True)
        apart = wz.explain(path[position], path=path, resamples=4).resamples  # made anew, at this alpha alone
        assert sorted(own) == sorted(apart.own)


@given(st.data())
def test_intervals_of_proved_zeros_are_told_rounded_inwards_and_keep_their_alphas(data):
    alphas = np.geomspace(3.0, 3e-4, 12)
    low = data.draw(st.one_of(st.sampled_from(alphas.tolist()), st.floats(1e-4, 3.0)))
    high = data.draw(st.one_of(st.none(), st.sampled_from(alphas.tolist()), st.floats(low, 4.0)))
    proved = data.draw(st.lists(st.sampled_from(alphas.tolist()), unique=True))
    between = [{"zero": [[high, low]], "nonzero": proved}]
    ((zeros, nonzeros),) = proved_between({"between": between}, alphas, [0])
    inside = [k for k, alpha in enumerate(alphas) if low <= alpha and (high is None or alpha <= high)]
    assert [k for _, _, first, last in zeros for k in range(first, last + 1)] == inside
    assert sorted(k for first, last in nonzeros for k in range(first, last + 1)) == sorted(
        alphas.tolist().index(alpha) for alpha in proved
    )
    assert all(before[1] + 1 < after[0] for before, after in pairwise(nonzeros))
    for top, bottom, first, last in zeros:
        assert low <= number_in(bottom) <= alphas[last]
        assert (top is None) == (high is None)
        assert top is None or alphas[first] <= number_in(top) <= high
