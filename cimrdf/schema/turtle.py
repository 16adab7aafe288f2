"""Content models as Turtle, and back: `read_models` gives what `write_model` was given.

The words are those of XML Schema; what XML Schema takes for granted (one occurrence, optional attribute) is left out.
"""

from __future__ import annotations

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
from cimrdf.schema.turtle_reader import read_models
from cimrdf.schema.turtle_writer import Document, Pair, TurtleWriter, collection, node, text
from cimrdf.schema.vocabulary import write_vocabulary

__all__ = ["Document", "read_models", "write_model", "write_vocabulary"]


def write_model(schema: Schema, document: Document) -> str:
    """Write the content model of one target namespace as Turtle, always the same text for the same schema."""
    return _ModelWriter(schema, document).write()


def _flag(value: bool) -> str:
    return "true" if value else ""


class _ModelWriter:
    def __init__(self, schema: Schema, document: Document) -> None:
        self.schema = schema
        self.document = document
        self.out = TurtleWriter({"": document.bases.model, **{name: iri for name, iri in document.prefixes.items() if iri != document.bases.model}})
        # A file is found by the prefixes that it declares.
        self.out.declare(document.bases.model, document.bases.terms)
        self.node = document.bases.model
        #: The namespace of an element particle that does not name one.
        self.namespace = schema.namespace if schema.qualified else ""

    def write(self) -> str:
        schema = self.schema
        qualified = "true" if schema.qualified else "false"
        self.out.add(
            self.node,
            [
                ("a", "model:Schema"),
                ("model:namespace", text(schema.namespace)),
                ("model:qualified", qualified),
                ("dcterms:title", text(self.document.title)),
                ("dcterms:source", text(self.document.source)),
                ("model:status", text(self.document.status)),
            ],
        )
        for root in sorted(schema.roots.values(), key=lambda item: item.term):
            self._root(root)
        for attribute in sorted(schema.attributes.values(), key=lambda item: item.term):
            self._component(attribute.term, "Attribute", attribute.name, self._attribute_pairs(attribute))
        for complex_type in sorted(schema.complex_types.values(), key=lambda item: item.iri):
            self._complex(complex_type)
        for simple in sorted(schema.simple_types.values(), key=lambda item: item.iri):
            self._simple(simple)
        about = f"Content model of {schema.namespace}: generated from {self.document.source}, do not edit."
        return self.out.document([about])

    def _component(self, subject: str, kind: str, name: str, pairs: list[Pair]) -> None:
        head = [("a", f"model:{kind}"), ("model:schema", self.out.iri(self.node)), ("model:name", text(name))]
        self.out.add(subject, head + pairs)

    def _root(self, root: Root) -> None:
        head = root.substitution_group
        pairs = [
            ("model:type", self.out.iri(root.type)),
            ("model:abstract", _flag(root.abstract)),
            ("model:nillable", _flag(root.nillable)),
            ("model:substitutionGroup", "" if head is None else self.out.iri(head)),
        ]
        self._component(root.term, "Element", root.name, pairs)

    def _complex(self, item: Complex) -> None:
        pairs = [
            ("model:class", self.out.iri(item.class_term)),
            ("model:base", "" if item.base is None else self.out.iri(item.base)),
            ("model:abstract", _flag(item.abstract)),
            ("model:mixed", _flag(item.mixed)),
            ("model:anonymous", _flag(item.anonymous)),
        ]
        if item.content is not None:
            pairs += self._group_pairs(item.content, "    ")
        if item.attributes:
            uses = [node([("model:attribute", self.out.iri(use.term)), *self._use_pairs(use)]) for use in item.attributes]
            pairs.append(("model:attributes", collection(uses)))
        if item.any_attribute is not None:
            pairs.append(("model:anyAttribute", node(self._wildcard_pairs(item.any_attribute))))
        pairs.append(("model:text", "" if item.text is None else self.out.iri(item.text)))
        pairs.append(("model:textTerm", "" if item.text_term is None else self.out.iri(item.text_term)))
        self._component(item.iri, "ComplexType", item.name, pairs)

    def _simple(self, item: Simple) -> None:
        facets = [node([("model:facetName", text(name)), ("model:facetValue", text(value))]) for name, value in item.facets]
        pairs = [
            ("model:base", self.out.iri(item.base)),
            ("model:anonymous", _flag(item.anonymous)),
            ("model:enumeration", collection([text(value) for value in item.enumeration]) if item.enumeration else ""),
            ("model:pattern", collection([text(value) for value in item.patterns]) if item.patterns else ""),
            ("model:facet", collection(facets) if facets else ""),
            ("model:item", "" if item.item is None else self.out.iri(item.item)),
            ("model:members", collection([self.out.iri(member) for member in item.members]) if item.members else ""),
        ]
        self._component(item.iri, "SimpleType", item.name, pairs)

    # ------------------------------------------------------------------ particles

    def _group_pairs(self, group: Group, indent: str) -> list[Pair]:
        particles = [self._particle(particle, indent + "    ") for particle in group.particles]
        return [(f"model:{group.kind}", collection(particles, indent)), *_occurs(group)]

    def _particle(self, particle: Particle, indent: str) -> str:
        if isinstance(particle, Group):
            return node(self._group_pairs(particle, indent))
        if isinstance(particle, Wildcard):
            return node([*self._wildcard_pairs(particle), *_occurs(particle)])
        namespace = "" if particle.namespace == self.namespace else text(particle.namespace)
        strict = particle.strict_min_occurs
        return node(
            [
                ("model:element", self.out.iri(particle.term)),
                ("model:name", _name(particle)),
                ("model:elementNamespace", namespace),
                ("model:reference", _flag(particle.reference)),
                ("model:type", self.out.iri(particle.type)),
                *_occurs(particle),
                ("model:strictMinOccurs", "" if strict is None else str(strict)),
                ("model:nillable", _flag(particle.nillable)),
                *_values(particle),
            ]
        )

    def _wildcard_pairs(self, item: Wildcard) -> list[Pair]:
        return [
            ("model:any", self.out.iri(item.term)),
            ("model:namespaces", "" if item.namespaces == "##any" else text(item.namespaces)),
            ("model:processContents", "" if item.process_contents == "strict" else text(item.process_contents)),
        ]

    def _use_pairs(self, item: Attribute) -> list[Pair]:
        return [("model:name", _name(item)), *self._attribute_pairs(item)]

    def _attribute_pairs(self, item: Attribute) -> list[Pair]:
        strict = item.strict_required
        return [
            ("model:attributeNamespace", text(item.namespace) if item.namespace else ""),
            ("model:type", self.out.iri(item.type)),
            ("model:use", text("required") if item.required else ""),
            ("model:strictUse", "" if strict is None else text("required" if strict else "optional")),
            *_values(item),
        ]


def _name(item: Element | Attribute) -> str:
    """The XML name, where it is not the last part of the term."""
    return "" if item.term.rpartition(".")[2] == item.name else text(item.name)


def _values(item: Element | Attribute) -> list[Pair]:
    return [
        ("model:default", "" if item.default is None else text(item.default)),
        ("model:fixed", "" if item.fixed is None else text(item.fixed)),
    ]


def _occurs(item: Particle) -> list[Pair]:
    maximum = text("unbounded") if item.max_occurs is UNBOUNDED else str(item.max_occurs)
    return [
        ("model:minOccurs", "" if item.min_occurs == 1 else str(item.min_occurs)),
        ("model:maxOccurs", "" if item.max_occurs == 1 else maximum),
    ]
