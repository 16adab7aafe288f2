"""The content model: what a schema allows, and in which order it must be written.

A `Complex` type is an ordered `Group` of particles plus attributes, or simple content plus attributes. Every member
carries the RDF term it is lifted to. The words are those of XML Schema 1.0 (particles, occurrence, wildcards, facets).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cimrdf.namespaces import XSD

#: `max_occurs` of a particle that may be repeated without bound.
UNBOUNDED: None = None


@dataclass(frozen=True, slots=True)
class Simple:
    """A named or anonymous simple type: its built-in base (`xsd:` IRI) and the facets that narrow it.

    `facets` holds the remaining facets as pairs, e.g. `("maxLength", "16")`; `item` is the item type of a list type and
    `members` the member types of a union.
    """

    iri: str
    name: str
    namespace: str
    base: str
    enumeration: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    facets: tuple[tuple[str, str], ...] = ()
    item: str | None = None
    members: tuple[str, ...] = ()
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute use. `namespace` is empty for the usual unqualified attribute."""

    term: str
    name: str
    type: str
    namespace: str = ""
    required: bool = False
    default: str | None = None
    fixed: str | None = None
    strict_required: bool | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """An element particle. `type` is the IRI of a `Complex`, a `Simple` or a built-in `xsd:` type.

    `strict_min_occurs` is the lower bound of the official schema where the one at hand is known to be looser.
    """

    term: str
    name: str
    namespace: str
    type: str
    min_occurs: int = 1
    max_occurs: int | None = 1
    nillable: bool = False
    default: str | None = None
    fixed: str | None = None
    strict_min_occurs: int | None = None
    #: The particle is a reference to a global element (of this or another namespace).
    reference: bool = False

    @property
    def repeatable(self) -> bool:
        return self.max_occurs is UNBOUNDED or self.max_occurs > 1


@dataclass(frozen=True, slots=True)
class Wildcard:
    """An `xs:any` particle (or, among attributes, `xs:anyAttribute`)."""

    term: str
    namespaces: str = "##any"
    process_contents: str = "strict"
    min_occurs: int = 1
    max_occurs: int | None = 1


@dataclass(frozen=True, slots=True)
class Group:
    """A `sequence`, `choice` or `all` of particles."""

    kind: str
    particles: tuple[Particle, ...]
    min_occurs: int = 1
    max_occurs: int | None = 1

    @property
    def repeatable(self) -> bool:
        return self.max_occurs is UNBOUNDED or self.max_occurs > 1

    def walk(self) -> Iterator[Element | Wildcard]:
        """Yield the element particles and wildcards in document order, groups opened."""
        for particle in self.particles:
            if isinstance(particle, Group):
                yield from particle.walk()
            else:
                yield particle


Particle = Element | Wildcard | Group


@dataclass(frozen=True, slots=True)
class Complex:
    """A complex type. `content` and `attributes` are its own; those of `base` come before them.

    `class_term` is the RDF class; `text` is the simple type of its text where it has simple content, and `text_term` the
    property that carries it. `anonymous` types are named by their element path.
    """

    iri: str
    class_term: str
    name: str
    namespace: str
    base: str | None = None
    content: Group | None = None
    attributes: tuple[Attribute, ...] = ()
    any_attribute: Wildcard | None = None
    text: str | None = None
    text_term: str | None = None
    abstract: bool = False
    mixed: bool = False
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Root:
    """A global element declaration: `term` links a document (or a wildcard's parent) to it."""

    term: str
    name: str
    namespace: str
    type: str
    abstract: bool = False
    nillable: bool = False
    substitution_group: str | None = None


@dataclass(slots=True)
class Schema:
    """The components of one target namespace, by name or IRI."""

    namespace: str
    roots: dict[str, Root] = field(default_factory=dict)
    complex_types: dict[str, Complex] = field(default_factory=dict)
    simple_types: dict[str, Simple] = field(default_factory=dict)
    #: Global attribute declarations.
    attributes: dict[str, Attribute] = field(default_factory=dict)
    qualified: bool = True


def is_builtin(type_iri: str) -> bool:
    """Whether a type is one of XML Schema's own."""
    return type_iri.startswith(XSD)
