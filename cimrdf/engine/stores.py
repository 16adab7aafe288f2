"""Two stores with one face: load statements, run a `SELECT`, get solutions as strings.

Literals are plain on both sides; IRIs come back as `Node`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Protocol

from cimrdf.findings import Refused, finding
from cimrdf.schema.lift import Node, Triple

#: A solution: variable name to `Node` or plain literal; unbound variables are absent.
Solution = dict[str, str]


class Store(Protocol):
    """What the graph engine needs of a store."""

    def load(self, triples: Iterable[Triple]) -> None:
        """Add statements."""

    def select(self, query: str, variables: list[str]) -> Iterator[Solution]:
        """Run a `SELECT` of these variables."""


class RdflibStore:
    """The reference: rdflib's in-memory graph and its SPARQL."""

    def __init__(self) -> None:
        import rdflib

        self.graph = rdflib.Graph()

    def load(self, triples: Iterable[Triple]) -> None:
        from rdflib import Literal, URIRef

        for triple in triples:
            value = URIRef(triple.object) if isinstance(triple.object, Node) else Literal(triple.object)
            self.graph.add((URIRef(triple.subject), URIRef(triple.predicate), value))

    def select(self, query: str, variables: list[str]) -> Iterator[Solution]:
        from rdflib import URIRef

        for row in self.graph.query(_prepared(query)):
            yield {
                name: Node(value) if isinstance(value, URIRef) else str(value)
                for name, value in zip(variables, row, strict=True)  # type: ignore[arg-type]
                if value is not None
            }


@lru_cache(maxsize=4096)
def _prepared(query: str) -> Any:
    from rdflib.plugins.sparql import prepareQuery

    return prepareQuery(query)


class OxigraphStore:
    """The fast store: pyoxigraph (`pip install cimrdf[fast]`)."""

    def __init__(self) -> None:
        import pyoxigraph

        self._ox = pyoxigraph
        self.store = pyoxigraph.Store()

    def load(self, triples: Iterable[Triple]) -> None:
        ox = self._ox
        self.store.extend(
            ox.Quad(
                ox.NamedNode(triple.subject),
                ox.NamedNode(triple.predicate),
                ox.NamedNode(triple.object) if isinstance(triple.object, Node) else ox.Literal(triple.object),
            )
            for triple in triples
        )

    def select(self, query: str, variables: list[str]) -> Iterator[Solution]:
        named = self._ox.NamedNode
        solutions: Any = self.store.query(query)
        for solution in solutions:
            found: Solution = {}
            for name in variables:
                term = solution[name]
                if term is not None:
                    found[name] = Node(term.value) if isinstance(term, named) else term.value
            yield found


STORES = ("rdflib", "pyoxigraph")


def make_store(name: str | None = None) -> Store:
    """A new store by name; None takes pyoxigraph where it is installed, else rdflib.

    Raises:
        Refused: the store is not installed, or there is none of this name.
    """
    installed = importlib.util.find_spec("pyoxigraph") is not None
    if name is None:
        return OxigraphStore() if installed else RdflibStore()
    if name == "rdflib":
        return RdflibStore()
    if name == "pyoxigraph" and installed:
        return OxigraphStore()
    reason = "is not installed: pip install 'cimrdf[fast]'" if name == "pyoxigraph" else f"is not one of {', '.join(STORES)}"
    raise Refused(finding("version-unknown", f"the store {name} {reason}", remedy="Leave --store out to take what is installed."))
