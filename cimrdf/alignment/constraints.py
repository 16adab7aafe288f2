"""Checks of rows against the schemas and against each other that need no run: what rows leave behind, contradict or break."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from cimrdf.alignment.compose import Placed, Side
from cimrdf.alignment.coverage import Survey, is_within, marks, shown
from cimrdf.alignment.members import builtin, enumeration, mandatory, required
from cimrdf.alignment.places import Hop, Place
from cimrdf.alignment.rows import HEADER, LEFT, RIGHT, Exchange, Lookup, Row, Steps, other
from cimrdf.alignment.values import ValueMap, value_maps
from cimrdf.findings import Finding, finding
from cimrdf.namespaces import SKOS, compact
from cimrdf.schema.model import Complex

SIDES = (LEFT, RIGHT)
EXACT = SKOS + "exactMatch"


def steps_to(row: Row, side: str) -> Steps:
    """The steps of a row in the direction that writes a side."""
    return row.to_right if side == RIGHT else row.to_left


def lookups(row: Row, to: str) -> list[Lookup]:
    """The look-ups of a row in one direction."""
    own = [Lookup(row.values, LEFT, RIGHT)] if row.values else []
    return own + [step for step in steps_to(row, to) if isinstance(step, Lookup)]


def codes(values: ValueMap, to: str) -> dict[str, str]:
    """The codes that a value map translates towards a side."""
    return values.to_right if to == RIGHT else values.to_left


def about(row: Row | Exchange, code: str, message: str) -> Finding:
    """A finding about a row, which the message names."""
    name = compact(row.iri)
    return finding(code, f"{name}: {message}", file=row.file, row=name)


@dataclass(frozen=True)
class Constraints:
    """The checks of one profile."""

    survey: Survey
    profile: str

    @cached_property
    def rows(self) -> list[Placed]:
        """The profile's rows that say something of values, without those that can never fire."""
        return [
            item
            for item in self.survey.composer.profile(self.profile)
            if item.row.kind != "Nest" and not any(place.contradictory for side in SIDES for _, place in item.places(side))
        ]

    def writers(self, side: str) -> list[Placed]:
        """The rows that write a side."""
        return [item for item in self.rows if item.writes(side) and self.survey.only(item) in (None, side)]

    def findings(self) -> Iterator[Finding]:
        """All findings of the profile."""
        checks: Sequence[Callable[[str], Iterator[Finding]]] = (
            self.unread, self.rests, self.rivals, self.unfilled, self.overflows, self.partial_maps, self.mismatches
        )  # fmt: skip
        for side in SIDES:
            for check in checks:
                yield from check(side)

    def _version(self, side: str) -> str:
        return self.survey.pair.left if side == LEFT else self.survey.pair.right

    # ------------------------------------------------------------------ leaves and what is left of them

    def unread(self, side: str) -> Iterator[Finding]:
        """Leaves of which no row says what becomes of them."""
        survey = self.survey
        named: dict[str, list[str]] = {}
        read = survey.chosen(self.profile, side)
        for item in survey.rows(self.profile):
            if item.row.kind != "Nest":
                for path in survey.named(item, side):
                    named.setdefault(path, []).append(compact(item.row.iri))
                if item.writes(other(side)) and survey.only(item) in (None, other(side)):
                    read |= survey.named(item, side)
        gaps = survey.gap_paths(self.profile, side)
        for leaf in survey.leaves(self.profile, side):
            if leaf.path in read or is_within(leaf.path, gaps):
                continue
            add = f"add a row that reads it, or a gap row with map:{side} and map:lacking map:{other(side)}"
            if leaf.path in named:
                rows = ", ".join(dict.fromkeys(named[leaf.path]))
                text = f"is written by {rows}, but no row reads it"
            else:
                text = f"is named by no row of {self.profile}"
            yield finding("leaf-without-row", f"{self._version(side)} {leaf.path} {text}; {add}", file=survey.pair.name)

    def rests(self, side: str) -> Iterator[Finding]:
        """Rows that leave values of a side behind, of which no row says what happens to them."""
        survey, to = self.survey, other(side)
        gaps = survey.gap_paths(self.profile, side)
        always = {place.plain(0) for item in self.writers(to) if not self.condition(item, side) for _, place in item.places(side)}
        seen: set[tuple[str, str]] = set()
        for item in self.writers(to):
            why = self.condition(item, side)
            for _, place in (*item.places(side), *item.optional(side)):
                plain = place.plain(0)
                if not why or place.predicate is None or plain in always or is_within(plain, gaps) or (item.row.iri, plain) in seen:
                    continue
                seen.add((item.row.iri, plain))
                text = f"{plain} is read only in part ({why}), and no row says what happens to the other values"
                remedy = f"add a gap row with map:{side} '{shown(item, side, place)}' and map:lacking map:{to}"
                yield about(item.row, "row-without-rest", f"{text}; {remedy}")

    def condition(self, item: Placed, side: str) -> str:
        """What a row demands of its source before it fires; empty where it always does."""
        row, to = item.row, other(side)
        if row.kind == "Gap":
            return ""
        context = item.side(side).place
        around = context.hops if context is not None else ()
        for _, place in item.places(side):
            for index, hop in enumerate(place.hops):
                known = around[index] if index < len(around) and around[index].variable == hop.variable else None
                if reason := _selects(hop, known):
                    return reason
        guards = [step for step in steps_to(row, to) if isinstance(step, str) and step.lstrip().upper().startswith("FILTER")]
        if guards or (row.when_left if side == LEFT else row.when_right):
            return "it has a guard"
        if any(missing is None or missing for missing in self._missing(item, side)):
            return "its value map does not have every value"
        if row.unless:
            return f"it yields to {', '.join(compact(iri) for iri in row.unless)}"
        return "it needs several values at once" if len(item.places(side)) > 1 else ""

    def _missing(self, item: Placed, side: str) -> Iterator[list[str] | None]:
        """For each look-up from a side: the codes that its map lacks; None where the values are no closed list."""
        for lookup in lookups(item.row, other(side)):
            variable = lookup.left if side == LEFT else lookup.right
            place = next((place for path, place in item.places(side) if (path.variable or side) == variable), None)
            allowed = enumeration(self.survey.catalogue, place.leaf_type) if place is not None else ()
            values = value_maps().get(lookup.values)
            yield [code for code in allowed if code not in codes(values, other(side))] if allowed and values else None

    def partial_maps(self, side: str) -> Iterator[Finding]:
        """Value maps that lack codes of the schema's list, and codes that the schema's list lacks."""
        gaps = self.survey.gap_paths(self.profile, side)
        seen: set[tuple[str, str]] = set()
        for item in self.writers(other(side)):
            missing = [code for codes_ in self._missing(item, side) for code in codes_ or ()]
            plain = item.places(side)[0][1].plain(0) if item.places(side) else ""
            if missing and not is_within(plain, gaps) and (item.row.iri, plain) not in seen:
                seen.add((item.row.iri, plain))
                name = compact(item.row.values or lookups(item.row, other(side))[0].values)
                text = f"{name} has no counterpart for {', '.join(missing)}, which {plain} may have; add them to the map, or a gap row for the path"
                yield about(item.row, "value-map-partial", text)
            yield from self._foreign(item, side, seen)

    def _foreign(self, item: Placed, side: str, seen: set[tuple[str, str]]) -> Iterator[Finding]:
        to = other(side)
        for lookup in lookups(item.row, to):
            variable = lookup.right if to == RIGHT else lookup.left
            place = next((place for path, place in item.places(to) if (path.variable or to) == variable), None)
            allowed = enumeration(self.survey.catalogue, place.leaf_type) if place is not None else ()
            if place is None or not allowed or lookup.values not in value_maps() or (lookup.values, to) in seen:
                continue
            seen.add((lookup.values, to))
            foreign = sorted(set(codes(value_maps()[lookup.values], to).values()) - set(allowed))
            if foreign:
                text = f"{compact(lookup.values)} gives {', '.join(foreign)}, which {place.plain(0)} does not allow; correct the codes of the map"
                yield about(item.row, "type-mismatch", text)

    # ------------------------------------------------------------------ rows against rows

    def rivals(self, side: str) -> Iterator[Finding]:
        """Rows that state one thing twice, or contradict each other."""
        groups: dict[tuple[str, Side, Side], list[Placed]] = {}
        for item in self.writers(side):
            for place in {place for _, place in item.places(side) if place.predicate is not None}:
                if not _own_repeatable(item, side, place):
                    groups.setdefault((place.spelled(0), item.left, item.right), []).append(item)
        seen: set[frozenset[str]] = set()
        for (target, _, _), items in groups.items():
            for one, two in combinations(items, 2):
                names = frozenset((one.row.iri, two.row.iri))
                apart = _documents(one, other(side)).isdisjoint(_documents(two, other(side)))
                if one.row.iri in two.row.unless or two.row.iri in one.row.unless or names in seen or apart:
                    continue
                exact = one.row.relation == two.row.relation == EXACT
                if exact or not (self.condition(one, other(side)) or self.condition(two, other(side))):
                    seen.add(names)
                    text = f"{compact(one.row.iri)} and {compact(two.row.iri)} both write {target}"
                    remedy = "merge them, let one say map:unless the other, or give them directions (map:only)"
                    yield about(two.row, "row-duplicate" if exact else "row-contradiction", f"{text}; {remedy}")
        yield from self._denied(side)

    def _denied(self, side: str) -> Iterator[Finding]:
        """Gap rows for a value that another row always carries."""
        always = {
            place.plain(0): item
            for item in self.writers(other(side))
            if item.row.kind != "Gap" and not self.condition(item, side)
            for _, place in item.places(side)
            if place.predicate is not None
        }
        for path, gap in self.survey.gap_paths(self.profile, side).items():
            carrier = always.get(path)
            if carrier is not None and gap.row.rest_of == carrier.row.iri:
                continue
            if carrier is not None and gap.profile == self.profile and not gap.writes(other(side)):
                text = f"says that {path} has no counterpart in {self._version(other(side))}, but {compact(carrier.row.iri)} always carries it"
                yield about(gap.row, "row-contradiction", f"{text}; remove one of them")

    # ------------------------------------------------------------------ rows against the target's schema

    def unfilled(self, side: str) -> Iterator[Finding]:
        """Mandatory members of the objects that rows make, which no row fills."""
        survey = self.survey
        exchanges = [exchange for exchange in survey.pair.exchanges if exchange.only in (None, side) and self.profile == HEADER]
        written = {item.path for exchange in exchanges for item in marks(exchange, side)}
        above = [item for item in survey.rows(self.profile) if item.profile != self.profile and item.writes(side)]
        made: dict[str, tuple[Hop, Placed]] = {}
        for item in [*self.writers(side), *above]:
            written |= survey.named(item, side)
            for _, place in item.places(side):
                for index, hop in enumerate(place.hops):
                    made.setdefault(Place(place.hops[: index + 1]).plain(0), (hop, item))
        for path, (hop, item) in made.items():
            for name in self._needed(hop.type):
                below = f"{path}/{name}"
                if item.profile == self.profile and below not in written and below not in made:
                    text = f"{path} must have {name} in {self._version(side)}, and no row writes it"
                    yield about(item.row, "mandatory-without-source", f"{text}; add a row, or a constant (a gap row with map:to{side.capitalize()})")

    def _needed(self, type_iri: str) -> Iterator[str]:
        """The members that an object of a type must have; those that may be written empty are none."""
        catalogue = self.survey.catalogue
        if not isinstance(catalogue.type(type_iri), Complex):
            return
        view = catalogue.view(type_iri)
        yield from (f"@{use.name}" for use in view.attributes.values() if required(use))
        needed = mandatory(view)
        for element in view.elements.values():
            item = catalogue.type(element.type)
            empty = isinstance(item, Complex) and catalogue.view(element.type).text is None and not list(self._needed(element.type))
            if element.term in needed and not empty:
                yield element.name

    def overflows(self, side: str) -> Iterator[Finding]:
        """Rows that read a repeatable member into one that occurs once."""
        source = other(side)
        seen: set[tuple[str, str]] = set()
        for item in self.writers(side):
            if item.row.kind == "Gap":
                continue
            for _, target in item.places(side):
                for _, place in item.places(source):
                    hop = _overflowing(item, side, target, place)
                    key = (Place((*place.hops[: place.hops.index(hop)], hop)).plain(0), target.plain(0)) if hop is not None else None
                    if hop is None or key is None or key in seen:
                        continue
                    seen.add(key)
                    text = f"{key[0]} may occur many times, but {target.plain(0)} once for all of them"
                    yield about(item.row, "cardinality-overflow", f"{text}; select one ([1] or [path='value']) and add a gap row for the rest")

    def mismatches(self, side: str) -> Iterator[Finding]:
        """Correlations that copy a value into a type that may not hold it."""
        catalogue = self.survey.catalogue
        seen: set[str] = set()
        for item in self.writers(side):
            if item.row.kind != "Correlation" or item.row.values or item.row.iri in seen:
                continue
            (_, source), (_, target) = item.places(other(side))[0], item.places(side)[0]
            before, after = kind_of(builtin(catalogue, source.leaf_type)), kind_of(builtin(catalogue, target.leaf_type))
            allowed, given = enumeration(catalogue, target.leaf_type), enumeration(catalogue, source.leaf_type)
            if after not in ("text", before) or (allowed and not (given and set(given) <= set(allowed))):
                seen.add(item.row.iri)
                wanted = f"one of {', '.join(allowed)}" if allowed else builtin(catalogue, target.leaf_type)
                found = "a list of codes" if given else builtin(catalogue, source.leaf_type)
                text = f"copies {source.plain(0)} ({found}) to {target.plain(0)}, which takes {wanted}"
                yield about(item.row, "type-mismatch", f"{text}; make it a transformation with a guard or value map, and add a rest row")


def kind_of(name: str) -> str:
    """The value space of an XML Schema type, as far as copying a lexical form goes.

    >>> kind_of("unsignedInt"), kind_of("token"), kind_of("dateTime")
    ('integer', 'text', 'dateTime')
    """
    if name.lower().endswith(("integer", "int", "long", "short", "byte")):
        return "integer"
    if name in ("float", "double"):
        return "float"
    if name in ("decimal", "boolean", "dateTime", "date", "time", "duration", "base64Binary", "hexBinary") or name.startswith("g"):
        return name
    return "text"


def _selects(hop: Hop, known: Hop | None) -> str:
    """How a hop chooses among several; that a structural row wants a member to be there, or not, is no choice of this row."""
    if hop.position is not None:
        return f"{hop.spelling} is one of many"
    for selection in hop.selections:
        guard = selection.value is None and selection.variable is None
        if not (guard and known is not None and selection in known.selections):
            return f"{hop.spelling} is a selection"
    return ""


def _documents(item: Placed, side: str) -> set[str]:
    """The document elements that a row's paths start at; rows of different documents do not meet in one message."""
    absolute = {place.hops[0].name for _, place in item.places(side) if place.absolute}
    context = item.side(side).place
    return absolute or ({context.hops[0].name} if context is not None else {place.hops[0].name for _, place in item.places(side)})


def _own_repeatable(item: Placed, side: str, place: Place) -> bool:
    """Whether a target place ends in a repeatable node that the row makes itself, so that values cannot collide."""
    context = item.side(side).place
    own = place.hops[len(context.hops) if context is not None and not place.absolute else 0 :]
    return any(hop.repeatable for hop in own)


def _overflowing(item: Placed, side: str, target: Place, place: Place) -> Hop | None:
    """The first repeatable hop of a source path that the target path does not repeat with."""
    context = item.side(side)
    last = max((index for index, hop in enumerate(target.hops) if hop.repeatable), default=-1)
    common = 0
    if last >= 0:
        if target.absolute or last >= len(context.partners):
            return None
        around = next((trail for trail in reversed(item.side(other(side)).trail) if trail.node == context.partners[last]), None)
        if around is None:
            return None
        pairs = zip(around.hops, place.hops, strict=False)
        common = next((index for index, (one, two) in enumerate(pairs) if one.term != two.term), min(len(around.hops), len(place.hops)))
    for hop in place.hops[common:]:
        chosen = hop.position is not None or any(selection.value or selection.variable for selection in hop.selections)
        if hop.repeatable and not chosen:
            return hop
    return None
