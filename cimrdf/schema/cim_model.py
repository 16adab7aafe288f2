"""Reads a CIM model: the RDF Schema in which the canonical CIM is published.

The forms of the field are read alike: RDF Schema with the extensions of IEC 61970-501 (`cims:multiplicity`,
`cims:dataType`, `cims:stereotype`, `cims:belongsToCategory`), its successor (IEC 61970-501 edition 2, "RDFS2020"), and
OWL with the same extensions. Terms of different editions have different namespaces and the same local names, by which
they are looked up here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import rdflib
from rdflib import OWL, RDF, RDFS

from cimrdf.namespaces import CIMS, XSD

_CIMS = rdflib.Namespace(CIMS)

#: XML Schema types of the primitive types of CIM (IEC 61970-501 and IEC 61968-100 agree on them).
PRIMITIVES = {
    "String": "string",
    "Integer": "integer",
    "Float": "float",
    "Decimal": "decimal",
    "Boolean": "boolean",
    "Date": "date",
    "Time": "time",
    "DateTime": "dateTime",
    "Duration": "duration",
    "MonthDay": "gMonthDay",
    "URI": "anyURI",
    "URL": "anyURI",
    "UUID": "string",
    "Int": "integer",
}

#: The property of a CIM datatype that holds its value; the others are its unit and multiplier.
_VALUE = "value"

_SCHEMAS = {XSD, str(RDFS), str(OWL), str(RDF)}


@dataclass(frozen=True, slots=True)
class ModelProperty:
    """An attribute or association end: `range` is the IRI of a class or of an `xsd:` type, `maximum` None is unbounded."""

    iri: str
    name: str
    domain: str
    range: str
    minimum: int = 0
    maximum: int | None = 1
    inverse: str | None = None


@dataclass(frozen=True, slots=True)
class ModelClass:
    """A class, compound, datatype or enumeration; `values` are the names of an enumeration's literals."""

    iri: str
    name: str
    package: str = ""
    stereotypes: frozenset[str] = frozenset()
    superclass: str | None = None
    values: tuple[str, ...] = ()

    @property
    def is_enumeration(self) -> bool:
        return bool(self.values) or "enumeration" in self.stereotypes


@dataclass(slots=True)
class CimModel:
    """Classes and properties by local name (`Meter`, `Meter.serialNumber`).

    `datatypes` gives the `xsd:` type of the classes that are datatypes, by local name.
    """

    classes: dict[str, ModelClass] = field(default_factory=dict)
    properties: dict[str, ModelProperty] = field(default_factory=dict)
    datatypes: dict[str, str] = field(default_factory=dict)

    def ancestors(self, name: str) -> Iterator[str]:
        """The class of this local name and those above it, the nearest first; a circle ends where it closes."""
        seen: set[str] = set()
        step: str | None = name
        while step is not None and step not in seen:
            seen.add(step)
            yield step
            above = self.classes[step].superclass if step in self.classes else None
            step = None if above is None else local_name(above)

    def members(self, name: str) -> list[ModelProperty]:
        """The properties of a class of this local name itself."""
        return [item for item in self.properties.values() if local_name(item.domain) == name]

    def only(self, roots: Iterable[str]) -> CimModel:
        """The packages and classes named, and what they need: superclasses, and the types of their attributes.

        Associations with classes outside are left out.

        Raises:
            KeyError: no class or package has a name in `roots`.
        """
        wanted = set(roots)
        kept = {name for name, item in self.classes.items() if name in wanted or item.package in wanted}
        missing = wanted - {*self.classes} - {item.package for item in self.classes.values()}
        if missing:
            raise KeyError(min(missing))
        waiting = list(kept)
        while waiting:
            name = waiting.pop()
            types = [local_name(item.range) for item in self.members(name) if self.is_attribute(item)]
            for needed in [*self.ancestors(name), *types]:
                if needed in self.classes and needed not in kept:
                    kept.add(needed)
                    waiting.append(needed)
        properties = {
            name: item
            for name, item in self.properties.items()
            if local_name(item.domain) in kept and (item.range.startswith(XSD) or local_name(item.range) in kept)
        }
        datatypes = {name: iri for name, iri in self.datatypes.items() if name in kept}
        return CimModel({name: item for name, item in self.classes.items() if name in kept}, properties, datatypes)

    def is_attribute(self, item: ModelProperty) -> bool:
        """Whether the value of a property is a value: of a datatype, an enumeration or a compound, not another object."""
        name = local_name(item.range)
        if item.range.startswith(XSD) or name in self.datatypes:
            return True
        found = self.classes.get(name)
        return found is not None and (found.is_enumeration or "Compound" in found.stereotypes)


def local_name(iri: str) -> str:
    """The part of an IRI behind its namespace.

    >>> local_name("http://iec.ch/TC57/CIM100#Meter.formNumber")
    'Meter.formNumber'
    """
    return iri.rpartition("#")[2] if "#" in iri else iri.rpartition("/")[2]


def is_model(graph: rdflib.Graph) -> bool:
    """Whether a graph is a CIM model: it has properties with a multiplicity or a CIM datatype."""
    return any(True for _ in graph.subject_objects(_CIMS.multiplicity)) or any(True for _ in graph.subject_objects(_CIMS.dataType))


def read_model(graph: rdflib.Graph) -> CimModel:
    """Read the classes, properties and enumerations of a CIM model."""
    classes = {local_name(item.iri): item for item in _classes(graph)}
    properties = {local_name(item.iri): item for item in _properties(graph)}
    return CimModel(classes, properties, _datatypes(graph, classes, properties))


def _classes(graph: rdflib.Graph) -> Iterator[ModelClass]:
    nodes = {node for kind in (RDFS.Class, OWL.Class, RDFS.Datatype) for node in graph.subjects(RDF.type, kind)}
    for node in sorted(node for node in nodes if isinstance(node, rdflib.URIRef) and not _is_foreign(node)):
        above = sorted(str(item) for item in graph.objects(node, RDFS.subClassOf) if isinstance(item, rdflib.URIRef))
        package = graph.value(node, _CIMS.belongsToCategory)
        yield ModelClass(
            str(node),
            _label(graph, node),
            "" if package is None else local_name(str(package)).removeprefix("Package_"),
            frozenset(local_name(str(item)) for item in graph.objects(node, _CIMS.stereotype)),
            above[0] if above else None,
            tuple(sorted(_label(graph, item) for item in graph.subjects(RDF.type, node) if isinstance(item, rdflib.URIRef))),
        )


def _properties(graph: rdflib.Graph) -> Iterator[ModelProperty]:
    for node in sorted({node for node in graph.subjects(RDFS.domain) if isinstance(node, rdflib.URIRef)}):
        domain = graph.value(node, RDFS.domain)
        # A datatype property of OWL has the XML Schema type as its range and tells the CIM datatype beside it.
        target = graph.value(node, _CIMS.dataType) or graph.value(node, RDFS.range)
        if not isinstance(domain, rdflib.URIRef) or not isinstance(target, rdflib.URIRef):
            continue
        multiplicity = graph.value(node, _CIMS.multiplicity)
        minimum, maximum = _bounds("" if multiplicity is None else str(multiplicity))
        inverse = graph.value(node, _CIMS.inverseRoleName) or graph.value(node, OWL.inverseOf)
        yield ModelProperty(str(node), _label(graph, node), str(domain), str(target), minimum, maximum, None if inverse is None else str(inverse))


def _bounds(multiplicity: str) -> tuple[int, int | None]:
    """The bounds in `…#M:0..n`; nothing said is optional and single.

    >>> _bounds("http://iec.ch/TC57/1999/rdf-schema-extensions-19990926#M:1..n")
    (1, None)
    """
    lower, _, upper = multiplicity.rpartition("M:")[2].partition("..")
    upper = upper or lower
    return (int(lower) if lower.isdigit() else 0), (int(upper) if upper.isdigit() else 1 if not upper else None)


def _label(graph: rdflib.Graph, node: rdflib.URIRef) -> str:
    """The name of an element: the part of the IRI behind the class."""
    return local_name(str(node)).rpartition(".")[2]


def _is_foreign(node: rdflib.URIRef) -> bool:
    return any(str(node).startswith(schema) for schema in _SCHEMAS)


def _datatypes(graph: rdflib.Graph, classes: dict[str, ModelClass], properties: dict[str, ModelProperty]) -> dict[str, str]:
    """The XML Schema type of each class that is a datatype: said by OWL, primitive, or that of its value."""
    found: dict[str, str] = {}
    for node, target in graph.subject_objects(OWL.equivalentClass):
        if isinstance(node, rdflib.URIRef) and str(target).startswith(XSD):
            found[local_name(str(node))] = str(target)
    for name, item in classes.items():
        if name in found:
            continue
        value = properties.get(f"{name}.{_VALUE}")
        if "Primitive" in item.stereotypes and name in PRIMITIVES:
            found[name] = XSD + PRIMITIVES[name]
        elif "CIMDatatype" in item.stereotypes and value is not None:
            found[name] = value.range if value.range.startswith(XSD) else XSD + PRIMITIVES.get(local_name(value.range), "string")
    return found


def merge(models: Iterable[CimModel]) -> CimModel:
    """Several models as one; what an earlier one says of a name holds."""
    merged = CimModel()
    for model in models:
        for name, item in model.classes.items():
            known = merged.classes.setdefault(name, item)
            merged.classes[name] = replace(known, superclass=known.superclass or item.superclass, values=known.values or item.values)
        for name, property_ in model.properties.items():
            merged.properties.setdefault(name, property_)
        for name, iri in model.datatypes.items():
            merged.datatypes.setdefault(name, iri)
    return merged
