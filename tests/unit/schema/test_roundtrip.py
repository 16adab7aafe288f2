"""XML → RDF → XML on generated messages: nothing is lost, lexical forms included, and the order is the schema's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from lxml import etree

from cimrdf.alignment.rows import load_pair
from cimrdf.schema.catalogue import load_catalogue
from cimrdf.schema.generate import Generator
from cimrdf.schema.lift import Lifted, lift
from cimrdf.schema.lower import Graph, lower
from cimrdf.schema.model import Root, Schema
from cimrdf.schema.read import parse
from cimrdf.schema.validity import problems
from cimrdf.schema.xsd_writer import compile_schema
from tests.building import PAIRS
from tests.fidelity import COUNTS, canonical, first_difference, leaves

CATALOGUE = load_catalogue()
VERSIONS = [version for version in CATALOGUE.versions.values() if version.namespaces]
#: Instances of each root of a CIM profile, an envelope or an aligned operation, beyond those that cover all types.
INSTANCES = 50
#: The official schemas, by the namespace of their roots.
OFFICIAL = {
    "http://iec.ch/TC57/2011/MeterReadings#": "cim/ed2/MeterReadings.xsd",
    "http://iec.ch/TC57/2011/schema/message": "iec61968-100/full/Message.xsd",
    "http://www.multispeak.org/Version_4.1_Release": "multispeak/4.1.6/merged/MultiSpeak_V416_from_WSDLs.xsd",
}


def aligned() -> set[str]:
    """The names of the payloads that an alignment names."""
    exchanges = [exchange for name in PAIRS for exchange in load_pair(name).exchanges]
    return {path.rpartition("/")[2] for exchange in exchanges for path in (*exchange.left_payloads, *exchange.right_payloads)}


def roots_of(version: str) -> Iterator[Root]:
    for namespace in CATALOGUE.versions[version].namespaces:
        yield from (root for _, root in sorted(CATALOGUE.roots(namespace).items()) if not root.abstract)


def messages() -> list[Root]:
    """The roots of CIM profiles, of envelopes, and of aligned operations."""
    names = aligned()
    small = [root for version in VERSIONS if version.family in ("cim", "envelope") for root in roots_of(version.name)]
    return small + [root for version in VERSIONS if version.family == "multispeak" for root in roots_of(version.name) if root.name in names]


def name_of(root: Root) -> str:
    version = CATALOGUE.version_of(root.namespace)
    return f"{version.name if version else ''}-{root.name}"


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
    return compile_schema([merged(CATALOGUE.schemas(name)) for name in CATALOGUE.versions[version].namespaces], namespace, strict=True)


def faults(element: etree._Element) -> list[str]:
    namespace = etree.QName(element).namespace or ""
    version = CATALOGUE.version_of(namespace)
    schema = whole_schema(version.name if version else "", namespace)
    # Types that a part of another version names are known to the product's own judge only.
    return [] if schema.validate(element) else [problem.message for problem in problems(element, CATALOGUE, strict=True)]


def lowered(lifted: Lifted) -> etree._Element:
    graph = Graph()
    graph.update(lifted.triples)
    made = lower(graph, lifted.parts[0].node, lifted.parts[0].root, CATALOGUE).element
    return etree.fromstring(etree.tostring(made))


def complaints(generator: Generator, element: etree._Element) -> list[str]:
    """What is wrong with the way of one instance to RDF and back."""
    data = etree.tostring(element)
    lifted = lift(parse(data), CATALOGUE, "urn:x:generated")
    lifted.normalise()
    found = [str(item) for item in lifted.findings]
    found += [f"generated: {fault}" for fault in faults(lifted.parts[0].element)]
    made = lowered(lifted)
    found += [f"lowered: {fault}" for fault in faults(made)]
    generator.trim()
    difference = first_difference(canonical(etree.fromstring(etree.tostring(element))), canonical(made))
    counted, told = len(list(leaves(element))), len(lifted.leaves)
    if counted != told:
        found.append(f"{counted} leaves, {told} told")
    return [*found, difference] if difference else found


def check(generator: Generator, instances: Iterable[etree._Element], counter: str) -> None:
    for number, element in enumerate(instances):
        found = complaints(generator, element)
        text = etree.tostring(element).decode()
        assert not found, f"seed {generator.seed}, {element.tag}, instance {number}: {found[:3]}\n{text[:3000]}"
        COUNTS[counter] += 1


@pytest.mark.parametrize("version", [version.name for version in VERSIONS])
def test_every_type_member_branch_and_code_returns(version: str) -> None:
    generator = Generator(CATALOGUE, seed=1)
    for root in roots_of(version):
        check(generator, generator.covering(root.namespace, root.name), "instances that cover all types, there and back")
        missing = generator.missing(root.namespace, root.name)
        assert not missing, f"{root.name}: not hit {sorted(missing)[:5]}"
    COUNTS["types there and back"] += sum(goal.startswith("type ") for goal in generator.hits)
    COUNTS["members, branches, codes and wildcards there and back"] += sum(not goal.startswith("type ") for goal in generator.hits)


@pytest.mark.parametrize("root", messages(), ids=name_of)
def test_instances_return(root: Root) -> None:
    generator = Generator(CATALOGUE, seed=2)
    check(generator, (generator.instance(root.namespace, root.name) for _ in range(INSTANCES)), "other instances there and back")


@pytest.mark.parametrize("namespace", sorted(OFFICIAL))
def test_instances_are_valid_by_the_official_schema(namespace: str, reference: Path) -> None:
    official = etree.XMLSchema(etree.parse(reference / OFFICIAL[namespace]))
    generator = Generator(CATALOGUE, seed=3, official=True)
    for root in [root for root in messages() if root.namespace == namespace]:
        for number in range(INSTANCES):
            element = generator.instance(root.namespace, root.name)
            generator.trim()
            data = etree.tostring(element)
            assert official.validate(etree.fromstring(data)), f"{root.name} {number}: {official.error_log}\n{data.decode()[:3000]}"
            made = lowered(lift(parse(data), CATALOGUE, "urn:x:generated"))
            assert official.validate(made), f"{root.name} {number} lowered: {official.error_log}"
            COUNTS["instances valid by the official schemas"] += 1


@pytest.mark.parametrize("root", messages()[:3], ids=name_of)
def test_the_validity_of_a_root_is_that_of_the_whole_schema(root: Root) -> None:
    generator = Generator(CATALOGUE, seed=4, official=True)
    for _ in range(10):
        element = generator.instance(root.namespace, root.name)
        generator.trim()
        assert problems(etree.fromstring(etree.tostring(element)), CATALOGUE, strict=True) == []


def test_the_same_seed_gives_the_same_instances() -> None:
    root = messages()[0]
    first, second = (Generator(CATALOGUE, seed=7) for _ in range(2))
    for _ in range(5):
        assert etree.tostring(first.instance(root.namespace, root.name)) == etree.tostring(second.instance(root.namespace, root.name))


def test_unknown_roots_are_errors() -> None:
    with pytest.raises(KeyError):
        Generator(CATALOGUE).instance(messages()[0].namespace, "Nothing")
