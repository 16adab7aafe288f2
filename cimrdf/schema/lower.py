"""Lowers a graph to XML by the content model: names, order, attributes and text come from the schema, values from the graph."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from lxml import etree

from cimrdf.namespaces import RDF_TYPE, XSI
from cimrdf.schema.catalogue import Catalogue, View
from cimrdf.schema.lift import ATTRIBUTE, NIL, POSITION, PREFIX, SUBSTITUTE, Triple, text_term
from cimrdf.schema.lists import DelimitedList, ListError, Surroundings, pack
from cimrdf.schema.model import Complex, Element, Group, Root, Wildcard


@dataclass(slots=True)
class Graph:
    """Statements indexed by subject and predicate, without doubles, in the order of their coming."""

    index: dict[str, dict[str, dict[str, None]]] = field(default_factory=dict)

    def add(self, subject: str, predicate: str, value: str) -> None:
        """Add one statement; `value` is a `Node` or a literal."""
        self.index.setdefault(subject, {}).setdefault(predicate, {})[value] = None

    def update(self, triples: Iterable[Triple]) -> None:
        """Add statements."""
        for triple in triples:
            self.add(triple.subject, triple.predicate, triple.object)

    def values(self, subject: str, predicate: str) -> list[str]:
        """The objects of a subject and predicate."""
        return list(self.index.get(subject, {}).get(predicate, ()))


@dataclass(frozen=True, slots=True)
class Written:
    """A value of the output, the statement it came from, and where it was written."""

    subject: str
    predicate: str
    value: str
    element: etree._Element
    attribute: str | None


@dataclass(frozen=True, slots=True)
class Overflow:
    """Values for a member that occurs once: the first was written, these were not."""

    subject: str
    predicate: str
    values: tuple[str, ...]
    name: str


@dataclass(slots=True)
class Lowered:
    """An element made from a node, with the way back from every value to its statement."""

    element: etree._Element
    written: list[Written] = field(default_factory=list)
    overflows: list[Overflow] = field(default_factory=list)
    #: Lists that could not be packed, with the reason.
    unpacked: list[tuple[etree._Element, str]] = field(default_factory=list)
    #: The node that each element stands for.
    nodes: dict[etree._Element, str] = field(default_factory=dict)


_NUMBER = re.compile(r"(\d+)")


def natural_order(iri: str) -> list[tuple[str, int]]:
    """A sort key that puts `Readings.10` after `Readings.9`."""
    parts = _NUMBER.split(iri)
    return [(parts[i], int(parts[i + 1]) if i + 1 < len(parts) else -1) for i in range(0, len(parts), 2)]


def lower(graph: Graph, node: str, root: Root, catalogue: Catalogue) -> Lowered:
    """Write the element that a global declaration and a node stand for.

    Values are taken as they are; validity is for the caller to check against the schema.
    """
    declared = {None: root.namespace} if root.namespace else {}
    element = etree.Element(f"{{{root.namespace}}}{root.name}", nsmap=declared | _prefixes(graph, node))
    lowerer = _Lowerer(graph, catalogue, Lowered(element))
    lowerer.fill(element, node, root.type, text_term(root.term))
    for child, packed in lowerer.lists:
        lowerer.pack(child, packed)
    return lowerer.lowered


class _Lowerer:
    def __init__(self, graph: Graph, catalogue: Catalogue, lowered: Lowered) -> None:
        self.graph = graph
        self.catalogue = catalogue
        self.lowered = lowered
        self.lists: list[tuple[etree._Element, DelimitedList]] = []

    def fill(self, element: etree._Element, node: str, declared: str, own_text: str) -> None:
        self.lowered.nodes[element] = node
        type_iri = self._type(element, node, declared)
        item = self.catalogue.type(type_iri)
        for value in self.graph.values(node, NIL):
            element.set(f"{{{XSI}}}nil", value)
            self.lowered.written.append(Written(node, NIL, value, element, "nil"))
        if not isinstance(item, Complex):
            self._text(element, node, own_text)
            return
        packed = self.catalogue.list_of(type_iri)
        if packed is not None:
            if self.graph.values(node, own_text):
                self._text(element, node, own_text)
                return
            self.lists.append((element, packed))
        view = self.catalogue.view(type_iri)
        for use in view.attributes.values():
            given = self._one(node, use.term, use.name)
            if given is not None:
                element.set(f"{{{use.namespace}}}{use.name}" if use.namespace else use.name, given)
                self.lowered.written.append(Written(node, use.term, given, element, use.name))
        if view.any_attribute is not None:
            self._open_attributes(element, node, view.any_attribute.term)
        if view.text is not None:
            self._text(element, node, view.text_term or own_text)
        if view.content is not None:
            self._content(element, node, view, view.content)

    def pack(self, element: etree._Element, packed: DelimitedList) -> None:
        """Replace the items inside an element by their text, and set the start that their times imply."""
        around = Surroundings(packed, element)
        items = []
        for child in element:
            texts: dict[str, list[str]] = {str(etree.QName(part).localname): [] for part in child}
            for part in child:
                texts[etree.QName(part).localname].append(part.text or "")
            names = [term.rpartition(".")[2] for term in packed.parts]
            parts = [text for name in names for text in texts.get(name) or ([""] if name != names[-1] else [])]
            items.append((next(iter(texts.get(packed.end.rpartition(".")[2], ())), None), tuple(parts)))
        inside = {id(part) for child in element for part in child.iter()}
        self.lowered.written[:] = [replace(item, element=element) if id(item.element) in inside else item for item in self.lowered.written]
        try:
            text, start = pack(around, items)
        except ListError as error:
            self.lowered.unpacked.append((element, str(error)))
            return
        for child in list(element):
            element.remove(child)
        element.text = text
        place = around.find(packed.start)
        if start is not None and isinstance(place, etree._Element):
            place.text = start

    def _type(self, element: etree._Element, node: str, declared: str) -> str:
        """The declared type, or the derived one that the node's class names (then `xsi:type` says so)."""
        chosen = self._derived(node, declared)
        if chosen is None:
            return declared
        if chosen.namespace not in element.nsmap.values():
            _declare(element, "types", chosen.namespace)
        prefix = next((p for p, n in element.nsmap.items() if n == chosen.namespace), None)
        element.set(f"{{{XSI}}}type", f"{prefix}:{chosen.name}" if prefix else chosen.name)
        return chosen.iri

    def _derived(self, node: str, declared: str) -> Complex | None:
        """The type that a node's class names, where it extends the declared one."""
        item = self.catalogue.type(declared)
        for class_term in self.graph.values(node, RDF_TYPE) if isinstance(item, Complex) else ():
            chosen = self.catalogue.class_type(class_term)
            if chosen is None or chosen.anonymous or (isinstance(item, Complex) and class_term == item.class_term):
                continue
            if self._derives(chosen, declared):
                return chosen
        return None

    def _derives(self, item: Complex, base: str) -> bool:
        while item.base is not None:
            if item.base == base:
                return True
            above = self.catalogue.type(item.base)
            if not isinstance(above, Complex):
                return False
            item = above
        return False

    def _open_attributes(self, element: etree._Element, node: str, term: str) -> None:
        """Attributes that the schema does not name but allows."""
        for child in self.graph.values(node, term):
            value = self._one(child, text_term(term), "attribute")
            for name in self.graph.values(child, ATTRIBUTE) if value is not None else ():
                element.set(name, value or "")
                self.lowered.written.append(Written(child, text_term(term), value or "", element, name.rpartition("}")[2]))

    def _text(self, element: etree._Element, node: str, term: str) -> None:
        value = self._one(node, term, etree.QName(element).localname)
        if value is not None:
            element.text = value or None
            self.lowered.written.append(Written(node, term, value, element, None))

    def _one(self, node: str, term: str, name: str) -> str | None:
        values = sorted(self.graph.values(node, term))
        if len(values) > 1:
            self.lowered.overflows.append(Overflow(node, term, tuple(values[1:]), name))
        return values[0] if values else None

    def _content(self, element: etree._Element, node: str, view: View, group: Group) -> None:
        if view.interleaved and self._by_position(element, node, group):
            return
        for particle in group.particles:
            if isinstance(particle, Group):
                self._content(element, node, view, particle)
            elif isinstance(particle, Wildcard):
                self._wild(element, node, particle)
            else:
                self._particle(element, node, view, particle, required=group.kind == "sequence" and group.min_occurs > 0)

    def _by_position(self, element: etree._Element, node: str, group: Group) -> bool:
        """Write the children in the order that they had, where all of them know it."""
        makers: dict[str, Element | Root | None] = {}
        for member in group.walk():
            if isinstance(member, Element):
                makers.update(dict.fromkeys(self.graph.values(node, member.term), member))
            else:
                makers.update(self._wild_children(node, member))
        positions = {child: self.graph.values(child, POSITION) for child in makers}
        if not makers or not all(positions.values()):
            return False
        wildcard = next((member for member in group.walk() if isinstance(member, Wildcard)), None)
        for child in sorted(makers, key=lambda child: int(positions[child][0])):
            maker = makers[child]
            if isinstance(maker, Element):
                self._child(element, child, maker)
            elif wildcard is not None:
                self._wild_child(element, child, maker, wildcard)
        return True

    def _particle(self, element: etree._Element, node: str, view: View, member: Element, *, required: bool) -> None:
        if not self.catalogue.is_node(view, member):
            value = self._one(node, member.term, member.name)
            if value is not None:
                child = self._make(element, member)
                child.text = value or None
                self.lowered.written.append(Written(node, member.term, value, child, None))
            return
        children = sorted(self.graph.values(node, member.term), key=natural_order)
        allowed = None if member.term in view.repeatable and member.max_occurs is None else max(member.max_occurs or 1, 1)
        if allowed is not None and len(children) > allowed and member.term not in view.repeatable:
            self.lowered.overflows.append(Overflow(node, member.term, tuple(children[allowed:]), member.name))
            children = children[:allowed]
        for child_node in children:
            self._child(element, child_node, member)
        if not children and required and not self.graph.values(node, NIL) and member.min_occurs > 0 and self._may_be_empty(member.type):
            self._make(element, member)

    def _child(self, element: etree._Element, node: str, member: Element) -> None:
        for term in self.graph.values(node, SUBSTITUTE):
            root = self.catalogue.root_of(term)
            if root is not None:
                member = replace(member, name=root.name, namespace=root.namespace, type=root.type)
        derived = self._derived(node, member.type)
        types: dict[str | None, str] = {"types": derived.namespace} if derived is not None and derived.namespace not in element.nsmap.values() else {}
        made = self._make(element, member, types | _prefixes(self.graph, node))
        self.fill(made, node, member.type, text_term(member.term))

    @staticmethod
    def _make(element: etree._Element, member: Element, prefixes: dict[str | None, str] | None = None) -> etree._Element:
        if not member.namespace and None in element.nsmap:
            # lxml itself writes no xmlns="" below a default namespace.
            element.append(etree.fromstring(f'<{member.name} xmlns=""/>'))
            return element[-1]
        tag = f"{{{member.namespace}}}{member.name}" if member.namespace else member.name
        return etree.SubElement(element, tag, nsmap=prefixes)

    def _may_be_empty(self, type_iri: str) -> bool:
        """A mandatory element without anything mandatory inside is written empty: it holds no value, so it makes none up."""
        if not isinstance(self.catalogue.type(type_iri), Complex):
            return False
        view = self.catalogue.view(type_iri)
        needed = any(use.required for use in view.attributes.values()) or view.text is not None
        return not needed and (view.content is None or all(particle.min_occurs == 0 for particle in view.content.walk()))

    def _wild_children(self, node: str, wildcard: Wildcard) -> dict[str, Root | None]:
        """The nodes at a wildcard, each with the global element that it is (None: foreign XML), in the order they had."""
        found: dict[str, Root | None] = {}
        properties = self.graph.index.get(node, {})
        for predicate in properties:
            root = self.catalogue.root_of(predicate) if predicate not in (RDF_TYPE, wildcard.term) else None
            if root is not None:
                found |= dict.fromkeys(sorted(properties[predicate], key=natural_order), root)
        found |= dict.fromkeys(sorted(self.graph.values(node, wildcard.term), key=natural_order))
        positions = {child: self.graph.values(child, POSITION) for child in found}
        if all(positions.values()):
            return {child: found[child] for child in sorted(found, key=lambda child: int(positions[child][0]))}
        return found

    def _wild(self, element: etree._Element, node: str, wildcard: Wildcard) -> None:
        for child, root in self._wild_children(node, wildcard).items():
            self._wild_child(element, child, root, wildcard)

    def _wild_child(self, element: etree._Element, node: str, root: Root | None, wildcard: Wildcard) -> None:
        if root is not None:
            made = etree.SubElement(element, f"{{{root.namespace}}}{root.name}", nsmap={None: root.namespace} | _prefixes(self.graph, node))
            self.fill(made, node, root.type, text_term(root.term))
            return
        for text in self.graph.values(node, text_term(wildcard.term)):
            made = graft(element, etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True)))
            self.lowered.written.append(Written(node, text_term(wildcard.term), text, made, None))


def _prefixes(graph: Graph, node: str) -> dict[str | None, str]:
    """The prefixes of qualified names among a node's values, with their namespaces."""
    pairs = (declaration.partition(" ") for declaration in graph.values(node, PREFIX))
    return {prefix: namespace for prefix, _, namespace in pairs}


def graft(parent: etree._Element, source: etree._Element) -> etree._Element:
    """Append a copy of an element, made in place: when lxml moves an element it drops namespace declarations that it takes
    for redundant, also where a value inside uses their prefix. Comments and processing instructions are left behind."""
    name = etree.QName(source)
    if name.namespace is None and None in parent.nsmap:
        parent.append(etree.fromstring(f'<{name.localname} xmlns=""/>'))
        made = parent[-1]
    else:
        fresh = {prefix: namespace for prefix, namespace in source.nsmap.items() if parent.nsmap.get(prefix) != namespace}
        made = etree.SubElement(parent, source.tag, nsmap=fresh)
    for attribute, value in source.attrib.items():
        made.set(attribute, value)
    made.text = source.text
    for child in source:
        if isinstance(child.tag, str):
            graft(made, child).tail = child.tail
    return made


def _declare(element: etree._Element, prefix: str, namespace: str) -> None:
    """Declare a prefix at an element, and keep those that are declared."""
    etree.cleanup_namespaces(element, top_nsmap={prefix: namespace}, keep_ns_prefixes=[prefix, *(name for name in element.nsmap if name)])


def serialise(root: etree._Element) -> bytes:
    """The document of an element as indented UTF-8 XML, without namespace declarations that nothing uses."""
    # lxml would drop an `xmlns=""`, and a prefix that only a qualified name uses.
    if all(etree.QName(element).namespace for element in root.iter() if isinstance(element.tag, str)):
        etree.cleanup_namespaces(root, keep_ns_prefixes=sorted(_used_prefixes(root)))
    etree.indent(root, "  ")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _used_prefixes(root: etree._Element) -> set[str]:
    """Prefixes that values may use: those of names inside texts and attributes."""
    declared = {prefix for element in root.iter() for prefix in element.nsmap if prefix}
    found = set()
    for element in root.iter():
        for value in (element.text or "", *map(str, element.attrib.values())):
            prefix = value.strip().partition(":")[0]
            if prefix in declared:
                found.add(prefix)
    return found
