"""XML → RDF → XML for any root of any version: generated instances, and what is wrong with what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import rdflib
from lxml import etree

from cimrdf._files import data_folder
from cimrdf.namespaces import MODEL
from cimrdf.schema.catalogue import Catalogue, catalogue_of, load_catalogue
from cimrdf.schema.generate import Generator
from cimrdf.schema.lift import Lifted, lift
from cimrdf.schema.lower import Graph, lower
from cimrdf.schema.model import Root, Schema
from cimrdf.schema.read import parse
from cimrdf.schema.validity import problems
from cimrdf.schema.xsd_writer import compile_schema
from tests.fidelity import canonical, first_difference, leaves

VERSIONS = [version for name in load_catalogue().versions if (version := catalogue_of(name).versions[name]).namespaces]
#: Operations are metering operations where one of these servers has them, or where they tell of meters and readings.
METERING_SERVERS = {"MR_Server", "CD_Server"}
METERING_NOTIFICATION = re.compile(r"\w*(Reading|Interval|Meter|CDState|EndDevice)\w*Notification")


def roots_of(version: str) -> Iterator[Root]:
    catalogue = catalogue_of(version)
    for namespace in catalogue.versions[version].namespaces:
        yield from (root for _, root in sorted(catalogue.roots(namespace).items()) if not root.abstract)


def catalogue_with(root: Root) -> Catalogue:
    """The catalogue that a root is from: drafts have the namespaces of what was published."""
    return next(catalogue for version in VERSIONS if (catalogue := catalogue_of(version.name)).root(root.namespace, root.name) == root)


def name_of(root: Root) -> str:
    version = catalogue_with(root).version_of(root.namespace)
    return f"{version.name if version else ''}-{root.name}"


@lru_cache
def metering() -> frozenset[str]:
    """The elements of the metering operations of MultiSpeak, requests and responses, by their terms."""
    found: set[str] = set()
    model = rdflib.Namespace(MODEL)
    for version in ("4.1", "5.0"):
        graph = rdflib.Graph().parse(data=(data_folder("ontology") / f"multispeak/{version}/operations.ttl").read_bytes(), format="turtle")
        for operation in graph.subjects(rdflib.RDF.type, model.Operation):
            servers = {str(server).rpartition("operations#")[2] for server in graph.objects(operation, model.server)}
            if servers & METERING_SERVERS or METERING_NOTIFICATION.fullmatch(str(graph.value(operation, model.name))):
                found |= {str(term) for way in (model.input, model.output) for term in graph.objects(operation, way)}
    return frozenset(found)


def merged(schemas: list[Schema]) -> Schema:
    """The parts of one namespace as one schema."""
    whole = Schema(schemas[0].namespace, qualified=schemas[0].qualified)
    for schema in schemas:
        whole.roots.update(schema.roots)
        whole.complex_types.update(schema.complex_types)
        whole.simple_types.update(schema.simple_types)
        whole.attributes.update(schema.attributes)
    return whole


@lru_cache(maxsize=4)
def whole_schema(version: str, namespace: str) -> etree.XMLSchema:
    """The schema of a namespace with all that its version declares."""
    catalogue = catalogue_of(version)
    return compile_schema([merged(catalogue.schemas(name)) for name in catalogue.versions[version].namespaces], namespace, strict=True)


def faults(element: etree._Element, catalogue: Catalogue) -> list[str]:
    namespace = etree.QName(element).namespace or ""
    version = catalogue.version_of(namespace)
    schema = whole_schema(version.name if version else "", namespace)
    # Types that a part of another version names are known to the product's own judge only.
    return [] if schema.validate(element) else [problem.message for problem in problems(element, catalogue, strict=True)]


def lowered(lifted: Lifted, catalogue: Catalogue) -> etree._Element:
    graph = Graph()
    graph.update(lifted.triples)
    made = lower(graph, lifted.parts[0].node, lifted.parts[0].root, catalogue).element
    return etree.fromstring(etree.tostring(made))


def complaints(generator: Generator, element: etree._Element) -> list[str]:
    """What is wrong with the way of one instance to RDF and back."""
    data = etree.tostring(element)
    catalogue = generator.catalogue
    lifted = lift(parse(data), catalogue, "urn:x:generated")
    lifted.normalise()
    found = [str(item) for item in lifted.findings if item.code != "schema-reconstructed"]
    found += [f"generated: {fault}" for fault in faults(lifted.parts[0].element, catalogue)]
    made = lowered(lifted, catalogue)
    found += [f"lowered: {fault}" for fault in faults(made, catalogue)]
    generator.trim()
    difference = first_difference(canonical(etree.fromstring(etree.tostring(element))), canonical(made))
    counted, told = len(list(leaves(element))), len(lifted.leaves)
    if counted != told:
        found.append(f"{counted} leaves, {told} told")
    return [*found, difference] if difference else found
