"""CIM models (RDF Schema) and CIM profiles (OWL): what is read, and the XML Schema that a profile stands for."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
import rdflib
from lxml import etree
from rdflib import OWL, RDF, RDFS, SKOS

from cimrdf._files import data_folder
from cimrdf.cli import main
from cimrdf.namespaces import CIMS, XSD
from cimrdf.schema.build import build
from cimrdf.schema.catalogue import load_catalogue
from cimrdf.schema.cim_files import read_cim_files
from cimrdf.schema.cim_model import read_model
from cimrdf.schema.cim_xsd import schema_of
from cimrdf.schema.xsd import SchemaError, read

ONTOLOGY = Path(str(data_folder("ontology")))
XS = "{http://www.w3.org/2001/XMLSchema}"
HEAD = """@prefix : <http://example.org/M#> .
@prefix m: <http://example.org/model#> .
@prefix cims: <http://iec.ch/TC57/1999/rdf-schema-extensions-19990926#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix uml: <http://langdale.com.au/2005/UML#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
MANY = "cims:multiplicity <http://iec.ch/TC57/1999/rdf-schema-extensions-19990926#M:0..n>"
ONE = "cims:multiplicity <http://iec.ch/TC57/1999/rdf-schema-extensions-19990926#M:1>"

#: The forms of RDFS2020: stereotypes, primitive classes and cims:dataType.
MODEL = f"""{HEAD}
m:Base a rdfs:Class ; cims:belongsToCategory m:Package_Core .
m:Base.mRID a rdfs:Property ; rdfs:domain m:Base ; cims:dataType m:String ; {ONE} .
m:Pole a rdfs:Class ; rdfs:subClassOf m:Base ; cims:belongsToCategory m:Package_Assets .
m:Pole.height a rdfs:Property ; rdfs:domain m:Pole ; cims:dataType m:Length ; {ONE} .
m:Pole.Arms a rdfs:Property ; rdfs:domain m:Pole ; rdfs:range m:Arm ; {MANY} .
m:Pole.kind a rdfs:Property ; rdfs:domain m:Pole ; rdfs:range m:PoleKind ; {ONE} .
m:Pole.Line a rdfs:Property ; rdfs:domain m:Pole ; rdfs:range m:Line ; {ONE} .
m:Arm a rdfs:Class ; cims:belongsToCategory m:Package_Assets .
m:Arm.bent a rdfs:Property ; rdfs:domain m:Arm ; rdfs:range xsd:boolean ; {ONE} .
m:Line a rdfs:Class ; cims:belongsToCategory m:Package_Wires .
m:PoleKind a rdfs:Class ; cims:stereotype <http://iec.ch/TC57/NonStandard/UML#enumeration> .
m:PoleKind.wood a m:PoleKind .
m:PoleKind.steel a m:PoleKind .
m:Length a rdfs:Class ; cims:stereotype "CIMDatatype" .
m:Length.value a rdfs:Property ; rdfs:domain m:Length ; cims:dataType m:Float .
m:Float a rdfs:Class ; cims:stereotype "Primitive" .
m:String a rdfs:Class ; cims:stereotype "Primitive" .
"""
PROFILE = f"""{HEAD}
<http://example.org/M> a owl:Ontology ; rdfs:label "Poles" .
:Pole rdfs:subClassOf m:Pole , [ owl:onProperty m:Base.mRID ; owl:minCardinality 1 ] , [ owl:onProperty m:Pole.kind ] ,
    [ owl:onProperty m:Pole.height ] , [ owl:onProperty m:Pole.Arms ] ,
    [ owl:onProperty m:Pole.Line ; owl:allValuesFrom [ uml:hasStereotype uml:byreference ] ] ; uml:hasStereotype uml:concrete .
:Arm rdfs:subClassOf m:Arm , [ owl:onProperty m:Arm.bent ] .
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def files(folder: Path, profile: str = PROFILE, model: str = MODEL) -> list[Path]:
    return [write(folder, "profile.owl.ttl", profile), write(folder, "model.ttl", model)]


# ---------------------------------------------------------------------- models


def test_a_model_is_read_with_multiplicities_datatypes_and_enumerations() -> None:
    model = read_model(rdflib.Graph().parse(data=MODEL))
    assert model.datatypes == {"Float": XSD + "float", "String": XSD + "string", "Length": XSD + "float"}
    assert model.classes["PoleKind"].values == ("steel", "wood")
    assert model.classes["Pole"].package == "Assets"
    arms, line = model.properties["Pole.Arms"], model.properties["Pole.Line"]
    assert (arms.minimum, arms.maximum, line.minimum, line.maximum) == (0, None, 1, 1)
    assert [*model.ancestors("Pole")] == ["Pole", "Base"]


def test_a_model_becomes_a_vocabulary_that_reads_as_the_same_model(tmp_path: Path) -> None:
    path = write(tmp_path, "model.ttl", MODEL)
    (written,) = build([path], tmp_path / "out.ttl")
    assert written.path == tmp_path / "out.ttl" and not (tmp_path / "out.model.ttl").exists()
    graph = rdflib.Graph().parse(written.path)
    term = rdflib.Namespace("http://example.org/model#")
    assert (term["Pole.height"], RDF.type, OWL.DatatypeProperty) in graph
    assert (term["Pole.height"], RDFS.range, rdflib.URIRef(XSD + "float")) in graph
    assert (term["Pole.height"], rdflib.URIRef(CIMS + "dataType"), term.Length) in graph
    assert (term["PoleKind.wood"], SKOS.inScheme, term.PoleKind) in graph
    one, other = read_model(rdflib.Graph().parse(data=MODEL)), read_model(graph)
    assert {name: (item.domain, item.minimum, item.maximum) for name, item in one.properties.items()} == {
        name: (item.domain, item.minimum, item.maximum) for name, item in other.properties.items()
    }
    assert {name: (item.superclass, item.values) for name, item in one.classes.items()} == {
        name: (item.superclass, item.values) for name, item in other.classes.items()
    }
    assert one.datatypes == other.datatypes


def test_packages_and_classes_keep_what_they_need(tmp_path: Path) -> None:
    build([write(tmp_path, "model.ttl", MODEL)], tmp_path / "out.ttl", ["Assets"])
    kept = read_model(rdflib.Graph().parse(tmp_path / "out.ttl"))
    assert {"Pole", "Arm", "Base", "PoleKind", "Length"} <= kept.classes.keys()
    assert "Line" not in kept.classes and "Pole.Line" not in kept.properties and "Pole.Arms" in kept.properties
    with pytest.raises(SchemaError, match=r"no class or package of this name \(Asset\)"):
        build([tmp_path / "model.ttl"], tmp_path / "no.ttl", ["Asset"])


# ---------------------------------------------------------------------- profiles


def test_a_profile_is_an_xml_schema_by_the_conventions_of_the_published_ones(tmp_path: Path) -> None:
    ((_, profile),) = read_cim_files(files(tmp_path)).profiles
    schema = schema_of(profile)
    etree.XMLSchema(etree.fromstring(etree.tostring(schema)))
    pole = schema.find(f"{XS}complexType[@name='Pole']/{XS}sequence")
    assert pole is not None
    found = [(item.get("name"), item.get("type"), item.get("minOccurs", "1"), item.get("maxOccurs", "1")) for item in pole]
    assert found == [
        ("mRID", "xs:string", "1", "1"),
        ("height", "m:Length", "0", "1"),
        ("kind", "m:PoleKind", "0", "1"),
        ("Arms", "m:Arm", "0", "unbounded"),
        ("Line", None, "0", "1"),
    ]
    assert [item.get("name") for item in schema.iter(f"{XS}attribute")] == ["ref"]
    assert [item.get("value") for item in schema.iter(f"{XS}enumeration")] == ["steel", "wood"]


def test_a_profile_is_built_like_a_schema(tmp_path: Path) -> None:
    written = build(files(tmp_path), tmp_path / "Poles.ttl")
    assert [item.path.name for item in written] == ["Poles.ttl", "Poles.model.ttl"]
    (schema,) = read(files(tmp_path), {}).schemas
    assert schema.namespace == "http://example.org/M#" and "Poles" in schema.roots


def test_a_choice_and_a_class_without_a_name(tmp_path: Path) -> None:
    model = MODEL + "m:Bent a rdfs:Class ; rdfs:subClassOf m:Arm .\n"
    profile = PROFILE.replace("[ owl:onProperty m:Pole.Arms ]", "[ owl:onProperty m:Pole.Arms ; owl:allValuesFrom [ owl:unionOf ( :Arm :Bent ) ] ]")
    profile += ":Bent rdfs:subClassOf :Arm , m:Bent .\n"
    ((_, item),) = read_cim_files(files(tmp_path, profile, model)).profiles
    schema = schema_of(item)
    assert [child.get("name") for child in schema.find(f".//{XS}choice")] == ["Arm", "Bent"]
    assert schema.find(f"{XS}complexType[@name='Bent']/{XS}complexContent/{XS}extension").get("base") == "m:Arm"
    nameless = PROFILE.replace(
        "[ owl:onProperty m:Pole.Arms ]",
        "[ owl:onProperty m:Pole.Arms ; owl:allValuesFrom [ rdfs:label 'Arm' ; rdfs:subClassOf m:Arm , [ owl:onProperty m:Arm.bent ] ] ]",
    )
    ((_, item),) = read_cim_files(files(tmp_path, nameless)).profiles
    assert schema_of(item).find(f".//{XS}element[@name='Arms']/{XS}complexType/{XS}sequence/{XS}element").get("name") == "bent"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("m:Pole.height", "m:Pole.heigth", r"Pole of the model has no property Pole.heigth \(Pole, Pole.heigth\); did you mean Pole.height"),
        (":Pole rdfs:subClassOf m:Pole", ":Pole rdfs:subClassOf m:Pol", r"the model has no class Pol \(Pole\); did you mean Pole"),
        (":Pole rdfs:subClassOf m:Pole ,", ":Pole rdfs:subClassOf", r"the class restricts none of the model \(Pole\)"),
        (":Arm rdfs:subClassOf m:Arm", ":Arm rdfs:subClassOf m:Line", "the profile has no class for the values of Pole.Arms"),
        (" ; owl:allValuesFrom [ uml:hasStereotype uml:byreference ]", "", r"the values of Pole.Line \(Pole\); say with owl:allValuesFrom"),
        ("uml:concrete", "uml:abstract", "neither a CIM model"),
        ("owl:Ontology ;", "owl:Ontology", "not well-formed Turtle"),
    ],
)
def test_a_profile_that_does_not_fit_is_refused_with_the_remedy(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in PROFILE
    with pytest.raises(SchemaError, match=message) as caught:
        read(files(tmp_path, PROFILE.replace(old, new, 1)), {})
    assert caught.value.file == str(tmp_path / "profile.owl.ttl")


def test_a_profile_without_its_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "profile.ttl", PROFILE)
    assert main(["vocabulary", "build", str(path), "-o", str(tmp_path / "out.ttl")]) == 2
    said = capsys.readouterr().err
    assert f"{path}: error schema-unreadable: the profile restricts a model that was not given" in said
    assert "give the RDF Schema of the CIM model as well" in said
    assert not (tmp_path / "out.ttl").exists()


def test_broken_rdf_xml_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "broken.owl", '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n<a></b></rdf:RDF>')
    with pytest.raises(SchemaError, match="not well-formed RDF/XML") as caught:
        read([path], {})
    assert (caught.value.file, caught.value.line) == (str(path), 2)
    with pytest.raises(SchemaError, match="cannot be read"):
        read([tmp_path / "gone.owl"], {})


def test_what_is_declared_is_counted_for_each_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    xsd = write(tmp_path, "s.xsd", '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="xs:string"/></xs:schema>')
    assert main(["vocabulary", "count", str(xsd), *map(str, files(tmp_path)), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["equal"] and [Path(item["file"]).name for item in said["files"]] == ["s.xsd", "profile.owl.ttl"]
    counted = said["files"][1]
    assert counted["xsd"] == counted["rdf"] == {"named types": 5, "elements": 8, "attributes": 1, "enumeration values": 2}
    assert main(["vocabulary", "count", str(xsd)]) == 0
    assert "s.xsd" in capsys.readouterr().out
    assert main(["vocabulary", "count", str(tmp_path / "gone.xsd")]) == 2


# ---------------------------------------------------------------------- real files


def _peer(path: Path) -> dict[tuple[str, str], tuple[int, str]]:
    """Class and member with their bounds, as CIMTool itself writes them in its own form of the same profile."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for item in ElementTree.parse(path).getroot():
        for member in item:
            if member.get("minOccurs") is not None:
                found[item.get("name", ""), member.get("name", "")] = (int(member.get("minOccurs", "")), member.get("maxOccurs", ""))
    return found


@pytest.mark.parametrize("name", ["EndDeviceControlsTestProfile", "EndDeviceControlsTestProfileWithAnonymousTypes"])
def test_profiles_of_cimtool_have_the_members_and_bounds_that_cimtool_gives_them(reference: Path, name: str) -> None:
    folder = reference / "cim/rdf"
    model = [folder / "cim17_merged_iec61968.ttl", folder / "cim17v40_full.ttl"]
    ((_, profile),) = read_cim_files([folder / f"cimtool-profiles/{name}.owl", *model]).profiles
    schema = schema_of(profile)
    etree.XMLSchema(etree.fromstring(etree.tostring(schema)))
    ours: dict[tuple[str, str], tuple[int, str]] = {}
    for complex_type in schema.findall(f"{XS}complexType"):
        sequence = complex_type.find(f"{XS}sequence")
        sequence = sequence if sequence is not None else complex_type.find(f"{XS}complexContent/{XS}extension/{XS}sequence")
        for item in sequence:
            label = item.get("name") or "EndDeviceAction"  # the choice, which CIMTool names by its property
            ours[complex_type.get("name", ""), label] = (int(item.get("minOccurs", "1")), item.get("maxOccurs", "1"))
    theirs = _peer(folder / f"cimtool-profiles/{name}.xml")
    assert len(theirs) > 35
    assert {key: value for key, value in ours.items() if key[0] != "EndDeviceControls"} == theirs


def test_every_member_of_a_reconstructed_profile_is_one_of_the_canonical_model() -> None:
    """The generated content models, against the model that ships: names, and bounds no wider than its own."""
    model = read_cim_files([ONTOLOGY / f"cim/canonical/{name}.ttl" for name in ("cim100", "cim15", "cim14")]).model
    catalogue = load_catalogue()
    checked = 0
    for version in ("cim-2009", "cim-2013"):
        for namespace in catalogue.versions[version].namespaces:
            if catalogue.status(namespace) != "reconstructed":
                continue
            path = catalogue.files[namespace][0]
            graph = rdflib.Graph().parse(ONTOLOGY / path.replace(".model.ttl", ".ttl"))
            for _, reference in graph.subject_objects(rdflib.URIRef("http://www.w3.org/ns/sawsdl#modelReference")):
                name = str(reference).partition("#")[2]
                assert name in model.classes or name in model.properties or name.rpartition(".")[0] in model.classes, (path, name)
                checked += 1
            (schema,) = catalogue.schemas(namespace)
            for item in schema.complex_types.values():
                names = [particle.name for particle in item.content.walk()] if item.content is not None else []
                assert "mRID" not in names or names[0] == "mRID", (path, item.name)
    assert checked > 1000


def test_31_profiles_are_reconstructed_and_say_so() -> None:
    catalogue = load_catalogue()
    found = {name: [n for n in catalogue.versions[name].namespaces if catalogue.status(n) == "reconstructed"] for name in ("cim-2009", "cim-2013")}
    assert {name: len(items) for name, items in found.items()} == {"cim-2009": 22, "cim-2013": 9}
    for items in found.values():
        for namespace in items:
            vocabulary = (ONTOLOGY / catalogue.files[namespace][0].replace(".model.ttl", ".ttl")).read_text(encoding="utf-8")
            assert 'model:status "reconstructed"' in vocabulary and "(reconstructed)" in vocabulary
