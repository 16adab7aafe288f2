"""The graph engine: loads a source graph, runs the rules, and keeps who read and wrote what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cimrdf.alignment.rules import Rule
from cimrdf.engine.stores import Store
from cimrdf.namespaces import RDF_TYPE
from cimrdf.schema.lift import Node, Triple
from cimrdf.schema.lower import Graph

#: A statement with a value: node, property, value.
Statement = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Firing:
    """One solution of one rule: the source values it read, and the target values it wrote.

    `reads` pairs each statement with whether the value itself is carried (else it only decided something).
    """

    row: str
    carries: bool
    lossless: bool
    reads: tuple[tuple[Statement, bool], ...]
    writes: tuple[Statement, ...]
    #: Those of `writes` that are constants of the row.
    constants: frozenset[Statement] = frozenset()
    #: The finding code that the row reports when it fires, and its comment.
    reports: tuple[str, str] | None = None


@dataclass(slots=True)
class Derived:
    """A target graph with its trace."""

    graph: Graph = field(default_factory=Graph)
    firings: list[Firing] = field(default_factory=list)


def derive(triples: Sequence[Triple], background: Iterable[Triple], rules: Iterable[Rule], store: Store) -> Derived:
    """Run rules over a source graph; `background` holds the value maps they look up."""
    present = {triple.predicate for triple in triples}
    store.load(triples)
    store.load(background)
    derived = Derived()
    for rule in rules:
        if rule.needs <= present:
            _run(rule, store, derived)
    return derived


def _run(rule: Rule, store: Store, derived: Derived) -> None:
    row = rule.placed.row
    carries = row.kind == "Correlation"
    reports = (row.reports, row.comment) if row.reports else None
    for solution in store.select(rule.select(), rule.variables):
        for mint in rule.mints:
            made = mint.iri(solution)
            if made is not None:
                solution[mint.node] = Node(made)
        for link in rule.links:
            subject, target = solution.get(link.subject), solution.get(link.object)
            if subject is None or target is None:
                continue
            derived.graph.add(subject, link.predicate, target)
            if link.class_term:
                derived.graph.add(target, RDF_TYPE, Node(link.class_term))
        writes, constants = [], set()
        for write in rule.writes:
            value = write.constant if write.variable is None else solution.get(write.variable)
            node = solution.get(write.node)
            if value is not None and node is not None:
                derived.graph.add(node, write.predicate, value)
                writes.append((str(node), write.predicate, value))
                if write.variable is None:
                    constants.add(writes[-1])
        reads = []
        for read in rule.reads:
            value = read.constant if read.variable is None else solution.get(read.variable)
            node = solution.get(read.node)
            if value is not None and node is not None:
                reads.append(((str(node), read.predicate, value), read.carried))
        derived.firings.append(Firing(row.iri, carries, row.lossless, tuple(reads), tuple(writes), frozenset(constants), reports))
