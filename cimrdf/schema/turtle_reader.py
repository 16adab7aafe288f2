"""Reads content models from a graph, or from the text of a content-model file.

Either is turned inside out once, because a model is read node by node. A message needs its types at once, and a general
Turtle parser takes most of the time that a small message costs: `read_text` knows only the Turtle that content models use.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

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


def read_models(graph: Iterable[tuple[Hashable, Hashable, Hashable]]) -> list[Schema]:
    """Read all content models in the statements of a graph, ordered by the IRI of their schema node.

    Raises:
        ValueError: a node lacks a property that it must have.
    """
    return _read(*_index(graph))


def read_text(text: str) -> list[Schema]:
    """Read all content models in Turtle that is written as `write_model` writes it.

    Raises:
        ValueError: it is not, or a node lacks a property that it must have.
    """
    return _read(*_TextIndex(text).read())


def _read(nodes: _Nodes, lists: _Lists, kinds: dict[str, list[Hashable]]) -> list[Schema]:
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


#: IRIs, literals and blank nodes; of a graph these are its nodes, of a text strings and numbers.
_Nodes = dict[Hashable, dict[str, Hashable]]
_Lists = dict[Hashable, list[Hashable]]


def _index(graph: Iterable[tuple[Hashable, Hashable, Hashable]]) -> tuple[_Nodes, _Lists, dict[str, list[Hashable]]]:
    """The model properties of every node, the RDF lists by their head, and the subjects of every model class."""
    nodes: _Nodes = {}
    first: dict[Hashable, Hashable] = {}
    rest: dict[Hashable, Hashable] = {}
    kinds: dict[str, list[Hashable]] = {}
    names: dict[str, dict[Hashable, Hashable]] = {RDF + "first": first, RDF + "rest": rest}
    for subject, predicate, value in graph:
        if str(predicate) in names:
            names[str(predicate)][subject] = value
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


_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<iri><[^<>"\s]*>)|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<mark>[\[\]();,]|\.(?=\s|\Z))"""
    r"""|(?P<name>@?[\w%:\-]+(?:\.+[\w%:\-]+)*:?)"""
)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"a": RDF_TYPE, "true": "true", "false": "false"}


class _TextIndex:
    """Gives of a text what `_index` gives of a graph."""

    def __init__(self, text: str) -> None:
        self._tokens = self._split(text)
        self._prefixes: dict[str, str] = {}
        self._nodes: _Nodes = {}
        self._lists: _Lists = {}
        self._kinds: dict[str, list[Hashable]] = {}

    def read(self) -> tuple[_Nodes, _Lists, dict[str, list[Hashable]]]:
        """All statements of the text."""
        for token in self._tokens:
            if token == "@prefix":
                prefix, iri = next(self._tokens), next(self._tokens)
                self._prefixes[prefix[:-1]] = iri[1:-1]
                self._expect(".")
            else:
                self._statements(self._term(token), ".")
        return self._nodes, self._lists, self._kinds

    @staticmethod
    def _split(text: str) -> Iterator[str]:
        place = 0
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise ValueError(f"content model: {text[place : place + 40]!r} is not understood")
            place = match.end()
            if match.lastgroup is not None:
                yield match.group()

    def _expect(self, mark: str) -> None:
        token = next(self._tokens, "the end")
        if token != mark:
            raise ValueError(f"content model: expected {mark}, found {token}")

    def _statements(self, subject: Hashable, end: str) -> None:
        """Predicates and objects of a subject, up to the mark that ends them."""
        found: dict[str, Hashable] = self._nodes.setdefault(subject, {})
        for token in self._tokens:
            if token == end:
                return
            if token in (";", ","):
                continue
            predicate, value = self._term(token), self._term(next(self._tokens))
            if predicate == RDF_TYPE:
                self._kinds.setdefault(str(value)[len(MODEL) :], []).append(subject)
            elif str(predicate).startswith(MODEL):
                found[str(predicate)[len(MODEL) :]] = value
        raise ValueError(f"content model: {subject} does not end")

    def _term(self, token: str) -> Hashable:
        first = token[0]
        if first == "<":
            return token[1:-1]
        if first == '"':
            return token[1:-1] if "\\" not in token else _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), token[1:-1])
        if first == "[":
            node = len(self._nodes)
            self._statements(node, "]")
            return node
        if first == "(":
            head = f"_:list {len(self._lists)}"
            items = self._lists[head] = []
            for inner in self._tokens:
                if inner == ")":
                    return head
                items.append(self._term(inner))
            raise ValueError("content model: a list does not end")
        prefix, colon, local = token.partition(":")
        if colon and prefix in self._prefixes:
            return self._prefixes[prefix] + local
        if token in _WORDS or token.isdigit():
            return _WORDS.get(token, token)
        raise ValueError(f"content model: {token!r} is not understood")


@dataclass(frozen=True, slots=True)
class _Properties:
    """The model properties of one node."""

    iri: str
    values: dict[str, Hashable]
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
        return tuple(str(item) for item in self.lists.get(self.values.get(name, ""), ()))

    def inner(self, name: str) -> list[_Properties]:
        """The blank nodes in a list."""
        items = self.lists.get(self.values.get(name, ""), ())
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
