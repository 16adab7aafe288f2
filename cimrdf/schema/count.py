"""Counts what a schema declares, in the XSD itself and in the content model, to show that nothing was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import etree

from cimrdf.namespaces import XSD
from cimrdf.schema.cim_files import is_rdf, read_cim_files
from cimrdf.schema.cim_xsd import schema_of
from cimrdf.schema.model import Element, Schema

_XS = "{" + XSD.rstrip("#") + "}"

KINDS = ("named types", "elements", "attributes", "enumeration values")


def count_models(schemas: Sequence[Schema]) -> Counter[str]:
    """Count the declarations in content models."""
    found: Counter[str] = Counter()
    for schema in schemas:
        complex_types, simple_types = schema.complex_types.values(), schema.simple_types.values()
        leaves = [leaf for item in complex_types if item.content is not None for leaf in item.content.walk()]
        found["named types"] += sum(not item.anonymous for item in complex_types)
        found["named types"] += sum(not item.anonymous for item in simple_types)
        found["elements"] += len(schema.roots) + sum(isinstance(leaf, Element) for leaf in leaves)
        found["attributes"] += len(schema.attributes) + sum(len(item.attributes) for item in complex_types)
        found["enumeration values"] += sum(len(item.enumeration) for item in simple_types)
    return found


def count_xsd(files: Sequence[Path], schemas: Sequence[Schema]) -> Counter[str]:
    """Count the declarations in schema documents, WSDLs and what they include and import, by their XML alone.

    Only those global components are counted that the content models have. What stands in a model or attribute group is
    counted wherever the group is referred to.
    """
    kept: set[tuple[str, str, str]] = set()
    for schema in schemas:
        kept |= {(schema.namespace, "element", name) for name in schema.roots}
        kept |= {(schema.namespace, "attribute", name) for name in schema.attributes}
        named = [item.name for item in schema.complex_types.values() if not item.anonymous]
        kept |= {(schema.namespace, "complexType", name) for name in named}
        named = [item.name for item in schema.simple_types.values() if not item.anonymous]
        kept |= {(schema.namespace, "simpleType", name) for name in named}
    documents = list(_documents(files))
    groups = {
        (child.tag, child.get("name", "")): child for document in documents for child in document.iterchildren(_XS + "group", _XS + "attributeGroup")
    }
    simple_types = {
        (document.get("targetNamespace", ""), child.get("name", "")): child
        for document in documents
        for child in document.iterchildren(_XS + "simpleType")
    }
    found: Counter[str] = Counter()
    for document in documents:
        for child in document.iterchildren(etree.Element):
            kind = etree.QName(child).localname
            if (document.get("targetNamespace", ""), kind, child.get("name", "")) in kept:
                found["named types"] += kind in ("complexType", "simpleType")
                found += _count(child, groups)
                if kind == "simpleType":
                    found["enumeration values"] += _inherited(child, simple_types)
    return found


def _inherited(item: etree._Element, simple_types: dict[tuple[str, str], etree._Element]) -> int:
    """The enumeration values that a simple type takes over from the one that it restricts, having none of its own."""
    restriction = item.find(_XS + "restriction")
    if restriction is None or restriction.find(_XS + "enumeration") is not None:
        return 0
    prefix, _, local = restriction.get("base", "").rpartition(":")
    above = simple_types.get((restriction.nsmap.get(prefix or None, ""), local))
    return 0 if above is None else len(above.findall(f"{_XS}restriction/{_XS}enumeration")) or _inherited(above, simple_types)


def _documents(files: Sequence[Path]) -> Iterator[etree._Element]:
    """The schema elements in files and in the files that they name, each once; of a CIM profile, the one that it stands for."""
    rdf = [path for path in files if is_rdf(path)]
    if rdf:
        yield from (schema_of(profile) for _, profile in read_cim_files(rdf).profiles)
    waiting, seen = [path.resolve() for path in files if not is_rdf(path)], set()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        for schema in etree.parse(path).getroot().iter(_XS + "schema"):
            yield schema
            named = [child.get("schemaLocation") for child in schema.iterchildren(_XS + "import", _XS + "include")]
            waiting += [(path.parent / location).resolve() for location in named if location]


def _count(item: etree._Element, groups: dict[tuple[str, str], etree._Element]) -> Counter[str]:
    """Count an element and what is inside it, references to groups followed."""
    kind = etree.QName(item).localname
    if kind in ("group", "attributeGroup") and item.get("ref") is not None:
        item = groups[item.tag, item.get("ref", "").rpartition(":")[2]]
    if item.get("maxOccurs") == "0" or item.get("use") == "prohibited":
        return Counter()
    name = {"element": "elements", "attribute": "attributes", "enumeration": "enumeration values"}.get(kind)
    found = Counter({name: 1} if name else {})
    for child in item.iterchildren(etree.Element):
        found += _count(child, groups)
    return found
