"""Describes terms of the vocabularies for people: classes with their members in order, elements, properties, codes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

import rdflib

from cimrdf._files import data_folder
from cimrdf.findings import Refused, finding
from cimrdf.namespaces import SAWSDL, compact, expand
from cimrdf.schema.catalogue import Catalogue, catalogue_of, load_catalogue
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
    """What a vocabulary says of a term; `schemas` are the content models that say the same of it."""

    term: str
    kind: str
    version: str
    schemas: tuple[str, ...]
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

    >>> {item.kind for item in describe("cim-2013:Reading")}
    {'class'}

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
    found: dict[Description, dict[str, None]] = {}
    for place in exact:
        description = _Describer(catalogue_of(place.version), place).description()
        found.setdefault(replace(description, schemas=()), {}).update(dict.fromkeys(description.schemas))
    return [replace(description, schemas=tuple(schemas)) for description, schemas in found.items()]


def _local(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2]


def _hint(term: str) -> str:
    names = {_local(iri) for iri in _index()}
    near = difflib.get_close_matches(term.rpartition(":")[2], names, n=3)
    return f"; did you mean {', '.join(near)}?" if near else ""


Component = Complex | Simple | Root | Element | Attribute


@dataclass(frozen=True, slots=True)
class _Place:
    """A component under its term, and the content model that has it."""

    iri: str
    version: str
    namespace: str
    item: Component


@cache
def _index() -> dict[str, list[_Place]]:
    """Everything that has a term, by IRI; a class may be in several content models, with members of its own in each."""
    found: dict[str, list[_Place]] = {}
    for name in load_catalogue().versions:
        catalogue = catalogue_of(name)
        version = catalogue.versions[name]
        for namespace in version.namespaces:
            for schema in catalogue.schemas(namespace):
                for iri, item in _components(schema):
                    found.setdefault(iri, []).append(_Place(iri, version.name, namespace, item))
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
        for place in items:
            if isinstance(place.item, Element | Attribute | Root):
                found.setdefault(place.item.type, {})[compact(place.iri)] = None
    return {iri: tuple(users) for iri, users in found.items()}


@cache
def _said(path: str) -> rdflib.Graph:
    """A vocabulary file."""
    graph = rdflib.Graph()
    with (data_folder("ontology") / path).open("rb") as stream:
        graph.parse(stream, format="turtle")
    return graph


class _Describer:
    def __init__(self, catalogue: Catalogue, place: _Place) -> None:
        self.catalogue, self.place = catalogue, place

    def description(self) -> Description:
        item, term, version = self.place.item, compact(self.place.iri), self.place.version
        schemas, comment = (self._schema(),), self._comment()
        if isinstance(item, Complex):
            users = _users().get(item.iri, ())
            return Description(term, "class", version, schemas, "", comment, self._base(item), tuple(self._members(item)), (), users)
        if isinstance(item, Simple):
            return Description(term, "datatype", version, schemas, "", comment, compact(item.base), (), item.enumeration, _users().get(item.iri, ()))
        kind = "document element" if isinstance(item, Root) else "attribute" if isinstance(item, Attribute) else "element"
        occurs = "" if isinstance(item, Root) else f", occurs {_attribute_occurs(item) if isinstance(item, Attribute) else _occurs(item)}"
        return Description(term, kind, version, schemas, f"type {self._type(item.type)}{occurs}", comment, "", (), self._codes(item.type))

    def _schema(self) -> str:
        """The name of the content model, with its status where it is not as published."""
        status = self.catalogue.status(self.place.namespace)
        return _local(self.place.namespace.rstrip("#/")) + ("" if status == "published" else f" ({status})")

    def _base(self, item: Complex) -> str:
        return self._type(item.base) if item.base else ""

    def _comment(self) -> str:
        """What the term means, and the model element that the schema says it stands for."""
        for path in self.catalogue.files.get(self.place.namespace, ()):
            file = path.replace(".model.ttl", ".ttl")
            if (data_folder("ontology") / file).is_file():
                graph, node = _said(file), rdflib.URIRef(self.place.iri)
                definition = graph.value(node, rdflib.SKOS.definition)
                reference = graph.value(node, rdflib.URIRef(SAWSDL + "modelReference"))
                if definition is not None or reference is not None:
                    return " ".join(str(part) for part in (definition, f"Stands for {reference}." if reference else None) if part is not None)
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
