"""The figures are the numbers: lengths, places and ticks in the SVG are read back and compared with the dict."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orthonormal_explanation import ALPHA, PARTNER_ALPHA, explanation
from page_reader import Node, read
from whyzero.report import render
from whyzero.report.edge_names import spread
from whyzero.report.scales import Linear, Log
from whyzero.report.svg import polyline, simplified

NAMES = [f"column {k}" for k in range(24)]
LEFT = 176.0  # where the style sheet lets the bars of pulls begin
UNIT = 0.02  # coordinates are written to a hundredth, lines to a tenth of a unit


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return explanation(NAMES)


@pytest.fixture(scope="module")
def page(data) -> Node:
    return read(render(data))


def figure(page: Node, key: str) -> Node:
    return next(svg for svg in page.all("svg") if svg.attributes.get("aria-labelledby", "").startswith(key))


def groups(svg: Node, class_: str) -> dict[int, Node]:
    return {int(g.attributes["data-i"]): g for g in svg.all("g", class_)}


def number(label: str) -> float:
    plain = label.replace("−", "-")
    mantissa, _, power = plain.partition("10") if plain.startswith("10") and len(plain) > 2 else (plain, "", "")
    raised = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return 10.0 ** int(raised) if power and not mantissa else float(plain)


def pull_scale(svg: Node) -> tuple[float, float]:
    """(place of 0, units for one unit of pull), from the first and the last tick."""
    ticks = sorted((number(t.text), t.number("x")) for t in svg.all("text", "tick"))
    (low, start), (high, stop) = ticks[0], ticks[-1]
    return start - low * (stop - start) / (high - low), (stop - start) / (high - low)


def vertices(d: str) -> list[tuple[float, float]]:
    """Points of a line that is written as one absolute move and then steps."""
    start, _, steps = d.removeprefix("M").partition("l")
    x, y = (float(text) for text in re.findall(r"-?[\d.]+", start))
    found = [(x, y)]
    numbers = [float(text) for text in re.findall(r"-?[\d.]+", steps)]
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        found.append((x, y))
    return found


@pytest.mark.parametrize(("key", "field"), [("pull-fit", "pull"), ("pull-partner", "partner_pull")])
def test_every_bar_is_as_long_as_its_pull(page, data, key, field):
    svg = figure(page, key)
    origin, unit = pull_scale(svg)
    assert origin == pytest.approx(LEFT, abs=UNIT) and f"rect.pull{{x:{LEFT:g}px;" in page.all("style")[0].text
    rows = groups(svg, "row")
    assert set(rows) == set(range(24))
    for j, row in rows.items():
        bar = row.all("rect", "pull")[0]
        assert bar.number("width") == pytest.approx(unit * data["features"][j][field], abs=UNIT)


def test_the_toll_line_stands_at_the_toll_and_for_l2_at_zero(page):
    for key, toll in (("pull-fit", ALPHA), ("pull-partner", 0.0)):
        svg = figure(page, key)
        origin, unit = pull_scale(svg)
        (line,) = svg.all("line", "toll")
        (zone,) = svg.all("rect", "zone")
        assert line.number("x1") == line.number("x2") == pytest.approx(origin + unit * toll, abs=UNIT)
        assert zone.number("width") == pytest.approx(unit * toll, abs=UNIT)


def test_a_bar_ends_left_of_the_toll_line_exactly_when_the_weight_is_zero(page, data):
    svg = figure(page, "pull-fit")
    toll = svg.all("line", "toll")[0].number("x1")
    for j, row in groups(svg, "row").items():
        bar = row.all("rect", "pull")[0]
        assert (LEFT + bar.number("width") <= toll) == (data["features"][j]["coef"] == 0)
        assert (row.all("text", "weight")[0].text == "0") == (data["features"][j]["coef"] == 0)


def test_the_whisker_ends_at_the_proved_bound_and_the_outline_at_the_pull_alone(page, data):
    svg = figure(page, "pull-fit")
    origin, unit = pull_scale(svg)
    for j, row in groups(svg, "row").items():
        feature = data["features"][j]
        if feature["coef"] == 0:
            end = float(re.findall(r"H([\d.]+)", row.all("path", "whisker")[0].attributes["d"])[0])
            assert end == pytest.approx(origin + unit * feature["pull_bound"], abs=UNIT)
        else:
            assert not row.all("path", "whisker")
        outline = row.all("path", "outline")[0].attributes["d"]
        end = float(re.findall(r"H([\d.]+)", outline)[0])
        assert end == pytest.approx(origin + unit * feature["null_pull"], abs=UNIT)


def test_rows_stand_in_the_same_order_in_both_panels_and_never_overlap(page):
    places = []
    for key in ("pull-fit", "pull-partner"):
        rows = groups(figure(page, key), "row")
        ys = {j: row.all("rect", "hit")[0].number("y") for j, row in rows.items()}
        places.append(sorted(ys, key=ys.__getitem__))
        ordered = sorted(ys.values())
        assert min(b - a for a, b in itertools.pairwise(ordered)) >= 19 - UNIT
    assert places[0] == places[1]


def test_bars_far_beyond_the_toll_are_cut_marked_and_numbered():
    data = explanation(NAMES)
    for j in (0, 1):
        data["features"][j].update(pull=40.0 + j, ratio=(40.0 + j) / ALPHA, coef=39.5 + j, partner_pull=40.0 + j)
    svg = figure(read(render(data)), "pull-fit")
    rows = groups(svg, "row")
    for j in (0, 1):
        assert rows[j].all("path", "cut") and not rows[j].all("rect", "pull")
        assert float(rows[j].all("text", "inside")[0].text) == 40.0 + j
    assert svg.all("line", "toll")[0].number("x1") > pull_scale(svg)[0] + 50


def test_different_tolls_get_a_stroke_each():
    data = explanation(NAMES[:3])
    for j, toll in enumerate((0.2, 0.4, None)):
        data["features"][j].update(toll=toll, ratio=None if toll is None else data["features"][j]["pull"] / toll)
    svg = figure(read(render(data)), "pull-fit")
    origin, unit = pull_scale(svg)
    found = sorted(line.number("x1") for line in svg.all("line", "toll"))
    assert found == pytest.approx([origin + unit * 0.2, origin + unit * 0.4], abs=UNIT)


def test_left_out_rows_are_counted_and_the_turn_of_the_verdict_stays_in_view():
    data = explanation([f"c{k}" for k in range(300)], n_alphas=5)
    svg = figure(read(render(data)), "pull-fit")
    rows = groups(svg, "row")
    left_out = sum(int(n) for n in re.findall(r"(\d+) more", " ".join(t.text for t in svg.all("text", "remark"))))
    assert len(rows) == 40 and len(rows) + left_out == 300
    ratios = {j: feature["ratio"] for j, feature in enumerate(data["features"])}
    assert {
        min((j for j in ratios if ratios[j] > 1), key=ratios.get),
        max((j for j in ratios if ratios[j] <= 1), key=ratios.get),
    } <= set(rows)


@pytest.mark.parametrize(
    ("key", "field", "chosen"), [("path-fit", "path", ALPHA), ("path-partner", "partner_path", PARTNER_ALPHA)]
)
def test_path_vertices_are_grid_points_and_exact_zeros_have_no_line(page, data, key, field, chosen):
    svg, path = figure(page, key), data[field]
    x, y = path_scales(svg)
    lines = groups(svg, "line")
    drawn = max(px for g in lines.values() for p in g.all("path") for px, _ in vertices(p.attributes["d"]))
    for place, j in enumerate(path["index"]):
        weights = [row[place] for row in path["coefs_std"]]
        points = {round(x(a), 0): (x(a), y(w)) for a, w in zip(path["alphas"], weights, strict=True)}
        if j not in lines:
            assert all(w == 0 for a, w in zip(path["alphas"], weights, strict=True) if x(a) <= drawn + 1)
            continue
        for run in lines[j].all("path"):
            for px, py in vertices(run.attributes["d"]):
                near = min(points.values(), key=lambda point: abs(point[0] - px))
                assert near == pytest.approx((px, py), abs=0.3)
        first = next(k for k, w in enumerate(weights) if w != 0)
        start = min(px for p in lines[j].all("path") for px, _ in vertices(p.attributes["d"]))
        assert start == pytest.approx(x(path["alphas"][max(0, first - 1)]), abs=0.3)
    assert svg.all("line", "choice")[0].number("x1") == pytest.approx(x(chosen), abs=0.3)


def path_scales(svg: Node):
    """Scales read from the tick labels of a path figure or of the cross-validation curve."""
    ticks = svg.all("text", "tick")
    base = max(t.number("y") for t in ticks)
    alphas = sorted((number(t.text), t.number("x")) for t in ticks if t.number("y") == base)
    heights = sorted((number(t.text), t.number("y") - 4) for t in ticks if t.attributes["text-anchor"] == "end")
    (a, xa), (b, xb), (c, yc), (d, yd) = alphas[0], alphas[-1], heights[0], heights[-1]
    return (
        lambda alpha: xa + math.log(alpha / a) / math.log(b / a) * (xb - xa),
        lambda value: yc + (value - c) / (d - c) * (yd - yc),
    )


def test_names_at_the_edge_do_not_overlap_and_stay_in_the_figure(page):
    for key in ("path-fit", "path-partner"):
        svg = figure(page, key)
        heights = sorted(g.all("text")[0].number("y") for g in groups(svg, "label").values())
        assert len(heights) >= 10
        assert min(b - a for a, b in itertools.pairwise(heights)) >= 13 - UNIT
        assert heights[0] > 30 and heights[-1] < float(svg.attributes["viewbox"].split()[3])


def test_the_curve_shows_mean_and_standard_error_and_both_choices(page, data):
    svg, cv = figure(page, "cv"), data["cv"]
    x, y = path_scales(svg)
    dots = re.findall(r"M([\d.]+),([\d.]+)h0", svg.all("path", "dots")[0].attributes["d"])
    bars = re.findall(r"M[\d.]+,([\d.]+)V([\d.]+)", svg.all("path", "error")[0].attributes["d"])
    assert len(dots) == len(bars) == len(cv["alphas"])
    for dot, bar, alpha, mean, se in zip(dots, bars, cv["alphas"], cv["mean"], cv["se"], strict=True):
        assert tuple(map(float, dot)) == pytest.approx((x(alpha), y(mean)), abs=0.3)
        assert tuple(map(float, bar)) == pytest.approx((y(mean - se), y(mean + se)), abs=0.3)
    places = sorted(line.number("x1") for line in svg.all("line", "choice"))
    wanted = sorted(x(cv["alphas"][cv[key]]) for key in ("index_min", "index_1se"))
    assert places == pytest.approx(wanted, abs=0.3)
    words = " ".join(t.text for t in svg.all("text", "choice-label"))
    assert "smallest" in words and "within 1 SE" in words


def test_figures_have_a_title_and_a_description(page):
    for svg in page.all("svg", "figure"):
        title, description = (svg.by_id(key) for key in svg.attributes["aria-labelledby"].split())
        assert svg.attributes["role"] == "img" and title.text and description.text


@given(st.lists(st.floats(0, 200), max_size=12).map(sorted))
def test_spread_keeps_the_order_the_distance_and_the_frame(wanted):
    places = spread(wanted, 0.0, 200.0, 13.0)
    assert len(places) == len(wanted)
    assert all(b - a >= 13.0 - 1e-9 for a, b in itertools.pairwise(places))
    assert all(-1e-9 <= place <= 200.0 + 1e-9 for place in places)


@given(st.lists(st.floats(20, 180), min_size=2, max_size=4).map(sorted))
def test_places_that_are_far_enough_apart_stay(wanted):
    if all(b - a >= 13.0 for a, b in itertools.pairwise(wanted)):
        assert spread(wanted, 0.0, 200.0, 13.0) == pytest.approx(wanted)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_linear_ticks_are_round_inside_and_placed_where_they_say(low, span):
    scale = Linear(low, low + span, 300.0, 20.0)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 12
    for value, _ in ticks:
        assert low - 1e-6 * span <= value <= low + span * (1 + 1e-6)
        assert 20 - 1e-3 <= scale(value) <= 300 + 1e-3
    assert len({label for _, label in ticks}) == len(ticks) or span < 1e-5 * abs(low)


@given(st.floats(1e-12, 1e6), st.floats(1.2, 1e8))
def test_log_ticks_lie_inside_and_have_different_labels(low, ratio):
    ticks = Log(low * ratio, low, 0.0, 300.0).ticks()
    assert 1 <= len(ticks) <= 7
    assert all(low * (1 - 1e-6) <= value <= low * ratio * (1 + 1e-6) for value, _ in ticks)
    assert len({label for _, label in ticks}) == len(ticks)


def test_an_axis_that_points_up_has_a_tick_at_every_power_of_ten_whatever_its_width():
    assert [label for _, label in Log(2e-5, 15.0, 248.0, 34.0).ticks()] == ["0.0001", "0.001", "0.01", "0.1", "1", "10"]


def test_labels_of_a_short_log_axis_do_not_touch():
    scale = Log(6e5, 1.4e5, 70.0, 324.0)
    places = [(scale(value), len(label)) for value, label in scale.ticks()]
    assert len(places) >= 2
    for (left, before), (right, after) in itertools.pairwise(places):
        assert abs(right - left) >= 3.5 * (before + after)


def test_labels_above_one_another_need_height_not_width():
    ticks = Log(2e-5, 1.0, 300.0, 100.0).ticks()  # 1, 0.1, ..., 0.0001 about 43 units apart
    assert [label for _, label in ticks] == ["0.0001", "0.001", "0.01", "0.1", "1"]


coordinates = st.lists(st.tuples(st.floats(0, 500), st.floats(0, 500)), min_size=1, max_size=30)


@given(coordinates)
def test_steps_of_a_line_do_not_add_up_their_rounding(points):
    xs, ys = zip(*points, strict=True)
    for (px, py), (x, y) in zip(vertices(polyline(xs, ys)), points, strict=True):
        assert (px, py) == pytest.approx((x, y), abs=0.0501)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=40))
def test_a_simplified_line_stays_near_every_point_it_drops(ys):
    xs = [float(k) for k in range(len(ys))]
    kept = simplified(xs, ys, 0.5)
    assert kept[0] == 0 and kept[-1] == len(ys) - 1
    for a, b in itertools.pairwise(kept):
        length = math.hypot(b - a, ys[b] - ys[a])
        for k in range(a + 1, b):
            assert abs((b - a) * (ys[k] - ys[a]) - (ys[b] - ys[a]) * (k - a)) / length <= 0.5 + 1e-9


def test_slopes_climb_to_the_diagonal_of_the_toll_and_stay_at_it(page, data):
    svg = figure(page, "pull-path-fit")
    first, last, start, stop = map(float, svg.attributes["data-alphas"].split()[:4])
    toll = svg.all("line", "toll")[0]
    ends = [(toll.number("x1"), toll.number("y1")), (toll.number("x2"), toll.number("y2"))]
    slope = (ends[1][1] - ends[0][1]) / (ends[1][0] - ends[0][0])
    assert ends[0][0] == pytest.approx(start, abs=UNIT) and ends[1][0] == pytest.approx(stop, abs=UNIT)
    for j, line in groups(svg, "line").items():
        z = abs(data["features"][j]["pull"])
        runs = re.findall(r"M[^M]*", line.all("path")[0].attributes["d"])
        for x, y in (point for run in runs for point in vertices(run)):
            alpha = first * (last / first) ** ((x - start) / (stop - start))
            on_the_line = ends[0][1] + slope * (x - ends[0][0])
            assert y >= on_the_line - 0.4  # y grows downwards: never above the toll
            if z > alpha * 1.05:
                assert y == pytest.approx(on_the_line, abs=0.5)
            elif z < alpha * 0.95:
                assert y > on_the_line + 0.4


def test_strokes_mark_where_weights_enter(page, data):
    svg = figure(page, "path-fit")
    x, _ = path_scales(svg)
    found = {float(place) for place in re.findall(r"M([\d.]+) ", svg.all("path", "enter")[0].attributes["d"])}
    alphas = data["path"]["alphas"]
    for j in groups(svg, "line"):
        entry = next(alpha for alpha in alphas if data["features"][j]["pull"] > alpha)
        assert min(abs(x(entry) - place) for place in found) < 0.3
    assert not svg.all("path", "leave")


def test_the_atom_is_as_high_as_the_share_of_zeros(page, data):
    svg = figure(page, "atom")
    top, base = map(float, svg.attributes["data-axes"].split()[4:])
    share = sum(f["coef"] == 0 for f in data["features"]) / 24
    heights = {
        "beside" in path.attributes["class"]: float(re.match(r"M[\d.]+ ([\d.]+)", path.attributes["d"])[1])
        for path in svg.all("path", "share")
    }
    assert heights[False] == pytest.approx(base + share * (top - base), abs=0.06)
    assert heights[True] == pytest.approx(base, abs=0.06)
    assert "% exactly zero" in svg.all("text", "atom-note")[0].text


def test_dots_count_zeros_and_a_weight_that_is_set_to_zero_falls_to_the_axis(page, data):
    svg = figure(page, "evidence")
    ticks = sorted((number(t.text), t.number("x")) for t in svg.all("text", "tick"))
    unit = (ticks[-1][1] - ticks[0][1]) / (ticks[-1][0] - ticks[0][0])
    dots = svg.all("circle", "draw")
    own = [dot for dot in dots if "beside" not in dot.attributes["class"]]
    assert len(own) == 20 and len(dots) == 40
    for dot in own:
        assert dot.number("cx") == pytest.approx(ticks[0][1] + unit * data["resamples"]["own"][0], abs=UNIT)
    steps = figure(page, "steps")
    lines = [vertices(steps.all("path", f"walk-{k}")[0].attributes["d"]) for k in range(4)]
    assert lines[0][-1][1] == 248.0 and len(lines[0]) == 3
    assert all(line[-1][1] < 240 and line[-1][0] == 282.0 for line in lines[1:])
    marks = {t.text: t.number("x") for t in steps.all("text", "choice-label")}
    ticks = {
        number(t.text): t.number("x") for t in steps.all("text", "tick") if t.attributes["text-anchor"] == "middle"
    }
    (low, start), *_, (high, stop) = sorted(ticks.items())
    place = {k: start + math.log(k / low) / math.log(high / low) * (stop - start) for k in (3, 6)}
    assert marks == {"predicted 3": pytest.approx(place[3], abs=UNIT), "bound 6": pytest.approx(place[6], abs=UNIT)}


@pytest.mark.parametrize(
    ("loss", "rows", "bound", "said"),
    [
        ("squared", 50, 700, "bound to be found by step 700, beyond the axis"),
        ("squared", 50, None, "columns depend on one another"),
        ("squared", 24, None, "no fewer columns than rows"),
        ("logistic", 50, None, "logistic loss becomes ever flatter"),
    ],
)
def test_a_bound_that_is_not_in_the_figure_is_told_beside_it(loss, rows, bound, said):
    known = explanation(NAMES)
    known["problem"] |= {"loss": loss, "n_rows": rows}
    known["steps"] |= {"bound": bound, "predicted": None}
    shown = read(render(known))
    assert not figure(shown, "steps").all("text", "choice-label")
    text = shown.all("main")[0].text
    assert said in text and "as hard as its toll, so no step is predicted" in text
