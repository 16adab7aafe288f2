"""Rows composed into profiles."""

from __future__ import annotations

import pytest

from cimrdf.alignment.compose import Composer
from cimrdf.alignment.rows import LEFT, RIGHT, RowError
from cimrdf.schema.catalogue import load_catalogue
from tests.unit.alignment.pairs import pair_of

VALUE = ':value a map:Correlation ; map:left "value" ; map:right "value" ; map:relation skos:exactMatch .\n'
NUMBER = """:number a map:Correlation ; map:left "Names[NameType/name='MeterNo']/name" ; map:right "@meterNo" ; map:relation skos:narrowMatch .\n"""


def test_a_class_mapping_becomes_rows_at_each_place_of_use() -> None:
    more = ':Reading map:row :device .\n:device a map:Nest ; map:use :Meter ; map:left "Meter" ; map:right "meterID" .'
    composer = Composer(pair_of(meter=NUMBER, value=VALUE, more=more), load_catalogue())
    placed = composer.profile("MeterReadings")
    spelled = {item.row.name: (item.spelled(LEFT), item.spelled(RIGHT)) for item in placed}
    assert [item.row.name for item in placed].count("number") == 2
    assert spelled["value"] == ("MeterReading/Readings/value", "meterReading/readingValues/readingValue/value")
    assert spelled["number"] == ("MeterReading/Meter/Names[NameType/name='MeterNo']/name", "meterReading/meterID/@meterNo")


def test_each_hop_knows_the_node_across_that_it_is_made_from() -> None:
    composer = Composer(pair_of(value=VALUE), load_catalogue())
    value = next(item for item in composer.profile("MeterReadings") if item.row.name == "value")
    assert len(value.left.partners) == len(value.left.place.hops if value.left.place else ()) == 3
    assert value.right.partners[-1] == value.left_places[0][1].node
    assert value.left.partners[-1] == value.right_places[0][1].node


def test_a_row_writes_in_the_directions_that_it_speaks_of() -> None:
    rows = """
:forward a map:Transformation ; map:left "value AS ?a" ; map:right "value AS ?b" ; map:toRight "BIND(?a AS ?b)" .
:copy a map:Correlation ; map:left "value" ; map:right "value" ; map:relation skos:exactMatch ; map:only map:toLeft .
:lost a map:Gap ; map:left "reason" ; map:lacking map:right ; rdfs:comment "nothing" .
:constant a map:Gap ; map:right "name" ; map:lacking map:left ; map:toRight "'x'" ; rdfs:comment "nothing" .
"""
    composer = Composer(pair_of(value=rows), load_catalogue())
    writes = {item.row.name: (item.writes(LEFT), item.writes(RIGHT)) for item in composer.profile("MeterReadings")}
    assert writes["forward"] == (False, True)
    assert writes["copy"] == (True, False)
    assert writes["lost"] == (False, False)
    assert writes["constant"] == (False, True)
    assert writes["reading"] == (False, False)


def test_a_path_that_leads_nowhere_names_the_row_and_its_file() -> None:
    composer = Composer(pair_of(value=VALUE.replace('"value"', '"valu"', 1)), load_catalogue())
    with pytest.raises(RowError, match="did you mean value") as error:
        composer.profile("MeterReadings")
    assert (error.value.file, error.value.row.rpartition("#")[2]) == ("Test.ttl", "value")


def test_a_structural_row_needs_a_class_mapping_that_exists() -> None:
    more = ':Reading map:row :lost .\n:lost a map:Nest ; map:use :Nowhere ; map:left "Meter" ; map:right "meterID" .'
    composer = Composer(pair_of(more=more), load_catalogue())
    with pytest.raises(RowError, match="Nowhere, which is no class mapping"):
        composer.profile("MeterReadings")
