"""Asks a reasoner whether vocabularies and alignments together leave every class something to be: owlready2 with HermiT."""

from __future__ import annotations

import importlib.util
import io
import shutil
from collections.abc import Iterator

import rdflib
from rdflib import OWL, RDF, RDFS, URIRef

from cimrdf._files import data_folder
from cimrdf.alignment.compose import Composer
from cimrdf.alignment.rows import LEFT, RIGHT, RowError, load_pair, pair_names, turtle_files
from cimrdf.findings import CimrdfError, Finding, finding
from cimrdf.namespaces import SKOS, compact
from cimrdf.schema.catalogue import load_catalogue

_EXACT = SKOS + "exactMatch"

#: What OWL sees of a vocabulary; labels, sources and the links of code lists say nothing of classes.
_AXIOMS = frozenset(
    (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.equivalentClass, OWL.equivalentProperty, OWL.disjointWith, OWL.inverseOf)
)
_KINDS = frozenset((OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.FunctionalProperty))


#: What relates properties to each other.
_RELATIONS = (OWL.equivalentProperty, RDFS.subPropertyOf, OWL.inverseOf)


class NoReasoner(CimrdfError):
    """There is no Java on this machine to run the reasoner."""


def axioms() -> rdflib.Graph:
    """The classes and properties of all vocabularies, and the exact matches of correlations that go both ways as equivalent properties."""
    found = rdflib.Graph()
    for file in turtle_files(data_folder("ontology")):
        if not file.name.endswith(".model.ttl"):
            for subject, predicate, value in _named_statements(file.read_bytes()):
                if predicate in _AXIOMS or (predicate == RDF.type and value in _KINDS):
                    found.add((subject, predicate, value))
    for pair in pair_names():
        for left, right in exact_matches(pair):
            if any((left, RDF.type, kind) in found and (right, RDF.type, kind) in found for kind in (OWL.ObjectProperty, OWL.DatatypeProperty)):
                found.add((left, OWL.equivalentProperty, right))
    return found


def _named_statements(data: bytes) -> Iterator[tuple[URIRef, URIRef, URIRef]]:
    """The statements of a Turtle file between named things; pyoxigraph reads them faster where it is installed."""
    if importlib.util.find_spec("pyoxigraph") is None:
        for subject, predicate, value in rdflib.Graph().parse(data=data, format="turtle"):
            if isinstance(subject, URIRef) and isinstance(predicate, URIRef) and isinstance(value, URIRef):
                yield subject, predicate, value
        return
    import pyoxigraph

    for quad in pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.TURTLE):
        if isinstance(quad.subject, pyoxigraph.NamedNode) and isinstance(quad.object, pyoxigraph.NamedNode):
            yield URIRef(quad.subject.value), URIRef(quad.predicate.value), URIRef(quad.object.value)


def exact_matches(pair: str) -> Iterator[tuple[URIRef, URIRef]]:
    """The terms of correlations that state an exact match and copy in both directions.

    Raises:
        RowError: a row cannot be read or placed.
    """
    composer = Composer(load_pair(pair), load_catalogue())
    for profile in composer.names:
        for item in composer.profile(profile):
            row = item.row
            if row.kind == "Correlation" and row.relation == _EXACT and row.lossless and item.writes(LEFT) and item.writes(RIGHT):
                left, right = item.left_places[0][1].predicate, item.right_places[0][1].predicate
                if left and right:
                    yield URIRef(left), URIRef(right)


def incoherent_classes(graph: rdflib.Graph | None = None) -> list[str]:
    """The IRIs of the classes that can have no member; of all vocabularies and alignments unless a graph is given.

    A property that classes demand is taken to be used: each class that is the domain of an equivalent property stands for
    one object with a value of it.

    Raises:
        NoReasoner: there is no Java.
    """
    if shutil.which("java") is None:
        raise NoReasoner("there is no Java on this machine")
    import owlready2

    world = owlready2.World()
    data = _witnessed(axioms() if graph is None else graph).serialize(format="nt", encoding="utf-8")
    world.get_ontology("https://w3id.org/cimrdf/check").load(fileobj=io.BytesIO(data), format="ntriples")
    try:
        owlready2.sync_reasoner_hermit(world, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        return [str(OWL.Thing)]
    return sorted(item.iri for item in world.inconsistent_classes() if item.iri != str(OWL.Nothing))


def _witnessed(graph: rdflib.Graph) -> rdflib.Graph:
    """The graph with a class for each matched property, of the things that have a value of it: empty where domains or ranges clash.

    Properties that nothing relates to others are left out: without restrictions, their domains and ranges bind no class.
    """
    related = {term for predicate in _RELATIONS for pair in graph.subject_objects(predicate) for term in pair}
    kinds = _KINDS - {OWL.Class}
    single = {term for kind in kinds for term in graph.subjects(RDF.type, kind)} - related
    found = rdflib.Graph()
    for subject, predicate, value in graph:
        if subject not in single:
            found.add((subject, predicate, value))
    for one, two in graph.subject_objects(OWL.equivalentProperty):
        for term in (one, two):
            witness, restriction = URIRef(f"{term}-used"), rdflib.BNode()
            found.add((witness, RDF.type, OWL.Class))
            found.add((witness, RDFS.subClassOf, restriction))
            found.add((restriction, RDF.type, OWL.Restriction))
            found.add((restriction, OWL.onProperty, term))
            filler = OWL.Thing if (term, RDF.type, OWL.ObjectProperty) in graph else RDFS.Literal
            found.add((restriction, OWL.someValuesFrom, filler))
    return found


def check_ontologies() -> Iterator[Finding]:
    """Findings for `cimrdf check`."""
    try:
        classes = incoherent_classes()
    except NoReasoner as error:
        yield finding("check-skipped", f"OWL coherence was not checked: {error}", remedy="Install a Java runtime (for HermiT).")
    except RowError as error:
        yield finding("check-skipped", f"OWL coherence was not checked, for a row cannot be placed: {error}", remedy="Mend the row first.")
    else:
        for iri in classes:
            name = compact(iri.removesuffix("-used"))
            what = f"{name} can have no value" if iri.endswith("-used") else f"{name} can have no member"
            yield finding("ontology-incoherent", f"{what}: domains, ranges or equivalences of vocabularies and exact matches contradict each other")
