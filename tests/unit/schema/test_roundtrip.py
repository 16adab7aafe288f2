"""XML → RDF → XML on generated messages: nothing is lost, lexical forms included, and the order is the schema's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from lxml import etree

from cimrdf.schema.catalogue import catalogue_of, load_catalogue
from cimrdf.schema.generate import Generator
from cimrdf.schema.lift import lift
from cimrdf.schema.model import Root
from cimrdf.schema.read import parse
from cimrdf.schema.validity import problems
from tests.fidelity import COUNTS
from tests.roundtrip import VERSIONS, catalogue_with, complaints, lowered, metering, name_of, roots_of

CATALOGUE = load_catalogue()
#: Instances of each root of a CIM profile, an envelope or a metering operation, beyond those that cover all types.
INSTANCES = 50
#: The official schemas, by the namespace of their roots.
OFFICIAL = {
    "http://iec.ch/TC57/2011/MeterReadings#": "cim/ed2/MeterReadings.xsd",
    "http://iec.ch/TC57/2011/schema/message": "iec61968-100/full/Message.xsd",
    "http://www.multispeak.org/Version_4.1_Release": "multispeak/4.1.6/merged/MultiSpeak_V416_from_WSDLs.xsd",
}


def messages() -> list[Root]:
    """The roots of CIM profiles, of envelopes, and of metering operations."""
    small = [root for version in VERSIONS if version.family in ("cim", "envelope") for root in roots_of(version.name)]
    return small + [root for version in VERSIONS if version.family == "multispeak" for root in roots_of(version.name) if root.term in metering()]


def check(generator: Generator, instances: Iterable[etree._Element], counter: str) -> None:
    for number, element in enumerate(instances):
        found = complaints(generator, element)
        text = etree.tostring(element).decode()
        assert not found, f"seed {generator.seed}, {element.tag}, instance {number}: {found[:3]}\n{text[:3000]}"
        COUNTS[counter] += 1


@pytest.mark.parametrize("version", [version.name for version in VERSIONS])
def test_every_type_member_branch_and_code_returns(version: str) -> None:
    generator = Generator(catalogue_of(version), seed=1)
    for root in roots_of(version):
        check(generator, generator.covering(root.namespace, root.name), "instances that cover all types, there and back")
        missing = generator.missing(root.namespace, root.name)
        assert not missing, f"{root.name}: not hit {sorted(missing)[:5]}"
    COUNTS["types there and back"] += sum(goal.startswith("type ") for goal in generator.hits)
    COUNTS["members, branches, codes and wildcards there and back"] += sum(not goal.startswith("type ") for goal in generator.hits)


@pytest.mark.parametrize("root", messages(), ids=name_of)
def test_instances_return(root: Root) -> None:
    generator = Generator(catalogue_with(root), seed=2)
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
            made = lowered(lift(parse(data), CATALOGUE, "urn:x:generated"), CATALOGUE)
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
