"""Runs rules there and back on generated values: what a row calls lossless must come back.

Small messages are made for each transformation, from its guards, value maps and types. All messages of a profile
go through the rules at once, are written as XML, read again and sent back, so that rows meet as they do in a translation.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from cimrdf.alignment.build import build
from cimrdf.alignment.compose import Placed
from cimrdf.alignment.constraints import SIDES, about, codes, lookups, steps_to
from cimrdf.alignment.coverage import Survey
from cimrdf.alignment.expressions import Statement, patterns, statements
from cimrdf.alignment.places import Place
from cimrdf.alignment.rows import HEADER, LEFT, RIGHT, Lookup, Row, other
from cimrdf.alignment.rules import Rule, derive_rules, needed_value_maps
from cimrdf.alignment.samples import by_type, matching
from cimrdf.alignment.values import value_map_triples, value_maps
from cimrdf.engine.graph import Derived, Firing, derive
from cimrdf.engine.stores import make_store
from cimrdf.findings import Finding
from cimrdf.namespaces import BASE
from cimrdf.schema.lift import Triple, lift
from cimrdf.schema.lower import lower
from cimrdf.schema.model import Root

#: How many messages are made for a row and direction, unless its value map has more codes.
SAMPLES = 24

#: How many messages go through the rules together; stores are fastest with few.
BATCH = 20

_DOCUMENT = re.compile(re.escape(BASE) + r"check/\d+")

#: Statements by document.
Graphs = dict[str, list[Triple]]
Values = dict[str, str]


def tested(row: Row) -> bool:
    """Whether a row promises that its values come back. (A correlation copies, which needs no run.)"""
    return row.kind == "Transformation" and row.lossless


@dataclass
class Inverse:
    """The round trips of one profile."""

    survey: Survey
    profile: str
    fired: set[str] = field(default_factory=set)
    failures: dict[str, dict[str, str]] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """Rows whose values do not come back, and rows that no generated value made fire."""
        rows = {item.row.iri: item.row for item in self._items()}
        for side in SIDES:
            self._round_trips(side)
        for iri, row in rows.items():
            failed = self.failures.get(iri, {})
            if failed:
                examples = "; ".join(f"{value!r} comes back as {back}" for value, back in list(failed.items())[:3])
                text = f"is lossless by its own word, but of the generated values {len(failed)} do not come back: {examples}"
                yield about(row, "row-without-inverse", f"{text}; mend the inverse, or say map:lossless false")
            elif iri not in self.fired:
                text = "no generated value made this row fire, so its inverse was not tested"
                yield about(row, "check-skipped", f"{text}; a guard FILTER(REGEX(?value, '^…$')) says which values are meant")

    def _items(self) -> list[Placed]:
        """The rows to test, each at the first of its places."""
        items: dict[str, Placed] = {}
        for item in self.survey.composer.profile(self.profile):
            if tested(item.row) and not any(place.contradictory for side in SIDES for _, place in item.places(side)):
                items.setdefault(item.row.iri, item)
        return list(items.values())

    # ------------------------------------------------------------------ there and back

    def _round_trips(self, side: str) -> None:
        graphs: Graphs = {}
        for item in self._items():
            for values in starts(self.survey, item, side):
                document = f"{BASE}check/{len(graphs) + 1}"
                graphs[document] = self._lifted(document, build(self.survey.composer.resolvers[side], item, side, values))
        steps, firings = [graphs], []
        for number in range(3):
            graph, fired = self._across(steps[-1], other(side) if number % 2 == 0 else side)
            steps.append(graph)
            firings.append(fired)
        for number in range(2):
            self._compare(firings[number], steps[number + 2])

    def _lifted(self, document: str, elements: Iterable[etree._Element]) -> list[Triple]:
        return [triple for element in elements for triple in lift(etree.ElementTree(element), self.survey.catalogue, document).triples]

    def _rules(self, to: str) -> list[Rule]:
        placed = self.survey.composer.profile(self.profile)
        return [rule for rule in derive_rules(placed, self.survey.pair, to) if self.survey.only(rule.placed) in (None, to)]

    def _across(self, graphs: Graphs, to: str) -> tuple[Graphs, list[Firing]]:
        """The messages on the other side, written and read again; and the rules that fired."""
        rules, roots = self._rules(to), self._roots(to)
        found: Graphs = {}
        firings: list[Firing] = []
        for start in range(0, len(graphs), BATCH):
            batch = dict(islice(graphs.items(), start, start + BATCH))
            triples = [triple for graph in batch.values() for triple in graph]
            present = {triple.predicate for triple in triples}
            known = [name for name in needed_value_maps(rule for rule in rules if rule.needs <= present) if name in value_maps()]
            derived = derive(triples, value_map_triples(known), rules, make_store())
            found.update((document, self._lifted(document, self._written(derived, document, roots))) for document in batch)
            firings += derived.firings
        return found, firings

    def _roots(self, to: str) -> dict[str, Root]:
        resolver = self.survey.composer.resolvers[to]
        return {root.term: root for namespace in resolver.namespaces for root in self.survey.catalogue.roots(namespace).values()}

    def _written(self, derived: Derived, document: str, roots: dict[str, Root]) -> Iterator[etree._Element]:
        for term, nodes in derived.graph.index.get(document, {}).items():
            for node in nodes:
                yield lower(derived.graph, node, roots[term], self.survey.catalogue).element

    def _compare(self, firings: Iterable[Firing], back: Graphs) -> None:
        rows = self.survey.pair.rows
        found = {document: {(triple.predicate, str(triple.object)) for triple in graph} for document, graph in back.items()}
        for firing in firings:
            if not tested(rows[firing.row]):
                continue
            self.fired.add(firing.row)
            for (node, predicate, value), carried in firing.reads:
                match = _DOCUMENT.match(node)
                if not carried or match is None or (predicate, value) in found[match.group()]:
                    continue
                others = sorted(text for term, text in found[match.group()] if term == predicate)
                self.failures.setdefault(firing.row, {})[value] = repr(others[0]) if others else "nothing"


# ---------------------------------------------------------------------- values to start with


def starts(survey: Survey, item: Placed, side: str) -> Iterator[Values]:
    """Values for the variables of a side's paths, as the steps of both directions suggest them."""
    wanted = {path.variable or side: place for path, place in item.places(side) if place.predicate is not None}
    seen: set[tuple[tuple[str, str], ...]] = set()
    for to in SIDES:
        if not item.writes(to):
            continue
        for values in _tables(survey, item, to):
            chance = random.Random(repr(sorted(values.items())))
            chosen = {name: values.get(name) or chance.choice(candidates(survey, item, side, name, place, chance)) for name, place in wanted.items()}
            key = tuple(sorted(chosen.items()))
            if key not in seen:
                seen.add(key)
                yield chosen


def candidates(survey: Survey, item: Placed, side: str, variable: str, place: Place, chance: random.Random) -> list[str]:
    """Values that a variable of a side may have: what guards demand, else what its type allows."""
    guard = item.row.when_left if side == LEFT else item.row.when_right
    texts = [step for step in steps_to(item.row, other(side)) if isinstance(step, str)] + ([guard] if guard else [])
    demanded = [pattern for text in texts for name, pattern in patterns(text) if name == variable]
    if demanded:
        return [matching(demanded[0], chance) for _ in range(12)]
    return by_type(survey.catalogue, place.leaf_type, chance)


def _tables(survey: Survey, item: Placed, to: str) -> list[Values]:
    """Values for the variables of one direction: of the source, of the look-ups, and what its steps compute from them."""
    source = other(to)
    chance = random.Random(item.row.iri + to)
    pairs = {lookup: sorted(codes(value_maps()[lookup.values], to).items()) for lookup in lookups(item.row, to) if lookup.values in value_maps()}
    count = max([SAMPLES, *(len(found) for found in pairs.values() if len(pairs) == 1)])
    tables: list[Values] = [{} for _ in range(count)]
    for path, place in item.places(source):
        if place.predicate is not None:
            name = path.variable or source
            values = candidates(survey, item, source, name, place, chance)
            for number, table in enumerate(tables):
                table[name] = values[number % len(values)]
    for lookup, found in pairs.items():
        for number, table in enumerate(tables if found else ()):
            given, made = found[number] if len(pairs) == 1 and number < len(found) else chance.choice(found)
            table[lookup.left], table[lookup.right] = (given, made) if to == RIGHT else (made, given)
    _compute(tables, _bindings(item, to))
    return tables


def _bindings(item: Placed, to: str) -> list[Statement]:
    output = (item.places(to)[0][0].variable or to) if item.places(to) else to
    texts = [step for step in steps_to(item.row, to) if not isinstance(step, Lookup)]
    return [statement for text in texts for statement in statements(text, output) if statement.variable]


def _compute(tables: list[Values], bindings: Iterable[Statement]) -> None:
    """Add what bindings compute from variables that have values."""
    known = list(tables[0])
    usable = []
    for statement in bindings:
        if statement.variable and statement.variable not in known and statement.inputs <= set(known):
            usable.append(statement)
            known.append(statement.variable)
    if not usable:
        return
    given = list(tables[0])
    rows = " ".join(f'("{number}" {" ".join(_quoted(table[name]) for name in given)})' for number, table in enumerate(tables))
    binds = " ".join(f"BIND({statement.expression} AS ?{statement.variable})" for statement in usable)
    names = ["number", *(statement.variable or "" for statement in usable)]
    selected, bound = (" ".join(f"?{name}" for name in part) for part in (names, ["number", *given]))
    query = f"SELECT {selected} WHERE {{ VALUES ({bound}) {{ {rows} }} {binds} }}"
    for solution in make_store().select(query, names):
        tables[int(solution.pop("number"))].update(solution)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def check_inverses(survey: Survey) -> Iterator[Finding]:
    """The findings of all profiles; a row of a class that several use is reported once."""
    seen: set[tuple[str, str | None]] = set()
    for profile in sorted(survey.composer.names, key=lambda name: name != HEADER):
        for item in Inverse(survey, profile).findings():
            if (item.code, item.row) not in seen:
                seen.add((item.code, item.row))
                yield item
