"""Reading of XML Schema documents and WSDLs."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimrdf.namespaces import XSD
from cimrdf.schema.build import known_namespaces
from cimrdf.schema.count import count_models, count_xsd
from cimrdf.schema.model import Complex, Element, Group, Schema, Simple, Wildcard
from cimrdf.schema.xsd import Bases, Reading, SchemaError, read
from cimrdf.schema.xsd_names import model_reference

BASES = {"urn:a": Bases("urn:a-model#", "urn:a-terms#"), "urn:b": Bases("urn:b-model#", "urn:b-terms#")}
HEAD = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:a="urn:a" xmlns:b="urn:b" '
    'xmlns:sawsdl="http://www.w3.org/ns/sawsdl" targetNamespace="urn:{}" elementFormDefault="qualified">'
)


def document(folder: Path, content: str, name: str = "a.xsd", namespace: str = "a") -> Path:
    path = folder / name
    path.write_text(HEAD.format(namespace) + content + "</xs:schema>", encoding="utf-8")
    return path


def one(folder: Path, content: str, *roots: str) -> Schema:
    return read([document(folder, content)], BASES, roots).schemas[0]


def complex_type(schema: Schema, name: str) -> Complex:
    return schema.complex_types[f"urn:a-model#{name}"]


def simple_type(schema: Schema, name: str) -> Simple:
    return schema.simple_types[f"urn:a-model#{name}"]


def terms(item: Complex) -> list[str]:
    content = [] if item.content is None else [leaf.term for leaf in item.content.walk()]
    return [term.removeprefix("urn:a-terms#") for term in [*content, *(use.term for use in item.attributes)]]


SEQUENCE = '<xs:complexType name="T"><xs:sequence>{}</xs:sequence>{}</xs:complexType>'


# ---------------------------------------------------------------------- names


def test_members_are_named_by_type_and_name(tmp_path: Path) -> None:
    schema = one(tmp_path, SEQUENCE.format('<xs:element name="m" type="xs:int"/>', '<xs:attribute name="n"/>'))
    assert terms(complex_type(schema, "T")) == ["T.m", "T.n"]
    assert complex_type(schema, "T").class_term == "urn:a-terms#T"


def test_an_attribute_with_the_name_of_an_element_gets_a_suffix(tmp_path: Path) -> None:
    schema = one(tmp_path, SEQUENCE.format('<xs:element name="m" type="xs:int"/>', '<xs:attribute name="m"/>'))
    item = complex_type(schema, "T")
    assert terms(item) == ["T.m", "T.m-attribute"]
    assert item.attributes[0].name == "m"


def test_anonymous_types_are_named_by_their_path(tmp_path: Path) -> None:
    inner = '<xs:element name="n"><xs:simpleType><xs:restriction base="xs:string"/></xs:simpleType></xs:element>'
    outer = f'<xs:element name="m"><xs:complexType><xs:sequence>{inner}</xs:sequence></xs:complexType></xs:element>'
    schema = one(tmp_path, SEQUENCE.format(outer, ""))
    item = complex_type(schema, "T-m")
    assert item.anonymous
    assert terms(item) == ["T-m.n"]
    assert simple_type(schema, "T-m.n-type").anonymous


def test_the_anonymous_type_of_a_global_element_has_its_name_unless_a_type_has_it(tmp_path: Path) -> None:
    anonymous = '<xs:element name="{}"><xs:complexType><xs:attribute name="x"/></xs:complexType></xs:element>'
    content = anonymous.format("E") + anonymous.format("F") + '<xs:complexType name="F"/>'
    schema = one(tmp_path, content)
    assert schema.roots["E"].type == "urn:a-model#E"
    assert schema.roots["F"].type == "urn:a-model#F-element"
    assert schema.roots["E"].term == "urn:a-terms#element-E"
    assert terms(complex_type(schema, "F-element")) == ["F-element.x"]


def test_a_named_type_keeps_its_name_beside_an_anonymous_one(tmp_path: Path) -> None:
    content = SEQUENCE.format('<xs:element name="m"><xs:complexType/></xs:element>', "") + '<xs:complexType name="T-m"/>'
    schema = one(tmp_path, content)
    assert not complex_type(schema, "T-m").anonymous
    assert complex_type(schema, "T-m-2").anonymous


def test_text_and_wildcards_have_terms_that_no_member_has(tmp_path: Path) -> None:
    text = '<xs:complexType name="T"><xs:simpleContent><xs:extension base="xs:string">{}</xs:extension></xs:simpleContent></xs:complexType>'
    assert complex_type(one(tmp_path, text.format("")), "T").text_term == "urn:a-terms#T.text"
    clash = complex_type(one(tmp_path, text.format('<xs:attribute name="text"/>')), "T")
    assert clash.text_term == "urn:a-terms#T.text-content"
    assert clash.text == XSD + "string"
    wildcards = '<xs:any namespace="urn:x"/><xs:any namespace="urn:y"/>'
    item = complex_type(one(tmp_path, SEQUENCE.format(wildcards, "<xs:anyAttribute/>")), "T")
    assert terms(item) == ["T.any", "T.any-2"]
    assert item.any_attribute == Wildcard("urn:a-terms#T.anyAttribute")


def test_a_namespace_without_given_bases_gets_some_from_its_name(tmp_path: Path) -> None:
    reading = read([document(tmp_path, '<xs:element name="E" type="xs:int"/>')], {})
    assert reading.bases["urn:a"] == Bases("https://w3id.org/cimrdf/a/model#", "https://w3id.org/cimrdf/a#")


# ---------------------------------------------------------------------- content


def test_nested_and_repeated_choices(tmp_path: Path) -> None:
    choice = '<xs:choice minOccurs="0" maxOccurs="unbounded"><xs:element name="m" type="xs:int"/><xs:sequence>{}</xs:sequence></xs:choice>'
    item = complex_type(one(tmp_path, SEQUENCE.format(choice.format('<xs:element name="n" type="xs:int"/>'), "")), "T")
    assert item.content is not None
    (group,) = item.content.particles
    assert isinstance(group, Group)
    assert (group.kind, group.min_occurs, group.max_occurs) == ("choice", 0, None)
    assert isinstance(group.particles[1], Group)
    assert terms(item) == ["T.m", "T.n"]


def test_all_and_occurrence_and_values(tmp_path: Path) -> None:
    members = '<xs:element name="m" type="xs:int" minOccurs="0" nillable="true" default="1"/><xs:element name="n" type="xs:int" fixed="2"/>'
    item = complex_type(one(tmp_path, f'<xs:complexType name="T"><xs:all>{members}</xs:all></xs:complexType>'), "T")
    assert item.content is not None
    assert item.content.kind == "all"
    assert item.content.particles == (
        Element("urn:a-terms#T.m", "m", "urn:a", XSD + "int", 0, nillable=True, default="1"),
        Element("urn:a-terms#T.n", "n", "urn:a", XSD + "int", fixed="2"),
    )


EXTENSION = (
    '<xs:complexType name="U"><xs:complexContent><xs:extension base="a:T"><xs:sequence>'
    '<xs:element name="u" type="xs:int"/>'
    '</xs:sequence><xs:attribute name="v"/></xs:extension></xs:complexContent></xs:complexType>'
)


def test_an_extension_has_only_what_it_adds(tmp_path: Path) -> None:
    base = SEQUENCE.format('<xs:element name="m" type="xs:int"/>', '<xs:attribute name="n"/><xs:anyAttribute/>')
    item = complex_type(one(tmp_path, base + EXTENSION), "U")
    assert item.base == "urn:a-model#T"
    assert terms(item) == ["U.u", "U.v"]
    assert item.any_attribute is None


def test_an_extension_of_nothing_and_by_nothing(tmp_path: Path) -> None:
    empty = '<xs:complexType name="T"/>' + EXTENSION
    assert terms(complex_type(one(tmp_path, empty), "U")) == ["U.u", "U.v"]
    only = '<xs:complexType name="U"><xs:complexContent><xs:extension base="a:T"/></xs:complexContent></xs:complexType>'
    item = complex_type(one(tmp_path, SEQUENCE.format('<xs:element name="m" type="xs:int"/>', "") + only), "U")
    assert (item.base, item.content) == ("urn:a-model#T", None)


def test_a_restriction_is_whole_and_keeps_the_terms_of_what_it_restricts(tmp_path: Path) -> None:
    base = SEQUENCE.format('<xs:element name="m" type="xs:int" minOccurs="0"/>', '<xs:attribute name="n"/>')
    restriction = (
        '<xs:complexType name="R"><xs:complexContent><xs:restriction base="a:T"><xs:sequence>'
        '<xs:element name="m" type="xs:int"/>'
        "</xs:sequence></xs:restriction></xs:complexContent></xs:complexType>"
    )
    reading = read([document(tmp_path, base + restriction)], BASES)
    item = complex_type(reading.schemas[0], "R")
    assert item.base is None
    assert terms(item) == ["T.m", "T.n"]
    assert reading.restrictions == {"urn:a-terms#R": "urn:a-terms#T"}


def test_simple_content_that_is_extended_and_restricted(tmp_path: Path) -> None:
    wrap = '<xs:complexType name="{}"><xs:simpleContent>{}</xs:simpleContent></xs:complexType>'
    content = (
        wrap.format("T", '<xs:extension base="xs:string"><xs:attribute name="n"/></xs:extension>')
        + wrap.format("U", '<xs:extension base="a:T"><xs:attribute name="v"/></xs:extension>')
        + wrap.format("R", '<xs:restriction base="a:T"><xs:maxLength value="3"/></xs:restriction>')
    )
    schema = one(tmp_path, content)
    extended, restricted = complex_type(schema, "U"), complex_type(schema, "R")
    assert (extended.base, extended.text, extended.text_term) == ("urn:a-model#T", XSD + "string", "urn:a-terms#T.text")
    assert restricted.text == "urn:a-model#R.text-type"
    assert restricted.text_term == "urn:a-terms#T.text"
    assert simple_type(schema, "R.text-type").facets == (("maxLength", "3"),)


def test_groups_are_resolved_where_they_are_used(tmp_path: Path) -> None:
    content = (
        '<xs:group name="g"><xs:sequence><xs:element name="m"><xs:complexType>'
        '<xs:group ref="a:g" minOccurs="0"/></xs:complexType>'
        '</xs:element></xs:sequence></xs:group><xs:attributeGroup name="h">'
        '<xs:attribute name="n" use="required"/></xs:attributeGroup>'
        '<xs:complexType name="T"><xs:group ref="a:g" maxOccurs="2"/><xs:attributeGroup ref="a:h"/></xs:complexType>'
    )
    schema = one(tmp_path, content)
    item = complex_type(schema, "T")
    assert terms(item) == ["T.m", "T.n"]
    assert item.content is not None
    assert item.content.max_occurs == 2
    assert item.attributes[0].required
    assert terms(complex_type(schema, "T-m")) == ["T-m.m"]  # a group that holds itself


def test_simple_types(tmp_path: Path) -> None:
    content = (
        '<xs:simpleType name="S"><xs:restriction base="xs:token"><xs:pattern value="a+"/>'
        '<xs:pattern value="b+"/></xs:restriction></xs:simpleType>'
        '<xs:simpleType name="P"><xs:restriction base="a:S"><xs:pattern value=".."/>'
        '<xs:maxLength value="9"/></xs:restriction></xs:simpleType>'
        '<xs:simpleType name="E"><xs:restriction base="xs:string"><xs:enumeration value="x"/>'
        '<xs:enumeration value="y z"/></xs:restriction></xs:simpleType>'
        '<xs:simpleType name="L"><xs:list itemType="a:E"/></xs:simpleType>'
        '<xs:simpleType name="N"><xs:restriction base="a:L"><xs:length value="2"/></xs:restriction></xs:simpleType>'
        '<xs:simpleType name="U"><xs:union memberTypes="a:E xs:int"><xs:simpleType>'
        '<xs:restriction base="xs:date"/></xs:simpleType></xs:union></xs:simpleType>'
    )
    schema = one(tmp_path, content)
    assert simple_type(schema, "P").patterns == ("a+|b+", "..")
    assert simple_type(schema, "P").facets == (("maxLength", "9"),)
    assert simple_type(schema, "P").base == XSD + "token"
    assert simple_type(schema, "E").enumeration == ("x", "y z")
    assert simple_type(schema, "L").item == "urn:a-model#E"
    assert (simple_type(schema, "N").item, simple_type(schema, "N").facets) == ("urn:a-model#E", (("length", "2"),))
    assert simple_type(schema, "U").members == ("urn:a-model#U-member", "urn:a-model#E", XSD + "int")


def test_the_ur_type_is_a_type_like_others(tmp_path: Path) -> None:
    content = SEQUENCE.format('<xs:element name="m"/><xs:element name="n" type="xs:anyType"/>', '<xs:attribute name="o"/>')
    item = complex_type(one(tmp_path, content), "T")
    assert item.content is not None
    assert [leaf.type for leaf in item.content.walk() if isinstance(leaf, Element)] == [XSD + "anyType"] * 2
    assert item.attributes[0].type == XSD + "anySimpleType"


def test_references_to_another_namespace(tmp_path: Path) -> None:
    other = '<xs:element name="E" type="xs:int"/><xs:attribute name="x" type="xs:int"/>'
    document(tmp_path, other, "b.xsd", "b")
    content = '<xs:import namespace="urn:b" schemaLocation="b.xsd"/><xs:import namespace="http://www.w3.org/XML/1998/namespace"/>'
    content += SEQUENCE.format('<xs:element ref="b:E"/>', '<xs:attribute ref="b:x"/><xs:attribute ref="xml:lang"/>')
    reading = read([document(tmp_path, content)], BASES, ())
    item = complex_type(reading.schemas[0], "T")
    assert item.content is not None
    element = next(item.content.walk())
    assert isinstance(element, Element)
    assert (element.term, element.namespace, element.reference) == ("urn:a-terms#T.E", "urn:b", True)
    assert item.attributes[0].namespace == "urn:b"
    assert [schema.namespace for schema in reading.schemas] == [
        "urn:a",
        "http://www.w3.org/XML/1998/namespace",
        "urn:b",
    ]
    assert set(reading.schemas[1].attributes) == {"lang"}
    assert reading.files["urn:b"] == ("b.xsd",)


def test_included_documents_belong_to_the_schema(tmp_path: Path) -> None:
    document(tmp_path, '<xs:complexType name="T"/>', "part.xsd")
    assert complex_type(one(tmp_path, '<xs:include schemaLocation="part.xsd"/>'), "T").name == "T"


# ---------------------------------------------------------------------- roots


def test_roots_keep_what_they_need(tmp_path: Path) -> None:
    content = (
        '<xs:element name="E"><xs:complexType><xs:sequence><xs:element name="t" type="a:T"/><xs:element ref="a:Head"/>'
        '</xs:sequence></xs:complexType></xs:element><xs:complexType name="T" abstract="true"/>'
        + EXTENSION
        + '<xs:element name="Head" type="xs:anyType" abstract="true"/>'
        + '<xs:element name="Member" type="a:M" substitutionGroup="a:Head"/>'
        + '<xs:complexType name="M"/><xs:complexType name="Unused"/><xs:element name="Other" type="a:Unused"/>'
    )
    schema = one(tmp_path, content, "E")
    assert set(schema.roots) == {"E", "Head", "Member"}
    assert schema.roots["Member"].substitution_group == schema.roots["Head"].term
    assert {item.name for item in schema.complex_types.values()} == {"E", "T", "U", "M"}


def test_an_unknown_root_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="no such global element") as caught:
        one(tmp_path, '<xs:element name="E" type="xs:int"/>', "Nothing")
    assert caught.value.component == "Nothing"


# ---------------------------------------------------------------------- WSDL

WSDL = (
    '<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:a="urn:a" xmlns:b="urn:b"><w:types>{}</w:types></w:definitions>'
)


def test_schemas_embedded_in_a_wsdl(tmp_path: Path) -> None:
    path = tmp_path / "a.wsdl"
    path.write_text(
        WSDL.format(
            '<xs:schema targetNamespace="urn:a"><xs:import namespace="urn:b"/><xs:element name="E" type="b:T"/>'
            "</xs:schema>"
            '<xs:schema targetNamespace="urn:b"><xs:complexType name="T"/></xs:schema>'
        ),
        encoding="utf-8",
    )
    reading = read([path], BASES)
    assert [schema.namespace for schema in reading.schemas] == ["urn:a", "urn:b"]
    assert reading.schemas[0].roots["E"].type == "urn:b-model#T"
    assert not reading.schemas[0].qualified


def test_a_wsdl_without_types_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wsdl"
    path.write_text(WSDL.format(""), encoding="utf-8")
    with pytest.raises(SchemaError, match="neither a schema nor a WSDL") as caught:
        read([path], {})
    assert caught.value.file == str(path)
    assert caught.value.remedy


# ---------------------------------------------------------------------- broken schemas


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('\n<xs:element name="E" type="nowhere:T"/>', "nowhere"),
        ('\n<xs:element name="E" type="a:T"/>', "unknown type"),
        ('\n<xs:import namespace="urn:b" schemaLocation="gone.xsd"/>', "gone.xsd cannot be read"),
        ('\n<xs:include schemaLocation="gone.xsd"/>', "gone.xsd cannot be read"),
        (
            "\n" + SEQUENCE.format('<xs:any minOccurs="0"/><xs:element name="m" type="xs:int"/>', ""),
            "Unique Particle Attribution",
        ),
    ],
)
def test_broken_schemas_are_refused_with_their_place(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(SchemaError, match=message) as caught:
        one(tmp_path, content)
    assert caught.value.file == str(tmp_path / "a.xsd")
    assert caught.value.line == 2
    assert caught.value.component
    assert caught.value.remedy


def test_files_that_are_no_xml_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xsd"
    with pytest.raises(SchemaError, match="cannot be read"):
        read([path], {})
    path.write_text("<xs:schema", encoding="utf-8")
    with pytest.raises(SchemaError, match="not well-formed"):
        read([path], {})
    with pytest.raises(SchemaError, match="no schema document was given"):
        read([], {})


# ---------------------------------------------------------------------- model references


@pytest.mark.parametrize(
    "damaged",
    [
        "CIM-schema-cim15#N.m",
        "CIMschema- cim15#N.m",
        "CIM-schemacim15# N.m",
        "CIM- schema-cim15#N. m",
        "CIMschema-cim15#N.m",
    ],
)
def test_damaged_model_references_are_repaired(damaged: str) -> None:
    assert model_reference(f"http://iec.ch/TC57/2010/{damaged}") == "http://iec.ch/TC57/2010/CIM-schema-cim15#N.m"


def test_other_model_references_stay() -> None:
    assert model_reference(" http://example.org/a-b#c ") == "http://example.org/a-b#c"
    assert model_reference("") == ""
    assert model_reference("urn://x/y#z http://example.org/q") == "urn://x/y#z"


def test_model_references_are_kept_by_term(tmp_path: Path) -> None:
    mark = 'sawsdl:modelReference="http://example.org/m#{}"'
    content = (
        f'<xs:complexType name="T" {mark.format("T")}><xs:attribute name="n" type="a:E" {mark.format("n")}/>'
        f"</xs:complexType>"
        f'<xs:simpleType name="E" {mark.format("E")}><xs:restriction base="xs:string">'
        f'<xs:enumeration value="x y" {mark.format("x")}/>'
        "</xs:restriction></xs:simpleType>"
    )
    found = read([document(tmp_path, content)], BASES).model_references
    assert {term.removeprefix("urn:a-terms#"): value.rpartition("#")[2] for (_, term), value in found.items()} == {
        "T": "T",
        "T.n": "n",
        "E": "E",
        "E.x%20y": "x",
    }


# ---------------------------------------------------------------------- reference schemas

#: Every schema file of the reference that stands on its own, those that go together being one entry.
FILES = [
    "cim/ed1/*.xsd",
    *(f"cim/ed2/{name}*.xsd" for name in ("EndDevice", "MeterC", "MeterR", "Service", "UsagePoint")),
    "cim/ed2/cross-check/*.xsd",
    "cim/ed2/cross-check/cim4/xsd/EndDeviceControlsMessage.xsd",
    "cim/ed2/cross-check/cim4/xsd/EndDeviceEventsMessage.xsd",
    "cim/ed2/message-wrappers/GetUsagePointConfigMessage.xsd",
    "cim/ed2/message-wrappers/GetMeterReadScheduleMessage.xsd",
    "cim/ed2/message-wrappers/MeterReadScheduleMessage.xsd",
    "cim/ed2-draft2011/epri-iop/[EGM]*[a-z].xsd",
    "cim/ed2-draft2011/openwms/xsd/EndDevice*Message.xsd",
    "cim/ed2-draft2011/openwms/xsd/Meter*Message.xsd",
    "iec61968-100/full/Message.xsd",
    "iec61968-100/full/WSS*.xsd",
    "iec61968-100/variants/Message_2011_smencim.xsd",
    "iec61968-100/variants/Message_www2010_EPRI-docs.xsd",
    "iec61968-100/variants/Message_www2010_EPRI-docs_v2.xsd",
    "iec61968-100/variants/Message_www2010_openwms_61968-6.xsd",
    "iec61968-100/variants/Message_www2011_openwms_EPRI-IOP.xsd",
    "multispeak/3.0/xsd/CB_Server.xsd",
    "multispeak/3.0/xsd/MR_Server.xsd",
    "multispeak/3.0/xsd/OA_Server.xsd",
    "multispeak/3.0/xsd/OD_Server.xsd",
    "multispeak/4.1.6/merged/MultiSpeak_V416_from_WSDLs.xsd",
    "multispeak/5.0.4/xsd/*.xsd",
    "multispeak/5.0.4/Endpoints/*/*.xsd",
    "multispeak/5.0.7/xsd/[MSmx]*.xsd",
    "multispeak/5.0.7/xsd/soapEnvelope.xsd",
    "multispeak/5.0.7/EndPoints/server_xsds/*.xsd",
    "multispeak/5.0.7/EndPoints/MR_Server/MR_Server.xsd",
]

#: WSDLs that embed their schemas.
WSDLS = ["multispeak/3.0/wsdl", "multispeak/4.1.6/wsdl"]


def read_reference(reference: Path, *files: str) -> Reading:
    bases = {namespace: item.bases for namespace, item in known_namespaces().items()}
    return read([reference / file for file in files], bases)


@pytest.mark.parametrize("pattern", FILES)
def test_nothing_is_lost_of_a_reference_schema(reference: Path, pattern: str) -> None:
    files = sorted(reference.glob(pattern))
    assert files
    schemas = read_reference(reference, *(file.relative_to(reference).as_posix() for file in files)).schemas
    assert count_xsd(files, schemas) == count_models(schemas)


@pytest.mark.slow
@pytest.mark.parametrize("folder", WSDLS)
def test_nothing_is_lost_of_the_schemas_in_wsdls(reference: Path, folder: str) -> None:
    for file in sorted((reference / folder).glob("*.wsdl")):
        schemas = read_reference(reference, file.relative_to(reference).as_posix()).schemas
        assert count_xsd([file], schemas) == count_models(schemas), file.name


def test_an_enumeration_that_a_type_takes_over_is_counted_once_for_it(tmp_path: Path) -> None:
    codes = '<xs:simpleType name="S"><xs:restriction base="xs:string"><xs:enumeration value="x"/></xs:restriction></xs:simpleType>'
    path = document(tmp_path, codes + '<xs:simpleType name="T"><xs:restriction base="a:S"/></xs:simpleType>')
    schemas = read([path], BASES).schemas
    assert simple_type(schemas[0], "T").enumeration == ("x",)
    assert count_xsd([path], schemas) == count_models(schemas)


def test_a_broken_schema_in_a_wsdl_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.wsdl"
    schema = HEAD.format("a") + '\n<xs:element name="E" type="a:T"/></xs:schema>'
    path.write_text(f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><types>{schema}</types></definitions>', encoding="utf-8")
    with pytest.raises(SchemaError, match="unknown type") as caught:
        read([path], BASES)
    assert (caught.value.file, caught.value.component) == (str(path), "E")
    assert caught.value.remedy


def test_the_profiles_of_edition_2_share_terms_and_all_their_references_are_sound(reference: Path) -> None:
    files = sorted(path.relative_to(reference).as_posix() for path in (reference / "cim/ed2").glob("*.xsd"))
    reading = read_reference(reference, *files)
    assert len(reading.schemas) == 13
    for schema in reading.schemas:
        assert all(item.class_term.startswith("https://w3id.org/cimrdf/cim-2013#") for item in schema.complex_types.values())
    heads = {value.partition("#")[0] for value in reading.model_references.values()}
    assert heads == {"http://iec.ch/TC57/2010/CIM-schema-cim15"}
    assert not any(" " in value or value.endswith("#") for value in reading.model_references.values())


def test_a_reference_wsdl_with_four_namespaces(reference: Path) -> None:
    reading = read_reference(reference, "multispeak/4.1.6/wsdl/MR_Server.wsdl")
    assert len(reading.schemas) == 4
    assert reading.schemas[0].roots["MultiSpeakMsgHeader"].type == "https://w3id.org/cimrdf/multispeak-4.1/core#MultiSpeakMsgHeader"
