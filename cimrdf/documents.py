"""Documents as graphs and back: `cimrdf lift` and `cimrdf lower`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import rdflib
from lxml import etree

from cimrdf.convert import from_rdflib, to_rdflib
from cimrdf.engine.difference import path_of
from cimrdf.engine.reading import read_message
from cimrdf.findings import Finding, Refused, finding
from cimrdf.schema.catalogue import Catalogue, load_catalogue
from cimrdf.schema.lift import DOCUMENT, Node
from cimrdf.schema.lower import Graph, Lowered, lower, natural_order, serialise
from cimrdf.schema.read import read_bytes
from cimrdf.schema.validity import parts, problems
from cimrdf.translate import Message


@dataclass(frozen=True, slots=True)
class LiftedDocument:
    """A document as a graph, its versions (payload last), and what its reading found."""

    graph: rdflib.Graph
    versions: tuple[str, ...]
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class LoweredGraph:
    """The documents of a graph, and what was found on the way."""

    messages: list[Message]
    findings: list[Finding]


def lift_document(source: str | Path | bytes) -> LiftedDocument:
    """Lift an XML document (a path, `-`, or bytes) to a graph; deviations from its schema are findings.

    Raises:
        Refused: the document cannot be read, or no version has its document element.
    """
    catalogue = load_catalogue()
    lifted = read_message(source, catalogue)
    versions = [found.name for part in lifted.parts if (found := catalogue.version_of(part.root.namespace)) is not None]
    return LiftedDocument(to_rdflib(lifted.triples), tuple(dict.fromkeys(versions)), lifted.findings)


def read_graph(source: str | Path | bytes) -> rdflib.Graph:
    """Read Turtle (or N-Triples, which is Turtle, too); literals keep their lexical forms.

    Raises:
        Refused: `input-missing` or `rdf-malformed`.
    """
    name = "-" if isinstance(source, bytes) else str(source)
    data = source if isinstance(source, bytes) else read_bytes(source)
    graph = rdflib.Graph()
    try:
        with _lexical_forms():
            graph.parse(data=data.decode("utf-8-sig"), format="nt" if name.endswith(".nt") else "turtle")
    except UnicodeDecodeError as error:
        raise Refused(finding("rdf-malformed", f"not UTF-8: {error.reason} at byte {error.start}", file=name)) from None
    except Exception as error:  # rdflib's parsers raise many kinds
        line = getattr(error, "lines", None)
        message = " ".join(str(getattr(error, "_why", None) or error).split())
        raise Refused(finding("rdf-malformed", message[:300], file=name, line=line + 1 if isinstance(line, int) else None)) from None
    return graph


@contextmanager
def _lexical_forms() -> Iterator[None]:
    """Without rdflib's normalization of typed literals: `12.50` stays `12.50`."""
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before


def lower_graph(source: rdflib.Graph, file: str = "-") -> LoweredGraph:
    """Write the documents of a graph as XML, valid against their schemas.

    Raises:
        Refused: `document-missing`, or `output-invalid` where a document would not be valid.
    """
    catalogue = load_catalogue()
    graph = from_rdflib(source)
    messages, findings = [], []
    for node, term in _documents(graph, catalogue, file):
        lowered = _lower(graph, node, term, catalogue, file)
        findings += [
            finding("member-overflow", f"{item.name} occurs once; {', '.join(item.values)[:60]!r} was not written", file=file)
            for item in lowered.overflows
        ]
        _refuse_invalid(lowered, catalogue, file)
        messages.append(Message(serialise(lowered.element), _payload(lowered, catalogue)))
    return LoweredGraph(messages, findings)


def _lower(graph: Graph, node: str, term: str, catalogue: Catalogue, file: str) -> Lowered:
    root = catalogue.root_of(term)
    if root is None:
        raise AssertionError(f"{term} is a global element")
    try:
        return lower(graph, node, root, catalogue)
    except RecursionError:
        raise Refused(finding("xml-limit", "the nodes of the graph hang on each other in a circle, or too deep", file=file)) from None
    except (ValueError, SyntaxError) as error:
        raise Refused(finding("output-invalid", f"a value of the graph cannot stand in XML: {error}", file=file)) from None


def _documents(graph: Graph, catalogue: Catalogue, file: str) -> list[tuple[str, str]]:
    """Document elements as node and property: those whose parent nothing points to."""
    pointed = {
        value
        for properties in graph.index.values()
        for name, values in properties.items()
        if name != DOCUMENT
        for value in values
        if isinstance(value, Node)
    }
    found = [
        (value, predicate)
        for subject, properties in graph.index.items()
        if subject not in pointed
        for predicate, values in properties.items()
        if catalogue.root_of(predicate) is not None
        for value in values
        if isinstance(value, Node)
    ]
    if not found:
        raise Refused(finding("document-missing", "no node has a document element of a version that is loaded", file=file))
    return sorted(found, key=lambda pair: natural_order(pair[0]))


def _refuse_invalid(lowered: Lowered, catalogue: Catalogue, file: str) -> None:
    wrong = [problem for part in parts(lowered.element, catalogue) for problem in problems(part, catalogue)]
    if wrong:
        raise Refused(*(finding("output-invalid", problem.message, file=file, xpath=path_of(problem.element)) for problem in wrong))


def _payload(lowered: Lowered, catalogue: Catalogue) -> str:
    """The name of the innermost part: of the payload, where the document is an envelope."""
    *_, last = parts(lowered.element, catalogue)
    return str(etree.QName(last).localname)


__all__ = ["LiftedDocument", "LoweredGraph", "lift_document", "lower_graph", "read_graph"]
