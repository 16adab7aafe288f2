"""Reads Turtle, with pyoxigraph where it is installed (some twenty times faster), else with rdflib."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import rdflib

    from cimrdf.schema.lift import Triple

_FAST = importlib.util.find_spec("pyoxigraph") is not None


def read_turtle(data: bytes) -> rdflib.Graph:
    """Read Turtle that is known to be sound into an rdflib graph.

    Raises:
        SyntaxError: it is not Turtle.
    """
    import rdflib

    if not _FAST:
        return rdflib.Graph().parse(data=data, format="turtle")
    import pyoxigraph

    def term(item: Any) -> rdflib.term.Node:
        if isinstance(item, pyoxigraph.NamedNode):
            return rdflib.URIRef(item.value)
        if isinstance(item, pyoxigraph.BlankNode):
            return rdflib.BNode(item.value)
        if item.language is not None:
            return rdflib.Literal(item.value, lang=item.language)
        datatype = item.datatype.value
        return rdflib.Literal(item.value) if datatype == str(rdflib.XSD.string) else rdflib.Literal(item.value, datatype=rdflib.URIRef(datatype))

    graph = rdflib.Graph()
    for triple in pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.TURTLE):
        graph.add((term(triple.subject), term(triple.predicate), term(triple.object)))
    return graph


def statements(data: bytes) -> Iterator[Triple]:
    """The statements of Turtle that is known to be sound, literals by their lexical form."""
    from cimrdf.schema.lift import Node, Triple

    if not _FAST:
        import rdflib

        for subject, predicate, value in rdflib.Graph().parse(data=data, format="turtle"):
            yield Triple(Node(subject), str(predicate), str(value) if isinstance(value, rdflib.Literal) else Node(value))
        return
    import pyoxigraph

    for triple in pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.TURTLE):
        value = triple.object
        yield Triple(
            Node(triple.subject.value),
            triple.predicate.value,
            value.value if isinstance(value, pyoxigraph.Literal) else Node(value.value),
        )
