"""What a reader of a Display sees: hostile names as they are, and no label over another or beyond the edge."""

from __future__ import annotations

from io import BytesIO, StringIO
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes

import whyzero as wz
from hostile_names import HOSTILE
from whyzero import plots
from whyzero.report.names import shorten_to_width

pytestmark = pytest.mark.usefixtures("no_window")

QUICK = {"StepsDisplay": {"n_steps": 150}, "EvidenceDisplay": {"n_resamples": 2}}
DISPLAYS = [getattr(plots, name) for name in plots.__all__]
NAMED = [plots.PullDisplay, plots.PathDisplay, plots.PullPathDisplay, plots.WaterfallDisplay, plots.ZoneDisplay]


def explained(names, loss="squared"):
    rng = np.random.default_rng(len(names))
    X = rng.standard_normal((60, len(names)))
    y = X[:, :6] @ [1.0, -2.0, 3.0, 1.0, -1.0, 2.0] + rng.standard_normal(60)
    path = wz.fit_path(X, y, feature_names=names, alphas=20)
    return wz.explain(path[6], path=path)


@pytest.fixture(scope="module")
def hostile():
    return explained(HOSTILE)


def words(figure):
    return [text for text in figure.findobj(mpl.text.Text) if text.get_text()]


@pytest.mark.parametrize("display", DISPLAYS, ids=lambda display: display.__name__)
def test_hostile_names_are_text(display, hostile):
    figure = display.from_explanation(hostile, **QUICK.get(display.__name__, {})).figure_
    known = {shorten_to_width(name, width) for name in HOSTILE for width in (14.0, 20.0, 30.0)}
    named = [text for text in words(figure) if any(name in text.get_text() for name in known if len(name) > 3)]
    assert named or display not in NAMED
    assert [text.get_text() for text in named if text.get_parse_math()] == []
    figure.savefig(BytesIO(), format="png")


@pytest.mark.parametrize("display", [plots.PullDisplay, plots.WaterfallDisplay, plots.ZoneDisplay])
def test_names_are_no_tex_where_the_rest_is(display, hostile):
    with mpl.rc_context({"text.usetex": True}):
        figure = display.from_explanation(hostile).figure_
    known = {word for name in HOSTILE if len(word := shorten_to_width(name, 20.0)) > 3}
    named = [text for text in words(figure) if any(name in text.get_text() for name in known)]
    assert named
    assert [text.get_text() for text in named if text.get_usetex()] == []


def test_every_hostile_name_stands_in_the_file_as_it_is(hostile):
    display = plots.PullDisplay.from_explanation(hostile)
    text = StringIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        display.figure_.savefig(text, format="svg")
    root = ElementTree.fromstring(text.getvalue())
    shown = [" ".join("".join(node.itertext()).split()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    for name in HOSTILE:
        assert " ".join(shorten_to_width(name, 20.0).split()) in shown, name
    assert any("$x^2$" in words for words in shown)
    assert [node for node in root.iter() if node.tag.endswith("script")] == []


@pytest.mark.parametrize("fonts", [("No Such Font",), ("No Such Font", "STIXGeneral")], ids=["none", "one"])
def test_letters_that_the_font_lacks_come_from_another_that_is_installed(fonts, monkeypatch, recwarn, caplog):
    monkeypatch.setattr("whyzero.plots.labels._WIDE_FONTS", fonts)
    strange = "\u1d8e\u1d84"  # DejaVu Sans lacks them, STIX has them
    display = plots.PullDisplay.from_explanation(explained([f"{strange}{k}" for k in range(8)]))
    display.figure_.savefig(BytesIO(), format="png")
    missing = [str(warning.message) for warning in recwarn if "missing from" in str(warning.message)]
    assert bool(missing) == (len(fonts) == 1)
    assert "No Such Font" not in caplog.text


@pytest.mark.parametrize("name", ["$x$", "$\\frac{1}{0$", "a_b^c", "100 %", "\\alpha"])
def test_signs_of_mathematics_stay_signs(name):
    explanation = explained([name, *(f"x{k}" for k in range(7))])
    drawn = plots.WaterfallDisplay.from_explanation(explanation, feature=0)
    drawn.figure_.savefig(BytesIO(), format="png")
    assert name in drawn.ax_.get_title(loc="left")
    zones = plots.ZoneDisplay.from_explanation(explanation, features=[name, "x1"], n_ticks=11)
    zones.figure_.savefig(BytesIO(), format="png")
    assert name in zones.ax_.get_xlabel()


def cancer():
    bunch = load_breast_cancer()
    path = wz.fit_path(
        bunch.data, bunch.target, loss="logistic", standardize=True, alphas=30, feature_names=bunch.feature_names
    )
    return wz.explain(path[14], path=path)


def diabetes():
    bunch = load_diabetes()
    path = wz.fit_path(bunch.data, bunch.target, standardize=True, alphas=30, feature_names=bunch.feature_names)
    return wz.explain(path[9], path=path)


def hundred():
    return explained([f"a rather long name of column number {k}" for k in range(100)])


@pytest.fixture(scope="module", params=[cancer, diabetes, hundred], ids=lambda case: case.__name__)
def case(request):
    return request.param()


@pytest.mark.parametrize("display", DISPLAYS, ids=lambda display: display.__name__)
def test_no_label_hides_another_or_leaves_the_figure(display, case):
    figure = display.from_explanation(case, **QUICK.get(display.__name__, {})).figure_
    figure.savefig(BytesIO(), format="png")
    edge = figure.bbox
    shown = [(text.get_text(), mpl.text.Text.get_window_extent(text)) for text in words(figure) if text.get_visible()]
    boxes = [(word, box) for word, box in shown if box.width > 0 and drawn(word, box, figure)]
    beyond = [word for word, box in boxes if box.x0 < -1 or box.y0 < -1 or box.x1 > edge.x1 + 1 or box.y1 > edge.y1 + 1]
    assert beyond == []
    hidden = [(a, b) for k, (a, one) in enumerate(boxes) for b, two in boxes[:k] if overlap(one, two) > 1.5]
    assert hidden == []


def drawn(word, box, figure):
    """Tick labels beyond the limits of their axis exist, but are not drawn."""
    for ax in figure.axes:
        ends = list(zip(ax.get_xlim(), ax.get_ylim(), strict=True))
        for k, axis in enumerate((ax.xaxis, ax.yaxis)):
            low, high = sorted(ax.transData.transform(ends)[:, k])
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                for label in (tick.label1, tick.label2):
                    if label.get_text() == word and np.array_equal(label.get_window_extent().bounds, box.bounds):
                        place = ax.transData.transform((tick.get_loc(), tick.get_loc()))[k]
                        return label.get_visible() and low - 0.5 <= place <= high + 0.5
    return True


def overlap(one, two):
    """By how many pixels two boxes overlap, in the direction in which it is less."""
    wide = min(one.x1, two.x1) - max(one.x0, two.x0)
    high = min(one.y1, two.y1) - max(one.y0, two.y0)
    return min(wide, high)
