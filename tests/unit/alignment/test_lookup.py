"""Looking terms up."""

from __future__ import annotations

import pytest

from cimrdf.alignment.lookup import Counterpart, lookup, suggestions


def one(term: str) -> Counterpart:
    found = lookup(term)
    assert len(found) == 1, [item.path for item in found]
    return found[0]


@pytest.mark.parametrize(
    "term",
    [
        "MeterReadings/MeterReading/Readings/value",
        "MeterReading/Readings/value",
        "cim-2013:Reading.value",
        "https://w3id.org/cimrdf/cim-2013#Reading.value",
    ],
)
def test_a_term_is_found_by_path_prefixed_name_and_iri(term: str) -> None:
    found = one(term)
    assert (found.version, found.path, found.occurs) == ("cim-2013", "MeterReadings/MeterReading/Readings/value", "0..1")
    assert found.term == "https://w3id.org/cimrdf/cim-2013#Reading.value"


def test_a_correlation_says_as_what_the_value_is_carried() -> None:
    (use,) = one("readingValue/value").rows
    assert (use.kind, use.version, use.path) == ("correlation", "cim-2013", "MeterReading/Readings/value")
    assert use.sentence == "is carried as MeterReading/Readings/value in cim-2013"


def test_a_gap_says_why() -> None:
    (use,) = one("Readings/reason").rows
    assert use.kind == "gap-in-right"
    assert use.sentence.startswith("has no counterpart in multispeak-4.1: ") and len(use.sentence) > 60


def test_a_transformation_names_its_value_map() -> None:
    sentences = [use.sentence for use in one("EventMessage/Header/Context").rows]
    assert "becomes MultiSpeakMsgHeader/@Context in multispeak-4.1 by the value map values:message-context" in sentences
    assert sentences[-1].startswith("where no other row applies, has no counterpart in multispeak-4.1")


def test_a_local_name_finds_every_place() -> None:
    paths = {item.path for item in lookup("mRID")}
    assert {"MeterReadings/MeterReading/Meter/mRID", "MeterReadings/MeterReading/UsagePoint/mRID"} <= paths


def test_an_attribute_is_found_with_and_without_its_mark() -> None:
    assert lookup("@meterNo") == lookup("meterNo") != []


def test_an_object_corresponds_to_an_object() -> None:
    found = next(item for item in lookup("MeterReading/Readings") if item.path == "MeterReadings/MeterReading/Readings")
    assert any(use.sentence == "corresponds to meterReading/readingValues/readingValue in multispeak-4.1" for use in found.rows)


def test_what_chooses_the_message_is_told() -> None:
    assert any("chooses ReadingChangedNotification" in use.sentence for use in one("EventMessage/Header/Verb").rows)


def test_case_does_not_matter_where_nothing_else_fits() -> None:
    assert lookup("METERNO") == lookup("meterNo")


def test_a_name_that_nobody_knows_gets_near_ones() -> None:
    assert lookup("timeStmap") == []
    assert "timeStamp" in suggestions("timeStmap")
