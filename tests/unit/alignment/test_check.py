"""What `cimrdf check` holds against alignments: each check fails on a case made to fail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rdflib

from cimrdf import ontology_check
from cimrdf.alignment import check as checking
from cimrdf.alignment.check import check, check_pair
from cimrdf.alignment.rows import Pair, RowError, read_pair
from cimrdf.findings import Finding, Severity
from tests.unit.alignment.pairs import PAIR, pair_of, turtle

VALUE = ':value a map:Correlation ; map:left "value" ; map:right "value" ; map:relation skos:exactMatch .\n'


def found(pair: Pair, code: str, row: str | None = None) -> list[Finding]:
    """The findings of one code, about one row if it is named."""
    return [item for item in check_pair(pair) if item.code == code and (row is None or (item.row or "").endswith(f"#{row}"))]


def message(pair: Pair, code: str, row: str | None = None) -> str:
    """The message of the one such finding."""
    items = found(pair, code, row)
    assert len(items) == 1, items
    return items[0].message


def test_the_installed_alignments_hold() -> None:
    assert [str(item) for item in check() if item.severity is Severity.ERROR] == []


# ---------------------------------------------------------------------- form and terms


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (":a a map:Gap ; map:left 'value' ; map:lakking map:right .", "unknown key map:lakking; did you mean map:lacking?"),
        (":a a map:Gap ; map:left 'value' ; map:lacking map:right .", "a gap needs rdfs:comment"),
        (":a a map:Correlation ; map:left 'value' ; map:right 'value' .", "a correlation needs map:relation"),
        (":a a map:Transformation ; map:left 'value' ; map:right 'value' .", "a transformation needs map:values"),
        (":a a map:Gap ; map:left 'Names[' ; map:lacking map:right .", "a selection is"),
        (":a a map:Gap ; map:left 'value' map:right", "is not Turtle"),
    ],
)
def test_a_row_of_wrong_form_is_refused_with_its_file(rows: str, says: str) -> None:
    with pytest.raises(RowError, match=re.escape(says)) as error:
        read_pair(PAIR, {"Test.ttl": turtle(rows)})
    assert error.value.file == "Test.ttl"


def test_a_file_that_cannot_be_read_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Pair:
        raise RowError("https://w3id.org/cimrdf/alignments/x#a", "Broken.ttl", "a gap needs rdfs:comment")

    monkeypatch.setattr(checking, "load_pair", broken)
    monkeypatch.setattr(ontology_check, "check_ontologies", lambda: [])
    first = check(PAIR)[0]
    assert (first.code, first.file, first.row, first.message) == (
        "row-malformed", "Broken.ttl", "row:x#a", "row:x#a: a gap needs rdfs:comment"
    )  # fmt: skip


def test_every_dangling_path_is_told() -> None:
    rows = (
        VALUE.replace('"value"', '"valeu"', 1)
        + ':time a map:Correlation ; map:left "timeStamp" ; map:right "timeStmp" ; map:relation skos:exactMatch .\n'
    )
    messages = [item.message for item in found(pair_of(value=rows), "row-dangling")]
    assert len(messages) == 2
    assert "did you mean value?" in messages[1] and "did you mean timeStamp?" in messages[0]


def test_a_value_map_and_a_rival_must_exist() -> None:
    rows = ':code a map:Transformation ; map:left "reason" ; map:right "name" ; map:values values:nowhere ; map:unless :nobody .\n'
    messages = " ".join(item.message for item in found(pair_of(value=rows), "row-dangling", "code"))
    assert "values:nowhere, which is no value map" in messages
    assert "#nobody, which is no row" in messages


def test_an_exchange_must_name_what_the_schemas_have() -> None:
    more = """
:created a map:Exchange ; map:order 1 ; map:profile "MeterReding" ; map:leftPayload ( "EventMessage/Payload/MeterReadings" ) ;
    map:leftCondition "EventMessage/Header/Verbs='created'" ; map:rightPayload ( "Envelope/Body/ReadingChangedNotification" ) .
"""
    messages = [item.message for item in found(pair_of(more=more), "row-dangling", "created")]
    assert any("MeterReding, which is no profile" in text for text in messages)
    assert any("did you mean Verb?" in text for text in messages)


def test_a_row_that_no_profile_leads_to_is_told() -> None:
    assert "is used by no profile" in message(pair_of(value=VALUE, more=VALUE.replace(":value", ":alone")), "row-unused", "alone")


def test_a_variable_needs_a_value() -> None:
    rows = ':a a map:Transformation ; map:left "reason AS ?reason" ; map:right "name AS ?name" ; map:toRight "BIND(?reson AS ?name)" .\n'
    assert "map:toRight uses or writes ?reson, to which nothing gives a value" in message(pair_of(value=rows), "row-malformed", "a")


def test_an_expression_must_be_sparql() -> None:
    rows = ':a a map:Transformation ; map:left "reason AS ?reason" ; map:right "name AS ?name" ; map:toRight "BIND(CONCAT(?reason, ) AS ?name)" .\n'
    assert "map:toRight is not SPARQL" in message(pair_of(value=rows), "row-malformed", "a")


# ---------------------------------------------------------------------- leaves and rests


def test_a_leaf_without_a_row_is_told_with_the_remedy() -> None:
    texts = [item.message for item in found(pair_of(value=VALUE), "leaf-without-row")]
    text = next(text for text in texts if "MeterReadings/MeterReading/Readings/reason" in text)
    assert "is named by no row of MeterReadings; add a row that reads it, or a gap row with map:left and map:lacking map:right" in text
    assert not any(text.startswith("cim-2013 MeterReadings/MeterReading/Readings/value ") for text in texts)


def test_a_leaf_that_is_only_written_is_told() -> None:
    texts = [item.message for item in found(pair_of(value=VALUE.replace(" .\n", " ; map:only map:toLeft .\n")), "leaf-without-row")]
    assert any("MeterReadings/MeterReading/Readings/value is written by" in text and "but no row reads it" in text for text in texts)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (
            'map:left "ReadingQualities[1]/comment AS ?a" ; map:right "name AS ?b" ; map:toRight "BIND(?a AS ?b)"',
            "ReadingQualities[1] is one of many",
        ),
        ('map:left "reason AS ?a" ; map:right "name AS ?b" ; map:toRight ( "FILTER(?a != \'\')" "BIND(?a AS ?b)" )', "it has a guard"),
        ('map:left "reason AS ?a" ; map:right "name AS ?b" ; map:toRight "?a" ; map:whenLeft "?a != \'x\'"', "it has a guard"),
        ('map:left "reason" ; map:right "name" ; map:values values:field-name', "its value map does not have every value"),
        ('map:left "reason AS ?a" ; map:right "name AS ?b" ; map:toRight "?a" ; map:unless :value', "it yields to"),
        ('map:left "reason AS ?a", "source AS ?c" ; map:right "name AS ?b" ; map:toRight "CONCAT(?a, ?c)"', "it needs several values at once"),
    ],
)
def test_a_row_that_leaves_values_behind_needs_a_rest_row(row: str, why: str) -> None:
    rows = VALUE + f":part a map:Transformation ; map:lossless false ; {row} .\n"
    texts = [item.message for item in found(pair_of(value=rows), "row-without-rest", "part") if "MeterReadings/" in item.message]
    assert texts and why in texts[0] and "add a gap row with map:left '" in texts[0]
    rest = ':rest a map:Gap ; map:left "reason", "source", "ReadingQualities" ; map:lacking map:right ; rdfs:comment "the rest" .\n'
    assert not [item for item in found(pair_of(value=rows + rest), "row-without-rest", "part") if "MeterReadings/" in item.message]


# ---------------------------------------------------------------------- rows against rows


def test_two_exact_matches_of_one_target_are_told() -> None:
    rows = VALUE + ':again a map:Correlation ; map:left "reason" ; map:right "value" ; map:relation skos:exactMatch .\n'
    assert "both write ReadingChangedNotification/changedMeterReads/meterReading/readingValues/readingValue/value" in message(
        pair_of(value=rows), "row-duplicate"
    )


def test_one_of_two_rows_may_yield() -> None:
    rows = VALUE + ':again a map:Correlation ; map:left "reason" ; map:right "value" ; map:relation skos:exactMatch ; map:unless :value .\n'
    assert not found(pair_of(value=rows), "row-duplicate")


def test_two_rows_that_always_write_one_target_contradict_each_other() -> None:
    rows = VALUE + ':again a map:Correlation ; map:only map:toRight ; map:left "reason" ; map:right "value" ; map:relation skos:closeMatch .\n'
    assert "both write" in message(pair_of(value=rows), "row-contradiction")


def test_a_gap_row_for_a_value_that_is_always_carried_contradicts_it() -> None:
    rows = VALUE + ':none a map:Gap ; map:left "value" ; map:lacking map:right ; rdfs:comment "no place" .\n'
    assert "#value always carries it" in message(pair_of(value=rows), "row-contradiction", "none")


# ---------------------------------------------------------------------- rows against the target's schema


def test_a_mandatory_member_without_a_writer_is_told() -> None:
    rows = """
:kind a map:Correlation ; map:only map:toLeft ; map:left "Names/NameType/description" ; map:right "@utility" ; map:relation skos:relatedMatch .
"""
    texts = [item.message for item in found(pair_of(meter=rows), "mandatory-without-source")]
    assert any("MeterReadings/MeterReading/Meter/Names must have name in cim-2013, and no row writes it" in text for text in texts)
    more = rows + ':name a map:Correlation ; map:left "Names/name" ; map:right "@meterNo" ; map:relation skos:closeMatch .\n'
    assert not any("Names must have name" in item.message for item in found(pair_of(meter=more), "mandatory-without-source"))


def test_a_repeatable_source_must_be_selected_for_a_single_target() -> None:
    rows = ':name a map:Correlation ; map:left "Names/name" ; map:right "@meterNo" ; map:relation skos:closeMatch .\n'
    assert "MeterReadings/MeterReading/Meter/Names may occur many times, but" in message(pair_of(meter=rows), "cardinality-overflow", "name")
    assert not found(pair_of(meter=rows.replace("Names/name", "Names[1]/name")), "cardinality-overflow")


def test_objects_that_repeat_together_do_not_overflow() -> None:
    assert not found(pair_of(value=VALUE), "cardinality-overflow")


def test_a_correlation_between_types_that_differ_is_told() -> None:
    rows = ':time a map:Correlation ; map:only map:toRight ; map:left "source" ; map:right "timeStamp" ; map:relation skos:closeMatch .\n'
    text = message(pair_of(value=rows), "type-mismatch", "time")
    assert "Readings/source (string) to" in text and "which takes dateTime" in text


def test_a_correlation_into_a_list_of_codes_is_told() -> None:
    rows = ':unit a map:Correlation ; map:left "source" ; map:right "units" ; map:relation skos:closeMatch .\n'
    assert "which takes one of " in message(pair_of(value=rows), "type-mismatch", "unit")


def test_a_value_map_must_have_every_code_or_a_rest_row() -> None:
    rows = """
:unit a map:Transformation ; map:only map:toLeft ; map:lossless false ; map:left "reason" ; map:right "units" ;
    map:values values:field-name .
"""
    assert "values:field-name has no counterpart for " in message(pair_of(value=rows), "value-map-partial", "unit")
    rest = ':rest a map:Gap ; map:right "units" ; map:lacking map:left ; rdfs:comment "the rest" .\n'
    assert not found(pair_of(value=rows + rest), "value-map-partial")


def test_a_value_map_may_give_only_codes_that_the_target_allows() -> None:
    rows = """
:unit a map:Transformation ; map:only map:toRight ; map:lossless false ; map:left "reason" ; map:right "units" ;
    map:values values:field-name .
"""
    text = message(pair_of(value=rows), "type-mismatch", "unit")
    assert "values:field-name gives " in text and "PosKWh" in text and "does not allow" in text


# ---------------------------------------------------------------------- inverses

UPPER = """
:upper a map:Transformation ; map:left "source AS ?a" ; map:right "name AS ?b" ;
    map:toRight "UCASE(?a)" ; map:toLeft "LCASE(?b)" .
"""


def test_a_lossless_row_must_give_back_its_values() -> None:
    text = message(pair_of(value=UPPER), "row-without-inverse", "upper")
    assert "'A7' comes back as 'a7'" in text and "map:lossless false" in text


def test_a_row_that_says_it_loses_is_not_tested() -> None:
    assert not found(pair_of(value=UPPER.replace("map:left", "map:lossless false ; map:left", 1)), "row-without-inverse")


def test_a_guard_says_for_which_values_the_inverse_must_hold() -> None:
    guarded = UPPER.replace('"UCASE(?a)"', """( "FILTER(REGEX(?a, '^[a-z]+$'))" "BIND(UCASE(?a) AS ?b)" )""")
    guarded = guarded.replace('"LCASE(?b)"', """( "FILTER(REGEX(?b, '^[A-Z]+$'))" "BIND(LCASE(?b) AS ?a)" )""")
    assert not found(pair_of(value=guarded), "row-without-inverse")
    assert not found(pair_of(value=guarded), "check-skipped")


def test_a_row_may_have_its_inverse_in_another_row() -> None:
    rows = """
:there a map:Transformation ; map:only map:toRight ; map:left "source AS ?a" ; map:right "name AS ?b" ; map:toRight "CONCAT('x', ?a)" .
:back a map:Transformation ; map:only map:toLeft ; map:left "source AS ?a" ; map:right "name AS ?b" ; map:toLeft "SUBSTR(?b, 2)" .
"""
    assert not found(pair_of(value=rows), "row-without-inverse", "there")
    assert found(pair_of(value=rows.replace("SUBSTR(?b, 2)", "SUBSTR(?b, 3)")), "row-without-inverse", "there")


def test_a_value_map_that_is_not_one_to_one_loses() -> None:
    rows = ':unit a map:Transformation ; map:left "reason" ; map:right "units" ; map:values values:unit-of-measure .\n'
    assert "comes back as" in message(pair_of(value=rows), "row-without-inverse", "unit")


def test_parts_that_are_looked_up_are_tried_with_codes_of_their_maps() -> None:
    rows = """
:unit a map:Transformation ; map:left "source AS ?a" ; map:right "name AS ?b" ;
    map:toRight ( "FILTER(REGEX(?a, '^u[0-9]+$'))" "BIND(SUBSTR(?a, 2) AS ?l)" :look "BIND(CONCAT('m', ?r) AS ?b)" ) ;
    map:toLeft ( "FILTER(REGEX(?b, '^m[0-9]+$'))" "BIND(SUBSTR(?b, 2) AS ?r)" :look "BIND(CONCAT('u', ?l) AS ?a)" ) .
"""
    look = ':look map:steps ( [ map:values values:unit ; map:leftCode "?l" ; map:rightCode "?r" ] ) .'
    findings = check_pair(pair_of(value=rows, more=look))
    assert not {"row-without-inverse", "check-skipped"} & {item.code for item in findings}
    wrong = rows.replace("CONCAT('u', ?l)", "CONCAT('v', ?l)")
    assert found(pair_of(value=wrong, more=look), "row-without-inverse", "unit")


def test_a_row_that_no_generated_value_fires_is_told() -> None:
    rows = UPPER.replace('"UCASE(?a)"', '( "FILTER(STRLEN(?a) > 900)" "BIND(?a AS ?b)" )').replace(
        " ;\n    map:toRight", " ; map:only map:toRight ;\n    map:toRight"
    )
    assert "no generated value made this row fire" in message(pair_of(value=rows), "check-skipped", "upper")


# ---------------------------------------------------------------------- derived files and ontologies


def test_derived_files_must_be_what_the_rows_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cimrdf.alignment.export import rule_files

    folder = tmp_path / PAIR
    folder.mkdir()
    for name, text in rule_files(PAIR).items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(checking, "data_folder", lambda name: tmp_path)
    assert list(checking.stale_files(PAIR)) == []
    first = sorted(folder.iterdir())[0]
    first.write_text(first.read_text(encoding="utf-8").replace("CONSTRUCT", "SELECT", 1), encoding="utf-8")
    sorted(folder.iterdir())[-1].rename(folder / "Old.to-cim.rq")
    texts = [(item.file or "").rpartition("/")[2] + " " + item.message for item in checking.stale_files(PAIR)]
    assert sorted(text.partition(" ")[2] for text in texts) == [
        "differs from what the rows give",
        "is derived from no row any more; remove it",
        "is missing; the rows give it",
    ]


CLASH = """
@prefix : <https://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:A a owl:Class . :B a owl:Class ; owl:disjointWith :A . :C a owl:Class ; rdfs:subClassOf :A, :B . :D a owl:Class ; rdfs:subClassOf :A .
:one a owl:DatatypeProperty ; rdfs:domain :A ; rdfs:range xsd:string ; owl:equivalentProperty :two .
:two a owl:DatatypeProperty ; rdfs:domain :A ; rdfs:range xsd:dateTime .
"""


def test_classes_without_possible_members_and_matches_without_possible_values_are_found() -> None:
    graph = rdflib.Graph().parse(data=CLASH, format="turtle")
    try:
        found_classes = ontology_check.incoherent_classes(graph)
    except ontology_check.NoReasoner as error:
        pytest.skip(str(error))
    names = {iri.rpartition("/")[2] for iri in found_classes}
    assert names == {"C", "one-used", "two-used"}


def test_exact_matches_that_go_both_ways_are_equivalent_properties() -> None:
    terms = {(str(left).rpartition("#")[2], str(right).rpartition("#")[2]) for left, right in ontology_check.exact_matches(PAIR)}
    assert ("Reading.value", "readingValue.value") in terms


def test_without_java_the_check_says_that_it_was_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    (only,) = ontology_check.check_ontologies()
    assert (only.code, only.severity) == ("check-skipped", Severity.ASSUMPTION)
    assert "no Java" in only.message and "Java" in only.remedy
