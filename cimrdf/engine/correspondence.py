"""Which objects of two documents stand for the same thing, read off the IRIs that the rules minted.

A repeatable node of the output is named after the source node it stands for (`source~name`); nothing else is needed to know
what became of an object, and what it becomes on the way back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from cimrdf.engine.difference import local, path_of
from cimrdf.schema.catalogue import Catalogue
from cimrdf.schema.lift import Lifted, Node
from cimrdf.schema.lower import Graph, Lowered, lower
from cimrdf.schema.validity import parts, problems


@dataclass(frozen=True, slots=True)
class Made:
    """An element of the output (in which of its documents, from 1) and the source node that it was made from."""

    number: int
    element: etree._Element
    origin: str


def made_from(outputs: Sequence[Lowered]) -> list[Made]:
    """The elements of the output that stand for objects of the source."""
    found = []
    for number, output in enumerate(outputs, 1):
        for element, node in output.nodes.items():
            origin, separator, name = node.partition("~")
            if separator and "/" not in name:
                found.append(Made(number, element, origin))
    return found


def anchors(source: Lifted, outputs: Sequence[Lowered]) -> dict[etree._Element, etree._Element]:
    """For elements of the source, the first element of the output that was made from them."""
    found: dict[etree._Element, etree._Element] = {}
    for made in made_from(outputs):
        element = source.elements.get(Node(made.origin))
        if element is not None:
            found.setdefault(element, made.element)
    return found


def homes(wanted: Lowered, outputs: Sequence[Lowered]) -> dict[str, etree._Element]:
    """For places in the source, the first element of the output that was made from the object there."""
    by_node = {node: element for element, node in wanted.nodes.items()}
    found: dict[str, etree._Element] = {}
    for made in made_from(outputs):
        if made.origin in by_node:
            found.setdefault(path_of(by_node[made.origin]), made.element)
    return found


def pairs(wanted: Lowered, outputs: Sequence[Lowered], received_back: Sequence[Lifted], returned: Lowered) -> Mapping[etree._Element, etree._Element]:
    """Which elements of the source and of what comes back stand for the same thing, by way of the output."""
    places = {(made.number, path_of(made.element)): made.origin for made in made_from(outputs)}
    by_node = {node: element for element, node in wanted.nodes.items()}
    found: dict[etree._Element, etree._Element] = {}
    for made in made_from([returned]):
        for number, one in enumerate(received_back, 1):
            xpath = one.xpaths.get(Node(made.origin))
            mine = by_node.get(places.get((number, xpath or ""), ""))
            if mine is not None and local(mine) == local(made.element):
                found.setdefault(mine, made.element)
    return found


def normal_form(source: Lifted, catalogue: Catalogue) -> Lowered:
    """The source as it would be written by its schema: without the values outside their type, which no way back could write."""
    graph = Graph()
    graph.update(source.triples)
    whole = lower(graph, source.parts[0].node, source.parts[0].root, catalogue)
    for part in parts(whole.element, catalogue):
        for problem in problems(part, catalogue, strict=False):
            parent = problem.element.getparent()
            if problem.value and problem.attribute is not None:
                for name in [name for name in problem.element.attrib if str(name).rpartition("}")[2] == problem.attribute]:
                    problem.element.attrib.pop(name)
            elif problem.value and parent is not None:
                parent.remove(problem.element)
    whole.written[:] = [item for item in whole.written if item.element.getroottree().getroot() is whole.element]
    return whole
