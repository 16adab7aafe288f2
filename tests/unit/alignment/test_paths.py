"""Paths of rows."""

from __future__ import annotations

import pytest

from cimrdf.alignment.paths import PathError, parse


def test_steps_go_to_elements_attributes_parents_and_the_object_itself() -> None:
    assert [step.name for step in parse("../Meter/Names/@ref").steps] == ["..", "Meter", "Names", "@ref"]
    assert [step.name for step in parse(".").steps] == ["."]


def test_a_variable_is_named_after_as() -> None:
    path = parse("ReadingType/@ref AS ?ref")
    assert (path.text, path.variable) == ("ReadingType/@ref", "ref")


def test_selections_are_by_position_value_variable_presence_and_absence() -> None:
    step = parse("Names[2][NameType/name='a b'][id=?id][status][not(NameType)]").steps[0]
    assert step.position == 2
    assert [(c.path.plain, c.value, c.variable, c.absent) for c in step.conditions] == [
        ("NameType/name", "a b", None, False),
        ("id", None, "id", False),
        ("status", None, None, False),
        ("NameType", None, None, True),
    ]


def test_a_path_may_start_at_a_document_element() -> None:
    assert [step.name for step in parse("/MeterReadings/ReadingType").steps] == ["MeterReadings", "ReadingType"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Names/", "ends with /"),
        ("Names[", "a selection is"),
        ("Names[name='x'", "a selection is"),
        ("a AS ref", "after AS comes a variable"),
        ("a b", "'b' is not expected here"),
        ("a//b", "a step cannot begin with '/'"),
        ("a!b", "cannot read '!b'"),
    ],
)
def test_a_path_that_cannot_be_read_says_where(text: str, says: str) -> None:
    with pytest.raises(PathError, match=says.replace("[", r"\[")) as error:
        parse(text)
    assert repr(text) in str(error.value)
