"""`--preserve`: keeps what the way back would not give, in the target's own extension points, its envelope, or a sidecar.

The way back is really walked: what comes back is compared with the source, and the difference is what must be kept. It is
kept at the object it belongs to where that object has an extension point (with a path relative to it), else in the
envelope, else in the sidecar. On the return journey it is put back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from cimrdf.engine.difference import ABSENT, BLOCK, CHILDREN, ONLY, VALUE, Edit, Typed, local, path_of
from cimrdf.findings import Refused
from cimrdf.namespaces import BASE, MODEL, RDF_TYPE
from cimrdf.schema.catalogue import Catalogue, ExtensionPoint
from cimrdf.schema.read import parse
from cimrdf.turtle import Vocabulary, read_turtle

#: The namespace of the block that keeps values in an envelope that allows foreign blocks.
PRESERVED = BASE + "preserved#"

_MODEL = Vocabulary(MODEL)
_STEP = r"[\w.\-]+(?:\[\d{1,6}\])?"
_PLACE = re.compile(rf"/|\.|/?{_STEP}(?:/{_STEP})*(?:/@(?:\{{[^}}]*\}})?[\w.\-]+)?|(?:\./)?@(?:\{{[^}}]*\}})?[\w.\-]+")


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept edit as it stands in a message: its name and value, where, and the object that its path starts from."""

    edit: Edit
    #: The element that a relative path starts from; None where the path starts at the document element.
    owner: etree._Element | None
    places: tuple[str, ...]
    point: str


def name_of(edit: Edit, version: str) -> str:
    """How an edit is named in a message: `cim-2013:Names[2]/name`, `not(…)` for what must be absent, `xml(…)` for a block of
    another schema, `only(/)` for the one message that was meant, `…/*` for an order.

    The first of a name needs no number.
    """
    short = edit.path.replace("[1]", "")
    path = {VALUE: short, ABSENT: f"not({short})", CHILDREN: f"{short.rstrip('/')}/*", BLOCK: f"xml({short})", ONLY: f"only({short})"}[edit.kind]
    return f"{version}:{path}"


def read_name(name: str, value: str, version: str) -> Edit | None:
    """The edit that a name stands for; None where the name is not ours or speaks of another version."""
    prefix, separator, path = name.partition(":")
    if not separator or prefix != version:
        return None
    edit = Edit(VALUE, path, value)
    if path.startswith("not("):
        edit = Edit(ABSENT, path[4:-1])
    elif path.startswith("xml("):
        edit = Edit(BLOCK, path[4:-1], value)
    elif path.startswith("only("):
        edit = Edit(ONLY, path[5:-1], value)
    elif path.endswith("/*"):
        edit = Edit(CHILDREN, path[:-2] or ("/" if path == "/*" else "."), value)
    return edit if _PLACE.fullmatch(edit.path) and (edit.kind != BLOCK or _is_xml(value)) else None


def _is_xml(text: str) -> bool:
    """Whether a kept block is XML that may be read: it comes from a message, and may mean harm as any other."""
    try:
        parse(text.encode())
    except (Refused, UnicodeEncodeError):
        return False
    return True


def numbered(path: str) -> str:
    """A path as the ledger spells it, each element with its number.

    >>> numbered("Names[2]/NameType/@x")
    '/Names[2]/NameType[1]/@x'
    """
    steps = [step for step in without_namespaces(path).split("/") if step not in ("", ".")]
    return "".join(f"/{step}" if step.endswith("]") or step.startswith("@") else f"/{step}[1]" for step in steps)


def without_namespaces(path: str) -> str:
    """A path with the local name of its attribute.

    >>> without_namespaces("a/@{urn:x}b")
    'a/@b'
    """
    return re.sub(r"@\{[^}]*\}", "@", path)


def relative(path: str, anchor: str) -> str:
    """A path below an anchor."""
    return path[len(anchor) :].lstrip("/") or "."


class Keeper:
    """Writes edits into the messages of a translation."""

    def __init__(self, catalogue: Catalogue, version: str) -> None:
        self.catalogue, self.version = catalogue, version
        #: Each edit that found a place, with the element that holds its value.
        self.placed: list[tuple[Edit, etree._Element]] = []
        #: What was written besides kept values: element, attribute, text and extension point.
        self.labels: list[tuple[etree._Element, str | None, str, str]] = []

    def place(self, edits: Sequence[Edit], anchors: dict[str, etree._Element], envelope: etree._Element | None) -> list[Edit]:
        """Write each edit at the nearest anchor with an extension point, else into the envelope; returns those without a place.

        `anchors` maps places in the source to elements of the output, `envelope` is the document element of the output.
        """
        homeless = []
        for edit in edits:
            if not self._at_anchor(edit, anchors) and (envelope is None or not self._in_envelope(edit, envelope)):
                homeless.append(edit)
        return homeless

    def _point(self, element: etree._Element) -> ExtensionPoint | None:
        typed = Typed(element.getroottree().getroot(), self.catalogue)
        return self.catalogue.extension_point(typed.type_of(element))

    def _at_anchor(self, edit: Edit, anchors: dict[str, etree._Element]) -> bool:
        path = edit.path
        while path:
            element = anchors.get(path)
            if element is not None:
                point = self._point(element)
                if point is not None and point.items:
                    self.placed.append((edit, self._add(element, point, Edit(edit.kind, relative(edit.path, path), edit.value))))
                    return True
            path = path.rpartition("/")[0]
        return False

    def _in_envelope(self, edit: Edit, envelope: etree._Element) -> bool:
        point = self._point(envelope)
        if point is None:
            return False
        self.placed.append((edit, self._add(envelope, point, edit)))
        return True

    def _add(self, element: etree._Element, point: ExtensionPoint, edit: Edit) -> etree._Element:
        typed = Typed(element.getroottree().getroot(), self.catalogue)
        here = element
        for step in point.path:
            found = next((child for child in here if local(child) == step), None)
            if found is None:
                found = typed.make(here, step)
                typed.insert(here, found)
            here = found
        name, value = name_of(edit, self.version), edit.value
        if not point.items:
            block = next((child for child in here if child.tag == f"{{{PRESERVED}}}preserved"), None)
            if block is None:
                block = etree.SubElement(here, f"{{{PRESERVED}}}preserved", nsmap={None: PRESERVED})
            item = etree.SubElement(block, f"{{{PRESERVED}}}value", name=name)
            item.text = value or None
            self.labels.append((item, "name", name, point.iri))
            self._label(item, edit, point)
            return item
        item = typed.make(here, point.items)
        typed.insert(here, item)
        for step, text in ((point.name, name), (point.value, value)):
            child = typed.make(item, step)
            typed.insert(item, child)
            child.text = text or None
            if step == point.name:
                self.labels.append((child, None, name, point.iri))
        self._label(child, edit, point)
        return child

    def _label(self, holder: etree._Element, edit: Edit, point: ExtensionPoint) -> None:
        """The text of an edit that keeps no value but says how others stand."""
        if edit.kind not in (VALUE, BLOCK) and edit.value.strip():
            self.labels.append((holder, None, edit.value, point.iri))


def kept_in(root: etree._Element, catalogue: Catalogue, version: str) -> list[Kept]:
    """The edits that a message keeps for a version, in document order."""
    found = []
    for block in root.iter(f"{{{PRESERVED}}}value"):
        edit = read_name(block.get("name", ""), block.text or "", version)
        if edit is not None:
            place = path_of(block)
            found.append(Kept(edit, None, (f"{place}/@name", place), PRESERVED))
    typed = Typed(root, catalogue)
    for element in root.iter():
        if isinstance(element.tag, str):
            point = catalogue.extension_point(typed.type_of(element))
            if point is not None and point.items:
                found += _items(element, point, version)
    return found


def _items(element: etree._Element, point: ExtensionPoint, version: str) -> Iterable[Kept]:
    here: etree._Element | None = element
    for step in point.path:
        here = next((child for child in here if local(child) == step), None) if here is not None else None
    for item in here if here is not None else ():
        if local(item) != point.items:
            continue
        parts = {local(part): part for part in item}
        name, value = parts.get(point.name), parts.get(point.value)
        edit = read_name(name.text or "", (value.text or "") if value is not None else "", version) if name is not None else None
        if edit is not None and name is not None:
            owner = None if edit.path.startswith("/") else element
            yield Kept(edit, owner, (path_of(name), *((path_of(value),) if value is not None else ())), point.iri)


def write_sidecar(edits: Sequence[Edit], version: str) -> str:
    """Edits as Turtle."""
    import rdflib

    model = rdflib.Namespace(MODEL)
    graph = rdflib.Graph()
    graph.bind("model", MODEL)
    for number, edit in enumerate(edits, 1):
        node = rdflib.BNode()
        graph.add((node, rdflib.RDF.type, model.Preserved))
        graph.add((node, model.order, rdflib.Literal(number)))
        graph.add((node, model.name, rdflib.Literal(name_of(edit, version))))
        graph.add((node, model.value, rdflib.Literal(edit.value)))
    return graph.serialize(format="turtle")


def read_sidecar(text: bytes, version: str) -> list[Edit]:
    """The edits of a sidecar for a version."""
    graph = read_turtle(text)
    found = []
    for node in graph.subjects(RDF_TYPE, _MODEL.Preserved):
        edit = read_name(str(graph.value(node, _MODEL.name)), str(graph.value(node, _MODEL.value)), version)
        if edit is not None:
            found.append((int(str(graph.value(node, _MODEL.order))), edit))
    return [edit for _, edit in sorted(found, key=lambda pair: pair[0])]
