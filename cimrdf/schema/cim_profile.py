"""Reads a CIM profile: an OWL ontology that restricts the classes of a CIM model, as CIMTool writes it.

A class of the profile is a subclass of the class it restricts and of an `owl:Restriction` for each property that it
keeps; `owl:minCardinality` makes the property mandatory, `owl:allValuesFrom` says which class of the profile (or which
choice of them, or which datatype) its values have, and the stereotype `uml:byreference` there that they are referred to
and not contained. What a restriction leaves out is as in the model, the class being the one of the profile that
restricts the model's. Classes of the stereotype `uml:concrete` stand directly under the document element.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import rdflib
from rdflib import OWL, RDF, RDFS
from rdflib.collection import Collection

from cimrdf.namespaces import UML, XSD
from cimrdf.schema.cim_model import CimModel, ModelProperty, local_name
from cimrdf.schema.xsd_names import SchemaError

_UML = rdflib.Namespace(UML)
_GIVE_MODEL = "give the file of the CIM model that the profile restricts as well"


@dataclass(frozen=True, slots=True)
class Member:
    """A property that a class of a profile keeps.

    `type` is an `xsd:` IRI or the local name of a datatype or enumeration of the model; for an object it is empty, and
    `classes` are the nodes of the profile's classes that it may have: one, or several to choose from. Where
    `by_reference`, only an identifier of the object is written.
    """

    property: ModelProperty
    minimum: int
    maximum: int | None
    type: str = ""
    classes: tuple[rdflib.term.Node, ...] = ()
    by_reference: bool = False


@dataclass(frozen=True, slots=True)
class ProfileClass:
    """A class of a profile: the class of the model that it restricts, its own members, and the one above it."""

    node: rdflib.term.Node
    name: str
    restricts: str
    members: tuple[Member, ...]
    above: rdflib.term.Node | None = None
    concrete: bool = False

    @property
    def named(self) -> bool:
        return isinstance(self.node, rdflib.URIRef)


def is_profile(graph: rdflib.Graph) -> bool:
    """Whether a graph is a CIM profile: it has classes that stand under a document element."""
    return (None, _UML.hasStereotype, _UML.concrete) in graph


class Profile:
    """A profile over its model. `namespace` is that of the messages, `name` their document element."""

    def __init__(self, graph: rdflib.Graph, model: CimModel, file: str) -> None:
        self.graph, self.model, self.file = graph, model, file
        concrete = sorted(node for node in graph.subjects(_UML.hasStereotype, _UML.concrete) if isinstance(node, rdflib.URIRef))
        self.namespace = str(concrete[0]).removesuffix(local_name(str(concrete[0])))
        about = rdflib.URIRef(self.namespace.rstrip("#/"))
        label = graph.value(about, RDFS.label) or graph.value(rdflib.URIRef(self.namespace), RDFS.label)
        self.name = str(label) if label is not None else local_name(self.namespace.rstrip("#/"))
        self._classes: dict[rdflib.term.Node, ProfileClass] = {}

    @cached_property
    def concrete(self) -> list[ProfileClass]:
        """The classes that stand under the document element, by name."""
        nodes = [node for node in self.graph.subjects(_UML.hasStereotype, _UML.concrete) if isinstance(node, rdflib.URIRef)]
        return sorted((self.class_of(node) for node in nodes), key=lambda item: item.name.lower())

    @cached_property
    def classes(self) -> list[ProfileClass]:
        """The named classes of objects in the profile's own namespace, used or not."""
        nodes = {node for node in self.graph.subjects(RDFS.subClassOf) if isinstance(node, rdflib.URIRef) and str(node).startswith(self.namespace)}
        found = [self.class_of(node) for node in sorted(nodes)]
        return [item for item in found if item.restricts not in self.model.datatypes and not self.model.classes[item.restricts].is_enumeration]

    def class_of(self, node: rdflib.term.Node) -> ProfileClass:
        """The class that a node stands for.

        Raises:
            SchemaError: the node restricts no class of the model, or keeps a property that the model does not have.
        """
        if node not in self._classes:
            self._classes[node] = self._read(node)
        return self._classes[node]

    def _read(self, node: rdflib.term.Node) -> ProfileClass:
        above = [item for item in self.graph.objects(node, RDFS.subClassOf) if item != node]
        named = [item for item in above if isinstance(item, rdflib.URIRef)]
        own = sorted(item for item in named if self._is_own(item))
        restricted = sorted(str(item) for item in named if not self._is_own(item))
        name = self._label(node)
        if not restricted:
            remedy = "make it rdfs:subClassOf the class of the model"
            raise SchemaError("the class restricts none of the model", self.file, component=name, remedy=remedy)
        restricts = local_name(restricted[0])
        if restricts not in self.model.classes:
            raise self._unknown(f"the model has no class {restricts}", name, restricts, self.model.classes)
        found: dict[str, list[rdflib.term.Node]] = {}
        for item in above:
            prop = self.graph.value(item, OWL.onProperty)
            if prop is not None:
                found.setdefault(local_name(str(prop)), []).append(item)
        members = tuple(self._member(name, restricts, prop, nodes) for prop, nodes in sorted(found.items()))
        concrete = (node, _UML.hasStereotype, _UML.concrete) in self.graph
        return ProfileClass(node, name, restricts, members, own[0] if own else None, concrete)

    def _is_own(self, node: rdflib.URIRef) -> bool:
        """Whether a class is of the profile (or of one that it imports), not of the model: it has a superclass here."""
        return self.graph.value(node, RDFS.subClassOf) is not None

    def _label(self, node: rdflib.term.Node) -> str:
        label = self.graph.value(node, RDFS.label)
        return str(label) if label is not None else local_name(str(node))

    # ------------------------------------------------------------------ members

    def _member(self, owner: str, restricts: str, name: str, restrictions: list[rdflib.term.Node]) -> Member:
        item = self.model.properties.get(name)
        if item is None or local_name(item.domain) not in {*self.model.ancestors(restricts)}:
            known = [local_name(prop.iri) for above in self.model.ancestors(restricts) for prop in self.model.members(above)]
            raise self._unknown(f"{restricts} of the model has no property {name}", f"{owner}, {name}", name, known)
        minima = [int(str(value)) for node in restrictions for value in self.graph.objects(node, OWL.minCardinality)]
        maxima = [int(str(value)) for node in restrictions for value in self.graph.objects(node, OWL.maxCardinality)]
        minimum = max(minima, default=0)
        maximum = min(maxima) if maxima else item.maximum
        values = [value for node in restrictions for value in self.graph.objects(node, OWL.allValuesFrom)]
        value = values[0] if values else None
        if value is not None and (value, _UML.hasStereotype, _UML.byreference) in self.graph:
            return Member(item, minimum, maximum, by_reference=True)
        simple = self._simple(item, value)
        if simple:
            return Member(item, minimum, maximum, simple)
        return Member(item, minimum, maximum, classes=self._choices(owner, item, value))

    def _simple(self, item: ModelProperty, value: rdflib.term.Node | None) -> str:
        """The `xsd:` type of a property, or the local name of its datatype or enumeration; nothing for an object."""
        said = None if value is None else self.graph.value(value, OWL.equivalentClass)
        if said is not None and str(said).startswith(XSD):
            return str(said)
        for iri in [*([str(said)] if said is not None else []), item.range]:
            name = local_name(iri)
            if iri.startswith(XSD):
                return iri
            if name in self.model.datatypes:
                primitive = name in self.model.classes and "Primitive" in self.model.classes[name].stereotypes
                return self.model.datatypes[name] if primitive else name
            if name in self.model.classes and self.model.classes[name].is_enumeration:
                return name
        if value is not None and (value, RDF.type, RDFS.Datatype) in self.graph:
            message = f"the XML Schema type of {local_name(item.range)} is not known"
            raise SchemaError(message, self.file, component=local_name(item.iri), remedy=_GIVE_MODEL)
        return ""

    def _choices(self, owner: str, item: ModelProperty, value: rdflib.term.Node | None) -> tuple[rdflib.term.Node, ...]:
        union = None if value is None else self.graph.value(value, OWL.unionOf)
        if union is not None:
            found: Sequence[rdflib.term.Node] = list(Collection(self.graph, union))
        elif value is not None:
            found = [value]
        else:
            found = self._standing_for(local_name(item.range))
        if not found or (value is None and len(found) > 1):
            several = f"{len(found)} classes" if found else "no class"
            raise SchemaError(
                f"the profile has {several} for the values of {local_name(item.iri)}",
                self.file,
                component=owner,
                remedy=f"say with owl:allValuesFrom which class restricts {local_name(item.range)}, or that it is uml:byreference",
            )
        return tuple(sorted(found, key=lambda node: self._label(node).lower()))

    def _standing_for(self, name: str) -> Sequence[rdflib.term.Node]:
        """The named classes of the profile that restrict a class of the model."""
        pairs = [(node, above) for node, above in self.graph.subject_objects(RDFS.subClassOf) if isinstance(node, rdflib.URIRef)]
        return sorted({node for node, above in pairs if isinstance(above, rdflib.URIRef) and not self._is_own(above) and local_name(above) == name})

    def _unknown(self, message: str, component: str, name: str, known: Iterable[str]) -> SchemaError:
        near = difflib.get_close_matches(name, list(known), n=3)
        hint = f"did you mean {', '.join(near)}?" if near else _GIVE_MODEL
        return SchemaError(message, self.file, component=component, remedy=hint)
