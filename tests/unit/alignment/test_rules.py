"""Rules derived from rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest
import rdflib
from lxml import etree
from rdflib import Literal, URIRef

from cimrdf.alignment.rows import LEFT, RIGHT
from cimrdf.alignment.rules import Rule, derive_rules, needed_value_maps
from cimrdf.alignment.values import value_map_triples
from cimrdf.engine.graph import derive
from cimrdf.engine.stores import make_store
from cimrdf.schema.catalogue import load_catalogue
from cimrdf.schema.lift import Node, Triple, lift
from cimrdf.schema.lower import Graph
from tests.unit.alignment.pairs import installed, pair_of, survey_of

DOCUMENT = "https://example.org/message/1"

CIM = """<MeterReadings xmlns="http://iec.ch/TC57/2011/MeterReadings#"><MeterReading>
  <IntervalBlocks><IntervalReadings><timeStamp>2024-03-05T06:15:00Z</timeStamp><value>1.0</value>
    <ReadingQualities><ReadingQualityType ref="1.5.0"/></ReadingQualities></IntervalReadings>
    <ReadingType ref="0.0.2.4.1.1.12.0.0.0.0.0.0.0.0.3.72.0"/></IntervalBlocks>
  <Meter><mRID>m-1</mRID><Names><name>E-1</name><NameType><name>MeterNo</name></NameType></Names></Meter>
  <Readings><timeStamp>2024-03-05T06:15:00Z</timeStamp><value>12.50</value>
    <ReadingQualities><ReadingQualityType ref="1.0.0"/></ReadingQualities>
    <ReadingQualities><ReadingQualityType ref="1.4.9"/></ReadingQualities>
    <ReadingType ref="0.0.0.1.1.1.12.0.0.0.0.0.0.0.0.3.72.0"/></Readings>
  <Readings><value>7</value><timePeriod><end>2024-03-05T06:30:00Z</end></timePeriod><ReadingType ref="kWh"/></Readings>
  <Readings><value>8</value><ReadingType ref="own"/></Readings>
</MeterReading><ReadingType><mRID>own</mRID><multiplier>3</multiplier><unit>72</unit></ReadingType></MeterReadings>"""

MULTISPEAK = """<ReadingChangedNotification xmlns="http://www.multispeak.org/Version_4.1_Release"><changedMeterReads>
  <meterReading><meterID meterNo="E-1" objectID="m-1" utility="U"/><readingValues>
    <readingValue><units>kWh</units><value>12.50</value><timeStamp>2024-03-05T06:15:00Z</timeStamp>
      <readingTypeCode>0.1.1.0.12.0.0.0.0.3.72</readingTypeCode><ratePeriod>2</ratePeriod>
      <readingStatusCode originatingSystemID="1" codeCategory="0" codeIndex="0"/></readingValue>
    <readingValue><units>V</units><value>239</value></readingValue>
    <readingValue><fieldName>PosKWh</fieldName><value>1</value></readingValue></readingValues></meterReading>
  <meterReading><meterID>m-2</meterID></meterReading></changedMeterReads></ReadingChangedNotification>"""

Statements = set[tuple[str, str, str]]


@cache
def triples(text: str) -> tuple[Triple, ...]:
    return tuple(lift(etree.ElementTree(etree.fromstring(text)), load_catalogue(), DOCUMENT).triples)


@cache
def rules(to: str) -> tuple[Rule, ...]:
    """The rules of the profile that can fire on the message."""
    present = {triple.predicate for triple in triples(CIM if to == RIGHT else MULTISPEAK)}
    survey = installed()
    return tuple(rule for rule in derive_rules(survey.composer.profile("MeterReadings"), survey.pair, to) if rule.needs <= present)


def statements(graph: Graph) -> Statements:
    return {(subject, predicate, value) for subject, parts in graph.index.items() for predicate, values in parts.items() for value in values}


def made(source: Sequence[Triple], chosen: Sequence[Rule], store: str | None = None) -> Statements:
    return statements(derive(source, value_map_triples(needed_value_maps(chosen)), chosen, make_store(store)).graph)


def as_rdflib(source: Sequence[Triple]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for triple in source:
        value = URIRef(triple.object) if isinstance(triple.object, Node) else Literal(triple.object)
        graph.add((URIRef(triple.subject), URIRef(triple.predicate), value))
    return graph


@pytest.mark.parametrize(("source", "to"), [(CIM, RIGHT), (MULTISPEAK, LEFT)], ids=["to-right", "to-left"])
def test_both_stores_give_the_same_statements(source: str, to: str) -> None:
    pytest.importorskip("pyoxigraph")
    one, two = (made(triples(source), rules(to), store) for store in ("rdflib", "pyoxigraph"))
    assert one and one == two


@pytest.mark.parametrize(("source", "to"), [(CIM, RIGHT), (MULTISPEAK, LEFT)], ids=["to-right", "to-left"])
def test_the_published_construct_says_what_the_engine_does(source: str, to: str) -> None:
    graph = as_rdflib([*triples(source), *value_map_triples(needed_value_maps(rules(to)))])
    constructed = {(str(s), str(p), str(o)) for rule in rules(to) for s, p, o in graph.query(rule.construct()).graph or ()}
    assert constructed == made(triples(source), rules(to), "rdflib")


def _row(rows: str, name: str, to: str) -> Rule:
    survey = survey_of(pair_of(value=rows))
    return next(rule for rule in derive_rules(survey.composer.profile("MeterReadings"), survey.pair, to) if rule.placed.row.name == name)


VALUE = ':value a map:Correlation ; map:left "value" ; map:right "value" ; map:relation skos:exactMatch .\n'


def test_a_repeatable_node_hangs_on_its_source_and_a_single_one_on_its_parent() -> None:
    found = made(triples(CIM), [_row(VALUE, "value", RIGHT)])
    parents = {subject for subject, predicate, _ in found if predicate.endswith("readingValue")}
    targets = {value for _, predicate, value in found if predicate.endswith("readingValue")}
    assert parents == {f"{DOCUMENT}/MeterReadings/MeterReading.1~meterReading/readingValues"}
    assert targets == {f"{DOCUMENT}/MeterReadings/MeterReading.1/Readings.{number}~readingValue" for number in (1, 2, 3)}


def test_lexical_forms_pass_unchanged() -> None:
    found = made(triples(CIM), [_row(VALUE, "value", RIGHT)])
    assert {value for _, predicate, value in found if predicate.endswith("readingValue.value")} == {"12.50", "7", "8"}


def test_the_first_of_a_list_is_chosen_by_position() -> None:
    rows = ':quality a map:Correlation ; map:left "ReadingQualities[1]/ReadingQualityType/@ref" ; map:right "name" ; map:relation skos:closeMatch .\n'
    found = made(triples(CIM), [_row(rows, "quality", RIGHT)])
    assert {value for _, predicate, value in found if predicate.endswith(".name")} == {"1.0.0"}


def test_a_row_yields_to_another_only_where_that_one_fires() -> None:
    rows = """
:stamp a map:Correlation ; map:left "timeStamp" ; map:right "timeStamp" ; map:relation skos:exactMatch .
:end a map:Transformation ; map:left "timePeriod/end AS ?end" ; map:right "timeStamp AS ?time" ; map:unless :stamp ;
    map:toRight "BIND(?end AS ?time)" .
"""
    both = [_row(rows, name, RIGHT) for name in ("stamp", "end")]
    times = {value for _, predicate, value in made(triples(CIM), both) if predicate.endswith(".timeStamp")}
    assert times == {"2024-03-05T06:15:00Z", "2024-03-05T06:30:00Z"}


def test_what_selects_on_the_way_out_is_written_on_the_way_in() -> None:
    number = (
        """:number a map:Correlation ; map:left "Names[NameType/name='MeterNo']/name" ; map:right "@meterNo" ; map:relation skos:narrowMatch .\n"""
    )
    survey = survey_of(pair_of(meter=number))
    rule = next(rule for rule in derive_rules(survey.composer.profile("MeterReadings"), survey.pair, LEFT) if rule.placed.row.name == "number")
    values = {predicate.rpartition("#")[2]: value for _, predicate, value in made(triples(MULTISPEAK), [rule]) if not value.startswith("http")}
    assert values == {"Name.name": "E-1", "NameType.name": "MeterNo"}


def test_a_constant_is_written_without_a_source_value() -> None:
    rows = """:kind a map:Gap ; map:right "name" ; map:lacking map:left ; map:toRight "'x'" ; rdfs:comment "a constant" .\n"""
    rule = _row(rows, "kind", RIGHT)
    assert not rule.reads
    assert len([value for _, predicate, value in made(triples(CIM), [rule]) if predicate.endswith(".name")]) == 3
