"""Differences between documents, and their application."""

from __future__ import annotations

import pytest
from lxml import etree

from cimrdf.engine.difference import apply, difference
from cimrdf.schema.catalogue import load_catalogue

NAMESPACE = "http://iec.ch/TC57/2011/MeterReadings#"


def document(content: str) -> etree._Element:
    return etree.fromstring(f'<MeterReadings xmlns="{NAMESPACE}">{content}</MeterReadings>')


def canonical(element: etree._Element) -> bytes:
    return bytes(etree.tostring(element, method="c14n"))


READING = (
    "<MeterReading><Readings><value>1</value><ReadingType ref='a'/></Readings>"
    "<Readings><value>2</value><ReadingType ref='b'/></Readings></MeterReading>"
)


@pytest.mark.parametrize(
    ("wanted", "other"),
    [
        (READING, READING),
        (READING, "<MeterReading/>"),
        (READING, ""),
        ("", READING),
        (READING, READING.replace("<value>1</value>", "")),
        (READING, READING.replace("ref='b'", "")),
        (READING.replace("ref='b'", ""), READING),
        (READING, READING.replace("<value>2</value>", "<value/>")),
        (
            "<MeterReading><Meter><Names><name>a</name></Names><Names><name>b</name></Names></Meter></MeterReading>",
            "<MeterReading><Meter><Names><name>b</name></Names></Meter></MeterReading>",
        ),
        (READING + READING.replace("1", "3"), READING.replace("1", "3") + READING),
        ("<MeterReading><Meter><mRID/></Meter></MeterReading>", "<MeterReading/>"),
    ],
)
def test_applying_the_difference_gives_the_wanted_document(wanted: str, other: str) -> None:
    catalogue = load_catalogue()
    target, source = document(wanted), document(other)
    edits = difference(target, source, {}, catalogue)
    apply(source, [(None, edit) for edit in edits], catalogue)
    assert canonical(source) == canonical(target)


def test_no_difference_needs_no_edit() -> None:
    assert difference(document(READING), document(READING), {}, load_catalogue()) == []


def test_a_missing_value_needs_one_edit_in_plain_words() -> None:
    edits = difference(document(READING), document(READING.replace("<value>2</value>", "")), {}, load_catalogue())
    assert [(edit.kind, edit.path, edit.value) for edit in edits] == [("value", "/MeterReadings[1]/MeterReading[1]/Readings[2]/value[1]", "2")]


def test_paired_elements_are_recognised_in_another_order() -> None:
    wanted, other = document(READING), document(READING)
    first, second = wanted[0]
    mirrored = {first: other[0][1], second: other[0][0]}
    catalogue = load_catalogue()
    edits = difference(wanted, other, mirrored, catalogue)
    apply(other, [(None, edit) for edit in edits], catalogue)
    assert canonical(other) == canonical(wanted)
