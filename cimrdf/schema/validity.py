"""Validity against the schema: XML Schema documents derived from the content models, checked by libxml2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from cimrdf.namespaces import XSI
from cimrdf.schema.catalogue import Catalogue
from cimrdf.schema.xsd_writer import compile_schema

_VALUE_ERRORS = (
    "DATATYPE_VALID",
    "FACET",
    "ENUMERATION_VALID",
    "PATTERN_VALID",
    "LENGTH_VALID",
    "INCLUSIVE_VALID",
    "EXCLUSIVE_VALID",
    "DIGITS_VALID",
)

_TYPE = f"{{{XSI}}}type"


@dataclass(frozen=True, slots=True)
class Problem:
    """One deviation: the element, the attribute if it is about one, whether it is about a value, and a sentence."""

    element: etree._Element
    attribute: str | None
    value: bool
    message: str
    line: int


@lru_cache(maxsize=64)
def _validator(catalogue_id: int, namespace: str, name: str, types: frozenset[str], strict: bool) -> etree.XMLSchema:
    catalogue = _CATALOGUES[catalogue_id]
    root = catalogue.root(namespace, name)
    if root is None:
        raise KeyError(f"{{{namespace}}}{name}")
    return compile_schema(catalogue.closure(root, types), namespace, strict=strict)


_CATALOGUES: dict[int, Catalogue] = {}


def problems(element: etree._Element, catalogue: Catalogue, *, strict: bool = False) -> list[Problem]:
    """What keeps an element from being valid against the schema of its namespace; `strict` holds it to the official
    cardinalities where the schema at hand is known to be looser."""
    _CATALOGUES[id(catalogue)] = catalogue
    name = etree.QName(element)
    schema = _validator(id(catalogue), name.namespace or "", name.localname, _named(element, catalogue), strict)
    if schema.validate(element):
        return []
    document = etree.ElementTree(element)
    prefixes = _prefixes(element)
    found: dict[tuple[etree._Element, str | None], Problem] = {}
    for error in schema.error_log:
        target = _element(document, error.path, prefixes)
        match = re.search(r"attribute '([^']+)'", error.message)
        attribute = match.group(1).rpartition("}")[2] if match else None
        value = any(mark in error.type_name for mark in _VALUE_ERRORS)
        problem = Problem(target if target is not None else element, attribute, value, _plain(error.message), error.line)
        found.setdefault((problem.element, attribute if value else f"{attribute}{error.type_name}"), problem)
    return list(found.values())


def _named(element: etree._Element, catalogue: Catalogue) -> frozenset[str]:
    """The components that a message itself names: types by `xsi:type`, elements that stand for others."""
    found: set[str | None] = set()
    for tag in {str(item.tag) for item in element.iter(etree.Element)}:
        name = etree.QName(tag)
        root = catalogue.root(name.namespace or "", name.localname)
        if root is not None and root.substitution_group is not None:
            found.add(root.term)
    for item in element.xpath("descendant-or-self::*[@i:type]", namespaces={"i": XSI}):
        prefix, _, local = str(item.get(_TYPE)).strip().rpartition(":")
        found.add(catalogue.named_type(item.nsmap.get(prefix or None) or "", local))
    return frozenset(iri for iri in found if iri is not None)


def parts(element: etree._Element, catalogue: Catalogue) -> list[etree._Element]:
    """The element, and those inside it that belong to another schema and are declared globally there."""
    found = [element]
    for item in element.iter():
        name, parent = etree.QName(item), item.getparent()
        if parent is not None and name.namespace != etree.QName(parent).namespace and catalogue.root(name.namespace or "", name.localname):
            found.append(item)
    return found


def _prefixes(root: etree._Element) -> dict[str, str]:
    prefixes: dict[str, str] = {}
    for item in root.iter():
        for prefix, namespace in item.nsmap.items():
            if prefix:
                prefixes.setdefault(prefix, namespace)
    return prefixes


def _element(document: etree._ElementTree, path: str | None, prefixes: Mapping[str, str]) -> etree._Element | None:
    if not path:
        return None
    try:
        found = document.xpath(path, namespaces=dict(prefixes))
    except etree.XPathError:
        return None
    return found[0] if isinstance(found, list) and found and isinstance(found[0], etree._Element) else None


def _plain(message: str) -> str:
    """libxml2's sentence without namespaces."""
    return re.sub(r"\{[^{}']*\}(?=\w)", "", message).strip()
