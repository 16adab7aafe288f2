"""Vocabularies of CIM models as Turtle: OWL with the extensions that CIM tools use, enumerations as SKOS schemes as well.

What is written can be read again as a model (`cim_model.read_model`), so that profiles can be built over it.
"""

from __future__ import annotations

from cimrdf.namespaces import BASE, CIMS, XSD
from cimrdf.schema.cim_model import CimModel, ModelClass, ModelProperty, local_name
from cimrdf.schema.definitions import Definitions
from cimrdf.schema.turtle_writer import Document, TurtleWriter, text
from cimrdf.schema.vocabulary import Head, owl_datatype

#: Where the XML Schema type and the unit of datatypes are said, for all editions (`ontology/cim/datatypes.ttl`).
DATATYPES = BASE + "cim/datatypes#"


def write_cim_vocabulary(model: CimModel, document: Document, definitions: Definitions) -> str:
    """Write the terms of a model that are in the document's namespace, always the same text for the same input."""
    return _Writer(model, document, definitions).write()


class _Writer:
    def __init__(self, model: CimModel, document: Document, definitions: Definitions) -> None:
        self.model, self.document = model, document
        self.base = document.bases.terms
        self.out = TurtleWriter(document.prefixes)
        self.head = Head(self.out, document, definitions)

    def write(self) -> str:
        for item in sorted(self.model.classes.values(), key=lambda item: item.iri):
            if item.iri.startswith(self.base):
                self._class(item)
        for prop in sorted(self.model.properties.values(), key=lambda item: item.iri):
            if prop.iri.startswith(self.base):
                self._property(prop)
        self.head.write(self.base, ["cims:belongsToCategory", "cims:dataType", "cims:multiplicity", "cims:stereotype"])
        return self.out.document([f"Vocabulary of {self.base}: generated from {self.document.source}, do not edit."])

    def _class(self, item: ModelClass) -> None:
        datatype = self.model.datatypes.get(item.name)
        kinds = ["rdfs:Datatype" if datatype else "owl:Class", *(["skos:ConceptScheme"] if item.is_enumeration else [])]
        pairs = [
            ("a", ", ".join(kinds)),
            ("rdfs:subClassOf", "" if item.superclass is None else self.out.iri(item.superclass)),
            ("owl:equivalentClass", "" if datatype is None or owl_datatype(datatype) != datatype else self.out.iri(datatype)),
            ("rdfs:seeAlso", f"<{DATATYPES}{item.name}>" if datatype else ""),
            *self.head.common(item.iri, item.name),
            ("cims:belongsToCategory", f"<{self.base}Package_{item.package}>" if item.package else ""),
            ("cims:stereotype", ", ".join(text(name) for name in sorted(item.stereotypes))),
        ]
        self.out.add(item.iri, pairs)
        for value in item.values:
            iri = f"{item.iri}.{value}"
            concept = [("skos:notation", text(value)), ("skos:prefLabel", text(value)), ("skos:inScheme", self.out.iri(item.iri))]
            self.out.add(iri, [("a", f"{self.out.iri(item.iri)}, skos:Concept"), ("rdfs:label", text(value)), *concept])

    def _property(self, item: ModelProperty) -> None:
        name = local_name(item.range)
        datatype = item.range if item.range.startswith(XSD) else self.model.datatypes.get(name)
        target = item.range if datatype is None else owl_datatype(datatype)
        inverse = item.inverse if item.inverse is not None and local_name(item.inverse) in self.model.properties else None
        upper = "n" if item.maximum is None else str(item.maximum)
        bounds = str(item.minimum) if str(item.minimum) == upper else f"{item.minimum}..{upper}"
        pairs = [
            ("a", "owl:ObjectProperty" if datatype is None else "owl:DatatypeProperty"),
            ("rdfs:domain", self.out.iri(item.domain)),
            ("rdfs:range", self.out.iri(target) if datatype is not None or name in self.model.classes else ""),
            ("cims:dataType", self.out.iri(item.range) if item.range != target and datatype is not None else ""),
            ("owl:inverseOf", "" if inverse is None else self.out.iri(inverse)),
            *self.head.common(item.iri, item.name),
            ("cims:multiplicity", f"<{CIMS}M:{bounds}>"),
        ]
        self.out.add(item.iri, pairs)
