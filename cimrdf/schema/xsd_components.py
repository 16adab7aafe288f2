"""Turns the components that xmlschema has built into content models, and gives each its IRI.

Names: class `T`, member `T.m`, text `T.text`, wildcard `T.any` and `T.anyAttribute`, anonymous type of member m `T-m`,
global element `element-E`. A name that is taken gets a suffix, so that no two things share an IRI.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from xmlschema.validators import (
    XsdAnyElement,
    XsdAttribute,
    XsdComplexType,
    XsdComponent,
    XsdElement,
    XsdGlobals,
    XsdGroup,
    XsdSimpleType,
    XsdType,
)

from cimrdf.namespaces import XSD
from cimrdf.schema.model import Attribute, Complex, Element, Group, Particle, Root, Schema
from cimrdf.schema.xsd_derivation import base_of, leaves_of, make_wildcard, own_attributes, own_group
from cimrdf.schema.xsd_names import (
    Bases,
    MemberNames,
    SchemaError,
    code_iri,
    derived_bases,
    model_reference,
    split_name,
)
from cimrdf.schema.xsd_simple import repaired, simple

__all__ = ["Bases", "Converter", "SchemaError"]

XS_NAMESPACE = XSD.rstrip("#")
_FOREIGN = {XS_NAMESPACE, "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/XML/1998/namespace"}


@dataclass
class Converter:
    """Collects the components that are asked for, with all they need, into `schemas` by target namespace."""

    maps: XsdGlobals
    given: Mapping[str, Bases]
    schemas: dict[str, Schema] = field(default_factory=dict)
    #: By the namespace of the schema that makes the reference, and the term.
    model_references: dict[tuple[str, str], str] = field(default_factory=dict)
    restrictions: dict[str, str] = field(default_factory=dict)
    _waiting: list[XsdComponent] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _abstract: list[XsdComplexType] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)
    _anonymous: dict[tuple[str, int], str] = field(default_factory=dict)
    _open: dict[int, str] = field(default_factory=dict)

    def run(self, roots: Collection[str]) -> None:
        """Convert everything, or the global elements named and what they need.

        Raises:
            SchemaError: there is no global element of a name in `roots`; two namespaces would share model IRIs.
        """
        self._reserve()
        if roots:
            found = {name: item for name, item in self._globals(self.maps.elements) if split_name(name)[1] in roots}
            for root in sorted(set(roots) - {split_name(name)[1] for name in found}):
                raise SchemaError("there is no such global element", component=root, remedy="check the names of the roots")
            self._ask(*found.values())
        else:
            for components in (self.maps.types, self.maps.elements, self.maps.attributes):
                self._ask(*(item for _, item in self._globals(components)))
        while self._waiting:
            while self._waiting:
                self._convert(self._waiting.pop(0))
            self._ask(*self._derived())
        models = [self.bases_of(namespace).model for namespace in self.schemas]
        if len(models) != len(set(models)):
            raise SchemaError("two namespaces would share the IRIs of their content models", remedy="give each its own bases")

    def bases_of(self, namespace: str) -> Bases:
        """The IRI bases of a target namespace: those given, else derived from its name."""
        return self.given.get(namespace) or derived_bases(namespace)

    def _globals(self, components: Mapping[str, XsdComponent]) -> list[tuple[str, XsdComponent]]:
        """Global components of the documents that were read, by name."""
        names = sorted(name for name in components if split_name(name)[0] not in _FOREIGN)
        return [(name, components[name]) for name in names]

    def _reserve(self) -> None:
        """Take the names that are fixed, before anonymous types get theirs."""
        for name, _ in self._globals(self.maps.types):
            namespace, local = split_name(name)
            self._taken.add(self.bases_of(namespace).model + local)
        for name, item in self._globals(self.maps.elements):
            if isinstance(item, XsdElement) and isinstance(item.type, XsdComplexType) and item.type.name is None:
                namespace, local = split_name(name)
                self._taken.add(self.bases_of(namespace).model + self._class_of_element(name))

    def _class_of_element(self, name: str) -> str:
        """The name of the class of a global element with an anonymous type."""
        local = split_name(name)[1]
        return f"{local}-element" if name in self.maps.types else local

    def _ask(self, *components: XsdComponent) -> None:
        for component in components:
            if id(component) not in self._seen:
                self._seen.add(id(component))
                self._waiting.append(component)

    def _derived(self) -> Iterator[XsdComponent]:
        """Types derived from abstract types in use, and members of substitution groups in use."""
        for _, item in self._globals(self.maps.types):
            if isinstance(item, XsdComplexType):
                yield from [item] if any(item is not base and item.is_derived(base) for base in self._abstract) else []
        for _, element in self._globals(self.maps.elements):
            head = element.substitution_group if isinstance(element, XsdElement) else None
            if head is not None and id(self.maps.elements[head]) in self._seen:
                yield element

    def _schema(self, namespace: str) -> Schema:
        if namespace not in self.schemas:
            documents = [item for item in self.maps.owned_schemas if item.target_namespace == namespace]
            qualified = any(item.element_form_default == "qualified" for item in documents)
            self.schemas[namespace] = Schema(namespace, qualified=qualified)
        return self.schemas[namespace]

    def _convert(self, component: XsdComponent) -> None:
        """Convert a global component."""
        assert component.name is not None
        namespace, local = split_name(component.name)
        schema = self._schema(namespace)
        if isinstance(component, XsdComplexType):
            made = self._complex(component, namespace, local, anonymous=False)
            schema.complex_types[made.iri] = made
        elif isinstance(component, XsdSimpleType):
            self._simple(component, namespace, local, anonymous=False)
        elif isinstance(component, XsdElement):
            schema.roots[local] = self._root(component, namespace, local)
        elif isinstance(component, XsdAttribute):
            term = f"{self.bases_of(namespace).terms}attribute-{local}"
            schema.attributes[local] = self._attribute(component, term, namespace, f"attribute-{local}-type")

    def _root(self, element: XsdElement, namespace: str, local: str) -> Root:
        terms = self.bases_of(namespace).terms
        head = element.substitution_group
        if head is not None:
            head_namespace, head_local = split_name(head)
            head = f"{self.bases_of(head_namespace).terms}element-{head_local}"
            self._ask(self.maps.elements[element.substitution_group or ""])
        term = f"{terms}element-{local}"
        self._note(term, element)
        return Root(term, local, namespace, self._element_type(element, "", ""), element.abstract, element.nillable, head)

    def _note(self, term: str, component: XsdComponent) -> None:
        """Remember the model references that a component and its enumeration values carry."""
        namespace = component.schema.target_namespace
        self._note_element(namespace, term, component.elem)
        if isinstance(component, XsdSimpleType):
            for declaration in component.schema.source.root.iterfind(f"{{{XS_NAMESPACE}}}simpleType"):
                if declaration.get("name") == component.local_name:  # xmlschema keeps the restriction inside
                    self._note_element(namespace, term, declaration)
            for facet in component.elem.iter(f"{{{XS_NAMESPACE}}}enumeration"):
                self._note_element(namespace, code_iri(term, repaired(facet.get("value", ""))), facet)

    def _note_element(self, namespace: str, term: str, element: ElementTree.Element) -> None:
        for name, value in element.attrib.items():
            head, local = split_name(str(name))
            if local == "modelReference" and head.rstrip("#") == "http://www.w3.org/ns/sawsdl" and value.strip():
                self.model_references.setdefault((namespace, term), model_reference(str(value)))

    # ------------------------------------------------------------------ types

    def _type(self, xsd_type: XsdType, namespace: str, wanted: str, reserved: bool = False) -> str:
        """The IRI of a type; an anonymous one is converted under the name wanted, numbered where that is taken."""
        if xsd_type.name is not None:
            type_namespace, local = split_name(xsd_type.name)
            if type_namespace == XS_NAMESPACE:
                return XSD + local
            self._ask(xsd_type)
            return self.bases_of(type_namespace).model + local
        if id(xsd_type) in self._open:
            return self._open[id(xsd_type)]
        iri = self.bases_of(namespace).model + wanted
        key = (iri, id(xsd_type))
        if key not in self._anonymous:
            number, found = 2, wanted
            while not reserved and self.bases_of(namespace).model + found in self._taken:
                found, number = f"{wanted}-{number}", number + 1
            self._anonymous[key] = self._convert_anonymous(xsd_type, namespace, found)
        return self._anonymous[key]

    def _convert_anonymous(self, xsd_type: XsdType, namespace: str, name: str) -> str:
        iri = self.bases_of(namespace).model + name
        self._taken.add(iri)
        if isinstance(xsd_type, XsdSimpleType):
            return self._simple(xsd_type, namespace, name, anonymous=True)
        assert isinstance(xsd_type, XsdComplexType)
        self._open[id(xsd_type)] = iri
        self._schema(namespace).complex_types[iri] = self._complex(xsd_type, namespace, name, anonymous=True)
        del self._open[id(xsd_type)]
        return iri

    def _simple(self, xsd_type: XsdSimpleType, namespace: str, name: str, anonymous: bool) -> str:
        bases = self.bases_of(namespace)

        def name_of(other: XsdSimpleType, wanted: str) -> str:
            return self._type(other, namespace, wanted)

        made = simple(xsd_type, bases.model + name, namespace, name, anonymous, name_of)
        self._schema(namespace).simple_types[made.iri] = made
        self._note(bases.terms + name, xsd_type)
        return made.iri

    def _element_type(self, element: XsdElement, namespace: str, owner: str) -> str:
        """The IRI of an element's type; that of a global element is named by the element."""
        declared = element.ref if element.ref is not None else element
        reserved = False
        if declared.parent is None:
            assert declared.name is not None
            namespace, local = split_name(declared.name)
            if declared.type.name is None and isinstance(declared.type, XsdComplexType):
                wanted, reserved = self._class_of_element(declared.name), True
            else:
                wanted = f"element-{local}-type"
        else:
            local = element.local_name
            wanted = f"{owner}-{local}" if isinstance(element.type, XsdComplexType) else f"{owner}.{local}-type"
        if isinstance(declared.type, XsdComplexType) and declared.type.abstract and declared.type not in self._abstract:
            self._abstract.append(declared.type)
        return self._type(declared.type, namespace, wanted, reserved)

    def _complex(self, xsd_type: XsdComplexType, namespace: str, name: str, anonymous: bool) -> Complex:
        bases = self.bases_of(namespace)
        class_term = bases.terms + name
        self._note(class_term, xsd_type)
        base = base_of(xsd_type)
        base_iri = None
        if base is not None and base.name is not None:
            base_iri = self._type(base, namespace, "")
            if xsd_type.derivation == "restriction":
                base_namespace, base_local = split_name(base.name)
                self.restrictions[class_term] = self.bases_of(base_namespace).terms + base_local
                base_iri = None
        names = self._names(xsd_type, namespace, name)
        owner = _Owner(namespace, name, names, iter(names.wildcards))
        group = own_group(xsd_type)
        content = self._group(group, owner) if group is not None else None
        attributes, wildcard = own_attributes(xsd_type)
        uses = tuple(self._attribute_use(item, owner) for item in attributes)
        text, text_term = self._text(xsd_type, namespace, name)
        return Complex(
            bases.model + name,
            class_term,
            name,
            namespace,
            base_iri,
            content if content is not None and content.particles else None,
            uses,
            None if wildcard is None else make_wildcard(wildcard, next(owner.wildcards), namespace),
            text,
            text_term,
            xsd_type.abstract,
            xsd_type.mixed,
            anonymous,
        )

    def _text(self, xsd_type: XsdComplexType, namespace: str, name: str) -> tuple[str | None, str | None]:
        """The type and term of simple content. A type that extends another repeats what it inherits."""
        if not isinstance(xsd_type.content, XsdSimpleType):
            return None, None
        step, place = xsd_type, (namespace, name)
        while step.derivation == "extension" and (base := base_of(step)) is not None and base.name is not None:
            step, place = base, split_name(base.name)
        text = self._type(xsd_type.content, place[0], f"{place[1]}.text-type")
        return text, self._names(step, *place).terms["content", "text"]

    # ------------------------------------------------------------------ members

    def _names(self, xsd_type: XsdComplexType, namespace: str, name: str) -> MemberNames:
        """The terms of a type's own members; a restriction keeps those of the type it restricts."""
        base = base_of(xsd_type)
        restricted = base if base is not None and xsd_type.derivation == "restriction" else None
        names = MemberNames(f"{self.bases_of(namespace).terms}{name}.", self._inherited(restricted))
        group = own_group(xsd_type)
        leaves = [] if group is None else list(leaves_of(group))
        for leaf in leaves:
            if isinstance(leaf, XsdElement) and leaf.name is not None:
                names.add_element(leaf.name)
        attributes, wildcard = own_attributes(xsd_type)
        for attribute in attributes:
            names.add_attribute(str(attribute.name))
        if isinstance(xsd_type.content, XsdSimpleType) and (base is None or restricted is not None):
            names.add_text()
        for leaf in leaves:
            if isinstance(leaf, XsdAnyElement):
                names.add_wildcard("any")
        if wildcard is not None:
            names.add_wildcard("anyAttribute")
        return names

    def _inherited(self, xsd_type: XsdComplexType | None) -> dict[tuple[str, str], str]:
        """The terms of all members of a named type, those of its bases included."""
        if xsd_type is None or xsd_type.name is None:
            return {}
        above = self._inherited(base_of(xsd_type))
        return {**above, **self._names(xsd_type, *split_name(xsd_type.name)).terms}

    def _group(self, group: XsdGroup, owner: _Owner) -> Group:
        particles: list[Particle] = []
        for item in group:
            if item.max_occurs == 0:
                continue
            if isinstance(item, XsdGroup):
                inner = self._group(item, owner)
                particles += [inner] if inner.particles else []
            elif isinstance(item, XsdAnyElement):
                particles.append(make_wildcard(item, next(owner.wildcards), owner.namespace))
            elif isinstance(item, XsdElement):
                particles.append(self._element(item, owner))
        return Group(group.model or "sequence", tuple(particles), group.min_occurs, group.max_occurs)

    def _element(self, item: XsdElement, owner: _Owner) -> Element:
        assert item.name is not None
        namespace, local = split_name(item.name)
        term = owner.names.terms["element", item.name]
        self._note(term, item)
        if item.ref is not None:
            self._ask(self.maps.elements[item.name])
        return Element(
            term,
            local,
            namespace,
            self._element_type(item, owner.namespace, owner.name),
            item.min_occurs,
            item.max_occurs,
            item.nillable,
            item.default,
            item.fixed,
            reference=item.ref is not None,
        )

    def _attribute_use(self, item: XsdAttribute, owner: _Owner) -> Attribute:
        term = owner.names.terms["attribute", str(item.name)]
        if item.ref is None:
            return self._attribute(item, term, owner.namespace, f"{owner.name}.{item.local_name}-type")
        self._ask(self.maps.attributes[str(item.name)])
        namespace, local = split_name(str(item.name))
        return self._attribute(item, term, namespace, f"attribute-{local}-type")

    def _attribute(self, item: XsdAttribute, term: str, namespace: str, wanted: str) -> Attribute:
        self._note(term, item)
        own_namespace, local = split_name(str(item.name))
        required = item.use == "required"
        kind = self._type(item.type, namespace, wanted)
        return Attribute(term, local, kind, own_namespace, required, item.default, item.fixed)


@dataclass(frozen=True, slots=True)
class _Owner:
    """The complex type whose members are being converted."""

    namespace: str
    name: str
    names: MemberNames
    wildcards: Iterator[str]
