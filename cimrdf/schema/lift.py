"""Lifts a document to RDF by its content model.

* An element that is complex, repeatable or nillable becomes a node, anything else a plain literal on its parent's node:
  lexical forms are business data, the datatype comes from the schema when the value is written.
* A node's IRI is its path: `…/MeterReadings/MeterReading.2/Readings.3`; a number marks a repeatable element.
* At a wildcard, an element that a loaded schema declares globally is lifted by its declaration; any other is kept as XML
  text under the wildcard's term.
* So is an attribute where the schema allows any: a node with its name and its value.
* What the schema does not have is reported and listed, never lifted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from lxml import etree

from cimrdf.findings import Finding, Refused, finding
from cimrdf.namespaces import MODEL, RDF_TYPE, XSD, XSI
from cimrdf.schema.catalogue import Catalogue, View
from cimrdf.schema.lists import DelimitedList, Surroundings, unpack
from cimrdf.schema.model import Complex, Element, Root, Simple, is_builtin

NIL = MODEL + "nil"
POSITION = MODEL + "position"
DOCUMENT = MODEL + "document"
#: A prefix that a qualified name among a node's values uses, with its namespace; the name of an attribute at a wildcard.
PREFIX = MODEL + "prefix"
ATTRIBUTE = MODEL + "attributeName"
#: The global element that stands for a member (a substitution group).
SUBSTITUTE = MODEL + "substitute"


_NIL = f"{{{XSI}}}nil"


class Node(str):
    """An IRI in a graph; every other `str` is a plain literal."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Triple:
    """One statement; `object` is a `Node` or a literal."""

    subject: Node
    predicate: str
    object: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value of the source: where it stands, and which statement it became (`subject` is None where it became none).

    `path` is the path of published local names from the document element, without positions. `reason` says why a leaf
    was not lifted.
    """

    xpath: str
    path: str
    value: str
    line: int | None
    subject: Node | None
    predicate: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A statement that was computed from source values; `content` says that it holds a piece of a value itself."""

    statement: tuple[str, str, str]
    sources: tuple[tuple[str, str, str], ...]
    content: bool


@dataclass(slots=True)
class Part:
    """A subtree whose root a schema declares globally: the envelope, a header block, the payload."""

    root: Root
    node: Node
    element: etree._Element
    path: str


@dataclass(slots=True)
class Lifted:
    """A document as a graph, and the way back from statements to places in the document."""

    document: Node
    file: str
    triples: list[Triple] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    derivations: list[Derivation] = field(default_factory=list)
    #: The element that each node stands for, and its positional path.
    elements: dict[Node, etree._Element] = field(default_factory=dict)
    xpaths: dict[Node, str] = field(default_factory=dict)
    #: Elements whose name is a variant, with the published name.
    renamed: dict[etree._Element, str] = field(default_factory=dict)
    #: Values with white space around them that means nothing, without it, by element and attribute.
    trimmed: dict[tuple[etree._Element, str | None], str] = field(default_factory=dict)

    def normalise(self) -> None:
        """Give the elements of the document their published names, and values without the white space around them, so that
        the schema can judge the rest (libxml2 refuses white space around a dateTime, wrongly)."""
        for (element, attribute), value in self.trimmed.items():
            if attribute is not None:
                element.set(attribute, value)
            elif not len(element):
                element.text = value or None
        for element, tag in self.renamed.items():
            self._original[element], element.tag = _split(element.tag)[1], tag
        self.renamed.clear()

    _original: dict[etree._Element, str] = field(default_factory=dict)

    def xpath(self, element: etree._Element) -> str:
        """The positional path of an element in the document the person has in hand."""
        steps: list[str] = []
        here: etree._Element | None = element
        while here is not None:
            name = self._local(here)
            before = sum(1 for item in here.itersiblings(preceding=True) if self._local(item) == name)
            steps.append(f"{name}[{before + 1}]")
            here = here.getparent()
        return "/" + "/".join(reversed(steps))

    def _local(self, element: etree._Element) -> str:
        return self._original.get(element) or _split(element.tag)[1]


def lift(tree: etree._ElementTree, catalogue: Catalogue, document: str, file: str = "-", prefix: str = "") -> Lifted:
    """Lift a parsed document; `document` is the IRI it gets, `prefix` keeps the nodes of several in one graph apart.

    Raises:
        Refused: `root-unknown`, `namespace-unknown` or `not-aligned-yet` (a profile that is recognised but not loaded).
    """
    return _Lifter(catalogue, Lifted(Node(document), file)).run(tree.getroot(), prefix)


def _is_element(child: etree._Element) -> bool:
    return isinstance(child.tag, str)


def _split(tag: str) -> tuple[str, str]:
    if tag.startswith("{"):
        namespace, _, local = tag[1:].partition("}")
        return namespace, local
    return "", tag


class _Lifter:
    def __init__(self, catalogue: Catalogue, lifted: Lifted) -> None:
        self.catalogue = catalogue
        self.lifted = lifted
        self._variants: set[tuple[str, str]] = set()
        #: Statements of values by the path of their element.
        self._places: dict[str, list[tuple[str, str, str]]] = {}

    # ------------------------------------------------------------------ names

    def _name(self, element: etree._Element, xpath: str) -> tuple[str, str]:
        """The published name of an element; a variant is reported once for each namespace."""
        namespace, local = _split(element.tag)
        published_namespace, published, variant = self.catalogue.canonical(namespace, local)
        if variant is not None:
            self.lifted.renamed[element] = f"{{{published_namespace}}}{published}"
        if variant is not None and (namespace, variant.comment) not in self._variants:
            self._variants.add((namespace, variant.comment))
            self._report(
                "namespace-variant",
                f"{{{namespace}}}{local} was read as {{{published_namespace}}}{published}: {variant.comment}",
                element,
                xpath,
            )
        return published_namespace, published

    def _report(self, code: str, message: str, element: etree._Element, xpath: str) -> None:
        self.lifted.findings.append(finding(code, message, file=self.lifted.file, line=element.sourceline, xpath=xpath))

    # ------------------------------------------------------------------ documents

    def run(self, element: etree._Element, prefix: str) -> Lifted:
        _, original = _split(element.tag)
        xpath = f"/{original}[1]"
        namespace, local = self._name(element, xpath)
        root = self.catalogue.root(namespace, local)
        if root is None:
            raise Refused(self._unknown_root(element, namespace, local, xpath), others=self.lifted.findings)
        self._part(self.lifted.document, self.lifted.document, element, root, prefix + local, xpath, local)
        return self.lifted

    def _unknown_root(self, element: etree._Element, namespace: str, local: str, xpath: str) -> Finding:
        here = partial(finding, file=self.lifted.file, line=element.sourceline, xpath=xpath)
        recognised = self.catalogue.recognise(namespace)
        if recognised is not None:
            version, name = recognised
            return here("not-aligned-yet", f"{local} ({name}, {version.label}) is not aligned yet")
        version_here = self.catalogue.version_of(namespace)
        if version_here is not None:
            return here("root-unknown", f"{version_here.label} declares no element {local}")
        known = self._nearest_namespaces(namespace)
        if known:
            return here("namespace-unknown", f"namespace {namespace!r} is not known; expected {' or '.join(known)}")
        return here("root-unknown", f"no schema that is loaded declares {{{namespace}}}{local}")

    def _nearest_namespaces(self, namespace: str) -> list[str]:
        import difflib

        return [] if not namespace else difflib.get_close_matches(namespace, self.catalogue.files, n=2, cutoff=0.8)

    def _part(self, parent: Node, owner: Node, element: etree._Element, root: Root, step: str, xpath: str, path: str) -> None:
        node = Node(f"{owner}/{step}")
        self._add(parent, root.term, node)
        self._add(node, DOCUMENT, self.lifted.document)
        self.lifted.parts.append(Part(root, node, element, path))
        if self.catalogue.status(root.namespace) == "reconstructed":
            message = f"the content model of {root.name} is a reconstruction: no schema of it is public"
            self._report("schema-reconstructed", message, element, xpath)
        self._node(node, element, root.type, text_term(root.term), xpath, path)

    # ------------------------------------------------------------------ content

    def _add(self, subject: Node, predicate: str, value: str) -> None:
        self.lifted.triples.append(Triple(subject, predicate, value))

    def _leaf(self, subject: Node, predicate: str, value: str, element: etree._Element, xpath: str, path: str) -> None:
        self._add(subject, predicate, value)
        if value.strip():
            self.lifted.leaves.append(Leaf(xpath, path, value, element.sourceline, subject, predicate))
            self._places.setdefault(xpath.partition("/@")[0], []).append((str(subject), predicate, value))

    def _node(self, node: Node, element: etree._Element, type_iri: str, own_text: str, xpath: str, path: str) -> None:
        self.lifted.elements[node] = element
        self.lifted.xpaths[node] = xpath
        chosen = self._instance_type(element, type_iri)
        item = self.catalogue.type(chosen)
        nil = element.get(_NIL)
        if nil is not None:
            self._leaf(node, NIL, nil, element, f"{xpath}/@nil", f"{path}/@nil")
        if not isinstance(item, Complex):
            self._leaf(node, own_text, self._value(node, element, chosen), element, xpath, path)
            self._inside_value(element, frozenset((_NIL,)), xpath, path)
            return
        self._add(node, RDF_TYPE, Node(item.class_term))
        packed = self.catalogue.list_of(chosen)
        if packed is not None:
            self._unpack(packed, node, element, own_text, xpath, path)
            self._inside_value(element, frozenset((_NIL,)), xpath, path)
            return
        view = self.catalogue.view(chosen)
        self._attributes(node, element, view, xpath, path)
        if view.text is not None:
            self._leaf(node, view.text_term or own_text, self._value(node, element, view.text), element, xpath, path)
        elif (element.text or "").strip() or any((child.tail or "").strip() for child in element):
            self._stray_text(element, xpath, path)
        self._elements(node, element, view, xpath, path)

    def _unpack(self, packed: DelimitedList, node: Node, element: etree._Element, own_text: str, xpath: str, path: str) -> None:
        """A list packed into one text: the text stays, and its items stand beside it as nodes."""
        text = _text_of(element)
        self._leaf(node, own_text, text, element, xpath, path)
        around = Surroundings(packed, element)
        whole = (str(node), own_text, text)
        used = tuple(statement for item in around.used for statement in self._statements_of(item))
        for item in unpack(around, text):
            target = Node(f"{node}/{packed.item.rpartition('.')[2]}.{item.position}")
            self._add(node, packed.item, target)
            for number, part in enumerate(item.parts):
                term = packed.parts[min(number, len(packed.parts) - 1)]
                subject, predicate = target, term
                if number >= len(packed.parts) - 1:
                    subject, predicate = Node(f"{target}/{term.rpartition('.')[2]}.{number - len(packed.parts) + 2}"), text_term(term)
                    self._add(target, term, subject)
                self._add(subject, predicate, part)
                if part:
                    self.lifted.derivations.append(Derivation((str(subject), predicate, part), (whole,), True))
            if item.end is not None:
                self._add(target, packed.end, item.end)
                self.lifted.derivations.append(Derivation((str(target), packed.end, item.end), used, False))

    def _statements_of(self, element: etree._Element) -> list[tuple[str, str, str]]:
        """The statements of an element's own values (text and attributes)."""
        return self._places.get(self.lifted.xpath(element), [])

    def _instance_type(self, element: etree._Element, declared: str) -> str:
        """The type that `xsi:type` names, where a loaded schema has it and it extends the declared one."""
        named = element.get(f"{{{XSI}}}type")
        if not named:
            return declared
        prefix, _, local = named.rpartition(":")
        namespace = self.catalogue.canonical(element.nsmap.get(prefix or None) or "", local)[0]
        found = self.catalogue.named_type(namespace, local)
        if found is not None:
            return found
        return declared

    def _stray_text(self, element: etree._Element, xpath: str, path: str) -> None:
        text = " ".join(piece.strip() for piece in [element.text or "", *((child.tail or "") for child in element)] if piece.strip())
        self._report("element-unknown", f"text {text[:40]!r} stands where only elements may stand", element, xpath)
        self.lifted.leaves.append(
            Leaf(f"{xpath}/text()[1]", f"{path}/text()", text, element.sourceline, None, None, "text where only elements may stand")
        )

    # ------------------------------------------------------------------ attributes

    def _attributes(self, node: Node, element: etree._Element, view: View, xpath: str, path: str) -> None:
        known: set[str] = {_NIL}
        for name, value in element.attrib.items():
            namespace, local = _split(str(name))
            use = view.attributes.get((namespace, local))
            if use is not None:
                value = self._value(node, element, use.type, str(name))
                self._leaf(node, use.term, value, element, f"{xpath}/@{local}", f"{path}/@{local}")
            elif view.any_attribute is not None and namespace != XSI:
                term = view.any_attribute.term
                target = Node(f"{node}/anyAttribute.{len(known)}")
                self._add(node, term, target)
                self._add(target, ATTRIBUTE, str(name))
                self._leaf(target, text_term(term), str(value), element, f"{xpath}/@{local}", f"{path}/@{local}")
            else:
                continue
            known.add(str(name))
        self._unknown_attributes(element, frozenset(known), xpath, path)

    def _unknown_attributes(self, element: etree._Element, known: frozenset[str], xpath: str, path: str) -> None:
        for name, value in element.attrib.items():
            namespace, local = _split(str(name))
            if str(name) in known or (namespace == XSI and local != "nil"):
                continue
            self._report("attribute-unknown", f"the schema has no attribute {local} here", element, f"{xpath}/@{local}")
            if str(value).strip():
                place = (f"{xpath}/@{local}", f"{path}/@{local}")
                self.lifted.leaves.append(Leaf(*place, str(value), element.sourceline, None, None, "not in the schema"))

    def _inside_value(self, element: etree._Element, known: frozenset[str], xpath: str, path: str) -> None:
        """Attributes and elements where a simple type allows none."""
        self._unknown_attributes(element, known, xpath, path)
        for child, child_xpath in _children(element, xpath):
            self._unknown(child, child_xpath, path, f"{_split(child.tag)[1]} stands inside a value")

    # ------------------------------------------------------------------ elements

    def _elements(self, node: Node, element: etree._Element, view: View, xpath: str, path: str) -> None:
        seen: dict[str, int] = {}
        for child, child_xpath in _children(element, xpath):
            namespace, local = self._name(child, child_xpath)
            member, substitute = view.elements.get((namespace, local)), None
            if member is None:
                member, substitute = self.catalogue.substitute(view, namespace, local) or (None, None)
            seen["*"] = seen.get("*", 0) + 1
            if member is not None:
                seen[member.term] = seen.get(member.term, 0) + 1
                position = seen["*"] if view.interleaved else None
                if substitute is not None:
                    self._add(self._node_of(node, member, view, seen[member.term]), SUBSTITUTE, substitute.term)
                self._member(node, child, member, view, (seen[member.term], position), child_xpath, f"{path}/{local}")
            elif view.wildcard is not None:
                count = seen[""] = seen.get("", 0) + 1
                self._wild(node, child, (namespace, local), view.wildcard.term, (count, seen["*"]), child_xpath, path)
            else:
                self._unknown(child, child_xpath, path, f"{view.type.name} has no element {local}", self._expected(view, local))

    @staticmethod
    def _expected(view: View, local: str) -> str:
        import difflib

        near = difflib.get_close_matches(local, [name for _, name in view.elements], n=1, cutoff=0.6)
        return f"; did the sender mean {near[0]}?" if near else ""

    @staticmethod
    def _node_of(node: Node, member: Element, view: View, count: int) -> Node:
        return Node(f"{node}/{member.name}.{count}" if member.term in view.repeatable else f"{node}/{member.name}")

    def _member(self, node: Node, child: etree._Element, member: Element, view: View, place: tuple[int, int | None], xpath: str, path: str) -> None:
        count, position = place
        repeatable = member.term in view.repeatable
        if count > 1 and not repeatable:
            self._report("element-repeated", f"{member.name} may occur once", child, xpath)
            self._skip(child, xpath, path, "more often than the schema allows")
            return
        if self.catalogue.is_node(view, member):
            target = self._node_of(node, member, view, count)
            self._add(node, member.term, target)
            if position is not None:
                self._add(target, POSITION, str(position))
            self._node(target, child, member.type, text_term(member.term), xpath, path)
            return
        self._inside_value(child, frozenset(), xpath, path)
        self._leaf(node, member.term, self._value(node, child, member.type), child, xpath, path)

    def _value(self, node: Node, element: etree._Element, type_iri: str, attribute: str | None = None) -> str:
        """The text of an element, or an attribute. White space around a value means nothing except in strings, where it is
        kept (XML Schema part 2, whiteSpace). The prefix of a qualified name is kept with the node."""
        text = _text_of(element) if attribute is None else str(element.get(attribute, ""))
        item = self.catalogue.type(type_iri)
        base = item.base if isinstance(item, Simple) else type_iri
        name = base.removeprefix(XSD) if is_builtin(base) else ""
        listed = isinstance(item, Simple) and (item.item is not None or item.enumeration)
        if name in ("string", "anySimpleType", "anyType") and not listed:
            return text
        value = " ".join(text.split())
        if value != (element.text or "" if attribute is None else text):
            self.lifted.trimmed[element, attribute] = value
        prefix, separator, _ = value.partition(":")
        if name == "QName" and separator and prefix in element.nsmap:
            self._add(node, PREFIX, f"{prefix} {element.nsmap[prefix]}")
        return value

    def _wild(self, node: Node, child: etree._Element, name: tuple[str, str], term: str, place: tuple[int, int], xpath: str, path: str) -> None:
        count, position = place
        root = self.catalogue.root(*name)
        if root is not None:
            self._add(Node(f"{node}/{name[1]}.{count}"), POSITION, str(position))
            self._part(node, node, child, root, f"{name[1]}.{count}", xpath, f"{path}/{name[1]}")
            return
        if self.catalogue.recognise(name[0]) or (name[0] not in self.catalogue.files and self._nearest_namespaces(name[0])):
            unknown = self._unknown_root(child, *name, xpath)
            raise Refused(unknown, others=self.lifted.findings)
        target = Node(f"{node}/any.{count}")
        self._add(node, term, target)
        self._add(target, POSITION, str(position))
        self._add(target, text_term(term), etree.tostring(child, encoding="unicode", with_tail=False))
        for leaf_xpath, value, line in leaves_of(child, xpath):
            self.lifted.leaves.append(Leaf(leaf_xpath, f"{path}/*", value, line, target, text_term(term)))

    def _unknown(self, child: etree._Element, xpath: str, path: str, message: str, hint: str = "") -> None:
        self._report("element-unknown", message + hint, child, xpath)
        self._skip(child, xpath, f"{path}/{_split(child.tag)[1]}", "not in the schema")

    def _skip(self, child: etree._Element, xpath: str, path: str, reason: str) -> None:
        for leaf_xpath, value, line in leaves_of(child, xpath):
            self.lifted.leaves.append(Leaf(leaf_xpath, path, value, line, None, None, reason))


def text_term(term: str) -> str:
    """The term of the text of a simple element that is lifted as a node."""
    return f"{term}.text"


def _text_of(element: etree._Element) -> str:
    """The text of a simple element; white space alone is no value."""
    text = "".join([element.text or "", *((child.tail or "") for child in element)])
    return text if text.strip() else ""


def _children(element: etree._Element, xpath: str) -> Iterator[tuple[etree._Element, str]]:
    counts: dict[str, int] = {}
    for child in element:
        if not _is_element(child):
            continue
        local = _split(child.tag)[1]
        counts[local] = counts.get(local, 0) + 1
        yield child, f"{xpath}/{local}[{counts[local]}]"


def leaves_of(element: etree._Element, xpath: str) -> Iterator[tuple[str, str, int | None]]:
    """Every value in a subtree: attributes and texts, with positional paths."""
    for name, value in element.attrib.items():
        namespace, local = _split(str(name))
        if str(value).strip() and not (namespace == XSI and local != "nil"):
            yield f"{xpath}/@{local}", str(value), element.sourceline
    text = _text_of(element)
    if text:
        yield xpath, text, element.sourceline
    for child, child_xpath in _children(element, xpath):
        yield from leaves_of(child, child_xpath)
