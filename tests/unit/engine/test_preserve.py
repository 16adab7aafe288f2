"""What is kept for the way back, and where."""

from __future__ import annotations

import pytest

import cimrdf
from cimrdf.engine.difference import ABSENT, CHILDREN, VALUE, Edit
from cimrdf.engine.preserve import name_of, read_name, read_sidecar, write_sidecar

EDITS = [
    Edit(VALUE, "/A[1]/b[2]/@c", "x"),
    Edit(VALUE, "reason[1]", ""),
    Edit(ABSENT, "Names[2]/@d"),
    Edit(CHILDREN, "Meter[1]/Names[3]", "name[1] +NameType"),
    Edit(CHILDREN, "/", "ResponseMessage"),
]


@pytest.mark.parametrize("edit", EDITS)
def test_a_name_says_the_edit(edit: Edit) -> None:
    back = read_name(name_of(edit, "cim-2013"), edit.value, "cim-2013")
    assert back == Edit(edit.kind, edit.path.replace("[1]", ""), edit.value)


def test_names_of_others_are_left_alone() -> None:
    assert read_name("multispeak-4.1:comments", "x", "cim-2013") is None
    assert read_name("vendor field", "x", "cim-2013") is None


def test_a_kept_block_that_declares_entities_is_left_alone() -> None:
    assert read_name("cim-2013:xml(Header/x)", "<x/>", "cim-2013") is not None
    assert read_name("cim-2013:xml(Header/x)", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "cim-2013") is None


def test_a_sidecar_keeps_order_and_values() -> None:
    back = read_sidecar(write_sidecar(EDITS, "cim-2013").encode(), "cim-2013")
    assert [(edit.kind, edit.value) for edit in back] == [(edit.kind, edit.value) for edit in EDITS]


PAYLOAD = """<MeterReadings xmlns="http://iec.ch/TC57/2011/MeterReadings#"><MeterReading>
<isCoincidentTrigger>true</isCoincidentTrigger><Meter><mRID>m</mRID></Meter>
<Readings><reason>billing</reason><value>1</value><ReadingType ref="String"/></Readings></MeterReading></MeterReadings>"""


def test_values_are_kept_at_their_object_in_plain_words() -> None:
    xml = cimrdf.translate(PAYLOAD.encode(), to="multispeak-4.1", preserve=True).xml.decode()
    assert "<extName>cim-2013:reason</extName>" in xml
    assert "<extValue>billing</extValue>" in xml


def test_without_an_envelope_the_sidecar_takes_what_has_no_place() -> None:
    message = """<ReadingChangedNotification xmlns="http://www.multispeak.org/Version_4.1_Release"><changedMeterReads>
    <meterReading objectID="r1"><meterID objectID="m"/><readingValues><readingValue><value>1</value></readingValue></readingValues></meterReading>
    </changedMeterReads></ReadingChangedNotification>"""
    there = cimrdf.translate(message.encode(), to="cim-2013", preserve=True)
    assert there.sidecar is not None
    back = cimrdf.translate(there.xml, to="multispeak-4.1", sidecar=there.sidecar.encode())
    assert b'objectID="r1"' in back.xml


def test_nothing_is_kept_unless_asked() -> None:
    done = cimrdf.translate(PAYLOAD.encode(), to="multispeak-4.1")
    assert b"extensionsList" not in done.xml
    assert done.ledger.counts["preserved"] == 0
