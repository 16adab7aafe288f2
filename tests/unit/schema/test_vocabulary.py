"""The ontology folder as a whole: that it parses, is coherent, is complete, and says what its sources say."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
import rdflib
from lxml import etree
from rdflib import RDF, RDFS, SKOS

from cimrdf._files import data_folder
from cimrdf.namespaces import MODEL
from cimrdf.schema.build import build_operations, known_namespaces
from cimrdf.schema.catalogue import catalogue_of, load_catalogue
from cimrdf.schema.codes import build_canonical, build_codes
from cimrdf.schema.definitions import read_definitions
from cimrdf.schema.operations import Operation, read_operations
from cimrdf.schema.slices import ModelFile, model_file, prefixes_of
from cimrdf.schema.turtle_reader import read_text
from cimrdf.schema.xsd import SchemaError
from cimrdf.validate import validate

ONTOLOGY = Path(str(data_folder("ontology")))
FILES = sorted(ONTOLOGY.rglob("*.ttl"))
_MODEL = rdflib.Namespace(MODEL)
READING_TYPE = rdflib.Namespace("https://w3id.org/cimrdf/codes/reading-type#")
EVENT = rdflib.Namespace("https://w3id.org/cimrdf/codes/end-device-event#")


def graph_of(*names: str) -> rdflib.Graph:
    graph = rdflib.Graph()
    for name in names:
        graph.parse(ONTOLOGY / name)
    return graph


# ---------------------------------------------------------------------- all files


def test_every_file_parses() -> None:
    pyoxigraph = pytest.importorskip("pyoxigraph", reason="pyoxigraph is not installed")
    for path in FILES:
        count = sum(1 for _ in pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.TURTLE))
        assert count, path
        if path.stat().st_size < 500_000:
            assert len(rdflib.Graph().parse(path)) == count, path


@pytest.mark.slow
def test_the_large_files_parse_with_rdflib() -> None:
    for path in FILES:
        if path.stat().st_size >= 500_000:
            assert len(rdflib.Graph().parse(path)) > 1000, path


def test_no_sentence_of_a_standard_is_in_a_generated_file() -> None:
    """Names and codes are short; what a schema says of its components is not copied. Definitions are ours."""
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        if "do not edit" not in text[:500]:
            continue
        assert "rdfs:comment" not in text, path
        for literal in re.findall(r'"((?:[^"\\]|\\.)*)"', re.sub("skos:(editorialNote|definition) .*", "", text)):
            assert literal.count(" ") <= 9, (path, literal)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


@pytest.mark.parametrize("family", ["cim", "multispeak", "iec61968-100"])
def test_definitions_are_not_the_words_of_the_schemas(reference: Path, family: str) -> None:
    """No seven words in a row of a definition stand in the annotations of the schemas and models."""
    runs: set[tuple[str, ...]] = set()
    for path in [path for pattern in ("*.xsd", "*.wsdl") for path in (reference / family).rglob(pattern)]:
        for node in etree.parse(path, etree.XMLParser(huge_tree=True, recover=True)).iter("{*}documentation"):
            words = _words("".join(node.itertext()))
            runs |= {tuple(words[place : place + 7]) for place in range(len(words) - 6)}
    for path in (reference / family).rglob("*.ttl"):
        for comment in re.findall(r'rdfs:comment "(.*?)"@en', path.read_text(encoding="utf-8")):
            words = _words(comment)
            runs |= {tuple(words[place : place + 7]) for place in range(len(words) - 6)}
    assert len(runs) > 100
    table = read_definitions(ONTOLOGY / family / "definitions.tsv")
    for term, definition in table.exact.items():
        words = _words(definition)
        copied = [run for place in range(len(words) - 6) if (run := tuple(words[place : place + 7])) in runs]
        assert not copied, f"{term}: {' '.join(copied[0])}"


#: Every vocabulary; those whose terms are all defined must stay so.
VOCABULARIES = [path for path in FILES if path.read_text(encoding="utf-8").startswith("# Vocabulary of")]
COMPLETE = ("cim/20", "iec61968-100/", "soap/", *(f"multispeak/5.0/{name}" for name in ("MR_", "CD_", "CB_", "MDM_", "DR_", "PAN_", "PPM_", "NOT_")))


@pytest.mark.parametrize("path", VOCABULARIES, ids=lambda path: path.relative_to(ONTOLOGY).as_posix())
def test_a_vocabulary_says_what_it_must_say_of_itself_and_its_terms(path: Path) -> None:
    graph = rdflib.Graph().parse(path)
    conforms, _, told = pyshacl.validate(graph, shacl_graph=graph_of("style.shapes.ttl"), inference="none")
    assert conforms, told[:2000]
    if path.relative_to(ONTOLOGY).as_posix().startswith(COMPLETE):
        assert not list(graph.objects(None, _MODEL.termsWithoutDefinition))
    defined = set(graph.subjects(SKOS.definition))
    lacking = set(graph.subjects(RDFS.isDefinedBy)) - defined
    assert len(lacking) == int(str(next(graph.objects(None, _MODEL.termsWithoutDefinition), 0)))


def test_the_style_shapes_see_what_is_missing() -> None:
    graph = graph_of("cim/2013/CustomerConfig.ttl")
    term = rdflib.URIRef("https://w3id.org/cimrdf/cim-2013#Customer.kind")
    for predicate in (RDFS.label, SKOS.definition, RDFS.isDefinedBy):
        spoilt = rdflib.Graph()
        spoilt += graph
        spoilt.remove((term, predicate, None))
        if predicate == RDFS.isDefinedBy:
            spoilt.add((term, predicate, rdflib.URIRef("urn:x")))
        assert not pyshacl.validate(spoilt, shacl_graph=graph_of("style.shapes.ttl"), inference="none")[0], predicate


def test_tables_of_definitions(tmp_path: Path) -> None:
    path = tmp_path / "definitions.tsv"
    path.write_text("term\tdefinition\nA\tAn a.\nA.b\tIts b.\n*.b\tA b.\nListOf*\tList of {}.\nListOf*_of_*\tList of each {}.\n", encoding="utf-8")
    table = read_definitions(path)
    assert [table.of(f"urn:x#{name}") for name in ("A", "A.b", "C.b", "ListOfC", "ListOfC_of_d", "D")] == [
        "An a.", "Its b.", "A b.", "List of C.", "List of each d.", "",
    ]  # fmt: skip
    assert table.of("urn:x#D", "urn:m#A.b") == "Its b."
    wrong = {"A\tb\n": "the header", "term\tdefinition\nA\n": ":2: the line has not two", "term\tdefinition\nA\tb\nA\tc\n": "already"}
    for text, message in wrong.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SchemaError, match=message):
            read_definitions(path)
    with pytest.raises(SchemaError, match="cannot be read"):
        read_definitions(tmp_path / "gone.tsv")


def test_owlready2_reads_every_vocabulary(tmp_path: Path) -> None:
    owlready2 = pytest.importorskip("owlready2", reason="owlready2 is not installed")
    for path in VOCABULARIES:
        triples = tmp_path / "vocabulary.nt"
        statements = pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.TURTLE)
        triples.write_bytes(pyoxigraph.serialize(statements, format=pyoxigraph.RdfFormat.N_TRIPLES))
        world = owlready2.World()
        world.get_ontology(triples.as_uri()).load()
        assert len(world.graph) > 10, path
        world.close()


@pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java to run HermiT")
@pytest.mark.parametrize(
    "folder",
    [
        "cim/2009",
        "cim/2011-draft",
        "cim/2013",
        "cim/canonical",
        "iec61968-100",
        "soap",
        pytest.param("multispeak/4.1", marks=pytest.mark.slow),
        pytest.param("multispeak/5.0", marks=pytest.mark.slow),
    ],
)
def test_no_class_is_unsatisfiable(folder: str, tmp_path: Path) -> None:
    pytest.importorskip("owlready2", reason="owlready2 is not installed")
    found = rdflib.Graph()
    for path in sorted((ONTOLOGY / folder).glob("*.ttl")):
        if not path.name.endswith(".model.ttl"):
            found.parse(path)
    triples = tmp_path / "vocabulary.nt"
    triples.write_text(
        "".join(
            f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in found if p not in (SKOS.notation, SKOS.inScheme, SKOS.prefLabel) and o != SKOS.Concept
        ),
        encoding="utf-8",
    )
    program = (
        "import sys, owlready2\nworld = owlready2.World()\nontology = world.get_ontology(sys.argv[1]).load()\n"
        "owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)\n"
        "print(len(list(world.classes())), [item.iri for item in world.inconsistent_classes()])"
    )
    try:
        done = subprocess.run([sys.executable, "-c", program, triples.as_uri()], capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("HermiT took more than five minutes")
    assert done.returncode == 0, done.stderr
    count, _, unsatisfiable = done.stdout.strip().partition(" ")
    assert int(count) > 5
    assert unsatisfiable == "[]"


# ---------------------------------------------------------------------- catalogue


def test_the_catalogue_names_every_content_model_once() -> None:
    graph = graph_of("catalogue.ttl")
    entries = [*graph.objects(None, _MODEL.file), *graph.objects(None, _MODEL.draftFile)]
    listed = {str(graph.value(entry, _MODEL.path)): str(graph.value(entry, _MODEL.namespace)) for entry in entries}
    assert len(listed) == len(entries)
    models = {path.relative_to(ONTOLOGY).as_posix() for path in FILES if path.name.endswith(".model.ttl")}
    # SOAP 1.2 is read as SOAP 1.1; its own content model is for validation by hand.
    assert models - {"soap/1.2.model.ttl"} <= {path for path in listed if path.endswith(".model.ttl")} <= models
    for path, namespace in listed.items():
        assert ModelFile(path).namespace == namespace


def test_the_drafts_do_not_disturb_what_was_published() -> None:
    catalogue = load_catalogue()
    assert catalogue.versions["cim-2011-draft"].namespaces == ()
    for namespace in ("http://iec.ch/TC57/2011/MeterReadings#", "http://iec.ch/TC57/2011/EndDeviceEvents#"):
        assert all(path.startswith("cim/2013/") for path in catalogue.files[namespace])
    assert len(catalogue.versions["cim-2013"].namespaces) == 15 + 9
    drafts = catalogue_of("cim-2011-draft")
    assert drafts.versions["cim-2011-draft"].namespaces == tuple(sorted(catalogue.draft_versions["cim-2011-draft"]))
    assert drafts.files["http://iec.ch/TC57/2011/MeterReadings#"] == ("cim/2011-draft/MeterReadings.model.ttl",)
    assert drafts.files["http://iec.ch/TC57/2011/MeterConfig#"] == catalogue.files["http://iec.ch/TC57/2011/MeterConfig#"]
    assert len(catalogue.versions["multispeak-5.0"].namespaces) == 51
    known = known_namespaces(Path("ontology/cim/2011-draft"))["http://iec.ch/TC57/2011/MeterReadings#"]
    assert known.bases.model == "https://w3id.org/cimrdf/cim-2011-draft/MeterReadings#"
    assert known_namespaces()["http://iec.ch/TC57/2011/MeterReadings#"].bases.model == "https://w3id.org/cimrdf/cim-2013/MeterReadings#"


def test_a_message_that_fits_a_draft_only_is_told_to() -> None:
    draft = (
        b'<EndDeviceControls xmlns="http://iec.ch/TC57/2011/EndDeviceControls#"><EndDeviceControl><EndDeviceControlType ref="3.31.0.23"/>'
        b'</EndDeviceControl><EndDeviceControlType><mRID>1</mRID><Names ref="x"/></EndDeviceControlType></EndDeviceControls>'
    )
    found = validate(draft)
    assert [item.code for item in found if item.severity == "assumption"] == ["version-assumed"]
    assert "cim-2011-draft" in next(item.message for item in found if item.code == "version-assumed")
    assert validate(draft, schema="cim-2011-draft") == []
    published = draft.replace(b'<Names ref="x"/>', b"<Names><name>x</name></Names>")
    assert validate(published) == []
    assert [item.code for item in validate(published.replace(b"mRID", b"mRIDs"))] == ["element-unknown"]


def test_a_message_of_a_reconstructed_profile_says_so() -> None:
    found = validate(
        b'<CustomerConfig xmlns="http://iec.ch/TC57/2011/CustomerConfig#"><Customer><kind>residential</kind></Customer></CustomerConfig>'
    )
    assert [(item.code, item.severity) for item in found] == [("schema-reconstructed", "assumption")]


def test_an_envelope_without_content_is_assumed_to_be_of_a_version_that_is_aligned() -> None:
    assert list(load_catalogue().versions)[:2] == ["cim-2013", "multispeak-4.1"]


@pytest.mark.parametrize("path", [path.relative_to(ONTOLOGY).as_posix() for path in FILES if path.name.endswith(".model.ttl")])
def test_components_are_found_by_the_prefixes_that_a_file_declares(path: str) -> None:
    file = model_file(path)
    declared = set(prefixes_of(path).values())
    assert {iri[: iri.rfind("#") + 1] for iri in file.components} <= declared


@pytest.mark.parametrize("namespace", ["http://www.multispeak.org/Version_4.1_Release", "http://iec.ch/TC57/2011/MeterConfig#"])
def test_roots_are_the_same_with_and_without_their_types(namespace: str) -> None:
    catalogue = load_catalogue()
    assert catalogue.roots(namespace) == {name: root for schema in catalogue.schemas(namespace) for name, root in schema.roots.items()}


def test_types_across_namespaces_are_found() -> None:
    catalogue = load_catalogue()
    root = catalogue.root("http://www.multispeak.org/V5.0/wsdl/MR_Server", "GetLatestMeterReadingsByMeterIDsResponse")
    assert root is not None
    namespaces = {schema.namespace for schema in catalogue.closure(root)}
    assert {
        "http://www.multispeak.org/V5.0",
        "http://www.multispeak.org/V5.0/commonArrays",
        "http://www.multispeak.org/V5.0/commonTypes",
    } <= namespaces
    assert catalogue.root_of(root.term) == root
    assert catalogue.root_of("https://w3id.org/cimrdf/cim-2013#Reading.value") is None


@pytest.mark.parametrize(
    "local",
    [
        "Header",
        "Request",
        "Reply",
        "Payload",
        "OperationSet",
        "Compressed",
        "Format",
        "StartTime",
        "EndTime",
        "Option",
        "ID",
        "CreateMeterConfig",
        "ClosedMeterConfig",
        "MeterConfigFaultMessage",
    ],
)
def test_the_parts_of_strongly_typed_wrappers_are_read(local: str) -> None:
    for namespace in (
        "http://iec.ch/TC57/2011/MeterConfigMessage",
        "http://www.iec.ch/TC57/2010/MeterConfigMessage",
        "http://iec.ch/TC57/2017/MeterConfigMessage",
    ):
        assert load_catalogue().canonical(namespace, local)[0] == "http://iec.ch/TC57/2011/schema/message"


def test_every_name_of_the_message_variants_is_read(reference: Path) -> None:
    catalogue = load_catalogue()
    published = {name for schema in catalogue.schemas("http://iec.ch/TC57/2011/schema/message") for name in schema.roots}
    for path in sorted((reference / "iec61968-100/variants").glob("*.xsd")):
        text = path.read_text(encoding="utf-8-sig")
        namespace = re.search(r'targetNamespace="([^"]*)"', text)
        assert namespace is not None
        for name in published:
            assert catalogue.canonical(namespace[1], name)[:2] == ("http://iec.ch/TC57/2011/schema/message", name)


# ---------------------------------------------------------------------- MultiSpeak: both cardinalities, operations


def test_every_bound_of_the_strict_edition_is_in_the_content_model() -> None:
    overlay = graph_of("multispeak/4.1/strict.ttl")
    (schema,) = read_text((ONTOLOGY / "multispeak/4.1/core.model.ttl").read_text(encoding="utf-8"))
    members = {leaf.term: leaf for item in schema.complex_types.values() if item.content for leaf in item.content.walk()}
    uses = {use.term: use for item in schema.complex_types.values() for use in item.attributes}
    minima = list(overlay.subject_objects(_MODEL.strictMinOccurs))
    assert len(minima) >= 30
    for term, least in minima:
        member = members[str(term)]
        assert member.min_occurs == 0
        assert getattr(member, "strict_min_occurs", None) == int(str(least))
    for term, use in overlay.subject_objects(_MODEL.strictUse):
        assert (uses[str(term)].required, uses[str(term)].strict_required) == (False, str(use) == "required")


@pytest.mark.parametrize(("version", "servers", "operations", "offered"), [("4.1", 30, 585, 1766), ("5.0", 40, 1018, 1018)])
def test_operations_of_all_servers(version: str, servers: int, operations: int, offered: int) -> None:
    graph = graph_of(f"multispeak/{version}/operations.ttl")
    assert len(set(graph.subjects(RDF.type, _MODEL.Server))) == servers
    assert len(set(graph.subjects(RDF.type, _MODEL.Operation))) == operations
    assert len(set(graph.subject_objects(_MODEL.server))) == offered
    catalogue = load_catalogue()
    roots = {root.term for namespace in catalogue.versions[f"multispeak-{version}"].namespaces for root in catalogue.roots(namespace).values()}
    assert {str(item) for name in ("input", "output", "header") for item in graph.objects(None, _MODEL[name])} <= roots


def test_operations_are_counted_as_the_reference_counts_them(reference: Path) -> None:
    for text, files in (
        ((reference / "multispeak/4.1.6/METHODS_4.1.6.md"), sorted((reference / "multispeak/4.1.6/wsdl").glob("*.wsdl"))),
        ((reference / "multispeak/5.0.7/METHODS_5.0.7.md"), sorted((reference / "multispeak/5.0.7/EndPoints/server_xsds").glob("*.xsd"))),
    ):
        counts = {name: int(count) for name, count in re.findall(r"## (\w+) \((\d+) operations", text.read_text(encoding="utf-8"))}
        assert {file.stem: len(read_operations(file)) for file in files} == counts


WSDL = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:t="urn:t">
<message name="in"><part name="p" element="t:Do"/></message><message name="out"/><message name="head"><part name="h" element="t:Head"/></message>
<portType name="p"><operation name="Do"><input message="t:{}"/><output message="t:out"/></operation><operation name="Unbound"/></portType>
<binding name="b" type="t:p"><operation name="Do"><soap:operation soapAction="urn:do"/>
<input><soap:header message="t:head" part="h"/></input></operation></binding>
</definitions>"""


def test_an_operation_has_its_elements_header_and_action(tmp_path: Path) -> None:
    path = tmp_path / "X_Server.wsdl"
    path.write_text(WSDL.format("in"), encoding="utf-8")
    assert read_operations(path) == [Operation("Do", "{urn:t}Do", "", "{urn:t}Head", "urn:do")]


def test_broken_wsdls_are_refused_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "X_Server.wsdl"
    path.write_text(WSDL.format("gone"), encoding="utf-8")
    with pytest.raises(SchemaError, match="no such message") as caught:
        read_operations(path)
    assert (caught.value.file, caught.value.line, caught.value.component) == (str(path), 3, "t:gone")
    path.write_text("<a/>", encoding="utf-8")
    with pytest.raises(SchemaError, match="neither a WSDL nor a schema"):
        read_operations(path)
    path.write_text("<a", encoding="utf-8")
    with pytest.raises(SchemaError, match="not well-formed"):
        read_operations(path)
    with pytest.raises(SchemaError, match="cannot be read"):
        read_operations(tmp_path / "gone.wsdl")
    with pytest.raises(ValueError, match="folder of a version"):
        build_operations([path], tmp_path / "operations.ttl")


# ---------------------------------------------------------------------- code lists and links


def test_the_generated_files_are_what_the_commands_in_the_readme_give(reference: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ONTOLOGY / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    copy = tmp_path / "ontology"
    for folder in ("codes", "cim", "multispeak/4.1", "multispeak/5.0"):
        (copy / folder).mkdir(parents=True)
    shutil.copytree(ONTOLOGY / "cim", copy / "cim", dirs_exist_ok=True)
    shutil.copy(ONTOLOGY / "codes/schemes.ttl", copy / "codes")
    for block in blocks:
        exec(block, {"reference": reference, "ontology": copy})
    made = [*copy.glob("codes/*.ttl"), *copy.glob("multispeak/*/*.ttl"), copy / "cim/canonical.ttl"]
    assert len(made) == 7
    for path in made:
        name = path.relative_to(copy)
        assert path.read_text(encoding="utf-8") == (ONTOLOGY / name).read_text(encoding="utf-8"), name


def test_code_lists() -> None:
    graph = graph_of("codes/schemes.ttl", "codes/reading-type.ttl", "codes/reading-quality.ttl", "codes/end-device-event.ttl")
    schemes = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
    assert len([scheme for scheme in schemes if scheme in READING_TYPE]) == 18
    assert len(schemes) == 18 + 3 + 4
    for scheme in schemes:
        for predicate in (RDFS.label, RDFS.comment, rdflib.DCTERMS.source, _MODEL.confidence, _MODEL.position):
            assert graph.value(scheme, predicate) is not None, (scheme, predicate)
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        assert graph.value(concept, SKOS.inScheme) in schemes
        assert len(list(graph.objects(concept, SKOS.prefLabel))) == len(list(graph.objects(concept, SKOS.notation))) == 1
    assert str(graph.value(READING_TYPE["unit.72"], SKOS.prefLabel)) == "Wh"
    assert str(graph.value(READING_TYPE["multiplier.-3"], SKOS.notation)) == "-3"
    double = {str(graph.value(item, SKOS.notation)) for item in graph.subjects(SKOS.altLabel) if item in EVENT}
    assert double == {"126", "134", "135", "27"}
    quality = rdflib.URIRef("https://w3id.org/cimrdf/codes/reading-quality#categoryIndex.4%2E9")
    assert str(graph.value(graph.value(quality, SKOS.broader), SKOS.prefLabel)) == "Data collection related"


def test_a_scheme_without_rows_is_refused(tmp_path: Path) -> None:
    scheme = '<urn:x#s> a <http://www.w3.org/2004/02/skos/core#ConceptScheme> ; model:codeFile "l.csv" ; model:codePart "s" ; model:position 1 .'
    (tmp_path / "schemes.ttl").write_text(f"@prefix model: <{MODEL}> . {scheme}", encoding="utf-8")
    (tmp_path / "l.csv").write_text("part,code,name\nother,1,one\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no row is of the part s"):
        build_codes(tmp_path, tmp_path)


def test_units_and_terms_that_are_linked_exist() -> None:
    graph = graph_of("codes/reading-type.ttl", "cim/2009/MeterReadings.ttl")
    for subject, value in graph_of("codes/qudt.ttl").subject_objects(SKOS.exactMatch):
        assert (subject, RDF.type, SKOS.Concept) in graph, subject
        assert re.fullmatch(r"http://qudt\.org/vocab/(unit|prefix)/[\w-]+", str(value))


def test_canonical_links_have_the_same_name_on_both_sides() -> None:
    links = list(graph_of("cim/canonical.ttl").subject_objects(SKOS.exactMatch))
    assert len(links) > 800
    assert all(str(one).partition("#")[2] == str(other).partition("#")[2] for one, other in links)
    namespaces = {str(other).partition("#")[0] for _, other in links}
    assert {"http://iec.ch/TC57/CIM100", "http://iec.ch/TC57/2010/CIM-schema-cim15", "http://cim.ucaiug.io/CIM101/draft"} < namespaces
    assert (rdflib.URIRef("https://w3id.org/cimrdf/cim-2013#UsagePoint.isSdp"), rdflib.URIRef("http://iec.ch/TC57/CIM100#UsagePoint.isSdp")) in links


def test_a_model_without_a_namespace_is_refused(tmp_path: Path) -> None:
    for name in ("cim14_pycim.ttl", "cim15_pycim.ttl", "cim17_merged_iec61968.ttl", "cim17v40_full.ttl", "cim18v15.ttl"):
        (tmp_path / name).write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="declares no prefix cim"):
        build_canonical(tmp_path, ONTOLOGY, tmp_path / "canonical.ttl")
