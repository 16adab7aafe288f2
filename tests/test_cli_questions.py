"""The command line: graphs, queries, and questions about vocabularies and alignments."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

import cimrdf
from cimrdf.cli import main
from cimrdf.findings import finding

READINGS = cimrdf.example("meter-readings-cim-2013.xml")
NOTIFICATION = cimrdf.example("reading-changed-notification-multispeak-4.1.xml")


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict]]:
    """Run a command with --json; returns exit status and report."""

    def run(*arguments: str) -> tuple[int, dict]:
        status = main([*arguments, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def content(xml: bytes) -> list[tuple[str, str, dict[str, str]]]:
    """Names, texts and attributes in document order: equality after canonicalization, without prefixes and schemaLocation."""
    found = []
    for item in etree.fromstring(xml, etree.XMLParser(remove_comments=True)).iter():
        item.attrib.pop("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", None)
        found.append((item.tag, (item.text or "").strip(), dict(item.attrib)))
    return found


# ---------------------------------------------------------------------- lift and lower


@pytest.mark.parametrize("name", [READINGS, NOTIFICATION], ids=["cim", "multispeak"])
@pytest.mark.parametrize("suffix", [".ttl", ".nt"])
def test_lift_and_lower(name: str, suffix: str, tmp_path: Path) -> None:
    graph, back = tmp_path / f"g{suffix}", tmp_path / "back.xml"
    assert main(["lift", name, "-o", str(graph)]) == 0
    assert main(["lower", str(graph), "-o", str(back)]) == 0
    assert content(back.read_bytes()) == content(Path(name).read_bytes())


def test_lift_binds_prefixes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lift", READINGS]) == 0
    assert "cim-2013:Reading.value" in capsys.readouterr().out


def test_lower_keeps_typed_literals_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A graph that others made may have typed literals: their lexical forms stay."""
    graph = tmp_path / "g.ttl"
    assert main(["lift", READINGS, "-o", str(graph)]) == 0
    text = graph.read_text(encoding="utf-8").replace('"0.250"', '"00.250"^^<http://www.w3.org/2001/XMLSchema#decimal>')
    graph.write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert main(["lower", str(graph)]) == 0
    assert "<value>00.250</value>" in capsys.readouterr().out


def test_lower_reads_blank_nodes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = tmp_path / "g.ttl"
    graph.write_text(
        """@prefix c: <https://w3id.org/cimrdf/cim-2013#> .
        [] c:element-MeterReadings [ a c:MeterReadings ; c:MeterReadings.MeterReading [
            c:MeterReading.Readings [ c:Reading.value "1" ; c:Reading.ReadingType [ c:Reading-ReadingType.ref "x" ] ] ] ] .""",
        encoding="utf-8",
    )
    assert main(["lower", str(graph)]) == 0
    assert "<value>1</value>" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("this is not turtle", "rdf-malformed"),
        ("<urn:a> <urn:b> 'c' .", "document-missing"),
        ("<urn:a> <https://w3id.org/cimrdf/cim-2013#element-MeterReadings> 'c' .", "document-missing"),
        ("<urn:a> <https://w3id.org/cimrdf/iec61968-100#element-EventMessage> <urn:b> .", "output-invalid"),
    ],
)
def test_lower_refuses(text: str, code: str, tmp_path: Path, report: Callable[..., tuple[int, dict]]) -> None:
    graph, out = tmp_path / "g.ttl", tmp_path / "out.xml"
    graph.write_text(text, encoding="utf-8")
    status, told = report("lower", str(graph), "-o", str(out))
    assert status == 2
    assert told["findings"][-1]["code"] == code
    assert not out.exists()


def test_lower_refuses_characters_that_xml_cannot_hold(tmp_path: Path, report: Callable[..., tuple[int, dict]]) -> None:
    graph = tmp_path / "g.ttl"
    assert main(["lift", READINGS, "-o", str(graph)]) == 0
    graph.write_text(graph.read_text(encoding="utf-8").replace('"0.250"', '"\\u0001"'), encoding="utf-8")
    status, told = report("lower", str(graph))
    assert (status, told["findings"][-1]["code"]) == (2, "output-invalid")


def test_reference_messages_lift_and_lower(reference: Path) -> None:
    """Every reference message that is schema-valid comes back canonically equal; any other comes back, or is refused."""
    from cimrdf.documents import lift_document, lower_graph

    equal = 0
    for path in sorted((reference / "samples").rglob("*.xml")):
        try:
            lifted = lift_document(path)
            lowered = lower_graph(lifted.graph)
        except cimrdf.Refused:
            continue
        if not lifted.findings:
            assert content(lowered.messages[0].xml) == content(path.read_bytes()), path
            equal += 1
    assert equal > 0


# ---------------------------------------------------------------------- query


def test_query(report: Callable[..., tuple[int, dict]]) -> None:
    status, told = report("query", "SELECT ?v { ?r cim-2013:Reading.value ?v } ORDER BY ?v", READINGS)
    assert status == 0
    assert told["variables"] == ["v"]
    assert [row["v"] for row in told["rows"]] == ["0.250", "1.125", "18342.750", "907.500"]
    assert report("query", "ASK { ?row a map:Gap }") == (0, {"status": 0, "boolean": True})
    _, told = report("query", "CONSTRUCT { ?s rdfs:label 'x' } { ?s a cim-2013:Reading }", READINGS)
    assert told["triples"] == 4


def test_query_csv_and_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "q.rq"
    file.write_text("SELECT ?v { ?r cim-2013:Reading.value ?v } ORDER BY ?v LIMIT 1", encoding="utf-8")
    assert main(["query", "--file", str(file), READINGS, "--csv"]) == 0
    assert capsys.readouterr().out == "v\n0.250\n"


@pytest.mark.parametrize("store", ["rdflib", "pyoxigraph"])
def test_query_parameters(store: str, report: Callable[..., tuple[int, dict]]) -> None:
    pytest.importorskip(store)
    select = "SELECT ?v { ?r a ?class ; cim-2013:Reading.value ?v }"
    _, told = report("query", select, READINGS, "--param", "class=cim-2013:Reading", "--store", store)
    assert len(told["rows"]) == 4
    _, told = report("query", select, READINGS, "--param", "v=0.250", "--store", store)
    assert len(told["rows"]) == 1


def test_named_queries(report: Callable[..., tuple[int, dict]], capsys: pytest.CaptureFixture[str]) -> None:
    _, told = report("query")
    names = {item["name"]: item for item in told["queries"]}
    assert {"counterpart-of", "gaps", "rows-by-kind"} <= set(names)
    for name, item in names.items():
        assert item["about"], name
        status, found = report("query", "--name", name, *(word for one in item["parameters"] for word in ("--param", f"{one}=value")))
        assert (status, bool(found["rows"])) == (0, True), name
    assert main(["query"]) == 0
    assert "counterpart-of" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "LOAD <http://example.org/>",
        "SELECT * { SERVICE <http://example.org/sparql> { ?s ?p ?o } }",
        "SELECT * { { SELECT ?s { OPTIONAL { SERVICE SILENT ?x { ?s ?p ?o } } } } }",
        "SELECT * FROM <http://example.org/> { ?s ?p ?o }",
        "SELECT * FROM NAMED <file:///etc/passwd> { GRAPH ?g { ?s ?p ?o } }",
        "ASK { FILTER EXISTS { SERVICE <http://example.org/sparql> { ?s ?p ?o } } }",
        "SELECT nonsense",
        "",
    ],
)
def test_query_reads_only(text: str, report: Callable[..., tuple[int, dict]]) -> None:
    status, told = report("query", text)
    assert status == 2
    assert told["findings"][0]["code"] == "query-refused"


def test_query_refuses_unknown_names(report: Callable[..., tuple[int, dict]]) -> None:
    assert report("query", "--name", "nonsense")[1]["findings"][0]["code"] == "query-unknown"
    assert report("query", "ASK {}", "missing.xml")[1]["findings"][0]["code"] == "input-missing"


# ---------------------------------------------------------------------- the mapping


def test_rows_tsv(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rows", "--tsv", "--profile", "MeterReadings"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split("\t") == ["pair", "profile", "left_path", "right_path", "kind", "transform", "lossless", "confidence", "source"]
    cells = [line.split("\t") for line in lines]
    assert {len(line) for line in cells} == {9}
    assert {line[4] for line in cells} == {"correlation", "transformation", "gap-in-right", "gap-in-left"}
    assert ["MeterReading/Readings/value", "meterReading/readingValues/readingValue/value"] in [line[2:4] for line in cells]


def test_rows_coverage_and_gaps(report: Callable[..., tuple[int, dict]]) -> None:
    _, rows = report("rows", "--pair", "cim-2013--multispeak-4.1")
    _, coverage = report("coverage")
    _, gaps = report("gaps")
    assert sum(line["gap_in_right"] + line["gap_in_left"] for line in coverage["coverage"]) == len(gaps["gaps"])
    assert all(line["covered"] == line["leaves"] for line in coverage["coverage"])
    assert len(rows["rows"]) > len(gaps["gaps"]) > 0
    assert all(gap["reason"] for gap in gaps["gaps"])


@pytest.mark.parametrize("command", ["rows", "coverage", "gaps"])
def test_tables_for_people(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command]) == 0
    assert "MeterReadings" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["rows", "--pair", "x"], ["rows", "--profile", "x"], ["coverage", "x"], ["gaps", "x"], ["export", "rules", "--pair", "x"]]
)
def test_unknown_pair_or_profile(arguments: list[str], report: Callable[..., tuple[int, dict]]) -> None:
    status, told = report(*arguments)
    assert (status, told["findings"][0]["code"]) == (2, "not-aligned-yet")


def test_lookup(report: Callable[..., tuple[int, dict]]) -> None:
    pytest.importorskip("cimrdf.alignment.lookup")
    status, told = report("lookup", "MeterReading/Readings/value")
    assert status == 0
    assert told["counterparts"]
    status, told = report("lookup", "no-such-thing")
    assert (status, told["findings"][0]["code"]) == (2, "term-unknown")


@pytest.mark.parametrize(("codes", "status"), [([], 0), (["check-skipped"], 0), (["check-skipped", "row-dangling"], 1)])
def test_check(codes: list[str], status: int, report: Callable[..., tuple[int, dict]], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the check finds is reported; the check itself has tests of its own."""
    check = pytest.importorskip("cimrdf.alignment.check")
    monkeypatch.setattr(check, "check", lambda: [finding(code, "found") for code in codes])
    found, told = report("check")
    assert (found, told["status"], [item["code"] for item in told["findings"]]) == (status, status, codes)
    assert main(["check"]) == status


# ---------------------------------------------------------------------- vocabulary and export


def test_vocabulary_list(report: Callable[..., tuple[int, dict]], capsys: pytest.CaptureFixture[str]) -> None:
    _, told = report("vocabulary", "list")
    versions = {item["name"]: item for item in told["versions"]}
    assert versions["cim-2013"]["loaded"]
    assert "cim/2013/MeterReadings.model.ttl" in {file for item in versions["cim-2013"]["namespaces"] for file in item["files"]}
    assert main(["vocabulary"]) == 0
    assert "multispeak-4.1" in capsys.readouterr().out


def test_vocabulary_show(report: Callable[..., tuple[int, dict]], capsys: pytest.CaptureFixture[str]) -> None:
    _, told = report("vocabulary", "show", "cim-2013:Reading")
    found = next(item for item in told["descriptions"] if "MeterReadings" in item["schemas"] and len(item["members"]) > 2)
    assert (found["kind"], found["version"]) == ("class", "cim-2013")
    members = {member["name"]: member for member in found["members"]}
    assert members["ReadingQualities"]["occurs"] == "0..*"
    assert members["ReadingType"]["occurs"] == "1"
    assert "cim-2013:MeterReading.Readings" in found["used_in"]
    assert main(["vocabulary", "show", "Reading.value"]) == 0
    assert "xsd:string" in capsys.readouterr().out
    status, told = report("vocabulary", "show", "Raeding")
    assert status == 2
    assert "did you mean Reading" in told["findings"][0]["message"]


def test_vocabulary_diff(tmp_path: Path, report: Callable[..., tuple[int, dict]]) -> None:
    schema = (
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x">'
        '<xs:complexType name="T"><xs:sequence>{}</xs:sequence></xs:complexType></xs:schema>'
    )
    old, new, written = tmp_path / "old.xsd", tmp_path / "new.xsd", tmp_path / "changes.ttl"
    old.write_text(schema.format('<xs:element name="a" type="xs:string"/>'), encoding="utf-8")
    new.write_text(schema.format('<xs:element name="a" type="xs:string" minOccurs="0"/>'), encoding="utf-8")
    status, found = report("vocabulary", "diff", str(old), str(new), "-o", str(written))
    assert status == 0
    assert [(item["kind"], item["path"]) for item in found["changes"]] == [("cardinality", "T/a")]
    assert written.read_text(encoding="utf-8")


def test_vocabulary_build(tmp_path: Path, report: Callable[..., tuple[int, dict]]) -> None:
    schema = tmp_path / "tiny.xsd"
    schema.write_text(
        """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:tiny" xmlns="urn:tiny" elementFormDefault="qualified">
        <xs:element name="Thing"><xs:complexType><xs:sequence><xs:element name="name" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
        </xs:schema>""",
        encoding="utf-8",
    )
    status, told = report("vocabulary", "build", str(schema), "-o", str(tmp_path / "tiny.ttl"))
    assert status == 0
    assert sorted(Path(item["file"]).name for item in told["files"]) == ["tiny.model.ttl", "tiny.ttl"]
    status, told = report("vocabulary", "build", str(schema), "--root", "Nothing", "-o", str(tmp_path / "t.ttl"))
    assert (status, told["findings"][0]["code"]) == (2, "schema-unreadable")
    assert report("vocabulary", "build", str(tmp_path / "no.xsd"), "-o", str(tmp_path / "t.ttl"))[0] == 2


def test_export_rules(tmp_path: Path, report: Callable[..., tuple[int, dict]]) -> None:
    """Each file holds one CONSTRUCT query for each rule, all of them standard SPARQL."""
    from rdflib.plugins.sparql.parser import parseQuery

    status, told = report("export", "rules", "-o", str(tmp_path))
    assert status == 0
    names = {Path(item["file"]).relative_to(tmp_path).as_posix() for item in told["files"]}
    assert "cim-2013--multispeak-4.1/MeterReadings.to-multispeak.rq" in names
    assert "cim-2013--multispeak-4.1/MeterReadings.to-cim.rq" in names
    for item in told["files"]:
        _, *queries = Path(item["file"]).read_text(encoding="utf-8").split("# ---\n")
        assert queries
        for text in queries:
            assert text.startswith("# ")
            parseQuery(text)


# ---------------------------------------------------------------------- demo


def test_demo(capsys: pytest.CaptureFixture[str], report: Callable[..., tuple[int, dict]]) -> None:
    assert main(["demo"]) == 0
    text = capsys.readouterr().out
    assert text.count(": the input, ") == text.count(": the ledger") == 2
    assert "18342.750" in text
    assert "\033" not in text
    _, told = report("demo")
    assert [(item["from"], item["to"]) for item in told["journeys"]] == [("cim-2013", "multispeak-4.1"), ("multispeak-4.1", "cim-2013")]
