"""Describes terms of the vocabularies for people: classes with their members in order, elements, properties, codes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import rdflib

from cimrdf._files import data_folder
from cimrdf.findings import Refused, finding
from cimrdf.namespaces import SAWSDL, compact, expand
from cimrdf.schema.catalogue import Catalogue, load_catalogue
from cimrdf.schema.model import UNBOUNDED, Attribute, Complex, Element, Group, Root, Schema, Simple, Wildcard


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member of a class: `@name` for attributes, `choice` for a group of which one occurs, whose members lie deeper."""

    name: str
    occurs: str
    type: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Description:
    """What a vocabulary says of a term."""

    term: str
    kind: str
    version: str
    label: str = ""
    comment: str = ""
    base: str = ""
    members: tuple[MemberLine, ...] = ()
    codes: tuple[str, ...] = ()
    used_in: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The description as JSON-ready values; empty ones are left out."""
        return {name: value for name, value in asdict(self).items() if value not in ("", ())}


def describe(term: str) -> list[Description]:
    """Describe a term of any version: an IRI, a prefixed name, or a name as schemas spell it.

    >>> [item.kind for item in describe("cim-2013:Reading")]
    ['class']

    Raises:
        Refused: `term-unknown`, with the nearest names.
    """
    known = _index()
    exact = known.get(expand(term), [])
    if not exact:
        exact = [item for iri, items in known.items() if _local(iri) == term for item in items]
    if not exact:
        exact = [item for iri, items in known.items() if _local(iri).lower() == term.lower() for item in items]
    if not exact:
        raise Refused(finding("term-unknown", f"no vocabulary has {term!r}{_hint(term)}"))
    return [_Describer(load_catalogue(), version).description(iri, item) for iri, version, item in exact]


def _local(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2]


def _hint(term: str) -> str:
    names = {_local(iri) for iri in _index()}
    near = difflib.get_close_matches(term.rpartition(":")[2], names, n=3)
    return f"; did you mean {', '.join(near)}?" if near else ""


Component = Complex | Simple | Root | Element | Attribute


@cache
def _index() -> dict[str, list[tuple[str, str, Component]]]:
    """Everything that has a term, by IRI: the IRI, the version, and the component."""
    catalogue = load_catalogue()
    found: dict[str, list[tuple[str, str, Component]]] = {}
    for version in catalogue.versions.values():
        for namespace in version.namespaces:
            for schema in catalogue.schemas(namespace):
                for iri, item in _components(schema):
                    place = found.setdefault(iri, [])
                    if not any(type(item) is type(known) for _, _, known in place):
                        place.append((iri, version.name, item))
    return found


def _components(schema: Schema) -> Iterator[tuple[str, Component]]:
    for root in schema.roots.values():
        yield root.term, root
    for item in schema.complex_types.values():
        yield item.class_term, item
        for particle in item.content.walk() if item.content is not None else ():
            if isinstance(particle, Element):
                yield particle.term, particle
        for use in item.attributes:
            yield use.term, use
    for simple in schema.simple_types.values():
        if not simple.anonymous:
            yield simple.iri, simple


@cache
def _users() -> dict[str, tuple[str, ...]]:
    """Where each type is used: the members and document elements that have it, by the type's IRI."""
    found: dict[str, dict[str, None]] = {}
    for items in _index().values():
        for iri, _, item in items:
            if isinstance(item, Element | Attribute | Root):
                found.setdefault(item.type, {})[compact(iri)] = None
    return {iri: tuple(users) for iri, users in found.items()}


@cache
def _said(path: str) -> rdflib.Graph:
    """A vocabulary file."""
    graph = rdflib.Graph()
    with (data_folder("ontology") / path).open("rb") as stream:
        graph.parse(stream, format="turtle")
    return graph


class _Describer:
    def __init__(self, catalogue: Catalogue, version: str) -> None:
        self.catalogue, self.version = catalogue, version

    def description(self, iri: str, item: Component) -> Description:
        term, comment = compact(iri), self._comment(iri)
        if isinstance(item, Complex):
            return Description(term, "class", self.version, "", comment, self._base(item), tuple(self._members(item)), (), _users().get(item.iri, ()))
        if isinstance(item, Simple):
            return Description(term, "datatype", self.version, "", comment, compact(item.base), (), item.enumeration, _users().get(item.iri, ()))
        kind = "document element" if isinstance(item, Root) else "attribute" if isinstance(item, Attribute) else "element"
        occurs = "" if isinstance(item, Root) else f", occurs {_attribute_occurs(item) if isinstance(item, Attribute) else _occurs(item)}"
        return Description(term, kind, self.version, f"type {self._type(item.type)}{occurs}", comment, "", (), self._codes(item.type))

    def _base(self, item: Complex) -> str:
        return self._type(item.base) if item.base else ""

    def _comment(self, iri: str) -> str:
        """What the vocabulary says of a term, and the model element that the schema says it stands for."""
        for namespace in self.catalogue.versions[self.version].namespaces:
            for path in self.catalogue.files.get(namespace, ()):
                file = path.replace(".model.ttl", ".ttl")
                if not (data_folder("ontology") / file).is_file():
                    continue
                graph, node = _said(file), rdflib.URIRef(iri)
                comment = graph.value(node, rdflib.RDFS.comment)
                reference = graph.value(node, rdflib.URIRef(SAWSDL + "modelReference"))
                if comment is not None or reference is not None:
                    return " ".join(str(part) for part in (comment, f"stands for {reference}" if reference else None) if part is not None)
        return ""

    def _members(self, item: Complex) -> Iterator[MemberLine]:
        view = self.catalogue.view(item.iri)
        for use in view.attributes.values():
            yield MemberLine(f"@{use.name}", _attribute_occurs(use), self._type(use.type))
        if view.text is not None:
            yield MemberLine("(text)", "1", self._type(view.text))
        if view.content is not None:
            yield from self._group(view.content, 0)

    def _group(self, group: Group, depth: int) -> Iterator[MemberLine]:
        shown = group.kind == "choice" or (group.min_occurs, group.max_occurs) != (1, 1)
        if shown:
            yield MemberLine(group.kind, _occurs(group), "", depth)
        for particle in group.particles:
            if isinstance(particle, Group):
                yield from self._group(particle, depth + shown)
            elif isinstance(particle, Wildcard):
                yield MemberLine("(any element)", _occurs(particle), particle.namespaces, depth + shown)
            else:
                yield MemberLine(particle.name, _occurs(particle), self._type(particle.type), depth + shown)

    def _type(self, iri: str) -> str:
        item = self.catalogue.type(iri)
        if isinstance(item, Complex):
            return compact(item.class_term)
        if isinstance(item, Simple):
            codes = f", {len(item.enumeration)} codes" if item.enumeration else ""
            return f"{compact(item.base)} ({item.name}{codes})" if not item.anonymous else f"{compact(item.base)}{f' ({codes[2:]})' if codes else ''}"
        return compact(iri)

    def _codes(self, iri: str) -> tuple[str, ...]:
        item = self.catalogue.type(iri)
        return item.enumeration if isinstance(item, Simple) else ()


def _occurs(particle: Element | Wildcard | Group) -> str:
    """How often a particle occurs; the stricter bound of the official schema stands behind it."""
    upper = "*" if particle.max_occurs is UNBOUNDED else str(particle.max_occurs)
    lower = str(particle.min_occurs)
    text = lower if lower == upper else f"{lower}..{upper}"
    strict = particle.strict_min_occurs if isinstance(particle, Element) else None
    return text if strict is None else f"{text} (officially from {strict})"


def _attribute_occurs(use: Attribute) -> str:
    text = "1" if use.required else "0..1"
    return f"{text} (officially 1)" if use.strict_required else text
