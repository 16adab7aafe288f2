"""Which versions there are, which namespaces they use, and their content models, loaded when first asked for.

The facts are data: `ontology/catalogue.ttl` lists versions, files, names seen in the field that stand for published ones
(variants), and families of namespaces that are recognised without being loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from cimrdf._files import data_folder
from cimrdf.namespaces import MODEL, RDF_TYPE, RDFS
from cimrdf.schema.lists import DelimitedList
from cimrdf.schema.model import Attribute, Complex, Element, Group, Particle, Root, Schema, Simple, Wildcard, is_builtin
from cimrdf.schema.slices import ModelFile, model_file, prefixes_of
from cimrdf.turtle import Statements, Vocabulary, read_turtle

_MODEL = Vocabulary(MODEL)


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

    graph: Statements
    #: The version whose drafts are read in place of what was published under their namespaces.
    drafts: str | None = None
    _schemas: dict[str, list[Schema]] = field(default_factory=dict)
    _views: dict[str, View] = field(default_factory=dict)
    _types: dict[str, Complex | Simple] = field(default_factory=dict)
    _classes: dict[str, Complex] = field(default_factory=dict)
    #: Delimited lists by the term of the element that holds them, and by their type.
    _lists: dict[str, DelimitedList] = field(default_factory=dict)
    _listed: set[str] = field(default_factory=set)
    _roots: dict[tuple[str, str], Root | None] = field(default_factory=dict)
    _closures: dict[tuple[str, frozenset[str]], list[Schema]] = field(default_factory=dict)
    _datatypes: dict[str, str] = field(default_factory=dict)

    def _text(self, subject: str, name: str) -> str | None:
        value = self.graph.value(subject, _MODEL[name])
        return None if value is None else str(value)

    @cached_property
    def files(self) -> dict[str, tuple[str, ...]]:
        """Content-model files by namespace."""
        found: dict[str, list[str]] = {}
        for entry in self.graph.objects(None, _MODEL.file):
            found.setdefault(self._text(entry, "namespace") or "", []).append(self._text(entry, "path") or "")
        return {namespace: tuple(sorted(paths)) for namespace, paths in found.items()} | self._draft_files

    @cached_property
    def _draft_files(self) -> dict[str, tuple[str, ...]]:
        versions = [] if self.drafts is None else self.graph.subjects(_MODEL.name, self.drafts)
        entries = [entry for version in versions for entry in self.graph.objects(version, _MODEL.draftFile)]
        return {self._text(entry, "namespace") or "": (self._text(entry, "path") or "",) for entry in entries}

    @cached_property
    def draft_versions(self) -> dict[str, frozenset[str]]:
        """The versions whose schemas have the namespaces of others that were published later, with these namespaces."""
        found: dict[str, set[str]] = {}
        for version, entry in self.graph.subject_objects(_MODEL.draftFile):
            found.setdefault(self._text(version, "name") or "", set()).add(self._text(entry, "namespace") or "")
        return {name: frozenset(namespaces) for name, namespaces in found.items()}

    def status(self, namespace: str) -> str:
        """What the content model of a namespace is: `published`, a `draft`, or `reconstructed` for want of a public schema."""
        return next((file.status for file in self._files_of(namespace) if file.status), "published")

    @cached_property
    def versions(self) -> dict[str, Version]:
        """Every version and envelope by name; first those that an envelope without content is assumed to be of (`model:assumed`)."""
        found = {}
        for subject in self.graph.subjects(RDF_TYPE, _MODEL.Version):
            name = self._text(subject, "name") or ""
            namespaces = {self._text(entry, "namespace") or "" for entry in self.graph.objects(subject, _MODEL.file)}
            namespaces = {*self._draft_files} if name == self.drafts else namespaces - {*self._draft_files}
            found[name] = Version(
                name,
                str(self.graph.value(subject, RDFS + "label") or name),
                self._text(subject, "family") or "",
                tuple(sorted(namespaces)),
                tuple(sorted(str(item) for item in self.graph.objects(subject, _MODEL.namespacePattern))),
                self._text(subject, "envelope"),
            )
        assumed = {self._text(subject, "name") for subject in self.graph.subjects(_MODEL.assumed, "true")}
        return {name: found[name] for name in sorted(found, key=lambda name: (name not in assumed, name))}

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
                        str(self.graph.value(entry, RDFS + "comment") or ""),
                    )
                    for entry in self.graph.subjects(RDF_TYPE, _MODEL.Variant)
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
            for entry in sorted(self.graph.subjects(RDF_TYPE, _MODEL.ExtensionPoint), key=str)
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

    def _files_of(self, namespace: str) -> list[ModelFile]:
        return [model_file(path) for path in self.files.get(namespace, ())]

    def _files_with(self, iri: str) -> Iterator[ModelFile]:
        """The files that have a component of this IRI, those in use first; only those are opened that declare a prefix for it."""
        base = iri[: iri.rfind("#") + 1]
        paths = [path for paths in self.files.values() for path in paths]
        for path in sorted(paths, key=lambda path: path not in self._listed):
            if base in prefixes_of(path).values() and iri in (file := model_file(path)).components:
                yield file

    def _load(self, file: ModelFile, names: Iterable[str]) -> Schema | None:
        """Take components of a file in, with what they refer to there."""
        if file.path not in self._listed:
            self._listed.add(file.path)
            for beside in self._files_of(file.namespace):
                if beside.has_lists and beside is not file:
                    self._listed.add(beside.path)
                    self._load(beside, beside.components)
        schema, lists = file.parse(names)
        self._lists.update({item.element: item for item in lists} | {item.type: item for item in lists})
        if schema is not None:
            self._types.update(schema.complex_types)
            self._types.update(schema.simple_types)
            for item in schema.complex_types.values():
                self._classes.setdefault(item.class_term, item)
        return schema

    def schemas(self, namespace: str) -> list[Schema]:
        """All content models of a namespace, whole (without the types that stand in for packed lists)."""
        if namespace not in self._schemas:
            loaded = [(file, self._load(file, file.components)) for file in self._files_of(namespace)]
            self._schemas[namespace] = [schema for file, schema in loaded if schema is not None and not file.has_lists]
        return self._schemas[namespace]

    def closure(self, root: Root, types: frozenset[str] = frozenset()) -> list[Schema]:
        """The part of the content models that a global element needs, across namespaces: enough to judge its validity, with
        further types that a message names."""
        key = (root.term, types)
        if key not in self._closures:
            wanted: dict[str, set[str]] = {root.namespace: {root.term}}
            for name in types:
                for file in self._files_with(name):
                    wanted.setdefault(file.namespace, set()).add(name)
            found: dict[str, Schema] = {}
            while True:
                before = {namespace: len(names) for namespace, names in wanted.items()}
                for namespace in list(wanted):
                    schemas = [schema for file in self._files_of(namespace) if not file.has_lists and (schema := file.parse(wanted[namespace])[0])]
                    found[namespace] = _merged(schemas)
                    for other, name in self._referred(found[namespace]):
                        wanted.setdefault(other, set()).add(name)
                if before == {namespace: len(names) for namespace, names in wanted.items()}:
                    break
            self._closures[key] = list(found.values())
        return self._closures[key]

    def _referred(self, schema: Schema) -> set[tuple[str, str]]:
        """The types and global elements, by namespace, that a schema's components refer to and that it does not hold itself."""
        types: set[str] = {root.type for root in schema.roots.values()}
        elements: set[tuple[str, str]] = set()
        for item in schema.complex_types.values():
            types |= {item.base or "", item.text or ""} | {use.type for use in item.attributes}
            for member in item.content.walk() if item.content is not None else ():
                if isinstance(member, Element):
                    types.add(member.type)
                    if member.reference:
                        elements |= {
                            (member.namespace, file.elements[member.name])
                            for file in self._files_of(member.namespace)
                            if member.name in file.elements
                        }
        missing = {name for name in types if name and not is_builtin(name) and name not in schema.complex_types and name not in schema.simple_types}
        return elements | {(file.namespace, name) for name in missing for file in self._files_with(name)}

    def roots(self, namespace: str) -> dict[str, Root]:
        """The global elements of a namespace, by name."""
        return {name: root for file in self._files_of(namespace) for name, root in file.roots().items()}

    def root(self, namespace: str, local: str) -> Root | None:
        """A global element, or None."""
        key = (namespace, local)
        if key not in self._roots:
            self._roots[key] = None
            for file in self._files_of(namespace):
                if local in file.elements:
                    schema = self._load(file, [file.elements[local]])
                    self._roots[key] = schema.roots[local] if schema is not None else None
        return self._roots[key]

    def root_of(self, term: str) -> Root | None:
        """The global element that a term stands for, or None."""
        for file in self._files_with(term):
            name = next((name for name, iri in file.elements.items() if iri == term), None)
            if name is not None:
                return self.root(file.namespace, name)
        return None

    def substitute(self, view: View, namespace: str, local: str) -> tuple[Element, Root] | None:
        """The member of a type that a global element may stand for (its substitution group), and that element."""
        root = here = self.root(namespace, local)
        while here is not None and here.substitution_group is not None:
            head = here.substitution_group
            member = next((item for item in view.elements.values() if item.reference and self._head(item) == head), None)
            if member is not None and root is not None and not root.abstract and isinstance(self.type(root.type), Complex):
                return replace(member, type=root.type), root
            here = self.root_of(head)
        return None

    def _head(self, member: Element) -> str | None:
        root = self.root(member.namespace, member.name)
        return root.term if root is not None else None

    def named_type(self, namespace: str, local: str) -> str | None:
        """The IRI of a named type, or None."""
        return next((file.types[local] for file in self._files_of(namespace) if local in file.types), None)

    def type(self, iri: str) -> Complex | Simple | None:
        """A type by the IRI of its content model; None for XML Schema's own types.

        Raises:
            KeyError: no file has it.
        """
        if is_builtin(iri):
            return None
        if iri not in self._types:
            for file in self._files_with(iri):
                self._load(file, [iri])
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
        particles: list[Particle] = []
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
                members: list[Element | Attribute] = [*view.elements.values(), *view.attributes.values()]
                for member in members:
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


def _merged(schemas: list[Schema]) -> Schema:
    """Slices of one namespace as one."""
    whole = Schema(schemas[0].namespace, qualified=schemas[0].qualified)
    for schema in schemas:
        whole.roots.update(schema.roots)
        whole.complex_types.update(schema.complex_types)
        whole.simple_types.update(schema.simple_types)
        whole.attributes.update(schema.attributes)
    return whole


@cache
def load_catalogue(drafts: str | None = None) -> Catalogue:
    """The catalogue of the installed `ontology/` folder.

    With the name of a version in `Catalogue.draft_versions`, namespaces that this version shares with a later one stand
    for its own content models.
    """
    if drafts is not None:
        return Catalogue(load_catalogue().graph, drafts)
    return Catalogue(read_turtle((data_folder("ontology") / "catalogue.ttl").read_bytes()))


def catalogue_of(version: str) -> Catalogue:
    """The catalogue in which a version has its content models."""
    return load_catalogue(version if version in load_catalogue().draft_versions else None)
