"""Vocabularies as Turtle: classes, properties and enumerations (SKOS) of a schema, for people and OWL tools.

An element or attribute with simple content is a datatype property; an element that is lifted to a node of its own
(complex, repeatable or nillable) is an object property, and the text of such a simple element is the term + `.text`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cimrdf.namespaces import PREFIXES, RDFS, XSD, expand
from cimrdf.schema.model import Complex, Element, Group, Schema, Simple, is_builtin
from cimrdf.schema.turtle_writer import Document, Pair, TurtleWriter, text
from cimrdf.schema.xsd_names import code_iri

if TYPE_CHECKING:
    from cimrdf.schema.definitions import Definitions
    from cimrdf.schema.xsd import Reading

#: XML Schema types outside the datatype map of OWL 2; a reasoner refuses them as ranges.
_NOT_OWL = {
    XSD + name
    for name in (
        *("anySimpleType", "date", "duration", "gDay", "gMonth", "gMonthDay", "gYear", "gYearMonth", "time"),
        *("QName", "NOTATION", "ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NMTOKENS"),
    )
}


@dataclass(frozen=True, slots=True)
class _Property:
    """A term in one place: the class it belongs to, and a class, a datatype or nothing as range."""

    term: str
    label: str
    node: bool
    domain: str | None = None
    range: str | None = None
    scheme: str | None = None


def owl_datatype(iri: str) -> str:
    """The datatype itself where OWL 2 has it in its datatype map, else `rdfs:Literal`."""
    return RDFS + "Literal" if iri in _NOT_OWL else iri


@dataclass
class Head:
    """What a vocabulary says of itself, written when its terms are: how many of them have no definition is part of it."""

    out: TurtleWriter
    document: Document
    definitions: Definitions
    undefined: set[str] = field(default_factory=set)

    def common(self, term: str, label: str, stands_for: str | None = None) -> list[Pair]:
        """Label, definition and origin of a term."""
        definition = self.definitions.of(term, stands_for)
        if not definition:
            self.undefined.add(term)
        return [
            ("rdfs:label", text(label)),
            ("skos:definition", text(definition) if definition else ""),
            ("rdfs:isDefinedBy", f"<{self.document.node}>"),
        ]

    def write(self, namespace: str, annotations: Sequence[str]) -> None:
        """Put before the terms what the vocabulary is, where it comes from, and the annotation properties that it uses."""
        used = ["dcterms:isPartOf", "dcterms:source", "dcterms:title", "model:status", "model:termsWithoutDefinition", "skos:definition"]
        for annotation in sorted([*used, *annotations], reverse=True):
            self.out.add(expand(annotation), [("a", "owl:AnnotationProperty")], first=True)
        pairs = [
            ("a", "owl:Ontology"),
            ("dcterms:title", text(self.document.title)),
            ("dcterms:source", f"{text(namespace)}, {text(self.document.source)}"),
            ("dcterms:isPartOf", "" if self.document.version == self.document.node else f"<{self.document.version}>"),
            ("model:status", text(self.document.status)),
            ("model:termsWithoutDefinition", str(len(self.undefined)) if self.undefined else ""),
        ]
        self.out.add(self.document.node, pairs, first=True)


def write_vocabulary(schema: Schema, document: Document, reading: Reading, definitions: Definitions) -> str:
    """Write the vocabulary of one target namespace as Turtle, always the same text for the same input.

    The other schemas of the reading count where they share terms: a property with different domains or ranges gets
    their union, or none where classes and datatypes meet.

    Raises:
        KeyError: a type in use is in no schema of the reading.
    """
    return _VocabularyWriter(schema, document, reading, definitions).write()


def _own_nodes(group: Group | None, inside: bool = False) -> Iterator[tuple[Element, bool]]:
    """Element particles, and whether each may stand more than once in its parent."""
    if group is None:
        return
    inside = inside or group.repeatable
    terms = [particle.term for particle in group.particles if isinstance(particle, Element)]
    for particle in group.particles:
        if isinstance(particle, Group):
            yield from _own_nodes(particle, inside)
        elif isinstance(particle, Element):
            yield particle, inside or particle.repeatable or terms.count(particle.term) > 1


class _VocabularyWriter:
    def __init__(self, schema: Schema, document: Document, reading: Reading, definitions: Definitions) -> None:
        self.schema = schema
        self.document = document
        self.reading = reading
        known = {**document.prefixes, **PREFIXES}
        self.out = TurtleWriter({**({} if document.bases.terms in known.values() else {"": document.bases.terms}), **document.prefixes})
        self.head = Head(self.out, document, definitions)
        self.schemas = [schema, *(other for other in reading.schemas if other.namespace != schema.namespace)]
        self.types: dict[str, Complex | Simple] = {}
        for item in self.schemas:
            self.types.update(item.complex_types)
            self.types.update(item.simple_types)

    def write(self) -> str:
        for item in sorted(self.schema.complex_types.values(), key=lambda item: item.class_term):
            self._class(item)
        found: dict[str, list[_Property]] = {}
        for schema in self.schemas:
            for prop in self._properties(schema):
                found.setdefault(prop.term, []).append(prop)
        for term in sorted({prop.term for prop in self._properties(self.schema)}):
            self._property(found[term])
        for simple in sorted(self.schema.simple_types.values(), key=lambda item: item.iri):
            if simple.enumeration:
                self._scheme(simple)
        references = ["sawsdl:modelReference"] if self.reading.model_references else []
        self.head.write(self.schema.namespace, ["model:type", *references])
        about = f"Vocabulary of {self.schema.namespace}: generated from {self.document.source}, do not edit."
        return self.out.document([about])

    def _common(self, term: str, label: str) -> list[Pair]:
        reference = self.reading.model_references.get((self.schema.namespace, term))
        return [*self.head.common(term, label, reference), ("sawsdl:modelReference", "" if reference is None else f"<{reference}>")]

    def _class(self, item: Complex) -> None:
        above = self.reading.restrictions.get(item.class_term)
        if item.base is not None:
            above = self._complex(item.base).class_term
        pairs = [("a", "owl:Class"), ("rdfs:subClassOf", "" if above is None else self.out.iri(above))]
        self.out.add(item.class_term, pairs + self._common(item.class_term, item.name))

    def _complex(self, iri: str) -> Complex:
        item = self.types[iri]
        if not isinstance(item, Complex):
            raise KeyError(iri)
        return item

    # ------------------------------------------------------------------ properties

    def _properties(self, schema: Schema) -> Iterator[_Property]:
        for root in schema.roots.values():
            yield _Property(root.term, root.name, True, None, self._class_of(root.type))
            if self._class_of(root.type) is None:
                yield self._data(f"{root.term}.text", root.name, None, root.type)
        for attribute in schema.attributes.values():
            yield self._data(attribute.term, attribute.name, None, attribute.type)
        for item in schema.complex_types.values():
            yield from self._members(item)

    def _members(self, item: Complex) -> Iterator[_Property]:
        domain = item.class_term
        for element, repeated in _own_nodes(item.content):
            if self._class_of(element.type) is not None or element.type == XSD + "anyType":
                yield _Property(element.term, element.name, True, domain, self._class_of(element.type))
            elif repeated or element.nillable:
                yield _Property(element.term, element.name, True, domain)
                yield self._data(f"{element.term}.text", element.name, None, element.type)
            else:
                yield self._data(element.term, element.name, domain, element.type)
        for use in item.attributes:
            yield self._data(use.term, use.name, domain, use.type)
        wildcards = [leaf for leaf in (item.content.walk() if item.content else ()) if not isinstance(leaf, Element)]
        for wildcard in [*wildcards, *([item.any_attribute] if item.any_attribute else [])]:
            yield _Property(wildcard.term, wildcard.term.rpartition(".")[2], True, domain)
        if item.text is not None and item.text_term is not None and item.text_term.startswith(f"{domain}."):
            yield self._data(item.text_term, "text", domain, item.text)

    def _class_of(self, type_iri: str) -> str | None:
        """The class of a complex type, None for a simple one."""
        item = None if is_builtin(type_iri) else self.types[type_iri]
        return item.class_term if isinstance(item, Complex) else None

    def _data(self, term: str, label: str, domain: str | None, type_iri: str) -> _Property:
        simple = None if is_builtin(type_iri) else self.types[type_iri]
        if not isinstance(simple, Simple):
            return _Property(term, label, False, domain, type_iri)
        scheme = self._scheme_iri(simple) if simple.enumeration else None
        return _Property(term, label, False, domain, simple.base, scheme)

    def _property(self, places: Sequence[_Property]) -> None:
        first = places[0]
        mixed = len({place.node for place in places}) > 1
        kind = "rdf:Property" if mixed else "owl:ObjectProperty" if first.node else "owl:DatatypeProperty"
        ranges = [] if mixed else sorted({place.range or "" for place in places})
        types = [] if first.node else [iri for iri in ranges if iri in _NOT_OWL and not iri.endswith("anySimpleType")]
        schemes = sorted({place.scheme for place in places if place.scheme is not None})
        pairs = [
            ("a", kind),
            ("rdfs:domain", self._union(sorted({place.domain or "" for place in places}))),
            ("rdfs:range", self._union(sorted({owl_datatype(iri) for iri in ranges}))),
            ("model:type", ", ".join(self.out.iri(iri) for iri in types)),
            ("rdfs:seeAlso", ", ".join(self.out.iri(iri) for iri in schemes)),
        ]
        self.out.add(first.term, pairs + self._common(first.term, first.label))

    def _union(self, iris: Sequence[str]) -> str:
        """One class or datatype, the union of several, nothing where one of them is unknown."""
        if not all(iris) or not iris:
            return ""
        names = [self.out.iri(iri) for iri in iris]
        if len(names) == 1:
            return names[0]
        kind = "rdfs:Datatype" if all(iri.startswith((XSD, RDFS)) for iri in iris) else "owl:Class"
        return f"[ a {kind} ; owl:unionOf ( {' '.join(names)} ) ]"

    # ------------------------------------------------------------------ enumerations

    def _scheme_iri(self, simple: Simple) -> str:
        return self.reading.bases[simple.namespace].terms + simple.name

    def _scheme(self, simple: Simple) -> None:
        scheme = self._scheme_iri(simple)
        reference = self.reading.model_references.get((self.schema.namespace, scheme))
        pairs = [
            ("a", "skos:ConceptScheme"),
            ("rdfs:label", text(simple.name)),
            ("dcterms:isPartOf", f"<{self.document.node}>"),
            ("sawsdl:modelReference", "" if reference is None else f"<{reference}>"),
        ]
        self.out.add(scheme, pairs)
        for code in dict.fromkeys(simple.enumeration):
            concept = code_iri(scheme, code)
            reference = self.reading.model_references.get((self.schema.namespace, concept))
            pairs = [
                ("a", "skos:Concept"),
                ("skos:notation", text(code)),
                ("skos:prefLabel", text(code)),
                ("skos:inScheme", self.out.iri(scheme)),
                ("sawsdl:modelReference", "" if reference is None else f"<{reference}>"),
            ]
            self.out.add(concept, pairs)
