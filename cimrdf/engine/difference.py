"""The difference between two documents as a short list of edits, and its application.

Used for `--preserve`: what the way back would not give is the difference between the source and what comes back. Edits are
in the order of the wanted document, so that they can be applied one after the other:

* a value: the text of an element, or an attribute, at a positional path of local names; what is missing is created in the
  order of the schema;
* `absent`: an attribute that must go;
* `only`: of several messages that came back, the one with this payload is meant, and the others go;
* `block`: an element that stands where the schema allows any, whole, as XML text;
* `children`: the children of an element where the order of the schema does not give them: `name[2]` keeps its own second,
  `/absolute/path` takes one from elsewhere in the other document, `+name` is new; what is not named goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from cimrdf.namespaces import XSD, XSI
from cimrdf.schema.catalogue import Catalogue
from cimrdf.schema.lower import graft
from cimrdf.schema.model import Complex

VALUE, ABSENT, CHILDREN, BLOCK, ONLY = "value", "absent", "children", "block", "only"

_NIL = f"{{{XSI}}}nil"
_QNAME = XSD + "QName"


@dataclass(frozen=True, slots=True)
class Edit:
    """One step from the other document to the wanted one; `path` is a place in the wanted one."""

    kind: str
    path: str
    value: str = ""


def local(element: etree._Element) -> str:
    """The local name of an element."""
    return str(etree.QName(element).localname)


def path_of(element: etree._Element, top: etree._Element | None = None) -> str:
    """The positional path of local names, from the document element or from below `top`."""
    steps: list[str] = []
    here: etree._Element | None = element
    while here is not None and here is not top:
        name = local(here)
        before = sum(1 for item in here.itersiblings(preceding=True) if isinstance(item.tag, str) and local(item) == name)
        steps.append(f"{name}[{before + 1}]")
        here = here.getparent()
    return ("" if top is not None else "/") + "/".join(reversed(steps))


class Typed:
    """The types of a document's elements, for the order of members."""

    def __init__(self, root: etree._Element, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._types: dict[etree._Element, str | None] = {}
        self.root = root

    def type_of(self, element: etree._Element) -> str | None:
        """The type of an element, by its place; None where the schema does not say."""
        if element not in self._types:
            parent = element.getparent()
            name = etree.QName(element)
            member = self._member(parent, name.localname) if parent is not None else None
            if member is not None:
                self._types[element] = member[1]
            else:
                root = self.catalogue.root(name.namespace or "", name.localname)
                self._types[element] = root.type if root is not None else None
        return self._types[element]

    def _member(self, parent: etree._Element, name: str) -> tuple[str, str] | None:
        parent_type = self.type_of(parent)
        if parent_type is None or not isinstance(self.catalogue.type(parent_type), Complex):
            return None
        for (namespace, member_name), member in self.catalogue.view(parent_type).elements.items():
            if member_name == name:
                return namespace, member.type
        return None

    def is_member(self, element: etree._Element) -> bool:
        """Whether the type of its parent names the element."""
        parent = element.getparent()
        return parent is not None and self._member(parent, local(element)) is not None

    def order(self, parent: etree._Element, name: str) -> int:
        """The place of a member in the schema's order; wildcards come last."""
        parent_type = self.type_of(parent)
        if parent_type is None or not isinstance(self.catalogue.type(parent_type), Complex):
            return 10_000
        names = [member for _, member in self.catalogue.view(parent_type).elements]
        return names.index(name) if name in names else 10_000

    def make(self, parent: etree._Element, name: str) -> etree._Element:
        """A new element that may stand in `parent`, not yet attached."""
        member = self._member(parent, name)
        if member is not None:
            return etree.Element(f"{{{member[0]}}}{name}" if member[0] else name)
        for namespace in self.catalogue.files:
            if self.catalogue.root(namespace, name) is not None:
                return etree.Element(f"{{{namespace}}}{name}", nsmap={None: namespace})
        return etree.Element(f"{{{etree.QName(parent).namespace}}}{name}")

    def insert(self, parent: etree._Element, child: etree._Element) -> None:
        """Attach a child behind the last sibling that does not come after it in the schema's order."""
        mine = self.order(parent, local(child))
        position = 0
        for index, item in enumerate(parent):
            if self.order(parent, local(item)) <= mine:
                position = index + 1
        parent.insert(position, child)


def _attributes(element: etree._Element) -> dict[str, str]:
    """Attributes by name, `{namespace}local` where they have one; `nil` stands for that of XML Schema."""
    found = {str(name): str(value) for name, value in element.attrib.items() if not str(name).startswith(f"{{{XSI}}}")}
    return found if element.get(_NIL) is None else found | {"nil": str(element.get(_NIL))}


def difference(wanted: etree._Element, other: etree._Element, pairs: Mapping[etree._Element, etree._Element], catalogue: Catalogue) -> list[Edit]:
    """The edits that make `other` into `wanted`; `pairs` says which elements stand for the same thing."""
    return list(_Differ(other, pairs, Typed(wanted, catalogue)).run(wanted))


class _Differ:
    def __init__(self, other: etree._Element, pairs: Mapping[etree._Element, etree._Element], typed: Typed) -> None:
        self.other, self.pairs, self.typed = other, pairs, typed
        self.taken = set(pairs.values())

    def run(self, wanted: etree._Element) -> Iterator[Edit]:
        if wanted.tag != self.other.tag:
            yield Edit(CHILDREN, "/", local(wanted))
        yield from self._element(wanted, self.other)

    def _element(self, wanted: etree._Element, other: etree._Element | None) -> Iterator[Edit]:
        path = path_of(wanted)
        children = list(wanted)
        if self._whole(wanted, other):
            yield Edit(BLOCK, path, etree.tostring(wanted, encoding="unicode", with_tail=False))
            return
        if (
            not children
            and (other is None or (wanted.text or "") != (other.text or "") or len(other))
            and (wanted.text or other is not None or not wanted.attrib)
        ):
            yield Edit(VALUE, path, self._text(wanted))
        has = _attributes(other) if other is not None else {}
        needs = _attributes(wanted)
        for name, value in needs.items():
            if has.get(name) != value:
                yield Edit(VALUE, f"{path}/@{name}", value)
        for name in has:
            if name not in needs:
                yield Edit(ABSENT, f"{path}/@{name}")
        matches = self._match(wanted, other)
        if children and not self._implied(wanted, other, matches):
            yield Edit(CHILDREN, path, self._tokens(other, matches))
        for child, match in matches:
            yield from self._element(child, match)

    def _whole(self, wanted: etree._Element, other: etree._Element | None) -> bool:
        """Whether an element at a wildcard must be kept as it stands: it is not there, or no schema knows what is inside."""
        if wanted.getparent() is None or self.typed.is_member(wanted):
            return False
        return other is None or (self.typed.type_of(wanted) is None and etree.tostring(wanted, method="c14n") != etree.tostring(other, method="c14n"))

    def _text(self, wanted: etree._Element) -> str:
        """The text; before a qualified name the namespace of its prefix."""
        text = wanted.text or ""
        prefix, separator, _ = text.partition(":")
        if separator and prefix in wanted.nsmap and self.typed.type_of(wanted) == _QNAME:
            return f"{{{wanted.nsmap[prefix]}}}{text}"
        return text

    def _match(self, wanted: etree._Element, other: etree._Element | None) -> list[tuple[etree._Element, etree._Element | None]]:
        """Each wanted child with the element that stands for it: its partner, else the next free one of its name."""
        free = [item for item in other if item not in self.taken] if other is not None else []
        found: list[tuple[etree._Element, etree._Element | None]] = []
        for child in wanted:
            match = self.pairs.get(child)
            if match is None:
                match = next((item for item in free if item.tag == child.tag), None)
                if match is not None:
                    free.remove(match)
            found.append((child, match))
        return found

    def _implied(self, wanted: etree._Element, other: etree._Element | None, matches: Sequence[tuple[etree._Element, etree._Element | None]]) -> bool:
        """Whether keeping what is there and adding what is missing in the schema's order gives the wanted children."""
        kept = list(other) if other is not None else []
        if [match for _, match in matches if match is not None] != kept:
            return False
        row: list[etree._Element] = [child for child, match in matches if match is not None]
        for child, match in matches:
            if match is None:
                mine = self.typed.order(wanted, local(child))
                position = max((index + 1 for index, item in enumerate(row) if self.typed.order(wanted, local(item)) <= mine), default=0)
                row.insert(position, child)
        return row == [child for child, _ in matches]

    @staticmethod
    def _tokens(other: etree._Element | None, matches: Sequence[tuple[etree._Element, etree._Element | None]]) -> str:
        tokens = []
        for child, match in matches:
            if match is None:
                tokens.append(f"+{local(child)}")
            elif match.getparent() is other:
                tokens.append(path_of(match, other))
            else:
                tokens.append(path_of(match))
        return " ".join(tokens)


def apply(root: etree._Element, edits: Sequence[tuple[etree._Element | None, Edit]], catalogue: Catalogue) -> None:
    """Apply edits to a document, each with the element that its path starts from (None: the document element)."""
    _Applier(root, catalogue).run(edits)


class _Applier:
    def __init__(self, root: etree._Element, catalogue: Catalogue) -> None:
        self.root, self.catalogue = root, catalogue
        self.typed = Typed(root, catalogue)
        self.places = {path_of(item): item for item in root.iter() if isinstance(item.tag, str)}
        self.children = {item: {path_of(child, item): child for child in item} for item in root.iter()}

    def run(self, edits: Sequence[tuple[etree._Element | None, Edit]]) -> None:
        for anchor, edit in edits:
            if edit.kind == ONLY:
                continue
            path, separator, attribute = edit.path.partition("@")
            element = self._find(anchor, path.rstrip("/"))
            if edit.kind == BLOCK:
                self._replace(element, etree.fromstring(edit.value, etree.XMLParser(resolve_entities=False, no_network=True)))
            elif separator:
                self._attribute(element, attribute, edit)
            elif edit.kind == CHILDREN and edit.path == "/":
                self._rename(edit.value)
            elif edit.kind == CHILDREN:
                self._arrange(element, edit.value)
            else:
                self._write(element, edit.value)

    def _write(self, element: etree._Element, text: str) -> None:
        for child in list(element):
            element.remove(child)
        qualified = re.fullmatch(r"\{([^}]*)\}(([^:\s]+):\S+)", text)
        if qualified is not None and self.typed.type_of(element) == _QNAME:
            self._declare(element, qualified.group(3), qualified.group(1)).text = qualified.group(2)
        else:
            element.text = text or None

    @staticmethod
    def _declare(element: etree._Element, prefix: str, namespace: str) -> etree._Element:
        """The element made anew with a prefix declared. lxml keeps a declaration that it takes for redundant only where the
        element is made in place, so what follows is moved behind it."""
        parent = element.getparent()
        if parent is None:
            return element
        following = list(element.itersiblings())
        parent.remove(element)
        made = etree.SubElement(parent, element.tag, dict(element.attrib), nsmap={prefix: namespace})
        parent.extend(following)
        return made

    @staticmethod
    def _replace(element: etree._Element, made: etree._Element) -> None:
        parent = element.getparent()
        if parent is not None:
            following = list(element.itersiblings())
            parent.remove(element)
            graft(parent, made)
            parent.extend(following)

    def _rename(self, name: str) -> None:
        namespace = etree.QName(self.root).namespace
        self.root.tag = f"{{{namespace}}}{name}" if namespace else name
        self.typed = Typed(self.root, self.catalogue)

    def _attribute(self, element: etree._Element, name: str, edit: Edit) -> None:
        if name == "nil":
            name = _NIL
        if edit.kind == ABSENT:
            element.attrib.pop(name, None)
        else:
            element.set(name, edit.value)

    def _arrange(self, element: etree._Element, tokens: str) -> None:
        own = self.children.get(element, {})
        row = []
        for token in tokens.split():
            found = None if token.startswith("+") else self.places.get(token) if token.startswith("/") else own.get(token)
            row.append(found if found is not None else self.typed.make(element, re.sub(r"\[\d+\]$", "", token.lstrip("+").rpartition("/")[2])))
        for child in list(element):
            element.remove(child)
        for child in row:
            element.append(child)

    def _find(self, anchor: etree._Element | None, path: str) -> etree._Element:
        """The element at a path; what is missing on the way is made."""
        here = self.root if anchor is None else anchor
        steps = [step for step in path.strip("/").split("/") if step not in ("", ".")]
        for step in steps if anchor is not None else steps[1:]:
            name, _, position = step.rstrip("]").partition("[")
            number = int(position or 1)
            same = [item for item in here if isinstance(item.tag, str) and local(item) == name]
            while len(same) < number:
                made = self.typed.make(here, name)
                self.typed.insert(here, made)
                same.append(made)
            here = same[number - 1]
        return here
