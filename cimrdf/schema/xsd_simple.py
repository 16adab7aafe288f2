"""Turns the simple types that xmlschema has built into content models, facets gathered along the derivation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xmlschema.validators import XsdList, XsdSimpleType, XsdUnion

from cimrdf.namespaces import XSD
from cimrdf.schema.model import Simple
from cimrdf.schema.xsd_names import split_name

_XS = "{" + XSD.rstrip("#") + "}"
_STRUCTURE = {"simpleType", "annotation", "attribute", "attributeGroup", "anyAttribute", "enumeration", "pattern"}

#: Gives the IRI of a type; an anonymous one is named by the path given.
TypeNamer = Callable[[XsdSimpleType, str], str]


def restriction_facets(xsd_type: XsdSimpleType) -> list[tuple[str, str]]:
    """The facets of one derivation step as written: pairs of name and value."""
    step: Any = xsd_type.elem
    if step.tag == _XS + "simpleType":
        step = next((child for child in step if child.tag == _XS + "restriction"), None)
    if step is None or step.tag != _XS + "restriction":
        return []
    return [(child.tag.rpartition("}")[2], repaired(child.get("value", ""))) for child in step if not callable(child.tag)]


def repaired(text: str) -> str:
    """Undo a wrong decoding that copies of schemas suffered from: UTF-8 read as Latin-1.

    >>> repaired("ÂºC"), repaired("ºC"), repaired("m²")
    ('ºC', 'ºC', 'm²')
    """
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def simple(xsd_type: XsdSimpleType, iri: str, namespace: str, name: str, anonymous: bool, name_of: TypeNamer) -> Simple:
    """Build the content model of a simple type.

    Every derivation step with patterns gives one pattern, its alternatives joined by `|`: a value must match them all.
    """
    enumeration: tuple[str, ...] = ()
    patterns: list[str] = []
    facets: dict[str, str] = {}
    item: str | None = None
    members: tuple[str, ...] = ()
    base = XSD + "anySimpleType"
    step: Any = xsd_type
    while step is not None:
        if step.name is not None and step.name.startswith(_XS):
            base = XSD + split_name(step.name)[1]
            break
        if isinstance(step, XsdList):
            item = name_of(step.item_type, f"{name}-item")
            break
        if isinstance(step, XsdUnion):
            members = tuple(
                name_of(member, f"{name}-member" if place == 1 else f"{name}-member-{place}") for place, member in enumerate(step.member_types, 1)
            )
            break
        written = restriction_facets(step)
        enumeration = enumeration or tuple(value for facet, value in written if facet == "enumeration")
        alternatives = [value for facet, value in written if facet == "pattern"]
        if alternatives:
            patterns.insert(0, "|".join(alternatives))
        for facet, value in written:
            if facet not in _STRUCTURE:
                facets.setdefault(facet, value)
        step = step.base_type
        if step is not None and step.is_complex():
            step = step.content
    return Simple(
        iri,
        name,
        namespace,
        base,
        enumeration,
        tuple(patterns),
        tuple(sorted(facets.items())),
        item,
        members,
        anonymous,
    )
