"""Content models and vocabularies as Turtle, and the files that are committed."""

from __future__ import annotations

import re
import shlex
import time
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, XSD

from cimrdf._files import data_folder
from cimrdf.namespaces import SAWSDL
from cimrdf.schema.build import apply_strict, build, known_namespaces
from cimrdf.schema.count import count_models, count_xsd
from cimrdf.schema.definitions import Definitions
from cimrdf.schema.model import Attribute, Complex, Element, Group, Root, Schema, Simple, Wildcard
from cimrdf.schema.slices import ModelFile
from cimrdf.schema.turtle import Document, read_models, write_model, write_vocabulary
from cimrdf.schema.turtle_reader import read_text
from cimrdf.schema.xsd import Bases, Reading, read

MODEL, TERMS = "urn:a-model#", "urn:a-terms#"
DOCUMENT = Document(Bases(MODEL, TERMS), "urn:version", 'A "title"', "a.xsd")
STRING = str(XSD.string)
ONTOLOGY = Path(str(data_folder("ontology")))
MODELS = sorted(ONTOLOGY.rglob("*.model.ttl"))


def parse(text: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=text, format="turtle")


def simple(name: str, **values: object) -> Simple:
    return replace(Simple(MODEL + name, name, "urn:a", STRING), **values)  # type: ignore[arg-type]


def complex_type(name: str, **values: object) -> Complex:
    return replace(Complex(MODEL + name, TERMS + name, name, "urn:a"), **values)  # type: ignore[arg-type]


def everything() -> Schema:
    """A schema that uses every word of the content model."""
    schema = Schema("urn:a")
    member = Element(f"{TERMS}T.m", "m", "urn:a", STRING)
    particles = (
        member,
        replace(member, term=f"{TERMS}T.o", name="o.p", min_occurs=0, max_occurs=None, nillable=True, strict_min_occurs=1),
        replace(member, term=f"{TERMS}T.q", name="q", namespace="urn:b", reference=True, default="", fixed='a"\\\n'),
        replace(member, term=f"{TERMS}T.r", name="r", namespace=""),
        Group("choice", (Group("sequence", (), 0, 3), Wildcard(f"{TERMS}T.any", "##other", "lax", 0, None)), 0),
    )
    attributes = (
        Attribute(f"{TERMS}T.m-attribute", "m", STRING, required=True, strict_required=False),
        Attribute(f"{TERMS}T.n", "n", MODEL + "S", "urn:b", default="1", strict_required=True),
        Attribute(f"{TERMS}T.f", "f", STRING, fixed=" "),
    )
    wildcard = Wildcard(f"{TERMS}T.anyAttribute", "")
    types = [
        complex_type("T", content=Group("sequence", particles, 0), attributes=attributes, any_attribute=wildcard, mixed=True),
        complex_type(
            "U",
            base=MODEL + "T",
            abstract=True,
            anonymous=True,
            content=Group("all", (replace(member, term=f"{TERMS}U.m"),)),
        ),
        complex_type("V", text=MODEL + "S", text_term=f"{TERMS}V.text"),
    ]
    schema.complex_types = {item.iri: item for item in types}
    simples = [
        simple("S", enumeration=("", "x y", 'a"b', "ä"), patterns=("a|b", "\\d+"), facets=(("length", "2"),)),
        simple("L", item=MODEL + "S", anonymous=True),
        simple("M", members=(MODEL + "S", STRING)),
    ]
    schema.simple_types = {item.iri: item for item in simples}
    root = Root(f"{TERMS}element-E", "E", "urn:a", MODEL + "T", abstract=True)
    schema.roots = {
        "E": root,
        "F": Root(f"{TERMS}element-F", "F", "urn:a", STRING, nillable=True, substitution_group=root.term),
    }
    schema.attributes = {"g": Attribute(f"{TERMS}attribute-g", "g", STRING, "urn:a", fixed="1")}
    return schema


def reading_of(*schemas: Schema) -> Reading:
    bases = {schema.namespace: DOCUMENT.bases for schema in schemas}
    return Reading(list(schemas), {(schemas[0].namespace, f"{TERMS}T"): "http://example.org/m#T"}, {f"{TERMS}V": f"{TERMS}T"}, bases, {})


# ---------------------------------------------------------------------- content models


@pytest.mark.parametrize("qualified", [True, False])
def test_what_was_written_is_read_back(qualified: bool) -> None:
    schema = everything()
    schema.qualified = qualified
    assert read_models(parse(write_model(schema, DOCUMENT))) == [schema]


def test_the_text_depends_on_the_content_only() -> None:
    schema = everything()
    turned = everything()
    turned.complex_types = dict(reversed(schema.complex_types.items()))
    assert write_model(turned, DOCUMENT) == write_model(schema, DOCUMENT)


def test_two_models_in_one_graph() -> None:
    other = Schema("urn:b", complex_types={"urn:b#T": Complex("urn:b#T", "urn:b-terms#T", "T", "urn:b")})
    graph = parse(write_model(everything(), DOCUMENT))
    graph.parse(data=write_model(other, replace(DOCUMENT, bases=Bases("urn:b#", "urn:b-terms#"))), format="turtle")
    assert read_models(graph) == [everything(), other]


def test_a_broken_model_is_refused() -> None:
    text = write_model(everything(), DOCUMENT).replace('    model:name "V" ;\n', "")
    with pytest.raises(ValueError, match="V has no model:name"):
        read_models(parse(text))


def test_other_programs_parse_what_was_written() -> None:
    pyoxigraph = pytest.importorskip("pyoxigraph", reason="pyoxigraph is not installed")
    schema = everything()
    for text in (write_model(schema, DOCUMENT), write_vocabulary(schema, DOCUMENT, reading_of(schema), Definitions())):
        assert len(list(pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.TURTLE))) == len(parse(text))


# ---------------------------------------------------------------------- vocabularies


def vocabulary(*schemas: Schema) -> rdflib.Graph:
    return parse(write_vocabulary(schemas[0], DOCUMENT, reading_of(*schemas), Definitions()))


def term(name: str) -> rdflib.URIRef:
    return rdflib.URIRef(TERMS + name)


def test_classes_and_their_superclasses() -> None:
    graph = vocabulary(everything())
    assert set(graph.subjects(RDF.type, OWL.Class)) == {term("T"), term("U"), term("V")}
    assert graph.value(term("U"), RDFS.subClassOf) == term("T")
    assert graph.value(term("V"), RDFS.subClassOf) == term("T")  # by restriction
    assert graph.value(term("T"), rdflib.URIRef(SAWSDL + "modelReference")) == rdflib.URIRef("http://example.org/m#T")


def test_members_are_properties() -> None:
    graph = vocabulary(everything())
    assert (term("T.r"), RDF.type, OWL.DatatypeProperty) in graph
    assert (term("T.r"), RDFS.domain, term("T")) in graph
    assert (term("T.r"), RDFS.range, XSD.string) in graph
    assert (term("element-E"), RDF.type, OWL.ObjectProperty) in graph
    assert (term("element-E"), RDFS.range, term("T")) in graph
    assert (term("V.text"), RDFS.domain, term("V")) in graph


def test_a_repeatable_simple_element_is_a_node_with_text() -> None:
    graph = vocabulary(everything())
    assert (term("T.o"), RDF.type, OWL.ObjectProperty) in graph
    assert graph.value(term("T.o"), RDFS.range) is None
    assert (term("T.o.text"), RDF.type, OWL.DatatypeProperty) in graph


def test_codes_are_concepts_with_safe_names() -> None:
    graph = vocabulary(everything())
    scheme = term("S")
    assert (scheme, RDF.type, SKOS.ConceptScheme) in graph
    concepts = {str(graph.value(item, SKOS.notation)): item for item in graph.subjects(SKOS.inScheme, scheme)}
    assert concepts == {"": term("S."), "x y": term("S.x%20y"), 'a"b': term("S.a%22b"), "ä": term("S.%C3%A4")}
    assert (term("T.n"), RDFS.seeAlso, scheme) in graph


def test_types_that_owl_lacks_are_no_ranges() -> None:
    use = Attribute(f"{TERMS}W.d", "d", str(XSD.duration))
    graph = vocabulary(Schema("urn:a", complex_types={MODEL + "W": complex_type("W", attributes=(use,))}))
    assert graph.value(term("W.d"), RDFS.range) == RDFS.Literal


def test_a_term_of_several_profiles_has_the_union_of_its_ranges() -> None:
    def profile(namespace: str, type_iri: str) -> Schema:
        member = Element(f"{TERMS}T.m", "m", namespace, type_iri)
        made = complex_type("T", content=Group("sequence", (member,)))
        other = complex_type("U")
        return Schema(namespace, complex_types={made.iri: made, other.iri: other})

    graph = vocabulary(profile("urn:a", STRING), profile("urn:b", str(XSD.int)))
    union = graph.value(graph.value(term("T.m"), RDFS.range), OWL.unionOf)
    assert set(rdflib.collection.Collection(graph, union)) == {XSD.int, XSD.string}
    graph = vocabulary(profile("urn:a", STRING), profile("urn:b", MODEL + "U"))
    assert (term("T.m"), RDF.type, RDF.Property) in graph
    assert graph.value(term("T.m"), RDFS.range) is None


# ---------------------------------------------------------------------- strict overlay


def test_an_overlay_gives_the_bounds_of_a_stricter_edition() -> None:
    overlay = parse(
        f'@prefix model: <https://w3id.org/cimrdf/model#> . <{TERMS}T.m> model:strictMinOccurs 2 . <{TERMS}T.f> model:strictUse "required" .'
    )
    (schema,) = apply_strict([everything()], overlay)
    item = schema.complex_types[MODEL + "T"]
    assert item.content is not None
    first = item.content.particles[0]
    assert isinstance(first, Element)
    assert (first.strict_min_occurs, item.attributes[2].strict_required) == (2, True)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("T.nothing> model:strictMinOccurs 1", "no element or attribute"),
        ('T.f> model:strictUse "prohibited"', "write required"),
    ],
)
def test_a_wrong_overlay_is_refused(statement: str, message: str) -> None:
    overlay = parse(f"@prefix model: <https://w3id.org/cimrdf/model#> . <{TERMS}{statement} .")
    with pytest.raises(ValueError, match=message):
        apply_strict([everything()], overlay)


def test_the_output_must_be_named_ttl(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"X\.ttl"):
        build([], tmp_path / "x.model.ttl")


# ---------------------------------------------------------------------- the committed files


def commands(reference: Path) -> list[Namespace]:
    """The commands in `ontology/README.md`."""
    parser = ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--root", action="append", default=[])
    parser.add_argument("--strict")
    parser.add_argument("--definitions")
    parser.add_argument("-o", dest="output")
    block = (ONTOLOGY / "README.md").read_text(encoding="utf-8").partition("```sh\n")[2].partition("```")[0]
    lines = block.replace("\\\n", " ").replace("$CIMRDF_REFERENCE", str(reference)).splitlines()
    found = [parser.parse_args(shlex.split(line.removeprefix("cimrdf vocabulary build "))) for line in lines]
    for command in found:
        command.files = [path for file in command.files for path in from_checkout(file)]
    return found


def from_checkout(pattern: str) -> list[Path]:
    """The files that a shell would find."""
    path = Path(pattern) if Path(pattern).is_absolute() else ONTOLOGY / Path(pattern).relative_to("ontology")
    return sorted(path.parent.glob(path.name))


def test_the_committed_files_are_what_the_commands_give(reference: Path, tmp_path: Path) -> None:
    made: set[str] = set()
    for command in commands(reference):
        output = tmp_path / Path(command.output).relative_to("ontology")
        strict, definitions = (None if name is None else from_checkout(name)[0] for name in (command.strict, command.definitions))
        for item in build(command.files, output, command.root, strict, definitions):
            name = item.path.relative_to(tmp_path).as_posix()
            made.add(name)
            assert item.path.read_text(encoding="utf-8") == (ONTOLOGY / name).read_text(encoding="utf-8"), f"{name} is not up to date"
    committed = {path.relative_to(ONTOLOGY).as_posix() for path in MODELS}
    assert {name for name in made if name.endswith(".model.ttl")} == committed


def test_the_committed_files_declare_what_the_schemas_declare(reference: Path) -> None:
    for command in commands(reference):
        if "canonical" in command.output:  # a CIM model has no content model
            continue
        folder = (ONTOLOGY / Path(command.output).relative_to("ontology")).parent
        bases = {namespace: item.bases for namespace, item in known_namespaces(folder).items()}
        namespaces = {schema.namespace for schema in read(command.files, bases, command.root).schemas}
        models = {path: schema for path in folder.glob("*.model.ttl") for schema in read_text(path.read_text(encoding="utf-8"))}
        schemas = [schema for schema in models.values() if schema.namespace in namespaces]
        assert count_xsd(command.files, schemas) == count_models(schemas)
        for path, schema in models.items():
            text = path.with_name(path.name.replace(".model.ttl", ".ttl")).read_text(encoding="utf-8")
            codes = sum(len(set(item.enumeration)) for item in schema.simple_types.values())
            assert text.count(" a skos:Concept ;") == codes
            assert text.count(" a owl:Class ;\n    rdfs:") == len(schema.complex_types)


def name_of(path: Path) -> str:
    return path.relative_to(ONTOLOGY).as_posix()


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_committed_models_are_in_canonical_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (schema,) = read_text(text)
    known = known_namespaces(path.parent)[schema.namespace]
    source = text.partition('    dcterms:source "')[2].partition('"')[0]
    prefixes = dict(re.findall(r"^@prefix ([\w.-]+): <(.*)> \.$", text, re.MULTILINE))
    assert write_model(schema, Document(known.bases, known.version, known.title, source, prefixes, known.status)) == text


@pytest.mark.parametrize("path", [path for path in MODELS if path.stat().st_size < 100_000], ids=name_of)
def test_the_reader_of_our_turtle_agrees_with_a_general_one(path: Path) -> None:
    assert read_text(path.read_text(encoding="utf-8")) == read_models(rdflib.Graph().parse(path))


def test_the_largest_model_loads_fast() -> None:
    path = max(MODELS, key=lambda path: path.stat().st_size)
    start = time.perf_counter()
    ModelFile(name_of(path))
    registered = time.perf_counter()
    read_text(path.read_text(encoding="utf-8"))
    assert registered - start < 0.5  # about 0.03 on a quiet machine
    assert time.perf_counter() - registered < 5  # about 0.3


@pytest.mark.parametrize(
    "text",
    [
        "a",
        ":a a model:Schema",
        '@prefix : <urn:a#> . :a :b "x',
        "@prefix : <urn:a#> . :a :b [ :c 1",
        "@prefix : <urn:a#> . :a :b ( 1",
        "<a> <b> x:y .",
    ],
)
def test_turtle_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="content model"):
        read_text(text)


def test_header_and_body_of_soap_take_any_element_leniently() -> None:
    for path in (ONTOLOGY / "soap").glob("*.model.ttl"):
        (schema,) = read_models(rdflib.Graph().parse(path))
        for item in schema.complex_types.values():
            if item.name in ("Header", "Body") and item.content is not None:
                (wildcard,) = item.content.walk()
                assert isinstance(wildcard, Wildcard)
                assert (wildcard.process_contents, wildcard.min_occurs, wildcard.max_occurs) == ("lax", 0, None)


def test_owlready2_loads_the_vocabularies(tmp_path: Path) -> None:
    owlready2 = pytest.importorskip("owlready2", reason="owlready2 is not installed")
    for path in [path for path in MODELS if path.name in ("MeterReadings.model.ttl", "cpsm.model.ttl", "MR_Server.model.ttl", "1.1.model.ttl")]:
        graph = rdflib.Graph().parse(path.with_name(path.name.replace(".model.ttl", ".ttl")))
        triples = tmp_path / "vocabulary.nt"
        graph.serialize(triples, format="nt", encoding="utf-8")
        world = owlready2.World()
        world.get_ontology(triples.as_uri()).load()
        assert len(list(world.classes())) == sum(isinstance(item, rdflib.URIRef) for item in set(graph.subjects(RDF.type, OWL.Class)))
