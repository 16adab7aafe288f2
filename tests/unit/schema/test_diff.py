"""What changed between two versions of a schema."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import rdflib

from cimrdf.namespaces import MODEL
from cimrdf.schema.build import known_namespaces
from cimrdf.schema.diff import Change, as_graph, as_table, diff
from cimrdf.schema.model import Schema
from cimrdf.schema.xsd import Bases, read

HEAD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:a="{0}" targetNamespace="{0}" elementFormDefault="qualified">'
BASES = {"urn:a": Bases("urn:a-model#", "urn:a-terms#"), "urn:b": Bases("urn:b-model#", "urn:b-terms#")}


def schemas(folder: Path, content: str, namespace: str = "urn:a") -> list[Schema]:
    path = folder / f"{len(list(folder.iterdir()))}.xsd"
    path.write_text(HEAD.format(namespace) + content + "</xs:schema>", encoding="utf-8")
    return read([path], BASES).schemas


def said(changes: Sequence[Change]) -> set[tuple[str, ...]]:
    return {(item.kind, item.component, item.path, item.before, item.after) for item in changes}


def compared(folder: Path, old: str, new: str) -> set[tuple[str, ...]]:
    return said(diff(schemas(folder, old), schemas(folder, new)))


def type_of(*members: str, name: str = "T", base: str = "") -> str:
    content = f"<xs:sequence>{''.join(members)}</xs:sequence>"
    if base:
        content = f'<xs:complexContent><xs:extension base="a:{base}">{content}</xs:extension></xs:complexContent>'
    return f'<xs:complexType name="{name}">{content}</xs:complexType>'


def member(name: str, kind: str = "xs:string", **values: object) -> str:
    return f'<xs:element name="{name}" type="{kind}" {" ".join(f"{key}={chr(34)}{value}{chr(34)}" for key, value in values.items())}/>'


def codes(*values: str, name: str = "C") -> str:
    listed = "".join(f'<xs:enumeration value="{value}"/>' for value in values)
    return f'<xs:simpleType name="{name}"><xs:restriction base="xs:string">{listed}</xs:restriction></xs:simpleType>'


def test_nothing_changed(tmp_path: Path) -> None:
    content = type_of(member("m"), member("n", "a:C")) + codes("x", "y") + '<xs:element name="E" type="a:T"/>'
    assert compared(tmp_path, content, content) == set()


def test_another_namespace_alone_is_no_change(tmp_path: Path) -> None:
    content = type_of(member("m")) + '<xs:element name="E" type="a:T"/>'
    assert diff(schemas(tmp_path, content), schemas(tmp_path, content, "urn:b")) == []


def test_members_that_came_and_went(tmp_path: Path) -> None:
    assert compared(
        tmp_path, type_of(member("kept"), member("old", minOccurs=0)), type_of(member("kept"), member("fresh", "xs:int", maxOccurs="unbounded"))
    ) == {
        ("removed", "member", "T/old", "xsd:string 0..1", ""),
        ("added", "member", "T/fresh", "", "xsd:int 1..*"),
    }


def test_a_renamed_member_keeps_its_changes(tmp_path: Path) -> None:
    (change, other) = diff(schemas(tmp_path, type_of(member("regRatio"))), schemas(tmp_path, type_of(member("registerRatio", minOccurs=0))))
    assert said([change, other]) == {
        ("removed", "member", "T/regRatio", "xsd:string 1..1", ""),
        ("added", "member", "T/registerRatio", "", "xsd:string 0..1"),
    }
    changes = diff(schemas(tmp_path, type_of(member("meterGroupID"))), schemas(tmp_path, type_of(member("meterGroupIDs", minOccurs=0))))
    assert said(changes) == {
        ("renamed", "member", "T/meterGroupIDs", "meterGroupID", "meterGroupIDs"),
        ("cardinality", "member", "T/meterGroupIDs", "1..1", "0..1"),
    }
    assert {change.similarity for change in changes} == {1.0, None}
    assert {(change.old_term, change.new_term) for change in changes} == {("urn:a-terms#T.meterGroupID", "urn:a-terms#T.meterGroupIDs")}


def test_types_cardinalities_defaults_and_order(tmp_path: Path) -> None:
    old = type_of(member("a", "xs:float"), member("b"), member("c", default="1"))
    new = type_of(member("b", maxOccurs=3), member("a"), member("c", nillable="true"))
    assert compared(tmp_path, old, new) == {
        ("type", "member", "T/a", "xsd:float", "xsd:string"),
        ("cardinality", "member", "T/b", "1..1", "1..3"),
        ("default", "member", "T/c", "default '1'", "nillable"),
        ("order", "type", "T", "a b c", "b a c"),
    }


def test_what_a_group_leaves_counts_as_cardinality(tmp_path: Path) -> None:
    choice = '<xs:complexType name="T"><xs:choice maxOccurs="unbounded">{}{}</xs:choice></xs:complexType>'
    assert compared(tmp_path, type_of(member("a"), member("b")), choice.format(member("a"), member("b"))) == {
        ("cardinality", "member", "T/a", "1..1", "0..*"),
        ("cardinality", "member", "T/b", "1..1", "0..*"),
    }


def test_an_inline_type_is_compared_with_the_named_one_that_took_its_place(tmp_path: Path) -> None:
    inline = f'<xs:element name="m">{type_of(member("value", "xs:float")).replace(" name=" + chr(34) + "T" + chr(34), "")}</xs:element>'
    assert compared(tmp_path, type_of(inline), type_of(member("m", "a:Reading")) + type_of(member("value"), name="Reading")) == {
        ("type", "member", "T/m/value", "xsd:float", "xsd:string")
    }


def test_codes_facets_and_bases(tmp_path: Path) -> None:
    short = '<xs:simpleType name="S"><xs:restriction base="xs:{}"><xs:maxLength value="{}"/></xs:restriction></xs:simpleType>'
    old = codes("Opened", "BusinessMobile", "Gone") + short.format("string", 5) + type_of(name="U") + type_of(name="V") + type_of(base="U")
    new = codes("Opened", "Business mobile", "Fresh") + short.format("token", 6) + type_of(name="U") + type_of(name="V") + type_of(base="V")
    assert compared(tmp_path, old, new) == {
        ("renamed", "code", "C=Business mobile", "BusinessMobile", "Business mobile"),
        ("removed", "code", "C=Gone", "Gone", ""),
        ("added", "code", "C=Fresh", "", "Fresh"),
        ("base", "type", "S", "xsd:string", "xsd:token"),
        ("facets", "type", "S", "maxLength=5", "maxLength=6"),
        ("base", "type", "T", "U", "V"),
    }


def test_a_type_with_another_name_and_the_same_content_is_renamed_and_its_uses_are_not_changes(tmp_path: Path) -> None:
    members = (member("x"), member("y"))
    old = type_of(*members, name="SCADAPoint") + type_of(member("m", "a:SCADAPoint"))
    new = type_of(*members, name="scadaPoint") + type_of(member("m", "a:scadaPoint"))
    assert compared(tmp_path, old, new) == {("renamed", "type", "scadaPoint", "SCADAPoint", "scadaPoint")}


def test_document_elements(tmp_path: Path) -> None:
    root = '<xs:element name="{}" type="{}"/>'
    old = root.format("Kept", "xs:int") + root.format("GetMeters", "xs:int") + root.format("Gone", "xs:int")
    new = root.format("Kept", "xs:string") + root.format("GetMeter", "xs:int")
    assert compared(tmp_path, old, new) == {
        ("type", "element", "Kept", "xsd:int", "xsd:string"),
        ("renamed", "element", "GetMeter", "GetMeters", "GetMeter"),
        ("removed", "element", "Gone", "Gone", ""),
    }


def test_table_and_graph(tmp_path: Path) -> None:
    changes = diff(
        schemas(tmp_path, type_of(member("meterID"), member("b"))), schemas(tmp_path, type_of(member("meterIDs"), member("b", minOccurs=0)))
    )
    lines = as_table(changes).splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [["cardinality", "member", "T/b"], ["renamed", "member", "T/meterIDs"]]
    graph = as_graph(changes, {"a": "urn:a-terms#"})
    model = rdflib.Namespace(MODEL)
    assert len(set(graph.subjects(rdflib.RDF.type, model.Change))) == 2
    renamed = graph.value(None, model.changeKind, rdflib.Literal("renamed"))
    assert (renamed, model.similarity, rdflib.Literal("1.00", datatype=rdflib.XSD.decimal)) in graph
    assert (renamed, model.newTerm, rdflib.URIRef("urn:a-terms#T.meterIDs")) in graph
    assert rdflib.Graph().parse(data=graph.serialize(format="turtle"), format="turtle").isomorphic(graph)


# ---------------------------------------------------------------------- reference schemas


def reference_schemas(files: Sequence[Path], folder: str) -> list[Schema]:
    return read(files, {name: item.bases for name, item in known_namespaces(Path(folder)).items()}).schemas


def test_meter_readings_from_draft_to_publication(reference: Path) -> None:
    old = reference_schemas([reference / "cim/ed2-draft2011/epri-iop/MeterReadings.xsd"], "cim/2011-draft")
    new = reference_schemas([reference / "cim/ed2/MeterReadings.xsd"], "cim/2013")
    found = said(diff(old, new))
    assert {
        ("type", "member", "MeterReading/Readings/value", "xsd:float", "xsd:string"),
        ("type", "member", "MeterReading/IntervalBlocks/IntervalReadings/value", "xsd:float", "xsd:string"),
        ("cardinality", "member", "ReadingType/Names", "1..1", "1..*"),
        ("cardinality", "member", "ReadingQualityType/Names", "1..1", "1..*"),
        ("cardinality", "member", "EndDeviceEventType/Names", "1..1", "1..*"),
        ("cardinality", "member", "MeterReading/Meter/Names/NameType/NameTypeAuthority", "1..1", "0..1"),
        ("added", "member", "EndDeviceEvent/Assets", "", "Asset 0..1"),
    } <= found
    assert len(found) < 20


def test_arguments_were_references_in_the_draft_of_service_requests(reference: Path) -> None:
    old = reference_schemas([reference / "cim/ed2-draft2011/epri-iop/MeterServiceRequests.xsd"], "cim/2011-draft")
    new = reference_schemas([reference / "cim/ed2/MeterReadings.xsd"], "cim/2013")
    found = said(diff(old, new))
    assert ("removed", "member", "ReadingType/argument/@ref", "xsd:string 0..1", "") in found
    assert ("added", "member", "ReadingType/argument/numerator", "", "xsd:integer 1..1") in found


def test_multispeak_from_5_0_4_to_5_0_7(reference: Path) -> None:
    folder = reference / "multispeak"
    old = reference_schemas([folder / "5.0.4/xsd/MultiSpeak.xsd", *sorted(folder.glob("5.0.4/Endpoints/*/*.xsd"))], "multispeak/5.0")
    new = reference_schemas([folder / "5.0.7/xsd/MultiSpeak.xsd", *sorted(folder.glob("5.0.7/EndPoints/server_xsds/*.xsd"))], "multispeak/5.0")
    found = {(item.kind, item.component, item.before or item.after) for item in diff(old, new)}
    gone = ("SetCallsClosed", "CreateRemarksOnOutage", "GetDomainMembers", "GetModifiedCustomers", "GetModifiedMeters", "GetCustomersByHomePhones")
    assert {("removed", "element", name) for name in gone} <= found
    assert ("added", "element", "GetCustomerCollectionChanges") in found
    assert ("renamed", "type", "scadaPointKind") in found or ("renamed", "type", "SCADAPointKind") in found


@pytest.mark.parametrize("sides", ["old", "new"])
def test_one_side_may_be_empty(tmp_path: Path, sides: str) -> None:
    full = schemas(tmp_path, type_of(member("m")) + '<xs:element name="E" type="a:T"/>')
    found = said(diff([], full) if sides == "new" else diff(full, []))
    kind = "added" if sides == "new" else "removed"
    assert {(item[0], item[1], item[2]) for item in found} == {(kind, "element", "E"), (kind, "type", "T")}
