"""Makes the ledger: from what the rules read and wrote, and what was really written, to an account of every value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cimrdf.alignment.compose import Placed
from cimrdf.alignment.rows import other
from cimrdf.engine.graph import Firing, Statement
from cimrdf.engine.ledger import Added, Entry, Ledger
from cimrdf.findings import Finding, finding
from cimrdf.namespaces import compact
from cimrdf.schema.lift import Leaf, Lifted
from cimrdf.schema.lower import natural_order


@dataclass(slots=True)
class Output:
    """What was written: each statement with the positional paths where it stands."""

    places: dict[Statement, list[str]] = field(default_factory=dict)
    #: Statements that were made but not written, with the reason.
    refused: dict[Statement, str] = field(default_factory=dict)


def numbered_place(number: int, xpath: str) -> str:
    """A place in one of several documents: from the second on with the document's number, `2:/Envelope[1]/…`."""
    return xpath if number == 1 else f"{number}:{xpath}"


def _in_order(places: Iterable[str]) -> tuple[str, ...]:
    """Places in the order of their numbers, whatever the order in which a store found them."""
    return tuple(sorted(places, key=natural_order))


#: A statement computed from a value, the firings that used it, and whether it holds a piece of the value itself.
_Piece = tuple[Statement, list[tuple[Firing, bool]], bool]


def _piece_path(leaf: Leaf, piece: Statement, path: str) -> str:
    """The path of a piece of a packed value, from the path of the whole: the names of the nodes that hold it."""
    inside = re.sub(r"\.\d+", "", piece[0][len(leaf.subject or "") :])
    name = piece[1].rpartition(".")[2]
    return f"{path}{inside}" if name == "text" else f"{path}{inside}/{name}"


class Gaps:
    """Finds the gap row that speaks for a place: the row for the value itself, else for the nearest object around it."""

    def __init__(self, placed: Iterable[Placed], source: str) -> None:
        self.rows: dict[str, Placed] = {}
        for item in placed:
            if item.row.kind == "Gap" and item.row.lacking == other(source) and not item.writes(other(source)):
                for _, place in item.places(source):
                    self.rows.setdefault(place.plain(0), item)

    def find(self, paths: Sequence[str]) -> Placed | None:
        """The row for a path; `paths` are spellings of it from different document elements."""
        for path in paths:
            parts = path.split("/")
            for length in range(len(parts), 0, -1):
                found = self.rows.get("/".join(parts[:length]))
                if found is not None:
                    return found
        return None


@dataclass(slots=True)
class Accountant:
    """Collects what one translation needs to say about its values."""

    lifted: Sequence[Lifted]
    firings: Sequence[Firing]
    output: Output
    gaps: Gaps
    #: Places of values that chose the exchange, with its row.
    decided: Mapping[str, str]
    #: Statements that the exchange wrote, with its row.
    marked: Mapping[Statement, str]
    #: The row of the exchange, and the paths where its payloads stand.
    exchange: str
    payloads: frozenset[str]
    #: Source statements that are kept for the way back, with their places.
    preserved: Mapping[Statement, str] = field(default_factory=dict)
    #: Places of kept values that were put back, with the row and the target.
    restored: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    #: What names the kept values: place, text and row.
    kept: Sequence[tuple[str, str, str]] = ()
    _reported: set[tuple[str, str, str]] = field(default_factory=set)
    _derivations: dict[int, dict[Statement, list[tuple[Statement, bool]]]] = field(default_factory=dict)

    def ledger(self) -> Ledger:
        """The account of all values; findings of rows that report are collected on the way."""
        reading: dict[Statement, list[tuple[Firing, bool]]] = {}
        for firing in self.firings:
            for statement, carried in firing.reads:
                reading.setdefault(statement, []).append((firing, carried))
        entries = [self._entry(lifted, leaf, reading) for lifted in self.lifted for leaf in lifted.leaves]
        return Ledger(entries, self._added())

    def _derived(self, lifted: Lifted, statement: Statement, reading: Mapping[Statement, list[tuple[Firing, bool]]]) -> list[_Piece]:
        """The statements computed from a value, with the firings that used them."""
        index = self._derivations.setdefault(id(lifted), {})
        if not index:
            for derivation in lifted.derivations:
                for source in derivation.sources:
                    index.setdefault(source, []).append((derivation.statement, derivation.content))
        return [
            (computed, [pair for pair in reading.get(computed, []) if self._written(pair[0])], content)
            for computed, content in index.get(statement, [])
        ]

    def _entry(self, lifted: Lifted, leaf: Leaf, reading: Mapping[Statement, list[tuple[Firing, bool]]]) -> Entry:
        entry = self._fate(lifted, leaf, reading)
        kept = self.preserved.get((str(leaf.subject), leaf.predicate or "", leaf.value))
        if kept is None or entry.outcome == "unknown":
            return entry
        reason = "kept for the way back" + (f"; {entry.reason}" if entry.reason else "")
        return Entry(entry.xpath, leaf.value, "preserved", entry.rows, reason, (*entry.targets, kept), True)

    def _fate(self, lifted: Lifted, leaf: Leaf, reading: Mapping[Statement, list[tuple[Firing, bool]]]) -> Entry:
        place = numbered_place(self.lifted.index(lifted) + 1, leaf.xpath)
        if place in self.decided:
            return Entry(place, leaf.value, "transformed", (self.decided[place],), "chooses the message on the other side")
        if place in self.restored:
            row, target = self.restored[place]
            return Entry(place, leaf.value, "transformed", (row,), "put back where it came from", target)
        if leaf.subject is None or leaf.predicate is None:
            return Entry(place, leaf.value, "unknown", (), leaf.reason)
        if lifted is not self.lifted[0] and not self._in_payload(lifted, leaf):
            return Entry(place, leaf.value, "dropped", (self.exchange,), "the envelope of the first message speaks for the whole delivery")
        statement = (str(leaf.subject), leaf.predicate, leaf.value)
        used = [(firing, carried) for firing, carried in reading.get(statement, []) if self._written(firing)]
        if used:
            for firing, carried in used:
                if carried and firing.reports:
                    self._report(firing.reports[0], firing.reports[1], lifted, leaf, firing.row)
            return self._used(place, leaf.value, used)
        derived = self._derived(lifted, statement, reading)
        if any(pairs for _, pairs, _ in derived):
            return self._computed(place, lifted, leaf, derived)
        return self._unused(place, lifted, leaf, reading.get(statement, []))

    def _in_payload(self, lifted: Lifted, leaf: Leaf) -> bool:
        return any(leaf.path == part.path or leaf.path.startswith(f"{part.path}/") for part in lifted.parts if part.path in self.payloads)

    def _computed(self, place: str, lifted: Lifted, leaf: Leaf, derived: Sequence[_Piece]) -> Entry:
        """A value that was taken apart, or computed with: by its worst piece."""
        value = leaf.value
        firings = [firing for _, pairs, _ in derived for firing, _ in pairs]
        rows = tuple(dict.fromkeys(compact(firing.row) for firing in firings))
        targets = _in_order({target for firing in firings for written in firing.writes for target in self.output.places.get(written, ())})
        pieces = [(computed, pairs) for computed, pairs, content in derived if content]
        lost = [computed for computed, pairs in pieces if not pairs]
        if lost:
            gaps = [
                found for computed in lost if (found := self.gaps.find([_piece_path(leaf, computed, path) for path in self._spellings(lifted, leaf)]))
            ]
            for gap in dict.fromkeys(gaps):
                if gap.row.reports:
                    self._report(gap.row.reports, gap.row.comment, lifted, leaf, gap.row.iri)
            rows = tuple(dict.fromkeys([*rows, *(compact(gap.row.iri) for gap in gaps)]))
            return Entry(place, value, "dropped", rows, f"{len(lost)} of {len(pieces)} pieces of the list have no counterpart", targets)
        return Entry(place, value, "transformed", rows, "taken apart" if pieces else "computed with", targets)

    def _written(self, firing: Firing) -> bool:
        return any(statement in self.output.places for statement in firing.writes)

    def _used(self, place: str, value: str, used: Sequence[tuple[Firing, bool]]) -> Entry:
        rows = tuple(dict.fromkeys(compact(firing.row) for firing, _ in used))
        carrying = [firing for firing, carried in used if carried]
        outcome = "carried" if carrying and all(firing.carries for firing in carrying) else "transformed"
        targets = {
            target
            for firing, carried in used
            if carried
            for statement in firing.writes
            if statement not in firing.constants
            for target in self.output.places.get(statement, ())
        }
        comes_back = any(firing.lossless and carried for firing, carried in used)
        return Entry(place, value, outcome, rows, "", _in_order(targets), comes_back)

    def _unused(self, place: str, lifted: Lifted, leaf: Leaf, tried: Sequence[tuple[Firing, bool]]) -> Entry:
        refused = [
            (self.output.refused[statement], compact(firing.row))
            for firing, _ in tried
            for statement in firing.writes
            if statement in self.output.refused
        ]
        if refused:
            return Entry(place, leaf.value, "dropped", tuple(dict.fromkeys(row for _, row in refused)), refused[0][0])
        gap = self.gaps.find(self._spellings(lifted, leaf))
        if gap is None:
            return Entry(place, leaf.value, "dropped", (), "no row of this profile reads the value here")
        row = gap.row
        if row.reports:
            self._report(row.reports, row.comment, lifted, leaf, row.iri)
        return Entry(place, leaf.value, "dropped", (compact(row.iri),), row.comment)

    def _report(self, code: str, comment: str, lifted: Lifted, leaf: Leaf, row: str) -> None:
        """Report a value where a row says so, once for each object."""
        key = (row, lifted.file, leaf.xpath.partition("/@")[0])
        if key in self._reported:
            return
        self._reported.add(key)
        self.findings.append(finding(code, f"{leaf.value[:60]!r}: {comment}", file=lifted.file, line=leaf.line, xpath=leaf.xpath, row=compact(row)))

    @staticmethod
    def _spellings(lifted: Lifted, leaf: Leaf) -> list[str]:
        """The leaf's path from the document element, and from each part that it lies in."""
        inside = [part for part in lifted.parts if leaf.path.startswith(f"{part.path}/") or leaf.path == part.path]
        return [leaf.path, *(part.root.name + leaf.path[len(part.path) :] for part in reversed(inside))]

    def _added(self) -> list[Added]:
        sourced: set[Statement] = set()
        makers: dict[Statement, str] = {}
        for firing in self.firings:
            for statement in firing.writes:
                if statement not in firing.constants and any(carried and read[2].strip() for read, carried in firing.reads):
                    sourced.add(statement)
                makers.setdefault(statement, firing.row)
        added = [Added(place, text, row) for place, text, row in self.kept]
        for statement, places in self.output.places.items():
            row = self.marked.get(statement) or (None if statement in sourced else makers.get(statement))
            if row is not None:
                added += [Added(target, statement[2], compact(row)) for target in places]
        return added
