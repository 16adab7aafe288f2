"""Derived XML Schema documents: what they accept and refuse is what the schemas accept and refuse."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from cimrdf._files import data_folder
from cimrdf.schema.model import Attribute, Complex, Element, Group, Root, Schema, Simple
from cimrdf.schema.turtle_reader import read_text
from cimrdf.schema.xsd import read
from cimrdf.schema.xsd_writer import compile_schema, to_xsd

XSD = "http://www.w3.org/2001/XMLSchema#"
ONTOLOGY = Path(str(data_folder("ontology")))
MODELS = sorted(ONTOLOGY.rglob("*.model.ttl"))
CORE = "http://www.multispeak.org/Version_4.1_Release"


def schemas_in(*paths: Path) -> list[Schema]:
    return [schema for path in paths for schema in read_text(path.read_text(encoding="utf-8"))]


# ---------------------------------------------------------------------- committed models


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODELS}), ids=lambda path: path.relative_to(ONTOLOGY).as_posix())
@pytest.mark.parametrize("strict", [False, True])
def test_committed_models_compile(folder: Path, strict: bool) -> None:
    schemas = schemas_in(*sorted(folder.glob("*.model.ttl")))
    for schema in schemas:
        compile_schema(schemas, schema.namespace, strict)


def test_strict_bounds_hold_in_the_strict_schema_only() -> None:
    schemas = schemas_in(*(ONTOLOGY / "multispeak" / "4.1").glob("*.model.ttl"))
    header = etree.fromstring(f'<MultiSpeakMsgHeader xmlns="{CORE}" BuildString="Release"/>')
    assert compile_schema(schemas, CORE).validate(header)
    strict = compile_schema(schemas, CORE, strict=True)
    assert not strict.validate(header)
    assert "MajorVersion" in str(strict.error_log)


def test_attributes_of_foreign_schemas_pass() -> None:
    schemas = schemas_in(*(ONTOLOGY / "multispeak" / "4.1").glob("*.model.ttl"))
    header = etree.fromstring(f'<MultiSpeakMsgHeader xmlns="{CORE}" BuildString="Release" x:actor="y" xmlns:x="urn:x"/>')
    assert compile_schema(schemas, CORE).validate(header)


def test_types_of_another_namespace_are_imported() -> None:
    schemas = schemas_in(*sorted((ONTOLOGY / "multispeak" / "4.1").glob("*.model.ttl"), reverse=True))
    documents = to_xsd(schemas)
    assert list(documents) == ["http://www.w3.org/1999/xlink", "gml_V4.1_Release", "cpsm_V4.1_Release", CORE]
    assert b'<xs:import schemaLocation="ns3.xsd" namespace="cpsm_V4.1_Release"/>' in documents[CORE]


# ---------------------------------------------------------------------- official and derived schema agree


def variants(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """The document, and one broken in one place for each place and kind of damage."""
    yield "whole", root
    for place, element in enumerate(root.iter(etree.Element)):
        for damage in ("removed", "renamed", "doubled", "moved", "blank", "attribute"):
            broken = copy.deepcopy(root)
            target = list(broken.iter(etree.Element))[place]
            parent = target.getparent()
            if damage == "renamed":
                target.tag = f"{{{etree.QName(target).namespace}}}Renamed"
            elif damage == "blank":
                target.text = " "
            elif damage == "attribute":
                target.set("unexpected", "1")
            elif parent is None:
                continue
            elif damage == "removed":
                parent.remove(target)
            elif damage == "doubled":
                target.addnext(copy.deepcopy(target))
            else:
                parent.insert(0, target)
            yield f"{element.tag} {damage}", broken


def assert_agreement(official: etree.XMLSchema, derived: etree.XMLSchema, root: etree._Element) -> int:
    """Compare the verdicts on a document and its broken variants; return how many documents were refused."""
    refused = 0
    for what, document in variants(root):
        verdict = official.validate(document)
        assert derived.validate(document) == verdict, f"{what}: {official.error_log} / {derived.error_log}"
        refused += not verdict
    return refused


def payloads(folder: Path, namespace: str) -> Iterator[etree._Element]:
    for path in sorted(folder.rglob("*.xml")):
        root = etree.parse(path).getroot()
        found = next((item for item in root.iter(etree.Element) if etree.QName(item).namespace == namespace), None)
        if found is not None:
            yield etree.fromstring(etree.tostring(found, with_tail=False))


PROFILES = [
    ("cim/ed2/MeterReadings.xsd", "http://iec.ch/TC57/2011/MeterReadings#"),
    ("cim/ed2/EndDeviceControls.xsd", "http://iec.ch/TC57/2011/EndDeviceControls#"),
    ("cim/ed2/MeterReadSchedule.xsd", "http://iec.ch/TC57/2011/MeterReadSchedule#"),
    ("iec61968-100/full/Message.xsd", "http://iec.ch/TC57/2011/schema/message"),
]


@pytest.mark.parametrize(("file", "namespace"), PROFILES)
def test_samples_and_broken_samples_are_judged_as_by_the_official_schema(reference: Path, file: str, namespace: str) -> None:
    official = etree.XMLSchema(etree.parse(reference / file))
    derived = compile_schema(read([reference / file], {}).schemas, namespace)
    accepted = refused = 0
    for payload in payloads(reference / "samples/cim", namespace):
        accepted += official.validate(payload)
        refused += assert_agreement(official, derived, payload)
    assert accepted
    assert refused


def test_the_committed_profile_judges_as_the_official_schema(reference: Path) -> None:
    namespace = "http://iec.ch/TC57/2011/MeterReadings#"
    official = etree.XMLSchema(etree.parse(reference / "cim/ed2/MeterReadings.xsd"))
    derived = compile_schema(schemas_in(ONTOLOGY / "cim/2013/MeterReadings.model.ttl"), namespace)
    judged = [assert_agreement(official, derived, payload) for payload in payloads(reference / "samples/cim", namespace)]
    assert judged


def test_samples_with_inherited_types_are_judged_as_by_the_official_schema(reference: Path) -> None:
    file = reference / "multispeak/4.1.6/merged/MultiSpeak_V416_from_WSDLs.xsd"
    official = etree.XMLSchema(etree.parse(file))
    derived = compile_schema(read([file], {}).schemas, CORE)
    judged = 0
    folder = reference / "samples/multispeak"
    for path in sorted([*folder.glob("4.1/*.xml"), folder / "templates/4.1_ReadingChangedNotification.xml"]):
        for element in etree.parse(path).getroot().iter(f"{{{CORE}}}*"):
            if etree.QName(element.getparent() if element.getparent() is not None else element).namespace != CORE:
                document = etree.fromstring(etree.tostring(element, with_tail=False))
                for what, item in variants(document):
                    if what.endswith(" attribute"):
                        continue  # on purpose the derived schema lets foreign attributes pass
                    assert derived.validate(item) == official.validate(item), f"{path.name}: {what}"
                    judged += 1
    assert judged


# ---------------------------------------------------------------------- small schemas

HEAD = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:a="urn:a" targetNamespace="urn:a"><xs:element name="E" type="a:T"/>{}</xs:schema>'
)
SIMPLE = '<xs:simpleType name="T">{}</xs:simpleType>'
TEXTS = ["a", "aa", "b", "bb", "ab", "a b", "1", "12", "2020-01-01", ""]


@pytest.mark.parametrize(
    "content",
    [
        '<xs:restriction base="xs:string"><xs:pattern value="a+"/><xs:pattern value="b+"/></xs:restriction>',
        '<xs:restriction base="a:P"><xs:pattern value=".."/></xs:restriction>',
        '<xs:restriction base="xs:string"><xs:enumeration value="a"/><xs:enumeration value="a b"/></xs:restriction>',
        '<xs:restriction base="xs:int"><xs:maxExclusive value="12"/></xs:restriction>',
        '<xs:list itemType="a:P"/>',
        '<xs:restriction base="a:L"><xs:length value="2"/></xs:restriction>',
        '<xs:union memberTypes="xs:int a:P"><xs:simpleType><xs:restriction base="xs:date"/></xs:simpleType></xs:union>',
        '<xs:restriction base="a:U"><xs:enumeration value="1"/><xs:pattern value="\\d"/></xs:restriction>',
    ],
)
def test_simple_types_allow_the_same_values(tmp_path: Path, content: str) -> None:
    helpers = (
        '<xs:simpleType name="P"><xs:restriction base="xs:string"><xs:pattern value="a+"/>'
        '<xs:pattern value="b+"/></xs:restriction>'
        '</xs:simpleType><xs:simpleType name="L"><xs:list itemType="a:P"/></xs:simpleType>'
        '<xs:simpleType name="U"><xs:union memberTypes="xs:int a:P"/></xs:simpleType>'
    )
    agree(tmp_path, helpers + SIMPLE.format(content), [f'<a:E xmlns:a="urn:a">{text}</a:E>' for text in TEXTS])


def agree(folder: Path, content: str, documents: list[str]) -> None:
    path = folder / "a.xsd"
    path.write_text(HEAD.format(content), encoding="utf-8")
    official = etree.XMLSchema(etree.parse(path))
    derived = compile_schema(read([path], {}).schemas, "urn:a")
    verdicts = [(official.validate(etree.fromstring(item)), derived.validate(etree.fromstring(item))) for item in documents]
    assert [verdict[1] for verdict in verdicts] == [verdict[0] for verdict in verdicts]
    assert {verdict[0] for verdict in verdicts} == {True, False}


@pytest.mark.parametrize(
    ("content", "documents"),
    [
        (
            '<xs:complexType name="T"><xs:choice maxOccurs="2"><xs:element name="m"/><xs:sequence>'
            '<xs:element name="n"/>'
            '<xs:element name="o" minOccurs="0"/></xs:sequence></xs:choice></xs:complexType>',
            ["<m/>", "<n/><o/>", "<m/><n/>", "<o/>", "<m/><m/><m/>", ""],
        ),
        (
            '<xs:complexType name="T"><xs:all><xs:element name="m"/><xs:element name="n" minOccurs="0"/></xs:all></xs:complexType>',
            ["<n/><m/>", "<m/>", "<n/>", "<m/><m/>"],
        ),
        (
            '<xs:complexType name="T" mixed="true"><xs:sequence><xs:element name="m" nillable="true" type="xs:int"/></xs:sequence></xs:complexType>',
            ["x<m>1</m>y", '<m xsi:nil="true"/>', "<m/>", "x"],
        ),
        (
            '<xs:complexType name="B" abstract="true"><xs:sequence><xs:element name="m" type="xs:int"/>'
            "</xs:sequence></xs:complexType>"
            '<xs:complexType name="T"><xs:complexContent><xs:extension base="a:B"><xs:sequence>'
            '<xs:element name="n" type="xs:int"/>'
            "</xs:sequence></xs:extension></xs:complexContent></xs:complexType>",
            ["<m>1</m><n>2</n>", "<n>2</n>", "<m>1</m>"],
        ),
        (
            '<xs:element name="H" abstract="true" type="xs:anyType"/>'
            '<xs:element name="M" type="xs:int" substitutionGroup="a:H"/>'
            '<xs:complexType name="T"><xs:sequence><xs:element ref="a:H"/></xs:sequence></xs:complexType>',
            ["<a:M>1</a:M>", "<a:M>x</a:M>", "<a:H/>", "<M>1</M>"],
        ),
        (
            '<xs:complexType name="T"><xs:sequence><xs:any namespace="##other" processContents="skip"/></xs:sequence></xs:complexType>',
            ['<x xmlns="urn:x"/>', "<a:E/>", "<x/>"],
        ),
    ],
)
def test_content_is_judged_alike(tmp_path: Path, content: str, documents: list[str]) -> None:
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    agree(tmp_path, content, [f'<a:E xmlns:a="urn:a" xmlns:xsi="{xsi}">{item}</a:E>' for item in documents])


def test_attributes_are_judged_alike(tmp_path: Path) -> None:
    content = (
        '<xs:attribute name="g" type="xs:int"/><xs:complexType name="T">'
        '<xs:attribute name="m" type="xs:int" use="required"/>'
        '<xs:attribute name="n" fixed="1"/><xs:attribute name="q" form="qualified"/>'
        '<xs:attribute ref="a:g"/></xs:complexType>'
    )
    attributes = [
        'm="1"',
        'm="x"',
        'm="1" n="1"',
        'm="1" n="2"',
        'm="1" a:q="1"',
        'm="1" q="1"',
        'm="1" a:g="1"',
        'm="1" a:g="x"',
        "",
    ]
    agree(tmp_path, content, [f'<a:E xmlns:a="urn:a" {item}/>' for item in attributes])


# ---------------------------------------------------------------------- refusals


def broken(**values: object) -> Schema:
    schema = Schema("urn:a", **values)  # type: ignore[arg-type]
    schema.roots.setdefault("E", Root("urn:a#element-E", "E", "urn:a", XSD + "int"))
    return schema


def of_member(member: Element | Attribute) -> Schema:
    item = Complex("urn:a#T", "urn:a#T", "T", "urn:a")
    if isinstance(member, Element):
        made = Complex(item.iri, item.class_term, item.name, item.namespace, content=Group("sequence", (member,)))
    else:
        made = Complex(item.iri, item.class_term, item.name, item.namespace, attributes=(member,))
    return broken(complex_types={made.iri: made})


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (broken(roots={"E": Root("urn:a#element-E", "E", "urn:a", "urn:b#T")}), "the type urn:b#T is in no schema"),
        (
            broken(roots={"E": Root("urn:a#e", "E", "urn:a", XSD + "int", substitution_group="urn:b#e")}),
            "urn:b#e is in no schema",
        ),
        (of_member(Element("urn:a#T.m", "m", "urn:b", XSD + "int", reference=True)), "add the schema of its namespace"),
        (of_member(Element("urn:a#T.m", "m", "urn:b", XSD + "int")), "no schema given has the namespace urn:b"),
        (of_member(Attribute("urn:a#T.m", "m", XSD + "int", "urn:b")), "no schema given has the namespace urn:b"),
    ],
)
def test_what_is_missing_is_named(schema: Schema, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        to_xsd([schema])


def test_two_schemas_of_one_namespace_and_an_unknown_namespace_are_refused() -> None:
    with pytest.raises(ValueError, match="same namespace"):
        to_xsd([broken(), broken()])
    with pytest.raises(ValueError, match="no schema has the namespace"):
        compile_schema([broken()], "urn:b")


def test_a_member_taken_from_a_group_of_another_namespace_becomes_global_there() -> None:
    schema = of_member(Attribute("urn:a#T.m", "m", "urn:b#S", "urn:b"))
    schema.roots["E"] = Root("urn:a#element-E", "E", "urn:a", "urn:a#T")
    other = Schema("urn:b", simple_types={"urn:b#S": Simple("urn:b#S", "S", "urn:b", XSD + "int")})
    derived = compile_schema([schema, other], "urn:a")
    assert derived.validate(etree.fromstring('<a:E xmlns:a="urn:a" xmlns:b="urn:b" b:m="1"/>'))
    assert not derived.validate(etree.fromstring('<a:E xmlns:a="urn:a" xmlns:b="urn:b" b:m="x"/>'))
