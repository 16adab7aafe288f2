"""Coverage: leaves of profiles and the rows that name them."""

from __future__ import annotations

import pytest

from cimrdf.alignment.coverage import HEADER, KINDS, counts, gaps, table, uncovered
from cimrdf.alignment.rows import LEFT, RIGHT
from tests.unit.alignment.pairs import PAIR, installed, pair_of, survey_of

VALUE = ':value a map:Correlation ; map:left "value" ; map:right "value" ; map:relation skos:exactMatch .\n'


@pytest.mark.parametrize("profile", ["Header", "MeterReadings"])
def test_no_leaf_is_without_a_row(profile: str) -> None:
    assert uncovered(PAIR, profile) == []


def test_leaves_are_elements_with_text_and_attributes_below_the_payload() -> None:
    left = {leaf.path for leaf in installed().leaves("MeterReadings", LEFT)}
    assert "MeterReadings/MeterReading/Readings/value" in left
    assert "MeterReadings/MeterReading/Readings/ReadingType/@ref" in left
    assert "MeterReadings/MeterReading/Readings" not in left
    right = {leaf.path for leaf in installed().leaves("MeterReadings", RIGHT)}
    assert "ReadingChangedNotification/changedMeterReads/meterReading/meterID" in right
    assert "ReadingChangedNotification/changedMeterReads/meterReading/identifiedObject/mRID" in right


def test_the_message_level_has_the_envelopes_and_the_header_block_but_no_payload() -> None:
    left = {leaf.path for leaf in installed().leaves(HEADER, LEFT)}
    assert {"EventMessage/Header/Verb", "ResponseMessage/Reply/Result"} <= left
    assert not any("MeterReadings" in path for path in left)
    right = {leaf.path for leaf in installed().leaves(HEADER, RIGHT)}
    assert "Envelope/Header/MultiSpeakMsgHeader/@MessageID" in right
    assert not any("Notification" in path for path in right)


def test_a_leaf_without_a_row_is_told() -> None:
    survey = survey_of(pair_of(value=VALUE))
    missing = survey.uncovered("MeterReadings", LEFT)
    assert "MeterReadings/MeterReading/Readings/timeStamp" in missing
    assert "MeterReadings/MeterReading/Readings/value" not in missing


def test_a_gap_row_covers_what_lies_below_its_object() -> None:
    gap = ':period a map:Gap ; map:left "timePeriod" ; map:lacking map:right ; rdfs:comment "none" .\n'
    survey = survey_of(pair_of(value=gap))
    assert not [path for path in survey.uncovered("MeterReadings", LEFT) if "timePeriod" in path and "/Readings/" in path]
    lines = [line for line in survey.table("MeterReadings") if line.row.endswith("#period")]
    assert {line.left_path for line in lines} == {"MeterReading/Readings/timePeriod/start", "MeterReading/Readings/timePeriod/end"}


def test_a_gap_row_leaves_out_what_another_row_names() -> None:
    rows = """
:period a map:Gap ; map:left "timePeriod" ; map:lacking map:right ; rdfs:comment "none" .
:end a map:Correlation ; map:left "timePeriod/end" ; map:right "timeStamp" ; map:relation skos:closeMatch .
"""
    lines = survey_of(pair_of(value=rows)).table("MeterReadings")
    assert [line.left_path for line in lines if line.row.endswith("#period")] == ["MeterReading/Readings/timePeriod/start"]


def test_a_gap_row_on_free_xml_is_listed_though_it_has_no_leaf() -> None:
    assert any(line.right_path.endswith("readingValue/extensions") for line in gaps("MeterReadings"))


def test_rows_are_printed_from_the_repeating_object() -> None:
    line = next(line for line in table(PAIR, "MeterReadings") if line.row.endswith("#value.value"))
    assert (line.left_path, line.right_path) == ("MeterReading/Readings/value", "meterReading/readingValues/readingValue/value")
    assert (line.pair, line.profile, line.kind, line.transform, line.lossless) == (PAIR, "MeterReadings", "correlation", "", "true")


def test_each_kind_is_spelled_as_the_command_line_promises_and_structure_is_left_out() -> None:
    lines = table()
    assert {line.kind for line in lines} == set(KINDS)
    assert not any(line.row.endswith("#reading.values") for line in lines)
    assert all((line.left_path == "") == (line.kind == "gap-in-left") and (line.right_path == "") == (line.kind == "gap-in-right") for line in lines)
    assert all(line.lossless == "" for line in lines if line.kind.startswith("gap"))
    assert all(line.reason for line in lines if line.kind.startswith("gap"))
    assert len(lines) == len(set(lines))


def test_exchanges_are_rows_of_the_message_level() -> None:
    lines = [line for line in table(PAIR, HEADER) if line.row.endswith("#created")]
    assert {line.left_path for line in lines} == {"Header/Verb", "Header/Noun"}
    assert all("ReadingChangedNotification" in line.right_path for line in lines)
    assert all("Header/Verb = 'created'" in line.transform for line in lines)


def test_a_row_that_can_never_fire_is_not_listed() -> None:
    more = """
:MeterReadings map:row :empty .
:empty a map:Nest ; map:use :Reading ; map:only map:toRight ;
    map:left "MeterReadings/MeterReading[not(Readings)]" ; map:right "ReadingChangedNotification/changedMeterReads/meterReading" .
"""
    survey = survey_of(pair_of(value=VALUE, more=more))
    assert [line.left_path for line in survey.table("MeterReadings")] == ["MeterReading/Readings/value"]


def test_counts_add_up() -> None:
    for line in counts():
        listed = len(table(line.pair, line.profile))
        assert line.correlation + line.transformation + line.gap_in_right + line.gap_in_left == listed
        assert line.covered == line.leaves > 0
