"""Between our statements and rdflib's graphs."""

from __future__ import annotations

from collections.abc import Iterable

import rdflib
from rdflib import BNode, Literal, URIRef

from cimrdf.namespaces import PREFIXES
from cimrdf.schema.lift import Node, Triple
from cimrdf.schema.lower import Graph


def bind_prefixes(graph: rdflib.Graph) -> rdflib.Graph:
    """Give a graph the project's prefixes."""
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, replace=True)
    return graph


def to_rdflib(statements: Graph | Iterable[Triple]) -> rdflib.Graph:
    """Statements as an rdflib graph; literals stay plain, so that their lexical forms stay as they are."""
    graph = bind_prefixes(rdflib.Graph())
    if isinstance(statements, Graph):
        for subject, properties in statements.index.items():
            for predicate, values in properties.items():
                for value in values:
                    graph.add((URIRef(subject), URIRef(predicate), URIRef(value) if isinstance(value, Node) else Literal(value)))
        return graph
    for triple in statements:
        value = URIRef(triple.object) if isinstance(triple.object, Node) else Literal(triple.object)
        graph.add((URIRef(triple.subject), URIRef(triple.predicate), value))
    return graph


def from_rdflib(graph: rdflib.Graph) -> Graph:
    """An rdflib graph as our statements, literals by their lexical form."""
    found = Graph()
    for subject, predicate, value in graph:
        found.add(str(subject), str(predicate), Node(value) if isinstance(value, URIRef | BNode) else str(value))
    return found
