"""Walks a content model: every place below a document element that holds a value or has members of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cimrdf.schema.catalogue import Catalogue, View
from cimrdf.schema.model import Attribute, Complex, Element, Group, Simple


@dataclass(frozen=True, slots=True)
class Member:
    """A place: its plain path from the document element, the term and type there, and how often it occurs in its parent.

    `leaf` says whether it holds a value itself (text or an attribute's value).
    """

    path: str
    term: str
    type: str
    leaf: bool
    occurs: str

    @property
    def name(self) -> str:
        """The last step of the path."""
        return self.path.rpartition("/")[2]


def members(catalogue: Catalogue, path: str, term: str, type_iri: str, occurs: str = "1") -> Iterator[Member]:
    """An element and everything below it, in document order; a type inside itself is not opened again, wildcards never."""
    yield from _walk(catalogue, Member(path, term, type_iri, False, occurs), frozenset())


def _walk(catalogue: Catalogue, here: Member, above: frozenset[str]) -> Iterator[Member]:
    if not isinstance(catalogue.type(here.type), Complex):
        yield Member(here.path, here.term, here.type, True, here.occurs)
        return
    view = catalogue.view(here.type)
    yield Member(here.path, here.term, here.type, view.text is not None, here.occurs)
    if here.type in above:
        return
    for use in view.attributes.values():
        yield Member(f"{here.path}/@{use.name}", use.term, use.type, True, "1" if required(use) else "0..1")
    needed = mandatory(view)
    for element in view.elements.values():
        occurs = _occurs(element.term in needed, element.term in view.repeatable, element)
        yield from _walk(catalogue, Member(f"{here.path}/{element.name}", element.term, element.type, False, occurs), above | {here.type})


def _occurs(needed: bool, repeatable: bool, element: Element) -> str:
    least = max(element.min_occurs, 1) if needed else 0
    most = ("*" if element.max_occurs is None or not element.repeatable else str(element.max_occurs)) if repeatable else "1"
    return most if str(least) == most else f"{least}..{most}"


def required(use: Attribute) -> bool:
    """Whether an attribute must be written, by the official schema where the one at hand is looser."""
    return use.required if use.strict_required is None else use.strict_required


def mandatory(view: View) -> frozenset[str]:
    """The terms of the elements that every object of a type must have; a choice demands none by name."""
    return frozenset() if view.content is None else frozenset(_mandatory(view.content))


def _mandatory(group: Group) -> Iterator[str]:
    if group.min_occurs < 1 or (group.kind == "choice" and len(group.particles) > 1):
        return
    for particle in group.particles:
        if isinstance(particle, Group):
            yield from _mandatory(particle)
        elif isinstance(particle, Element):
            least = particle.min_occurs if particle.strict_min_occurs is None else particle.strict_min_occurs
            if least >= 1:
                yield particle.term


def enumeration(catalogue: Catalogue, type_iri: str | None) -> tuple[str, ...]:
    """The codes that a simple type allows; none where it is open."""
    item = catalogue.type(type_iri) if type_iri else None
    if isinstance(item, Complex):
        return enumeration(catalogue, catalogue.view(item.iri).text)
    if not isinstance(item, Simple):
        return ()
    if item.enumeration:
        return item.enumeration
    parts = [enumeration(catalogue, member) for member in item.members]
    return tuple(code for part in parts for code in part) if parts and all(parts) else ()


def builtin(catalogue: Catalogue, type_iri: str | None) -> str:
    """The local name of the XML Schema type that a type restricts."""
    item = catalogue.type(type_iri) if type_iri else None
    if isinstance(item, Complex):
        return builtin(catalogue, catalogue.view(item.iri).text)
    base = item.base if isinstance(item, Simple) else type_iri or ""
    return base.rpartition("#")[2]
