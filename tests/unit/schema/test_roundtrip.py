"""XML → RDF → XML on generated messages: nothing is lost, lexical forms included, and the order is the schema's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from lxml import etree

from cimrdf.schema.catalogue import load_catalogue
from cimrdf.schema.generate import Generator
from cimrdf.schema.lift import lift
from cimrdf.schema.lower import Graph, lower
from cimrdf.schema.model import Root
from cimrdf.schema.read import parse
from tests.fidelity import COUNTS, canonical, first_difference, invalidities, leaves

CATALOGUE = load_catalogue()
ROOTS = [root for namespace in sorted(CATALOGUE.files) for _, root in sorted(CATALOGUE.roots(namespace).items()) if not root.abstract]
#: Instances of each root of a profile or operation beyond those that cover its types.
INSTANCES = 50
#: The official schemas, by the namespace of their roots.
OFFICIAL = {
    "http://iec.ch/TC57/2011/MeterReadings#": "cim/ed2/MeterReadings.xsd",
    "http://iec.ch/TC57/2011/schema/message": "iec61968-100/full/Message.xsd",
    "http://www.multispeak.org/Version_4.1_Release": "multispeak/4.1.6/merged/MultiSpeak_V416_from_WSDLs.xsd",
}


def name_of(root: Root) -> str:
    version = CATALOGUE.version_of(root.namespace)
    return f"{version.name if version else ''}-{root.name}"


def complaints(generator: Generator, element: etree._Element) -> list[str]:
    """What is wrong with the way of one instance to RDF and back."""
    data = etree.tostring(element)
    lifted = lift(parse(data), CATALOGUE, "urn:x:generated")
    lifted.normalise()
    found = [str(item) for item in lifted.findings]
    found += [f"generated: {problem}" for part in lifted.parts for problem in invalidities(part.element, CATALOGUE)]
    graph = Graph()
    graph.update(lifted.triples)
    lowered = lower(graph, lifted.parts[0].node, lifted.parts[0].root, CATALOGUE)
    made = etree.fromstring(etree.tostring(lowered.element))
    found += [f"lowered: {problem}" for problem in invalidities(made, CATALOGUE)]
    generator.trim()
    difference = first_difference(canonical(etree.fromstring(etree.tostring(element))), canonical(made))
    counted, told = len(list(leaves(element))), len(lifted.leaves)
    if counted != told:
        found.append(f"{counted} leaves, {told} told")
    return [*found, difference] if difference else found


def check(generator: Generator, instances: Iterable[etree._Element], counter: str) -> None:
    for number, element in enumerate(instances):
        found = complaints(generator, element)
        assert not found, f"seed {generator.seed}, instance {number}: {found[:3]}\n{etree.tostring(element).decode()[:3000]}"
        COUNTS[counter] += 1


@pytest.mark.parametrize("root", ROOTS, ids=name_of)
def test_every_type_of_every_root_returns(root: Root) -> None:
    generator = Generator(CATALOGUE, seed=1)
    check(generator, generator.covering(root.namespace, root.name), "covering instances through RDF and back")
    assert not generator.missing(root.namespace, root.name)
    COUNTS["types, members, branches and codes covered"] += len(generator.hits)


@pytest.mark.parametrize("root", ROOTS, ids=name_of)
def test_instances_of_every_root_return(root: Root) -> None:
    generator = Generator(CATALOGUE, seed=2)
    check(generator, (generator.instance(root.namespace, root.name) for _ in range(INSTANCES)), "instances through RDF and back")


@pytest.mark.parametrize("root", [root for root in ROOTS if root.namespace in OFFICIAL], ids=name_of)
def test_instances_are_valid_by_the_official_schema(root: Root, reference: Path) -> None:
    official = etree.XMLSchema(etree.parse(reference / OFFICIAL[root.namespace]))
    generator = Generator(CATALOGUE, seed=3, official=True)
    for number in range(INSTANCES):
        element = generator.instance(root.namespace, root.name)
        generator.trim()
        data = etree.tostring(element)
        assert official.validate(etree.fromstring(data)), f"instance {number}: {official.error_log}\n{data.decode()[:3000]}"
        graph = Graph()
        lifted = lift(parse(data), CATALOGUE, "urn:x:generated")
        graph.update(lifted.triples)
        lowered = lower(graph, lifted.parts[0].node, lifted.parts[0].root, CATALOGUE)
        assert official.validate(etree.fromstring(etree.tostring(lowered.element))), f"instance {number} lowered: {official.error_log}"
        COUNTS["instances valid by the official schemas"] += 1


def test_the_same_seed_gives_the_same_instances() -> None:
    root = ROOTS[0]
    first, second = (Generator(CATALOGUE, seed=7) for _ in range(2))
    for _ in range(5):
        assert etree.tostring(first.instance(root.namespace, root.name)) == etree.tostring(second.instance(root.namespace, root.name))


def test_unknown_roots_are_errors() -> None:
    with pytest.raises(KeyError):
        Generator(CATALOGUE).instance(ROOTS[0].namespace, "Nothing")
