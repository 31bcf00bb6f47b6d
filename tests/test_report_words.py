"""Numbers, names and embedded text of the page, as laws over generated values."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from page_reader import number_in, unpacked_bytes
from whyzero.report.names import markup, plain_prose, prose, shorten, shorten_to_width, text_width, visible
from whyzero.report.number_format import aligned, apart, at_least, at_most, significant
from whyzero.report.policy import inline_source, packed_json


@given(st.floats(-1e300, 1e300), st.integers(2, 9))
def test_a_number_on_the_page_is_the_number_to_its_digits_and_only_zero_reads_as_zero(value, digits):
    text = significant(value, digits)
    assert (text == "0") == (value == 0)
    assert number_in(text) == pytest.approx(value, rel=0.51 * 10 ** (1 - digits))


@given(st.floats(-1e300, 1e300), st.integers(2, 9))
def test_bounds_are_rounded_outwards(value, digits):
    low, high = number_in(at_least(value, digits)), number_in(at_most(value, digits))
    assert low <= value <= high
    assert high - low <= 1.01 * 10 ** (1 - digits) * max(abs(low), abs(high))


@given(st.floats(1e-6, 1e6), st.floats(-1e-9, 1e-9))
def test_a_pull_that_differs_from_the_toll_reads_differently(toll, change):
    pull = toll * (1 + change)
    assert (apart(pull, toll) == apart(toll, pull)) == (pull == toll)


@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=1))
def test_decimal_points_of_a_column_line_up(values):
    cells = [cell for cell in aligned([significant(value) for value in values]) if "×" not in cell and cell != "–"]
    after = {len(cell) - len(re.match(r"−?\d*", cell)[0]) for cell in cells}
    assert len(after) <= 1


@given(st.text())
def test_nothing_invisible_is_left_in_a_name(name):
    shown = visible(name)
    assert shown and shown.encode("utf-8")
    assert all(character == " " or character.isprintable() for character in shown)
    assert shown.strip(" ") == shown


@given(st.text(min_size=1), st.floats(3, 20))
def test_a_shortened_name_fits(name, limit):
    assert text_width(shorten_to_width(name, limit)) <= limit + 1e-9


@pytest.mark.parametrize(
    "name",
    ["workclass=Self-emp-not-inc", "native-country=Outlying-US(Guam-USVI-etc)", "sex=Female", "marital-status=Widowed"],
)
@pytest.mark.parametrize("limit", [8, 16, 24])
def test_a_column_gives_way_before_its_level(name, limit):
    column, _, level = name.partition("=")
    cut, fitted = shorten(name, limit), shorten_to_width(name, 0.6 * limit)
    assert len(cut) <= limit and text_width(fitted) <= 0.6 * limit + 1e-9
    for text, fits in ((cut, len(level) + 2 <= limit), (fitted, text_width(f"…={level}") <= 0.6 * limit)):
        if text == name:
            continue
        head, _, tail = text.partition("=")
        assert head.endswith("…") and column.startswith(head.removesuffix("…").rstrip())
        assert (tail == level) == fits


def test_a_long_category_may_break_before_its_level_and_still_reads_the_same():
    assert markup("native-country=United-States") == "<bdi>native-country=<wbr>United-States</bdi>"
    assert markup("sex=Male") == "<bdi>sex=Male</bdi>"
    assert markup("a\x07 b=c and a level that is long").count("<wbr>") == 0


def test_a_formula_is_no_category():
    assert shorten("=SUM(A1:A9)+SUM(B1:B9)", 12) == "=SUM(A1…:B9)"
    assert shorten("x=1 and much more than that", 12) == "x=1 and…that"


@given(st.recursive(st.one_of(st.none(), st.integers(), st.text()), st.lists))
def test_packed_json_cannot_end_its_element_and_says_the_same(value):
    text = packed_json(value)
    assert not set(text) & set("&<>'\"\\ \n")
    assert json.loads(unpacked_bytes(text)) == value


@pytest.mark.parametrize("text", ["a</STYLE>b", "a</script >", "<!-- x", "a\r\n"])
def test_source_that_would_leave_its_element_is_refused(text):
    with pytest.raises(ValueError, match="style sheet or script"):
        inline_source(text)


def test_numbers_of_a_sentence_read_as_those_of_the_table_and_names_stay():
    said = "`x 1e-05` is 2.19e-06 (-1.5e+12 beside 0.02), not U2e5 or e-05."
    shown = "x 1e-05 is 2.19×10⁻⁶ (-1.5×10¹² beside 0.02), not U2e5 or e-05."
    assert plain_prose(said).replace("`", "") == shown
    assert re.sub("<[^>]*>", "", str(prose(said))) == shown
