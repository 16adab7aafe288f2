"""Turns a CIM profile into the XML Schema that its messages follow, by the conventions of the published profiles.

The document element contains the concrete classes. Of a class, `mRID` comes first, then what has a simple type, then the
objects, each in alphabetical order (objects ignoring case). An object that is referred to is an empty element with the
attribute `ref`. Names, bounds and datatypes are the model's (IEC 61968-100, IEC 61968-9 edition 2, annex schemas).
"""

from __future__ import annotations

from lxml import etree

from cimrdf.namespaces import SAWSDL, XSD
from cimrdf.schema.cim_model import CimModel, local_name
from cimrdf.schema.cim_profile import Member, Profile, ProfileClass
from cimrdf.schema.xsd_names import SchemaError

_XS = "{" + XSD.rstrip("#") + "}"
_REFERENCE = "{" + SAWSDL.rstrip("#") + "}modelReference"
#: The identifier that stands first in every class that has it.
_FIRST = "mRID"


def schema_of(profile: Profile) -> etree._Element:
    """The `xs:schema` element of a profile.

    Raises:
        SchemaError: the profile has no class under its document element, gives a class two shapes, or does not fit its model.
    """
    return _Writer(profile).write()


class _Writer:
    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        names = {"xs": XSD.rstrip("#"), "m": profile.namespace, "sawsdl": SAWSDL.rstrip("#")}
        self.root = etree.Element(f"{_XS}schema", nsmap=names, targetNamespace=profile.namespace, elementFormDefault="qualified")
        self.named: dict[str, ProfileClass] = {}
        self.simple: set[str] = set()
        self.waiting: list[ProfileClass] = []

    @property
    def model(self) -> CimModel:
        return self.profile.model

    def write(self) -> etree._Element:
        name = self.profile.name
        etree.SubElement(self.root, f"{_XS}element", name=name, type=f"m:{name}")
        top = self._sequence(etree.SubElement(self.root, f"{_XS}complexType", name=name))
        for item in self.profile.concrete:
            self._element(top, item.name, 0, None, type=self._ask(item))
        for item in self.profile.classes:
            self._ask(item)
        while self.waiting:
            item = min(self.waiting, key=lambda waiting: waiting.name)
            self.waiting.remove(item)
            self._class(etree.SubElement(self.root, f"{_XS}complexType", name=item.name), item)
        for simple in sorted(self.simple):
            self._simple_type(simple)
        return self.root

    def _ask(self, item: ProfileClass) -> str:
        """The type of a named class, which is written in its turn.

        Raises:
            SchemaError: another class has its name.
        """
        if item.name not in self.named:
            self.named[item.name] = item
            self.waiting.append(item)
        if self.named[item.name].node != item.node or item.name == self.profile.name:
            raise SchemaError("two classes have this name", self.profile.file, component=item.name, remedy="give one of them another rdfs:label")
        return f"m:{item.name}"

    # ------------------------------------------------------------------ classes

    def _class(self, parent: etree._Element, item: ProfileClass) -> None:
        parent.set(_REFERENCE, self.model.classes[item.restricts].iri)
        if item.above is not None:
            content = etree.SubElement(parent, f"{_XS}complexContent")
            parent = etree.SubElement(content, f"{_XS}extension", base=self._ask(self.profile.class_of(item.above)))
        sequence = self._sequence(parent)
        for member in sorted(item.members, key=_order):
            self._member(sequence, member)

    def _sequence(self, parent: etree._Element) -> etree._Element:
        return etree.SubElement(parent, f"{_XS}sequence")

    def _member(self, sequence: etree._Element, member: Member) -> None:
        name, iri = member.property.name, member.property.iri
        if member.by_reference:
            element = self._element(sequence, name, member.minimum, member.maximum, iri)
            complex_type = etree.SubElement(element, f"{_XS}complexType")
            etree.SubElement(complex_type, f"{_XS}attribute", name="ref", type="xs:string")
        elif member.type:
            self._element(sequence, name, member.minimum, member.maximum, iri, type=self._simple_name(member.type))
        elif len(member.classes) == 1:
            self._object(sequence, name, member.minimum, member.maximum, iri, self.profile.class_of(member.classes[0]))
        else:
            choice = etree.SubElement(sequence, f"{_XS}choice", _bounds(member.minimum, member.maximum))
            for node in member.classes:
                item = self.profile.class_of(node)
                self._object(choice, item.name, 1, 1, None, item)

    def _object(self, parent: etree._Element, name: str, minimum: int, maximum: int | None, iri: str | None, item: ProfileClass) -> None:
        if item.named:
            self._element(parent, name, minimum, maximum, iri, type=self._ask(item))
        else:
            self._class(etree.SubElement(self._element(parent, name, minimum, maximum, iri), f"{_XS}complexType"), item)

    def _element(
        self, parent: etree._Element, name: str, minimum: int, maximum: int | None, reference: str | None = None, **attributes: str
    ) -> etree._Element:
        element = etree.SubElement(parent, f"{_XS}element", {"name": name, **attributes, **_bounds(minimum, maximum)})
        if reference is not None:
            element.set(_REFERENCE, reference)
        return element

    # ------------------------------------------------------------------ simple types

    def _simple_name(self, name: str) -> str:
        if name.startswith(XSD):
            return f"xs:{local_name(name)}"
        self.simple.add(name)
        return f"m:{name}"

    def _simple_type(self, name: str) -> None:
        item = self.model.classes.get(name)
        simple = etree.SubElement(self.root, f"{_XS}simpleType", name=name)
        base = self.model.datatypes.get(name, XSD + "string")
        restriction = etree.SubElement(simple, f"{_XS}restriction", base=f"xs:{local_name(base)}")
        if item is None:
            return
        simple.set(_REFERENCE, item.iri)
        for value in item.values:
            enumeration = etree.SubElement(restriction, f"{_XS}enumeration", value=value)
            enumeration.set(_REFERENCE, f"{item.iri}.{value}")


def _order(member: Member) -> tuple[bool, bool, str]:
    """Where a member stands in its class."""
    name = member.property.name
    simple = bool(member.type)
    return name != _FIRST, not simple, name if simple else name.lower()


def _bounds(minimum: int, maximum: int | None) -> dict[str, str]:
    found = {} if minimum == 1 else {"minOccurs": str(minimum)}
    return found if maximum == 1 else {**found, "maxOccurs": "unbounded" if maximum is None else str(maximum)}
