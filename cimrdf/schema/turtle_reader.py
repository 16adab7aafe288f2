"""Reads content models from a graph. The graph is turned inside out once, because a model is read node by node."""

from __future__ import annotations

from dataclasses import dataclass

import rdflib
from rdflib.term import Node

from cimrdf.namespaces import MODEL, RDF, RDF_TYPE
from cimrdf.schema.model import (
    UNBOUNDED,
    Attribute,
    Complex,
    Element,
    Group,
    Particle,
    Root,
    Schema,
    Simple,
    Wildcard,
)

_GROUPS = ("sequence", "choice", "all")
_KINDS = ("Element", "Attribute", "ComplexType", "SimpleType")


def read_models(graph: rdflib.Graph) -> list[Schema]:
    """Read all content models in a graph, ordered by the IRI of their schema node.

    Raises:
        ValueError: a node lacks a property that it must have.
    """
    nodes, lists, kinds = _index(graph)
    owned: dict[str, list[tuple[str, str, _Properties]]] = {}
    for kind in _KINDS:
        for subject in kinds.get(kind, ()):
            properties = _Properties(str(subject), nodes.get(subject, {}), nodes, lists)
            owner = properties.text("schema")
            if owner is not None:
                owned.setdefault(owner, []).append((kind, str(subject), properties))
    found = []
    for subject in sorted(kinds.get("Schema", ()), key=str):
        properties = _Properties(str(subject), nodes.get(subject, {}), nodes, lists)
        schema = Schema(properties.need("namespace"), qualified=properties.flag("qualified"))
        reader = _Reader(schema)
        for kind, iri, component in sorted(owned.get(str(subject), ()), key=lambda item: item[1]):
            reader.add(kind, iri, component)
        found.append(schema)
    return found


_Nodes = dict[Node, dict[str, Node]]
_Lists = dict[Node, list[Node]]


def _index(graph: rdflib.Graph) -> tuple[_Nodes, _Lists, dict[str, list[Node]]]:
    """The model properties of every node, the RDF lists by their head, and the subjects of every model class."""
    nodes: _Nodes = {}
    first: dict[Node, Node] = {}
    rest: dict[Node, Node] = {}
    kinds: dict[str, list[Node]] = {}
    names: dict[Node, dict[Node, Node]] = {rdflib.URIRef(RDF + "first"): first, rdflib.URIRef(RDF + "rest"): rest}
    for subject, predicate, value in graph:
        if predicate in names:
            names[predicate][subject] = value
        elif str(predicate).startswith(MODEL):
            nodes.setdefault(subject, {})[str(predicate)[len(MODEL) :]] = value
        elif str(predicate) == RDF_TYPE and str(value).startswith(MODEL):
            kinds.setdefault(str(value)[len(MODEL) :], []).append(subject)
    lists: _Lists = {}
    for head in first.keys() - set(rest.values()):
        items, step = [], head
        while step in first:
            items.append(first[step])
            step = rest[step]
        lists[head] = items
    return nodes, lists, kinds


@dataclass(frozen=True, slots=True)
class _Properties:
    """The model properties of one node."""

    iri: str
    values: dict[str, Node]
    nodes: _Nodes
    lists: _Lists

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return None if value is None else str(value)

    def need(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            raise ValueError(f"content model: {self.iri} has no model:{name}")
        return str(value)

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        return value is not None and str(value) == "true"

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(str(item) for item in self.lists.get(self.values.get(name, rdflib.RDF.nil), ()))

    def inner(self, name: str) -> list[_Properties]:
        """The blank nodes in a list."""
        items = self.lists.get(self.values.get(name, rdflib.RDF.nil), ())
        return [_Properties(self.iri, self.nodes.get(item, {}), self.nodes, self.lists) for item in items]

    def one(self, name: str) -> _Properties | None:
        value = self.values.get(name)
        return None if value is None else _Properties(self.iri, self.nodes.get(value, {}), self.nodes, self.lists)

    @property
    def min_occurs(self) -> int:
        return int(self.text("minOccurs") or 1)

    @property
    def max_occurs(self) -> int | None:
        value = self.text("maxOccurs")
        return UNBOUNDED if value == "unbounded" else int(value or 1)


class _Reader:
    """Puts the components of one target namespace into its schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        #: The namespace of an element particle that does not name one.
        self.namespace = schema.namespace if schema.qualified else ""

    def add(self, kind: str, iri: str, item: _Properties) -> None:
        if kind == "Element":
            self.schema.roots[item.need("name")] = self._root(iri, item)
        elif kind == "Attribute":
            self.schema.attributes[item.need("name")] = self._attribute(iri, item)
        elif kind == "ComplexType":
            self.schema.complex_types[iri] = self._complex(iri, item)
        else:
            self.schema.simple_types[iri] = self._simple(iri, item)

    def _root(self, iri: str, item: _Properties) -> Root:
        return Root(
            iri,
            item.need("name"),
            self.schema.namespace,
            item.need("type"),
            item.flag("abstract"),
            item.flag("nillable"),
            item.text("substitutionGroup"),
        )

    def _complex(self, iri: str, item: _Properties) -> Complex:
        wildcard = item.one("anyAttribute")
        return Complex(
            iri,
            item.need("class"),
            item.need("name"),
            self.schema.namespace,
            item.text("base"),
            self._group(item),
            tuple(self._attribute(use.need("attribute"), use) for use in item.inner("attributes")),
            None if wildcard is None else _wildcard(wildcard),
            item.text("text"),
            item.text("textTerm"),
            item.flag("abstract"),
            item.flag("mixed"),
            item.flag("anonymous"),
        )

    def _simple(self, iri: str, item: _Properties) -> Simple:
        return Simple(
            iri,
            item.need("name"),
            self.schema.namespace,
            item.need("base"),
            item.texts("enumeration"),
            item.texts("pattern"),
            tuple((facet.need("facetName"), facet.need("facetValue")) for facet in item.inner("facet")),
            item.text("item"),
            item.texts("members"),
            item.flag("anonymous"),
        )

    def _group(self, item: _Properties) -> Group | None:
        for kind in _GROUPS:
            if kind in item.values:
                particles = tuple(self._particle(inner) for inner in item.inner(kind))
                return Group(kind, particles, item.min_occurs, item.max_occurs)
        return None

    def _particle(self, item: _Properties) -> Particle:
        if "any" in item.values:
            return _wildcard(item)
        group = self._group(item)
        if group is not None:
            return group
        term = item.need("element")
        strict = item.text("strictMinOccurs")
        namespace = item.text("elementNamespace")
        return Element(
            term,
            item.text("name") or term.rpartition(".")[2],
            self.namespace if namespace is None else namespace,
            item.need("type"),
            item.min_occurs,
            item.max_occurs,
            item.flag("nillable"),
            item.text("default"),
            item.text("fixed"),
            None if strict is None else int(strict),
            item.flag("reference"),
        )

    def _attribute(self, term: str, item: _Properties) -> Attribute:
        strict = item.text("strictUse")
        return Attribute(
            term,
            item.text("name") or term.rpartition(".")[2],
            item.need("type"),
            item.text("attributeNamespace") or "",
            item.text("use") == "required",
            item.text("default"),
            item.text("fixed"),
            None if strict is None else strict == "required",
        )


def _wildcard(item: _Properties) -> Wildcard:
    namespaces = item.text("namespaces")
    return Wildcard(
        item.need("any"),
        "##any" if namespaces is None else namespaces,
        item.text("processContents") or "strict",
        item.min_occurs,
        item.max_occurs,
    )
