"""Which versions there are, which namespaces they use, and their content models, loaded when first asked for.

The facts are data: `ontology/catalogue.ttl` lists versions, files, names seen in the field that stand for published ones
(variants), and families of namespaces that are recognised without being loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import rdflib
from rdflib.term import Node

from cimrdf._files import data_folder
from cimrdf.namespaces import MODEL
from cimrdf.schema.lists import DelimitedList, read_lists
from cimrdf.schema.model import Attribute, Complex, Element, Group, Root, Schema, Simple, Wildcard, is_builtin
from cimrdf.schema.turtle import read_models

_MODEL = rdflib.Namespace(MODEL)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of one of the standards, e.g. `cim-2013`; `envelope` is what carries its messages."""

    name: str
    label: str
    family: str
    namespaces: tuple[str, ...]
    patterns: tuple[str, ...]
    envelope: str | None


@dataclass(frozen=True, slots=True)
class Variant:
    """Names seen in drafts and in the field that stand for a published one (regular expressions, whole match)."""

    namespace: str
    local: str
    published_namespace: str
    published_local: str | None
    comment: str


@dataclass(frozen=True, slots=True)
class ExtensionPoint:
    """Where an object, or an envelope, has room for values without a field of their own.

    `members` are the terms of the member that begins `path`; below the path stand items with a name and a value. Without
    `items` the place allows blocks of foreign schemas.
    """

    iri: str
    members: frozenset[str]
    path: tuple[str, ...]
    items: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class View:
    """A complex type with what it inherits: content in order, members by name."""

    type: Complex
    content: Group | None
    elements: dict[tuple[str, str], Element]
    attributes: dict[tuple[str, str], Attribute]
    wildcard: Wildcard | None
    any_attribute: Wildcard | None
    text: str | None
    text_term: str | None
    #: Terms of the elements that may occur more than once (alone, or because a group around them is repeated).
    repeatable: frozenset[str]
    #: Elements of different names may alternate, so that their order must be remembered.
    interleaved: bool


def _repeatable(group: Group | None, inside: bool = False) -> set[str]:
    """Terms of the elements of a group that may occur more than once."""
    if group is None:
        return set()
    inside = inside or group.repeatable
    terms: set[str] = set()
    seen: set[str] = set()
    for particle in group.particles:
        if isinstance(particle, Group):
            terms |= _repeatable(particle, inside)
        elif isinstance(particle, Element):
            if inside or particle.repeatable or particle.term in seen:
                terms.add(particle.term)
            seen.add(particle.term)
    return terms


def _interleaved(group: Group | None) -> bool:
    if group is None:
        return False
    if group.repeatable and len(list(group.walk())) > 1:
        return True
    names = [particle.term for particle in group.walk()]
    return len(names) != len(set(names)) or any(isinstance(p, Group) and _interleaved(p) for p in group.particles)


@dataclass
class Catalogue:
    """The versions and their components. Make one with `load_catalogue()`; it reads files lazily and keeps them."""

    graph: rdflib.Graph
    _schemas: dict[str, list[Schema]] = field(default_factory=dict)
    _views: dict[str, View] = field(default_factory=dict)
    _types: dict[str, Complex | Simple] = field(default_factory=dict)
    _classes: dict[str, Complex] = field(default_factory=dict)
    #: Delimited lists by the term of the element that holds them, and by their type.
    _lists: dict[str, DelimitedList] = field(default_factory=dict)
    _datatypes: dict[str, str] = field(default_factory=dict)

    def _text(self, subject: Node, name: str) -> str | None:
        value = self.graph.value(subject, _MODEL[name])
        return None if value is None else str(value)

    @cached_property
    def files(self) -> dict[str, tuple[str, ...]]:
        """Content-model files by namespace."""
        found: dict[str, list[str]] = {}
        for entry in self.graph.objects(None, _MODEL.file):
            found.setdefault(self._text(entry, "namespace") or "", []).append(self._text(entry, "path") or "")
        return {namespace: tuple(sorted(paths)) for namespace, paths in found.items()}

    @cached_property
    def versions(self) -> dict[str, Version]:
        """Every version and envelope, by name."""
        found = {}
        for subject in self.graph.subjects(rdflib.RDF.type, _MODEL.Version):
            name = self._text(subject, "name") or ""
            namespaces = [self._text(entry, "namespace") or "" for entry in self.graph.objects(subject, _MODEL.file)]
            found[name] = Version(
                name,
                str(self.graph.value(subject, rdflib.RDFS.label) or name),
                self._text(subject, "family") or "",
                tuple(sorted(set(namespaces))),
                tuple(sorted(str(item) for item in self.graph.objects(subject, _MODEL.namespacePattern))),
                self._text(subject, "envelope"),
            )
        return dict(sorted(found.items()))

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """Names in the field that stand for published ones."""
        return tuple(
            sorted(
                (
                    Variant(
                        self._text(entry, "namespacePattern") or "",
                        self._text(entry, "localPattern") or ".*",
                        self._text(entry, "publishedNamespace") or "",
                        self._text(entry, "publishedName"),
                        str(self.graph.value(entry, rdflib.RDFS.comment) or ""),
                    )
                    for entry in self.graph.subjects(rdflib.RDF.type, _MODEL.Variant)
                ),
                key=lambda variant: (variant.namespace, variant.local),
            )
        )

    @cached_property
    def extension_points(self) -> tuple[ExtensionPoint, ...]:
        """Where values without a field of their own may be kept."""
        return tuple(
            ExtensionPoint(
                str(entry),
                frozenset(str(member) for member in self.graph.objects(entry, _MODEL.member)),
                tuple(step for step in (self._text(entry, "path") or "").split("/") if step),
                self._text(entry, "items") or "",
                self._text(entry, "itemName") or "",
                self._text(entry, "itemValue") or "",
            )
            for entry in sorted(self.graph.subjects(rdflib.RDF.type, _MODEL.ExtensionPoint))
        )

    def extension_point(self, type_iri: str | None) -> ExtensionPoint | None:
        """The extension point that objects of a type have, if any."""
        if type_iri is None or is_builtin(type_iri) or not isinstance(self.type(type_iri), Complex):
            return None
        terms = {member.term for member in self.view(type_iri).elements.values()}
        return next((point for point in self.extension_points if point.members & terms), None)

    @cached_property
    def _canonical(self) -> dict[tuple[str, str], tuple[str, str, Variant | None]]:
        return {}

    def canonical(self, namespace: str, local: str) -> tuple[str, str, Variant | None]:
        """The published name that a name stands for, and the variant that says so (None where it is published itself)."""
        key = (namespace, local)
        if key not in self._canonical:
            answer: tuple[str, str, Variant | None] = (namespace, local, None)
            if namespace not in self.files:
                for variant in self.variants:
                    match = re.fullmatch(variant.namespace, namespace)
                    if match and re.fullmatch(variant.local, local):
                        answer = (match.expand(variant.published_namespace), variant.published_local or local, variant)
                        break
            self._canonical[key] = answer
        return self._canonical[key]

    def version_of(self, namespace: str) -> Version | None:
        """The version that has a namespace loaded."""
        return next((version for version in self.versions.values() if namespace in version.namespaces), None)

    def recognise(self, namespace: str) -> tuple[Version, str] | None:
        """A version whose family the namespace belongs to though it is not loaded, and the name caught by the pattern."""
        for version in self.versions.values():
            for pattern in version.patterns:
                match = re.fullmatch(pattern, namespace)
                if match:
                    return version, match.group(1) if match.groups() else namespace
        return None

    def schemas(self, namespace: str) -> list[Schema]:
        """The content models of a namespace; read on first use."""
        if namespace not in self._schemas:
            loaded: list[Schema] = []
            extra: list[Schema] = []
            for path in self.files.get(namespace, ()):
                schemas, lists = _read(path)
                (extra if lists else loaded).extend(schema for schema in schemas if schema.namespace == namespace)
                self._lists.update({item.element: item for item in lists} | {item.type: item for item in lists})
            self._schemas[namespace] = loaded
            for schema in [*loaded, *extra]:
                self._types.update(schema.complex_types)
                self._types.update(schema.simple_types)
                for item in schema.complex_types.values():
                    self._classes.setdefault(item.class_term, item)
        return self._schemas[namespace]

    def roots(self, namespace: str) -> dict[str, Root]:
        """The global elements of a namespace, by name."""
        return {name: root for schema in self.schemas(namespace) for name, root in schema.roots.items()}

    def root(self, namespace: str, local: str) -> Root | None:
        """A global element, or None."""
        return self.roots(namespace).get(local)

    def root_of(self, term: str) -> Root | None:
        """The global element that a term stands for, or None."""
        for namespace in self.files:
            for root in self.roots(namespace).values():
                if root.term == term:
                    return root
        return None

    def type(self, iri: str) -> Complex | Simple | None:
        """A type by the IRI of its content model; None for XML Schema's own types.

        Raises:
            KeyError: no loaded file has it.
        """
        if is_builtin(iri):
            return None
        if iri not in self._types:
            for namespace in self.files:
                self.schemas(namespace)
                if iri in self._types:
                    break
        return self._types[iri]

    def is_node(self, view: View, element: Element) -> bool:
        """Whether an element is lifted to a node of its own: it is complex, repeatable or nillable. Else it is a literal."""
        return element.term in view.repeatable or element.nillable or isinstance(self.type(element.type), Complex)

    def class_type(self, class_term: str) -> Complex | None:
        """The complex type of an RDF class among what has been loaded."""
        return self._classes.get(class_term)

    def view(self, iri: str) -> View:
        """A complex type with all that it inherits.

        Raises:
            KeyError: the IRI is not that of a complex type.
        """
        if iri not in self._views:
            item = self.type(iri)
            if not isinstance(item, Complex):
                raise KeyError(iri)
            self._views[iri] = self._make_view(item)
        return self._views[iri]

    def _make_view(self, item: Complex) -> View:
        base_type = self.type(item.base) if item.base else None
        base = self.view(item.base) if item.base and isinstance(base_type, Complex) else None
        content = item.content
        if base is not None and base.content is not None:
            parts = (base.content,) if content is None else (base.content, content)
            content = Group("sequence", parts)
        content = self._unpacked(content) if content is not None else None
        members = list(content.walk()) if content is not None else []
        attributes = dict(base.attributes) if base is not None else {}
        attributes.update({(use.namespace, use.name): use for use in item.attributes})
        return View(
            item,
            content,
            {(member.namespace, member.name): member for member in members if isinstance(member, Element)},
            attributes,
            next((member for member in members if isinstance(member, Wildcard)), None),
            item.any_attribute or (base.any_attribute if base is not None else None),
            item.text or (base.text if base is not None else None),
            item.text_term or (base.text_term if base is not None else None),
            frozenset(_repeatable(content)),
            _interleaved(content),
        )


    def _unpacked(self, group: Group) -> Group:
        """A group in which the elements that hold a delimited list have the list's type."""
        if not self._lists:
            return group
        particles = []
        for particle in group.particles:
            if isinstance(particle, Group):
                particles.append(self._unpacked(particle))
            elif isinstance(particle, Element) and particle.term in self._lists:
                particles.append(replace(particle, type=self._lists[particle.term].type))
            else:
                particles.append(particle)
        return replace(group, particles=tuple(particles))

    def datatype(self, term: str) -> str | None:
        """The built-in datatype of the values of a property, among the types that have been looked at."""
        known = len(self._views)
        if self._datatypes.get("") != str(known):
            self._datatypes = {"": str(known)}
            for view in self._views.values():
                for member in [*view.elements.values(), *view.attributes.values()]:
                    self._datatypes[member.term] = self._datatypes[f"{member.term}.text"] = self._builtin(member.type)
                if view.text is not None and view.text_term is not None:
                    self._datatypes[view.text_term] = self._builtin(view.text)
        return self._datatypes.get(term) or None

    def _builtin(self, type_iri: str) -> str:
        item = self.type(type_iri)
        if item is None:
            return type_iri
        return item.base if isinstance(item, Simple) and is_builtin(item.base) else ""

    def list_of(self, type_iri: str) -> DelimitedList | None:
        """How a type is packed into one text, if it is."""
        return self._lists.get(type_iri)


@cache
def _read(path: str) -> tuple[tuple[Schema, ...], tuple[DelimitedList, ...]]:
    graph = rdflib.Graph()
    with (data_folder("ontology") / path).open("rb") as stream:
        graph.parse(stream, format="turtle")
    return tuple(read_models(graph)), tuple(read_lists(graph))


@cache
def load_catalogue() -> Catalogue:
    """The catalogue of the installed `ontology/` folder."""
    graph = rdflib.Graph()
    with (data_folder("ontology") / "catalogue.ttl").open("rb") as stream:
        graph.parse(stream, format="turtle")
    return Catalogue(graph)
