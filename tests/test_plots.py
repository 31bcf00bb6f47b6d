"""What the Displays draw is what the explanation says: artists against `Explanation.table` and experiments."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import Lasso

import whyzero as wz
from whyzero import experiments, plots
from whyzero.errors import InputError, InputTypeError
from whyzero.explanations.resamples import resample
from whyzero.explanations.slope_paths import slope_paths
from whyzero.explanations.steps import walk_steps
from whyzero.plots.colours import DARK, LIGHT, verdict_colour

pytestmark = pytest.mark.usefixtures("no_window")

CSS = Path(plots.__file__).parents[1] / "report" / "templates" / "report.css"
DISPLAYS = [getattr(plots, name) for name in plots.__all__]


@pytest.fixture(scope="module")
def frame():
    bunch = load_breast_cancer()
    return pd.DataFrame(bunch.data, columns=bunch.feature_names), bunch.target


@pytest.fixture(scope="module")
def model(frame):
    return wz.GLMClassifierCV(standardize=True, alphas=30, cv=3).fit(*frame)


@pytest.fixture(scope="module")
def explanation(model, frame):
    return model.explain(*frame)


def in_table(explanation, display, column):
    table = explanation.table.set_index("feature")
    return table.loc[[row.name for row in display.rows], column].to_numpy()


def test_bars_are_pulls_and_lines_are_tolls(explanation):
    display = plots.PullDisplay.from_explanation(explanation)
    widths = [[bar.get_width() for bar in bars] for bars in display.bars_]
    np.testing.assert_array_equal(widths[0], in_table(explanation, display, "pull"))
    np.testing.assert_array_equal(widths[1], in_table(explanation, display, "partner_pull"))
    np.testing.assert_array_equal(
        [bar.get_width() for bar in display.outlines_], in_table(explanation, display, "null_pull")
    )
    segments = np.array(display.tolls_[0].get_segments())
    np.testing.assert_array_equal(segments[:, 0, 0], in_table(explanation, display, "toll"))
    assert np.all(np.array(display.tolls_[1].get_segments())[:, :, 0] == 0)
    assert len(display.rows) == len(explanation.table)


def test_a_bar_ends_in_the_zone_exactly_if_the_weight_is_zero(explanation):
    display = plots.PullDisplay.from_explanation(explanation)
    inside = [
        bar.get_width() <= zone.get_width() for bar, zone in zip(display.bars_[0], display.zones_[0], strict=True)
    ]
    np.testing.assert_array_equal(inside, in_table(explanation, display, "coef") == 0)


def test_whiskers_reach_from_the_pulls_of_zeros_to_their_proved_bounds(explanation):
    display = plots.PullDisplay.from_explanation(explanation)
    table = explanation.table.set_index("feature").loc[[row.name for row in display.rows]]
    zeros = table[table.coef == 0]
    segments = np.array(display.whiskers_.get_segments())
    np.testing.assert_array_equal(segments[:, 0, 0], zeros.pull)
    np.testing.assert_array_equal(segments[:, 1, 0], zeros.pull_bound)


def test_colours_are_those_of_the_verdicts_and_of_the_page(explanation):
    display = plots.PullDisplay.from_explanation(explanation)
    for row, bar in zip(display.rows, display.bars_[0], strict=True):
        assert to_hex(bar.get_facecolor()) == verdict_colour(row.verdict.value)
    on_light, on_dark = CSS.read_text("utf-8").split("@media (prefers-color-scheme: dark)")[:2]
    for known, text in ((LIGHT, on_light), (DARK, on_dark.split("@media")[0])):
        on_page = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})\b", text))
        assert known == {key: on_page[key] for key in known}


def test_on_a_dark_style_the_colours_are_the_dark_ones_of_the_page(explanation):
    with plt.style.context("dark_background"):
        display = plots.PullDisplay.from_explanation(explanation)
    shown = {to_hex(bar.get_facecolor()) for bar in display.bars_[0]}
    assert shown == {DARK["zero"], DARK["nonzero"]}


def test_of_many_features_both_sides_of_the_toll_are_shown():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((150, 100))
    path = wz.fit_path(X, X[:, :40] @ rng.standard_normal(40), alphas=40)
    explained = wz.explain(path[25], path=path)
    display = plots.PullDisplay.from_explanation(explained)
    assert len(display.rows) == 40
    ratios = sorted((row.ratio for row in explained.rows), reverse=True)
    shown = [row.ratio for row in display.rows]
    assert shown == sorted(shown, reverse=True)
    edge = sum(ratio > 1 for ratio in ratios)
    assert {ratios[0], ratios[edge - 1], ratios[edge]} <= set(shown)
    assert "40 of 100" in display.ax_.get_xlabel()
    chosen = plots.PullDisplay.from_explanation(explained, features=[7, "x3"])
    assert [row.index for row in chosen.rows] == [7, 3]


def test_path_lines_are_weights_times_deviations_and_missing_where_zero(explanation):
    display = plots.PathDisplay.from_explanation(explanation)
    for lines, panel, path in zip(
        display.lines_, display.panels, (explanation.path, explanation.partner.path), strict=True
    ):
        assert sorted(panel.index) == np.flatnonzero(np.any(path.coefs != 0, axis=0)).tolist()
        for j, line in zip(panel.index, lines, strict=True):
            weights = path.coefs[:, j] * path.problem.column_sd[j]
            x, y = line.get_data()
            np.testing.assert_array_equal(x, path.alphas)
            drawn = ~np.isnan(y)
            np.testing.assert_array_equal(np.asarray(y)[drawn], weights[drawn])
            assert np.all(weights[~drawn] == 0)
            alone = (weights == 0) & (np.roll(weights, 1) == 0) & (np.roll(weights, -1) == 0)
            assert np.all(~drawn[1:-1] == alone[1:-1])


def test_marks_stand_where_weights_enter_and_leave(explanation):
    display = plots.PathDisplay.from_explanation(explanation)
    path = explanation.path
    live = path.coefs != 0
    enters = [path.alphas[k] for k in range(1, len(path)) for _ in np.flatnonzero(live[k] & ~live[k - 1])]
    leaves = [path.alphas[k - 1] for k in range(1, len(path)) for _ in np.flatnonzero(~live[k] & live[k - 1])]
    assert sorted(display.enters_[0].get_xdata()) == sorted(enters)
    assert sorted(display.leaves_[0].get_xdata()) == sorted(leaves)
    assert enters
    assert display.chosen_[0].get_xdata()[0] == explanation.header.alpha
    assert display.chosen_[1].get_xdata()[0] == explanation.partner.solution.alpha


def test_the_curve_below_the_paths_is_the_held_out_deviance(explanation, model):
    display = plots.PathDisplay.from_explanation(explanation)
    line = display.cv_line_.lines[0]
    np.testing.assert_array_equal(line.get_xdata(), model.cv_.path.alphas)
    np.testing.assert_array_equal(line.get_ydata(), model.cv_.mean)
    bars = np.array(display.cv_line_.lines[2][0].get_segments())
    np.testing.assert_allclose(bars[:, 1, 1] - bars[:, 0, 1], 2 * model.cv_.se)


def test_pull_paths_are_drawn_with_their_toll(explanation):
    display = plots.PullPathDisplay.from_explanation(explanation)
    known = slope_paths(explanation.path)
    drawn = np.array([line.get_ydata() for line in display.lines_[0]])
    np.testing.assert_array_equal(drawn, known.pulls.T)
    np.testing.assert_array_equal(display.tolls_[0].get_ydata(), explanation.path.alphas)
    assert display.tolls_[1] is None
    live = explanation.path.coefs != 0
    for marks, where, shift in (
        (display.enters_[0], ~live[:-1] & live[1:], 1),
        (display.leaves_[0], live[:-1] & ~live[1:], 0),
    ):
        alphas = explanation.path.alphas[np.flatnonzero(where.any(axis=1)) + shift]
        assert set(marks.get_offsets()[:, 0]) == set(alphas)
        assert len(marks.get_offsets()) == where.sum()
    thick = np.array([line.get_ydata() for line in display.live_[0]])
    np.testing.assert_array_equal(np.isnan(thick), (explanation.path.coefs[:, known.index] == 0).T)


def test_a_waterfall_draws_the_account(explanation):
    for row in explanation.rows[:6]:
        display = plots.WaterfallDisplay.from_explanation(explanation, feature=row.name)
        account = explanation.data()["features"][row.index]["waterfall"]
        others = [account["others"]] * display.row.waterfall.has_others
        amounts = [account["null"], *(amount for _, amount in account["steps"]), *others, account["final"]]
        np.testing.assert_allclose([bar.get_width() for bar in display.bars_], amounts, rtol=1e-12)
        ends = [bar.get_x() + bar.get_width() for bar in display.bars_]
        starts = [bar.get_x() for bar in display.bars_]
        np.testing.assert_allclose(starts[1:-1], ends[:-2], rtol=1e-12)
        np.testing.assert_allclose(ends[-2], account["final"], atol=1e-9 * account["null"] + 1e-15)
        assert starts[0] == starts[-1] == 0
        assert display.toll_[0].get_xdata()[0] == row.toll
    default = plots.WaterfallDisplay.from_explanation(explanation).row
    zeros = [row.ratio for row in explanation.rows if row.coef == 0]
    assert default.coef == 0
    assert default.ratio == max(zeros)


def test_the_atom_of_l1_is_its_share_of_zeros(explanation):
    display = plots.ZeroAtomDisplay.from_explanation(explanation)
    table = explanation.table
    assert [line.get_ydata()[0] for line in display.atoms_] == [
        np.mean(table.coef == 0),
        np.mean(table.partner_coef == 0),
    ]
    x, y = display.lines_[0].get_data()
    for k in (0, 20, 50, -1):
        assert y[k] == np.mean(np.abs(table.coef_std) <= x[k])
    data = experiments.zero_atom(n_data_sets=3)
    drawn = plots.ZeroAtomDisplay.from_experiment(data)
    np.testing.assert_array_equal(drawn.lines_[0].get_ydata(), data.l1_shares)
    np.testing.assert_array_equal(drawn.lines_[1].get_ydata(), data.l2_shares)


def test_steps_are_sizes_and_have_no_place_for_zero(explanation):
    display = plots.StepsDisplay.from_explanation(explanation, n_steps=300)
    known = walk_steps(explanation.solution, explanation.partner, 300)
    for sizes, line in zip(known.sizes, display.lines_, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), known.at)
        np.testing.assert_array_equal(line.get_ydata(), np.where(sizes == 0, np.nan, sizes))
    assert display.feature == explanation.rows[known.feature].name
    assert explanation.rows[known.feature].coef == 0
    landed = [int(mark.get_xdata()[0]) for mark in display.landings_]
    first = known.sizes[0]
    assert landed == [known.at[np.flatnonzero(first)[-1] + 1]]
    held = plots.StepsDisplay.from_explanation(replace(explanation, steps=known))
    np.testing.assert_array_equal(held.at, known.at)
    with pytest.raises(InputError, match="no zero to follow"):
        plots.StepsDisplay.from_explanation(replace(explanation, partner=None))
    data = experiments.optimisers(n_passes=40)
    drawn = plots.StepsDisplay.from_experiment(data, column=7)
    assert drawn.lines_[0].get_xdata()[0] == 1
    np.testing.assert_array_equal(drawn.sizes, np.abs(data.weights[:, :, 7]))


def test_zones_are_drawn_with_their_shares(explanation):
    data = experiments.zone_map(0.3, n_ticks=41)
    display = plots.ZoneDisplay.from_experiment(data)
    np.testing.assert_array_equal(display.image_.get_array().reshape(41, 41), data.l1_zones)
    words = [text.get_text() for text in display.legend_.get_texts()]
    for word, area in zip(words, data.l1_areas, strict=True):
        assert f"{area / 64:.1%}" in word
    assert "L2: 100%" in words[-1]
    own = plots.ZoneDisplay.from_explanation(explanation, features=["worst radius", "worst perimeter"], n_ticks=21)
    coefs = explanation.table.set_index("feature").coef_std[["worst radius", "worst perimeter"]]
    np.testing.assert_allclose(np.ravel(own.fit_.get_data()), coefs, rtol=1e-12)


def test_evidence_counts_zeros_and_tests_only_independent_data(explanation):
    data = experiments.bet(n_data_sets=6)
    display = plots.EvidenceDisplay.from_experiment(data)
    np.testing.assert_array_equal(display.points_[0].get_ydata(), data.l1_zeros)
    np.testing.assert_array_equal(display.points_[1].get_ydata(), data.l2_zeros)
    assert display.ax_.get_title(loc="left") == "sign test: p = 0.031"
    own = plots.EvidenceDisplay.from_explanation(explanation, n_resamples=2, seed=3)
    again = resample(explanation.solution, explanation.partner, 2, seed=3)
    assert [tuple(points.get_ydata()) for points in own.points_] == [again.own, again.partner]
    assert own.ax_.get_title(loc="left") == ""
    held = plots.EvidenceDisplay.from_explanation(replace(explanation, resamples=again))
    assert tuple(held.points_[0].get_ydata()) == again.own
    with pytest.raises(InputError, match="partner"):
        plots.EvidenceDisplay.from_explanation(replace(explanation, partner=None))


def drawn_data(figure):
    """All that the figure shows, as numbers and words."""
    found = []
    for ax in figure.axes:
        found.append([line.get_xydata().tolist() for line in ax.lines])
        found.append([patch.get_path().vertices.tolist() for patch in ax.patches])
        found.append([patch.get_extents().bounds for patch in ax.patches])
        found.append([text.get_text() for text in ax.findobj(mpl.text.Text)])
    return repr(found)


QUICK = {"StepsDisplay": {"n_steps": 150}, "EvidenceDisplay": {"n_resamples": 1}, "ZoneDisplay": {"n_ticks": 11}}


@pytest.mark.parametrize("display", DISPLAYS, ids=lambda display: display.__name__)
def test_from_estimator_is_from_explanation(display, model, frame, explanation):
    options = QUICK.get(display.__name__, {})
    one = display.from_estimator(model, *frame, **options)
    other = display.from_explanation(explanation, **options)
    assert isinstance(one, display)
    assert drawn_data(one.figure_) == drawn_data(other.figure_)
    assert one.ax_.figure is one.figure_


@pytest.mark.parametrize("display", DISPLAYS, ids=lambda display: display.__name__)
def test_an_axes_of_the_caller_is_drawn_on(display, explanation):
    figure, axes = plt.subplots(2, 2)
    found = display.from_explanation(explanation, ax=axes[0, 1], **QUICK.get(display.__name__, {}))
    assert found.ax_ is axes[0, 1]
    assert found.figure_ is figure
    assert len(figure.axes) == 4
    assert not axes[0, 0].has_data()
    figure.savefig(BytesIO(), format="png")
    before = drawn_data(figure)
    again, other = plt.subplots(2, 2)
    found.plot(ax=other[0, 1])
    again.savefig(BytesIO(), format="png")
    assert drawn_data(again) == before
    with pytest.raises(InputError, match="axes"):
        found.plot(ax=plt.subplots(1, 3)[1])


def test_two_axes_hold_the_fit_and_its_partner(explanation):
    figure, axes = plt.subplots(2, 1)
    display = plots.PathDisplay.from_explanation(explanation, ax=axes)
    assert display.axes_ == list(axes)
    assert len(figure.axes) == 2
    assert [ax.get_title(loc="left") for ax in axes] == ["L1", "L2"]


@pytest.mark.parametrize("l1_ratio", [0.5, 0.0])
def test_other_penalties_are_drawn(l1_ratio):
    X, y = load_diabetes(return_X_y=True)
    path = wz.fit_path(X, y, l1_ratio=l1_ratio, standardize=True, alphas=20)
    explained = wz.explain(path[10], path=path)
    for display in (plots.PullDisplay, plots.PathDisplay, plots.PullPathDisplay, plots.WaterfallDisplay):
        display.from_explanation(explained).figure_.savefig(BytesIO(), format="png")
    shown = plots.PullDisplay.from_explanation(explained)
    assert shown.ax_.get_title(loc="left").startswith("elastic net: toll" if l1_ratio else "L2: no toll")


def test_penalty_factors_and_dead_columns_are_drawn():
    X, y = load_diabetes(return_X_y=True)
    X = np.column_stack([X, np.ones(len(X))])
    factor = [0.0, np.inf, 2.0, *[1.0] * 8]
    explained = wz.explain(wz.fit(X, y, alpha=1.0, penalty_factor=factor, standardize=True), compare=None)
    display = plots.PullDisplay.from_explanation(explained)
    display.figure_.savefig(BytesIO(), format="png")
    assert len(display.axes_) == 1
    assert "differ" in display.ax_.get_title(loc="left")
    for feature in (0, 1, 10):
        plots.WaterfallDisplay.from_explanation(explained, feature=feature).figure_.savefig(BytesIO(), format="png")


def test_an_estimator_that_cannot_explain_is_refused():
    X, y = load_diabetes(return_X_y=True)
    with pytest.raises(InputTypeError, match="Lasso"):
        plots.PullDisplay.from_estimator(Lasso().fit(X, y), X, y)


def test_without_matplotlib_the_extra_is_named(explanation, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)
    with pytest.raises(ImportError, match=re.escape("pip install 'whyzero[plot]'")):
        plots.WaterfallDisplay.from_explanation(explanation)


def test_the_displays_are_imported_without_matplotlib():
    script = "import sys, whyzero; whyzero.plots.PullDisplay; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
