"""Coverage: the leaves of a profile on both sides, the rows that name them, and the table of rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from cimrdf.alignment.compose import Composer, Placed
from cimrdf.alignment.members import Member, members
from cimrdf.alignment.places import Place
from cimrdf.alignment.rows import HEADER, LEFT, RIGHT, Condition, Exchange, Lookup, Row, Steps, load_pair, other, pair_names
from cimrdf.namespaces import compact
from cimrdf.schema.catalogue import load_catalogue

KINDS = ("correlation", "transformation", "gap-in-right", "gap-in-left")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row at one place of use, as `cimrdf rows` prints it; `reason` is the row's comment."""

    pair: str
    profile: str
    left_path: str
    right_path: str
    kind: str
    transform: str
    lossless: str
    confidence: str
    source: str
    row: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """How far a profile is harmonized: rows by kind, and how many of the leaves of both sides have a row."""

    pair: str
    profile: str
    correlation: int
    transformation: int
    gap_in_right: int
    gap_in_left: int
    leaves: int
    covered: int


def payload_paths(exchange: Exchange, side: str) -> tuple[str, ...]:
    """Where an exchange's payloads stand in their messages."""
    return exchange.left_payloads if side == LEFT else exchange.right_payloads


def marks(exchange: Exchange, side: str) -> tuple[Condition, ...]:
    """The values that mark an exchange's message on a side."""
    return exchange.left_conditions if side == LEFT else exchange.right_conditions


class Survey:
    """The leaves of an alignment's profiles, and the rows that name them."""

    def __init__(self, composer: Composer) -> None:
        self.composer = composer
        self.pair = composer.pair
        self.catalogue = composer.resolvers[LEFT].catalogue
        self._members: dict[tuple[str, str], tuple[Member, ...]] = {}
        self._nests: dict[str, list[Placed]] = {}

    # ------------------------------------------------------------------ the content models

    def members(self, profile: str, side: str) -> tuple[Member, ...]:
        """Every place of a profile on a side, from its document elements on."""
        key = (profile, side)
        if key not in self._members:
            found = [item for path, term, type_iri in self._starts(profile, side) for item in members(self.catalogue, path, term, type_iri)]
            self._members[key] = tuple({item.path: item for item in found}.values())
        return self._members[key]

    def leaves(self, profile: str, side: str) -> tuple[Member, ...]:
        """The places of a profile on a side that hold values."""
        return tuple(item for item in self.members(profile, side) if item.leaf)

    def _starts(self, profile: str, side: str) -> Iterator[tuple[str, str, str]]:
        """Path, term and type of the elements from which a profile's places are listed."""
        resolver = self.composer.resolvers[side]
        payloads = [path for exchange in self.pair.exchanges for path in payload_paths(exchange, side)]
        names = {path.rpartition("/")[2] for path in payloads}
        if profile == HEADER:
            for name in dict.fromkeys(path.partition("/")[0] for path in payloads if "/" in path):
                root = resolver.root(name)
                yield name, root.term, root.type
            yield from self._inside_wildcards(side, names)
            return
        mine = [path.rpartition("/")[2] for exchange in self.pair.exchanges if exchange.profile == profile for path in payload_paths(exchange, side)]
        used = [place.hops[0].name for item in self.composer.profile(profile) for _, place in item.places(side)]
        for name in dict.fromkeys([*mine, *used]):
            root = resolver.root(name)
            yield name, root.term, root.type

    def _inside_wildcards(self, side: str, payloads: set[str]) -> Iterator[tuple[str, str, str]]:
        """Elements that message-level rows reach through a wildcard, such as a header block; payloads are none."""
        for item in self.composer.profile(HEADER):
            for _, place in item.places(side):
                for index, (above, hop) in enumerate(zip(place.hops, place.hops[1:], strict=False), 1):
                    terms = {member.term for member in self.catalogue.view(above.type).elements.values()}
                    if hop.term not in terms and hop.name not in payloads:
                        yield Place(place.hops[: index + 1]).plain(0), hop.term, hop.type

    # ------------------------------------------------------------------ the rows

    def rows(self, profile: str) -> tuple[Placed, ...]:
        """The rows that speak of a profile's messages: its own, and those of the message level."""
        own = self.composer.profile(profile)
        return own if profile == HEADER or HEADER not in self.composer.names else (*own, *self.composer.profile(HEADER))

    def only(self, item: Placed) -> str | None:
        """The one direction that a row works in: its own, or that of a structural row around it."""
        if item.row.only is not None:
            return item.row.only
        for nest in self._one_way(item.profile):
            if Place(nest.left_places[0][1].hops) in item.left.trail and Place(nest.right_places[0][1].hops) in item.right.trail:
                return nest.row.only
        return None

    def _one_way(self, profile: str) -> list[Placed]:
        if profile not in self._nests:
            nests = [item for item in self.composer.profile(profile) if item.row.kind == "Nest" and item.row.only]
            self._nests[profile] = [item for item in nests if item.left_places and item.right_places]
        return self._nests[profile]

    def named(self, placed: Placed, side: str) -> set[str]:
        """The plain paths that a row reads or writes on a side, members that only select included."""
        found: set[str] = set()
        for _, place in (*placed.places(side), *placed.optional(side)):
            found |= {place.plain(0), *self._selecting(place)}
        return found

    def _selecting(self, place: Place) -> Iterator[str]:
        for index, hop in enumerate(place.hops):
            for selection in hop.selections:
                path, type_iri = Place(place.hops[: index + 1]).plain(0), hop.type
                for term in selection.terms:
                    view = self.catalogue.view(type_iri)
                    elements = {member.term: (member.name, member.type) for member in view.elements.values()}
                    attributes = {use.term: (f"@{use.name}", use.type) for use in view.attributes.values()}
                    name, type_iri = {**elements, **attributes}[term]
                    path = f"{path}/{name}"
                yield path

    def gap_paths(self, profile: str, side: str) -> dict[str, Placed]:
        """The places on a side of which a gap row says that the other side lacks them."""
        found: dict[str, Placed] = {}
        for item in self.rows(profile):
            if item.row.kind == "Gap" and item.row.lacking == other(side):
                for _, place in item.places(side):
                    found.setdefault(place.plain(0), item)
        return found

    def chosen(self, profile: str, side: str) -> set[str]:
        """The places whose values choose an exchange."""
        return {item.path for exchange in self.pair.exchanges for item in marks(exchange, side)} if profile == HEADER else set()

    def uncovered(self, profile: str, side: str) -> list[str]:
        """The leaves of a side that no row names and no gap row stands on or around."""
        named = set().union(*(self.named(item, side) for item in self.rows(profile) if item.row.kind != "Nest"))
        named |= self.chosen(profile, side)
        gaps = self.gap_paths(profile, side)
        return [leaf.path for leaf in self.leaves(profile, side) if leaf.path not in named and not is_within(leaf.path, gaps)]

    # ------------------------------------------------------------------ the table

    def table(self, profile: str) -> list[TableRow]:
        """The rows composed into a profile, exact duplicates once."""
        lines = [line for item in self.composer.profile(profile) if item.row.kind != "Nest" for line in self._lines(item)]
        if profile == HEADER:
            lines += [line for exchange in self.pair.exchanges for line in self._exchange(exchange)]
        return list(dict.fromkeys(lines))

    def _lines(self, item: Placed) -> Iterator[TableRow]:
        if item.row.kind != "Gap":
            if not any(place.contradictory for side in (LEFT, RIGHT) for _, place in item.places(side)):
                yield self._line(item, spelled(item, LEFT), spelled(item, RIGHT), item.row.kind.lower())
            return
        side = other(item.row.lacking or RIGHT)
        for path in self._expanded(item, side):
            left, right = (path, "") if side == LEFT else ("", path)
            yield self._line(item, left, right, f"gap-in-{item.row.lacking}")

    def _expanded(self, item: Placed, side: str) -> Iterator[str]:
        """The leaves that a gap row speaks for; the object itself where it has none of its own (wildcards)."""
        taken = self._taken(item.profile, side)
        for _, place in item.places(side):
            if place.contradictory:
                continue
            plain, text = place.plain(0), shown(item, side, place)
            below = [leaf.path for leaf in self.leaves(item.profile, side) if leaf.path.startswith(f"{plain}/")]
            free = [path for path in below if not (taken.get(path, set()) - {item.row.iri})]
            free = [path for path in free if not any(is_within(path, {gap: None}) for gap in self._inner_gaps(item, plain, side))]
            if place.predicate is not None or not free:
                yield text
            yield from (text + path[len(plain) :] for path in free)

    def _inner_gaps(self, item: Placed, plain: str, side: str) -> list[str]:
        gaps = self.gap_paths(item.profile, side)
        return [path for path, gap in gaps.items() if gap.row.iri != item.row.iri and path.startswith(f"{plain}/")]

    @lru_cache(maxsize=64)  # noqa: B019  a survey lives as long as the process
    def _taken(self, profile: str, side: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for item in self.rows(profile):
            if item.row.kind != "Nest":
                for path in self.named(item, side):
                    found.setdefault(path, set()).add(item.row.iri)
        for path in self.chosen(profile, side):
            found.setdefault(path, set()).add("")
        return found

    def _line(self, item: Placed, left: str, right: str, kind: str) -> TableRow:
        row = item.row
        lossless = "" if row.kind == "Gap" else str(row.lossless).lower()
        return TableRow(
            self.pair.name, item.profile, left, right, kind, transform(row), lossless,
            _number(row.confidence), row.source or DERIVED, row.iri, row.comment,
        )  # fmt: skip

    def _exchange(self, exchange: Exchange) -> Iterator[TableRow]:
        """An exchange: what chooses it on one side, and the operations that it stands for on the other."""
        for side in (LEFT, RIGHT):
            conditions = marks(exchange, side)
            operations = " ".join(path.rpartition("/")[2] for path in payload_paths(exchange, other(side)))
            text = " && ".join(f"{_inside(item.path)} = '{item.value}'" for item in conditions)
            for item in conditions:
                left, right = (_inside(item.path), operations) if side == LEFT else (operations, _inside(item.path))
                yield TableRow(
                    self.pair.name, HEADER, left, right, "transformation", text, str(exchange.only is None).lower(),
                    _number(exchange.confidence), exchange.source or DERIVED, exchange.iri, exchange.comment,
                )  # fmt: skip

    def count(self, profile: str) -> CoverageLine:
        """The coverage of a profile."""
        kinds = Counter(line.kind for line in self.table(profile))
        leaves = sum(len(self.leaves(profile, side)) for side in (LEFT, RIGHT))
        missing = sum(len(self.uncovered(profile, side)) for side in (LEFT, RIGHT))
        correlation, transformation, gap_in_right, gap_in_left = (kinds[kind] for kind in KINDS)
        return CoverageLine(self.pair.name, profile, correlation, transformation, gap_in_right, gap_in_left, leaves, leaves - missing)


DERIVED = "derived from the two schemas"


def is_within(path: str, around: dict[str, Placed] | dict[str, None]) -> bool:
    """Whether a path is one of some places or lies below one."""
    parts = path.split("/")
    return any("/".join(parts[:length]) in around for length in range(len(parts), 0, -1))


def spelled(item: Placed, side: str) -> str:
    """The paths of a side as people read them, one after the other."""
    return " ".join(dict.fromkeys(shown(item, side, place) for _, place in (*item.places(side), *item.optional(side))))


_EXISTENCE = re.compile(r"\[(?:not\([^)]*\)|@?[A-Za-z_][^\]=]*)\]")


def shown(item: Placed, side: str, place: Place) -> str:
    """A path from its repeating object on; from the document element where it leaves the object.

    That a structural row wants a member to be there, or not, is left out: it guards all rows of the object alike.
    """
    context, start = item.side(side).place, item.side(side).start
    around = context.hops if context is not None and not place.absolute else ()
    inside = len(place.hops) > start and len(around) > start and place.hops[start].term == around[start].term
    names = []
    for index, hop in enumerate(place.hops):
        known = around[index].spelling if index < len(around) and hop.spelling.startswith(around[index].spelling) else ""
        names.append(_EXISTENCE.sub("", known) + hop.spelling[len(known) :])
    names = names[start if inside else 0 :]
    return "/".join([*names, place.leaf_name] if place.leaf_name else names)


def _inside(path: str) -> str:
    """A path inside its message, without the document element."""
    return path.partition("/")[2]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def transform(row: Row) -> str:
    """What a row computes, on one line: its value map, or the SPARQL of each direction."""
    parts = [compact(row.values)] if row.values else []
    for arrow, steps, guard in (("->", row.to_right, row.when_left), ("<-", row.to_left, row.when_right)):
        texts = [*_step_texts(steps), *([f"FILTER({guard})"] if guard else [])]
        if texts:
            parts.append(f"{arrow} {' '.join(texts)}")
    return " ".join(parts)


def _step_texts(steps: Steps) -> list[str]:
    return [f"{compact(step.values)}(?{step.left}, ?{step.right})" if isinstance(step, Lookup) else " ".join(step.split()) for step in steps]


@cache
def survey(pair: str) -> Survey:
    """The survey of an installed alignment.

    Raises:
        RowError: a row cannot be read or names what no schema has.
    """
    return Survey(Composer(load_pair(pair), load_catalogue()))


def _wanted(pair: str | None, profile: str | None) -> Iterator[tuple[Survey, str]]:
    for name in pair_names() if pair is None else (pair,):
        found = survey(name)
        yield from ((found, item) for item in found.composer.names if profile in (None, item))


def table(pair: str | None = None, profile: str | None = None) -> list[TableRow]:
    """The rows of alignments, composed into their profiles."""
    return [line for found, name in _wanted(pair, profile) for line in found.table(name)]


def gaps(profile: str | None = None, pair: str | None = None) -> list[TableRow]:
    """What has no counterpart, with the reasons."""
    return [line for line in table(pair, profile) if line.kind.startswith("gap")]


def counts(profile: str | None = None, pair: str | None = None) -> list[CoverageLine]:
    """The coverage of each profile of each alignment."""
    return [found.count(name) for found, name in _wanted(pair, profile)]


def uncovered(pair: str, profile: str) -> list[tuple[str, str]]:
    """The leaves of a profile without a row, as side and path; an alignment that is complete has none."""
    found = survey(pair)
    return [(side, path) for side in (LEFT, RIGHT) for path in found.uncovered(profile, side)]
