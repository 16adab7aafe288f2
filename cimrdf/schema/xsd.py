"""Reads XML Schema documents, WSDLs with embedded schemas, and CIM profiles into content models.

The XML Schema rules are xmlschema's; `xsd_components` turns its components into ours. Nothing is fetched from a
network.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

import xmlschema
from lxml import etree
from xmlschema.loaders import SchemaLoader
from xmlschema.validators import XsdGlobals

from cimrdf.namespaces import XSD
from cimrdf.schema.cim_files import is_rdf, read_cim_files
from cimrdf.schema.cim_profile import Profile
from cimrdf.schema.cim_xsd import schema_of
from cimrdf.schema.model import Schema
from cimrdf.schema.xsd_components import Bases, Converter, SchemaError

__all__ = ["Bases", "Reading", "SchemaError", "read"]

_XS = "{" + XSD.rstrip("#") + "}"
_WSDL_TYPES = {"{http://schemas.xmlsoap.org/wsdl/}types", "{http://www.w3.org/ns/wsdl}types"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: one schema for each target namespace, that of the first file first.

    `model_references` gives the `sawsdl:modelReference` of a term in the schema of a namespace, repaired; `restrictions`
    the class that a class restricts; `bases` and `files` tell for each namespace where its IRIs live and which files it
    was read from.
    """

    schemas: list[Schema]
    model_references: dict[tuple[str, str], str]
    restrictions: dict[str, str]
    bases: dict[str, Bases]
    files: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Source:
    """One schema document: its text for xmlschema, its tree for line numbers."""

    path: Path
    tree: etree._Element
    text: str | None


def read(paths: Sequence[Path], bases: Mapping[str, Bases], roots: Collection[str] = ()) -> Reading:
    """Read schema documents, WSDLs and CIM profiles, with what they include and import, into content models.

    CIM models among the files are what the profiles restrict.

    In the schemas, global elements and attributes are kept by local name, types by IRI. With `roots`, only these global
    elements and the components they need are kept: types they use, members of substitution groups, and types derived
    from an abstract type that an element uses.

    Raises:
        SchemaError: a document is missing, broken, or refers to what is not there; a name in `roots` does not exist.
    """
    sources = [source for path in paths if not is_rdf(path) for source in _sources(path)]
    rdf = [path for path in paths if is_rdf(path)]
    if rdf:
        sources += [_profile_source(path, profile) for path, profile in read_cim_files(rdf).profiles]
    if not sources:
        raise SchemaError("no schema document was given", remedy="name at least one XSD, WSDL or CIM profile")
    maps = _load(sources)
    _refuse_missing(maps, sources)
    converter = Converter(maps, bases)
    converter.run(roots)
    schemas = converter.schemas
    first = list(dict.fromkeys(source.tree.get("targetNamespace", "") for source in sources))
    order = [*(name for name in first if name in schemas), *sorted(name for name in schemas if name not in first)]
    return Reading(
        [schemas[name] for name in order],
        converter.model_references,
        converter.restrictions,
        {name: converter.bases_of(name) for name in order},
        _files(maps, sources),
    )


def _sources(path: Path) -> Iterator[_Source]:
    """The schema documents in a file: the file itself, or each schema embedded in a WSDL."""
    try:
        root = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)).getroot()
    except OSError as error:
        raise SchemaError("the file cannot be read", str(path), remedy="check the path") from error
    except etree.XMLSyntaxError as error:
        raise SchemaError(f"the file is not well-formed XML: {error.msg}", str(path), error.lineno) from error
    if root.tag == _XS + "schema":
        yield _Source(path, root, None)
        return
    embedded = [schema for types in root.iter(*_WSDL_TYPES) for schema in types.iterchildren(_XS + "schema")]
    if not embedded:
        raise SchemaError(
            "neither a schema nor a WSDL with embedded schemas",
            str(path),
            _sourceline(root),
            root.tag,
            "give the XSD file that holds the types, or the WSDL that embeds them",
        )
    for schema in embedded:
        yield _Source(path, schema, etree.tostring(schema, encoding="unicode", with_tail=False))


def _profile_source(path: Path, profile: Profile) -> _Source:
    """The schema that a CIM profile stands for."""
    schema = schema_of(profile)
    return _Source(path, schema, etree.tostring(schema, encoding="unicode"))


def _load(sources: Sequence[_Source]) -> XsdGlobals:
    """Load and build all documents in one set of components."""
    maps: XsdGlobals | None = None
    current = sources[0]
    own = {source.tree.get("targetNamespace", "") for source in sources}
    # xmlschema has copies of well-known schemas; where a WSDL embeds its own, they would be declared twice.
    copies = {name: place for name, place in SchemaLoader.fallback_locations.items() if name not in own}
    loader = type("Loader", (SchemaLoader,), {"fallback_locations": MappingProxyType(copies)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", xmlschema.XMLSchemaImportWarning)
        warnings.simplefilter("ignore", xmlschema.XMLSchemaIncludeWarning)
        try:
            for current in sources:
                options: dict[str, Any] = {"base_url": current.path.resolve().parent.as_uri() + "/", "build": False}
                if maps is None:
                    options |= {"allow": "local", "defuse": "always", "loader_class": loader}
                elif current.text is None and maps.get_schema(None, str(current.path.resolve())) is not None:
                    continue
                location = current.text or str(current.path.resolve())
                maps = xmlschema.XMLSchema10(location, global_maps=maps, **options).maps
            assert maps is not None
            maps.build()
        except (xmlschema.XMLSchemaException, ElementTree.ParseError, OSError) as error:
            if maps is not None:
                _refuse_missing(maps, sources)
            raise _schema_error(error, current, sources) from error
    return maps


def _schema_error(error: Exception, current: _Source, sources: Sequence[_Source]) -> SchemaError:
    """Say in our words where and why xmlschema refused."""
    message = getattr(error, "message", None) or str(error)
    elem = getattr(error, "elem", None)
    url = getattr(error, "schema_url", None)
    path = Path(url.removeprefix("file://")) if url else current.path
    component = None
    if elem is not None:
        component = elem.get("name") or elem.get("ref") or elem.get("base") or elem.tag.rpartition("}")[2]
    if isinstance(error, xmlschema.XMLSchemaModelError):
        component = getattr(error.validator, "prefixed_name", None) or component
    remedy = "mend the schema at this place, or ask its publisher for a valid one"
    return SchemaError(" ".join(message.split()), str(path), _line(error, elem, path, sources), component, remedy)


def _line(error: Exception, elem: ElementTree.Element | None, path: Path, sources: Sequence[_Source]) -> int | None:
    """The line of an element that xmlschema knows only by its place in a tree without lines."""
    root = getattr(getattr(error, "source", None), "root", None)
    if root is None or elem is None:
        return None
    index = next((number for number, item in enumerate(root.iter()) if item is elem), None)
    trees = [source.tree for source in sources if source.path.resolve() == path.resolve()]
    if not trees and path.is_file():
        trees = [etree.parse(path).getroot()]
    for tree in trees:
        elements = list(tree.iter(etree.Element))
        if index is not None and index < len(elements):
            found = elements[index]
            if found.tag == elem.tag and dict(found.items()) == elem.attrib:
                return _sourceline(found)
    return None


def _sourceline(element: etree._Element) -> int | None:
    line = element.sourceline
    return line if isinstance(line, int) else None


def _refuse_missing(maps: XsdGlobals, sources: Sequence[_Source]) -> None:
    """Refuse documents that name a file to include or import which could not be read.

    Raises:
        SchemaError: there is such a document.
    """
    for schema in maps.owned_schemas:
        if not schema.warnings:
            continue
        path = Path(schema.url.removeprefix("file://")) if schema.url else sources[0].path
        tree = etree.parse(path).getroot() if path.is_file() else sources[0].tree
        for statement in tree.iter(_XS + "import", _XS + "include", _XS + "redefine"):
            location = statement.get("schemaLocation")
            if location and not (path.parent / location).is_file() and any(location in item for item in schema.warnings):
                component = statement.get("namespace") or location
                remedy = f"put {location} beside the file, or correct its schemaLocation"
                raise SchemaError(f"{location} cannot be read", str(path), _sourceline(statement), component, remedy)


def _files(maps: XsdGlobals, sources: Sequence[_Source]) -> dict[str, tuple[str, ...]]:
    """The names of the files that each namespace was read from."""
    found: dict[str, set[str]] = {}
    for schema in maps.owned_schemas:
        if schema.url:
            found.setdefault(schema.target_namespace, set()).add(schema.url.rpartition("/")[2])
    for source in sources:
        found.setdefault(source.tree.get("targetNamespace", ""), set()).add(source.path.name)
    return {namespace: tuple(sorted(names)) for namespace, names in found.items()}
