"""Derives XML Schema documents from content models, and compiles them.

The documents are our own: names, types and cardinalities, no documentation. Anonymous types get the names of the
content model. Wildcards that ask for strict validation become lax, so that attributes and elements of foreign schemas
pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from cimrdf.namespaces import XSD
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
    is_builtin,
)

_XS = "{" + XSD.rstrip("#") + "}"

#: Attributes of an element that is being written; those that are None are left out.
_Values = Mapping[str, str | None]


def to_xsd(schemas: Sequence[Schema], strict: bool = False) -> dict[str, bytes]:
    """Derive one schema document for each namespace; they import each other as `ns1.xsd`, `ns2.xsd`, … in this order.

    With `strict`, the lower bounds of the stricter edition hold where the content model knows them.

    Raises:
        ValueError: two schemas have one namespace, or a schema refers to what none of them has.
    """
    namespaces = [schema.namespace for schema in schemas]
    if len(set(namespaces)) != len(namespaces):
        raise ValueError("two schemas have the same namespace: derive their documents one at a time")
    context = _Context(schemas, strict)
    return {schema.namespace: _Document(schema, context).write() for schema in schemas}


def compile_schema(schemas: Sequence[Schema], namespace: str, strict: bool = False) -> etree.XMLSchema:
    """Compile the derived document of one namespace with all the others. Nothing is fetched from a network.

    Raises:
        ValueError: see `to_xsd`; or the namespace is in none of the schemas.
        lxml.etree.XMLSchemaParseError: libxml2 refuses the derived document.
    """
    documents = to_xsd(schemas, strict)
    if namespace not in documents:
        raise ValueError(f"no schema has the namespace {namespace!r}: load its content model first")
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_Resolver(documents))
    main = etree.fromstring(documents[namespace], parser)
    imported = {statement.get("namespace", "") for statement in main.iterfind(f"{_XS}import")}
    for place, other in enumerate(documents):
        if other != namespace and other not in imported:
            # A message may name a type of it.
            statement = etree.Element(_XS + "import", schemaLocation=_location(place))
            if other:
                statement.set("namespace", other)
            main.insert(0, statement)
    return etree.XMLSchema(main)


class _Resolver(etree.Resolver):
    """Hands out derived documents by the locations that they import each other with."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        super().__init__()
        self.documents = {_location(place): document for place, document in enumerate(documents.values())}

    def resolve(self, system_url: str, public_id: str, context: Any = None) -> Any:
        document = self.documents.get(system_url.rpartition("/")[2])
        return None if document is None else self.resolve_string(document, context, base_url=system_url)


def _location(place: int) -> str:
    return f"ns{place + 1}.xsd"


class _Context:
    """What the documents of one set know of each other."""

    def __init__(self, schemas: Sequence[Schema], strict: bool) -> None:
        self.strict = strict
        self.locations = {schema.namespace: _location(place) for place, schema in enumerate(schemas)}
        self.types: dict[str, Complex | Simple] = {}
        self.roots: dict[str, Root] = {}
        self.attributes: set[tuple[str, str]] = set()
        for schema in schemas:
            self.types.update(schema.complex_types)
            self.types.update(schema.simple_types)
            self.roots.update({root.term: root for root in schema.roots.values()})
            self.attributes |= {(schema.namespace, name) for name in schema.attributes}
        #: Local declarations that a type took from a group of another namespace; they are global in that namespace.
        self.lent: dict[str, dict[tuple[str, str], Element | Attribute]] = {}
        for schema in schemas:
            for item in schema.complex_types.values():
                self._lend(item)
        members = [root for root in self.roots.values() if root.substitution_group is not None]
        #: Heads of substitution groups with a member whose type is not an extension of theirs.
        self.open_heads = {root.substitution_group for root in members if not self._extends(root.type, root.substitution_group or "")}

    def _lend(self, item: Complex) -> None:
        declared: list[Element | Attribute] = list(item.attributes)
        if item.content is not None:
            declared += [leaf for leaf in item.content.walk() if isinstance(leaf, Element) and not leaf.reference]
        for member in declared:
            own = member.namespace in ("", item.namespace) or (member.namespace, member.name) in self.attributes
            if not own and member.namespace in self.locations:
                kind = "element" if isinstance(member, Element) else "attribute"
                self.lent.setdefault(member.namespace, {})[kind, member.name] = member

    def is_global(self, member: Element | Attribute) -> bool:
        """Whether a member is declared by reference."""
        kind = "element" if isinstance(member, Element) else "attribute"
        if isinstance(member, Element) and member.reference:
            return True
        known = isinstance(member, Attribute) and (member.namespace, member.name) in self.attributes
        return known or (kind, member.name) in self.lent.get(member.namespace, {})

    def _extends(self, type_iri: str | None, head: str) -> bool:
        wanted = self.roots[head].type if head in self.roots else None
        while type_iri is not None and type_iri != wanted:
            item = self.types.get(type_iri)
            type_iri = item.base if isinstance(item, Complex) else None
        return type_iri is not None


class _Document:
    """Writes the document of one namespace."""

    def __init__(self, schema: Schema, context: _Context) -> None:
        self.schema = schema
        self.context = context
        self.foreign: set[str] = set()
        others = sorted(name for name in context.locations if name and name != schema.namespace)
        self.prefixes = {"xs": _XS[1:-1], **{f"n{place}": name for place, name in enumerate(others, 1)}}
        if schema.namespace:
            self.prefixes["t"] = schema.namespace
        self.root = etree.Element(_XS + "schema", nsmap=self.prefixes)

    def write(self) -> bytes:
        schema = self.schema
        if schema.namespace:
            self.root.set("targetNamespace", schema.namespace)
        if schema.qualified:
            self.root.set("elementFormDefault", "qualified")
        for root in sorted(schema.roots.values(), key=lambda item: item.name):
            self._root(root)
        for attribute in sorted(schema.attributes.values(), key=lambda item: item.name):
            values = {"name": attribute.name, "type": self._type(attribute.type), "default": attribute.default}
            self._add(self.root, "attribute", {**values, "fixed": attribute.fixed})
        for (kind, name), member in sorted(self.context.lent.get(schema.namespace, {}).items()):
            self._add(self.root, kind, {"name": name, "type": self._type(member.type)})
        for complex_type in sorted(schema.complex_types.values(), key=lambda item: item.iri):
            self._complex(complex_type)
        for simple in sorted(schema.simple_types.values(), key=lambda item: item.iri):
            self._simple(simple)
        for namespace in sorted(self.foreign, reverse=True):
            statement = etree.Element(_XS + "import", schemaLocation=self.context.locations[namespace])
            if namespace:
                statement.set("namespace", namespace)
            self.root.insert(0, statement)
        return bytes(etree.tostring(self.root, pretty_print=True, xml_declaration=True, encoding="UTF-8"))

    def _add(self, parent: etree._Element, tag: str, values: _Values) -> etree._Element:
        return etree.SubElement(parent, _XS + tag, {name: value for name, value in values.items() if value is not None})

    def _name(self, namespace: str, local: str) -> str:
        """A qualified name; its namespace will be imported."""
        if namespace != self.schema.namespace:
            if namespace not in self.context.locations:
                raise ValueError(f"{{{namespace}}}{local} is in no schema given: add the schema of its namespace")
            self.foreign.add(namespace)
        prefix = next((prefix for prefix, name in self.prefixes.items() if name == namespace), None)
        return local if prefix is None else f"{prefix}:{local}"

    def _type(self, type_iri: str) -> str:
        if is_builtin(type_iri):
            return f"xs:{type_iri.removeprefix(XSD)}"
        item = self.context.types.get(type_iri)
        if item is None:
            raise ValueError(f"the type {type_iri} is in no schema given: add the schema that has it")
        return self._name(item.namespace, item.name)

    def _root(self, root: Root) -> None:
        head = self.context.roots.get(root.substitution_group or "")
        if root.substitution_group is not None and head is None:
            raise ValueError(f"the element {root.substitution_group} is in no schema given: add the schema that has it")
        values = {
            "name": root.name,
            "type": "xs:anyType" if root.term in self.context.open_heads else self._type(root.type),
            "abstract": _flag(root.abstract),
            "nillable": _flag(root.nillable),
            "substitutionGroup": None if head is None else self._name(head.namespace, head.name),
        }
        self._add(self.root, "element", values)

    # ------------------------------------------------------------------ types

    def _complex(self, item: Complex) -> None:
        values = {"name": item.name, "abstract": _flag(item.abstract), "mixed": _flag(item.mixed)}
        target = self._add(self.root, "complexType", values)
        if item.text is not None:
            base = self._type(item.base if item.base is not None else item.text)
            target = self._add(self._add(target, "simpleContent", {}), "extension", {"base": base})
        elif item.base is not None:
            wrapper = self._add(target, "complexContent", {"mixed": _flag(item.mixed)})
            target = self._add(wrapper, "extension", {"base": self._type(item.base)})
        if item.content is not None and item.text is None:
            self._group(target, item.content)
        for use in item.attributes:
            self._attribute(target, use)
        if item.any_attribute is not None:
            self._wildcard(target, "anyAttribute", item.any_attribute, {})

    def _simple(self, item: Simple) -> None:
        target = self._add(self.root, "simpleType", {"name": item.name})
        # The prefixes of qualified names are not kept: such an enumeration is left open.
        codes = () if item.base == XSD + "QName" else dict.fromkeys(item.enumeration)
        facets = [("enumeration", value) for value in codes] + list(item.facets)
        inner, last = item.patterns[:-1], item.patterns[-1:]
        facets += [("pattern", value) for value in last]
        if (item.item is not None or item.members) and not facets:
            self._variety(target, item)
            return
        target = self._add(target, "restriction", {})
        # A value must match every pattern: all but the last stand in restrictions of their own, inside.
        innermost = target
        for value in reversed(inner):
            holder = etree.Element(_XS + "simpleType")
            innermost.insert(0, holder)
            innermost = self._add(holder, "restriction", {})
            self._add(innermost, "pattern", {"value": value})
        if item.item is not None or item.members:
            holder = etree.Element(_XS + "simpleType")
            innermost.insert(0, holder)
            self._variety(holder, item)
        else:
            innermost.set("base", self._type(item.base))
        for name, value in facets:
            self._add(target, name, {"value": value})

    def _variety(self, target: etree._Element, item: Simple) -> None:
        """The list or union that a simple type is."""
        if item.item is not None:
            self._add(target, "list", {"itemType": self._type(item.item)})
        else:
            self._add(target, "union", {"memberTypes": " ".join(self._type(member) for member in item.members)})

    # ------------------------------------------------------------------ members

    def _group(self, parent: etree._Element, group: Group) -> None:
        target = self._add(parent, group.kind, _occurs(group))
        for particle in group.particles:
            if isinstance(particle, Group):
                self._group(target, particle)
            elif isinstance(particle, Wildcard):
                self._wildcard(target, "any", particle, _occurs(particle))
            else:
                self._element(target, particle)

    def _element(self, parent: etree._Element, item: Element) -> None:
        minimum = item.strict_min_occurs if self.context.strict else None
        occurs = _occurs(item, minimum)
        if self.context.is_global(item):
            self._add(parent, "element", {"ref": self._name(item.namespace, item.name), **occurs})
            return
        if item.namespace not in ("", self.schema.namespace):
            raise ValueError(f"{item.term}: no schema given has the namespace {item.namespace}: add it")
        qualified = item.namespace == self.schema.namespace
        form = None if qualified == self.schema.qualified else "qualified" if qualified else "unqualified"
        values = {"nillable": _flag(item.nillable), "default": item.default, "fixed": item.fixed, "form": form}
        self._add(parent, "element", {"name": item.name, "type": self._type(item.type), **occurs, **values})

    def _attribute(self, parent: etree._Element, item: Attribute) -> None:
        required = item.required
        if self.context.strict and item.strict_required is not None:
            required = item.strict_required
        values: dict[str, str | None] = {"use": "required" if required else None, "fixed": item.fixed}
        values["default"] = None if required else item.default
        if item.namespace and self.context.is_global(item):
            self._add(parent, "attribute", {"ref": self._name(item.namespace, item.name), **values})
            return
        if item.namespace not in ("", self.schema.namespace):
            raise ValueError(f"{item.term}: no schema given has the namespace {item.namespace}: add it")
        values["form"] = "qualified" if item.namespace and item.namespace == self.schema.namespace else None
        self._add(parent, "attribute", {"name": item.name, "type": self._type(item.type), **values})

    def _wildcard(self, parent: etree._Element, tag: str, item: Wildcard, occurs: _Values) -> None:
        process = "lax" if item.process_contents == "strict" else item.process_contents
        namespaces = None if item.namespaces == "##any" else item.namespaces
        self._add(parent, tag, {"namespace": namespaces, "processContents": process, **occurs})


def _flag(value: bool) -> str | None:
    return "true" if value else None


def _occurs(item: Particle, minimum: int | None = None) -> dict[str, str | None]:
    least = item.min_occurs if minimum is None else minimum
    most = "unbounded" if item.max_occurs is UNBOUNDED else str(item.max_occurs)
    return {"minOccurs": None if least == 1 else str(least), "maxOccurs": None if item.max_occurs == 1 else most}
