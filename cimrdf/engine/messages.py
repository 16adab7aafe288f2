"""Whole messages: which exchange a message belongs to, and the envelope that the answer gets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from cimrdf.alignment.compose import Composer
from cimrdf.alignment.paths import parse
from cimrdf.alignment.places import Place, Resolver
from cimrdf.alignment.rows import LEFT, Condition, Exchange, Pair
from cimrdf.findings import Refused, finding
from cimrdf.schema.catalogue import Catalogue
from cimrdf.schema.lift import Leaf, Lifted, Part
from cimrdf.schema.lower import Graph


@dataclass(frozen=True, slots=True)
class Received:
    """A lifted message, its payload, and the exchange it belongs to. `enveloped` says whether it came in an envelope."""

    lifted: Lifted
    exchange: Exchange
    payload: Part
    enveloped: bool
    #: The values that chose the exchange.
    decided: tuple[Leaf, ...]


def payloads(exchange: Exchange, side: str) -> tuple[str, ...]:
    """Where an exchange's payloads stand in their messages, envelope included."""
    return exchange.left_payloads if side == LEFT else exchange.right_payloads


def conditions(exchange: Exchange, side: str) -> tuple[Condition, ...]:
    """The values that mark an exchange's message on a side."""
    return exchange.left_conditions if side == LEFT else exchange.right_conditions


def detect_version(lifted: Lifted, catalogue: Catalogue) -> str | None:
    """The version of the message's content; None where it is an envelope around nothing."""
    for part in lifted.parts:
        version = catalogue.version_of(part.root.namespace)
        if version is not None and version.family != "envelope":
            return version.name
    return None


def receive(lifted: Lifted, pair: Pair, side: str) -> Received:
    """Find the exchange of a message on one side of a pair.

    Raises:
        Refused: `not-aligned-yet` (no exchange has this root, verb or noun) or `payload-missing`.
    """
    values = {leaf.path: leaf for leaf in lifted.leaves}
    usable = [exchange for exchange in pair.exchanges if exchange.only != side]
    for part in lifted.parts:
        enveloped = part.path != part.root.name
        for exchange in usable:
            for path in payloads(exchange, side):
                if part.path != (path if enveloped else path.rpartition("/")[2]):
                    continue
                wanted = conditions(exchange, side) if enveloped else ()
                if all(item.path in values and values[item.path].value == item.value for item in wanted):
                    return Received(lifted, exchange, part, enveloped, tuple(values[item.path] for item in wanted))
    raise _no_exchange(lifted, usable, side, values)


def _no_exchange(lifted: Lifted, usable: list[Exchange], side: str, values: dict[str, Leaf]) -> Refused:
    first = lifted.parts[0]
    here = partial(finding, file=lifted.file, line=first.element.sourceline, xpath=lifted.xpaths[first.node])
    envelope = first.root.name
    same = [exchange for exchange in usable if any(path.split("/")[0] == envelope for path in payloads(exchange, side))]
    marks = dict.fromkeys(item.path for exchange in usable for item in conditions(exchange, side) if item.path.split("/")[0] == envelope)
    if not marks:
        names = {path.split("/")[0] for exchange in usable for path in payloads(exchange, side)}
        marks = dict.fromkeys(
            f"{envelope}/{item.path.partition('/')[2]}"
            for exchange in usable
            for item in conditions(exchange, side)
            if item.path.split("/")[0] in names
        )
    found = [values.get(mark) for mark in marks]
    described = ", ".join(f"{leaf.path.rpartition('/')[2]} {leaf.value!r}" for leaf in found if leaf is not None)
    fits = [e for e in same if all(item.path in values and values[item.path].value == item.value for item in conditions(e, side))]
    if fits and len(lifted.parts) == 1:
        return Refused(here("payload-missing", f"{envelope} ({described}) carries no payload"), others=lifted.findings)
    deepest = lifted.parts[-1].root.name
    what = f"{deepest} with {described}" if described else deepest
    return Refused(here("not-aligned-yet", f"{what} is not aligned yet"), others=lifted.findings)


@dataclass(frozen=True, slots=True)
class Sending:
    """A message to write: its document element's property and node, and the payload inside it."""

    term: str
    node: str
    payload: str


class Assembler:
    """Puts payloads into the envelope of the other side."""

    def __init__(self, composer: Composer, to: str, document: str, graph: Graph) -> None:
        self.resolver: Resolver = composer.resolvers[to]
        self.to, self.document, self.graph = to, document, graph

    def node_of(self, place: Place) -> str:
        """The IRI that the rules mint for a place without repeatable nodes."""
        return f"{self.document}~" + "/".join(hop.name for hop in place.hops)

    def sendings(self, exchange: Exchange, enveloped: bool) -> list[tuple[Sending, str | None]]:
        """The messages that the graph holds, each with the envelope node that takes its payload (None without envelope)."""
        known = {path.rpartition("/")[2]: path for path in payloads(exchange, self.to)}
        found = []
        for name, path in known.items():
            root = self.resolver.root(name)
            for node in self.graph.values(self.document, root.term):
                found.append((Sending(root.term, node, name), path.rpartition("/")[0] if enveloped else None))
        if not found:
            name, path = next(iter(known.items()))
            root = self.resolver.root(name)
            found.append((Sending(root.term, f"{self.document}~{name}", name), path.rpartition("/")[0] if enveloped else None))
        return found

    def open_envelope(self, sending: Sending, path: str) -> tuple[str, str]:
        """Link a payload into its envelope; returns the envelope's property and node."""
        place = self.resolver.follow(None, parse(path))
        above = self.document
        for index, hop in enumerate(place.hops):
            node = self.node_of(Place(place.hops[: index + 1]))
            self.graph.add(above, hop.term, node)
            above = node
        self.graph.add(above, sending.term, sending.node)
        return place.hops[0].term, self.node_of(Place(place.hops[:1]))

    def close_envelope(self, sending: Sending, path: str) -> None:
        """Take the payload out again, so that the next message gets its own."""
        place = self.resolver.follow(None, parse(path))
        self.graph.index[self.node_of(place)].pop(sending.term)

    def mark(self, exchange: Exchange) -> list[tuple[str, str, str]]:
        """Write the values that mark the exchange's message; returns the statements."""
        statements = []
        for item in conditions(exchange, self.to):
            place = self.resolver.follow(None, parse(item.path))
            for index in range(1, len(place.hops)):
                above, here = Place(place.hops[:index]), Place(place.hops[: index + 1])
                self.graph.add(self.node_of(above), place.hops[index].term, self.node_of(here))
            statement = (self.node_of(place), place.predicate or "", item.value)
            self.graph.add(*statement)
            statements.append(statement)
        return statements
