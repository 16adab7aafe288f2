"""Builds a small message that has the values a row reads, so that rules can be tried on it."""

from __future__ import annotations

import random
from collections.abc import Mapping

from lxml import etree

from cimrdf.alignment.compose import Placed
from cimrdf.alignment.members import mandatory, required
from cimrdf.alignment.places import Hop, Place, Resolver
from cimrdf.alignment.samples import by_type
from cimrdf.schema.catalogue import Catalogue, View
from cimrdf.schema.model import Complex, Element

#: What a member holds of which only its being there matters.
FILLER = "1"


def build(resolver: Resolver, item: Placed, side: str, values: Mapping[str, str]) -> list[etree._Element]:
    """The documents in which a row finds values; `values` has them by the variables of the row's paths.

    What a schema demands beside them is filled in; order is not looked at, for the lifter does not need it.
    """
    builder = _Builder(resolver, values)
    for place in item.side(side).trail:
        builder.node(place)
    for path, place in item.places(side):
        value = values.get(path.variable or side)
        if value is not None:
            builder.leaf(place, value)
    builder.complete()
    return [element for (_, *rest), element in builder.made.items() if not rest]


class _Builder:
    def __init__(self, resolver: Resolver, values: Mapping[str, str]) -> None:
        self.resolver, self.values = resolver, values
        self.made: dict[tuple[str, ...], etree._Element] = {}
        self.types: dict[tuple[str, ...], str] = {}

    def complete(self) -> None:
        """Give every object what its type demands."""
        for key, element in self.made.items():
            self._complete(element, self.types[key])

    def _complete(self, element: etree._Element, type_iri: str) -> None:
        catalogue = self.resolver.catalogue
        if not isinstance(catalogue.type(type_iri), Complex):
            return
        view = self._view(type_iri)
        for use in view.attributes.values():
            if required(use):
                _set(catalogue, element, type_iri, use.term, _filler(catalogue, use.type), only_if_absent=True)
        needed = mandatory(view)
        for member in view.elements.values():
            if member.term in needed and element.find(_tag(member)) is None:
                _set(catalogue, element, type_iri, member.term, _filler(catalogue, member.type))
                child = element.find(_tag(member))
                if child is not None and member.type != type_iri:
                    self._complete(child, member.type)

    def node(self, place: Place) -> etree._Element:
        """The element that a place leads to, made where it is not there yet."""
        key: tuple[str, ...] = ()
        above: Hop | None = None
        for hop in place.hops:
            parent = self.made.get(key)
            key = (*key, hop.variable)
            if key not in self.made:
                namespace = self._namespace(above, hop)
                tag = f"{{{namespace}}}{hop.name}" if namespace else hop.name
                self.made[key] = etree.Element(tag) if parent is None else etree.SubElement(parent, tag)
                self.types[key] = hop.type
            self._select(self.made[key], hop)
            above = hop
        return self.made[key]

    def _namespace(self, above: Hop | None, hop: Hop) -> str:
        if above is not None:
            found = next((member.namespace for member in self._view(above.type).elements.values() if member.term == hop.term), None)
            if found is not None:
                return found
        return self.resolver.root(hop.name).namespace

    def _view(self, type_iri: str) -> View:
        return self.resolver.catalogue.view(type_iri)

    def leaf(self, place: Place, value: str) -> None:
        """Write a value at a place."""
        element, last = self.node(place), place.hops[-1]
        if place.predicate is None:
            return
        if place.leaf_name:
            _set(self.resolver.catalogue, element, last.type, place.predicate, value)
        else:
            element.text = value

    def _select(self, element: etree._Element, hop: Hop) -> None:
        """Write the members by which a hop is selected."""
        for selection in hop.selections:
            if selection.absent:
                continue
            value = selection.value or self.values.get(selection.variable or "", FILLER)
            here, type_iri = element, hop.type
            for term in selection.terms[:-1]:
                member = next(member for member in self._view(type_iri).elements.values() if member.term == term)
                found = here.find(_tag(member))
                here = etree.SubElement(here, _tag(member)) if found is None else found
                type_iri = member.type
            guard = selection.value is None and selection.variable is None
            _set(self.resolver.catalogue, here, type_iri, selection.terms[-1], value, only_if_absent=guard)


def _tag(member: Element) -> str:
    return f"{{{member.namespace}}}{member.name}" if member.namespace else member.name


def _filler(catalogue: Catalogue, type_iri: str) -> str:
    return by_type(catalogue, type_iri, random.Random(type_iri))[0]


def _set(catalogue: Catalogue, element: etree._Element, type_iri: str, term: str, value: str, *, only_if_absent: bool = False) -> None:
    """Give an element a member: an attribute, or a child with the value as text (none where the child has members)."""
    view = catalogue.view(type_iri)
    for use in view.attributes.values():
        if use.term == term:
            name = f"{{{use.namespace}}}{use.name}" if use.namespace else use.name
            if not (only_if_absent and name in element.attrib):
                element.set(name, value)
            return
    member = next(member for member in view.elements.values() if member.term == term)
    tag = _tag(member)
    found = element.find(tag)
    if found is not None and only_if_absent:
        return
    child = etree.SubElement(element, tag) if found is None else found
    item = catalogue.type(member.type)
    if not isinstance(item, Complex) or catalogue.view(member.type).text is not None:
        child.text = value
