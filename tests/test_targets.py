"""The column to be predicted: which loss it asks for, which value counts as 1, and what cannot be a target."""

from __future__ import annotations

import pytest

from whyzero.encoding import choose_target, target_values
from whyzero.errors import InputError
from whyzero.tables import ReadOptions, Table, read_table


def table_of(folder, cells: list[str], name: str = "t.csv") -> Table:
    (folder / name).write_text("y,x\n" + "".join(f"{cell},k{i}\n" for i, cell in enumerate(cells)))
    return read_table(folder / name, options=ReadOptions(delimiter=",", header=True))


@pytest.mark.parametrize(
    ("cells", "loss", "classes", "numbers"),
    [
        (["<=50K", ">50K", "<=50K"], "logistic", ("<=50K", ">50K"), [0, 1, 0]),
        (["yes", "no", "yes"], "logistic", ("no", "yes"), [1, 0, 1]),
        (["1", "2", "1"], "logistic", (1, 2), [0, 1, 0]),
        (["-1", "1", "1"], "logistic", (-1, 1), [0, 1, 1]),
        (["0.5", "1.5", "0.5"], "logistic", (0.5, 1.5), [0, 1, 0]),
        (["true", "false", "true"], "logistic", (False, True), [1, 0, 1]),
        (["1", "2", "3"], "squared", None, [1, 2, 3]),
        (["1.5", "-2", "1e3"], "squared", None, [1.5, -2, 1000]),
    ],
)
def test_two_values_ask_for_the_logistic_loss_and_numbers_for_the_squared(tmp_path, cells, loss, classes, numbers):
    table = table_of(tmp_path, cells)
    target = choose_target(table, "y")
    y, kept, notes = target_values(table, target)
    assert (target.loss, target.classes) == (loss, classes)
    assert [type(label) for label in target.classes or ()] == [type(label) for label in classes or ()]
    assert y.tolist() == numbers
    assert kept.all()
    assert notes == ()


def test_the_reason_is_a_sentence_with_the_numbers(tmp_path):
    two = choose_target(table_of(tmp_path, ["no", "yes", "no", "no"]), "y").reason
    few = choose_target(table_of(tmp_path, ["1", "2", "3"]), "y").reason
    assert two == (
        "the target 'y' has 2 different values, 'no' and 'yes', so the logistic loss is used, for the probability "
        "of 'yes' (25.0 % of the rows)"
    )
    assert few.startswith("the target 'y' has 3 different numbers, so the squared loss is used; if they are names")


def test_the_loss_and_the_positive_class_can_be_overruled(tmp_path):
    numbers = table_of(tmp_path, ["0", "1", "1"])
    squared = choose_target(numbers, "y", loss="squared")
    assert (squared.loss, squared.classes) == ("squared", None)
    assert target_values(numbers, squared)[0].tolist() == [0.0, 1.0, 1.0]
    texts = table_of(tmp_path, ["good", "bad", "good"])
    flipped = choose_target(texts, "y", positive="bad")
    assert flipped.classes == ("good", "bad")
    assert target_values(texts, flipped)[0].tolist() == [0.0, 1.0, 0.0]
    assert choose_target(numbers, "y", positive="0").classes == (1, 0)


def test_rows_without_a_target_are_left_out_aloud(tmp_path):
    table = table_of(tmp_path, ["1", "NA", "3", "5", ""])
    y, kept, notes = target_values(table, choose_target(table, "y"))
    assert y.tolist() == [1.0, 3.0, 5.0]
    assert kept.tolist() == [True, False, True, True, False]
    assert [note.text for note in notes] == ["2 of 5 rows have no value of the target 'y' and are left out"]


@pytest.mark.parametrize(
    ("cells", "options", "message"),
    [
        (["a", "b", "c", "c"], {}, r"has 3 different values \('c' in 2 rows, 'a' in 1 row, .*IN \('a', 'b'\)"),
        (["it's", "b", "c"], {}, r"IN \('b', 'c'\)"),
        (["a", "a"], {}, "has only the value 'a'; there is nothing to predict"),
        (["7", "7"], {}, "has only the value 7"),
        (["", "NA"], {}, "has no value at all"),
        (["1", "2", "3"], {"loss": "logistic"}, "has 3 different values"),
        (["a", "b"], {"loss": "squared"}, "loss='squared' needs a target of numbers"),
        (["a", "b"], {"loss": "hinge"}, "loss='hinge' is not known; choose one of 'squared', 'logistic', 'poisson'"),
        (["a", "b"], {"positive": "c"}, "positive='c' is not a value of the target; choose one of 'a', 'b'"),
        (["1", "2", "3"], {"positive": "3"}, "positive='3' is only for a target with two classes"),
        (["2020-01-01", "2020-01-02"], {}, "is a date column"),
    ],
)
def test_what_cannot_be_predicted_is_refused_with_what_to_do(tmp_path, cells, options, message):
    with pytest.raises(InputError, match=message):
        choose_target(table_of(tmp_path, cells), "y", **options)


def test_infinite_targets_are_named_by_row(tmp_path):
    table = table_of(tmp_path, ["1", "2", "1e400"])
    with pytest.raises(InputError, match=r"the target 'y' is infinite .* in row 3"):
        target_values(table, choose_target(table, "y"))


def test_the_target_is_found_by_name_number_or_as_the_label(tmp_path):
    table = table_of(tmp_path, ["1", "2"])
    with pytest.raises(InputError, match="target=None: say which column is to be predicted; there are 'y', 'x'"):
        choose_target(table)
    with pytest.raises(InputError, match="no column 'Y '; did you mean 'y'"):
        choose_target(table, "Y ")
    (tmp_path / "n.csv").write_text("1.5,2\n2.5,3\n3.5,5\n")
    assert choose_target(read_table(tmp_path / "n.csv"), "1").name == "column1"
    (tmp_path / "t.svm").write_text("1 1:1\n-1 2:1\n")
    assert choose_target(read_table(tmp_path / "t.svm")).classes == (-1, 1)


def test_classes_of_a_model_are_kept_on_other_rows(tmp_path):
    target = choose_target(table_of(tmp_path, ["no", "yes"]), "y")
    assert target_values(table_of(tmp_path, ["no", "no"]), target)[0].tolist() == [0.0, 0.0]
    assert target_values(table_of(tmp_path, ["yes"]), target)[0].tolist() == [1.0]
    with pytest.raises(InputError, match="the target 'y' is 'maybe' in row 2, and the classes are 'no' and 'yes'"):
        target_values(table_of(tmp_path, ["no", "maybe"]), target)
    with pytest.raises(InputError, match="the target 'y' is 3 in row 1"):
        target_values(table_of(tmp_path, ["3"]), target)
    with pytest.raises(InputError, match="has no value in any row"):
        target_values(table_of(tmp_path, ["NA"]), target)
